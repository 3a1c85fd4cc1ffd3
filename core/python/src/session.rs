//! What the program asks its session: the natives behind `jurigged.refresh()`, `plan()`, `undo()` and their like.
//!
//! Each lets go of the interpreter while it waits: the session's thread needs it for the answer.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jurigged_runtime::host::{Answer, Ask, AskError, Host, Moment};
use jurigged_runtime::{Interpreter, Runtime};
use jurigged_runtime_cpython::CPython;
use pyo3::exceptions::{PyKeyError, PyRuntimeError, PyTimeoutError, PyValueError};
use pyo3::prelude::*;

/// The session of this process, once there is one.
static RUNNING: Mutex<Option<Running>> = Mutex::new(None);

/// The session, as the program sees it.
#[derive(Clone)]
pub struct Running {
    pub host: Arc<dyn Host>,
    pub runtime: CPython,
}

/// From now on this session is the one that the program asks.
pub fn set_running(host: Arc<dyn Host>, runtime: &CPython) {
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Some(Running {
        host,
        runtime: runtime.clone(),
    });
}

pub fn any_running() -> Option<Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// # Errors
/// `RuntimeError` where no session runs.
pub fn running() -> PyResult<Running> {
    any_running().ok_or_else(|| {
        PyRuntimeError::new_err(
            "jurigged does not run in this process: call `jurigged.watch()`, or start the program with the command \
             `jurigged`",
        )
    })
}

/// # Errors
/// `ValueError` for what is no time.
pub fn seconds(value: Option<f64>) -> PyResult<Option<Duration>> {
    let time = value.map(Duration::try_from_secs_f64).transpose();
    time.map_err(|error| PyValueError::new_err(error.to_string()))
}

/// The exception for a question without an answer.
pub fn unanswered(error: AskError) -> PyErr {
    let text = error.to_string();
    match error {
        AskError::TimedOut(_) => PyTimeoutError::new_err(text),
        AskError::UnknownFile(_) => PyKeyError::new_err(text),
        AskError::Watch(_) => PyValueError::new_err(text),
        AskError::Stopped | AskError::Busy | AskError::NothingToUndo => PyRuntimeError::new_err(text),
    }
}

fn ask(py: Python<'_>, what: Ask, timeout: Option<f64>) -> PyResult<Answer> {
    let Running { host, .. } = running()?;
    let timeout = seconds(timeout)?;
    py.detach(|| host.ask(what, timeout)).map_err(unanswered)
}

fn ask_json(py: Python<'_>, what: Ask, timeout: Option<f64>) -> PyResult<String> {
    match ask(py, what, timeout)? {
        Answer::Json(json) => Ok(json),
        other => unreachable!("this question is answered by JSON, not {other:?}"),
    }
}

/// What of this process is not what its files say, as JSON; see `Session::status`.
#[pyfunction]
pub fn status() -> String {
    match any_running() {
        Some(running) => running.host.status(),
        None => r#"{"entries": [], "text": "nothing is watched"}"#.to_owned(),
    }
}

/// Applies every save that was complete before the call, or reports why not; of one file, where it is named. JSON.
#[pyfunction]
#[pyo3(signature = (timeout=None, file=None))]
pub fn refresh(py: Python<'_>, timeout: Option<f64>, file: Option<PathBuf>) -> PyResult<String> {
    ask_json(py, Ask::Refresh(file), timeout)
}

/// What `refresh` would do, as JSON.
#[pyfunction]
pub fn plan(py: Python<'_>) -> PyResult<String> {
    ask_json(py, Ask::Plan, None)
}

/// Takes the last applied batch back, in the process. The report, as JSON.
#[pyfunction]
pub fn undo(py: Python<'_>) -> PyResult<String> {
    ask_json(py, Ask::Undo, None)
}

/// The applied batches that `undo` can take back, oldest first, as JSON.
#[pyfunction]
pub fn history(py: Python<'_>) -> PyResult<String> {
    ask_json(py, Ask::History, None)
}

/// Makes `text` what runs of a loaded file, without the disk. The report, as JSON.
#[pyfunction]
pub fn apply(py: Python<'_>, file: PathBuf, text: String) -> PyResult<String> {
    ask_json(py, Ask::Apply { file, text }, None)
}

/// Tells the session of a module that runs already, with the text that it was made from.
#[pyfunction]
pub fn register(py: Python<'_>, module_name: String, file: PathBuf, text: String) -> PyResult<()> {
    let module = module_name;
    ask(py, Ask::Register { module, file, text }, None).map(drop)
}

/// The text that runs of a loaded file.
#[pyfunction]
pub fn running_text(py: Python<'_>, file: PathBuf) -> PyResult<Option<String>> {
    match ask(py, Ask::RunningText(file), None)? {
        Answer::Text(text) => Ok(text),
        other => unreachable!("this question is answered by a text, not {other:?}"),
    }
}

/// The files that the session knows.
#[pyfunction]
pub fn files(py: Python<'_>) -> PyResult<Vec<String>> {
    match ask(py, Ask::Files, None)? {
        Answer::Files(files) => Ok(files.iter().map(|file| file.to_string_lossy().into_owned()).collect()),
        other => unreachable!("this question is answered by files, not {other:?}"),
    }
}

/// True: saves are kept, and applied by `refresh` only.
#[pyfunction]
pub fn set_passive(py: Python<'_>, passive: bool) -> PyResult<()> {
    ask(py, Ask::SetPassive(passive), None).map(drop)
}

/// Calls `callback` with a report as JSON after every batch, on the thread that has applied it; with `before`, with
/// `{"kind": "begin", "files": [...]}` before it is applied.
#[pyfunction]
#[pyo3(signature = (callback, before=false))]
pub fn subscribe(callback: Py<PyAny>, before: bool) -> PyResult<u64> {
    let Running { host, runtime } = running()?;
    let moment = match before {
        true => Moment::Before,
        false => Moment::After,
    };
    let listener = Arc::new(move |json: &str| {
        let mut call = |_: &dyn Interpreter| {
            Python::attach(|py| {
                if let Err(error) = callback.call1(py, (json,)) {
                    error.write_unraisable(py, Some(callback.bind(py)));
                }
            });
        };
        // An interpreter that shuts down wants to hear of nothing.
        let _ = runtime.attach(&mut call);
    });
    Ok(host.subscribe(listener, moment))
}

/// Calls it no more. False when it was not called.
#[pyfunction]
pub fn unsubscribe(number: u64) -> PyResult<bool> {
    Ok(running()?.host.unsubscribe(number))
}

/// When saves are applied: `immediate`, `main-thread` or `manual`.
#[pyfunction]
pub fn mode() -> PyResult<&'static str> {
    Ok(running()?.host.mode())
}

/// Replaces an item of `co_consts` of a code object that may be running, in place. Works without a session.
#[pyfunction]
pub fn replace_constant(code: &Bound<'_, PyAny>, index: usize, new: &Bound<'_, PyAny>) -> PyResult<()> {
    let runtime = match any_running() {
        Some(running) => running.runtime,
        None => CPython::new(code.py()).map_err(|error| PyRuntimeError::new_err(error.to_string()))?,
    };
    runtime.replace_constant(code, index, new)
}
