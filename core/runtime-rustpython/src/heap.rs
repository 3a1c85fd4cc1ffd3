//! Searching the heap: who runs a code object, what runs right now, who is an instance of a class.
//!
//! RustPython's code objects are invisible to its collector (`gc.get_referrers(code)` is always empty), but every function
//! is on the collector's lists, frozen ones included, so one pass over these lists that asks each function for its code
//! is complete.

use jurigged_runtime::{
    FoundHolders, FramePlace, Handle, Running, RunningKind, RunningVariables, SoughtCode, slot_names,
};
use rustc_hash::{FxHashMap, FxHashSet};
use rustpython_vm::builtins::{PyAsyncGen, PyCoroutine, PyFunction, PyGenerator, PySet, PyStrInterned, PyType};
use rustpython_vm::bytecode::CodeFlags;
use rustpython_vm::frame::{Frame, FrameRef};
use rustpython_vm::gc_state::gc_state;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, VirtualMachine};

use crate::attachment::Attachment;
use crate::closure_field::has_cells;
use crate::code_object::{as_code, origin};

impl Attachment<'_> {
    pub(crate) fn holders(&self, sought: &[SoughtCode]) -> FoundHolders {
        let vm = self.vm;
        let mut found = FoundHolders {
            functions: sought.iter().map(|sought| sought.known_functions.clone()).collect(),
            conforming: vec![Vec::new(); sought.len()],
            sets: vec![Vec::new(); sought.len()],
            heap_passes: 0,
        };
        let mut index_of = FxHashMap::default();
        for (index, sought) in sought.iter().enumerate() {
            if let Some(code) = self.handles.get(sought.code) {
                index_of.entry(code.get_id()).or_insert(index);
            }
        }
        if index_of.is_empty() {
            return found;
        }
        let conform = vm.ctx.intern_str("__conform__");
        let anybody_conforms = any_class_has(vm.ctx.types.object_type, conform);
        if !anybody_conforms && sought.iter().all(|sought| self.is_explained(sought)) {
            return found;
        }

        found.heap_passes = 1;
        let objects = gc_state().get_objects(None);
        let code_of = CodeGetter::new(vm);
        let mut seen: Vec<FxHashSet<Handle>> = found
            .functions
            .iter()
            .map(|known| known.iter().copied().collect())
            .collect();
        let mut class_conforms = FxHashMap::default();
        let mut conforming = Vec::new();
        for object in &objects {
            if let Some(function) = object.downcast_ref::<PyFunction>() {
                if let Some(&index) = code_of.address(function).and_then(|address| index_of.get(&address)) {
                    let handle = self.handles.of(object.clone());
                    if seen[index].insert(handle) {
                        found.functions[index].push(handle);
                    }
                }
                let own = object.dict().filter(|dict| !dict.is_empty());
                if own.is_some_and(|dict| dict.contains_key(conform, vm)) {
                    conforming.push(object);
                }
            } else if object.class().is(vm.ctx.types.set_type) {
                self.note_set(object, &index_of, &mut found);
            } else if anybody_conforms && !object.downcastable::<PyType>() {
                let class = object.class();
                if *class_conforms
                    .entry(class.get_id())
                    .or_insert_with(|| class.has_attr(conform))
                {
                    conforming.push(object);
                }
            }
        }
        self.note_conforming(&conforming, &index_of, &mut found);
        found
    }

    /// Notes which code objects a set holds.
    fn note_set(&self, object: &PyObjectRef, index_of: &FxHashMap<usize, usize>, found: &mut FoundHolders) {
        let Some(set) = object.downcast_ref::<PySet>() else {
            return;
        };
        for element in set.elements() {
            if let Some(&index) = index_of.get(&element.get_id()) {
                found.sets[index].push(self.handles.of(object.clone()));
            }
        }
    }

    /// Sorts the objects that have `__conform__` to the code objects that they refer to, themselves or through a
    /// function.
    fn note_conforming(
        &self,
        conforming: &[&PyObjectRef],
        index_of: &FxHashMap<usize, usize>,
        found: &mut FoundHolders,
    ) {
        let code_of = CodeGetter::new(self.vm);
        for object in conforming {
            let mut indices: FxHashSet<usize> = FxHashSet::default();
            for referent in self.near_referents(object) {
                let address = match referent.downcast_ref::<PyFunction>() {
                    Some(function) => code_of.address(function),
                    None => Some(referent.get_id()),
                };
                indices.extend(address.and_then(|address| index_of.get(&address)));
            }
            for index in indices {
                found.conforming[index].push(self.handles.of((*object).clone()));
            }
        }
    }

    /// What an object refers to directly, or by way of its `__dict__`, a cell of its closure or a container in it.
    fn near_referents(&self, object: &PyObjectRef) -> Vec<PyObjectRef> {
        let types = &self.vm.ctx.types;
        let containers = [types.dict_type, types.cell_type, types.tuple_type, types.list_type];
        let globals = object.get_attr("__globals__", self.vm).ok();
        let mut near = Vec::new();
        let mut ring = object.gc_get_referents();
        for _ in 0..2 {
            let mut next = Vec::new();
            for referent in &ring {
                let is_globals = globals.as_ref().is_some_and(|globals| globals.is(referent));
                if !is_globals && containers.iter().any(|class| referent.class().is(*class)) {
                    next.extend(referent.gc_get_referents());
                }
            }
            near.append(&mut ring);
            ring = next;
        }
        near.append(&mut ring);
        near
    }

    /// Do the references that the engine knows account for all references to the code object?
    fn is_explained(&self, sought: &SoughtCode) -> bool {
        let Some(code) = self.handles.get(sought.code) else {
            return true;
        };
        let address = code.get_id();
        let code_of = CodeGetter::new(self.vm);
        let functions = sought
            .known_functions
            .iter()
            .filter_map(|handle| self.handles.get(*handle));
        let holding = functions.filter(|function| {
            function
                .downcast_ref::<PyFunction>()
                .is_some_and(|function| code_of.address(function) == Some(address))
        });
        let ours = 1 // the variable `code`
            + usize::from(self.handles.contains(address))
            + usize::from(self.runtime.is_retired(self.vm, address));
        code.strong_count() <= holding.count() + sought.known_references + ours
    }

    pub(crate) fn codes_of(&self, files: &[String]) -> Vec<Vec<Handle>> {
        let mut found = vec![Vec::new(); files.len()];
        let mut seen = FxHashSet::default();
        let code_of = CodeGetter::new(self.vm);
        for object in gc_state().get_objects(None) {
            let Some(code) = object
                .downcast_ref::<PyFunction>()
                .and_then(|function| code_of.code(function))
            else {
                continue;
            };
            let index =
                as_code(&code).and_then(|code| files.iter().position(|file| *file == code.source_path().as_str()));
            if let Some(index) = index
                && seen.insert(code.get_id())
            {
                found[index].push(self.handles.of(code));
            }
        }
        found
    }

    pub(crate) fn instances_of(&self, class: Handle) -> Vec<Handle> {
        let Some(class) = self.handles.get(class) else {
            return Vec::new();
        };
        let Some(class) = class.downcast_ref::<PyType>() else {
            return Vec::new();
        };
        let mut is_subclass = FxHashMap::default();
        let mut found: Vec<Handle> = gc_state()
            .get_objects(None)
            .into_iter()
            .filter(|object| {
                let own = object.class();
                *is_subclass
                    .entry(own.get_id())
                    .or_insert_with(|| own.fast_issubclass(class))
            })
            .map(|object| self.handles.of(object))
            .collect();
        // An object that is promoted during the pass is met twice.
        found.sort_unstable();
        found.dedup();
        found
    }

    pub(crate) fn running_codes(&self, codes: &[Handle]) -> Vec<Running> {
        let mut running = Vec::new();
        self.for_each_activation(codes, &mut |it| {
            running.push(Running {
                code: it.code,
                kind: it.kind,
                line: it.frame.f_lineno() as u32,
                is_innermost: it.is_innermost,
                has_cells: has_cells(it.frame),
            });
        });
        running
    }

    pub(crate) fn variables_of_running(&self, codes: &[Handle]) -> Vec<RunningVariables> {
        let mut found: Vec<(usize, Variables)> = Vec::new();
        // A thread that runs writes the slots of its frames without a lock.
        self.with_stopped_world(|| {
            self.for_each_activation(codes, &mut |it| found.push((it.code, Variables::of(self.vm, it.frame))));
        });
        let with_handles = |variables: Vec<(String, PyObjectRef)>| {
            let variables = variables.into_iter();
            variables
                .map(|(name, object)| (name, self.handles.of(object)))
                .collect()
        };
        let found = found.into_iter().map(|(code, variables)| RunningVariables {
            code,
            cells: with_handles(variables.cells),
            locals: with_handles(variables.locals),
        });
        found.collect()
    }

    fn for_each_activation(&self, codes: &[Handle], visit: &mut dyn FnMut(Activation<'_>)) {
        let mut index_of = FxHashMap::default();
        let mut may_be_suspended = false;
        for (index, code) in codes.iter().enumerate() {
            if let Some(object) = self.handles.get(*code)
                && let Some(code) = as_code(&object)
            {
                index_of.insert(code.get_id(), index);
                may_be_suspended |= code.code.flags.intersects(CodeFlags::GENERATOR | CodeFlags::COROUTINE);
            }
        }
        if index_of.is_empty() {
            return;
        }
        for slot in self.vm.state.thread_frames.lock().values() {
            let frames = slot.frames.lock();
            for (depth, frame) in frames.iter().enumerate() {
                // SAFETY: a frame stays on the list only while it is alive, and the list is locked.
                let frame = unsafe { frame.as_ref() };
                if let Some(&code) = index_of.get(&frame.code.get_id()) {
                    visit(Activation {
                        code,
                        frame,
                        kind: RunningKind::Frame,
                        is_innermost: depth + 1 == frames.len(),
                    });
                }
            }
        }
        if may_be_suspended {
            let mut seen = FxHashSet::default();
            for object in gc_state().get_objects(None) {
                if let Some(frame) = suspended_frame(&object)
                    && let Some(&code) = index_of.get(&frame.code.get_id())
                    && seen.insert(object.get_id())
                {
                    visit(Activation {
                        code,
                        frame: &frame,
                        kind: RunningKind::Suspended,
                        is_innermost: true,
                    });
                }
            }
        }
    }

    /// The frames of a thread, outermost first.
    pub(crate) fn stack_of(&self, thread: u64) -> Vec<FramePlace> {
        let registry = self.vm.state.thread_frames.lock();
        let Some(slot) = registry.get(&thread) else {
            return Vec::new();
        };
        let frames = slot.frames.lock();
        let place = |frame: &rustpython_vm::vm::FramePtr| {
            // SAFETY: a frame stays on the list only while it is alive, and the list is locked.
            let frame = unsafe { frame.as_ref() };
            FramePlace {
                file: frame.code.source_path().as_str().to_owned(),
                line: frame.f_lineno() as u32,
                function: frame.code.obj_name.as_str().to_owned(),
            }
        };
        frames.iter().map(place).collect()
    }

    /// File and qualified name of the code of which some frame waits before its first instruction: to be asked while the
    /// world is stopped. Not the code objects: a frame may wait with code that its function had before an earlier edit.
    pub(crate) fn unstarted_codes(&self) -> FxHashSet<(String, String)> {
        let mut codes = FxHashSet::default();
        for slot in self.vm.state.thread_frames.lock().values() {
            for frame in slot.frames.lock().iter() {
                // SAFETY: a frame stays on the list only while it is alive, and the list is locked.
                let frame = unsafe { frame.as_ref() };
                if !has_cells(frame) {
                    codes.insert(origin(&frame.code));
                }
            }
        }
        let suspended = gc_state().get_objects(None).into_iter();
        let suspended = suspended.filter_map(|object| suspended_frame(&object));
        codes.extend(
            suspended
                .filter(|frame| !has_cells(frame))
                .map(|frame| origin(&frame.code)),
        );
        codes
    }
}

/// An activation of one of the asked code objects.
struct Activation<'a> {
    /// Index into the asked code objects.
    code: usize,
    frame: &'a Py<Frame>,
    kind: RunningKind,
    is_innermost: bool,
}

/// The variables of a frame.
struct Variables {
    cells: Vec<(String, PyObjectRef)>,
    locals: Vec<(String, PyObjectRef)>,
}

impl Variables {
    /// While the world is stopped.
    fn of(vm: &VirtualMachine, frame: &Py<Frame>) -> Self {
        let names = |names: &[&'static PyStrInterned]| -> Vec<String> {
            names.iter().map(|name| name.as_str().to_owned()).collect()
        };
        let code = &frame.code.code;
        let (own, free) = (names(&code.cellvars), names(&code.freevars));
        let is_shared = |name: &String| own.contains(name) || free.contains(name);
        let all = slot_names(names(&code.varnames), &own, free.clone());
        // SAFETY: no thread runs Python; this one is between two instructions, or in a call that it has made.
        let slots = unsafe { frame.fastlocals() };
        let held = slots
            .iter()
            .zip(all)
            .filter_map(|(slot, name)| Some((name, slot.clone()?)));
        let (mut cells, locals): (Vec<_>, Vec<_>) = held.partition(|(name, _)| is_shared(name));
        // Before the cell of an argument is made, its slot has the value.
        cells.retain(|(_, object)| object.class().is(vm.ctx.types.cell_type));
        Self { cells, locals }
    }
}

/// The frame of a generator, coroutine or async generator that will run again and does not run now.
fn suspended_frame(object: &PyObject) -> Option<FrameRef> {
    let state = if let Some(generator) = object.downcast_ref::<PyGenerator>() {
        generator.as_coro()
    } else if let Some(coroutine) = object.downcast_ref::<PyCoroutine>() {
        coroutine.as_coro()
    } else {
        object.downcast_ref::<PyAsyncGen>()?.as_coro()
    };
    (!state.closed() && !state.running()).then(|| state.frame())
}

/// Does any class of the process define this name? Looks at classes only: thousands, where objects are millions.
fn any_class_has(root: &Py<PyType>, name: &'static PyStrInterned) -> bool {
    let mut waiting = vec![root.to_owned()];
    let mut seen = FxHashSet::default();
    while let Some(class) = waiting.pop() {
        if !seen.insert(class.get_id()) {
            continue;
        }
        if class.attributes.read().contains_key(name) {
            return true;
        }
        let subclasses = class.subclasses.read();
        waiting.extend(
            subclasses
                .iter()
                .filter_map(|weak| weak.upgrade()?.downcast::<PyType>().ok()),
        );
    }
    false
}

/// Reads `__code__`, which RustPython keeps private, through the type's own getter, found once.
pub(crate) struct CodeGetter<'vm> {
    vm: &'vm VirtualMachine,
    getter: PyObjectRef,
}

impl<'vm> CodeGetter<'vm> {
    pub(crate) fn new(vm: &'vm VirtualMachine) -> Self {
        let name = vm.ctx.intern_str("__code__");
        let getter = vm
            .ctx
            .types
            .function_type
            .get_attr(name)
            .expect("functions have `__code__`");
        Self { vm, getter }
    }

    /// The function's code object.
    pub(crate) fn code(&self, function: &Py<PyFunction>) -> Option<PyObjectRef> {
        let get = self.getter.class().slots.descr_get.load()?;
        get(
            self.getter.clone(),
            Some(function.as_object().to_owned()),
            None,
            self.vm,
        )
        .ok()
    }

    /// Its address.
    fn address(&self, function: &Py<PyFunction>) -> Option<usize> {
        self.code(function).map(|code| code.get_id())
    }
}
