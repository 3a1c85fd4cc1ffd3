//! Calls that run user code, safe against a thread that CPython ends.
//!
//! Up to 3.13, a thread other than the main one that asks for the GIL while the interpreter finalizes is ended by
//! `pthread_exit`. That unwinds, and unwinding out of a plain `extern "C"` call aborts the whole process. A guard whose
//! destructor never returns parks the thread instead, as 3.14 does (<https://github.com/python/cpython/issues/87135>).

use pyo3::ffi::PyObject;
use pyo3::prelude::*;

use crate::native::Native;

/// Parks the thread for good when dropped by an unwinding that is no panic of ours.
struct ParkOnUnwind;

impl Drop for ParkOnUnwind {
    fn drop(&mut self) {
        loop {
            std::thread::park();
        }
    }
}

/// `exec(code, globals, locals)`.
pub(crate) fn eval<'py>(
    py: Python<'py>,
    native: &Native,
    code: *mut PyObject,
    globals: *mut PyObject,
    locals: *mut PyObject,
) -> PyResult<Bound<'py, PyAny>> {
    let guard = ParkOnUnwind;
    // SAFETY: attached; the caller passes a code object, a dict and a mapping that outlive the call.
    let result = unsafe { (native.eval_code)(code, globals, locals) };
    std::mem::forget(guard);
    // SAFETY: a new reference, or null with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(py, result) }
}

/// `function(*arguments)`.
pub(crate) fn call<'py>(
    native: &Native,
    function: &Bound<'py, PyAny>,
    arguments: &Bound<'py, pyo3::types::PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    let guard = ParkOnUnwind;
    // SAFETY: attached; both references are held by the caller.
    let result = unsafe { (native.call_object)(function.as_ptr(), arguments.as_ptr()) };
    std::mem::forget(guard);
    // SAFETY: a new reference, or null with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(function.py(), result) }
}
