//! The main thread of the program, as a place to do something.
//!
//! A pending call of CPython runs on it between two bytecodes. Up to 3.12 a busy loop looks for pending calls only when the
//! GIL is asked for. A thread that waits in a system call looks when that returns.

use std::ffi::{c_int, c_void};

use jurigged_runtime::{Interpreter, Runtime};
use pyo3::ffi;
use pyo3::prelude::*;

use crate::runtime::CPython;

type Work = Box<dyn FnOnce() + Send>;

/// Asks the main thread to do something. False when too many calls are pending there.
pub(crate) fn call(runtime: &CPython, work: Work) -> bool {
    let argument: *mut Work = Box::into_raw(Box::new(work));
    // SAFETY: callable from any thread, attached or not; `run` takes the box back, once.
    if unsafe { ffi::Py_AddPendingCall(Some(run), argument.cast()) } != 0 {
        // SAFETY: the call was refused, so nobody else has the box.
        drop(unsafe { Box::from_raw(argument) });
        return false;
    }
    // A busy loop of 3.12 and before looks when the GIL is asked for. An interpreter that shuts down looks no more.
    let _ = runtime.attach(&mut |_| ());
    true
}

extern "C" fn run(argument: *mut c_void) -> c_int {
    // SAFETY: the box of `call`; a pending call runs once.
    let work = unsafe { Box::from_raw(argument.cast::<Work>()) };
    work();
    0
}

/// Is the calling thread the main one?
pub(crate) fn is_current(runtime: &CPython) -> bool {
    let mut answer = false;
    let mut ask = |_: &dyn Interpreter| {
        let is_main = |py: Python<'_>| -> PyResult<bool> {
            let own: u64 = py.import("_thread")?.call_method0("get_ident")?.extract()?;
            Ok(own == main_ident(py)?)
        };
        answer = Python::attach(is_main).unwrap_or(false);
    };
    runtime.attach(&mut ask).is_ok() && answer
}

fn main_ident(py: Python<'_>) -> PyResult<u64> {
    let main = py.import("threading")?.call_method0("main_thread")?;
    main.getattr("ident")?.extract()
}
