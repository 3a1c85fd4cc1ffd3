//! Definitions that moved to another file of the batch.
//!
//! They are made anew there: a function has the globals of its module for life, and a class the functions of its body.
//! Whoever holds the old one keeps it, which is said.

use rustc_hash::FxHashMap;

use super::{Action, EditCode, FileChange, FilePlan, Operation, first_line, reasons};
use crate::pipeline::definitions::{DefinitionId, DefinitionKind};
use crate::pipeline::diff::alike_definitions;

/// Adds a note for each function and class that one file of the batch loses and another one gains.
pub(super) fn note(changes: &[FileChange], files: &mut [FilePlan]) {
    if changes.len() < 2 {
        return;
    }
    // By kind and name: the file, and the definition; `None` where several have one name.
    let mut lost: FxHashMap<(bool, String), Option<(usize, DefinitionId)>> = FxHashMap::default();
    for (file, (change, plan)) in changes.iter().zip(&*files).enumerate() {
        for operation in plan
            .operations
            .iter()
            .filter(|operation| operation.edit == EditCode::Delete)
        {
            if let Some(old) = operation.old {
                let is_class = change.old.get(old).kind == DefinitionKind::Class;
                lost.entry((is_class, operation.name.clone()))
                    .and_modify(|known| *known = None)
                    .or_insert(Some((file, old)));
            }
        }
    }
    if lost.is_empty() {
        return;
    }
    for (to, change) in changes.iter().enumerate() {
        let mut notes = Vec::new();
        for operation in files[to]
            .operations
            .iter()
            .filter(|operation| operation.edit == EditCode::Add)
        {
            let Some(new) = operation.new else { continue };
            let is_class = change.new.get(new).kind == DefinitionKind::Class;
            let Some(Some((from, old))) = lost.get(&(is_class, operation.name.clone())) else {
                continue;
            };
            if *from == to || !alike_definitions(&changes[*from].old, *old, &change.new, new) {
                continue;
            }
            let why = reasons::moved_to_another_file(&operation.name, &changes[*from].module, &change.module);
            notes.push(Operation {
                guards: operation.guards.clone(),
                edit: EditCode::Move,
                name: operation.name.clone(),
                line: operation.line,
                summary: first_line(change.new.text(new)),
                old: None,
                new: Some(new),
                action: Action::Refuse(why),
            });
        }
        files[to].operations.append(&mut notes);
    }
}
