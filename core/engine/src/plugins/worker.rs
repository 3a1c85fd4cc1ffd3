//! The thread on which a native plugin runs.
//!
//! It is never attached to Python. The thread that holds the interpreter answers its questions over a channel and, when
//! the plugin takes too long, leaves it behind: nothing can stop a thread, but everything it still holds is owned or
//! shared, and its questions are answered with `Gone` from then on.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use jurigged_abi::{LiveApi, PluginError, Result};

use super::remote::{Message, RemoteLive};

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
            let _ = answers.send(work(RemoteLive::new(messages.clone())));
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

#[cfg(test)]
mod tests {
    use super::super::remote::NoLive;
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
