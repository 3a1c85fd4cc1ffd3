//! Python exceptions as text.

use jurigged_runtime::{PythonError, RuntimeError};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyInt, PyStr, PyTraceback};
use rustpython_vm::{AsObject, PyObjectRef, PyRef, VirtualMachine};

/// Reads everything that a report needs. Runs Python code (`__str__`, the `traceback` module), so the world must not be
/// stopped.
pub(crate) fn python_error(vm: &VirtualMachine, exception: &PyBaseExceptionRef) -> Box<PythonError> {
    let class = exception.class();
    let qualname = text_attribute(vm, class.as_object(), "__qualname__").unwrap_or_else(|| class.name().to_string());
    let kind = match text_attribute(vm, class.as_object(), "__module__") {
        Some(module) if module != "builtins" => format!("{module}.{qualname}"),
        _ => qualname,
    };
    let mut error = PythonError {
        kind,
        message: String::new(),
        traceback: traceback(vm, exception),
        file: None,
        line: None,
        column: None,
        end_column: None,
    };
    let object = exception.as_object();
    if exception.fast_isinstance(vm.ctx.exceptions.syntax_error) {
        error.message = text_attribute(vm, object, "msg").unwrap_or_default();
        error.file = text_attribute(vm, object, "filename");
        error.line = number_attribute(vm, object, "lineno");
        error.column = number_attribute(vm, object, "offset").filter(|column| *column > 0);
        if number_attribute(vm, object, "end_lineno") == error.line {
            error.end_column = number_attribute(vm, object, "end_offset").filter(|column| *column > 0);
        }
    } else {
        error.message = match object.str(vm) {
            Ok(text) => text.to_string_lossy().into_owned(),
            Err(_) => "<exception str() failed>".to_owned(),
        };
        if let Some(innermost) = tracebacks(exception).last() {
            error.file = Some(innermost.frame.f_code().source_path().as_str().to_owned());
            error.line = u32::try_from(innermost.lineno.get()).ok();
        }
    }
    Box::new(error)
}

/// The same, as the answer of a trait method.
pub(crate) fn runtime_error(vm: &VirtualMachine, exception: &PyBaseExceptionRef) -> RuntimeError {
    RuntimeError::Python(python_error(vm, exception))
}

/// An error of ours in the shape of a Python one: no object, no traceback.
pub(crate) fn refusal(kind: &str, message: String) -> Box<PythonError> {
    Box::new(PythonError {
        kind: kind.to_owned(),
        traceback: format!("{kind}: {message}\n"),
        message,
        file: None,
        line: None,
        column: None,
        end_column: None,
    })
}

/// The entries of an exception's traceback, outermost first.
pub(crate) fn tracebacks(exception: &PyBaseExceptionRef) -> impl Iterator<Item = PyRef<PyTraceback>> {
    std::iter::successors(exception.__traceback__(), |entry| entry.next.lock().clone())
}

/// What `traceback.format_exception` gives; RustPython's own short form where that module fails.
fn traceback(vm: &VirtualMachine, exception: &PyBaseExceptionRef) -> String {
    let lines = vm.import("traceback", 0).and_then(|module| {
        let format = module.get_attr("format_exception", vm)?;
        format
            .call((exception.clone(),), vm)?
            .try_to_value::<Vec<PyObjectRef>>(vm)
    });
    if let Ok(lines) = lines {
        return lines.iter().filter_map(text).collect();
    }
    let mut written = String::new();
    // Writing to a string cannot fail.
    let _ = vm.write_exception(&mut written, exception);
    written
}

/// The value of a `str`, lone surrogates replaced.
pub(crate) fn text(object: &PyObjectRef) -> Option<String> {
    Some(object.downcast_ref::<PyStr>()?.to_string_lossy().into_owned())
}

pub(crate) fn text_attribute(
    vm: &VirtualMachine,
    object: &rustpython_vm::PyObject,
    name: &'static str,
) -> Option<String> {
    text(&object.get_attr(name, vm).ok()?)
}

fn number_attribute(vm: &VirtualMachine, object: &rustpython_vm::PyObject, name: &'static str) -> Option<u32> {
    object
        .get_attr(name, vm)
        .ok()?
        .downcast_ref::<PyInt>()?
        .try_to_primitive(vm)
        .ok()
}
