//! `if`, `try`, `with`, `for`, `while`, `match` at module or class level.
//!
//! Definitions in them are patched. What else changes there is done where it is known that its branch ran, which the
//! plan asks as a [`BlockQuestion`](super::BlockQuestion). A changed test of `if` and `match` is evaluated once. A `try`
//! that chooses between imports runs again without its unchanged parts. What is new in a branch of another `try` that ran
//! runs alone, and so do its changed imports, of which a fresh start would raise no more than they do. Other changes of
//! loops, `with` and `try` are listed: running a part of them alone is not what a fresh start does.

use super::bound_in_blocks::Lost;
use super::guard::{Guard, When};
use super::operation::Action;
use super::reruns::is_import;
use super::statements::{annotated_name, annotated_names, bound_names, phase};
use super::{EditCode, Phase, Place, Planner, Refusal, reasons};
use crate::pipeline::definitions::{BlockKind, BranchKind, Definition, DefinitionId, DefinitionKind, DefinitionTree};

/// Between more branches than this no block chooses anew: what is planned for each pair of them would be more than the
/// text.
const MOST_BRANCHES: usize = 64;

impl Planner<'_> {
    pub(super) fn block(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        let reads_itself = place.reads_itself || reads_its_body(self.new, new);
        let is_main = is_main_guard(self.new, new) || is_main_guard(self.old, old);
        let inside = Place {
            in_block: true,
            in_main_guard: place.in_main_guard || is_main || reads_itself,
            reads_itself,
            ..place.clone()
        };
        let same_clauses = self.has_same_clauses(old, new);
        if inside.in_main_guard || inside.is_ambiguous {
            return match same_clauses {
                true => self.walk_branches(old, new, &inside),
                false => self.refuse_in_block(Some(old), Some(new), &inside),
            };
        }
        let DefinitionKind::Block(kind) = self.new.get(new).kind else {
            return;
        };
        match kind {
            BlockKind::If | BlockKind::Match if same_clauses => self.guarded_branches(old, new, &inside),
            BlockKind::If | BlockKind::Match => self.choose(old, new, &inside),
            BlockKind::Try if self.is_fallback(old, new) => self.fall_back(old, new, &inside),
            BlockKind::Try | BlockKind::With | BlockKind::For | BlockKind::While => {
                // What stands in a loop runs as often as that, whatever else is around it.
                let around = place.partial.filter(|around| *around != BlockKind::Try);
                let inside = Place {
                    partial: Some(around.unwrap_or(kind)),
                    ..inside
                };
                if self.run_blocks && (!same_clauses || self.changes_statements(old, new)) {
                    self.run_again(old, new, &inside);
                } else if same_clauses {
                    self.guarded_branches(old, new, &inside);
                } else if inside.partial == Some(BlockKind::Try) && self.is_choice_of_imports(old, new) {
                    self.choose_again(old, new, &inside);
                } else {
                    self.refuse_in_block(Some(old), Some(new), &inside);
                }
            }
        }
    }

    /// Walks the branches of a block whose clauses are the same; what is done in one is done if it ran.
    fn guarded_branches(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        let block = self.question(old, new, place, None);
        for (index, (old, new)) in self.branch_pairs(old, new).into_iter().enumerate() {
            self.guarded(
                Guard {
                    block,
                    when: When::Ran(index),
                },
                |this| {
                    this.walk(
                        old,
                        new,
                        &Place {
                            branch: Some(new),
                            ..place.clone()
                        },
                    );
                },
            );
        }
    }

    fn walk_branches(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        for (old, new) in self.branch_pairs(old, new) {
            self.walk(old, new, place);
        }
    }

    /// The tests of an `if` or `match` changed: they are evaluated, and the branch that they lead to is made what a fresh
    /// start would have made it.
    fn choose(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        let count = branches(self.old, old).len().max(branches(self.new, new).len());
        if count > MOST_BRANCHES {
            return self.refuse(EditCode::Block, Some(old), Some(new), reasons::too_many_branches(count));
        }
        let choice = self.choice(new, place);
        let place = &Place {
            is_late: place.is_late || !choice.is_static,
            ..place.clone()
        };
        let block = self.question(old, new, place, Some(choice));
        self.guarded(
            Guard {
                block,
                when: When::Known,
            },
            |this| {
                this.push(EditCode::Block, Some(old), Some(new), Action::Choose { block });
                this.make_chosen(old, new, block, place);
            },
        );
    }

    /// What is done in each branch of a block that chooses anew.
    fn make_chosen(&mut self, old: DefinitionId, new: DefinitionId, block: usize, place: &Place) {
        let (before, after) = (branches(self.old, old), branches(self.new, new));
        let place_of = |id: Option<DefinitionId>, of: &[DefinitionId]| of.iter().position(|other| Some(*other) == id);
        let is_else = |branch: &DefinitionId| {
            self.new
                .get(*branch)
                .facets
                .branch()
                .is_some_and(|it| it.kind == BranchKind::Else)
        };
        let none = after.last().is_none_or(|last| !is_else(last)).then_some(None);
        for (index, &branch) in before.iter().enumerate() {
            let stays = place_of(self.change.matching.new_of(branch), &after);
            for to in (0..after.len())
                .map(Some)
                .chain(none)
                .filter(|to| to.is_none() || *to != stays)
            {
                let when = When::Moved(index, to);
                self.guarded(Guard { block, when }, |this| {
                    this.leave(branch, new, to.map(|to| after[to]), place)
                });
            }
        }
        for (index, &branch) in after.iter().enumerate() {
            let was = self.change.matching.old_of(branch);
            let was_at = place_of(was, &before);
            let inside = Place {
                branch: Some(branch),
                ..place.clone()
            };
            if let (Some(was), Some(was_at)) = (was, was_at) {
                let when = When::Stayed(was_at, index);
                self.guarded(Guard { block, when }, |this| this.walk(was, branch, &inside));
            }
            let when = When::Entered {
                branch: index,
                was: was_at,
            };
            self.guarded(Guard { block, when }, |this| {
                for &child in &this.new.get(branch).children {
                    let definition = this.new.get(child);
                    if !definition.in_header && !super::does_nothing(definition) {
                        this.run(None, child, &inside);
                    }
                }
            });
        }
    }

    /// Unbinds what a branch has bound that is not chosen any more, unless another block has bound it too; `block` is its
    /// block in the new text.
    fn leave(&mut self, branch: DefinitionId, block: DefinitionId, chosen: Option<DefinitionId>, place: &Place) {
        let bound_in = |tree: &DefinitionTree, branch: DefinitionId| -> Vec<String> {
            let children = tree
                .get(branch)
                .children
                .iter()
                .filter(|child| !tree.get(**child).in_header);
            children.flat_map(|child| bound_names(tree, *child)).collect()
        };
        let kept = chosen.map_or_else(Vec::new, |chosen| bound_in(self.new, chosen));
        let (mut names, mut lost): (Vec<String>, Vec<String>) = Default::default();
        for name in bound_in(self.old, branch) {
            let binders = self.names.block_binders(&place.scope, &name);
            let of_block = block.index() + 1..self.new.end_of(block);
            let is_outside = |binder: Option<&DefinitionId>| binder.is_some_and(|it| !of_block.contains(&it.index()));
            let is_bound_outside = self.names.last_binder(&place.scope, &name).is_some()
                || self.names.is_touched_elsewhere(&place.scope, &name)
                || is_outside(binders.first())
                || is_outside(binders.last());
            if kept.contains(&name) || names.contains(&name) {
                continue;
            }
            match is_bound_outside {
                false => names.push(name),
                true if self.is_bound_in_blocks_only(&name, place) && !lost.contains(&name) => lost.push(name),
                true => {}
            }
        }
        self.lose(Lost::of(branch, EditCode::Block, lost), place);
        let annotations = self.annotations_left(branch, block, chosen);
        if !names.is_empty() || !annotations.is_empty() {
            let scope = place.scope.clone();
            self.push(
                EditCode::Block,
                Some(branch),
                None,
                Action::Unbind {
                    scope,
                    names,
                    annotations,
                },
            );
        }
    }

    /// The names that a branch has annotated which is not chosen any more, and that nothing else annotates; `block` is its
    /// block in the new text.
    fn annotations_left(&self, branch: DefinitionId, block: DefinitionId, chosen: Option<DefinitionId>) -> Vec<String> {
        let mut left = annotated_names(self.old, branch);
        if left.is_empty() {
            return left;
        }
        let of_block = block.index()..self.new.end_of(block);
        let scope = self.new.enclosing_scope(block);
        let others = self
            .new
            .definitions
            .iter()
            .filter(|other| !of_block.contains(&other.id.index()) && self.new.enclosing_scope(other.id) == scope);
        let mut stay: Vec<String> = others.filter_map(|other| annotated_name(self.new, other.id)).collect();
        stay.extend(chosen.into_iter().flat_map(|chosen| annotated_names(self.new, chosen)));
        left.retain(|name| !stay.contains(name));
        left
    }

    /// The same branches, by kind and test, in the same order, below the same header.
    pub(super) fn has_same_clauses(&self, old: DefinitionId, new: DefinitionId) -> bool {
        let header = |tree: &DefinitionTree, id| {
            let block = tree.get(id).facets.block()?;
            Some((block.header.as_ref().map(|header| header.fingerprint), block.is_async))
        };
        let clauses = |tree: &DefinitionTree, block| -> Vec<(Option<BranchKind>, Option<u64>)> {
            let facets = |branch: DefinitionId| tree.get(branch).facets.branch();
            let clause = |branch| {
                let test = facets(branch).and_then(|facets| facets.test.as_ref());
                (
                    facets(branch).map(|facets| facets.kind),
                    test.map(|test| test.fingerprint),
                )
            };
            branches(tree, block).into_iter().map(clause).collect()
        };
        header(self.old, old) == header(self.new, new)
            && clauses(self.old, old) == clauses(self.new, new)
            && self.branch_pairs(old, new).len() == branches(self.new, new).len()
    }

    /// Branches that are one, in the order of the new text; of blocks with the same clauses all of them.
    fn branch_pairs(&self, old: DefinitionId, new: DefinitionId) -> Vec<(DefinitionId, DefinitionId)> {
        let old_branches = branches(self.old, old);
        let pairs = branches(self.new, new).into_iter().zip(old_branches);
        pairs
            .filter(|(new, old)| self.change.matching.old_of(*new) == Some(*old))
            .map(|(new, old)| (old, new))
            .collect()
    }

    /// May a statement or definition of a loop, `with` or `try` run alone? What has no effect but its names may: the last
    /// time that it would have run is the one that counts. Of a `try` everything new may: its branch has run to its end,
    /// and what raises is [refused](Self::why_in_part).
    pub(super) fn runs_in_part(&self, definition: &Definition, kind: BlockKind, is_new: bool) -> bool {
        match &definition.kind {
            DefinitionKind::Branch => false,
            _ if is_new && kind == BlockKind::Try => true,
            DefinitionKind::Function { .. } => phase(definition) == Phase::Early,
            DefinitionKind::Class => definition.facets.class().is_some_and(|facets| facets.is_inert),
            DefinitionKind::Statement(_) if is_import(definition) => is_new || kind == BlockKind::Try,
            DefinitionKind::Statement(_) => {
                (is_new || kind == BlockKind::Try) && definition.facets.statement().is_some_and(|it| it.is_inert)
            }
            _ => false,
        }
    }

    /// Is something new in this part of a loop, `with` or `try` only listed?
    pub(super) fn adds_listed(&self, new_parent: DefinitionId, place: &Place) -> bool {
        let Some(kind) = place.partial else { return false };
        self.new.get(new_parent).children.iter().any(|child| {
            let definition = self.new.get(*child);
            let is_new = self.change.matching.old_of(*child).is_none() && !definition.in_header;
            is_new && !super::does_nothing(definition) && !self.runs_in_part(definition, kind, true)
        })
    }

    /// Why something that runs as a part of a `try` is refused if it raises: the handlers of the `try` do not see it.
    pub(super) fn why_in_part(&self, new: DefinitionId, place: &Place) -> Option<Refusal> {
        let kind = place.partial.filter(|kind| *kind == BlockKind::Try)?;
        Some(reasons::in_part(&changed_thing(self.new, new), kind))
    }

    /// Lists a change inside a block, or of its header.
    pub(super) fn refuse_in_block(&mut self, old: Option<DefinitionId>, new: Option<DefinitionId>, place: &Place) {
        if place.reads_itself {
            return self.refuse(EditCode::Block, old, new, reasons::reads_its_body());
        }
        if place.in_main_guard {
            return self.refuse(EditCode::MainBlock, old, new, reasons::main_block());
        }
        let (tree, id) = match (old, new) {
            (_, Some(new)) => (self.new, new),
            (Some(old), None) => (self.old, old),
            (None, None) => return,
        };
        let what = changed_thing(tree, id);
        let why = match place.partial {
            Some(kind) => reasons::in_part(&what, kind),
            None => reasons::in_block(&what),
        };
        self.refuse(EditCode::Block, old, new, why);
    }
}

/// The branches of a block, in order.
pub(super) fn branches(tree: &DefinitionTree, block: DefinitionId) -> Vec<DefinitionId> {
    let children = tree.get(block).children.iter().copied();
    children
        .filter(|child| tree.get(*child).kind == DefinitionKind::Branch)
        .collect()
}

/// Is a branch of the block that of the main program?
pub(super) fn is_main_guard(tree: &DefinitionTree, block: DefinitionId) -> bool {
    branches(tree, block)
        .into_iter()
        .any(|branch| tree.get(branch).facets.branch().is_some_and(|branch| branch.main_guard))
}

/// Is this a loop over `jurigged.reloading(...)`, which reads its body again by itself?
fn reads_its_body(tree: &DefinitionTree, block: DefinitionId) -> bool {
    let is_loop = tree.get(block).kind == DefinitionKind::Block(BlockKind::For);
    is_loop && {
        let header = super::first_line(tree.text(block));
        let iterable = header
            .split_once(" in ")
            .map_or("", |(_, iterable)| iterable.trim_start());
        iterable.starts_with("reloading(") || iterable.starts_with("jurigged.reloading(")
    }
}

/// How a report calls what changed.
fn changed_thing(tree: &DefinitionTree, id: DefinitionId) -> String {
    let definition = tree.get(id);
    match (&definition.kind, &definition.name) {
        (DefinitionKind::Function { .. } | DefinitionKind::Class, Some(name)) => format!("the change of `{name}`"),
        (DefinitionKind::Block(_) | DefinitionKind::Branch, _) => "the changed block".to_owned(),
        _ => format!("`{}`", super::first_line(tree.text(id))),
    }
}
