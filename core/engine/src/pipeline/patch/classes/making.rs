//! Classes that conformers make out of their bodies: what they are told, and the steps that they answer with.

use jurigged_abi::{Aside, BodyName, ClassEdit, EditKind, Making};
use jurigged_runtime::{Handle, Interpreter, RuntimeError, Swap};
use rustc_hash::FxHashSet;

use super::super::Work;
use super::super::late::{LateStop, Ongoing};
use super::super::prepare::{Prepared, Stop};
use super::super::told::edit_of;
use super::body::Body;
use super::python::{named, own_entry, run_statement, subclasses, value_of_unit, with_subclasses};
use super::{Remade, adopt};
use crate::pipeline::edit_plan::{Action, Refusal, Unit, note, refusal};
use crate::plugins::{Claimed, LiveEdit, MakeError, MakeStep, PluginSession, class_decorator};

/// What a user can do where the conformer does not say it.
const RESTART: &str = "restart the program";

/// Asks who makes a class out of its body.
///
/// # Errors
/// When the class keeps its old definition.
pub fn claim(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
    plugins: &mut PluginSession<'_>,
) -> Result<Option<Claimed>, Stop> {
    let edit = edit(interpreter, work, remade);
    plugins.claim(&edit).map_err(|error| match error {
        MakeError::Raised(error) => error.into(),
        MakeError::Refused { why, help } => refused(remade, why, help.as_deref()),
    })
}

/// Why a class is not made: all of it stays as it was where more than its body changed.
fn refused(remade: &Remade<'_>, why: String, help: Option<&str>) -> Stop {
    let keeps = |code, why, rest: &str| {
        let help = help.map_or_else(|| format!("{RESTART} to use the new {rest}"), str::to_owned);
        let stays = format!("class `{}` keeps its old definition", remade.name());
        Stop::Refused(refusal(code, stays, why, help))
    };
    match remade.plan {
        plan if plan.header_changed => keeps("cls-bases", why, "bases"),
        plan if plan.old_decorators.is_some() => keeps("cls-decorators", why, "decorators"),
        _ => remade.refused(why, help.unwrap_or(RESTART)),
    }
}

/// Lets who claimed a class make it, and then the classes below it.
///
/// # Errors
/// When it is refused, code of the user raises, or the commit fails.
pub fn make(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
    index: usize,
    prepared: &mut Prepared,
    ongoing: &mut Ongoing<'_, '_, '_>,
) -> Result<(), LateStop> {
    let Some(claimed) = remade
        .claimed
        .as_ref()
        .filter(|claimed| claimed.claim.when != Making::Ends)
    else {
        return Ok(());
    };
    let claim = &claimed.claim;
    let mut edit = edit(interpreter, work, remade);
    let mut bound = Vec::new();
    match claim.aside {
        Aside::Body => {
            let body = Body::run(interpreter, work, remade)?;
            edit.made = Some(body.written(interpreter, remade));
            bound = body.bound;
        }
        Aside::Statement => {
            // It would run for nothing, and may do more than to make a class.
            let is_changed = remade.is_body_changed() || (claim.header && remade.plan.header_changed);
            if !is_changed {
                return Ok(());
            }
            edit.made = Some(run_statement(interpreter, work, remade)?);
        }
        _ => {}
    }
    if let Some((_, unit)) = written_decorator(interpreter, work, remade) {
        edit.decorator = Some(value_of_unit(interpreter, work, unit, &[])?);
    }
    let steps = ongoing.plugins.remake(claimed, &edit);
    let steps = steps.map_err(|error| stopped(error, |why, help| refused(remade, why, help)))?;
    let listed = take(interpreter, steps, ongoing)?;
    prepared.outcome.bound.extend(bound);
    let told_with = remade.operations.first().copied().unwrap_or(index);
    prepared.outcome.operations[told_with].listed.extend(listed);
    let listed = follow_below(interpreter, work, remade.class, ongoing)?;
    prepared.outcome.operations[told_with].listed.extend(listed);
    Ok(())
}

/// Lets who claimed a class take away what it gave to it, where the new text does not ask for it any more.
///
/// # Errors
/// As [`make`].
pub fn unmake(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
    ongoing: &mut Ongoing<'_, '_, '_>,
) -> Result<Vec<Refusal>, LateStop> {
    let ends = |claimed: &&Claimed| claimed.claim.when == Making::Ends;
    let Some(claimed) = remade.claimed.as_ref().filter(ends) else {
        return Ok(Vec::new());
    };
    let edit = edit(interpreter, work, remade);
    let steps = ongoing.plugins.unmake(claimed, &edit);
    let steps = steps.map_err(|error| stopped(error, |why, help| refused(remade, why, help)))?;
    take(interpreter, steps, ongoing)
}

/// Lets the classes below one that has changed be made again, each behind its bases.
///
/// # Errors
/// As [`make`].
pub fn follow_below(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    class: Handle,
    ongoing: &mut Ongoing<'_, '_, '_>,
) -> Result<Vec<Refusal>, LateStop> {
    let mut listed = Vec::new();
    for below in with_subclasses(interpreter, &subclasses(interpreter, class)) {
        listed.extend(inherit(interpreter, work, below, ongoing)?);
    }
    Ok(listed)
}

/// Lets a class be made again whose own text did not change, but that of its bases.
///
/// # Errors
/// As [`make`].
pub fn inherit(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    class: Handle,
    ongoing: &mut Ongoing<'_, '_, '_>,
) -> Result<Vec<Refusal>, LateStop> {
    let text = |name: &str| {
        let value = interpreter.attribute(class, name).ok().flatten();
        value.and_then(|value| interpreter.text(value)).unwrap_or_default()
    };
    let mut edit = LiveEdit {
        name: format!("{}.{}", text("__module__"), text("__qualname__")),
        namespace: None,
        ..edit_of(work, "", EditKind::Class, class, class)
    };
    edit.class = Some(ClassEdit {
        inherited: true,
        ..ClassEdit::default()
    });
    let name = edit.name.clone();
    let refused = |why: String, help: Option<&str>| {
        let stays = format!("`{name}` does not follow the fields of its base");
        Stop::Refused(refusal("cls-fields", stays, why, help.unwrap_or(RESTART)))
    };
    let claimed = ongoing.plugins.claim(&edit).map_err(|error| stopped(error, refused))?;
    let Some(claimed) = claimed.filter(|claimed| claimed.claim.when == Making::Stays) else {
        return Ok(Vec::new());
    };
    let steps = ongoing.plugins.remake(&claimed, &edit);
    take(interpreter, steps.map_err(|error| stopped(error, refused))?, ongoing)
}

/// The decorator of the new text, with its dotted name, that the claim on a class names.
pub fn written_decorator<'r>(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &'r Remade<'_>,
) -> Option<&'r (String, Unit)> {
    let mut decorators = remade.plan.decorators.iter();
    decorators.find(|(name, _)| is_claimed(interpreter, work, remade, name))
}

/// Does the dotted name of a decorator lead to the one that the claim on a class names?
pub fn is_claimed(interpreter: &dyn Interpreter, work: &Work<'_>, remade: &Remade<'_>, name: &str) -> bool {
    let wanted = remade.how().and_then(|claim| claim.decorator.as_ref());
    wanted.is_some_and(|wanted| {
        named(interpreter, work.namespace, name).is_some()
            && class_decorator(interpreter, work.namespace, name, "").name == *wanted
    })
}

/// What conformers are told of a class.
fn edit(interpreter: &dyn Interpreter, work: &Work<'_>, remade: &Remade<'_>) -> LiveEdit {
    let plan = remade.plan;
    let decorators = |list: &[(String, Unit)]| {
        let one = |(name, unit): &(String, Unit)| {
            class_decorator(interpreter, work.namespace, name, unit.value_text().unwrap_or(name))
        };
        list.iter().map(one).collect::<Vec<_>>()
    };
    let names = plan.names.iter().map(|name| BodyName {
        name: name.name.clone(),
        is_definition: name.is_definition,
        is_field: name.is_field,
        is_kept: name.is_kept,
        is_bound: remade.is_bound_apart(work, name),
    });
    let gone = work
        .plan
        .operations
        .iter()
        .filter_map(|operation| match &operation.action {
            Action::Unbind { scope, names, .. } if *scope == plan.scope => Some(names),
            // A statement that has bound another name before.
            Action::Run(statement) if statement.scope == plan.scope => Some(&statement.unbinds),
            _ => None,
        });
    let class = ClassEdit {
        header_changed: plan.header_changed,
        body_changed: remade.is_body_changed(),
        begins: remade.begins(),
        inherited: false,
        old_fields: plan.old_fields.clone(),
        gone: gone.flatten().cloned().collect(),
        names: names.collect(),
        decorators: decorators(&plan.decorators),
        old_decorators: decorators(plan.old_decorators.as_ref().unwrap_or(&plan.decorators)),
    };
    let path = plan.scope.classes.join(".");
    let written = plan.decorators.iter().chain(plan.old_decorators.iter().flatten());
    LiveEdit {
        decorators: written.map(|(name, _)| name.clone()).collect(),
        class: Some(class),
        ..edit_of(work, &path, EditKind::Class, remade.class, remade.class)
    }
}

fn stopped(error: MakeError, refused: impl Fn(String, Option<&str>) -> Stop) -> LateStop {
    match error {
        MakeError::Raised(error) => error.into(),
        MakeError::Refused { why, help } => LateStop::Stop(refused(why, help.as_deref())),
    }
}

/// The swaps that give a live class an attribute of one made aside.
fn adopted(interpreter: &dyn Interpreter, class: Handle, made: Handle, name: &str) -> Result<Vec<Swap>, RuntimeError> {
    // Since 3.14 (PEP 649) a class computes them, and only its own setter can replace them.
    if name == "__annotations__" && interpreter.facts().version >= (3, 14, 0) {
        let annotations = |class| interpreter.attribute(class, name);
        let (expected, new) = (annotations(class)?, annotations(made)?);
        return Ok(vec![Swap::Attribute {
            object: class,
            name: name.to_owned(),
            expected,
            new,
        }]);
    }
    adopt::method(interpreter, class, name, own_entry(interpreter, made, name))
}

/// Commits the steps of a conformer; gives what it wants to be listed.
fn take(
    interpreter: &dyn Interpreter,
    steps: Vec<MakeStep>,
    ongoing: &mut Ongoing<'_, '_, '_>,
) -> Result<Vec<Refusal>, LateStop> {
    let (mut swaps, mut made_aside, mut listed) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = FxHashSet::default();
    for step in steps {
        match step {
            MakeStep::Swap(swap) => swaps.push(swap),
            // Once: the second swap would not find what it expects.
            MakeStep::Adopt { class, made, name } => {
                if seen.insert((class, made, Some(name.clone()))) {
                    swaps.extend(adopted(interpreter, class, made, &name)?);
                }
                if seen.insert((class, made, None)) {
                    made_aside.push((made, class));
                }
            }
            MakeStep::Cells { class, made } => {
                if seen.insert((class, made, None)) {
                    made_aside.push((made, class));
                }
            }
            MakeStep::Note { what, why, help } => listed.push(note("cls-fields", what, why, help)),
        }
    }
    let cells = made_aside
        .into_iter()
        .flat_map(|(made, class)| adopt::cells(interpreter, &swaps, made, class));
    let cells: Vec<_> = cells.collect();
    swaps.extend(cells);
    ongoing.transaction.commit(swaps).map_err(LateStop::Commit)?;
    Ok(listed)
}
