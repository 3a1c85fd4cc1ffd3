//! Annotations that name something with another value now: evaluated anew.

use jurigged_runtime::{Handle, Interpreter, RuntimeError};

use super::propagate::{Done, attribute, binding};
use super::recompute::{evaluate, is_constant_equal};
use crate::pipeline::edit_plan::{Dependent, Unit};
use crate::pipeline::locate::resolve;

/// Evaluates the annotation of a parameter, or of `return`, again.
///
/// # Errors
/// When it raises.
pub fn annotation(
    interpreter: &dyn Interpreter,
    dependent: &Dependent,
    namespace: Handle,
    function: Handle,
    parameter: &str,
    unit: &Unit,
) -> Result<Done, RuntimeError> {
    if let Some(annotate) = interpreter.attribute(function, "__annotate__")?
        && annotate != interpreter.none()
    {
        // Evaluated when they are asked for; setting the function forgets what was evaluated (PEP 649).
        return Ok(Done::Swaps(vec![attribute(
            function,
            "__annotate__",
            annotate,
            annotate,
        )]));
    }
    let Some(present) = interpreter.attribute(function, "__annotations__")? else {
        return Ok(Done::Swaps(Vec::new()));
    };
    let Some(old) = interpreter.entry(present, parameter) else {
        return Ok(Done::Swaps(Vec::new()));
    };
    let locals = locals_of(interpreter, dependent, namespace, unit);
    // Without the annotation of the future, a text is one that the user wrote.
    let Some(new) = evaluate(interpreter, &dependent.path, unit, namespace, locals)? else {
        return Ok(Done::Swaps(Vec::new()));
    };
    if old == new || is_constant_equal(interpreter, old, new) {
        return Ok(Done::Swaps(Vec::new()));
    }
    let annotations = with_entry(interpreter, present, parameter, new);
    Ok(Done::Swaps(vec![attribute(
        function,
        "__annotations__",
        present,
        annotations,
    )]))
}

/// Evaluates the annotation of a variable again, where it has been evaluated: since 3.14 that is when it is asked for
/// (PEP 649), and the answer is kept.
///
/// # Errors
/// When it raises.
pub fn variable(
    interpreter: &dyn Interpreter,
    dependent: &Dependent,
    namespace: Handle,
    name: &str,
    unit: &Unit,
) -> Result<Done, RuntimeError> {
    /// What libraries make of the annotations of a class when they decorate it.
    const MADE_OF_THEM: [&str; 4] = [
        "__dataclass_fields__",
        "__attrs_attrs__",
        "__pydantic_fields__",
        "__fields__",
    ];
    let Some(own) = resolve(interpreter, namespace, &dependent.scope) else {
        return Ok(Done::Swaps(Vec::new()));
    };
    let kept = ["__annotations__", "__annotations_cache__"]
        .into_iter()
        .find_map(|kept| {
            let annotations = interpreter.entry(own, kept)?;
            Some((kept, annotations, interpreter.entry(annotations, name)?))
        });
    let Some((kept, present, old)) = kept else {
        return Ok(Done::Swaps(Vec::new()));
    };
    let locals = locals_of(interpreter, dependent, namespace, unit);
    let new = evaluate(interpreter, &dependent.path, unit, namespace, locals)?;
    let Some(new) = new.filter(|new| old != *new && !is_constant_equal(interpreter, old, *new)) else {
        return Ok(Done::Swaps(Vec::new()));
    };
    if MADE_OF_THEM.iter().any(|made| interpreter.entry(own, made).is_some()) {
        return Ok(Done::Stale("the class was made with the old annotation".to_owned()));
    }
    let annotations = with_entry(interpreter, present, name, new);
    let swap = binding(interpreter, dependent, namespace, kept, Some(annotations));
    Ok(Done::Swaps(swap.into_iter().collect()))
}

/// A copy of a dict with text keys, with another value for one of them.
fn with_entry(interpreter: &dyn Interpreter, dict: Handle, name: &str, value: Handle) -> Handle {
    let copy = interpreter.new_dict();
    for (key, present) in interpreter.entries(dict) {
        if let Some(key) = interpreter.text(key) {
            interpreter.set_entry(copy, &key, if key == name { value } else { present });
        }
    }
    copy
}

/// What an expression of a class body finds before the names of its module.
pub fn locals_of(interpreter: &dyn Interpreter, dependent: &Dependent, namespace: Handle, unit: &Unit) -> Handle {
    let locals = interpreter.new_dict();
    let scope = resolve(interpreter, namespace, &dependent.scope).filter(|_| !dependent.scope.classes.is_empty());
    for (key, value) in scope.map_or_else(Vec::new, |scope| interpreter.entries(scope)) {
        if let Some(name) = interpreter.text(key).filter(|name| !unit.hides.contains(name)) {
            interpreter.set_entry(locals, &name, value);
        }
    }
    locals
}
