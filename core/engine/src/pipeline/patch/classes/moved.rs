//! A class that cannot keep its identity: a new one takes its place, and what used the old one moves to it.

use jurigged_runtime::{Handle, Interpreter, RuntimeError, Swap};

use super::super::late::LateStop;
use super::super::transaction::Transaction;
use super::Remade;
use super::bases;
use super::header::Header;
use super::holders::holders;
use super::python::{FILE, evaluate, import, subclasses, truth};
use crate::pipeline::edit_plan::{Refusal, note};

/// Entries of a class's namespace that belong to the one class object.
const STRUCTURAL: [&str; 6] = [
    "__dict__",
    "__weakref__",
    "__orig_bases__",
    "__abstractmethods__",
    "_abc_impl",
    "__annotations_cache__",
];

/// Makes a class of the new bases with everything that the old one has, and moves to it: instances, subclasses,
/// `__class__` cells, names, and the containers that hold the old one. Calling the old class makes instances of the
/// new one.
///
/// # Errors
/// When the class cannot be made, as at a fresh start, or an instance cannot move.
pub fn replace(
    interpreter: &dyn Interpreter,
    remade: &Remade<'_>,
    header: &Header,
    transaction: &mut Transaction<'_>,
) -> Result<Option<Refusal>, LateStop> {
    let old = remade.class;
    let new = made(interpreter, remade, header)?;
    let mut swaps = Vec::new();
    let mut instances = 0;
    for instance in interpreter.instances(old) {
        if interpreter.class_of(instance) == old {
            instances += 1;
            swaps.push(Swap::Attribute {
                object: instance,
                name: "__class__".to_owned(),
                expected: Some(old),
                new: Some(new),
            });
        }
    }
    bases::inherit_metaclass(interpreter, old, header.metaclass, transaction)?;
    let below = subclasses(interpreter, old);
    for subclass in &below {
        let present = interpreter
            .attribute(*subclass, "__bases__")?
            .ok_or(RuntimeError::ShuttingDown)?;
        let bases: Vec<Handle> = interpreter.items(present)?;
        let bases: Vec<Handle> = bases
            .into_iter()
            .map(|base| if base == old { new } else { base })
            .collect();
        swaps.push(Swap::ClassAttribute {
            class: *subclass,
            name: "__bases__".to_owned(),
            expected: Some(present),
            new: Some(interpreter.new_tuple(&bases)),
        });
    }
    let (held, left) = holders(interpreter, old, new)?;
    swaps.extend(held);
    transaction.commit(swaps).map_err(LateStop::Commit)?;
    // Not before: the subclasses would inherit it for good.
    let forward = forwarding(interpreter, old, new)?;
    transaction.commit(vec![forward]).map_err(LateStop::Commit)?;
    let left = if left == 0 {
        String::new()
    } else {
        format!("; {left} other objects hold the old one, which makes instances of the new one when it is called")
    };
    Ok(Some(note(
        "cls-bases",
        format!("`{}` is a new class object", remade.name()),
        format!(
            "the old one cannot get these bases; {instances} instances and {} subclasses have moved to the new one{left}",
            below.len()
        ),
        "restart the program if something compares or stores the class object itself",
    )))
}

/// The new class.
fn made(interpreter: &dyn Interpreter, remade: &Remade<'_>, header: &Header) -> Result<Handle, RuntimeError> {
    let namespace = interpreter.new_dict();
    let own = interpreter
        .namespace(remade.class)
        .map_or_else(Vec::new, |own| interpreter.entries(own));
    for (key, value) in own {
        let Some(name) = interpreter.text(key) else { continue };
        let is_left = name == "__new__" && is_forwarding(interpreter, value)?;
        if !is_left && !STRUCTURAL.contains(&name.as_str()) {
            interpreter.set_entry(namespace, &name, value);
        }
    }
    let attribute = |name: &str| interpreter.attribute(remade.class, name);
    if let Some(qualified) = attribute("__qualname__")? {
        interpreter.set_entry(namespace, "__qualname__", qualified);
    }
    let name = attribute("__name__")?.ok_or(RuntimeError::ShuttingDown)?;
    evaluate(
        interpreter,
        "types.new_class(name, bases, keywords, lambda namespace: namespace.update(own))",
        &[
            ("types", import(interpreter, "types")?),
            ("name", name),
            ("bases", header.written),
            (
                "keywords",
                evaluate(
                    interpreter,
                    "dict(keywords, metaclass=metaclass)",
                    &[("keywords", header.keywords), ("metaclass", header.metaclass)],
                )?,
            ),
            ("own", namespace),
        ],
    )
}

/// Is a `__new__` one that [`forwarding`] has put there, in a save that was undone?
fn is_forwarding(interpreter: &dyn Interpreter, new: Handle) -> Result<bool, RuntimeError> {
    let text = "type(it) is staticmethod and getattr(it.__func__, '__code__', None) is not None \
                and (it.__func__.__code__.co_filename, it.__func__.__code__.co_freevars) \
                == (file, ('make', 'target'))";
    let file = interpreter.new_text(FILE);
    truth(
        interpreter,
        evaluate(interpreter, text, &[("it", new), ("file", file)])?,
    )
}

/// Makes a call of the old class a call of the new one.
///
/// Its `__new__` is put there for good, and does what the class did until its target is set: CPython does not forget a
/// `__new__` that is deleted, and would refuse arguments from then on (Objects/typeobject.c, `object_new`).
fn forwarding(interpreter: &dyn Interpreter, old: Handle, new: Handle) -> Result<Swap, LateStop> {
    let forward = evaluate(
        interpreter,
        "(lambda target, make: lambda cls, *arguments, **keywords: target(*arguments, **keywords) if target is not None \
         else make(cls) if make is object.__new__ else make(cls, *arguments, **keywords))(None, old.__new__)",
        &[("old", old)],
    )?;
    let target = "it.__closure__[it.__code__.co_freevars.index('target')]";
    let own = interpreter.namespace(old).ok_or(RuntimeError::ShuttingDown)?;
    let put = Swap::ClassAttribute {
        class: old,
        name: "__new__".to_owned(),
        expected: interpreter.entry(own, "__new__"),
        new: Some(evaluate(interpreter, "staticmethod(it)", &[("it", forward)])?),
    };
    interpreter.commit(&[put], None).map_err(LateStop::Commit)?;
    Ok(Swap::Cell {
        cell: evaluate(interpreter, target, &[("it", forward)])?,
        expected: Some(interpreter.none()),
        new: Some(new),
    })
}
