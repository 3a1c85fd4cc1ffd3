//! The watcher over real files: every test waits for events, none for a time.

mod editors;
mod limits;
mod places;
mod polling;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::FileEventKind::{Complete, Touched, Vanished};
use super::{FileEvent, FileEventKind, WatchNotice, WatchSettings, WatchSignal, Watcher};

/// Far more than any event takes, so that only a lost one gets here.
const LONG: Duration = Duration::from_secs(20);

/// A temporary folder and a watcher.
struct Site {
    watcher: Watcher,
    signals: Receiver<WatchSignal>,
    top: PathBuf,
    _keep: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        Self::with(WatchSettings::default())
    }

    fn with(settings: WatchSettings) -> Self {
        let keep = tempfile::tempdir().expect("temp folder");
        // The temp folder may itself be reached through a symlink; that is tested where it is meant.
        let top = keep.path().canonicalize().expect("it exists");
        let (send, signals) = channel();
        let watcher = Watcher::start(settings, move |signal| {
            let _ = send.send(signal);
        })
        .expect("a thread");
        Self {
            watcher,
            signals,
            top,
            _keep: keep,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.top.join(name)
    }

    /// Makes a file, and its folders.
    fn file(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("below the top")).expect("a folder");
        fs::write(&path, "before\n").expect("a file");
        path
    }

    fn root(&self, name: &str) -> &Self {
        self.watcher.add_root(self.path(name)).expect("absolute");
        self
    }

    fn follow(&self, path: &Path) -> &Self {
        self.watcher.follow(path).expect("absolute");
        self
    }

    /// Everything is armed; what has been reported so far is forgotten.
    fn ready(&self) {
        assert!(self.watcher.sync(LONG), "the watcher does not answer");
        while self.signals.try_recv().is_ok() {}
    }

    /// Waits for an event, whatever comes before it.
    #[track_caller]
    fn expect(&self, path: impl AsRef<Path>, kind: FileEventKind) -> FileEvent {
        let path = path.as_ref();
        let end = Instant::now() + LONG;
        let mut seen = Vec::new();
        while let Ok(signal) = self.signals.recv_timeout(end.saturating_duration_since(Instant::now())) {
            match signal {
                WatchSignal::File(event) if event.path == path && event.kind == kind => return event,
                other => seen.push(other),
            }
        }
        panic!("no {kind:?} of {}, only {seen:#?}", path.display());
    }

    #[track_caller]
    fn expect_notice(&self) -> WatchNotice {
        let end = Instant::now() + LONG;
        while let Ok(signal) = self.signals.recv_timeout(end.saturating_duration_since(Instant::now())) {
            if let WatchSignal::Notice(notice) = signal {
                return notice;
            }
        }
        panic!("no notice");
    }

    /// All events up to now, in order.
    fn events(&self) -> Vec<(PathBuf, FileEventKind)> {
        assert!(self.watcher.sync(LONG), "the watcher does not answer");
        (self.signals.try_iter())
            .filter_map(|signal| match signal {
                WatchSignal::File(event) => Some((event.path, event.kind)),
                WatchSignal::Notice(_) => None,
            })
            .collect()
    }
}

/// Saves by writing a new file and renaming it.
fn save_by_rename(path: &Path, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).expect("writable");
    fs::rename(new, path).expect("same folder");
}

/// Runs a program; false, with a line in the output, when it is not on this machine.
fn run(program: &str, arguments: &[&str], folder: &Path) -> bool {
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Ok(output) => {
            assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
            true
        }
        Err(error) => {
            println!("NOT TESTED: {program} cannot be run here ({error})");
            false
        }
    }
}
