//! Swaps: applied in order under one hold of the GIL, taken back in reverse.

use jurigged_runtime::{CommitError, Handle, PythonError, RuntimeError, Swap};
use pyo3::exceptions::{PyAttributeError, PyKeyError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySet, PyTuple, PyType};

use crate::attached::Attached;
use crate::bases::{Bases, is_about_layout, set_metaclass};
use crate::errors::{describe, plain};
use crate::heap::CollectorPaused;

/// Attributes of functions that are always there: for them, absent means `None`.
const FUNCTION_ATTRIBUTES: &[&str] = &[
    "__defaults__",
    "__kwdefaults__",
    "__annotations__",
    "__annotate__",
    "__doc__",
];

/// Why one swap was not made.
enum Failure {
    /// The present value is not the expected one.
    Changed,
    Python(PyErr),
    /// Refused by us.
    Refused(Box<PythonError>),
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<RuntimeError> for Failure {
    fn from(error: RuntimeError) -> Self {
        refuse(error.to_string())
    }
}

impl From<pyo3::CastIntoError<'_>> for Failure {
    fn from(_: pyo3::CastIntoError<'_>) -> Self {
        refuse("the object has another type than the swap needs")
    }
}

fn refuse(message: impl Into<String>) -> Failure {
    Failure::Refused(plain("RuntimeError", message))
}

/// See [`jurigged_runtime::Interpreter::commit`].
pub(crate) fn commit(attached: &Attached<'_>, swaps: &[Swap], fault: Option<usize>) -> Result<(), CommitError> {
    let _paused = CollectorPaused::new(attached);
    attached.committed.set(true);
    for (index, swap) in swaps.iter().enumerate() {
        let made = if fault == Some(index) {
            Err(CommitError::Injected { index })
        } else {
            let previous = index.checked_sub(1).map(|previous| &swaps[previous]);
            Swapper { attached }
                .make(swap, previous)
                .map_err(|failure| match failure {
                    Failure::Changed => CommitError::Changed { index },
                    Failure::Refused(source) => CommitError::Refused { index, source },
                    Failure::Python(error) => CommitError::Refused {
                        index,
                        source: Box::new(describe(attached.py, &attached.inner.known, &error)),
                    },
                })
        };
        if let Err(error) = made {
            undo(attached, &swaps[..index]);
            return Err(error);
        }
    }
    Ok(())
}

/// See [`jurigged_runtime::Interpreter::undo`].
pub(crate) fn undo(attached: &Attached<'_>, swaps: &[Swap]) {
    let _paused = CollectorPaused::new(attached);
    attached.committed.set(true);
    let swapper = Swapper { attached };
    let mut rest = swaps;
    while let Some((last, earlier)) = rest.split_last() {
        rest = earlier;
        // The setter of `__code__` compares with the closure that is there: the old closure has to come back first.
        if let (Swap::Code { function, .. }, Some((Swap::Closure { function: closed, .. }, before))) =
            (last, earlier.split_last())
            && function == closed
        {
            swapper.take_back(&earlier[earlier.len() - 1]);
            rest = before;
        }
        swapper.take_back(last);
    }
}

/// Reads and writes the places that swaps name.
struct Swapper<'a, 'py> {
    attached: &'a Attached<'py>,
}

impl<'py> Swapper<'_, 'py> {
    /// Compares, then writes.
    fn make(&self, swap: &Swap, previous: Option<&Swap>) -> Result<(), Failure> {
        if let Swap::FirstLine { code, expected, new } = swap {
            return self.first_line(*code, Some(*expected), *new);
        }
        let (expected, _) = values(swap);
        let expected = self.optional(expected)?;
        let present = self.present(swap)?;
        if !self.agree(swap, present.as_ref(), expected.as_ref())? {
            return Err(Failure::Changed);
        }
        if let Swap::Code {
            function,
            expected,
            new,
        } = swap
        {
            self.check_free_variables(*function, *expected, *new, previous)?;
        }
        self.write(swap)
    }

    /// Writes the old value, whatever is there now. What cannot be taken back (a user's `__setattr__` that raises) stays:
    /// the other swaps are still taken back.
    fn take_back(&self, swap: &Swap) {
        let inverted = swap.inverted();
        let written = match &inverted {
            Swap::FirstLine { code, new, .. } => self.first_line(*code, None, *new),
            _ => self.write(&inverted),
        };
        if written.is_err() {
            // An audit hook may veto the way back too: past it, where there is one.
            let _ = self.write_unaudited(&inverted);
        }
    }

    fn object(&self, handle: Handle) -> Result<Bound<'py, PyAny>, Failure> {
        Ok(self.attached.object(handle)?)
    }

    fn optional(&self, handle: Option<Handle>) -> Result<Option<Bound<'py, PyAny>>, Failure> {
        handle.map(|handle| self.object(handle)).transpose()
    }

    fn is_function(&self, object: &Bound<'py, PyAny>) -> bool {
        // SAFETY: attached, the object is alive.
        unsafe { ffi::Py_TYPE(object.as_ptr()) == self.attached.inner.native.function_type }
    }

    /// The value that is there now.
    fn present(&self, swap: &Swap) -> Result<Option<Bound<'py, PyAny>>, Failure> {
        Ok(match swap {
            Swap::Code { function, .. } => Some(self.object(*function)?.getattr("__code__")?),
            Swap::Closure { function, .. } => {
                let closure = self.object(*function)?.getattr("__closure__")?;
                (!closure.is_none()).then_some(closure)
            }
            Swap::Attribute { object, name, .. } => attribute(&self.object(*object)?, name)?,
            Swap::ClassAttribute { class, name, .. } => self.class_attribute(&self.object(*class)?, name)?,
            Swap::Entry { dict, name, .. } => self.object(*dict)?.cast_into::<PyDict>()?.get_item(name)?,
            Swap::Item { container, key, .. } => item(&self.object(*container)?, &self.object(*key)?)?,
            Swap::Cell { cell, .. } => match self.object(*cell)?.getattr("cell_contents") {
                Ok(content) => Some(content),
                // An empty cell.
                Err(error) if error.is_instance_of::<pyo3::exceptions::PyValueError>(self.attached.py) => None,
                Err(error) => return Err(error.into()),
            },
            Swap::Constant { code, index, .. } => Some(self.constants(*code)?.get_item(*index)?),
            Swap::FirstLine { .. } => unreachable!("lines are no objects; `first_line` compares them"),
        })
    }

    /// Is the present value the expected one? By identity; but the interpreter makes small immutable values anew.
    fn agree(
        &self,
        swap: &Swap,
        present: Option<&Bound<'py, PyAny>>,
        expected: Option<&Bound<'py, PyAny>>,
    ) -> Result<bool, Failure> {
        let absent = |value: Option<&Bound<'py, PyAny>>| value.is_none_or(|value| value.is_none());
        let same = match (present, expected) {
            (Some(present), Some(expected)) => present.is(expected) || equal_values(present, expected),
            (None, None) => true,
            _ => false,
        };
        let function_attribute = || match swap {
            Swap::Attribute { object, .. } => Ok::<_, Failure>(self.is_function(&self.object(*object)?)),
            _ => Ok(false),
        };
        Ok(same || (absent(present) && absent(expected) && function_attribute()?))
    }

    /// The class's own value: from its dict, or from its structure for the names that live there (`__bases__`).
    fn class_attribute(&self, class: &Bound<'py, PyAny>, name: &str) -> Result<Option<Bound<'py, PyAny>>, Failure> {
        let known = &self.attached.inner.known;
        let own = known.of_class(&known.type_dict, class)?;
        if let Some(value) = self.attached.lookup(&own, name)? {
            return Ok(Some(value));
        }
        // Its getter makes an empty one where there is none (Objects/typeobject.c, `type_get_annotations`).
        if name == "__annotations__" {
            return Ok(None);
        }
        let structural = self
            .attached
            .lookup(known.type_namespace.bind(self.attached.py), name)?;
        let Some(getter) = structural.filter(|getter| getter.hasattr("__set__").unwrap_or(false)) else {
            return Ok(None);
        };
        match getter.call_method1("__get__", (class,)) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_instance_of::<PyAttributeError>(self.attached.py) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Equal names in equal order, or a closure that was set right before. CPython itself compares the numbers only.
    fn check_free_variables(
        &self,
        function: Handle,
        expected: Handle,
        new: Handle,
        previous: Option<&Swap>,
    ) -> Result<(), Failure> {
        let names = |code: Handle| Ok::<_, Failure>(self.object(code)?.getattr("co_freevars")?);
        let (old, new) = (names(expected)?, names(new)?);
        if old.eq(&new)? {
            return Ok(());
        }
        let closure = match previous {
            Some(Swap::Closure {
                function: closed, new, ..
            }) if *closed == function => self.optional(*new)?,
            _ => return Err(refuse(format!("free variables differ: {old} is not {new}"))),
        };
        let cells = closure.map_or(Ok(0), |closure| closure.len())?;
        if cells == new.len()? {
            return Ok(());
        }
        Err(refuse(format!("{cells} cells for the free variables {new}")))
    }

    fn constants(&self, code: Handle) -> Result<Bound<'py, PyTuple>, Failure> {
        Ok(self.object(code)?.getattr("co_consts")?.cast_into::<PyTuple>()?)
    }

    fn write(&self, swap: &Swap) -> Result<(), Failure> {
        let (_, new) = values(swap);
        let new = self.optional(new)?;
        match swap {
            Swap::Code { function, .. } => self.object(*function)?.setattr("__code__", new)?,
            Swap::Closure { function, .. } => self.set_closure(&self.object(*function)?, new)?,
            Swap::Attribute { object, name, .. } => self.set_attribute(&self.object(*object)?, name, new)?,
            Swap::ClassAttribute { class, name, .. } => {
                let known = &self.attached.inner.known;
                let class = self.object(*class)?;
                match new {
                    Some(new) => self.set_class_attribute(&class, name, new)?,
                    None => known
                        .type_delattr
                        .bind(self.attached.py)
                        .call1((class, name))
                        .map(drop)?,
                }
            }
            Swap::Entry { dict, name, .. } => {
                let dict = self.object(*dict)?.cast_into::<PyDict>()?;
                match new {
                    Some(new) => dict.set_item(name, new)?,
                    None if dict.contains(name)? => dict.del_item(name)?,
                    None => {}
                }
            }
            Swap::Item { container, key, .. } => {
                let (container, key) = (self.object(*container)?, self.object(*key)?);
                match (container.cast::<PySet>(), new) {
                    (Ok(set), Some(_)) => set.add(key)?,
                    (Ok(set), None) => drop(set.discard(key)?),
                    (Err(_), Some(new)) => container.set_item(key, new)?,
                    (Err(_), None) => container.del_item(key)?,
                }
            }
            Swap::Cell { cell, .. } => match new {
                Some(new) => self.object(*cell)?.setattr("cell_contents", new)?,
                None => self.object(*cell)?.delattr("cell_contents")?,
            },
            Swap::Constant { code, index, .. } => {
                let layout = self.attached.inner.layout.ok_or_else(no_writes_in_place)?;
                let constants = self.constants(*code)?;
                // The item is read once more for its bounds: `take_back` comes here without a comparison.
                let old = constants.get_item(*index)?;
                let new = new.ok_or_else(|| refuse("a constant cannot be deleted"))?;
                // SAFETY: in bounds; `old` and the handle table keep both items alive; code objects compare and hash
                // their constants anew each time, so no dict relies on this tuple; the GIL is held.
                unsafe { layout.set_tuple_item(constants.as_ptr(), *index, new.as_ptr()) };
                drop(old);
            }
            Swap::FirstLine { .. } => unreachable!("`first_line` writes lines"),
        }
        Ok(())
    }

    fn set_class_attribute(&self, class: &Bound<'py, PyAny>, name: &str, new: Bound<'py, PyAny>) -> PyResult<()> {
        let py = self.attached.py;
        let setter = self.attached.inner.known.type_setattr.bind(py);
        let set = || setter.call1((class, name, &new)).map(drop);
        let Err(error) = set() else { return Ok(()) };
        if name != "__bases__" || !is_about_layout(py, &error) {
            return Err(error);
        }
        match (self.bases()?, new.cast::<PyTuple>()) {
            (Some(bases), Ok(tuple)) => bases.set(class, tuple, error, set),
            _ => Err(error),
        }
    }

    /// How bases are set that the setter refuses; `None` where that cannot be done.
    fn bases(&self) -> PyResult<Option<Bases>> {
        let inner = &self.attached.inner;
        if let Some(found) = inner.bases.get() {
            return Ok(*found);
        }
        let found = match inner.layout {
            Some(_) => Bases::find(self.attached.py)?,
            None => None,
        };
        Ok(*inner.bases.get_or_init(|| found))
    }

    fn first_line(&self, code: Handle, expected: Option<u32>, new: u32) -> Result<(), Failure> {
        let layout = self.attached.inner.layout.ok_or_else(no_writes_in_place)?;
        let code = self.object(code)?;
        if !code
            .get_type()
            .is(self.attached.inner.known.code.bind(self.attached.py))
        {
            return Err(refuse("FirstLine needs a code object"));
        }
        let line = i32::try_from(new).map_err(|_| refuse(format!("there is no line {new}")))?;
        // SAFETY: a live code object; the GIL is held.
        unsafe {
            if expected.is_some_and(|expected| i64::from(layout.first_line(code.as_ptr())) != i64::from(expected)) {
                return Err(Failure::Changed);
            }
            layout.set_first_line(code.as_ptr(), line);
        }
        Ok(())
    }

    fn set_closure(&self, function: &Bound<'py, PyAny>, closure: Option<Bound<'py, PyAny>>) -> Result<(), Failure> {
        let Some(set_closure) = self.attached.inner.native.set_closure else {
            return Err(refuse("this Python does not export PyFunction_SetClosure"));
        };
        let closure = closure.unwrap_or_else(|| self.attached.py.None().into_bound(self.attached.py));
        let cells = match closure.cast::<PyTuple>() {
            Ok(cells) => cells.iter().all(|cell| {
                cell.get_type()
                    .is(self.attached.inner.known.cell.bind(self.attached.py))
            }),
            Err(_) => closure.is_none(),
        };
        if !self.is_function(function) || !cells {
            return Err(refuse("Closure needs a function and a tuple of cells"));
        }
        // SAFETY: attached; both are alive and of the types that the function wants.
        status(self.attached.py, unsafe {
            set_closure(function.as_ptr(), closure.as_ptr())
        })
    }

    fn set_attribute(
        &self,
        object: &Bound<'py, PyAny>,
        name: &str,
        new: Option<Bound<'py, PyAny>>,
    ) -> Result<(), Failure> {
        match new {
            // Past a `__setattr__` of the class, which need not know what it is to become.
            Some(new) if name == "__class__" => {
                let known = &self.attached.inner.known;
                let py = self.attached.py;
                let is_class = object.is_instance_of::<PyType>();
                let setter = if is_class {
                    &known.type_setattr
                } else {
                    &known.object_setattr
                };
                match setter.bind(py).call1((object, name, &new)) {
                    Err(error) if is_class && is_about_layout(py, &error) && self.bases()?.is_some() => {
                        set_metaclass(object, &new, error)?;
                    }
                    result => result.map(drop)?,
                }
            }
            Some(new) => object.setattr(name, new)?,
            None if FUNCTION_ATTRIBUTES.contains(&name) && self.is_function(object) => {
                object.setattr(name, self.attached.py.None())?;
            }
            None => match object.delattr(name) {
                Ok(()) => {}
                Err(error) if error.is_instance_of::<PyAttributeError>(self.attached.py) => {}
                Err(error) => return Err(error.into()),
            },
        }
        Ok(())
    }

    /// Writes function attributes past the audit event `object.__setattr__`.
    fn write_unaudited(&self, swap: &Swap) -> Result<(), Failure> {
        let native = &self.attached.inner.native;
        let none = || self.attached.py.None().into_bound(self.attached.py);
        match swap {
            Swap::Code { function, new, .. } => {
                let (function, code) = (self.object(*function)?, self.object(*new)?);
                let layout = self.attached.inner.layout.ok_or_else(no_writes_in_place)?;
                if self.is_function(&function) {
                    // SAFETY: the swap that is taken back went through the setter, under this hold of the GIL.
                    unsafe { layout.set_function_code(function.as_ptr(), code.as_ptr()) };
                }
                Ok(())
            }
            Swap::Attribute { object, name, new, .. } => {
                let setter = match name.as_str() {
                    "__defaults__" => native.set_defaults,
                    "__kwdefaults__" => native.set_kw_defaults,
                    _ => None,
                };
                let object = self.object(*object)?;
                let Some(setter) = setter.filter(|_| self.is_function(&object)) else {
                    return Err(Failure::from(PyTypeError::new_err("no other way")));
                };
                let value = self.optional(*new)?.unwrap_or_else(none);
                // SAFETY: attached; a function, and a value that its own setter accepted before.
                status(self.attached.py, unsafe { setter(object.as_ptr(), value.as_ptr()) })
            }
            _ => Err(refuse("no other way")),
        }
    }
}

/// The expected and the new value of a swap of objects.
fn values(swap: &Swap) -> (Option<Handle>, Option<Handle>) {
    match swap {
        Swap::Code { expected, new, .. } | Swap::Constant { expected, new, .. } => (Some(*expected), Some(*new)),
        Swap::Attribute { expected, new, .. }
        | Swap::ClassAttribute { expected, new, .. }
        | Swap::Entry { expected, new, .. }
        | Swap::Item { expected, new, .. }
        | Swap::Cell { expected, new, .. }
        | Swap::Closure { expected, new, .. } => (*expected, *new),
        Swap::FirstLine { .. } => (None, None),
    }
}

/// `container[key]`, `None` where a dict has no such key; of a set the key, if it is in it.
fn item<'py>(container: &Bound<'py, PyAny>, key: &Bound<'py, PyAny>) -> Result<Option<Bound<'py, PyAny>>, Failure> {
    if let Ok(set) = container.cast::<PySet>() {
        return Ok(set.contains(key)?.then(|| key.clone()));
    }
    match container.get_item(key) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_instance_of::<PyKeyError>(container.py()) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn attribute<'py>(object: &Bound<'py, PyAny>, name: &str) -> Result<Option<Bound<'py, PyAny>>, Failure> {
    match object.getattr(name) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_instance_of::<PyAttributeError>(object.py()) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Are both exactly `str` or exactly `int`, and equal?
fn equal_values(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> bool {
    let exact = |object: &Bound<'_, PyAny>| {
        object.is_exact_instance_of::<pyo3::types::PyString>() || object.is_exact_instance_of::<pyo3::types::PyInt>()
    };
    exact(a) && exact(b) && a.eq(b).unwrap_or(false)
}

fn no_writes_in_place() -> Failure {
    refuse("code objects of this Python cannot be changed in place")
}

/// Turns a C status into a result.
fn status(py: Python<'_>, status: std::ffi::c_int) -> Result<(), Failure> {
    if status == 0 {
        Ok(())
    } else {
        Err(PyErr::fetch(py).into())
    }
}
