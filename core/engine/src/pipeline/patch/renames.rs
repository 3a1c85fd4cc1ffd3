//! New names for live definitions.
//!
//! They are bound before anything else is looked for, to the objects that the old names lead to: additions before uses.
//! The old names go with the commit of the batch, so that no thread ever finds neither.

use jurigged_runtime::{Handle, Interpreter, ObjectKind, Swap};
use rustc_hash::{FxHashMap, FxHashSet};

use super::classes::evaluate;
use super::evidence::is_of;
use super::forward::core_of;
use super::namespaces::name_swap;
use super::outcome::Failure;
use super::transaction::Transaction;
use super::units::no_class;
use crate::pipeline::edit_plan::{Action, FilePlan, PathChange, Refusal, Rename, Scope, TraceValue, refusal};
use crate::pipeline::locate::{Bindings, class_at};

/// What became of the renames of one file.
#[derive(Debug, Default)]
pub struct Renames {
    /// By operation: what was done, to be taken back should the definition be refused after all.
    done: FxHashMap<usize, Vec<Swap>>,
    refused: FxHashMap<usize, Refusal>,
    /// By namespace (of a class: the class) and name: what it led to before a definition got it.
    before: FxHashMap<(Handle, String), Option<Handle>>,
    /// Definitions that are made anew, those in blocks only if their branch ran.
    anew: FxHashSet<usize>,
}

impl Renames {
    /// Binds the new names of one file. Part of the batch's transaction.
    ///
    /// # Errors
    /// When a swap is vetoed, or a test injects a fault.
    pub fn begin(
        interpreter: &dyn Interpreter,
        plan: &FilePlan,
        (namespace, bindings): (Handle, &Bindings),
        transaction: &mut Transaction<'_>,
    ) -> Result<Self, Failure> {
        let mut renames = Self::default();
        for (index, operation) in plan.operations.iter().enumerate() {
            let Action::Rename(rename) = &operation.action else {
                continue;
            };
            let old = renames.old_object(interpreter, rename, namespace);
            match naming_swaps(interpreter, rename, namespace, old.clone()) {
                // If its branch ran all the same, something hides the definition.
                _ if !is_meant(interpreter, rename, old, bindings) => {
                    renames.anew.insert(index);
                }
                Ok(None) => {
                    renames.anew.insert(index);
                }
                Ok(Some(swaps)) => {
                    // One by one: the scope of the next one may be a class that this one renames.
                    transaction.commit(swaps.clone())?;
                    renames.before.extend(swaps.iter().filter_map(bound_before));
                    renames.done.insert(index, swaps);
                }
                Err(reason) => {
                    renames.refused.insert(index, reason);
                }
            }
        }
        Ok(renames)
    }

    /// Is the new name bound to the live object?
    pub fn is_done(&self, index: usize) -> bool {
        self.done.contains_key(&index)
    }

    /// What a name of the module, or of a class, led to before, if a definition has got it; `None` inside where it was not
    /// bound.
    pub fn value_before(&self, namespace: Handle, name: &str) -> Option<Option<Handle>> {
        self.before.get(&(namespace, name.to_owned())).copied()
    }

    /// What the old name led to before this save: another definition may have got that name.
    ///
    /// # Errors
    /// When its class is not there.
    fn old_object(
        &self,
        interpreter: &dyn Interpreter,
        rename: &Rename,
        namespace: Handle,
    ) -> Result<Option<Handle>, Refusal> {
        let (class, container) = place(interpreter, &rename.old_scope, namespace)?;
        let before = self.value_before(class.unwrap_or(container), &rename.from);
        Ok(before.unwrap_or_else(|| interpreter.entry(container, &rename.from)))
    }

    /// Is the definition made anew under its new name, because its object cannot follow?
    pub fn is_anew(&self, index: usize) -> bool {
        self.anew.contains(&index)
    }

    /// The swaps that take the old private names of a class away, and give its instances the new ones.
    pub fn end_private(
        &self,
        interpreter: &dyn Interpreter,
        index: usize,
        rename: &Rename,
        namespace: Handle,
    ) -> Vec<Swap> {
        let (Some(private), true) = (&rename.private, self.done.contains_key(&index)) else {
            return Vec::new();
        };
        let place = place(interpreter, &rename.scope, namespace);
        let class = place
            .ok()
            .and_then(|(_, container)| interpreter.entry(container, &rename.to));
        let Some(class) = class else { return Vec::new() };
        let own = interpreter.namespace(class).into_iter();
        let mut swaps: Vec<Swap> = own
            .flat_map(|own| private_names(interpreter, own, private))
            .map(|(from, _, value)| Swap::ClassAttribute {
                class,
                name: from,
                expected: Some(value),
                new: None,
            })
            .collect();
        for instance in interpreter.instances(class) {
            let Some(dict) = interpreter.namespace(instance) else {
                continue;
            };
            for (from, to, value) in unrenamed(interpreter, dict, private) {
                for (name, expected, new) in [(to, None, Some(value)), (from, Some(value), None)] {
                    swaps.push(Swap::Entry {
                        dict,
                        name,
                        expected,
                        new,
                    });
                }
            }
        }
        swaps
    }

    /// The swap that takes the old name away; `None` where it stays.
    ///
    /// # Errors
    /// When the rename was refused.
    pub fn end(
        &self,
        interpreter: &dyn Interpreter,
        index: usize,
        rename: &Rename,
        namespace: Handle,
    ) -> Result<Option<Swap>, Refusal> {
        if let Some(reason) = self.refused.get(&index) {
            return Err(reason.clone());
        }
        if rename.keeps_old {
            return Ok(None);
        }
        let (class, container) = match place(interpreter, &rename.old_scope, namespace) {
            Err(_) if self.is_anew(index) => return Ok(None),
            place => place?,
        };
        let expected = interpreter.entry(container, &rename.from);
        Ok(expected
            .is_some()
            .then(|| name_swap(class, container, &rename.from, expected, None)))
    }

    /// The swaps that take a rename back.
    pub fn taken_back(&self, index: usize) -> Vec<Swap> {
        let done = self.done.get(&index).into_iter().flatten().rev();
        done.map(Swap::inverted).collect()
    }
}

/// The name that a swap binds, and what it led to.
fn bound_before(swap: &Swap) -> Option<((Handle, String), Option<Handle>)> {
    match swap {
        Swap::Entry {
            dict: place,
            name,
            expected,
            ..
        }
        | Swap::ClassAttribute {
            class: place,
            name,
            expected,
            ..
        } => Some(((*place, name.clone()), *expected)),
        _ => None,
    }
}

/// Does the old name lead to this definition? Outside of blocks the plan knows.
fn is_meant(
    interpreter: &dyn Interpreter,
    rename: &Rename,
    old: Result<Option<Handle>, Refusal>,
    bindings: &Bindings,
) -> bool {
    let Some(TraceValue::Code { id, method }) = &rename.known_by else {
        return true;
    };
    let object = old.ok().flatten();
    object.is_some_and(|object| is_of(interpreter, bindings, (*id, method.as_deref()), object).unwrap_or(false))
}

/// The swaps that give a definition its new name; `None` where it is to be made anew. `old`: what its old name led to.
fn naming_swaps(
    interpreter: &dyn Interpreter,
    rename: &Rename,
    namespace: Handle,
    old: Result<Option<Handle>, Refusal>,
) -> Result<Option<Vec<Swap>>, Refusal> {
    if rename.addition.is_some() && old.is_err() {
        return Ok(None);
    }
    let object = old?;
    let (class, container) = place(interpreter, &rename.scope, namespace)?;
    if rename.addition.is_some() && !object.is_some_and(|object| can_follow(interpreter, object)) {
        return Ok(None);
    }
    let Some(object) = object else {
        return Err(not_there(rename, "it is not defined, or not yet"));
    };
    let present = interpreter.entry(container, &rename.to);
    let mut swaps = Vec::new();
    if rename.is_class {
        let qualified = text_of(interpreter, object, "__qualname__");
        let mut paths = [rename.path.clone(), midway(&rename.path)].into_iter();
        let path =
            paths.find(|path| interpreter.kind(object) == ObjectKind::Class && qualified.as_ref() == Some(&path.from));
        let Some(path) = path else {
            return Err(not_there(rename, "its name leads to something else than this class"));
        };
        if text_of(interpreter, object, "__name__").as_deref() == Some(last(&path.from)) {
            swaps.extend(text_swap(interpreter, object, "__name__", last(&path.to)));
        }
        swaps.extend(dataclass_doc(interpreter, object, &path));
        swaps.extend(named_tuple_texts(interpreter, object, &path));
        for twin in twins(interpreter, object, &path.from) {
            swaps.extend(text_swap(interpreter, twin, "__name__", last(&path.to)));
            swaps.extend(dataclass_doc(interpreter, twin, &path));
            swaps.extend(requalified(interpreter, twin, &path));
        }
        follow(interpreter, object, &path, &mut FxHashSet::default(), &mut swaps);
        if let (Some(private), Some(own)) = (&rename.private, interpreter.namespace(object)) {
            for (_, to, value) in unrenamed(interpreter, own, private) {
                swaps.push(Swap::ClassAttribute {
                    class: object,
                    name: to,
                    expected: None,
                    new: Some(value),
                });
            }
        }
    }
    if interpreter.kind(object) == ObjectKind::Property && interpreter.facts().version >= (3, 13, 0) {
        // `__set_name__` has told it (Objects/descrobject.c, `property_set_name`).
        swaps.extend(text_swap(interpreter, object, "__name__", &rename.to));
    }
    if present != Some(object) {
        swaps.push(name_swap(class, container, &rename.to, present, Some(object)));
    }
    Ok(Some(swaps))
}

/// The private names of a class in a namespace: as they are, as they will be, and what they lead to.
fn private_names(interpreter: &dyn Interpreter, dict: Handle, private: &PathChange) -> Vec<(String, String, Handle)> {
    let entries = interpreter.entries(dict).into_iter();
    let private_name = |(key, value): (Handle, Handle)| {
        let name = interpreter.text(key)?;
        let rest = name.strip_prefix(&private.from)?;
        let new = format!("{}{rest}", private.to);
        (!rest.ends_with("__")).then_some((name, new, value))
    };
    entries.filter_map(private_name).collect()
}

/// Those of them that the namespace does not have under their new name.
fn unrenamed(interpreter: &dyn Interpreter, dict: Handle, private: &PathChange) -> Vec<(String, String, Handle)> {
    let mut names = private_names(interpreter, dict, private);
    names.retain(|(_, to, _)| interpreter.entry(dict, to).is_none());
    names
}

/// Has an object no name of its own, or one that can be changed? A wrapper made by `functools.wraps` has a copy; what else
/// a decorator made of a function (a command, a route, a task) may have taken the name for its own.
fn can_follow(interpreter: &dyn Interpreter, object: Handle) -> bool {
    let is_wrapper = |object: Handle| {
        let namespace = interpreter.namespace(object);
        namespace.is_some_and(|namespace| interpreter.entry(namespace, "__wrapped__").is_some())
    };
    matches!(
        interpreter.kind(object),
        ObjectKind::Function
            | ObjectKind::Class
            | ObjectKind::StaticMethod
            | ObjectKind::ClassMethod
            | ObjectKind::Property
    ) || is_wrapper(object)
}

/// Where the names of a scope are: its class, and the namespace.
fn place(interpreter: &dyn Interpreter, scope: &Scope, namespace: Handle) -> Result<(Option<Handle>, Handle), Refusal> {
    if scope.classes.is_empty() {
        return Ok((None, namespace));
    }
    let class = class_at(interpreter, namespace, scope);
    let container = class.and_then(|class| interpreter.namespace(class));
    container
        .map(|container| (class, container))
        .ok_or_else(|| no_class(scope))
}

/// The qualified names of a class and of what is in it: also of the methods that no text has, such as those of a
/// dataclass.
fn follow(
    interpreter: &dyn Interpreter,
    class: Handle,
    change: &PathChange,
    seen: &mut FxHashSet<Handle>,
    swaps: &mut Vec<Swap>,
) {
    if !seen.insert(class) {
        return;
    }
    swaps.extend(requalified(interpreter, class, change));
    let entries = interpreter
        .namespace(class)
        .map_or_else(Vec::new, |namespace| interpreter.entries(namespace));
    for (_, value) in entries {
        match interpreter.kind(value) {
            ObjectKind::Class => {
                let is_inside =
                    text_of(interpreter, value, "__qualname__").is_some_and(|it| change.apply(&it).is_some());
                if is_inside {
                    follow(interpreter, value, change, seen, swaps);
                }
            }
            ObjectKind::Function | ObjectKind::StaticMethod | ObjectKind::ClassMethod => {
                let function = core_of(interpreter, value);
                // A function may have several names in it: `__radd__ = __add__`.
                if seen.insert(function) {
                    swaps.extend(requalified(interpreter, function, change));
                }
            }
            _ => {}
        }
    }
}

/// The swap for the docstring that `dataclass()` has made of the name of a class and of its signature.
fn dataclass_doc(interpreter: &dyn Interpreter, class: Handle, change: &PathChange) -> Option<Swap> {
    let own = interpreter.namespace(class)?;
    let doc = interpreter.entry(own, "__doc__")?;
    interpreter.entry(own, "__dataclass_fields__")?;
    let signature = interpreter
        .text(doc)?
        .strip_prefix(last(&change.from))
        .map(str::to_owned)?;
    let is_its = "1 if str(__import__('inspect').signature(owner)).replace(' -> None', '') == signature else 0";
    let names = [("owner", class), ("signature", interpreter.new_text(&signature))];
    let is_its = evaluate(interpreter, is_its, &names).ok()?;
    (interpreter.integer(is_its) == Some(1)).then(|| Swap::ClassAttribute {
        class,
        name: "__doc__".to_owned(),
        expected: Some(doc),
        new: Some(interpreter.new_text(&format!("{}{signature}", last(&change.to)))),
    })
}

/// The swaps for the texts in which `collections.namedtuple()` has written the name of a class (Lib/collections/__init__.py).
fn named_tuple_texts(interpreter: &dyn Interpreter, class: Handle, change: &PathChange) -> Vec<Swap> {
    const WITH_NAME: [(&str, &str, &str); 4] = [
        ("__new__", "__doc__", "Create new instance of {}("),
        ("__new__", "__module__", "namedtuple_{}"),
        ("_make", "__doc__", "Make a new {} object"),
        ("_replace", "__doc__", "Return a new {} object"),
    ];
    let Some(own) = interpreter.namespace(class) else {
        return Vec::new();
    };
    if interpreter.entry(own, "_field_defaults").is_none() {
        return Vec::new();
    }
    let (before, after) = (last(&change.from), last(&change.to));
    let renamed = |text: &str, written: &str| {
        let rest = text.strip_prefix(&written.replace("{}", before))?;
        Some(format!("{}{rest}", written.replace("{}", after)))
    };
    let of_method = |(method, attribute, written): (&str, &str, &str)| {
        let function = core_of(interpreter, interpreter.entry(own, method)?);
        let new = renamed(&text_of(interpreter, function, attribute)?, written)?;
        text_swap(interpreter, function, attribute, &new)
    };
    let mut swaps: Vec<Swap> = WITH_NAME.into_iter().filter_map(of_method).collect();
    swaps.extend(interpreter.entry(own, "__doc__").and_then(|doc| {
        Some(Swap::ClassAttribute {
            class,
            name: "__doc__".to_owned(),
            expected: Some(doc),
            new: Some(interpreter.new_text(&renamed(&interpreter.text(doc)?, "{}(")?)),
        })
    }));
    swaps
}

/// The classes of the same name out of which a decorator has made this one, such as `dataclass(slots=True)`: cells of
/// its methods lead to them.
fn twins(interpreter: &dyn Interpreter, class: Handle, qualified: &str) -> Vec<Handle> {
    let mut found = Vec::new();
    let entries = interpreter
        .namespace(class)
        .map_or_else(Vec::new, |namespace| interpreter.entries(namespace));
    let attribute = |object: Handle, name: &str| interpreter.attribute(object, name).ok().flatten();
    let functions = entries.into_iter().map(|(_, value)| value);
    for function in functions.filter(|value| interpreter.kind(*value) == ObjectKind::Function) {
        let cells = attribute(function, "__closure__").and_then(|cells| interpreter.items(cells).ok());
        let values = cells
            .into_iter()
            .flatten()
            .filter_map(|cell| attribute(cell, "cell_contents"));
        found.extend(values.filter(|value| {
            *value != class
                && interpreter.kind(*value) == ObjectKind::Class
                && text_of(interpreter, *value, "__qualname__").as_deref() == Some(qualified)
                && attribute(*value, "__module__") == attribute(class, "__module__")
        }));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The swap that gives an object its new `__qualname__`, if the change concerns it.
fn requalified(interpreter: &dyn Interpreter, object: Handle, change: &PathChange) -> Option<Swap> {
    let qualified = text_of(interpreter, object, "__qualname__")?;
    text_swap(interpreter, object, "__qualname__", &change.apply(&qualified)?)
}

/// New names for the live functions of one definition and of those in it. `functions`: any that run their code.
pub fn function_swaps(
    interpreter: &dyn Interpreter,
    functions: impl Iterator<Item = Handle>,
    changes: &[PathChange],
) -> Vec<Swap> {
    let changes: Vec<PathChange> = changes
        .iter()
        .flat_map(|change| [change.clone(), midway(change)])
        .collect();
    let mut swaps = Vec::new();
    for function in functions {
        let Some(qualified) = text_of(interpreter, function, "__qualname__") else {
            continue;
        };
        let fitting = changes
            .iter()
            .filter_map(|change| Some((change, change.apply(&qualified)?)));
        let Some((change, new)) = fitting.max_by_key(|(change, _)| change.from.len()) else {
            continue;
        };
        if new != qualified {
            swaps.extend(text_swap(interpreter, function, "__qualname__", &new));
        }
        let (before, after) = (last(&change.from), last(&change.to));
        if change.from == qualified
            && before != after
            && text_of(interpreter, function, "__name__").as_deref() == Some(before)
        {
            swaps.extend(text_swap(interpreter, function, "__name__", after));
        }
    }
    swaps
}

/// The same change once the class around has its new name, which the functions of its namespace have got with it.
fn midway(change: &PathChange) -> PathChange {
    let from = match change.to.rsplit_once('.') {
        Some((around, _)) => format!("{around}.{}", last(&change.from)),
        None => last(&change.from).to_owned(),
    };
    PathChange {
        from,
        to: change.to.clone(),
    }
}

/// The name at the end of a qualified name.
fn last(qualified: &str) -> &str {
    qualified.rsplit('.').next().unwrap_or(qualified)
}

fn text_of(interpreter: &dyn Interpreter, object: Handle, attribute: &str) -> Option<String> {
    interpreter.text(interpreter.attribute(object, attribute).ok().flatten()?)
}

fn text_swap(interpreter: &dyn Interpreter, object: Handle, attribute: &str, new: &str) -> Option<Swap> {
    let expected = interpreter.attribute(object, attribute).ok().flatten()?;
    Some(Swap::Attribute {
        object,
        name: attribute.to_owned(),
        expected: Some(expected),
        new: Some(interpreter.new_text(new)),
    })
}

fn not_there(rename: &Rename, why: &str) -> Refusal {
    refusal(
        "rename",
        format!("`{}` does not become `{}`", rename.path.from, rename.path.to),
        why,
        "save again when it is defined, or restart the program",
    )
}
