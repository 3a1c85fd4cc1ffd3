//! Attributes of a class made aside, given to the live one.

use jurigged_runtime::{CommitError, Handle, Interpreter, ObjectKind, RuntimeError, Swap};
use rustc_hash::FxHashSet;

use super::super::functions::attribute_swap;
use super::super::transaction::Transaction;

/// The swap that makes a live class have this attribute as `new` says; `None` where it has.
pub fn attribute(interpreter: &dyn Interpreter, live: Handle, name: &str, new: Option<Handle>) -> Option<Swap> {
    let expected = interpreter.entry(interpreter.namespace(live)?, name);
    (new != expected).then(|| Swap::ClassAttribute {
        class: live,
        name: name.to_owned(),
        expected,
        new,
    })
}

/// The swaps that make a live class have this generated method: where it had one, the same function goes on with the new
/// code, for who holds it.
///
/// # Errors
/// When the functions cannot be read.
pub fn method(
    interpreter: &dyn Interpreter,
    live: Handle,
    name: &str,
    new: Option<Handle>,
) -> Result<Vec<Swap>, RuntimeError> {
    let old = interpreter.namespace(live).and_then(|own| interpreter.entry(own, name));
    if let (Some(old), Some(new)) = (old, new)
        && let Some(swaps) = in_place(interpreter, old, new)?
    {
        return Ok(swaps);
    }
    Ok(attribute(interpreter, live, name, new).into_iter().collect())
}

/// `None` where one of them is no generated function, or wraps one and the other does not.
fn in_place(interpreter: &dyn Interpreter, old: Handle, new: Handle) -> Result<Option<Vec<Swap>>, RuntimeError> {
    let is_function = |object: Handle| interpreter.kind(object) == ObjectKind::Function;
    if !is_function(old) || !is_function(new) {
        return Ok(None);
    }
    let wrapped = |function| interpreter.attribute(function, "__wrapped__");
    match (wrapped(old)?, wrapped(new)?) {
        (Some(old), Some(new)) => return in_place(interpreter, old, new),
        (None, None) => {}
        _ => return Ok(None),
    }
    let code = |function| interpreter.attribute(function, "__code__");
    let (Some(old_code), Some(new_code)) = (code(old)?, code(new)?) else {
        return Ok(None);
    };
    let file = interpreter
        .attribute(old_code, "co_filename")?
        .and_then(|file| interpreter.text(file));
    let globals = |function| interpreter.attribute(function, "__globals__");
    // A function stays in the module that it was made in.
    if file.as_deref() != Some("<string>") || globals(old)? != globals(new)? {
        return Ok(None);
    }
    let closure = |function| {
        let closure = interpreter.attribute(function, "__closure__")?;
        Ok::<_, RuntimeError>(closure.filter(|closure| interpreter.kind(*closure) == ObjectKind::Tuple))
    };
    let mut swaps = vec![
        Swap::Closure {
            function: old,
            expected: closure(old)?,
            new: closure(new)?,
        },
        Swap::Code {
            function: old,
            expected: old_code,
            new: new_code,
        },
    ];
    for name in ["__defaults__", "__kwdefaults__", "__annotations__", "__doc__"] {
        swaps.extend(attribute_swap(
            interpreter,
            old,
            name,
            interpreter.attribute(new, name)?,
        )?);
    }
    Ok(Some(swaps))
}

/// Gives a live class another module, and the line of its statement there.
///
/// Since 3.13 setting `__module__` deletes `__firstlineno__` (Objects/typeobject.c, `type_set_module`): it is taken away
/// before, so that undoing this brings it back, and comes again by a commit of its own.
///
/// # Errors
/// When a commit fails.
pub fn set_module(
    interpreter: &dyn Interpreter,
    live: Handle,
    module: Handle,
    line: Option<Handle>,
    transaction: &mut Transaction<'_>,
) -> Result<(), CommitError> {
    let first_line = "__firstlineno__";
    let own = interpreter.namespace(live);
    let before = own.and_then(|own| interpreter.entry(own, first_line));
    let gone = before.and_then(|_| attribute(interpreter, live, first_line, None));
    let named = attribute(interpreter, live, "__module__", Some(module));
    transaction.commit(gone.into_iter().chain(named).collect())?;
    let new = before.and(line.or(before));
    let back = new.and_then(|new| attribute(interpreter, live, first_line, Some(new)));
    transaction.commit(back.into_iter().collect())
}

/// The swaps that make cells of adopted functions hold the live class in place of the one made aside: `__class__` of
/// methods that use `super()`, `cls` of the `__setattr__` of a frozen dataclass.
pub fn cells(interpreter: &dyn Interpreter, adopted: &[Swap], made: Handle, live: Handle) -> Vec<Swap> {
    let mut swaps = Vec::new();
    let mut seen = FxHashSet::default();
    let mut pending: Vec<Handle> = adopted
        .iter()
        .filter_map(|swap| match swap {
            Swap::ClassAttribute { new, .. } | Swap::Closure { new, .. } => *new,
            _ => None,
        })
        .collect();
    while let Some(object) = pending.pop() {
        if !seen.insert(object) {
            continue;
        }
        let inside = match interpreter.kind(object) {
            // The closure that a function gets.
            ObjectKind::Tuple => &[][..],
            // Since 3.14 (PEP 649) a function that gives its annotations, of which 3.9 knows nothing.
            ObjectKind::Function => &["__wrapped__", "__annotate__"][..],
            ObjectKind::StaticMethod | ObjectKind::ClassMethod => &["__func__"],
            ObjectKind::Property => &["fget", "fset", "fdel"],
            _ => continue,
        };
        let read = |name: &str| interpreter.attribute(object, name).ok().flatten();
        pending.extend(inside.iter().filter_map(|name| read(name)));
        let closure = match interpreter.kind(object) {
            ObjectKind::Tuple => Some(object),
            _ => read("__closure__").filter(|closure| interpreter.kind(*closure) == ObjectKind::Tuple),
        };
        let closure = closure.and_then(|closure| interpreter.items(closure).ok());
        for cell in closure.unwrap_or_default() {
            // An empty cell raises.
            let content = interpreter.attribute(cell, "cell_contents").ok().flatten();
            if content == Some(made) && seen.insert(cell) {
                swaps.push(Swap::Cell {
                    cell,
                    expected: Some(made),
                    new: Some(live),
                });
            }
        }
    }
    swaps
}
