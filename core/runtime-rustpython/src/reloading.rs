//! Code with loops over `jurigged.reloading(...)`, whose bodies can be read again while they run.
//!
//! The Python package compiles such a function so that its loop asks for its body (`_reloading/prepare.py`). Every text that
//! is compiled here passes by: modules that are loaded, the script, the definitions that the engine makes anew.
//! RustPython's compiler gives everything that it makes of a syntax tree line 1, so the package compiles a text that it has
//! written from the tree, and has the lines put right.

use std::ptr;

use rustpython_vm::builtins::PyCode;
use rustpython_vm::compiler::core::{OneIndexed, SourceLocation};
use rustpython_vm::{Py, PyObjectRef, PyRef, PyResult, TryFromObject, VirtualMachine};

/// What a text must name before the package is asked: it is loaded by the first that does.
const NAME: &str = "reloading";

/// May a text have such loops?
pub(crate) fn is_named(source: &[u8]) -> bool {
    source.windows(NAME.len()).any(|part| part == NAME.as_bytes())
}

/// The code of a text, prepared where it has such loops. One that cannot be prepared says so when it runs.
pub(crate) fn prepared(vm: &VirtualMachine, code: PyRef<PyCode>, source: &[u8]) -> PyRef<PyCode> {
    if !is_named(source) {
        return code;
    }
    let ask = || -> PyResult<PyRef<PyCode>> {
        let import = vm.import("importlib", 0)?.get_attr("import_module", vm)?;
        let adopt = import.call(("jurigged._reloading.adopt",), vm)?;
        let text = vm.ctx.new_bytes(source.to_vec());
        let place = vm.new_function("place_lines", place_lines);
        let prepare = adopt.get_attr("prepare_code", vm)?;
        prepare.call((code.clone(), text, place), vm)?.try_downcast(vm)
    };
    ask().unwrap_or(code)
}

/// Gives code that nothing runs yet the lines that it has in its file: for each line of the text that it was compiled from
/// the one in `lines`.
fn place_lines(code: PyRef<PyCode>, lines: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let lines = vm.extract_elements_with(&lines, |line| usize::try_from_object(vm, line))?;
    // SAFETY: the package has just compiled it, and nothing has run it or made a function of it.
    unsafe { place(&code, &lines) };
    Ok(())
}

/// # Safety
/// Nobody else reads the code meanwhile.
unsafe fn place(code: &Py<PyCode>, lines: &[usize]) {
    let placed = |line: OneIndexed| {
        let line = lines.get(line.get() - 1).copied().and_then(OneIndexed::new);
        line.unwrap_or(OneIndexed::MIN)
    };
    let first = code.code.first_line_number.map(placed);
    let locations: Box<[(SourceLocation, SourceLocation)]> = code
        .code
        .locations
        .iter()
        .map(|(start, end)| {
            let at = |location: &SourceLocation| SourceLocation {
                line: placed(location.line),
                ..*location
            };
            (at(start), at(end))
        })
        .collect();
    let table = line_table(&locations, first.map_or(1, OneIndexed::get));
    let object: *const PyCode = &raw const **code;
    // SAFETY: nobody else reads the fields, as the caller says; each is replaced by a value of its own type.
    unsafe {
        ptr::write((&raw const (*object).code.first_line_number).cast_mut(), first);
        drop(ptr::replace(
            (&raw const (*object).code.locations).cast_mut(),
            locations,
        ));
        drop(ptr::replace((&raw const (*object).code.linetable).cast_mut(), table));
    }
    for constant in code.code.constants.iter() {
        let constant: PyObjectRef = constant.clone().into();
        if let Ok(inner) = constant.downcast::<PyCode>() {
            // SAFETY: it is a part of the code.
            unsafe { place(&inner, lines) };
        }
    }
}

/// `co_linetable` (CPython `Objects/locations.md`) without columns: for each instruction the difference of its line.
fn line_table(locations: &[(SourceLocation, SourceLocation)], first: usize) -> Box<[u8]> {
    /// An entry for one instruction, with a line and no columns.
    const NO_COLUMNS: u8 = 0x80 | (13 << 3);
    let mut table = Vec::with_capacity(2 * locations.len());
    let mut before = first as i64;
    for (start, _) in locations {
        let line = start.line.get() as i64;
        let difference = line - before;
        before = line;
        table.push(NO_COLUMNS);
        let mut rest = (difference.unsigned_abs() << 1) | u64::from(difference < 0);
        while rest >= 0x40 {
            table.push(0x40 | (rest & 0x3f) as u8);
            rest >>= 6;
        }
        table.push(rest as u8);
    }
    table.into_boxed_slice()
}
