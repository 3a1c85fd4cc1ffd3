//! The table behind the handles of one attachment.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};

use jurigged_runtime::Handle;
use rustc_hash::FxHashMap;
use rustpython_vm::{AsObject, PyObjectRef};

/// Numbers attachments, so that a handle of another one is recognised. Wraps after four thousand million attachments.
static EPOCH: AtomicU32 = AtomicU32::new(1);

/// Objects by handle; the same object always gets the same handle. Owns one reference to each.
pub(crate) struct Handles {
    epoch: u32,
    table: RefCell<Table>,
}

#[derive(Default)]
struct Table {
    objects: Vec<PyObjectRef>,
    /// Index of each object by its address, which is its own as long as the table owns a reference.
    by_address: FxHashMap<usize, u32>,
}

impl Handles {
    pub(crate) fn new() -> Self {
        Self {
            epoch: EPOCH.fetch_add(1, Ordering::Relaxed),
            table: RefCell::default(),
        }
    }

    /// The handle of an object.
    pub(crate) fn of(&self, object: PyObjectRef) -> Handle {
        let mut table = self.table.borrow_mut();
        let next = table.objects.len() as u32;
        let index = *table.by_address.entry(object.get_id()).or_insert(next);
        if index == next {
            table.objects.push(object);
        }
        Handle((u64::from(self.epoch) << 32) | u64::from(index))
    }

    /// The object of a handle; `None` when another attachment made it.
    pub(crate) fn get(&self, handle: Handle) -> Option<PyObjectRef> {
        if handle.0 >> 32 != u64::from(self.epoch) {
            return None;
        }
        self.table.borrow().objects.get(handle.0 as u32 as usize).cloned()
    }

    /// Does the table own a reference to the object at this address?
    pub(crate) fn contains(&self, address: usize) -> bool {
        self.table.borrow().by_address.contains_key(&address)
    }
}
