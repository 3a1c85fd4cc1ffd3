//! The standard library's kinds of classes that are made out of their bodies.
//!
//! Each is a [`Conformer`] like that of a plugin: it sees the live program through [`Live`] alone, claims its classes, and
//! answers with steps.

mod dataclasses;
mod defaults;
mod enums;
mod records;

use std::sync::Arc;

use jurigged_abi::{Change, ClassEdit, Conformer, Declaration, Edit, Live, Object, PluginError, Result};

/// Adds the engine's own conformers that make classes.
pub fn declarations() -> Vec<Declaration> {
    let one = |name: &str, applies: &str, conformers: Vec<(&str, Arc<dyn Conformer>)>| Declaration {
        name: name.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        applies: applies.into(),
        conformers: conformers
            .into_iter()
            .map(|(name, conformer)| (name.to_owned(), conformer))
            .collect(),
        ..Declaration::default()
    };
    vec![
        one(
            "dataclasses",
            "python",
            vec![("Dataclasses", Arc::new(dataclasses::Dataclasses))],
        ),
        one("enum", "python", vec![("Enums", Arc::new(enums::Enums))]),
        one(
            "typing",
            "python",
            vec![
                ("NamedTuples", Arc::new(records::NamedTuples)),
                ("TypedDicts", Arc::new(records::TypedDicts)),
            ],
        ),
    ]
}

/// What a class statement writes whatever its body is.
const OF_STATEMENT: [&str; 6] = [
    "__module__",
    "__qualname__",
    "__dict__",
    "__weakref__",
    "__firstlineno__",
    "__static_attributes__",
];

/// What a save changes of the class; only calls that have it come here.
fn told<'e>(edit: &'e Edit<'_>) -> Result<&'e ClassEdit> {
    edit.class().ok_or(PluginError::Gone)
}

/// What the host has made aside, as the claim asked.
fn made<'t>(edit: &Edit<'t>) -> Result<Object<'t>> {
    edit.made().ok_or(PluginError::Gone)
}

/// Adds the steps that give a live class the bases and the metaclass of the one made aside. Whether it can get them only
/// the interpreter knows: where not, the commit is refused.
fn give_header<'t>(live: &Live<'t>, class: Object<'t>, made: Object<'t>, change: &mut Change<'t>) -> Result {
    for name in ["__bases__", "__class__"] {
        let (before, new) = (live.get(class, name)?, live.get(made, name)?);
        let same = [("a", class), ("b", made)];
        let text = match name {
            "__bases__" => "[id(it) for it in a.__bases__] == [id(it) for it in b.__bases__]",
            _ => "type(a) is type(b)",
        };
        if let Some(new) = new
            && !is_true(live, text, &same)?
        {
            change.set_attr(class, name, before, new);
        }
    }
    Ok(())
}

/// Is an expression true?
fn is_true<'t>(live: &Live<'t>, expression: &str, names: &[(&str, Object<'t>)]) -> Result<bool> {
    let answer = live.run(expression, names)?;
    Ok(live.integer(answer)? == Some(1))
}

/// Is a method or class of the body what the live class has of it already?
fn has_followed(told: &ClassEdit, name: &str) -> bool {
    told.name(name)
        .is_some_and(|known| known.is_definition && known.is_kept)
}
