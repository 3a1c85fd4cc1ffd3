//! The live program, as far as a plugin may see it.

use std::marker::PhantomData;

use crate::{OptionValue, PluginError, Result};

/// A live Python object, in one transaction.
///
/// A number that the host gave out; the host owns every reference, so a plugin can neither leak nor free one twice. The
/// brand `'t` makes it a compile error to keep an object beyond the call:
///
/// ```compile_fail
/// # use jurigged_abi::*;
/// struct Keeps(std::sync::Mutex<Vec<Object<'static>>>);
/// impl Crawler for Keeps {
///     fn interest(&self) -> Interest { Interest::any() }
///     fn crawl<'t>(&self, holder: Object<'t>, live: &Live<'t>, found: &mut Found<'t>) -> Result {
///         self.0.lock().unwrap().push(holder); // borrowed data escapes
///         Ok(())
///     }
/// }
/// ```
///
/// To remember one between edits use [`Live::remember`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Object<'t> {
    number: u64,
    brand: Brand<'t>,
}

/// Invariant in `'t`, so that objects of two transactions never mix.
type Brand<'t> = PhantomData<fn(&'t ()) -> &'t ()>;

impl Object<'_> {
    /// The number, as it crosses the border.
    #[doc(hidden)]
    pub fn number(self) -> u64 {
        self.number
    }
}

/// The live program during one call of a plugin.
///
/// Every method asks the thread that holds the interpreter. Python that the host runs for a plugin does not count
/// against the plugin's time limit.
#[derive(Clone, Copy)]
pub struct Live<'t> {
    api: &'t dyn LiveApi,
    brand: Brand<'t>,
}

impl std::fmt::Debug for Live<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Live")
    }
}

/// What a host offers to plugins; objects are raw numbers here. Authors use [`Live`].
///
/// The engine implements it over an interpreter; inside a plugin library a proxy implements it over the wire.
pub trait LiveApi {
    /// See [`Live::run`].
    fn run(&self, source: &str, arguments: &[(&str, u64)]) -> Result<u64>;
    /// See [`Live::get`].
    fn get(&self, object: u64, name: &str) -> Result<Option<u64>>;
    /// See [`Live::module`].
    fn module(&self, name: &str) -> Result<u64>;
    /// See [`Live::items`].
    fn items(&self, object: u64) -> Result<Vec<u64>>;
    /// See [`Live::text`].
    fn text(&self, object: u64) -> Result<Option<String>>;
    /// See [`Live::integer`].
    fn integer(&self, object: u64) -> Result<Option<i64>>;
    /// See [`Live::class_names`].
    fn class_names(&self, object: u64) -> Result<Vec<String>>;
    /// See [`Live::same`].
    fn same(&self, a: u64, b: u64) -> Result<bool>;
    /// See [`Live::remember`].
    fn remember(&self, key: &str, object: u64) -> Result;
    /// See [`Live::remembered`].
    fn remembered(&self, key: &str) -> Result<Vec<u64>>;
    /// See [`Live::instances`].
    fn instances(&self, class: &str) -> Result<Vec<u64>>;
    /// See [`Live::callees_first`].
    fn callees_first(&self, function: u64) -> Result<Vec<u64>>;
    /// See [`Live::option`].
    fn option(&self, name: &str) -> Result<OptionValue>;
    /// See [`Live::repr`].
    fn repr(&self, object: u64) -> Result<String>;
    /// See [`Live::own`].
    fn own(&self, object: u64, name: &str) -> Result<Option<u64>>;
    /// See [`Live::entries`].
    fn entries(&self, object: u64) -> Result<Vec<(u64, u64)>>;
    /// See [`Live::instances_of`].
    fn instances_of(&self, class: u64) -> Result<Vec<u64>>;
    /// See [`Live::call`].
    fn call(&self, function: u64, arguments: &[u64]) -> Result<u64>;
    /// See [`Live::new_text`].
    fn new_text(&self, text: &str) -> Result<u64>;
    /// See [`Live::new_dict`].
    fn new_dict(&self, entries: &[(&str, u64)]) -> Result<u64>;
}

impl<'t> Live<'t> {
    /// The live program behind this host.
    pub fn new(api: &'t dyn LiveApi) -> Self {
        Self {
            api,
            brand: PhantomData,
        }
    }

    /// The object of a number that this transaction gave out; any other number gives [`Gone`](PluginError::Gone) when
    /// it is used.
    #[doc(hidden)]
    pub fn object(&self, number: u64) -> Object<'t> {
        Object {
            number,
            brand: PhantomData,
        }
    }

    /// Evaluates one expression, or runs statements whose `result` (default `None`) is returned.
    ///
    /// In fresh globals with the builtins and the named arguments; compiled once per plugin, shown as `<plugin NAME>` in
    /// tracebacks. Several actions in one snippet is the normal way. Take modules from [`module`](Self::module) and hand
    /// them in: an `import` in a snippet would load what the program does not use.
    ///
    /// # Errors
    /// [`Python`](PluginError::Python) when it raises or does not compile.
    pub fn run(&self, source: &str, arguments: &[(&str, Object<'t>)]) -> Result<Object<'t>> {
        let arguments: Vec<_> = arguments.iter().map(|(name, object)| (*name, object.number)).collect();
        self.api.run(source, &arguments).map(|number| self.object(number))
    }

    /// `getattr(object, name)`; `None` when that raises `AttributeError`.
    ///
    /// # Errors
    /// [`Python`](PluginError::Python) when a descriptor raised anything else.
    pub fn get(&self, object: Object<'t>, name: &str) -> Result<Option<Object<'t>>> {
        Ok(self.api.get(object.number, name)?.map(|number| self.object(number)))
    }

    /// The module of that name in `sys.modules`; nothing is imported.
    ///
    /// # Errors
    /// [`Bug`](PluginError::Bug) when it is not loaded.
    pub fn module(&self, name: &str) -> Result<Object<'t>> {
        self.api.module(name).map(|number| self.object(number))
    }

    /// The items of anything that can be iterated, as a snapshot.
    ///
    /// # Errors
    /// [`Python`](PluginError::Python) when iterating raises.
    pub fn items(&self, object: Object<'t>) -> Result<std::vec::IntoIter<Object<'t>>> {
        self.objects(self.api.items(object.number)).map(Vec::into_iter)
    }

    /// The value of a `str`; `None` for anything else.
    ///
    /// # Errors
    /// [`Gone`](PluginError::Gone) only; so too for the other methods that name no error.
    pub fn text(&self, object: Object<'t>) -> Result<Option<String>> {
        self.api.text(object.number)
    }

    /// The value of an `int` (or `bool`) that fits; `None` for anything else.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn integer(&self, object: Object<'t>) -> Result<Option<i64>> {
        self.api.integer(object.number)
    }

    /// Full names (`module.qualname`; the bare qualname for builtins) of `type(object).__mro__`, the own class first.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn class_names(&self, object: Object<'t>) -> Result<Vec<String>> {
        self.api.class_names(object.number)
    }

    /// `a is b`.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn same(&self, a: Object<'t>, b: Object<'t>) -> Result<bool> {
        self.api.same(a.number, b.number)
    }

    /// `repr(object)`, cut to 200 characters. Since ABI 1.1.
    ///
    /// # Errors
    /// [`Bug`](PluginError::Bug) on a host that is older.
    pub fn repr(&self, object: Object<'t>) -> Result<String> {
        self.api.repr(object.number)
    }

    /// The value of a name in a dict, or in the object's own `__dict__`; no descriptor and no base class is asked. Since
    /// ABI 1.2.
    ///
    /// # Errors
    /// As [`repr`](Self::repr); so too for the other methods since ABI 1.2.
    pub fn own(&self, object: Object<'t>, name: &str) -> Result<Option<Object<'t>>> {
        let value = self.api.own(object.number, name)?;
        Ok(value.map(|number| self.object(number)))
    }

    /// Keys and values of a dict, or of the object's own `__dict__`, in order. Since ABI 1.2.
    ///
    /// # Errors
    /// As [`own`](Self::own).
    pub fn entries(&self, object: Object<'t>) -> Result<Vec<(Object<'t>, Object<'t>)>> {
        let entries = self.api.entries(object.number)?.into_iter();
        Ok(entries
            .map(|(key, value)| (self.object(key), self.object(value)))
            .collect())
    }

    /// [`entries`](Self::entries) whose key is a `str`. Since ABI 1.2.
    ///
    /// # Errors
    /// As [`own`](Self::own).
    pub fn named_entries(&self, object: Object<'t>) -> Result<Vec<(String, Object<'t>)>> {
        let mut named = Vec::new();
        for (key, value) in self.entries(object)? {
            named.extend(self.text(key)?.map(|name| (name, value)));
        }
        Ok(named)
    }

    /// Live instances of this class (subclasses included), by a pass over the heap of its own. Since ABI 1.2.
    ///
    /// # Errors
    /// As [`own`](Self::own).
    pub fn instances_of(&self, class: Object<'t>) -> Result<Vec<Object<'t>>> {
        self.objects(self.api.instances_of(class.number))
    }

    /// `function(*arguments)`, within the limit for code of the user (`[patch] statement-limit`). Use it for what the
    /// program has written, such as a default factory. Since ABI 1.2.
    ///
    /// # Errors
    /// [`Python`](PluginError::Python) when it raises; [`Bug`](PluginError::Bug) when it has not returned, or on a host
    /// that is older.
    pub fn call(&self, function: Object<'t>, arguments: &[Object<'t>]) -> Result<Object<'t>> {
        let arguments: Vec<u64> = arguments.iter().map(|object| object.number).collect();
        self.api
            .call(function.number, &arguments)
            .map(|number| self.object(number))
    }

    /// A new `str`. Since ABI 1.2.
    ///
    /// # Errors
    /// As [`own`](Self::own).
    pub fn new_text(&self, text: &str) -> Result<Object<'t>> {
        self.api.new_text(text).map(|number| self.object(number))
    }

    /// A new `dict`, in this order. Since ABI 1.2.
    ///
    /// # Errors
    /// As [`own`](Self::own).
    pub fn new_dict(&self, entries: &[(&str, Object<'t>)]) -> Result<Object<'t>> {
        let entries: Vec<_> = entries.iter().map(|(name, object)| (*name, object.number)).collect();
        self.api.new_dict(&entries).map(|number| self.object(number))
    }

    /// Keeps a weak reference in the host under this key, beyond the transaction. The same object is kept once.
    ///
    /// # Errors
    /// [`Python`](PluginError::Python) for an object that cannot be referred to weakly.
    pub fn remember(&self, key: &str, object: Object<'t>) -> Result {
        self.api.remember(key, object.number)
    }

    /// The objects remembered under this key that are still alive, oldest first.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn remembered(&self, key: &str) -> Result<Vec<Object<'t>>> {
        self.objects(self.api.remembered(key))
    }

    /// Live instances of a class (subclasses included), by its full name: a heap pass, shared by one transaction. Empty
    /// when nothing of that name is loaded.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn instances(&self, class: &str) -> Result<Vec<Object<'t>>> {
        self.objects(self.api.instances(class))
    }

    /// Live objects of the plugin's interest whose code names `function` through globals, closures, module attributes or
    /// defaults, transitively, each after those that it names; `function` itself first if it is of interest. More than
    /// needed rather than less.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn callees_first(&self, function: Object<'t>) -> Result<Vec<Object<'t>>> {
        self.objects(self.api.callees_first(function.number))
    }

    /// The value of one of the plugin's own options: as configured, else its default.
    ///
    /// # Errors
    /// [`Bug`](PluginError::Bug) for an option that `export_plugin!` does not declare.
    pub fn option(&self, name: &str) -> Result<OptionValue> {
        self.api.option(name)
    }

    /// The value of a boolean option.
    ///
    /// # Errors
    /// [`Bug`](PluginError::Bug) for an option that is not declared, or not a boolean.
    pub fn flag(&self, name: &str) -> Result<bool> {
        let value = self.option(name)?;
        value
            .as_bool()
            .ok_or_else(|| PluginError::Bug(format!("option `{name}` is {}", value.type_name())))
    }

    fn objects(&self, numbers: Result<Vec<u64>>) -> Result<Vec<Object<'t>>> {
        Ok(numbers?.into_iter().map(|number| self.object(number)).collect())
    }
}
