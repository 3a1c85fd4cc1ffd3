//! `on-change = "restart"`: the program is started again in its process.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use jurigged_runtime::{Interpreter, Runtime};

/// How the process was started.
#[derive(Clone, Debug, Default)]
pub struct Relaunch {
    /// The command line, the program first.
    pub arguments: Vec<OsString>,
    /// The whole environment.
    pub environment: Vec<(OsString, OsString)>,
    /// The current folder.
    pub folder: Option<PathBuf>,
}

impl Relaunch {
    /// Replaces the process by a new start of the program: process id, terminal and standard streams stay. `atexit`
    /// functions and the code of running `with` statements do not run; what Python holds back of its output is written.
    ///
    /// Returns only when the system refuses, with what it says.
    pub fn exec(&self, runtime: &dyn Runtime) -> std::io::Error {
        let Some((program, arguments)) = self.arguments.split_first() else {
            return std::io::Error::other("the command line of this process is not known");
        };
        // An interpreter that shuts down writes its output itself.
        let _ = runtime.attach(&mut flush);
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.exec()
    }
}

/// `sys.stdout.flush()`, `sys.stderr.flush()`.
fn flush(interpreter: &dyn Interpreter) {
    let Some(sys) = interpreter.module("sys") else { return };
    for stream in ["stdout", "stderr"] {
        let stream = interpreter.attribute(sys, stream).ok().flatten();
        let flush = stream.and_then(|stream| interpreter.attribute(stream, "flush").ok().flatten());
        if let Some(flush) = flush {
            // A stream that was closed, or that leads nowhere, has nothing to lose.
            let _ = interpreter.call(flush, &[]);
        }
    }
}
