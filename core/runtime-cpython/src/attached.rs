//! [`Attached`]: the engine's view of Python during one attachment.

use std::cell::{Cell, OnceCell, RefCell};

use jurigged_runtime::{
    CommitError, CompileUnit, FoundHolders, FramePlace, Handle, Interpreter, Limiter, ObjectKind, Pin, Running,
    RunningVariables, RuntimeError, RuntimeFacts, SoughtCode, Swap,
};
use pyo3::exceptions::{PyAttributeError, PyKeyError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString, PyTuple, PyType};
use rustc_hash::FxHashMap;

use crate::errors::{describe, lossy};
use crate::running::SuspendedSeen;
use crate::runtime::Inner;
use crate::table::Table;
use crate::{commit, compile, holders, running, unwind};

/// Longest text that [`Interpreter::repr`] gives, in characters.
const REPR_LIMIT: usize = 200;

/// Attached to the interpreter, with the handles that were given out.
pub(crate) struct Attached<'py> {
    pub py: Python<'py>,
    pub inner: &'py Inner,
    table: RefCell<Table>,
    class_names: RefCell<FxHashMap<usize, Vec<String>>>,
    /// What the last heap pass saw, so that asking for running code right after it needs no second pass.
    pub suspended_seen: RefCell<SuspendedSeen<'py>>,
    /// Was anything replaced? Then replaced objects are kept until the GIL was released once.
    pub committed: Cell<bool>,
    limiter: OnceCell<Limiter>,
}

impl<'py> Attached<'py> {
    pub fn new<'i: 'py>(py: Python<'py>, inner: &'i Inner) -> Self {
        Self {
            py,
            inner,
            table: RefCell::new(Table::new()),
            class_names: RefCell::default(),
            suspended_seen: RefCell::default(),
            committed: Cell::new(false),
            limiter: OnceCell::new(),
        }
    }

    /// Drops the table. Replaced objects outlive one release of the GIL: another thread may have loaded one of them
    /// just before it was made to wait, and finalizers must not run between two swaps.
    pub fn finish(self) {
        if self.committed.get() {
            self.py.detach(|| ());
        }
    }

    /// The object of a handle.
    pub fn object(&self, handle: Handle) -> Result<Bound<'py, PyAny>, RuntimeError> {
        let table = self.table.borrow();
        let object = table.get(handle).ok_or(RuntimeError::Gone(handle))?;
        Ok(object.bind(self.py).clone())
    }

    /// The handle of an object.
    pub fn handle(&self, object: Bound<'_, PyAny>) -> Handle {
        self.table.borrow_mut().insert(object)
    }

    /// References to the object that the table owns.
    pub fn table_references(&self, object: *mut ffi::PyObject) -> usize {
        self.table.borrow().references_to(object)
    }

    /// An exception as the engine sees it.
    pub fn error(&self, error: &PyErr) -> RuntimeError {
        RuntimeError::Python(Box::new(describe(self.py, &self.inner.known, error)))
    }

    /// The object's own dict; see [`Interpreter::namespace`].
    pub fn own_dict(&self, object: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
        if object.is_instance_of::<PyType>() {
            return self.inner.known.of_class(&self.inner.known.type_dict, object).ok();
        }
        // SAFETY: attached, the object is alive; the second argument is unused (closure of a getter). A new reference or
        // null with an exception set. Modules and functions answer here too.
        unsafe {
            let dict = (self.inner.native.instance_dict)(object.as_ptr(), std::ptr::null_mut());
            Bound::from_owned_ptr_or_err(self.py, dict).ok()
        }
    }

    /// The value of a text key in a dict or mapping proxy.
    pub fn lookup(&self, mapping: &Bound<'py, PyAny>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let Ok(dict) = mapping.cast::<PyDict>() {
            return dict.get_item(name);
        }
        match mapping.get_item(name) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_instance_of::<PyKeyError>(self.py) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn handles(&self, objects: impl IntoIterator<Item = Bound<'py, PyAny>>) -> Vec<Handle> {
        objects.into_iter().map(|object| self.handle(object)).collect()
    }
}

impl Interpreter for Attached<'_> {
    fn facts(&self) -> &RuntimeFacts {
        &self.inner.facts
    }

    fn pin(&self, object: Handle) -> Pin {
        let object = self.object(object).map_or_else(|_| self.py.None(), Bound::unbind);
        Pin::new(object)
    }

    fn pinned(&self, pin: &Pin) -> Handle {
        let object = pin.reference::<Py<PyAny>>().map(|object| object.bind(self.py).clone());
        object.map_or(Handle(0), |object| self.handle(object))
    }

    fn attribute(&self, object: Handle, name: &str) -> Result<Option<Handle>, RuntimeError> {
        let value = match self.object(object)?.getattr(name) {
            Ok(value) => Some(value),
            Err(error) if error.is_instance_of::<PyAttributeError>(self.py) => None,
            Err(error) => return Err(self.error(&error)),
        };
        Ok(value.map(|value| self.handle(value)))
    }

    fn namespace(&self, object: Handle) -> Option<Handle> {
        Some(self.handle(self.own_dict(&self.object(object).ok()?)?))
    }

    fn entry(&self, mapping: Handle, name: &str) -> Option<Handle> {
        let mapping = self.object(mapping).ok()?;
        Some(self.handle(self.lookup(&mapping, name).ok()??))
    }

    fn entries(&self, mapping: Handle) -> Vec<(Handle, Handle)> {
        let dict = self.object(mapping).and_then(|mapping| {
            let mapping = match mapping.cast_into::<PyDict>() {
                Ok(dict) => return dict.copy().map_err(|error| self.error(&error)),
                Err(other) => other.into_inner(),
            };
            let copy = mapping.call_method0("copy").map_err(|error| self.error(&error))?;
            copy.cast_into::<PyDict>().map_err(|error| self.error(&error.into()))
        });
        let Ok(dict) = dict else {
            return Vec::new();
        };
        dict.iter()
            .map(|(key, value)| (self.handle(key), self.handle(value)))
            .collect()
    }

    fn items(&self, object: Handle) -> Result<Vec<Handle>, RuntimeError> {
        let object = self.object(object)?;
        let items: PyResult<Vec<_>> = match object.cast::<PyDict>() {
            Ok(dict) => Ok(dict.values().iter().collect()),
            Err(_) => object.try_iter().and_then(|items| items.collect()),
        };
        Ok(self.handles(items.map_err(|error| self.error(&error))?))
    }

    fn class_of(&self, object: Handle) -> Handle {
        let Ok(object) = self.object(object) else {
            return Handle(0);
        };
        self.handle(object.get_type().into_any())
    }

    fn kind(&self, object: Handle) -> ObjectKind {
        self.object(object)
            .map_or(ObjectKind::Other, |object| self.inner.known.kind(&object))
    }

    fn class_names(&self, object: Handle) -> Vec<String> {
        let Ok(object) = self.object(object) else {
            return Vec::new();
        };
        let class = object.get_type().into_any();
        // The table keeps the class alive, so that its address cannot become another class's.
        self.handle(class.clone());
        if let Some(names) = self.class_names.borrow().get(&(class.as_ptr() as usize)) {
            return names.clone();
        }
        let known = &self.inner.known;
        let names: Vec<_> = known.mro(&class).iter().map(|class| known.class_name(class)).collect();
        self.class_names
            .borrow_mut()
            .insert(class.as_ptr() as usize, names.clone());
        names
    }

    fn same(&self, a: Handle, b: Handle) -> bool {
        a == b && self.object(a).is_ok()
    }

    fn referents(&self, object: Handle) -> Vec<Handle> {
        let referents = self.object(object).and_then(|object| {
            let found = self.inner.known.gc_referents.bind(self.py).call1((object,));
            found
                .and_then(|found| found.try_iter()?.collect::<PyResult<Vec<_>>>())
                .map_err(|error| self.error(&error))
        });
        self.handles(referents.unwrap_or_default())
    }

    fn text(&self, object: Handle) -> Option<String> {
        Some(lossy(self.object(object).ok()?.cast::<PyString>().ok()?))
    }

    fn integer(&self, object: Handle) -> Option<i64> {
        let object = self.object(object).ok()?;
        object.cast::<PyInt>().ok()?.extract().ok()
    }

    fn repr(&self, object: Handle) -> String {
        let Ok(object) = self.object(object) else {
            return "<gone>".to_owned();
        };
        match object.repr() {
            Ok(repr) => lossy(&repr).chars().take(REPR_LIMIT).collect(),
            Err(_) => format!(
                "<unrepresentable {} object>",
                self.inner.known.class_name(object.get_type().as_any())
            ),
        }
    }

    fn none(&self) -> Handle {
        self.handle(self.py.None().into_bound(self.py))
    }

    fn new_text(&self, text: &str) -> Handle {
        self.handle(PyString::new(self.py, text).into_any())
    }

    fn new_integer(&self, value: i64) -> Handle {
        self.handle(PyInt::new(self.py, value).into_any())
    }

    fn new_tuple(&self, items: &[Handle]) -> Handle {
        let items: Vec<_> = items.iter().filter_map(|item| self.object(*item).ok()).collect();
        let tuple = PyTuple::new(self.py, items).expect("a vector knows its length");
        self.handle(tuple.into_any())
    }

    fn new_dict(&self) -> Handle {
        self.handle(PyDict::new(self.py).into_any())
    }

    fn set_entry(&self, dict: Handle, name: &str, value: Handle) {
        let (Ok(dict), Ok(value)) = (self.object(dict), self.object(value)) else {
            return;
        };
        if let Ok(dict) = dict.cast_into::<PyDict>() {
            dict.set_item(name, value).expect("a text key can be stored in a dict");
        }
    }

    fn new_cell(&self, value: Option<Handle>) -> Handle {
        let cell_type = self.inner.known.cell.bind(self.py);
        let cell = match value.and_then(|value| self.object(value).ok()) {
            Some(value) => cell_type.call1((value,)),
            None => cell_type.call0(),
        };
        self.handle(cell.expect("a cell can be made of any object"))
    }

    fn call(&self, function: Handle, arguments: &[Handle]) -> Result<Handle, RuntimeError> {
        let function = self.object(function)?;
        let arguments: Vec<_> = arguments
            .iter()
            .map(|item| self.object(*item))
            .collect::<Result<_, _>>()?;
        let arguments = PyTuple::new(self.py, arguments).map_err(|error| self.error(&error))?;
        let result = unwind::call(&self.inner.native, &function, &arguments);
        Ok(self.handle(result.map_err(|error| self.error(&error))?))
    }

    fn modules(&self) -> Vec<(String, Handle)> {
        let modules = self.inner.known.modules.bind(self.py);
        let named = |(name, module): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            let name = lossy(name.cast::<PyString>().ok()?);
            (!module.is_none()).then(|| (name, self.handle(module)))
        };
        modules.iter().filter_map(named).collect()
    }

    fn module(&self, name: &str) -> Option<Handle> {
        let module = self.inner.known.modules.bind(self.py).get_item(name).ok()??;
        (!module.is_none()).then(|| self.handle(module))
    }

    fn compile(&self, unit: &CompileUnit<'_>) -> Result<Handle, RuntimeError> {
        let code = compile::compile(self, unit).map_err(|error| self.error(&error))?;
        Ok(self.handle(code))
    }

    fn execute(&self, code: Handle, globals: Handle, locals: Handle) -> Result<(), RuntimeError> {
        let (code, globals, locals) = (self.object(code)?, self.object(globals)?, self.object(locals)?);
        let checked = || -> PyResult<()> {
            code.cast::<PyAny>()?;
            globals.cast::<PyDict>()?;
            if !code.get_type().is(self.inner.known.code.bind(self.py)) {
                return Err(pyo3::exceptions::PyTypeError::new_err("execute() needs a code object"));
            }
            // As `exec` does: without it the frame would see the builtins of whoever runs now.
            if !globals.contains("__builtins__")? {
                globals.set_item("__builtins__", self.py.import("builtins")?.dict())?;
            }
            unwind::eval(
                self.py,
                &self.inner.native,
                code.as_ptr(),
                globals.as_ptr(),
                locals.as_ptr(),
            )
            .map(drop)
        };
        checked().map_err(|error| self.error(&error))
    }

    fn limiter(&self) -> &OnceCell<Limiter> {
        &self.limiter
    }

    fn detached(&self, work: &(dyn Fn() + Sync)) {
        self.py.detach(work);
    }

    fn thread(&self) -> u64 {
        let ident = self
            .py
            .import("_thread")
            .and_then(|thread| thread.call_method0("get_ident"));
        ident.and_then(|ident| ident.extract()).unwrap_or(0)
    }

    fn stack(&self, thread: u64) -> Vec<FramePlace> {
        running::stack(self, thread).unwrap_or_default()
    }

    fn find_holders(&self, sought: &[SoughtCode]) -> FoundHolders {
        holders::find(self, sought)
    }

    fn running(&self, codes: &[Handle]) -> Vec<Running> {
        running::find(self, codes)
    }

    fn running_variables(&self, codes: &[Handle]) -> Vec<RunningVariables> {
        running::variables(self, codes)
    }

    fn codes_of_files(&self, files: &[String]) -> Vec<Vec<Handle>> {
        holders::codes_of_files(self, files)
    }

    fn instances(&self, class: Handle) -> Vec<Handle> {
        holders::instances(self, class)
    }

    fn commit(&self, swaps: &[Swap], fault: Option<usize>) -> Result<(), CommitError> {
        commit::commit(self, swaps, fault)
    }

    fn undo(&self, swaps: &[Swap]) {
        commit::undo(self, swaps);
    }
}
