//! How the process ends.

use std::process::ExitCode;

/// The exit code of `jurigged`. A program that runs decides its own: `sys.exit(3)` ends jurigged with 3, and a signal
/// ends it as it would end Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExitStatus {
    /// 0: what was asked for is done; the program ended well.
    Success,
    /// 1: the program ended with an exception, or `jurigged plan` could not make a plan.
    Failure,
    /// 2: wrong usage: arguments, the configuration, or a script that cannot be read. Nothing ran.
    Usage,
    /// 3: what was asked for cannot run here: no such Python, or a part of jurigged is missing. Nothing ran.
    Unavailable,
}

impl ExitStatus {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Unavailable => 3,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        status.code().into()
    }
}
