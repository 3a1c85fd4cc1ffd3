//! Functions and classes that stand elsewhere in their file: in, or out of, another class, or out of a block.
//!
//! A move is told from a deletion and an addition by this rule: exactly one unpaired definition of a name and kind is left
//! in each text, the new one stands in a module or class that both texts have, and the two are alike as
//! [renamed](super::rules::alike) ones must be. Inside one parent the order does not count, and no rule is needed.

use rustc_hash::FxHashMap;

use super::candidate::Candidate;
use super::rules::alike;
use crate::pipeline::definitions::{DefinitionId, DefinitionKind, DefinitionTree};

/// The pairs among what is unpaired: `new_of` and `old_of` tell of each definition with which one it is paired.
pub(super) fn moved(
    old: &DefinitionTree,
    new: &DefinitionTree,
    new_of: &[Option<DefinitionId>],
    old_of: &[Option<DefinitionId>],
) -> Vec<(DefinitionId, DefinitionId)> {
    let removed = lonely(old, new_of);
    if removed.is_empty() {
        return Vec::new();
    }
    let added = lonely(new, old_of);
    let mut pairs = Vec::new();
    for (key, before) in removed {
        let (Some(before), Some(Some(after))) = (before, added.get(&key)) else {
            continue;
        };
        // Whether a block runs what it holds is known to the program only: into another one nothing moves.
        let has_a_place =
            new.get(*after).parent.is_some_and(|parent| {
                new.get(parent).kind != DefinitionKind::Branch && old_of[parent.index()].is_some()
            }) && new
                .ancestors(*after)
                .filter(|around| around.kind == DefinitionKind::Branch)
                .all(|branch| {
                    let before = old.ancestors(before).map(|around| Some(around.id));
                    before.into_iter().any(|around| around == old_of[branch.id.index()])
                });
        if has_a_place && alike_definitions(old, before, new, *after) {
            pairs.push((before, *after));
        }
    }
    pairs.sort_unstable();
    pairs
}

/// Are two definitions alike, as renamed ones must be?
pub fn alike_definitions(
    old: &DefinitionTree,
    before: DefinitionId,
    new: &DefinitionTree,
    after: DefinitionId,
) -> bool {
    alike(&Candidate::new(old, before, 0), &Candidate::new(new, after, 0))
}

/// Whether it is a class, and its name.
type Key<'t> = (bool, &'t str);

/// The unpaired functions and classes of modules and classes; `None` where several have one name.
fn lonely<'t>(tree: &'t DefinitionTree, paired: &[Option<DefinitionId>]) -> FxHashMap<Key<'t>, Option<DefinitionId>> {
    let mut lonely: FxHashMap<Key<'t>, Option<DefinitionId>> = FxHashMap::default();
    for definition in &tree.definitions {
        let is_class = match definition.kind {
            DefinitionKind::Class => true,
            DefinitionKind::Function { .. } => false,
            _ => continue,
        };
        let (Some(name), None) = (definition.name.as_deref(), paired[definition.id.index()]) else {
            continue;
        };
        let scope = tree.get(tree.enclosing_scope(definition.id)).kind;
        if !matches!(scope, DefinitionKind::Module | DefinitionKind::Class) || definition.in_header {
            continue;
        }
        lonely
            .entry((is_class, name))
            .and_modify(|known| *known = None)
            .or_insert(Some(definition.id));
    }
    lonely
}
