//! Refusals that were reported already: the same one is not repeated at every save.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, Place};
use crate::pipeline::report::Report;

/// By what they say, with their files and what of the text they refuse.
#[derive(Debug, Default)]
pub struct Reported {
    refusals: HashMap<String, (Option<PathBuf>, Option<u64>)>,
}

impl Reported {
    /// Leaves out of a report what was reported before. A save compares all that is refused in its files again, so what is
    /// not refused now is reported when it is again. `saved`: the files of this save.
    pub fn leave_out(&mut self, report: &mut Report, saved: &[PathBuf]) {
        let mut standing = HashMap::new();
        let undone = report.undone;
        report.diagnostics.retain(|diagnostic| {
            let is_standing = diagnostic.running_now.is_some() && !undone && diagnostic.code != "syntax";
            if !is_standing {
                let is_saved = |place: &Place| saved.contains(&place.path);
                return diagnostic.code != "syntax" || diagnostic.place.as_ref().is_none_or(is_saved);
            }
            let is_new = !self.has(diagnostic);
            let file = diagnostic.place.as_ref().map(|place| place.path.clone());
            standing.insert(diagnostic.identity(), (file, diagnostic.text_hash));
            is_new
        });
        if !report.files.is_empty() && !undone {
            let is_of_other = |file: &Option<PathBuf>| file.as_ref().is_some_and(|file| !report.files.contains(file));
            self.refusals.retain(|_, (file, _)| is_of_other(file));
            self.refusals.extend(standing);
        }
    }

    /// Was this said of the same text?
    fn has(&self, diagnostic: &Diagnostic) -> bool {
        let before = self.refusals.get(&diagnostic.identity());
        before.is_some_and(|(_, text)| *text == diagnostic.text_hash)
    }
}
