//! Activations of code objects: frames on the stacks of all threads, and suspended generators and coroutines.

use jurigged_runtime::{FramePlace, Handle, Running, RunningKind, RunningVariables};
use pyo3::ffi::{self, PyObject};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use rustc_hash::FxHashMap;

use crate::attached::Attached;
use crate::errors::lossy;
use crate::frame_variables::variables_of_frame;
use crate::heap::{CollectorPaused, visit_tracked};

/// `CO_GENERATOR | CO_COROUTINE | CO_ITERABLE_COROUTINE | CO_ASYNC_GENERATOR`: code whose activations can be suspended.
const CAN_SUSPEND: u32 = 0x20 | 0x80 | 0x100 | 0x200;

/// The frames of all threads at one moment.
pub(crate) struct Frames<'py> {
    /// Frame, its code, and whether it is the innermost of its thread.
    frames: Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>, bool)>,
}

impl<'py> Frames<'py> {
    /// Walks `sys._current_frames()`.
    pub fn collect(attached: &Attached<'py>) -> PyResult<Self> {
        let tops = attached.inner.known.current_frames.bind(attached.py).call0()?;
        let mut frames = Vec::new();
        for top in tops.cast_into::<PyDict>()?.values() {
            let mut frame = top;
            let mut innermost = true;
            while !frame.is_none() {
                let next = frame.getattr("f_back")?;
                let code = frame.getattr("f_code")?;
                frames.push((frame, code, innermost));
                innermost = false;
                frame = next;
            }
        }
        Ok(Self { frames })
    }

    /// The frames themselves.
    pub fn iter(&self) -> impl Iterator<Item = &Bound<'py, PyAny>> {
        self.frames.iter().map(|(frame, ..)| frame)
    }

    /// References to a code object that frames explain: one per frame, and one that `self` holds for it.
    pub fn count_of(&self, code: *mut PyObject) -> usize {
        2 * self.frames.iter().filter(|(_, of, _)| of.as_ptr() == code).count()
    }
}

/// What the last [`find_holders`](jurigged_runtime::Interpreter::find_holders) learned about suspended generators, so
/// that asking for running code right after it needs no second pass.
#[derive(Default)]
pub(crate) struct SuspendedSeen<'py> {
    /// Reference count of each code object then (alive by its handle). While it is the same, nothing was suspended since.
    counts: FxHashMap<usize, isize>,
    /// Generators and coroutines of these code objects.
    suspended: Vec<Bound<'py, PyAny>>,
}

impl<'py> SuspendedSeen<'py> {
    /// `codes` are addresses with their reference counts; `generators` are all that the pass met, of any code.
    pub fn new(
        attached: &Attached<'py>,
        counts: impl Iterator<Item = (usize, isize)>,
        generators: Vec<Bound<'py, PyAny>>,
    ) -> Self {
        let counts: FxHashMap<_, _> = counts.collect();
        let of_interest = |generator: &Bound<'py, PyAny>| {
            let code = names_of(attached, generator).and_then(|(code, _)| generator.getattr(code).ok());
            code.is_some_and(|code| counts.contains_key(&(code.as_ptr() as usize)))
        };
        let suspended = generators.into_iter().filter(of_interest).collect();
        Self { counts, suspended }
    }

    fn still_holds(&self, code: *mut PyObject, count: isize) -> bool {
        self.counts.get(&(code as usize)) == Some(&count)
    }
}

/// The attributes of a generator, coroutine or async generator for its code and frame; `None` for other objects.
fn names_of(attached: &Attached<'_>, object: &Bound<'_, PyAny>) -> Option<(&'static str, &'static str)> {
    let class = object.get_type().as_ptr() as usize;
    let generators = attached.inner.known.generators.iter();
    let (_, code, frame) = generators.clone().find(|(generator, ..)| *generator == class)?;
    Some((code, frame))
}

/// An activation of one of the asked code objects.
struct Activation<'a, 'py> {
    /// Index into the asked code objects.
    index: usize,
    frame: &'a Bound<'py, PyAny>,
    code: &'a Bound<'py, PyAny>,
    kind: RunningKind,
    is_innermost: bool,
}

/// See [`jurigged_runtime::Interpreter::running`].
pub(crate) fn find(attached: &Attached<'_>, codes: &[Handle]) -> Vec<Running> {
    let mut running = Vec::new();
    for_each(attached, codes, &mut |it| {
        running.push(Running {
            code: it.index,
            kind: it.kind,
            line: line_of(it.frame, it.code),
            is_innermost: it.is_innermost,
            has_cells: true,
        });
    });
    running
}

/// See [`jurigged_runtime::Interpreter::running_variables`].
pub(crate) fn variables(attached: &Attached<'_>, codes: &[Handle]) -> Vec<RunningVariables> {
    let mut running = Vec::new();
    for_each(attached, codes, &mut |it| {
        let (cells, locals) = variables_of_frame(attached, it.frame, it.code).unwrap_or_default();
        let with_handles = |variables: Vec<(String, Bound<'_, PyAny>)>| {
            let variables = variables.into_iter();
            variables
                .map(|(name, object)| (name, attached.handle(object)))
                .collect()
        };
        running.push(RunningVariables {
            code: it.index,
            cells: with_handles(cells),
            locals: with_handles(locals),
        });
    });
    running
}

fn for_each<'py>(attached: &Attached<'py>, codes: &[Handle], visit: &mut dyn FnMut(Activation<'_, 'py>)) {
    let mut wanted: FxHashMap<usize, usize> = FxHashMap::default();
    let mut must_search = false;
    let seen = attached.suspended_seen.borrow();
    for (index, code) in codes.iter().enumerate() {
        let Ok(code) = attached.object(*code) else {
            continue;
        };
        wanted.entry(code.as_ptr() as usize).or_insert(index);
        let flags = code.getattr("co_flags").and_then(|flags| flags.extract::<u32>());
        // SAFETY: attached and alive. One reference is `code` itself.
        let count = unsafe { ffi::Py_REFCNT(code.as_ptr()) } - 1;
        must_search |= flags.is_ok_and(|flags| flags & CAN_SUSPEND != 0) && !seen.still_holds(code.as_ptr(), count);
    }
    if let Ok(frames) = Frames::collect(attached) {
        for (frame, code, is_innermost) in &frames.frames {
            if let Some(index) = wanted.get(&(code.as_ptr() as usize)) {
                visit(Activation {
                    index: *index,
                    frame,
                    code,
                    kind: RunningKind::Frame,
                    is_innermost: *is_innermost,
                });
            }
        }
    }
    let generators = if must_search {
        // An audit hook may veto the pass: then the frames are the answer.
        all_generators(attached).unwrap_or_default()
    } else {
        seen.suspended.clone()
    };
    drop(seen);
    for generator in generators {
        // A generator whose attributes are hidden by an audit hook is left out.
        let _ = visit_suspended(attached, &wanted, &generator, visit);
    }
}

/// See [`jurigged_runtime::Interpreter::stack`].
pub(crate) fn stack(attached: &Attached<'_>, thread: u64) -> PyResult<Vec<FramePlace>> {
    let tops = attached.inner.known.current_frames.bind(attached.py).call0()?;
    let mut places = Vec::new();
    let mut next = tops.cast_into::<PyDict>()?.get_item(thread)?;
    while let Some(frame) = next.filter(|frame| !frame.is_none()) {
        let code = frame.getattr("f_code")?;
        let text = |name: &str| PyResult::Ok(lossy(&code.getattr(name)?.cast_into::<PyString>()?));
        places.push(FramePlace {
            file: text("co_filename")?,
            line: line_of(&frame, &code),
            function: text("co_name")?,
        });
        next = Some(frame.getattr("f_back")?);
    }
    places.reverse();
    Ok(places)
}

/// `f_lineno`, or the first line where the frame has none (3.10 and later, between two lines).
fn line_of(frame: &Bound<'_, PyAny>, code: &Bound<'_, PyAny>) -> u32 {
    let line = |object: &Bound<'_, PyAny>, name: &str| object.getattr(name).ok()?.extract::<u32>().ok();
    line(frame, "f_lineno")
        .or_else(|| line(code, "co_firstlineno"))
        .unwrap_or(1)
}

fn all_generators<'py>(attached: &Attached<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let known = &attached.inner.known;
    let mut generators = Vec::new();
    let _paused = CollectorPaused::new(attached);
    visit_tracked(attached, &mut |object| {
        // SAFETY: alive while it is visited.
        let class = unsafe { ffi::Py_TYPE(object) } as usize;
        if known.generators.iter().any(|(generator, ..)| *generator == class) {
            // SAFETY: as above; a new reference. Its attributes are read later: that can call an audit hook.
            generators.push(unsafe { Bound::<PyAny>::from_borrowed_ptr(attached.py, object) });
        }
    })?;
    Ok(generators)
}

fn visit_suspended<'py>(
    attached: &Attached<'py>,
    wanted: &FxHashMap<usize, usize>,
    generator: &Bound<'py, PyAny>,
    visit: &mut dyn FnMut(Activation<'_, 'py>),
) -> PyResult<()> {
    let Some((code_name, frame_name)) = names_of(attached, generator) else {
        return Ok(());
    };
    let code = generator.getattr(code_name)?;
    let Some(index) = wanted.get(&(code.as_ptr() as usize)) else {
        return Ok(());
    };
    let frame = generator.getattr(frame_name)?;
    // A finished one has no frame; one that runs now is on a stack and was counted there.
    if frame.is_none() || generator.getattr(code_name.replace("code", "running"))?.is_truthy()? {
        return Ok(());
    }
    visit(Activation {
        index: *index,
        frame: &frame,
        code: &code,
        kind: RunningKind::Suspended,
        is_innermost: true,
    });
    Ok(())
}
