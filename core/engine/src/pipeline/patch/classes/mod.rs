//! What follows from the whole of a class, not from one statement of its body.
//!
//! A class that a decorator or a metaclass has made out of its body is made again aside, from what its body binds now;
//! what was generated goes from there to the live class, which stays the same object. This happens after the commit of
//! the save's functions and statements: making a class can call both.

mod abstracts;
mod adopt;
mod body;
mod dataclasses;
mod enums;
mod instances;
mod kind;
mod python;
mod records;
mod slots;

pub use abstracts::follow_abstract_methods;
pub use kind::ClassKind;
pub use slots::refuse_slots;

use jurigged_runtime::{Handle, Interpreter};

use super::Work;
use super::late::LateStop;
use super::prepare::{Prepared, Steps, Stop};
use super::transaction::Transaction;
use super::units::no_class;
use crate::pipeline::edit_plan::{Action, RemakeClass, refusal};
use crate::pipeline::locate::class_at;

/// One class that is made again.
pub struct Remade<'a> {
    /// What the plan says of it.
    pub plan: &'a RemakeClass,
    /// The live class.
    pub class: Handle,
    /// Indices of the operations on its body that it stands for.
    pub operations: Vec<usize>,
}

impl Remade<'_> {
    /// The actions that it stands for.
    fn actions<'w>(&self, work: &Work<'w>) -> impl Iterator<Item = &'w Action> + use<'w, '_> {
        let operations = &work.plan.operations;
        self.operations.iter().map(|index| &operations[*index].action)
    }

    /// The name of the class, for messages.
    fn name(&self) -> String {
        self.plan.scope.classes.join(".")
    }

    /// Why its fields stay as they are.
    fn refused(&self, why: impl Into<String>, help: &str) -> Stop {
        Stop::Refused(refusal(
            "cls-fields",
            format!("the fields of `{}` are not changed", self.name()),
            why,
            help,
        ))
    }
}

/// Decides whether a class is to be made again; the operations on its body that this stands for are then left to it.
/// False where there is nothing to do.
pub fn prepare(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    index: usize,
    plan: &RemakeClass,
    module: &mut Prepared,
    steps: &mut Steps,
) -> bool {
    // Where the name leads to no class, the operations on its body say so.
    let Some(class) = class_at(interpreter, work.namespace, &plan.scope) else {
        return false;
    };
    let kind = ClassKind::of(interpreter, class);
    let operations = work.plan.operations.iter().enumerate();
    let made_from: Vec<usize> = operations
        .filter(|(_, operation)| kind.is_made_from(operation, &plan.scope))
        .map(|(index, _)| index)
        .collect();
    let is_generated = !matches!(kind, ClassKind::Plain | ClassKind::Foreign(_));
    if !is_generated || (made_from.is_empty() && !plan.reordered) {
        return false;
    }
    steps.remade.extend(made_from);
    module.late.push(index);
    true
}

/// Makes a class again, after the commit.
///
/// # Errors
/// When it is refused, code of the user raises, or a commit fails.
pub fn remake(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    plan: &RemakeClass,
    prepared: &mut Prepared,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let class = class_at(interpreter, work.namespace, &plan.scope).ok_or_else(|| no_class(&plan.scope))?;
    let kind = ClassKind::of(interpreter, class);
    let operations = work.plan.operations.iter().enumerate();
    let remade = Remade {
        plan,
        class,
        operations: operations
            .filter(|(_, operation)| kind.is_made_from(operation, &plan.scope))
            .map(|(index, _)| index)
            .collect(),
    };
    let made = match kind {
        ClassKind::Dataclass => dataclasses::remake(interpreter, work, &remade, prepared, transaction),
        ClassKind::Enum => enums::remake(interpreter, work, &remade, transaction),
        ClassKind::NamedTuple => records::remake_named_tuple(interpreter, work, &remade, transaction),
        ClassKind::TypedDict => records::remake_typed_dict(interpreter, work, &remade, transaction),
        ClassKind::Plain | ClassKind::Foreign(_) => Ok(()),
    };
    if let Err(LateStop::Stop(Stop::Refused(reason))) = &made {
        for (at, index) in remade.operations.iter().enumerate() {
            let outcome = &mut prepared.outcome.operations[*index];
            outcome.refused = Some(reason.clone());
            outcome.is_told = at > 0;
        }
    }
    made
}
