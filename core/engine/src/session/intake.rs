//! What is loaded, and which events concern it.

use std::path::Path;

use super::Worker;

impl Worker {
    pub(super) fn is_relevant(&mut self, path: &Path) -> bool {
        if self.settings.file() == Some(path) {
            return true;
        }
        if !self.door.watched().wants(path) {
            return false;
        }
        if self.program.knows(path) {
            return true;
        }
        // Loaded just now, and not taken in yet.
        self.take_in();
        self.program.knows(path)
    }

    /// Takes in what was loaded since the last time.
    pub(super) fn take_in(&mut self) {
        let incoming = match self.door.incoming.lock() {
            Ok(mut incoming) => std::mem::take(&mut *incoming),
            Err(_) => return,
        };
        for module in incoming {
            if module.code.is_none() && self.program.has(&module.name, &module.file) {
                // It was told of when it was loaded, and now again because somebody else watches.
                continue;
            }
            let (name, file) = (module.name.clone(), module.file.clone());
            let is_new = !self.program.knows(&file);
            if let Err(problem) = self.program.load(module) {
                self.log.diagnostic(&crate::pipeline::report::unreadable(&problem));
                continue;
            }
            if is_new {
                if let Some(watcher) = &self.watcher {
                    let _ = watcher.follow(&file);
                }
                self.tell_watched(&name, &file);
            }
        }
    }
}
