//! Live instances of a class whose fields changed.

use jurigged_runtime::{Handle, Interpreter, RuntimeError, Swap};

use super::super::units::call_in;
use super::Remade;
use super::python::same_as;
use crate::pipeline::edit_plan::{Refusal, note};

/// The swaps that store the defaults of new dataclass fields in live instances (a factory is called once for each), and
/// a note where a new field has none. `before`, `after`: the fields, by name.
///
/// Takes one pass over the heap if there is a new field.
///
/// # Errors
/// When a factory raises.
pub fn give_fields(
    interpreter: &dyn Interpreter,
    remade: &Remade<'_>,
    before: &[(String, Handle)],
    after: &[(String, Handle)],
) -> Result<(Vec<Swap>, Option<Refusal>), RuntimeError> {
    let mut new = Vec::new();
    for (name, field) in after {
        if before.iter().all(|(known, _)| known != name)
            && same_as(
                interpreter,
                interpreter.attribute(*field, "_field_type")?,
                "dataclasses",
                "_FIELD",
            )?
        {
            let value = |attribute: &str| -> Result<Option<Handle>, RuntimeError> {
                let value = interpreter.attribute(*field, attribute)?;
                Ok(value.filter(|value| !is_missing(interpreter, *value)))
            };
            new.push((name, value("default")?, value("default_factory")?));
        }
    }
    if new.is_empty() {
        return Ok((Vec::new(), None));
    }
    let mut swaps = Vec::new();
    let mut without = 0;
    for instance in interpreter.instances(remade.class) {
        let Some(dict) = interpreter.namespace(instance) else {
            without += 1;
            continue;
        };
        let mut lacks = false;
        for (name, default, factory) in &new {
            if interpreter.entry(dict, name).is_some() {
                continue;
            }
            let value = match (default, factory) {
                (Some(default), _) => *default,
                (None, Some(factory)) => call_in(interpreter, *factory, &[])?,
                (None, None) => {
                    lacks = true;
                    continue;
                }
            };
            swaps.push(Swap::Entry {
                dict,
                name: (*name).clone(),
                expected: None,
                new: Some(value),
            });
        }
        without += usize::from(lacks);
    }
    let names: Vec<String> = new
        .iter()
        .filter(|(_, default, factory)| default.is_none() && factory.is_none())
        .map(|(name, ..)| format!("`{name}`"))
        .collect();
    let listed = (without > 0).then(|| {
        note(
            "cls-fields",
            format!(
                "live instances of `{}` lack a new field ({without} of them)",
                remade.name()
            ),
            format!("{} has no default that could be stored in them", names.join(", ")),
            "set it on these objects, give it a default, or make them anew",
        )
    });
    Ok((swaps, listed))
}

fn is_missing(interpreter: &dyn Interpreter, value: Handle) -> bool {
    same_as(interpreter, Some(value), "dataclasses", "MISSING").unwrap_or(false)
}
