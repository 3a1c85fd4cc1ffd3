//! Code with loops over `jurigged.reloading(...)`, whose bodies can be read again while they run.
//!
//! The Python package compiles such a function so that its loop asks for its body (`_reloading/prepare.py`). Every text that
//! is compiled here passes by: modules that are loaded, the script, the definitions that the engine makes anew.

use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use crate::runtime::CPython;

/// What a text must name before the package is asked: it is loaded by the first that does.
const NAME: &[u8] = b"reloading";

/// The code of a text, prepared where it has such loops. One that cannot be prepared says so when it runs.
pub(crate) fn prepared<'py>(code: Bound<'py, PyAny>, source: &[u8]) -> Bound<'py, PyAny> {
    if !source.windows(NAME.len()).any(|part| part == NAME) {
        return code;
    }
    let py = code.py();
    let ask = || {
        py.import("jurigged._reloading.adopt")?
            .call_method1("prepare_code", (&code, PyBytes::new(py, source)))
    };
    ask().unwrap_or(code)
}

impl CPython {
    /// Replaces an item of `co_consts` of a code object that may be running, in place: what it does from now on with that
    /// constant, such as make a function of it, it does with the new one.
    ///
    /// # Errors
    /// `TypeError` for anything but code, `IndexError` for no item, `RuntimeError` where this Python has no writes in place.
    pub fn replace_constant(&self, code: &Bound<'_, PyAny>, index: usize, new: &Bound<'_, PyAny>) -> PyResult<()> {
        let code_type = self.0.known.code.bind(code.py());
        if !code.get_type().is(code_type) || !new.get_type().is(code_type) {
            return Err(PyTypeError::new_err("code takes the place of code, in code"));
        }
        let layout = self
            .0
            .layout
            .ok_or_else(|| PyRuntimeError::new_err("this Python has no writes in place"))?;
        let constants = code.getattr("co_consts")?.cast_into::<PyTuple>()?;
        let old = constants.get_item(index)?;
        // SAFETY: in bounds; `old` keeps the item alive; code objects compare and hash their constants anew each time, so
        // no dict relies on this tuple; the GIL is held.
        unsafe { layout.set_tuple_item(constants.as_ptr(), index, new.as_ptr()) };
        drop(old);
        Ok(())
    }
}
