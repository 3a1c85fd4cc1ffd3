//! Fields of CPython objects that have no setter, found by looking at samples: no offset is written down here.
//!
//! Every offset is proved before its first use, by reading back what Python says. Not on free-threaded builds, where
//! other threads read these fields without a lock.

use std::ffi::{c_int, c_void};

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
    /// The lines that tracing keeps for each instruction (3.11 alone).
    line_array: Option<LineArray>,
}

/// `_co_linearray` of CPython 3.11: absolute lines, made when the code is first traced and believed ever after, also by
/// `f_lineno`.
#[derive(Clone, Copy, Debug)]
struct LineArray {
    /// A pointer to one entry per code unit, or null.
    entries: usize,
    /// A C `short`: 2 or 4 bytes per entry.
    entry_size: usize,
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
        let Some(first_line) = (0..code_size / size_of::<c_int>())
            .map(|i| i * size_of::<c_int>())
            .find(|offset| (0..2).all(|i| unsafe { field::<c_int>(codes[i].as_ptr(), *offset).read() } == MARKS[i]))
        else {
            return Ok(None);
        };
        let functions = [get("f")?, get("g")?];
        // SAFETY: as above, aligned for a pointer; `function_code` is given functions.
        let Some(function_code) = (0..function_size / size_of::<usize>())
            .map(|i| i * size_of::<usize>())
            .find(|offset| {
                functions.iter().all(|f| unsafe {
                    field::<*mut ffi::PyObject>(f.as_ptr(), *offset).read() == (native.function_code)(f.as_ptr())
                })
            })
        else {
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
            line_array: (minor == 11).then(|| LineArray::find(&code, first_line)).flatten(),
        };
        if minor == 11 && layout.line_array.is_none() {
            return Ok(None);
        }
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
        unsafe {
            let old = field::<c_int>(code, self.first_line).replace(line);
            if let Some(lines) = self.line_array {
                lines.shift(code, line - old);
            }
        }
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

impl LineArray {
    /// The offsets of CPython 3.11's `Include/cpython/code.h`, counted from `co_firstlineno`; proved by the pointer to
    /// `co_linetable` that stands between.
    fn find(code: &Bound<'_, PyAny>, first_line: usize) -> Option<Self> {
        let word = size_of::<usize>();
        // Six ints from `co_firstlineno` on, then pointers, of which `co_linetable` is the sixth.
        let pointers = (first_line + 6 * size_of::<c_int>()).next_multiple_of(word);
        let table = code.getattr("co_linetable").ok()?;
        // SAFETY: still inside the fixed part of a 3.11 code object, which ends after 3 more pointers and an int.
        let found = unsafe { field::<*mut ffi::PyObject>(code.as_ptr(), pointers + 5 * word).read() };
        (found == table.as_ptr()).then_some(Self {
            entries: pointers + 8 * word,
            // Before `co_firstlineno`: four ints, and this `short` right before them.
            entry_size: first_line - 4 * size_of::<c_int>() - size_of::<i16>(),
        })
    }

    /// Moves all lines by `delta`.
    ///
    /// # Safety
    /// A live code object of 3.11; the GIL is held.
    unsafe fn shift(self, code: *mut ffi::PyObject, delta: c_int) {
        // SAFETY: the offsets were proved by `find`; the array has an entry per code unit (`Py_SIZE`), was made by
        // `PyMem_Malloc`, and nobody reads it without the GIL.
        unsafe {
            let entries = field::<*mut c_void>(code, self.entries);
            let entry_size = field::<i16>(code, self.entry_size);
            if (*entries).is_null() {
                return;
            }
            let length = ffi::Py_SIZE(code) as usize;
            // Instructions without a line have -1.
            let moved = |line: c_int| if line < 0 { line } else { line + delta };
            if *entry_size == 4 {
                let lines = std::slice::from_raw_parts_mut((*entries).cast::<i32>(), length);
                lines.iter_mut().for_each(|line| *line = moved(*line));
                return;
            }
            let lines = std::slice::from_raw_parts_mut((*entries).cast::<i16>(), length);
            if lines.iter().all(|line| i16::try_from(moved((*line).into())).is_ok()) {
                lines.iter_mut().for_each(|line| *line = moved((*line).into()) as i16);
                return;
            }
            let wider = ffi::PyMem_Malloc(length * size_of::<i32>()).cast::<i32>();
            assert!(!wider.is_null(), "a few bytes can be allocated");
            for (index, line) in lines.iter().enumerate() {
                wider.add(index).write(moved((*line).into()));
            }
            ffi::PyMem_Free(entries.replace(wider.cast()));
            entry_size.write(4);
        }
    }
}

/// # Safety
/// `offset` lies inside the object and fits the alignment of `T`.
pub(crate) unsafe fn field<T>(object: *mut ffi::PyObject, offset: usize) -> *mut T {
    // SAFETY: passed on.
    unsafe { object.byte_add(offset).cast() }
}
