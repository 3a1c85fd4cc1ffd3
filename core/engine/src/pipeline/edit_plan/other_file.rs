//! Definitions that moved to another file of the batch.
//!
//! A move is told from a deletion and an addition by this rule: one file of the batch loses, and one gains, the only
//! definition of a name and kind; both stand in the module itself; they are equal, or alike as
//! [renamed](crate::pipeline::diff) ones must be. What follows is in [`Origin`]; where nothing can, that is said. Of a
//! file that the statements of the batch load that is known only when they have run.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::operation::{Action, Operation};
use super::origin::{Departure, Origin};
use super::{EditCode, FileChange, FilePlan, ModuleText, first_line, reasons};
use crate::pipeline::definitions::{DefinitionId, DefinitionKind, DefinitionTree, parse};
use crate::pipeline::diff::alike_definitions;

/// By kind (is it a class?) and name: the file, the operation in it, and the definition; `None` where several have one
/// name.
type Found = FxHashMap<(bool, String), Option<Place>>;

/// The same in modules that were loaded just now.
type FoundInNewFiles = FxHashMap<(bool, String), Option<(String, Arc<DefinitionTree>, DefinitionId)>>;

#[derive(Clone, Copy)]
struct Place {
    file: usize,
    operation: usize,
    definition: DefinitionId,
}

/// Makes a deletion in one file and an addition in another one a move.
pub(super) fn find(changes: &[FileChange], files: &mut [FilePlan]) {
    if changes.len() < 2 {
        return;
    }
    let lost = places(changes, files, EditCode::Delete);
    if lost.is_empty() {
        return;
    }
    let mut gained: Vec<_> = places(changes, files, EditCode::Add).into_iter().collect();
    gained.sort_by_key(|(_, place)| place.map(|place| (place.file, place.operation)));
    for (key, place) in gained {
        let (Some(Some(from)), Some(to)) = (lost.get(&key).copied(), place) else {
            continue;
        };
        let (old, new) = (&changes[from.file], &changes[to.file]);
        let is_equal = old.old.get(from.definition).fingerprint == new.new.get(to.definition).fingerprint;
        if from.file == to.file || !(is_equal || alike_definitions(&old.old, from.definition, &new.new, to.definition))
        {
            continue;
        }
        let is_in_block = [from, to]
            .iter()
            .any(|place| !files[place.file].operations[place.operation].guards.is_empty());
        let origin = match is_in_block {
            true => None,
            false => Origin::of(old, from.file, from.definition, &new.new, to.definition),
        };
        let operations = &mut files[to.file].operations;
        let operation = &mut operations[to.operation];
        match (&mut operation.action, origin) {
            (Action::Run(statement), Some(origin)) if !statement.is_overwritten => {
                statement.origin = Some(Box::new(origin));
                operation.edit = EditCode::Move;
                // The name goes, not the definition.
                files[from.file].operations[from.operation].edit = EditCode::Move;
            }
            _ => {
                let note = Operation {
                    guards: operation.guards.clone(),
                    edit: EditCode::Move,
                    name: operation.name.clone(),
                    line: operation.line,
                    summary: first_line(new.new.text(to.definition)),
                    old: None,
                    new: Some(to.definition),
                    action: Action::Refuse(reasons::moved_to_another_file(&key.1, &old.module, &new.module)),
                };
                operations.push(note);
            }
        }
    }
}

/// Are two definitions of one name and kind one?
fn is_one((old_tree, old): (&DefinitionTree, DefinitionId), (tree, new): (&DefinitionTree, DefinitionId)) -> bool {
    old_tree.get(old).fingerprint == tree.get(new).fingerprint || alike_definitions(old_tree, old, tree, new)
}

/// What the files of a batch have lost and modules that its statements have loaded have got.
pub fn departures(changes: &[FileChange], files: &[FilePlan], loaded: &[ModuleText]) -> Vec<Departure> {
    let mut departures = Vec::new();
    let lost = places(changes, files, EditCode::Delete);
    if lost.is_empty() || loaded.is_empty() {
        return departures;
    }
    let gained = places_in_new_files(loaded);
    let lost = lost.into_iter().filter_map(|(key, from)| Some((key, from?)));
    for (key, from) in lost {
        let Some(Some((module, tree, new))) = gained.get(&key) else {
            continue;
        };
        let change = &changes[from.file];
        if files[from.file].operations[from.operation].guards.is_empty()
            && is_one((&change.old, from.definition), (tree, *new))
            && let Some(origin) = Origin::of(change, from.file, from.definition, tree, *new)
        {
            departures.push(Departure {
                operation: (from.file, from.operation),
                module: module.clone(),
                origin,
            });
        }
    }
    // A base before what derives from it.
    departures.sort_by_key(|departure| departure.operation);
    departures
}

/// The functions and classes at module level of modules that were loaded just now.
fn places_in_new_files(loaded: &[ModuleText]) -> FoundInNewFiles {
    let mut found = FoundInNewFiles::default();
    for module in loaded {
        let tree = Arc::new(parse(module.source.clone()));
        for &child in &tree.module().children {
            let definition = tree.get(child);
            let is_class = match definition.kind {
                DefinitionKind::Class => true,
                DefinitionKind::Function { .. } => false,
                _ => continue,
            };
            found
                .entry((is_class, definition.path.to_string()))
                .and_modify(|known| *known = None)
                .or_insert_with(|| Some((module.module.clone(), tree.clone(), child)));
        }
    }
    found
}

/// The functions and classes that the files lose or gain at module level.
fn places(changes: &[FileChange], files: &[FilePlan], edit: EditCode) -> Found {
    let mut found = Found::default();
    for (file, (change, plan)) in changes.iter().zip(files).enumerate() {
        for (index, operation) in plan.operations.iter().enumerate() {
            let (tree, definition) = match (edit, operation.old, operation.new) {
                (EditCode::Delete, Some(old), _) => (&change.old, old),
                (EditCode::Add, _, Some(new)) => (&change.new, new),
                _ => continue,
            };
            let is_of_module = operation.action.scope().is_some_and(|scope| scope.classes.is_empty());
            if operation.edit != edit || !is_of_module {
                continue;
            }
            let is_class = tree.get(definition).kind == DefinitionKind::Class;
            let place = Place {
                file,
                operation: index,
                definition,
            };
            found
                .entry((is_class, operation.name.clone()))
                .and_modify(|known| *known = None)
                .or_insert(Some(place));
        }
    }
    found
}
