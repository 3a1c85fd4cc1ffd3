//! Comparing files by metadata: after a gap in the events, and at an interval where there are none.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::super::FileEventKind;
use super::super::stamp::FileStamp;
use super::{Followed, Unsettled, Worker};

/// How long before it is followed a file may have been read: compiling a large module comes between the two.
const LOAD_SLACK: Duration = Duration::from_secs(2);

/// File systems stamp with clocks as coarse as this; a younger stamp may hide a later change.
const COARSE_CLOCK: Duration = Duration::from_secs(2);

impl Worker {
    /// Reports a file that may have changed, or gone, after the program read it.
    pub(super) fn report_if_newer(
        &mut self,
        known: PathBuf,
        absolute: PathBuf,
        stamp: Option<FileStamp>,
        since: SystemTime,
    ) {
        let Some(stamp) = stamp else {
            // It may have gone before its folder was armed, and then no event tells of it.
            self.shared.report(known, FileEventKind::Vanished, Instant::now());
            return;
        };
        let changed = stamp.changed.or(stamp.modified);
        if changed.is_some_and(|changed| changed + LOAD_SLACK > since) {
            self.settle(known, absolute, stamp);
        }
    }

    /// Reports a file that was found in a new folder, under all its names.
    pub(super) fn report_new(&mut self, file: &Path) {
        let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
            return;
        };
        let known = self
            .table()
            .get(folder)
            .map_or(Vec::new(), |entry| entry.known_paths(name));
        if let Some(stamp) = FileStamp::of(file) {
            for path in known {
                self.settle(path, file.to_path_buf(), stamp);
            }
        }
    }

    /// Compares the chosen followed files with how they were last seen, and reports what differs.
    pub(super) fn compare_followed(&mut self, chosen: impl Fn(&Followed) -> bool) {
        let mut changed = Vec::new();
        let now = Instant::now();
        for (known, file) in &mut self.followed {
            if !chosen(file) {
                continue;
            }
            let stamp = FileStamp::of(&file.absolute);
            if stamp == file.stamp {
                continue;
            }
            file.stamp = stamp;
            match stamp {
                Some(stamp) => changed.push((known.clone(), file.absolute.clone(), stamp)),
                None => {
                    self.unsettled.remove(known);
                    self.shared.report(known.clone(), FileEventKind::Vanished, now);
                }
            }
        }
        for (known, absolute, stamp) in changed {
            self.settle(known, absolute, stamp);
        }
    }

    /// Reports a changed file as complete once it has been quiet for long enough.
    ///
    /// No event says here that it was closed. An empty one is most likely being written: it has to be quiet for
    /// `grace`, any other for `debounce`.
    fn settle(&mut self, known: PathBuf, absolute: PathBuf, stamp: FileStamp) {
        let quiet = if stamp.size == 0 {
            self.settings.grace
        } else {
            self.settings.debounce
        };
        let written = stamp.modified.unwrap_or(SystemTime::UNIX_EPOCH);
        // A file from the future (another machine's clock) is as good as written now.
        let age = SystemTime::now().duration_since(written).unwrap_or_default();
        let now = Instant::now();
        if age >= quiet {
            self.unsettled.remove(&known);
            self.shared.report(known, FileEventKind::Complete, now);
        } else {
            let due = now + (quiet - age);
            self.unsettled.insert(known, Unsettled { absolute, stamp, due });
        }
    }

    pub(super) fn settle_due(&mut self, now: Instant) {
        if self.unsettled.is_empty() {
            return;
        }
        let due: Vec<PathBuf> = (self.unsettled.iter())
            .filter(|(_, file)| file.due <= now)
            .map(|(known, _)| known.clone())
            .collect();
        for known in due {
            let Some(file) = self.unsettled.remove(&known) else {
                continue;
            };
            let stamp = FileStamp::of(&file.absolute);
            if let Some(followed) = self.followed.get_mut(&known) {
                followed.stamp = stamp;
            }
            match stamp {
                None => self.shared.report(known, FileEventKind::Vanished, now),
                Some(stamp) if stamp == file.stamp => self.shared.report(known, FileEventKind::Complete, now),
                Some(stamp) => self.settle(known, file.absolute, stamp),
            }
        }
    }

    /// One round over everything that gives no events, or not all.
    pub(super) fn poll(&mut self) {
        let polled: Vec<PathBuf> = (self.armed.iter())
            .filter(|(_, armed)| armed.polled)
            .map(|(folder, _)| folder.clone())
            .collect();
        for folder in polled {
            self.poll_folder(&folder);
        }
        self.compare_followed(|file| file.polled);
    }

    fn poll_folder(&mut self, folder: &Path) {
        let Some(armed) = self.armed.get_mut(folder) else {
            return;
        };
        let stamp = match FileStamp::of(folder) {
            Some(stamp) if stamp.id == armed.stamp.id => stamp,
            _ => return self.folder_lost(folder),
        };
        if stamp == armed.stamp {
            return;
        }
        armed.stamp = sure_stamp(stamp);
        let before = armed.listing.take();
        let (in_tree, has_hinges) = {
            let table = self.table();
            let entry = table.get(folder);
            (
                entry.is_some_and(|entry| entry.in_tree),
                entry.is_some_and(|entry| entry.has_hinges()),
            )
        };
        self.stale |= has_hinges;
        if !in_tree {
            return;
        }
        let after = list(folder);
        if let Some(before) = before {
            for name in after.difference(&before) {
                let path = folder.join(name);
                if path.is_dir() && !path.is_symlink() {
                    self.folder_appeared(&path);
                } else {
                    self.report_new(&path);
                }
            }
        }
        if let Some(armed) = self.armed.get_mut(folder) {
            armed.listing = Some(after);
        }
    }
}

/// The names in a folder; those that can be read.
pub(super) fn list(folder: &Path) -> BTreeSet<OsString> {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name()))
        .collect()
}

/// The stamp of a folder, without its times while they are so young that a later change could have the same ones: the
/// folder is then looked at again.
pub(super) fn sure_stamp(stamp: FileStamp) -> FileStamp {
    let age = stamp
        .modified
        .map(|modified| SystemTime::now().duration_since(modified).unwrap_or_default());
    if age.is_some_and(|age| age >= COARSE_CLOCK) {
        return stamp;
    }
    FileStamp {
        modified: None,
        changed: None,
        ..stamp
    }
}
