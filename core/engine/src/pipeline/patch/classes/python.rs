//! Small questions that only the interpreter can answer.

use jurigged_runtime::{CompileUnit, Handle, Interpreter, RuntimeError};

/// The value of an expression of our own, which reads these names and the builtins.
///
/// # Errors
/// When evaluating raises.
pub fn evaluate(
    interpreter: &dyn Interpreter,
    expression: &str,
    names: &[(&str, Handle)],
) -> Result<Handle, RuntimeError> {
    let code = interpreter.compile(&CompileUnit {
        source: &format!("_value = {expression}\n"),
        file: "<jurigged>",
        flags: 0,
        first_line: 1,
    })?;
    let namespace = interpreter.new_dict();
    for (name, value) in names {
        interpreter.set_entry(namespace, name, *value);
    }
    interpreter.execute(code, namespace, namespace)?;
    interpreter.entry(namespace, "_value").ok_or(RuntimeError::ShuttingDown)
}

/// Is it true, by `bool(object)`?
///
/// # Errors
/// When its `__bool__` raises.
pub fn truth(interpreter: &dyn Interpreter, object: Handle) -> Result<bool, RuntimeError> {
    let number = evaluate(interpreter, "1 if it else 0", &[("it", object)])?;
    Ok(interpreter.integer(number) == Some(1))
}

/// The items of an attribute that is a tuple or another collection; none where it has no such attribute.
pub fn items_of(interpreter: &dyn Interpreter, object: Handle, attribute: &str) -> Vec<Handle> {
    let value = interpreter.attribute(object, attribute).ok().flatten();
    value
        .and_then(|value| interpreter.items(value).ok())
        .unwrap_or_default()
}

/// The classes that have this one among their bases.
///
/// RustPython goes on listing a class whose bases were changed, so each is asked.
pub fn subclasses(interpreter: &dyn Interpreter, class: Handle) -> Vec<Handle> {
    let listed = evaluate(interpreter, "type.__subclasses__(it)", &[("it", class)]);
    let listed = listed.and_then(|listed| interpreter.items(listed)).unwrap_or_default();
    listed
        .into_iter()
        .filter(|subclass| items_of(interpreter, *subclass, "__bases__").contains(&class))
        .collect()
}

/// The classes and all classes below them, each once, every class behind its bases.
pub fn with_subclasses(interpreter: &dyn Interpreter, classes: &[Handle]) -> Vec<Handle> {
    let mut found: Vec<Handle> = Vec::new();
    let mut pending = classes.to_vec();
    while let Some(class) = pending.pop() {
        if !found.contains(&class) {
            found.push(class);
            pending.extend(subclasses(interpreter, class));
        }
    }
    // The order of resolution of a class is longer than that of each of its bases.
    found.sort_by_cached_key(|class| items_of(interpreter, *class, "__mro__").len());
    found
}
