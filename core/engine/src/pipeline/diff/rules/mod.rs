//! The engine's own matchers, in the order in which they run; each looks at its own kinds only.
//!
//! Equal definitions at the start and the end of a scope are paired before any matcher is asked. Renamed definitions are
//! looked for last, among what no name pairs.

mod blocks;
mod equal;
mod expressions;
mod named;
mod renamed;
mod statements;

pub(super) use renamed::alike;

use std::hash::Hash;

use super::candidate::{Candidate, Matcher, Pairs};
use super::order::{by_key, gaps, increasing};
use super::plugins::Adapted;

/// All rules.
pub(super) const RULES: [&dyn Matcher; 7] = [
    &Adapted(equal::EqualDefinitions),
    &named::SameName,
    &statements::Statements,
    &blocks::Blocks,
    &blocks::Branches,
    &expressions::CodeExpressions,
    &renamed::Renamed,
];

/// The candidates of one kind on both sides, and what of them is paired so far.
struct Sides<'c, 't> {
    old: &'c [Candidate<'t>],
    new: &'c [Candidate<'t>],
    /// Indices of those that the rule looks at.
    old_at: Vec<usize>,
    new_at: Vec<usize>,
    /// By index, see [`Sides::refine`].
    old_gaps: Vec<u32>,
    new_gaps: Vec<u32>,
}

impl<'c, 't> Sides<'c, 't> {
    fn new(old: &'c [Candidate<'t>], new: &'c [Candidate<'t>], wanted: impl Fn(&Candidate<'t>) -> bool) -> Self {
        let of = |side: &[Candidate<'t>]| (0..side.len()).filter(|index| wanted(&side[*index])).collect();
        Self {
            old,
            new,
            old_at: of(old),
            new_at: of(new),
            old_gaps: old.iter().map(|candidate| candidate.gap).collect(),
            new_gaps: new.iter().map(|candidate| candidate.gap).collect(),
        }
    }

    /// Pairs free candidates with equal keys in turn; `None` is equal to nothing.
    fn pair_by<K: Hash + Eq>(
        &self,
        pairs: &mut Pairs,
        reason: &'static str,
        key: impl Fn(&Candidate<'t>) -> Option<K>,
    ) {
        self.pair_found(pairs, reason, self.find(pairs, |candidate, _| key(candidate)));
    }

    /// Likewise, but only where the pairs do not cross.
    fn pair_in_order_by<K: Hash + Eq>(
        &self,
        pairs: &mut Pairs,
        reason: &'static str,
        key: impl Fn(&Candidate<'t>) -> Option<K>,
    ) {
        self.pair_found(
            pairs,
            reason,
            increasing(&self.find(pairs, |candidate, _| key(candidate))),
        );
    }

    /// Likewise, but only between the same two paired siblings.
    fn pair_in_gaps_by<K: Hash + Eq>(
        &self,
        pairs: &mut Pairs,
        reason: &'static str,
        key: impl Fn(&Candidate<'t>) -> Option<K>,
    ) {
        self.pair_found(
            pairs,
            reason,
            self.find(pairs, |candidate, gap| Some((gap, key(candidate)?))),
        );
    }

    fn find<K: Hash + Eq>(&self, pairs: &Pairs, key: impl Fn(&Candidate<'t>, u32) -> Option<K>) -> Vec<(usize, usize)> {
        let old = self.old_at.iter().filter(|at| pairs.old_is_free(**at));
        let new = self.new_at.iter().filter(|at| pairs.new_is_free(**at));
        by_key(
            old.map(|at| (*at, key(&self.old[*at], self.old_gaps[*at]))),
            new.map(|at| (*at, key(&self.new[*at], self.new_gaps[*at]))),
        )
    }

    fn pair_found(&self, pairs: &mut Pairs, reason: &'static str, found: Vec<(usize, usize)>) {
        for (old, new) in found {
            // Only free candidates are looked at, each once; kinds are part of every rule.
            let _ = pairs.pair(old, new, reason);
        }
    }

    /// Lets the pairs made so far divide the siblings, besides those made by earlier matchers.
    fn refine(&mut self, pairs: &Pairs) {
        let taken: Vec<(usize, usize)> = pairs.taken().collect();
        // Pairs of the earlier matchers stay in order with each other, not with those of this rule: keep what fits.
        let fitting: Vec<(usize, usize)> = taken
            .into_iter()
            .filter(|(old, new)| self.old[*old].gap == self.new[*new].gap)
            .collect();
        let anchors = increasing(&fitting);
        let old_own = gaps(self.old.len(), anchors.iter().map(|(old, _)| *old));
        let new_own = gaps(self.new.len(), anchors.iter().map(|(_, new)| *new));
        for (at, gap) in self.old_gaps.iter_mut().enumerate() {
            *gap = self.old[at].gap + old_own[at];
        }
        for (at, gap) in self.new_gaps.iter_mut().enumerate() {
            *gap = self.new[at].gap + new_own[at];
        }
    }
}
