//! `[sync] mode`: on which thread a batch is applied, with the code of the user that it runs.
//!
//! What is decided about a batch is decided on the session's thread in any case. What touches the interpreter is lent to
//! the thread of the mode: the main one, which does it between two bytecodes, or the one that asks and waits for the answer.
//! There code of the user runs without the limit of `[patch] statement-limit`, which needs a thread of its own; what
//! exceeds it is told.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use jurigged_runtime::{Handle, Interpreter, Loan, Overrun, Runtime, RuntimeError, lend};

use super::ask::Reply;
use super::{Door, Log, Worker, lock};
use crate::config::SyncMode;
use crate::diagnostic::{Diagnostic, Place as DiagnosticPlace};
use crate::pipeline::report::reached;

/// Where the present batch is applied.
#[derive(Clone, Default)]
pub(super) enum Place {
    /// On the session's thread.
    #[default]
    Here,
    /// On the main thread.
    Main,
    /// On the thread that asks.
    Asker(Sender<Reply>),
}

/// Carries out what touches the interpreter, on the right thread.
pub struct Stage {
    place: Place,
    door: Arc<Door>,
    runtime: Arc<dyn Runtime>,
    log: Arc<Log>,
    limit: Duration,
    file: Option<PathBuf>,
}

impl Stage {
    /// Is it the session's thread, which nobody waits for? Then code of the user has a limit.
    pub fn is_own_thread(&self) -> bool {
        matches!(self.place, Place::Here)
    }

    /// [`Runtime::attach`], there.
    ///
    /// # Errors
    /// When the interpreter, or the session, ends before.
    pub fn attach(&self, work: &mut (dyn FnMut(&dyn Interpreter) + Send)) -> Result<(), RuntimeError> {
        if self.is_own_thread() {
            return self.runtime.attach(&mut |interpreter| work(interpreter));
        }
        let thread = AtomicU64::new(0);
        let mut attached = Err(RuntimeError::ShuttingDown);
        let mut there = || {
            attached = self.runtime.attach(&mut |interpreter| {
                thread.store(interpreter.thread(), Ordering::Release);
                work(interpreter);
            });
        };
        self.lend(&mut there, &thread);
        attached
    }

    /// Does something that is not attached, there.
    pub(super) fn call(&self, work: &mut (dyn FnMut() + Send)) {
        match self.place {
            Place::Here => work(),
            Place::Main | Place::Asker(_) => {
                self.lend(work, &AtomicU64::new(0));
            }
        }
    }

    fn lend(&self, work: &mut (dyn FnMut() + Send), thread: &AtomicU64) -> bool {
        let start = Instant::now();
        let mut is_told = false;
        let is_called_off = |has_begun: bool| {
            if !is_told && start.elapsed() > self.limit {
                is_told = true;
                self.log
                    .diagnostic(&self.late(has_begun, thread.load(Ordering::Acquire)));
            }
            self.door.is_stopped() || self.runtime.is_closing()
        };
        match &self.place {
            Place::Here => {
                work();
                true
            }
            // An asker that has given up waiting drops the work.
            Place::Asker(asker) => lend(work, |loan| drop(asker.send(Reply::Work(loan))), is_called_off),
            Place::Main => lend(work, |loan| self.door.offer_main(loan, &*self.runtime), is_called_off),
        }
    }

    /// The work has not been done within the limit.
    fn late(&self, has_begun: bool, thread: u64) -> Diagnostic {
        let seconds = self.limit.as_secs_f64();
        let told = Diagnostic::warning(
            "statement-limit",
            format!("this save has not been applied after {seconds} s"),
        );
        let told = match &self.file {
            Some(file) => told.place(DiagnosticPlace::file(file)),
            None => told,
        };
        if !has_begun {
            return told
                .detail("the main thread is in a call that does not return to Python, such as a sleep")
                .help("nothing to do: the save is applied when that call returns");
        }
        let mut stack = Vec::new();
        // An interpreter that shuts down has nothing to tell.
        let _ = self
            .runtime
            .attach(&mut |interpreter| stack = interpreter.stack(thread));
        let overrun = Overrun {
            ticket: 0,
            limit: self.limit,
            stack,
        };
        let file = self.file.clone().unwrap_or_default();
        told.detail(format!("code that it runs: {}", reached(&overrun, &file)))
            .help("interrupt the program if it never returns; later saves wait for it")
    }
}

impl Door {
    /// Hands work to the main thread.
    fn offer_main(self: &Arc<Self>, loan: Loan, runtime: &dyn Runtime) {
        lock(&self.for_main).push_back(loan);
        let door = self.clone();
        if !runtime.call_on_main(Box::new(move || door.serve_main())) {
            // Too many calls are pending there already. The work goes back, and is tried again.
            lock(&self.for_main).pop_back();
        }
        // An interpreter that shuts down has no loop.
        let _ = runtime.attach(&mut |interpreter| self.wake_loops(interpreter));
    }

    /// Wakes event loops that wait for something in a system call: the main thread does nothing before that returns.
    fn wake_loops(&self, interpreter: &dyn Interpreter) {
        let Some(events) = interpreter.module("asyncio.events") else {
            return;
        };
        let attribute = |object: Handle, name: &str| interpreter.attribute(object, name).ok().flatten();
        let is_running = |event_loop: &Handle| {
            let answer = attribute(*event_loop, "is_running").map(|ask| interpreter.call(ask, &[]));
            matches!(answer, Some(Ok(answer)) if interpreter.repr(answer) == "True")
        };
        let known = &mut *lock(&self.loops);
        let mut running: Vec<Handle> = known.iter().map(|pin| interpreter.pinned(pin)).collect();
        running.retain(is_running);
        if running.is_empty() {
            let class = attribute(events, "AbstractEventLoop");
            running = class.map_or(Vec::new(), |class| interpreter.instances(class));
            running.retain(is_running);
            *known = running.iter().map(|it| interpreter.pin(*it)).collect();
        }
        let nothing = interpreter
            .module("builtins")
            .and_then(|builtins| attribute(builtins, "bool"));
        for event_loop in running {
            if let (Some(wake), Some(nothing)) = (attribute(event_loop, "call_soon_threadsafe"), nothing) {
                // One that has just ended needs no waking.
                let _ = interpreter.call(wake, &[nothing]);
            }
        }
    }

    /// Does what waits for the main thread; to be called on it.
    pub(super) fn serve_main(&self) {
        loop {
            let loan = lock(&self.for_main).pop_front();
            match loan {
                Some(loan) => loan.run(),
                None => return,
            }
        }
    }
}

impl Worker {
    /// Where a batch is applied. `asker`: the thread that asks for it, and whether it is the main one.
    pub(super) fn place(&self, asker: Option<(&Sender<Reply>, bool)>) -> Place {
        let mode = match self.is_passive {
            true => SyncMode::Manual,
            false => self.settings.sync.mode.value,
        };
        match (mode, asker) {
            (SyncMode::Manual, Some((asker, _))) | (SyncMode::MainThread, Some((asker, true))) => {
                Place::Asker(asker.clone())
            }
            (SyncMode::MainThread, _) => Place::Main,
            (SyncMode::Immediate, _) | (SyncMode::Manual, None) => Place::Here,
        }
    }

    pub(super) fn stage(&self, file: Option<PathBuf>) -> Stage {
        Stage {
            place: self.place.clone(),
            door: self.door.clone(),
            runtime: self.runtime.clone(),
            log: self.log.clone(),
            limit: self.settings.patch.statement_limit.value,
            file,
        }
    }

    /// Do saves wait for a refresh?
    pub(super) fn is_waiting_for_refresh(&self) -> bool {
        self.is_passive || self.settings.sync.mode.value == SyncMode::Manual
    }
}
