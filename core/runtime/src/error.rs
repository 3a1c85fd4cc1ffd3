//! What can go wrong between the engine and an interpreter.

/// A Python exception, as text: the exception object stays inside the runtime.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PythonError {
    /// The class name, such as `ValueError`; with its module unless that is `builtins`.
    pub kind: String,
    /// `str(exception)`; for a `SyntaxError` its `msg` alone.
    pub message: String,
    /// The whole traceback as Python prints it, ending in a newline.
    pub traceback: String,
    /// Where it was raised: for a `SyntaxError` its own file and position, else the innermost frame.
    pub file: Option<String>,
    /// 1-based line.
    pub line: Option<u32>,
    /// 1-based column in characters, where Python gives one.
    pub column: Option<u32>,
    /// 1-based end column in characters on the same line, where Python gives one.
    pub end_column: Option<u32>,
}

impl std::fmt::Display for PythonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.message.is_empty() {
            f.write_str(&self.kind)
        } else {
            write!(f, "{}: {}", self.kind, self.message)
        }
    }
}

impl std::error::Error for PythonError {}

/// An answer that an interpreter could not give.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// User code raised.
    #[error("{0}")]
    Python(Box<PythonError>),
    /// User code has not returned within its limit: it was left behind, and goes on.
    #[error("it has not returned after {} s", .0.limit.as_secs_f64())]
    Overrun(Box<crate::Overrun>),
    /// The handle belongs to another attachment.
    #[error("the object of handle {0:?} is gone")]
    Gone(crate::Handle),
    /// The interpreter is finalizing: nothing more will be patched.
    #[error("the interpreter is shutting down")]
    ShuttingDown,
    /// This runtime cannot do that.
    #[error("{runtime} cannot {what}")]
    Unsupported { runtime: &'static str, what: &'static str },
}

/// Why a commit was taken back.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Another thread changed the value since `prepare`; preparing again may succeed.
    #[error("the value that swap {index} replaces has changed")]
    Changed { index: usize },
    /// The interpreter refused the swap (an audit hook's veto, a read-only slot).
    #[error("swap {index} failed: {source}")]
    Refused { index: usize, source: Box<PythonError> },
    /// The fault that the caller asked for.
    #[error("fault injected at swap {index}")]
    Injected { index: usize },
}
