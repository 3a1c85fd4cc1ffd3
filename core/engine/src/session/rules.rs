//! What `[[patch.rule]]` asks of the session: saves that are ignored, and those that start the program again.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Worker, lock};
use crate::config::OnChange;
use crate::diagnostic::{Diagnostic, Place};
use crate::pipeline::batch::ChangeBatch;
use crate::pipeline::{capture, definitions};

impl Worker {
    /// Takes the files whose rule is `ignore` out of a save, and counts them for the status.
    pub(super) fn leave_out_ignored(&self, batch: &mut ChangeBatch) {
        let rules = &self.settings.patch.rules;
        let is_ignored = |path: &PathBuf| rules.of(path) == OnChange::Ignore;
        let (ignored, paths): (Vec<PathBuf>, Vec<PathBuf>) =
            std::mem::take(&mut batch.paths).into_iter().partition(is_ignored);
        batch.paths = paths;
        for path in ignored {
            lock(&self.door.status).ignore(&path, SystemTime::now());
        }
    }

    /// The first file of a save that has changed and whose rule is `restart`. One that does not parse would end the
    /// program instead: it is reported as usual.
    pub(super) fn asks_for_restart(&mut self, batch: &ChangeBatch) -> Option<PathBuf> {
        let mut wanted = batch.clone();
        wanted
            .paths
            .retain(|path| self.settings.patch.rules.of(path) == OnChange::Restart);
        if wanted.paths.is_empty() || self.dry_run {
            return None;
        }
        let snapshot = capture::capture(&wanted);
        let program = &mut self.program;
        let changed = snapshot.files.into_iter().find(|file| {
            let mut modules = program.of_file(&file.path).iter();
            modules.any(|module| module.baseline.text() != file.source.text())
                && definitions::parse(file.source.clone()).problems.is_empty()
        });
        changed.map(|file| file.path)
    }

    /// Starts the program again; returns where that is not possible.
    pub(super) fn restart(&self, file: &Path) {
        self.log.diagnostic(
            &Diagnostic::notice("restart", "the program is started again")
                .place(Place::file(file))
                .detail("the file was saved, and its rule in the configuration is `on-change = \"restart\"`"),
        );
        let error = self.relaunch.exec(&*self.runtime);
        self.log.diagnostic(
            &Diagnostic::error("restart", "the program cannot be started again")
                .detail(error.to_string())
                .running_now("the code from before this save, patched where that is possible")
                .help("restart the program"),
        );
    }
}
