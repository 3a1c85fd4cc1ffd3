//! The text that runs after a save of which a part was refused: the new file with the old text of that part.
//!
//! With it the next save is compared to what really runs, by the same pipeline, and a refused edit stays visible until
//! it is fixed. Positions are not read from this text but from the code objects.

use std::ops::Range;
use std::sync::Arc;

use crate::pipeline::definitions::{DefinitionId, DefinitionKind, DefinitionTree, parse};
use crate::pipeline::edit_plan::{FileChange, FilePlan};
use crate::source::SourceText;

/// A replacement of a byte range of the new text.
struct Splice {
    at: Range<u32>,
    text: String,
}

/// The tree of the next baseline. `refused` are indices of the plan's operations that were not applied.
///
/// `None` when the texts cannot be joined; then nothing of the file may be applied.
pub fn next_baseline(change: &FileChange, plan: &FilePlan, refused: &[usize]) -> Option<Arc<DefinitionTree>> {
    if refused.is_empty() {
        return Some(change.new.clone());
    }
    let mut splices = Vec::new();
    for &index in refused {
        let operation = &plan.operations[index];
        splices.push(match (operation.old, operation.new) {
            (_, Some(new)) if change.new.get(new).kind == DefinitionKind::Module => {
                return Some(change.old.clone());
            }
            (Some(old), Some(new)) => replace(change, old, new)?,
            (None, Some(new)) => remove(&change.new, new),
            (Some(old), None) => put_back(change, old)?,
            (None, None) => return Some(change.old.clone()),
        });
    }
    splices.sort_by_key(|splice| (splice.at.start, splice.at.end));
    let mut text = change.new.source.text().to_owned();
    let mut limit = u32::MAX;
    for splice in splices.iter().rev() {
        if splice.at.end > limit {
            // Nested in one that was replaced already.
            continue;
        }
        text.replace_range(splice.at.start as usize..splice.at.end as usize, &splice.text);
        limit = splice.at.start;
    }
    let tree = parse(Arc::new(SourceText::new(change.path.clone(), text)));
    tree.problems.is_empty().then(|| Arc::new(tree))
}

fn replace(change: &FileChange, old: DefinitionId, new: DefinitionId) -> Option<Splice> {
    let (before, after) = (change.old.get(old), change.new.get(new));
    (before.column == after.column).then(|| Splice {
        at: after.range.clone(),
        text: change.old.text(old).to_owned(),
    })
}

fn remove(tree: &DefinitionTree, id: DefinitionId) -> Splice {
    Splice {
        at: tree.get(id).range.clone(),
        text: "pass".to_owned(),
    }
}

fn put_back(change: &FileChange, old: DefinitionId) -> Option<Splice> {
    let before = change.old.get(old);
    let old_parent = before.parent?;
    let new_parent = change.matching.new_of(old_parent)?;
    let indent = " ".repeat(before.column as usize);
    let text = change.old.text(old);
    let siblings = &change.old.get(old_parent).children;
    let position = siblings.iter().position(|sibling| *sibling == old)?;
    let anchor = siblings[..position].iter().rev().find_map(|sibling| {
        let new = change.matching.new_of(*sibling)?;
        (change.new.get(new).parent == Some(new_parent)).then_some(new)
    });
    if let Some(anchor) = anchor {
        let end = change.new.get(anchor).range.end;
        return Some(Splice {
            at: end..end,
            text: format!("\n{indent}{text}"),
        });
    }
    let first = change
        .new
        .get(new_parent)
        .children
        .iter()
        .find(|child| !change.new.get(**child).in_header);
    let at = first.map_or(change.new.source.text().len() as u32, |first| {
        change.new.get(*first).range.start
    });
    Some(Splice {
        at: at..at,
        text: format!("{text}\n{indent}"),
    })
}
