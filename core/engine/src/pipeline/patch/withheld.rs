//! What is not done, and why: the refusals that only the running program can tell of.

use jurigged_runtime::Interpreter;

use super::Work;
use super::branches::Verdict;
use super::outcome::OperationOutcome;
use super::prepare::{Prepared, Steps, Stop};
use crate::pipeline::definitions::{BlockKind, DefinitionKind};
use crate::pipeline::edit_plan::{
    Action, Operation, Refusal, RunStatement, Scope, bound_again, may_be_bound_again, note, refusal,
};

/// The body of the module has not come further than this.
pub(super) fn still_running(summary: &str, module: &str) -> Refusal {
    refusal(
        "executing",
        format!("`{summary}` is not run"),
        format!("the body of `{module}` is still running, and has not come further than this"),
        "it runs at the next start; to run it now, move it above the running statement",
    )
}

pub(super) fn branch_unknown(summary: &str, kind: BlockKind) -> Refusal {
    let kind = DefinitionKind::Block(kind).as_str();
    refusal(
        "block",
        format!("`{summary}` is not run"),
        format!("it stands in a branch of `{kind}`, and nothing that the branches bind tells which of them has run"),
        "move it out of the block, or restart the program",
    )
}

pub(super) fn name_unknown(names: &[String], kind: BlockKind) -> Refusal {
    let kind = DefinitionKind::Block(kind).as_str();
    refusal(
        "block",
        format!("`{}` stays bound", names.join(", ")),
        format!("a branch of `{kind}` binds it too, and nothing that the branches bind tells which of them has run"),
        "delete it there as well, or restart the program",
    )
}

/// Why these names stay: another statement that was to bind one of them anew is not run, or the statement that bound
/// them stays.
pub(super) fn refused_binder(
    operation: &Operation,
    (scope, names): (&Scope, &[String]),
    module: &Prepared,
    work: &Work<'_>,
) -> Option<Refusal> {
    let mut operations = work.plan.operations.iter().zip(&module.outcome.operations);
    operations.find_map(|(other, outcome)| {
        let is_it = match &other.action {
            Action::Run(statement) => {
                statement.scope == *scope && statement.binds.iter().any(|name| names.contains(name))
            }
            _ => (other.old, other.new) == (operation.old, operation.new),
        };
        outcome.refused.clone().filter(|reason| is_it && !reason.is_note)
    })
}

/// Refuses a statement of which a branch behind it has bound a name again; where that is not known, the statement runs and
/// this is said.
pub(super) fn refuse_bound_again(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    statement: &RunStatement,
    module: &mut Prepared,
    steps: &Steps,
    outcome: &mut OperationOutcome,
) -> Result<(), Stop> {
    for again in &statement.bound_again {
        let verdict = module
            .answers
            .verdict(interpreter, work, &again.guards, &steps.scratches)?;
        match verdict {
            Verdict::Yes => return Err(Stop::Refused(bound_again(&again.name, again.line))),
            Verdict::Unknown(_) => {
                let why = "nothing that the branches bind tells whether that has run";
                outcome.listed.push(may_be_bound_again(&again.name, again.line, why));
            }
            Verdict::Later => {
                let why = "whether its test still leads there is known only after this has run";
                outcome.listed.push(may_be_bound_again(&again.name, again.line, why));
            }
            Verdict::No => {}
        }
    }
    Ok(())
}

/// The body that runs is of the old text.
pub(super) fn old_name_stays(name: &str, now: &str, module: &str) -> Refusal {
    note(
        "executing",
        format!("`{name}` stays as another name of {now}"),
        format!("the body of `{module}` is still running, and its text may use the old name"),
        "nothing to do: the old name is gone at the next start",
    )
}
