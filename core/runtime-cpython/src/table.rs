//! The handle table of one attachment.

use jurigged_runtime::Handle;
use pyo3::ffi;
use pyo3::prelude::*;
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicU32, Ordering};

/// Tells attachments apart, so that a handle kept from an earlier one is recognised.
static GENERATION: AtomicU32 = AtomicU32::new(1);

/// Owns one reference per object that was handed out, found again by address.
pub(crate) struct Table {
    generation: u32,
    objects: Vec<Py<PyAny>>,
    by_address: FxHashMap<usize, u32>,
}

impl Table {
    pub fn new() -> Self {
        Self {
            generation: GENERATION.fetch_add(1, Ordering::Relaxed),
            objects: Vec::new(),
            by_address: FxHashMap::default(),
        }
    }

    /// The handle of an object, always the same one.
    pub fn insert(&mut self, object: Bound<'_, PyAny>) -> Handle {
        let next = self.objects.len() as u32;
        let index = *self.by_address.entry(object.as_ptr() as usize).or_insert(next);
        if index == next {
            self.objects.push(object.unbind());
        }
        Handle(u64::from(self.generation) << 32 | u64::from(index))
    }

    /// The object of a handle of this attachment.
    pub fn get(&self, handle: Handle) -> Option<&Py<PyAny>> {
        let index = handle.0 as u32;
        (handle.0 >> 32 == u64::from(self.generation)).then(|| self.objects.get(index as usize))?
    }

    /// How many references to this object the table owns: 0 or 1.
    pub fn references_to(&self, object: *mut ffi::PyObject) -> usize {
        usize::from(self.by_address.contains_key(&(object as usize)))
    }
}
