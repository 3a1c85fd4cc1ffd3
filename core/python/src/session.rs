//! What the program asks its session: the natives behind `jurigged.refresh()`, `plan()`, `undo()` and their like.
//!
//! Each lets go of the interpreter while it waits: the session's thread needs it for the answer.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jurigged_engine::session::{Answer, Ask, AskError, Session};
use jurigged_runtime::{Interpreter, Runtime};
use jurigged_runtime_cpython::CPython;
use pyo3::exceptions::{PyKeyError, PyRuntimeError, PyTimeoutError, PyValueError};
use pyo3::prelude::*;

/// The session of this process, once there is one.
static RUNNING: Mutex<Option<Running>> = Mutex::new(None);

#[derive(Clone)]
struct Running {
    session: Arc<Session>,
    runtime: CPython,
}

/// From now on this session is the one that the program asks.
pub fn set_running(session: &Arc<Session>, runtime: &CPython) {
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Some(Running {
        session: session.clone(),
        runtime: runtime.clone(),
    });
}

fn any_running() -> Option<Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn running() -> PyResult<Running> {
    any_running().ok_or_else(|| {
        PyRuntimeError::new_err(
            "jurigged does not run in this process: call `jurigged.watch()`, or start the program with the command \
             `jurigged`",
        )
    })
}

fn ask(py: Python<'_>, what: Ask, timeout: Option<f64>) -> PyResult<Answer> {
    let Running { session, .. } = running()?;
    let timeout = timeout.map(Duration::try_from_secs_f64).transpose();
    let timeout = timeout.map_err(|error| PyValueError::new_err(error.to_string()))?;
    py.detach(|| session.ask(what, timeout)).map_err(|error| {
        let text = error.to_string();
        match error {
            AskError::TimedOut(_) => PyTimeoutError::new_err(text),
            AskError::UnknownFile(_) => PyKeyError::new_err(text),
            AskError::Stopped | AskError::Busy | AskError::NothingToUndo => PyRuntimeError::new_err(text),
        }
    })
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
        Some(running) => running.session.status(),
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

/// Calls `callback` with a report as JSON after every batch, on the thread that has applied it.
#[pyfunction]
pub fn subscribe(callback: Py<PyAny>) -> PyResult<u64> {
    let Running { session, runtime } = running()?;
    Ok(session.subscribe(Arc::new(move |json| {
        let mut call = |_: &dyn Interpreter| {
            Python::attach(|py| {
                if let Err(error) = callback.call1(py, (json,)) {
                    error.write_unraisable(py, Some(callback.bind(py)));
                }
            });
        };
        // An interpreter that shuts down wants to hear of nothing.
        let _ = runtime.attach(&mut call);
    })))
}

/// Calls it no more. False when it was not called.
#[pyfunction]
pub fn unsubscribe(number: u64) -> PyResult<bool> {
    Ok(running()?.session.unsubscribe(number))
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
