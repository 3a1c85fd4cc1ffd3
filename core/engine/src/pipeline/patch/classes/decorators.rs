//! Decorators of a class: those that are new run on a stand-in, and what they did goes to the class.
//!
//! The stand-in has the names of the class's text and its bases, but no `__init_subclass__` of theirs sees it. Whatever
//! a decorator has kept of it (a registry, a closure) is given the class itself. A decorator that was there before does
//! not run again.

use jurigged_runtime::{Handle, Interpreter, ObjectKind, RuntimeError, Swap};

use super::super::Work;
use super::super::late::LateStop;
use super::super::namespaces::name_swap;
use super::super::prepare::{Prepared, Stop};
use super::super::transaction::Transaction;
use super::super::units::call_in;
use super::holders::holders;
use super::python::{evaluate, own_entries, own_entry, value_of_unit};
use super::{ClassKind, Remade, Turned, adopt, dataclasses};
use crate::pipeline::edit_plan::{Refusal, Unit, note, refusal};
use crate::pipeline::locate::{bound_object, class_at};

/// Refuses decorators that change what a live class cannot change.
///
/// # Errors
/// When it is refused.
pub fn refuse(interpreter: &dyn Interpreter, work: &Work<'_>, remade: &Remade<'_>) -> Result<(), Stop> {
    let keeps = |why: &str| {
        Err(Stop::Refused(refusal(
            "cls-decorators",
            format!("class `{}` keeps its old definition", remade.name()),
            why,
            "restart the program to use the new decorators",
        )))
    };
    if let ClassKind::Foreign(_) = remade.kind {
        return keeps("a library has generated methods of it by its old decorators");
    }
    let makes_slots = |(name, unit): &(String, Unit)| {
        dataclasses::is_dataclass(interpreter, work.namespace, name) && unit.source.contains("slots")
    };
    let old = remade.plan.old_decorators.iter().flatten();
    if old.chain(&remade.plan.decorators).any(makes_slots) {
        return keeps("`slots` fix the layout of instances when the class is made");
    }
    Ok(())
}

/// Makes a class follow its changed decorators, but for `dataclass`, which follows with the fields.
///
/// # Errors
/// When a decorator raises, or the commit fails.
pub fn decorate(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    (remade, turned): (&Remade<'_>, Option<&Turned>),
    index: usize,
    prepared: &mut Prepared,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let class = remade.class;
    let is_dataclass = |(name, _): &&(String, Unit)| {
        turned.is_some_and(|turned| turned.decorator == *name)
            || dataclasses::is_dataclass(interpreter, work.namespace, name)
    };
    let old: Vec<_> = remade.plan.old_decorators.iter().flatten().collect();
    let new: Vec<_> = remade.plan.decorators.iter().collect();
    if old.iter().any(is_dataclass) && !new.iter().any(is_dataclass) {
        let swaps = dataclasses::stripped(interpreter, remade)?;
        transaction.commit(swaps).map_err(LateStop::Commit)?;
    }
    let without = |some: &[&(String, Unit)], others: &[&(String, Unit)]| -> Vec<Unit> {
        let is_other = |(_, unit): &&&(String, Unit)| others.iter().all(|(_, other)| other.source != unit.source);
        let own = some
            .iter()
            .filter(|decorator| !is_dataclass(decorator))
            .filter(is_other);
        own.map(|(_, unit)| unit.clone()).collect()
    };
    let (gone, added) = (without(&old, &new), without(&new, &old));
    let mut swaps = left_by(interpreter, work, remade, &gone)?;
    let mut listed = swaps.1;
    if !added.is_empty() {
        match made_by(interpreter, work, remade, &added)? {
            Some((stand_in, names)) => {
                let mut adopted = Vec::new();
                for name in names {
                    swaps
                        .0
                        .retain(|swap| !matches!(swap, Swap::ClassAttribute { name: of, .. } if *of == name));
                    let value = own_entry(interpreter, stand_in, &name);
                    adopted.extend(adopt::attribute(interpreter, class, &name, value));
                }
                let (held, _) = holders(interpreter, stand_in, class)?;
                swaps.0.extend(held);
                swaps.0.extend(adopted);
                detach(interpreter, stand_in);
                transaction
                    .commit(std::mem::take(&mut swaps.0))
                    .map_err(LateStop::Commit)?;
            }
            None => {
                transaction
                    .commit(std::mem::take(&mut swaps.0))
                    .map_err(LateStop::Commit)?;
                listed.extend(replaced(interpreter, work, remade, &added, transaction)?);
            }
        }
    }
    transaction.commit(swaps.0).map_err(LateStop::Commit)?;
    prepared.outcome.operations[index].listed.extend(listed);
    Ok(())
}

/// The swaps that take away what removed decorators gave to a class, and a note where that cannot be told.
fn left_by(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
    gone: &[Unit],
) -> Result<(Vec<Swap>, Vec<Refusal>), Stop> {
    let stays = || {
        note(
            "cls-decorators",
            format!("what a removed decorator did to `{}` stays", remade.name()),
            "what it was cannot be found out by running it again beside",
            "restart the program if it matters",
        )
    };
    // Where the class has nothing but what its text binds, there is nothing to take away.
    if gone.is_empty() || extras(interpreter, remade).is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    match made_by(interpreter, work, remade, gone) {
        Ok(Some((stand_in, names))) => {
            detach(interpreter, stand_in);
            let extras = extras(interpreter, remade).into_iter();
            let taken = extras.filter(|name| names.contains(name) || is_of(interpreter, work, remade, gone, name));
            let swaps = taken.filter_map(|name| adopt::attribute(interpreter, remade.class, &name, None));
            Ok((swaps.collect(), Vec::new()))
        }
        // Its name may have gone with it.
        Ok(None) | Err(_) => Ok((Vec::new(), vec![stays()])),
    }
}

/// Names in a class that its text does not bind, and that no class statement or `dataclass` writes.
fn extras(interpreter: &dyn Interpreter, remade: &Remade<'_>) -> Vec<String> {
    let own = interpreter.namespace(remade.class);
    let names = own.map_or_else(Vec::new, |own| interpreter.entries(own));
    let names = names.into_iter().filter_map(|(key, _)| interpreter.text(key));
    let is_written = |name: &String| remade.plan.names.iter().any(|known| known.name == *name);
    let is_made = |name: &String| {
        let is_dataclass = remade.kind == ClassKind::Dataclass;
        OF_EVERY_CLASS.contains(&name.as_str()) || (is_dataclass && dataclasses::GENERATED.contains(&name.as_str()))
    };
    names.filter(|name| !is_written(name) && !is_made(name)).collect()
}

/// Entries that a class statement writes by itself.
const OF_EVERY_CLASS: [&str; 16] = [
    "__module__",
    "__qualname__",
    "__doc__",
    "__dict__",
    "__weakref__",
    "__hash__",
    "__annotations__",
    "__annotate__",
    "__annotate_func__",
    "__annotations_cache__",
    "__firstlineno__",
    "__static_attributes__",
    "__abstractmethods__",
    "_abc_impl",
    "__orig_bases__",
    "__slotnames__",
];

/// Runs decorators, outermost first, on a stand-in for the class: the stand-in, and the names that they wrote. `None`
/// where one of them returned something else.
fn made_by(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
    decorators: &[Unit],
) -> Result<Option<(Handle, Vec<String>)>, Stop> {
    let class = remade.class;
    if !matches!(remade.kind, ClassKind::Plain | ClassKind::Dataclass) {
        return Ok(None);
    }
    let left_out = extras(interpreter, remade);
    let namespace = interpreter.new_dict();
    let own = interpreter
        .namespace(class)
        .map_or_else(Vec::new, |own| interpreter.entries(own));
    for (key, value) in own {
        let structural = [
            "__dict__",
            "__weakref__",
            "__slots__",
            "__abstractmethods__",
            "_abc_impl",
        ];
        if let Some(name) = interpreter.text(key)
            && !left_out.contains(&name)
            && !structural.contains(&name.as_str())
        {
            interpreter.set_entry(namespace, &name, value);
        }
    }
    let get = |name: &str| interpreter.attribute(class, name)?.ok_or(RuntimeError::ShuttingDown);
    interpreter.set_entry(namespace, "__qualname__", get("__qualname__")?);
    let names = [
        ("meta", interpreter.class_of(class)),
        ("name", get("__name__")?),
        ("bases", get("__bases__")?),
        ("namespace", namespace),
    ];
    // Not by a metaclass of the user's own, which may keep what it makes.
    let text = "type.__new__(meta, name, (type('silent', (), {'__slots__': (), '__init_subclass__': \
                classmethod(lambda cls, **keywords: None)}), *(base for base in bases if base is not object)), namespace)";
    let stand_in = evaluate(interpreter, text, &names)?;
    let own = |class| own_entries(interpreter, class);
    let before = own(stand_in);
    for unit in decorators.iter().rev() {
        let decorator = value_of_unit(interpreter, work, unit, &[])?;
        let returned = call_in(interpreter, decorator, &[stand_in]);
        if !matches!(&returned, Ok(returned) if *returned == stand_in) {
            detach(interpreter, stand_in);
            returned?;
            return Ok(None);
        }
    }
    let written = own(stand_in).into_iter().filter(|entry| !before.contains(entry));
    Ok(Some((stand_in, written.map(|(name, _)| name).collect())))
}

/// Is an attribute a function from the module of one of these decorators, and not from that of the class?
///
/// Run again, `functools.total_ordering` adds nothing to a class whose bases have all comparisons by now.
fn is_of(interpreter: &dyn Interpreter, work: &Work<'_>, remade: &Remade<'_>, decorators: &[Unit], name: &str) -> bool {
    let module_of = |object: Handle| {
        let module = interpreter.attribute(object, "__module__").ok().flatten()?;
        interpreter.text(module)
    };
    let value = own_entry(interpreter, remade.class, name);
    let Some(module) = value
        .filter(|value| interpreter.kind(*value) == ObjectKind::Function)
        .and_then(module_of)
    else {
        return false;
    };
    let mut decorators = decorators.iter();
    module_of(remade.class).as_ref() != Some(&module)
        && decorators.any(|unit| {
            let decorator = value_of_unit(interpreter, work, unit, &[]).ok();
            decorator.and_then(module_of).as_ref() == Some(&module)
        })
}

/// Takes a stand-in out of the subclasses of its bases, which would list it until it is collected. Where their layout
/// forbids that, they do.
fn detach(interpreter: &dyn Interpreter, stand_in: Handle) {
    let present = interpreter.attribute(stand_in, "__bases__").ok().flatten();
    let bases = evaluate(interpreter, "it.__bases__[:1]", &[("it", stand_in)]).ok();
    let _ = interpreter.commit(
        &[Swap::ClassAttribute {
            class: stand_in,
            name: "__bases__".to_owned(),
            expected: present,
            new: bases,
        }],
        None,
    );
}

/// Runs decorators that return something else on the class itself, and binds its name to what they return.
fn replaced(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
    decorators: &[Unit],
    transaction: &mut Transaction<'_>,
) -> Result<Option<Refusal>, LateStop> {
    let class = remade.class;
    let mut value = class;
    for unit in decorators.iter().rev() {
        let decorator = value_of_unit(interpreter, work, unit, &[])?;
        value = transaction.on_class(class, || call_in(interpreter, decorator, &[value]))?;
    }
    if value == class {
        return Ok(None);
    }
    let around = remade.around();
    let name = remade.plan.bound_as.clone();
    let (expected, new) = (bound_object(interpreter, work.namespace, &around, &name), Some(value));
    let class = class_at(interpreter, work.namespace, &around);
    let swap = name_swap(class, work.namespace, &name, expected, new);
    transaction.commit(vec![swap]).map_err(LateStop::Commit)?;
    Ok(Some(note(
        "cls-decorators",
        format!("`{}` is another object now", remade.name()),
        "a decorator returns something else than the class; what holds the class itself goes on holding it",
        "restart the program if other modules import it",
    )))
}
