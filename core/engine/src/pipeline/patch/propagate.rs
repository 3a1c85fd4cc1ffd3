//! What follows from names that have another value now: imports, values computed from constants, annotations.
//!
//! A part of the save's transaction: after the commit, before the late statements of each file, which may read what
//! follows, and once more after all of them. Nothing of it calls code of the user but the
//! evaluation of annotations: values are computed from exact numbers, texts and their like only.

use std::path::{Path, PathBuf};

use jurigged_runtime::{CommitError, CompileUnit, Handle, Interpreter, ObjectKind, RuntimeError, Swap};
use rustc_hash::FxHashMap;

use super::Work;
use super::outcome::Failure;
use super::prepare::Prepared;
use super::reannotate::{annotation, variable};
use super::transaction::Transaction;
use crate::pipeline::edit_plan::{Action, Dependent, Follow, Refusal, Scope, ScopedName, Unit, VALUE, note};
use crate::pipeline::locate::{bound_object, class_at};

/// What became of one dependent.
#[derive(Debug)]
pub struct Followed {
    /// The module, by its name in `sys.modules`.
    pub module: String,
    /// Its file.
    pub path: PathBuf,
    /// 1-based.
    pub line: u32,
    /// The statement that was followed, or the function.
    pub text: String,
    /// Path of the function of which a default or annotation followed.
    pub function: Option<String>,
    /// Why it was not; `None` where it was.
    pub stale: Option<Refusal>,
}

/// Values on their way from the names that a save changes to what has read them.
pub struct Propagation<'a> {
    interpreter: &'a dyn Interpreter,
    dependents: &'a [Dependent],
    works: &'a [Work<'a>],
    /// The values before the save of the names that dependents read.
    before: FxHashMap<ScopedName, Option<Handle>>,
    /// By dependent.
    followed: Vec<Option<Followed>>,
}

impl<'a> Propagation<'a> {
    /// Remembers what the names that dependents read are bound to: of the save only new names have been bound so far.
    pub fn begin(interpreter: &'a dyn Interpreter, dependents: &'a [Dependent], works: &'a [Work<'a>]) -> Self {
        let names = dependents.iter().flat_map(|dependent| &dependent.reads);
        let value_before = |name: &ScopedName| {
            let work = works.iter().find(|work| work.module == name.module);
            let work = work.filter(|_| name.scope.classes.is_empty());
            let renamed = work.and_then(|work| work.renames.value_before(work.namespace, &name.name));
            renamed.unwrap_or_else(|| value_of(interpreter, name))
        };
        Self {
            interpreter,
            dependents,
            works,
            before: names.map(|name| (name.clone(), value_before(name))).collect(),
            followed: dependents.iter().map(|_| None).collect(),
        }
    }

    /// Makes everything follow that can and has not yet. `prepared`: what has become of the operations so far. Before the
    /// last time, a name that is gone may still come back.
    ///
    /// # Errors
    /// When a swap fails.
    pub fn follow(
        &mut self,
        prepared: &[Prepared],
        transaction: &mut Transaction<'_>,
        is_last: bool,
    ) -> Result<(), Failure> {
        let interpreter = self.interpreter;
        for (dependent, followed) in self.dependents.iter().zip(&mut self.followed) {
            let is_star = matches!(dependent.follow, Follow::Star);
            let reads = dependent.reads.iter();
            let changed: Vec<Changed> = reads
                .filter_map(|name| changed(interpreter, &self.before, name))
                .filter(|changed| (is_star && is_last) || changed.new.is_some())
                // What its module has bound with this save, even to the same object, is no longer from there.
                .filter(|changed| !is_star || !binds(self.works, prepared, dependent, &changed.name.name))
                .collect();
            if changed.is_empty()
                || !is_loaded(interpreter, self.works, dependent)
                || has_run(self.works, prepared, dependent)
            {
                continue;
            }
            let (swaps, stale) = match follow(interpreter, dependent, &changed) {
                Ok(Done::Swaps(swaps)) if swaps.is_empty() => continue,
                Ok(Done::Swaps(swaps)) => (swaps, None),
                Ok(Done::Stale(why)) => (Vec::new(), Some(why)),
                Err(RuntimeError::Python(error)) => (Vec::new(), Some(format!("computing it again raises {error}"))),
                Err(error) => (Vec::new(), Some(error.to_string())),
            };
            transaction.commit(swaps).map_err(|error| match error {
                CommitError::Injected { .. } => Failure::Injected,
                error => Failure::Commit(error.to_string()),
            })?;
            *followed = Some(Followed {
                module: dependent.module.clone(),
                path: dependent.path.clone(),
                line: dependent.line,
                text: dependent.summary.clone(),
                function: function_of(dependent),
                stale: stale.map(|why| stale_note(dependent, &changed, &why)),
            });
        }
        Ok(())
    }

    /// Are there assignments in a module that are computed again from values of the save?
    pub fn computes_in(&self, module: &str) -> bool {
        let mut dependents = self.dependents.iter();
        dependents.any(|it| it.module == module && matches!(it.follow, Follow::Formula { .. }))
    }

    /// What became of everything that had to follow.
    pub fn into_followed(self) -> Vec<Followed> {
        let mut followed: Vec<Followed> = self.followed.into_iter().flatten().collect();
        followed.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        // Of one `def` several defaults and annotations.
        followed.dedup_by(|a, b| {
            (&a.module, a.line, &a.function) == (&b.module, b.line, &b.function) && a.stale == b.stale
        });
        followed
    }
}

/// Has a statement of the save bound the name in the module of a star-import?
fn binds(works: &[Work<'_>], prepared: &[Prepared], dependent: &Dependent, name: &str) -> bool {
    let mut modules = works.iter().zip(prepared);
    let Some((work, prepared)) = modules.find(|(work, _)| work.module == dependent.module) else {
        return false;
    };
    let mut operations = work.plan.operations.iter().zip(&prepared.outcome.operations);
    operations.any(|(operation, outcome)| match &operation.action {
        Action::Run(statement) => {
            !outcome.skipped
                && outcome.refused.is_none()
                && statement.scope == dependent.scope
                && statement.binds.iter().any(|bound| bound == name)
                && operation.line > dependent.line
        }
        _ => false,
    })
}

/// Has an operation of the save run it, or is about to? Then it has read the new value.
fn has_run(works: &[Work<'_>], prepared: &[Prepared], dependent: &Dependent) -> bool {
    let mut modules = works.iter().zip(prepared);
    let Some((_, prepared)) = modules.find(|(work, _)| work.module == dependent.module) else {
        return false;
    };
    dependent.unless.iter().any(|index| {
        let outcome = &prepared.outcome.operations[*index];
        !outcome.skipped && outcome.refused.is_none()
    })
}

fn function_of(dependent: &Dependent) -> Option<String> {
    let (Follow::Default { function, .. } | Follow::Annotation { function, .. }) = &dependent.follow else {
        return None;
    };
    let mut path = dependent.scope.classes.clone();
    path.push(function.clone());
    Some(path.join("."))
}

/// A name that has another value now.
struct Changed<'a> {
    name: &'a ScopedName,
    old: Option<Handle>,
    /// `None` for a name that is gone, which only star-imports follow.
    new: Option<Handle>,
}

/// How something follows.
pub enum Done {
    /// By these swaps; without any it is as it has to be.
    Swaps(Vec<Swap>),
    /// Not at all, and why.
    Stale(String),
}

fn changed<'a>(
    interpreter: &dyn Interpreter,
    before: &FxHashMap<ScopedName, Option<Handle>>,
    name: &'a ScopedName,
) -> Option<Changed<'a>> {
    let old = before.get(name).copied().flatten();
    let new = value_of(interpreter, name);
    let is_same = match (old, new) {
        (Some(old), Some(new)) => old == new || is_constant_equal(interpreter, old, new),
        (old, new) => old.is_none() && new.is_none(),
    };
    (!is_same).then_some(Changed { name, old, new })
}

fn value_of(interpreter: &dyn Interpreter, name: &ScopedName) -> Option<Handle> {
    let namespace = namespace_of(interpreter, &name.module)?;
    bound_object(interpreter, namespace, &name.scope, &name.name)
}

fn namespace_of(interpreter: &dyn Interpreter, module: &str) -> Option<Handle> {
    interpreter.namespace(interpreter.module(module)?)
}

/// A statement at or below the one that a module's body runs has not read anything yet.
fn is_loaded(interpreter: &dyn Interpreter, works: &[Work<'_>], dependent: &Dependent) -> bool {
    let work = works.iter().find(|work| work.module == dependent.module);
    let is_pending = work
        .and_then(|work| work.executing)
        .is_some_and(|line| dependent.line >= line);
    !is_pending && namespace_of(interpreter, &dependent.module).is_some()
}

fn follow(interpreter: &dyn Interpreter, dependent: &Dependent, changed: &[Changed<'_>]) -> Result<Done, RuntimeError> {
    let Some(namespace) = namespace_of(interpreter, &dependent.module) else {
        return Ok(Done::Swaps(Vec::new()));
    };
    match &dependent.follow {
        Follow::Import { name, is_only } => {
            Ok(import(interpreter, dependent, namespace, (name, *is_only), &changed[0]))
        }
        Follow::Star => Ok(Done::Swaps(star(interpreter, dependent, namespace, changed))),
        Follow::Formula { name, names, unit } => {
            formula(interpreter, dependent, namespace, (name, names, unit), changed)
        }
        Follow::Default {
            function,
            parameter,
            names,
            unit,
        } => {
            let Some(function) = function_at(interpreter, namespace, &dependent.scope, function) else {
                return Ok(Done::Stale("its function is not where its name leads to".to_owned()));
            };
            default(
                interpreter,
                dependent,
                namespace,
                function,
                (parameter, names, unit),
                changed,
            )
        }
        Follow::Annotation {
            function,
            parameter,
            unit,
        } => {
            let Some(function) = function_at(interpreter, namespace, &dependent.scope, function) else {
                return Ok(Done::Stale("its function is not where its name leads to".to_owned()));
            };
            annotation(interpreter, dependent, namespace, function, parameter, unit)
        }
        Follow::Variable { name, unit } => variable(interpreter, dependent, namespace, name, unit),
        Follow::Stale { why } => Ok(Done::Stale((*why).to_owned())),
    }
}

/// Binds what `from m import name` would bind now, if the name still holds what it did bind.
fn import(
    interpreter: &dyn Interpreter,
    dependent: &Dependent,
    namespace: Handle,
    (name, is_only): (&str, bool),
    changed: &Changed<'_>,
) -> Done {
    let present = bound_object(interpreter, namespace, &dependent.scope, name);
    if present == changed.new || changed.old.is_none() {
        return Done::Swaps(Vec::new());
    }
    if present != changed.old && !is_only {
        // Another import, or another branch, has given it its value.
        return Done::Swaps(Vec::new());
    }
    if present != changed.old {
        return Done::Stale(format!("`{name}` holds something else than what was imported"));
    }
    Done::Swaps(
        binding(interpreter, dependent, namespace, name, changed.new)
            .into_iter()
            .collect(),
    )
}

fn star(interpreter: &dyn Interpreter, dependent: &Dependent, namespace: Handle, changed: &[Changed<'_>]) -> Vec<Swap> {
    let mut swaps = Vec::new();
    for changed in changed {
        let name = &changed.name.name;
        let listed = namespace_of(interpreter, &changed.name.module)
            .and_then(|source| interpreter.entry(source, "__all__"))
            .and_then(|names| interpreter.items(names).ok());
        let is_public = match listed {
            Some(names) => names.iter().any(|it| interpreter.text(*it).as_deref() == Some(name)),
            None => !name.starts_with('_'),
        };
        let present = bound_object(interpreter, namespace, &dependent.scope, name);
        if is_public && present == changed.old && present != changed.new {
            swaps.extend(binding(interpreter, dependent, namespace, name, changed.new));
        }
    }
    swaps
}

/// The swap that binds a name where the dependent stands.
pub fn binding(
    interpreter: &dyn Interpreter,
    dependent: &Dependent,
    namespace: Handle,
    name: &str,
    new: Option<Handle>,
) -> Option<Swap> {
    let expected = bound_object(interpreter, namespace, &dependent.scope, name);
    let name = name.to_owned();
    if dependent.scope.classes.is_empty() {
        return Some(Swap::Entry {
            dict: namespace,
            name,
            expected,
            new,
        });
    }
    Some(Swap::ClassAttribute {
        class: class_at(interpreter, namespace, &dependent.scope)?,
        name,
        expected,
        new,
    })
}

/// Computes the value of an assignment again.
fn formula(
    interpreter: &dyn Interpreter,
    dependent: &Dependent,
    namespace: Handle,
    (name, names, unit): (&str, &[String], &Unit),
    changed: &[Changed<'_>],
) -> Result<Done, RuntimeError> {
    let (old, new) = match computed(interpreter, dependent, namespace, (names, unit), changed)? {
        Ok(values) => values,
        Err(why) => return Ok(Done::Stale(why)),
    };
    let present = bound_object(interpreter, namespace, &dependent.scope, name);
    let is_now = |value| present.is_some_and(|present| is_constant_equal(interpreter, present, value));
    if is_now(new) {
        return Ok(Done::Swaps(Vec::new()));
    }
    if !is_now(old) {
        return Ok(Done::Stale(format!(
            "`{name}` does not hold what its statement gave it"
        )));
    }
    let swap = binding(interpreter, dependent, namespace, name, Some(new));
    Ok(Done::Swaps(swap.into_iter().collect()))
}

/// Computes the default of a parameter again.
fn default(
    interpreter: &dyn Interpreter,
    dependent: &Dependent,
    namespace: Handle,
    function: Handle,
    (parameter, names, unit): (&str, &[String], &Unit),
    changed: &[Changed<'_>],
) -> Result<Done, RuntimeError> {
    let (old, new) = match computed(interpreter, dependent, namespace, (names, unit), changed)? {
        Ok(values) => values,
        Err(why) => return Ok(Done::Stale(why)),
    };
    let other = || Done::Stale(format!("the default of `{parameter}` is not what its `def` gave it"));
    let keywords = interpreter.attribute(function, "__kwdefaults__")?;
    let keyword = keywords.and_then(|keywords| interpreter.entry(keywords, parameter));
    if let (Some(keywords), Some(present)) = (keywords, keyword) {
        if is_constant_equal(interpreter, present, new) {
            return Ok(Done::Swaps(Vec::new()));
        }
        if !is_constant_equal(interpreter, present, old) {
            return Ok(other());
        }
        let defaults = interpreter.new_dict();
        for (key, value) in interpreter.entries(keywords) {
            if let Some(key) = interpreter.text(key) {
                interpreter.set_entry(defaults, &key, if key == parameter { new } else { value });
            }
        }
        return Ok(Done::Swaps(vec![attribute(
            function,
            "__kwdefaults__",
            keywords,
            defaults,
        )]));
    }
    let (Some(defaults), Some(position)) = (
        interpreter.attribute(function, "__defaults__")?,
        position_of(interpreter, function, parameter)?,
    ) else {
        return Ok(other());
    };
    let mut values = if defaults == interpreter.none() {
        Vec::new()
    } else {
        interpreter.items(defaults)?
    };
    let count = positional_count(interpreter, function)?;
    let slot = (position + values.len()).checked_sub(count);
    let is_now = |slot: &usize, value| {
        let present = values.get(*slot);
        present.is_some_and(|present| is_constant_equal(interpreter, *present, value))
    };
    if slot.is_some_and(|slot| is_now(&slot, new)) {
        return Ok(Done::Swaps(Vec::new()));
    }
    let Some(slot) = slot.filter(|slot| is_now(slot, old)) else {
        return Ok(other());
    };
    values[slot] = new;
    Ok(Done::Swaps(vec![attribute(
        function,
        "__defaults__",
        defaults,
        interpreter.new_tuple(&values),
    )]))
}

/// The swap of an attribute of an object.
pub fn attribute(object: Handle, name: &str, expected: Handle, new: Handle) -> Swap {
    Swap::Attribute {
        object,
        name: name.to_owned(),
        expected: Some(expected),
        new: Some(new),
    }
}

fn positional_count(interpreter: &dyn Interpreter, function: Handle) -> Result<usize, RuntimeError> {
    let code = interpreter.attribute(function, "__code__")?;
    let count = code
        .map(|code| interpreter.attribute(code, "co_argcount"))
        .transpose()?
        .flatten();
    Ok(count
        .and_then(|count| interpreter.integer(count))
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(0))
}

fn position_of(
    interpreter: &dyn Interpreter,
    function: Handle,
    parameter: &str,
) -> Result<Option<usize>, RuntimeError> {
    let code = interpreter.attribute(function, "__code__")?;
    let names = code
        .map(|code| interpreter.attribute(code, "co_varnames"))
        .transpose()?
        .flatten();
    let names = names
        .map(|names| interpreter.items(names))
        .transpose()?
        .unwrap_or_default();
    Ok(names
        .iter()
        .position(|name| interpreter.text(*name).as_deref() == Some(parameter)))
}

/// The function behind a name, below descriptors and wrappers.
fn function_at(interpreter: &dyn Interpreter, namespace: Handle, scope: &Scope, name: &str) -> Option<Handle> {
    let mut object = bound_object(interpreter, namespace, scope, name)?;
    // Wrappers of wrappers, of any sane program.
    for _ in 0..16 {
        let inside = match interpreter.kind(object) {
            ObjectKind::StaticMethod | ObjectKind::ClassMethod => "__func__",
            ObjectKind::Property => "fget",
            _ => "__wrapped__",
        };
        match interpreter.attribute(object, inside) {
            Ok(Some(inner)) => object = inner,
            _ => break,
        }
    }
    (interpreter.kind(object) == ObjectKind::Function).then_some(object)
}

/// The value with the old names and with the new ones; why not, where one of them is no constant.
fn computed(
    interpreter: &dyn Interpreter,
    dependent: &Dependent,
    namespace: Handle,
    (names, unit): (&[String], &Unit),
    changed: &[Changed<'_>],
) -> Result<Result<(Handle, Handle), String>, RuntimeError> {
    let (before, after) = (interpreter.new_dict(), interpreter.new_dict());
    for name in names {
        let of_class = (!dependent.scope.classes.is_empty() && !unit.hides.contains(name))
            .then(|| bound_object(interpreter, namespace, &dependent.scope, name))
            .flatten();
        let Some(now) = of_class.or_else(|| interpreter.entry(namespace, name)) else {
            return Ok(Err(format!("`{name}`, which it is computed from, is not there")));
        };
        let own = changed.iter().find(|changed| {
            changed.name.module == dependent.module && changed.name.name == *name && changed.new == Some(now)
        });
        let old = own.map_or(Some(now), |changed| changed.old);
        let Some(old) = old.filter(|old| is_constant(interpreter, *old) && is_constant(interpreter, now)) else {
            return Ok(Err(format!(
                "`{name}`, which it is computed from, is no number, text or the like"
            )));
        };
        interpreter.set_entry(before, name, old);
        interpreter.set_entry(after, name, now);
    }
    let old = evaluate(interpreter, &dependent.path, unit, before, before)?;
    let new = evaluate(interpreter, &dependent.path, unit, after, after)?;
    let is_constant = |value: &Handle| is_constant(interpreter, *value);
    Ok(match (old.filter(is_constant), new.filter(is_constant)) {
        (Some(old), Some(new)) => Ok((old, new)),
        _ => Err("its value is no number, text or the like".to_owned()),
    })
}

/// The value of a unit that binds [`VALUE`].
///
/// # Errors
/// When it raises.
pub fn evaluate(
    interpreter: &dyn Interpreter,
    path: &Path,
    unit: &Unit,
    globals: Handle,
    locals: Handle,
) -> Result<Option<Handle>, RuntimeError> {
    let code = interpreter.compile(&CompileUnit {
        source: &unit.source,
        file: &path.to_string_lossy(),
        flags: 0,
        first_line: unit.first_line,
    })?;
    interpreter.execute(code, globals, locals)?;
    Ok(interpreter.entry(locals, VALUE))
}

/// Exactly an `int`, `float`, `complex`, `str`, `bytes`, `bool`, `None`, or a tuple of these.
fn is_constant(interpreter: &dyn Interpreter, value: Handle) -> bool {
    const TYPES: [&str; 7] = ["int", "float", "complex", "str", "bytes", "bool", "NoneType"];
    let names = interpreter.class_names(value);
    match names.first().map(String::as_str) {
        Some("tuple") => {
            let items = interpreter.items(value).unwrap_or_default();
            items.into_iter().all(|item| is_constant(interpreter, item))
        }
        Some(name) => TYPES.contains(&name),
        None => false,
    }
}

/// The same type and representation: `1` is neither `True` nor `1.0`.
pub fn is_constant_equal(interpreter: &dyn Interpreter, a: Handle, b: Handle) -> bool {
    a == b
        || (interpreter.class_of(a) == interpreter.class_of(b)
            && is_constant(interpreter, a)
            && is_constant(interpreter, b)
            && shown(interpreter, a) == shown(interpreter, b))
}

/// `repr` in full: the one of reports is cut.
fn shown(interpreter: &dyn Interpreter, value: Handle) -> Option<String> {
    let builtins = interpreter.module("builtins")?;
    let repr = interpreter.attribute(builtins, "repr").ok()??;
    interpreter.text(interpreter.call(repr, &[value]).ok()?)
}

fn stale_note(dependent: &Dependent, changed: &[Changed<'_>], why: &str) -> Refusal {
    let mut names: Vec<String> = changed
        .iter()
        .map(|changed| format!("`{}`", changed.name.name))
        .collect();
    names.dedup();
    note(
        "constant",
        format!("`{}` keeps what it made of {}", dependent.summary, names.join(", ")),
        why,
        "change this statement as well, or restart the program",
    )
}
