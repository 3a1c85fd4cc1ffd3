//! Work that one thread lends another, and waits for.
//!
//! The engine's thread owns the state, but code of the user may have to run on the main thread, or on the one that calls
//! `jurigged.refresh()`. So a piece of work goes there and comes back, while its owner does nothing else.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often the lender looks whether the work is called off.
const POLL: Duration = Duration::from_millis(20);

thread_local! {
    /// Lent work that this thread does, one inside the other.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Is the calling thread doing work that was lent to it?
pub(crate) fn in_lent_work() -> bool {
    DEPTH.get() > 0
}

/// Lent work, in the hands of the thread that is to do it. Dropped, it goes back undone.
pub struct Loan(Option<Arc<Shared>>);

struct Shared {
    state: Mutex<State>,
    bell: Condvar,
}

enum State {
    Offered(Lent),
    Taken,
    Done(std::thread::Result<()>),
    Returned,
}

/// The work, without its lifetime.
struct Lent(*mut (dyn FnMut() + Send + 'static));

// SAFETY: what it points to is `Send`.
unsafe impl Send for Lent {}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, to: State) {
        *self.lock() = to;
        self.bell.notify_all();
    }
}

impl Loan {
    /// Does the work, on this thread.
    pub fn run(mut self) {
        let Some(shared) = self.0.take() else { return };
        let lent = {
            let mut state = shared.lock();
            match std::mem::replace(&mut *state, State::Taken) {
                State::Offered(lent) => lent,
                other => {
                    *state = other;
                    return;
                }
            }
        };
        DEPTH.set(DEPTH.get() + 1);
        // SAFETY: from `Taken` to `Done` the lender waits inside `lend`, which borrows the work, and does not touch it.
        let done = catch_unwind(AssertUnwindSafe(|| unsafe { (*lent.0)() }));
        DEPTH.set(DEPTH.get() - 1);
        shared.change(State::Done(done));
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        let Some(shared) = self.0.take() else { return };
        let is_offered = matches!(*shared.lock(), State::Offered(_));
        if is_offered {
            shared.change(State::Returned);
        }
    }
}

/// Offers work to another thread, and waits until it is done. `is_called_off` is asked every now and then, with whether the
/// work has begun; until then, it can be called off. False when it was not done.
pub fn lend(
    work: &mut (dyn FnMut() + Send),
    offer: impl FnOnce(Loan),
    mut is_called_off: impl FnMut(bool) -> bool,
) -> bool {
    let pointer: *mut (dyn FnMut() + Send + '_) = work;
    // SAFETY: only the lifetime changes. The pointer is used before this function returns, or not at all: it returns when
    // the state is neither `Offered` nor `Taken`, and `Loan::run` uses it in these only.
    let lent = Lent(unsafe {
        std::mem::transmute::<*mut (dyn FnMut() + Send + '_), *mut (dyn FnMut() + Send + 'static)>(pointer)
    });
    let shared = Arc::new(Shared {
        state: Mutex::new(State::Offered(lent)),
        bell: Condvar::new(),
    });
    offer(Loan(Some(shared.clone())));
    loop {
        let state = shared.lock();
        let waited = shared
            .bell
            .wait_timeout_while(state, POLL, |state| matches!(state, State::Offered(_) | State::Taken));
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        match std::mem::replace(&mut *state, State::Returned) {
            State::Done(Ok(())) => return true,
            State::Done(Err(panic)) => {
                drop(state);
                resume_unwind(panic);
            }
            State::Returned => return false,
            unfinished => *state = unfinished,
        }
        let is_taken = matches!(*state, State::Taken);
        drop(state);
        if is_called_off(is_taken) && !is_taken {
            let mut state = shared.lock();
            if matches!(*state, State::Offered(_)) {
                *state = State::Returned;
                return false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn lent_work_is_done_on_the_other_thread() {
        let (send, receive) = channel::<Loan>();
        let other = std::thread::spawn(move || {
            receive.recv().expect("offered").run();
            assert!(!in_lent_work());
        });
        let mut seen = None;
        let mut work = || seen = Some((std::thread::current().id(), in_lent_work()));
        let is_done = lend(&mut work, |loan| drop(send.send(loan)), |_| false);
        assert!(is_done);
        assert_eq!(seen, Some((other.thread().id(), true)));
        other.join().expect("it does not panic");
    }

    #[test]
    fn work_that_nobody_takes_is_called_off_or_comes_back() {
        let mut kept = None;
        let mut work = || unreachable!("nobody takes it");
        assert!(!lend(&mut work, |loan| kept = Some(loan), |is_taken| !is_taken));
        kept.expect("offered").run();
        assert!(!lend(&mut work, drop, |_| false));
    }
}
