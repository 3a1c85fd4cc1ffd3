//! Edits whose code has not returned within `[patch] statement-limit`: each is refused until its text changes, so that no
//! later save waits for it again.

use jurigged_runtime::Overrun;

use crate::pipeline::edit_plan::{FileChange, Operation, Plan, Refusal, refusal};
use crate::pipeline::left_out::{ran_twice, refuse_whole};
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
        let why = format!(
            "{}; it goes on, and nothing of what it gives is used",
            reached(overrun, &change.path)
        );
        let reason = refusal(
            "statement-limit",
            format!("`{}` is not applied", operation.summary.trim()),
            why,
            "change it and save again; if it needs the time, raise `[patch] statement-limit`",
        );
        let reason = ran_twice(reason, ran);
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
