//! References that outlive an attachment.
//!
//! The last clone of a pin may be dropped by any thread, attached or not, with the world stopped or not. Releasing a
//! Python object can run `__del__`, so a dropped pin only queues it; the next attachment releases the queue.

use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use rustpython_vm::PyObjectRef;

/// Objects whose pins are gone. A stack without locks, for the reason given in [`pool`](crate::pool).
#[derive(Default)]
pub(crate) struct Graveyard {
    top: AtomicPtr<Grave>,
}

struct Grave {
    object: PyObjectRef,
    below: *mut Grave,
}

impl Graveyard {
    fn bury(&self, object: PyObjectRef) {
        let grave = Box::into_raw(Box::new(Grave {
            object,
            below: ptr::null_mut(),
        }));
        let mut top = self.top.load(Ordering::Acquire);
        loop {
            // SAFETY: `grave` is published only by the exchange below; until then it is ours alone.
            unsafe { (*grave).below = top };
            match self
                .top
                .compare_exchange_weak(top, grave, Ordering::AcqRel, Ordering::Acquire)
            {
                Ok(_) => return,
                Err(now) => top = now,
            }
        }
    }

    /// Releases everything that is queued. The caller is attached.
    pub(crate) fn release(&self) {
        let mut top = self.top.swap(ptr::null_mut(), Ordering::AcqRel);
        while !top.is_null() {
            // SAFETY: the swap made the whole chain ours, and every link came from `Box::into_raw`.
            let grave = unsafe { Box::from_raw(top) };
            top = grave.below;
            drop(grave.object);
        }
    }
}

/// What a [`Pin`](jurigged_runtime::Pin) of this runtime holds.
pub(crate) struct PinnedObject {
    object: ManuallyDrop<PyObjectRef>,
    graveyard: Arc<Graveyard>,
}

impl PinnedObject {
    pub(crate) fn new(object: PyObjectRef, graveyard: &Arc<Graveyard>) -> Self {
        Self {
            object: ManuallyDrop::new(object),
            graveyard: graveyard.clone(),
        }
    }

    pub(crate) fn object(&self) -> &PyObjectRef {
        &self.object
    }
}

impl Drop for PinnedObject {
    fn drop(&mut self) {
        // SAFETY: taken once, here, and never read again.
        self.graveyard.bury(unsafe { ManuallyDrop::take(&mut self.object) });
    }
}
