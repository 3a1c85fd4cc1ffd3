//! `Watcher::sync`: a file whose event comes after all events of earlier saves.

use std::ffi::{OsStr, OsString};
use std::sync::PoisonError;
use std::sync::mpsc::Sender;

use tempfile::TempDir;

use super::super::Shared;
use super::Worker;

/// Syncs that have not been answered.
#[derive(Default)]
pub(super) struct Syncs {
    /// Where their files are made; watched by the same queue as everything else.
    folder: Option<TempDir>,
    /// Numbers the files.
    count: u64,
    waiting: Vec<PendingSync>,
}

struct PendingSync {
    /// The file whose event has not come yet.
    file: Option<OsString>,
    done: Sender<()>,
}

impl Syncs {
    /// The event of a sync's file came: everything before it was reported.
    pub(super) fn seen(&mut self, name: &OsStr) {
        for sync in &mut self.waiting {
            if sync.file.as_deref() == Some(name) {
                sync.file = None;
            }
        }
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_file(folder.path().join(name));
        }
    }

    /// Answers those for which nothing is left to wait for; to be called when the worker has nothing left to do.
    pub(super) fn answer(&mut self) {
        self.waiting.retain(|sync| {
            let open = sync.file.is_some();
            if !open {
                // The caller may have given up waiting.
                let _ = sync.done.send(());
            }
            open
        });
    }

    /// The event queue was closed.
    pub(super) fn folder_lost(&mut self, shared: &Shared) {
        let mut table = shared.folders.write().unwrap_or_else(PoisonError::into_inner);
        table.sync_folder = None;
        self.folder = None;
        for sync in &mut self.waiting {
            sync.file = None;
        }
    }
}

impl Worker {
    pub(super) fn begin_sync(&mut self, done: Sender<()>) {
        if self.armed.values().any(|armed| armed.polled) {
            self.poll();
        }
        let file = self.make_sync_file();
        if file.is_none() && self.backend.is_some() {
            // No temporary folder, no watch left for it: comparing everything is as good, only slower.
            self.stale = true;
        }
        self.syncs.waiting.push(PendingSync { file, done });
    }

    fn make_sync_file(&mut self) -> Option<OsString> {
        let backend = self.backend.as_mut()?;
        if self.syncs.folder.is_none() {
            let folder = tempfile::Builder::new().prefix("jurigged-").tempdir().ok()?;
            let real = folder.path().canonicalize().ok()?;
            {
                let mut table = self.shared.folders.write().unwrap_or_else(PoisonError::into_inner);
                table.sync_folder = Some(real.clone());
            }
            if !matches!(backend.watch(&real), Ok(true)) {
                self.syncs.folder_lost(&self.shared);
                return None;
            }
            self.syncs.folder = Some(folder);
        }
        self.syncs.count += 1;
        let name = OsString::from(self.syncs.count.to_string());
        let path = self.syncs.folder.as_ref()?.path().join(&name);
        match std::fs::File::create_new(path) {
            Ok(_) => Some(name),
            Err(_) => {
                // Someone cleaned up the temporary folder; the next sync makes another.
                self.syncs.folder_lost(&self.shared);
                None
            }
        }
    }
}
