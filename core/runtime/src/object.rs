//! Names for Python objects that cross the border.

use std::any::Any;
use std::sync::Arc;

/// A live object, valid during the attachment that made it.
///
/// Handing the same object out twice gives the same handle, so equal handles of one attachment are one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Handle(pub u64);

/// An owned reference that outlives an attachment. Dropping the last clone releases the object, from any thread.
#[derive(Clone)]
pub struct Pin(Arc<dyn Any + Send + Sync>);

impl Pin {
    /// Wraps a runtime's own owned reference.
    pub fn new(reference: impl Any + Send + Sync) -> Self {
        Self(Arc::new(reference))
    }

    /// The runtime's own reference, if it is of this type.
    pub fn reference<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin")
    }
}

/// The exact built-in type of an object; subclasses are [`Other`](ObjectKind::Other) (but see `Class`, `Module`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    None,
    Function,
    Code,
    /// Any class, whatever its metaclass.
    Class,
    /// `types.ModuleType` or a subclass of it.
    Module,
    Cell,
    BoundMethod,
    StaticMethod,
    ClassMethod,
    Property,
    /// `functools.partial` itself.
    Partial,
    Dict,
    List,
    Tuple,
    Set,
    Text,
    Integer,
    /// A function or method implemented in native code.
    Builtin,
    Generator,
    Coroutine,
    Other,
}

/// A code object whose functions are wanted.
#[derive(Clone, Debug)]
pub struct SoughtCode {
    /// The code object.
    pub code: Handle,
    /// Functions already found by the structure of the program, each running this code.
    pub known_functions: Vec<Handle>,
    /// References to the code object that the engine can name besides those functions: constants of its parent, pins.
    /// The runtime adds its own (the handle table).
    pub known_references: usize,
}

/// The answer of [`find_holders`](crate::Interpreter::find_holders); vectors run parallel to the question.
#[derive(Clone, Debug, Default)]
pub struct FoundHolders {
    /// All functions that run each code object, known ones included, without duplicates.
    pub functions: Vec<Vec<Handle>>,
    /// Other objects that refer to the code object or to one of its functions through an object with `__conform__`.
    pub conforming: Vec<Vec<Handle>>,
    /// Sets that hold each code object itself (`known_code.add(function.__code__)`); frozen sets are not among them.
    pub sets: Vec<Vec<Handle>>,
    /// Passes over the heap that were needed: 0 or 1 (one more where `gc.freeze()` hides objects).
    pub heap_passes: u32,
}

/// What kind of activation runs old code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum RunningKind {
    /// A frame on the stack of a thread.
    Frame,
    /// A suspended generator, coroutine or async generator.
    Suspended,
}

/// An activation of one of the asked code objects.
#[derive(Clone, Debug)]
pub struct Running {
    /// Index into the asked code objects.
    pub code: usize,
    /// Frame or suspended generator.
    pub kind: RunningKind,
    /// The line it is at, 1-based, in the coordinates of the code that runs.
    pub line: u32,
    /// The frame's innermost-first depth position is not kept; only whether another frame sits on top of it.
    pub is_innermost: bool,
    /// It has the cells of its function's closure. False only on RustPython, for a generator or a call that was made and
    /// has not run its first instruction: that instruction takes them from what `__closure__` is then.
    pub has_cells: bool,
}

/// The variables of an activation of one of the asked code objects, without those that have no value yet.
#[derive(Clone, Debug)]
pub struct RunningVariables {
    /// Index into the asked code objects.
    pub code: usize,
    /// The cells of those that it shares with other functions: its own, and those of the functions around it.
    pub cells: Vec<(String, Handle)>,
    /// The values of the others.
    pub locals: Vec<(String, Handle)>,
}

/// The variables that the slots of a frame stand for, in their order: since CPython 3.11, and in RustPython, a variable
/// that is local and a cell has one slot (`compute_localsplus_info` in CPython's `compile.c`).
pub fn slot_names(mut locals: Vec<String>, cells: &[String], free: Vec<String>) -> Vec<String> {
    let own: Vec<String> = cells.iter().filter(|cell| !locals.contains(cell)).cloned().collect();
    locals.extend(own);
    locals.extend(free);
    locals
}
