//! The cells that a frame holds, by variable: no function of Python gives them, `f_locals` has values only.
//!
//! Up to 3.10 the garbage collector is shown them. Since 3.11 it is not where the frame runs (`PyFrameObject` visits only
//! what it owns): there they are read from the interpreter's own frame, in which a sample has shown where they begin.

use std::sync::OnceLock;

use pyo3::ffi::{self, PyObject};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::attached::Attached;
use crate::frames::FRAME_DATA_WORD;
use crate::layout::field;

/// A generator that waits, and a function that has the cell of its first variable; its second holds that function.
const SAMPLE: &std::ffi::CStr = cr"
def make(value):
    def inner(): return value
    yield inner
generator = make(1)
function = next(generator)
frame, cell = generator.gi_frame, function.__closure__[0]
";

/// The words of the interpreter's frame among which its variables begin: at least the seven pointers that all versions
/// have before them (`pycore_frame.h`), and few enough to stay inside the sample.
const FIRST_WORDS: std::ops::Range<usize> = 7..12;

/// Since 3.14 the lowest bits of a slot say who owns the reference (`pycore_stackref.h`).
const TAG: usize = 0b11;

/// Where the variables of a frame begin, from 3.11 on; in words from the start of the interpreter's frame.
#[derive(Default)]
pub(crate) struct FrameSlots(OnceLock<Option<usize>>);

impl FrameSlots {
    fn first(&self, attached: &Attached<'_>) -> Option<usize> {
        *self
            .0
            .get_or_init(|| first_slot(attached.py, attached.inner.facts.version.1).ok().flatten())
    }
}

fn first_slot(py: Python<'_>, minor: u8) -> PyResult<Option<usize>> {
    if !(11..=14).contains(&minor) {
        return Ok(None);
    }
    let scratch = PyDict::new(py);
    py.run(SAMPLE, Some(&scratch), None)?;
    let sample = |name: &str| scratch.as_any().get_item(name);
    let (frame, cell, function) = (sample("frame")?, sample("cell")?, sample("function")?);
    // SAFETY: the frame is alive, and its words are inside: two variables and the stack follow the header.
    let found = FIRST_WORDS
        .into_iter()
        .find(|word| unsafe { slot(&frame, *word) == cell.as_ptr() && slot(&frame, word + 1) == function.as_ptr() });
    scratch.clear();
    Ok(found)
}

/// One word of the frame of the interpreter behind a frame object, as a pointer.
///
/// # Safety
/// A live frame of 3.11 or later; the word lies inside its header or its variables; the GIL is held.
unsafe fn slot(frame: &Bound<'_, PyAny>, word: usize) -> *mut PyObject {
    // SAFETY: passed on. The field points to the interpreter's frame as long as the frame object lives.
    unsafe {
        let data = field::<*const usize>(frame.as_ptr(), FRAME_DATA_WORD * size_of::<usize>()).read();
        (data.add(word).read() & !TAG) as *mut PyObject
    }
}

/// The cells of a frame that runs `code`, or waits in it, by variable: its own and those of the functions around it. A
/// variable whose cell was not made yet is left out; nothing at all where they cannot be read.
pub(crate) fn cells_of_frame<'py>(
    attached: &Attached<'py>,
    frame: &Bound<'py, PyAny>,
    code: &Bound<'py, PyAny>,
) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
    let names = |attribute: &str| code.getattr(attribute)?.extract::<Vec<String>>();
    let (owned, free) = (names("co_cellvars")?, names("co_freevars")?);
    if attached.inner.facts.version.1 <= 10 {
        return visited_cells(attached, frame, owned.into_iter().chain(free).collect());
    }
    let Some(first) = attached.inner.frame_slots.first(attached) else {
        return Ok(Vec::new());
    };
    let names = jurigged_runtime::slot_names(names("co_varnames")?, &owned, free);
    let mut cells = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        // SAFETY: a live frame of this code; each variable of it has a slot, and the GIL is held.
        let object = unsafe { slot(frame, first + index) };
        // SAFETY: a slot holds an object or nothing. The type is compared by its address.
        if !object.is_null() && unsafe { ffi::Py_TYPE(object) } == attached.inner.known.cell.as_ptr().cast() {
            // SAFETY: as above; a new reference.
            cells.push((name, unsafe { Bound::from_borrowed_ptr(attached.py, object) }));
        }
    }
    Ok(cells)
}

/// The cells that the collector is shown, which are all in the order of their variables unless a variable or the stack
/// holds another one.
fn visited_cells<'py>(
    attached: &Attached<'py>,
    frame: &Bound<'py, PyAny>,
    names: Vec<String>,
) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
    let visited = attached.inner.known.gc_referents.bind(attached.py).call1((frame,))?;
    let cell = attached.inner.known.cell.bind(attached.py);
    let mut cells = visited.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    cells.retain(|object| object.get_type().is(cell));
    match cells.len() == names.len() {
        true => Ok(names.into_iter().zip(cells).collect()),
        false => Ok(Vec::new()),
    }
}
