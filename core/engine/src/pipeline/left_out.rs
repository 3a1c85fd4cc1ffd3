//! Operations that a save is tried again without: refused means that edit and what needs it, while the rest applies.

use jurigged_runtime::{Overrun, PythonError};

use super::definitions::BlockKind;
use super::edit_plan::{Action, FileChange, Follow, Operation, Plan, Refusal, contains_name, refusal};

/// One of them; the save was undone because of it.
pub struct LeftOut {
    /// File index in the plan and operation index in the file.
    pub operation: (usize, usize),
    /// Why.
    pub why: WhyLeftOut,
    /// What the save ran before it, and runs again.
    pub ran: Vec<String>,
}

/// Why an operation is left out.
pub enum WhyLeftOut {
    /// Its code has not returned.
    Overran(Box<Overrun>),
    /// It is refused, which was found out only after others were applied.
    Refused(Refusal),
}

/// Why an operation that raised is left out, and not the whole save undone: it names something of which the edit is
/// refused, or what it calls reads a value that does not follow this save. `refused`: operations that were refused after planning.
pub fn needs_refused(
    changes: &[FileChange],
    plan: &Plan,
    (file, index): (usize, usize),
    error: &PythonError,
    refused: &[(usize, usize)],
) -> Option<Refusal> {
    let operation = &plan.files[file].operations[index];
    if matches!(operation.action, Action::Refuse(_)) {
        // Leaving it out once more would change nothing.
        return None;
    }
    let text = changes[file].new.text(operation.new?);
    let planned = plan.files.iter().enumerate().flat_map(|(file, plan)| {
        let indices = 0..plan.operations.len();
        indices.map(move |index| (file, index))
    });
    let is_refused = |at: &(usize, usize)| {
        let action = &plan.files[at.0].operations[at.1].action;
        matches!(action, Action::Refuse(reason) if !reason.is_note) || refused.contains(at)
    };
    let mut names = planned
        .filter(is_refused)
        .flat_map(|(file, index)| names_of(&changes[file], &plan.files[file].operations[index]));
    let not_applied = format!("`{}` is not applied", operation.summary.trim());
    if let Some(name) = names.find(|name| contains_name(text, name)) {
        let why = format!("it needs `{name}`, of which an edit is refused: {error}");
        return Some(refusal(
            "needs",
            not_applied,
            why,
            format!("see what is said of `{name}`"),
        ));
    }
    let name = stale_names(plan).find(|name| contains_name(&error.traceback, name))?;
    let why = format!("what it calls reads `{name}`, which keeps the value from before this save: {error}");
    Some(refusal("needs", not_applied, why, "restart the program"))
}

/// Names whose statement read what the save changes, and does not run again.
fn stale_names(plan: &Plan) -> impl Iterator<Item = &str> {
    let stale = plan
        .dependents
        .iter()
        .filter(|it| matches!(it.follow, Follow::Stale { .. }));
    stale.filter_map(|dependent| {
        let is_of_name = |it: char| it.is_alphanumeric() || it == '_';
        let summary = dependent.summary.trim();
        let (name, rest) = summary.split_at(summary.find(|it| !is_of_name(it))?);
        let is_assigned = rest.trim_start().starts_with([':', '=']) && !rest.trim_start().starts_with("==");
        (is_assigned && !name.is_empty()).then_some(name)
    })
}

/// The reason of an operation without which a save was tried again. `ran`: what had run before.
pub fn ran_twice(mut reason: Refusal, ran: &[String]) -> Refusal {
    if !ran.is_empty() {
        reason
            .why
            .push_str(&format!("; what ran before it ran twice: {}", ran.join(", ")));
    }
    reason
}

/// Refuses an operation and what is nothing without it: the rest of its definition, what stands in a block whose tests it
/// evaluates, what changes a class that it makes anew.
pub fn refuse_whole(plan: &mut Plan, (file, index): (usize, usize), reason: &Refusal) {
    let it = &plan.files[file].operations[index];
    let (old, new) = (it.old, it.new);
    let (block, class) = match &it.action {
        Action::Choose { block } => (Some(*block), None),
        Action::Remake(remake) => (None, Some(remake.scope.clone())),
        _ => (None, None),
    };
    // The handlers of a `try` decide about all of its body.
    let is_part = matches!(&it.action, Action::Run(statement) if statement.partial.is_some());
    let is_try = |block: &usize| plan.files[file].blocks[*block].kind == BlockKind::Try;
    let mut around = it.guards.iter().rev().map(|guard| guard.block).filter(is_try);
    let block = block.or(if is_part { around.next() } else { None });
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
    let operations = plan.files[file].operations.iter_mut();
    for operation in operations.filter(|operation| belongs(operation)) {
        if !matches!(operation.action, Action::Refuse(_)) {
            operation.action = Action::Refuse(reason.clone());
        }
    }
}

/// The names by which a text would use what an operation edits.
fn names_of(change: &FileChange, operation: &Operation) -> Vec<String> {
    let mut names: Vec<String> = operation.name.split('.').map(str::to_owned).collect();
    // Of a block all that it binds.
    let bound = operation.new.into_iter().flat_map(|new| change.new.binds(new));
    names.extend(bound.map(|name| name.into_owned()));
    names.retain(|name| !name.is_empty() && !is_special(name));
    names
}

/// Every class has names such as `__init__`, so naming one says nothing about which edit is needed.
fn is_special(name: &str) -> bool {
    name.starts_with("__") && name.ends_with("__")
}
