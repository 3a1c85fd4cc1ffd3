//! Edits whose code has not returned within `[patch] statement-limit`: each is refused until its text changes, so that no
//! later save waits for it again.

use jurigged_runtime::Overrun;

use crate::pipeline::edit_plan::{Action, FileChange, Operation, Plan, Refusal, refusal};
use crate::pipeline::report::reached;

/// The edits.
#[derive(Debug, Default)]
pub struct Stuck(Vec<StuckEdit>);

#[derive(Debug)]
struct StuckEdit {
    module: String,
    /// Its reported name and its new text.
    name: String,
    text: String,
    reason: Refusal,
}

impl Stuck {
    /// All of them may be tried again.
    pub fn forget(&mut self) {
        self.0.clear();
    }

    /// Refuses what a plan has of them, and forgets those of its modules that are no longer in their files.
    pub fn refuse(&mut self, changes: &[FileChange], plan: &mut Plan) {
        let is_saved = |stuck: &StuckEdit| changes.iter().any(|change| change.module == stuck.module);
        let mut found = Vec::new();
        self.0.retain(|stuck| {
            let at = place(stuck, changes, plan);
            found.extend(at.map(|at| (at, stuck.reason.clone())));
            at.is_some() || !is_saved(stuck)
        });
        for (at, reason) in found {
            refuse_whole(plan, at, &reason);
        }
    }

    /// Remembers an operation of a plan that was undone because of it, and refuses it there. `ran`: what the save ran
    /// before, and runs again without this operation.
    pub fn add(
        &mut self,
        changes: &[FileChange],
        plan: &mut Plan,
        (file, index): (usize, usize),
        overrun: &Overrun,
        ran: &[String],
    ) {
        let (change, operation) = (&changes[file], &plan.files[file].operations[index]);
        let mut why = format!(
            "{}; it goes on, and nothing of what it gives is used",
            reached(overrun, &change.path)
        );
        if !ran.is_empty() {
            why.push_str(&format!("; what ran before it ran twice: {}", ran.join(", ")));
        }
        let reason = refusal(
            "statement-limit",
            format!("`{}` is not applied", operation.summary.trim()),
            why,
            "change it and save again; if it needs the time, raise `[patch] statement-limit`",
        );
        self.0.push(StuckEdit {
            module: change.module.clone(),
            name: operation.name.clone(),
            text: text_of(change, operation).to_owned(),
            reason: reason.clone(),
        });
        refuse_whole(plan, (file, index), &reason);
    }
}

fn text_of<'c>(change: &'c FileChange, operation: &Operation) -> &'c str {
    operation.new.map_or("", |new| change.new.text(new))
}

fn place(stuck: &StuckEdit, changes: &[FileChange], plan: &Plan) -> Option<(usize, usize)> {
    let file = changes.iter().position(|change| change.module == stuck.module)?;
    let is_it =
        |operation: &Operation| operation.name == stuck.name && text_of(&changes[file], operation) == stuck.text;
    let index = plan.files[file].operations.iter().position(is_it)?;
    Some((file, index))
}

/// Refuses an operation and what is nothing without it: the rest of its definition, what stands in a block whose tests it
/// evaluates, what changes a class that it makes anew.
fn refuse_whole(plan: &mut Plan, (file, index): (usize, usize), reason: &Refusal) {
    let operations = &mut plan.files[file].operations;
    let it = &operations[index];
    let (old, new) = (it.old, it.new);
    let (block, class) = match &it.action {
        Action::Choose { block } => (Some(*block), None),
        Action::Remake(remake) => (None, Some(remake.scope.clone())),
        _ => (None, None),
    };
    let belongs = |other: &Operation| {
        let is_same = (new.is_some() && other.new == new) || (old.is_some() && other.old == old);
        let is_guarded = other.guards.iter().any(|guard| Some(guard.block) == block);
        let scope = other.action.scope();
        let is_inside = scope.is_some_and(|scope| {
            let mut class = class.iter();
            class.any(|class| scope.classes.starts_with(&class.classes))
        });
        is_same || is_guarded || is_inside
    };
    for operation in operations.iter_mut().filter(|operation| belongs(operation)) {
        if !matches!(operation.action, Action::Refuse(_)) {
            operation.action = Action::Refuse(reason.clone());
        }
    }
}
