//! The variables of a frame with their cells, which no function of Python gives: `f_locals` has values only.
//!
//! Up to 3.10 the garbage collector is shown the cells. Since 3.11 it is not where the frame runs (`PyFrameObject` visits only
//! what it owns): there they are read from the interpreter's own frame, in which a sample has shown where they begin.

use std::sync::OnceLock;

use pyo3::ffi::PyObject;
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

/// Objects by the names of the variables that hold them.
type Named<'py> = Vec<(String, Bound<'py, PyAny>)>;

/// The cells of a frame that runs `code`, or waits in it, and the values of its other variables. Nothing where they cannot
/// be read.
pub(crate) fn variables_of_frame<'py>(
    attached: &Attached<'py>,
    frame: &Bound<'py, PyAny>,
    code: &Bound<'py, PyAny>,
) -> PyResult<(Named<'py>, Named<'py>)> {
    let names = |attribute: &str| code.getattr(attribute)?.extract::<Vec<String>>();
    let (locals, owned, free) = (names("co_varnames")?, names("co_cellvars")?, names("co_freevars")?);
    if attached.inner.facts.version.1 <= 10 {
        let values = frame.getattr("f_locals")?;
        let plain = locals.into_iter().filter(|name| !owned.contains(name));
        let values = plain
            .filter_map(|name| Some((name.clone(), values.get_item(name).ok()?)))
            .collect();
        return Ok((
            visited_cells(attached, frame, owned.into_iter().chain(free).collect())?,
            values,
        ));
    }
    let Some(first) = attached.inner.frame_slots.first(attached) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let is_shared = |name: &String| owned.contains(name) || free.contains(name);
    let (mut cells, mut values) = (Vec::new(), Vec::new());
    let all = jurigged_runtime::slot_names(locals, &owned, free.clone());
    for (index, name) in all.into_iter().enumerate() {
        // SAFETY: a live frame of this code; each variable of it has a slot, which holds an object or nothing, and the GIL
        // is held. A new reference.
        let object = unsafe { Bound::from_borrowed_ptr_or_opt(attached.py, slot(frame, first + index)) };
        let Some(object) = object else { continue };
        if !is_shared(&name) {
            values.push((name, object));
        } else if object.get_type().is(attached.inner.known.cell.bind(attached.py)) {
            // Before the cell of an argument is made, its slot has the value.
            cells.push((name, object));
        }
    }
    Ok((cells, values))
}

/// The cells that the collector is shown, which are all in the order of their variables unless a variable or the stack
/// holds another one.
fn visited_cells<'py>(attached: &Attached<'py>, frame: &Bound<'py, PyAny>, names: Vec<String>) -> PyResult<Named<'py>> {
    let visited = attached.inner.known.gc_referents.bind(attached.py).call1((frame,))?;
    let cell = attached.inner.known.cell.bind(attached.py);
    let mut cells = visited.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    cells.retain(|object| object.get_type().is(cell));
    match cells.len() == names.len() {
        true => Ok(names.into_iter().zip(cells).collect()),
        false => Ok(Vec::new()),
    }
}
