//! Explaining why a package with C extensions cannot be imported.

use std::path::{Path, PathBuf};

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{AsObject, PyObjectRef, VirtualMachine};

use crate::errors::{text, text_attribute, tracebacks};

/// The line that follows the traceback.
pub(crate) const NOTE: &str =
    "jurigged: this is the embedded interpreter, which has no C extensions; run it with --python python3";

/// Is this an import error that, itself or by one that it was raised from, is probably the want of a C extension: is there
/// a compiled library of the missing module's name, or one beside a package that the import went through?
pub(crate) fn is_wanted(vm: &VirtualMachine, exception: &PyBaseExceptionRef) -> bool {
    let is_import_error = |exception: &PyBaseExceptionRef| exception.fast_isinstance(vm.ctx.exceptions.import_error);
    if !is_import_error(exception) {
        return false;
    }
    let mut waiting = vec![exception.clone()];
    // Causes can form a ring; nobody reads more of them than this.
    for _ in 0..16 {
        let Some(exception) = waiting.pop() else {
            return false;
        };
        if is_import_error(&exception) && (is_compiled(vm, &exception) || went_through_compiled_package(&exception)) {
            return true;
        }
        waiting.extend(exception.__cause__());
        waiting.extend(exception.__context__());
    }
    false
}

/// Is there `a/b/c.*.so` on `sys.path` for the missing module `a.b.c`?
fn is_compiled(vm: &VirtualMachine, exception: &PyBaseExceptionRef) -> bool {
    let Some(name) = text_attribute(vm, exception.as_object(), "name") else {
        return false;
    };
    let relative: PathBuf = name.split('.').collect();
    let path = vm
        .sys_module
        .get_attr("path", vm)
        .and_then(|path| path.try_to_value::<Vec<PyObjectRef>>(vm));
    let Some(stem) = relative.file_name().map(|stem| format!("{}.", stem.to_string_lossy())) else {
        return false;
    };
    path.unwrap_or_default().iter().filter_map(text).any(|folder| {
        let module = Path::new(&folder).join(&relative);
        module.parent().is_some_and(|folder| has_library(folder, &stem))
    })
}

/// numpy and others catch the first error and raise one with a long text and no name.
fn went_through_compiled_package(exception: &PyBaseExceptionRef) -> bool {
    tracebacks(exception).any(|entry| {
        let code = entry.frame.f_code();
        let file = Path::new(code.source_path().as_str());
        file.ends_with("__init__.py") && file.parent().is_some_and(|folder| has_library(folder, ""))
    })
}

/// Is there a shared library whose name starts like this?
fn has_library(folder: &Path, start: &str) -> bool {
    let Ok(entries) = folder.read_dir() else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with(start) && (name.ends_with(".so") || name.ends_with(".pyd"))
    })
}
