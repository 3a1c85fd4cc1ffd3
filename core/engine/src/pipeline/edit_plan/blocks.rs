//! `if`, `try`, `with`, `for`, `while`, `match` at module or class level: definitions in them are patched, everything
//! else is listed.

use super::{EditCode, Place, Planner, reasons};
use crate::pipeline::definitions::{DefinitionId, DefinitionKind, DefinitionTree};

impl Planner<'_> {
    pub(super) fn block(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        let header = |tree: &DefinitionTree, id| {
            let block = tree.get(id).facets.block()?;
            block.header.as_ref().map(|header| header.fingerprint)
        };
        if header(self.old, old) != header(self.new, new) {
            return self.refuse_in_block(Some(old), Some(new), place);
        }
        let inside = Place {
            in_block: true,
            in_main_guard: place.in_main_guard || self.is_main_guard(self.new, new),
            ..place.clone()
        };
        self.walk(old, new, &inside);
    }

    pub(super) fn branch(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        let test = |tree: &DefinitionTree, id| {
            let branch = tree.get(id).facets.branch()?;
            branch.test.as_ref().map(|test| test.fingerprint)
        };
        if test(self.old, old) != test(self.new, new) {
            self.refuse_in_block(Some(old), Some(new), place);
        } else {
            self.walk(old, new, place);
        }
    }

    pub(super) fn is_main_guard(&self, tree: &DefinitionTree, block: DefinitionId) -> bool {
        tree.get(block).children.iter().any(|branch| {
            tree.get(*branch)
                .facets
                .branch()
                .is_some_and(|branch| branch.main_guard)
        })
    }

    /// Lists a change inside a block, or of its header.
    pub(super) fn refuse_in_block(&mut self, old: Option<DefinitionId>, new: Option<DefinitionId>, place: &Place) {
        if place.in_main_guard {
            return self.refuse(EditCode::MainBlock, old, new, reasons::main_block());
        }
        let (tree, id) = match (old, new) {
            (_, Some(new)) => (self.new, new),
            (Some(old), None) => (self.old, old),
            (None, None) => return,
        };
        let definition = tree.get(id);
        let what = match (&definition.kind, &definition.name) {
            (DefinitionKind::Function { .. } | DefinitionKind::Class, Some(name)) => format!("the change of `{name}`"),
            (DefinitionKind::Block(_) | DefinitionKind::Branch, _) => "the changed block".to_owned(),
            _ => format!("`{}`", super::first_line(tree.text(id))),
        };
        self.refuse(EditCode::Block, old, new, reasons::in_block(&what));
    }
}
