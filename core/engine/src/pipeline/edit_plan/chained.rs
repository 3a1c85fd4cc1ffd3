//! Names that one statement binds and a later one binds again from that value: `TABLE = {...}`, and further down
//! `TABLE = [compile(row) for row in TABLE["rows"]]`.
//!
//! When the first runs, the name holds the raw value until the later ones have run too, changed or not: what they had
//! made of it is replaced in any case. This is the last binding of a name that wins, and no state is lost by it.

use super::statements::{bound_names, phase};
use super::{Action, Phase, Place, Planner};
use crate::pipeline::definitions::{DefinitionId, DefinitionKind, DefinitionTree};

impl Planner<'_> {
    /// Do the statements behind one that runs, which bind its name too, make the value from the one before? Then those
    /// that did not change run again.
    pub(super) fn continue_chain(&mut self, new: DefinitionId, name: &str, place: &Place) -> bool {
        let scope = &place.scope;
        if !self.is_in_plain_sight(name, place) {
            return false;
        }
        let mut again = Vec::new();
        for &binder in self.names.binders(scope, name).iter().filter(|binder| **binder > new) {
            let before = self.change.matching.old_of(binder);
            let is_same = before.is_some_and(|before| self.is_same(before, binder));
            match makes_from_itself(self.new, binder, name) {
                true if is_same => again.push(binder),
                true => {}
                false if is_same => return false,
                // It runs, too, and what follows from it is decided then.
                false => break,
            }
        }
        self.overloads.made_anew.extend(again);
        true
    }

    /// Does a statement behind this one, which runs after the commit, make the value of a name of it from the one before?
    /// Then nobody is to see this one alone.
    pub(super) fn is_made_late(&self, new: DefinitionId, binds: &[String], place: &Place) -> bool {
        binds
            .iter()
            .filter(|name| self.is_in_plain_sight(name, place))
            .any(|name| {
                let behind = self.names.binders(&place.scope, name).iter();
                let mut chain = behind
                    .filter(|binder| **binder > new)
                    .take_while(|binder| makes_from_itself(self.new, **binder, name));
                chain.any(|binder| phase(self.new.get(*binder)) == Phase::Late)
            })
    }

    /// Has the statement that gives a name the value which a later one starts from been planned to run?
    pub(super) fn starts_anew(&self, new: DefinitionId, name: &str, place: &Place) -> bool {
        if !self.is_in_plain_sight(name, place) {
            return false;
        }
        let binders = self.names.binders(&place.scope, name);
        let before = binders.iter().rev().find(|binder| **binder < new);
        self.operations.iter().any(|operation| {
            operation.guards.is_empty()
                && operation.new == before.copied()
                && matches!(&operation.action, Action::Run(statement)
                    if statement.scope == place.scope && statement.binds.iter().any(|bound| bound == name))
        })
    }

    /// Is the name bound by statements directly in the scope alone, of which this place is one?
    fn is_in_plain_sight(&self, name: &str, place: &Place) -> bool {
        place.branch.is_none()
            && !place.in_block
            && self.names.block_binders(&place.scope, name).is_empty()
            && !self.names.is_touched_elsewhere(&place.scope, name)
    }
}

/// Does a statement bind this name alone, to what it makes of its value?
fn makes_from_itself(tree: &DefinitionTree, id: DefinitionId, name: &str) -> bool {
    let definition = tree.get(id);
    let DefinitionKind::Statement(_) = definition.kind else {
        return false;
    };
    let reads = definition.facets.statement().is_some_and(|facets| {
        let is_it = |read: &String| read == name;
        facets.reads.iter().any(is_it) && !facets.reads_later.iter().any(is_it) && facets.effects.is_empty()
    });
    reads && bound_names(tree, id).iter().all(|bound| bound == name)
}
