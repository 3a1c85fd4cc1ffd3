//! The first half of the line alone: plans that are shown and not applied.

use std::path::Path;
use std::sync::Arc;

use super::batch::ChangeBatch;
use super::definitions::DefinitionTree;
use super::edit_plan::{self, FileChange, Plan, PlanSettings};
use super::report::{Foresight, Report};
use super::{Tools, capture, compare, diff};
use crate::session::{Others, Program};

/// What applying these files would do; nothing is touched, and nothing of it is remembered.
pub fn foresee(program: &mut Program, batch: &ChangeBatch, tools: &mut Tools<'_>) -> Foresight {
    let snapshot = capture::capture(batch);
    let mut report = Report::default();
    let changes = compare(program, &snapshot, tools, &mut report, false);
    let mut plan = edit_plan::plan(&changes, &Others::of(program), tools.planning());
    program.stuck.refuse(&changes, &mut plan);
    Foresight::of(&changes, &plan, report.diagnostics)
}

/// The plan of one edit of one file, without running anything.
pub fn plan_of(module: &str, old: DefinitionTree, new: DefinitionTree, path: &Path) -> Plan {
    let matching = diff::match_trees(&old, &new, &[]);
    let changes = [FileChange {
        path: path.to_owned(),
        module: module.to_owned(),
        old: Arc::new(old),
        new: Arc::new(new),
        matching,
        reexecute: false,
        has_moved: false,
        is_joined: false,
    }];
    edit_plan::plan(&changes, &(), PlanSettings::default())
}
