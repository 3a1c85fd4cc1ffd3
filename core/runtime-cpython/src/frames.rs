//! Hides the launcher's own frames from the program that it runs.
//!
//! The program is evaluated from inside our launcher, whose frame would show in `inspect.stack()`, in
//! `traceback.print_stack()`, and as the place that `warnings.warn(stacklevel=2)` blames. While the program runs, the thread's
//! chain of frames starts anew, as it does in a greenlet. The slot is used only where it is proved to hold the current frame;
//! in versions that are not listed the frames stay visible.

use pyo3::ffi::{self, PyObject};
use pyo3::prelude::*;

/// Field of a frame object that points to the interpreter's own frame, from 3.11 on (`pycore_frame.h`).
pub(crate) const FRAME_DATA_WORD: usize = 3;

/// The current frame, taken out of the thread's state while alive.
pub(crate) struct FramesHidden {
    slot: *mut *mut PyObject,
    current: *mut PyObject,
}

impl FramesHidden {
    /// Must be dropped by the native function that called this, before it returns to Python.
    pub fn new(_attached: Python<'_>, minor: u8) -> Option<Self> {
        // SAFETY: attached. The words that are read belong to the thread state, to the C frame that it points to, and to
        // a frame object, in the layouts of `cpython/pystate.h` and `pycore_frame.h` of the version.
        unsafe {
            let state = ffi::PyThreadState_Get().cast::<*mut PyObject>();
            let frame = ffi::PyEval_GetFrame().cast::<*mut PyObject>();
            if frame.is_null() {
                return None;
            }
            let (slot, current): (*mut *mut PyObject, *mut PyObject) = match minor {
                // prev, next, interp, frame
                9 | 10 => (state.add(3), frame.cast()),
                // The eighth word is `cframe`; `current_frame` follows a byte in 3.11 and comes first in 3.12.
                11 => (
                    (*state.add(7)).cast::<*mut PyObject>().add(1),
                    *frame.add(FRAME_DATA_WORD),
                ),
                12 => ((*state.add(7)).cast(), *frame.add(FRAME_DATA_WORD)),
                // prev, next, interp, eval_breaker, and the flags and counters of 20 to 40 bytes.
                13 => {
                    let current = *frame.add(FRAME_DATA_WORD);
                    let word = (4..12).find(|word| *state.add(*word) == current)?;
                    (state.add(word), current)
                }
                _ => return None,
            };
            if *slot != current {
                return None;
            }
            *slot = std::ptr::null_mut();
            Some(Self { slot, current })
        }
    }
}

impl Drop for FramesHidden {
    fn drop(&mut self) {
        // SAFETY: the slot belongs to this thread, or to the C frame of the evaluation that called us and still runs.
        unsafe { *self.slot = self.current };
    }
}
