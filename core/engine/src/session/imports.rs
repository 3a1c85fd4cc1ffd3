//! Saves of modules that are being imported.
//!
//! What the body of such a module has not reached yet does not exist, and what it reaches later is the old text: a save
//! waits for the end of the import, in which everything can be applied as usual. Not for ever: a module whose body serves
//! requests until the program ends is patched as far as that is possible while it runs.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::Worker;
use crate::diagnostic::{Diagnostic, Place};

/// How often a save that waits is looked at again. Most imports end within this time.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// How long a save waits without a word.
const SILENCE: Duration = Duration::from_secs(1);

/// Saves that wait.
pub(super) struct ImportWait {
    since: Instant,
    is_told: bool,
}

/// Is there still hope that the import ends?
pub(super) fn is_worth_waiting(wait: Option<&ImportWait>, limit: Duration) -> bool {
    wait.is_none_or(|wait| wait.since.elapsed() < limit)
}

impl Worker {
    /// Looks at the files of a save again soon.
    pub(super) fn wait_for_import(&mut self, module: &str, files: &[PathBuf]) {
        let now = Instant::now();
        let wait = self.import_wait.get_or_insert(ImportWait {
            since: now,
            is_told: false,
        });
        if !wait.is_told && wait.since.elapsed() > SILENCE {
            wait.is_told = true;
            let mut told = Diagnostic::notice(
                "executing",
                format!("a save waits for the end of the import of `{module}`"),
            );
            if let Some(file) = files.first() {
                told = told.place(Place::file(file));
            }
            self.log.diagnostic(&told);
        }
        self.batcher.put_back(files, now + LOOK_AGAIN);
    }
}
