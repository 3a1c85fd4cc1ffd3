//! The thread that decides which folders are watched.
//!
//! It owns the lists of roots and followed files, and makes the set of armed folders agree with them: one message at
//! a time, and once more over everything ([`Worker::reconcile`]) when a folder was lost or a symlink re-pointed.
//! Whenever a folder was armed, the files that matter are compared by metadata, so a save in the gap is not missed.

mod compare;
mod folders;
mod sync;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ffi::OsString;
use std::mem::Discriminant;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::time::{Duration, Instant, SystemTime};

use super::backend::Backend;
use super::resolve::Resolution;
use super::stamp::FileStamp;
use super::{PollReason, Shared, WatchSettings};
use sync::Syncs;

/// What the worker is told, by the watcher's owner and by the event thread.
pub(in crate::watch) enum Control {
    AddRoot(PathBuf),
    RemoveRoot(PathBuf),
    Follow {
        known: PathBuf,
        absolute: PathBuf,
        since: SystemTime,
    },
    Unfollow(PathBuf),
    ReplaceSettings(WatchSettings),
    Sync(Sender<()>),
    Stop,
    /// A watched folder was removed or renamed.
    FolderLost(PathBuf),
    /// A folder appeared in a folder of a root.
    FolderAppeared(PathBuf),
    /// A name on which some known path depends appeared, vanished or was replaced.
    HingeMoved,
    /// A name became a symlink; the paths by which it is known.
    SymlinkAppeared(Vec<PathBuf>),
    /// Some events were lost.
    EventsLost,
    /// The file of a sync was reported.
    SyncSeen(OsString),
}

/// A root, by its path as given.
#[derive(Default)]
struct Root {
    /// Where it leads; `None` while it does not exist, and when it must be walked again.
    real: Option<PathBuf>,
    /// Its folders that matter, by real path.
    folders: BTreeSet<PathBuf>,
    /// False until it was first looked for: what is found then is no news.
    started: bool,
}

/// A followed file, by its path as the program knows it.
struct Followed {
    absolute: PathBuf,
    /// As last compared; `None` when it was not there.
    stamp: Option<FileStamp>,
    /// In a folder that gives no events, or not all.
    polled: bool,
}

/// A watched folder.
struct Armed {
    stamp: FileStamp,
    native: bool,
    polled: bool,
    /// The names in it, for a polled folder of a root.
    listing: Option<BTreeSet<OsString>>,
}

/// A walk through (a part of) a root, done a few entries at a time.
struct TreeWalk {
    root: PathBuf,
    walk: ignore::Walk,
    /// Folders that were armed by this walk and whose files are news; `None` for the first walk of a root.
    fresh: Option<HashSet<PathBuf>>,
}

/// A changed file that may still be written.
struct Unsettled {
    absolute: PathBuf,
    stamp: FileStamp,
    due: Instant,
}

pub(in crate::watch) struct Worker {
    settings: WatchSettings,
    shared: Arc<Shared>,
    /// For the event thread.
    control: Sender<Control>,
    /// `None` while polling everything, or before the first folder.
    backend: Option<Backend>,
    /// Whether starting it was tried; it is not tried for every folder again.
    backend_tried: bool,
    roots: BTreeMap<PathBuf, Root>,
    followed: BTreeMap<PathBuf, Followed>,
    armed: HashMap<PathBuf, Armed>,
    walks: VecDeque<TreeWalk>,
    /// Resolutions of folders, until one of their hinges may have moved.
    resolved: HashMap<PathBuf, Resolution>,
    /// Everything must be resolved and compared again.
    stale: bool,
    unsettled: HashMap<PathBuf, Unsettled>,
    next_poll: Option<Instant>,
    /// Reasons that were told.
    noticed: HashSet<Discriminant<PollReason>>,
    /// Whether a device (`st_dev`) hides changes.
    devices: HashMap<u64, Option<&'static str>>,
    syncs: Syncs,
}

impl Worker {
    pub(in crate::watch) fn new(settings: WatchSettings, shared: Arc<Shared>, control: Sender<Control>) -> Self {
        Self {
            settings,
            shared,
            control,
            backend: None,
            backend_tried: false,
            roots: BTreeMap::new(),
            followed: BTreeMap::new(),
            armed: HashMap::new(),
            walks: VecDeque::new(),
            resolved: HashMap::new(),
            stale: false,
            unsettled: HashMap::new(),
            next_poll: None,
            noticed: HashSet::new(),
            devices: HashMap::new(),
            syncs: Syncs::default(),
        }
    }

    /// Works until [`Control::Stop`]. Messages come first: a long walk must not hold up a file that is followed now.
    pub(in crate::watch) fn run(mut self, messages: &Receiver<Control>) {
        while !self.shared.is_stopped() {
            let message = if self.is_busy() {
                match messages.try_recv() {
                    Ok(message) => Some(message),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => return,
                }
            } else {
                let wait = self.next_timer().map(|at| at.saturating_duration_since(Instant::now()));
                match messages.recv_timeout(wait.unwrap_or(FOREVER)) {
                    Ok(message) => Some(message),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            };
            match message {
                Some(Control::Stop) => return,
                Some(message) => self.handle(message),
                None if self.stale => self.reconcile(),
                None => self.walk_on(),
            }
            self.run_timers(Instant::now());
            // An empty file may take all of `grace` to settle; a sync does not wait for that.
            if !self.is_busy() && self.unsettled.values().all(|file| file.stamp.size == 0) {
                self.syncs.answer();
            }
        }
    }

    fn is_busy(&self) -> bool {
        self.stale || !self.walks.is_empty()
    }

    fn handle(&mut self, message: Control) {
        match message {
            Control::AddRoot(root) => self.add_root(root),
            Control::RemoveRoot(root) => {
                self.roots.remove(&root);
                self.walks.retain(|walk| walk.root != root);
                self.stale = true;
            }
            Control::Follow { known, absolute, since } => self.follow(known, absolute, since),
            Control::Unfollow(known) => {
                // Its folder stays armed until the next time that everything is resolved: it costs nothing.
                self.followed.remove(&known);
                self.unsettled.remove(&known);
            }
            Control::ReplaceSettings(settings) => self.replace_settings(settings),
            Control::Sync(done) => self.begin_sync(done),
            Control::SyncSeen(name) => self.syncs.seen(&name),
            Control::FolderLost(folder) => self.folder_lost(&folder),
            Control::FolderAppeared(folder) => self.folder_appeared(&folder),
            Control::HingeMoved => self.stale = true,
            Control::SymlinkAppeared(known) => {
                // Only a followed one: editors put symlinks beside the files that they edit, as locks.
                self.stale |= known.iter().any(|path| self.followed.contains_key(path));
            }
            Control::EventsLost => self.events_lost(),
            Control::Stop => {}
        }
    }

    fn replace_settings(&mut self, settings: WatchSettings) {
        let how_changed = settings.poll != self.settings.poll;
        self.settings = settings;
        if how_changed {
            self.disarm_all();
            self.backend_tried = false;
        }
    }

    /// Begins anew with nothing armed.
    fn disarm_all(&mut self) {
        self.backend = None;
        self.syncs.folder_lost(&self.shared);
        self.armed.clear();
        self.next_poll = None;
        self.stale = true;
    }

    fn next_timer(&self) -> Option<Instant> {
        let settle = self.unsettled.values().map(|file| file.due).min();
        [settle, self.next_poll].into_iter().flatten().min()
    }

    fn run_timers(&mut self, now: Instant) {
        self.settle_due(now);
        if self.next_poll.is_some_and(|at| at <= now) {
            self.poll();
            self.next_poll = Some(Instant::now() + self.poll_interval());
        }
    }

    fn poll_interval(&self) -> Duration {
        self.settings.poll.unwrap_or(super::AUTOMATIC_POLL)
    }
}

/// `recv_timeout` cannot wait for ever; one wake-up a day is as good.
const FOREVER: Duration = Duration::from_secs(24 * 60 * 60);
