//! Statements and definitions that run, and names that go.

use std::borrow::Cow;

use jurigged_runtime::{Handle, Interpreter, ObjectKind, RuntimeError, Swap};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Work;
use super::classes::{ClassKind, refuse_slots};
use super::evidence::{is_of, module_named};
use super::forward::{core_of, forward};
use super::namespaces::{Scratch, name_swap};
use super::prepare::{Prepared, Steps, Stop};
use super::units::{UnitRun, compile_to_run, no_class, take_out};
use super::withheld::still_running;
use crate::pipeline::edit_plan::{
    Action, EditCode, KEPT, Operation, Outline, Phase, REACHED, Refusal, RunStatement, Scope, Spared, StarImport,
    Unstar, When, note, refusal,
};
use crate::pipeline::locate::{Bound, bind, bound_object, class_at};

/// Names of a module that exist before its body runs (`importlib._bootstrap._init_module_attrs`).
const OF_IMPORT_SYSTEM: [&str; 8] = [
    "__name__",
    "__spec__",
    "__loader__",
    "__package__",
    "__path__",
    "__file__",
    "__cached__",
    "__builtins__",
];

/// Runs a statement in a scratch namespace, or leaves it for after the commit.
///
/// # Errors
/// When it is refused, or raises.
pub fn prepare_statement(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    index: usize,
    statement: &RunStatement,
    module: &mut Prepared,
    steps: &mut Steps,
) -> Result<(), Stop> {
    let operation = &work.plan.operations[index];
    if let Some(line) = work.executing
        && !statement.is_definition
        && statement.scope.classes.is_empty()
        && operation.line >= line
    {
        return Err(Stop::Refused(still_running(&operation.summary, work.module)));
    }
    if operation.edit == EditCode::Future && work.plan.flags == 0 && interpreter.facts().version >= (3, 14, 0) {
        return Err(Stop::Refused(note(
            "future",
            format!("`{}` is not evaluated", operation.summary),
            "one function computes all annotations of a scope (PEP 649), which an unchanged statement is only a part of",
            "restart the program if the annotation is needed as a value",
        )));
    }
    let scope = &statement.scope;
    if !scope.classes.is_empty() {
        let class = class_at(interpreter, work.namespace, scope).ok_or_else(|| no_class(scope))?;
        if statement.binds.iter().any(|name| name == "__slots__") {
            refuse_slots(interpreter, work, class, scope, Some(statement))?;
        }
        if !statement.is_definition {
            refuse_fields(interpreter, class, scope, &statement.binds)?;
        }
    }
    // What the compiler refuses is known before anything changes, also of statements that run late.
    let (code, outline) = compile_statement(interpreter, work, statement)?;
    let (names, annotations) = (&statement.unbinds, &statement.unannotates);
    unbind(interpreter, work, &statement.scope, names, annotations, module, steps)?;
    if statement.phase == Phase::Late {
        module.late.push(index);
        return Ok(());
    }
    let scratch = scratch_of(interpreter, work, &statement.scope, steps)?;
    let kept = statement.binds.iter().filter(|_| statement.is_overwritten);
    let kept: Vec<_> = kept
        .filter_map(|name| Some((name, interpreter.entry(scratch.locals, name)?)))
        .collect();
    let chooses = binds_some(operation);
    let marked = match chooses {
        true => mark_lost(interpreter, work, statement, scratch),
        false => Vec::new(),
    };
    let present = statement.binds.iter();
    let before: FxHashMap<String, Handle> = present
        .filter_map(|name| Some((name.clone(), interpreter.entry(scratch.locals, name)?)))
        .collect();
    forget(interpreter, work, statement, scratch.locals)?;
    let result = UnitRun::from(statement).execute(interpreter, code, work.namespace, scratch.locals);
    drop_kept(interpreter, statement, scratch.locals)?;
    refuse_reached(interpreter, statement, scratch.locals)?;
    let is_new = |name: &&String| {
        let now = interpreter.entry(scratch.locals, name);
        !chooses || (now.is_some() && before.get(*name) != now.as_ref())
    };
    let bound: Vec<_> = statement.binds.iter().filter(is_new).cloned().collect();
    for (name, value) in &marked {
        if before.get(name) == interpreter.entry(scratch.locals, name).as_ref() {
            interpreter.set_entry(scratch.locals, name, *value);
        }
    }
    match result {
        // A name that another statement or another file of this batch adds: it is there after the commit.
        Err(Stop::Failed(error)) if is_missing_name(&error.kind) => {
            module.late.push(index);
            return Ok(());
        }
        result => result?,
    }
    scratch.note_ran(interpreter);
    for (name, value) in kept {
        interpreter.set_entry(scratch.locals, name, value);
    }
    scratch.binds_doc |= statement.binds.iter().any(|name| name == "__doc__");
    steps.bound.extend(bound.into_iter().map(|name| (scope.clone(), name)));
    module
        .outcome
        .bound
        .extend(without_place(bind(interpreter, code, &outline)));
    Ok(())
}

/// Compiles a statement, without those definitions in it that exist; gives its code owners, too.
///
/// # Errors
/// When it does not compile.
pub fn compile_statement<'s>(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    statement: &'s RunStatement,
) -> Result<(Handle, Cow<'s, [Outline]>), Stop> {
    if statement.spared.is_empty() {
        let code = compile_to_run(interpreter, work, &statement.unit)?;
        return Ok((code, Cow::Borrowed(&statement.outline)));
    }
    let exists = |spared: &Spared| {
        let object = bound_object(interpreter, work.namespace, &statement.scope, &spared.name);
        object.is_some_and(|object| is_made_by(interpreter, work, spared, object))
    };
    let exists: Vec<bool> = statement.spared.iter().map(exists).collect();
    let (unit, outline) = statement.without(&exists);
    Ok((compile_to_run(interpreter, work, &unit)?, Cow::Owned(outline)))
}

/// Has this definition, or one of its name at its place, made the object?
fn is_made_by(interpreter: &dyn Interpreter, work: &Work<'_>, spared: &Spared, object: Handle) -> bool {
    let text = |object: Handle, name: &str| interpreter.text(interpreter.attribute(object, name).ok().flatten()?);
    let is_it = |object: Handle| {
        text(object, "__module__").as_deref() == Some(work.module)
            && text(object, "__qualname__").is_some_and(|path| spared.paths.contains(&path))
    };
    is_it(object) || is_it(core_of(interpreter, object))
}

/// The swaps that let functions that came out of a branch, or into one, forward to those that have taken their names;
/// what cannot is listed. `before`: what the names that the statement binds led to.
///
/// # Errors
/// When an attribute cannot be read.
pub fn heir_swaps(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    index: usize,
    statement: &RunStatement,
    before: &[Option<Handle>],
    prepared: &mut Prepared,
) -> Result<Vec<Swap>, RuntimeError> {
    let mut swaps = Vec::new();
    for (name, before) in statement.binds.iter().zip(before) {
        let ids = || statement.heir_of.iter().filter(|(of, _)| of == name);
        if ids().next().is_none() {
            continue;
        }
        let Some(after) = bound_object(interpreter, work.namespace, &statement.scope, name) else {
            continue;
        };
        // The commit may have taken it away from its name.
        for old in before.iter().chain(&prepared.deleted) {
            let mut is_heir = false;
            for (_, id) in ids() {
                is_heir |= is_of(interpreter, work.bindings, (*id, None), *old)?;
            }
            let (old, new) = (core_of(interpreter, *old), core_of(interpreter, after));
            if !is_heir || old == new {
                continue;
            }
            let classes = statement.scope.classes.iter().map(String::as_str);
            let path: Vec<&str> = [work.module]
                .into_iter()
                .chain(classes)
                .chain([name.as_str()])
                .collect();
            match forward(interpreter, old, new, &path.join(".")) {
                Ok(forwarding) => swaps.extend(forwarding),
                Err(told) => prepared.outcome.operations[index].listed.push(told),
            }
            break;
        }
    }
    Ok(swaps)
}

/// Takes out what a block that runs anew has bound: it stays away unless the block binds it again.
///
/// # Errors
/// When the dict refuses.
pub fn forget(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    statement: &RunStatement,
    locals: Handle,
) -> Result<(), Stop> {
    let kept = (!statement.spared.is_empty()).then(|| interpreter.new_dict());
    for name in &statement.forgets {
        // A name that the save removes has its own step.
        if !is_removed(work, statement, name)
            && let Some(value) = interpreter.entry(locals, name)
        {
            take_out(interpreter, locals, name)?;
            if let Some(kept) = kept {
                interpreter.set_entry(kept, name, value);
            }
        }
    }
    if let Some(kept) = kept {
        interpreter.set_entry(locals, KEPT, kept);
    }
    Ok(())
}

/// Takes out again where [`forget`] has kept what it took out.
///
/// # Errors
/// When the dict refuses.
pub fn drop_kept(interpreter: &dyn Interpreter, statement: &RunStatement, locals: Handle) -> Result<(), Stop> {
    if !statement.spared.is_empty() && interpreter.entry(locals, KEPT).is_some() {
        take_out(interpreter, locals, KEPT)?;
    }
    Ok(())
}

/// Does an operation of the save remove a name of the scope of this statement?
fn is_removed(work: &Work<'_>, statement: &RunStatement, name: &String) -> bool {
    work.plan.operations.iter().any(|operation| {
        matches!(&operation.action, Action::Unbind { scope, names, .. }
            if *scope == statement.scope && names.contains(name))
    })
}

/// Refuses a block that has come to a part which is not run.
///
/// # Errors
/// When it has.
pub fn refuse_reached(interpreter: &dyn Interpreter, statement: &RunStatement, locals: Handle) -> Result<(), Stop> {
    match &statement.partial {
        Some(reason) if interpreter.entry(locals, REACHED).is_some() => Err(Stop::Undone((**reason).clone())),
        _ => Ok(()),
    }
}

/// Is it a block that chooses between imports, so that only some of its names are bound?
pub fn binds_some(operation: &Operation) -> bool {
    let mut guards = operation.guards.iter();
    guards.any(|guard| matches!(guard.when, When::EndedBy(_)))
}

/// Puts marks in the place of the names of a block that this save removes from where they were bound: what the block binds
/// anew can be the very object that was there, such as a module. Gives the names with their values.
fn mark_lost(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    statement: &RunStatement,
    scratch: &Scratch,
) -> Vec<(String, Handle)> {
    let lost = statement.binds.iter().filter(|name| is_removed(work, statement, name));
    let marked: Vec<_> = lost
        .filter_map(|name| Some((name.clone(), interpreter.entry(scratch.locals, name)?)))
        .collect();
    for (name, _) in &marked {
        interpreter.set_entry(scratch.locals, name, interpreter.new_dict());
    }
    marked
}

/// Is this what Python raises where a name is not there, or not yet: something that this batch may add?
pub fn is_missing_name(kind: &str) -> bool {
    ["ImportError", "ModuleNotFoundError", "AttributeError", "NameError"].contains(&kind)
}

/// The scratch namespace of a scope.
fn scratch_of<'s>(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    scope: &Scope,
    steps: &'s mut Steps,
) -> Result<&'s mut Scratch, Refusal> {
    let scratches = &mut steps.scratches;
    let at = match scratches.iter().position(|scratch| scratch.scope == *scope) {
        Some(at) => at,
        None => {
            let mut scratch = Scratch::of(interpreter, work.namespace, scope).ok_or_else(|| no_class(scope))?;
            scratch.annotated = work.plan.annotated.get(scope).cloned().unwrap_or_default();
            scratches.push(scratch);
            scratches.len() - 1
        }
    };
    Ok(&mut scratches[at])
}

/// The unit is dropped, and with it the constants that its outermost code objects are.
pub fn without_place(mut bound: Vec<Bound>) -> Vec<Bound> {
    let codes: FxHashSet<Handle> = bound.iter().map(|bound| bound.code).collect();
    for bound in &mut bound {
        bound.parent = bound.parent.filter(|(parent, _)| codes.contains(parent));
    }
    bound
}

/// Refuses what the class of a removed statement or definition does not follow.
///
/// # Errors
/// When it is refused.
pub fn refuse_removal(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    operation: &Operation,
    scope: &Scope,
    names: &[String],
) -> Result<(), Stop> {
    if scope.classes.is_empty() {
        return Ok(());
    }
    let class = class_at(interpreter, work.namespace, scope).ok_or_else(|| no_class(scope))?;
    if names.iter().any(|name| name == "__slots__") {
        refuse_slots(interpreter, work, class, scope, None)?;
    }
    match operation.edit {
        EditCode::ClsMethod => Ok(()),
        _ => refuse_fields(interpreter, class, scope, names),
    }
}

/// Refuses a change of fields out of which a library generated something when it made the class.
fn refuse_fields(interpreter: &dyn Interpreter, class: Handle, scope: &Scope, names: &[String]) -> Result<(), Stop> {
    let ClassKind::Foreign(kind) = ClassKind::of(interpreter, class) else {
        return Ok(());
    };
    Err(Stop::Refused(refusal(
        "cls-fields",
        format!("`{}` is not changed", names.join(", ")),
        format!(
            "`{}` is {kind}, whose fields are fixed when the class is made",
            scope.classes.join(".")
        ),
        "restart the program",
    )))
}

/// Removes the names that a star-import has bound, where they still are what it gave and nothing else binds them.
///
/// # Errors
/// Never: modules have a namespace.
pub fn unstar(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    unstar: &Unstar,
    module: &mut Prepared,
    steps: &mut Steps,
) -> Result<(), Refusal> {
    let kept: FxHashSet<String> = given_by(interpreter, work, &unstar.others)
        .map(|(name, _)| name)
        .chain(unstar.kept.iter().cloned())
        .collect();
    let names: Vec<String> = public_names(interpreter, work, &unstar.from)
        .into_iter()
        .filter(|(name, value)| !kept.contains(name) && interpreter.entry(work.namespace, name) == Some(*value))
        .map(|(name, _)| name)
        .collect();
    unbind(interpreter, work, &Scope::default(), &names, &[], module, steps)
}

/// The swaps among these that take old names away which still lead where they led, and which no star-import gives.
pub fn still_to_go(interpreter: &dyn Interpreter, work: &Work<'_>, mut departures: Vec<Swap>) -> Vec<Swap> {
    if departures.is_empty() {
        return departures;
    }
    let given: FxHashSet<(String, Handle)> = given_by(interpreter, work, &work.plan.stars).collect();
    departures.retain(|departure| {
        let Swap::Entry {
            dict, name, expected, ..
        } = departure
        else {
            return true;
        };
        let now = interpreter.entry(*dict, name);
        let is_given = now.is_some_and(|now| given.contains(&(name.clone(), now)));
        now == *expected && !(*dict == work.namespace && is_given)
    });
    departures
}

/// What these star-imports take from their modules.
fn given_by(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    stars: &[StarImport],
) -> impl Iterator<Item = (String, Handle)> {
    stars.iter().flat_map(|star| public_names(interpreter, work, star))
}

/// What a star-import takes from its module: what `__all__` lists, or all names without a leading underscore.
fn public_names(interpreter: &dyn Interpreter, work: &Work<'_>, star: &StarImport) -> Vec<(String, Handle)> {
    let source = module_named(interpreter, work, &star.module, star.level);
    let Some(namespace) = source.and_then(|source| interpreter.namespace(source)) else {
        return Vec::new();
    };
    let listed = interpreter.entry(namespace, "__all__");
    if let Some(listed) = listed.and_then(|listed| interpreter.items(listed).ok()) {
        let names = listed.into_iter().filter_map(|name| interpreter.text(name));
        return names
            .filter_map(|name| Some((name.clone(), interpreter.entry(namespace, &name)?)))
            .collect();
    }
    let entries = interpreter.entries(namespace).into_iter();
    entries
        .filter_map(|(key, value)| Some((interpreter.text(key)?, value)))
        .filter(|(name, _)| !name.starts_with('_'))
        .collect()
}

/// Removes names from a scope, and the annotations of names.
///
/// # Errors
/// When the class of the scope is not to be found.
pub fn unbind(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    scope: &Scope,
    names: &[String],
    annotations: &[String],
    module: &mut Prepared,
    steps: &mut Steps,
) -> Result<(), Refusal> {
    let class = if scope.classes.is_empty() {
        None
    } else {
        Some(class_at(interpreter, work.namespace, scope).ok_or_else(|| no_class(scope))?)
    };
    if !annotations.is_empty() {
        let scratch = scratch_of(interpreter, work, scope, steps)?;
        scratch.unannotated.extend_from_slice(annotations);
    }
    if names.is_empty() {
        return Ok(());
    }
    for name in names {
        let name = name.clone();
        let Some(value) = bound_object(interpreter, work.namespace, scope, &name) else {
            continue;
        };
        let is_submodule = class.is_none()
            && interpreter.kind(value) == ObjectKind::Module
            && interpreter.module(&format!("{}.{name}", work.module)) == Some(value);
        // What the import system has set does not come from a statement, and goes with none.
        let is_of_import_system = class.is_none() && OF_IMPORT_SYSTEM.contains(&name.as_str());
        if is_submodule || is_of_import_system {
            continue;
        }
        // The docstring's name always exists.
        let new = (name == "__doc__").then(|| interpreter.none());
        let expected = Some(value);
        let swap = name_swap(class, work.namespace, &name, expected, new);
        // Of several definitions of a name (a property and its setter) the first has removed it.
        if !steps.removals.contains(&swap) {
            // It may be known already as one that holds the code of a deleted function.
            if !module.deleted.contains(&value) {
                module.deleted.push(value);
            }
            steps.removals.push(swap);
        }
    }
    Ok(())
}
