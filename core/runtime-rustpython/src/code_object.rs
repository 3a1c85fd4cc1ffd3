//! Reading code objects, and writing the two parts of them that a patch changes in place.

use std::ptr;

use rustpython_vm::builtins::PyCode;
use rustpython_vm::compiler::core::{OneIndexed, SourceLocation};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef};

/// Are names and order of the free variables equal? RustPython's `__code__` setter does not ask, and a function whose
/// code wants more cells than its closure has panics the interpreter.
pub(crate) fn same_free_variables(a: &Py<PyCode>, b: &Py<PyCode>) -> bool {
    let names = |code: &Py<PyCode>| code.code.freevars.iter().map(|name| name.get_id()).collect::<Vec<_>>();
    // Names are interned, so equal names are one object.
    names(a) == names(b)
}

/// `co_freevars`, for messages.
pub(crate) fn free_variables(code: &Py<PyCode>) -> String {
    let names: Vec<&str> = code.code.freevars.iter().map(|name| name.as_str()).collect();
    format!("({})", names.join(", "))
}

/// The object at this index of `co_consts`.
pub(crate) fn constant(code: &Py<PyCode>, index: usize) -> Option<PyObjectRef> {
    code.code.constants.get(index).map(|constant| constant.clone().into())
}

/// Replaces the object at this index of `co_consts` and returns the old one.
///
/// # Safety
/// The world is stopped, the index exists, and `new` is a code object.
pub(crate) unsafe fn replace_constant(code: &Py<PyCode>, index: usize, new: PyObjectRef) -> PyObjectRef {
    // `Literal`, the element type, cannot be named outside of RustPython; it is `repr(transparent)` over `PyObjectRef`.
    const fn check<T>(_: *const T) {
        assert!(size_of::<T>() == size_of::<PyObjectRef>() && align_of::<T>() == align_of::<PyObjectRef>());
    }
    let constants = code.code.constants.as_ptr();
    check(constants);
    // SAFETY: the constants are a heap slice of their own, which no Rust reference of another thread covers while the
    // world is stopped: threads stop between two instructions, and `LOAD_CONST` (in all its specialised forms, which
    // keep no copy) clones the reference inside one. The index is in bounds and both sides are owned references.
    unsafe { ptr::replace(constants.cast::<PyObjectRef>().cast_mut().add(index), new) }
}

/// `co_firstlineno`, 0 where there is none.
pub(crate) fn first_line(code: &Py<PyCode>) -> u32 {
    code.code.first_line_number.map_or(0, |line| line.get() as u32)
}

/// Moves all lines of one code object so that its first line is `new`. Columns stay; `co_lines` and `co_positions` are
/// computed from the first line and a table of differences, tracebacks and `f_lineno` from the table of locations.
///
/// # Safety
/// The world is stopped.
pub(crate) unsafe fn move_first_line(code: &Py<PyCode>, new: u32) {
    let difference = i64::from(new) - i64::from(first_line(code));
    let object: *const PyCode = &raw const **code;
    // SAFETY: see `replace_constant` for the locations. The first line is read only when a generator starts, when a
    // monitoring callback asks and by the getters, all of them inside one instruction. No instruction keeps a line:
    // inline caches hold type and dict versions, and a frame under trace holds only the last line that it reported.
    unsafe {
        let first = (&raw const (*object).code.first_line_number).cast_mut();
        ptr::write_volatile(first, OneIndexed::new(new as usize));
        let locations = code.code.locations.as_ptr().cast_mut();
        for index in 0..code.code.locations.len() {
            let entry = locations.add(index);
            let (start, end) = ptr::read(entry);
            ptr::write(entry, (moved(start, difference), moved(end, difference)));
        }
    }
}

/// A location some lines further down (up, if negative).
pub(crate) fn moved(location: SourceLocation, lines: i64) -> SourceLocation {
    let line = usize::try_from(location.line.get() as i64 + lines)
        .ok()
        .and_then(OneIndexed::new);
    SourceLocation {
        line: line.unwrap_or(OneIndexed::MIN),
        ..location
    }
}

/// File and qualified name: what all code objects of one definition share.
pub(crate) fn origin(code: &Py<PyCode>) -> (String, String) {
    (
        code.source_path().as_str().to_owned(),
        code.code.qualname.as_str().to_owned(),
    )
}

/// The code object behind an object.
pub(crate) fn as_code(object: &PyObject) -> Option<&Py<PyCode>> {
    object.downcast_ref::<PyCode>()
}
