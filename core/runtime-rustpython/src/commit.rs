//! Committing swaps.
//!
//! A commit has four parts: resolve all handles and check all expected values; apply the swaps that may call Python
//! (`outside`: container items, attributes of anything but functions, class attributes that a descriptor of the
//! metaclass takes); stop the world and apply the rest (`inside`) in their order, each compared again; start the world.
//! So an outside swap is made a moment before the inside ones, wherever it stands in the list. A failure takes back
//! what was done, last first.
//!
//! While the world is stopped the collector is off (it runs finalizers and wants locks that a stopped thread may
//! hold), and every replaced object stays referenced until the world runs again.

use std::sync::atomic::Ordering;

use jurigged_runtime::{CommitError, Handle, PythonError, Swap};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyCode, PyDict, PyDictRef, PyFunction, PyStrInterned, PyType, PyTypeRef};
use rustpython_vm::function::PySetterValue;
use rustpython_vm::gc_state::gc_state;
use rustpython_vm::types::PyTypeFlags;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, VirtualMachine};

use crate::attachment::Attachment;
use crate::code_object::{constant, first_line, free_variables, move_first_line, replace_constant, same_free_variables};
use crate::errors::{python_error, refusal};

/// Attributes that a function always has: deleting one means setting it to `None`.
const FUNCTION_SLOTS: [&str; 6] =
    ["__defaults__", "__kwdefaults__", "__annotations__", "__annotate__", "__doc__", "__module__"];

/// Names that `type` answers although they are in no class `__dict__`.
const CLASS_SLOTS: [&str; 3] = ["__name__", "__qualname__", "__bases__"];

/// A swap with its objects.
enum Step {
    Code { function: PyRef<PyFunction>, expected: PyObjectRef, new: PyObjectRef },
    Attribute { object: PyObjectRef, name: &'static PyStrInterned, values: Values },
    ClassAttribute { class: PyTypeRef, name: &'static PyStrInterned, values: Values },
    Entry { dict: PyDictRef, name: &'static PyStrInterned, values: Values },
    Item { container: PyObjectRef, key: PyObjectRef, expected: PyObjectRef, new: PyObjectRef },
    Cell { cell: PyObjectRef, values: Values },
    Constant { code: PyRef<PyCode>, index: usize, expected: PyObjectRef, new: PyObjectRef },
    FirstLine { code: PyRef<PyCode>, expected: u32, new: u32 },
}

/// The value before and after; `None` is absent.
struct Values {
    expected: Option<PyObjectRef>,
    new: Option<PyObjectRef>,
}

/// Which way a step is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Back,
}

/// How one step failed.
enum Failure {
    Changed,
    Raised(PyBaseExceptionRef),
    Injected,
}

impl Attachment<'_> {
    pub(crate) fn commit_swaps(&self, swaps: &[Swap], fault: Option<usize>) -> Result<(), CommitError> {
        let steps = self.resolve_all(swaps)?;
        for (index, step) in steps.iter().enumerate() {
            if !step.is_expected(self.vm) {
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
        let steps: Vec<Step> = swaps.iter().filter_map(|swap| self.resolve(swap).ok()).collect();
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
            let mut inside = Vec::new();
            for index in (0..steps.len()).filter(|index| !is_outside[*index]) {
                if let Err(failure) = attempt(index) {
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

    fn resolve_all(&self, swaps: &[Swap]) -> Result<Vec<Step>, CommitError> {
        let resolve = |(index, swap)| self.resolve(swap).map_err(|source| CommitError::Refused { index, source });
        swaps.iter().enumerate().map(resolve).collect()
    }

    fn resolve(&self, swap: &Swap) -> Result<Step, Box<PythonError>> {
        let values = |expected: &Option<Handle>, new: &Option<Handle>| -> Result<Values, Box<PythonError>> {
            Ok(Values {
                expected: expected.map(|value| self.object(value)).transpose()?,
                new: new.map(|value| self.object(value)).transpose()?,
            })
        };
        let intern = |name: &str| self.vm.ctx.intern_str(name);
        Ok(match swap {
            Swap::Code { function, expected, new } => {
                let (expected, new) = (self.code(*expected)?, self.code(*new)?);
                if !same_free_variables(&expected, &new) {
                    let (old, new) = (free_variables(&expected), free_variables(&new));
                    let message = format!("the free variables of the new code are {new}, those of the closure {old}");
                    return Err(refusal("ValueError", message));
                }
                let function = self.typed::<PyFunction>(*function, "function")?;
                Step::Code { function, expected: expected.into(), new: new.into() }
            }
            Swap::Attribute { object, name, expected, new } => {
                let object = self.object(*object)?;
                if object.downcastable::<PyFunction>() && name == "__code__" {
                    return Err(refusal("TypeError", "`__code__` is replaced by a swap of its own".to_owned()));
                }
                Step::Attribute { object, name: intern(name), values: values(expected, new)? }
            }
            Swap::ClassAttribute { class, name, expected, new } => {
                let class = self.typed::<PyType>(*class, "class")?;
                if class.slots.flags.has_feature(PyTypeFlags::IMMUTABLETYPE) {
                    let message = format!("cannot set '{name}' attribute of immutable type '{}'", class.slot_name());
                    return Err(refusal("TypeError", message));
                }
                Step::ClassAttribute { class, name: intern(name), values: values(expected, new)? }
            }
            Swap::Entry { dict, name, expected, new } => {
                let dict = self.typed::<PyDict>(*dict, "dict")?;
                Step::Entry { dict, name: intern(name), values: values(expected, new)? }
            }
            Swap::Item { container, key, expected, new } => Step::Item {
                container: self.object(*container)?,
                key: self.object(*key)?,
                expected: self.object(*expected)?,
                new: self.object(*new)?,
            },
            Swap::Cell { cell, expected, new } => {
                let cell = self.object(*cell)?;
                if !cell.class().is(self.vm.ctx.types.cell_type) {
                    return Err(refusal("TypeError", format!("expected cell, got {}", cell.class().name())));
                }
                Step::Cell { cell, values: values(expected, new)? }
            }
            Swap::Constant { code, index, expected, new } => {
                let code = self.code(*code)?;
                if *index >= code.code.constants.len() {
                    return Err(refusal("IndexError", format!("`co_consts` has no index {index}")));
                }
                let (expected, new) = (self.code(*expected)?, self.code(*new)?);
                Step::Constant { code, index: *index, expected: expected.into(), new: new.into() }
            }
            Swap::FirstLine { code, expected, new } => {
                Step::FirstLine { code: self.code(*code)?, expected: *expected, new: *new }
            }
            Swap::Closure { .. } => {
                let message = "RustPython cannot replace the closure of a function".to_owned();
                return Err(refusal("NotImplementedError", message));
            }
        })
    }

    fn object(&self, handle: Handle) -> Result<PyObjectRef, Box<PythonError>> {
        let gone = || refusal("ReferenceError", format!("the object of handle {handle:?} is gone"));
        self.handles.get(handle).ok_or_else(gone)
    }

    fn typed<T: rustpython_vm::PyPayload>(&self, handle: Handle, what: &str) -> Result<PyRef<T>, Box<PythonError>> {
        self.object(handle)?
            .downcast::<T>()
            .map_err(|object| refusal("TypeError", format!("expected {what}, got {}", object.class().name())))
    }

    fn code(&self, handle: Handle) -> Result<PyRef<PyCode>, Box<PythonError>> {
        self.typed(handle, "code")
    }
}

impl Step {
    /// May applying this step call Python, or want a lock that a stopped thread can hold?
    fn is_outside(&self, vm: &VirtualMachine) -> bool {
        match self {
            // A comparison of two lists holds their locks while it calls `__eq__`.
            Self::Item { .. } => true,
            Self::Attribute { object, .. } => !object.downcastable::<PyFunction>(),
            // `type.__setattr__` hands over to a data descriptor of the metaclass; those of `type` itself are native.
            Self::ClassAttribute { class, name, .. } => class.get_class_attr(name).is_some_and(|descriptor| {
                descriptor.class().slots.descr_set.load().is_some() && !descriptor.class().is(vm.ctx.types.getset_type)
            }),
            _ => false,
        }
    }

    /// Would reading the present value evaluate something? Reading `__annotations__` that nobody has read yet does.
    fn is_lazy(&self) -> bool {
        matches!(self, Self::Attribute { object, name, .. }
            if name.as_str() == "__annotations__" && object.downcastable::<PyFunction>())
    }

    /// Is the present value the one to replace?
    fn is_expected(&self, vm: &VirtualMachine) -> bool {
        let same = |present: Option<PyObjectRef>, expected: &Option<PyObjectRef>| match (&present, expected) {
            (Some(present), Some(expected)) => present.is(expected),
            (present, expected) => present.is_none() && expected.is_none(),
        };
        match self {
            Self::FirstLine { code, expected, .. } => first_line(code) == *expected,
            Self::Code { expected, .. } | Self::Item { expected, .. } | Self::Constant { expected, .. } => {
                self.present(vm).is_some_and(|present| present.is(expected))
            }
            Self::Attribute { object, values, .. } if object.downcastable::<PyFunction>() => {
                let absent = |value: &Option<PyObjectRef>| value.as_ref().is_none_or(|value| vm.is_none(value));
                if self.is_lazy() && absent(&values.expected) {
                    return true;
                }
                let present = self.present(vm);
                same(present.clone(), &values.expected) || (absent(&present) && absent(&values.expected))
            }
            Self::Attribute { values, .. }
            | Self::ClassAttribute { values, .. }
            | Self::Entry { values, .. }
            | Self::Cell { values, .. } => same(self.present(vm), &values.expected),
        }
    }

    /// The present value; `None` is absent or cannot be read.
    fn present(&self, vm: &VirtualMachine) -> Option<PyObjectRef> {
        match self {
            Self::Code { function, .. } => function.as_object().get_attr("__code__", vm).ok(),
            Self::Attribute { object, name, .. } => vm.get_attribute_opt(object.clone(), *name).ok().flatten(),
            Self::ClassAttribute { class, name, .. } => class.get_direct_attr(name).or_else(|| {
                let is_slot = CLASS_SLOTS.contains(&name.as_str());
                is_slot.then(|| class.get_attr(name)).flatten()
            }),
            Self::Entry { dict, name, .. } => dict.get_item_opt(*name, vm).ok().flatten(),
            Self::Item { container, key, .. } => container.get_item(&**key, vm).ok(),
            Self::Cell { cell, .. } => cell.get_attr("cell_contents", vm).ok(),
            Self::Constant { code, index, .. } => constant(code, *index),
            Self::FirstLine { .. } => None,
        }
    }

    /// Writes the new value, or the expected one on the way back. Steps that are not outside need a stopped world.
    fn apply(&self, vm: &VirtualMachine, direction: Direction) -> Result<(), PyBaseExceptionRef> {
        let forward = direction == Direction::Forward;
        let pick = |expected: &PyObjectRef, new: &PyObjectRef| if forward { new.clone() } else { expected.clone() };
        let choose = |values: &Values| if forward { values.new.clone() } else { values.expected.clone() };
        match self {
            Self::Code { function, expected, new } => {
                function.as_object().set_attr("__code__", pick(expected, new), vm)
            },
            Self::Attribute { object, name, values } => match choose(values) {
                Some(value) => object.set_attr(*name, value, vm),
                None if object.downcastable::<PyFunction>() && FUNCTION_SLOTS.contains(&name.as_str()) => {
                    object.set_attr(*name, vm.ctx.none(), vm)
                }
                None => object.del_attr(*name, vm),
            },
            Self::ClassAttribute { class, name, values } => {
                let set = vm.ctx.types.type_type.slots.setattro.load().expect("`type` has `__setattr__`");
                let value = match choose(values) {
                    Some(value) => PySetterValue::Assign(value),
                    None => PySetterValue::Delete,
                };
                set(class.as_object(), name, value, vm)
            }
            Self::Entry { dict, name, values } => match choose(values) {
                Some(value) => dict.set_item(*name, value, vm),
                None if dict.contains_key(*name, vm) => dict.del_item(*name, vm),
                None => Ok(()),
            },
            Self::Item { container, key, expected, new } => container.set_item(&**key, pick(expected, new), vm),
            Self::Cell { cell, values } => match choose(values) {
                Some(value) => cell.set_attr("cell_contents", value, vm),
                None => cell.del_attr("cell_contents", vm),
            },
            Self::Constant { code, index, expected, new } => {
                // SAFETY: never outside, so the world is stopped; `resolve` checked the index and the type.
                drop(unsafe { replace_constant(code, *index, pick(expected, new)) });
                Ok(())
            }
            Self::FirstLine { code, expected, new } => {
                // SAFETY: never outside, so the world is stopped.
                unsafe { move_first_line(code, if forward { *new } else { *expected }) };
                Ok(())
            }
        }
    }

    /// The code objects that this step puts in or out of use.
    fn code_objects(&self) -> Vec<PyObjectRef> {
        match self {
            Self::Code { expected, new, .. } | Self::Constant { expected, new, .. } => vec![expected.clone(), new.clone()],
            _ => Vec::new(),
        }
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
