//! Types and functions of Python itself, fetched once: what a program rebinds later does not change ours.

use jurigged_runtime::ObjectKind;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

/// Built-in objects that the runtime works with.
pub(crate) struct Known {
    /// Exact types by address, with the kind that the engine knows them by.
    kinds: Vec<(usize, ObjectKind)>,
    /// `types.GeneratorType`, `CoroutineType`, `AsyncGeneratorType`, each with the attributes for code and frame.
    pub generators: [(usize, &'static str, &'static str); 3],
    /// Getters of `type.__dict__`, which no metaclass can replace: `__mro__`, `__dict__`, `__module__`, `__qualname__`.
    pub type_mro: Py<PyAny>,
    pub type_dict: Py<PyAny>,
    pub type_module: Py<PyAny>,
    pub type_qualname: Py<PyAny>,
    /// `type.__setattr__` and `type.__delattr__`.
    pub type_setattr: Py<PyAny>,
    /// `object.__setattr__`.
    pub object_setattr: Py<PyAny>,
    pub type_delattr: Py<PyAny>,
    /// `type.__dict__` itself, for attributes that are kept in the class's structure (`__name__`, `__bases__`).
    pub type_namespace: Py<PyAny>,
    pub cell: Py<PyType>,
    pub code: Py<PyType>,
    pub compile: Py<PyAny>,
    pub gc_disable: Py<PyAny>,
    pub gc_enable: Py<PyAny>,
    pub gc_is_enabled: Py<PyAny>,
    pub gc_objects: Py<PyAny>,
    pub gc_referents: Py<PyAny>,
    pub current_frames: Py<PyAny>,
    /// `sys.modules`.
    pub modules: Py<PyDict>,
    /// The list of warning filters while `warnings` is not imported.
    pub warning_filters: Py<PyAny>,
}

/// Source of one sample of each type that has no name in `builtins`; `types` itself is not imported, since a plain
/// Python does not import it either.
const SAMPLES: &std::ffi::CStr = cr"
def _function(): pass
def _generator(): yield
async def _coroutine(): pass
async def _async_generator(): yield
def _outer():
    x = 1
    def inner(): return x
    return inner
_c = _coroutine()
_c.close()
function, code, cell = type(_function), type(_function.__code__), type(_outer().__closure__[0])
generator, coroutine, async_generator = type(_generator()), type(_c), type(_async_generator())
method, builtin = type(_function.__get__(0)), type(len)
natives = builtin, type(str.join), type(str.__add__), type(''.__add__), type(dict.__dict__['fromkeys'])
getters = tuple(type.__dict__[n] for n in ('__mro__', '__dict__', '__module__', '__qualname__'))
";

impl Known {
    pub fn fetch(py: Python<'_>) -> PyResult<Self> {
        let builtins = py.import("builtins")?;
        let gc = py.import("gc")?;
        let sys = py.import("sys")?;
        let samples = PyDict::new(py);
        py.run(SAMPLES, Some(&samples), None)?;
        let sample = |name: &str| samples.as_any().get_item(name);
        let address = |name: &str| sample(name).map(|object| object.as_ptr() as usize);
        let builtin = |name: &str| builtins.getattr(name).map(|object| object.as_ptr() as usize);
        let mut kinds = vec![
            (address("function")?, ObjectKind::Function),
            (address("code")?, ObjectKind::Code),
            (address("cell")?, ObjectKind::Cell),
            (address("method")?, ObjectKind::BoundMethod),
            (address("generator")?, ObjectKind::Generator),
            (address("coroutine")?, ObjectKind::Coroutine),
            (builtin("staticmethod")?, ObjectKind::StaticMethod),
            (builtin("classmethod")?, ObjectKind::ClassMethod),
            (builtin("property")?, ObjectKind::Property),
            (builtin("dict")?, ObjectKind::Dict),
            (builtin("list")?, ObjectKind::List),
            (builtin("tuple")?, ObjectKind::Tuple),
            (builtin("set")?, ObjectKind::Set),
            (builtin("str")?, ObjectKind::Text),
            (builtin("int")?, ObjectKind::Integer),
            (py.None().bind(py).get_type().as_ptr() as usize, ObjectKind::None),
        ];
        for native in sample("natives")?.try_iter()? {
            kinds.push((native?.as_ptr() as usize, ObjectKind::Builtin));
        }
        let getters = sample("getters")?;
        let getter = |index: usize| getters.get_item(index).map(Bound::unbind);
        let type_type = builtins.getattr("type")?;
        let gc_function = |name: &str| gc.getattr(name).map(Bound::unbind);
        let known = Self {
            kinds,
            generators: [
                (address("generator")?, "gi_code", "gi_frame"),
                (address("coroutine")?, "cr_code", "cr_frame"),
                (address("async_generator")?, "ag_code", "ag_frame"),
            ],
            type_mro: getter(0)?,
            type_dict: getter(1)?,
            type_module: getter(2)?,
            type_qualname: getter(3)?,
            type_setattr: type_type.getattr("__setattr__")?.unbind(),
            object_setattr: py.get_type::<PyAny>().getattr("__setattr__")?.unbind(),
            type_delattr: type_type.getattr("__delattr__")?.unbind(),
            type_namespace: type_type.getattr("__dict__")?.unbind(),
            cell: sample("cell")?.cast_into::<PyType>()?.unbind(),
            code: sample("code")?.cast_into::<PyType>()?.unbind(),
            compile: builtins.getattr("compile")?.unbind(),
            gc_disable: gc_function("disable")?,
            gc_enable: gc_function("enable")?,
            gc_is_enabled: gc_function("isenabled")?,
            gc_objects: gc_function("get_objects")?,
            gc_referents: gc_function("get_referents")?,
            current_frames: sys.getattr("_current_frames")?.unbind(),
            modules: sys.getattr("modules")?.cast_into::<PyDict>()?.unbind(),
            warning_filters: py.import("_warnings")?.getattr("filters")?.unbind(),
        };
        // The sample functions and their globals refer to each other: break the circle here, not in the collector.
        samples.clear();
        Ok(known)
    }

    /// The kind of an object, by its exact type; subclasses of `type` and of modules count as what they are.
    pub fn kind(&self, object: &Bound<'_, PyAny>) -> ObjectKind {
        // SAFETY: attached, and the object is alive: its type pointer is valid.
        let class = unsafe { ffi::Py_TYPE(object.as_ptr()) } as usize;
        if let Some((_, kind)) = self.kinds.iter().find(|(known, _)| *known == class) {
            return *kind;
        }
        if object.is_instance_of::<PyType>() {
            ObjectKind::Class
        } else if object.is_instance_of::<PyModule>() {
            ObjectKind::Module
        } else if self.is_partial(object.py(), class) {
            ObjectKind::Partial
        } else {
            ObjectKind::Other
        }
    }

    /// `functools.partial`, if the program has imported it.
    fn is_partial(&self, py: Python<'_>, class: usize) -> bool {
        let partial = || -> PyResult<usize> {
            let module = self.modules.bind(py).as_any().get_item("_functools")?;
            Ok(module.getattr("partial")?.as_ptr() as usize)
        };
        partial().is_ok_and(|partial| partial == class)
    }

    /// Runs `getter.__get__(class)` for a getter of `type`.
    pub fn of_class<'py>(&self, getter: &Py<PyAny>, class: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        getter.bind(class.py()).call_method1("__get__", (class,))
    }

    /// The classes of `type(x).__mro__`, read past any metaclass.
    pub fn mro<'py>(&self, class: &Bound<'py, PyAny>) -> Vec<Bound<'py, PyAny>> {
        let mro = self.of_class(&self.type_mro, class);
        mro.and_then(|mro| mro.try_iter()?.collect()).unwrap_or_default()
    }

    /// `module.qualname` of a class, the bare qualname for `builtins`.
    pub fn class_name(&self, class: &Bound<'_, PyAny>) -> String {
        let text = |getter| {
            let value = self.of_class(getter, class).ok()?;
            Some(
                value
                    .cast_into::<pyo3::types::PyString>()
                    .ok()?
                    .to_string_lossy()
                    .into_owned(),
            )
        };
        let qualname = text(&self.type_qualname).unwrap_or_else(|| "?".to_owned());
        match text(&self.type_module) {
            Some(module) if module != "builtins" => format!("{module}.{qualname}"),
            _ => qualname,
        }
    }
}
