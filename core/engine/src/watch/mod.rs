//! Tells the session which source files changed, as early as the system knows it.
//!
//! Folders are watched, never files: an editor that saves by renaming replaces the file, and a watch on it would go
//! with the old one. Every folder is watched once, under its real path, and events are reported under the paths by
//! which the program knows the file (`co_filename`), however many symlinks lie between. Where the system cannot tell
//! (network file systems, inotify used up) files are compared by their metadata at an interval.
//!
//! Two threads, whatever the number of files: the one of `notify`, which reports a save directly, and a worker that
//! arms folders. Nothing here sleeps or waits before it reports an event; merging is `pipeline::batch`.
//!
//! Not seen: a folder two or more levels above a followed file that is itself a plain folder, outside all roots, and
//! renamed (its parent would have to be watched, and so on up to `/`); it is noticed with the next event that leads
//! to a rescan. A `.gitignore` that changes counts for folders that appear later.

mod backend;
mod filesystem;
mod folder_names;
mod resolve;
mod stamp;
#[cfg(test)]
mod tests;
mod tree;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use folder_names::FolderTable;
pub(crate) use stamp::FileStamp;
pub(crate) use tree::prepare_for_forks;
use worker::{Control, Worker};

/// How to watch; the `[watch]` table of the configuration, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchSettings {
    /// Compare files by metadata at this interval instead of asking the system for events. Default: `None`, which
    /// still polls (every [`AUTOMATIC_POLL`]) where events are not to be had.
    pub poll: Option<Duration>,
    /// Quiet time after which a file that was written, but not closed, counts as complete. Default: 5 ms.
    pub debounce: Duration,
    /// How long a vanished file may take to return before it counts as deleted. Default: 2 s.
    pub grace: Duration,
}

/// The interval of polling that nobody asked for.
pub const AUTOMATIC_POLL: Duration = Duration::from_millis(500);

impl Default for WatchSettings {
    fn default() -> Self {
        Self {
            poll: None,
            debounce: Duration::from_millis(5),
            grace: Duration::from_secs(2),
        }
    }
}

/// Something happened to one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEvent {
    /// The path under which the program knows the file; for a file that nobody follows, its root and the rest.
    pub path: PathBuf,
    /// What is known about it.
    pub kind: FileEventKind,
    /// When this process learned of it.
    pub at: Instant,
}

/// What an event says about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileEventKind {
    /// Its content is there: closed after writing, moved into place, linked, or found changed and quiet.
    Complete,
    /// It is being written, or was created and may still be written.
    Touched,
    /// Permissions or other metadata changed: worth a look if it could not be read before, no sign of new content.
    Attributes,
    /// It is not under this name any more.
    Vanished,
}

/// What a [`Watcher`] tells its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchSignal {
    /// A file changed.
    File(FileEvent),
    /// Polling began for some folders; at most one for each reason in the life of a watcher.
    Notice(WatchNotice),
}

/// Why some folders are polled although nobody asked for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is polled every {} ms: {reason}", folder.display(), interval.as_millis())]
pub struct WatchNotice {
    /// The first folder that it happened to.
    pub folder: PathBuf,
    /// The interval.
    pub interval: Duration,
    /// Why, and what to do about it.
    pub reason: PollReason,
}

/// What stands in the way of native events.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PollReason {
    /// Changes made on another machine give no events here.
    #[error("{filesystem} does not report changes made elsewhere (set `[watch] poll` to choose the interval)")]
    NetworkFileSystem {
        /// Its usual name, such as `nfs`.
        filesystem: &'static str,
    },
    /// `ENOSPC`.
    #[error("inotify watches are used up; raise the sysctl `fs.inotify.max_user_watches`")]
    WatchesUsedUp,
    /// `EMFILE` although the process may open files.
    #[error("inotify instances are used up; raise the sysctl `fs.inotify.max_user_instances`")]
    InstancesUsedUp,
    /// `EMFILE`, and the process may not open any file.
    #[error("this process has too many open files; raise `ulimit -n`")]
    OpenFiles,
    /// Anything else.
    #[error("the system's file events are not to be had ({error})")]
    Unavailable {
        /// What the system said.
        error: String,
    },
}

/// Why a watcher could not be started or given a path.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The system gave no thread.
    #[error("cannot start the file watcher")]
    Thread(#[source] std::io::Error),
    /// A relative path, and the current folder is gone.
    #[error("cannot tell where {} is", path.display())]
    Relative {
        /// The path as given.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
}

/// What the threads of one watcher share.
pub(super) struct Shared {
    /// Called from both threads.
    sink: Box<dyn Fn(WatchSignal) + Send + Sync>,
    /// Set by `Drop`: nothing is reported any more and walks end early.
    stopped: AtomicBool,
    /// Who knows which folder under which name.
    folders: RwLock<FolderTable>,
}

impl Shared {
    fn report(&self, path: PathBuf, kind: FileEventKind, at: Instant) {
        if !self.is_stopped() {
            (self.sink)(WatchSignal::File(FileEvent { path, kind, at }));
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}

/// Watches roots and followed files until it is dropped.
///
/// All methods return at once; the work is done by the watcher's own threads. No save is missed between a call and
/// its taking effect: files are compared when their folder is armed.
pub struct Watcher {
    control: Sender<Control>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Starts watching nothing; add roots and files.
    ///
    /// `sink` is called from two threads and must neither block nor panic; a channel's `send` is what it is made for.
    ///
    /// # Errors
    /// [`WatchError::Thread`]. That the system has no events to give is no error: those folders are polled, and a
    /// [`WatchNotice`] says so.
    pub fn start(
        settings: WatchSettings,
        sink: impl Fn(WatchSignal) + Send + Sync + 'static,
    ) -> Result<Self, WatchError> {
        let (control, messages): (Sender<Control>, Receiver<Control>) = channel();
        let shared = Arc::new(Shared {
            sink: Box::new(sink),
            stopped: AtomicBool::new(false),
            folders: RwLock::default(),
        });
        let (for_worker, for_backend) = (Arc::clone(&shared), control.clone());
        let thread = std::thread::Builder::new()
            .name("jurigged watcher".into())
            .spawn(move || Worker::new(settings, for_worker, for_backend).run(&messages))
            .map_err(WatchError::Thread)?;
        Ok(Self {
            control,
            shared,
            thread: Some(thread),
        })
    }

    /// Watches a folder and everything below it, except hidden folders, those in `.gitignore`, virtual environments,
    /// `__pycache__` and `node_modules`. It need not exist yet.
    ///
    /// # Errors
    /// [`WatchError::Relative`].
    pub fn add_root(&self, root: impl AsRef<Path>) -> Result<(), WatchError> {
        self.send(Control::AddRoot(absolute(root.as_ref())?));
        Ok(())
    }

    /// Takes [`add_root`](Self::add_root) back; files that are followed stay so.
    ///
    /// # Errors
    /// [`WatchError::Relative`].
    pub fn remove_root(&self, root: impl AsRef<Path>) -> Result<(), WatchError> {
        self.send(Control::RemoveRoot(absolute(root.as_ref())?));
        Ok(())
    }

    /// Watches one file, wherever it is, and reports it under exactly this path.
    ///
    /// To be called when the file was loaded. A file that changed less than two seconds before, or between this call
    /// and its taking effect, is reported once, so that a save after the load is never missed: compare its content. So
    /// is one that is not there.
    ///
    /// # Errors
    /// [`WatchError::Relative`].
    pub fn follow(&self, file: impl AsRef<Path>) -> Result<(), WatchError> {
        let known = file.as_ref().to_path_buf();
        self.send(Control::Follow {
            absolute: absolute(&known)?,
            known,
            since: SystemTime::now(),
        });
        Ok(())
    }

    /// Takes [`follow`](Self::follow) back. The file is still reported if it lies below a root.
    pub fn unfollow(&self, file: impl AsRef<Path>) {
        self.send(Control::Unfollow(file.as_ref().to_path_buf()));
    }

    /// Other settings from now on, without missing an event in between.
    pub fn replace_settings(&self, settings: WatchSettings) {
        self.send(Control::ReplaceSettings(settings));
    }

    /// Waits until every change that was complete before this call has been reported.
    ///
    /// Natively this is one file in a private temporary folder: its event comes through the same queue as all
    /// others, so those are through when it is. With polling it is one more comparison of all files.
    ///
    /// Returns false after `timeout`, and when called from within the sink.
    #[must_use]
    pub fn sync(&self, timeout: Duration) -> bool {
        if self.called_by_worker() {
            return false;
        }
        let (done, wait) = channel();
        self.send(Control::Sync(done));
        wait.recv_timeout(timeout).is_ok()
    }

    /// Leaves an inherited watcher alone in a forked child.
    ///
    /// The child has none of the threads but shares the parent's event queue: reading from it would steal events, and
    /// an ordinary drop would wait for threads that are not there. The child starts a watcher of its own; the memory
    /// of this one is not given back.
    pub fn forget_after_fork(self) {
        std::mem::forget(self);
    }

    fn send(&self, message: Control) {
        // Fails only when the worker has ended, after which nothing can be watched anyway.
        let _ = self.control.send(message);
    }

    fn called_by_worker(&self) -> bool {
        self.thread
            .as_ref()
            .is_some_and(|thread| thread.thread().id() == std::thread::current().id())
    }
}

impl Drop for Watcher {
    /// Stops both threads. An event that is being reported at that moment may still come through.
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Release);
        self.send(Control::Stop);
        let on_worker = self.called_by_worker();
        if let Some(thread) = self.thread.take()
            && !on_worker
        {
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Watcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watcher").finish_non_exhaustive()
    }
}

fn absolute(path: &Path) -> Result<PathBuf, WatchError> {
    std::path::absolute(path).map_err(|source| WatchError::Relative {
        path: path.to_path_buf(),
        source,
    })
}
