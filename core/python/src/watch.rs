//! A session in a program that runs already: `jurigged.watch()`, and what else needs one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jurigged_command::launch::{plugin_folders, relaunch};
use jurigged_engine::config::{CommandLine, Request, load};
use jurigged_engine::diagnostic::start_folder;
use jurigged_engine::session::{Session, SessionSettings};
use jurigged_runtime::host::{Wants, WatchRequest};
use jurigged_runtime::{Interpreter, Runtime};
use jurigged_runtime_cpython::{CPython, loader};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

use crate::program::attach_session;
use crate::session::{any_running, running, seconds, unanswered};

/// Starts a session that watches nothing, unless one runs. `extension`: where this library is.
///
/// # Errors
/// `ValueError` with the problems of the configuration, `OSError` when the log file cannot be opened.
#[pyfunction]
pub fn attach(py: Python<'_>, extension: PathBuf) -> PyResult<()> {
    if any_running().is_some() {
        return Ok(());
    }
    let folder = start_folder().map(PathBuf::from).unwrap_or_default();
    let loaded = load(&Request {
        config: None,
        search_from: &folder,
        current_folder: &folder,
        environment: std::env::vars_os().collect(),
        command_line: CommandLine::default(),
    })
    .map_err(|problems| {
        let texts: Vec<String> = problems.iter().map(|problem| problem.render(false)).collect();
        PyValueError::new_err(texts.join("\n"))
    })?;
    let session = Session::new(SessionSettings {
        settings: loaded.settings,
        plugin_folders: plugin_folders(Some(&extension)),
        watches: false,
        dry_run: false,
        relaunch: relaunch(),
        inject_faults: false,
    })
    .map_err(PyOSError::new_err)?;
    for notice in &loaded.notices {
        session.log().diagnostic(notice);
    }
    attach_session(py, &session).map(drop)
}

/// Watches files from now on, loaded already or not: those that match a glob, and those for which `filter(path)` is true.
/// Starts a session unless one runs. The number is for `unwatch`.
///
/// # Errors
/// As [`attach`], and `ValueError` for a bad glob.
#[pyfunction]
#[pyo3(signature = (patterns, extension, *, filter=None, debounce=None, poll=None, verbose=true))]
pub fn watch(
    py: Python<'_>,
    patterns: Vec<String>,
    extension: PathBuf,
    filter: Option<Py<PyAny>>,
    debounce: Option<f64>,
    poll: Option<f64>,
    verbose: bool,
) -> PyResult<u64> {
    attach(py, extension)?;
    let running = running()?;
    let request = WatchRequest {
        patterns,
        wants: filter.map(|filter| wants(filter, running.runtime.clone())),
        debounce: seconds(debounce)?,
        poll: seconds(poll)?,
        verbose,
    };
    let number = py.detach(|| running.host.watch(request)).map_err(unanswered)?;
    loader::register_loaded(py, &*running.host.sink())?;
    Ok(number)
}

/// Watches these files no more. False when they were not watched.
#[pyfunction]
pub fn unwatch(number: u64) -> PyResult<bool> {
    Ok(running()?.host.unwatch(number))
}

/// Is this file watched for that number?
#[pyfunction]
pub fn watches(py: Python<'_>, number: Option<u64>, file: PathBuf) -> PyResult<bool> {
    let Some(number) = number else { return Ok(false) };
    let running = running()?;
    Ok(py.detach(|| running.host.watches(number, &file)))
}

/// A Python function as a filter; where it raises, the file is not watched.
fn wants(filter: Py<PyAny>, runtime: CPython) -> Wants {
    Arc::new(move |file: &Path| {
        let mut answer = false;
        let mut ask = |_: &dyn Interpreter| {
            Python::attach(|py| {
                let told = filter.call1(py, (file.as_os_str(),));
                match told.and_then(|told| told.is_truthy(py)) {
                    Ok(told) => answer = told,
                    Err(error) => error.write_unraisable(py, Some(filter.bind(py))),
                }
            });
        };
        // An interpreter that shuts down loads nothing.
        let _ = runtime.attach(&mut ask);
        answer
    })
}
