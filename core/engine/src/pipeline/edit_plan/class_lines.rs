//! Classes that functions make. Since 3.13 the body of a class stores the line of the class, a constant like any other:
//! writing another first line into its code object does not reach it, so a function with a class in it that moves is
//! compiled anew.

use rustc_hash::FxHashSet;

use super::FileChange;
use crate::pipeline::definitions::{DefinitionId, DefinitionKind};

/// Definitions of the new text that stand on another line than before, as far as that is known, with a class inside a
/// function in them.
pub(super) fn moved(change: &FileChange) -> FxHashSet<DefinitionId> {
    let mut found = FxHashSet::default();
    for class in &change.new.definitions {
        let old = change.matching.old_of(class.id);
        let has_moved = old.is_some_and(|old| change.is_joined || change.old.get(old).first_line != class.first_line);
        let is_class = class.kind == DefinitionKind::Class;
        let mut around = change.new.ancestors(class.id);
        if is_class && has_moved && around.any(|it| matches!(it.kind, DefinitionKind::Function { .. })) {
            found.extend(change.new.ancestors(class.id).map(|it| it.id));
        }
    }
    found
}
