//! What follows from the whole of a class, not from one statement of its body.
//!
//! A class that a decorator or a metaclass has made out of its body is made again aside, from what its body binds now;
//! what was generated goes from there to the live class, which stays the same object. This happens after the commit of
//! the save's functions and statements: making a class can call both.
//!
//! How, conformers know: those of the standard library's kinds ([`kinds`]) and those of plugins, by one trait. Here is
//! what they share: which operations of the plan are left to them, the body or the statement run aside, and the steps
//! that they answer with ([`making`]). Bases, decorators and moves to another module are the same for all classes.

mod abstracts;
mod adopt;
mod arrive;
mod bases;
mod body;
mod decorators;
mod header;
mod holders;
mod kind;
mod kinds;
mod makers;
mod making;
mod merge;
mod moved;
mod protocols;
mod python;
mod slots;

pub use abstracts::follow_abstract_methods;
pub use arrive::{Arrived, arrive};
pub use bases::Rebasing;
pub use holders::in_holder;
pub use kind::ClassKind;
pub use kinds::declarations;
pub use makers::note_makers;
pub use merge::merge;
pub use protocols::follow_protocols;
pub use python::evaluate;
pub use slots::refuse_slots;

use jurigged_runtime::{Handle, Interpreter};

use super::Work;
use super::late::LateStop;
use super::late::Ongoing;
use super::prepare::{Prepared, Steps, Stop};
use super::units::no_class;
use crate::pipeline::edit_plan::{Action, BodyName, EditCode, Operation, Refusal, RemakeClass, Scope, refusal};
use crate::pipeline::locate::class_at;
use crate::plugins::{Claimed, PluginSession};
use jurigged_abi::{Claim, Making};

/// One class that is made again.
pub struct Remade<'a> {
    /// What the plan says of it.
    pub plan: &'a RemakeClass,
    /// The live class.
    pub class: Handle,
    /// What made it.
    pub kind: ClassKind,
    /// Who makes it out of its body.
    pub claimed: Option<Claimed>,
    /// Indices of the operations on its body that are left to who makes it.
    pub operations: Vec<usize>,
}

impl<'a> Remade<'a> {
    fn of(interpreter: &dyn Interpreter, plan: &'a RemakeClass, class: Handle) -> Self {
        Self {
            plan,
            class,
            kind: ClassKind::of(interpreter, class),
            claimed: None,
            operations: Vec::new(),
        }
    }

    /// Leaves the class to who claims it.
    fn claim(&mut self, work: &Work<'_>, claimed: Claimed) {
        if claimed.claim.when == Making::Stays {
            let operations = work.plan.operations.iter().enumerate();
            let left = operations.filter(|(_, operation)| is_left(operation, &self.plan.scope, &claimed.claim));
            self.operations = left.map(|(index, _)| index).collect();
        }
        self.claimed = Some(claimed);
    }

    /// How it is made out of its body.
    fn how(&self) -> Option<&Claim> {
        self.claimed.as_ref().map(|claimed| &claimed.claim)
    }

    /// Something changed in its body that it is made from.
    fn is_body_changed(&self) -> bool {
        !self.operations.is_empty() || self.plan.reordered
    }

    /// Are its bases and keywords those that the host gives it?
    fn has_header_of_host(&self) -> bool {
        !self.how().is_some_and(|claim| claim.header)
    }

    /// Does making it write this name?
    fn is_generated(&self, name: &str) -> bool {
        let claim = self.how();
        claim.is_some_and(|claim| claim.generated.iter().any(|known| known == name))
    }

    /// The actions that it stands for.
    fn actions<'w>(&self, work: &Work<'w>) -> impl Iterator<Item = &'w Action> + use<'w, '_> {
        let operations = &work.plan.operations;
        self.operations.iter().map(|index| &operations[*index].action)
    }

    /// Does it become what its claim says with this save?
    fn begins(&self) -> bool {
        self.how().is_some_and(|claim| claim.when == Making::Begins)
    }

    /// Is it a name that its own operation has bound already? Of a class that is made out of its body those are methods and
    /// classes: what it is made from does not depend on them.
    fn is_bound_apart(&self, work: &Work<'_>, name: &BodyName) -> bool {
        let mut actions = self.actions(work);
        self.begins()
            || name.is_definition
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

/// Does an operation on the body of a class change what it is made from?
fn is_left(operation: &Operation, scope: &Scope, claim: &Claim) -> bool {
    let (names, is_definition) = match &operation.action {
        Action::Run(statement) if statement.scope == *scope => (&statement.binds, statement.is_definition),
        Action::Unbind { scope: of, names, .. } if of == scope => (names, operation.edit == EditCode::ClsMethod),
        _ => return false,
    };
    !is_definition || names.iter().any(|name| claim.takes_method(name))
}

/// Decides whether a class is to be made again; the operations on its body that this stands for are then left to it.
/// False where there is nothing to do.
///
/// # Errors
/// When the class keeps its old definition, or evaluating the new header raises.
pub fn prepare(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    (index, plan): (usize, &RemakeClass),
    plugins: &mut PluginSession<'_>,
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
    let mut remade = Remade::of(interpreter, plan, class);
    // Who begins to make it is asked again when it has what its new decorators are.
    if let Some(claimed) = making::claim(interpreter, work, &remade, plugins)?
        && claimed.claim.when != Making::Begins
    {
        remade.claim(work, claimed);
    }
    let rebasing = match plan.header_changed && remade.has_header_of_host() {
        true => bases::prepare(interpreter, work, &remade, &steps.scratches)?,
        false => None,
    };
    if plan.old_decorators.is_some() {
        decorators::refuse(&remade)?;
    }
    let is_body = remade.claimed.is_some() && remade.is_body_changed();
    if !is_header && !is_body {
        return Ok(false);
    }
    steps.remade.extend(remade.operations);
    module.late.push(index);
    if let Some(claimed) = remade.claimed {
        module.claimed.insert(index, claimed);
    }
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
    ongoing: &mut Ongoing<'_, '_, '_>,
) -> Result<(), LateStop> {
    let live = || class_at(interpreter, work.namespace, &plan.scope).ok_or_else(|| no_class(&plan.scope));
    let mut remade = Remade::of(interpreter, plan, live()?);
    if let Some(claimed) = prepared.claimed.remove(&index) {
        remade.claim(work, claimed);
    } else if let Some(claimed) = making::claim(interpreter, work, &remade, ongoing.plugins)?
        && claimed.claim.when == Making::Begins
    {
        remade.claim(work, claimed);
    }
    if plan.header_changed && remade.has_header_of_host() {
        bases::rebase(interpreter, work, &remade, index, prepared, ongoing)?;
        remade.class = live()?;
    }
    if plan.old_decorators.is_some() {
        decorators::decorate(interpreter, work, &remade, index, prepared, ongoing)?;
        // A decorator may have returned something else than a class.
        let Ok(class) = live() else { return Ok(()) };
        remade.class = class;
    }
    let made = making::make(interpreter, work, &remade, index, prepared, ongoing);
    if let Err(LateStop::Stop(Stop::Refused(reason))) = &made {
        for (at, index) in remade.operations.iter().enumerate() {
            let outcome = &mut prepared.outcome.operations[*index];
            outcome.refused = Some(reason.clone());
            outcome.is_told = at > 0;
        }
    }
    made
}
