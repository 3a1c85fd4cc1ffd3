//! Compound statements and their suites.

use rustc_hash::FxHashMap;

use super::super::candidate::{Candidate, Matcher, Pairs};
use super::Sides;
use crate::pipeline::definitions::{BranchKind, DefinitionKind};

/// Blocks of the same kind: equal, then with the same header, then binding or defining a same name, then by position
/// between two paired siblings.
pub(super) struct Blocks;

impl Matcher for Blocks {
    fn pair(&self, old: &[Candidate<'_>], new: &[Candidate<'_>], pairs: &mut Pairs) -> Result<(), String> {
        let mut sides = Sides::new(old, new, |candidate| matches!(candidate.kind, DefinitionKind::Block(_)));
        sides.pair_in_order_by(pairs, "equal", |it| Some((it.kind, it.fingerprint)));
        sides.pair_by(pairs, "moved", |it| Some((it.kind, it.fingerprint)));
        sides.refine(pairs);
        // `try` has no header.
        let header = |it: &Candidate<'_>| (it.shape != 0).then_some((it.kind, it.shape));
        sides.pair_in_gaps_by(pairs, "same header", header);
        sides.pair_by(pairs, "same header", header);
        sides.share_a_name(pairs, "binds a same name");
        sides.refine(pairs);
        sides.pair_in_gaps_by(pairs, "same place", |it| Some(it.kind));
        Ok(())
    }
}

impl Sides<'_, '_> {
    /// Pairs free candidates of the same kind that bind at least one same name. A name that many bind is asked for in
    /// turn, so this stays linear.
    pub(super) fn share_a_name(&self, pairs: &mut Pairs, reason: &'static str) {
        let mut binders: FxHashMap<(DefinitionKind, &str), Vec<usize>> = FxHashMap::default();
        for at in self.new_at.iter().rev().filter(|at| pairs.new_is_free(**at)) {
            for name in &self.new[*at].binds {
                binders
                    .entry((self.new[*at].kind, name.as_ref()))
                    .or_default()
                    .push(*at);
            }
        }
        for at in &self.old_at {
            if !pairs.old_is_free(*at) {
                continue;
            }
            let old = &self.old[*at];
            'names: for name in &old.binds {
                let Some(waiting) = binders.get_mut(&(old.kind, name.as_ref())) else {
                    continue;
                };
                while let Some(new) = waiting.pop() {
                    if pairs.new_is_free(new) {
                        // Both are free and of one kind.
                        let _ = pairs.pair(*at, new, reason);
                        break 'names;
                    }
                }
            }
        }
    }
}

/// Branches of one block: by kind and test, then by kind in order. `if` and `elif` are one kind, so that a branch put in
/// front does not shift the others.
pub(super) struct Branches;

impl Matcher for Branches {
    fn pair(&self, old: &[Candidate<'_>], new: &[Candidate<'_>], pairs: &mut Pairs) -> Result<(), String> {
        let sides = Sides::new(old, new, |candidate| candidate.kind == DefinitionKind::Branch);
        let kind = |it: &Candidate<'_>| match it.branch? {
            BranchKind::Elif => Some(BranchKind::If),
            kind => Some(kind),
        };
        sides.pair_by(pairs, "same test", |it| Some((kind(it)?, it.shape)));
        sides.pair_by(pairs, "same place", kind);
        Ok(())
    }
}
