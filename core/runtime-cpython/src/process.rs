//! The two moments at which a process stops being what it was: its end, and `fork`.

use std::ffi::{c_int, c_void};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyTuple};

use crate::runtime::CPython;
use crate::warn::Ignored;

/// How long exit waits for a thread of ours that is inside Python, for instance in a statement of the user's that does
/// not return. Such a thread is then parked by the interpreter.
const EXIT_PATIENCE: Duration = Duration::from_secs(2);
/// How long a fork waits for a thread of ours that is about to get the GIL or to let go of it.
const FORK_PATIENCE: Duration = Duration::from_secs(1);
/// From this minor version on, `os.fork` warns when the process has more than one thread, native ones included.
const FORK_WARNS_MINOR: u8 = 12;

/// The warnings that are silenced because of forks that are under way. Locked only with the GIL held, so that no fork
/// leaves it locked in the child.
static FORKING: Mutex<Vec<Ignored>> = Mutex::new(Vec::new());

/// What the engine does at these moments.
pub trait ProcessHooks: Send + Sync + 'static {
    /// Threads of ours that exist now. Where the program has no others, `os.fork` does not warn of them.
    fn threads(&self) -> usize;
    /// A fork is about to happen; called with the GIL released. Returns soon, when no thread of ours is in the middle of
    /// something that the child would inherit half done.
    fn before_fork(&self) {}
    /// In the child of a fork, on its only thread, attached: threads, locks held by others and file watches of the parent
    /// are gone.
    fn after_fork_child(&self);
    /// The interpreter is about to finalize; called once, on the main thread, with the GIL released, so that threads can
    /// be told and waited for. Attaching still works; it does not afterwards.
    fn stopping(&self);
}

/// Calls `hooks` from `os.register_at_fork` and `atexit`. Exit callbacks that the program registers later run before.
///
/// # Errors
/// When Python refuses a callback.
pub fn install_process_hooks(py: Python<'_>, runtime: &CPython, hooks: Arc<dyn ProcessHooks>) -> PyResult<()> {
    let os = py.import("os")?;
    // Absent where there is no fork.
    if let Some(register) = os.getattr_opt("register_at_fork")? {
        let callbacks = PyDict::new(py);
        let (of_runtime, of_hooks) = (runtime.clone(), hooks.clone());
        add(&callbacks, "before", move |py| before_fork(py, &of_runtime, &*of_hooks))?;
        let of_runtime = runtime.clone();
        add(&callbacks, "after_in_parent", move |py| {
            of_runtime.0.gate.after_fork();
            after_fork_parent(py);
        })?;
        let (of_runtime, of_hooks) = (runtime.clone(), hooks.clone());
        add(&callbacks, "after_in_child", move |py| {
            of_runtime.0.gate.after_fork_child();
            warn_again(py);
            of_hooks.after_fork_child();
        })?;
        register.call((), Some(&callbacks))?;
    }
    let callbacks = PyDict::new(py);
    let runtime = runtime.clone();
    add(&callbacks, "func", move |py| {
        py.detach(|| hooks.stopping());
        runtime.close(py, EXIT_PATIENCE);
    })?;
    let func = callbacks.as_any().get_item("func")?;
    py.import("atexit")?.call_method1("register", (func,))?;
    Ok(())
}

/// Adds a callback without arguments under a keyword.
fn add(callbacks: &Bound<'_, PyDict>, name: &str, work: impl Fn(Python<'_>) + Send + Sync + 'static) -> PyResult<()> {
    let call = move |arguments: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| work(arguments.py());
    let callback = PyCFunction::new_closure(callbacks.py(), Some(c"jurigged_hook"), None, call)?;
    callbacks.set_item(name, callback)
}

fn before_fork(py: Python<'_>, runtime: &CPython, hooks: &dyn ProcessHooks) {
    py.detach(|| {
        hooks.before_fork();
        runtime.0.gate.before_fork(FORK_PATIENCE);
    });
    let ours = hooks.threads();
    let warns = runtime.0.facts.version.1 >= FORK_WARNS_MINOR;
    if !warns || ours == 0 || thread_count().is_none_or(|all| all > ours + 1) {
        return;
    }
    // The text of `warn_about_fork_with_threads` in `Modules/posixmodule.c`.
    let message = |call: &str| {
        let pid = std::process::id();
        format!("This process (pid={pid}) is multi-threaded, use of {call}() may lead to deadlocks in the child.")
    };
    let messages = ["fork", "fork1", "forkpty"].map(message);
    // Without the filters there is a warning too many, and nothing worse.
    if let Ok(ignored) = Ignored::new(py, &runtime.0.known, &messages) {
        FORKING.lock().unwrap_or_else(PoisonError::into_inner).push(ignored);
    }
}

/// 3.12 warns before this callback, 3.13 after it: the filters go as soon as the main thread runs Python code again.
fn after_fork_parent(py: Python<'_>) {
    // SAFETY: attached; the function is static and needs no argument.
    let refused = unsafe { ffi::Py_AddPendingCall(Some(warn_again_later), std::ptr::null_mut()) } != 0;
    if refused {
        warn_again(py);
    }
}

extern "C" fn warn_again_later(_: *mut c_void) -> c_int {
    // `None` only while the interpreter ends, and the filters with it.
    Python::try_attach(warn_again);
    0
}

fn warn_again(py: Python<'_>) {
    let ignored = std::mem::take(&mut *FORKING.lock().unwrap_or_else(PoisonError::into_inner));
    for ignored in ignored {
        ignored.remove(py);
    }
}

/// Threads of this process, counted where CPython counts them; `None` where it does not look at native threads.
fn thread_count() -> Option<usize> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let status = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The 20th field; the second, a name in parentheses, may contain blanks.
    let (_, fields) = status.rsplit_once(") ")?;
    fields.split(' ').nth(17)?.parse().ok()
}
