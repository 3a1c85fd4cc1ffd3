//! `jurigged.watch()`: a session in a program that runs already.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jurigged_command::launch::{plugin_folders, relaunch};
use jurigged_engine::config::{CommandLine, LogLevel, Request, load};
use jurigged_engine::diagnostic::start_folder;
use jurigged_engine::session::{Session, SessionSettings};
use jurigged_runtime_cpython::loader;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

use crate::program::attach_session;

/// A running session.
#[pyclass(frozen)]
pub struct Watcher {
    session: Arc<Session>,
}

#[pymethods]
impl Watcher {
    /// Ends the session: saves are no longer applied.
    fn stop(&self, py: Python<'_>) {
        py.detach(|| self.session.stop());
    }
}

/// Starts a session: what is loaded already and what will be loaded is watched.
///
/// # Errors
/// `ValueError` with the problems of the configuration, `OSError` when the log file cannot be opened.
#[pyfunction]
#[pyo3(signature = (patterns, extension, debounce=None, poll=None, verbose=true))]
pub fn watch(
    py: Python<'_>,
    patterns: Vec<String>,
    extension: PathBuf,
    debounce: Option<f64>,
    poll: Option<f64>,
    verbose: bool,
) -> PyResult<Watcher> {
    let folder = start_folder().map(PathBuf::from).unwrap_or_default();
    let seconds = |value: Option<f64>| -> PyResult<Option<Duration>> {
        let convert =
            |value| Duration::try_from_secs_f64(value).map_err(|error| PyValueError::new_err(error.to_string()));
        value.map(convert).transpose()
    };
    let loaded = load(&Request {
        config: None,
        search_from: &folder,
        current_folder: &folder,
        environment: std::env::vars_os().collect(),
        command_line: CommandLine {
            watch: patterns,
            debounce: seconds(debounce)?,
            poll: seconds(poll)?,
            log_level: verbose.then_some(LogLevel::Info),
            ..CommandLine::default()
        },
    })
    .map_err(|problems| {
        let texts: Vec<String> = problems.iter().map(|problem| problem.render(false)).collect();
        PyValueError::new_err(texts.join("\n"))
    })?;
    let session = Session::new(SessionSettings {
        settings: loaded.settings,
        plugin_folders: plugin_folders(Some(&extension)),
        dry_run: false,
        relaunch: relaunch(),
        inject_faults: false,
    })
    .map_err(PyOSError::new_err)?;
    for notice in &loaded.notices {
        session.log().diagnostic(notice);
    }
    attach_session(py, &session)?;
    loader::register_loaded(py, &*session.sink())?;
    Ok(Watcher { session })
}
