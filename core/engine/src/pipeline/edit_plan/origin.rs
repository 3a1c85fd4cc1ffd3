//! What a definition is that another file of the batch has lost, and how what lives of it follows.
//!
//! A function has the globals of its module for life: its `def` runs in the new module, and the old function forwards to
//! the one that it makes. A class stays the same object: the definitions of its body run again, in the new module, its
//! other statements only where their text changed.

use serde::Serialize;

use super::anew::annotations_are_text;
use super::annotated::end_of_annotation;
use super::functions::decorator_name;
use super::headers::kept_defaults;
use super::operation::{RunStatement, Scope};
use super::statements::{annotated_name, bound_names, is_inert_decorator};
use super::{FileChange, Outline, Unit};
use crate::pipeline::definitions::{ClassFacets, DefinitionId, DefinitionKind, DefinitionTree, StatementKind};
use crate::pipeline::diff::{Matching, match_trees, without_module};

/// Where a function or class comes from.
#[derive(Debug, Serialize)]
pub struct Origin {
    /// The module that has lost it.
    pub module: String,
    /// The index of its file in the plan.
    #[serde(skip)]
    pub file: usize,
    /// It and the classes in it, outermost first; none for a function.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<MovedClass>,
    /// The function, or the methods that the class has had.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<MovedFunction>,
}

/// A deleted function or class that stands in a file which the statements of the batch have loaded.
#[derive(Debug)]
pub struct Departure {
    /// The operation that deletes it: indices of the file in the plan, and in the file.
    pub operation: (usize, usize),
    /// The module that has it now.
    pub module: String,
    /// What it is there.
    pub origin: Origin,
}

/// A class that another module defines now.
#[derive(Debug, Serialize)]
pub struct MovedClass {
    /// Where its body runs: the names of the classes around it, then its own.
    pub scope: Scope,
    /// See [`RemakeClass::arguments`](super::RemakeClass::arguments).
    pub arguments: Option<Unit>,
    /// 1-based line of its first decorator or its header.
    pub line: u32,
    /// What runs of its body, in order: all definitions, statements that make functions, and what is new.
    pub steps: Vec<RunStatement>,
    /// Names that statements bind which do not run.
    pub kept: Vec<String>,
    /// Names that its body does not bind any more.
    pub unbinds: Vec<String>,
    /// Names that its body does not annotate any more.
    pub unannotates: Vec<String>,
    /// More of its body changed than definitions.
    pub is_edited: bool,
    /// Its body binds `__hash__`, so it does not follow from `__eq__`.
    pub binds_hash: bool,
    /// `__static_attributes__` (3.13), where they changed.
    pub static_attributes: Option<Vec<String>>,
}

/// A function that another module defines now.
#[derive(Debug, Serialize)]
pub struct MovedFunction {
    /// In the tree of the baseline of the file that it comes from.
    #[serde(skip)]
    pub old: DefinitionId,
    /// In the new tree of the file that it goes to.
    #[serde(skip)]
    pub new: DefinitionId,
    /// Its path inside the module.
    pub name: String,
    /// Where it was and is bound.
    pub scope: Scope,
    /// The name that it had there.
    pub from: String,
    /// The name that it has.
    pub to: String,
    /// Parameters whose default has the same text, with the names that the text reads.
    pub defaults: Vec<(String, Vec<String>)>,
    /// Decorators that may have done something with it and returned it, as they are shown.
    pub registrars: Vec<String>,
    /// What it has had and has inside, of the same two trees.
    #[serde(skip)]
    pub inside: Vec<(DefinitionId, DefinitionId)>,
}

impl Origin {
    /// The origin of the definition `new` of a file with this tree, which is `old` of `from`; `file` is the index of
    /// `from`. `None` for a class whose parts cannot be made one by one.
    pub fn of(
        from: &FileChange,
        file: usize,
        old: DefinitionId,
        tree: &DefinitionTree,
        new: DefinitionId,
    ) -> Option<Self> {
        let matching = match_trees(&from.old, tree, &[]);
        let mut search = Search {
            old: &from.old,
            new: tree,
            matching: &matching,
            classes: Vec::new(),
            functions: Vec::new(),
        };
        if matching.new_of(old) != Some(new) {
            return None;
        }
        match tree.get(new).kind {
            DefinitionKind::Class => search.class(old, new, &Scope::default())?,
            _ => search.function(old, new, &Scope::default())?,
        }
        Some(Self {
            module: from.module.clone(),
            file,
            classes: search.classes,
            functions: search.functions,
        })
    }
}

struct Search<'a> {
    old: &'a DefinitionTree,
    new: &'a DefinitionTree,
    matching: &'a Matching,
    classes: Vec<MovedClass>,
    functions: Vec<MovedFunction>,
}

impl Search<'_> {
    fn class(&mut self, old: DefinitionId, new: DefinitionId, around: &Scope) -> Option<()> {
        let (before, after) = (self.old.get(old).facets.class()?, self.new.get(new).facets.class()?);
        // The bases themselves are compared when it arrives.
        let header = |tree: &DefinitionTree, class: DefinitionId, facets: &ClassFacets| -> Vec<u64> {
            let decorators = facets.decorators.iter().map(|facet| facet.fingerprint);
            let arguments = facets.arguments.iter().map(|facet| without_module(tree, class, facet));
            decorators.chain(arguments).collect()
        };
        // Nobody can give type parameters to the parts of a body, and `global` names belong to the old module.
        if header(self.old, old, before) != header(self.new, new, after)
            || after.type_params.is_some()
            || !after.globals.is_empty()
        {
            return None;
        }
        let bound = |tree: &DefinitionTree, class: DefinitionId| -> Vec<String> {
            let children = body(tree, class);
            children.flat_map(|child| bound_names(tree, child)).collect()
        };
        let mut scope = around.clone();
        scope.classes.push(self.new.get(new).name.as_deref()?.to_owned());
        let at = self.classes.len();
        self.classes.push(MovedClass {
            scope: scope.clone(),
            arguments: Unit::arguments(self.new, new),
            line: self.new.get(new).first_line,
            steps: Vec::new(),
            kept: Vec::new(),
            unbinds: Vec::new(),
            unannotates: Vec::new(),
            is_edited: false,
            binds_hash: bound(self.new, new).iter().any(|name| name == "__hash__"),
            static_attributes: (before.self_attributes != after.self_attributes).then(|| after.self_attributes.clone()),
        });
        for &child in &self.new.get(new).children {
            self.part(child, &scope, at)?;
        }
        let annotated = |tree: &DefinitionTree, class: DefinitionId| -> Vec<String> {
            let children = body(tree, class);
            children.filter_map(|child| annotated_name(tree, child)).collect()
        };
        let without = |mut names: Vec<String>, others: Vec<String>| {
            names.retain(|name| !others.contains(name));
            names
        };
        let class = &mut self.classes[at];
        class.unbinds = without(bound(self.old, old), bound(self.new, new));
        class.unannotates = without(annotated(self.old, old), annotated(self.new, new));
        let lost = body(self.old, old).filter(|child| self.matching.new_of(*child).is_none());
        class.is_edited |= lost.into_iter().any(|child| !self.old.get(child).kind.owns_code());
        Some(())
    }

    /// What is to be done with one child of a class, the one at `at`.
    fn part(&mut self, child: DefinitionId, scope: &Scope, at: usize) -> Option<()> {
        let definition = self.new.get(child);
        if definition.in_header {
            return Some(());
        }
        let before = self.matching.old_of(child);
        let is_same = before.is_some_and(|before| self.old.get(before).fingerprint == definition.fingerprint);
        match (&definition.kind, before) {
            (DefinitionKind::Class, Some(before)) => {
                self.classes[at].kept.extend(bound_names(self.new, child));
                return self.class(before, child, scope);
            }
            (DefinitionKind::Class, None) => {}
            (DefinitionKind::Function { .. }, Some(before)) => self.function(before, child, scope)?,
            (DefinitionKind::Function { .. }, None) => {}
            // Which branch of a block ran is known to nobody who only reads it.
            (DefinitionKind::Block(_) | DefinitionKind::Branch, _) => {
                let is_inert = Outline::of_definition(self.new, child).is_empty();
                self.classes[at].kept.extend(bound_names(self.new, child));
                return (is_same && is_inert).then_some(());
            }
            (DefinitionKind::Statement(StatementKind::Pass | StatementKind::Global), _) => return Some(()),
            _ => {
                let makes_functions = Outline::of_definition(self.new, child)
                    .iter()
                    .flat_map(Outline::walk)
                    .any(|owner| self.new.get(owner.id).kind == DefinitionKind::Lambda);
                if is_same && !makes_functions {
                    self.classes[at].kept.extend(bound_names(self.new, child));
                    // The annotation means something else in a file with another `from __future__` (PEP 563).
                    if annotated_name(self.new, child).is_some()
                        && annotations_are_text(self.old) != annotations_are_text(self.new)
                        && let Some(end) = end_of_annotation(self.new, child)
                    {
                        let mut step = self.step(child, scope);
                        step.unit = Unit::beginning(self.new, child, end);
                        step.binds = Vec::new();
                        step.outline = Vec::new();
                        self.classes[at].steps.push(step);
                        self.classes[at].is_edited = true;
                    }
                    return Some(());
                }
                self.classes[at].is_edited |= !is_same;
            }
        }
        let step = self.step(child, scope);
        self.classes[at].steps.push(step);
        Some(())
    }

    fn step(&self, new: DefinitionId, scope: &Scope) -> RunStatement {
        RunStatement {
            binds: bound_names(self.new, new),
            outline: Outline::of_definition(self.new, new),
            is_definition: self.new.get(new).kind.owns_code(),
            ..RunStatement::late(Unit::of(self.new, new), scope)
        }
    }

    fn function(&mut self, old: DefinitionId, new: DefinitionId, scope: &Scope) -> Option<()> {
        let (before, after) = (
            self.old.get(old).facets.function()?,
            self.new.get(new).facets.function()?,
        );
        let outline = Outline::of_definition(self.new, new);
        let owners = outline.iter().flat_map(Outline::walk).map(|owner| owner.id);
        let inside = owners.filter(|id| *id != new);
        let inside = inside.filter_map(|id| Some((self.matching.old_of(id)?, id))).collect();
        let registrars = after.decorators.iter().filter(|it| !is_inert_decorator(it));
        self.functions.push(MovedFunction {
            old,
            new,
            name: self.new.get(new).path.to_string(),
            scope: scope.clone(),
            from: self.old.bound_name(old)?.into_owned(),
            to: self.new.bound_name(new)?.into_owned(),
            defaults: kept_defaults(self.new, new, before, after),
            registrars: registrars.map(|it| format!("`{}`", decorator_name(it))).collect(),
            inside,
        });
        Some(())
    }
}

/// What is in the body of a class.
fn body(tree: &DefinitionTree, class: DefinitionId) -> impl Iterator<Item = DefinitionId> {
    let children = tree.get(class).children.iter().copied();
    children.filter(|child| !tree.get(*child).in_header)
}
