//! What can have run together: of the branches of an `if` or `match` only one does.
//!
//! A long chain of branches may bind one name in each of them. Definitions are numbered in the order of the text, so what
//! stands in the other branches of a block is a range of numbers, and is passed over without a look at each.

use std::ops::Range;

use super::{Place, Planner};
use crate::pipeline::definitions::{BlockKind, DefinitionId, DefinitionKind};

impl<'a> Planner<'a> {
    /// Of definitions in their order those that can have run if the branch of the place did. The test of another branch
    /// can have, and the names that it binds are those of the branch.
    pub(super) fn compatible<'s>(
        &'s self,
        binders: &'s [DefinitionId],
        place: &Place,
    ) -> impl Iterator<Item = DefinitionId> + use<'s, 'a> {
        let mut parts = Vec::new();
        let mut rest = binders;
        for excluded in self.excluded(place) {
            let from = rest.partition_point(|binder| binder.index() < excluded.start);
            let to = rest.partition_point(|binder| binder.index() < excluded.end);
            parts.push((&rest[..from], true));
            parts.push((&rest[from..to], false));
            rest = &rest[to..];
        }
        parts.push((rest, true));
        let is_test = |binder: DefinitionId| self.new.get(binder).kind == DefinitionKind::Branch;
        parts.into_iter().flat_map(move |(part, is_compatible)| {
            let part = part.iter().copied();
            part.filter(move |binder| is_compatible || is_test(*binder))
        })
    }

    /// Of definitions in their order the last that stands in the branch of the place itself.
    pub(super) fn last_of_branch(&self, binders: &[DefinitionId], place: &Place) -> Option<DefinitionId> {
        let branch = place.branch?;
        let from = binders.partition_point(|binder| binder.index() <= branch.index());
        let to = binders.partition_point(|binder| binder.index() < self.new.end_of(branch));
        let mut inside = binders[from..to].iter().rev();
        inside
            .find(|binder| self.new.get(**binder).parent == place.branch)
            .copied()
    }

    /// The numbers of what stands in branches that did not run if the branch of the place did: in order, apart.
    fn excluded(&self, place: &Place) -> Vec<Range<usize>> {
        let Some(branch) = place.branch else { return Vec::new() };
        let around = self.new.ancestors(branch).map(|around| around.id);
        let (mut before, mut behind) = (Vec::new(), Vec::new());
        for own in std::iter::once(branch).chain(around) {
            let Some(block) = self.new.get(own).parent else { break };
            let is_choice = matches!(
                self.new.get(block).kind,
                DefinitionKind::Block(BlockKind::If | BlockKind::Match)
            );
            if is_choice && self.new.get(own).kind == DefinitionKind::Branch {
                before.push(block.index() + 1..own.index());
                behind.push(self.new.end_of(own)..self.new.end_of(block));
            }
        }
        before.reverse();
        before.extend(behind);
        before
    }
}
