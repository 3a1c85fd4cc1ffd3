//! What the program asks its session: `jurigged.refresh()`, `plan()`, `undo()` and their like.
//!
//! The state has one owner, the session's thread: a question is a message to it, and the asking thread waits. It must have
//! let go of the interpreter before, which the session's thread needs for its answer. Where the question comes from code
//! that the session itself is waiting for, there is no answer but a refusal.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use jurigged_runtime::host::{Answer, Ask, AskError, Host, Listener, Moment, WatchRequest};
use jurigged_runtime::{LoadSink, Loan, in_awaited_code};

use super::stage::Place;
use super::{Message, Session, Worker, lock};
use crate::config::SyncMode;
use crate::diagnostic::Diagnostic;
use crate::pipeline::report::{Report, Told};

/// How often an asking thread looks whether the session has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A question on its way.
pub(super) struct Asked {
    what: Ask,
    reply: Sender<Reply>,
    /// Does the main thread ask?
    is_main: bool,
}

/// What an asking thread gets.
pub(super) enum Reply {
    /// To be done before there is an answer.
    Work(Loan),
    Answer(Result<Answer, AskError>),
}

impl Host for Session {
    fn status(&self) -> String {
        lock(&self.door.status).json(SystemTime::now())
    }

    fn watch(&self, request: WatchRequest) -> Result<u64, AskError> {
        self.add_watch(request)
    }

    fn unwatch(&self, number: u64) -> bool {
        self.remove_watch(number)
    }

    fn watches(&self, number: u64, file: &Path) -> bool {
        self.door.watched().watches(number, file)
    }

    fn subscribe(&self, listener: Listener, moment: Moment) -> u64 {
        self.door.listeners.add(listener, moment)
    }

    fn unsubscribe(&self, number: u64) -> bool {
        self.door.listeners.remove(number)
    }

    fn sink(&self) -> Arc<dyn LoadSink> {
        self.door.clone()
    }

    fn mode(&self) -> &'static str {
        lock(&self.door.mode).word()
    }

    fn ask(&self, what: Ask, timeout: Option<Duration>) -> Result<Answer, AskError> {
        let is_own_thread = *lock(&self.door.thread) == Some(std::thread::current().id());
        if is_own_thread || in_awaited_code() {
            return match what {
                Ask::Refresh(_) => Ok(Answer::Json(busy())),
                _ => Err(AskError::Busy),
            };
        }
        let is_main = self.is_main_thread();
        let (reply, wait) = channel();
        let asked = Asked { what, reply, is_main };
        if self.door.is_stopped() || !self.door.send(Message::Ask(asked)) {
            return Err(AskError::Stopped);
        }
        let start = Instant::now();
        loop {
            if is_main {
                // A save that came before the question may wait for this very thread.
                self.door.serve_main();
            }
            match wait.recv_timeout(LOOK_AGAIN) {
                Ok(Reply::Work(loan)) => loan.run(),
                Ok(Reply::Answer(answer)) => return answer,
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

impl Session {
    /// Is this the thread that saves wait for?
    pub(super) fn is_main_thread(&self) -> bool {
        let matters = *lock(&self.door.mode) == SyncMode::MainThread;
        matters && self.door.runtime.get().is_some_and(|runtime| runtime.is_main_thread())
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
        self.place = self.place(Some((&asked.reply, asked.is_main)));
        self.take_in();
        let answer = self.answer_to(asked.what, inbox);
        self.place = Place::Here;
        // The asker may have given up waiting.
        let _ = asked.reply.send(Reply::Answer(answer));
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
