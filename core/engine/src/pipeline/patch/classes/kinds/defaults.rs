//! Live instances of a dataclass whose fields changed.

use jurigged_abi::{Change, Live, Object, PluginError, Result};

use super::is_true;

/// Adds the steps that store the defaults of new fields in live instances (a factory is called once for each), and a
/// note where a new field has none. `before`, `after`: the fields, by name.
///
/// Takes one pass over the heap if there is a new field.
///
/// # Errors
/// When a factory raises.
pub fn give_fields<'t>(
    live: &Live<'t>,
    class: Object<'t>,
    before: &[(String, Object<'t>)],
    after: &[(String, Object<'t>)],
    change: &mut Change<'t>,
) -> Result {
    let dataclasses = live.module("dataclasses")?;
    let mut new = Vec::new();
    for (name, field) in after {
        let names = [("f", *field), ("d", dataclasses)];
        if before.iter().any(|(known, _)| known == name) || !is_true(live, "f._field_type is d._FIELD", &names)? {
            continue;
        }
        let missing = live.get(dataclasses, "MISSING")?;
        let value = |attribute: &str| -> Result<Option<Object<'t>>> {
            Ok(live.get(*field, attribute)?.filter(|value| Some(*value) != missing))
        };
        new.push((name, value("default")?, value("default_factory")?));
    }
    if new.is_empty() {
        return Ok(());
    }
    let mut without = 0;
    for instance in live.instances_of(class)? {
        let Some(dict) = dict_of(live, instance)? else {
            without += 1;
            continue;
        };
        let mut lacks = false;
        for (name, default, factory) in &new {
            if live.own(dict, name)?.is_some() {
                continue;
            }
            let value = match (default, factory) {
                (Some(default), _) => *default,
                (None, Some(factory)) => live.call(*factory, &[])?,
                (None, None) => {
                    lacks = true;
                    continue;
                }
            };
            change.set_entry(dict, name, None, Some(value));
        }
        without += usize::from(lacks);
    }
    if without > 0 {
        let class = match live.get(class, "__qualname__")? {
            Some(name) => live.text(name)?.unwrap_or_default(),
            None => String::new(),
        };
        let names = new
            .iter()
            .filter(|(_, default, factory)| default.is_none() && factory.is_none());
        let names: Vec<String> = names.map(|(name, ..)| format!("`{name}`")).collect();
        change.note(
            format!("live instances of `{class}` lack a new field ({without} of them)"),
            format!("{} has no default that could be stored in them", names.join(", ")),
            "set it on these objects, give it a default, or make them anew",
        );
    }
    Ok(())
}

/// The instance's own `__dict__`, if it has one; a property of that name in its class is not asked.
fn dict_of<'t>(live: &Live<'t>, instance: Object<'t>) -> Result<Option<Object<'t>>> {
    match live.run("object.__getattribute__(i, '__dict__')", &[("i", instance)]) {
        Ok(dict) => Ok(Some(dict)),
        Err(PluginError::Python { kind, .. }) if kind == "AttributeError" => Ok(None),
        Err(error) => Err(error),
    }
}
