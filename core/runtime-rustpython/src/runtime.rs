//! Attaching threads to the interpreter, and what outlives an attachment.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jurigged_runtime::{Interpreter, Runtime, RuntimeError, RuntimeFacts};
use rustc_hash::FxHashMap;
use rustpython_vm::common::rc::PyRc;
use rustpython_vm::signal::UserSignalSender;
use rustpython_vm::vm::PyGlobalState;
use rustpython_vm::vm::thread::{
    CurrentFrameSlot, THREAD_ATTACHED, THREAD_DETACHED, THREAD_SUSPENDED, cleanup_current_thread_frames, with_vm,
};
use rustpython_vm::{AsObject, PyObjectRef, VirtualMachine, version};

use crate::attachment::Attachment;
use crate::closure_field::ClosureField;
use crate::fork_gate::ForkGate;
use crate::main_thread;
use crate::pins::Graveyard;
use crate::pool::Pool;

/// How long a thread waits before it asks again for a spare machine.
const SPARE_WAIT: Duration = Duration::from_micros(50);

/// The embedded interpreter, as the engine sees it. Made by [`Embedded::run`](crate::Embedded::run).
pub struct RustPythonRuntime {
    facts: RuntimeFacts,
    state: PyRc<PyGlobalState>,
    pool: Pool,
    pub(crate) gate: Arc<ForkGate>,
    pub(crate) graveyard: Arc<Graveyard>,
    /// Replaced objects by address, kept for ever: a stopped thread can be between reading `__code__` and taking a
    /// reference to it, and RustPython frees at once. Locked only while the gate is closed, hence never across a fork.
    retired: Mutex<FxHashMap<usize, PyObjectRef>>,
    /// Any object: RustPython tells only by way of one whether the thread is attached.
    probe: PyObjectRef,
    closed: AtomicBool,
    /// Calls that the main thread makes between two of its bytecodes.
    to_main: UserSignalSender,
    /// The main thread, by the number of [`own_ident`]; in the child of a fork, the one that forked.
    main: AtomicU64,
    /// Where functions keep their closures, looked for at the first need.
    closure_field: OnceLock<Option<ClosureField>>,
}

impl RustPythonRuntime {
    /// `forked` is called in the child of each fork.
    pub(crate) fn new(
        vm: &VirtualMachine,
        to_main: UserSignalSender,
        forking: impl Fn() + Send + Sync + 'static,
        forked: impl Fn() + Send + Sync + 'static,
    ) -> Arc<Self> {
        let runtime = Arc::new(Self {
            facts: RuntimeFacts {
                implementation: "rustpython",
                version: (version::MAJOR as u8, version::MINOR as u8, version::MICRO as u8),
                free_threaded: true,
            },
            state: vm.state.clone(),
            pool: Pool::new(vm),
            gate: Arc::default(),
            graveyard: Arc::default(),
            retired: Mutex::default(),
            probe: vm.ctx.none(),
            closed: AtomicBool::new(false),
            to_main,
            main: AtomicU64::new(own_ident()),
            closure_field: OnceLock::new(),
        });
        let child = Arc::downgrade(&runtime);
        // Threads that were attached in the parent took their machines with them.
        runtime.gate.install(vm, forking, move |vm| {
            if let Some(runtime) = child.upgrade() {
                runtime.main.store(own_ident(), Ordering::Release);
                runtime.pool.fill(vm);
                forked();
            }
        });
        runtime
    }

    /// Lets other threads stop the world while `work` blocks; for native functions that Python calls and that wait for
    /// the engine. Without it a commit waits for ever for the thread that waits for the commit. Inside `work`, the
    /// thread may attach again.
    pub fn detached<R>(&self, work: impl FnOnce() -> R) -> R {
        let work = RefCell::new(Some(work));
        let take = || work.borrow_mut().take().expect("runs once");
        match with_vm(&self.probe, |vm| vm.allow_threads(take())) {
            Some(result) => result,
            None => take()(),
        }
    }

    /// From now on every attachment is refused.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Keeps objects for the life of the process. The gate is closed.
    pub(crate) fn retire(&self, objects: impl IntoIterator<Item = PyObjectRef>) {
        let mut retired = self.retired.lock().unwrap_or_else(PoisonError::into_inner);
        for object in objects {
            retired.entry(object.get_id()).or_insert(object);
        }
    }

    /// Where functions keep their closures. The world runs.
    pub(crate) fn closure_field(&self, vm: &VirtualMachine) -> Option<ClosureField> {
        *self.closure_field.get_or_init(|| ClosureField::find(vm))
    }

    /// Is one reference to the object at this address ours, from an earlier commit?
    pub(crate) fn is_retired(&self, vm: &VirtualMachine, address: usize) -> bool {
        self.gate.close(vm);
        let retired = self.retired.lock().unwrap_or_else(PoisonError::into_inner);
        let found = retired.contains_key(&address);
        drop(retired);
        self.gate.open();
        found
    }

    fn slot(&self) -> Option<CurrentFrameSlot> {
        self.state.thread_frames.lock().get(&own_ident()).cloned()
    }

    fn work(&self, vm: &VirtualMachine, work: &mut dyn FnMut(&dyn Interpreter)) {
        self.graveyard.release();
        work(&Attachment::new(vm, self));
    }
}

impl Runtime for RustPythonRuntime {
    fn facts(&self) -> &RuntimeFacts {
        &self.facts
    }

    fn attach(&self, work: &mut dyn FnMut(&dyn Interpreter)) -> Result<(), RuntimeError> {
        if self.is_closing() {
            return Err(RuntimeError::ShuttingDown);
        }
        let shared = RefCell::new(work);
        let here = with_vm(&self.probe, |vm| {
            let _again = AttachedAgain::new(self.slot());
            self.work(vm, &mut **shared.borrow_mut());
        });
        if here.is_some() {
            return Ok(());
        }
        let spare = loop {
            match self.pool.take() {
                Some(spare) => break spare,
                None => std::thread::sleep(SPARE_WAIT),
            }
            if self.is_closing() {
                return Err(RuntimeError::ShuttingDown);
            }
        };
        let known = self.slot().is_some();
        spare.run(|vm| {
            let _registration = (!known).then_some(Registration { vm });
            self.pool.fill(vm);
            self.work(vm, &mut **shared.borrow_mut());
        });
        Ok(())
    }

    fn call_on_main(&self, work: Box<dyn FnOnce() + Send>) -> bool {
        main_thread::call(&self.to_main, work)
    }

    fn is_main_thread(&self) -> bool {
        self.main.load(Ordering::Acquire) == own_ident()
    }

    fn is_closing(&self) -> bool {
        self.closed.load(Ordering::Acquire) || self.state.finalizing.load(Ordering::Acquire)
    }
}

/// The calling thread, by the number under which RustPython's registry has it.
pub(crate) fn own_ident() -> u64 {
    // SAFETY: no preconditions.
    unsafe { libc::pthread_self() as u64 }
}

/// Takes a foreign thread out of the interpreter's list of threads when its attachment ends.
struct Registration<'a> {
    vm: &'a VirtualMachine,
}

impl Drop for Registration<'_> {
    fn drop(&mut self) {
        cleanup_current_thread_frames(self.vm);
    }
}

/// Attaches a thread of the interpreter that is inside `allow_threads`, for the life of this value.
///
/// RustPython's own attach works only at the outermost entry of a thread, so this repeats its protocol on the public
/// fields of the slot (`attach_thread`, `detach_thread` in its `vm/thread.rs`).
struct AttachedAgain(Option<CurrentFrameSlot>);

impl AttachedAgain {
    fn new(slot: Option<CurrentFrameSlot>) -> Self {
        let Some(slot) = slot else { return Self(None) };
        loop {
            match slot
                .state
                .compare_exchange(THREAD_DETACHED, THREAD_ATTACHED, Ordering::AcqRel, Ordering::Acquire)
            {
                Ok(_) => return Self(Some(slot)),
                Err(THREAD_SUSPENDED) => std::thread::park(),
                Err(_) => return Self(None),
            }
        }
    }
}

impl Drop for AttachedAgain {
    fn drop(&mut self) {
        if let Some(slot) = &self.0 {
            slot.state.store(THREAD_DETACHED, Ordering::Release);
        }
    }
}
