//! What plugins see of the live program: `LiveApi` over an interpreter.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, Ordering};

use jurigged_abi::{LiveApi, OptionValue, PluginError, Result};
use jurigged_runtime::{CompileUnit, Handle, Interpreter, ObjectKind, Pin, RuntimeError, UserCode};
use rustc_hash::FxHashMap;

use super::callees;
use crate::pipeline::definitions::is_expression;

/// The objects of one transaction that plugins have seen, as numbers: a generation above, an index below.
///
/// Handles themselves would do, were they not reused: a handle that a plugin kept could name another object later.
pub(super) struct ObjectTable {
    generation: u32,
    handles: RefCell<Vec<Handle>>,
    numbers: RefCell<FxHashMap<Handle, u64>>,
    /// Did a plugin use a number of this generation that was never given out?
    invented: Cell<bool>,
}

impl ObjectTable {
    pub(super) fn new() -> Self {
        // From 1 on, so that 0 is nobody's number.
        static GENERATIONS: AtomicU32 = AtomicU32::new(1);
        Self {
            generation: GENERATIONS.fetch_add(1, Ordering::Relaxed),
            handles: RefCell::default(),
            numbers: RefCell::default(),
            invented: Cell::new(false),
        }
    }

    pub(super) fn number(&self, handle: Handle) -> u64 {
        *self.numbers.borrow_mut().entry(handle).or_insert_with(|| {
            let mut handles = self.handles.borrow_mut();
            handles.push(handle);
            u64::from(self.generation) << 32 | (handles.len() - 1) as u64
        })
    }

    pub(super) fn handle(&self, number: u64) -> Result<Handle> {
        if (number >> 32) as u32 != self.generation {
            return Err(PluginError::Gone);
        }
        self.handles
            .borrow()
            .get(number as u32 as usize)
            .copied()
            .ok_or_else(|| {
                self.invented.set(true);
                PluginError::Gone
            })
    }

    /// Says once whether a plugin made a number up.
    pub(super) fn take_invented(&self) -> bool {
        self.invented.take()
    }
}

/// What the host keeps for a plugin between transactions.
#[derive(Default)]
pub(super) struct Memory {
    snippets: RefCell<HashMap<String, Pin>>,
    /// Weak references.
    remembered: RefCell<HashMap<String, Vec<Pin>>>,
}

/// Instances by class name, as found by the heap passes of one transaction.
pub(super) type Instances = RefCell<HashMap<String, Vec<Handle>>>;

/// The live program, for one plugin, during one transaction.
pub(super) struct HostLive<'a> {
    pub(super) interpreter: &'a dyn Interpreter,
    pub(super) table: &'a ObjectTable,
    pub(super) instances: &'a Instances,
    pub(super) memory: &'a Memory,
    /// Every declared option with its value.
    pub(super) options: &'a BTreeMap<String, OptionValue>,
    /// The classes that the plugin's interests name by `instance_of`.
    pub(super) classes: &'a [String],
    /// `co_filename` of snippets.
    pub(super) file: &'a str,
    /// The last error of the interpreter, with what a plugin is not told of it.
    pub(super) raised: &'a RefCell<Option<RuntimeError>>,
}

pub(super) fn plugin_error(error: &RuntimeError) -> PluginError {
    match error {
        RuntimeError::Python(raised) => PluginError::Python {
            kind: raised.kind.clone(),
            message: raised.message.clone(),
            traceback: raised.traceback.clone(),
        },
        RuntimeError::Gone(_) | RuntimeError::ShuttingDown => PluginError::Gone,
        RuntimeError::Overrun(_) | RuntimeError::Unsupported { .. } => PluginError::Bug(error.to_string()),
    }
}

impl HostLive<'_> {
    fn error(&self, error: RuntimeError) -> PluginError {
        let told = plugin_error(&error);
        self.raised.replace(Some(error));
        told
    }

    fn numbers(&self, handles: &[Handle]) -> Vec<u64> {
        handles.iter().map(|handle| self.table.number(*handle)).collect()
    }

    fn compiled(&self, source: &str) -> Result<Handle> {
        if let Some(pin) = self.memory.snippets.borrow().get(source) {
            return Ok(self.interpreter.pinned(pin));
        }
        // There is no `eval`: an expression is an assignment to `result`. To try both would cost an exception, whose
        // rendering loads more modules than most programs have.
        let text = match is_expression(source) {
            true => format!("result = ({source}\n)\n"),
            false => source.to_owned(),
        };
        let unit = CompileUnit {
            source: &text,
            file: self.file,
            flags: 0,
            first_line: 1,
        };
        let code = self.interpreter.compile(&unit).map_err(|error| self.error(error))?;
        self.memory
            .snippets
            .borrow_mut()
            .insert(source.to_owned(), self.interpreter.pin(code));
        Ok(code)
    }

    /// The dict itself, or the object's own `__dict__`.
    fn names(&self, object: Handle) -> Option<Handle> {
        match self.interpreter.kind(object) {
            ObjectKind::Dict => Some(object),
            _ => self.interpreter.namespace(object),
        }
    }

    fn class_instances(&self, class: &str) -> Vec<Handle> {
        class_instances(self.interpreter, self.instances, class)
    }

    fn weak_reference(&self, object: Handle) -> Result<Handle> {
        let interpreter = self.interpreter;
        // Loaded in every interpreter, by the import system itself; `weakref` need not be.
        let module = interpreter.module("_weakref").or_else(|| interpreter.module("weakref"));
        let constructor = match module {
            Some(module) => interpreter
                .attribute(module, "ref")
                .map_err(|error| self.error(error))?,
            None => None,
        };
        let constructor = constructor.ok_or_else(|| PluginError::Bug("`weakref` is not loaded".into()))?;
        interpreter
            .call(constructor, &[object])
            .map_err(|error| self.error(error))
    }

    /// The objects of weak references that are alive; those that are not are forgotten.
    fn alive(&self, key: &str) -> Vec<Handle> {
        let interpreter = self.interpreter;
        let mut remembered = self.memory.remembered.borrow_mut();
        let mut objects = Vec::new();
        if let Some(references) = remembered.get_mut(key) {
            references.retain(|reference| {
                let object = interpreter.call(interpreter.pinned(reference), &[]);
                let alive = object
                    .ok()
                    .filter(|object| interpreter.kind(*object) != ObjectKind::None);
                objects.extend(alive);
                alive.is_some()
            });
        }
        objects
    }
}

impl LiveApi for HostLive<'_> {
    fn run(&self, source: &str, arguments: &[(&str, u64)]) -> Result<u64> {
        let interpreter = self.interpreter;
        let code = self.compiled(source)?;
        let globals = interpreter.new_dict();
        if let Some(builtins) = interpreter.module("builtins") {
            interpreter.set_entry(globals, "__builtins__", builtins);
        }
        let name = interpreter.new_text(self.file);
        interpreter.set_entry(globals, "__name__", name);
        for (name, object) in arguments {
            interpreter.set_entry(globals, name, self.table.handle(*object)?);
        }
        interpreter
            .execute(code, globals, globals)
            .map_err(|error| self.error(error))?;
        let result = interpreter
            .entry(globals, "result")
            .unwrap_or_else(|| interpreter.none());
        Ok(self.table.number(result))
    }

    fn get(&self, object: u64, name: &str) -> Result<Option<u64>> {
        let value = self
            .interpreter
            .attribute(self.table.handle(object)?, name)
            .map_err(|error| self.error(error))?;
        Ok(value.map(|value| self.table.number(value)))
    }

    fn module(&self, name: &str) -> Result<u64> {
        match self.interpreter.module(name) {
            Some(module) => Ok(self.table.number(module)),
            None => Err(PluginError::Bug(format!("module `{name}` is not loaded"))),
        }
    }

    fn items(&self, object: u64) -> Result<Vec<u64>> {
        let items = self
            .interpreter
            .items(self.table.handle(object)?)
            .map_err(|error| self.error(error))?;
        Ok(self.numbers(&items))
    }

    fn text(&self, object: u64) -> Result<Option<String>> {
        Ok(self.interpreter.text(self.table.handle(object)?))
    }

    fn integer(&self, object: u64) -> Result<Option<i64>> {
        Ok(self.interpreter.integer(self.table.handle(object)?))
    }

    fn class_names(&self, object: u64) -> Result<Vec<String>> {
        Ok(self.interpreter.class_names(self.table.handle(object)?))
    }

    fn same(&self, a: u64, b: u64) -> Result<bool> {
        Ok(self.interpreter.same(self.table.handle(a)?, self.table.handle(b)?))
    }

    fn remember(&self, key: &str, object: u64) -> Result {
        let object = self.table.handle(object)?;
        if self
            .alive(key)
            .iter()
            .any(|known| self.interpreter.same(*known, object))
        {
            return Ok(());
        }
        let reference = self.interpreter.pin(self.weak_reference(object)?);
        self.memory
            .remembered
            .borrow_mut()
            .entry(key.to_owned())
            .or_default()
            .push(reference);
        Ok(())
    }

    fn remembered(&self, key: &str) -> Result<Vec<u64>> {
        Ok(self.numbers(&self.alive(key)))
    }

    fn instances(&self, class: &str) -> Result<Vec<u64>> {
        Ok(self.numbers(&self.class_instances(class)))
    }

    fn callees_first(&self, function: u64) -> Result<Vec<u64>> {
        let function = self.table.handle(function)?;
        let mut candidates: Vec<Handle> = Vec::new();
        for class in self.classes {
            let found = self.class_instances(class);
            candidates.extend(
                found
                    .into_iter()
                    .filter(|instance| !candidates.contains(instance))
                    .collect::<Vec<_>>(),
            );
        }
        Ok(self.numbers(&callees::callees_first(self.interpreter, &candidates, function)))
    }

    fn option(&self, name: &str) -> Result<OptionValue> {
        let value = self.options.get(name).cloned();
        value.ok_or_else(|| PluginError::Bug(format!("option `{name}` is not declared in `export_plugin!`")))
    }

    fn repr(&self, object: u64) -> Result<String> {
        Ok(self.interpreter.repr(self.table.handle(object)?))
    }

    fn own(&self, object: u64, name: &str) -> Result<Option<u64>> {
        let names = self.names(self.table.handle(object)?);
        let value = names.and_then(|names| self.interpreter.entry(names, name));
        Ok(value.map(|value| self.table.number(value)))
    }

    fn entries(&self, object: u64) -> Result<Vec<(u64, u64)>> {
        let names = self.names(self.table.handle(object)?);
        let entries = names.map_or_else(Vec::new, |names| self.interpreter.entries(names));
        let number = |(key, value)| (self.table.number(key), self.table.number(value));
        Ok(entries.into_iter().map(number).collect())
    }

    fn instances_of(&self, class: u64) -> Result<Vec<u64>> {
        Ok(self.numbers(&self.interpreter.instances(self.table.handle(class)?)))
    }

    fn call(&self, function: u64, arguments: &[u64]) -> Result<u64> {
        let function = self.table.handle(function)?;
        let arguments = arguments.iter().map(|argument| self.table.handle(*argument));
        let arguments = arguments.collect::<Result<Vec<_>>>()?;
        let code = UserCode::Call {
            function,
            arguments: &arguments,
        };
        let answer = self.interpreter.run_limited(code);
        answer
            .map(|answer| self.table.number(answer))
            .map_err(|error| self.error(error))
    }

    fn new_text(&self, text: &str) -> Result<u64> {
        Ok(self.table.number(self.interpreter.new_text(text)))
    }

    fn new_dict(&self, entries: &[(&str, u64)]) -> Result<u64> {
        let dict = self.interpreter.new_dict();
        for (name, value) in entries {
            self.interpreter.set_entry(dict, name, self.table.handle(*value)?);
        }
        Ok(self.table.number(dict))
    }
}

/// Live instances of a class by its full name, by one pass over the heap in a transaction; none while it is not loaded.
pub(super) fn class_instances(interpreter: &dyn Interpreter, known: &Instances, class: &str) -> Vec<Handle> {
    if let Some(found) = known.borrow().get(class) {
        return found.clone();
    }
    let found = resolve(interpreter, class).map_or_else(Vec::new, |class| interpreter.instances(class));
    known.borrow_mut().insert(class.to_owned(), found.clone());
    found
}

/// The object of a full name, by the longest prefix that is a loaded module; no descriptor and no lazy import runs.
pub(super) fn resolve(interpreter: &dyn Interpreter, path: &str) -> Option<Handle> {
    let ends = path.rmatch_indices('.').map(|(end, _)| end);
    let (module, rest) = ends
        .filter_map(|end| Some((interpreter.module(&path[..end])?, &path[end + 1..])))
        .next()
        .or_else(|| Some((interpreter.module("builtins")?, path)))?;
    rest.split('.').try_fold(module, |object, name| {
        interpreter.entry(interpreter.namespace(object)?, name)
    })
}
