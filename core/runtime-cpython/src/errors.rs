//! Python exceptions as text.

use jurigged_runtime::PythonError;
use pyo3::exceptions::PySyntaxError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::known::Known;

/// Renders an exception. Imports `traceback`, which a plain program may not have done: only errors pay for that.
pub(crate) fn describe(py: Python<'_>, known: &Known, error: &PyErr) -> PythonError {
    let value = error.value(py).as_any();
    let kind = known.class_name(error.get_type(py).as_any());
    let syntax = value.is_instance_of::<PySyntaxError>();
    let own_message = || value.getattr("msg").ok()?.cast_into::<PyString>().ok();
    let message = match own_message().filter(|_| syntax) {
        Some(message) => lossy(&message),
        None => value
            .str()
            .map_or_else(|_| "<exception str() failed>".to_owned(), |text| lossy(&text)),
    };
    let mut described = PythonError {
        traceback: String::new(),
        kind,
        message,
        file: None,
        line: None,
        column: None,
        end_column: None,
    };
    described.traceback = render(py, error).unwrap_or_else(|_| format!("{described}\n"));
    if syntax {
        syntax_place(value, &mut described);
    } else {
        // A traceback that cannot be walked leaves the place unknown.
        let _ = innermost_place(py, error, &mut described);
    }
    described
}

/// An error of the runtime's own, in the shape of a Python one.
pub(crate) fn plain(kind: &str, message: impl Into<String>) -> Box<PythonError> {
    let message = message.into();
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

/// The text of a `str`, lone surrogates replaced.
pub(crate) fn lossy(text: &Bound<'_, PyString>) -> String {
    text.to_string_lossy().into_owned()
}

/// `"".join(traceback.format_exception(...))`.
fn render(py: Python<'_>, error: &PyErr) -> PyResult<String> {
    let arguments = (error.get_type(py), error.value(py), error.traceback(py));
    let lines = py.import("traceback")?.call_method1("format_exception", arguments)?;
    let mut text = String::new();
    for line in lines.try_iter()? {
        text.push_str(&lossy(&line?.cast_into::<PyString>()?));
    }
    Ok(text)
}

fn syntax_place(value: &Bound<'_, PyAny>, described: &mut PythonError) {
    let number = |name: &str| {
        let number = value.getattr(name).ok()?.extract::<u32>().ok()?;
        (number > 0).then_some(number)
    };
    described.file = value
        .getattr("filename")
        .ok()
        .and_then(|name| Some(lossy(&name.cast_into::<PyString>().ok()?)));
    described.line = number("lineno");
    described.column = number("offset");
    let same_line = number("end_lineno").is_some() && number("end_lineno") == described.line;
    described.end_column = number("end_offset").filter(|_| same_line);
}

fn innermost_place(py: Python<'_>, error: &PyErr, described: &mut PythonError) -> PyResult<()> {
    let Some(traceback) = error.traceback(py) else {
        return Ok(());
    };
    let mut traceback = traceback.into_any();
    loop {
        let next = traceback.getattr("tb_next")?;
        if next.is_none() {
            break;
        }
        traceback = next;
    }
    described.line = traceback.getattr("tb_lineno")?.extract().ok();
    let file = traceback
        .getattr("tb_frame")?
        .getattr("f_code")?
        .getattr("co_filename")?;
    described.file = Some(lossy(&file.cast_into::<PyString>()?));
    Ok(())
}
