//! An extension module that lets the scripts in `tests/scripts` drive the runtime from Python.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use jurigged_runtime::{
    CommitError, CompileUnit, Handle, Interpreter, LoadSink, LoadedModule, RunningKind, Runtime, RuntimeError,
    SoughtCode, Swap,
};
use jurigged_runtime_cpython::CPython;
use jurigged_runtime_cpython::loader::{LoaderHook, install_loader_hook, register_loaded};
use jurigged_runtime_cpython::process::{ProcessHooks, install_process_hooks};
use jurigged_runtime_cpython::program::{Program, remove_launcher_path, run};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

static RUNTIME: OnceLock<CPython> = OnceLock::new();
static SINK: OnceLock<Arc<Sink>> = OnceLock::new();
static HOOK: Mutex<Option<LoaderHook>> = Mutex::new(None);
static FORKED: AtomicUsize = AtomicUsize::new(0);
static ATTACHING: AtomicUsize = AtomicUsize::new(0);
static STOPPED: AtomicUsize = AtomicUsize::new(0);

type Object<'py> = Bound<'py, PyAny>;

fn runtime() -> &'static CPython {
    RUNTIME.get().expect("set when the module is imported")
}

/// Attaches and gives the answer as an owned Python object, or raises.
fn attached<T>(mut work: impl FnMut(&dyn Interpreter) -> Result<T, String>) -> PyResult<T> {
    let mut answer = None;
    let attached = runtime().attach(&mut |interpreter| answer = Some(work(interpreter)));
    attached.map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    answer.expect("work was called").map_err(PyRuntimeError::new_err)
}

fn handle(interpreter: &dyn Interpreter, object: &Object<'_>) -> Handle {
    interpreter.pinned(&CPython::pin_object(object))
}

fn object(interpreter: &dyn Interpreter, handle: Handle) -> Py<PyAny> {
    Python::attach(|py| {
        let pinned = CPython::pinned_object(py, &interpreter.pin(handle));
        pinned.expect("a pin of this runtime").unbind()
    })
}

fn objects(interpreter: &dyn Interpreter, handles: &[Handle]) -> Vec<Py<PyAny>> {
    handles.iter().map(|handle| object(interpreter, *handle)).collect()
}

fn text(error: RuntimeError) -> String {
    match error {
        RuntimeError::Python(error) => format!(
            "{error} at {:?}:{:?}:{:?}\n{}",
            error.file, error.line, error.column, error.traceback
        ),
        other => other.to_string(),
    }
}

/// `holders([([known functions], known references)])`: the code of each group is that of its first function.
/// Functions and conforming objects by code object, and the passes over the heap.
type Holders = (Vec<Vec<Py<PyAny>>>, Vec<Vec<Py<PyAny>>>, u32);

/// Name, file, bytes and code object of a module.
type Loaded = (String, PathBuf, Vec<u8>, Option<Py<PyAny>>);

#[pyfunction]
fn holders(groups: Vec<(Vec<Object<'_>>, usize)>) -> PyResult<Holders> {
    attached(|interpreter| {
        let sought: Vec<_> = groups
            .iter()
            .map(|(functions, known_references)| {
                let functions: Vec<_> = functions.iter().map(|function| handle(interpreter, function)).collect();
                let code = interpreter.attribute(functions[0], "__code__").map_err(text)?;
                Ok(SoughtCode {
                    code: code.expect("a function has code"),
                    known_functions: functions,
                    known_references: *known_references,
                })
            })
            .collect::<Result<_, String>>()?;
        let found = interpreter.find_holders(&sought);
        let lists = |lists: &[Vec<Handle>]| lists.iter().map(|list| objects(interpreter, list)).collect();
        Ok((lists(&found.functions), lists(&found.conforming), found.heap_passes))
    })
}

/// The code objects of functions.
fn codes_of(interpreter: &dyn Interpreter, functions: &[Object<'_>]) -> Result<Vec<Handle>, String> {
    let code = |function| interpreter.attribute(handle(interpreter, function), "__code__");
    let codes: Result<Vec<_>, _> = functions.iter().map(code).collect();
    Ok(codes.map_err(text)?.into_iter().flatten().collect())
}

/// Objects by name.
type Named = Vec<(String, Py<PyAny>)>;

/// `running_variables([functions])`: (index, [(variable, cell)], [(variable, value)]) of the activations of their codes.
#[pyfunction]
fn running_variables(functions: Vec<Object<'_>>) -> PyResult<Vec<(usize, Named, Named)>> {
    attached(|interpreter| {
        let running = interpreter
            .running_variables(&codes_of(interpreter, &functions)?)
            .into_iter();
        let cells = |cells: Vec<(String, Handle)>| {
            let cells = cells.into_iter();
            cells.map(|(name, cell)| (name, object(interpreter, cell))).collect()
        };
        Ok(running.map(|it| (it.code, cells(it.cells), cells(it.locals))).collect())
    })
}

/// `running([functions], after_holders)`: (index, kind, line, innermost) of the activations of their codes.
#[pyfunction]
fn running(functions: Vec<Object<'_>>) -> PyResult<Vec<(usize, &'static str, u32, bool)>> {
    attached(|interpreter| {
        let codes = codes_of(interpreter, &functions)?;
        let first = interpreter.running(&codes);
        // Right after looking for holders the answer comes without a pass of its own, and must be the same.
        let sought: Vec<_> = codes
            .iter()
            .map(|code| SoughtCode {
                code: *code,
                known_functions: Vec::new(),
                known_references: 0,
            })
            .collect();
        interpreter.find_holders(&sought);
        let second = interpreter.running(&codes);
        if format!("{first:?}") != format!("{second:?}") {
            return Err(format!("{first:?} is not {second:?}"));
        }
        let kind = |kind| match kind {
            RunningKind::Frame => "frame",
            RunningKind::Suspended => "suspended",
        };
        Ok(first
            .into_iter()
            .map(|r| (r.code, kind(r.kind), r.line, r.is_innermost))
            .collect())
    })
}

/// One swap as a tuple; `...` stands for an absent value.
fn swap(interpreter: &dyn Interpreter, tuple: &Object<'_>) -> PyResult<Swap> {
    let tuple = tuple.cast::<PyTuple>()?;
    let at = |index: usize| tuple.get_item(index);
    let plain = |index: usize| at(index).map(|object| handle(interpreter, &object));
    let optional = |index: usize| {
        let value = at(index)?;
        Ok::<_, PyErr>((!value.is(value.py().Ellipsis())).then(|| handle(interpreter, &value)))
    };
    let name = || at(2)?.extract::<String>();
    let kind: String = at(0)?.extract()?;
    Ok(match kind.as_str() {
        "code" => Swap::Code {
            function: plain(1)?,
            expected: plain(2)?,
            new: plain(3)?,
        },
        "closure" => Swap::Closure {
            function: plain(1)?,
            expected: optional(2)?,
            new: optional(3)?,
        },
        "attribute" => Swap::Attribute {
            object: plain(1)?,
            name: name()?,
            expected: optional(3)?,
            new: optional(4)?,
        },
        "class" => Swap::ClassAttribute {
            class: plain(1)?,
            name: name()?,
            expected: optional(3)?,
            new: optional(4)?,
        },
        "entry" => Swap::Entry {
            dict: plain(1)?,
            name: name()?,
            expected: optional(3)?,
            new: optional(4)?,
        },
        "item" => Swap::Item {
            container: plain(1)?,
            key: plain(2)?,
            expected: optional(3)?,
            new: optional(4)?,
        },
        "cell" => Swap::Cell {
            cell: plain(1)?,
            expected: optional(2)?,
            new: optional(3)?,
        },
        "constant" => Swap::Constant {
            code: plain(1)?,
            index: at(2)?.extract()?,
            expected: plain(3)?,
            new: plain(4)?,
        },
        "line" => Swap::FirstLine {
            code: plain(1)?,
            expected: at(2)?.extract()?,
            new: at(3)?.extract()?,
        },
        other => return Err(PyRuntimeError::new_err(format!("no swap {other}"))),
    })
}

fn swaps(interpreter: &dyn Interpreter, tuples: &[Object<'_>]) -> Result<Vec<Swap>, String> {
    let swaps = tuples.iter().map(|tuple| swap(interpreter, tuple));
    swaps.collect::<PyResult<_>>().map_err(|error| error.to_string())
}

/// `commit(swaps, fault)`: `None`, or (what, index, kind, message).
#[pyfunction]
#[pyo3(signature = (tuples, fault=None))]
fn commit(tuples: Vec<Object<'_>>, fault: Option<usize>) -> PyResult<Option<(&'static str, usize, String)>> {
    attached(|interpreter| {
        let swaps = swaps(interpreter, &tuples)?;
        Ok(match interpreter.commit(&swaps, fault) {
            Ok(()) => None,
            Err(CommitError::Changed { index }) => Some(("changed", index, String::new())),
            Err(CommitError::Injected { index }) => Some(("injected", index, String::new())),
            Err(CommitError::Refused { index, source }) => Some(("refused", index, source.to_string())),
        })
    })
}

/// Commits and takes all back in the same attachment.
#[pyfunction]
fn commit_and_undo(tuples: Vec<Object<'_>>, between: Object<'_>) -> PyResult<()> {
    attached(|interpreter| {
        let swaps = swaps(interpreter, &tuples)?;
        interpreter.commit(&swaps, None).map_err(|error| error.to_string())?;
        interpreter.call(handle(interpreter, &between), &[]).map_err(text)?;
        interpreter.undo(&swaps);
        Ok(())
    })
}

/// Swaps the code of a function between two others' from a native thread, `times` times; gives the seconds it took.
#[pyfunction]
fn swap_in_thread(py: Python<'_>, function: Object<'_>, others: Vec<Object<'_>>, times: usize) -> PyResult<f64> {
    let function = CPython::pin_object(&function);
    let others: Vec<_> = others.iter().map(CPython::pin_object).collect();
    let work = move || {
        let start = std::time::Instant::now();
        for round in 0..times {
            let mut failed = None;
            let attached = runtime().attach(&mut |interpreter| {
                let function = interpreter.pinned(&function);
                let expected = interpreter.attribute(function, "__code__");
                let new = interpreter.attribute(interpreter.pinned(&others[round % others.len()]), "__code__");
                let (Ok(Some(expected)), Ok(Some(new))) = (expected, new) else {
                    failed = Some("no code".to_owned());
                    return;
                };
                let swaps = [Swap::Code {
                    function,
                    expected,
                    new,
                }];
                failed = interpreter.commit(&swaps, None).err().map(|error| error.to_string());
            });
            if let Some(error) = attached.err().map(|error| error.to_string()).or(failed) {
                return Err(error);
            }
        }
        Ok(start.elapsed().as_secs_f64())
    };
    let done = py.detach(|| std::thread::spawn(work).join().expect("the thread does not panic"));
    done.map_err(PyRuntimeError::new_err)
}

#[pyfunction]
#[pyo3(signature = (source, file, flags=0, first_line=1))]
fn compile(source: &str, file: &str, flags: u32, first_line: u32) -> PyResult<Py<PyAny>> {
    attached(|interpreter| {
        let unit = CompileUnit {
            source,
            file,
            flags,
            first_line,
        };
        Ok(object(interpreter, interpreter.compile(&unit).map_err(text)?))
    })
}

#[pyfunction]
fn execute(code: Object<'_>, globals: Object<'_>) -> PyResult<()> {
    attached(|interpreter| {
        let (code, globals) = (handle(interpreter, &code), handle(interpreter, &globals));
        interpreter.execute(code, globals, globals).map_err(text)
    })
}

#[pyfunction]
fn codes_of_files(files: Vec<String>) -> PyResult<Vec<Vec<Py<PyAny>>>> {
    attached(|interpreter| {
        let found = interpreter.codes_of_files(&files);
        Ok(found.iter().map(|codes| objects(interpreter, codes)).collect())
    })
}

#[pyfunction]
fn instances(class: Object<'_>) -> PyResult<Vec<Py<PyAny>>> {
    attached(|interpreter| {
        let found = interpreter.instances(handle(interpreter, &class));
        Ok(objects(interpreter, &found))
    })
}

/// What the reading methods say of an object: kind, class names, own dict, text, integer, repr.
#[pyfunction]
#[allow(clippy::type_complexity, reason = "a tuple is all that the scripts need")]
fn look(
    thing: Object<'_>,
) -> PyResult<(
    String,
    Vec<String>,
    Option<Py<PyAny>>,
    Option<String>,
    Option<i64>,
    String,
)> {
    attached(|interpreter| {
        let thing = handle(interpreter, &thing);
        let namespace = interpreter.namespace(thing).map(|dict| object(interpreter, dict));
        assert!(interpreter.same(thing, thing), "a handle is itself");
        Ok((
            format!("{:?}", interpreter.kind(thing)),
            interpreter.class_names(thing),
            namespace,
            interpreter.text(thing),
            interpreter.integer(thing),
            interpreter.repr(thing),
        ))
    })
}

/// Does a handle of an earlier attachment stay without an object?
#[pyfunction]
fn stale_handle_is_gone(thing: Object<'_>) -> PyResult<bool> {
    let kept = attached(|interpreter| Ok(handle(interpreter, &thing)))?;
    attached(|interpreter| {
        let gone = matches!(interpreter.attribute(kept, "x"), Err(RuntimeError::Gone(of)) if of == kept);
        Ok(gone && interpreter.namespace(kept).is_none() && !interpreter.same(kept, kept))
    })
}

struct Sink {
    folder: PathBuf,
    loaded: Mutex<Vec<LoadedModule>>,
}

impl LoadSink for Sink {
    fn wants(&self, file: &Path) -> bool {
        file.starts_with(&self.folder)
    }

    fn loaded(&self, module: LoadedModule) {
        self.loaded.lock().expect("no panic while it is held").push(module);
    }
}

#[pyfunction]
fn install_hook(py: Python<'_>, folder: PathBuf) -> PyResult<()> {
    let sink = SINK.get_or_init(|| {
        Arc::new(Sink {
            folder,
            loaded: Mutex::default(),
        })
    });
    *HOOK.lock().expect("no panic while it is held") = Some(install_loader_hook(py, sink.clone())?);
    Ok(())
}

#[pyfunction]
fn remove_hook(py: Python<'_>) -> PyResult<()> {
    let hook = HOOK.lock().expect("no panic while it is held").take();
    hook.map_or(Ok(()), |hook| hook.remove(py))
}

#[pyfunction]
fn register(py: Python<'_>) -> PyResult<()> {
    register_loaded(py, &**SINK.get().expect("install_hook was called"))
}

/// (name, file, source, code) of all modules that the sink was told of.
#[pyfunction]
fn loaded(py: Python<'_>) -> Vec<Loaded> {
    let modules = SINK.get().expect("install_hook was called").loaded.lock();
    let code = |module: &LoadedModule| Some(CPython::pinned_object(py, module.code.as_ref()?)?.unbind());
    modules
        .expect("no panic while it is held")
        .iter()
        .map(|module| {
            (
                module.name.clone(),
                module.file.clone(),
                module.source.clone(),
                code(module),
            )
        })
        .collect()
}

/// Runs a program as the launcher does; the rest of the arguments are the program's.
#[pyfunction]
fn run_program(py: Python<'_>, target: OsString, is_module: bool, arguments: Vec<OsString>) -> PyResult<()> {
    remove_launcher_path(py)?;
    let program = if is_module {
        Program::Module {
            name: target.to_string_lossy().into_owned(),
            arguments,
        }
    } else {
        Program::Script {
            path: target.into(),
            arguments,
        }
    };
    run(
        py,
        runtime(),
        &program,
        SINK.get().map(|sink| &**sink as &dyn LoadSink),
        None,
    )
}

struct CountingHooks;

impl ProcessHooks for CountingHooks {
    fn threads(&self) -> usize {
        ATTACHING.load(Ordering::SeqCst)
    }

    fn after_fork_child(&self) {
        ATTACHING.store(0, Ordering::SeqCst);
        FORKED.fetch_add(1, Ordering::SeqCst);
    }

    fn stopping(&self) {
        STOPPED.fetch_add(1, Ordering::SeqCst);
    }
}

#[pyfunction]
fn install_hooks(py: Python<'_>) -> PyResult<()> {
    install_process_hooks(py, runtime(), Arc::new(CountingHooks))
}

#[pyfunction]
fn forked() -> usize {
    FORKED.load(Ordering::SeqCst)
}

/// Attaches and commits in a loop, from a thread that nobody ends.
#[pyfunction]
fn attach_for_ever(function: Object<'_>, others: Vec<Object<'_>>, calls: Object<'_>) {
    let pin = CPython::pin_object(&function);
    let others: Vec<_> = others.iter().map(CPython::pin_object).collect();
    let calls = CPython::pin_object(&calls);
    ATTACHING.fetch_add(1, Ordering::SeqCst);
    std::thread::spawn(move || {
        for round in 0.. {
            let attached = runtime().attach(&mut |interpreter| {
                let function = interpreter.pinned(&pin);
                let code = |function| {
                    interpreter
                        .attribute(function, "__code__")
                        .expect("a function")
                        .expect("has code")
                };
                let swap = Swap::Code {
                    function,
                    expected: code(function),
                    new: code(interpreter.pinned(&others[round % others.len()])),
                };
                interpreter.commit(&[swap], None).expect("nobody else swaps");
                interpreter
                    .call(interpreter.pinned(&calls), &[])
                    .expect("the script's function returns");
            });
            if attached.is_err() {
                // The interpreter is gone: nothing of Python may be touched, dropping a pin included.
                std::thread::park();
            }
        }
    });
}

#[pymodule]
fn runtime_driver(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let created = CPython::new(module.py()).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    let _ = RUNTIME.set(created);
    module.add("facts", format!("{:?}", runtime().facts()))?;
    let functions = PyList::new(
        module.py(),
        [
            wrap_pyfunction!(holders, module)?,
            wrap_pyfunction!(running, module)?,
            wrap_pyfunction!(running_variables, module)?,
            wrap_pyfunction!(commit, module)?,
            wrap_pyfunction!(commit_and_undo, module)?,
            wrap_pyfunction!(swap_in_thread, module)?,
            wrap_pyfunction!(compile, module)?,
            wrap_pyfunction!(execute, module)?,
            wrap_pyfunction!(codes_of_files, module)?,
            wrap_pyfunction!(instances, module)?,
            wrap_pyfunction!(look, module)?,
            wrap_pyfunction!(stale_handle_is_gone, module)?,
            wrap_pyfunction!(install_hook, module)?,
            wrap_pyfunction!(remove_hook, module)?,
            wrap_pyfunction!(register, module)?,
            wrap_pyfunction!(loaded, module)?,
            wrap_pyfunction!(run_program, module)?,
            wrap_pyfunction!(install_hooks, module)?,
            wrap_pyfunction!(forked, module)?,
            wrap_pyfunction!(attach_for_ever, module)?,
        ],
    )?;
    for function in functions.iter() {
        module.add_function(function.cast_into()?)?;
    }
    Ok(())
}
