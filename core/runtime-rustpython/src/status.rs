//! The module `jurigged` of the embedded interpreter: `jurigged.status()`.

use rustpython_vm::compiler::Mode;
use rustpython_vm::scope::Scope;
use rustpython_vm::{AsObject, PyResult, VirtualMachine};

/// The Python half, which CPython has, too.
const SOURCE: &str = concat!(
    include_str!("../../python/jurigged/_status.py"),
    "\n\ndef status():\n    return status_of(_status())\n",
);

/// Makes the module, for the life of the interpreter. `ask` answers with JSON.
///
/// # Errors
/// An exception when the interpreter is not the expected one.
pub(crate) fn install(vm: &VirtualMachine, ask: impl Fn() -> String + Send + Sync + 'static) -> PyResult<()> {
    let names = vm.ctx.new_dict();
    let module = vm.new_module("jurigged", names.clone(), None);
    let native = vm.new_function("_status", move || -> String { ask() });
    module.as_object().set_attr("_status", native, vm)?;
    let version = vm.ctx.new_str(env!("CARGO_PKG_VERSION"));
    module.as_object().set_attr("__version__", version, vm)?;
    let code = vm
        .compile(SOURCE, Mode::Exec, "<jurigged>".to_owned())
        .map_err(|error| vm.new_syntax_error(&error, Some(SOURCE)))?;
    vm.run_code_obj(code, Scope::with_builtins(None, names, vm))?;
    let modules = vm.sys_module.get_attr("modules", vm)?;
    modules.set_item("jurigged", module.into(), vm)
}
