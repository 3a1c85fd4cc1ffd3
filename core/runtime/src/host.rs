//! What the program asks of the engine: `jurigged.refresh()`, `plan()`, `undo()`, `watch()` and their like.
//!
//! The engine answers ([`Host`]); the runtimes put the questions behind the functions of the module `_jurigged`, which is
//! the same on all of them. Answers are JSON of the engine, so both runtimes give the same.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::LoadSink;

/// Called with a report as JSON, on the thread that has applied it, which need not be attached. It must not ask and wait.
pub type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// Is a file to be watched? Asked once of each file.
pub type Wants = Arc<dyn Fn(&Path) -> bool + Send + Sync>;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Every save that was complete before is applied, or reported, when the answer comes; of one file, where it is named.
    Refresh(Option<PathBuf>),
    /// What a refresh would do.
    Plan,
    /// Takes the last batch of the history back, in the process: the files stay as they are.
    Undo,
    /// The batches that undo can take back, oldest first.
    History,
    /// Makes a text what runs of a loaded file, without the disk.
    Apply {
        /// The file, as its code names it.
        file: PathBuf,
        /// The text.
        text: String,
    },
    /// A module runs that no loader has told of.
    Register {
        /// Its name in `sys.modules`.
        module: String,
        /// The file, as its code names it; it need not exist.
        file: PathBuf,
        /// The text that it was made from.
        text: String,
    },
    /// The text that runs of a file.
    RunningText(PathBuf),
    /// All files of which modules are known.
    Files,
    /// Saves are kept, and applied by a refresh only.
    SetPassive(bool),
}

/// The answer to an [`Ask`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A report, a plan or a history, as one line of JSON.
    Json(String),
    /// A text, where there is one.
    Text(Option<String>),
    /// Files, sorted.
    Files(Vec<PathBuf>),
    /// It is done.
    Done,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The session has ended, or has not begun.
    #[error("jurigged does not run any more in this process")]
    Stopped,
    /// The asker is what the session waits for.
    #[error("a save is being applied, and this code is part of it; what was saved meanwhile is applied next")]
    Busy,
    /// The time is over.
    #[error("no answer after {} s: a save is being applied that takes longer", .0.as_secs_f64())]
    TimedOut(Duration),
    /// No module was loaded from this file.
    #[error("no module is known that was loaded from {}; `register` tells of one", .0.display())]
    UnknownFile(PathBuf),
    /// The history is empty.
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// What is to be watched is no valid configuration: what is wrong with it.
    #[error("{0}")]
    Watch(String),
}

/// What to watch: `jurigged.watch(...)`.
#[derive(Clone, Default)]
pub struct WatchRequest {
    /// Globs, relative to the current folder.
    pub patterns: Vec<String>,
    /// Files that no glob names.
    pub wants: Option<Wants>,
    /// Quiet time after which a file that was written, but not closed, counts as complete.
    pub debounce: Option<Duration>,
    /// Compare files at this interval instead of waiting for the system's events.
    pub poll: Option<Duration>,
    /// Report every applied edit.
    pub verbose: bool,
}

/// When a [`Listener`] is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before a batch is applied: with the files.
    Before,
    /// After every batch that changed, refused or failed something, with its report; and for watched files.
    After,
}

/// The engine, as the program sees it.
pub trait Host: Send + Sync {
    /// What of the program is not what its files say, as JSON. Never waits.
    fn status(&self) -> String;
    /// Asks, and waits for the answer. The calling thread must not be attached to the interpreter.
    ///
    /// # Errors
    /// [`AskError`].
    fn ask(&self, what: Ask, timeout: Option<Duration>) -> Result<Answer, AskError>;
    /// Watches more files; their number is for [`unwatch`](Self::unwatch). What is loaded already is to be told to the
    /// [`sink`](Self::sink).
    ///
    /// # Errors
    /// [`AskError::Watch`] where a glob is not valid.
    fn watch(&self, request: WatchRequest) -> Result<u64, AskError>;
    /// Watches them no more; false when they were not watched.
    fn unwatch(&self, number: u64) -> bool;
    /// Is this file watched for that number?
    fn watches(&self, number: u64, file: &Path) -> bool;
    /// Calls a listener from now on. The number is for [`unsubscribe`](Self::unsubscribe).
    fn subscribe(&self, listener: Listener, moment: Moment) -> u64;
    /// Calls it no more; false when it was not called.
    fn unsubscribe(&self, number: u64) -> bool;
    /// Who is told of loaded modules.
    fn sink(&self) -> Arc<dyn LoadSink>;
    /// When saves are applied, as the configuration says it.
    fn mode(&self) -> &'static str;
}
