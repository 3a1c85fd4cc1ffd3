//! Counts the threads that are inside the interpreter on our behalf, so that exit can wait for them.
//!
//! Atomics and short sleeps, no lock: a lock that another thread holds during `fork` stays locked in the child for ever.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How often [`Gate::close`] looks whether the last thread has left.
const POLL: Duration = Duration::from_micros(200);

thread_local! {
    /// Attachments of this thread that are under way, one inside the other.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Open until the interpreter exits.
#[derive(Default)]
pub(crate) struct Gate {
    closed: AtomicBool,
    /// Threads inside.
    inside: AtomicUsize,
}

/// One passage through the gate.
pub(crate) struct Entered<'g>(&'g Gate);

impl Gate {
    /// Lets the thread in, unless the gate is closed and the thread is not inside already.
    pub fn enter(&self) -> Option<Entered<'_>> {
        let depth = DEPTH.get();
        if depth == 0 {
            self.inside.fetch_add(1, Ordering::SeqCst);
            if self.closed.load(Ordering::SeqCst) {
                self.inside.fetch_sub(1, Ordering::SeqCst);
                return None;
            }
        }
        DEPTH.set(depth + 1);
        Some(Entered(self))
    }

    /// Lets nobody in any more and waits for the threads inside, this one apart. The calling thread must have let go of
    /// the GIL. Returns false when somebody was still inside after `limit`.
    pub fn close(&self, limit: Duration) -> bool {
        self.closed.store(true, Ordering::SeqCst);
        let own = usize::from(DEPTH.get() > 0);
        let start = Instant::now();
        while self.inside.load(Ordering::SeqCst) > own {
            if start.elapsed() > limit {
                return false;
            }
            std::thread::sleep(POLL);
        }
        true
    }

    /// In the child of a fork only the calling thread is left.
    pub fn after_fork_child(&self) {
        self.inside.store(usize::from(DEPTH.get() > 0), Ordering::SeqCst);
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let depth = DEPTH.get() - 1;
        DEPTH.set(depth);
        if depth == 0 {
            self.0.inside.fetch_sub(1, Ordering::SeqCst);
        }
    }
}
