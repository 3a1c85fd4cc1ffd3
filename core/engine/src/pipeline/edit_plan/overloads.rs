//! Several definitions of one name: the last one wins, as in a fresh import.
//!
//! The value of a name follows from its last definition and, as long as their decorators read the name (`@x.setter`),
//! from those before it: its chain. Where the chain is made of the same definitions as before, the value stays, whatever
//! is added or decorated anew before it. Where it is not, the definitions of the chain run again in their order.

use super::scope::Names;
use super::statements::is_inert_decorator;
use super::{Planner, Scope};
use crate::pipeline::definitions::{DefinitionId, DefinitionKind, DefinitionTree, ExprFacet};
use rustc_hash::FxHashSet;

/// What is to be done about names that have several definitions.
#[derive(Debug, Default)]
pub struct Overloads {
    /// Definitions that did not change and run again all the same.
    pub made_anew: FxHashSet<DefinitionId>,
    /// Definitions that run although another one keeps the name.
    pub overwritten: FxHashSet<DefinitionId>,
    /// Definitions to which the function of the one that won before forwards: it is still in the text, where nothing but
    /// its name leads to it.
    pub heirs: FxHashSet<DefinitionId>,
    /// Names that this decides about.
    names: FxHashSet<(Scope, String)>,
}

impl Overloads {
    /// Is everything known that has to be done so that the last definition wins?
    pub fn decide(&self, scope: &Scope, name: &str) -> bool {
        self.names.contains(&(scope.clone(), name.to_owned()))
    }
}

impl Planner<'_> {
    /// Decides about all names that have had, or have now, several definitions in one scope.
    pub(super) fn plan_overloads(&mut self) {
        let before = Names::of(self.old);
        let several = |names: &Names| -> Vec<(Scope, String)> {
            names
                .bound_twice()
                .map(|(scope, name, _)| (scope.clone(), name.to_owned()))
                .collect()
        };
        let mut all = several(&self.names);
        all.extend(several(&before));
        for (scope, name) in all {
            if !self.overloads.decide(&scope, &name) {
                self.plan_name(&before, scope, name);
            }
        }
        self.old_names = Some(before);
    }

    fn plan_name(&mut self, before: &Names, scope: Scope, name: String) {
        let is_simple = |names: &Names, tree: &DefinitionTree| {
            let direct = names.binders(&scope, &name);
            !direct.is_empty()
                && names.block_binders(&scope, &name).is_empty()
                && names.deleter(&scope, &name).is_none()
                && !names.is_touched_elsewhere(&scope, &name)
                && direct
                    .iter()
                    .all(|id| matches!(tree.get(*id).kind, DefinitionKind::Function { .. }))
        };
        if !is_simple(before, self.old) || !is_simple(&self.names, self.new) {
            return;
        }
        let old_chain = chain(self.old, before.binders(&scope, &name), &name);
        let binders = self.names.binders(&scope, &name).to_vec();
        let new_chain = chain(self.new, &binders, &name).to_vec();
        let runs = |id: &DefinitionId| {
            let old = self.change.matching.old_of(*id);
            old.is_none_or(|old| {
                let (before, after) = (decorators(self.old, old), decorators(self.new, *id));
                !self.same_expressions((old, before), (*id, after))
            })
        };
        let is_same = new_chain.len() == old_chain.len()
            && new_chain
                .iter()
                .zip(old_chain)
                .all(|(new, old)| self.change.matching.old_of(*new) == Some(*old))
            && !new_chain.iter().any(runs);
        if is_same {
            let overwritten = binders.iter().filter(|id| !new_chain.contains(id));
            self.overloads.overwritten.extend(overwritten);
        } else {
            // What the old chain has made is there: only what comes after it has to run.
            let is_longer = new_chain.len() > old_chain.len()
                && new_chain
                    .iter()
                    .zip(old_chain)
                    .all(|(new, old)| self.change.matching.old_of(*new) == Some(*old) && !runs(new));
            let start = if is_longer { old_chain.len() } else { 0 };
            let again: Vec<_> = new_chain[start..].iter().copied().filter(|id| !runs(id)).collect();
            if !again.iter().all(|id| can_run_again(self.new, *id)) {
                return;
            }
            self.overloads.made_anew.extend(again);
            if let (Some(&winner), Some(&heir)) = (old_chain.last(), new_chain.last())
                && decorators(self.old, winner).is_empty()
                && self
                    .change
                    .matching
                    .new_of(winner)
                    .is_some_and(|now| binders.contains(&now))
            {
                self.overloads.heirs.insert(heir);
            }
        }
        self.overloads.names.insert((scope, name));
    }
}

/// The definitions that the value of a name follows from.
fn chain<'d>(tree: &DefinitionTree, binders: &'d [DefinitionId], name: &str) -> &'d [DefinitionId] {
    let reads = |id: DefinitionId| {
        let facets = tree.get(id).facets.function();
        facets.is_some_and(|facets| {
            facets
                .decorators
                .iter()
                .any(|it| it.reads.iter().any(|read| read == name))
        })
    };
    let last_start = binders.iter().rposition(|id| !reads(*id));
    &binders[last_start.unwrap_or(0)..]
}

fn decorators(tree: &DefinitionTree, id: DefinitionId) -> &[ExprFacet] {
    let facets = tree.get(id).facets.function();
    facets.map_or(&[], |facets| &facets.decorators)
}

/// Does running an unchanged `def` again do nothing but make its function? Registering an implementation of a
/// `singledispatch` function once more replaces it.
fn can_run_again(tree: &DefinitionTree, id: DefinitionId) -> bool {
    let facets = tree.get(id).facets.function();
    facets.is_some_and(|facets| {
        facets.decorators.iter().all(|decorator| {
            let registers = decorator
                .text
                .as_deref()
                .is_some_and(|text| text.ends_with(".register"));
            is_inert_decorator(decorator) || registers
        })
    })
}
