//! Compiling a unit of source with the interpreter's own compiler.

use std::ffi::c_int;

use jurigged_runtime::CompileUnit;
use pyo3::exceptions::PySyntaxError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use rustc_hash::FxHashSet;

use crate::attached::Attached;
use crate::reloading;
use crate::warn::Ignored;

/// From this minor version on, a class body stores `__firstlineno__`, a line number that is a constant like any other.
const CLASS_LINE_MINOR: u8 = 13;

/// Compiles and returns the module code object; see [`jurigged_runtime::Interpreter::compile`].
pub(crate) fn compile<'py>(attached: &Attached<'py>, unit: &CompileUnit<'_>) -> PyResult<Bound<'py, PyAny>> {
    // Only the compiler runs meanwhile, with the GIL held.
    let ignored = Ignored::new(attached.py, &attached.inner.known, &[])?;
    let compiled = place(attached, unit);
    ignored.remove(attached.py);
    compiled
}

/// Compiles so that the lines are those of the file.
fn place<'py>(attached: &Attached<'py>, unit: &CompileUnit<'_>) -> PyResult<Bound<'py, PyAny>> {
    let shift = unit.first_line.saturating_sub(1);
    // Writing line numbers into the result is cheap wherever the unit stands (padding costs 1.2 ms at line 100,000), but
    // it misses the constants of class bodies, and there is nothing to write to on free-threaded builds.
    let class_lines = attached.inner.facts.version.1 >= CLASS_LINE_MINOR && unit.source.contains("class");
    let Some(layout) = attached.inner.layout.filter(|_| !class_lines) else {
        let padded = format!("{}{}", "\n".repeat(shift as usize), unit.source);
        return match built_in(attached, &padded, unit) {
            // Once more as it is written, for an error in the unit's own lines.
            Err(error) if shift > 0 && error.is_instance_of::<PySyntaxError>(attached.py) => {
                Err(built_in(attached, unit.source, unit).err().unwrap_or(error))
            }
            result => result,
        };
    };
    let code = built_in(attached, unit.source, unit)?;
    if shift > 0 {
        let mut pending = vec![code.clone()];
        let mut moved = FxHashSet::default();
        while let Some(code) = pending.pop() {
            // The compiler merges equal code objects (3.9, 3.12): each is moved once.
            if !moved.insert(code.as_ptr() as usize) {
                continue;
            }
            // SAFETY: a code object that this call made and nothing runs; the GIL is held.
            unsafe { layout.set_first_line(code.as_ptr(), layout.first_line(code.as_ptr()) + shift as c_int) };
            let constants = code.getattr("co_consts")?.cast_into::<PyTuple>()?;
            let code_type = attached.inner.known.code.bind(attached.py);
            pending.extend(constants.iter().filter(|constant| constant.get_type().is(code_type)));
        }
    }
    Ok(code)
}

fn built_in<'py>(attached: &Attached<'py>, source: &str, unit: &CompileUnit<'_>) -> PyResult<Bound<'py, PyAny>> {
    let dont_inherit = true;
    attached
        .inner
        .known
        .compile
        .bind(attached.py)
        .call1((source, unit.file, "exec", unit.flags, dont_inherit))
        .map(|code| reloading::prepared(code, source.as_bytes()))
}
