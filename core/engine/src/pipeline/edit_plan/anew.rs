//! Definitions that are compiled anew although their text did not change.

use super::FileChange;
use crate::pipeline::definitions::DefinitionTree;

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
