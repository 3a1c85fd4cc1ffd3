//! Statements that may call edited code: run after the commit.

use jurigged_runtime::{CommitError, Interpreter};

use super::namespaces::{Scratch, follow_hash};
use super::outcome::Failure;
use super::prepare::{Prepared, Stop};
use super::statements::without_place;
use super::transaction::Transaction;
use super::units::{compile_to_run, execute_in, no_class};
use super::update::Edited;
use super::{Work, classes};
use crate::pipeline::edit_plan::{Action, EditCode, RunStatement};
use crate::pipeline::locate::bind;

/// Runs the late statements of one module in the order of its text.
pub fn run_statements(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    prepared: &mut Prepared,
    transaction: &mut Transaction<'_>,
    ran: &mut Vec<(usize, usize)>,
) -> Result<(), Failure> {
    prepared.late.sort_unstable();
    for index in std::mem::take(&mut prepared.late) {
        let operation = &work.plan.operations[index];
        let result = match &operation.action {
            Action::Run(statement) => {
                transaction.before_statement(work.namespace)?;
                ran.push((work.file, index));
                run_statement(interpreter, work, statement, prepared, transaction)
            }
            Action::Remake(remake) => {
                transaction.before_statement(work.namespace)?;
                ran.push((work.file, index));
                classes::remake(interpreter, work, index, remake, prepared, transaction)
            }
            Action::Update(update) => {
                let edited = Edited {
                    work,
                    index,
                    update,
                    name: &operation.name,
                };
                let swaps = edited.header_swaps(interpreter, &[]).map_err(LateStop::Stop);
                swaps.and_then(|swaps| transaction.commit(swaps).map_err(LateStop::Commit))
            }
            Action::Unbind { .. } | Action::Refuse(_) => Ok(()),
        };
        match result {
            Ok(()) => {}
            Err(LateStop::Stop(Stop::Refused(reason))) if matches!(operation.action, Action::Remake(_)) => {
                if operation.edit != EditCode::ClsFields {
                    // What else of the class is live already belongs to its new header.
                    return Err(Failure::Commit(format!("{}: {}", reason.message, reason.why)));
                }
                prepared.outcome.operations[index].is_needless = true;
            }
            Err(LateStop::Stop(Stop::Refused(reason))) => {
                ran.retain(|(file, at)| (*file, *at) != (work.file, index));
                prepared.outcome.operations[index].refused = Some(reason);
            }
            Err(LateStop::Stop(Stop::Failed(error))) => {
                return Err(Failure::Python {
                    operation: (work.file, index),
                    error,
                });
            }
            Err(LateStop::Commit(CommitError::Injected { .. })) => return Err(Failure::Injected),
            Err(LateStop::Commit(error)) => return Err(Failure::Commit(error.to_string())),
        }
    }
    Ok(())
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

fn run_statement(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    statement: &RunStatement,
    prepared: &mut Prepared,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let code = compile_to_run(interpreter, work, &statement.unit)?;
    if statement.scope.classes.is_empty() {
        execute_in(interpreter, code, work.namespace, work.namespace)?;
    } else {
        let mut scratch =
            Scratch::of(interpreter, work.namespace, &statement.scope).ok_or_else(|| no_class(&statement.scope))?;
        execute_in(interpreter, code, work.namespace, scratch.locals)?;
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
    prepared
        .outcome
        .bound
        .extend(without_place(bind(interpreter, code, &statement.outline)));
    Ok(())
}
