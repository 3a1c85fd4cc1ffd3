//! New headers for functions that live.

use jurigged_runtime::{Handle, Interpreter, ObjectKind, RuntimeError, Swap};
use rustc_hash::FxHashMap;

use crate::pipeline::edit_plan::{DefaultSource, HeaderUpdate};
use crate::pipeline::locate::CodeTarget;

/// Names of variables in a tuple attribute of a code object.
pub fn names(interpreter: &dyn Interpreter, code: Handle, attribute: &str) -> Vec<String> {
    interpreter
        .attribute(code, attribute)
        .ok()
        .flatten()
        .and_then(|names| interpreter.items(names).ok())
        .unwrap_or_default()
        .into_iter()
        .filter_map(|name| interpreter.text(name))
        .collect()
}

/// The swap that gives an object this attribute, or takes it away; `None` where it is so already.
///
/// # Errors
/// When reading the present value raises.
pub fn attribute_swap(
    interpreter: &dyn Interpreter,
    object: Handle,
    name: &str,
    new: Option<Handle>,
) -> Result<Option<Swap>, RuntimeError> {
    let expected = interpreter.attribute(object, name)?;
    Ok((expected != new).then(|| Swap::Attribute {
        object,
        name: name.to_owned(),
        expected,
        new,
    }))
}

/// The swaps that give functions the header of the template, which was made by running the new `def`.
pub fn header_swaps(
    interpreter: &dyn Interpreter,
    target: &CodeTarget,
    template: Handle,
    header: &HeaderUpdate,
) -> Result<Vec<Swap>, RuntimeError> {
    let template_code = interpreter.attribute(template, "__code__")?;
    let mut swaps = Vec::new();
    for &function in &target.functions {
        let mut set = |name: &str, new: Option<Handle>| -> Result<(), RuntimeError> {
            swaps.extend(attribute_swap(interpreter, function, name, new)?);
            Ok(())
        };
        if header.defaults_changed {
            // The positions of its defaults are those of the old parameters, also when it runs the new code already.
            let live = LiveDefaults::of(interpreter, function, Some(target.code))?;
            let fresh = LiveDefaults::of(interpreter, template, template_code)?;
            let value = |source: &DefaultSource| {
                let first = if source.evaluate { &fresh } else { &live };
                first.get(&source.parameter).or_else(|| fresh.get(&source.parameter))
            };
            let defaults: Vec<Handle> = header.defaults.iter().filter_map(value).collect();
            let defaults = (!defaults.is_empty()).then(|| interpreter.new_tuple(&defaults));
            set("__defaults__", Some(defaults.unwrap_or_else(|| interpreter.none())))?;
            let keyword_defaults = if header.keyword_defaults.is_empty() {
                interpreter.none()
            } else {
                let dict = interpreter.new_dict();
                for source in &header.keyword_defaults {
                    if let Some(value) = value(source) {
                        interpreter.set_entry(dict, &source.parameter, value);
                    }
                }
                dict
            };
            set("__kwdefaults__", Some(keyword_defaults))?;
        }
        if header.annotations_changed {
            // 3.14: the function that computes annotations, so that nothing lazy is evaluated (PEP 649).
            let name = match interpreter.attribute(template, "__annotate__")? {
                Some(annotate) if interpreter.kind(annotate) != ObjectKind::None => "__annotate__",
                // No annotation is left: assigning `None` to `__annotate__` would leave those computed before.
                _ => "__annotations__",
            };
            set(name, interpreter.attribute(template, name)?)?;
        }
        if header.docstring_changed {
            set("__doc__", interpreter.attribute(template, "__doc__")?)?;
        }
        if header.type_params_changed && interpreter.facts().version >= (3, 12, 0) {
            set("__type_params__", interpreter.attribute(template, "__type_params__")?)?;
        }
    }
    Ok(swaps)
}

/// The default values of a function by parameter.
pub struct LiveDefaults {
    by_parameter: FxHashMap<String, Handle>,
    /// Positional parameters with a default, in order.
    pub positional: Vec<String>,
}

impl LiveDefaults {
    /// `code`: whose parameters the defaults are for.
    pub fn of(interpreter: &dyn Interpreter, function: Handle, code: Option<Handle>) -> Result<Self, RuntimeError> {
        let mut by_parameter = FxHashMap::default();
        let mut positional = Vec::new();
        let count = code
            .and_then(|code| interpreter.attribute(code, "co_argcount").ok().flatten())
            .and_then(|count| interpreter.integer(count))
            .unwrap_or(0) as usize;
        let parameters = code.map_or_else(Vec::new, |code| names(interpreter, code, "co_varnames"));
        if let Some(defaults) = interpreter.attribute(function, "__defaults__")?
            && interpreter.kind(defaults) == ObjectKind::Tuple
        {
            let values = interpreter.items(defaults)?;
            let first = count.saturating_sub(values.len());
            positional.extend(parameters.iter().take(count).skip(first).cloned());
            by_parameter.extend(positional.iter().cloned().zip(values));
        }
        if let Some(defaults) = interpreter.attribute(function, "__kwdefaults__")?
            && interpreter.kind(defaults) == ObjectKind::Dict
        {
            for (key, value) in interpreter.entries(defaults) {
                by_parameter.extend(interpreter.text(key).map(|name| (name, value)));
            }
        }
        Ok(Self {
            by_parameter,
            positional,
        })
    }

    /// The value of one parameter's default.
    pub fn get(&self, parameter: &str) -> Option<Handle> {
        self.by_parameter.get(parameter).copied()
    }
}

/// Functions of a module and its classes that say by `__wrapped__` that they wrap one of these, as a decorator makes them
/// that is given another function (`@variant_of(f) def g`); each with the one that it wraps. Not what `bound` is.
pub fn wrappers_in(
    interpreter: &dyn Interpreter,
    namespace: Handle,
    functions: &[Handle],
    bound: Option<Handle>,
) -> Vec<(Handle, Handle)> {
    let values = |dict: Handle| interpreter.entries(dict).into_iter().map(|(_, value)| value);
    let mut found: Vec<(Handle, Handle)> = Vec::new();
    let mut look_at = |value: Handle| {
        let mut inside = value;
        for _ in 0..16 {
            let own = interpreter
                .namespace(inside)
                .filter(|_| interpreter.kind(inside) == ObjectKind::Function);
            let Some(wrapped) = own.and_then(|own| interpreter.entry(own, "__wrapped__")) else {
                return;
            };
            if functions.contains(&wrapped) {
                let pair = (value, wrapped);
                if Some(value) != bound && !functions.contains(&value) && !found.contains(&pair) {
                    found.push(pair);
                }
                return;
            }
            inside = wrapped;
        }
    };
    for value in values(namespace) {
        match interpreter.kind(value) {
            ObjectKind::Function => look_at(value),
            ObjectKind::Class => {
                if let Some(own) = interpreter.namespace(value) {
                    values(own)
                        .filter(|it| interpreter.kind(*it) == ObjectKind::Function)
                        .for_each(&mut look_at);
                }
            }
            _ => {}
        }
    }
    found
}

/// What a name is bound to and what is inside of it, down to a function, as far as it has copied the function's name.
pub fn named_wrappers(interpreter: &dyn Interpreter, bound: Option<Handle>, function: Handle) -> Vec<Handle> {
    let mut wrappers = Vec::new();
    let mut wrapper = bound;
    for _ in 0..16 {
        let Some(current) = wrapper else { break };
        if current == function {
            return wrappers;
        }
        let Some((copied, inside)) = copies_of(interpreter, current) else {
            break;
        };
        if copied.contains(&"__qualname__") {
            wrappers.push(current);
        }
        wrapper = interpreter.attribute(current, inside).ok().flatten();
    }
    // The name leads to something else that has nothing to do with the function.
    Vec::new()
}

/// Copies what wrappers copied from a function when they were made: attributes that still are the function's old ones
/// get the new ones. That is what `functools.wraps` copies (`functools.WRAPPER_ASSIGNMENTS`), what method descriptors
/// copy (Objects/funcobject.c, `functools_wraps`), and the docstring of a property.
pub fn wrapper_swaps(
    interpreter: &dyn Interpreter,
    bound: Option<Handle>,
    function: Handle,
    own: &[Swap],
) -> Result<Vec<Swap>, RuntimeError> {
    let mut swaps = Vec::new();
    let mut wrapper = bound;
    for _ in 0..16 {
        let Some(current) = wrapper else { break };
        if current == function {
            return Ok(swaps);
        }
        let Some((copied, inside)) = copies_of(interpreter, current) else {
            break;
        };
        for swap in own {
            let Swap::Attribute {
                object,
                name,
                expected,
                new,
            } = swap
            else {
                continue;
            };
            if *object != function || !copied.contains(&name.as_str()) {
                continue;
            }
            let present = interpreter.attribute(current, name)?;
            // Since 3.14 both evaluate annotations on their own, by the same function (PEP 649).
            let evaluates = || -> Result<bool, RuntimeError> {
                let annotate = interpreter.attribute(current, "__annotate__")?;
                Ok(annotate.is_some() && annotate == interpreter.attribute(function, "__annotate__")?)
            };
            if present == *expected || (name == "__annotations__" && evaluates()?) {
                swaps.push(Swap::Attribute {
                    object: current,
                    name: name.clone(),
                    expected: present,
                    new: *new,
                });
            }
        }
        wrapper = interpreter.attribute(current, inside)?;
    }
    // The name leads to something else that has nothing to do with the function.
    Ok(Vec::new())
}

/// The attributes that a wrapper copies, and where it keeps what it wraps; `None` for other objects.
fn copies_of(interpreter: &dyn Interpreter, wrapper: Handle) -> Option<(&'static [&'static str], &'static str)> {
    const WRAPS: &[&str] = &[
        "__doc__",
        "__annotations__",
        "__annotate__",
        "__type_params__",
        "__name__",
        "__qualname__",
    ];
    match interpreter.kind(wrapper) {
        ObjectKind::Function => Some((WRAPS, "__wrapped__")),
        // 3.10 and later; before, they ask the function, and those of RustPython ask it for all but its docstring.
        ObjectKind::StaticMethod | ObjectKind::ClassMethod if interpreter.facts().version >= (3, 10, 0) => {
            let copied: &[&str] = match interpreter.facts().implementation {
                "rustpython" => &["__doc__"],
                _ => &["__doc__", "__annotations__", "__annotate__", "__name__", "__qualname__"],
            };
            Some((copied, "__func__"))
        }
        ObjectKind::StaticMethod | ObjectKind::ClassMethod => Some((&[], "__func__")),
        ObjectKind::Property => Some((&["__doc__"], "fget")),
        _ => {
            let classes = interpreter.class_names(wrapper);
            let known = classes.iter().find_map(|name| match name.as_str() {
                // A class of somebody that inherits from it may keep the docstring in its instances.
                "property" => Some((&["__doc__"][..], "fget")),
                "functools.cached_property" => Some((&["__doc__"][..], "func")),
                "functools._lru_cache_wrapper" => Some((WRAPS, "__wrapped__")),
                _ => None,
            });
            // What `functools.update_wrapper` has made of an object of another class.
            let own = || interpreter.entry(interpreter.namespace(wrapper)?, "__wrapped__");
            known.or_else(|| own().map(|_| (WRAPS, "__wrapped__")))
        }
    }
}
