//! Why a test did not pass, in words for the person who reads the failed test.

use std::path::PathBuf;

/// A failed check, or a test that could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum KitError {
    /// A file or folder of the test cannot be read or written.
    #[error("{}: {cause}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why; part of the text, because a failed test shows nothing else.
        cause: std::io::Error,
    },
    /// A `scenario.toml` is not valid.
    #[error("{}: {message}", path.display())]
    Manifest {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The program ended, hung or printed what the kit does not understand; with everything that it printed.
    #[error("{what}\n{output}")]
    Program {
        /// What went wrong.
        what: String,
        /// Its output so far.
        output: String,
    },
    /// A check of the test failed.
    #[error("{0}")]
    Check(String),
    /// Files that were saved together were seen as saves one after the other: the machine did something else in between.
    #[error("files that were saved together arrived as several saves")]
    Split,
    /// A Python or a package cannot be had.
    #[error("{0}")]
    Python(String),
}

impl KitError {
    /// For `map_err` of input and output at a path.
    pub fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Io { path, cause }
    }
}
