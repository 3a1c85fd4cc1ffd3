//! Plan, Targets -> Outcome: prepares, commits, settles; or undoes everything.
//!
//! All code of the user that can run before the commit runs in scratch namespaces ([`namespaces`]); the commit is a list
//! of swaps under one hold of the interpreter; statements that may call edited code run after it, in their real
//! namespace, and are undone with the rest when one raises.

mod branches;
mod classes;
mod closures;
mod codes;
mod conform;
mod derived;
mod emptied;
mod evidence;
mod forward;
mod functions;
mod inner;
mod instances;
mod late;
mod lines;
mod moves;
mod namespaces;
mod outcome;
mod prepare;
mod propagate;
mod reannotate;
mod recompute;
mod redecorate;
mod renames;
mod settle;
mod statements;
mod told;
mod transaction;
mod units;
mod update;
mod withheld;

pub use conform::add_conformers;
pub use outcome::{Failure, ModuleOutcome, OperationOutcome, Outcome};
pub use propagate::Followed;
pub use renames::Renames;
pub use statements::is_missing_name;
pub use transaction::{Fault, Transaction};

use jurigged_runtime::{CommitError, Handle, Interpreter};

use crate::pipeline::edit_plan::{Departure, FilePlan, Plan, Scope};
use crate::pipeline::locate::{Bindings, Targets};
use crate::plugins::PluginSession;
use emptied::Emptied;
use moves::Moves;
use prepare::Prepared;
use propagate::Propagation;

/// How often a batch is prepared again because another thread changed a value that it replaces.
const TRIES: usize = 3;

/// One file's plan in one module of the program, with its targets.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
    /// Index of the file in the plan.
    pub file: usize,
    /// The file's plan.
    pub plan: &'a FilePlan,
    /// The module's name in `sys.modules`.
    pub module: &'a str,
    /// The module's `__dict__`.
    pub namespace: Handle,
    /// Code objects of the baseline's definitions.
    pub bindings: &'a Bindings,
    /// What the operations act on.
    pub targets: &'a Targets,
    /// Its definitions with other names.
    pub renames: &'a Renames,
    /// The line (in the new text) of the statement that the module's body is executing, 1-based; `None` once it ended.
    pub executing: Option<u32>,
}

/// What was done of a batch so far.
#[derive(Debug, Default)]
struct Progress {
    prepared: Vec<Prepared>,
    /// Statements that ran: index of the file in the plan, and of the operation in it.
    ran: Vec<(usize, usize)>,
}

/// Applies a whole batch, or nothing of it. `transaction` has bound the new names of the batch. `departures`: which of
/// the deleted definitions are in modules that its statements have loaded; asked when these have run.
pub fn patch(
    interpreter: &dyn Interpreter,
    works: &[Work<'_>],
    plan: &Plan,
    plugins: &mut PluginSession<'_>,
    departures: &dyn Fn() -> Vec<Departure>,
    mut transaction: Transaction<'_>,
) -> Outcome {
    let mut progress = Progress::default();
    let tried = attempt(
        interpreter,
        works,
        plan,
        plugins,
        departures,
        &mut transaction,
        &mut progress,
    );
    let Progress { mut prepared, ran } = progress;
    match tried {
        Ok(followed) => Outcome::Applied {
            modules: prepared.into_iter().map(|prepared| prepared.outcome).collect(),
            followed,
        },
        Err(failure) => {
            transaction.undo();
            // Statements ran with the new code: what derives from code may have followed it.
            let stale = prepared
                .iter()
                .flat_map(|prepared| settle::settle_back(prepared, plugins))
                .collect();
            let (mut overran, mut refused) = (Vec::new(), Vec::new());
            for (work, prepared) in works.iter().zip(&mut prepared) {
                for (index, outcome) in prepared.outcome.operations.iter_mut().enumerate() {
                    if outcome.refused.as_ref().is_some_and(|reason| !reason.is_note) {
                        refused.push((work.file, index));
                    }
                    overran.extend(outcome.overrun.take().map(|overrun| ((work.file, index), overrun)));
                }
            }
            Outcome::Undone {
                failure,
                ran,
                overran,
                refused,
                stale,
            }
        }
    }
}

fn attempt(
    interpreter: &dyn Interpreter,
    works: &[Work<'_>],
    plan: &Plan,
    plugins: &mut PluginSession<'_>,
    departures: &dyn Fn() -> Vec<Departure>,
    transaction: &mut Transaction<'_>,
    Progress { prepared, ran }: &mut Progress,
) -> Result<Vec<Followed>, Failure> {
    let mut propagation = Propagation::begin(interpreter, &plan.dependents, works);
    let moves = Moves::of(interpreter, works);
    let emptied = Emptied::begin(interpreter, works);
    *prepared = commit_prepared(interpreter, works, plugins, transaction)?;
    moves.follow_early(interpreter, works, prepared, transaction)?;
    let follow = (&moves, &mut propagation);
    let mut ongoing = late::Ongoing { transaction, plugins };
    late::run_statements(interpreter, works, prepared, &plan.order, follow, &mut ongoing, ran)?;
    late::leave_out_bound_again(interpreter, works, prepared);
    late::leave_out_forwarded(prepared);
    moves.depart(interpreter, works, prepared, &departures(), transaction)?;
    for (work, prepared) in works.iter().zip(prepared.iter_mut()) {
        let departures = std::mem::take(&mut prepared.departures);
        transaction.commit(statements::still_to_go(interpreter, work, departures))?;
    }
    for work in works {
        let swap = match work.plan.annotated.get(&Scope::default()) {
            Some(order) => namespaces::annotations_in_order(interpreter, work.namespace, order),
            None => namespaces::no_annotations(interpreter, work.namespace, &work.plan.operations),
        };
        transaction.commit(swap.into_iter().collect())?;
    }
    derived::follow_classes(interpreter, works, prepared, transaction)?;
    propagation.follow(prepared, transaction, true)?;
    emptied.list(interpreter, works, prepared);
    for (work, prepared) in works.iter().zip(prepared) {
        instances::note_missing(interpreter, work, prepared);
        classes::note_makers(interpreter, work, prepared);
        settle::settle(interpreter, prepared, plugins);
    }
    Ok(propagation.into_followed())
}

fn commit_prepared(
    interpreter: &dyn Interpreter,
    works: &[Work<'_>],
    plugins: &mut PluginSession<'_>,
    transaction: &mut Transaction<'_>,
) -> Result<Vec<Prepared>, Failure> {
    let mut last = String::new();
    for _ in 0..TRIES {
        let mut prepared = Vec::with_capacity(works.len());
        let mut swaps = Vec::new();
        for work in works {
            let mut module = prepare::prepare(interpreter, work, plugins)?;
            swaps.append(&mut module.swaps);
            prepared.push(module);
        }
        match transaction.commit(swaps) {
            Ok(()) => return Ok(prepared),
            Err(error @ CommitError::Changed { .. }) => last = error.to_string(),
            Err(CommitError::Injected { .. }) => return Err(Failure::Injected),
            Err(error @ CommitError::Refused { .. }) => return Err(Failure::Commit(error.to_string())),
        }
    }
    Err(Failure::Commit(last))
}
