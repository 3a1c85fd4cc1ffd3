//! Definitions that are compiled anew although their text did not change.

use super::operation::{Action, Phase, RunStatement};
use super::{EditCode, FileChange, Outline, Place, Planner, Unit};
use crate::pipeline::definitions::{DefinitionId, DefinitionTree};

/// Why every definition of a file is compiled anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anew {
    /// It is not.
    No,
    /// Its path is another one, which every code object names.
    Path,
    /// `from __future__` imports were added or removed: the same text means something else. `annotations`: annotations
    /// become text (PEP 563), or values.
    Future { annotations: bool },
}

impl Anew {
    pub(super) fn of(change: &FileChange) -> Self {
        let (before, after) = (futures(&change.old), futures(&change.new));
        let has = |features: &[String]| features.iter().any(|feature| feature == "annotations");
        if before != after {
            Self::Future {
                annotations: has(before) != has(after),
            }
        } else if change.has_moved {
            Self::Path
        } else {
            Self::No
        }
    }

    pub(super) fn is_future(self) -> bool {
        matches!(self, Self::Future { .. })
    }

    /// Annotations mean something else.
    pub(super) fn annotations(self) -> bool {
        matches!(self, Self::Future { annotations: true })
    }
}

impl Planner<'_> {
    /// Evaluates the annotation of an unchanged statement again where it means something else now. Its value is not.
    pub(super) fn annotate_anew(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        let Some(facets) = self.new.get(new).facets.statement() else {
            return;
        };
        if facets.annotates.is_none() || !self.anew.annotations() || place.in_block {
            return;
        }
        let Some(end) = end_of_annotation(self.new, new) else {
            return;
        };
        let whole = self.new.get(new).range.clone();
        let is_text = annotations_are_text(self.new);
        let statement = RunStatement {
            unit: Unit::beginning(self.new, new, end),
            scope: place.scope.clone(),
            binds: Vec::new(),
            unbinds: Vec::new(),
            unannotates: Vec::new(),
            phase: if is_text { Phase::Early } else { Phase::Late },
            outline: Vec::<Outline>::new(),
            is_definition: false,
            is_overwritten: false,
            keeps: Vec::new(),
            bound_again: Vec::new(),
            is_quick: is_text,
            heir_of: Vec::new(),
            origin: None,
            forgets: Vec::new(),
            partial: None,
        };
        self.push(EditCode::Future, Some(old), Some(new), Action::Run(Box::new(statement)));
        if let Some(operation) = self.operations.last_mut() {
            operation.summary = super::first_line(self.new.slice(&(whole.start..end)));
        }
    }
}

/// Where a statement that annotates a name ends without its value, with which it binds nothing.
pub(super) fn end_of_annotation(tree: &DefinitionTree, id: DefinitionId) -> Option<u32> {
    let facets = tree.get(id).facets.statement()?;
    let end = tree.absolute(id, facets.annotation_range.as_ref()?).end;
    // Brackets around an expression do not belong to its range.
    let behind = tree.slice(&(end..tree.get(id).range.end));
    Some(end + (behind.len() - behind.trim_start_matches([')', ' ', '\t', '\n', '\r']).len()) as u32)
}

/// Are annotations kept as text (PEP 563)?
pub(super) fn annotations_are_text(tree: &DefinitionTree) -> bool {
    futures(tree).iter().any(|feature| feature == "annotations")
}

fn futures(tree: &DefinitionTree) -> &[String] {
    tree.module().facets.module().map_or(&[], |facets| &facets.future)
}

/// `compiler_flag` of the `__future__` features of a text that still matter (Lib/__future__.py): `annotations`, and
/// `barry_as_FLUFL` for those who mean it. All others are mandatory since 3.7.
pub(super) fn future_flags(tree: &DefinitionTree) -> u32 {
    let flags = futures(tree).iter().map(|feature| match feature.as_str() {
        "annotations" => 0x100_0000,
        "barry_as_FLUFL" => 0x40_0000,
        _ => 0,
    });
    flags.fold(0, |flags, flag| flags | flag)
}
