//! Live objects by where the program keeps them: names, classes, and what wrappers hide.

use jurigged_runtime::{Handle, Interpreter, ObjectKind};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::pipeline::definitions::mangle;
use crate::pipeline::edit_plan::Scope;
use crate::plugins::PluginSession;

/// Objects looked at below one name, at most: beyond that the heap pass is cheaper.
const LOOK_AT: usize = 256;

/// Objects looked at inside the containers of one module, at most: some 10 ms.
const LOOK_INSIDE: usize = 4096;

/// The class of a scope, or `None` where the names lead to no class that was defined there.
pub fn class_at(interpreter: &dyn Interpreter, namespace: Handle, scope: &Scope) -> Option<Handle> {
    let mut container = namespace;
    let mut class = None;
    let mut path = String::new();
    let mut around = "";
    for name in &scope.classes {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        // A private class is bound under its mangled name, and qualified by the name as written.
        let found = interpreter.entry(container, &mangle(around, name))?;
        around = name;
        let found =
            class_in(interpreter, found, &path).filter(|class| !is_from_elsewhere(interpreter, *class, namespace))?;
        container = interpreter.namespace(found)?;
        class = Some(found);
    }
    class
}

/// Was the class imported over the one that the file defines under its name? That one is no longer reached, and this one
/// follows its own file.
///
/// `__module__` alone does not tell: packages rewrite it to where they export a class.
fn is_from_elsewhere(interpreter: &dyn Interpreter, class: Handle, namespace: Handle) -> bool {
    let module = interpreter.attribute(class, "__module__").ok().flatten();
    if module.and_then(|it| interpreter.text(it))
        == interpreter
            .entry(namespace, "__name__")
            .and_then(|it| interpreter.text(it))
    {
        return false;
    }
    let own = interpreter
        .namespace(class)
        .map_or_else(Vec::new, |own| interpreter.entries(own));
    let inside = |value: Handle| match interpreter.kind(value) {
        ObjectKind::StaticMethod | ObjectKind::ClassMethod => interpreter.attribute(value, "__func__").ok().flatten(),
        ObjectKind::Property => interpreter.attribute(value, "fget").ok().flatten(),
        _ => Some(value),
    };
    let wrapped = |function: Handle| {
        let inner = interpreter.attribute(function, "__wrapped__").ok().flatten();
        inner
            .filter(|inner| interpreter.kind(*inner) == ObjectKind::Function)
            .unwrap_or(function)
    };
    let functions = own.into_iter().filter_map(|(_, value)| inside(value));
    let functions = functions
        .filter(|value| interpreter.kind(*value) == ObjectKind::Function)
        .map(wrapped);
    let mut globals = functions
        .filter_map(|it| interpreter.attribute(it, "__globals__").ok().flatten())
        .peekable();
    globals.peek().is_some() && globals.all(|globals| globals != namespace)
}

/// The class of this qualified name: the object itself, or what a decorator that returned a function keeps in it.
fn class_in(interpreter: &dyn Interpreter, object: Handle, path: &str) -> Option<Handle> {
    let is_it = |object: &Handle| {
        let qualified = || interpreter.attribute(*object, "__qualname__").ok().flatten();
        interpreter.kind(*object) == ObjectKind::Class
            && qualified().and_then(|name| interpreter.text(name)).as_deref() == Some(path)
    };
    if interpreter.kind(object) != ObjectKind::Function {
        return Some(object).filter(is_it);
    }
    let wrapped = interpreter
        .namespace(object)
        .and_then(|own| interpreter.entry(own, "__wrapped__"));
    let closure = interpreter.attribute(object, "__closure__").ok().flatten();
    let cells = closure.filter(|closure| interpreter.kind(*closure) == ObjectKind::Tuple);
    let cells = cells.map_or_else(Vec::new, |cells| interpreter.items(cells).unwrap_or_default());
    let contents = cells
        .into_iter()
        .filter_map(|cell| interpreter.attribute(cell, "cell_contents").ok().flatten());
    wrapped.into_iter().chain(contents).find(is_it)
}

/// The namespace of a scope: the module's dict, or the proxy of a class's.
pub fn resolve(interpreter: &dyn Interpreter, namespace: Handle, scope: &Scope) -> Option<Handle> {
    if scope.classes.is_empty() {
        return Some(namespace);
    }
    interpreter.namespace(class_at(interpreter, namespace, scope)?)
}

/// What a name is bound to in its scope.
pub fn bound_object(interpreter: &dyn Interpreter, namespace: Handle, scope: &Scope, name: &str) -> Option<Handle> {
    interpreter.entry(resolve(interpreter, namespace, scope)?, name)
}

/// Is an object this function, or a descriptor, method, partial or wrapper around it?
pub fn leads_to(interpreter: &dyn Interpreter, object: Handle, function: Handle) -> bool {
    functions_in(interpreter, object).contains(&function)
}

/// The functions in an object: itself, or what descriptors, methods, partials and wrappers are around.
pub fn functions_in(interpreter: &dyn Interpreter, object: Handle) -> Vec<Handle> {
    let mut functions = Vec::new();
    let mut seen = FxHashSet::default();
    let mut waiting = vec![object];
    while let Some(object) = waiting.pop() {
        if seen.len() >= LOOK_AT || !seen.insert(object) {
            continue;
        }
        if interpreter.kind(object) == ObjectKind::Function {
            functions.push(object);
        }
        let attributes: &[&str] = match interpreter.kind(object) {
            ObjectKind::Function => &["__wrapped__", "__closure__"],
            ObjectKind::StaticMethod | ObjectKind::ClassMethod | ObjectKind::BoundMethod => &["__func__"],
            ObjectKind::Property => &["fget", "fset", "fdel"],
            ObjectKind::Partial => &["func"],
            ObjectKind::Cell => &["cell_contents"],
            ObjectKind::Tuple => {
                waiting.extend(interpreter.items(object).unwrap_or_default());
                continue;
            }
            // Asking a module or class for `__wrapped__` could run code of the user.
            ObjectKind::Other => match interpreter.namespace(object) {
                Some(own) => {
                    waiting.extend(interpreter.entry(own, "__wrapped__"));
                    continue;
                }
                None => continue,
            },
            _ => continue,
        };
        // An empty cell raises ValueError.
        let values = attributes
            .iter()
            .filter_map(|name| interpreter.attribute(object, name).ok()?);
        waiting.extend(values);
    }
    functions
}

/// Functions with one of the wanted code objects that are reached from the name of an edited definition.
pub fn functions_at(
    interpreter: &dyn Interpreter,
    namespace: Handle,
    binding: Option<(&Scope, &str)>,
    wanted: &FxHashSet<Handle>,
    plugins: &mut PluginSession<'_>,
) -> Vec<(Handle, Handle)> {
    let Some(start) = binding.and_then(|(scope, name)| bound_object(interpreter, namespace, scope, name)) else {
        return Vec::new();
    };
    reached(interpreter, vec![start], LOOK_AT, wanted, plugins)
}

/// Functions with one of the wanted code objects inside globals of a module that only a plugin can look into: what such
/// a container holds, Python's garbage collector may not show.
pub fn functions_in_containers(
    interpreter: &dyn Interpreter,
    namespace: Handle,
    wanted: &FxHashSet<Handle>,
    plugins: &mut PluginSession<'_>,
) -> Vec<(Handle, Handle)> {
    if wanted.is_empty() || !plugins.has_crawlers_of_plugins() {
        return Vec::new();
    }
    let globals = interpreter.entries(namespace).into_iter().map(|(_, value)| value);
    let containers = globals.filter(|value| plugins.is_crawled_by_plugin(*value)).collect();
    reached(interpreter, containers, LOOK_INSIDE, wanted, plugins)
}

/// Functions with one of the wanted code objects, and that code, among the first `limit` objects that crawlers find from
/// `start` on.
fn reached(
    interpreter: &dyn Interpreter,
    start: Vec<Handle>,
    limit: usize,
    wanted: &FxHashSet<Handle>,
    plugins: &mut PluginSession<'_>,
) -> Vec<(Handle, Handle)> {
    let mut found = Vec::new();
    let mut seen = FxHashSet::default();
    let mut queue = start;
    while let Some(object) = queue.pop() {
        if seen.len() >= limit || !seen.insert(object) {
            continue;
        }
        if interpreter.kind(object) == ObjectKind::Function
            && let Ok(Some(code)) = interpreter.attribute(object, "__code__")
            && wanted.contains(&code)
        {
            found.push((object, code));
        }
        queue.extend(plugins.crawl(object).into_iter().map(|held| held.object));
    }
    found
}

/// The outermost wrapper (by `__wrapped__`) of each of these functions that has one, by one search for functions and
/// caches: for functions that no name leads to.
pub fn wrappers_of(interpreter: &dyn Interpreter, functions: &FxHashSet<Handle>) -> FxHashMap<Handle, Handle> {
    let mut classes: Vec<Handle> = functions.iter().take(1).map(|it| interpreter.class_of(*it)).collect();
    let cache = interpreter
        .module("functools")
        .and_then(|functools| interpreter.attribute(functools, "_lru_cache_wrapper").ok().flatten());
    // RustPython's cache is a function.
    classes.extend(cache.filter(|cache| interpreter.kind(*cache) == ObjectKind::Class));
    let mut wrapper_of: FxHashMap<Handle, Handle> = FxHashMap::default();
    for wrapper in classes.into_iter().flat_map(|class| interpreter.instances(class)) {
        let wrapped = interpreter
            .namespace(wrapper)
            .and_then(|namespace| interpreter.entry(namespace, "__wrapped__"));
        if let Some(wrapped) = wrapped {
            wrapper_of.insert(wrapped, wrapper);
        }
    }
    functions
        .iter()
        .filter_map(|function| {
            let mut outermost = *wrapper_of.get(function)?;
            for _ in 0..16 {
                match wrapper_of.get(&outermost) {
                    Some(wrapper) => outermost = *wrapper,
                    None => break,
                }
            }
            Some((*function, outermost))
        })
        .collect()
}
