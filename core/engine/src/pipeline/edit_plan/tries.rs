//! A `try` that chooses between imports and does more than that: it runs again as far as its imports lead it.
//!
//! Most programs that try an import live where it fails, and were led to a handler by it. Then running the new text tells
//! what a fresh start would do, as long as it does not come to anything but imports and plain assignments in its body: what
//! that did once it would do twice. Such a part is replaced by a mark; if the mark is reached, the `try` is refused.

use super::blocks::branches;
use super::guard::{Guard, When};
use super::reruns::{is_import, is_light_statement};
use super::statements::phase;
use super::{Phase, Place, Planner};
use crate::pipeline::definitions::{BlockKind, BranchKind, DefinitionId, DefinitionKind, DefinitionTree};

impl Planner<'_> {
    /// Do both texts of a `try` begin with an import that decides?
    pub(super) fn is_choice_of_imports(&self, old: DefinitionId, new: DefinitionId) -> bool {
        let tries_import = |tree: &DefinitionTree, block| {
            let body = branches(tree, block).into_iter().next();
            body.is_some_and(|body| tree.descendants(body).any(is_import))
        };
        self.new.get(new).kind == DefinitionKind::Block(BlockKind::Try)
            && tries_import(self.old, old)
            && tries_import(self.new, new)
    }

    /// Runs a `try` again that has ended with a handler, or that has done nothing but imports.
    pub(super) fn choose_again(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        let block = self.question(old, new, place, None);
        let known = Guard {
            block,
            when: When::Known,
        };
        self.guarded(known, |this| this.walk_definitions(new, place));
        let ran = branches(self.old, old);
        let kind_of = |tree: &DefinitionTree, branch| tree.get(branch).facets.branch().map(|facets| facets.kind);
        let unsafe_parts = self.unsafe_parts(new);
        for (index, &branch) in ran.iter().enumerate() {
            let kind = kind_of(self.old, branch);
            let has_run = |other: &DefinitionId| {
                let of_other = kind_of(self.old, *other);
                *other == branch
                    || of_other == Some(BranchKind::Finally)
                    || (kind == Some(BranchKind::Try) && of_other == Some(BranchKind::Else))
            };
            let done: Vec<_> = ran.iter().copied().filter(has_run).collect();
            let is_light = |branch: &DefinitionId| {
                let children = self.old.get(*branch).children.iter();
                children.copied().all(|child| is_light_statement(self.old.get(child)))
            };
            let may_run = match kind {
                Some(BranchKind::Except) => true,
                Some(BranchKind::Try) => done.iter().all(is_light),
                _ => continue,
            };
            let guard = Guard {
                block,
                when: When::EndedBy(index),
            };
            self.guarded(guard, |this| match may_run {
                true => this.run_without(old, new, &done, place, &unsafe_parts),
                false => this.refuse_in_block(Some(old), Some(new), place),
            });
        }
    }

    /// What is neither an import nor without effect but its names, outside of the handlers.
    fn unsafe_parts(&self, block: DefinitionId) -> Vec<DefinitionId> {
        let mut found = Vec::new();
        for branch in branches(self.new, block) {
            let facets = self.new.get(branch).facets.branch();
            if facets.is_some_and(|facets| facets.kind == BranchKind::Except) {
                continue;
            }
            for &child in &self.new.get(branch).children {
                let definition = self.new.get(child);
                match &definition.kind {
                    _ if definition.in_header => {}
                    DefinitionKind::Block(BlockKind::Try) => found.extend(self.unsafe_parts(child)),
                    DefinitionKind::Block(BlockKind::If) if self.has_static_tests(child) => {
                        found.extend(self.unsafe_parts(child));
                    }
                    DefinitionKind::Function { .. } if phase(definition) == Phase::Early => {}
                    DefinitionKind::Class if definition.facets.class().is_some_and(|facets| facets.is_inert) => {}
                    DefinitionKind::Statement(_) if is_light_statement(definition) => {}
                    _ => found.push(child),
                }
            }
        }
        found
    }

    fn has_static_tests(&self, block: DefinitionId) -> bool {
        let mut branches = branches(self.new, block).into_iter();
        branches.all(|branch| {
            self.new
                .get(branch)
                .facets
                .branch()
                .is_some_and(|facets| facets.static_test)
        })
    }
}
