//! Statements of which the annotation alone is evaluated, and nothing is bound.
//!
//! `cache = {}` that becomes `cache: dict[str, int] = {}` gives the name the value that it has: to run it would throw
//! away what the program has put into it, for the sake of a type.

use super::anew::annotations_are_text;
use super::operation::{Action, Operation, Phase, RunStatement};
use super::{EditCode, Place, Planner, Unit};
use crate::pipeline::definitions::{DefinitionId, DefinitionTree, StatementFacets};

impl Planner<'_> {
    /// Evaluates the annotation of an unchanged statement again where it means something else now. Its value is not.
    pub(super) fn annotate_anew(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        if self.anew.annotations() && !place.in_block {
            self.annotate(EditCode::Future, old, new, place);
        }
    }

    /// Is an assignment of the module changed in its annotation only: one that came, went, or is another? In a class the
    /// annotations are fields, out of which a class can be made.
    pub(super) fn differs_in_annotation(&self, old: DefinitionId, new: DefinitionId, place: &Place) -> bool {
        let (Some(before), Some(after)) = (assignment(self.old, old), assignment(self.new, new)) else {
            return false;
        };
        let value = |facets: &StatementFacets| facets.value.as_ref().map(|value| value.fingerprint);
        let is_annotated = before.annotates.is_some() || after.annotates.is_some();
        is_annotated
            && !place.in_block
            && place.scope.classes.is_empty()
            && !self.change.reexecute
            && before.binds == after.binds
            && value(before) == value(after)
    }

    /// Gives the name of such an assignment its new annotation, or takes it away.
    pub(super) fn change_annotation(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        if self
            .new
            .get(new)
            .facets
            .statement()
            .is_some_and(|facets| facets.annotates.is_some())
        {
            return self.annotate(EditCode::Stmt, old, new, place);
        }
        let action = Action::Unbind {
            scope: place.scope.clone(),
            names: Vec::new(),
            annotations: self.unannotated(old, place),
        };
        self.push(EditCode::Stmt, Some(old), Some(new), action);
    }

    fn annotate(&mut self, edit: EditCode, old: DefinitionId, new: DefinitionId, place: &Place) {
        let annotates = self
            .new
            .get(new)
            .facets
            .statement()
            .and_then(|facets| facets.annotates.as_ref());
        let Some(end) = annotates.and_then(|_| end_of_annotation(self.new, new)) else {
            return;
        };
        let whole = self.new.get(new).range.clone();
        let is_text = annotations_are_text(self.new);
        let statement = RunStatement {
            phase: if is_text { Phase::Early } else { Phase::Late },
            is_quick: is_text,
            ..RunStatement::late(Unit::beginning(self.new, new, end), &place.scope)
        };
        self.push(edit, Some(old), Some(new), Action::Run(Box::new(statement)));
        if let Some(operation) = self.operations.last_mut() {
            operation.summary = super::first_line(self.new.slice(&(whole.start..end)));
        }
    }
}

/// What is known of an assignment of a value to one name, and to nothing else.
fn assignment(tree: &DefinitionTree, id: DefinitionId) -> Option<&StatementFacets> {
    let facets = tree.get(id).facets.statement()?;
    let [name] = facets.binds.as_slice() else {
        return None;
    };
    facets.value.as_ref()?;
    // `x, = y` binds one name, too, and so does `x = a[0] = y`.
    let behind = tree.text(id).strip_prefix(name.as_str())?.trim_start();
    let is_plain = behind.starts_with('=') && facets.effects.is_empty();
    (is_plain || facets.annotates.as_ref() == Some(name)).then_some(facets)
}

/// Does an operation evaluate the annotation of a statement, and not its value?
pub(super) fn is_annotation_alone(tree: &DefinitionTree, operation: &Operation) -> bool {
    let (Action::Run(statement), Some(new)) = (&operation.action, operation.new) else {
        return false;
    };
    let facets = tree.get(new).facets.statement();
    statement.binds.is_empty() && facets.is_some_and(|facets| facets.annotates.is_some() && !facets.binds.is_empty())
}

/// Where a statement that annotates a name ends without its value, with which it binds nothing.
pub(super) fn end_of_annotation(tree: &DefinitionTree, id: DefinitionId) -> Option<u32> {
    let facets = tree.get(id).facets.statement()?;
    let end = tree.absolute(id, facets.annotation_range.as_ref()?).end;
    // Brackets around an expression do not belong to its range.
    let behind = tree.slice(&(end..tree.get(id).range.end));
    Some(end + (behind.len() - behind.trim_start_matches([')', ' ', '\t', '\n', '\r']).len()) as u32)
}
