//! Dataclasses: `dataclass()` runs on a double of the class, and what it generated goes to the class.
//!
//! The double has what `dataclass()` reads of the class (Lib/dataclasses.py, `_process_class`) and nothing else: its
//! bases are stand-ins with the fields of the real ones, so no `__init_subclass__`, metaclass or registry sees it.

use jurigged_runtime::{Handle, Interpreter, RuntimeError, Swap};
use rustc_hash::FxHashSet;

use super::super::Work;
use super::super::late::LateStop;
use super::super::prepare::{Prepared, Stop};
use super::super::transaction::Transaction;
use super::super::units::call_in;
use super::body::{Body, annotations_of};
use super::python::{
    evaluate, import, items_of, named, own_entry, same_as, subclasses, value_of_unit, with_subclasses,
};
use super::{Remade, adopt, instances};
use crate::pipeline::edit_plan::Action;

/// Attributes that `dataclass()` may write, besides those of the fields.
pub const GENERATED: [&str; 17] = [
    "__init__",
    "__repr__",
    "__eq__",
    "__lt__",
    "__le__",
    "__gt__",
    "__ge__",
    "__hash__",
    "__setattr__",
    "__delattr__",
    "__match_args__",
    "__replace__",
    "__getstate__",
    "__setstate__",
    "__doc__",
    "__dataclass_params__",
    "__dataclass_fields__",
];

/// What of a class body `dataclass()` sees.
struct Own {
    /// Annotations, in the order of the fields.
    annotations: Handle,
    /// Defaults, `field()` objects and methods of the user's own, by name.
    values: Vec<(String, Handle)>,
}

/// Refuses other fields of a dataclass with slots, before anything of it is changed: its methods may use the new ones.
///
/// # Errors
/// When it is refused.
pub fn refuse_slots(interpreter: &dyn Interpreter, remade: &Remade<'_>) -> Result<(), Stop> {
    if own_entry(interpreter, remade.class, "__slots__").is_none() {
        return Ok(());
    }
    let is_class_variable = |field: Handle| {
        let kind = interpreter.attribute(field, "_field_type").ok().flatten();
        same_as(interpreter, kind, "dataclasses", "_FIELD_CLASSVAR").unwrap_or(false)
    };
    let before: FxHashSet<String> = fields_of(interpreter, remade.class)
        .into_iter()
        .filter(|(name, field)| is_own_field(interpreter, remade.class, name) && !is_class_variable(*field))
        .map(|(name, _)| name)
        .collect();
    let after = remade.plan.names.iter().filter(|name| name.is_field);
    let after: FxHashSet<String> = after.map(|name| name.name.clone()).collect();
    if before == after {
        return Ok(());
    }
    Err(remade.refused(
        "they are slots, and the layout of the class is fixed when it is made; all of the class stays as it was",
        "restart the program",
    ))
}

/// Makes a dataclass follow its changed fields: the class, its subclasses that are dataclasses, and live instances.
///
/// # Errors
/// When its fields cannot change, `dataclass()` or a default raises, or the commit fails.
pub fn remake(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
    index: usize,
    prepared: &mut Prepared,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let class = remade.class;
    let body = Body::run(interpreter, work, remade)?;
    let own = own_of_body(interpreter, remade, &body)?;
    let decorator = match written_decorator(interpreter, work, remade)? {
        Some(decorator) => decorator,
        None => same_decorator(interpreter, class)?,
    };
    let before = fields_of(interpreter, class);
    let made = decorate(interpreter, class, &own, decorator)?;
    let after = fields_of(interpreter, made);
    let slots = own_entry(interpreter, class, "__slots__");
    let slots = slots.and_then(|slots| interpreter.items(slots).ok());
    let has_slots = slots.is_some();
    let slots = slots.unwrap_or_default().into_iter();
    let slots: FxHashSet<String> = slots.filter_map(|name| interpreter.text(name)).collect();
    // What the class has under such a name is where instances keep their value.
    let is_slot = |name: &str| slots.contains(name);
    if has_slots && names_of(&before) != names_of(&after) {
        return Err(LateStop::Stop(remade.refused(
            "its fields are slots, and the layout of live instances is fixed",
            "restart the program",
        )));
    }
    let mut swaps = Vec::new();
    let written = |name: &str| remade.plan.names.iter().find(|known| known.name == name);
    for (name, _) in &before {
        // Its statement is gone.
        if written(name).is_none() && !is_slot(name) && is_own_field(interpreter, class, name) {
            swaps.extend(adopt::attribute(interpreter, class, name, None));
        }
    }
    for name in &remade.plan.names {
        // Of a class that becomes a dataclass the `field()` objects are still there.
        let is_unused = own_entry(interpreter, class, &name.name).is_some_and(|value| {
            let classes = interpreter.class_names(value);
            classes.first().is_some_and(|class| class == "dataclasses.Field")
        });
        if (name.is_kept && !is_unused) || is_slot(&name.name) || remade.is_bound_apart(work, name) {
            continue;
        }
        let is_field = after.iter().any(|(field, _)| *field == name.name);
        let value = if is_field {
            own_entry(interpreter, made, &name.name)
        } else {
            interpreter.entry(body.names, &name.name)
        };
        swaps.extend(adopt::attribute(interpreter, class, &name.name, value));
    }
    let is_written = |name: &str| match name {
        "__doc__" => written("__doc__").is_some(),
        name => written(name).is_some_and(|name| name.is_definition || name.is_kept),
    };
    swaps.extend(generated(interpreter, class, made, &is_written)?);
    swaps.extend(annotations(interpreter, class, own.annotations)?);
    for action in remade.actions(work) {
        let gone = match action {
            Action::Unbind { names, .. } => names.as_slice(),
            // A statement that has bound another name before.
            Action::Run(statement) => statement.unbinds.as_slice(),
            _ => &[],
        };
        for name in gone.iter().filter(|name| !GENERATED.contains(&name.as_str())) {
            swaps.extend(adopt::attribute(interpreter, class, name, None));
        }
    }
    swaps.extend(adopt::cells(interpreter, &swaps, made, class));
    let mut seen = Vec::new();
    swaps.retain(|swap| match swap {
        Swap::ClassAttribute { name, .. } if seen.contains(name) => false,
        Swap::ClassAttribute { name, .. } => {
            seen.push(name.clone());
            true
        }
        _ => true,
    });
    let (added, listed) = instances::give_fields(interpreter, remade, &before, &after)?;
    swaps.extend(added);
    transaction.commit(swaps).map_err(LateStop::Commit)?;
    for class in with_subclasses(interpreter, &subclasses(interpreter, class)) {
        if own_entry(interpreter, class, "__dataclass_fields__").is_some() {
            let swaps = regenerated(interpreter, class)?;
            transaction.commit(swaps).map_err(LateStop::Commit)?;
        }
    }
    prepared.outcome.bound.extend(body.bound);
    let told_with = remade.operations.first().copied().unwrap_or(index);
    prepared.outcome.operations[told_with].listed.extend(listed);
    Ok(())
}

/// The swaps that generate the methods of a dataclass anew whose own text did not change, but that of its bases.
///
/// # Errors
/// When `dataclass()` raises, as it would at a fresh start.
pub fn regenerated(interpreter: &dyn Interpreter, class: Handle) -> Result<Vec<Swap>, RuntimeError> {
    let annotations = annotations_of(interpreter, class).unwrap_or_else(|| interpreter.new_dict());
    let mut values = Vec::new();
    for (name, field) in fields_of(interpreter, class) {
        if is_own_field(interpreter, class, &name)
            && let Some(value) = value_of(interpreter, class, &name, field)?
        {
            values.push((name, value));
        }
    }
    let mut written = Vec::new();
    for name in GENERATED {
        if let Some(value) = own_entry(interpreter, class, name)
            && is_users_own(interpreter, class, name, value)?
        {
            values.push((name.to_owned(), value));
            written.push(name);
        }
    }
    let own = Own { annotations, values };
    let made = decorate(interpreter, class, &own, same_decorator(interpreter, class)?)?;
    let mut swaps = generated(interpreter, class, made, &|name| written.contains(&name))?;
    swaps.extend(adopt::cells(interpreter, &swaps, made, class));
    Ok(swaps)
}

/// What `dataclass()` sees of the body: fields that did not change are those that the class has.
fn own_of_body(interpreter: &dyn Interpreter, remade: &Remade<'_>, body: &Body) -> Result<Own, RuntimeError> {
    let annotations = interpreter.new_dict();
    let mut values = Vec::new();
    let before = fields_of(interpreter, remade.class);
    for name in &remade.plan.names {
        let value = interpreter.entry(body.names, &name.name);
        if let Some(annotation) = interpreter.entry(body.annotations, &name.name) {
            interpreter.set_entry(annotations, &name.name, annotation);
            let field = before.iter().find(|(field, _)| *field == name.name);
            let value = match field {
                Some((_, field)) if name.is_kept => value_of(interpreter, remade.class, &name.name, *field)?,
                _ => value,
            };
            values.extend(value.map(|value| (name.name.clone(), value)));
        } else if GENERATED.contains(&name.name.as_str()) {
            values.extend(value.map(|value| (name.name.clone(), value)));
        }
    }
    // Those of blocks, whose order the text does not tell.
    super::body::copy(interpreter, body.annotations, annotations, &[]);
    if let Some(hook) = interpreter.entry(body.names, "__post_init__") {
        values.push(("__post_init__".to_owned(), hook));
    }
    Ok(Own { annotations, values })
}

/// What a field had as its value in the class body: `dataclass()` has replaced it by the default, or removed it.
fn value_of(
    interpreter: &dyn Interpreter,
    class: Handle,
    name: &str,
    field: Handle,
) -> Result<Option<Handle>, RuntimeError> {
    let kind = interpreter.attribute(field, "_field_type")?;
    if same_as(interpreter, kind, "dataclasses", "_FIELD_CLASSVAR")? {
        return Ok(own_entry(interpreter, class, name));
    }
    // A copy: `dataclass()` writes into it.
    let text = "dataclasses.field() if it is None else copy.copy(it)";
    evaluate_with_modules(interpreter, text, field).map(Some)
}

fn evaluate_with_modules(interpreter: &dyn Interpreter, text: &str, it: Handle) -> Result<Handle, RuntimeError> {
    let (copy, dataclasses) = (import(interpreter, "copy")?, import(interpreter, "dataclasses")?);
    let names = [("it", it), ("copy", copy), ("dataclasses", dataclasses)];
    evaluate(interpreter, text, &names)
}

/// The `dataclass(…)` that the text has among the decorators, evaluated.
fn written_decorator(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
) -> Result<Option<Handle>, Stop> {
    let mut decorators = remade.plan.decorators.iter();
    let written = decorators.find(|(name, _)| is_dataclass(interpreter, work.namespace, name));
    written
        .map(|(_, unit)| value_of_unit(interpreter, work, unit, &[]))
        .transpose()
}

/// Does the dotted name of a decorator lead to `dataclasses.dataclass`?
pub fn is_dataclass(interpreter: &dyn Interpreter, namespace: Handle, name: &str) -> bool {
    let found = named(interpreter, namespace, name);
    found.is_some() && same_as(interpreter, found, "dataclasses", "dataclass").unwrap_or(false)
}

/// The swaps that take away what `dataclass()` gave to a class that is no dataclass any more. Defaults stay: they are
/// what the body bound, as were the `field()` objects with a factory.
///
/// # Errors
/// When reading a field raises.
pub fn stripped(interpreter: &dyn Interpreter, remade: &Remade<'_>) -> Result<Vec<Swap>, RuntimeError> {
    let class = remade.class;
    let is_written = |name: &str| remade.plan.names.iter().any(|known| known.name == name);
    let generated = GENERATED.iter().filter(|name| !is_written(name));
    let swaps = generated.filter_map(|name| {
        own_entry(interpreter, class, name)?;
        // A class has these two in any case (Objects/typeobject.c, `type_new_set_hash`, `type_new_set_doc`).
        let none = *name == "__doc__" || (*name == "__hash__" && is_written("__eq__"));
        adopt::attribute(interpreter, class, name, none.then(|| interpreter.none()))
    });
    let mut swaps: Vec<Swap> = swaps.collect();
    for (name, field) in fields_of(interpreter, class) {
        let is_removed = own_entry(interpreter, class, &name).is_none() && is_written(&name);
        let factory = interpreter.attribute(field, "default_factory")?;
        if is_removed && !same_as(interpreter, factory, "dataclasses", "MISSING")? {
            let value = value_of(interpreter, class, &name, field)?;
            swaps.extend(adopt::attribute(interpreter, class, &name, value));
        }
    }
    Ok(swaps)
}

/// A decorator with the options that the class was made with.
fn same_decorator(interpreter: &dyn Interpreter, class: Handle) -> Result<Handle, RuntimeError> {
    // 3.9 to 3.11 do not keep `match_args` and `kw_only`; each field knows whether it is keyword-only.
    let text = "dataclasses.dataclass(**{name: getattr(it.__dataclass_params__, name) for name in ('init', 'repr', 'eq', \
                'order', 'unsafe_hash', 'frozen', 'match_args', 'kw_only') if hasattr(it.__dataclass_params__, name)})";
    evaluate_with_modules(interpreter, text, class)
}

/// Calls the decorator on a double of the class; the answer is what it returned.
fn decorate(
    interpreter: &dyn Interpreter,
    class: Handle,
    own: &Own,
    decorator: Handle,
) -> Result<Handle, RuntimeError> {
    let namespace = interpreter.new_dict();
    for name in ["__module__", "__qualname__"] {
        if let Some(value) = interpreter.attribute(class, name)? {
            interpreter.set_entry(namespace, name, value);
        }
    }
    interpreter.set_entry(namespace, "__annotations__", own.annotations);
    for (name, value) in &own.values {
        interpreter.set_entry(namespace, name, *value);
    }
    let bases = stand_ins(interpreter, class, namespace)?;
    let name = interpreter
        .attribute(class, "__name__")?
        .ok_or(RuntimeError::ShuttingDown)?;
    let names = [("name", name), ("bases", bases), ("namespace", namespace)];
    let double = evaluate(interpreter, "type(name, bases, namespace)", &names)?;
    call_in(interpreter, decorator, &[double])
}

/// Classes with the fields of the bases, in the order of resolution. A `__post_init__` of a base goes to the namespace.
fn stand_ins(interpreter: &dyn Interpreter, class: Handle, namespace: Handle) -> Result<Handle, RuntimeError> {
    let mut bases = Vec::new();
    for base in items_of(interpreter, class, "__mro__").into_iter().skip(1) {
        if let Some(hook) = own_entry(interpreter, base, "__post_init__")
            && interpreter.entry(namespace, "__post_init__").is_none()
        {
            interpreter.set_entry(namespace, "__post_init__", hook);
        }
        if own_entry(interpreter, base, "__dataclass_fields__").is_some() {
            let text = "type('base', (), {'__dataclass_fields__': it.__dataclass_fields__, \
                        '__dataclass_params__': it.__dataclass_params__, '__annotations__': annotations})";
            let annotations = annotations_of(interpreter, base).unwrap_or_else(|| interpreter.new_dict());
            let names = [("it", base), ("annotations", annotations)];
            bases.push(evaluate(interpreter, text, &names)?);
        }
    }
    Ok(interpreter.new_tuple(&bases))
}

/// The swaps for what was generated. `is_written`: the text of the class binds this name itself.
fn generated(
    interpreter: &dyn Interpreter,
    class: Handle,
    made: Handle,
    is_written: &dyn Fn(&str) -> bool,
) -> Result<Vec<Swap>, RuntimeError> {
    let mut swaps = Vec::new();
    for name in GENERATED.iter().filter(|name| !is_written(name)) {
        swaps.extend(adopt::method(
            interpreter,
            class,
            name,
            own_entry(interpreter, made, name),
        )?);
    }
    Ok(swaps)
}

/// The swap for the annotations of the class, where they changed.
fn annotations(interpreter: &dyn Interpreter, class: Handle, new: Handle) -> Result<Option<Swap>, RuntimeError> {
    let before = annotations_of(interpreter, class);
    let listed = |dict: Option<Handle>| dict.map_or_else(Vec::new, |dict| interpreter.entries(dict));
    if listed(before) == listed(Some(new)) {
        return Ok(None);
    }
    if interpreter.facts().version < (3, 14, 0) {
        return Ok(adopt::attribute(interpreter, class, "__annotations__", Some(new)));
    }
    Ok(Some(Swap::Attribute {
        object: class,
        name: "__annotations__".to_owned(),
        expected: interpreter.attribute(class, "__annotations__")?,
        new: Some(new),
    }))
}

/// The fields of a dataclass, pseudo-fields included: name and `Field`.
fn fields_of(interpreter: &dyn Interpreter, class: Handle) -> Vec<(String, Handle)> {
    let fields = own_entry(interpreter, class, "__dataclass_fields__");
    let fields = fields.map_or_else(Vec::new, |fields| interpreter.entries(fields));
    let named = |(key, field)| Some((interpreter.text(key)?, field));
    fields.into_iter().filter_map(named).collect()
}

fn names_of(fields: &[(String, Handle)]) -> Vec<&str> {
    let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

/// Does the class annotate the field itself?
fn is_own_field(interpreter: &dyn Interpreter, class: Handle, name: &str) -> bool {
    annotations_of(interpreter, class).is_some_and(|own| interpreter.entry(own, name).is_some())
}

/// Is the value of a name that `dataclass()` may write one of the user's own?
fn is_users_own(interpreter: &dyn Interpreter, class: Handle, name: &str, value: Handle) -> Result<bool, RuntimeError> {
    // Generated functions come from a text without a file, or are those of the module itself.
    let text = match name {
        "__doc__" => "1 if it and not str(it).startswith(owner.__name__ + '(') else 0",
        _ => {
            "1 if hasattr(it, '__code__') and not (it.__code__.co_filename == '<string>' \
             or hasattr(it, '__wrapped__') or it.__module__ in ('dataclasses', 'reprlib')) else 0"
        }
    };
    let answer = evaluate(interpreter, text, &[("it", value), ("owner", class)])?;
    Ok(interpreter.integer(answer) == Some(1))
}
