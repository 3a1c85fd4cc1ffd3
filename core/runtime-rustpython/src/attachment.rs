//! Python as the engine sees it while a thread is attached.

use std::cell::OnceCell;

use jurigged_runtime::{
    CommitError, CompileUnit, FoundHolders, FramePlace, Handle, Interpreter, Limiter, ObjectKind, Pin, Running,
    RunningVariables, Runtime, RuntimeError, RuntimeFacts, SoughtCode, Swap,
};
use rustpython_vm::builtins::{PyDict, PyFunction, PyInt, PyMappingProxy, PyModule, PyType};
use rustpython_vm::frame::Frame;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, VirtualMachine};

use crate::RustPythonRuntime;
use crate::compile;
use crate::errors::{runtime_error, text, text_attribute};
use crate::handles::Handles;
use crate::heap::CodeGetter;
use crate::pins::PinnedObject;
use crate::runtime::own_ident;

/// Characters of a `repr` that the engine gets to see.
const REPR_LIMIT: usize = 200;

/// One attachment: the thread's own virtual machine and the handles made in it.
pub(crate) struct Attachment<'a> {
    pub(crate) vm: &'a VirtualMachine,
    pub(crate) runtime: &'a RustPythonRuntime,
    pub(crate) handles: Handles,
    limiter: OnceCell<Limiter>,
}

impl<'a> Attachment<'a> {
    pub(crate) fn new(vm: &'a VirtualMachine, runtime: &'a RustPythonRuntime) -> Self {
        Self {
            vm,
            runtime,
            handles: Handles::new(),
            limiter: OnceCell::new(),
        }
    }

    fn known(&self, handle: Handle) -> Result<PyObjectRef, RuntimeError> {
        self.handles.get(handle).ok_or(RuntimeError::Gone(handle))
    }

    fn hand_out(&self, objects: impl IntoIterator<Item = PyObjectRef>) -> Vec<Handle> {
        objects.into_iter().map(|object| self.handles.of(object)).collect()
    }

    fn pairs(&self, items: PyObjectRef) -> Option<Vec<(Handle, Handle)>> {
        let items: Vec<PyObjectRef> = items.try_to_value(self.vm).ok()?;
        let pair = |item: PyObjectRef| {
            let mut pair: Vec<PyObjectRef> = item.try_to_value(self.vm).ok()?;
            let value = pair.pop()?;
            Some((self.handles.of(pair.pop()?), self.handles.of(value)))
        };
        Some(items.into_iter().filter_map(pair).collect())
    }

    /// `module.qualname`, the bare qualname for `builtins`.
    fn class_name(&self, class: &Py<PyType>) -> String {
        let own_module = class.get_direct_attr(self.vm.ctx.intern_str("__module__"));
        let module = own_module
            .as_ref()
            .and_then(text)
            .or_else(|| text_attribute(self.vm, class.as_object(), "__module__"));
        let qualname =
            text_attribute(self.vm, class.as_object(), "__qualname__").unwrap_or_else(|| class.slot_name().to_string());
        match module {
            Some(module) if module != "builtins" => format!("{module}.{qualname}"),
            _ => qualname,
        }
    }
}

impl Interpreter for Attachment<'_> {
    fn facts(&self) -> &RuntimeFacts {
        self.runtime.facts()
    }

    fn pin(&self, object: Handle) -> Pin {
        let object = self
            .handles
            .get(object)
            .expect("only objects of this attachment are pinned");
        Pin::new(PinnedObject::new(object, &self.runtime.graveyard))
    }

    fn pinned(&self, pin: &Pin) -> Handle {
        let pinned: &PinnedObject = pin.reference().expect("the pin is of this runtime");
        self.handles.of(pinned.object().clone())
    }

    fn attribute(&self, object: Handle, name: &str) -> Result<Option<Handle>, RuntimeError> {
        let object = self.known(object)?;
        match self.vm.get_attribute_opt(object, self.vm.ctx.intern_str(name)) {
            Ok(value) => Ok(value.map(|value| self.handles.of(value))),
            Err(exception) => Err(runtime_error(self.vm, &exception)),
        }
    }

    fn namespace(&self, object: Handle) -> Option<Handle> {
        let object = self.handles.get(object)?;
        let namespace = match object.downcast::<PyType>() {
            Ok(class) => PyMappingProxy::from(class).into_pyobject(self.vm),
            Err(object) => object.dict()?.into(),
        };
        Some(self.handles.of(namespace))
    }

    fn entry(&self, mapping: Handle, name: &str) -> Option<Handle> {
        let mapping = self.handles.get(mapping)?;
        let value = match mapping.downcast_ref::<PyDict>() {
            // Past `__missing__` and `__getitem__` of a subclass.
            Some(dict) => dict.get_item_opt(name, self.vm).ok()??,
            None => mapping.get_item(self.vm.ctx.intern_str(name), self.vm).ok()?,
        };
        Some(self.handles.of(value))
    }

    fn entries(&self, mapping: Handle) -> Vec<(Handle, Handle)> {
        let Some(mapping) = self.handles.get(mapping) else {
            return Vec::new();
        };
        if let Some(dict) = mapping.downcast_ref::<PyDict>() {
            let items = dict.items_vec().into_iter();
            return items
                .map(|(key, value)| (self.handles.of(key), self.handles.of(value)))
                .collect();
        }
        let items = self.vm.call_method(&mapping, "items", ());
        items.ok().and_then(|items| self.pairs(items)).unwrap_or_default()
    }

    fn items(&self, object: Handle) -> Result<Vec<Handle>, RuntimeError> {
        let object = self.known(object)?;
        match object.try_to_value::<Vec<PyObjectRef>>(self.vm) {
            Ok(items) => Ok(self.hand_out(items)),
            Err(exception) => Err(runtime_error(self.vm, &exception)),
        }
    }

    fn class_of(&self, object: Handle) -> Handle {
        match self.handles.get(object) {
            Some(object) => self.handles.of(object.class().to_owned().into()),
            None => self.none(),
        }
    }

    fn kind(&self, object: Handle) -> ObjectKind {
        let Some(object) = self.handles.get(object) else {
            return ObjectKind::Other;
        };
        let types = &self.vm.ctx.types;
        let exact = [
            (types.none_type, ObjectKind::None),
            (types.function_type, ObjectKind::Function),
            (types.code_type, ObjectKind::Code),
            (types.cell_type, ObjectKind::Cell),
            (types.bound_method_type, ObjectKind::BoundMethod),
            (types.staticmethod_type, ObjectKind::StaticMethod),
            (types.classmethod_type, ObjectKind::ClassMethod),
            (types.property_type, ObjectKind::Property),
            (types.dict_type, ObjectKind::Dict),
            (types.list_type, ObjectKind::List),
            (types.tuple_type, ObjectKind::Tuple),
            (types.set_type, ObjectKind::Set),
            (types.str_type, ObjectKind::Text),
            (types.int_type, ObjectKind::Integer),
            (types.builtin_function_or_method_type, ObjectKind::Builtin),
            (types.builtin_method_type, ObjectKind::Builtin),
            (types.method_descriptor_type, ObjectKind::Builtin),
            (types.generator_type, ObjectKind::Generator),
            (types.coroutine_type, ObjectKind::Coroutine),
        ];
        let class = object.class();
        if let Some((_, kind)) = exact.iter().find(|(exact, _)| class.is(*exact)) {
            *kind
        } else if object.downcastable::<PyType>() {
            ObjectKind::Class
        } else if object.downcastable::<PyModule>() {
            ObjectKind::Module
        } else if self.class_name(class) == "functools.partial" {
            ObjectKind::Partial
        } else {
            ObjectKind::Other
        }
    }

    fn class_names(&self, object: Handle) -> Vec<String> {
        let Some(object) = self.handles.get(object) else {
            return Vec::new();
        };
        let classes = object.class().mro_collect();
        classes.into_iter().map(|class| self.class_name(&class)).collect()
    }

    fn same(&self, a: Handle, b: Handle) -> bool {
        a == b && self.handles.get(a).is_some()
    }

    fn referents(&self, object: Handle) -> Vec<Handle> {
        let Some(object) = self.handles.get(object) else {
            return Vec::new();
        };
        if object.downcastable::<Frame>() {
            // Another thread may be moving values in and out of it.
            return self.hand_out(self.with_stopped_world(|| object.gc_get_referents()));
        }
        let mut referents = object.gc_get_referents();
        if let Some(function) = object.downcast_ref::<PyFunction>() {
            // RustPython's own traversal leaves the code object out; CPython's visits it.
            referents.extend(CodeGetter::new(self.vm).code(function));
        }
        self.hand_out(referents)
    }

    fn text(&self, object: Handle) -> Option<String> {
        text(&self.handles.get(object)?)
    }

    fn integer(&self, object: Handle) -> Option<i64> {
        self.handles
            .get(object)?
            .downcast_ref::<PyInt>()?
            .try_to_primitive(self.vm)
            .ok()
    }

    fn repr(&self, object: Handle) -> String {
        let Some(object) = self.handles.get(object) else {
            return "<object of another attachment>".to_owned();
        };
        match object.repr(self.vm) {
            Ok(repr) => repr.to_string_lossy().chars().take(REPR_LIMIT).collect(),
            Err(_) => format!("<unrepresentable {} object>", object.class().name()),
        }
    }

    fn none(&self) -> Handle {
        self.handles.of(self.vm.ctx.none())
    }

    fn new_text(&self, text: &str) -> Handle {
        self.handles.of(self.vm.ctx.new_str(text).into())
    }

    fn new_integer(&self, value: i64) -> Handle {
        self.handles.of(self.vm.ctx.new_int(value).into())
    }

    fn new_tuple(&self, items: &[Handle]) -> Handle {
        let items = items.iter().filter_map(|item| self.handles.get(*item)).collect();
        self.handles.of(self.vm.ctx.new_tuple(items).into())
    }

    fn new_dict(&self) -> Handle {
        self.handles.of(self.vm.ctx.new_dict().into())
    }

    fn set_entry(&self, dict: Handle, name: &str, value: Handle) {
        if let (Some(dict), Some(value)) = (self.handles.get(dict), self.handles.get(value))
            && let Some(dict) = dict.downcast_ref::<PyDict>()
        {
            dict.set_item(self.vm.ctx.intern_str(name), value, self.vm)
                .expect("a text key can be set in any dict");
        }
    }

    fn new_cell(&self, value: Option<Handle>) -> Handle {
        let arguments: Vec<PyObjectRef> = value.and_then(|value| self.handles.get(value)).into_iter().collect();
        let class = self.vm.ctx.types.cell_type.as_object();
        let cell = class.call(FuncArgs::from(arguments), self.vm);
        self.handles.of(cell.expect("a cell takes any value or none"))
    }

    fn call(&self, function: Handle, arguments: &[Handle]) -> Result<Handle, RuntimeError> {
        let function = self.known(function)?;
        let arguments = arguments
            .iter()
            .map(|argument| self.known(*argument))
            .collect::<Result<Vec<_>, _>>()?;
        match function.call(FuncArgs::from(arguments), self.vm) {
            Ok(value) => Ok(self.handles.of(value)),
            Err(exception) => Err(runtime_error(self.vm, &exception)),
        }
    }

    fn modules(&self) -> Vec<(String, Handle)> {
        let modules = self.vm.sys_module.get_attr("modules", self.vm).ok();
        let modules = modules.and_then(|modules| modules.downcast::<PyDict>().ok());
        let items = modules
            .map(|modules| modules.items_vec())
            .unwrap_or_default()
            .into_iter();
        items
            .filter(|(_, module)| !self.vm.is_none(module))
            .filter_map(|(name, module)| Some((text(&name)?, self.handles.of(module))))
            .collect()
    }

    fn module(&self, name: &str) -> Option<Handle> {
        let modules = self.vm.sys_module.get_attr("modules", self.vm).ok()?;
        let module = modules.downcast_ref::<PyDict>()?.get_item_opt(name, self.vm).ok()??;
        (!self.vm.is_none(&module)).then(|| self.handles.of(module))
    }

    fn compile(&self, unit: &CompileUnit<'_>) -> Result<Handle, RuntimeError> {
        match compile::compile(self.vm, unit) {
            Ok(code) => Ok(self.handles.of(code.into())),
            Err(exception) => Err(runtime_error(self.vm, &exception)),
        }
    }

    fn execute(&self, code: Handle, globals: Handle, locals: Handle) -> Result<(), RuntimeError> {
        let arguments = (self.known(code)?, self.known(globals)?, self.known(locals)?);
        let executed = self
            .vm
            .builtins
            .get_attr("exec", self.vm)
            .and_then(|exec| exec.call(arguments, self.vm));
        executed
            .map(drop)
            .map_err(|exception| runtime_error(self.vm, &exception))
    }

    fn limiter(&self) -> &OnceCell<Limiter> {
        &self.limiter
    }

    fn detached(&self, work: &(dyn Fn() + Sync)) {
        self.vm.allow_threads(work);
    }

    fn thread(&self) -> u64 {
        own_ident()
    }

    fn stack(&self, thread: u64) -> Vec<FramePlace> {
        self.stack_of(thread)
    }

    fn find_holders(&self, sought: &[SoughtCode]) -> FoundHolders {
        self.holders(sought)
    }

    fn running(&self, codes: &[Handle]) -> Vec<Running> {
        self.running_codes(codes)
    }

    fn running_variables(&self, codes: &[Handle]) -> Vec<RunningVariables> {
        self.variables_of_running(codes)
    }

    fn codes_of_files(&self, files: &[String]) -> Vec<Vec<Handle>> {
        self.codes_of(files)
    }

    fn instances(&self, class: Handle) -> Vec<Handle> {
        self.instances_of(class)
    }

    fn commit(&self, swaps: &[Swap], fault: Option<usize>) -> Result<(), CommitError> {
        self.commit_swaps(swaps, fault)
    }

    fn undo(&self, swaps: &[Swap]) {
        self.undo_swaps(swaps);
    }
}
