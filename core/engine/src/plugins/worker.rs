//! The thread on which a native plugin runs.
//!
//! It is never attached to Python. The thread that holds the interpreter answers its questions over a channel and, when
//! the plugin takes too long, leaves it behind: nothing can stop a thread, but everything it still holds is owned or
//! shared, and its questions are answered with `Gone` from then on.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use jurigged_abi::{LiveApi, OptionValue, PluginError, Result};

/// A plugin's thread.
pub struct Worker {
    name: String,
    jobs: Sender<Job>,
    /// After a fork the child has this struct, but not the thread.
    process: u32,
}

type Job = Box<dyn FnOnce() + Send>;

/// Why a call gave no answer.
#[derive(Debug, PartialEq, Eq)]
pub enum CallFailure {
    /// The plugin said so, or panicked.
    Error(PluginError),
    /// It was left behind at its limit; the worker is of no more use.
    Hung,
    /// It named what does not exist.
    Lied(&'static str),
}

impl Worker {
    /// Starts the thread. `name` is the plugin's.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(name: &str) -> std::io::Result<Self> {
        Ok(Self {
            name: name.into(),
            jobs: spawn(name)?,
            process: std::process::id(),
        })
    }

    /// Runs `work` on the thread, answers its questions from `live` on this one, and waits for its answer: as long as
    /// the plugin itself, Python run for it not counted, takes less than `limit`.
    ///
    /// # Errors
    /// The plugin's error, or that it was left behind.
    pub fn call<T: Send + 'static>(
        &mut self,
        live: &dyn LiveApi,
        limit: Duration,
        work: impl FnOnce(RemoteLive) -> Result<T> + Send + 'static,
    ) -> Result<T, CallFailure> {
        if self.process != std::process::id() {
            *self = Self::start(&self.name).map_err(|error| bug(&error.to_string()))?;
        }
        let (messages, inbox) = channel();
        let (answers, answer) = channel();
        let job = Box::new(move || {
            // Nobody listens any more if this took too long.
            let _ = answers.send(work(RemoteLive {
                messages: messages.clone(),
            }));
            let _ = messages.send(Message::Answered);
        });
        self.jobs.send(job).map_err(|_| bug("its thread has ended"))?;
        answer_questions(&inbox, live, limit)?;
        answer
            .recv()
            .map_err(|_| bug("its thread has ended"))?
            .map_err(CallFailure::Error)
    }
}

fn bug(text: &str) -> CallFailure {
    CallFailure::Error(PluginError::Bug(text.into()))
}

fn answer_questions(inbox: &Receiver<Message>, live: &dyn LiveApi, limit: Duration) -> Result<(), CallFailure> {
    let mut left = limit;
    loop {
        let asked = Instant::now();
        match inbox.recv_timeout(left) {
            Ok(Message::Answered) => return Ok(()),
            Ok(Message::Question(question)) => {
                left = left.saturating_sub(asked.elapsed());
                question(live);
            }
            Err(RecvTimeoutError::Timeout) => return Err(CallFailure::Hung),
            // Panics are caught inside the plugin, so this is a foreign exception or an exited thread.
            Err(RecvTimeoutError::Disconnected) => return Err(bug("its thread has ended")),
        }
    }
}

fn spawn(name: &str) -> std::io::Result<Sender<Job>> {
    let (jobs, inbox) = channel::<Job>();
    let _blocked = SignalsBlocked::new();
    // Linux cuts names at 15 bytes: the plugin's name is what tells threads apart.
    std::thread::Builder::new().name(name.into()).spawn(move || {
        while let Ok(job) = inbox.recv() {
            job();
        }
    })?;
    Ok(jobs)
}

/// Blocks all signals while it lives, so that a thread made meanwhile never gets one.
///
/// A program may block a signal in all its threads to wait for it with `sigwait`; one of ours that did not would take
/// the signal, and its default action ends the process.
struct SignalsBlocked {
    #[cfg(unix)]
    before: libc::sigset_t,
}

impl SignalsBlocked {
    #[cfg(unix)]
    fn new() -> Self {
        // SAFETY: both sets are plain data, written by the calls before they are read.
        unsafe {
            let mut all = std::mem::zeroed();
            let mut before = std::mem::zeroed();
            libc::sigfillset(&mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut before);
            Self { before }
        }
    }

    #[cfg(not(unix))]
    fn new() -> Self {
        Self {}
    }
}

#[cfg(unix)]
impl Drop for SignalsBlocked {
    fn drop(&mut self) {
        // SAFETY: `before` was filled in by `pthread_sigmask`.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, std::ptr::null_mut());
        }
    }
}

enum Message {
    Question(Box<dyn FnOnce(&dyn LiveApi) + Send>),
    Answered,
}

/// The live program as a worker sees it: every question goes to the thread that holds the interpreter.
pub struct RemoteLive {
    messages: Sender<Message>,
}

impl RemoteLive {
    fn ask<T: Send + 'static>(&self, question: impl FnOnce(&dyn LiveApi) -> Result<T> + Send + 'static) -> Result<T> {
        let (reply, answer) = channel();
        let question = Message::Question(Box::new(move |live| {
            // The asker waits below, unless its thread was torn down.
            let _ = reply.send(question(live));
        }));
        self.messages.send(question).map_err(|_| PluginError::Gone)?;
        answer.recv().map_err(|_| PluginError::Gone)?
    }
}

impl LiveApi for RemoteLive {
    fn run(&self, source: &str, arguments: &[(&str, u64)]) -> Result<u64> {
        let source = source.to_owned();
        let arguments: Vec<_> = arguments
            .iter()
            .map(|(name, object)| ((*name).to_owned(), *object))
            .collect();
        self.ask(move |live| {
            let arguments: Vec<_> = arguments
                .iter()
                .map(|(name, object)| (name.as_str(), *object))
                .collect();
            live.run(&source, &arguments)
        })
    }

    fn get(&self, object: u64, name: &str) -> Result<Option<u64>> {
        let name = name.to_owned();
        self.ask(move |live| live.get(object, &name))
    }

    fn module(&self, name: &str) -> Result<u64> {
        let name = name.to_owned();
        self.ask(move |live| live.module(&name))
    }

    fn items(&self, object: u64) -> Result<Vec<u64>> {
        self.ask(move |live| live.items(object))
    }

    fn text(&self, object: u64) -> Result<Option<String>> {
        self.ask(move |live| live.text(object))
    }

    fn integer(&self, object: u64) -> Result<Option<i64>> {
        self.ask(move |live| live.integer(object))
    }

    fn class_names(&self, object: u64) -> Result<Vec<String>> {
        self.ask(move |live| live.class_names(object))
    }

    fn same(&self, a: u64, b: u64) -> Result<bool> {
        self.ask(move |live| live.same(a, b))
    }

    fn remember(&self, key: &str, object: u64) -> Result {
        let key = key.to_owned();
        self.ask(move |live| live.remember(&key, object))
    }

    fn remembered(&self, key: &str) -> Result<Vec<u64>> {
        let key = key.to_owned();
        self.ask(move |live| live.remembered(&key))
    }

    fn instances(&self, class: &str) -> Result<Vec<u64>> {
        let class = class.to_owned();
        self.ask(move |live| live.instances(&class))
    }

    fn callees_first(&self, function: u64) -> Result<Vec<u64>> {
        self.ask(move |live| live.callees_first(function))
    }

    fn option(&self, name: &str) -> Result<OptionValue> {
        let name = name.to_owned();
        self.ask(move |live| live.option(&name))
    }

    fn repr(&self, object: u64) -> Result<String> {
        self.ask(move |live| live.repr(object))
    }
}

/// For calls that see no live object: every question is answered with `Gone`.
pub(super) struct NoLive;

impl LiveApi for NoLive {
    fn run(&self, _: &str, _: &[(&str, u64)]) -> Result<u64> {
        Err(PluginError::Gone)
    }

    fn get(&self, _: u64, _: &str) -> Result<Option<u64>> {
        Err(PluginError::Gone)
    }

    fn module(&self, _: &str) -> Result<u64> {
        Err(PluginError::Gone)
    }

    fn items(&self, _: u64) -> Result<Vec<u64>> {
        Err(PluginError::Gone)
    }

    fn text(&self, _: u64) -> Result<Option<String>> {
        Err(PluginError::Gone)
    }

    fn integer(&self, _: u64) -> Result<Option<i64>> {
        Err(PluginError::Gone)
    }

    fn class_names(&self, _: u64) -> Result<Vec<String>> {
        Err(PluginError::Gone)
    }

    fn same(&self, _: u64, _: u64) -> Result<bool> {
        Err(PluginError::Gone)
    }

    fn remember(&self, _: &str, _: u64) -> Result {
        Err(PluginError::Gone)
    }

    fn remembered(&self, _: &str) -> Result<Vec<u64>> {
        Err(PluginError::Gone)
    }

    fn instances(&self, _: &str) -> Result<Vec<u64>> {
        Err(PluginError::Gone)
    }

    fn callees_first(&self, _: u64) -> Result<Vec<u64>> {
        Err(PluginError::Gone)
    }

    fn option(&self, _: &str) -> Result<OptionValue> {
        Err(PluginError::Gone)
    }

    fn repr(&self, _: u64) -> Result<String> {
        Err(PluginError::Gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_back() {
        let mut worker = Worker::start("t").unwrap();
        let answer = worker.call(&NoLive, Duration::from_secs(30), |live| {
            assert_eq!(live.text(1), Err(PluginError::Gone));
            Ok(42)
        });
        assert_eq!(answer, Ok(42));
    }

    #[test]
    fn a_worker_that_hangs_is_left_behind_and_gets_gone() {
        let mut worker = Worker::start("t").unwrap();
        let (go_on, wait) = channel::<()>();
        let (tell, told) = channel();
        let answer = worker.call(&NoLive, Duration::from_millis(20), move |live| {
            let _ = wait.recv();
            tell.send(live.text(1)).unwrap();
            Ok(())
        });
        assert_eq!(answer, Err(CallFailure::Hung));
        drop(worker);
        drop(go_on);
        assert_eq!(told.recv_timeout(Duration::from_secs(30)), Ok(Err(PluginError::Gone)));
    }

    #[test]
    fn a_panic_on_the_thread_is_an_error_here() {
        let mut worker = Worker::start("t").unwrap();
        let answer = worker.call::<()>(&NoLive, Duration::from_secs(30), |_| {
            std::panic::resume_unwind(Box::new(()))
        });
        assert!(
            matches!(answer, Err(CallFailure::Error(PluginError::Bug(_)))),
            "{answer:?}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn no_signal_is_delivered_to_the_thread() {
        let mut worker = Worker::start("t").unwrap();
        let blocked = worker.call(&NoLive, Duration::from_secs(30), |_| {
            // SAFETY: the set is plain data, filled in by the call.
            let blocked = unsafe {
                let mut set = std::mem::zeroed();
                libc::pthread_sigmask(libc::SIG_SETMASK, std::ptr::null(), &mut set);
                libc::sigismember(&set, libc::SIGTERM)
            };
            Ok(blocked)
        });
        assert_eq!(blocked, Ok(1));
    }
}
