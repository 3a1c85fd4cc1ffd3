//! Dataclasses: `dataclass()` runs on a double of the class, and what it generated goes to the class.
//!
//! The double has what `dataclass()` reads of the class (Lib/dataclasses.py, `_process_class`) and nothing else: its
//! bases are stand-ins with the fields of the real ones, so no `__init_subclass__`, metaclass or registry sees it.

use std::collections::HashSet;

use jurigged_abi::{Change, Claim, ClassEdit, Conformer, Edit, Interest, Live, Object, Result, refuse};

use super::super::kind::FOREIGN;
use super::defaults::give_fields;
use super::records::NAMED_TUPLE;
use super::{is_true, made, told};

const DATACLASS: &str = "dataclasses.dataclass";
const FIELDS: &str = "__dataclass_fields__";
const ANNOTATIONS: &str = "__annotations__";

/// Attributes that `dataclass()` may write, besides those of the fields.
const GENERATED: [&str; 17] = [
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
    FIELDS,
];

/// `dataclasses.dataclass`.
pub struct Dataclasses;

impl Conformer for Dataclasses {
    fn interest(&self) -> Interest {
        Interest::class_with(FIELDS).or(Interest::decorated_by(DATACLASS))
    }

    fn claim<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result<Option<Claim>> {
        let (class, told) = (edit.function(), told(edit)?);
        let is_one = live.own(class, FIELDS)?.is_some();
        let claim = match (
            is_one,
            told.was_decorated_by(DATACLASS),
            told.is_decorated_by(DATACLASS),
        ) {
            _ if is_of_others(live, class)? => return Ok(None),
            // What it is counts before what it would become.
            _ if live.own(class, NAMED_TUPLE)?.is_some() => return Ok(None),
            (true, true, false) => Claim::of_body().ends(),
            (true, ..) => Claim::of_body(),
            (false, _, true) => Claim::of_body().begins(),
            (false, _, false) => return Ok(None),
        };
        if !told.inherited {
            refuse_other_slots(live, class, told)?;
        }
        // A method of the user's own takes the place of a generated one, or is called by one.
        Ok(Some(
            claim
                .with_methods(["__*"])
                .with_decorator(DATACLASS)
                .with_generated(GENERATED),
        ))
    }

    fn remake<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        let (class, told) = (edit.function(), told(edit)?);
        if told.inherited {
            return regenerate(edit, live, class, change);
        }
        let body = made(edit)?;
        let (annotations, values) = own_of_body(live, class, body, told)?;
        let decorator = match edit.decorator() {
            Some(decorator) => decorator,
            None => same_decorator(live, class)?,
        };
        let before = fields_of(live, class)?;
        let made = decorate(edit, live, annotations, &values, decorator)?;
        let after = fields_of(live, made)?;
        // What the class has under such a name is where instances keep their value.
        let slots = slots_of(live, class)?;
        if slots.is_some() && names_of(&before) != names_of(&after) {
            return Err(refuse(
                "its fields are slots, and the layout of live instances is fixed",
            ));
        }
        let slots = slots.unwrap_or_default();
        let mut attributes = Attributes {
            live,
            class,
            done: HashSet::new(),
            change,
        };
        for (name, _) in &before {
            // Its statement is gone.
            if told.name(name).is_none() && !slots.contains(name) && is_own_field(live, class, name)? {
                attributes.set(name, None)?;
            }
        }
        for name in &told.names {
            // Of a class that becomes a dataclass the `field()` objects are still there.
            let is_unused = match live.own(class, &name.name)? {
                Some(value) => live
                    .class_names(value)?
                    .first()
                    .is_some_and(|it| it == "dataclasses.Field"),
                None => false,
            };
            let has_followed = (name.is_kept || name.is_bound) && !is_unused;
            if has_followed || slots.contains(&name.name) {
                continue;
            }
            let is_field = after.iter().any(|(field, _)| *field == name.name);
            let value = live.own(if is_field { made } else { body }, &name.name)?;
            attributes.set(&name.name, value)?;
        }
        let is_written = |name: &str| match name {
            "__doc__" => told.name(name).is_some(),
            name => told.name(name).is_some_and(|name| name.is_definition || name.is_kept),
        };
        attributes.adopt(made, &is_written);
        attributes.annotate(annotations)?;
        for name in told.gone.iter().filter(|name| !GENERATED.contains(&name.as_str())) {
            attributes.set(name, None)?;
        }
        give_fields(live, class, &before, &after, change)
    }

    /// Defaults stay: they are what the body bound, as were the `field()` objects with a factory.
    fn unmake<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        let (class, told) = (edit.function(), told(edit)?);
        let is_written = |name: &str| told.name(name).is_some();
        for name in GENERATED.iter().filter(|name| !is_written(name)) {
            let Some(value) = live.own(class, name)? else { continue };
            // A class has these two in any case (Objects/typeobject.c, `type_new_set_hash`, `type_new_set_doc`).
            if *name == "__doc__" || (*name == "__hash__" && is_written("__eq__")) {
                let none = live.run("None", &[])?;
                if value != none {
                    change.set_attr(class, name, Some(value), none);
                }
            } else {
                change.del_attr(class, name, value);
            }
        }
        for (name, field) in fields_of(live, class)? {
            // A changed statement has bound what it binds.
            let is_kept = told.name(&name).is_some_and(|name| name.is_kept);
            let is_removed = live.own(class, &name)?.is_none() && is_kept;
            let text = "f.default_factory is not dataclasses.MISSING";
            if is_removed
                && is_true(live, text, &of_field(live, field)?)?
                && let Some(value) = value_of(live, class, &name, field)?
            {
                change.set_attr(class, &name, None, value);
            }
        }
        Ok(())
    }
}

/// Is it a class whose making is another's, though it has fields?
fn is_of_others<'t>(live: &Live<'t>, class: Object<'t>) -> Result<bool> {
    for (name, _) in FOREIGN {
        if live.own(class, name)?.is_some() {
            return Ok(true);
        }
    }
    let metaclasses = live.class_names(class)?;
    Ok(metaclasses
        .iter()
        .any(|name| name == "enum.EnumType" || name == "enum.EnumMeta"))
}

/// Refuses what the layout of the class forbids, before anything of it is changed: its methods may use the new fields.
fn refuse_other_slots<'t>(live: &Live<'t>, class: Object<'t>, told: &ClassEdit) -> Result {
    let mut decorators = told.old_decorators.iter().chain(&told.decorators);
    if told.decorators_changed()
        && decorators.any(|decorator| decorator.name == DATACLASS && decorator.text.contains("slots"))
    {
        return Err(refuse("`slots` fix the layout of instances when the class is made"));
    }
    if live.own(class, FIELDS)?.is_none() || slots_of(live, class)?.is_none() {
        return Ok(());
    }
    let mut before = HashSet::new();
    for (name, field) in fields_of(live, class)? {
        let text = "f._field_type is not dataclasses._FIELD_CLASSVAR";
        if is_own_field(live, class, &name)? && is_true(live, text, &of_field(live, field)?)? {
            before.insert(name);
        }
    }
    let after = told.names.iter().filter(|name| name.is_field);
    let after: HashSet<String> = after.map(|name| name.name.clone()).collect();
    if before == after {
        return Ok(());
    }
    Err(refuse(
        "they are slots, and the layout of the class is fixed when it is made; all of the class stays as it was\n\
         restart the program",
    ))
}

/// The changes of the attributes of a class, each once.
struct Attributes<'l, 't> {
    live: &'l Live<'t>,
    class: Object<'t>,
    done: HashSet<String>,
    change: &'l mut Change<'t>,
}

impl<'t> Attributes<'_, 't> {
    fn set(&mut self, name: &str, new: Option<Object<'t>>) -> Result {
        let before = self.live.own(self.class, name)?;
        if before == new || !self.done.insert(name.to_owned()) {
            return Ok(());
        }
        match (before, new) {
            (_, Some(new)) => self.change.set_attr(self.class, name, before, new),
            (Some(before), None) => self.change.del_attr(self.class, name, before),
            (None, None) => {}
        }
        Ok(())
    }

    /// What was generated. `is_written`: the text of the class binds this name itself.
    fn adopt(&mut self, made: Object<'t>, is_written: &dyn Fn(&str) -> bool) {
        for name in GENERATED.iter().filter(|name| !is_written(name)) {
            if self.done.insert((*name).to_owned()) {
                self.change.adopt(self.class, made, name);
            }
        }
        self.change.cells(self.class, made);
    }

    fn annotate(&mut self, new: Object<'t>) -> Result {
        let before = annotations_of(self.live, self.class)?;
        let entries = |dict: Option<Object<'t>>| dict.map_or(Ok(Vec::new()), |dict| self.live.entries(dict));
        if entries(before)? != entries(Some(new))? {
            self.change.set_attr(self.class, ANNOTATIONS, before, new);
        }
        Ok(())
    }
}

/// Generates the methods of a dataclass anew whose own text did not change, but that of its bases.
fn regenerate<'t>(edit: &Edit<'t>, live: &Live<'t>, class: Object<'t>, change: &mut Change<'t>) -> Result {
    let annotations = match annotations_of(live, class)? {
        Some(annotations) => annotations,
        None => live.new_dict(&[])?,
    };
    let mut values = Vec::new();
    for (name, field) in fields_of(live, class)? {
        if is_own_field(live, class, &name)?
            && let Some(value) = value_of(live, class, &name, field)?
        {
            values.push((name, value));
        }
    }
    let mut written = Vec::new();
    for name in GENERATED {
        if let Some(value) = live.own(class, name)?
            && is_users_own(live, class, name, value)?
        {
            values.push((name.to_owned(), value));
            written.push(name);
        }
    }
    let made = decorate(edit, live, annotations, &values, same_decorator(live, class)?)?;
    for name in GENERATED.iter().filter(|name| !written.contains(name)) {
        change.adopt(class, made, name);
    }
    Ok(())
}

/// Names with their values.
type Values<'t> = Vec<(String, Object<'t>)>;

/// What `dataclass()` sees of the body: annotations in the order of the fields; defaults, `field()` objects and methods
/// of the user's own. Fields that did not change are those that the class has.
fn own_of_body<'t>(
    live: &Live<'t>,
    class: Object<'t>,
    body: Object<'t>,
    told: &ClassEdit,
) -> Result<(Object<'t>, Values<'t>)> {
    let all = match live.own(body, ANNOTATIONS)? {
        Some(annotations) => live.named_entries(annotations)?,
        None => Vec::new(),
    };
    let annotation = |name: &str| all.iter().find(|(known, _)| known == name);
    let before = fields_of(live, class)?;
    let (mut annotations, mut values) = (Vec::new(), Vec::new());
    for name in &told.names {
        let mut value = live.own(body, &name.name)?;
        if let Some((known, annotation)) = annotation(&name.name) {
            annotations.push((known.as_str(), *annotation));
            let field = before.iter().find(|(field, _)| *field == name.name);
            if let Some((_, field)) = field.filter(|_| name.is_kept) {
                value = value_of(live, class, &name.name, *field)?;
            }
            values.extend(value.map(|value| (name.name.clone(), value)));
        } else if GENERATED.contains(&name.name.as_str()) {
            values.extend(value.map(|value| (name.name.clone(), value)));
        }
    }
    // Those of blocks, whose order the text does not tell.
    annotations.extend(all.iter().map(|(name, annotation)| (name.as_str(), *annotation)));
    let hook = "__post_init__";
    values.extend(live.own(body, hook)?.map(|value| (hook.to_owned(), value)));
    Ok((live.new_dict(&annotations)?, values))
}

/// What a field had as its value in the class body: `dataclass()` has replaced it by the default, or removed it.
fn value_of<'t>(live: &Live<'t>, class: Object<'t>, name: &str, field: Object<'t>) -> Result<Option<Object<'t>>> {
    let names = of_field(live, field)?;
    if is_true(live, "f._field_type is dataclasses._FIELD_CLASSVAR", &names)? {
        return live.own(class, name);
    }
    // A copy: `dataclass()` writes into it.
    let text = "dataclasses.field() if f is None else __import__('copy').copy(f)";
    live.run(text, &names).map(Some)
}

fn of_field<'t>(live: &Live<'t>, field: Object<'t>) -> Result<[(&'static str, Object<'t>); 2]> {
    Ok([("f", field), ("dataclasses", live.module("dataclasses")?)])
}

/// A decorator with the options that the class was made with.
fn same_decorator<'t>(live: &Live<'t>, class: Object<'t>) -> Result<Object<'t>> {
    // 3.9 to 3.11 do not keep `match_args` and `kw_only`; each field knows whether it is keyword-only.
    let text = "dataclasses.dataclass(**{name: getattr(c.__dataclass_params__, name) for name in ('init', 'repr', 'eq', \
                'order', 'unsafe_hash', 'frozen', 'match_args', 'kw_only') if hasattr(c.__dataclass_params__, name)})";
    live.run(text, &[("c", class), ("dataclasses", live.module("dataclasses")?)])
}

/// Makes a double of the class with what `dataclass()` sees of it. Its bases have the fields of the real ones, in the
/// order of resolution; a `__post_init__` of a base is in its own namespace.
///
/// Its module and qualified name are those that its statement gives, and the generated methods get: a program may have
/// written others into the class since (`__module__ = 'package'`, for all that a package exports). Where the class alone
/// is known and its module has it not, the module is the one of its generated methods, if that has the class.
const DOUBLE: &str = "\
modules = __import__('sys').modules
module, path = c.__module__, c.__qualname__
def holds(home):
    found = modules.get(home)
    for part in path.split('.'):
        found = getattr(found, '__dict__', {}).get(part)
    return found is c
if file:
    parts = name.split('.')
    for end in range(1, len(parts)):
        if getattr(modules.get('.'.join(parts[:end])), '__file__', None) == file:
            module, path = '.'.join(parts[:end]), '.'.join(parts[end:])
elif not holds(module):
    for it in list(vars(c).values()):
        if getattr(getattr(it, '__code__', None), 'co_filename', None) == '<string>' and holds(it.__globals__.get('__name__')):
            module = it.__globals__['__name__']
namespace = {'__module__': module, '__qualname__': path, '__annotations__': annotations}
namespace.update(values)
lazy = __import__('sys').version_info >= (3, 14)
bases = []
for base in c.__mro__[1:]:
    own = vars(base)
    if '__post_init__' in own:
        namespace.setdefault('__post_init__', own['__post_init__'])
    if '__dataclass_fields__' in own:
        bases.append(type('base', (), {
            '__dataclass_fields__': base.__dataclass_fields__,
            '__dataclass_params__': base.__dataclass_params__,
            '__annotations__':
                own['__annotations__'] if '__annotations__' in own else base.__annotations__ if lazy else {},
        }))
result = type(c.__name__, tuple(bases), namespace)
";

/// Calls the decorator on a double of the class; the answer is what it returned.
fn decorate<'t>(
    edit: &Edit<'t>,
    live: &Live<'t>,
    annotations: Object<'t>,
    values: &Values<'t>,
    decorator: Object<'t>,
) -> Result<Object<'t>> {
    let values: Vec<(&str, Object<'t>)> = values.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    // Of a class whose own text did not change only what the class says is known.
    let file = if told(edit)?.inherited { "" } else { edit.file() };
    let names = [
        ("c", edit.function()),
        ("name", live.new_text(edit.name())?),
        ("file", live.new_text(file)?),
        ("annotations", annotations),
        ("values", live.new_dict(&values)?),
    ];
    let double = live.run(DOUBLE, &names)?;
    live.call(decorator, &[double])
}

/// The annotations of the class itself.
fn annotations_of<'t>(live: &Live<'t>, class: Object<'t>) -> Result<Option<Object<'t>>> {
    match live.own(class, ANNOTATIONS)? {
        None if is_true(live, "__import__('sys').version_info >= (3, 14)", &[])? => live.get(class, ANNOTATIONS),
        own => Ok(own),
    }
}

/// The fields of a dataclass, pseudo-fields included: name and `Field`.
fn fields_of<'t>(live: &Live<'t>, class: Object<'t>) -> Result<Values<'t>> {
    match live.own(class, FIELDS)? {
        Some(fields) => live.named_entries(fields),
        None => Ok(Vec::new()),
    }
}

fn names_of<'v>(fields: &'v Values<'_>) -> Vec<&'v str> {
    let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

/// The names of its `__slots__`; `None` where it has none.
fn slots_of<'t>(live: &Live<'t>, class: Object<'t>) -> Result<Option<HashSet<String>>> {
    let Some(slots) = live.own(class, "__slots__")? else {
        return Ok(None);
    };
    let mut names = HashSet::new();
    for slot in live.items(slots)? {
        names.extend(live.text(slot)?);
    }
    Ok(Some(names))
}

/// Does the class annotate the field itself?
fn is_own_field<'t>(live: &Live<'t>, class: Object<'t>, name: &str) -> Result<bool> {
    Ok(match annotations_of(live, class)? {
        Some(annotations) => live.own(annotations, name)?.is_some(),
        None => false,
    })
}

/// Is the value of a name that `dataclass()` may write one of the user's own?
fn is_users_own<'t>(live: &Live<'t>, class: Object<'t>, name: &str, value: Object<'t>) -> Result<bool> {
    // Generated functions come from a text without a file, or are those of the module itself.
    let text = match name {
        "__doc__" => "bool(it and not str(it).startswith(owner.__name__ + '('))",
        _ => {
            "hasattr(it, '__code__') and not (it.__code__.co_filename == '<string>' \
             or hasattr(it, '__wrapped__') or it.__module__ in ('dataclasses', 'reprlib'))"
        }
    };
    is_true(live, text, &[("it", value), ("owner", class)])
}
