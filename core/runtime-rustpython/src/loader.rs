//! Telling the engine what is loaded, and from which text.
//!
//! After a save the old text is gone from disk, so it must be remembered when the module is loaded. The hook replaces
//! `SourceFileLoader.get_code` by a native function, which leaves no frame in any traceback. An unwanted file takes the
//! original path, at the price of one look at its name. A wanted one is compiled from the very bytes that are
//! remembered: a `.pyc` is valid by whole seconds and size, so it can belong to another text than the one on disk.

use std::path::PathBuf;
use std::sync::Arc;

use jurigged_runtime::{LoadSink, LoadedModule, Pin};
use rustpython_vm::builtins::{PyCode, PyDict, PyStr, PyType};
use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::RustPythonRuntime;
use crate::errors::text;
use crate::pins::PinnedObject;

/// Tells a sink about one module.
pub(crate) fn tell(
    runtime: &RustPythonRuntime,
    sink: &dyn LoadSink,
    name: String,
    source: Vec<u8>,
    code: &PyRef<PyCode>,
) {
    sink.loaded(LoadedModule {
        name,
        file: PathBuf::from(code.source_path().as_str()),
        source,
        code: Some(Pin::new(PinnedObject::new(code.clone().into(), &runtime.graveyard))),
    });
}

/// Installs the hook for the life of the interpreter.
///
/// # Errors
/// An exception when the import system is not the expected one.
pub(crate) fn install(vm: &VirtualMachine, runtime: &Arc<RustPythonRuntime>, sink: Arc<dyn LoadSink>) -> PyResult<()> {
    let external = vm.import("_frozen_importlib_external", 0)?;
    let class = external.get_attr("SourceFileLoader", vm)?;
    let original = class.get_attr("get_code", vm)?;
    let owner: PyRef<PyType> = class.clone().try_downcast(vm)?;
    let runtime = runtime.clone();
    let hook = move |loader: PyObjectRef, name: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        match wanted(&loader, &name, &*sink, vm) {
            Some((module, path)) => load(&runtime, &*sink, &loader, module, path, vm),
            None => original.call((loader, name), vm),
        }
    };
    // The class lives as long as the interpreter.
    let method = vm.new_method("get_code", PyRef::leak(owner), hook);
    class.set_attr("get_code", method, vm)
}

/// Tells a sink of the modules that are loaded already: those with a source file that it wants. Their code objects are
/// unknown, and the file is taken to be what was loaded. Unreadable files are left out.
///
/// # Errors
/// When `sys.modules` cannot be read.
pub(crate) fn register_loaded(vm: &VirtualMachine, sink: &dyn LoadSink) -> PyResult<()> {
    let modules: PyRef<PyDict> = vm.sys_module.get_attr("modules", vm)?.try_downcast(vm)?;
    for (name, module) in modules.into_iter() {
        // The dict, not an attribute: a lazy module would load itself.
        let file = module
            .dict()
            .and_then(|dict| dict.get_item_opt("__file__", vm).ok().flatten());
        let (Some(name), Some(file)) = (text(&name), file.as_ref().and_then(text)) else {
            continue;
        };
        let file = PathBuf::from(file);
        if sink.wants(&file)
            && let Ok(source) = std::fs::read(&file)
        {
            sink.loaded(LoadedModule {
                name,
                file,
                source,
                code: None,
            });
        }
    }
    Ok(())
}

/// The name under which the module will run and its path, if the engine wants it.
fn wanted(
    loader: &PyObjectRef,
    name: &PyObjectRef,
    sink: &dyn LoadSink,
    vm: &VirtualMachine,
) -> Option<(String, PyRef<PyStr>)> {
    let path = loader.get_attr("path", vm).ok()?.downcast::<PyStr>().ok()?;
    if !sink.wants(path.to_str()?.as_ref()) {
        return None;
    }
    let module = match caller(vm) {
        Caller::Import => text(name)?,
        Caller::RunAsMain => "__main__".to_owned(),
        Caller::RunAside => return None,
    };
    Some((module, path))
}

fn load(
    runtime: &RustPythonRuntime,
    sink: &dyn LoadSink,
    loader: &PyObjectRef,
    module: String,
    path: PyRef<PyStr>,
    vm: &VirtualMachine,
) -> PyResult {
    let data = vm.call_method(loader, "get_data", (path.clone(),))?;
    let code = vm.call_method(loader, "source_to_code", (data.clone(), path))?;
    // A loader of the program may answer with something else, which the import system then judges.
    if let Ok(code) = code.clone().downcast::<PyCode>()
        && let Ok(source) = data.try_bytes_like(vm, <[u8]>::to_vec)
    {
        tell(runtime, sink, module, source, &code);
    }
    Ok(code)
}

/// Who asks a loader for code.
enum Caller {
    /// The import system.
    Import,
    /// `runpy._run_module_as_main`: the module runs as `__main__` whatever its name is.
    RunAsMain,
    /// `runpy.run_module`: it runs in a namespace that is thrown away.
    RunAside,
}

fn caller(vm: &VirtualMachine) -> Caller {
    let frames = vm.frames.borrow();
    // SAFETY: these are the frames of this thread, which is inside all of them.
    let name = |frame: &rustpython_vm::vm::FramePtr| unsafe { frame.as_ref() }.code.obj_name.as_str();
    let mut innermost = frames.iter().rev();
    if innermost.next().map(name) != Some("_get_module_details") {
        return Caller::Import;
    }
    // `_get_module_details` calls itself for a package, and `_get_main_module_details` calls it for a folder.
    match innermost.map(name).find(|name| !name.ends_with("_module_details")) {
        Some("_run_module_as_main") => Caller::RunAsMain,
        _ => Caller::RunAside,
    }
}
