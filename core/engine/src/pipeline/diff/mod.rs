//! Which old definition is which new one.
//!
//! [`match_trees`] goes from the module down: the children of two paired definitions are paired among themselves, by
//! matchers that each see what the ones before left over; what is inside an unpaired definition stays unpaired. The
//! engine's own rules are matchers like those of plugins, run after them; see [`rules`] for their order, and
//! `rules/renamed.rs` for the rule by which a rename is told from a deletion and an addition. What is left in the whole
//! file may have [`moved`].

mod candidate;
mod moved;
mod order;
mod plugins;
mod rules;
mod words;

use std::borrow::Cow;

pub use candidate::{Candidate, Matcher, PairError, Pairs, without_module};
pub use moved::alike_definitions;
pub use plugins::PluginMatchers;
pub use words::same_words;

use super::definitions::{DefinitionId, DefinitionKind, DefinitionTree};
use candidate::compatible;
use order::{gaps, increasing};

/// What became of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Relation {
    /// Equal fingerprints: at most text and position differ.
    Same,
    Changed,
    /// Only in the new tree.
    Added,
    /// Only in the old tree.
    Removed,
    /// Paired under another name.
    Renamed,
}

/// One line of a [`Matching`].
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Pair {
    /// `None`: added.
    pub old: Option<DefinitionId>,
    /// `None`: removed.
    pub new: Option<DefinitionId>,
    pub relation: Relation,
    /// Why these two, for reports: `same name`, or what a plugin said.
    pub reason: Cow<'static, str>,
}

/// The answer of [`match_trees`].
#[derive(Clone, Debug)]
pub struct Matching {
    /// Every definition of both trees in exactly one pair: in the order of the new tree, then what was removed in the
    /// order of the old one.
    pub pairs: Vec<Pair>,
    /// Matchers that failed or broke the rules of [`Pairs`], by index into what was given, with what they did. Their
    /// pairs were dropped.
    pub complaints: Vec<(usize, String)>,
    new_of: Vec<Option<DefinitionId>>,
    old_of: Vec<Option<DefinitionId>>,
}

impl Matching {
    /// The old definition that is this new one.
    pub fn old_of(&self, new: DefinitionId) -> Option<DefinitionId> {
        self.old_of.get(new.index()).copied().flatten()
    }

    /// The new definition that is this old one.
    pub fn new_of(&self, old: DefinitionId) -> Option<DefinitionId> {
        self.new_of.get(old.index()).copied().flatten()
    }
}

/// Pairs the definitions of two trees of one file. `matchers` (those of plugins) go before the engine's own rules; they
/// are asked only where both sides have something left after equal definitions at the start and end of a scope were
/// paired.
///
/// Takes time in proportion to the trees, but for sorting.
pub fn match_trees(old: &DefinitionTree, new: &DefinitionTree, matchers: &[&dyn Matcher]) -> Matching {
    let mut complaints: Vec<(usize, String)> = Vec::new();
    loop {
        let trusted: Vec<(usize, &dyn Matcher)> = matchers
            .iter()
            .copied()
            .enumerate()
            .filter(|(index, _)| complaints.iter().all(|(complained, _)| complained != index))
            .collect();
        let mut matching = InProgress {
            old,
            new,
            new_of: vec![None; old.definitions.len()],
            old_of: vec![None; new.definitions.len()],
            reasons: vec![Cow::Borrowed(""); new.definitions.len()],
        };
        // From the start again without it: what it paired before it failed is no more to be trusted.
        match matching.run(&trusted) {
            Ok(()) => return matching.finish(complaints),
            Err(complaint) => complaints.push(complaint),
        }
    }
}

/// An old and a new definition that are one, and why.
type Found = (DefinitionId, DefinitionId, Cow<'static, str>);

struct InProgress<'t> {
    old: &'t DefinitionTree,
    new: &'t DefinitionTree,
    new_of: Vec<Option<DefinitionId>>,
    old_of: Vec<Option<DefinitionId>>,
    /// By new definition.
    reasons: Vec<Cow<'static, str>>,
}

impl<'t> InProgress<'t> {
    fn run(&mut self, matchers: &[(usize, &dyn Matcher)]) -> Result<(), (usize, String)> {
        self.pair(DefinitionId::MODULE, DefinitionId::MODULE, "the module".into());
        self.pair_inside(DefinitionId::MODULE, DefinitionId::MODULE, matchers)?;
        for (old, new) in moved::moved(self.old, self.new, &self.new_of, &self.old_of) {
            self.pair(old, new, "moved".into());
            self.pair_inside(old, new, matchers)?;
        }
        Ok(())
    }

    /// Pairs what is inside two paired definitions.
    fn pair_inside(
        &mut self,
        old: DefinitionId,
        new: DefinitionId,
        matchers: &[(usize, &dyn Matcher)],
    ) -> Result<(), (usize, String)> {
        // No recursion: lambdas nest as deep as the file likes.
        let mut pending = vec![(old, new)];
        while let Some((old, new)) = pending.pop() {
            if self.pair_whole(old, new) {
                continue;
            }
            for in_header in [true, false] {
                let old_side = siblings(self.old, old, in_header);
                let new_side = siblings(self.new, new, in_header);
                for (old, new, reason) in self.pair_siblings(&old_side, &new_side, matchers)? {
                    self.pair(old, new, reason);
                    pending.push((old, new));
                }
            }
        }
        Ok(())
    }

    fn pair(&mut self, old: DefinitionId, new: DefinitionId, reason: Cow<'static, str>) {
        self.new_of[old.index()] = Some(new);
        self.old_of[new.index()] = Some(old);
        self.reasons[new.index()] = reason;
    }

    /// Pairs everything inside two definitions of equal meaning one to one. False where the insides differ all the same:
    /// `from __future__ import annotations` takes the code out of annotations without touching the definition.
    fn pair_whole(&mut self, old: DefinitionId, new: DefinitionId) -> bool {
        if self.old.get(old).fingerprint != self.new.get(new).fingerprint {
            return false;
        }
        let old_inside = &self.old.definitions[old.index() + 1..self.old.end_of(old)];
        let new_inside = &self.new.definitions[new.index() + 1..self.new.end_of(new)];
        let alike = old_inside.len() == new_inside.len()
            && old_inside.iter().zip(new_inside).all(|(old, new)| {
                old.kind == new.kind && old.fingerprint == new.fingerprint && old.children.len() == new.children.len()
            });
        if alike {
            for (old, new) in old_inside.iter().zip(new_inside) {
                self.pair(old.id, new.id, "inside an equal definition".into());
            }
        }
        alike
    }

    /// Pairs the children of one pair of parents.
    fn pair_siblings(
        &self,
        old: &[DefinitionId],
        new: &[DefinitionId],
        matchers: &[(usize, &dyn Matcher)],
    ) -> Result<Vec<Found>, (usize, String)> {
        let same = |(old, new): (&DefinitionId, &DefinitionId)| {
            let (old, new) = (self.old.get(*old), self.new.get(*new));
            old.fingerprint == new.fingerprint && old.kind == new.kind && old.name == new.name
        };
        let shorter = old.len().min(new.len());
        let prefix = old.iter().zip(new).take_while(|pair| same(*pair)).count();
        let suffix = old
            .iter()
            .rev()
            .zip(new.iter().rev())
            .take(shorter - prefix)
            .take_while(|pair| same(*pair));
        let suffix = suffix.count();
        let mut found: Vec<Found> = old[..prefix]
            .iter()
            .zip(&new[..prefix])
            .chain(old[old.len() - suffix..].iter().zip(&new[new.len() - suffix..]))
            .map(|(old, new)| (*old, *new, "equal".into()))
            .collect();

        let view = |tree: &'t DefinitionTree, ids: &[DefinitionId]| -> Vec<Candidate<'t>> {
            let between = &ids[prefix..ids.len() - suffix];
            between
                .iter()
                .enumerate()
                .map(|(position, id)| Candidate::new(tree, *id, position))
                .collect()
        };
        let mut old_left = view(self.old, old);
        let mut new_left = view(self.new, new);
        let (old_len, new_len) = (old_left.len(), new_left.len());
        let mut positions: Vec<(usize, usize)> = Vec::new();
        let own = rules::RULES.iter().map(|rule| (None, *rule));
        for (plugin, matcher) in matchers
            .iter()
            .map(|(index, matcher)| (Some(*index), *matcher))
            .chain(own)
        {
            if old_left.is_empty() || new_left.is_empty() {
                break;
            }
            let mut pairs = Pairs::new(&old_left, &new_left);
            let verdict = matcher.pair(&old_left, &new_left, &mut pairs);
            match (verdict.and(pairs.verdict()), plugin) {
                (Ok(()), _) => {}
                (Err(complaint), Some(plugin)) => return Err((plugin, complaint)),
                // The engine's own rules have no failure of their own; a rule that lies would be a bug, and its pairs
                // are dropped like anybody's.
                (Err(_), None) => continue,
            }
            for (old, new, reason) in pairs.into_inner() {
                positions.push((old_left[old].position, new_left[new].position));
                found.push((old_left[old].id, new_left[new].id, reason));
            }
            let anchors = increasing(&positions);
            let old_gaps = gaps(old_len, anchors.iter().map(|(old, _)| *old));
            let new_gaps = gaps(new_len, anchors.iter().map(|(_, new)| *new));
            retain_unpaired(&mut old_left, positions.iter().map(|(old, _)| *old), &old_gaps);
            retain_unpaired(&mut new_left, positions.iter().map(|(_, new)| *new), &new_gaps);
        }
        Ok(found)
    }

    fn finish(self, complaints: Vec<(usize, String)>) -> Matching {
        let mut pairs = Vec::with_capacity(self.new.definitions.len());
        for (definition, reason) in self.new.definitions.iter().zip(self.reasons) {
            let new = definition.id;
            pairs.push(match self.old_of[new.index()] {
                Some(old) => Pair {
                    old: Some(old),
                    new: Some(new),
                    relation: relation(self.old.get(old), definition),
                    reason,
                },
                None => Pair {
                    old: None,
                    new: Some(new),
                    relation: Relation::Added,
                    reason: "only in the new text".into(),
                },
            });
        }
        for definition in &self.old.definitions {
            if self.new_of[definition.id.index()].is_none() {
                pairs.push(Pair {
                    old: Some(definition.id),
                    new: None,
                    relation: Relation::Removed,
                    reason: "only in the old text".into(),
                });
            }
        }
        Matching {
            pairs,
            complaints,
            new_of: self.new_of,
            old_of: self.old_of,
        }
    }
}

fn relation(old: &super::definitions::Definition, new: &super::definitions::Definition) -> Relation {
    let has_name = matches!(old.kind, DefinitionKind::Class | DefinitionKind::Function { .. });
    if has_name && old.name != new.name {
        Relation::Renamed
    } else if old.fingerprint == new.fingerprint && compatible(old.kind, new.kind) {
        Relation::Same
    } else {
        Relation::Changed
    }
}

fn siblings(tree: &DefinitionTree, parent: DefinitionId, in_header: bool) -> Vec<DefinitionId> {
    let children = tree.get(parent).children.iter().copied();
    children
        .filter(|child| tree.get(*child).in_header == in_header)
        .collect()
}

fn retain_unpaired(left: &mut Vec<Candidate<'_>>, paired: impl Iterator<Item = usize>, gaps: &[u32]) {
    let mut is_paired = vec![false; gaps.len()];
    for position in paired {
        is_paired[position] = true;
    }
    left.retain_mut(|candidate| {
        candidate.gap = gaps[candidate.position];
        !is_paired[candidate.position]
    });
}

#[cfg(test)]
mod tests;
