//! Names that statements in blocks bind beside others: which value they have depends on the branches that ran.
//!
//! A name that loses a binding, and that nothing but blocks goes on to bind, stays only if a branch that binds it ran.
//! What a new statement in a block binds, it binds itself when it runs; until then the name is gone. What was there before
//! does not run again: the name goes where its branch did not run, and its value is another one than that of a fresh start
//! where it did and the lost binding came after it.
//!
//! For the same reason a statement that runs is refused where a branch behind it has bound its name again.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::blocks::{branches, is_main_guard};
use super::guard::{Guard, When};
use super::operation::{Action, BoundAgain};
use super::statements::{annotated_name, annotated_names, bound_names};
use super::{EditCode, Place, Planner, Refusal, Scope, reasons};
use crate::pipeline::definitions::{DefinitionId, DefinitionKind};

/// More conditions than this of one name are not told apart: it stays, and that is listed.
const MOST_WAYS: usize = 8;

/// Of a name that more statements in blocks bind than this is not asked which of them ran: each question names them all.
const MOST_BINDERS: usize = 32;

/// What the planner remembers of blocks until it has seen all of them.
#[derive(Default)]
pub(super) struct BoundInBlocks {
    lost: Vec<(Lost, Place, Vec<Guard>)>,
    /// Statements that run and bind names, by their definition in the new tree.
    run: Vec<(DefinitionId, Place)>,
    /// The questions asked about blocks, by their definition in the new text.
    asked: FxHashMap<DefinitionId, usize>,
    /// The statements in blocks that bind a name and do not run again, in order.
    kept: FxHashMap<(Scope, String), Rc<[DefinitionId]>>,
}

/// A removed statement or definition, and names that it has bound.
pub(super) struct Lost {
    /// In the old tree.
    pub(super) definition: DefinitionId,
    pub(super) edit: EditCode,
    /// Those that only blocks go on to bind.
    pub(super) names: Vec<String>,
    /// Those that nothing does, and names that lose their annotation.
    pub(super) gone: Vec<String>,
    pub(super) annotations: Vec<String>,
}

impl Lost {
    /// Names of an old definition that only blocks go on to bind.
    pub(super) fn of(definition: DefinitionId, edit: EditCode, names: Vec<String>) -> Self {
        Self {
            definition,
            edit,
            names,
            gone: Vec::new(),
            annotations: Vec::new(),
        }
    }
}

impl BoundInBlocks {
    /// Remembers the index of a question about a block of the new text.
    pub(super) fn note_question(&mut self, block: DefinitionId, question: usize) {
        self.asked.insert(block, question);
    }
}

impl Planner<'_> {
    /// Do only statements in blocks go on to bind the name?
    pub(super) fn is_bound_in_blocks_only(&self, name: &str, place: &Place) -> bool {
        self.names.last_binder(&place.scope, name).is_none() && !self.names.is_touched_elsewhere(&place.scope, name)
    }

    /// Leaves the decision about names to [`settle_lost_names`](Self::settle_lost_names).
    pub(super) fn lose(&mut self, lost: Lost, place: &Place) {
        if lost.names.is_empty() {
            return;
        }
        let guards = self.guards.clone();
        self.bound_in_blocks.lost.push((lost, place.clone(), guards));
    }

    /// Leaves the question whether a branch behind a statement that runs has bound its names to
    /// [`find_bound_again`](Self::find_bound_again).
    pub(super) fn note_run(&mut self, new: DefinitionId, binds: &[String], place: &Place) {
        let has_binder_behind = |name: &String| {
            let last = self.names.block_binders(&place.scope, name).last();
            last.is_some_and(|binder| *binder > new)
        };
        // Where everything runs again, in order, so do the branches.
        if !self.change.reexecute && binds.iter().any(has_binder_behind) {
            self.bound_in_blocks.run.push((new, place.clone()));
        }
    }

    /// Tells each statement that runs which branches behind it may have bound its names again, once all blocks have been
    /// planned.
    pub(super) fn find_bound_again(&mut self) {
        let mut found: FxHashMap<DefinitionId, Vec<BoundAgain>> = FxHashMap::default();
        for (new, place) in std::mem::take(&mut self.bound_in_blocks.run) {
            for name in bound_names(self.new, new) {
                let again = self.bound_again(new, &name, &place);
                found.entry(new).or_default().extend(again);
            }
        }
        for operation in &mut self.operations {
            if let Action::Run(statement) = &mut operation.action
                && let Some(found) = operation.new.and_then(|new| found.get(&new))
            {
                statement.bound_again.clone_from(found);
            }
        }
    }

    /// Branches behind a statement that runs which bind this name of it too, and do not do so again.
    fn bound_again(&mut self, new: DefinitionId, name: &str, place: &Place) -> Vec<BoundAgain> {
        let kept = self.kept_binders(name, place);
        let is_behind = |binder: &DefinitionId| {
            let parent = self.new.get(*binder).parent;
            // What stands directly in the same branch has been looked at.
            (place.branch.is_none() || parent != place.branch)
                && self.new.ancestors(*binder).all(|around| around.id != new)
        };
        let first = kept.partition_point(|binder| *binder <= new);
        let behind = self.compatible(&kept[first..], place).filter(is_behind);
        let binders: Vec<DefinitionId> = behind.take(MOST_BINDERS + 1).collect();
        if let Some(last) = binders.get(MOST_BINDERS) {
            // One of so many has run, as far as anybody can tell.
            return vec![BoundAgain {
                guards: Vec::new(),
                name: name.to_owned(),
                line: self.new.get(*last).first_line,
            }];
        }
        let mut found = Vec::new();
        for binder in binders {
            if let Some(levels) = self.levels(binder, place) {
                found.push(BoundAgain {
                    guards: levels.iter().map(Level::has_bound).collect(),
                    name: name.to_owned(),
                    line: self.new.get(binder).first_line,
                });
            }
        }
        found
    }

    /// The statements in blocks that bind a name and do not run again.
    fn kept_binders(&mut self, name: &str, place: &Place) -> Rc<[DefinitionId]> {
        let key = (place.scope.clone(), name.to_owned());
        if let Some(kept) = self.bound_in_blocks.kept.get(&key) {
            return kept.clone();
        }
        let binders = self.names.block_binders(&place.scope, name).iter().copied();
        let kept: Rc<[DefinitionId]> = binders.filter(|binder| self.kept(*binder).is_some()).collect();
        self.bound_in_blocks.kept.insert(key, kept.clone());
        kept
    }

    /// Plans what becomes of the names that were lost, once all blocks have been planned.
    pub(super) fn settle_lost_names(&mut self) {
        let not_run = self.additions_not_run();
        for (lost, place, guards) in std::mem::take(&mut self.bound_in_blocks.lost) {
            // What is refused comes first: the rest of the statement stays with it.
            let (mut refused, mut unbound) = (Vec::new(), Vec::new());
            for name in &lost.names {
                self.settle((&lost, name), &place, &not_run, &mut refused, &mut unbound);
            }
            let action = |names: Vec<String>, annotations: Vec<String>| Action::Unbind {
                scope: place.scope.clone(),
                names,
                annotations,
            };
            let refused = refused.into_iter().map(|(guards, why)| (guards, Action::Refuse(why)));
            let unbound = unbound
                .into_iter()
                .map(|(guards, name)| (guards, action(vec![name.clone()], self.unannotated_with(&lost, name))));
            let unbound: Vec<_> = unbound.collect();
            let is_more_gone = !lost.gone.is_empty() || !lost.annotations.is_empty();
            let gone = is_more_gone.then(|| (Vec::new(), action(lost.gone.clone(), lost.annotations.clone())));
            for (more, action) in refused.chain(unbound).chain(gone) {
                self.guards = [&guards[..], &more].concat();
                let operation = self.operation(lost.edit, Some(lost.definition), None, action);
                match self.runs_anew(&operation.action, &place) {
                    // What waits for tests is done in this order, and the name would go after it has come. Before the
                    // commit it is known what has been bound.
                    Some(at) if place.is_late => self.operations.insert(at, operation),
                    _ => self.operations.push(operation),
                }
            }
            self.guards.clear();
        }
    }

    /// The first operation that runs a new statement in a block which binds a name that goes.
    fn runs_anew(&self, action: &Action, place: &Place) -> Option<usize> {
        let Action::Unbind { names, .. } = action else {
            return None;
        };
        let binders = names
            .iter()
            .flat_map(|name| self.names.block_binders(&place.scope, name));
        let new = binders.filter(|binder| self.change.matching.old_of(**binder).is_none());
        let around = new.flat_map(|binder| {
            let around = self.new.ancestors(*binder).map(|around| around.id);
            std::iter::once(*binder)
                .chain(around)
                .filter(|it| *it != DefinitionId::MODULE)
        });
        let around: Vec<DefinitionId> = around.collect();
        let runs = |operation: &super::Operation| {
            matches!(operation.action, Action::Run(_)) && operation.new.is_some_and(|new| around.contains(&new))
        };
        self.operations.iter().position(runs)
    }

    /// The annotation that goes with a lost name, which only blocks go on to annotate.
    fn unannotated_with(&self, lost: &Lost, name: String) -> Vec<String> {
        let was_annotated = annotated_names(self.old, lost.definition).contains(&name);
        let is_annotated = |new: &DefinitionId| annotated_name(self.new, *new).as_ref() == Some(&name);
        let scope = self.change.matching.new_of(self.old.enclosing_scope(lost.definition));
        let stays = scope.is_some_and(|scope| self.new.get(scope).children.iter().any(is_annotated));
        if was_annotated && !stays {
            vec![name]
        } else {
            Vec::new()
        }
    }

    /// Under which conditions the name goes, and under which its statement stays, and why.
    fn settle(
        &mut self,
        (lost, name): (&Lost, &str),
        place: &Place,
        not_run: &FxHashMap<DefinitionId, Refusal>,
        refused: &mut Vec<(Vec<Guard>, Refusal)>,
        unbound: &mut Vec<(Vec<Guard>, String)>,
    ) {
        let binders = self.compatible(self.names.block_binders(&place.scope, name), place);
        let binders: Vec<DefinitionId> = binders.take(MOST_BINDERS + 1).collect();
        if binders.len() > MOST_BINDERS {
            return refused.push((Vec::new(), reasons::bound_in_a_block(name)));
        }
        if let Some(why) = binders.iter().find_map(|binder| self.refusal_around(*binder, not_run)) {
            return refused.push((Vec::new(), why));
        }
        let mut ways: Vec<Vec<Guard>> = vec![Vec::new()];
        for binder in binders {
            let Some(levels) = self.levels(binder, place) else {
                continue;
            };
            if self.is_overtaken(binder, lost.definition) {
                let ran = levels.iter().map(Level::has_bound).collect();
                refused.push((ran, self.last_binding_removed(lost.definition, name)));
            }
            let absences = absences(&levels);
            let with = |way: &Vec<Guard>| absences.iter().map(|absence| [&way[..], absence].concat()).collect();
            ways = ways.iter().flat_map::<Vec<_>, _>(with).collect();
            // At once: their number is multiplied with each binder.
            if ways.len() > MOST_WAYS {
                return refused.push((Vec::new(), reasons::bound_in_a_block(name)));
            }
        }
        unbound.extend(ways.into_iter().map(|way| (way, name.to_owned())));
    }

    /// New statements and blocks that are not run, and why.
    fn additions_not_run(&self) -> FxHashMap<DefinitionId, Refusal> {
        let mut not_run = FxHashMap::default();
        for operation in &self.operations {
            if let (Action::Refuse(why), None, Some(new)) = (&operation.action, operation.old, operation.new)
                && !why.is_note
            {
                not_run.entry(new).or_insert_with(|| why.clone());
            }
        }
        not_run
    }

    /// Why a new statement, or a block around it, is not run.
    fn refusal_around(&self, binder: DefinitionId, not_run: &FxHashMap<DefinitionId, Refusal>) -> Option<Refusal> {
        let around = self.new.ancestors(binder).map(|around| around.id);
        std::iter::once(binder)
            .chain(around)
            .find_map(|id| not_run.get(&id).cloned())
    }

    /// The branches around a statement in a block, outermost first; `None` for one that runs with this save, if at all.
    fn levels(&mut self, binder: DefinitionId, place: &Place) -> Option<Vec<Level>> {
        self.change.matching.old_of(binder)?;
        let mut around = self.new.ancestors(binder);
        if self.change.reexecute && !around.any(|around| is_main_guard(self.new, around.id)) {
            return None;
        }
        let scope = self.new.enclosing_scope(binder);
        let around: Vec<DefinitionId> = self
            .new
            .ancestors(binder)
            .take_while(|around| around.id != scope)
            .filter(|around| around.kind == DefinitionKind::Branch)
            .map(|around| around.id)
            .collect();
        let mut levels = Vec::new();
        for branch in around.into_iter().rev() {
            let block = self.new.get(branch).parent?;
            let (old_block, old_branch) = (
                self.change.matching.old_of(block)?,
                self.change.matching.old_of(branch)?,
            );
            let question = match self.bound_in_blocks.asked.get(&block) {
                Some(question) => *question,
                None => self.question(old_block, block, place, None),
            };
            let at = |branches: Vec<DefinitionId>, branch| branches.into_iter().position(|other| other == branch);
            levels.push(Level {
                block: question,
                was: at(branches(self.old, old_block), old_branch)?,
                branch: at(branches(self.new, block), branch)?,
                chooses: self.blocks[question].choice.is_some(),
            });
        }
        Some(levels)
    }

    /// Came the lost binding after this one, which does not run again?
    fn is_overtaken(&self, binder: DefinitionId, lost: DefinitionId) -> bool {
        self.kept(binder).is_some_and(|old| old < lost)
    }

    /// What a statement or definition was that does not run again: one that did not change, or that is patched.
    fn kept(&self, binder: DefinitionId) -> Option<DefinitionId> {
        let old = self.change.matching.old_of(binder)?;
        let is_kept = match self.new.get(binder).kind {
            DefinitionKind::Function { .. } | DefinitionKind::Class => true,
            // Its header binds the name, whatever changes in its body.
            DefinitionKind::Block(_) => self.has_same_clauses(old, binder),
            _ => self.is_same(old, binder),
        };
        is_kept.then_some(old)
    }
}

/// A branch of a block that both texts have.
struct Level {
    /// Index of the question about the block.
    block: usize,
    /// The branch in the old text, and in the new one.
    was: usize,
    branch: usize,
    /// Its tests changed.
    chooses: bool,
}

impl Level {
    /// The branch has run, and is not left now.
    fn has_bound(&self) -> Guard {
        let when = match self.chooses {
            true => When::Stayed(self.was, self.branch),
            false => When::Ran(self.was),
        };
        Guard {
            block: self.block,
            when,
        }
    }

    /// It has not run, and does not now.
    fn is_absent(&self) -> Guard {
        let when = match self.chooses {
            true => When::NotChosen(self.branch),
            false => When::NotRan(self.was),
        };
        Guard {
            block: self.block,
            when,
        }
    }
}

/// The conditions under which what stands in the innermost of these branches was not reached, each by itself.
fn absences(levels: &[Level]) -> Vec<Vec<Guard>> {
    let until = |at: usize| {
        let reached = levels[..at].iter().map(Level::has_bound);
        reached.chain([levels[at].is_absent()]).collect()
    };
    (0..levels.len()).map(until).collect()
}
