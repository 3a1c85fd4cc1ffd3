//! Where a function keeps its closure.
//!
//! RustPython writes a function's closure once and keeps the field private, although every call reads it anew. The field
//! is found by looking into functions whose closures are known; where that gives no clear answer, closures cannot be
//! replaced and the edits that need it are refused.

use std::ptr;

use jurigged_runtime::CompileUnit;
use rustpython_vm::builtins::{PyDict, PyFunction};
use rustpython_vm::frame::Frame;
use rustpython_vm::scope::Scope;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyRef, VirtualMachine};

use crate::compile::compile;

/// Three functions: two calls of one outer function, and one without a closure.
const SPECIMENS: &str = "\
def outer(value):
    return lambda: value
first, second, bare = outer(1), outer(2), lambda: 3
";

/// The place of the closure in a [`PyFunction`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClosureField {
    /// In words from the start of the function's payload.
    offset: usize,
}

impl ClosureField {
    /// Finds the field; `None` where the specimens do not agree on exactly one.
    pub(crate) fn find(vm: &VirtualMachine) -> Option<Self> {
        let unit = CompileUnit {
            source: SPECIMENS,
            file: "<jurigged>",
            flags: 0,
            first_line: 1,
        };
        let globals = vm.ctx.new_dict();
        let code = compile(vm, &unit).ok()?;
        vm.run_code_obj(code, Scope::with_builtins(None, globals.clone(), vm))
            .ok()?;
        let (first, second, bare) = (
            specimen(vm, &globals, "first")?,
            specimen(vm, &globals, "second")?,
            specimen(vm, &globals, "bare")?,
        );
        let is_field = |offset: &usize| {
            word(&first.0, *offset) == first.1 && word(&second.0, *offset) == second.1 && word(&bare.0, *offset) == 0
        };
        let mut found = (0..size_of::<PyFunction>() / size_of::<usize>()).filter(is_field);
        let offset = found.next()?;
        found.next().is_none().then_some(Self { offset })
    }

    /// Replaces the closure, `None` for none, and returns the old one.
    ///
    /// # Safety
    /// The world is stopped, `new` is a tuple of as many cells as the function's code wants from now on, and no frame of
    /// the function waits before its first instruction (see [`has_cells`]).
    pub(crate) unsafe fn replace(self, function: &Py<PyFunction>, new: Option<PyObjectRef>) -> Option<PyObjectRef> {
        let payload: *const PyFunction = &raw const **function;
        let field = payload.cast::<usize>().wrapping_add(self.offset);
        // SAFETY: `find` has shown that this word is the pointer to the closure tuple, null where there is none, which
        // is what `Option<PyObjectRef>` is as well. No Rust reference to it is held: threads stop between two
        // instructions, and calls and `COPY_FREE_VARS` read the field inside one. The old closure is held by the
        // attachment's table of handles for longer than the stop.
        unsafe { ptr::replace(field.cast_mut().cast::<Option<PyObjectRef>>(), new) }
    }
}

/// Has a frame taken the cells of its function? `COPY_FREE_VARS` does, the first instruction of code with free variables;
/// a generator that was never resumed has not come to it.
pub(crate) fn has_cells(frame: &Py<Frame>) -> bool {
    frame.lasti() > 0 || frame.code.code.freevars.is_empty()
}

/// A function and the address of its closure.
fn specimen(vm: &VirtualMachine, globals: &Py<PyDict>, name: &str) -> Option<(PyRef<PyFunction>, usize)> {
    let function = globals.get_item_opt(name, vm).ok()??;
    let closure = function.get_attr("__closure__", vm).ok()?;
    let address = if vm.is_none(&closure) { 0 } else { closure.get_id() };
    Some((function.downcast().ok()?, address))
}

/// One word of a function's payload.
fn word(function: &Py<PyFunction>, offset: usize) -> usize {
    let payload: *const PyFunction = &raw const **function;
    // SAFETY: inside the payload, which nobody else knows. The word is read as an address and only compared; a volatile
    // read takes whatever bytes are there, also those between two fields.
    unsafe { ptr::read_volatile(payload.cast::<usize>().wrapping_add(offset)) }
}
