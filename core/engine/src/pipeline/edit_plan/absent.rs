//! Names that lose the statement that bound them, while blocks bind them too.
//!
//! What a name is after a fresh start depends on which branches run: it goes where none of those that bind it does, and
//! has the value of a branch that ran before. Neither is in the text, so the plan has an operation for each case.

use super::blocks::branches;
use super::guard::{Guard, When};
use super::operation::{Action, BoundAgain};
use super::{EditCode, Operation, Place, Planner, reasons};
use crate::pipeline::definitions::{BlockKind, DefinitionId, DefinitionKind};

/// More cases than this are not told apart.
const MOST_CASES: usize = 8;

/// Guards that all hold in one case.
type Case = Vec<Guard>;

impl Planner<'_> {
    /// Removes a name in those cases in which no block binds it, and lists those in which one has bound it before the
    /// removed statement `id` did. `edit` is that of the removal. False where no block binds it, or not only blocks do.
    pub(super) fn unbind_beside_blocks(&mut self, id: DefinitionId, name: &str, edit: EditCode, place: &Place) -> bool {
        if self.names.last_binder(&place.scope, name).is_some() || self.names.is_touched_elsewhere(&place.scope, name) {
            return false;
        }
        let binders = self.names.block_binders(&place.scope, name);
        let excluded = |binder: &DefinitionId| place.branch.is_some_and(|branch| self.excludes(branch, *binder));
        let binders: Vec<_> = binders.iter().copied().filter(|binder| !excluded(binder)).collect();
        if binders.is_empty() || self.change.reexecute {
            return false;
        }
        let mut cases = vec![Case::new()];
        for &binder in &binders {
            let Some(around) = self.blocks_around(binder, place) else {
                self.defer(edit, id, Case::new(), Action::Refuse(reasons::bound_in_a_block(name)));
                return true;
            };
            if around.iter().all(|(ran, _)| matches!(ran.when, When::Ran(_))) && self.has_bound_before(binder, id) {
                let case = around.iter().map(|(ran, _)| *ran).collect();
                self.defer(edit, id, case, Action::Refuse(reasons::last_binding_removed(name)));
            }
            // Not the outer branch; or the outer one, and not the one in it; and so on.
            let absent = (0..around.len()).map(|depth| {
                let ran = around[..depth].iter().map(|(ran, _)| *ran);
                ran.chain([around[depth].1]).collect::<Case>()
            });
            let absent: Vec<Case> = match around.is_empty() {
                // A new block binds the name when it runs.
                true => vec![Case::new()],
                false => absent.collect(),
            };
            cases = cases
                .iter()
                .flat_map(|case| absent.iter().map(|more| [case.as_slice(), more].concat()))
                .collect();
        }
        if cases.len() > MOST_CASES {
            cases = Vec::new();
            self.defer(edit, id, Case::new(), Action::Refuse(reasons::bound_in_a_block(name)));
        }
        for case in cases {
            let action = Action::Unbind {
                scope: place.scope.clone(),
                names: vec![name.to_owned()],
                annotations: Vec::new(),
            };
            self.defer(edit, id, case, action);
        }
        true
    }

    /// Branches behind a statement that runs, which bind its names too and are as they were.
    pub(super) fn bound_again_in_blocks(
        &mut self,
        new: DefinitionId,
        names: &[String],
        place: &Place,
    ) -> Vec<BoundAgain> {
        let mut found = Vec::new();
        for name in names.iter().filter(|_| !self.change.reexecute) {
            let is_behind = |binder: &DefinitionId| {
                let was = self.change.matching.old_of(*binder);
                *binder > new
                    && was.is_some_and(|was| self.is_same(was, *binder))
                    && !self.new.ancestors(*binder).any(|around| around.id == new)
                    && !place.branch.is_some_and(|branch| self.excludes(branch, *binder))
            };
            let binders = self.names.block_binders(&place.scope, name);
            let binders: Vec<_> = binders.iter().copied().filter(is_behind).collect();
            for binder in binders {
                let around = self.blocks_around(binder, place).unwrap_or_default();
                let guards: Vec<Guard> = around.into_iter().map(|(ran, _)| ran).collect();
                let is_kept = !guards.is_empty() && guards.iter().all(|guard| matches!(guard.when, When::Ran(_)));
                let is_beside = place.branch.is_some() && self.new.get(binder).parent == place.branch;
                if is_kept && !is_beside {
                    found.push(BoundAgain {
                        guards,
                        name: name.clone(),
                        line: self.new.get(binder).first_line,
                    });
                }
            }
        }
        found
    }

    /// For each branch around a binder, outermost first, that it ran, or runs now, and that it does not; none for a binder
    /// in a new block. `None` where the plan cannot ask.
    fn blocks_around(&mut self, binder: DefinitionId, place: &Place) -> Option<Vec<(Guard, Guard)>> {
        let ancestors = self.new.ancestors(binder);
        let inside = ancestors.take_while(|it| matches!(it.kind, DefinitionKind::Branch | DefinitionKind::Block(_)));
        let mut around: Vec<_> = inside
            .filter(|it| it.kind == DefinitionKind::Branch)
            .map(|it| it.id)
            .collect();
        around.reverse();
        let mut guards = Vec::new();
        for branch in around {
            let block = self.new.get(branch).parent?;
            let Some(old) = self.change.matching.old_of(block) else {
                // It comes with this save and runs as a whole, if it runs.
                return Some(Vec::new());
            };
            let DefinitionKind::Block(kind) = self.new.get(block).kind else {
                return None;
            };
            let at = |branch, of: &[DefinitionId]| of.iter().position(|other| *other == branch);
            let (question, whens) = if self.has_same_clauses(old, block) {
                if kind == BlockKind::Try && self.is_fallback(old, block) {
                    return None;
                }
                let was = self.change.matching.old_of(branch)?;
                let at = at(was, &branches(self.old, old))?;
                (
                    self.question(old, block, place, None),
                    [When::Ran(at), When::NotRan(at)],
                )
            } else if matches!(kind, BlockKind::If | BlockKind::Match) {
                let at = at(branch, &branches(self.new, block))?;
                let choice = self.choice(block, place);
                let question = self.question(old, block, place, Some(choice));
                (question, [When::Chosen(at), When::NotChosen(at)])
            } else {
                return None;
            };
            let [ran, absent] = whens.map(|when| Guard { block: question, when });
            guards.push((ran, absent));
        }
        Some(guards)
    }

    /// Did a statement that does not run again stand before the removed one?
    fn has_bound_before(&self, binder: DefinitionId, removed: DefinitionId) -> bool {
        let was = self.change.matching.old_of(binder);
        was.is_some_and(|was| was < removed && self.is_same(was, binder))
    }

    /// Plans an operation for the end: tests that decide about it are evaluated before.
    fn defer(&mut self, edit: EditCode, old: DefinitionId, case: Case, action: Action) {
        let before = self.guards.len();
        self.guards.extend(case);
        let operation: Operation = self.operation(edit, Some(old), None, action);
        self.guards.truncate(before);
        self.deferred.push(operation);
    }
}
