//! Live objects by where the program keeps them: names, classes, and what wrappers hide.

use jurigged_runtime::{Handle, Interpreter, ObjectKind};
use rustc_hash::FxHashSet;

use crate::pipeline::edit_plan::{Scope, UpdateCode};
use crate::plugins::PluginSession;

/// Objects looked at below one name, at most: beyond that the heap pass is cheaper.
const LOOK_AT: usize = 256;

/// The class of a scope, or `None` where the names lead to no class that was defined there.
pub fn class_at(interpreter: &dyn Interpreter, namespace: Handle, scope: &Scope) -> Option<Handle> {
    let mut container = namespace;
    let mut class = None;
    let mut path = String::new();
    for name in &scope.classes {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        let found = interpreter.entry(container, name)?;
        if interpreter.kind(found) != ObjectKind::Class {
            return None;
        }
        let qualified = interpreter.attribute(found, "__qualname__").ok().flatten()?;
        if interpreter.text(qualified)? != path {
            return None;
        }
        container = interpreter.namespace(found)?;
        class = Some(found);
    }
    class
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

/// Functions with one of the wanted code objects that are reached from the name of an edited definition.
pub fn functions_at(
    interpreter: &dyn Interpreter,
    namespace: Handle,
    update: &UpdateCode,
    wanted: &FxHashSet<Handle>,
    plugins: &mut PluginSession<'_>,
) -> Vec<(Handle, Handle)> {
    let Some(start) = update
        .binding
        .as_ref()
        .and_then(|name| bound_object(interpreter, namespace, &update.scope, name))
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut seen = FxHashSet::default();
    let mut queue = vec![start];
    while let Some(object) = queue.pop() {
        if seen.len() >= LOOK_AT || !seen.insert(object) {
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
