//! `jurigged._jurigged`: the command and the session inside a CPython process.

mod program;
mod session;
mod watch;

use pyo3::prelude::*;

/// The native half of the package `jurigged`.
#[pymodule]
fn _jurigged(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(program::main, module)?)?;
    module.add_function(wrap_pyfunction!(watch::attach, module)?)?;
    module.add_function(wrap_pyfunction!(watch::watch, module)?)?;
    module.add_function(wrap_pyfunction!(watch::unwatch, module)?)?;
    module.add_function(wrap_pyfunction!(watch::watches, module)?)?;
    module.add_function(wrap_pyfunction!(session::status, module)?)?;
    module.add_function(wrap_pyfunction!(session::refresh, module)?)?;
    module.add_function(wrap_pyfunction!(session::plan, module)?)?;
    module.add_function(wrap_pyfunction!(session::undo, module)?)?;
    module.add_function(wrap_pyfunction!(session::history, module)?)?;
    module.add_function(wrap_pyfunction!(session::apply, module)?)?;
    module.add_function(wrap_pyfunction!(session::register, module)?)?;
    module.add_function(wrap_pyfunction!(session::running_text, module)?)?;
    module.add_function(wrap_pyfunction!(session::files, module)?)?;
    module.add_function(wrap_pyfunction!(session::set_passive, module)?)?;
    module.add_function(wrap_pyfunction!(session::subscribe, module)?)?;
    module.add_function(wrap_pyfunction!(session::unsubscribe, module)?)?;
    module.add_function(wrap_pyfunction!(session::replace_constant, module)?)?;
    module.add_function(wrap_pyfunction!(session::mode, module)?)
}
