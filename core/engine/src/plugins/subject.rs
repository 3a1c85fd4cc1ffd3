//! The names that interests are compared with.

use jurigged_runtime::{Handle, Interpreter, ObjectKind};

use super::LiveEdit;
use super::host::resolve;

/// Full names of `class.__mro__`, where the object is a class.
pub(super) fn base_names(interpreter: &dyn Interpreter, object: Handle) -> Vec<String> {
    if interpreter.kind(object) != ObjectKind::Class {
        return Vec::new();
    }
    let bases = interpreter.attribute(object, "__mro__").ok().flatten();
    let bases = bases
        .and_then(|bases| interpreter.items(bases).ok())
        .unwrap_or_default();
    bases
        .into_iter()
        .filter_map(|class| full_name(interpreter, class))
        .collect()
}

/// Names in the own `__dict__` of a class.
pub(super) fn own_names(interpreter: &dyn Interpreter, object: Handle) -> Vec<String> {
    let is_class = interpreter.kind(object) == ObjectKind::Class;
    let names = interpreter.namespace(object).filter(|_| is_class);
    let entries = names.map_or_else(Vec::new, |names| interpreter.entries(names));
    entries
        .into_iter()
        .filter_map(|(key, _)| interpreter.text(key))
        .collect()
}

/// The full name of what a dotted name leads to in a namespace, where that is the object which the full name leads to;
/// else as written.
pub(super) fn decorator_name(interpreter: &dyn Interpreter, namespace: Handle, written: &str) -> String {
    let mut parts = written.split('.').map(str::trim);
    let root = parts.next().and_then(|root| interpreter.entry(namespace, root));
    let object =
        root.and_then(|root| parts.try_fold(root, |object, name| interpreter.attribute(object, name).ok().flatten()));
    let full = object.and_then(|object| full_name(interpreter, object));
    // A wrapper says that it is what it wraps.
    full.filter(|full| resolve(interpreter, full) == object)
        .unwrap_or_else(|| written.to_owned())
}

/// The decorators as written, without their calls, and what those names really are.
pub(super) fn decorator_names(interpreter: &dyn Interpreter, edit: &LiveEdit) -> Vec<String> {
    let mut names = Vec::new();
    for decorator in &edit.decorators {
        let written = decorator.split('(').next().unwrap_or_default().trim();
        let mut parts = written.split('.').map(str::trim);
        let root = edit
            .namespace
            .zip(parts.next())
            .and_then(|(names, root)| interpreter.entry(names, root));
        let object = root.and_then(|root| {
            parts.try_fold(root, |object, name| {
                interpreter.entry(interpreter.namespace(object)?, name)
            })
        });
        names.extend(object.and_then(|object| full_name(interpreter, object)));
        names.push(written.to_owned());
    }
    names
}

/// `__module__` and `__qualname__` of a class or function; the bare `__qualname__` in `builtins`.
fn full_name(interpreter: &dyn Interpreter, object: Handle) -> Option<String> {
    let text = |name| {
        let value = interpreter.attribute(object, name).ok().flatten()?;
        interpreter.text(value)
    };
    let name = text("__qualname__")?;
    Some(match text("__module__") {
        Some(module) if module != "builtins" => format!("{module}.{name}"),
        _ => name,
    })
}
