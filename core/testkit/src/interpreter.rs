//! Which Python a test program runs on, and the commands that start it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::process::clean_environment;
use crate::{Project, RuntimeKind};

/// One Python with jurigged.
#[derive(Clone, Debug)]
pub struct Interpreter {
    /// `embedded`, or `cpython3.12`.
    pub label: String,
    /// Which runtime.
    pub kind: RuntimeKind,
    /// Major and minor.
    pub version: (u8, u8),
    /// The `jurigged` command.
    pub jurigged: PathBuf,
    /// The Python to run on; `None` for the embedded one.
    pub python: Option<PathBuf>,
    /// Its texts are those that the others are compared with.
    pub is_reference: bool,
}

impl Interpreter {
    /// The interpreter inside the command.
    pub fn embedded(jurigged: impl Into<PathBuf>) -> Self {
        Self {
            label: "embedded".to_owned(),
            kind: RuntimeKind::Embedded,
            version: (3, 14),
            jurigged: jurigged.into(),
            python: None,
            is_reference: false,
        }
    }

    /// A CPython.
    pub fn cpython(jurigged: impl Into<PathBuf>, python: impl Into<PathBuf>, version: (u8, u8)) -> Self {
        Self {
            label: format!("cpython{}.{}", version.0, version.1),
            kind: RuntimeKind::Cpython,
            version,
            jurigged: jurigged.into(),
            python: Some(python.into()),
            is_reference: false,
        }
    }

    /// `jurigged [--python P] …` in a project.
    pub fn command(&self, project: &Project) -> Command {
        let mut command = Command::new(&self.jurigged);
        clean_environment(&mut command).current_dir(project.folder());
        match &self.python {
            Some(python) => command.arg("--python").arg(python),
            None => command.args(["--runtime", "embedded"]),
        };
        command
    }

    /// The same Python without any reloading to speak of: plain `python`, or the embedded one, whose files do not change
    /// while it runs.
    pub fn plain_command(&self, project: &Project) -> Command {
        match &self.python {
            Some(python) => {
                let mut command = Command::new(python);
                clean_environment(&mut command).current_dir(project.folder());
                command
            }
            None => self.command(project),
        }
    }

    /// The real executable of the Python, for scripts that start another one; the command itself for the embedded one.
    pub fn executable(&self) -> OsString {
        self.python.as_ref().unwrap_or(&self.jurigged).clone().into_os_string()
    }
}
