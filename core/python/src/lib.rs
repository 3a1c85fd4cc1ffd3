//! `jurigged._jurigged`: the command and the session inside a CPython process.

mod program;
mod watch;

use pyo3::prelude::*;

/// The native half of the package `jurigged`.
#[pymodule]
fn _jurigged(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(program::main, module)?)?;
    module.add_function(wrap_pyfunction!(watch::watch, module)?)?;
    module.add_function(wrap_pyfunction!(program::status, module)?)?;
    module.add_class::<watch::Watcher>()
}
