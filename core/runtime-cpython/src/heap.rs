//! Visiting every object that the collector knows, in one pass, and those that `gc.freeze()` hides from it.

use std::ffi::{c_int, c_void};

use pyo3::ffi::{self, PyObject};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use rustc_hash::FxHashSet;

use crate::attached::Attached;
use crate::running::Frames;

/// Objects whose referents are asked for at once.
const BATCH: usize = 1024;

/// What a pass over the heap could see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coverage {
    Whole,
    /// `gc.freeze()` was called: what was alive then is hidden.
    Unfrozen,
}

/// Calls `visit` with every object that the garbage collector tracks and has not frozen. `visit` gets borrowed
/// references, holds the GIL, and must run no Python code and keep no new tracked object.
pub(crate) fn visit_tracked(attached: &Attached<'_>, visit: &mut dyn FnMut(*mut PyObject)) -> PyResult<Coverage> {
    // `sys.modules` is as old as the interpreter: a freeze hides it with everything else. `gc.get_freeze_count()` does not
    // tell, as 3.12 counts immortal objects there.
    let landmark = attached.inner.known.modules.as_ptr();
    let mut coverage = Coverage::Unfrozen;
    let mut visit = |object| {
        if object == landmark {
            coverage = Coverage::Whole;
        }
        visit(object);
    };
    if let Some(visit_objects) = attached.inner.native.visit_objects {
        let mut visit: &mut dyn FnMut(*mut PyObject) = &mut visit;
        // SAFETY: the callback is called only during this call, with the pointer given here.
        unsafe { visit_objects(trampoline, (&raw mut visit).cast()) };
        return Ok(coverage);
    }
    // Before 3.12: a list of everything (30 ms for a million objects on 3.9), looked through natively.
    let objects = attached.inner.known.gc_objects.bind(attached.py).call0()?;
    let objects = objects.cast_into::<PyList>()?;
    for index in 0..objects.len() {
        // SAFETY: the list is ours alone and as long as before; a borrowed reference.
        visit(unsafe { ffi::PyList_GetItem(objects.as_ptr(), index as ffi::Py_ssize_t) });
    }
    Ok(coverage)
}

/// # Safety
/// `context` is the address of the `&mut dyn FnMut` of `visit_tracked`.
unsafe extern "C" fn trampoline(object: *mut PyObject, context: *mut c_void) -> c_int {
    // SAFETY: as above; nobody else uses the closure meanwhile.
    let visit = unsafe { &mut *context.cast::<&mut dyn FnMut(*mut PyObject)>() };
    visit(object);
    1
}

/// Calls `visit` with every object that `gc.freeze()` hides and that can be reached from `sys.modules`, the frames of all
/// threads and the unfrozen heap, by `tp_traverse`. Much slower than [`visit_tracked`].
///
/// No reference is held to what was visited: the GIL is not released in between (traversing runs no Python code), and
/// the collector must be paused.
pub(crate) fn visit_hidden(attached: &Attached<'_>, visit: &mut dyn FnMut(*mut PyObject)) -> PyResult<()> {
    let known = &attached.inner.known;
    let roots = roots(attached)?;
    let mut seen = FxHashSet::default();
    let mut pending: Vec<*mut PyObject> = Vec::new();
    visit_tracked(attached, &mut |object| {
        seen.insert(object as usize);
        pending.push(object);
    })?;
    for root in &roots {
        if seen.insert(root.as_ptr() as usize) {
            visit(root.as_ptr());
            pending.push(root.as_ptr());
        }
    }
    let referents = known.gc_referents.bind(attached.py);
    while !pending.is_empty() {
        let batch = pending.split_off(pending.len().saturating_sub(BATCH));
        // SAFETY: each is referred to by an object that is alive, as nothing ran since it was seen.
        let batch = batch
            .into_iter()
            .map(|object| unsafe { Bound::from_borrowed_ptr(attached.py, object) });
        let batch = PyTuple::new(attached.py, batch.collect::<Vec<_>>())?;
        let found = referents.call1(&batch)?;
        for object in found.cast_into::<PyList>()?.iter() {
            if seen.insert(object.as_ptr() as usize) {
                visit(object.as_ptr());
                pending.push(object.as_ptr());
            }
        }
    }
    Ok(())
}

/// `sys.modules`, and the local variables of all frames: from 3.11 on a running frame does not show them to `tp_traverse`.
fn roots<'py>(attached: &Attached<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let known = &attached.inner.known;
    let mut roots = vec![known.modules.bind(attached.py).clone().into_any()];
    for frame in Frames::collect(attached)?.iter() {
        let locals = frame.getattr("f_locals")?.call_method0("values")?;
        for local in locals.try_iter()? {
            roots.push(local?);
        }
    }
    Ok(roots)
}

/// Pauses the collector while alive.
pub(crate) struct CollectorPaused<'a, 'py> {
    attached: &'a Attached<'py>,
    was_enabled: bool,
}

impl<'a, 'py> CollectorPaused<'a, 'py> {
    pub fn new(attached: &'a Attached<'py>) -> Self {
        let known = &attached.inner.known;
        let was_enabled = known.gc_is_enabled.bind(attached.py).call0();
        let was_enabled = was_enabled.is_ok_and(|enabled| enabled.is_truthy().unwrap_or(false));
        if was_enabled {
            known
                .gc_disable
                .bind(attached.py)
                .call0()
                .expect("gc.disable() cannot fail");
        }
        Self { attached, was_enabled }
    }
}

impl Drop for CollectorPaused<'_, '_> {
    fn drop(&mut self) {
        if self.was_enabled {
            let enable = self.attached.inner.known.gc_enable.bind(self.attached.py);
            enable.call0().expect("gc.enable() cannot fail");
        }
    }
}
