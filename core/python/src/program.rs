//! `python -m jurigged`: the command line, with this Python as the interpreter.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jurigged_command::arguments::{self, RunArguments};
use jurigged_command::launch::{EXTENSION, TAKEN_OVER, relaunch};
use jurigged_command::run::{self, Home, Interpreter};
use jurigged_engine::config::LogLevel;
use jurigged_engine::session::{Relaunch, Session};
use jurigged_runtime::host::Host as _;
use jurigged_runtime_cpython::process::{ProcessHooks, install_process_hooks};
use jurigged_runtime_cpython::program::{Program, Sequel};
use jurigged_runtime_cpython::{CPython, loader, program};
use pyo3::exceptions::{PyRuntimeError, PySystemExit};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::session;

/// Runs the command with `sys.argv`, and the program in this process. Does not return normally unless the program does.
///
/// # Errors
/// `SystemExit` with the exit code, or the `KeyboardInterrupt` of the program.
#[pyfunction]
pub fn main(py: Python<'_>, arguments: Vec<OsString>, package: PathBuf, extension: PathBuf) -> PyResult<()> {
    // With the variables that are taken out below.
    let relaunch = relaunch();
    program::remove_launcher_path(py)?;
    let mut this = ThisPython {
        py,
        package,
        extension,
        relaunch,
        taken_over: take_variable(py, TAKEN_OVER)?.is_some(),
        ended: None,
    };
    take_variable(py, EXTENSION)?;
    let code = run::main(arguments, &mut this);
    match this.ended {
        Some(ended) => ended,
        None if code == 0 => Ok(()),
        None => Err(PySystemExit::new_err(code)),
    }
}

/// Removes a variable of ours from the environment that the program sees.
fn take_variable(py: Python<'_>, name: &str) -> PyResult<Option<String>> {
    let environment = py.import("os")?.getattr("environ")?;
    environment.call_method1("pop", (name, py.None()))?.extract()
}

struct ThisPython<'py> {
    py: Python<'py>,
    package: PathBuf,
    extension: PathBuf,
    relaunch: Relaunch,
    taken_over: bool,
    ended: Option<PyResult<()>>,
}

impl Interpreter for ThisPython<'_> {
    fn home(&self) -> Home {
        match self.taken_over {
            true => Home::TakenOver,
            false => Home::Installed,
        }
    }

    fn package(&self) -> Option<PathBuf> {
        Some(self.package.clone())
    }

    fn extension(&self) -> Option<PathBuf> {
        Some(self.extension.clone())
    }

    fn notice(&self) -> Option<String> {
        None
    }

    fn relaunch(&self) -> Relaunch {
        self.relaunch.clone()
    }

    fn run(&mut self, arguments: &RunArguments, session: Arc<Session>) -> i32 {
        self.ended = Some(self.start(arguments, &session));
        0
    }
}

impl ThisPython<'_> {
    fn start(&self, arguments: &RunArguments, session: &Arc<Session>) -> PyResult<()> {
        let runtime = attach_session(self.py, session)?;
        self.prepare_loops(arguments)?;
        let is_alone = arguments.program == arguments::Program::Prompt;
        let program = match &arguments.program {
            arguments::Program::Script { path, arguments } => Program::Script {
                path: path.clone(),
                arguments: arguments.clone(),
            },
            arguments::Program::Module { name, arguments } => Program::Module {
                name: name.clone(),
                arguments: arguments.clone(),
            },
            arguments::Program::Function {
                module,
                function,
                arguments,
            } => Program::Function {
                module: module.clone(),
                function: function.clone(),
                arguments: arguments.clone(),
            },
            arguments::Program::Prompt => Program::Nothing,
        };
        let prompt = |names: &Bound<'_, PyDict>| {
            let shell = names.py().import("jurigged._shell")?;
            let tells_edits = session.log().shows(LogLevel::Info);
            shell.call_method1("interact", (names, is_alone, tells_edits)).map(drop)
        };
        let sequel: Option<Sequel<'_>> = (is_alone || arguments.interactive).then_some(&prompt);
        program::run(self.py, &runtime, &program, Some(&*session.sink()), sequel)
    }

    /// `__` in the builtins, and the functions of `--loop` and `--xloop`.
    fn prepare_loops(&self, arguments: &RunArguments) -> PyResult<()> {
        let module = match &arguments.program {
            arguments::Program::Function { module, .. } => Some(module),
            _ => None,
        };
        let arguments = (
            &arguments.develoop.always,
            &arguments.develoop.on_error,
            &arguments.develoop.interface,
            // As text: of a path PyO3 makes a `pathlib.Path`, whose import takes longer than all of the start.
            arguments.program.script().map(Path::as_os_str),
            module,
        );
        let prepare = self.py.import("jurigged._dev")?.getattr("prepare")?;
        prepare.call1(arguments).map(drop)
    }
}

/// Lets a session hear of loaded modules, of forks and of the end, and starts it.
pub fn attach_session(py: Python<'_>, session: &Arc<Session>) -> PyResult<CPython> {
    let runtime = CPython::new(py).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    loader::install_loader_hook(py, session.sink())?;
    let hooks = Arc::new(SessionHooks {
        session: session.clone(),
    });
    install_process_hooks(py, &runtime, hooks)?;
    session::set_running(session.clone(), &runtime);
    if let Err(error) = session.start(Arc::new(runtime.clone())) {
        session.log().cannot_start(&error);
    }
    Ok(runtime)
}

struct SessionHooks {
    session: Arc<Session>,
}

impl ProcessHooks for SessionHooks {
    fn threads(&self) -> usize {
        self.session.threads()
    }

    fn before_fork(&self) {
        self.session.wait_until_idle();
    }

    fn after_fork_child(&self) {
        self.session.restart_in_child();
    }

    fn stopping(&self) {
        self.session.stop();
    }
}
