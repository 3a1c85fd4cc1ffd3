//! Attributes of a class made aside, given to the live one.

use jurigged_runtime::{CommitError, Handle, Interpreter, ObjectKind, Swap};
use rustc_hash::FxHashSet;

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
            Swap::ClassAttribute { new, .. } => *new,
            _ => None,
        })
        .collect();
    while let Some(object) = pending.pop() {
        if !seen.insert(object) {
            continue;
        }
        let inside = match interpreter.kind(object) {
            // Since 3.14 (PEP 649) a function that gives its annotations, of which 3.9 knows nothing.
            ObjectKind::Function => &["__wrapped__", "__annotate__"][..],
            ObjectKind::StaticMethod | ObjectKind::ClassMethod => &["__func__"],
            ObjectKind::Property => &["fget", "fset", "fdel"],
            _ => continue,
        };
        let read = |name: &str| interpreter.attribute(object, name).ok().flatten();
        pending.extend(inside.iter().filter_map(|name| read(name)));
        let closure = read("__closure__").and_then(|closure| interpreter.items(closure).ok());
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
