//! Code of the user that may never return: it runs on a thread of its own, and is left behind at a limit.
//!
//! Nothing can stop a thread of Python. What can be done is to let go of the interpreter while it works, to stop waiting
//! for it, to say where it is, and to tell how it ended if it ever does. What it holds then is owned by it alone.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::handoff::in_lent_work;
use crate::{Handle, Interpreter, Pin, PythonError, Runtime, RuntimeError};

/// As the session's own thread has: code of the user recurses as deep as Python lets it.
const STACK: usize = 16 << 20;
/// How often a waiting thread asks whether the interpreter shuts down: then it must not wait for it any more.
const POLL: Duration = Duration::from_millis(20);

thread_local! {
    /// What runs on this thread.
    static RUNNING: RefCell<Option<Arc<Baton>>> = const { RefCell::new(None) };
}

/// Is the calling thread running code that an attachment, or the engine, waits for? Then nobody will answer it.
pub fn in_awaited_code() -> bool {
    in_lent_work() || RUNNING.with_borrow(|baton| baton.as_ref().is_some_and(|baton| !baton.lock().has_left))
}

/// Threads that run, or wait to run, code of the user.
static THREADS: AtomicUsize = AtomicUsize::new(0);
/// Numbers what was left behind.
static TICKETS: AtomicU64 = AtomicU64::new(1);

/// How many threads of this module exist; those of code that was left behind, too.
pub fn user_code_threads() -> usize {
    THREADS.load(Ordering::Acquire)
}

/// What is to be run.
#[derive(Clone, Copy, Debug)]
pub enum UserCode<'a> {
    /// `exec(code, globals, locals)`; the answer is `None`.
    Execute {
        code: Handle,
        globals: Handle,
        locals: Handle,
    },
    /// `function(*arguments)`.
    Call { function: Handle, arguments: &'a [Handle] },
}

/// A frame of a thread's stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FramePlace {
    /// `co_filename`.
    pub file: String,
    /// The line it is at, 1-based.
    pub line: u32,
    /// `co_name`.
    pub function: String,
}

/// Code that has not returned within the limit, and goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overrun {
    /// Its number, by which [`LateEnd`] names it.
    pub ticket: u64,
    /// The limit.
    pub limit: Duration,
    /// Where it was then, outermost frame first; empty where it had not begun for want of the interpreter.
    pub stack: Vec<FramePlace>,
}

/// Code that was left behind has ended after all.
#[derive(Debug)]
pub struct LateEnd {
    /// See [`Overrun::ticket`].
    pub ticket: u64,
    /// How long it has taken.
    pub took: Duration,
    /// What it raised.
    pub error: Option<Box<PythonError>>,
}

/// How long code of the user may take, and who is told what became of it.
#[derive(Clone)]
pub struct Limit {
    /// The limit.
    pub time: Duration,
    /// Called when code that was left behind has ended, on its thread; it must not block.
    pub ended: Arc<dyn Fn(LateEnd) + Send + Sync>,
    /// Counts what was waited for, to its end or in vain.
    pub waits: Arc<AtomicU64>,
}

/// The limit of one attachment, and the thread for its user code: made at the first need, ended with the attachment.
pub struct Limiter {
    runtime: Arc<dyn Runtime>,
    limit: Limit,
    thread: RefCell<Option<Sender<Job>>>,
}

impl Limiter {
    /// `runtime` is the one of the attachment.
    pub fn new(runtime: Arc<dyn Runtime>, limit: Limit) -> Self {
        Self {
            runtime,
            limit,
            thread: RefCell::default(),
        }
    }

    fn run(&self, interpreter: &dyn Interpreter, code: UserCode<'_>) -> Result<Handle, RuntimeError> {
        let baton = Arc::new(Baton::default());
        let ticket = TICKETS.fetch_add(1, Ordering::Relaxed);
        let job = Job {
            code: Pinned::of(interpreter, code),
            baton: baton.clone(),
            ended: self.limit.ended.clone(),
            ticket,
            started: Instant::now(),
        };
        if !self.send(job) {
            // The system gives no thread: better without a limit than not at all.
            return code.run(interpreter);
        }
        let (time, runtime) = (self.limit.time, &self.runtime);
        interpreter.detached(&|| baton.wait(time, || runtime.is_closing()));
        self.limit.waits.fetch_add(1, Ordering::Relaxed);
        let stack = match baton.thread() {
            Some(thread) if baton.is_awaited() => interpreter.stack(thread),
            _ => Vec::new(),
        };
        match baton.leave() {
            Some(answer) => answer.map(|pin| interpreter.pinned(&pin)),
            None => {
                self.thread.take();
                if self.runtime.is_closing() {
                    return Err(RuntimeError::ShuttingDown);
                }
                Err(RuntimeError::Overrun(Box::new(Overrun {
                    ticket,
                    limit: time,
                    stack,
                })))
            }
        }
    }

    /// Hands a job to the thread; false where there is none.
    fn send(&self, job: Job) -> bool {
        let mut thread = self.thread.borrow_mut();
        if thread.is_none() {
            *thread = spawn(self.runtime.clone());
        }
        thread.as_ref().is_some_and(|thread| thread.send(job).is_ok())
    }
}

impl dyn Interpreter + '_ {
    /// Runs code of the user within the limit that [`limiter`](Interpreter::limiter) was given; where it was given none,
    /// here, for as long as it takes.
    ///
    /// # Errors
    /// [`RuntimeError::Python`] when it raises, [`RuntimeError::Overrun`] when it is left behind.
    pub fn run_limited(&self, code: UserCode<'_>) -> Result<Handle, RuntimeError> {
        match self.limiter().get() {
            Some(limiter) => limiter.run(self, code),
            None => code.run(self),
        }
    }
}

impl UserCode<'_> {
    fn run(self, interpreter: &dyn Interpreter) -> Result<Handle, RuntimeError> {
        match self {
            Self::Execute { code, globals, locals } => {
                interpreter.execute(code, globals, locals).map(|()| interpreter.none())
            }
            Self::Call { function, arguments } => interpreter.call(function, arguments),
        }
    }
}

/// The same, for another attachment.
struct Pinned {
    is_call: bool,
    objects: Vec<Pin>,
}

impl Pinned {
    fn of(interpreter: &dyn Interpreter, code: UserCode<'_>) -> Self {
        let (is_call, objects) = match code {
            UserCode::Execute { code, globals, locals } => (false, vec![code, globals, locals]),
            UserCode::Call { function, arguments } => (true, [&[function], arguments].concat()),
        };
        let objects = objects.into_iter().map(|object| interpreter.pin(object)).collect();
        Self { is_call, objects }
    }

    fn run(&self, interpreter: &dyn Interpreter) -> Result<Pin, RuntimeError> {
        let objects: Vec<Handle> = self.objects.iter().map(|pin| interpreter.pinned(pin)).collect();
        let code = match (self.is_call, &objects[..]) {
            (true, [function, arguments @ ..]) => UserCode::Call {
                function: *function,
                arguments,
            },
            (false, &[code, globals, locals]) => UserCode::Execute { code, globals, locals },
            _ => unreachable!("`of` pins a function, or the three arguments of `exec`"),
        };
        code.run(interpreter).map(|answer| interpreter.pin(answer))
    }
}

type Answer = Result<Pin, RuntimeError>;

struct Job {
    code: Pinned,
    baton: Arc<Baton>,
    ended: Arc<dyn Fn(LateEnd) + Send + Sync>,
    ticket: u64,
    started: Instant,
}

impl Job {
    fn run(self, runtime: &dyn Runtime) {
        let Self {
            code,
            baton,
            ended,
            ticket,
            started,
        } = self;
        RUNNING.set(Some(baton.clone()));
        let mut code = Some(code);
        let mut answer = Err(RuntimeError::ShuttingDown);
        let mut work = |interpreter: &dyn Interpreter| {
            baton.begin(interpreter.thread());
            // Its objects are released while the thread is attached.
            answer = code
                .take()
                .map_or(Err(RuntimeError::ShuttingDown), |code| code.run(interpreter));
        };
        if let Err(error) = runtime.attach(&mut work) {
            answer = Err(error);
        }
        RUNNING.take();
        let Err(answer) = baton.deliver(answer) else { return };
        let error = match answer {
            Err(RuntimeError::Python(error)) => Some(error),
            // The interpreter shuts down: there is nobody to tell.
            Err(_) => return,
            Ok(_) => None,
        };
        ended(LateEnd {
            ticket,
            took: started.elapsed(),
            error,
        });
    }
}

fn spawn(runtime: Arc<dyn Runtime>) -> Option<Sender<Job>> {
    /// Counts the thread while it lives.
    struct Counted;
    impl Drop for Counted {
        fn drop(&mut self) {
            THREADS.fetch_sub(1, Ordering::AcqRel);
        }
    }
    let (jobs, inbox): (Sender<Job>, Receiver<Job>) = channel();
    THREADS.fetch_add(1, Ordering::AcqRel);
    let counted = Counted;
    let serve = move || {
        let _counted = counted;
        while let Ok(job) = inbox.recv() {
            job.run(&*runtime);
        }
    };
    let name = "jurigged code".to_owned();
    let spawned = std::thread::Builder::new().name(name).stack_size(STACK).spawn(serve);
    spawned.is_ok().then_some(jobs)
}

/// The answer on its way from one thread to the other, which may have left.
#[derive(Default)]
struct Baton {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    thread: Option<u64>,
    answer: Option<Answer>,
    has_left: bool,
}

impl Baton {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread is about to run the code.
    fn begin(&self, thread: u64) {
        self.lock().thread = Some(thread);
    }

    fn thread(&self) -> Option<u64> {
        self.lock().thread
    }

    fn is_awaited(&self) -> bool {
        self.lock().answer.is_none()
    }

    /// Waits for the answer, until the limit or while nobody calls it off.
    fn wait(&self, limit: Duration, called_off: impl Fn() -> bool) {
        let start = Instant::now();
        let mut state = self.lock();
        while state.answer.is_none() && !called_off() {
            let Some(left) = limit.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) else {
                return;
            };
            let waited = self.bell.wait_timeout(state, left.min(POLL));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Takes the answer, or takes leave.
    fn leave(&self) -> Option<Answer> {
        let mut state = self.lock();
        state.has_left = state.answer.is_none();
        state.answer.take()
    }

    /// Gives the answer back where nobody waits any more.
    fn deliver(&self, answer: Answer) -> Result<(), Answer> {
        let mut state = self.lock();
        if state.has_left {
            return Err(answer);
        }
        state.answer = Some(answer);
        self.bell.notify_one();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(1);

    fn answer() -> Answer {
        Ok(Pin::new(()))
    }

    #[test]
    fn an_answer_in_time_is_taken() {
        let baton = Arc::new(Baton::default());
        let other = baton.clone();
        let thread = std::thread::spawn(move || {
            other.begin(7);
            other.deliver(answer()).is_ok()
        });
        baton.wait(Duration::from_secs(60), || false);
        assert!(baton.leave().is_some_and(|answer| answer.is_ok()));
        assert_eq!(baton.thread(), Some(7));
        assert!(thread.join().expect("it does not panic"));
    }

    #[test]
    fn an_answer_that_comes_too_late_goes_back() {
        let baton = Baton::default();
        baton.wait(SOON, || false);
        assert!(baton.is_awaited() && baton.leave().is_none());
        assert!(baton.deliver(answer()).is_err());
    }

    #[test]
    fn one_that_comes_between_the_limit_and_the_leave_is_taken() {
        let baton = Baton::default();
        baton.wait(SOON, || false);
        assert!(baton.deliver(answer()).is_ok());
        assert!(baton.leave().is_some());
    }

    #[test]
    fn nobody_waits_for_an_interpreter_that_shuts_down() {
        let baton = Baton::default();
        let start = Instant::now();
        baton.wait(Duration::from_secs(60), || true);
        assert!(start.elapsed() < Duration::from_secs(30));
        assert!(baton.leave().is_none());
    }
}
