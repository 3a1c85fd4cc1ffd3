//! Names that get another value by following another name, not by a statement that runs.
//!
//! They follow after the commit. A statement or header that reads one of them and is evaluated before would find the old
//! value.

use super::{Planner, Scope};
use crate::pipeline::definitions::DefinitionId;

/// Longer chains of constants computed from constants are not looked through.
const LONGEST_CHAIN: usize = 8;

impl Planner<'_> {
    /// May the name follow another one in this save? By an import from another file of the batch, or as a constant
    /// computed from what this save binds anew.
    pub(super) fn may_follow(&self, name: &str, scope: &Scope) -> bool {
        self.follows(name, scope, LONGEST_CHAIN)
    }

    fn follows(&self, name: &str, scope: &Scope, chain: usize) -> bool {
        let Some(binder) = self.binder_seen_from(name, scope) else {
            return self.has_star_of_batch();
        };
        let Some(facets) = self.new.get(binder).facets.statement() else {
            return false;
        };
        if self.batch.is_imported(self.change, &facets.imports) {
            return true;
        }
        let Some(value) = facets.value.as_ref().filter(|value| value.is_formula && chain > 0) else {
            return false;
        };
        !self.is_bound_anew(binder)
            && value.reads.iter().any(|read| {
                let source = self.binder_seen_from(read, scope);
                source.is_some_and(|source| self.is_bound_anew(source)) || self.follows(read, scope, chain - 1)
            })
    }

    /// The last statement that binds the name in this scope, or else in the module.
    fn binder_seen_from(&self, name: &str, scope: &Scope) -> Option<DefinitionId> {
        let own = self.names.last_binder(scope, name);
        own.or_else(|| self.names.last_binder(&Scope::default(), name))
    }

    fn is_bound_anew(&self, binder: DefinitionId) -> bool {
        let old = self.change.matching.old_of(binder);
        old.is_none_or(|old| !self.is_same(old, binder))
    }
}
