//! Running a program as plain `python` runs it.
//!
//! The steps are those of CPython's `Modules/main.c` and `Python/pythonrun.c` (3.9 to 3.14). The program's code is evaluated
//! from native code: tracebacks start at its own first frame. What plain Python prints for a script that cannot be compiled
//! is printed by the same function of the interpreter.

use std::ffi::{CString, OsStr, OsString};
use std::path::{Path, PathBuf};

use jurigged_runtime::LoadSink;
use pyo3::exceptions::{PyKeyboardInterrupt, PySystemExit};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyList, PyString, PyTuple};

use crate::frames::FramesHidden;
use crate::loader::{expect_main, path_text};
use crate::native::Native;
use crate::reloading;
use crate::runtime::CPython;
use crate::unwind;

/// `Py_file_input`, the same in all versions.
const FILE_INPUT: std::ffi::c_int = 257;
/// From this minor version on, annotations are lazy and `__main__` starts without `__annotations__`.
const LAZY_ANNOTATIONS_MINOR: u8 = 14;

/// What to run, and its arguments (without the script or module).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// A script, or a folder or zip file with a `__main__.py`.
    Script { path: PathBuf, arguments: Vec<OsString> },
    /// A module or package, as with `-m`.
    Module { name: String, arguments: Vec<OsString> },
    /// A function of a module, called without arguments; what it returns is dropped.
    Function {
        module: String,
        /// Dotted where it belongs to a class.
        function: String,
        arguments: Vec<OsString>,
    },
    /// None: only what follows it.
    Nothing,
}

/// What runs in the namespace of a program that has ended, however it did: a prompt.
pub type Sequel<'a> = &'a dyn for<'py> Fn(&Bound<'py, PyDict>) -> PyResult<()>;

/// Replaces what the start of our launcher left in `sys.path[0]`: the launcher's folder, the one of its console script,
/// or the current one. The isolated and safe-path modes put nothing there.
///
/// # Errors
/// When `sys.path` is not a list.
pub fn remove_launcher_path(py: Python<'_>) -> PyResult<()> {
    if !safe_path(py)? {
        let path = py.import("sys")?.getattr("path")?.cast_into::<PyList>()?;
        if !path.is_empty() {
            path.del_item(0)?;
        }
    }
    Ok(())
}

/// Runs a program in a fresh `__main__`, with `sys.argv` and `sys.path[0]` as plain Python sets them;
/// [`remove_launcher_path`] was called before. `sink` is told of the script's text and code before it runs. With a sequel
/// the program does not end the process: what it raised is printed, `SystemExit` included, as with `python -i`.
///
/// # Errors
/// What the launcher must let through to the top of the process: `SystemExit` with the exit status, or `KeyboardInterrupt`,
/// on which CPython finalizes and dies by the signal. Uncaught exceptions have been printed.
pub fn run(
    py: Python<'_>,
    runtime: &CPython,
    program: &Program,
    sink: Option<&dyn LoadSink>,
    sequel: Option<Sequel<'_>>,
) -> PyResult<()> {
    let main = fresh_main(py, runtime)?;
    let _hidden = FramesHidden::new(py, runtime.0.facts.version.1);
    let globals = main.dict();
    let launch = Launch { py, runtime, main };
    let ran = match program {
        Program::Script { path, arguments } => launch.script(path, arguments, sink),
        Program::Module { name, arguments } => launch.module(name, arguments),
        Program::Function {
            module,
            function,
            arguments,
        } => launch.function(module, function, arguments),
        Program::Nothing => launch.nothing(),
    };
    if let Some(sequel) = sequel {
        if let Err(error) = ran {
            print(py, &error);
        }
        return finish(py, sequel(&launch.namespace(program)));
    }
    let exits = matches!(&ran, Err(error) if error.is_instance_of::<PySystemExit>(py));
    let ended = finish(py, ran);
    if matches!(program, Program::Script { .. }) && !exits {
        // As plain Python does after a script, but after an uncaught exception was printed.
        for name in ["__file__", "__cached__"] {
            if globals.contains(name)? {
                globals.del_item(name)?;
            }
        }
    }
    ended
}

/// One start of a program.
struct Launch<'a, 'py> {
    py: Python<'py>,
    runtime: &'a CPython,
    main: Bound<'py, PyModule>,
}

impl<'py> Launch<'_, 'py> {
    fn native(&self) -> &Native {
        &self.runtime.0.native
    }

    /// `python SCRIPT`.
    fn script(&self, path: &Path, arguments: &[OsString], sink: Option<&dyn LoadSink>) -> PyResult<()> {
        self.set_arguments(path.as_os_str(), arguments)?;
        let file = absolute(path);
        let given = path_text(self.py, &file)?;
        // SAFETY: attached; a new reference, or null with an exception set. `None` for a plain file.
        let importer = unsafe {
            let importer = ffi::PyImport_GetImporter(given.as_ptr());
            Bound::<PyAny>::from_owned_ptr_or_err(self.py, importer)?
        };
        if !importer.is_none() {
            self.search_first(given.into_any())?;
            return self.run_module_as_main("__main__", false);
        }
        if !safe_path(self.py)? {
            let folder = std::fs::canonicalize(&file)
                .ok()
                .and_then(|real| Some(real.parent()?.to_owned()));
            let folder = folder.or_else(|| file.parent().map(Path::to_owned)).unwrap_or_default();
            self.search_first(path_text(self.py, &folder)?.into_any())?;
        }
        let source = match std::fs::read(&file) {
            Ok(source) => source,
            Err(error) => return self.cannot_open(&file, &error),
        };
        self.run_source(file, source, sink)
    }

    /// `python -m MODULE`.
    fn module(&self, name: &str, arguments: &[OsString]) -> PyResult<()> {
        self.set_arguments(OsStr::new("-m"), arguments)?;
        if !safe_path(self.py)? {
            // An absent current folder gives an entry that is skipped, as in plain Python.
            let folder = std::env::current_dir().unwrap_or_default();
            self.search_first(path_text(self.py, &folder)?.into_any())?;
        }
        expect_main();
        self.run_module_as_main(name, true)
    }

    /// `python -m MODULE` as far as its function.
    fn function(&self, module: &str, function: &str, arguments: &[OsString]) -> PyResult<()> {
        self.set_arguments(OsStr::new("-m"), arguments)?;
        if !safe_path(self.py)? {
            let folder = std::env::current_dir().unwrap_or_default();
            self.search_first(path_text(self.py, &folder)?.into_any())?;
        }
        // Not `importlib.import_module`, whose frames would stay in the traceback of a failing import.
        let module = self.py.import(module)?;
        if let Ok(file) = module.getattr("__file__") {
            self.py.import("sys")?.getattr("argv")?.set_item(0, file)?;
        }
        let function = function
            .split('.')
            .try_fold(module.into_any(), |object, name| object.getattr(name))?;
        unwind::call(self.native(), &function, &PyTuple::empty(self.py)).map(drop)
    }

    /// `python` alone: modules are found in the current folder, also when it changes.
    fn nothing(&self) -> PyResult<()> {
        self.set_arguments(OsStr::new(""), &[])?;
        if !safe_path(self.py)? {
            self.search_first(PyString::new(self.py, "").into_any())?;
        }
        Ok(())
    }

    /// Where the names of a program are: `__main__`, or the module of which a function was called, if it was found.
    fn namespace(&self, program: &Program) -> Bound<'py, PyDict> {
        let of_module = |name: &str| {
            let modules = self.runtime.0.known.modules.bind(self.py);
            let module = modules.as_any().get_item(name).ok()?;
            Some(module.cast_into::<PyModule>().ok()?.dict())
        };
        let found = match program {
            Program::Function { module, .. } => of_module(module),
            _ => None,
        };
        found.unwrap_or_else(|| self.main.dict())
    }

    fn run_module_as_main(&self, name: &str, set_argv0: bool) -> PyResult<()> {
        let run = self.py.import("runpy")?.getattr("_run_module_as_main")?;
        let arguments = (name, set_argv0).into_pyobject(self.py)?;
        unwind::call(self.native(), &run, &arguments).map(drop)
    }

    fn run_source(&self, file: PathBuf, source: Vec<u8>, sink: Option<&dyn LoadSink>) -> PyResult<()> {
        let py = self.py;
        let name = path_text(py, &file)?;
        let globals = self.main.dict();
        let import_system = py.import("_frozen_importlib_external")?;
        let loader = import_system.call_method1("SourceFileLoader", ("__main__", &name))?;
        globals.set_item("__loader__", loader)?;
        globals.set_item("__file__", &name)?;
        globals.set_item("__cached__", py.None())?;
        self.evaluate(&file, source, &globals, sink)
    }

    fn evaluate(
        &self,
        file: &Path,
        source: Vec<u8>,
        globals: &Bound<'py, PyDict>,
        sink: Option<&dyn LoadSink>,
    ) -> PyResult<()> {
        let py = self.py;
        let name = path_text(py, file)?;
        let bytes = pyo3::types::PyBytes::new(py, &source);
        let dont_inherit = true;
        let compile = self.runtime.0.known.compile.bind(py);
        let code = match compile.call1((bytes, &name, "exec", 0, dont_inherit)) {
            Ok(code) => reloading::prepared(code, &source),
            // From a file the interpreter words some of these errors differently than from bytes.
            Err(error) => return self.run_as_file(file, globals).unwrap_or(Err(error)),
        };
        if let Some(sink) = sink
            && sink.wants(file)
        {
            sink.loaded(CPython::loaded_main(&code, file.to_owned(), source));
        }
        let globals = globals.as_ptr();
        let ran = unwind::eval(py, self.native(), code.as_ptr(), globals, globals).map(drop);
        if ran.is_ok() {
            flush_output(py);
        }
        ran
    }

    /// Lets the interpreter read and run the file itself. `None` where it cannot be asked to.
    fn run_as_file(&self, file: &Path, globals: &Bound<'py, PyDict>) -> Option<PyResult<()>> {
        let run_file = self.native().run_file?;
        let path = CString::new(file.as_os_str().as_encoded_bytes()).ok()?;
        // SAFETY: two texts that end in zero.
        let stream = unsafe { libc::fopen(path.as_ptr(), c"rb".as_ptr()) };
        if stream.is_null() {
            return None;
        }
        let (globals, close) = (globals.as_ptr(), 1);
        // SAFETY: attached; an open stream that the call closes; a new reference, or null with an exception set.
        let result = unsafe {
            let flags = std::ptr::null_mut();
            let result = run_file(stream.cast(), path.as_ptr(), FILE_INPUT, globals, globals, close, flags);
            Bound::<PyAny>::from_owned_ptr_or_err(self.py, result)
        };
        Some(result.map(drop))
    }

    fn cannot_open(&self, file: &Path, error: &std::io::Error) -> PyResult<()> {
        let sys = self.py.import("sys")?;
        // The name that the interpreter was called by; 3.9 does not keep it.
        let called = sys.getattr("orig_argv").and_then(|arguments| arguments.get_item(0));
        let called = called.or_else(|_| sys.getattr("executable"))?;
        let number = error.raw_os_error().unwrap_or(0);
        let reason = self.py.import("os")?.call_method1("strerror", (number,))?;
        let shown = path_text(self.py, file)?.repr()?;
        let message = format!("{called}: can't open file {shown}: [Errno {number}] {reason}\n");
        sys.getattr("stderr")?.call_method1("write", (message,))?;
        Err(PySystemExit::new_err(2))
    }

    fn set_arguments(&self, first: &OsStr, rest: &[OsString]) -> PyResult<()> {
        let arguments = std::iter::once(first).chain(rest.iter().map(OsString::as_os_str));
        let arguments = PyList::new(self.py, arguments.collect::<Vec<_>>())?;
        self.py.import("sys")?.setattr("argv", arguments)
    }

    fn search_first(&self, folder: Bound<'py, PyAny>) -> PyResult<()> {
        let path = self.py.import("sys")?.getattr("path")?;
        path.call_method1("insert", (0, folder)).map(drop)
    }
}

/// A `__main__` as the interpreter makes it at its start, in the same order.
fn fresh_main<'py>(py: Python<'py>, runtime: &CPython) -> PyResult<Bound<'py, PyModule>> {
    let main = PyModule::new(py, "__main__")?;
    let globals = main.dict();
    let built_in = py.import("_frozen_importlib")?.getattr("BuiltinImporter")?;
    globals.set_item("__loader__", built_in)?;
    if runtime.0.facts.version.1 < LAZY_ANNOTATIONS_MINOR {
        globals.set_item("__annotations__", PyDict::new(py))?;
    }
    globals.set_item("__builtins__", py.import("builtins")?)?;
    runtime.0.known.modules.bind(py).set_item("__main__", &main)?;
    Ok(main)
}

/// Does this interpreter leave `sys.path[0]` alone (`-P`, `-I`, `PYTHONSAFEPATH`)?
fn safe_path(py: Python<'_>) -> PyResult<bool> {
    let flags = py.import("sys")?.getattr("flags")?;
    let set = |name: &str| flags.getattr(name).is_ok_and(|flag| flag.is_truthy().unwrap_or(false));
    Ok(set("safe_path") || set("isolated"))
}

/// The current folder and the path, joined as CPython joins them: `.` and `..` stay.
fn absolute(path: &Path) -> PathBuf {
    let folder = std::env::current_dir().unwrap_or_default();
    // Not `Path::join`, whose components lose a leading `./`.
    if path.is_absolute() {
        return path.to_owned();
    }
    let mut joined = folder.into_os_string();
    joined.push(std::path::MAIN_SEPARATOR_STR);
    joined.push(path);
    joined.into()
}

/// `sys.stderr.flush()`, `sys.stdout.flush()`; errors are the finalizer's to report.
fn flush_output(py: Python<'_>) {
    for stream in ["stderr", "stdout"] {
        let _ = py
            .import("sys")
            .and_then(|sys| sys.getattr(stream)?.call_method0("flush"));
    }
}

/// Prints an uncaught exception as the interpreter does, and remembers it for `pdb.pm()`. `SystemExit` is printed, too.
fn print(py: Python<'_>, error: &PyErr) {
    if error.is_instance_of::<PySystemExit>(py) {
        // `PyErr_PrintEx` would end the process.
        let shown = (error.get_type(py), error.value(py), error.traceback(py));
        let hook = py.import("sys").and_then(|sys| sys.getattr("excepthook"));
        let _ = hook.and_then(|hook| hook.call1(shown));
        return;
    }
    error.clone_ref(py).restore(py);
    // SAFETY: attached, and the error indicator was set above.
    unsafe { ffi::PyErr_PrintEx(1) };
}

/// Prints an uncaught exception as the interpreter does, and turns it into what the launcher lets through.
fn finish(py: Python<'_>, ran: PyResult<()>) -> PyResult<()> {
    let Err(error) = ran else {
        return Ok(());
    };
    // The top of the process handles it as for any program.
    if error.is_instance_of::<PySystemExit>(py) {
        return Err(error);
    }
    let interrupted = error.is_instance_of::<PyKeyboardInterrupt>(py);
    print(py, &error);
    if !interrupted {
        return Err(PySystemExit::new_err(1));
    }
    // CPython dies by SIGINT after finalization if it sees the exception itself. It has been printed: nothing more is.
    let quiet = |_: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| ();
    let quiet = PyCFunction::new_closure(py, Some(c"printed_already"), None, quiet)?;
    py.import("sys")?.setattr("excepthook", quiet)?;
    Err(error)
}
