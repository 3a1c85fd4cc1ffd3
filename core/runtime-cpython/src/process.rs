//! The two moments at which a process stops being what it was: its end, and `fork`.

use std::sync::Arc;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyTuple};

use crate::runtime::CPython;

/// How long exit waits for a thread of ours that is inside Python, for instance in a statement of the user's that does
/// not return. Such a thread is then parked by the interpreter.
const EXIT_PATIENCE: Duration = Duration::from_secs(2);

/// What the engine does at these moments.
pub trait ProcessHooks: Send + Sync + 'static {
    /// In the child of a fork, on its only thread, attached: threads, locks held by others and file watches of the parent
    /// are gone.
    fn after_fork_child(&self);
    /// The interpreter is about to finalize; called once, on the main thread, with the GIL released, so that threads can
    /// be told and waited for. Attaching still works; it does not afterwards.
    fn stopping(&self);
}

/// Calls `hooks` from `os.register_at_fork` and `atexit`. Callbacks of the program that are registered later run before.
///
/// # Errors
/// When Python refuses a callback.
pub fn install_process_hooks(py: Python<'_>, runtime: &CPython, hooks: Arc<dyn ProcessHooks>) -> PyResult<()> {
    let os = py.import("os")?;
    // Absent where there is no fork.
    if let Some(register) = os.getattr_opt("register_at_fork")? {
        let (runtime, hooks) = (runtime.clone(), hooks.clone());
        let in_child = move |_: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| {
            runtime.0.gate.after_fork_child();
            hooks.after_fork_child();
        };
        let keywords = PyDict::new(py);
        let callback = PyCFunction::new_closure(py, Some(c"jurigged_after_fork"), None, in_child)?;
        keywords.set_item("after_in_child", callback)?;
        register.call((), Some(&keywords))?;
    }
    let runtime = runtime.clone();
    let at_exit = move |arguments: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| {
        let py = arguments.py();
        py.detach(|| hooks.stopping());
        runtime.close(py, EXIT_PATIENCE);
    };
    let callback = PyCFunction::new_closure(py, Some(c"jurigged_at_exit"), None, at_exit)?;
    py.import("atexit")?.call_method1("register", (callback,))?;
    Ok(())
}
