//! The names that interests are compared with.

use jurigged_runtime::{Handle, Interpreter, ObjectKind};

use super::LiveEdit;

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
