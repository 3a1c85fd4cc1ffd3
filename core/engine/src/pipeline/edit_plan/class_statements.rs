//! Classes that are more than the sum of the statements of their body.

use super::functions::decorator_name;
use super::operation::{Action, BodyName, Operation, RemakeClass};
use super::{EditCode, Place, Planner, Unit};
use crate::pipeline::definitions::{ClassFacets, DefinitionId, DefinitionKind, DefinitionTree};

impl Planner<'_> {
    /// Plans what a class may derive from its whole body (a dataclass its methods, an enum its members), ahead of the
    /// operations from `first` on, which are those of its body. Only the program knows whether it does.
    pub(super) fn remake_fields(&mut self, old: DefinitionId, new: DefinitionId, inside: &Place, first: usize) {
        let facets = class_facets(self.new, new);
        if inside.is_ambiguous || inside.in_main_guard || (facets.decorators.is_empty() && facets.arguments.is_empty())
        {
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
        let remake = self.remade((old, new), inside, reordered);
        let operation = self.operation(
            EditCode::ClsFields,
            Some(old),
            Some(new),
            Action::Remake(Box::new(remake)),
        );
        self.operations.insert(first, operation);
    }

    /// Plans a class whose decorators, bases, keywords or type parameters changed, and its body.
    pub(super) fn remake_header(&mut self, old: DefinitionId, new: DefinitionId, inside: &Place, edit: EditCode) {
        let first = self.operations.len();
        self.walk(old, new, inside);
        let reordered = self.is_reordered(old, new);
        let remake = RemakeClass {
            header_changed: edit == EditCode::ClsBases,
            keywords_changed: keywords(self.old, old) != keywords(self.new, new),
            old_decorators: self.decorators_changed(old, new).then(|| decorators(self.old, old)),
            is_generic: [(self.old, old), (self.new, new)].iter().any(|(tree, id)| {
                let facets = tree.get(*id).facets.class();
                facets.is_some_and(|facets| facets.type_params.is_some())
            }),
            ..self.remade((old, new), inside, reordered)
        };
        let operation = self.operation(edit, Some(old), Some(new), Action::Remake(Box::new(remake)));
        self.operations.insert(first, operation);
    }

    /// Which part of the header of a class changed; `None` where none did.
    pub(super) fn header_edit(&self, old: DefinitionId, new: DefinitionId) -> Option<EditCode> {
        let (before, after) = (class_facets(self.old, old), class_facets(self.new, new));
        let params = |facets: &ClassFacets| facets.type_params.as_ref().map(|facet| facet.fingerprint);
        if !self.same_expressions((old, &before.arguments), (new, &after.arguments))
            || before.keywords != after.keywords
            || params(before) != params(after)
        {
            Some(EditCode::ClsBases)
        } else if self.decorators_changed(old, new) {
            Some(EditCode::ClsDecorators)
        } else {
            None
        }
    }

    fn decorators_changed(&self, old: DefinitionId, new: DefinitionId) -> bool {
        let (before, after) = (class_facets(self.old, old), class_facets(self.new, new));
        !self.same_expressions((old, &before.decorators), (new, &after.decorators))
    }

    fn remade(&self, (old, new): (DefinitionId, DefinitionId), inside: &Place, reordered: bool) -> RemakeClass {
        RemakeClass {
            scope: inside.scope.clone(),
            bound_as: self.new.bound_name(new).unwrap_or_default().into_owned(),
            statement: Unit::of(self.new, new),
            arguments: Unit::arguments(self.new, new),
            header_changed: false,
            keywords_changed: false,
            is_generic: false,
            decorators: decorators(self.new, new),
            old_decorators: None,
            names: self.body_names(new),
            old_fields: fields(self.old, old),
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
            let annotated = field(self.new, child);
            for name in named(self.new, child) {
                let is_field = annotated.as_ref() == Some(&name);
                match names.iter_mut().find(|known| known.name == name) {
                    Some(known) => {
                        known.is_kept &= is_kept;
                        known.is_field |= is_field;
                    }
                    None => names.push(BodyName {
                        name,
                        is_definition,
                        is_field,
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

/// The name that a direct child of a class annotates, but for class variables.
fn field(tree: &DefinitionTree, id: DefinitionId) -> Option<String> {
    let annotated = super::statements::annotated_name(tree, id);
    annotated.filter(|_| !tree.text(id).contains("ClassVar"))
}

/// The names that the body of a class annotates, in order.
fn fields(tree: &DefinitionTree, class: DefinitionId) -> Vec<String> {
    let children = tree.get(class).children.iter();
    let fields = children.filter(|child| !tree.get(**child).in_header);
    fields.filter_map(|child| field(tree, *child)).collect()
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

fn class_facets(tree: &DefinitionTree, class: DefinitionId) -> &ClassFacets {
    tree.get(class).facets.class().expect("a class has class facets")
}

/// The keywords in the header of a class but for `metaclass`.
fn keywords(tree: &DefinitionTree, class: DefinitionId) -> Vec<(&str, u64)> {
    let facets = class_facets(tree, class);
    let arguments = facets.keywords.iter().zip(&facets.arguments);
    let named = arguments.filter_map(|(keyword, value)| Some((keyword.as_deref()?, value.fingerprint)));
    named.filter(|(keyword, _)| *keyword != "metaclass").collect()
}

/// The decorators of a class, outermost first.
fn decorators(tree: &DefinitionTree, class: DefinitionId) -> Vec<(String, Unit)> {
    let facets = class_facets(tree, class);
    let decorators = facets.decorators.iter();
    decorators
        .map(|decorator| (decorator_name(decorator), Unit::value(tree, class, decorator)))
        .collect()
}
