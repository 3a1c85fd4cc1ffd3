//! Bases and metaclasses that the setters of CPython refuse although nothing in memory would have to change.
//!
//! `__bases__ =` compares the old first base with the new one (`compatible_for_assignment` in Objects/typeobject.c) and
//! so refuses everything to or from plain `object`, `abc.ABC` and `typing.Generic` (bpo-672115); `__class__ =` refuses
//! every class whose metaclass is `type`. What they do afterwards is right: references, `__subclasses__()`, the MRO, the
//! slots of the type. So the comparison alone is led past: while the setter of `__bases__` runs, the class already has
//! its new first base. Only where instances lie in memory as they did: the same class in native code below all bases, and
//! no slots anywhere, so that a dict and weak references are all that Python classes add to it.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};

use crate::layout::field;

/// What decides how instances lie in memory: `__basicsize__`, `__itemsize__`, `__dictoffset__`, `__weakrefoffset__`.
type Shape = (isize, isize, isize, isize);

/// `Py_TPFLAGS_HEAPTYPE`: made by a class statement, and counted by its instances.
const HEAP_TYPE: u64 = 1 << 9;

/// Where types keep their first base.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bases {
    /// Byte offset of `tp_base`, proved by classes whose base is known.
    base: usize,
}

impl Bases {
    /// Finds the offset. `None` when this interpreter keeps its types differently.
    pub fn find(py: Python<'_>) -> PyResult<Option<Self>> {
        let scratch = PyDict::new(py);
        py.run(
            c"class A: pass\nclass B: pass\nclass C(A): pass\nclass D(B): pass\nsize = type.__basicsize__\nbare = object",
            Some(&scratch),
            None,
        )?;
        let get = |name: &str| scratch.as_any().get_item(name);
        let samples =
            [("C", "A"), ("D", "B"), ("A", "bare")].map(|(class, base)| Ok::<_, PyErr>((get(class)?, get(base)?)));
        let samples = samples.into_iter().collect::<PyResult<Vec<_>>>()?;
        let words = get("size")?.extract::<usize>()? / size_of::<usize>();
        let is_base = |offset: &usize| {
            samples.iter().all(|(class, base)| {
                // SAFETY: below `type.__basicsize__`, aligned for a pointer, inside live type objects.
                unsafe { field::<*mut ffi::PyObject>(class.as_ptr(), *offset).read() == base.as_ptr() }
            })
        };
        let mut offsets = (0..words).map(|index| index * size_of::<usize>()).filter(is_base);
        let (Some(base), None) = (offsets.next(), offsets.next()) else {
            return Ok(None);
        };
        scratch.clear();
        Ok(Some(Self { base }))
    }

    /// Gives a class new bases by `set`, which has refused them once.
    ///
    /// # Errors
    /// What the setter refused, where the layout is another one.
    pub fn set(
        &self,
        class: &Bound<'_, PyAny>,
        bases: &Bound<'_, PyTuple>,
        refused: PyErr,
        set: impl FnOnce() -> PyResult<()>,
    ) -> PyResult<()> {
        if !fits(class, bases)? {
            return Err(refused);
        }
        let first = bases.get_item(0)?.unbind().into_ptr();
        // SAFETY: the offset was proved by `find`, the class is alive, and the GIL is held up to the setter. The slot owns
        // one reference: that of the old base is kept here, that of `first` is the setter's to give back.
        unsafe {
            let slot = field::<*mut ffi::PyObject>(class.as_ptr(), self.base);
            let old = slot.replace(first);
            let result = set();
            let dropped = if result.is_ok() { old } else { slot.replace(old) };
            ffi::Py_DECREF(dropped);
            result
        }
    }
}

/// Do instances of the class lie in memory below these bases as they do now?
fn fits(class: &Bound<'_, PyAny>, bases: &Bound<'_, PyTuple>) -> PyResult<bool> {
    let own = class.getattr("__dict__")?;
    let Some(native) = native_without_slots(class)? else {
        return Ok(false);
    };
    if bases.is_empty() || own.contains("__slots__")? {
        return Ok(false);
    }
    let shapes = [shape(class)?, shape(&native)?];
    for base in bases.iter() {
        let below = native_without_slots(&base)?;
        if !below.is_some_and(|below| below.is(&native)) || !shapes.contains(&shape(&base)?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Gives a class another metaclass, which the setter has refused once.
///
/// # Errors
/// What the setter refused, where classes of the two metaclasses lie differently in memory.
pub(crate) fn set_metaclass(class: &Bound<'_, PyAny>, metaclass: &Bound<'_, PyAny>, refused: PyErr) -> PyResult<()> {
    let old = class.get_type();
    let is_metaclass = metaclass
        .cast::<PyType>()
        .is_ok_and(|it| it.is_subclass_of::<PyType>().unwrap_or(false));
    if !is_metaclass || !is_heap_type(class)? || shape(&old)? != shape(metaclass)? {
        return Err(refused);
    }
    let (counts_old, counts_new) = (is_heap_type(&old)?, is_heap_type(metaclass)?);
    // SAFETY: both are types of equal size, the class is alive and its own, and the GIL is held. Instances of heap types
    // own a reference to their type, others do not. The caches of attribute look-ups through the class are emptied.
    unsafe {
        if counts_new {
            ffi::Py_INCREF(metaclass.as_ptr());
        }
        (*class.as_ptr()).ob_type = metaclass.as_ptr().cast();
        ffi::PyType_Modified(class.as_ptr().cast());
        if counts_old {
            ffi::Py_DECREF(old.as_ptr());
        }
    }
    Ok(())
}

/// Does a setter refuse for the reasons that this module knows better?
pub(crate) fn is_about_layout(py: Python<'_>, error: &PyErr) -> bool {
    let message = error.value(py).to_string();
    error.is_instance_of::<PyTypeError>(py)
        && ["deallocator differs", "layout differs", "only supported for"]
            .iter()
            .any(|reason| message.contains(reason))
}

/// The most derived class in native code below a class; `None` where a Python class between them has slots.
fn native_without_slots<'py>(class: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Ok(class) = class.cast::<PyType>() else {
        return Ok(None);
    };
    for inherited in class.mro().iter() {
        if !is_heap_type(&inherited)? {
            return Ok(Some(inherited));
        }
        for value in inherited.getattr("__dict__")?.call_method0("values")?.try_iter()? {
            // `types.MemberDescriptorType`, which is what a slot is.
            if value?.get_type().name()? == "member_descriptor" {
                return Ok(None);
            }
        }
    }
    Ok(None)
}

fn shape(class: &Bound<'_, PyAny>) -> PyResult<Shape> {
    let read = |name: &str| class.getattr(name)?.extract::<isize>();
    Ok((
        read("__basicsize__")?,
        read("__itemsize__")?,
        read("__dictoffset__")?,
        read("__weakrefoffset__")?,
    ))
}

fn is_heap_type(class: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(class.getattr("__flags__")?.extract::<u64>()? & HEAP_TYPE != 0)
}
