//! The border between our native threads and the interpreter: who is inside, who is crossing.
//!
//! Exit waits for the threads inside. `fork` waits for those that are crossing: making and deleting a thread's state takes
//! a lock of the interpreter without the GIL, and the child of a fork in that moment hangs for ever (seen on 3.11).
//!
//! Atomics and short sleeps, no lock: a lock that another thread holds during `fork` stays locked in the child.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How often a waiting thread looks again. Crossing takes microseconds, or as long as another thread keeps the GIL.
const POLL: Duration = Duration::from_micros(50);

thread_local! {
    /// Attachments of this thread that are under way, one inside the other.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Open until the interpreter exits, shut for a moment by each fork.
#[derive(Default)]
pub(crate) struct Gate {
    closed: AtomicBool,
    /// Threads inside.
    inside: AtomicUsize,
    /// Native threads that the interpreter is about to know, or to forget.
    crossing: AtomicUsize,
    /// Forks under way.
    forks: AtomicUsize,
}

/// One passage through the gate.
pub(crate) struct Entered<'g> {
    gate: &'g Gate,
    /// Does the interpreter know the thread only while it is inside?
    native: bool,
}

impl Gate {
    /// Lets the thread in, unless the gate is closed and the thread is not inside already. `known` tells whether the
    /// interpreter knows the thread: such a thread may hold the GIL, so it must not wait here.
    pub fn enter(&self, known: bool) -> Option<Entered<'_>> {
        let depth = DEPTH.get();
        let native = !known;
        if native {
            self.cross();
        }
        if depth == 0 {
            self.inside.fetch_add(1, Ordering::SeqCst);
            if self.closed.load(Ordering::SeqCst) {
                self.inside.fetch_sub(1, Ordering::SeqCst);
                if native {
                    self.crossing.fetch_sub(1, Ordering::SeqCst);
                }
                return None;
            }
        }
        DEPTH.set(depth + 1);
        Some(Entered { gate: self, native })
    }

    /// Starts to cross, when no fork is under way.
    fn cross(&self) {
        loop {
            self.crossing.fetch_add(1, Ordering::SeqCst);
            if self.forks.load(Ordering::SeqCst) == 0 {
                return;
            }
            self.crossing.fetch_sub(1, Ordering::SeqCst);
            std::thread::sleep(POLL);
        }
    }

    /// Lets nobody in any more and waits for the threads inside, this one apart. The calling thread must have let go of
    /// the GIL. Returns false when somebody was still inside after `limit`.
    pub fn close(&self, limit: Duration) -> bool {
        self.closed.store(true, Ordering::SeqCst);
        let own = usize::from(DEPTH.get() > 0);
        wait_until(limit, || self.inside.load(Ordering::SeqCst) <= own)
    }

    /// Is nobody let in any more?
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Keeps native threads from crossing until [`after_fork`](Self::after_fork), and waits for those that are at it. The
    /// calling thread must have let go of the GIL. Returns false when one was still crossing after `limit`.
    pub fn before_fork(&self, limit: Duration) -> bool {
        self.forks.fetch_add(1, Ordering::SeqCst);
        wait_until(limit, || self.crossing.load(Ordering::SeqCst) == 0)
    }

    /// In the parent of a fork.
    pub fn after_fork(&self) {
        self.forks.fetch_sub(1, Ordering::SeqCst);
    }

    /// In the child of a fork only the calling thread is left.
    pub fn after_fork_child(&self) {
        self.forks.store(0, Ordering::SeqCst);
        self.crossing.store(0, Ordering::SeqCst);
        self.inside.store(usize::from(DEPTH.get() > 0), Ordering::SeqCst);
    }
}

fn wait_until(limit: Duration, ready: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !ready() {
        if start.elapsed() > limit {
            return false;
        }
        std::thread::sleep(POLL);
    }
    true
}

impl Entered<'_> {
    /// The interpreter knows the thread now.
    pub fn arrived(&self) {
        if self.native {
            self.gate.crossing.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// The interpreter is about to forget the thread, which still holds the GIL: no fork is under way.
    pub fn leaves(&self) {
        if self.native {
            self.gate.crossing.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if self.native {
            self.gate.crossing.fetch_sub(1, Ordering::SeqCst);
        }
        let depth = DEPTH.get() - 1;
        DEPTH.set(depth);
        if depth == 0 {
            self.gate.inside.fetch_sub(1, Ordering::SeqCst);
        }
    }
}
