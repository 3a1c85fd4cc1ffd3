//! The only user of `notify`: arms folders and translates its events.
//!
//! One watch per folder, never its recursive mode: that has no way to leave folders out, walks the whole tree on the
//! caller's time and takes a watch for each folder of it. `notify` 8.2 on inotify reads the queue in a thread of its
//! own and calls back at once: it has no timer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Instant;

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RenameMode};
use notify::{Config, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::worker::Control;
use super::{FileEventKind, PollReason, Shared};

/// The system's file events.
pub(super) struct Backend {
    /// `None` after it broke.
    watcher: Option<RecommendedWatcher>,
}

impl Backend {
    /// Opens an event queue. File events go to the sink of `shared` directly, what changes the set of folders to the
    /// worker.
    pub(super) fn start(shared: Arc<Shared>, worker: Sender<Control>) -> Result<Self, PollReason> {
        let handler = move |event: notify::Result<notify::Event>| handle(&shared, &worker, event);
        RecommendedWatcher::new(handler, Config::default().with_follow_symlinks(false))
            .map(|watcher| Self { watcher: Some(watcher) })
            .map_err(|error| reason(&error))
    }

    /// Watches the entries of one folder and whether it goes away. False when it is not there.
    pub(super) fn watch(&mut self, folder: &Path) -> Result<bool, PollReason> {
        match self.guarded(|watcher| watcher.watch(folder, RecursiveMode::NonRecursive)) {
            Ok(()) => Ok(true),
            Err(error) if matches!(error.kind, notify::ErrorKind::PathNotFound) => Ok(false),
            Err(error) => Err(reason(&error)),
        }
    }

    /// True once its thread has ended: no folder is watched any more.
    pub(super) fn is_broken(&self) -> bool {
        self.watcher.is_none()
    }

    /// Forgets a folder; one that is not watched is no error.
    pub(super) fn unwatch(&mut self, folder: &Path) {
        let _ = self.guarded(|watcher| watcher.unwatch(folder));
    }

    /// `notify` unwraps when its thread is gone, which happens when the program closed its descriptors (a daemon that
    /// closes all of them). That must cost the program nothing but its events.
    fn guarded(&mut self, call: impl FnOnce(&mut RecommendedWatcher) -> notify::Result<()>) -> notify::Result<()> {
        let broken = || notify::Error::generic("its event thread has ended");
        let watcher = self.watcher.as_mut().ok_or_else(broken)?;
        catch_unwind(AssertUnwindSafe(|| call(watcher))).unwrap_or_else(|_| {
            // Its destructor would unwrap as well.
            std::mem::forget(self.watcher.take());
            Err(broken())
        })
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        let watcher = self.watcher.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(watcher)));
    }
}

fn reason(error: &notify::Error) -> PollReason {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => PollReason::WatchesUsedUp,
        #[cfg(unix)]
        notify::ErrorKind::Io(error) if error.raw_os_error() == Some(libc::EMFILE) => {
            // inotify_init(2) gives EMFILE for the user's limit of instances and for the process's limit of
            // descriptors; only the second also stops an ordinary open.
            match std::fs::File::open("/dev/null") {
                Err(open) if open.raw_os_error() == Some(libc::EMFILE) => PollReason::OpenFiles,
                _ => PollReason::InstancesUsedUp,
            }
        }
        _ => PollReason::Unavailable {
            error: error.to_string(),
        },
    }
}

/// What one event of `notify` means for a name in a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// A file was closed after writing.
    Closed,
    /// Something, perhaps a folder, was moved here.
    MovedHere,
    /// A name was created that is no folder.
    Created,
    /// A folder was created.
    FolderCreated,
    Touched,
    Attributes,
    Vanished,
    /// Look whether it is there: systems that do not say which side of a rename they report.
    Either,
}

fn meaning(kind: EventKind) -> Option<Meaning> {
    Some(match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Meaning::Closed,
        EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Meaning::MovedHere,
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) | EventKind::Remove(_) => Meaning::Vanished,
        // Comes after From and To, and repeats them.
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => return None,
        EventKind::Modify(ModifyKind::Name(_)) => Meaning::Either,
        EventKind::Modify(ModifyKind::Metadata(_)) => Meaning::Attributes,
        EventKind::Modify(_) => Meaning::Touched,
        EventKind::Create(CreateKind::Folder) => Meaning::FolderCreated,
        EventKind::Create(_) => Meaning::Created,
        _ => return None,
    })
}

fn handle(shared: &Shared, worker: &Sender<Control>, event: notify::Result<notify::Event>) {
    if shared.is_stopped() {
        return;
    }
    let at = Instant::now();
    let event = match event {
        Ok(event) if !event.need_rescan() => event,
        // The queue overflowed, or an event could not be read: whatever was lost is found by comparing.
        _ => return tell(worker, Control::EventsLost),
    };
    let Some(meaning) = meaning(event.kind) else {
        return;
    };
    for path in event.paths {
        handle_path(shared, worker, path, meaning, at);
    }
}

fn handle_path(shared: &Shared, worker: &Sender<Control>, path: PathBuf, meaning: Meaning, at: Instant) {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return;
    };
    let table = shared.folders.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    if table.sync_folder.as_deref() == Some(folder) {
        if meaning == Meaning::Created {
            tell(worker, Control::SyncSeen(name.to_os_string()));
        }
        return;
    }
    let is_watched_folder = table.get(&path).is_some();
    let (known, is_hinge, in_tree) = match table.get(folder) {
        Some(entry) => (entry.known_paths(name), entry.is_hinge(name), entry.in_tree),
        None => (Vec::new(), false, false),
    };
    drop(table);

    let meaning = match meaning {
        Meaning::Either if path.symlink_metadata().is_ok() => Meaning::MovedHere,
        Meaning::Either => Meaning::Vanished,
        meaning => meaning,
    };
    // Asked before the report only where the report depends on it.
    let created = (meaning == Meaning::Created).then(|| LinkKind::of(&path));
    let kind = match meaning {
        Meaning::Closed | Meaning::MovedHere => Some(FileEventKind::Complete),
        // link(2) and symlink(2) make a name for content that is there: nobody will close anything.
        Meaning::Created if created != Some(LinkKind::OnlyName) => Some(FileEventKind::Complete),
        Meaning::Created | Meaning::Touched => Some(FileEventKind::Touched),
        Meaning::Attributes => Some(FileEventKind::Attributes),
        Meaning::Vanished => Some(FileEventKind::Vanished),
        Meaning::FolderCreated | Meaning::Either => None,
    };
    if let Some(kind) = kind
        && !is_watched_folder
    {
        for known in &known {
            shared.report(known.clone(), kind, at);
        }
    }

    if is_watched_folder && meaning == Meaning::Vanished {
        tell(worker, Control::FolderLost(path.clone()));
    }
    let appeared = matches!(meaning, Meaning::MovedHere | Meaning::Created | Meaning::FolderCreated);
    if is_hinge && (appeared || meaning == Meaning::Vanished) {
        tell(worker, Control::HingeMoved);
    }
    if in_tree && (meaning == Meaning::FolderCreated || (meaning == Meaning::MovedHere && path.is_dir())) {
        tell(worker, Control::FolderAppeared(path));
    } else if appeared && !is_hinge && !known.is_empty() {
        let link = created.unwrap_or_else(|| LinkKind::of(&path));
        if link == LinkKind::Symlink {
            tell(worker, Control::SymlinkAppeared(known));
        }
    }
}

/// What a new name is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LinkKind {
    Symlink,
    /// The file has other names.
    HardLink,
    /// A new file, or none any more.
    OnlyName,
}

impl LinkKind {
    fn of(path: &Path) -> Self {
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => Self::Symlink,
            #[cfg(unix)]
            Ok(metadata) if metadata.is_file() && std::os::unix::fs::MetadataExt::nlink(&metadata) > 1 => {
                Self::HardLink
            }
            _ => Self::OnlyName,
        }
    }
}

fn tell(worker: &Sender<Control>, message: Control) {
    // Fails only when the watcher is being dropped.
    let _ = worker.send(message);
}
