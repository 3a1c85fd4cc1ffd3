//! A `def` that runs again because its decorators changed: its name is bound to what they return, and what the name was
//! bound to forwards there.

use jurigged_runtime::{Handle, Interpreter, ObjectKind, Swap};

use super::Work;
use super::codes::shown_name;
use super::forward::{core_of, forward};
use super::functions;
use super::late::{LateStop, execute_statement};
use super::prepare::{Prepared, Stop};
use super::transaction::Transaction;
use super::units::{compile_to_run, execute_in};
use super::update::Edited;
use crate::pipeline::edit_plan::{Refusal, Rerun, RunStatement, note, refusal};
use crate::pipeline::locate::{CodeTarget, bound_object, functions_in};

/// Runs a `def` of a module beside its namespace, and binds then what it has bound: a decorator that is left behind must
/// not bind the name when it ends, after the edit was taken back.
fn run_aside(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    statement: &RunStatement,
    code: Handle,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let locals = interpreter.new_dict();
    execute_in(interpreter, code, work.namespace, locals)?;
    let made = interpreter.entries(locals).into_iter();
    let swaps = made.filter_map(|(key, value)| {
        let name = interpreter.text(key)?;
        let is_kept = statement.is_overwritten && statement.binds.first() == Some(&name);
        (!is_kept).then(|| Swap::Entry {
            dict: work.namespace,
            expected: interpreter.entry(work.namespace, &name),
            new: Some(value),
            name,
        })
    });
    transaction.commit(swaps.collect()).map_err(LateStop::Commit)
}

/// Compiles the `def`, so that the functions that live and the one that it makes after the commit share their code
/// object and later edits find all of them.
///
/// # Errors
/// When it cannot run again.
pub fn compile(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    rerun: &Rerun,
    name: &str,
    is_live: bool,
) -> Result<Handle, Stop> {
    if !is_live && work.executing.is_some() {
        return Err(Stop::Refused(refusal(
            "executing",
            format!("`{name}` is decorated as before when the program reaches it"),
            "the body of its module is still running and has not come to the definition yet",
            "save again when the module's body has ended, or restart the program",
        )));
    }
    compile_to_run(interpreter, work, &rerun.statement.unit)
}

/// Runs the `def`, binds its name, and lets the functions that live follow.
///
/// # Errors
/// When a decorator or a default raises, or another thread changes the same values.
pub fn run(
    interpreter: &dyn Interpreter,
    edited: &Edited<'_>,
    rerun: &Rerun,
    code: Handle,
    prepared: &mut Prepared,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let (work, index, statement) = (edited.work, edited.index, &rerun.statement);
    let bound = || {
        let binding = statement.binds.first()?;
        bound_object(interpreter, work.namespace, &statement.scope, binding)
    };
    let before = bound();
    if statement.scope.classes.is_empty() {
        run_aside(interpreter, work, statement, code, transaction)?;
    } else {
        execute_statement(interpreter, work, statement, code, transaction)?;
    }
    let after = bound();
    let target = edited.definition();
    let live = target.map_or(&[][..], |target| &target.functions);
    let made = after.and_then(|after| made_function(interpreter, edited, prepared, after, live));
    if let Some(target) = target {
        transaction
            .commit(header_swaps(interpreter, edited, target, made)?)
            .map_err(LateStop::Commit)?;
    }
    let (Some(before), Some(after)) = (before, after) else {
        return Ok(());
    };
    let (old, new) = (core_of(interpreter, before), core_of(interpreter, after));
    let name = format!("{}.{}", work.module, edited.name);
    let mut listed = Vec::new();
    // A decorator that returned the function itself did something else with it.
    if live.contains(&old) && interpreter.kind(before) != ObjectKind::Other && !rerun.old_registrars.is_empty() {
        listed.push(if made == Some(new) && !rerun.registrars.is_empty() {
            registered_again(&name, &rerun.registrars)
        } else {
            still_registered(&name, &rerun.old_registrars)
        });
    }
    let mut leads = functions_in(interpreter, before).into_iter().chain([old]);
    let leads_here = leads.any(|function| live.contains(&function));
    let is_of_name = is_of_name(interpreter, work, old, statement);
    let is_own = leads_here || (is_of_name && rerun.is_heir) || interpreter.kind(old) != ObjectKind::Function;
    if old != new && is_own {
        match forward(interpreter, old, new, &name) {
            Ok(swaps) => {
                prepared.forwarded.push(shown_name(interpreter, work.module, old));
                transaction.commit(swaps).map_err(LateStop::Commit)?;
            }
            Err(told) => listed.push(told),
        }
    } else if old != new && !is_of_name && !is_placeholder(interpreter, old) {
        listed.push(note(
            "stale",
            format!("who holds the old `{name}` keeps it"),
            "what its decorators had returned shows no function of this definition, and may be shared",
            "take it from its name again, or restart the program",
        ));
    }
    prepared.outcome.operations[index].listed.append(&mut listed);
    Ok(())
}

/// What `typing.overload` returns for every function.
fn is_placeholder(interpreter: &dyn Interpreter, function: Handle) -> bool {
    let module = interpreter.attribute(function, "__module__").ok().flatten();
    module
        .and_then(|module| interpreter.text(module))
        .is_some_and(|module| module == "typing")
}

/// Has a definition of this name in this scope made the function?
fn is_of_name(interpreter: &dyn Interpreter, work: &Work<'_>, function: Handle, statement: &RunStatement) -> bool {
    let attribute = |name: &str| interpreter.attribute(function, name).ok().flatten();
    let names = statement.scope.classes.iter().chain(&statement.binds);
    let qualified = names.map(String::as_str).collect::<Vec<_>>().join(".");
    interpreter.kind(function) == ObjectKind::Function
        && attribute("__globals__") == Some(work.namespace)
        && attribute("__qualname__").and_then(|name| interpreter.text(name)) == Some(qualified)
}

/// The function that the `def` has made, where its name leads to it.
fn made_function(
    interpreter: &dyn Interpreter,
    edited: &Edited<'_>,
    prepared: &Prepared,
    after: Handle,
    live: &[Handle],
) -> Option<Handle> {
    let definition = edited.work.plan.operations[edited.index].new?;
    let mut bound = prepared.outcome.bound.iter();
    let code = bound.find(|bound| bound.id == definition)?.code;
    let runs_it = |function: &Handle| interpreter.attribute(*function, "__code__").ok().flatten() == Some(code);
    let functions = functions_in(interpreter, after).into_iter();
    functions.filter(runs_it).find(|function| !live.contains(function))
}

/// The new header for the functions that live, and their defaults for the new one: an unchanged default keeps its value.
fn header_swaps(
    interpreter: &dyn Interpreter,
    edited: &Edited<'_>,
    target: &CodeTarget,
    made: Option<Handle>,
) -> Result<Vec<Swap>, Stop> {
    let mut swaps = match (&edited.update.header, made) {
        (Some(header), Some(made)) => functions::header_swaps(interpreter, target, made, header)?,
        _ => edited.header_swaps(interpreter, &[])?,
    };
    let (Some(made), Some(&old)) = (made, target.functions.first()) else {
        return Ok(swaps);
    };
    for wanted in ["__defaults__", "__kwdefaults__"] {
        let kept = swaps.iter().find_map(|swap| match swap {
            Swap::Attribute { object, name, new, .. } if *object == old && name == wanted => Some(*new),
            _ => None,
        });
        let new = match kept {
            Some(new) => new,
            None => interpreter.attribute(old, wanted)?,
        };
        swaps.extend(functions::attribute_swap(interpreter, made, wanted, new)?);
    }
    Ok(swaps)
}

/// What is told of a decorator that ran again and returned the function itself.
pub fn registered_again(name: &str, registrars: &[String]) -> Refusal {
    note(
        "fn-decorators",
        format!("`{name}` is registered again"),
        format!(
            "{} returned the function itself: what it did with the old one is still there, and the old one calls the new",
            registrars.join(", ")
        ),
        "restart the program if registering twice matters",
    )
}

fn still_registered(name: &str, registrars: &[String]) -> Refusal {
    note(
        "fn-decorators",
        format!("`{name}` may still be registered"),
        format!(
            "{} had returned the function itself: what it did with the old one is still there, and the old one calls the new",
            registrars.join(", ")
        ),
        "restart the program if that matters",
    )
}
