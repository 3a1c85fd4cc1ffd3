//! What the program asks its session: `jurigged.refresh()`, `plan()`, `undo()` and their like.
//!
//! The state has one owner, the session's thread: a question is a message to it, and the asking thread waits. It must have
//! let go of the interpreter before, which the session's thread needs for its answer. Where the question comes from code
//! that the session itself is waiting for, there is no answer but a refusal.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use jurigged_runtime::in_awaited_code;

use super::{Message, Session, Worker, lock};
use crate::diagnostic::Diagnostic;
use crate::pipeline::report::{Report, Told};

/// How often an asking thread looks whether the session has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

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
    #[error("no module is known that was loaded from {}; `jurigged.register` tells of one", .0.display())]
    UnknownFile(PathBuf),
    /// The history is empty.
    #[error("there is nothing to undo")]
    NothingToUndo,
}

/// A question on its way.
pub(super) struct Asked {
    what: Ask,
    answer: Sender<Result<Answer, AskError>>,
}

impl Session {
    /// Asks, and waits for the answer. The calling thread must not be attached to the interpreter.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn ask(&self, what: Ask, timeout: Option<Duration>) -> Result<Answer, AskError> {
        let is_own_thread = *lock(&self.door.thread) == Some(std::thread::current().id());
        if is_own_thread || in_awaited_code() {
            return match what {
                Ask::Refresh(_) => Ok(Answer::Json(busy())),
                _ => Err(AskError::Busy),
            };
        }
        let (answer, wait) = channel();
        if self.door.is_stopped() || !self.door.send(Message::Ask(Asked { what, answer })) {
            return Err(AskError::Stopped);
        }
        let start = Instant::now();
        loop {
            match wait.recv_timeout(LOOK_AGAIN) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Disconnected) => return Err(AskError::Stopped),
                Err(RecvTimeoutError::Timeout) if self.door.is_stopped() => return Err(AskError::Stopped),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(limit) = timeout.filter(|limit| start.elapsed() >= *limit) {
                return Err(AskError::TimedOut(limit));
            }
        }
    }
}

/// The report of a refresh in code that a save runs: a loop that refreshes may be entered by a statement of a save.
fn busy() -> String {
    let report = Report {
        diagnostics: vec![Diagnostic::notice("refresh", AskError::Busy.to_string())],
        ..Report::default()
    };
    Told::new(&report, 0).json()
}

impl Worker {
    /// Answers a question; of the messages that wait, those that tell of files come first.
    pub(super) fn answer(&mut self, asked: Asked, inbox: &Receiver<Message>) {
        self.take_in();
        let answer = self.answer_to(asked.what, inbox);
        // The asker may have given up waiting.
        let _ = asked.answer.send(answer);
    }

    fn answer_to(&mut self, what: Ask, inbox: &Receiver<Message>) -> Result<Answer, AskError> {
        Ok(match what {
            Ask::Refresh(only) => {
                let report = self.refresh(only.as_deref(), inbox);
                Answer::Json(Told::new(&report, self.history.revision()).json())
            }
            Ask::Plan => Answer::Json(self.foresee().json()),
            Ask::Undo => {
                let report = self.undo()?;
                Answer::Json(Told::new(&report, self.history.revision()).json())
            }
            Ask::History => Answer::Json(self.history.json()),
            Ask::Apply { file, text } => {
                let file = self.known(&file)?;
                let report = self.reload_texts([(file, Arc::from(text))].into());
                Answer::Json(Told::new(&report, self.history.revision()).json())
            }
            Ask::Register { module, file, text } => {
                self.register(module, file, text);
                Answer::Done
            }
            Ask::RunningText(file) => {
                let file = self.program.find(&file);
                let module = file.and_then(|file| self.program.of_file(&file).first().map(|it| it.baseline.clone()));
                Answer::Text(module.map(|source| source.text().to_owned()))
            }
            Ask::Files => {
                let mut files: Vec<PathBuf> = self.program.files().cloned().collect();
                files.sort();
                Answer::Files(files)
            }
            Ask::SetPassive(is_passive) => {
                self.is_passive = is_passive;
                Answer::Done
            }
        })
    }

    fn known(&self, file: &Path) -> Result<PathBuf, AskError> {
        let known = self.program.find(file);
        known.ok_or_else(|| AskError::UnknownFile(file.to_owned()))
    }

    fn register(&mut self, module: String, file: PathBuf, text: String) {
        let is_new = !self.program.knows(&file);
        self.program.register(module, file.clone(), text);
        if is_new && file.is_file() {
            if let Some(watcher) = &self.watcher {
                let _ = watcher.follow(&file);
            }
            self.log.watch(&file);
        }
    }
}
