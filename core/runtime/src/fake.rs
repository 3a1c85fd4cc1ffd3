//! The in-memory twin: objects in a vector, no Python. For tests of the order and of the faults of a transaction; what a
//! scenario can show on a real interpreter is never shown here.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::{
    CommitError, CompileUnit, FoundHolders, FramePlace, Handle, Interpreter, Limiter, ObjectKind, Pin, Running,
    RunningVariables, Runtime, RuntimeError, RuntimeFacts, SoughtCode, Swap,
};

/// One object of the twin: a kind, named slots, and items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FakeObject {
    /// What it claims to be.
    pub kind: ObjectKind,
    /// Attributes of a function or class, entries of a dict, `co_firstlineno` and constants of a code object.
    pub slots: BTreeMap<String, Handle>,
    /// The value of a text.
    pub text: String,
    /// The value of an integer.
    pub integer: i64,
    /// Items of a tuple or list.
    pub items: Vec<Handle>,
}

/// The twin of a process.
pub struct FakeRuntime {
    facts: RuntimeFacts,
    world: Mutex<FakeWorld>,
}

/// All objects, and every swap that was applied or taken back, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FakeWorld {
    objects: Vec<FakeObject>,
    /// Indices of swaps as `commit` applied them, and `!index` as they were undone.
    pub history: Vec<isize>,
}

impl Default for FakeRuntime {
    fn default() -> Self {
        Self {
            facts: RuntimeFacts {
                implementation: "fake",
                version: (3, 12, 0),
                free_threaded: false,
            },
            world: Mutex::default(),
        }
    }
}

impl FakeRuntime {
    /// A copy of the present state, to compare with a later one.
    pub fn snapshot(&self) -> Vec<FakeObject> {
        self.world.lock().expect("tests do not poison the twin").objects.clone()
    }

    /// See [`FakeWorld::history`].
    pub fn history(&self) -> Vec<isize> {
        self.world.lock().expect("tests do not poison the twin").history.clone()
    }
}

impl Runtime for FakeRuntime {
    fn facts(&self) -> &RuntimeFacts {
        &self.facts
    }

    fn attach(&self, work: &mut dyn FnMut(&dyn Interpreter)) -> Result<(), RuntimeError> {
        let mut world = self.world.lock().expect("tests do not poison the twin");
        let attached = FakeInterpreter {
            facts: &self.facts,
            world: RefCell::new(std::mem::take(&mut *world)),
            limiter: OnceCell::new(),
        };
        work(&attached);
        *world = attached.world.into_inner();
        Ok(())
    }

    fn call_on_main(&self, _: Box<dyn FnOnce() + Send>) -> bool {
        false
    }

    fn is_main_thread(&self) -> bool {
        false
    }

    fn is_closing(&self) -> bool {
        false
    }
}

/// The attached twin. Handles stay valid for the life of the runtime.
pub struct FakeInterpreter<'a> {
    facts: &'a RuntimeFacts,
    world: RefCell<FakeWorld>,
    limiter: OnceCell<Limiter>,
}

impl FakeInterpreter<'_> {
    fn add(&self, object: FakeObject) -> Handle {
        let objects = &mut self.world.borrow_mut().objects;
        objects.push(object);
        Handle(objects.len() as u64)
    }

    fn read<R>(&self, handle: Handle, read: impl FnOnce(&FakeObject) -> R) -> Option<R> {
        self.world.borrow().objects.get(handle.0 as usize - 1).map(read)
    }

    fn slot(&self, handle: Handle, name: &str) -> Option<Handle> {
        self.read(handle, |object| object.slots.get(name).copied()).flatten()
    }

    fn set_slot(&self, handle: Handle, name: &str, value: Option<Handle>) {
        let slots = &mut self.world.borrow_mut().objects[handle.0 as usize - 1].slots;
        match value {
            Some(value) => slots.insert(name.to_owned(), value),
            None => slots.remove(name),
        };
    }

    fn add_kind(&self, kind: ObjectKind) -> Handle {
        self.add(FakeObject {
            kind,
            slots: BTreeMap::new(),
            text: String::new(),
            integer: 0,
            items: Vec::new(),
        })
    }

    /// The present value of what a swap replaces, and a way to write it.
    fn place(&self, swap: &Swap) -> (Handle, String) {
        match swap {
            Swap::Code { function, .. } => (*function, "__code__".to_owned()),
            Swap::Attribute { object: at, name, .. }
            | Swap::ClassAttribute { class: at, name, .. }
            | Swap::Entry { dict: at, name, .. } => (*at, name.clone()),
            Swap::Item { container, key, .. } => (*container, format!("[{}]", key.0)),
            Swap::Cell { cell, .. } => (*cell, "cell_contents".to_owned()),
            Swap::Constant { code, index, .. } => (*code, format!("co_consts[{index}]")),
            Swap::FirstLine { code, .. } => (*code, "co_firstlineno".to_owned()),
            Swap::Closure { function, .. } => (*function, "__closure__".to_owned()),
        }
    }

    fn values(&self, swap: &Swap) -> (Option<Handle>, Option<Handle>) {
        match swap {
            Swap::Code { expected, new, .. } | Swap::Constant { expected, new, .. } => (Some(*expected), Some(*new)),
            Swap::Attribute { expected, new, .. }
            | Swap::ClassAttribute { expected, new, .. }
            | Swap::Entry { expected, new, .. }
            | Swap::Item { expected, new, .. }
            | Swap::Cell { expected, new, .. }
            | Swap::Closure { expected, new, .. } => (*expected, *new),
            Swap::FirstLine { expected, new, .. } => {
                (Some(Handle(u64::from(*expected))), Some(Handle(u64::from(*new))))
            }
        }
    }
}

impl Interpreter for FakeInterpreter<'_> {
    fn facts(&self) -> &RuntimeFacts {
        self.facts
    }

    fn pin(&self, object: Handle) -> Pin {
        Pin::new(object)
    }

    fn pinned(&self, pin: &Pin) -> Handle {
        *pin.reference().expect("a pin of this runtime")
    }

    fn attribute(&self, object: Handle, name: &str) -> Result<Option<Handle>, RuntimeError> {
        Ok(self.slot(object, name))
    }

    fn namespace(&self, object: Handle) -> Option<Handle> {
        Some(object)
    }

    fn entry(&self, mapping: Handle, name: &str) -> Option<Handle> {
        self.slot(mapping, name)
    }

    fn entries(&self, mapping: Handle) -> Vec<(Handle, Handle)> {
        let slots = self.read(mapping, |object| object.slots.clone()).unwrap_or_default();
        slots
            .into_iter()
            .map(|(name, value)| (self.new_text(&name), value))
            .collect()
    }

    fn items(&self, object: Handle) -> Result<Vec<Handle>, RuntimeError> {
        Ok(self.read(object, |object| object.items.clone()).unwrap_or_default())
    }

    fn class_of(&self, object: Handle) -> Handle {
        object
    }

    fn kind(&self, object: Handle) -> ObjectKind {
        self.read(object, |object| object.kind).unwrap_or(ObjectKind::None)
    }

    fn class_names(&self, _object: Handle) -> Vec<String> {
        Vec::new()
    }

    fn same(&self, a: Handle, b: Handle) -> bool {
        a == b
    }

    fn referents(&self, object: Handle) -> Vec<Handle> {
        self.read(object, |object| {
            object.slots.values().chain(&object.items).copied().collect()
        })
        .unwrap_or_default()
    }

    fn text(&self, object: Handle) -> Option<String> {
        self.read(object, |object| {
            (object.kind == ObjectKind::Text).then(|| object.text.clone())
        })
        .flatten()
    }

    fn integer(&self, object: Handle) -> Option<i64> {
        self.read(object, |object| {
            (object.kind == ObjectKind::Integer).then_some(object.integer)
        })
        .flatten()
    }

    fn repr(&self, object: Handle) -> String {
        format!("<{:?} {}>", self.kind(object), object.0)
    }

    fn none(&self) -> Handle {
        self.add_kind(ObjectKind::None)
    }

    fn new_text(&self, text: &str) -> Handle {
        let handle = self.add_kind(ObjectKind::Text);
        self.world.borrow_mut().objects[handle.0 as usize - 1].text = text.to_owned();
        handle
    }

    fn new_integer(&self, value: i64) -> Handle {
        let handle = self.add_kind(ObjectKind::Integer);
        self.world.borrow_mut().objects[handle.0 as usize - 1].integer = value;
        handle
    }

    fn new_tuple(&self, items: &[Handle]) -> Handle {
        let handle = self.add_kind(ObjectKind::Tuple);
        self.world.borrow_mut().objects[handle.0 as usize - 1].items = items.to_vec();
        handle
    }

    fn new_dict(&self) -> Handle {
        self.add_kind(ObjectKind::Dict)
    }

    fn set_entry(&self, dict: Handle, name: &str, value: Handle) {
        self.set_slot(dict, name, Some(value));
    }

    fn new_cell(&self, value: Option<Handle>) -> Handle {
        let cell = self.add_kind(ObjectKind::Cell);
        self.set_slot(cell, "cell_contents", value);
        cell
    }

    fn call(&self, _function: Handle, _arguments: &[Handle]) -> Result<Handle, RuntimeError> {
        Err(unsupported("call"))
    }

    fn modules(&self) -> Vec<(String, Handle)> {
        Vec::new()
    }

    fn module(&self, _name: &str) -> Option<Handle> {
        None
    }

    fn compile(&self, _unit: &CompileUnit<'_>) -> Result<Handle, RuntimeError> {
        Err(unsupported("compile"))
    }

    fn execute(&self, _code: Handle, _globals: Handle, _locals: Handle) -> Result<(), RuntimeError> {
        Err(unsupported("execute"))
    }

    fn limiter(&self) -> &OnceCell<Limiter> {
        &self.limiter
    }

    fn detached(&self, work: &(dyn Fn() + Sync)) {
        work();
    }

    fn thread(&self) -> u64 {
        0
    }

    fn stack(&self, _thread: u64) -> Vec<FramePlace> {
        Vec::new()
    }

    fn find_holders(&self, sought: &[SoughtCode]) -> FoundHolders {
        FoundHolders {
            functions: sought.iter().map(|sought| sought.known_functions.clone()).collect(),
            conforming: vec![Vec::new(); sought.len()],
            sets: vec![Vec::new(); sought.len()],
            heap_passes: 0,
        }
    }

    fn running(&self, _codes: &[Handle]) -> Vec<Running> {
        Vec::new()
    }

    fn running_variables(&self, _codes: &[Handle]) -> Vec<RunningVariables> {
        Vec::new()
    }

    fn codes_of_files(&self, files: &[String]) -> Vec<Vec<Handle>> {
        vec![Vec::new(); files.len()]
    }

    fn instances(&self, _class: Handle) -> Vec<Handle> {
        Vec::new()
    }

    fn commit(&self, swaps: &[Swap], fault: Option<usize>) -> Result<(), CommitError> {
        for (index, swap) in swaps.iter().enumerate() {
            let (at, name) = self.place(swap);
            let (expected, new) = self.values(swap);
            let error = if fault == Some(index) {
                Some(CommitError::Injected { index })
            } else if self.slot(at, &name) != expected {
                Some(CommitError::Changed { index })
            } else {
                None
            };
            if let Some(error) = error {
                self.undo(&swaps[..index]);
                return Err(error);
            }
            self.set_slot(at, &name, new);
            self.world.borrow_mut().history.push(index as isize);
        }
        Ok(())
    }

    fn undo(&self, swaps: &[Swap]) {
        for (index, swap) in swaps.iter().enumerate().rev() {
            let (at, name) = self.place(swap);
            let (expected, _) = self.values(swap);
            self.set_slot(at, &name, expected);
            self.world.borrow_mut().history.push(!(index as isize));
        }
    }
}

fn unsupported(what: &'static str) -> RuntimeError {
    RuntimeError::Unsupported { runtime: "fake", what }
}
