//! Classes that are more than the sum of the statements of their body.

use super::operation::{Action, BodyName, Operation, RemakeClass};
use super::{EditCode, Place, Planner, Unit};
use crate::pipeline::definitions::{DefinitionId, DefinitionKind, DefinitionTree};

impl Planner<'_> {
    /// Plans what a class may derive from its whole body (a dataclass its methods, an enum its members), ahead of the
    /// operations from `first` on, which are those of its body. Only the program knows whether it does.
    pub(super) fn remake_fields(&mut self, old: DefinitionId, new: DefinitionId, inside: &Place, first: usize) {
        let facets = self.new.get(new).facets.class().expect("a class has class facets");
        if inside.in_block || (facets.decorators.is_empty() && facets.arguments.is_empty()) {
            return;
        }
        let is_in_body = |operation: &Operation| match &operation.action {
            Action::Run(statement) => statement.scope == inside.scope,
            Action::Unbind { scope, .. } => *scope == inside.scope,
            _ => false,
        };
        let reordered = self.is_reordered(old, new);
        if !reordered && !self.operations[first..].iter().any(is_in_body) {
            return;
        }
        let remake = self.remade(new, inside, reordered);
        let operation = self.operation(
            EditCode::ClsFields,
            Some(old),
            Some(new),
            Action::Remake(Box::new(remake)),
        );
        self.operations.insert(first, operation);
    }

    fn remade(&self, new: DefinitionId, inside: &Place, reordered: bool) -> RemakeClass {
        let facets = self.new.get(new).facets.class().expect("a class has class facets");
        RemakeClass {
            scope: inside.scope.clone(),
            bound_as: self.new.bound_name(new).unwrap_or_default().into_owned(),
            statement: Unit::of(self.new, new),
            decorators: facets
                .decorators
                .iter()
                .map(|decorator| {
                    (
                        super::functions::decorator_name(decorator),
                        Unit::value(self.new, new, decorator),
                    )
                })
                .collect(),
            names: self.body_names(new),
            reordered,
        }
    }

    /// The names that a class body binds or annotates, in order.
    fn body_names(&self, class: DefinitionId) -> Vec<BodyName> {
        let mut names: Vec<BodyName> = Vec::new();
        for &child in &self.new.get(class).children {
            let definition = self.new.get(child);
            if definition.in_header {
                continue;
            }
            let is_definition = matches!(definition.kind, DefinitionKind::Function { .. } | DefinitionKind::Class);
            let before = self.change.matching.old_of(child);
            let is_kept = before.is_some_and(|before| is_definition || self.is_same(before, child));
            for name in named(self.new, child) {
                match names.iter_mut().find(|known| known.name == name) {
                    Some(known) => known.is_kept &= is_kept,
                    None => names.push(BodyName {
                        name,
                        is_definition,
                        is_kept,
                    }),
                }
            }
        }
        names
    }

    /// Do statements that both bodies have stand in another order?
    fn is_reordered(&self, old: DefinitionId, new: DefinitionId) -> bool {
        let statements = |tree: &DefinitionTree, class: DefinitionId| -> Vec<String> {
            let children = tree.get(class).children.iter();
            let statements = children.filter(|child| matches!(tree.get(**child).kind, DefinitionKind::Statement(_)));
            statements.flat_map(|child| named(tree, *child)).collect()
        };
        let (mut before, mut after) = (statements(self.old, old), statements(self.new, new));
        before.retain(|name| after.contains(name));
        after.retain(|name| before.contains(name));
        before != after
    }
}

/// The names that a direct child of a class binds or annotates.
fn named(tree: &DefinitionTree, id: DefinitionId) -> Vec<String> {
    let mut names = super::statements::bound_names(tree, id);
    if let Some(name) = super::statements::annotated_name(tree, id)
        && !names.contains(&name)
    {
        names.push(name);
    }
    names
}
