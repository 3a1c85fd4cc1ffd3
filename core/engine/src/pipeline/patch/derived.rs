//! What follows from all changes of a save together: made last, from what the program is then.

use jurigged_runtime::{Handle, Interpreter, RuntimeError};

use super::Work;
use super::classes::{follow_abstract_methods, follow_protocols};
use super::outcome::Failure;
use super::prepare::Prepared;
use super::transaction::Transaction;
use crate::pipeline::edit_plan::Action;
use crate::pipeline::locate::class_at;

/// Makes classes follow that others derive from, or that derive from others.
///
/// # Errors
/// When code of the user raises, or the commit fails.
pub fn follow_classes(
    interpreter: &dyn Interpreter,
    works: &[Work<'_>],
    prepared: &[Prepared],
    transaction: &mut Transaction<'_>,
) -> Result<(), Failure> {
    let mut classes: Vec<Handle> = Vec::new();
    let mut last = None;
    for (work, prepared) in works.iter().zip(prepared) {
        for (index, operation) in work.plan.operations.iter().enumerate() {
            let scope = match &operation.action {
                Action::Update(update) if update.positions_only => continue,
                action => action.scope(),
            };
            let Some(scope) = scope else { continue };
            if scope.classes.is_empty() || prepared.outcome.operations[index].refused.is_some() {
                continue;
            }
            if let Some(class) = class_at(interpreter, work.namespace, scope).filter(|class| !classes.contains(class)) {
                classes.push(class);
                last = Some((work.file, index));
            }
        }
    }
    let Some(operation) = last else {
        return Ok(());
    };
    let raised = |error| match error {
        RuntimeError::Python(error) => Failure::Python { operation, error },
        error => Failure::Commit(error.to_string()),
    };
    let mut swaps = follow_abstract_methods(interpreter, &classes).map_err(raised)?;
    swaps.extend(follow_protocols(interpreter, &classes).map_err(raised)?);
    Ok(transaction.commit(swaps)?)
}
