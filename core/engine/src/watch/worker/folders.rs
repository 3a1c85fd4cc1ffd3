//! Which folders are armed, and under which names.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::{Instant, SystemTime};

use super::super::backend::Backend;
use super::super::filesystem;
use super::super::folder_names::FolderTable;
use super::super::resolve::{Hinge, Resolution, resolve};
use super::super::stamp::FileStamp;
use super::super::{PollReason, WatchNotice, WatchSignal, tree};
use super::compare::{list, sure_stamp};
use super::{Armed, Followed, Root, TreeWalk, Worker};

/// Arming a folder takes time in which a symlink can move, so paths are resolved again after each arming. Something
/// that moves all the time must not keep the worker from its other work.
const MAX_PASSES: usize = 8;

/// Entries of a tree that are looked at between two messages.
const WALK_STEP: usize = 64;

/// Where a followed file is.
struct Placement {
    /// The real folder of its name.
    folder: Option<PathBuf>,
    /// Where its symlink ends, if it is one: folder and name.
    target: Option<(PathBuf, OsString)>,
    hinges: Vec<Hinge>,
    /// The file, if it is there.
    stamp: Option<FileStamp>,
}

impl Placement {
    fn install(&self, table: &mut FolderTable, known: &Path) {
        if let (Some(real), Some(folder), Some(name)) = (&self.folder, known.parent(), known.file_name()) {
            if known.is_absolute() {
                table.add_folder(real, folder.to_path_buf());
            } else {
                table.add_alias(real, name, known);
            }
        }
        if let Some((folder, name)) = &self.target {
            table.add_alias(folder, name, known);
        }
        for hinge in &self.hinges {
            table.add_hinge(hinge);
        }
    }

    fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        let target = self.target.as_ref().map(|(folder, _)| folder);
        let hinges = self.hinges.iter().map(|hinge| &hinge.folder);
        self.folder.iter().chain(target).chain(hinges)
    }
}

impl Root {
    /// It leads elsewhere, or there is something new: begins anew with a walk, if there is a folder.
    fn look_again(&mut self, known: &Path, real: Option<PathBuf>) -> Option<TreeWalk> {
        let is_news = std::mem::replace(&mut self.started, true);
        self.folders.clear();
        self.real = real;
        let real = self.real.as_ref().filter(|real| real.is_dir())?;
        self.folders.insert(real.clone());
        Some(TreeWalk {
            root: known.to_path_buf(),
            walk: tree::walk(real),
            fresh: is_news.then(|| HashSet::from([real.clone()])),
        })
    }
}

impl Worker {
    pub(super) fn follow(&mut self, known: PathBuf, absolute: PathBuf, since: SystemTime) {
        let mut placement = self.placement(&absolute);
        for _ in 0..MAX_PASSES {
            placement.install(&mut self.table(), &known);
            let mut armed_one = false;
            for folder in placement.folders() {
                armed_one |= self.arm(folder);
            }
            if !armed_one {
                break;
            }
            // Something may have changed before it was armed: look once more.
            if placement.hinges.is_empty() {
                absolute.parent().map(|folder| self.resolved.remove(folder));
            } else {
                self.resolved.clear();
            }
            placement = self.placement(&absolute);
        }
        let stamp = placement.stamp;
        let polled = self.is_polled(&placement);
        self.followed.insert(
            known.clone(),
            Followed {
                absolute: absolute.clone(),
                stamp,
                polled,
            },
        );
        self.report_if_newer(known, absolute, stamp, since);
    }

    pub(super) fn add_root(&mut self, known: PathBuf) {
        if self.roots.contains_key(&known) {
            return;
        }
        let resolution = resolve(&known);
        let is_plain = resolution.hinges.is_empty();
        let mut root = Root::default();
        self.walks.extend(root.look_again(&known, resolution.real));
        if let Some(real) = root.folders.first().cloned()
            && is_plain
        {
            self.table().add_tree_folder(&real, known.clone());
            self.roots.insert(known, root);
            self.arm(&real);
        } else {
            self.roots.insert(known, root);
            self.stale = true;
        }
    }

    fn placement(&mut self, file: &Path) -> Placement {
        let mut placement = Placement {
            folder: None,
            target: None,
            hinges: Vec::new(),
            stamp: None,
        };
        let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
            return placement;
        };
        let resolution = self.resolve_folder(folder);
        placement.hinges = resolution.hinges;
        placement.folder = resolution.real;
        let Some(here) = placement.folder.as_ref().map(|real| real.join(name)) else {
            return placement;
        };
        match here.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => {
                let leads_to = resolve(&here);
                placement.hinges.extend(leads_to.hinges);
                placement.stamp = leads_to.real.as_deref().and_then(FileStamp::of);
                placement.target = leads_to
                    .real
                    .and_then(|real| Some((real.parent()?.to_path_buf(), real.file_name()?.to_os_string())));
            }
            Ok(metadata) => placement.stamp = Some(FileStamp::from(&metadata)),
            Err(_) => {}
        }
        placement
    }

    /// Resolves a folder from its parent, so that the folders of a tree cost one question to the system each.
    fn resolve_folder(&mut self, folder: &Path) -> Resolution {
        if let Some(known) = self.resolved.get(folder) {
            return known.clone();
        }
        let mut resolution = None;
        if let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) {
            let above = self.resolve_folder(parent);
            if let Some(here) = above.real.as_ref().map(|real| real.join(name))
                && here.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
            {
                resolution = Some(Resolution {
                    real: Some(here),
                    ..above
                });
            }
        }
        let resolution = resolution.unwrap_or_else(|| resolve(folder));
        self.resolved.insert(folder.to_path_buf(), resolution.clone());
        resolution
    }

    fn is_polled(&self, placement: &Placement) -> bool {
        placement
            .folders()
            .any(|folder| self.armed.get(folder).is_none_or(|armed| armed.polled))
    }

    /// Resolves all paths anew, arms what they need and nothing else, and compares the followed files.
    pub(super) fn reconcile(&mut self) {
        self.stale = false;
        let mut settled = false;
        for _ in 0..MAX_PASSES {
            self.resolved.clear();
            let table = self.wanted();
            let wanted: Vec<PathBuf> = table.folders().cloned().collect();
            *self.table() = table;
            let mut armed_one = false;
            for folder in &wanted {
                armed_one |= self.arm(folder);
            }
            if !armed_one {
                let wanted: HashSet<PathBuf> = wanted.into_iter().collect();
                self.disarm(|folder| !wanted.contains(folder));
                settled = true;
                break;
            }
        }
        self.stale |= !settled;
        self.compare_followed(|_| true);
    }

    /// All folders that should be watched now, and their names.
    fn wanted(&mut self) -> FolderTable {
        let mut table = self.table().renewed();
        for (known, root) in &mut self.roots {
            let resolution = resolve(known);
            resolution.hinges.iter().for_each(|hinge| table.add_hinge(hinge));
            if resolution.real != root.real {
                self.walks.retain(|walk| walk.root != *known);
                self.walks.extend(root.look_again(known, resolution.real));
            }
            for folder in &root.folders {
                if let Some(name) = known_path(known, root.real.as_deref(), folder) {
                    table.add_tree_folder(folder, name);
                }
            }
        }
        let files: Vec<(PathBuf, PathBuf)> = (self.followed.iter())
            .map(|(known, file)| (known.clone(), file.absolute.clone()))
            .collect();
        for (known, absolute) in files {
            let placement = self.placement(&absolute);
            placement.install(&mut table, &known);
            let polled = self.is_polled(&placement);
            if let Some(file) = self.followed.get_mut(&known) {
                file.polled = polled;
            }
        }
        table
    }

    /// Goes on with the oldest walk for a few entries.
    pub(super) fn walk_on(&mut self) {
        let Some(mut walk) = self.walks.pop_front() else {
            return;
        };
        for _ in 0..WALK_STEP {
            let Some(entry) = walk.walk.next() else {
                return;
            };
            let Ok(entry) = entry else { continue };
            if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                let is_new = self.add_tree_folder(&walk.root, entry.path());
                if let Some(fresh) = &mut walk.fresh
                    && is_new
                {
                    fresh.insert(entry.into_path());
                }
            } else if let Some(fresh) = &walk.fresh
                && entry.path().parent().is_some_and(|folder| fresh.contains(folder))
            {
                self.report_new(entry.path());
            }
        }
        self.walks.push_front(walk);
    }

    /// True when the folder is armed now and was not before.
    fn add_tree_folder(&mut self, root: &Path, folder: &Path) -> bool {
        let Some(entry) = self.roots.get_mut(root) else {
            return false;
        };
        let Some(known) = known_path(root, entry.real.as_deref(), folder) else {
            return false;
        };
        entry.folders.insert(folder.to_path_buf());
        self.table().add_tree_folder(folder, known);
        self.arm(folder)
    }

    pub(super) fn folder_appeared(&mut self, folder: &Path) {
        let Some(parent) = folder.parent() else { return };
        for (known, root) in &self.roots {
            if root.folders.contains(parent)
                && let Some(walk) = tree::walk_new(folder)
            {
                self.walks.push_back(TreeWalk {
                    root: known.clone(),
                    walk,
                    fresh: Some(HashSet::new()),
                });
            }
        }
    }

    /// A watched folder is not under this path any more. What has taken its place is found by reconciling.
    pub(super) fn folder_lost(&mut self, folder: &Path) {
        for root in self.roots.values_mut() {
            root.folders.retain(|inner| !inner.starts_with(folder));
            if root.real.as_ref().is_some_and(|real| real.starts_with(folder)) {
                root.real = None;
            }
        }
        self.disarm(|inner| inner.starts_with(folder));
        self.stale = true;
    }

    /// Nothing that was believed about the folders holds: look at each, walk the roots, compare all files.
    pub(super) fn events_lost(&mut self) {
        let gone: HashSet<PathBuf> = (self.armed.iter())
            .filter(|(folder, armed)| FileStamp::of(folder).is_none_or(|stamp| stamp.id != armed.stamp.id))
            .map(|(folder, _)| folder.clone())
            .collect();
        self.disarm(|folder| gone.contains(folder));
        for (known, root) in &mut self.roots {
            root.folders.retain(|folder| folder.is_dir());
            if let Some(real) = &root.real {
                self.walks.push_back(TreeWalk {
                    root: known.clone(),
                    walk: tree::walk(real),
                    fresh: Some(HashSet::new()),
                });
            }
        }
        self.stale = true;
    }

    /// Watches a folder. True when it was not watched before and is now.
    ///
    /// One that is not there any more is lost: it was there when its path was resolved, so nothing else was armed
    /// that would tell of its return.
    fn arm(&mut self, folder: &Path) -> bool {
        if self.armed.contains_key(folder) {
            return false;
        }
        let Some(stamp) = FileStamp::of(folder) else {
            self.folder_lost(folder);
            return false;
        };
        let mut polled = self.settings.poll.is_some();
        let mut native = false;
        if !polled {
            if let Some(filesystem) = self.remote(folder, stamp.id.0) {
                self.notice(folder, PollReason::NetworkFileSystem { filesystem });
                polled = true;
            }
            // On a network file system too: changes made on this machine give events at once.
            match self.watch(folder) {
                Ok(true) => native = true,
                Ok(false) => {
                    self.folder_lost(folder);
                    return false;
                }
                Err(reason) => {
                    if let Some(reason) = reason {
                        self.notice(folder, reason);
                    }
                    polled = true;
                }
            }
        }
        let mut armed = Armed {
            stamp,
            native,
            polled,
            listing: None,
        };
        if polled {
            armed.stamp = sure_stamp(stamp);
            if self.table().get(folder).is_some_and(|entry| entry.in_tree) {
                armed.listing = Some(list(folder));
            }
            if self.next_poll.is_none() {
                self.next_poll = Some(Instant::now() + self.poll_interval());
            }
        }
        self.armed.insert(folder.to_path_buf(), armed);
        true
    }

    /// Asks for native events; an error without a reason is one that was told before.
    fn watch(&mut self, folder: &Path) -> Result<bool, Option<PollReason>> {
        if self.backend.is_none() && !self.backend_tried {
            self.backend_tried = true;
            let backend = Backend::start(std::sync::Arc::clone(&self.shared), self.control.clone());
            self.backend = Some(backend.map_err(Some)?);
        }
        let Some(backend) = &mut self.backend else {
            return Err(None);
        };
        let answer = backend.watch(folder).map_err(Some);
        if backend.is_broken() {
            self.disarm_all();
        }
        answer
    }

    fn disarm(&mut self, leaves: impl Fn(&Path) -> bool) {
        let leaving: Vec<PathBuf> = self.armed.keys().filter(|folder| leaves(folder)).cloned().collect();
        let mut ids = HashSet::new();
        for folder in &leaving {
            if let Some(armed) = self.armed.remove(folder)
                && armed.native
                && let Some(backend) = &mut self.backend
            {
                backend.unwatch(folder);
                ids.insert(armed.stamp.id);
            }
        }
        // inotify knows a folder, not its paths: one that was moved, or is mounted twice, has one watch for both
        // paths, and that one is gone now.
        if !ids.is_empty()
            && let Some(backend) = &mut self.backend
        {
            for (folder, armed) in &self.armed {
                if armed.native && ids.contains(&armed.stamp.id) {
                    let _ = backend.watch(folder);
                    self.stale = true;
                }
            }
        }
    }

    fn remote(&mut self, folder: &Path, device: u64) -> Option<&'static str> {
        *(self.devices.entry(device)).or_insert_with(|| filesystem::remote(folder))
    }

    fn notice(&mut self, folder: &Path, reason: PollReason) {
        if self.noticed.insert(std::mem::discriminant(&reason)) && !self.shared.is_stopped() {
            (self.shared.sink)(WatchSignal::Notice(WatchNotice {
                folder: folder.to_path_buf(),
                interval: self.poll_interval(),
                reason,
            }));
        }
    }

    pub(super) fn table(&self) -> std::sync::RwLockWriteGuard<'_, FolderTable> {
        self.shared.folders.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The path of a real folder as seen through its root.
fn known_path(root: &Path, real: Option<&Path>, folder: &Path) -> Option<PathBuf> {
    let below = folder.strip_prefix(real?).ok()?;
    Some(if below.as_os_str().is_empty() {
        root.to_path_buf()
    } else {
        root.join(below)
    })
}
