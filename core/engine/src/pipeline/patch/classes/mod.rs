//! What follows from the whole of a class, not from one statement of its body.
//!
//! A class that a decorator or a metaclass has made out of its body is made again aside, from what its body binds now;
//! what was generated goes from there to the live class, which stays the same object. This happens after the commit of
//! the save's functions and statements: making a class can call both.

mod abstracts;
mod adopt;
mod arrive;
mod bases;
mod body;
mod dataclasses;
mod decorators;
mod enums;
mod header;
mod holders;
mod instances;
mod kind;
mod makers;
mod merge;
mod moved;
mod protocols;
mod python;
mod records;
mod slots;

pub use abstracts::follow_abstract_methods;
pub use arrive::{Arrived, arrive};
pub use bases::Rebasing;
pub use kind::ClassKind;
pub use makers::note_makers;
pub use merge::merge;
pub use protocols::follow_protocols;
pub use slots::refuse_slots;

use jurigged_runtime::{Handle, Interpreter};

use super::Work;
use super::late::LateStop;
use super::namespaces::Scratch;
use super::prepare::{Prepared, Steps, Stop};
use super::transaction::Transaction;
use super::units::no_class;
use crate::pipeline::edit_plan::{Action, BodyName, Refusal, RemakeClass, Scope, Unit, refusal};
use crate::pipeline::locate::class_at;

/// One class that is made again.
pub struct Remade<'a> {
    /// What the plan says of it.
    pub plan: &'a RemakeClass,
    /// The live class.
    pub class: Handle,
    /// What made it.
    pub kind: ClassKind,
    /// Indices of the operations on its body that it stands for.
    pub operations: Vec<usize>,
}

/// A class that gets or loses `dataclass()`.
#[derive(Clone, Debug)]
pub struct Turned {
    /// What it is afterwards: [`ClassKind::Dataclass`] or [`ClassKind::Plain`].
    kind: ClassKind,
    /// The dotted name of the decorator in the text that has it. After the commit it may lead nowhere any more.
    decorator: String,
}

impl Turned {
    /// What becomes of a class with these changed decorators; `None` where it stays what it is.
    fn of(interpreter: &dyn Interpreter, work: &Work<'_>, remade: &Remade<'_>, scratches: &[Scratch]) -> Option<Self> {
        let old = remade.plan.old_decorators.as_ref()?;
        // The save may import `dataclass`.
        let module = scratches.iter().find(|scratch| scratch.scope.classes.is_empty());
        let namespaces = [Some(work.namespace), module.map(|scratch| scratch.locals)];
        let is_dataclass = |(name, _): &&(String, Unit)| {
            let mut namespaces = namespaces.iter().flatten();
            namespaces.any(|namespace| dataclasses::is_dataclass(interpreter, *namespace, name))
        };
        let (old, new) = (
            old.iter().find(is_dataclass),
            remade.plan.decorators.iter().find(is_dataclass),
        );
        let (kind, (decorator, _)) = match (remade.kind, old, new) {
            (ClassKind::Plain, None, Some(new)) => (ClassKind::Dataclass, new),
            (ClassKind::Dataclass, Some(old), None) => (ClassKind::Plain, old),
            _ => return None,
        };
        Some(Self {
            kind,
            decorator: decorator.clone(),
        })
    }
}

impl<'a> Remade<'a> {
    fn of(
        interpreter: &dyn Interpreter,
        work: &Work<'_>,
        plan: &'a RemakeClass,
        class: Handle,
        turned: Option<&Turned>,
    ) -> Self {
        let kind = ClassKind::of(interpreter, class);
        let operations = work.plan.operations.iter().enumerate();
        // What it is made from afterwards: the body of a plain class is no part of how it is made.
        let made_as = turned.map_or(kind, |turned| turned.kind);
        let made_from = operations.filter(|(_, operation)| made_as.is_made_from(operation, &plan.scope));
        Self {
            plan,
            class,
            kind,
            operations: made_from.map(|(index, _)| index).collect(),
        }
    }

    /// Nothing changed in its body that something is made from.
    fn is_header_only(&self) -> bool {
        self.operations.is_empty() && !self.plan.reordered
    }
    /// The actions that it stands for.
    fn actions<'w>(&self, work: &Work<'w>) -> impl Iterator<Item = &'w Action> + use<'w, '_> {
        let operations = &work.plan.operations;
        self.operations.iter().map(|index| &operations[*index].action)
    }

    /// Is it a name of a method or class in the body whose own operation has bound it already? What a class is made from
    /// does not depend on it.
    fn is_bound_apart(&self, work: &Work<'_>, name: &BodyName) -> bool {
        let mut actions = self.actions(work);
        name.is_definition
            && !actions.any(|action| match action {
                Action::Run(statement) => statement.binds.contains(&name.name),
                _ => false,
            })
    }

    /// The scope around its statement.
    fn around(&self) -> Scope {
        let classes = &self.plan.scope.classes;
        Scope {
            classes: classes[..classes.len() - 1].to_vec(),
        }
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
///
/// # Errors
/// When the class keeps its old definition, or evaluating the new header raises.
pub fn prepare(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    index: usize,
    plan: &RemakeClass,
    module: &mut Prepared,
    steps: &mut Steps,
) -> Result<bool, Stop> {
    let is_header = plan.header_changed || plan.old_decorators.is_some();
    let Some(class) = class_at(interpreter, work.namespace, &plan.scope) else {
        // Of a changed body, the operations on it say so.
        return if is_header {
            Err(no_class(&plan.scope).into())
        } else {
            Ok(false)
        };
    };
    let mut remade = Remade::of(interpreter, work, plan, class, None);
    if let Some(turned) = Turned::of(interpreter, work, &remade, &steps.scratches) {
        remade = Remade::of(interpreter, work, plan, class, Some(&turned));
        module.turned.insert(index, turned);
    }
    let rebasing = match plan.header_changed {
        true => bases::prepare(interpreter, work, &remade, &steps.scratches)?,
        false => None,
    };
    if plan.old_decorators.is_some() {
        decorators::refuse(interpreter, work, &remade)?;
    }
    let is_body = remade.kind.is_generated() && (!remade.operations.is_empty() || plan.reordered);
    if !is_header && !is_body {
        return Ok(false);
    }
    if remade.kind == ClassKind::Dataclass {
        dataclasses::refuse_slots(interpreter, &remade)?;
    }
    steps.remade.extend(remade.operations);
    module.late.push(index);
    if let Some(rebasing) = rebasing {
        steps.rebase(&rebasing.swaps);
        module.rebased.insert(index, rebasing);
    }
    Ok(true)
}

/// Why a class is not made again whose branch is chosen after the commit only: what belongs to it is decided before.
pub fn chosen_later(plan: &RemakeClass) -> Refusal {
    refusal(
        "block",
        format!("class `{}` keeps its old definition", plan.scope.classes.join(".")),
        "it stands in a branch that is chosen only after the rest of this save was applied",
        "save it once more on its own, or restart the program",
    )
}

/// Makes a class again, after the commit.
///
/// # Errors
/// When it is refused, code of the user raises, or a commit fails.
pub fn remake(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    index: usize,
    plan: &RemakeClass,
    prepared: &mut Prepared,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let live = || class_at(interpreter, work.namespace, &plan.scope).ok_or_else(|| no_class(&plan.scope));
    let turned = prepared.turned.get(&index).cloned();
    let mut remade = Remade::of(interpreter, work, plan, live()?, turned.as_ref());
    if plan.header_changed && remade.kind != ClassKind::TypedDict {
        bases::rebase(interpreter, work, &remade, index, prepared, transaction)?;
        remade.class = live()?;
    }
    if plan.old_decorators.is_some() {
        decorators::decorate(
            interpreter,
            work,
            (&remade, turned.as_ref()),
            index,
            prepared,
            transaction,
        )?;
        // A decorator may have returned something else than a class.
        let Ok(class) = live() else { return Ok(()) };
        remade = Remade::of(interpreter, work, plan, class, turned.as_ref());
    }
    let mut decorators = plan.decorators.iter();
    let is_dataclass = decorators.any(|(name, _)| dataclasses::is_dataclass(interpreter, work.namespace, name));
    let made = match remade.kind {
        ClassKind::Plain if is_dataclass => {
            dataclasses::remake(interpreter, work, &remade, index, prepared, transaction)
        }
        ClassKind::Dataclass => dataclasses::remake(interpreter, work, &remade, index, prepared, transaction),
        ClassKind::Enum if !remade.is_header_only() => enums::remake(interpreter, work, &remade, transaction),
        ClassKind::NamedTuple if !remade.is_header_only() => {
            records::remake_named_tuple(interpreter, work, &remade, transaction)
        }
        ClassKind::TypedDict => records::remake_typed_dict(interpreter, work, &remade, transaction),
        _ => Ok(()),
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
