//! Small questions that only the interpreter can answer.

use jurigged_runtime::{CompileUnit, Handle, Interpreter, ObjectKind, RuntimeError};

use super::super::Work;
use super::super::namespaces::Scratch;
use super::super::prepare::Stop;
use super::super::units::{compile_to_run, execute_in, no_class};
use super::Remade;
use crate::pipeline::edit_plan::Unit;

/// The name of the value in the dict that [`evaluate`] runs in, by which such a dict is told from those of the program.
pub const VALUE: &str = "_jurigged_value";

/// `co_filename` of what [`evaluate`] compiles.
pub const FILE: &str = "<jurigged>";

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
        source: &format!("{VALUE} = {expression}\n"),
        file: FILE,
        flags: 0,
        first_line: 1,
    })?;
    let namespace = interpreter.new_dict();
    interpreter.set_entry(namespace, VALUE, interpreter.none());
    for (name, value) in names {
        interpreter.set_entry(namespace, name, *value);
    }
    interpreter.execute(code, namespace, namespace)?;
    interpreter.entry(namespace, VALUE).ok_or(RuntimeError::ShuttingDown)
}

/// A module of the standard library.
///
/// # Errors
/// When importing it raises.
pub fn import(interpreter: &dyn Interpreter, name: &str) -> Result<Handle, RuntimeError> {
    evaluate(interpreter, &format!("__import__({name:?})"), &[])
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

/// The class's own attribute, as it stands in its `__dict__`.
pub fn own_entry(interpreter: &dyn Interpreter, class: Handle, name: &str) -> Option<Handle> {
    interpreter.entry(interpreter.namespace(class)?, name)
}

/// All entries of a class's own namespace that have a text as key, in order.
pub fn own_entries(interpreter: &dyn Interpreter, class: Handle) -> Vec<(String, Handle)> {
    let entries = interpreter
        .namespace(class)
        .map_or_else(Vec::new, |own| interpreter.entries(own));
    let named = entries
        .into_iter()
        .filter_map(|(key, value)| Some((interpreter.text(key)?, value)));
    named.collect()
}

/// What a dotted name leads to in a module.
pub fn named(interpreter: &dyn Interpreter, namespace: Handle, name: &str) -> Option<Handle> {
    let mut parts = name.split('.');
    let first = interpreter.entry(namespace, parts.next()?)?;
    parts.try_fold(first, |object, part| interpreter.attribute(object, part).ok().flatten())
}

/// The value of an expression of the file, evaluated in its module. `scratches`: what this save has bound and not
/// committed yet.
///
/// # Errors
/// When evaluating raises.
pub fn value_of_unit(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    unit: &Unit,
    scratches: &[Scratch],
) -> Result<Handle, Stop> {
    let code = compile_to_run(interpreter, work, unit)?;
    let locals = interpreter.new_dict();
    if let Some(scratch) = scratches.iter().find(|scratch| scratch.class.is_none()) {
        scratch.lay_over(interpreter, locals);
    }
    execute_in(interpreter, code, work.namespace, locals)?;
    let value = interpreter.entry(locals, Unit::VALUE);
    value.ok_or_else(|| Stop::from(RuntimeError::ShuttingDown))
}

/// Runs the class statement in a scratch copy of the scope around it; the answer is the class that it made.
///
/// # Errors
/// When it raises.
pub fn run_statement(interpreter: &dyn Interpreter, work: &Work<'_>, remade: &Remade<'_>) -> Result<Handle, Stop> {
    let unit = &remade.plan.statement;
    let code = compile_to_run(interpreter, work, unit)?;
    let around = remade.around();
    let locals = if around.classes.is_empty() {
        interpreter.new_dict()
    } else {
        Scratch::of(interpreter, work.namespace, &around)
            .ok_or_else(|| no_class(&around))?
            .locals
    };
    execute_in(interpreter, code, work.namespace, locals)?;
    let made = interpreter.entry(locals, &remade.plan.bound_as);
    made.filter(|made| interpreter.kind(*made) == ObjectKind::Class)
        .ok_or_else(|| remade.refused("running its class statement made no class", "restart the program"))
}
