//! Definitions of a block that runs again as a whole: those that exist are patched, not made anew.
//!
//! Which of them exist, the program knows: a branch that runs now may never have run before. So the text of the block has
//! all of them, and what is put in the place of each.

use std::ops::Range;

use serde::Serialize;

use super::{Outline, RunStatement, Unit};
use crate::source::SourceText;

/// What has been taken out of a namespace before a block runs again is in a dict of this name while it runs.
pub const KEPT: &str = "__jurigged_kept__";

/// A definition that is left out of the block around it where it exists.
#[derive(Clone, Debug, Serialize)]
pub struct Spared {
    /// The name that it binds.
    pub name: String,
    /// Its qualified name so far, and from now on.
    pub paths: [String; 2],
    /// Its lines in the file, 1-based, both included.
    pub lines: (u32, u32),
    /// The line that takes their place.
    pub text: String,
    /// Its code owners, by index.
    #[serde(skip)]
    pub owners: Range<usize>,
}

impl RunStatement {
    /// What is compiled, and its code owners, without those of the definitions that exist; in the order of `spared`.
    pub fn without(&self, exists: &[bool]) -> (Unit, Vec<Outline>) {
        let (mut unit, mut outline) = (self.unit.clone(), self.outline.clone());
        for (spared, _) in self.spared.iter().zip(exists).filter(|(_, exists)| **exists) {
            unit.source = spared.out_of(&unit);
            remove(&mut outline, &spared.owners);
        }
        (unit, outline)
    }
}

impl Spared {
    fn out_of(&self, unit: &Unit) -> String {
        let text = SourceText::new("", unit.source.as_str());
        let (first, last) = (self.lines.0 - unit.first_line + 1, self.lines.1 - unit.first_line + 1);
        let start = text.line_start(first) as usize;
        let end = text.line_start(last) as usize + text.line(last).len();
        let lines = "\n".repeat((last - first) as usize);
        [&unit.source[..start], &self.text, &lines, &unit.source[end..]].concat()
    }
}

fn remove(outline: &mut Vec<Outline>, owners: &Range<usize>) {
    outline.retain(|owner| !owners.contains(&owner.id.index()));
    outline.iter_mut().for_each(|owner| remove(&mut owner.nested, owners));
}
