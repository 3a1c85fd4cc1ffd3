//! The standalone command: the command line with the embedded interpreter.

use std::path::PathBuf;
use std::sync::Arc;

use jurigged_command::arguments::{self, RunArguments};
use jurigged_command::launch::relaunch;
use jurigged_command::run::{self, Home, Interpreter};
use jurigged_engine::session::{Relaunch, Session};
use jurigged_runtime::LoadSink;
use jurigged_runtime::host::Host;
use jurigged_runtime_rustpython::{Embedded, Hooks, Loops, Program, ProgramKind, RustPythonRuntime};

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

    fn run(&mut self, arguments: &RunArguments, session: Arc<Session>) -> i32 {
        let (what, rest) = match arguments.program.clone() {
            arguments::Program::Script { path, arguments } => (ProgramKind::Script(path), arguments),
            arguments::Program::Module { name, arguments } => (ProgramKind::Module(name), arguments),
            arguments::Program::Function {
                module,
                function,
                arguments,
            } => (ProgramKind::Function { module, function }, arguments),
            arguments::Program::Prompt => (ProgramKind::Interactive, Vec::new()),
        };
        let program = Program {
            what,
            arguments: rest,
            inspect: arguments.interactive,
            loops: Loops {
                always: arguments.develoop.always.clone(),
                on_error: arguments.develoop.on_error.clone(),
                interface: arguments.develoop.interface.clone(),
            },
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
