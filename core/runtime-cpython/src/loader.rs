//! Remembers what modules were loaded from: after a save the old text is gone from disk.
//!
//! `SourceFileLoader.get_code` is wrapped by a Python function that is compiled under the file name of the import
//! system, so that CPython trims its frame from tracebacks like its own. A second finder or an audit hook would cost every
//! import, or every `exec`, far more than the microsecond that this costs a module that nobody wants.
//!
//! Loaders that never call `get_code` (pytest's rewriter) are not seen; [`register_loaded`] finds their modules later.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use jurigged_runtime::{LoadSink, LoadedModule};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCFunction, PyDict, PyString, PyTuple};

use crate::reloading;
use crate::runtime::CPython;

/// The import system's own implementation, always loaded under this name.
const IMPORT_SYSTEM: &str = "_frozen_importlib_external";

const WRAPPER: &str = "
def get_code(self, fullname):
    before = begin(self)
    code = original(self, fullname)
    if before is None:
        return code
    return end(self, fullname, code, before)
";

/// A `.pyc` that was written this much before the last change of its source is older than the source, whatever the whole
/// seconds in it say. Covers the granularity of file times.
const CLOCK_SLACK: Duration = Duration::from_millis(2);

/// Set by [`expect_main`]: the next `get_code` that `runpy` asks for is `__main__`'s.
static MAIN_EXPECTED: AtomicBool = AtomicBool::new(false);

/// The installed hook.
pub struct LoaderHook {
    loader: Py<PyAny>,
    wrapper: Py<PyAny>,
}

impl LoaderHook {
    /// Takes the hook out again, unless somebody wrapped it since.
    ///
    /// # Errors
    /// When the class of the loader cannot be changed.
    pub fn remove(&self, py: Python<'_>) -> PyResult<()> {
        let loader = self.loader.bind(py);
        if loader.getattr("get_code")?.is(self.wrapper.bind(py)) {
            loader.delattr("get_code")?;
        }
        Ok(())
    }
}

/// The next `get_code` that `runpy` asks for is that of the program, not of a module of that name.
pub(crate) fn expect_main() {
    MAIN_EXPECTED.store(true, Ordering::SeqCst);
}

/// Tells `sink` of every module that is loaded from a source file that it wants, from now on.
///
/// # Errors
/// When the import system is not as expected; nothing was changed then.
pub fn install_loader_hook(py: Python<'_>, sink: Arc<dyn LoadSink>) -> PyResult<LoaderHook> {
    let import_system = py.import(IMPORT_SYSTEM)?;
    let loader = import_system.getattr("SourceFileLoader")?;
    let original = loader.getattr("get_code")?;
    let file = original.getattr("__code__")?.getattr("co_filename")?;
    let namespace = PyDict::new(py);
    for name in ["__name__", "__package__", "__builtins__"] {
        namespace.set_item(name, import_system.getattr(name).ok())?;
    }
    namespace.set_item("__builtins__", py.import("builtins")?)?;
    namespace.set_item("original", &original)?;
    let wants = sink.clone();
    let begin = move |arguments: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| begin(&*wants, arguments);
    namespace.set_item("begin", PyCFunction::new_closure(py, Some(c"begin"), None, begin)?)?;
    let end = move |arguments: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| end(&*sink, arguments);
    namespace.set_item("end", PyCFunction::new_closure(py, Some(c"end"), None, end)?)?;
    let builtins = py.import("builtins")?;
    let code = builtins.call_method1("compile", (WRAPPER, file, "exec", 0, true))?;
    builtins.call_method1("exec", (code, &namespace))?;
    let wrapper = namespace.as_any().get_item("get_code")?;
    for name in ["__doc__", "__qualname__", "__module__"] {
        wrapper.setattr(name, original.getattr(name)?)?;
    }
    loader.setattr("get_code", &wrapper)?;
    Ok(LoaderHook {
        loader: loader.unbind(),
        wrapper: wrapper.unbind(),
    })
}

/// Tells `sink` of the modules that are loaded already: those with a source file that it wants. Their code objects are
/// unknown, and the file is taken to be what was loaded. Unreadable files are left out.
///
/// # Errors
/// When `sys.modules` cannot be read.
pub fn register_loaded(py: Python<'_>, sink: &dyn LoadSink) -> PyResult<()> {
    let modules = py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?;
    for (name, module) in modules.copy()?.iter() {
        let Ok(name) = name.extract::<String>() else {
            continue;
        };
        // The dict, not `getattr`: a lazy module would load itself.
        let file = module
            .cast::<PyModule>()
            .ok()
            .and_then(|module| module.dict().get_item("__file__").ok()?);
        let Some(file) = file.and_then(|file| file.extract::<PathBuf>().ok()) else {
            continue;
        };
        let is_source = file
            .extension()
            .is_some_and(|extension| extension != "pyc" && extension != "so");
        if is_source
            && sink.wants(&file)
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

/// Before the import system looks at the file: `None` where nobody wants it, else what identifies its content.
fn begin<'py>(sink: &dyn LoadSink, arguments: &Bound<'py, PyTuple>) -> PyResult<Option<(u128, u64)>> {
    let path = arguments.get_item(0)?.getattr(pyo3::intern!(arguments.py(), "path"));
    // A loader of somebody's own may have no path, or one that is no text.
    let Ok(Ok(path)) = path.map(|path| path.extract::<PathBuf>()) else {
        return Ok(None);
    };
    if !sink.wants(&path) {
        return Ok(None);
    }
    Ok(Some(
        Stamp::of(&path).map_or((0, 0), |stamp| (nanoseconds(stamp.modified), stamp.size)),
    ))
}

/// After the import system has given the code: reads the file, makes sure that both belong together, and reports.
fn end(sink: &dyn LoadSink, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let py = arguments.py();
    let (loader, name, code) = (arguments.get_item(0)?, arguments.get_item(1)?, arguments.get_item(2)?);
    let before: (u128, u64) = arguments.get_item(3)?.extract()?;
    let path = loader.getattr("path")?;
    let (Ok(name), Ok(file)) = (name.extract::<String>(), path.extract::<PathBuf>()) else {
        return Ok(code.unbind());
    };
    let (Ok(source), Some(after)) = (std::fs::read(&file), Stamp::of(&file)) else {
        return Ok(code.unbind());
    };
    let changed_meanwhile = before != (nanoseconds(after.modified), after.size);
    let code = if changed_meanwhile || stale_cache(py, &path, after.modified) {
        let arguments = (PyBytes::new(py, &source), &path);
        // Where the new text does not compile, the module runs what the import system found.
        loader.call_method1("source_to_code", arguments).unwrap_or(code)
    } else {
        code
    };
    let name = if MAIN_EXPECTED.load(Ordering::SeqCst) && asked_by_runpy(py) {
        MAIN_EXPECTED.store(false, Ordering::SeqCst);
        "__main__".to_owned()
    } else {
        name
    };
    let file = code
        .getattr("co_filename")
        .and_then(|file| file.extract::<PathBuf>())
        .unwrap_or(file);
    let code = reloading::prepared(code, &source);
    sink.loaded(LoadedModule {
        name,
        file,
        source,
        code: Some(CPython::pin_object(&code)),
    });
    Ok(code.unbind())
}

/// What a file looked like from outside.
struct Stamp {
    modified: SystemTime,
    size: u64,
}

impl Stamp {
    fn of(file: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(file).ok()?;
        Some(Self {
            modified: metadata.modified().ok()?,
            size: metadata.len(),
        })
    }
}

fn nanoseconds(time: SystemTime) -> u128 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos())
}

/// Was the source saved again in the second that its `.pyc` is good for? Plain Python then runs the old text.
fn stale_cache(py: Python<'_>, path: &Bound<'_, PyAny>, modified: SystemTime) -> bool {
    let cache = || -> PyResult<PathBuf> {
        py.import(IMPORT_SYSTEM)?
            .call_method1("cache_from_source", (path,))?
            .extract()
    };
    let written = cache()
        .ok()
        .and_then(|cache| Some((Stamp::of(&cache)?.modified, cache)));
    let Some((written, cache)) = written.filter(|(written, _)| modified + CLOCK_SLACK >= *written) else {
        return false;
    };
    let _ = written;
    // Bytes 4 to 8 of the header (PEP 552) are flags, 0 for a cache that is checked by time; then seconds of the source.
    let mut header = [0; 12];
    let read = std::fs::File::open(cache).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut header));
    let seconds = (nanoseconds(modified) / 1_000_000_000) as u32;
    read.is_ok() && header[4..8] == [0; 4] && header[8..12] == seconds.to_le_bytes()
}

/// Is the wrapper's caller `runpy`, about to run a module as `__main__`?
fn asked_by_runpy(py: Python<'_>) -> bool {
    let caller = || -> PyResult<String> {
        // SAFETY: attached; a borrowed reference to the frame of the wrapper, or null.
        let frame = unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PyEval_GetFrame().cast()) };
        let caller = frame.map(|frame| frame.getattr("f_back")).transpose()?;
        let globals = caller.map(|caller| caller.getattr("f_globals")).transpose()?;
        globals.map_or(Ok(String::new()), |globals| globals.get_item("__name__")?.extract())
    };
    caller().is_ok_and(|name| name == "runpy")
}

impl CPython {
    /// The code object and the text of a script that is run as `__main__`, for the sink.
    pub(crate) fn loaded_main(code: &Bound<'_, PyAny>, file: PathBuf, source: Vec<u8>) -> LoadedModule {
        LoadedModule {
            name: "__main__".to_owned(),
            file,
            source,
            code: Some(Self::pin_object(code)),
        }
    }
}

/// The text of a path as Python sees it, undecodable bytes as surrogates.
pub(crate) fn path_text<'py>(py: Python<'py>, path: &Path) -> PyResult<Bound<'py, PyString>> {
    Ok(path.as_os_str().into_pyobject(py)?)
}
