//! The command line of jurigged: what was asked for, and how the process ends.
//!
//! No interpreter is named here, so that the Python extension and the standalone command share one command line.

pub mod arguments;
pub mod exit_status;
pub mod launch;
pub mod run;
pub mod script;
