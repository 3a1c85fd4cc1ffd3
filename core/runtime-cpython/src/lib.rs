//! The [`jurigged_runtime::Runtime`] over CPython 3.9 and later.
//!
//! One abi3 build: what the limited API lacks is looked up by name in the running interpreter (`native`), what has no
//! function at all is reached at offsets that are found by looking at samples (`layout`). Both have slower ways around
//! them, or refuse.
//!
//! Besides the trait: the hook that remembers what modules were loaded from ([`loader`]), the end of the process and
//! `fork` ([`process`]), and running a program as plain `python` does ([`program`]).

mod attached;
mod bases;
mod commit;
mod compile;
mod errors;
mod frame_variables;
mod frames;
mod gate;
mod heap;
mod holders;
mod known;
mod layout;
pub mod loader;
mod main_thread;
mod native;
pub mod process;
pub mod program;
mod reloading;
mod running;
mod runtime;
mod table;
mod unwind;
mod warn;

pub use runtime::{CPython, RuntimeStartError};
