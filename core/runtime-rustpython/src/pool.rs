//! Spare virtual machines for threads that the interpreter does not know.
//!
//! RustPython wants one `VirtualMachine` per thread, and only an attached thread can make one. So each attachment of a
//! foreign thread borrows a spare and leaves the pool full. No locks: a `fork` in another thread would leave a held lock
//! held for ever in the child.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use rustpython_vm::VirtualMachine;
use rustpython_vm::vm::thread::ThreadedVirtualMachine;

/// Threads that may attach at the same moment without waiting for each other. The engine has two or three.
const SPARES: usize = 4;

/// The spares; empty slots are null.
pub(crate) struct Pool {
    slots: [AtomicPtr<ThreadedVirtualMachine>; SPARES],
}

impl Pool {
    /// A full pool.
    pub(crate) fn new(vm: &VirtualMachine) -> Self {
        let pool = Self {
            slots: Default::default(),
        };
        pool.fill(vm);
        pool
    }

    /// Makes spares for all empty slots.
    pub(crate) fn fill(&self, vm: &VirtualMachine) {
        for slot in &self.slots {
            if slot.load(Ordering::Acquire).is_null() {
                Self::put(slot, Box::new(vm.new_thread()));
            }
        }
    }

    /// Borrows a spare. `None` while all are lent; each borrower refills the pool as soon as it is attached, so waiting
    /// is short.
    pub(crate) fn take(&self) -> Option<Lease<'_>> {
        self.slots.iter().find_map(|slot| {
            let spare = slot.swap(ptr::null_mut(), Ordering::AcqRel);
            // SAFETY: a slot holds null or a pointer from `Box::into_raw`, and the swap made us its only owner.
            (!spare.is_null()).then(|| Lease {
                pool: self,
                vm: Some(unsafe { Box::from_raw(spare) }),
            })
        })
    }

    fn give_back(&self, mut spare: Box<ThreadedVirtualMachine>) {
        for slot in &self.slots {
            match Self::put(slot, spare) {
                None => return,
                Some(refused) => spare = refused,
            }
        }
    }

    /// Puts a spare into an empty slot; gives it back when the slot is taken.
    fn put(
        slot: &AtomicPtr<ThreadedVirtualMachine>,
        spare: Box<ThreadedVirtualMachine>,
    ) -> Option<Box<ThreadedVirtualMachine>> {
        let raw = Box::into_raw(spare);
        match slot.compare_exchange(ptr::null_mut(), raw, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => None,
            // SAFETY: the exchange failed, so `raw` is still only ours.
            Err(_) => Some(unsafe { Box::from_raw(raw) }),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        while self.take().is_some_and(|mut lease| lease.vm.take().is_some()) {}
    }
}

/// A borrowed spare; goes back when it is dropped, also by a panic.
pub(crate) struct Lease<'a> {
    pool: &'a Pool,
    vm: Option<Box<ThreadedVirtualMachine>>,
}

impl Lease<'_> {
    /// Attaches the calling thread.
    pub(crate) fn run<R>(&self, work: impl FnOnce(&VirtualMachine) -> R) -> R {
        self.vm
            .as_ref()
            .expect("a lease owns its machine until it is dropped")
            .run(work)
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(vm) = self.vm.take() {
            self.pool.give_back(vm);
        }
    }
}
