//! Attributes of a class made aside, given to the live one.

use jurigged_runtime::{Handle, Interpreter, ObjectKind, Swap};
use rustc_hash::FxHashSet;

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
