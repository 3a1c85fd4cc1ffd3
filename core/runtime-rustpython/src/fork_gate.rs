//! Keeps commits and `os.fork` apart.
//!
//! RustPython's stop of the world was made for `fork` and knows one requester at a time. The gate is held by a commit,
//! and from the first at-fork callback to the last; a plain flag, since the child of a fork inherits a lock's state but
//! not the thread that would unlock it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustpython_vm::VirtualMachine;

/// How often a closed gate is looked at. A commit holds it for microseconds, a fork for about a millisecond.
const POLL: Duration = Duration::from_micros(50);

/// The flag.
#[derive(Default)]
pub(crate) struct ForkGate {
    closed: AtomicBool,
}

impl ForkGate {
    /// Waits until the gate is open and closes it. The wait is detached, so that the holder can stop the world.
    pub(crate) fn close(&self, vm: &VirtualMachine) {
        while self
            .closed
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            vm.allow_threads(|| std::thread::sleep(POLL));
        }
    }

    /// Opens the gate, whoever closed it: the child of a fork was closed by the same thread of its parent.
    pub(crate) fn open(&self) {
        self.closed.store(false, Ordering::Release);
    }

    /// Has `os.fork` close and open the gate. `before` runs detached before it is closed, `in_child` in the child after it
    /// is open.
    pub(crate) fn install(
        self: &Arc<Self>,
        vm: &VirtualMachine,
        before: impl Fn() + Send + Sync + 'static,
        in_child: impl Fn(&VirtualMachine) + Send + Sync + 'static,
    ) {
        let gate = self.clone();
        let before = vm.new_function("before_fork", move |vm: &VirtualMachine| {
            vm.allow_threads(&before);
            gate.close(vm);
        });
        let gate = self.clone();
        let in_parent = vm.new_function("after_fork_in_parent", move || gate.open());
        let gate = self.clone();
        let in_child = vm.new_function("after_fork_in_child", move |vm: &VirtualMachine| {
            gate.open();
            in_child(vm);
        });
        // `before` callbacks run last registered first: ours, being first, runs last, so that no callback of the
        // program runs while the gate is closed. The others run in order, so ours run first.
        vm.state.before_forkers.lock().insert(0, before.into());
        vm.state.after_forkers_parent.lock().insert(0, in_parent.into());
        vm.state.after_forkers_child.lock().insert(0, in_child.into());
    }
}
