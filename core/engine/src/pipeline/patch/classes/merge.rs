//! A class that lives, and the one that a new module has made of the same text: the first one takes over what the
//! second one has, and its place.

use jurigged_runtime::{CommitError, Handle, Interpreter, Swap};

use super::super::late::LateStop;
use super::super::transaction::Transaction;
use super::arrive::{Arrived, NOT_THE_CLASS, OTHER_BASES, live};
use super::holders::holders;
use super::python::{evaluate, items_of, own_entries, own_entry, subclasses};
use super::{ClassKind, adopt, follow_abstract_methods};
use crate::pipeline::edit_plan::{MovedClass, Origin};

/// Entries of a class's namespace that belong to the one class object.
const STRUCTURAL: [&str; 6] = [
    "__dict__",
    "__weakref__",
    "__abstractmethods__",
    "_abc_impl",
    "__module__",
    "__firstlineno__",
];

/// Gives a live class the body of another one, and everything that holds that one the live one: names, lists, cells,
/// instances, subclasses. Statements that are the same in both keep the values of the live one.
///
/// # Errors
/// When the commit fails.
pub fn merge(
    interpreter: &dyn Interpreter,
    origin: &Origin,
    old: Handle,
    new: Handle,
    transaction: &mut Transaction<'_>,
) -> Result<Arrived, LateStop> {
    let mut pairs = Vec::new();
    for plan in &origin.classes {
        let (Some(old), Some(new)) = (live(interpreter, old, plan), live(interpreter, new, plan)) else {
            return Ok(Arrived::Anew(NOT_THE_CLASS));
        };
        if !matches!(ClassKind::of(interpreter, old), ClassKind::Plain | ClassKind::Dataclass)
            || own_entry(interpreter, old, "__slots__").is_some()
        {
            return Ok(Arrived::Anew(
                "its instances are what the class statement has made of them",
            ));
        }
        let bases = |class| items_of(interpreter, class, "__bases__");
        if bases(old) != bases(new) || interpreter.class_of(old) != interpreter.class_of(new) {
            return Ok(Arrived::Anew(OTHER_BASES));
        }
        pairs.push((plan, old, new));
    }
    for (plan, old, new) in &pairs {
        let mut swaps = body(interpreter, plan, *old, *new);
        swaps.extend(followers(interpreter, *old, *new)?);
        let (held, _) = holders(interpreter, *new, *old)?;
        swaps.extend(held);
        transaction.commit(swaps).map_err(LateStop::Commit)?;
        if let Some(module) = own_entry(interpreter, *new, "__module__") {
            let line = own_entry(interpreter, *new, "__firstlineno__");
            adopt::set_module(interpreter, *old, module, line, transaction).map_err(LateStop::Commit)?;
        }
        leave_bases(interpreter, *new, transaction)?;
    }
    let classes: Vec<Handle> = pairs.iter().map(|(_, old, _)| *old).collect();
    let swaps = follow_abstract_methods(interpreter, &classes)?;
    transaction.commit(swaps).map_err(LateStop::Commit)?;
    Ok(Arrived::Followed(Vec::new()))
}

/// The swaps that give the live class what the statements of the other one have bound that ran for it alone.
fn body(interpreter: &dyn Interpreter, plan: &MovedClass, old: Handle, new: Handle) -> Vec<Swap> {
    let made = own_entries(interpreter, new).into_iter();
    let made = made.filter(|(name, _)| !STRUCTURAL.contains(&name.as_str()) && !plan.kept.contains(name));
    let gone = plan.unbinds.iter().map(|name| (name.clone(), None));
    let made = made.map(|(name, value)| (name, Some(value)));
    made.chain(gone)
        .filter_map(|(name, value)| adopt::attribute(interpreter, old, &name, value))
        .collect()
}

/// The swaps that make instances and subclasses of the other class those of the live one.
fn followers(interpreter: &dyn Interpreter, old: Handle, new: Handle) -> Result<Vec<Swap>, LateStop> {
    let mut swaps = Vec::new();
    for instance in interpreter.instances(new) {
        if interpreter.class_of(instance) == new {
            swaps.push(Swap::Attribute {
                object: instance,
                name: "__class__".to_owned(),
                expected: Some(new),
                new: Some(old),
            });
        }
    }
    for subclass in subclasses(interpreter, new) {
        let present = interpreter.attribute(subclass, "__bases__")?;
        let bases: Vec<Handle> = items_of(interpreter, subclass, "__bases__");
        let bases: Vec<Handle> = bases
            .into_iter()
            .map(|base| if base == new { old } else { base })
            .collect();
        swaps.push(Swap::ClassAttribute {
            class: subclass,
            name: "__bases__".to_owned(),
            expected: present,
            new: Some(interpreter.new_tuple(&bases)),
        });
    }
    Ok(swaps)
}

/// Takes a class that nothing uses any more out of the subclasses of its bases, which would list it until it is
/// collected. Where their layout forbids that, they do.
fn leave_bases(
    interpreter: &dyn Interpreter,
    class: Handle,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let present = interpreter.attribute(class, "__bases__").ok().flatten();
    let nothing = evaluate(interpreter, "(type('nothing', (), {}),)", &[]).ok();
    let swap = Swap::ClassAttribute {
        class,
        name: "__bases__".to_owned(),
        expected: present,
        new: nothing,
    };
    match transaction.commit(vec![swap]) {
        Ok(()) | Err(CommitError::Refused { .. }) => Ok(()),
        Err(error) => Err(LateStop::Commit(error)),
    }
}
