//! The C API that the limited API leaves out although every CPython exports it, found by name at run time.
//!
//! One abi3 build serves CPython 3.9 and later; what is missing in a version is `None` and has a slower way around it.

use std::ffi::{c_int, c_void};

use pyo3::ffi::{PyObject, PyTypeObject};

use crate::RuntimeStartError;

/// Visits one object; returns 1 to go on.
pub(crate) type VisitObject = unsafe extern "C" fn(*mut PyObject, *mut c_void) -> c_int;

/// Functions of the running `libpython`. All of them need the thread attached.
///
/// Those that run user code are `C-unwind`: up to 3.13 a thread that wants the GIL back while the interpreter finalizes
/// is ended by `pthread_exit`, which unwinds; see [`crate::unwind`].
#[derive(Clone, Copy)]
pub(crate) struct Native {
    /// `PyFunction_Type`.
    pub function_type: *mut PyTypeObject,
    /// Borrowed `__code__` of an exact function.
    pub function_code: unsafe extern "C" fn(*mut PyObject) -> *mut PyObject,
    /// Sets `__closure__` without looking at the code object; takes a tuple or `None`.
    pub set_closure: Option<unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> c_int>,
    /// Sets `__defaults__` without an audit event.
    pub set_defaults: Option<unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> c_int>,
    /// Sets `__kwdefaults__` without an audit event.
    pub set_kw_defaults: Option<unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> c_int>,
    /// `PyUnstable_GC_VisitObjects`, 3.12 and later: the heap without a list of it.
    pub visit_objects: Option<unsafe extern "C" fn(VisitObject, *mut c_void)>,
    /// The instance's own dict; `AttributeError` where there is none.
    pub instance_dict: unsafe extern "C" fn(*mut PyObject, *mut c_void) -> *mut PyObject,
    /// `exec` of a code object.
    pub eval_code: unsafe extern "C-unwind" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject,
    /// A call with a tuple of arguments.
    pub call_object: unsafe extern "C-unwind" fn(*mut PyObject, *mut PyObject) -> *mut PyObject,
    /// Is the interpreter finalizing? `_Py_IsFinalizing` up to 3.12, `Py_IsFinalizing` from 3.13 on.
    pub is_finalizing: Option<unsafe extern "C" fn() -> c_int>,
    /// Runs a file as the interpreter itself does, for its exact error messages.
    pub run_file: Option<RunFile>,
}

/// `PyRun_FileExFlags(fp, filename, start, globals, locals, closeit, flags)`.
pub(crate) type RunFile = unsafe extern "C-unwind" fn(
    *mut c_void,
    *const std::ffi::c_char,
    c_int,
    *mut PyObject,
    *mut PyObject,
    c_int,
    *mut c_void,
) -> *mut PyObject;

// SAFETY: addresses of functions and of a static type; calling them is unsafe by itself.
unsafe impl Send for Native {}
// SAFETY: as above.
unsafe impl Sync for Native {}

impl Native {
    /// Looks all names up in the interpreter that loaded this library.
    ///
    /// # Errors
    /// [`RuntimeStartError::Symbol`] when a name that every supported version exports is missing.
    pub fn load(minor: u8) -> Result<Self, RuntimeStartError> {
        let library = Symbols::of_interpreter(minor)?;
        // SAFETY: each name is given the type that CPython's headers give it (cpython/funcobject.h, cpython/objimpl.h,
        // cpython/pylifecycle.h, cpython/pythonrun.h, object.h, ceval.h).
        unsafe {
            Ok(Self {
                function_type: library.required("PyFunction_Type")?,
                function_code: library.required("PyFunction_GetCode")?,
                set_closure: library.optional("PyFunction_SetClosure"),
                set_defaults: library.optional("PyFunction_SetDefaults"),
                set_kw_defaults: library.optional("PyFunction_SetKwDefaults"),
                visit_objects: library.optional("PyUnstable_GC_VisitObjects"),
                instance_dict: library.required("PyObject_GenericGetDict")?,
                eval_code: library.required("PyEval_EvalCode")?,
                call_object: library.required("PyObject_CallObject")?,
                is_finalizing: library
                    .optional("Py_IsFinalizing")
                    .or_else(|| library.optional("_Py_IsFinalizing")),
                run_file: library.optional("PyRun_FileExFlags"),
            })
        }
    }

    /// Is the interpreter on its way out? False where it cannot say.
    pub fn finalizing(&self) -> bool {
        // SAFETY: documented as callable from any thread, attached or not.
        self.is_finalizing.is_some_and(|ask| unsafe { ask() } != 0)
    }
}

/// The symbols of the running interpreter.
struct Symbols(
    #[cfg(unix)] libloading::os::unix::Library,
    #[cfg(windows)] libloading::os::windows::Library,
);

impl Symbols {
    #[cfg(unix)]
    fn of_interpreter(_minor: u8) -> Result<Self, RuntimeStartError> {
        Ok(Self(libloading::os::unix::Library::this()))
    }

    #[cfg(windows)]
    fn of_interpreter(minor: u8) -> Result<Self, RuntimeStartError> {
        let name = format!("python3{minor}.dll");
        libloading::os::windows::Library::open_already_loaded(&name)
            .map(Self)
            .map_err(|_| RuntimeStartError::Symbol { name })
    }

    /// # Safety
    /// `T` is a pointer type that fits the symbol.
    unsafe fn optional<T: Copy>(&self, name: &str) -> Option<T> {
        const { assert!(size_of::<T>() == size_of::<*mut c_void>()) };
        // SAFETY: the caller vouches for the type; the interpreter is never unloaded.
        let symbol = unsafe { self.0.get::<T>(name.as_bytes()) }.ok()?;
        Some(*symbol)
    }

    /// # Safety
    /// As for [`optional`](Self::optional).
    unsafe fn required<T: Copy>(&self, name: &str) -> Result<T, RuntimeStartError> {
        // SAFETY: passed on.
        unsafe { self.optional(name) }.ok_or_else(|| RuntimeStartError::Symbol { name: name.to_owned() })
    }
}
