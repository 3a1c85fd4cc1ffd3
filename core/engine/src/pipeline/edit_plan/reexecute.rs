//! `on-change = "reexecute"`: the whole module runs again, as with `%autoreload`.
//!
//! Its statements do, in their order, those of its classes too. Functions and classes that exist are patched instead of
//! made anew, so that whoever holds them has the new ones; their decorators do not run again, as everywhere.

use super::blocks::is_main_guard;
use super::{Place, Planner, does_nothing};
use crate::pipeline::definitions::{DefinitionId, DefinitionKind};

impl Planner<'_> {
    /// Plans one pair of definitions of a module that runs again.
    pub(super) fn again(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        let definition = self.new.get(new);
        match &definition.kind {
            DefinitionKind::Function { .. } if self.is_untouched(old, new) => self.keep(old, new),
            DefinitionKind::Function { .. } => self.function(old, new, place),
            DefinitionKind::Class => self.class(old, new, place),
            DefinitionKind::Block(_) if is_main_guard(self.new, new) || is_main_guard(self.old, old) => {
                match self.is_untouched(old, new) {
                    true => self.keep(old, new),
                    false => self.block(old, new, place),
                }
            }
            DefinitionKind::Block(_) => {
                let inside = Place {
                    in_block: true,
                    ..place.clone()
                };
                self.run_again(old, new, &inside);
            }
            DefinitionKind::Statement(_) if !does_nothing(definition) => self.run(Some(old), new, place),
            _ if self.is_untouched(old, new) => self.keep(old, new),
            _ => self.paired(old, new, place),
        }
    }
}
