//! The [`Runtime`](jurigged_runtime::Runtime) over RustPython 0.5.0, and the program that runs in it.
//!
//! RustPython has no global lock: the program's threads run in parallel while the engine looks around, and only a commit
//! stops them, by RustPython's own stop of the world (made for `fork`). Three consequences shape this crate:
//!
//! - An engine thread is known to the interpreter only while it is attached (`pool.rs`); an idle one is no thread that
//!   anybody waits for.
//! - Between the stop and the start of the world nothing allocates Python objects that the collector could see, and
//!   nothing calls Python: a stopped thread may hold the lock that the callee wants (`commit.rs`).
//! - Replaced code objects are kept for the life of the process (`runtime.rs`).
//!
//! A thread that blocks on a lock of the engine while it is attached stops every commit for ever. Native code that is
//! called from Python and waits for the engine wraps the wait in [`RustPythonRuntime::detached`].

mod attachment;
mod closure_field;
mod code_object;
mod commit;
mod compile;
mod embedded;
mod errors;
mod fork_gate;
mod handles;
mod heap;
mod line_editor;
mod loader;
mod main_thread;
mod native_extension;
mod package;
mod pins;
mod pool;
mod program;
mod prompt;
mod runtime;
mod settings;
mod terminal_output;

pub use embedded::{Embedded, Hooks};
pub use program::{Loops, Program, ProgramKind};
pub use runtime::RustPythonRuntime;
