//! What follows from names that have another value now: imports, values computed from constants, annotations.
//!
//! A part of the save's transaction: after the commit, before the late statements of each file, which may read what
//! follows, and once more after all of them. Nothing of it calls code of the user but the
//! evaluation of annotations: values are computed from exact numbers, texts and their like only.

use std::path::PathBuf;

use jurigged_runtime::{CommitError, Handle, Interpreter, ObjectKind, RuntimeError, Swap};
use rustc_hash::FxHashMap;

use super::Work;
use super::classes::in_holder;
use super::outcome::Failure;
use super::prepare::Prepared;
use super::reannotate::{annotation, variable};
use super::recompute::{assign, default, is_constant_equal, is_definition, recompute};
use super::transaction::Transaction;
use crate::pipeline::edit_plan::{Action, Dependent, Follow, Refusal, Scope, ScopedName, Unit, note};
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
    /// By dependent.
    given: Vec<Given>,
}

/// What a dependent was given so far: a save is followed several times, while its statements run.
#[derive(Clone, Default)]
struct Given {
    /// Its value.
    value: Option<Handle>,
    /// Where it calls code of the user, the values that it was computed from: once is enough for them.
    ran_with: Option<Vec<Option<Handle>>>,
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
            given: vec![Given::default(); dependents.len()],
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
        let places = self.followed.iter_mut().zip(&mut self.given);
        for (dependent, (followed, given)) in self.dependents.iter().zip(places) {
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
            let values: Vec<Option<Handle>> = changed.iter().map(|changed| changed.new).collect();
            if dependent.follow.is_run() && given.ran_with.as_ref() == Some(&values) {
                continue;
            }
            let done = follow(interpreter, dependent, &changed, &mut given.value);
            if done.is_ok() {
                given.ran_with = Some(values);
            }
            let (swaps, stale) = match done {
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
pub struct Changed<'a> {
    pub name: &'a ScopedName,
    pub old: Option<Handle>,
    /// `None` for a name that is gone, which only star-imports follow.
    pub new: Option<Handle>,
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

/// `given`: the value that it was given before.
fn follow(
    interpreter: &dyn Interpreter,
    dependent: &Dependent,
    changed: &[Changed<'_>],
    given: &mut Option<Handle>,
) -> Result<Done, RuntimeError> {
    let Some(namespace) = namespace_of(interpreter, &dependent.module) else {
        return Ok(Done::Swaps(Vec::new()));
    };
    let computed_again = |formula: (&[String], &Unit, bool), given: &mut Option<Handle>| {
        recompute(interpreter, dependent, namespace, formula, changed, given)
    };
    match &dependent.follow {
        Follow::Import { name, is_only } => {
            let done = import(interpreter, dependent, namespace, (name, *is_only), &changed[0], *given);
            *given = changed[0].new;
            Ok(done)
        }
        Follow::Star => Ok(Done::Swaps(star(interpreter, dependent, namespace, changed))),
        Follow::Formula {
            name,
            names,
            unit,
            is_run,
        } => {
            let Some(present) = bound_object(interpreter, namespace, &dependent.scope, name) else {
                // It stands in a branch that did not run.
                return Ok(Done::Swaps(Vec::new()));
            };
            if *is_run && let Some(swaps) = moved_in(interpreter, present, changed) {
                return Ok(Done::Swaps(swaps));
            }
            match computed_again((names, unit, *is_run), given)? {
                Ok(new) => Ok(assign(interpreter, dependent, namespace, (name, present), &new)),
                Err(why) => Ok(Done::Stale(why)),
            }
        }
        Follow::Default {
            function,
            parameter,
            names,
            unit,
            is_run,
        } => {
            let Some(function) = function_at(interpreter, namespace, &dependent.scope, function) else {
                return Ok(Done::Stale("its function is not where its name leads to".to_owned()));
            };
            match computed_again((names, unit, *is_run), given)? {
                Ok(new) => default(interpreter, function, parameter, &new),
                Err(why) => Ok(Done::Stale(why)),
            }
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
        Follow::Stale { why, binds } => {
            let is_there = |name: &String| bound_object(interpreter, namespace, &dependent.scope, name).is_some();
            match binds.is_empty() || binds.iter().any(is_there) {
                true => Ok(Done::Stale((*why).to_owned())),
                false => Ok(Done::Swaps(Vec::new())),
            }
        }
    }
}

/// Binds what `from m import name` would bind now, if the name still holds what it did bind.
fn import(
    interpreter: &dyn Interpreter,
    dependent: &Dependent,
    namespace: Handle,
    (name, is_only): (&str, bool),
    changed: &Changed<'_>,
    given: Option<Handle>,
) -> Done {
    let present = bound_object(interpreter, namespace, &dependent.scope, name);
    if present == changed.new || changed.old.is_none() {
        return Done::Swaps(Vec::new());
    }
    let is_old = present == changed.old || (given.is_some() && present == given);
    if !is_old && !is_only {
        // Another import, or another branch, has given it its value.
        return Done::Swaps(Vec::new());
    }
    if !is_old {
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

/// The swaps that put definitions which are other objects now in the place of the old ones in a container, which keeps
/// what the program has added to it; `None` where it holds none of them, or something else has changed, too.
fn moved_in(interpreter: &dyn Interpreter, container: Handle, changed: &[Changed<'_>]) -> Option<Vec<Swap>> {
    let kind = interpreter.kind(container);
    if !matches!(kind, ObjectKind::Dict | ObjectKind::List | ObjectKind::Set) {
        return None;
    }
    let mut swaps = Vec::new();
    for changed in changed {
        let (old, new) = (
            changed.old.filter(|old| is_definition(interpreter, *old))?,
            changed.new?,
        );
        swaps.extend(in_holder(interpreter, container, old, new));
    }
    (!swaps.is_empty()).then_some(swaps)
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

/// The swap of an attribute of an object.
pub fn attribute(object: Handle, name: &str, expected: Handle, new: Handle) -> Swap {
    Swap::Attribute {
        object,
        name: name.to_owned(),
        expected: Some(expected),
        new: Some(new),
    }
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
