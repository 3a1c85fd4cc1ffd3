//! Raw file events in, [`ChangeBatch`]es out.
//!
//! A save must not wait for the possibility of another one, and two hundred files of one `git checkout` must not
//! become two hundred batches. So a single complete file is due at once; only when another one came within
//! [`BURST_GAP`] does the batch wait for a moment of quiet. Files that are not known to be complete wait for
//! `debounce`, vanished ones for `grace`.
//!
//! [`Batcher`] is told the time and never asks for it; [`next_batch`] drives it from a channel.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::watch::{FileEvent, FileEventKind, WatchSettings};

/// Complete files that come this close together belong to one operation. Two saves by hand never do; a checkout
/// writes a file every 20 to 100 microseconds.
pub const BURST_GAP: Duration = Duration::from_millis(2);

/// A burst is over after this much quiet.
pub const BURST_QUIET: Duration = Duration::from_millis(5);

/// A burst is cut here, so that an endless one (a build that writes sources) is seen too.
pub const BURST_LIMIT: Duration = Duration::from_millis(50);

/// What to reload together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeBatch {
    /// Changed files, sorted, each once.
    pub paths: Vec<PathBuf>,
    /// Those of `paths` that were not closed after their last change; their content may be half of it.
    pub unclosed: Vec<PathBuf>,
    /// Those of `paths` that were captured before, put back, and quiet since.
    pub confirmed: Vec<PathBuf>,
    /// Files that are gone for longer than `grace`, sorted, each once.
    pub vanished: Vec<PathBuf>,
    /// Files that are gone, but may still return; sorted. They are not part of the batch: this tells a file that was
    /// renamed or moved from a copy.
    pub missing: Vec<PathBuf>,
    /// Texts of files that count instead of what is on disk: handed over by the program, or taken back.
    pub given: BTreeMap<PathBuf, Arc<str>>,
    /// When the first event of the batch came; latency is measured from here.
    pub since: Option<Instant>,
}

impl ChangeBatch {
    /// Nothing to do?
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.vanished.is_empty()
    }
}

/// Merges events; a pure state machine.
#[derive(Debug)]
pub struct Batcher {
    debounce: Duration,
    grace: Duration,
    pending: BTreeMap<PathBuf, Pending>,
    /// The last file that was complete, pending or not: the next one tells by it whether it is part of a burst.
    last_complete: Option<(PathBuf, Instant)>,
    /// The first and the last complete file of the burst that is going on.
    burst: Option<(Instant, Instant)>,
}

/// What is known of a file since the last batch.
#[derive(Clone, Copy, Debug)]
struct Pending {
    state: State,
    /// Its first event.
    since: Instant,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Complete,
    /// Quiet since then, but not closed.
    Touched(Instant),
    /// Captured before; due then if nothing happens.
    PutBack(Instant),
    /// Gone since then.
    Vanished(Instant),
}

impl Batcher {
    /// Takes `debounce` and `grace` of the settings.
    pub fn new(settings: &WatchSettings) -> Self {
        Self {
            debounce: settings.debounce,
            grace: settings.grace,
            pending: BTreeMap::new(),
            last_complete: None,
            burst: None,
        }
    }

    /// Other settings, also for what is pending.
    pub fn replace_settings(&mut self, settings: &WatchSettings) {
        self.debounce = settings.debounce;
        self.grace = settings.grace;
    }

    /// Takes one event. Events of files that do not matter must not get here: they would make a burst of one save.
    pub fn push(&mut self, event: FileEvent) {
        let FileEvent { path, kind, at } = event;
        let before = self.pending.get(&path).copied();
        let state = match kind {
            FileEventKind::Complete => {
                self.note_complete(&path, at);
                State::Complete
            }
            // A complete file is being written again: what would be read now may be half of it, or nothing.
            FileEventKind::Touched => State::Touched(at),
            FileEventKind::Attributes => match before {
                Some(_) => return,
                None => State::Touched(at),
            },
            FileEventKind::Vanished => match before.map(|pending| pending.state) {
                Some(State::Vanished(_)) => return,
                _ => State::Vanished(at),
            },
        };
        let since = before.map_or(at, |pending| pending.since);
        self.pending.insert(path, Pending { state, since });
    }

    fn note_complete(&mut self, path: &Path, at: Instant) {
        let is_burst = (self.last_complete.as_ref())
            .is_some_and(|(last, when)| last != path && at.saturating_duration_since(*when) <= BURST_GAP);
        match &mut self.burst {
            Some((_, last)) => *last = at,
            None if is_burst => self.burst = Some((at, at)),
            None => {}
        }
        self.last_complete = Some((path.to_path_buf(), at));
    }

    /// Looks at files once more after `debounce`, unless something happens to them before: for those that a capture
    /// found empty or changing ([`Snapshot::unfinished`](super::capture::Snapshot::unfinished)).
    pub fn put_back(&mut self, paths: &[PathBuf], now: Instant) {
        for path in paths {
            self.pending.entry(path.clone()).or_insert(Pending {
                state: State::PutBack(now + self.debounce),
                since: now,
            });
        }
    }

    /// Forgets what is pending of these files: somebody else has looked at them.
    pub fn forget(&mut self, paths: &[PathBuf]) {
        for path in paths {
            self.pending.remove(path);
        }
    }

    /// When a file that is being written will have been quiet for long enough; `None` for one that nobody writes.
    pub fn quiet_at(&self, path: &Path) -> Option<Instant> {
        let pending = self.pending.get(path)?;
        matches!(pending.state, State::Touched(_)).then(|| self.due_at(pending))
    }

    /// Files that are gone, and may still return.
    pub fn vanished(&self) -> Vec<PathBuf> {
        let gone = self.pending.iter();
        let gone = gone.filter(|(_, pending)| matches!(pending.state, State::Vanished(_)));
        gone.map(|(path, _)| path.clone()).collect()
    }

    /// Is this file being written again? What was read of it since may be half of a save.
    pub fn is_open(&self, path: &Path) -> bool {
        matches!(
            self.pending.get(path),
            Some(Pending {
                state: State::Touched(_),
                ..
            })
        )
    }

    /// When [`take`](Self::take) has something to give; in the past when it has it already. `None`: not before
    /// another event.
    pub fn due(&self) -> Option<Instant> {
        self.pending.values().map(|pending| self.due_at(pending)).min()
    }

    fn due_at(&self, pending: &Pending) -> Instant {
        match pending.state {
            State::Complete => match self.burst {
                Some((first, last)) => (last + BURST_QUIET).min(first + BURST_LIMIT),
                None => pending.since,
            },
            State::Touched(at) => at + self.debounce,
            State::PutBack(at) => at,
            State::Vanished(at) => at + self.grace,
        }
    }

    /// Everything that is due. Push what is queued first: it becomes part of the same batch.
    pub fn take(&mut self, now: Instant) -> Option<ChangeBatch> {
        if self.due().is_none_or(|due| due > now) {
            return None;
        }
        let mut batch = ChangeBatch::default();
        let mut kept = BTreeMap::new();
        for (path, pending) in std::mem::take(&mut self.pending) {
            if self.due_at(&pending) > now {
                if let State::Vanished(_) = pending.state {
                    batch.missing.push(path.clone());
                }
                kept.insert(path, pending);
                continue;
            }
            batch.since = Some(batch.since.map_or(pending.since, |since| since.min(pending.since)));
            match pending.state {
                State::Complete => {}
                State::Touched(_) => batch.unclosed.push(path.clone()),
                State::PutBack(_) => batch.confirmed.push(path.clone()),
                State::Vanished(_) => {
                    batch.vanished.push(path);
                    continue;
                }
            }
            batch.paths.push(path);
        }
        self.pending = kept;
        if !self
            .pending
            .values()
            .any(|pending| matches!(pending.state, State::Complete))
        {
            self.burst = None;
        }
        Some(batch)
    }
}

/// What [`next_batch`] came back with.
#[derive(Debug, PartialEq, Eq)]
pub enum NextBatch {
    /// Something to reload.
    Batch(ChangeBatch),
    /// The deadline passed.
    TimedOut,
    /// The watcher is gone and nothing is pending.
    Closed,
}

/// Waits for the next batch of files that `wants` accepts.
pub fn next_batch(
    batcher: &mut Batcher,
    events: &Receiver<FileEvent>,
    deadline: Option<Instant>,
    wants: &dyn Fn(&Path) -> bool,
) -> NextBatch {
    loop {
        for event in events.try_iter() {
            if wants(&event.path) {
                batcher.push(event);
            }
        }
        let now = Instant::now();
        if let Some(batch) = batcher.take(now) {
            return NextBatch::Batch(batch);
        }
        if deadline.is_some_and(|deadline| deadline <= now) {
            return NextBatch::TimedOut;
        }
        let until = [batcher.due(), deadline].into_iter().flatten().min();
        let received = match until {
            Some(until) => events.recv_timeout(until - now),
            None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match received {
            Ok(event) if wants(&event.path) => batcher.push(event),
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => match batcher.due() {
                // A closed channel does not wait; what is pending still has its time.
                Some(due) => std::thread::sleep(due.saturating_duration_since(Instant::now())),
                None => return NextBatch::Closed,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FileEventKind::{Attributes, Complete, Touched, Vanished};
    use super::*;

    /// A batcher and its clock, in microseconds.
    struct Clock {
        batcher: Batcher,
        start: Instant,
    }

    impl Clock {
        fn new() -> Self {
            Self {
                batcher: Batcher::new(&WatchSettings::default()),
                start: Instant::now(),
            }
        }

        fn at(&self, microseconds: u64) -> Instant {
            self.start + Duration::from_micros(microseconds)
        }

        fn push(&mut self, microseconds: u64, path: &str, kind: FileEventKind) {
            let at = self.at(microseconds);
            self.batcher.push(FileEvent {
                path: path.into(),
                kind,
                at,
            });
        }

        fn due(&self) -> Option<u64> {
            self.batcher.due().map(|due| (due - self.start).as_micros() as u64)
        }

        fn take(&mut self, microseconds: u64) -> Option<ChangeBatch> {
            self.batcher.take(self.at(microseconds))
        }
    }

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn one_complete_file_does_not_wait() {
        let mut clock = Clock::new();
        clock.push(0, "a.py", Touched);
        clock.push(300, "a.py", Complete);
        let batch = clock.take(300).unwrap();
        assert_eq!(batch.paths, paths(&["a.py"]));
        assert!(batch.unclosed.is_empty());
        assert_eq!(batch.since, Some(clock.at(0)));
        assert_eq!(clock.due(), None);
    }

    #[test]
    fn saves_of_one_file_in_quick_succession_do_not_wait_either() {
        let mut clock = Clock::new();
        for save in 0..50 {
            clock.push(save * 500, "a.py", Complete);
            assert_eq!(clock.take(save * 500).unwrap().paths, paths(&["a.py"]));
        }
    }

    #[test]
    fn a_burst_becomes_one_batch_after_its_first_file() {
        let mut clock = Clock::new();
        clock.push(0, "000.py", Complete);
        assert!(clock.take(10).is_some());
        for file in 1..200_u64 {
            clock.push(file * 100, &format!("{file:03}.py"), Complete);
            assert!(clock.take(file * 100 + 50).is_none());
        }
        assert_eq!(clock.due(), Some(19_900 + 5_000));
        assert_eq!(clock.take(24_900).unwrap().paths.len(), 199);
    }

    #[test]
    fn an_endless_burst_is_cut() {
        let mut clock = Clock::new();
        let mut batches = Vec::new();
        for file in 0..2_000_u64 {
            clock.push(file * 100, &format!("{file:04}.py"), Complete);
            batches.extend(clock.take(file * 100));
        }
        assert!((4..=6).contains(&batches.len()), "{}", batches.len());
    }

    #[test]
    fn two_files_far_apart_are_two_batches() {
        let mut clock = Clock::new();
        clock.push(0, "a.py", Complete);
        assert!(clock.take(0).is_some());
        clock.push(3_000, "b.py", Complete);
        assert_eq!(clock.take(3_000).unwrap().paths, paths(&["b.py"]));
    }

    #[test]
    fn an_unclosed_file_waits_for_quiet_and_does_not_hold_up_others() {
        let mut clock = Clock::new();
        clock.push(0, "open.py", Touched);
        clock.push(4_000, "open.py", Touched);
        clock.push(4_100, "done.py", Complete);
        let batch = clock.take(4_100).unwrap();
        assert_eq!(batch.paths, paths(&["done.py"]));
        assert_eq!(clock.due(), Some(9_000));
        let batch = clock.take(9_000).unwrap();
        assert_eq!(
            (batch.paths, batch.unclosed),
            (paths(&["open.py"]), paths(&["open.py"]))
        );
    }

    #[test]
    fn a_file_that_is_written_again_is_not_read_in_the_middle() {
        let mut clock = Clock::new();
        clock.push(0, "a.py", Complete);
        clock.push(50, "a.py", Touched);
        assert!(clock.batcher.is_open(Path::new("a.py")));
        assert!(clock.take(60).is_none());
        clock.push(200, "a.py", Complete);
        assert!(clock.take(200).is_some());
    }

    #[test]
    fn attributes_neither_delay_nor_replace_what_is_known() {
        let mut clock = Clock::new();
        clock.push(0, "a.py", Complete);
        clock.push(10, "a.py", Attributes);
        assert!(clock.take(10).unwrap().unclosed.is_empty());
        clock.push(20_000, "b.py", Attributes);
        assert_eq!(clock.due(), Some(25_000));
    }

    #[test]
    fn a_vanished_file_that_returns_is_a_changed_file() {
        let mut clock = Clock::new();
        clock.push(0, "a.py", Vanished);
        clock.push(100, "a.py", Touched);
        clock.push(300, "a.py", Complete);
        let batch = clock.take(300).unwrap();
        assert_eq!((batch.paths, batch.vanished), (paths(&["a.py"]), vec![]));
        assert_eq!(clock.due(), None);
    }

    #[test]
    fn a_vanished_file_is_told_after_the_grace_and_known_as_missing_before() {
        let mut clock = Clock::new();
        clock.push(0, "old.py", Vanished);
        clock.push(100, "new.py", Complete);
        let batch = clock.take(100).unwrap();
        assert_eq!((batch.paths, batch.missing), (paths(&["new.py"]), paths(&["old.py"])));
        clock.push(1_000_000, "old.py", Vanished);
        assert_eq!(clock.due(), Some(2_000_000));
        assert_eq!(clock.take(2_000_000).unwrap().vanished, paths(&["old.py"]));
    }

    #[test]
    fn a_file_put_back_is_confirmed_unless_something_happens() {
        let mut clock = Clock::new();
        let now = clock.at(0);
        clock.batcher.put_back(&paths(&["a.py", "b.py"]), now);
        clock.push(100, "a.py", Touched);
        let batch = clock.take(5_000).unwrap();
        assert_eq!((batch.paths, batch.confirmed), (paths(&["b.py"]), paths(&["b.py"])));
        assert!(clock.batcher.is_open(Path::new("a.py")));
    }

    #[test]
    fn next_batch_takes_what_is_queued_and_only_what_is_wanted() {
        let (send, events) = std::sync::mpsc::channel();
        for name in ["a.py", "b.txt", "c.py"] {
            let event = FileEvent {
                path: name.into(),
                kind: Complete,
                at: Instant::now() - Duration::from_secs(1),
            };
            send.send(event).unwrap();
        }
        let mut batcher = Batcher::new(&WatchSettings::default());
        let wants = |path: &Path| path.extension().is_some_and(|extension| extension == "py");
        let NextBatch::Batch(batch) = next_batch(&mut batcher, &events, None, &wants) else {
            panic!("a batch was queued");
        };
        assert_eq!(batch.paths, paths(&["a.py", "c.py"]));
        let soon = Instant::now() + Duration::from_millis(1);
        assert_eq!(
            next_batch(&mut batcher, &events, Some(soon), &wants),
            NextBatch::TimedOut
        );
        drop(send);
        assert_eq!(next_batch(&mut batcher, &events, None, &wants), NextBatch::Closed);
    }
}
