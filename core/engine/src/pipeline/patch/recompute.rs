//! The value of an assignment, or the default of a parameter, computed again.

use std::path::Path;

use jurigged_runtime::{CompileUnit, Handle, Interpreter, ObjectKind, RuntimeError, UserCode};

use super::propagate::{Changed, Done, attribute, binding};
use super::reannotate::locals_of;
use crate::pipeline::edit_plan::{Dependent, Unit, VALUE};
use crate::pipeline::locate::bound_object;

/// A value, and whether another one is what the same text gave before.
pub struct Recomputed<'a> {
    value: Handle,
    /// It was computed again for the sake of definitions that are other objects now, and forward to each other.
    is_for_identity: bool,
    is_old: Box<dyn Fn(Handle) -> bool + 'a>,
}

/// Computes a value again: from numbers, texts and their like alone, or, where `is_run`, whatever it calls. `Err`: why not.
/// `given`: what it has given before in the same save.
///
/// # Errors
/// When that raises.
pub fn recompute<'a>(
    interpreter: &'a dyn Interpreter,
    dependent: &Dependent,
    namespace: Handle,
    (names, unit, is_run): (&[String], &Unit, bool),
    changed: &[Changed<'_>],
    given: &mut Option<Handle>,
) -> Result<Result<Recomputed<'a>, String>, RuntimeError> {
    let before = *given;
    let why = match computed(interpreter, dependent, namespace, (names, unit), changed)? {
        Ok((old, value)) => {
            *given = Some(value);
            return Ok(Ok(Recomputed {
                value,
                is_for_identity: false,
                is_old: Box::new(move |present| {
                    before == Some(present) || is_constant_equal(interpreter, present, old)
                }),
            }));
        }
        Err(why) => why,
    };
    if !is_run {
        return Ok(Err(why));
    }
    let Some(value) = run(interpreter, dependent, namespace, unit)? else {
        return Ok(Err("it gives no value".to_owned()));
    };
    *given = Some(value);
    let alias = alias_of(dependent, changed);
    Ok(Ok(Recomputed {
        value,
        is_for_identity: changed
            .iter()
            .all(|changed| changed.old.is_some_and(|old| is_definition(interpreter, old))),
        is_old: Box::new(move |present| before == Some(present) || alias.is_none_or(|old| old == Some(present))),
    }))
}

/// Assigns a name its new value, if it still holds the old one.
pub fn assign(
    interpreter: &dyn Interpreter,
    dependent: &Dependent,
    namespace: Handle,
    (name, present): (&str, Handle),
    new: &Recomputed<'_>,
) -> Done {
    if is_constant_equal(interpreter, present, new.value) {
        return Done::Swaps(Vec::new());
    }
    if new.is_for_identity && is_larger(interpreter, present, new.value) {
        return Done::Stale(format!(
            "`{name}` has more in it than its statement would give it now, which would be lost"
        ));
    }
    if !(new.is_old)(present) {
        return Done::Stale(format!("`{name}` does not hold what its statement gave it"));
    }
    let swap = binding(interpreter, dependent, namespace, name, Some(new.value));
    Done::Swaps(swap.into_iter().collect())
}

/// Is it a function or class?
pub fn is_definition(interpreter: &dyn Interpreter, object: Handle) -> bool {
    matches!(interpreter.kind(object), ObjectKind::Function | ObjectKind::Class)
}

/// Is it a container with more items than one of its kind? The program may have filled it.
fn is_larger(interpreter: &dyn Interpreter, present: Handle, new: Handle) -> bool {
    let is_container = match interpreter.class_names(present).first().map(String::as_str) {
        Some("dict" | "list" | "set") => interpreter.class_of(present) == interpreter.class_of(new),
        _ => false,
    };
    let count = |container: Handle| interpreter.items(container).map_or(0, |items| items.len());
    is_container && count(present) > count(new)
}

/// The value before the save of the name that a dependent is an alias of; `None` where it is none.
fn alias_of(dependent: &Dependent, changed: &[Changed<'_>]) -> Option<Option<Handle>> {
    let alias = dependent.follow.alias()?;
    let mut changed = changed.iter();
    changed
        .find(|changed| changed.name.name == alias)
        .map(|changed| changed.old)
}

/// The value of a unit in the scope of its dependent, within the limit for code of the user.
fn run(
    interpreter: &dyn Interpreter,
    dependent: &Dependent,
    namespace: Handle,
    unit: &Unit,
) -> Result<Option<Handle>, RuntimeError> {
    let code = compile(interpreter, &dependent.path, unit)?;
    let locals = locals_of(interpreter, dependent, namespace, unit);
    interpreter.run_limited(UserCode::Execute {
        code,
        globals: namespace,
        locals,
    })?;
    Ok(interpreter.entry(locals, VALUE))
}

/// Gives a parameter its new default, if it still has the old one.
///
/// # Errors
/// When an attribute cannot be read.
pub fn default(
    interpreter: &dyn Interpreter,
    function: Handle,
    parameter: &str,
    new: &Recomputed<'_>,
) -> Result<Done, RuntimeError> {
    let (new, is_old) = (new.value, &new.is_old);
    let other = || Done::Stale(format!("the default of `{parameter}` is not what its `def` gave it"));
    let keywords = interpreter.attribute(function, "__kwdefaults__")?;
    let keyword = keywords.and_then(|keywords| interpreter.entry(keywords, parameter));
    if let (Some(keywords), Some(present)) = (keywords, keyword) {
        if is_constant_equal(interpreter, present, new) {
            return Ok(Done::Swaps(Vec::new()));
        }
        if !is_old(present) {
            return Ok(other());
        }
        let defaults = interpreter.new_dict();
        for (key, value) in interpreter.entries(keywords) {
            if let Some(key) = interpreter.text(key) {
                interpreter.set_entry(defaults, &key, if key == parameter { new } else { value });
            }
        }
        return Ok(Done::Swaps(vec![attribute(
            function,
            "__kwdefaults__",
            keywords,
            defaults,
        )]));
    }
    let (Some(defaults), Some(position)) = (
        interpreter.attribute(function, "__defaults__")?,
        position_of(interpreter, function, parameter)?,
    ) else {
        return Ok(other());
    };
    let mut values = if defaults == interpreter.none() {
        Vec::new()
    } else {
        interpreter.items(defaults)?
    };
    let count = positional_count(interpreter, function)?;
    let slot = (position + values.len()).checked_sub(count);
    let Some((slot, present)) = slot.and_then(|slot| Some((slot, *values.get(slot)?))) else {
        return Ok(other());
    };
    if is_constant_equal(interpreter, present, new) {
        return Ok(Done::Swaps(Vec::new()));
    }
    if !is_old(present) {
        return Ok(other());
    }
    values[slot] = new;
    Ok(Done::Swaps(vec![attribute(
        function,
        "__defaults__",
        defaults,
        interpreter.new_tuple(&values),
    )]))
}

fn positional_count(interpreter: &dyn Interpreter, function: Handle) -> Result<usize, RuntimeError> {
    let code = interpreter.attribute(function, "__code__")?;
    let count = code
        .map(|code| interpreter.attribute(code, "co_argcount"))
        .transpose()?
        .flatten();
    Ok(count
        .and_then(|count| interpreter.integer(count))
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(0))
}

fn position_of(
    interpreter: &dyn Interpreter,
    function: Handle,
    parameter: &str,
) -> Result<Option<usize>, RuntimeError> {
    let code = interpreter.attribute(function, "__code__")?;
    let names = code
        .map(|code| interpreter.attribute(code, "co_varnames"))
        .transpose()?
        .flatten();
    let names = names
        .map(|names| interpreter.items(names))
        .transpose()?
        .unwrap_or_default();
    Ok(names
        .iter()
        .position(|name| interpreter.text(*name).as_deref() == Some(parameter)))
}

/// The value with the old names and with the new ones; why not, where one of them is no constant.
fn computed(
    interpreter: &dyn Interpreter,
    dependent: &Dependent,
    namespace: Handle,
    (names, unit): (&[String], &Unit),
    changed: &[Changed<'_>],
) -> Result<Result<(Handle, Handle), String>, RuntimeError> {
    let (before, after) = (interpreter.new_dict(), interpreter.new_dict());
    for name in names {
        let of_class = (!dependent.scope.classes.is_empty() && !unit.hides.contains(name))
            .then(|| bound_object(interpreter, namespace, &dependent.scope, name))
            .flatten();
        let Some(now) = of_class.or_else(|| interpreter.entry(namespace, name)) else {
            return Ok(Err(format!("`{name}`, which it is computed from, is not there")));
        };
        let own = changed.iter().find(|changed| {
            changed.name.module == dependent.module && changed.name.name == *name && changed.new == Some(now)
        });
        let old = own.map_or(Some(now), |changed| changed.old);
        let Some(old) = old.filter(|old| is_constant(interpreter, *old) && is_constant(interpreter, now)) else {
            return Ok(Err(format!(
                "`{name}`, which it is computed from, is no number, text or the like"
            )));
        };
        interpreter.set_entry(before, name, old);
        interpreter.set_entry(after, name, now);
    }
    let old = evaluate(interpreter, &dependent.path, unit, before, before)?;
    let new = evaluate(interpreter, &dependent.path, unit, after, after)?;
    let is_constant = |value: &Handle| is_constant(interpreter, *value);
    Ok(match (old.filter(is_constant), new.filter(is_constant)) {
        (Some(old), Some(new)) => Ok((old, new)),
        _ => Err("its value is no number, text or the like".to_owned()),
    })
}

/// The value of a unit that binds [`VALUE`].
///
/// # Errors
/// When it raises.
pub fn evaluate(
    interpreter: &dyn Interpreter,
    path: &Path,
    unit: &Unit,
    globals: Handle,
    locals: Handle,
) -> Result<Option<Handle>, RuntimeError> {
    let code = compile(interpreter, path, unit)?;
    interpreter.execute(code, globals, locals)?;
    Ok(interpreter.entry(locals, VALUE))
}

fn compile(interpreter: &dyn Interpreter, path: &Path, unit: &Unit) -> Result<Handle, RuntimeError> {
    interpreter.compile(&CompileUnit {
        source: &unit.source,
        file: &path.to_string_lossy(),
        flags: 0,
        first_line: unit.first_line,
    })
}

/// Exactly an `int`, `float`, `complex`, `str`, `bytes`, `bool`, `None`, or a tuple of these.
fn is_constant(interpreter: &dyn Interpreter, value: Handle) -> bool {
    const TYPES: [&str; 7] = ["int", "float", "complex", "str", "bytes", "bool", "NoneType"];
    let names = interpreter.class_names(value);
    match names.first().map(String::as_str) {
        Some("tuple") => {
            let items = interpreter.items(value).unwrap_or_default();
            items.into_iter().all(|item| is_constant(interpreter, item))
        }
        Some(name) => TYPES.contains(&name),
        None => false,
    }
}

/// The same type and representation: `1` is neither `True` nor `1.0`.
pub fn is_constant_equal(interpreter: &dyn Interpreter, a: Handle, b: Handle) -> bool {
    a == b
        || (interpreter.class_of(a) == interpreter.class_of(b)
            && is_constant(interpreter, a)
            && is_constant(interpreter, b)
            && shown(interpreter, a) == shown(interpreter, b))
}

/// `repr` in full: the one of reports is cut.
fn shown(interpreter: &dyn Interpreter, value: Handle) -> Option<String> {
    let builtins = interpreter.module("builtins")?;
    let repr = interpreter.attribute(builtins, "repr").ok()??;
    interpreter.text(interpreter.call(repr, &[value]).ok()?)
}
