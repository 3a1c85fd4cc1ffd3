//! Committing swaps.
//!
//! A commit has four parts: resolve all handles and check what each place holds now; apply the swaps that may call Python
//! (`outside`: container items, attributes of anything but functions, class attributes that a descriptor of the
//! metaclass takes); stop the world and apply the rest (`inside`) in their order, each compared again; start the world.
//! So an outside swap is made a moment before the inside ones, wherever it stands in the list. A failure takes back
//! what was done, last first.
//!
//! A thread stops between two instructions, or while it waits inside RustPython (sleep, locks, files, sockets, processes,
//! input). One that is in a long native call (a sort, a regular expression, a name look-up) holds the commit up until the
//! call is over, and with it all threads that have stopped already.
//!
//! While the world is stopped the collector is off (it runs finalizers and wants locks that a stopped thread may
//! hold), and every replaced object stays referenced until the world runs again.

mod step;

use std::sync::atomic::Ordering;

use jurigged_runtime::{CommitError, Swap};
use rustc_hash::FxHashSet;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyFunction};
use rustpython_vm::gc_state::gc_state;
use rustpython_vm::{PyRef, VirtualMachine};

use self::step::{Direction, Step};
use crate::attachment::Attachment;
use crate::code_object::{as_code, origin};
use crate::errors::python_error;
use crate::heap::CodeGetter;

/// How one step failed.
enum Failure {
    Changed,
    Raised(PyBaseExceptionRef),
    Injected,
}

impl Attachment<'_> {
    pub(crate) fn commit_swaps(&self, swaps: &[Swap], fault: Option<usize>) -> Result<(), CommitError> {
        let steps = self.resolve_all(swaps)?;
        let mut written = FxHashSet::default();
        for (index, (step, swap)) in steps.iter().zip(swaps).enumerate() {
            // What a second swap of one place expects is what the first one writes: it is compared when its turn comes.
            if written.insert(swap.place()) && !step.is_expected(self.vm) {
                return Err(CommitError::Changed { index });
            }
        }
        let gate = GateGuard::close(self);
        let applied = self.apply_all(&steps, fault);
        self.runtime.retire(steps.iter().flat_map(Step::code_objects));
        drop(gate);
        applied.map_err(|(index, failure)| match failure {
            Failure::Changed => CommitError::Changed { index },
            Failure::Injected => CommitError::Injected { index },
            Failure::Raised(exception) => CommitError::Refused {
                index,
                source: python_error(self.vm, &exception),
            },
        })
    }

    pub(crate) fn undo_swaps(&self, swaps: &[Swap]) {
        // A swap that cannot be resolved was never applied.
        let resolve = |(index, swap): (usize, &Swap)| {
            let previous = index.checked_sub(1).map(|previous| &swaps[previous]);
            self.resolve(swap, previous).ok()
        };
        let steps: Vec<Step> = swaps.iter().enumerate().filter_map(resolve).collect();
        let _gate = GateGuard::close(self);
        self.take_back(&steps, |step| !step.is_outside(self.vm));
        for step in steps.iter().rev().filter(|step| step.is_outside(self.vm)) {
            // There is nothing left to fall back to when a setter of the program refuses its old value.
            let _ = step.apply(self.vm, Direction::Back);
        }
        self.runtime.retire(steps.iter().flat_map(Step::code_objects));
    }

    /// Runs `work` while no other thread runs Python. `work` must not call Python.
    pub(crate) fn with_stopped_world<R>(&self, work: impl FnOnce() -> R) -> R {
        let _gate = GateGuard::close(self);
        let _world = StoppedWorld::stop(self.vm);
        work()
    }

    fn apply_all(&self, steps: &[Step], fault: Option<usize>) -> Result<(), (usize, Failure)> {
        let vm = self.vm;
        let is_outside: Vec<bool> = steps.iter().map(|step| step.is_outside(vm)).collect();
        let attempt = |index: usize| {
            let step: &Step = &steps[index];
            if fault == Some(index) {
                Err(Failure::Injected)
            } else if !step.is_expected(vm) {
                Err(Failure::Changed)
            } else {
                step.apply(vm, Direction::Forward).map_err(Failure::Raised)
            }
        };
        let back = |applied: &[usize]| {
            for index in applied.iter().rev() {
                let _ = steps[*index].apply(vm, Direction::Back);
            }
        };

        let mut outside = Vec::new();
        for index in (0..steps.len()).filter(|index| is_outside[*index]) {
            if let Err(failure) = attempt(index) {
                back(&outside);
                return Err((index, failure));
            }
            outside.push(index);
        }
        let mut failed = None;
        if outside.len() < steps.len() {
            let _world = StoppedWorld::stop(vm);
            let closes = steps.iter().any(|step| step.closed_function().is_some());
            let waiting = if closes {
                self.unstarted_codes()
            } else {
                Default::default()
            };
            let mut inside = Vec::new();
            for index in (0..steps.len()).filter(|index| !is_outside[*index]) {
                let waits = |function: &PyRef<PyFunction>| {
                    let code = CodeGetter::new(vm).code(function);
                    code.is_some_and(|code| as_code(&code).is_some_and(|code| waiting.contains(&origin(code))))
                };
                // A frame before its first instruction would take the new cells for the old code: a moment later it has
                // taken the old ones.
                let made = if steps[index].closed_function().is_some_and(waits) {
                    Err(Failure::Changed)
                } else {
                    attempt(index)
                };
                if let Err(failure) = made {
                    back(&inside);
                    failed = Some((index, failure));
                    break;
                }
                inside.push(index);
            }
        }
        match failed {
            None => Ok(()),
            Some(failed) => {
                back(&outside);
                Err(failed)
            }
        }
    }

    /// Takes the chosen steps back under one stop, whatever the present values are.
    fn take_back(&self, steps: &[Step], choose: impl Fn(&Step) -> bool) {
        let chosen: Vec<&Step> = steps.iter().filter(|step| choose(step)).collect();
        if chosen.is_empty() {
            return;
        }
        // The present values can be anything; their finalizers must not run before the world does.
        let mut replaced = Vec::with_capacity(chosen.len());
        let world = StoppedWorld::stop(self.vm);
        for step in chosen.into_iter().rev() {
            if !step.is_lazy() {
                replaced.push(step.present(self.vm));
            }
            let _ = step.apply(self.vm, Direction::Back);
        }
        drop(world);
    }
}

/// The stopped world; starts again when this is dropped, also by a panic.
struct StoppedWorld<'a> {
    vm: &'a VirtualMachine,
    collector_was_on: bool,
}

impl<'a> StoppedWorld<'a> {
    fn stop(vm: &'a VirtualMachine) -> Self {
        vm.state.stop_the_world.stop_the_world(vm);
        // After the stop, so that no thread of the program sees it.
        let collector_was_on = gc_state().enabled.swap(false, Ordering::SeqCst);
        Self { vm, collector_was_on }
    }
}

impl Drop for StoppedWorld<'_> {
    fn drop(&mut self) {
        gc_state().enabled.store(self.collector_was_on, Ordering::SeqCst);
        self.vm.state.stop_the_world.start_the_world(self.vm);
    }
}

/// The closed gate to `fork` and other commits.
struct GateGuard<'a>(&'a crate::RustPythonRuntime);

impl<'a> GateGuard<'a> {
    fn close(attachment: &Attachment<'a>) -> Self {
        attachment.runtime.gate.close(attachment.vm);
        Self(attachment.runtime)
    }
}

impl Drop for GateGuard<'_> {
    fn drop(&mut self) {
        self.0.gate.open();
    }
}
