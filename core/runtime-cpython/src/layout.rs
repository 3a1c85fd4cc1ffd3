//! Fields of CPython objects that have no setter, found by looking at samples: no offset is written down here.
//!
//! Every offset is proved before its first use, by reading back what Python says. Not on free-threaded builds, where
//! other threads read these fields without a lock.

use std::ffi::c_int;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::known::Known;
use crate::native::Native;

/// Byte offsets from the start of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// `co_firstlineno`, a C `int`.
    first_line: usize,
    /// `func_code` of a function, a pointer.
    function_code: usize,
    /// The first item of a tuple, a pointer.
    tuple_items: usize,
    /// The cached hash of a tuple (3.14): `-1` when not computed.
    tuple_hash: Option<usize>,
}

/// Line numbers that no other field of a small code object holds.
const MARKS: [c_int; 2] = [0x5a3c_71e4, 0x1b2d_4f68];

impl Layout {
    /// Finds the offsets. `None` when this interpreter keeps its objects differently.
    pub fn find(py: Python<'_>, native: &Native, known: &Known, minor: u8) -> PyResult<Option<Self>> {
        let scratch = PyDict::new(py);
        py.run(
            c"def f(): pass\ndef g(): return 1\nc = f.__code__\nsizes = type(c).__basicsize__, type(f).__basicsize__, tuple.__basicsize__",
            Some(&scratch),
            None,
        )?;
        let get = |name: &str| scratch.as_any().get_item(name);
        let (code_size, function_size, tuple_size): (usize, usize, usize) = get("sizes")?.extract()?;
        let code = get("c")?;
        let marked = |line: c_int| {
            let keywords = PyDict::new(py);
            keywords.set_item("co_firstlineno", line)?;
            code.call_method("replace", (), Some(&keywords))
        };
        let codes = [marked(MARKS[0])?, marked(MARKS[1])?];
        // SAFETY: offsets below `__basicsize__`, aligned for an int, inside live objects.
        let Some(first_line) = (0..code_size / size_of::<c_int>()).map(|i| i * size_of::<c_int>()).find(|offset| {
            (0..2).all(|i| unsafe { field::<c_int>(codes[i].as_ptr(), *offset).read() } == MARKS[i])
        }) else {
            return Ok(None);
        };
        let functions = [get("f")?, get("g")?];
        // SAFETY: as above, aligned for a pointer; `function_code` is given functions.
        let Some(function_code) = (0..function_size / size_of::<usize>()).map(|i| i * size_of::<usize>()).find(|offset| {
            functions.iter().all(|f| unsafe {
                field::<*mut ffi::PyObject>(f.as_ptr(), *offset).read() == (native.function_code)(f.as_ptr())
            })
        }) else {
            return Ok(None);
        };
        let pair = PyTuple::new(py, &functions)?;
        let word = size_of::<usize>();
        let items_fit = (0..2).all(|i| {
            // SAFETY: a tuple of two has two pointers from `__basicsize__` on, which is checked here.
            unsafe { field::<*mut ffi::PyObject>(pair.as_ptr(), tuple_size + i * word).read() == functions[i].as_ptr() }
        });
        let tuple_hash = (minor >= 14 && tuple_size == 4 * word).then_some(3 * word);
        let layout = Self {
            first_line,
            function_code,
            tuple_items: tuple_size,
            tuple_hash,
        };
        // SAFETY: `codes[0]` is a code object of ours that nothing runs.
        unsafe { layout.set_first_line(codes[0].as_ptr(), 7) };
        let reads_back = codes[0].getattr("co_firstlineno")?.extract::<c_int>()? == 7;
        scratch.clear();
        let is_code = codes[0].get_type().is(known.code.bind(py));
        Ok((items_fit && reads_back && is_code).then_some(layout))
    }

    /// `co_firstlineno`.
    ///
    /// # Safety
    /// A live code object; the GIL is held.
    pub unsafe fn first_line(&self, code: *mut ffi::PyObject) -> c_int {
        // SAFETY: the offset was proved by `find`.
        unsafe { field::<c_int>(code, self.first_line).read() }
    }

    /// Writes `co_firstlineno`.
    ///
    /// # Safety
    /// As for [`first_line`](Self::first_line).
    pub unsafe fn set_first_line(&self, code: *mut ffi::PyObject, line: c_int) {
        // SAFETY: the offset was proved by `find`; line tables are relative to this field.
        unsafe { field::<c_int>(code, self.first_line).write(line) }
    }

    /// Stores an item of a tuple in place; the tuple takes a new reference and gives the old one up.
    ///
    /// # Safety
    /// A live tuple longer than `index`, no key of any dict; `item` is alive, and somebody else keeps the old item alive;
    /// the GIL is held.
    pub unsafe fn set_tuple_item(&self, tuple: *mut ffi::PyObject, index: usize, item: *mut ffi::PyObject) {
        // SAFETY: the offset was proved by `find`, the index by the caller. The old reference was the slot's own.
        unsafe {
            ffi::Py_INCREF(item);
            let slot = field::<*mut ffi::PyObject>(tuple, self.tuple_items + index * size_of::<usize>());
            let old = slot.replace(item);
            if let Some(hash) = self.tuple_hash {
                field::<isize>(tuple, hash).write(-1);
            }
            ffi::Py_DECREF(old);
        }
    }

    /// Stores `__code__` without an audit event: only to take back a swap that an audit hook let through.
    ///
    /// # Safety
    /// A live exact function whose code was swapped by `__code__ =` since the GIL was taken: that setter has made the
    /// caches of its call sites invalid, and no call has filled them since.
    pub unsafe fn set_function_code(&self, function: *mut ffi::PyObject, code: *mut ffi::PyObject) {
        // SAFETY: the offset was proved by `find`. The old reference was the function's own.
        unsafe {
            ffi::Py_INCREF(code);
            let old = field::<*mut ffi::PyObject>(function, self.function_code).replace(code);
            ffi::Py_DECREF(old);
        }
    }
}

/// # Safety
/// `offset` lies inside the object and fits the alignment of `T`.
unsafe fn field<T>(object: *mut ffi::PyObject, offset: usize) -> *mut T {
    // SAFETY: passed on.
    unsafe { object.byte_add(offset).cast() }
}
