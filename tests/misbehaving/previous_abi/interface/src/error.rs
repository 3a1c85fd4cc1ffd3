//! What a plugin answers when it cannot do its work.

/// What every call of and by a plugin gives.
pub type Result<T = (), E = PluginError> = std::result::Result<T, E>;

/// Why a plugin did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PluginError {
    /// The edit cannot be made right; in `prepare`, it and those that need it are refused with this reason.
    Refuse(String),
    /// Python raised.
    Python {
        /// The class name, with its module unless that is `builtins`.
        kind: String,
        /// `str(exception)`.
        message: String,
        /// The traceback as Python prints it.
        traceback: String,
    },
    /// The object, or the whole transaction, is over: the number was kept too long, or the host stopped waiting.
    Gone,
    /// The plugin is wrong: a panic, a missing module, an answer that makes no sense.
    Bug(String),
}

impl std::fmt::Display for PluginError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refuse(reason) => f.write_str(reason),
            Self::Python { kind, message, .. } if message.is_empty() => f.write_str(kind),
            Self::Python { kind, message, .. } => write!(f, "{kind}: {message}"),
            Self::Gone => f.write_str("an object was used after its transaction had ended"),
            Self::Bug(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for PluginError {}

/// The error that refuses an edit: `return Err(refuse("the fields of a NamedTuple are its layout"))`.
pub fn refuse(reason: impl Into<String>) -> PluginError {
    PluginError::Refuse(reason.into())
}
