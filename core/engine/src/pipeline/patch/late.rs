//! Statements that may call edited code: run after the commit.

use jurigged_runtime::{CommitError, Handle, Interpreter};
use rustc_hash::{FxHashMap, FxHashSet};

use super::branches::{Verdict, choose_late};
use super::codes::{CLOSURE_GONE, keeps_old_code};
use super::moves::Moves;
use super::namespaces::{LazyModule, Scratch, follow_hash};
use super::outcome::Failure;
use super::prepare::{Prepared, Steps, Stop, raised};
use super::propagate::Propagation;
use super::statements::{self, drop_kept, forget, is_missing_name, refuse_reached, without_place};
use super::transaction::Transaction;
use super::units::{UnitRun, no_class};
use super::update::Edited;
use super::{Work, classes, redecorate};
use crate::pipeline::edit_plan::{Action, EditCode, RunStatement, refusal};
use crate::pipeline::locate::{bind, bound_object};
use crate::plugins::PluginSession;

/// Runs the late statements of a batch in the order of the plan.
pub fn run_statements(
    interpreter: &dyn Interpreter,
    works: &[Work<'_>],
    prepared: &mut [Prepared],
    order: &[(usize, usize)],
    (moves, propagation): (&Moves<'_>, &mut Propagation<'_>),
    ongoing: &mut Ongoing<'_, '_, '_>,
    ran: &mut Vec<(usize, usize)>,
) -> Result<(), Failure> {
    let at_of: FxHashMap<usize, usize> = works.iter().enumerate().map(|(at, work)| (work.file, at)).collect();
    let late: FxHashSet<(usize, usize)> = works
        .iter()
        .zip(prepared.iter_mut())
        .flat_map(|(work, prepared)| {
            std::mem::take(&mut prepared.late)
                .into_iter()
                .map(|index| (work.file, index))
        })
        .collect();
    let mut left: Vec<(usize, usize)> = order.iter().filter(|at| late.contains(at)).copied().collect();
    behind_bodies(&mut left, |(file, index)| {
        let at = at_of[&file];
        (
            &works[at].plan.operations[index].action,
            prepared[at].claimed.contains_key(&index),
        )
    });
    // What misses a name waits for the rest: a call may import, and so need, what no order of the texts shows.
    while !left.is_empty() {
        let mut waiting = Vec::new();
        let mut first = None;
        let mut last_file = None;
        for &(file, index) in &left {
            let at = at_of[&file];
            // What it imports from the files before has their values, and so has what is computed from those of its own.
            if last_file.replace(file) != Some(file) || propagation.computes_in(works[at].module) {
                propagation.follow(prepared, ongoing.transaction, false)?;
            }
            let prepared = &mut prepared[at];
            match run_operation(interpreter, &works[at], index, prepared, moves, ongoing, ran) {
                Ok(()) => {}
                Err(Failure::Python { operation, error }) if is_missing_name(&error.kind) && order.len() > 1 => {
                    waiting.push((file, index));
                    first.get_or_insert(Failure::Python { operation, error });
                }
                Err(failure) => return Err(refused_if_partial(failure, works, &at_of)),
            }
        }
        match first {
            Some(failure) if waiting.len() == left.len() => return Err(refused_if_partial(failure, works, &at_of)),
            _ => left = waiting,
        }
    }
    // What waited for a test and was prepared just now has run.
    prepared.iter_mut().for_each(|prepared| prepared.late.clear());
    Ok(())
}

/// A name that went with one block and came back with another was not deleted.
pub fn leave_out_bound_again(interpreter: &dyn Interpreter, works: &[Work<'_>], prepared: &mut [Prepared]) {
    for (work, prepared) in works.iter().zip(prepared) {
        let outcomes = prepared.outcome.operations.iter_mut();
        for (operation, outcome) in work.plan.operations.iter().zip(outcomes) {
            if let Action::Unbind {
                scope,
                names,
                annotations,
            } = &operation.action
            {
                let is_there = |name: &String| {
                    prepared.bound.contains(&(scope.clone(), name.clone()))
                        && bound_object(interpreter, work.namespace, scope, name).is_some()
                };
                outcome.skipped |= annotations.is_empty() && !names.is_empty() && names.iter().all(is_there);
            }
        }
    }
}

/// A function that forwards does not keep its old code, whatever its closure lacks.
pub fn leave_out_forwarded(prepared: &mut [Prepared]) {
    let forwarded = prepared.iter().flat_map(|prepared| &prepared.forwarded);
    let told: FxHashSet<String> = forwarded.map(|shown| keeps_old_code(shown)).collect();
    if told.is_empty() {
        return;
    }
    let outcomes = prepared
        .iter_mut()
        .flat_map(|prepared| &mut prepared.outcome.operations);
    for outcome in outcomes {
        outcome
            .listed
            .retain(|reason| reason.code != CLOSURE_GONE || !told.contains(&reason.message));
    }
}

/// See [`raised`].
fn refused_if_partial(failure: Failure, works: &[Work<'_>], at_of: &FxHashMap<usize, usize>) -> Failure {
    match failure {
        Failure::Python {
            operation: (file, index),
            error,
        } => raised(&works[at_of[&file]], index, error),
        failure => failure,
    }
}

/// Puts classes that get other decorators behind what runs in their bodies, which decorators see. Of a class that is
/// claimed it does not run there.
fn behind_bodies<'w>(left: &mut Vec<(usize, usize)>, of: impl Fn((usize, usize)) -> (&'w Action, bool)) {
    for moved in left.clone() {
        let (Action::Remake(remake), false) = of(moved) else {
            continue;
        };
        let classes = &remake.scope.classes;
        let is_inside = |at: &(usize, usize)| {
            let scope = of(*at).0.scope();
            at.0 == moved.0 && *at != moved && scope.is_some_and(|scope| scope.classes.starts_with(classes))
        };
        let from = left.iter().position(|at| *at == moved);
        if let (Some(from), Some(last)) = (from, left.iter().rposition(is_inside))
            && remake.old_decorators.is_some()
            && from < last
        {
            left.remove(from);
            left.insert(last, moved);
        }
    }
}

fn run_operation(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    index: usize,
    prepared: &mut Prepared,
    moves: &Moves<'_>,
    ongoing: &mut Ongoing<'_, '_, '_>,
    ran: &mut Vec<(usize, usize)>,
) -> Result<(), Failure> {
    let transaction = &mut *ongoing.transaction;
    let operation = &work.plan.operations[index];
    if prepared.waiting.contains(&index) {
        match prepare_waiting(interpreter, work, index, prepared, transaction) {
            Ok(true) => {}
            Ok(false) => {
                prepared.outcome.operations[index].skipped = true;
                return Ok(());
            }
            Err(stop) => return stopped(stop, work, index, prepared),
        }
    }
    let result = match &operation.action {
        Action::Choose { block } => {
            transaction.before_statement(work.namespace)?;
            ran.push((work.file, index));
            choose_late(interpreter, work, &work.plan.blocks[*block])
                .map_err(LateStop::Stop)
                .and_then(|(chosen, swaps)| {
                    prepared.answers.choose(*block, chosen);
                    transaction.commit(swaps).map_err(LateStop::Commit)
                })
        }
        Action::Remake(remake) => {
            transaction.before_statement(work.namespace)?;
            ran.push((work.file, index));
            classes::remake(interpreter, work, index, remake, prepared, ongoing)
        }
        Action::Run(statement) => {
            transaction.before_statement(work.namespace)?;
            ran.push((work.file, index));
            run_or_bring(interpreter, work, index, statement, prepared, moves, ongoing)
        }
        Action::Update(update) => {
            let edited = Edited {
                work,
                index,
                update,
                name: &operation.name,
            };
            if let (Some(rerun), Some(&code)) = (&update.rerun, prepared.compiled.get(&index)) {
                match prepared.answers.verdict(interpreter, work, &rerun.guards, &[]) {
                    Err(stop) => Err(LateStop::Stop(stop)),
                    // Its branch is another one by now.
                    Ok(Verdict::No) => Ok(()),
                    Ok(_) => {
                        transaction.before_statement(work.namespace)?;
                        ran.push((work.file, index));
                        redecorate::run(interpreter, &edited, rerun, code, prepared, transaction)
                    }
                }
            } else {
                let swaps = edited.header_swaps(interpreter, &[]).map_err(LateStop::Stop);
                swaps.and_then(|swaps| transaction.commit(swaps).map_err(LateStop::Commit))
            }
        }
        Action::Rename(rename) => match &rename.addition {
            Some(statement) => {
                transaction.before_statement(work.namespace)?;
                ran.push((work.file, index));
                run_statement(interpreter, work, (index, statement), prepared, transaction)
            }
            None => Ok(()),
        },
        Action::Unbind { .. } | Action::Unstar(_) | Action::Refuse(_) => Ok(()),
    };
    if let Err(stop) = result {
        if matches!(stop, LateStop::Stop(Stop::Refused(_))) {
            ran.retain(|(file, at)| (*file, *at) != (work.file, index));
        }
        stopped(stop, work, index, prepared)?;
    }
    Ok(())
}

/// Prepares an operation whose guards had to wait for tests; false where they do not hold.
fn prepare_waiting(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    index: usize,
    prepared: &mut Prepared,
    transaction: &mut Transaction<'_>,
) -> Result<bool, LateStop> {
    let operation = &work.plan.operations[index];
    let verdict = prepared.answers.verdict(interpreter, work, &operation.guards, &[])?;
    if let (Verdict::Yes | Verdict::Unknown(_), Action::Refuse(reason)) = (verdict, &operation.action) {
        return Err(LateStop::Stop(Stop::Refused(reason.clone())));
    }
    if verdict != Verdict::Yes {
        return Ok(false);
    }
    let mut steps = Steps::default();
    match &operation.action {
        Action::Run(statement) => {
            statements::prepare_statement(interpreter, work, index, statement, prepared, &mut steps)?;
        }
        Action::Unbind {
            scope,
            names,
            annotations,
        } => {
            // By now the save has bound some of them anew: the branch that has just run, for one.
            let is_old = |name: &&String| !prepared.bound.contains(&(scope.clone(), (*name).clone()));
            let names: Vec<String> = names.iter().filter(is_old).cloned().collect();
            if names.is_empty() && annotations.is_empty() {
                return Ok(false);
            }
            statements::unbind(interpreter, work, scope, &names, annotations, prepared, &mut steps)?;
        }
        // What replaces code does not wait, nor does a rename, whose branch ran before; a block in a branch is run as a whole.
        Action::Unstar(unstar) => statements::unstar(interpreter, work, unstar, prepared, &mut steps)?,
        Action::Update(_) | Action::Choose { .. } | Action::Remake(_) | Action::Rename(_) | Action::Refuse(_) => {}
    }
    let mut swaps = steps.removals;
    for scratch in &steps.scratches {
        swaps.extend(scratch.swaps(interpreter, work.namespace)?);
    }
    transaction.commit(swaps).map_err(LateStop::Commit)?;
    prepared.bound.extend(steps.bound);
    // It runs right now.
    prepared.waiting.remove(&index);
    prepared.late.retain(|late| *late != index);
    Ok(true)
}

/// A refusal is listed.
///
/// # Errors
/// Everything else, which undoes the batch.
pub fn stopped(stop: LateStop, work: &Work<'_>, index: usize, prepared: &mut Prepared) -> Result<(), Failure> {
    let operation = &work.plan.operations[index];
    match stop {
        LateStop::Stop(Stop::Refused(reason)) if matches!(operation.action, Action::Remake(_)) => {
            if operation.edit != EditCode::ClsFields {
                // What else of the class is live already belongs to its new header.
                return Err(Failure::Refused {
                    operation: (work.file, index),
                    reason: Box::new(reason),
                });
            }
            // The operations on its body say it.
            prepared.outcome.operations[index].skipped = true;
            Ok(())
        }
        LateStop::Stop(Stop::Refused(reason)) => {
            prepared.outcome.operations[index].refused = Some(reason);
            Ok(())
        }
        LateStop::Stop(Stop::Undone(reason)) => Err(Failure::Refused {
            operation: (work.file, index),
            reason: Box::new(reason),
        }),
        LateStop::Stop(Stop::Failed(error)) => Err(Failure::Python {
            operation: (work.file, index),
            error,
        }),
        LateStop::Stop(Stop::Overran(overrun)) => Err(Failure::Overran {
            operation: (work.file, index),
            overrun,
        }),
        // What no live class or instance can become; a veto is no `TypeError`.
        LateStop::Commit(CommitError::Refused { source, .. })
            if matches!(operation.action, Action::Remake(_)) && source.kind == "TypeError" =>
        {
            Err(Failure::Refused {
                operation: (work.file, index),
                reason: Box::new(refusal(
                    "cls-bases",
                    format!("class `{}` keeps its old definition", operation.name),
                    format!("the interpreter does not let it or its instances change: {source}"),
                    "restart the program to use the new definition",
                )),
            })
        }
        LateStop::Commit(error) => Err(error.into()),
    }
}

/// A batch that is being applied: its commits, and the conformers that are asked between them.
pub struct Ongoing<'o, 't, 'p> {
    /// All commits so far.
    pub transaction: &'o mut Transaction<'t>,
    /// Who makes classes.
    pub plugins: &'o mut PluginSession<'p>,
}

/// What keeps something from being done after the commit.
pub enum LateStop {
    /// See [`Stop`].
    Stop(Stop),
    /// A commit failed.
    Commit(CommitError),
}

impl<E: Into<Stop>> From<E> for LateStop {
    fn from(stop: E) -> Self {
        Self::Stop(stop.into())
    }
}

/// Runs a statement; a definition that comes from another file of the batch follows from there.
fn run_or_bring(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    index: usize,
    statement: &RunStatement,
    prepared: &mut Prepared,
    moves: &Moves<'_>,
    ongoing: &mut Ongoing<'_, '_, '_>,
) -> Result<(), LateStop> {
    if !moves.bring_class(interpreter, work, index, statement, prepared, ongoing)? {
        run_statement(interpreter, work, (index, statement), prepared, ongoing.transaction)?;
        if statement
            .origin
            .as_ref()
            .is_none_or(|origin| !origin.classes.is_empty())
        {
            return Ok(());
        }
    }
    moves.follow(interpreter, work, index, prepared, ongoing.transaction)
}

fn run_statement(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    (index, statement): (usize, &RunStatement),
    prepared: &mut Prepared,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let (code, outline) = statements::compile_statement(interpreter, work, statement)?;
    let object = |name: &String| bound_object(interpreter, work.namespace, &statement.scope, name);
    let before: Vec<Option<Handle>> = statement.binds.iter().map(object).collect();
    match execute_statement(interpreter, work, statement, code, transaction) {
        // What it does until it ends it does to the module itself: no undo could take that back.
        Err(LateStop::Stop(Stop::Overran(overrun))) if statement.scope.classes.is_empty() => {
            prepared.outcome.operations[index].overrun = Some(overrun);
        }
        ran => ran?,
    }
    let chooses = statements::binds_some(&work.plan.operations[index]);
    let names = statement.binds.iter().zip(&before);
    let is_bound = names.filter(|(name, before)| !chooses || object(name) != **before);
    let bound = is_bound.map(|(name, _)| (statement.scope.clone(), name.clone()));
    prepared.bound.extend(bound);
    prepared
        .outcome
        .bound
        .extend(without_place(bind(interpreter, code, &outline)));
    let swaps = statements::heir_swaps(interpreter, work, index, statement, &before, prepared)?;
    transaction.commit(swaps).map_err(LateStop::Commit)
}

/// Runs what a statement was compiled to, in its real namespace.
pub fn execute_statement(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    statement: &RunStatement,
    code: Handle,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let kept = statement.binds.iter().filter(|_| statement.is_overwritten).take(1);
    let kept = kept.chain(&statement.keeps);
    let kept: Vec<(&String, Handle)> = kept
        .filter_map(|name| Some((name, bound_object(interpreter, work.namespace, &statement.scope, name)?)))
        .collect();
    let run = UnitRun::from(statement);
    if statement.scope.classes.is_empty() {
        forget(interpreter, work, statement, work.namespace)?;
        let annotations = LazyModule::of(interpreter, work.namespace);
        let result = run.execute(interpreter, code, work.namespace, work.namespace);
        drop_kept(interpreter, statement, work.namespace)?;
        result?;
        refuse_reached(interpreter, statement, work.namespace)?;
        if let Some(before) = annotations
            && let Some(made) = before.made(interpreter, work.namespace)
        {
            let order = work.plan.annotated.get(&statement.scope).map_or(&[][..], Vec::as_slice);
            let places = (work.namespace, work.namespace);
            let swap = before.with(interpreter, places, &[made], &[], order)?;
            transaction
                .commit(swap.into_iter().collect())
                .map_err(LateStop::Commit)?;
        }
        for (name, value) in kept {
            interpreter.set_entry(work.namespace, name, value);
        }
    } else {
        let mut scratch =
            Scratch::of(interpreter, work.namespace, &statement.scope).ok_or_else(|| no_class(&statement.scope))?;
        scratch.annotated = work.plan.annotated.get(&statement.scope).cloned().unwrap_or_default();
        forget(interpreter, work, statement, scratch.locals)?;
        let result = run.execute(interpreter, code, work.namespace, scratch.locals);
        drop_kept(interpreter, statement, scratch.locals)?;
        result?;
        refuse_reached(interpreter, statement, scratch.locals)?;
        scratch.note_ran(interpreter);
        for (name, value) in kept {
            interpreter.set_entry(scratch.locals, name, value);
        }
        scratch.binds_doc = statement.binds.iter().any(|name| name == "__doc__");
        let mut swaps = scratch.swaps(interpreter, work.namespace)?;
        let mut classes = work.plan.classes.iter();
        if let Some(class) = classes.find(|class| class.scope == statement.scope)
            && let Some(live) = scratch.class
        {
            follow_hash(interpreter, live, class.binds_hash, &mut swaps);
        }
        transaction.commit(swaps).map_err(LateStop::Commit)?;
    }
    Ok(())
}
