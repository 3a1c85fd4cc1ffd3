//! Who runs a code object: by counting references first, by looking through the heap only when the count does not add up.
//!
//! Each function, constant, pin and handle that refers to a code object adds one to its reference count, and so does
//! each frame. If what is known explains the count, nobody else can hold it. Free-threaded builds defer counts, and from
//! 3.14 on frames may hold references that are not counted: there the pass over the heap is always made.

use jurigged_runtime::{FoundHolders, Handle, SoughtCode};
use pyo3::ffi::{self, PyObject};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySet, PyType};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::attached::Attached;
use crate::heap::{CollectorPaused, Coverage, visit_hidden, visit_tracked};
use crate::running::{Frames, SuspendedSeen};

/// The first minor version whose frames may hold uncounted references (`_PyStackRef`).
const UNCOUNTED_FRAMES_MINOR: u8 = 14;

/// One sought code object and what is known of it.
struct Entry<'py> {
    code: Bound<'py, PyAny>,
    functions: Vec<Bound<'py, PyAny>>,
    /// Addresses of `functions`.
    seen: FxHashSet<usize>,
    known_references: usize,
}

impl<'py> Entry<'py> {
    fn add(&mut self, function: Bound<'py, PyAny>) {
        if self.seen.insert(function.as_ptr() as usize) {
            self.functions.push(function);
        }
    }

    /// References that nothing known explains.
    fn unexplained(&self, attached: &Attached<'_>, frames: usize) -> isize {
        // SAFETY: attached, and `code` is alive. Its own reference counts too.
        let count = unsafe { ffi::Py_REFCNT(self.code.as_ptr()) };
        let table = attached.table_references(self.code.as_ptr());
        let explained = 1 + self.functions.len() + self.known_references + table + frames;
        count - explained as isize
    }
}

/// See [`jurigged_runtime::Interpreter::find_holders`].
pub(crate) fn find(attached: &Attached<'_>, sought: &[SoughtCode]) -> FoundHolders {
    let mut entries = Vec::with_capacity(sought.len());
    // Positions in `entries` of the codes that are alive; a gone handle keeps an empty answer.
    let mut positions = Vec::with_capacity(sought.len());
    for wanted in sought {
        let Ok(code) = attached.object(wanted.code) else {
            positions.push(None);
            continue;
        };
        let mut entry = Entry {
            code,
            functions: Vec::new(),
            seen: FxHashSet::default(),
            known_references: wanted.known_references,
        };
        for function in &wanted.known_functions {
            if let Ok(function) = attached.object(*function)
                && function_code(attached, function.as_ptr()) == Some(entry.code.as_ptr())
            {
                entry.add(function);
            }
        }
        positions.push(Some(entries.len()));
        entries.push(entry);
    }
    let accounted = accounted(attached, &entries);
    let mut found = FoundHolders::default();
    let mut searched = Searched::nothing(entries.len());
    if !accounted {
        // A pass that fails (an audit hook can veto `gc.get_objects`) leaves what is known by structure.
        searched = search(attached, &mut entries).unwrap_or(searched);
    }
    found.heap_passes = searched.passes;
    // SAFETY: attached and alive; one reference is the entry's own.
    let counts = entries.iter().map(|entry| unsafe {
        let code = entry.code.as_ptr();
        (code as usize, ffi::Py_REFCNT(code) - 1)
    });
    if accounted || found.heap_passes > 0 {
        let seen = SuspendedSeen::new(attached, counts, searched.suspended);
        attached.suspended_seen.replace(seen);
    }
    for position in positions {
        let Some(position) = position else {
            found.functions.push(Vec::new());
            found.conforming.push(Vec::new());
            found.sets.push(Vec::new());
            continue;
        };
        let functions = &entries[position].functions;
        let handles = functions.iter().map(|function| attached.handle(function.clone()));
        found.functions.push(handles.collect());
        found
            .conforming
            .push(std::mem::take(&mut searched.conforming[position]));
        found.sets.push(std::mem::take(&mut searched.sets[position]));
    }
    found
}

/// Do the known functions, references and frames explain the reference counts of all sought code objects?
fn accounted(attached: &Attached<'_>, entries: &[Entry<'_>]) -> bool {
    let facts = &attached.inner.facts;
    if facts.free_threaded || entries.is_empty() {
        return entries.is_empty();
    }
    if entries.iter().all(|entry| entry.unexplained(attached, 0) == 0) {
        return true;
    }
    if facts.version.1 >= UNCOUNTED_FRAMES_MINOR {
        return false;
    }
    let Ok(frames) = Frames::collect(attached) else {
        return false;
    };
    entries
        .iter()
        .all(|entry| entry.unexplained(attached, frames.count_of(entry.code.as_ptr())) == 0)
}

/// Borrowed `__code__` of an exact function.
fn function_code(attached: &Attached<'_>, object: *mut PyObject) -> Option<*mut PyObject> {
    let native = &attached.inner.native;
    // SAFETY: attached, the object is alive; the type was checked.
    unsafe { (ffi::Py_TYPE(object) == native.function_type).then(|| (native.function_code)(object)) }
}

/// What passes over the heap have found, besides functions.
struct Searched<'py> {
    /// Passes made.
    passes: u32,
    /// Conforming holders of each entry.
    conforming: Vec<Vec<Handle>>,
    /// Sets that hold the code of each entry.
    sets: Vec<Vec<Handle>>,
    /// All generators and coroutines that were met.
    suspended: Vec<Bound<'py, PyAny>>,
}

impl Searched<'_> {
    fn nothing(entries: usize) -> Self {
        Self {
            passes: 0,
            conforming: vec![Vec::new(); entries],
            sets: vec![Vec::new(); entries],
            suspended: Vec::new(),
        }
    }
}

/// One pass over the heap for functions, objects with `__conform__`, and suspended generators; a second one through all
/// that can be reached if frozen objects may hide a holder.
fn search<'py>(attached: &Attached<'py>, entries: &mut [Entry<'py>]) -> PyResult<Searched<'py>> {
    let _paused = CollectorPaused::new(attached);
    let mut by_code: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for (position, entry) in entries.iter().enumerate() {
        by_code.entry(entry.code.as_ptr() as usize).or_default().push(position);
    }
    let mut sieve = Sieve::new(attached, &by_code);
    let coverage = visit_tracked(attached, &mut |object| sieve.look(object))?;
    sieve.hand_over(entries);
    let mut passes = 1;
    if coverage == Coverage::Unfrozen {
        let frames = Frames::collect(attached)?;
        let hidden = attached.inner.facts.free_threaded
            || entries
                .iter()
                .any(|entry| entry.unexplained(attached, frames.count_of(entry.code.as_ptr())) != 0);
        drop(frames);
        if hidden {
            visit_hidden(attached, &mut |object| sieve.look(object))?;
            sieve.hand_over(entries);
            passes += 1;
        }
    }
    let conforming = sieve.conforming.into_values().collect::<Vec<_>>();
    Ok(Searched {
        passes,
        conforming: holders_that_conform(attached, entries, &conforming),
        sets: sets_that_hold(attached, entries, &sieve.sets),
        suspended: sieve.suspended,
    })
}

/// What one look at an object needs, and what was kept. Everything kept owns a reference.
struct Sieve<'s, 'py> {
    attached: &'s Attached<'py>,
    by_code: &'s FxHashMap<usize, Vec<usize>>,
    functions: Vec<(usize, Bound<'py, PyAny>)>,
    conforming: FxHashMap<usize, Bound<'py, PyAny>>,
    suspended: Vec<Bound<'py, PyAny>>,
    /// Sets that are not empty.
    sets: Vec<Bound<'py, PySet>>,
    /// Per type: do its instances have `__conform__`? Most objects share few types.
    conforming_types: FxHashMap<usize, bool>,
    last_type: (usize, bool),
}

impl<'s, 'py> Sieve<'s, 'py> {
    fn new(attached: &'s Attached<'py>, by_code: &'s FxHashMap<usize, Vec<usize>>) -> Self {
        Self {
            attached,
            by_code,
            functions: Vec::new(),
            conforming: FxHashMap::default(),
            suspended: Vec::new(),
            sets: Vec::new(),
            conforming_types: FxHashMap::default(),
            last_type: (0, false),
        }
    }

    /// Keeps the object if it is of interest.
    fn look(&mut self, object: *mut PyObject) {
        let py = self.attached.py;
        if let Some(code) = function_code(self.attached, object) {
            if self.by_code.contains_key(&(code as usize)) {
                // SAFETY: alive while it is visited; a new reference.
                let function = unsafe { Bound::from_borrowed_ptr(py, object) };
                self.functions.push((code as usize, function));
            }
            return;
        }
        // SAFETY: alive while it is visited.
        let class = unsafe { ffi::Py_TYPE(object) } as usize;
        if class == &raw const ffi::PySet_Type as usize {
            // SAFETY: as above, and an exact set.
            let set = unsafe { Bound::from_borrowed_ptr(py, object).cast_into_unchecked::<PySet>() };
            if !set.is_empty() {
                self.sets.push(set);
            }
            return;
        }
        if class != self.last_type.0 {
            let known = &self.attached.inner.known;
            if known.generators.iter().any(|(generator, ..)| *generator == class) {
                // SAFETY: as above.
                self.suspended.push(unsafe { Bound::from_borrowed_ptr(py, object) });
                return;
            }
            let conforms = match self.conforming_types.get(&class) {
                Some(conforms) => *conforms,
                None => {
                    // SAFETY: a type is alive while it has an instance.
                    let object = unsafe { Bound::<PyAny>::from_borrowed_ptr(py, class as *mut PyObject) };
                    let conforms = has_conform(self.attached, &object);
                    self.conforming_types.insert(class, conforms);
                    conforms
                }
            };
            self.last_type = (class, conforms);
        }
        if self.last_type.1 {
            // SAFETY: alive while it is visited.
            let holder = unsafe { Bound::from_borrowed_ptr(py, object) };
            self.conforming.insert(object as usize, holder);
        }
    }

    /// Gives the functions found so far to the entries.
    fn hand_over(&mut self, entries: &mut [Entry<'py>]) {
        for (code, function) in self.functions.drain(..) {
            for position in &self.by_code[&code] {
                entries[*position].add(function.clone());
            }
        }
    }
}

/// Does a class of the type's `__mro__` define `__conform__`? Reads dicts only: no descriptor, no metaclass is asked.
fn has_conform(attached: &Attached<'_>, class: &Bound<'_, PyAny>) -> bool {
    let known = &attached.inner.known;
    known.mro(class).iter().any(|base| {
        let dict = known.of_class(&known.type_dict, base);
        dict.is_ok_and(|dict| dict.contains("__conform__").unwrap_or(false))
    })
}

/// For each entry, the objects that refer to its code or to one of its functions, directly or through their own dict.
fn holders_that_conform(
    attached: &Attached<'_>,
    entries: &[Entry<'_>],
    candidates: &[Bound<'_, PyAny>],
) -> Vec<Vec<Handle>> {
    let mut answer = vec![Vec::new(); entries.len()];
    let referents = attached.inner.known.gc_referents.bind(attached.py);
    for candidate in candidates {
        let mut held = FxHashSet::default();
        let mut note = |object: &Bound<'_, PyAny>| {
            held.insert(object.as_ptr() as usize);
        };
        let Ok(direct) = referents
            .call1((candidate,))
            .and_then(|list| list.try_iter()?.collect::<PyResult<Vec<_>>>())
        else {
            continue;
        };
        for object in &direct {
            note(object);
            if let Ok(dict) = object.cast::<PyDict>() {
                dict.values().iter().for_each(|value| note(&value));
            }
        }
        for (entry, conforming) in entries.iter().zip(&mut answer) {
            let holds = held.contains(&(entry.code.as_ptr() as usize)) || entry.seen.iter().any(|f| held.contains(f));
            if holds {
                conforming.push(attached.handle(candidate.clone()));
            }
        }
    }
    answer
}

/// For each entry, the sets that hold its code. A set that cannot find it any more, since its hash follows from its lines,
/// is left out.
fn sets_that_hold(attached: &Attached<'_>, entries: &[Entry<'_>], sets: &[Bound<'_, PySet>]) -> Vec<Vec<Handle>> {
    let mut answer = vec![Vec::new(); entries.len()];
    let frames = Frames::collect(attached).ok();
    let is_explained = |entry: &Entry<'_>| {
        let running = frames.as_ref().map(|frames| frames.count_of(entry.code.as_ptr()));
        running.is_some_and(|running| entry.unexplained(attached, running) == 0)
    };
    if !attached.inner.facts.free_threaded && entries.iter().all(is_explained) {
        return answer;
    }
    let referents = attached.inner.known.gc_referents.bind(attached.py);
    for set in sets {
        // Iterating could run code of the user no more than this does, but would fail where the set is changed.
        let Ok(Ok(held)) = referents.call1((set,)).map(Bound::cast_into::<PyList>) else {
            continue;
        };
        let held: FxHashSet<usize> = held.iter().map(|object| object.as_ptr() as usize).collect();
        for (entry, sets) in entries.iter().zip(&mut answer) {
            if held.contains(&(entry.code.as_ptr() as usize)) && set.contains(&entry.code).unwrap_or(false) {
                sets.push(attached.handle(set.clone().into_any()));
            }
        }
    }
    answer
}

/// Visits the whole heap, frozen objects included.
fn visit_all(attached: &Attached<'_>, visit: &mut dyn FnMut(*mut PyObject)) {
    let _paused = CollectorPaused::new(attached);
    // A vetoed pass gives no answer; there is no other way to one.
    let _ = visit_tracked(attached, visit).and_then(|coverage| match coverage {
        Coverage::Whole => Ok(()),
        Coverage::Unfrozen => visit_hidden(attached, visit),
    });
}

/// See [`jurigged_runtime::Interpreter::codes_of_files`].
pub(crate) fn codes_of_files(attached: &Attached<'_>, files: &[String]) -> Vec<Vec<Handle>> {
    let mut codes = FxHashSet::default();
    let mut kept = Vec::new();
    visit_all(attached, &mut |object| {
        if let Some(code) = function_code(attached, object)
            && codes.insert(code as usize)
        {
            // SAFETY: alive, as its function is.
            kept.push(unsafe { Bound::<PyAny>::from_borrowed_ptr(attached.py, code) });
        }
    });
    let positions: FxHashMap<&str, usize> = files.iter().enumerate().map(|(i, file)| (file.as_str(), i)).collect();
    let mut answer = vec![Vec::new(); files.len()];
    for code in kept {
        let Ok(file) = code.getattr("co_filename").and_then(|file| file.extract::<String>()) else {
            continue;
        };
        if let Some(position) = positions.get(file.as_str()) {
            answer[*position].push(attached.handle(code));
        }
    }
    answer
}

/// See [`jurigged_runtime::Interpreter::instances`].
pub(crate) fn instances(attached: &Attached<'_>, class: Handle) -> Vec<Handle> {
    let Ok(Ok(class)) = attached.object(class).map(Bound::cast_into::<PyType>) else {
        return Vec::new();
    };
    let class = class.as_ptr().cast::<ffi::PyTypeObject>();
    let mut found = Vec::new();
    visit_all(attached, &mut |object| {
        // SAFETY: both are alive; reads `__mro__` of the type.
        if unsafe { ffi::PyObject_TypeCheck(object, class) } != 0 {
            // SAFETY: alive while it is visited.
            found.push(unsafe { Bound::<PyAny>::from_borrowed_ptr(attached.py, object) });
        }
    });
    found.into_iter().map(|object| attached.handle(object)).collect()
}
