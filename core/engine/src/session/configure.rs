//! A configuration that changes while the program runs.

use std::path::Path;

use super::Worker;
use super::plugin_table::plugins_of;
use crate::diagnostic::Diagnostic;

impl Worker {
    /// Applies a changed configuration, whole or not at all.
    pub(super) fn configure(&mut self, file: &Path) {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                let problem = Diagnostic::error("config", "the changed configuration is not used")
                    .place(crate::diagnostic::Place::file(file))
                    .detail(error.to_string());
                return self
                    .log
                    .diagnostic(&problem.running_now("the configuration from before this save"));
            }
        };
        let reloaded = match self.settings.reload(&text) {
            Ok(reloaded) if reloaded.changed.is_empty() => return,
            Ok(reloaded) => reloaded,
            Err(problems) => {
                for problem in problems {
                    let problem = problem.running_now("the configuration from before this save");
                    self.log.diagnostic(&problem);
                }
                return;
            }
        };
        let is_changed = |section: &str| reloaded.changed.iter().any(|key| key.starts_with(section));
        self.settings = reloaded.settings;
        if is_changed("log.")
            && let Err(error) = self.log.replace(&self.settings)
        {
            self.log
                .diagnostic(&Diagnostic::error("log", "the log stays where it was").detail(error.to_string()));
        }
        if is_changed("watch.") {
            self.door.rewatch(|watched| watched.reconfigure(&self.settings));
            self.rewatched();
        }
        if is_changed("sync.") {
            *super::lock(&self.door.mode) = self.settings.sync.mode.value;
        }
        if is_changed("patch.") {
            self.program.stuck.forget();
        }
        if is_changed("plugins.") {
            let (plugins, problems) = plugins_of(&self.settings, &self.plugin_folders);
            self.plugins = plugins;
            for problem in problems {
                self.log.diagnostic(&problem);
            }
        }
        for notice in &reloaded.notices {
            self.log.diagnostic(notice);
        }
        self.log.configured(&reloaded.changed);
    }
}
