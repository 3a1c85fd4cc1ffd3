//! Running a program as plain `python` would.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use jurigged_runtime::LoadSink;
use jurigged_runtime::host::Host;
use rustpython::{InterpreterBuilder, InterpreterBuilderExt, run_shell};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyCode, PyDictRef};
use rustpython_vm::scope::Scope;
use rustpython_vm::signal::user_signal_channel;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::program::{Program, ProgramKind, ScriptFile};
use crate::{RustPythonRuntime, loader, native_extension, package, prompt, settings, terminal_output};

/// The exit status of a script that cannot be opened (CPython's `pymain_run_file`).
const CANNOT_OPEN: u32 = 2;

/// What the caller of [`Embedded::run`] does around the program.
pub trait Hooks: Send + Sync {
    /// The interpreter is ready and nothing of the program has run. The answer is told about each module that is loaded.
    /// Called on the main thread, which is not attached.
    fn started(&self, runtime: Arc<RustPythonRuntime>) -> Arc<dyn LoadSink>;

    /// The program is about to fork. Called on the thread that forks, which is not attached; returns soon, when no thread
    /// of the engine is in the middle of something that the child would inherit half done.
    fn forking(&self) {}

    /// The program has forked and this is the child, in which the engine's threads do not exist; the runtime works as
    /// before. Called on the thread that forked, which is attached, so it must not wait for other threads that attach.
    fn forked(&self) {}

    /// Who answers what the program asks by the package `jurigged`; without it there is none.
    fn host(&self) -> Option<Arc<dyn Host>> {
        None
    }

    /// The program and its threads have ended (those that are not daemons), finalization is about to begin. When this
    /// returns, every attachment is refused. Called on the main thread, which is not attached, so waiting for threads
    /// that attach is safe. Also called in the child of a fork, if the child comes to the end of the program.
    fn stopping(&self);
}

/// The embedded interpreter. There is one in a process, and it is used once.
pub struct Embedded;

impl Embedded {
    /// Runs a program to its end and returns the exit status.
    ///
    /// Tracebacks, `sys.exit` and error texts are those of plain `python`. An uncaught `KeyboardInterrupt` ends the
    /// process by `SIGINT` as soon as finalization is done, so that a shell sees it; this function then does not return.
    pub fn run(program: Program, hooks: Arc<dyn Hooks>) -> i32 {
        let (to_main, from_engine) = user_signal_channel();
        let interpreter = InterpreterBuilder::new()
            .settings(settings::from_environment(&program))
            .init_stdlib()
            .add_frozen_modules(package::frozen())
            .init_hook(|vm| vm.set_user_signal_channel(from_engine))
            .build();
        let (before, in_child) = (hooks.clone(), hooks.clone());
        let raise_in_main = to_main.clone();
        let runtime = interpreter.enter(|vm| {
            let forking = move || before.forking();
            RustPythonRuntime::new(vm, to_main, forking, move || in_child.forked())
        });
        let sink = hooks.started(runtime.clone());
        let ended = interpreter.enter(|vm| {
            let installed = hooks.host().map_or(Ok(()), |host| package::install(vm, &runtime, host));
            let has_package = hooks.host().is_some();
            let installed = installed.and_then(|()| terminal_output::keep_interrupts(vm, &raise_in_main));
            let result = installed.and_then(|()| run_program(vm, &program, &runtime, sink, has_package));
            let ended = result.map_or_else(|exception| report(vm, exception), |()| Ended::with(0));
            join_threads(vm);
            ended
        });
        hooks.stopping();
        runtime.close();
        // The runtime owns Python objects, and engine threads may own the runtime for longer than there is a Python.
        std::mem::forget(runtime);
        let finalized = interpreter.finalize(None);
        if ended.by_interrupt {
            die_of_interrupt();
        }
        if ended.status == 0 {
            finalized as i32
        } else {
            ended.status as i32
        }
    }
}

/// How a program ended.
struct Ended {
    status: u32,
    by_interrupt: bool,
}

impl Ended {
    fn with(status: u32) -> Self {
        Self {
            status,
            by_interrupt: false,
        }
    }
}

/// Prints what ended the program.
fn report(vm: &VirtualMachine, exception: PyBaseExceptionRef) -> Ended {
    if exception.fast_isinstance(vm.ctx.exceptions.keyboard_interrupt) {
        // RustPython would kill the process here, before `atexit` functions have run.
        vm.print_exception(exception);
        return Ended {
            status: 128 + libc::SIGINT as u32,
            by_interrupt: true,
        };
    }
    let wants_extension = native_extension::is_wanted(vm, &exception);
    let status = vm.handle_exit_exception(exception);
    if wants_extension {
        write_error(vm, native_extension::NOTE);
    }
    Ended::with(status)
}

/// Waits for all threads that are not daemons, as finalization would; while they run, the engine goes on.
fn join_threads(vm: &VirtualMachine) {
    let modules = vm.sys_module.get_attr("modules", vm);
    let Ok(threading) = modules.and_then(|modules| modules.get_item("threading", vm)) else {
        return;
    };
    let shutdown = threading
        .get_attr("_shutdown", vm)
        .and_then(|shutdown| shutdown.call((), vm));
    if let Err(exception) = shutdown {
        vm.run_unraisable(
            exception,
            Some("Exception ignored in threading shutdown".to_owned()),
            threading,
        );
    }
}

fn die_of_interrupt() {
    // SAFETY: plain system calls; the default action of SIGINT ends the process.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::kill(libc::getpid(), libc::SIGINT);
    }
}

/// One line on `sys.stderr`.
fn write_error(vm: &VirtualMachine, line: &str) {
    if let Ok(stderr) = vm.sys_module.get_attr("stderr", vm) {
        // There is nowhere to report that stderr is closed.
        let _ = vm.call_method(&stderr, "write", (format!("{line}\n"),));
        let _ = vm.call_method(&stderr, "flush", ());
    }
}

/// `pymain_run_python` of CPython's `Modules/main.c`.
fn run_program(
    vm: &VirtualMachine,
    program: &Program,
    runtime: &Arc<RustPythonRuntime>,
    sink: Arc<dyn LoadSink>,
    has_package: bool,
) -> PyResult<()> {
    let scope = vm.new_scope_with_main()?;
    // Both may be missing or broken without harm, as in RustPython's own main function. `site` before `sys.path[0]`, or
    // an empty entry would be made absolute.
    let _ = vm.import("warnings", 0);
    if vm.state.config.settings.import_site {
        let _ = vm.import("site", 0);
    }
    if vm.state.config.settings.faulthandler {
        let _ = vm.run_simple_string("import faulthandler; faulthandler.enable()");
    }
    set_arguments(vm, program)?;
    loader::install(vm, runtime, sink.clone())?;
    if has_package {
        prepare_loops(vm, program)?;
    }

    // Without the package there is RustPython's own prompt, at which nothing is reloaded.
    let prompt = |names: PyDictRef, is_alone| match has_package {
        true => prompt::run(vm, names, is_alone),
        false => run_shell(vm, scope.clone()),
    };
    let result = match &program.what {
        ProgramKind::Script(path) => run_script(vm, &scope, path, runtime, &*sink),
        ProgramKind::Module(module) => {
            add_current_folder(vm)?;
            vm.run_module(module)
        }
        ProgramKind::Function { module, function } => {
            add_current_folder(vm)?;
            run_function(vm, module, function)
        }
        ProgramKind::Interactive => {
            insert_path(vm, Path::new(""))?;
            return prompt(scope.globals.clone(), true);
        }
    };
    if vm.state.config.settings.inspect {
        if let Err(exception) = result {
            vm.print_exception(exception);
        }
        let names = namespace(vm, program).unwrap_or_else(|| scope.globals.clone());
        return prompt(names, false);
    }
    result
}

/// `__` in the builtins, and the functions that are to loop.
fn prepare_loops(vm: &VirtualMachine, program: &Program) -> PyResult<()> {
    let texts = |texts: &[String]| -> PyObjectRef {
        let texts = texts.iter().map(|text| vm.ctx.new_str(text.as_str()).into());
        vm.ctx.new_list(texts.collect()).into()
    };
    let text =
        |text: Option<&str>| -> PyObjectRef { text.map_or_else(|| vm.ctx.none(), |text| vm.ctx.new_str(text).into()) };
    let (script, module) = match &program.what {
        ProgramKind::Script(path) => (vm.fsdecode(path.as_os_str()).into(), None),
        ProgramKind::Function { module, .. } => (vm.ctx.none(), Some(module.as_str())),
        ProgramKind::Module(_) | ProgramKind::Interactive => (vm.ctx.none(), None),
    };
    let loops = &program.loops;
    let arguments = (
        texts(&loops.always),
        texts(&loops.on_error),
        text(loops.interface.as_deref()),
        script,
        text(module),
    );
    package::function(vm, "jurigged._dev", "prepare")?
        .call(arguments, vm)
        .map(drop)
}

/// Where the names of a program are if not in `__main__`: in the module of which a function was called, if it was found.
fn namespace(vm: &VirtualMachine, program: &Program) -> Option<PyDictRef> {
    let ProgramKind::Function { module, .. } = &program.what else {
        return None;
    };
    let modules = vm.sys_module.get_attr("modules", vm).ok()?;
    modules.get_item(module.as_str(), vm).ok()?.dict()
}

fn run_script(
    vm: &VirtualMachine,
    scope: &Scope,
    path: &Path,
    runtime: &RustPythonRuntime,
    sink: &dyn LoadSink,
) -> PyResult<()> {
    let absolute = crate::program::absolute(path);
    if has_importer(vm, &absolute)? {
        insert_path(vm, &absolute)?;
        let run = vm.import("runpy", 0)?.get_attr("_run_module_as_main", vm)?;
        return run.call(("__main__", false), vm).map(drop);
    }
    let script = match ScriptFile::read(path) {
        Ok(script) => script,
        Err((path, error)) => {
            let path = vm.fsdecode(path.into_os_string()).as_object().repr(vm)?;
            let error = system_error(&error);
            write_error(
                vm,
                &format!("jurigged: can't open file {}: {error}", path.to_string_lossy()),
            );
            return Err(exit(vm, CANNOT_OPEN));
        }
    };
    let is_file = script.path.is_absolute();
    insert_path(vm, &if is_file { script.folder() } else { Default::default() })?;
    let file: PyObjectRef = vm.fsdecode(script.path.clone().into_os_string()).into();
    if is_file {
        let loader = vm
            .import("_frozen_importlib_external", 0)?
            .get_attr("SourceFileLoader", vm)?;
        let loader = loader.call(("__main__", file.clone()), vm)?;
        scope.globals.set_item("__loader__", loader, vm)?;
        scope.globals.set_item("__file__", file.clone(), vm)?;
        scope.globals.set_item("__cached__", vm.ctx.none(), vm)?;
    }
    let code = compile_bytes(vm, &script.source, file)?;
    if is_file && sink.wants(&script.path) {
        loader::tell(runtime, sink, "__main__".to_owned(), script.source, &code);
    }
    vm.run_code_obj(code, scope.clone()).map(drop)
}

/// An error as Python writes it: `[Errno 2] No such file or directory`.
fn system_error(error: &std::io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => {
            let text = error.to_string();
            format!(
                "[Errno {number}] {}",
                text.trim_end_matches(&format!(" (os error {number})"))
            )
        }
        None => error.to_string(),
    }
}

/// Compiles a file with the interpreter's own `compile`, which decodes it (PEP 263).
fn compile_bytes(vm: &VirtualMachine, source: &[u8], file: PyObjectRef) -> PyResult<PyRef<PyCode>> {
    let compile = vm.builtins.get_attr("compile", vm)?;
    let source = vm.ctx.new_bytes(source.to_vec());
    compile.call((source, file, "exec", 0, true), vm)?.try_downcast(vm)
}

/// `module.function()`, with the module's file as `sys.argv[0]`.
fn run_function(vm: &VirtualMachine, module: &str, function: &str) -> PyResult<()> {
    // Not `importlib.import_module`, whose frames would stay in the traceback of a failing import. It gives the package.
    vm.import(&vm.ctx.new_str(module), 0)?;
    let module = vm.sys_module.get_attr("modules", vm)?.get_item(module, vm)?;
    if let Ok(file) = module.get_attr("__file__", vm) {
        vm.sys_module.get_attr("argv", vm)?.set_item(&0usize, file, vm)?;
    }
    let function = function
        .split('.')
        .try_fold(module, |object, name| object.get_attr(vm.ctx.intern_str(name), vm))?;
    function.call((), vm).map(drop)
}

/// Is this a folder or a zip file, which `sys.path_hooks` can import from?
fn has_importer(vm: &VirtualMachine, path: &Path) -> PyResult<bool> {
    if !path.is_dir() && !is_zip(path) {
        return Ok(false);
    }
    let get_importer = vm.import("pkgutil", 0)?.get_attr("get_importer", vm)?;
    let importer = get_importer.call((vm.fsdecode(path.as_os_str()),), vm)?;
    Ok(!vm.is_none(&importer))
}

/// Does the file end like a zip archive? Its start may be a shebang line.
fn is_zip(path: &Path) -> bool {
    /// Marks the end of the archive's directory (APPNOTE.TXT 4.3.16): 22 bytes and a comment of at most 64 kB.
    const END: &[u8] = b"PK\x05\x06";
    let read_tail = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        // A pipe has no length, and seeking would fail: it is no archive.
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(22 + 0xFFFF)))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        Ok(tail)
    };
    path.is_file() && read_tail().is_ok_and(|tail| tail.windows(END.len()).any(|window| window == END))
}

fn add_current_folder(vm: &VirtualMachine) -> PyResult<()> {
    insert_path(vm, &std::env::current_dir().unwrap_or_default())
}

fn insert_path(vm: &VirtualMachine, folder: &Path) -> PyResult<()> {
    if vm.state.config.settings.safe_path {
        return Ok(());
    }
    vm.insert_sys_path(vm.fsdecode(folder.as_os_str()).into())
}

fn set_arguments(vm: &VirtualMachine, program: &Program) -> PyResult<()> {
    let arguments = std::iter::once(program.name()).chain(program.arguments.iter().cloned());
    let arguments = arguments.map(|argument| vm.fsdecode(argument).into()).collect();
    vm.sys_module.set_attr("argv", vm.ctx.new_list(arguments), vm)?;
    let original = std::env::args_os()
        .map(|argument| vm.fsdecode(argument).into())
        .collect();
    vm.sys_module.set_attr("orig_argv", vm.ctx.new_list(original), vm)
}

fn exit(vm: &VirtualMachine, status: u32) -> PyBaseExceptionRef {
    vm.new_exception(
        vm.ctx.exceptions.system_exit.to_owned(),
        vec![vm.ctx.new_int(status).into()],
    )
}
