//! [`CPython`]: the interpreter that loaded this library.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jurigged_runtime::{Interpreter, Pin, Runtime, RuntimeError, RuntimeFacts};
use pyo3::prelude::*;

use crate::attached::Attached;
use crate::bases::Bases;
use crate::frame_variables::FrameSlots;
use crate::gate::{Entered, Gate};
use crate::known::Known;
use crate::layout::Layout;
use crate::main_thread;
use crate::native::Native;

/// The oldest minor version of CPython 3 that is supported.
pub const OLDEST_MINOR: u8 = 9;

/// Why this interpreter cannot be patched.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeStartError {
    /// Not a CPython of a supported version.
    #[error("Python {found} is not supported: CPython 3.{OLDEST_MINOR} or later is needed")]
    Version { found: String },
    /// A symbol that every supported version exports is missing.
    #[error("this Python does not export `{name}`")]
    Symbol { name: String },
    /// Python raised while its own types were looked up.
    #[error("Python failed while it was examined: {0}")]
    Python(#[from] PyErr),
}

/// The running CPython; clones share one state.
#[derive(Clone)]
pub struct CPython(pub(crate) Arc<Inner>);

/// What is found out once.
pub(crate) struct Inner {
    pub facts: RuntimeFacts,
    pub native: Native,
    pub known: Known,
    /// `None` on free-threaded builds and where objects are laid out differently: no write in place.
    pub layout: Option<Layout>,
    pub frame_slots: FrameSlots,
    /// Likewise for the bases of classes; found when the first class needs it.
    pub bases: OnceLock<Option<Bases>>,
    pub gate: Gate,
}

impl CPython {
    /// Examines the interpreter that loaded this library.
    ///
    /// # Errors
    /// [`RuntimeStartError`] for another implementation or an old version.
    pub fn new(py: Python<'_>) -> Result<Self, RuntimeStartError> {
        let sys = py.import("sys")?;
        let implementation: String = sys.getattr("implementation")?.getattr("name")?.extract()?;
        let version = py.version_info();
        if implementation != "cpython" || (version.major, version.minor) < (3, OLDEST_MINOR) {
            let found = format!("{}.{} ({implementation})", version.major, version.minor);
            return Err(RuntimeStartError::Version { found });
        }
        let flags: String = sys
            .getattr("abiflags")
            .and_then(|flags| flags.extract())
            .unwrap_or_default();
        let free_threaded = flags.contains('t');
        let native = Native::load(version.minor)?;
        let known = Known::fetch(py)?;
        let layout = if free_threaded {
            None
        } else {
            Layout::find(py, &native, &known, version.minor)?
        };
        let facts = RuntimeFacts {
            implementation: "cpython",
            version: (version.major, version.minor, version.patch),
            free_threaded,
        };
        Ok(Self(Arc::new(Inner {
            facts,
            native,
            known,
            layout,
            frame_slots: FrameSlots::default(),
            bases: OnceLock::new(),
            gate: Gate::default(),
        })))
    }

    /// Keeps an object that Python code handed over, for the engine to use in a later attachment.
    pub fn pin_object(object: &Bound<'_, PyAny>) -> Pin {
        Pin::new(object.clone().unbind())
    }

    /// The object of a pin of this runtime, for Python code; `None` for a pin of another one.
    pub fn pinned_object<'py>(py: Python<'py>, pin: &Pin) -> Option<Bound<'py, PyAny>> {
        Some(pin.reference::<Py<PyAny>>()?.bind(py).clone())
    }

    /// Refuses new attachments and waits, with the GIL released, for the threads that are inside. Returns false when one
    /// was still inside after `limit`.
    pub(crate) fn close(&self, py: Python<'_>, limit: Duration) -> bool {
        py.detach(|| self.0.gate.close(limit))
    }
}

impl Runtime for CPython {
    fn facts(&self) -> &RuntimeFacts {
        &self.0.facts
    }

    fn attach(&self, work: &mut dyn FnMut(&dyn Interpreter)) -> Result<(), RuntimeError> {
        // SAFETY: callable from any thread; looks into the thread's own storage.
        let known = !unsafe { pyo3::ffi::PyGILState_GetThisThreadState() }.is_null();
        let Some(entered) = self.0.gate.enter(known) else {
            return Err(RuntimeError::ShuttingDown);
        };
        // PyO3 asks for finalization on 3.13+ builds only, and this is an abi3 build for 3.9.
        if self.0.native.finalizing() {
            return Err(RuntimeError::ShuttingDown);
        }
        Python::try_attach(|py| {
            entered.arrived();
            // Also when the work panics.
            let _leaves = Leaves(&entered);
            let attached = Attached::new(py, &self.0);
            work(&attached);
            attached.finish();
        })
        .ok_or(RuntimeError::ShuttingDown)
    }

    fn call_on_main(&self, work: Box<dyn FnOnce() + Send>) -> bool {
        main_thread::call(self, work)
    }

    fn is_main_thread(&self) -> bool {
        main_thread::is_current(self)
    }

    fn is_closing(&self) -> bool {
        self.0.gate.is_closed()
    }
}

/// Tells the gate that the thread is about to leave.
struct Leaves<'e>(&'e Entered<'e>);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.leaves();
    }
}
