//! `__abstractmethods__` of the classes that a save changed, and of all classes below them.

use std::collections::BTreeSet;

use jurigged_runtime::{Handle, Interpreter, RuntimeError, Swap};
use rustc_hash::FxHashMap;

use super::python::{evaluate, items_of, own_entry, truth, with_subclasses};

const NAME: &str = "__abstractmethods__";

/// The swaps that make `__abstractmethods__` what a fresh start would compute (`abc.update_abstractmethods`, which 3.9
/// does not have, and which leaves the subclasses to its caller). `classes`: those whose own attributes changed.
///
/// # Errors
/// When asking a value of a class whether it is abstract raises.
pub fn follow_abstract_methods(interpreter: &dyn Interpreter, classes: &[Handle]) -> Result<Vec<Swap>, RuntimeError> {
    let is_abstract_kind = |class: &Handle| {
        let metaclasses = interpreter.class_names(*class);
        metaclasses
            .iter()
            .any(|name| name == "abc.ABCMeta" || name == "_py_abc.ABCMeta")
    };
    let classes: Vec<Handle> = classes.iter().copied().filter(is_abstract_kind).collect();
    let mut swaps = Vec::new();
    let mut known: FxHashMap<Handle, BTreeSet<String>> = FxHashMap::default();
    for class in with_subclasses(interpreter, &classes) {
        let Some(expected) = own_entry(interpreter, class, NAME) else {
            continue;
        };
        let before: BTreeSet<String> = texts(interpreter, expected);
        let after = abstract_names(interpreter, class, &known)?;
        if before != after {
            let names: Vec<Handle> = after.iter().map(|name| interpreter.new_text(name)).collect();
            let names = interpreter.new_tuple(&names);
            swaps.push(Swap::ClassAttribute {
                class,
                name: NAME.to_owned(),
                expected: Some(expected),
                new: Some(evaluate(interpreter, "frozenset(it)", &[("it", names)])?),
            });
        }
        known.insert(class, after);
    }
    Ok(swaps)
}

/// The names that are abstract in a class. `known`: what was found for its bases.
fn abstract_names(
    interpreter: &dyn Interpreter,
    class: Handle,
    known: &FxHashMap<Handle, BTreeSet<String>>,
) -> Result<BTreeSet<String>, RuntimeError> {
    let mut names = BTreeSet::new();
    for (key, value) in interpreter
        .namespace(class)
        .map_or_else(Vec::new, |own| interpreter.entries(own))
    {
        if let Some(name) = interpreter.text(key)
            && is_abstract(interpreter, value)?
        {
            names.insert(name);
        }
    }
    let order = items_of(interpreter, class, "__mro__");
    for base in items_of(interpreter, class, "__bases__") {
        let inherited = match known.get(&base) {
            Some(names) => names.clone(),
            // `attribute` of a class without it raises, and finds that of no other class.
            None => interpreter
                .attribute(base, NAME)?
                .map_or_else(BTreeSet::new, |names| texts(interpreter, names)),
        };
        for name in inherited {
            // As it stands in the class that defines it: an abstract class method is no method yet.
            let value = order.iter().find_map(|class| own_entry(interpreter, *class, &name));
            if value.map_or(Ok(false), |value| is_abstract(interpreter, value))? {
                names.insert(name);
            }
        }
    }
    Ok(names)
}

fn is_abstract(interpreter: &dyn Interpreter, value: Handle) -> Result<bool, RuntimeError> {
    match interpreter.attribute(value, "__isabstractmethod__")? {
        Some(answer) => truth(interpreter, answer),
        None => Ok(false),
    }
}

fn texts(interpreter: &dyn Interpreter, names: Handle) -> BTreeSet<String> {
    let names = interpreter.items(names).unwrap_or_default();
    names.into_iter().filter_map(|name| interpreter.text(name)).collect()
}
