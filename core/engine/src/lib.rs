//! The reload engine: from a saved file to a patched process.
//!
//! Read [`pipeline`] first: one call per stage. [`session`] owns all state. The engine imports no interpreter; it talks
//! to one through `jurigged_runtime`.

pub mod config;
pub mod diagnostic;
pub mod pipeline;
pub mod plugins;
pub mod session;
pub mod source;
pub mod watch;
