//! What the engine asks of a Python interpreter, and nothing else.
//!
//! The engine is written once, against [`Runtime`] and [`Interpreter`]; `runtime-cpython` and `runtime-rustpython`
//! implement them over real interpreters. Python objects never cross this border: the engine holds [`Handle`]s,
//! numbers that are valid during one attachment, and [`Pin`]s, owned references that outlive it.
//!
//! The trait is small on purpose: whatever Python itself can answer (`co_consts`, `__closure__`, `__wrapped__`) is
//! read with [`Interpreter::attribute`], under Python's own names, so that both runtimes give the same answers.

mod error;
#[cfg(feature = "testing")]
pub mod fake;
mod handoff;
pub mod host;
mod limit;
mod object;
mod swap;

pub use error::{CommitError, PythonError, RuntimeError};
pub use handoff::{Loan, lend};
pub use limit::{FramePlace, LateEnd, Limit, Limiter, Overrun, UserCode, in_awaited_code, user_code_threads};
pub use object::{
    FoundHolders, Handle, ObjectKind, Pin, Running, RunningKind, RunningVariables, SoughtCode, slot_names,
};
pub use swap::{Place, Swap};

use std::cell::OnceCell;
use std::path::PathBuf;

/// One interpreter of one process.
pub trait Runtime: Send + Sync + 'static {
    /// What kind of interpreter this is; the same for the life of the process.
    fn facts(&self) -> &RuntimeFacts;

    /// Attaches the calling thread, runs `work` once, and forgets every [`Handle`] that was made in it.
    ///
    /// On CPython the GIL is held whenever `work` is not inside a call that runs Python code; on RustPython other
    /// threads run in parallel, and only [`Interpreter::commit`] stops them.
    ///
    /// # Errors
    /// [`RuntimeError::ShuttingDown`] when the interpreter is finalizing; `work` was not called.
    fn attach(&self, work: &mut dyn FnMut(&dyn Interpreter)) -> Result<(), RuntimeError>;

    /// Is every new attachment refused, because the interpreter is about to end? Asked by threads that wait, attached or
    /// not.
    fn is_closing(&self) -> bool;

    /// Calls `work` on the main thread, attached, between two of its bytecodes: soon where it runs Python code, else when the
    /// call that it is in returns. False where that cannot be asked for.
    fn call_on_main(&self, work: Box<dyn FnOnce() + Send>) -> bool;

    /// Is the calling thread, which may be detached, the main one?
    fn is_main_thread(&self) -> bool;
}

/// What an interpreter is and can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeFacts {
    /// `sys.implementation.name`: `cpython`, `rustpython`, or `fake` for the in-memory twin.
    pub implementation: &'static str,
    /// Python language version: major, minor, micro.
    pub version: (u8, u8, u8),
    /// True when no lock keeps threads apart, so reference counts and single stores of other threads cannot be trusted.
    pub free_threaded: bool,
}

/// Python as the engine sees it during one attachment.
///
/// Every method may be called at any time inside [`Runtime::attach`], except that nothing is called between the swaps
/// of one [`commit`](Interpreter::commit). A handle of another attachment gives [`RuntimeError::Gone`] (or `None`,
/// `false` and empty answers where there is no error to return).
pub trait Interpreter {
    /// The same as [`Runtime::facts`].
    fn facts(&self) -> &RuntimeFacts;

    /// Keeps the object alive beyond this attachment. Each pin adds one to the object's reference count.
    fn pin(&self, object: Handle) -> Pin;
    /// The object of a pin that [`pin`](Interpreter::pin) of the same runtime made.
    fn pinned(&self, pin: &Pin) -> Handle;

    /// `getattr(object, name)`; `None` when that raises `AttributeError`.
    ///
    /// # Errors
    /// [`RuntimeError::Python`] when a descriptor raised anything else.
    fn attribute(&self, object: Handle, name: &str) -> Result<Option<Handle>, RuntimeError>;
    /// The object's own `__dict__` without running a descriptor of its class: the dict of a module or an instance,
    /// the mapping proxy of a class. `None` where there is none.
    fn namespace(&self, object: Handle) -> Option<Handle>;
    /// The value of a text key in a dict or mapping proxy.
    fn entry(&self, mapping: Handle, name: &str) -> Option<Handle>;
    /// All keys and values of a dict or mapping proxy, in order, as a snapshot.
    fn entries(&self, mapping: Handle) -> Vec<(Handle, Handle)>;
    /// The items of a list, tuple, set, frozenset, dict values, or anything else that can be iterated, as a snapshot.
    ///
    /// # Errors
    /// [`RuntimeError::Python`] when iterating raises.
    fn items(&self, object: Handle) -> Result<Vec<Handle>, RuntimeError>;
    /// The `type()` of the object, never `__class__` (proxies lie).
    fn class_of(&self, object: Handle) -> Handle;
    /// The exact built-in type of the object, where the engine knows it.
    fn kind(&self, object: Handle) -> ObjectKind;
    /// Full names (`module.qualname`; the bare qualname for `builtins`) of `type(object).__mro__`, the own class first.
    fn class_names(&self, object: Handle) -> Vec<String>;
    /// Are both handles the same object (`is`)?
    fn same(&self, a: Handle, b: Handle) -> bool;
    /// The objects that `tp_traverse` visits (`gc.get_referents`), frozen objects included.
    fn referents(&self, object: Handle) -> Vec<Handle>;

    /// The value of a `str`; `None` for anything else. Lone surrogates are replaced.
    fn text(&self, object: Handle) -> Option<String>;
    /// The value of an `int` that fits; `None` for anything else.
    fn integer(&self, object: Handle) -> Option<i64>;
    /// `repr(object)`, cut to 200 characters; `<unrepresentable T object>` when that raises.
    fn repr(&self, object: Handle) -> String;

    /// `None`.
    fn none(&self) -> Handle;
    /// A new `str`.
    fn new_text(&self, text: &str) -> Handle;
    /// A new `int`.
    fn new_integer(&self, value: i64) -> Handle;
    /// A new `tuple`.
    fn new_tuple(&self, items: &[Handle]) -> Handle;
    /// A new empty `dict`.
    fn new_dict(&self) -> Handle;
    /// `mapping[name] = value`, for scratch dicts: changes to the program go through [`commit`](Interpreter::commit).
    fn set_entry(&self, dict: Handle, name: &str, value: Handle);
    /// A new `cell` holding `value`, or an empty one.
    fn new_cell(&self, value: Option<Handle>) -> Handle;

    /// `function(*arguments)`.
    ///
    /// # Errors
    /// [`RuntimeError::Python`] when the call raises.
    fn call(&self, function: Handle, arguments: &[Handle]) -> Result<Handle, RuntimeError>;
    /// All of `sys.modules` that are objects, by name.
    fn modules(&self) -> Vec<(String, Handle)>;
    /// `sys.modules.get(name)`.
    fn module(&self, name: &str) -> Option<Handle>;

    /// Compiles a unit with the interpreter's own compiler (`dont_inherit=True`, no optimisation change) and returns its
    /// module code object. Warnings of the compiler (`SyntaxWarning`) are suppressed: the engine compiles a definition
    /// more often than the user writes it.
    ///
    /// # Errors
    /// [`RuntimeError::Python`] with the `SyntaxError`, its file and its 1-based line in the unit's own coordinates.
    fn compile(&self, unit: &CompileUnit<'_>) -> Result<Handle, RuntimeError>;
    /// `exec(code, globals, locals)`.
    ///
    /// # Errors
    /// [`RuntimeError::Python`] when it raises.
    fn execute(&self, code: Handle, globals: Handle, locals: Handle) -> Result<(), RuntimeError>;

    /// The limit for code of the user in this attachment; empty where it has none.
    fn limiter(&self) -> &OnceCell<Limiter>;
    /// Calls `work`, which does nothing with Python, and lets other threads run Python meanwhile.
    fn detached(&self, work: &(dyn Fn() + Sync));
    /// The calling thread, as `_thread.get_ident()` numbers it.
    fn thread(&self) -> u64;
    /// What a thread runs, outermost frame first; nothing where it runs no Python.
    fn stack(&self, thread: u64) -> Vec<FramePlace>;

    /// Finds, for every sought code object, all functions of the process that run it, in at most one pass over the heap.
    ///
    /// The pass is left out where [`SoughtCode::known_references`] and the known functions explain every reference to
    /// all sought code objects. Objects hidden by `gc.freeze()` are found too.
    fn find_holders(&self, sought: &[SoughtCode]) -> FoundHolders;
    /// Frames on any thread's stack, and suspended generators and coroutines, that run one of these code objects.
    fn running(&self, codes: &[Handle]) -> Vec<Running>;
    /// The variables of the same activations. One whose variables cannot be read has none.
    fn running_variables(&self, codes: &[Handle]) -> Vec<RunningVariables>;
    /// Every code object of a live function whose `co_filename` is one of these files, by one pass over the heap. The
    /// answer runs parallel to the question; code objects nested in others are not listed unless a function runs them.
    fn codes_of_files(&self, files: &[String]) -> Vec<Vec<Handle>>;
    /// Live instances of a class (subclasses included), by one pass over the heap.
    fn instances(&self, class: Handle) -> Vec<Handle>;

    /// Applies all swaps in order, or none.
    ///
    /// CPython: under one hold of the GIL, with the garbage collector paused. RustPython: inside one stop of the world.
    /// Each swap first compares the present value with the expected one. Replaced objects stay alive until the
    /// attachment ends. `fault` makes the swap of that index fail, for tests of undo.
    ///
    /// # Errors
    /// [`CommitError`] with the index of the swap that failed; all earlier ones were undone.
    fn commit(&self, swaps: &[Swap], fault: Option<usize>) -> Result<(), CommitError>;
    /// Takes all swaps back, last first, whatever the present values are.
    fn undo(&self, swaps: &[Swap]);
}

/// One text to compile, as the planner made it.
#[derive(Clone, Copy, Debug)]
pub struct CompileUnit<'a> {
    /// Python source, placed so that lines and columns are those of the real file.
    pub source: &'a str,
    /// `co_filename` of the result.
    pub file: &'a str,
    /// `__future__` compiler flags, ORed (`__future__.annotations.compiler_flag` and so on).
    pub flags: u32,
    /// `1` where the source's first line is line 1 of the file; otherwise every code object of the result is shifted so
    /// that the source's first line gets this number. 1-based.
    pub first_line: u32,
}

/// A module whose body is about to run, told by the loader hook of a runtime.
#[derive(Debug)]
pub struct LoadedModule {
    /// Its name in `sys.modules`.
    pub name: String,
    /// The file as `co_filename` of its code has it.
    pub file: PathBuf,
    /// The bytes of the file that was compiled.
    pub source: Vec<u8>,
    /// The module's code object; `None` for a module whose body ran before anybody listened. Its functions' code
    /// objects are found by [`Interpreter::codes_of_files`].
    pub code: Option<Pin>,
}

/// Who is told of modules that are loaded; the engine's session.
pub trait LoadSink: Send + Sync {
    /// Is a file with this path worth reading? Asked before anything else is done, so it must be cheap.
    fn wants(&self, file: &std::path::Path) -> bool;
    /// A wanted module is about to run. Called with the interpreter attached, on the importing thread: it must not
    /// block or call Python.
    fn loaded(&self, module: LoadedModule);
}
