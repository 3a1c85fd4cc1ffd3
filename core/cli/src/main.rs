//! The standalone command: the command line with the embedded interpreter.

use std::path::PathBuf;
use std::sync::Arc;

use jurigged_command::arguments;
use jurigged_command::launch::relaunch;
use jurigged_command::run::{self, Home, Interpreter};
use jurigged_engine::session::{Relaunch, Session};
use jurigged_runtime::LoadSink;
use jurigged_runtime::host::Host;
use jurigged_runtime_rustpython::{Embedded, Hooks, Program, ProgramKind, RustPythonRuntime};

fn main() {
    let code = run::main(std::env::args_os().collect(), &mut EmbeddedInterpreter);
    std::process::exit(code);
}

struct EmbeddedInterpreter;

impl Interpreter for EmbeddedInterpreter {
    fn home(&self) -> Home {
        Home::Standalone
    }

    fn package(&self) -> Option<PathBuf> {
        None
    }

    fn extension(&self) -> Option<PathBuf> {
        None
    }

    fn notice(&self) -> Option<String> {
        let version = env!("CARGO_PKG_VERSION");
        Some(format!(
            "jurigged {version}: embedded Python 3.14 (no C extensions); --python python3 runs it on CPython"
        ))
    }

    fn relaunch(&self) -> Relaunch {
        relaunch()
    }

    fn run(&mut self, program: &arguments::Program, session: Arc<Session>) -> i32 {
        let (what, arguments) = match program {
            arguments::Program::Script { path, arguments } => (ProgramKind::Script(path.clone()), arguments),
            arguments::Program::Module { name, arguments } => (ProgramKind::Module(name.clone()), arguments),
        };
        let program = Program {
            what,
            arguments: arguments.clone(),
            inspect: false,
        };
        Embedded::run(program, Arc::new(SessionHooks { session }))
    }
}

struct SessionHooks {
    session: Arc<Session>,
}

impl Hooks for SessionHooks {
    fn started(&self, runtime: Arc<RustPythonRuntime>) -> Arc<dyn LoadSink> {
        if let Err(error) = self.session.start(runtime) {
            self.session.log().cannot_start(&error);
        }
        self.session.sink()
    }

    fn forking(&self) {
        self.session.wait_until_idle();
    }

    fn forked(&self) {
        self.session.restart_in_child();
    }

    fn host(&self) -> Option<Arc<dyn Host>> {
        Some(self.session.clone())
    }

    fn stopping(&self) {
        self.session.stop();
    }
}
