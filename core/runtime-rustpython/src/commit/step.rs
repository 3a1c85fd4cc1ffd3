//! One step of a commit: a swap with its objects, how to compare and how to write it.

use jurigged_runtime::{CommitError, Handle, PythonError, Swap};
use rustpython_vm::builtins::{
    PyBaseExceptionRef, PyCode, PyDict, PyDictRef, PyFunction, PySet, PyStrInterned, PyTuple, PyType, PyTypeRef, PyWeak,
};
use rustpython_vm::function::PySetterValue;
use rustpython_vm::types::PyTypeFlags;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyRef, VirtualMachine};

use crate::attachment::Attachment;
use crate::closure_field::ClosureField;
use crate::code_object::{
    constant, first_line, free_variables, move_first_line, replace_constant, same_free_variables,
};
use crate::errors::refusal;

/// Attributes that a function always has: deleting one means setting it to `None`.
const FUNCTION_SLOTS: [&str; 6] = [
    "__defaults__",
    "__kwdefaults__",
    "__annotations__",
    "__annotate__",
    "__doc__",
    "__module__",
];

/// Names that `type` answers although they are in no class `__dict__`.
const CLASS_SLOTS: [&str; 3] = ["__name__", "__qualname__", "__bases__"];

/// Methods that share one slot of a class: deleting one empties the slot, although another one is still there.
const SHARED_SLOTS: [&[&str]; 5] = [
    &["__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"],
    &["__setattr__", "__delattr__"],
    &["__getattribute__", "__getattr__"],
    &["__setitem__", "__delitem__"],
    &["__set__", "__delete__"],
];

/// A swap with its objects.
pub(super) enum Step {
    Code {
        function: PyRef<PyFunction>,
        expected: PyObjectRef,
        new: PyObjectRef,
    },
    Attribute {
        object: PyObjectRef,
        name: &'static PyStrInterned,
        values: Values,
    },
    ClassAttribute {
        class: PyTypeRef,
        name: &'static PyStrInterned,
        values: Values,
    },
    Entry {
        dict: PyDictRef,
        name: &'static PyStrInterned,
        values: Values,
    },
    Item {
        container: PyObjectRef,
        key: PyObjectRef,
        values: Values,
    },
    Cell {
        cell: PyObjectRef,
        values: Values,
    },
    Constant {
        code: PyRef<PyCode>,
        index: usize,
        expected: PyObjectRef,
        new: PyObjectRef,
    },
    FirstLine {
        code: PyRef<PyCode>,
        expected: u32,
        new: u32,
    },
    Closure {
        function: PyRef<PyFunction>,
        field: ClosureField,
        values: Values,
    },
}

/// The value before and after; `None` is absent.
pub(super) struct Values {
    expected: Option<PyObjectRef>,
    new: Option<PyObjectRef>,
}

/// Which way a step is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Back,
}

impl Attachment<'_> {
    pub(super) fn resolve_all(&self, swaps: &[Swap]) -> Result<Vec<Step>, CommitError> {
        let resolve = |(index, swap): (usize, &Swap)| {
            let previous = index.checked_sub(1).map(|previous| &swaps[previous]);
            self.resolve(swap, previous)
                .map_err(|source| CommitError::Refused { index, source })
        };
        swaps.iter().enumerate().map(resolve).collect()
    }

    /// `previous`: the swap before this one, whose closure a new code object may be for.
    pub(super) fn resolve(&self, swap: &Swap, previous: Option<&Swap>) -> Result<Step, Box<PythonError>> {
        let values = |expected: &Option<Handle>, new: &Option<Handle>| -> Result<Values, Box<PythonError>> {
            Ok(Values {
                expected: expected.map(|value| self.object(value)).transpose()?,
                new: new.map(|value| self.object(value)).transpose()?,
            })
        };
        let intern = |name: &str| self.vm.ctx.intern_str(name);
        Ok(match swap {
            Swap::Code {
                function,
                expected,
                new,
            } => {
                let (expected, new) = (self.code(*expected)?, self.code(*new)?);
                if !same_free_variables(&expected, &new) && !self.fits(*function, &new, previous)? {
                    let (old, new) = (free_variables(&expected), free_variables(&new));
                    let message = format!("the free variables of the new code are {new}, those of the closure {old}");
                    return Err(refusal("ValueError", message));
                }
                let function = self.typed::<PyFunction>(*function, "function")?;
                Step::Code {
                    function,
                    expected: expected.into(),
                    new: new.into(),
                }
            }
            Swap::Attribute {
                object,
                name,
                expected,
                new,
            } => {
                let object = self.object(*object)?;
                if object.downcastable::<PyFunction>() && name == "__code__" {
                    return Err(refusal(
                        "TypeError",
                        "`__code__` is replaced by a swap of its own".to_owned(),
                    ));
                }
                Step::Attribute {
                    object,
                    name: intern(name),
                    values: values(expected, new)?,
                }
            }
            Swap::ClassAttribute {
                class,
                name,
                expected,
                new,
            } => {
                let class = self.typed::<PyType>(*class, "class")?;
                if class.slots.flags.has_feature(PyTypeFlags::IMMUTABLETYPE) {
                    let message = format!(
                        "cannot set '{name}' attribute of immutable type '{}'",
                        class.slot_name()
                    );
                    return Err(refusal("TypeError", message));
                }
                Step::ClassAttribute {
                    class,
                    name: intern(name),
                    values: values(expected, new)?,
                }
            }
            Swap::Entry {
                dict,
                name,
                expected,
                new,
            } => {
                let dict = self.typed::<PyDict>(*dict, "dict")?;
                Step::Entry {
                    dict,
                    name: intern(name),
                    values: values(expected, new)?,
                }
            }
            Swap::Item {
                container,
                key,
                expected,
                new,
            } => Step::Item {
                container: self.object(*container)?,
                key: self.object(*key)?,
                values: values(expected, new)?,
            },
            Swap::Cell { cell, expected, new } => {
                let cell = self.object(*cell)?;
                if !cell.class().is(self.vm.ctx.types.cell_type) {
                    return Err(refusal(
                        "TypeError",
                        format!("expected cell, got {}", cell.class().name()),
                    ));
                }
                Step::Cell {
                    cell,
                    values: values(expected, new)?,
                }
            }
            Swap::Constant {
                code,
                index,
                expected,
                new,
            } => {
                let code = self.code(*code)?;
                if *index >= code.code.constants.len() {
                    return Err(refusal("IndexError", format!("`co_consts` has no index {index}")));
                }
                let (expected, new) = (self.code(*expected)?, self.code(*new)?);
                Step::Constant {
                    code,
                    index: *index,
                    expected: expected.into(),
                    new: new.into(),
                }
            }
            Swap::FirstLine { code, expected, new } => Step::FirstLine {
                code: self.code(*code)?,
                expected: *expected,
                new: *new,
            },
            Swap::Closure {
                function,
                expected,
                new,
            } => {
                let unknown = || "where RustPython keeps the closure of a function is not known".to_owned();
                let field = self.runtime.closure_field(self.vm);
                let field = field.ok_or_else(|| refusal("NotImplementedError", unknown()))?;
                for closure in [expected, new].into_iter().flatten() {
                    self.cells(*closure)?;
                }
                Step::Closure {
                    function: self.typed::<PyFunction>(*function, "function")?,
                    field,
                    values: values(expected, new)?,
                }
            }
        })
    }

    /// Was the function's closure replaced right before by as many cells as the code wants?
    fn fits(&self, function: Handle, code: &Py<PyCode>, previous: Option<&Swap>) -> Result<bool, Box<PythonError>> {
        let Some(Swap::Closure {
            function: closed, new, ..
        }) = previous
        else {
            return Ok(false);
        };
        let cells = new.map_or(Ok(0), |closure| self.cells(closure))?;
        Ok(*closed == function && cells == code.code.freevars.len())
    }

    /// How many cells a closure has.
    fn cells(&self, closure: Handle) -> Result<usize, Box<PythonError>> {
        let closure = self.typed::<PyTuple>(closure, "tuple")?;
        let is_cell = |item: &PyObjectRef| item.class().is(self.vm.ctx.types.cell_type);
        if closure.as_slice().iter().all(is_cell) {
            return Ok(closure.as_slice().len());
        }
        Err(refusal("TypeError", "a closure is a tuple of cells".to_owned()))
    }

    fn object(&self, handle: Handle) -> Result<PyObjectRef, Box<PythonError>> {
        let gone = || refusal("ReferenceError", format!("the object of handle {handle:?} is gone"));
        self.handles.get(handle).ok_or_else(gone)
    }

    fn typed<T: PyPayload>(&self, handle: Handle, what: &str) -> Result<PyRef<T>, Box<PythonError>> {
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
    pub(super) fn is_outside(&self, vm: &VirtualMachine) -> bool {
        match self {
            // A comparison of two lists holds their locks while it calls `__eq__`.
            Self::Item { .. } => true,
            Self::Attribute { object, .. } => !object.downcastable::<PyFunction>(),
            // It changes the classes around it, whose locks a stopped thread can hold.
            Self::ClassAttribute { name, .. } if name.as_str() == "__bases__" => true,
            // `type.__setattr__` hands over to a data descriptor of the metaclass; those of `type` itself are native.
            Self::ClassAttribute { class, name, .. } => class.get_class_attr(name).is_some_and(|descriptor| {
                descriptor.class().slots.descr_set.load().is_some() && !descriptor.class().is(vm.ctx.types.getset_type)
            }),
            _ => false,
        }
    }

    /// Would reading the present value evaluate something? Reading `__annotations__` that nobody has read yet does.
    pub(super) fn is_lazy(&self) -> bool {
        matches!(self, Self::Attribute { object, name, .. }
            if name.as_str() == "__annotations__" && object.downcastable::<PyFunction>())
    }

    /// Is the present value the one to replace?
    pub(super) fn is_expected(&self, vm: &VirtualMachine) -> bool {
        let same = |present: Option<PyObjectRef>, expected: &Option<PyObjectRef>| match (&present, expected) {
            (Some(present), Some(expected)) => present.is(expected),
            (present, expected) => present.is_none() && expected.is_none(),
        };
        match self {
            Self::FirstLine { code, expected, .. } => first_line(code) == *expected,
            // A tuple that is made for each reader.
            Self::ClassAttribute { class, name, values } if name.as_str() == "__bases__" => {
                let expected = values
                    .expected
                    .as_ref()
                    .and_then(|bases| bases.downcast_ref::<PyTuple>());
                expected.is_some_and(|expected| {
                    let bases = class.bases.read();
                    let mut pairs = bases.iter().zip(expected.iter());
                    bases.len() == expected.len() && pairs.all(|(base, expected)| base.is(expected))
                })
            }
            Self::Code { expected, .. } | Self::Constant { expected, .. } => {
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
            | Self::Item { values, .. }
            | Self::Cell { values, .. }
            | Self::Closure { values, .. } => same(self.present(vm), &values.expected),
        }
    }

    /// The present value; `None` is absent or cannot be read.
    pub(super) fn present(&self, vm: &VirtualMachine) -> Option<PyObjectRef> {
        match self {
            Self::Code { function, .. } => function.as_object().get_attr("__code__", vm).ok(),
            Self::Attribute { object, name, .. } => vm.get_attribute_opt(object.clone(), *name).ok().flatten(),
            Self::ClassAttribute { class, name, .. } => class.get_direct_attr(name).or_else(|| {
                let is_slot = CLASS_SLOTS.contains(&name.as_str());
                is_slot.then(|| class.get_attr(name)).flatten()
            }),
            Self::Entry { dict, name, .. } => dict.get_item_opt(*name, vm).ok().flatten(),
            Self::Item { container, key, .. } => match container.downcast_ref::<PySet>() {
                Some(set) => {
                    let is_in = vm.call_method(set.as_object(), "__contains__", (key.clone(),));
                    is_in
                        .is_ok_and(|is_in| is_in.is(&vm.ctx.true_value))
                        .then(|| key.clone())
                }
                None => container.get_item(&**key, vm).ok(),
            },
            Self::Cell { cell, .. } => cell.get_attr("cell_contents", vm).ok(),
            Self::Constant { code, index, .. } => constant(code, *index),
            Self::FirstLine { .. } => None,
            Self::Closure { function, .. } => {
                let closure = function.as_object().get_attr("__closure__", vm).ok();
                closure.filter(|closure| !vm.is_none(closure))
            }
        }
    }

    /// Writes the new value, or the expected one on the way back. Steps that are not outside need a stopped world.
    pub(super) fn apply(&self, vm: &VirtualMachine, direction: Direction) -> Result<(), PyBaseExceptionRef> {
        let forward = direction == Direction::Forward;
        let pick = |expected: &PyObjectRef, new: &PyObjectRef| if forward { new.clone() } else { expected.clone() };
        let choose = |values: &Values| {
            if forward {
                values.new.clone()
            } else {
                values.expected.clone()
            }
        };
        match self {
            Self::Code {
                function,
                expected,
                new,
            } => function.as_object().set_attr("__code__", pick(expected, new), vm),
            Self::Attribute { object, name, values } => match choose(values) {
                // Past a `__setattr__` of the class, which need not know what it is to become.
                Some(value) if name.as_str() == "__class__" && !object.downcastable::<PyType>() => {
                    object.generic_setattr(name, PySetterValue::Assign(value), vm)
                }
                // The setter refuses every class whose metaclass is `type`; all classes are the same structure.
                Some(value) if name.as_str() == "__class__" && is_metaclass(&value, vm) => {
                    if let Ok(metaclass) = value.downcast::<PyType>() {
                        object.set_class(metaclass, vm);
                    }
                    Ok(())
                }
                Some(value) => object.set_attr(*name, value, vm),
                None if object.downcastable::<PyFunction>() && FUNCTION_SLOTS.contains(&name.as_str()) => {
                    object.set_attr(*name, vm.ctx.none(), vm)
                }
                None => object.del_attr(*name, vm),
            },
            Self::ClassAttribute { class, name, values } => {
                let set = vm
                    .ctx
                    .types
                    .type_type
                    .slots
                    .setattro
                    .load()
                    .expect("`type` has `__setattr__`");
                let value = match choose(values) {
                    Some(value) => PySetterValue::Assign(value),
                    None => PySetterValue::Delete,
                };
                let is_deleted = matches!(value, PySetterValue::Delete);
                if name.as_str() == "__bases__" {
                    return set_bases(class, |vm| set(class.as_object(), name, value, vm), vm);
                }
                set(class.as_object(), name, value, vm)?;
                let namesakes = SHARED_SLOTS
                    .iter()
                    .filter(|group| is_deleted && group.contains(&name.as_str()));
                for other in namesakes.copied().flatten() {
                    let other = vm.ctx.intern_str(*other);
                    if let Some(value) = class.get_direct_attr(other) {
                        set(class.as_object(), other, PySetterValue::Assign(value), vm)?;
                    }
                }
                Ok(())
            }
            Self::Entry { dict, name, values } => match choose(values) {
                Some(value) => dict.set_item(*name, value, vm),
                None if dict.contains_key(*name, vm) => dict.del_item(*name, vm),
                None => Ok(()),
            },
            Self::Item { container, key, values } => match (choose(values), container.downcastable::<PySet>()) {
                (Some(_), true) => vm.call_method(container, "add", (key.clone(),)).map(drop),
                (None, true) => vm.call_method(container, "discard", (key.clone(),)).map(drop),
                (Some(value), false) => container.set_item(&**key, value, vm),
                (None, false) => container.del_item(&**key, vm),
            },
            Self::Cell { cell, values } => match choose(values) {
                Some(value) => cell.set_attr("cell_contents", value, vm),
                None => cell.del_attr("cell_contents", vm),
            },
            Self::Constant {
                code,
                index,
                expected,
                new,
            } => {
                // SAFETY: never outside, so the world is stopped; `resolve` checked the index and the type.
                drop(unsafe { replace_constant(code, *index, pick(expected, new)) });
                Ok(())
            }
            Self::FirstLine { code, expected, new } => {
                // SAFETY: never outside, so the world is stopped.
                unsafe { move_first_line(code, if forward { *new } else { *expected }) };
                Ok(())
            }
            Self::Closure {
                function,
                field,
                values,
            } => {
                // SAFETY: never outside, so the world is stopped; `resolve` checked the cells, and the code that goes
                // with them is written in the same stop. Forward, `apply_all` has asked for waiting frames.
                drop(unsafe { field.replace(function, choose(values)) });
                Ok(())
            }
        }
    }

    /// The function whose closure this step replaces.
    pub(super) fn closed_function(&self) -> Option<&PyRef<PyFunction>> {
        match self {
            Self::Closure { function, .. } => Some(function),
            _ => None,
        }
    }

    /// The code objects that this step puts in or out of use.
    pub(super) fn code_objects(&self) -> Vec<PyObjectRef> {
        match self {
            Self::Code { expected, new, .. } | Self::Constant { expected, new, .. } => {
                vec![expected.clone(), new.clone()]
            }
            _ => Vec::new(),
        }
    }
}

/// Calls the setter of `__bases__` and does what it leaves out (RustPython, crates/vm/src/builtins/type.rs, `set_bases`):
/// it panics at a subclass that was collected, keeps new bases that give no order of resolution, and leaves the class
/// among the subclasses of its old bases.
fn set_bases(
    class: &PyTypeRef,
    set: impl FnOnce(&VirtualMachine) -> Result<(), PyBaseExceptionRef>,
    vm: &VirtualMachine,
) -> Result<(), PyBaseExceptionRef> {
    let mut pending = vec![class.clone()];
    while let Some(class) = pending.pop() {
        let mut listed = class.subclasses.write();
        listed.retain(|weak| weak.upgrade().is_some());
        let live = listed.iter().filter_map(|weak| weak.upgrade());
        pending.extend(live.filter_map(|subclass| subclass.downcast::<PyType>().ok()));
    }
    let before = class.bases.read().clone();
    if let Err(error) = set(vm) {
        *class.bases.write() = before;
        return Err(error);
    }
    for base in before {
        let mut listed = base.subclasses.write();
        // The first is the old entry, also where the base is a new one too.
        let is_class = |weak: &PyRef<PyWeak>| weak.upgrade().is_some_and(|listed| listed.is(class));
        if let Some(at) = listed.iter().position(is_class) {
            listed.remove(at);
        }
    }
    Ok(())
}

/// Is it a class whose instances are classes?
fn is_metaclass(value: &PyObjectRef, vm: &VirtualMachine) -> bool {
    value
        .downcast_ref::<PyType>()
        .is_some_and(|class| class.fast_issubclass(vm.ctx.types.type_type))
}
