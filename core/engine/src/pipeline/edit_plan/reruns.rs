//! Blocks that run again: a `try` that chooses between imports, and all others where `[patch] blocks` says so.

use std::ops::Range;

use super::blocks::branches;
use super::guard::{Guard, When};
use super::operation::{Action, REACHED, RunStatement};
use super::spared::{KEPT, Spared};
use super::statements::{bound_names, phase};
use super::{EditCode, Outline, Phase, Place, Planner, Unit};
use crate::pipeline::definitions::{
    BlockKind, BranchKind, Definition, DefinitionId, DefinitionKind, DefinitionTree, Facets, StatementKind,
};

impl Planner<'_> {
    /// Does a `try` choose between imports, by nothing but imports, and did its imports or clauses change? Then running it
    /// again tells what a fresh start would choose.
    pub(super) fn is_fallback(&self, old: DefinitionId, new: DefinitionId) -> bool {
        let is_light = |tree: &DefinitionTree, block| {
            branches(tree, block).into_iter().all(|branch| {
                let is_handler = tree
                    .get(branch)
                    .facets
                    .branch()
                    .is_some_and(|it| it.kind == BranchKind::Except);
                is_handler
                    || tree
                        .get(branch)
                        .children
                        .iter()
                        .all(|child| is_light_statement(tree.get(*child)))
            })
        };
        let imports = |tree: &DefinitionTree, block| -> Vec<u64> {
            let inside = tree.descendants(block);
            inside.filter(|it| is_import(it)).map(|it| it.fingerprint).collect()
        };
        let before = imports(self.old, old);
        is_light(self.old, old)
            && is_light(self.new, new)
            && !before.is_empty()
            && (before != imports(self.new, new) || !self.has_same_clauses(old, new))
    }

    /// Runs a `try` that chooses between imports again, whatever branch ran before: without what this branch did and what
    /// is not changed.
    pub(super) fn fall_back(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        let block = self.question(old, new, place, None);
        self.guarded(
            Guard {
                block,
                when: When::Known,
            },
            |this| this.walk_definitions(new, place),
        );
        let ran = branches(self.old, old);
        for (index, &branch) in ran.iter().enumerate() {
            let kind = self.old.get(branch).facets.branch().map(|facets| facets.kind);
            let has_run = |other: DefinitionId| {
                let other_kind = self.old.get(other).facets.branch().map(|facets| facets.kind);
                other == branch
                    || other_kind == Some(BranchKind::Finally)
                    || (kind == Some(BranchKind::Try) && other_kind == Some(BranchKind::Else))
            };
            if matches!(kind, Some(BranchKind::Try | BranchKind::Except)) {
                let done: Vec<_> = ran.iter().copied().filter(|other| has_run(*other)).collect();
                self.guarded(
                    Guard {
                        block,
                        when: When::EndedBy(index),
                    },
                    |this| {
                        this.run_without(old, new, &done, place, &[]);
                    },
                );
            }
        }
    }

    /// `[patch] blocks = "run"`: a changed loop, `with` or `try` runs again as a whole, but for the definitions in it.
    pub(super) fn run_again(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        self.walk_definitions(new, place);
        self.run_without(old, new, &[], place, &[]);
    }

    /// Runs a block without its paired definitions, and without the statements of branches of the old text that ran and
    /// did not change; imports run again, since they decide. `unsafe_parts`: where it comes to one of them, it is refused.
    pub(super) fn run_without(
        &mut self,
        old: DefinitionId,
        new: DefinitionId,
        done: &[DefinitionId],
        place: &Place,
        unsafe_parts: &[DefinitionId],
    ) {
        let mut left_out = Vec::new();
        for branch in branches(self.new, new) {
            let has_run = self
                .change
                .matching
                .old_of(branch)
                .is_some_and(|old| done.contains(&old));
            // Where the whole block runs again, what ran is not told apart: definitions keep their identity everywhere.
            let is_everywhere = done.is_empty();
            for &child in &self.new.get(branch).children {
                let (definition, before) = (self.new.get(child), self.change.matching.old_of(child));
                let is_left_out = match &definition.kind {
                    _ if definition.in_header => false,
                    DefinitionKind::Function { .. } | DefinitionKind::Class => {
                        (has_run || is_everywhere) && before.is_some()
                    }
                    DefinitionKind::Statement(_) if !is_import(definition) => {
                        has_run && before.is_some_and(|before| self.is_same(before, child))
                    }
                    DefinitionKind::Block(_) => has_run && before.is_some_and(|before| self.is_same(before, child)),
                    _ => false,
                };
                if is_left_out {
                    left_out.push(child);
                }
            }
        }
        let is_try = self.new.get(new).kind == DefinitionKind::Block(BlockKind::Try);
        let spared = match is_try_chosen(done) {
            true => Vec::new(),
            false => std::mem::take(&mut left_out),
        };
        let unsafe_parts: Vec<_> = unsafe_parts.iter().filter(|id| !left_out.contains(id)).collect();
        let range = |id: &DefinitionId| self.new.get(*id).range.clone();
        let mut replaced: Vec<_> = left_out.iter().map(|id| (range(id), "0".to_owned())).collect();
        let reached = format!("{REACHED} = 1");
        replaced.extend(unsafe_parts.iter().map(|id| (range(id), reached.clone())));
        replaced.sort_by_key(|(range, _)| range.start);
        let names = bound_names(self.old, old);
        let binds = bound_names(self.new, new);
        let forgets = self.forgotten(new, &names, &left_out, place);
        let spared = spared.into_iter().filter_map(|id| self.spared(id, &forgets)).collect();
        let unbinds = names
            .into_iter()
            .filter(|name| !self.names.binds(&place.scope, name))
            .collect();
        let is_replaced = |definition: &&Definition| {
            let around = |(range, _): &(Range<u32>, String)| range.contains(&definition.range.start);
            replaced.iter().any(around)
        };
        let mut inside = self.new.descendants(new).filter(|definition| !is_replaced(definition));
        let is_inert = inside.all(|definition| match definition.kind {
            DefinitionKind::Statement(_) | DefinitionKind::Function { .. } | DefinitionKind::Class => {
                phase(definition) == Phase::Early
            }
            _ => true,
        });
        // Aside it would find in the module what it is not to find.
        let asks_module = !is_try_chosen(done) && !forgets.is_empty();
        let phase = if is_inert && is_try && !place.is_late && !asks_module {
            Phase::Early
        } else {
            Phase::Late
        };
        if phase == Phase::Late {
            self.bound_late
                .extend(binds.iter().map(|name| (place.scope.clone(), name.clone())));
        } else if place.scope.classes.is_empty() {
            self.bound_aside.extend(binds.iter().cloned());
        }
        let mut outline = Outline::of_definition(self.new, new);
        outline.retain(|owner| !is_replaced(&self.new.get(owner.id)));
        let statement = RunStatement {
            binds,
            unbinds,
            unannotates: self.unannotated(old, place),
            phase,
            outline,
            forgets,
            spared,
            partial: match unsafe_parts.is_empty() {
                true => None,
                false => self.why_in_part(new, place).map(Box::new),
            },
            ..RunStatement::late(Unit::replacing(self.new, new, &replaced), &place.scope)
        };
        self.push(EditCode::Block, Some(old), Some(new), Action::Run(Box::new(statement)));
    }

    /// What takes the place of a definition where it exists. `forgets`: what is taken out before the block runs.
    fn spared(&self, id: DefinitionId, forgets: &[String]) -> Option<Spared> {
        let definition = self.new.get(id);
        let before = self.change.matching.old_of(id)?;
        let [name] = &bound_names(self.new, id)[..] else {
            return None;
        };
        let what = match forgets.contains(name) {
            true => format!("{name} = {KEPT}[\"{name}\"]"),
            false => "0".to_owned(),
        };
        let source = &self.new.source;
        let (first, last) = (
            source.line_of(definition.range.start),
            source.line_of(definition.range.end - 1),
        );
        let indent = self.new.slice(&(source.line_start(first)..definition.range.start));
        Some(Spared {
            name: name.clone(),
            paths: [self.old.get(before), definition].map(|it| it.path.to_string()),
            lines: (first, last),
            text: format!("{indent}{what}"),
            owners: id.index()..self.new.end_of(id),
        })
    }

    /// Names of the old block that go if the new one does not bind them: nothing but its parts that run does.
    fn forgotten(&self, new: DefinitionId, names: &[String], left_out: &[DefinitionId], place: &Place) -> Vec<String> {
        let kept: Vec<String> = left_out.iter().flat_map(|id| bound_names(self.new, *id)).collect();
        let of_block = new.index()..self.new.end_of(new);
        let is_forgotten = |name: &&String| {
            let binders = self.names.block_binders(&place.scope, name);
            !binders.is_empty()
                && binders.iter().all(|binder| of_block.contains(&binder.index()))
                && self.names.last_binder(&place.scope, name).is_none()
                && !self.names.is_touched_elsewhere(&place.scope, name)
                && !kept.contains(name)
        };
        names.iter().filter(is_forgotten).cloned().collect()
    }

    /// Patches the definitions of a block whose statements are dealt with as a whole.
    pub(super) fn walk_definitions(&mut self, new: DefinitionId, place: &Place) {
        for branch in branches(self.new, new) {
            for &child in &self.new.get(branch).children {
                let Some(before) = self.change.matching.old_of(child) else {
                    continue;
                };
                let kind = &self.new.get(child).kind;
                if self.is_untouched(before, child) {
                    self.keep(before, child);
                } else if matches!(kind, DefinitionKind::Function { .. } | DefinitionKind::Class) {
                    self.paired(before, child, place);
                }
            }
        }
    }

    /// Is there a change in the block outside its definitions?
    pub(super) fn changes_statements(&self, old: DefinitionId, new: DefinitionId) -> bool {
        let statements = |tree: &DefinitionTree, block| -> Vec<u64> {
            let branches = branches(tree, block).into_iter();
            let children = branches.flat_map(|branch| tree.get(branch).children.clone());
            let is_statement = |id: &DefinitionId| {
                matches!(
                    tree.get(*id).kind,
                    DefinitionKind::Statement(_) | DefinitionKind::Block(_)
                )
            };
            children
                .filter(is_statement)
                .map(|id| tree.get(id).fingerprint)
                .collect()
        };
        statements(self.old, old) != statements(self.new, new)
    }
}

/// Which branches ran is told only of a `try` that chooses anew: elsewhere all of it runs.
fn is_try_chosen(done: &[DefinitionId]) -> bool {
    !done.is_empty()
}

pub(super) fn is_import(definition: &Definition) -> bool {
    matches!(
        definition.kind,
        DefinitionKind::Statement(StatementKind::Import | StatementKind::ImportFrom)
    )
}

/// Something that a `try` which chooses between imports may contain besides them.
pub(super) fn is_light_statement(definition: &Definition) -> bool {
    match (&definition.kind, &definition.facets) {
        (DefinitionKind::Statement(_), Facets::Statement(facets)) => is_import(definition) || facets.is_inert,
        (DefinitionKind::Function { .. } | DefinitionKind::Class, _) => true,
        _ => definition.in_header,
    }
}
