//! Names that a statement of the same text deletes again: helpers of a class body or of a module.
//!
//! They are not there while the program runs, so a changed statement that uses one cannot run alone. It runs between the
//! statements that bind these names and the `del`, in the order of the text: they come back for that moment only. A name
//! comes back by a statement or `def` that calls no code of the user, the only one that binds it; where there is none, the
//! changed statement is refused.

use rustc_hash::FxHashSet;

use super::scope::Names;
use super::statements::{header_reads, phase};
use super::{Phase, Planner, Scope};
use crate::pipeline::definitions::{Definition, DefinitionId};

impl Planner<'_> {
    /// Has what binds such names, and what deletes them, run again where a changed statement in between uses one.
    pub(super) fn restore_deleted(&mut self) {
        if self.change.reexecute {
            return;
        }
        for (scope, deleter) in self.names.all_deleters() {
            let old_names = self.old_names.get_or_insert_with(|| Names::of(self.old));
            let new = self.new;
            let deletes = new.get(deleter).facets.statement().map_or(&[][..], |it| &it.deletes);
            let is_gone = |name: &&String| old_names.deleter(&scope, name).is_some();
            let gone: Vec<String> = deletes.iter().filter(is_gone).cloned().collect();
            if gone.is_empty() || !self.is_reached_anew(&scope, deleter, &gone) {
                continue;
            }
            let Some(binders) = self.binders_to_restore(&scope, deleter, &gone) else {
                let names = gone.into_iter().map(|name| (scope.clone(), name));
                self.not_restored.extend(names);
                continue;
            };
            let is_kept = |name: &&String| {
                let binder = self.names.last_binder(&scope, name);
                binder.is_some_and(|binder| self.is_unchanged(binder))
            };
            let kept: Vec<String> = gone.iter().filter(is_kept).cloned().collect();
            self.fleeting.extend(kept.into_iter().map(|name| (scope.clone(), name)));
            // After the commit, in order, whatever runs in between: before it, each would run when it can.
            self.bound_late
                .extend(gone.into_iter().map(|name| (scope.clone(), name)));
            for id in binders.into_iter().chain([deleter]) {
                if self.is_unchanged(id) {
                    self.restored.insert(id);
                    self.opened.extend(self.new.ancestors(id).map(|around| around.id));
                }
            }
        }
    }

    /// A name that a statement reads and that does not come back for it, with the line that deletes it again.
    pub(super) fn reads_deleted(&self, new: DefinitionId, scope: &Scope) -> Option<(String, u32)> {
        if self.not_restored.is_empty() {
            return None;
        }
        let reads = header_reads(self.new.get(new)).into_iter();
        let mut deleted = reads.filter_map(|name| {
            let deleter = self.names.deleter(scope, name).filter(|deleter| *deleter > new)?;
            let is_lost = self.not_restored.contains(&(scope.clone(), name.clone()));
            let is_run = self.bound_late.contains(&(scope.clone(), name.clone()));
            (is_lost && !is_run).then(|| (name.clone(), self.new.get(deleter).first_line))
        });
        deleted.next()
    }

    fn is_unchanged(&self, id: DefinitionId) -> bool {
        self.change.matching.old_of(id).is_some_and(|old| self.is_same(old, id))
    }

    /// Does the `del` run, or something before it that uses one of the names?
    fn is_reached_anew(&self, scope: &Scope, deleter: DefinitionId, names: &[String]) -> bool {
        let around = self.new.enclosing_scope(deleter);
        let uses = |it: &Definition| {
            let reads = header_reads(it);
            let bound = names.iter().filter_map(|name| self.names.last_binder(scope, name));
            let is_binder = bound.into_iter().any(|binder| binder == it.id);
            (self.is_evaluated(it) && reads.into_iter().any(|name| names.contains(name)))
                || (self.runs_here(it) && (is_binder || it.id == deleter))
        };
        let mut before = self.new.descendants(around).filter(|it| it.id <= deleter);
        before.any(|it| self.new.enclosing_scope(it.id) == around && uses(it))
    }

    /// Is it new or changed, so that it binds its names anew? A `def` does so only if its decorators changed: the function
    /// of another one is patched wherever it is.
    fn runs_here(&self, it: &Definition) -> bool {
        let Some(old) = self.change.matching.old_of(it.id) else {
            return true;
        };
        match (self.old.get(old).facets.function(), it.facets.function()) {
            (Some(before), Some(after)) => {
                !self.same_expressions((old, &before.decorators), (it.id, &after.decorators))
            }
            _ => !self.is_same(old, it.id),
        }
    }

    /// Does it read the names of its text, or of its header, because it runs or its header changed?
    fn is_evaluated(&self, it: &Definition) -> bool {
        let old = self.change.matching.old_of(it.id);
        let headers = old.and_then(|old| {
            let (before, after) = (self.old.get(old).facets.function()?, it.facets.function()?);
            let before = self.old.text_of(old, &before.header_range);
            Some(before != self.new.text_of(it.id, &after.header_range))
        });
        self.runs_here(it) || headers.unwrap_or_default()
    }

    /// What binds the names; `None` where one would not come back, or not as it was.
    fn binders_to_restore(
        &self,
        scope: &Scope,
        deleter: DefinitionId,
        names: &[String],
    ) -> Option<FxHashSet<DefinitionId>> {
        let is_live_class = |depth: usize| {
            let around = Scope {
                classes: scope.classes[..depth].to_vec(),
            };
            let binders = self.names.binders(&around, &scope.classes[depth]);
            let old = binders.first().and_then(|class| self.change.matching.old_of(*class));
            binders.len() == 1
                && self.names.binder_count(&around, &scope.classes[depth]) == 1
                && old.is_some_and(|old| self.header_edit(old, binders[0]).is_none())
        };
        if !(0..scope.classes.len()).all(is_live_class) {
            return None;
        }
        let binder = |name: &String| {
            let binder = self.names.last_binder(scope, name)?;
            let is_certain = binder < deleter
                && self.names.binder_count(scope, name) == 1
                && match self.is_unchanged(binder) {
                    true => phase(self.new.get(binder)) == Phase::Early,
                    // A changed body alone is patched and does not run.
                    false => self.runs_here(self.new.get(binder)),
                };
            is_certain.then_some(binder)
        };
        names.iter().map(binder).collect()
    }
}
