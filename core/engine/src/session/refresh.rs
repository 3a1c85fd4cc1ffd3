//! `jurigged.refresh()`: every save that was complete before is applied, or reported, on return.
//!
//! Events come late, some never (network file systems, a queue that ran over), so the files themselves are looked at:
//! first their metadata, then, where these differ or cannot tell, their content. A file time has the granularity of the
//! system's clock tick (4 or 10 ms on Linux), on some file systems of two seconds: two saves in one tick look alike. So the
//! metadata of a file that was young when it was looked at prove nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant, SystemTime};

use super::{Message, Worker, program};
use crate::diagnostic::{Diagnostic, Place};
use crate::pipeline::batch::ChangeBatch;
use crate::pipeline::capture::hash_bytes;
use crate::pipeline::edit_plan::PlanSettings;
use crate::pipeline::patch::Fault;
use crate::pipeline::report::{Foresight, Report};
use crate::pipeline::{Tools, foresee};
use crate::watch::{FileEvent, FileEventKind, FileStamp};

/// A file that changed less than this before it was looked at may change again without a sign (FAT: two seconds).
const YOUNG: Duration = Duration::from_secs(2);
/// How long to wait for the events of earlier saves. They only tell whether a writer still has a file open.
const EVENTS_WITHIN: Duration = Duration::from_millis(250);
/// How long to wait for a writer that keeps writing to a file that it has open.
const WRITERS_WITHIN: Duration = Duration::from_millis(250);

/// So much of what the watcher has applied is kept for a refresh; programs that never refresh keep no more.
const UNTOLD: usize = 1000;

/// What the metadata of a file were when its content was compared.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    stamp: FileStamp,
    at: SystemTime,
}

impl Look {
    /// Is the content certainly the same as then?
    fn proves(&self, stamp: &FileStamp) -> bool {
        self.stamp == *stamp && !is_young(stamp, self.at)
    }
}

/// May a file of these metadata have changed, when they were looked at, without a sign in them?
fn is_young(stamp: &FileStamp, at: SystemTime) -> bool {
    let is_old =
        |time: Option<SystemTime>| time.is_some_and(|time| at.duration_since(time).is_ok_and(|age| age > YOUNG));
    !is_old(stamp.modified) || (stamp.changed.is_some() && !is_old(stamp.changed))
}

/// Files that are not as they were when they were read last.
#[derive(Default)]
struct Differing {
    changed: Vec<PathBuf>,
    missing: Vec<PathBuf>,
}

impl Worker {
    /// Applies all that was saved, of one file where `only` names it, and waits for nothing but a writer at work.
    pub(super) fn refresh(&mut self, only: Option<&Path>, inbox: &Receiver<Message>) -> Report {
        let since = Instant::now();
        self.receive_files(inbox);
        let only = only.and_then(|file| self.program.find(file));
        let mut differing = self.look(only.as_deref());
        if !differing.changed.is_empty() && self.watcher.as_ref().is_some_and(|watcher| watcher.sync(EVENTS_WITHIN)) {
            self.await_writers(&differing.changed, inbox);
            // More may have been saved meanwhile, and what was half written is whole now.
            differing = self.look(only.as_deref());
        }
        let now = Instant::now();
        for path in differing.missing {
            let kind = FileEventKind::Vanished;
            self.batcher.push(FileEvent { path, kind, at: now });
        }
        self.batcher.forget(&differing.changed);
        let mut batch = match only {
            None => self.batcher.take(now).unwrap_or_default(),
            Some(_) => ChangeBatch::default(),
        };
        batch.missing = self.batcher.vanished();
        batch.paths.extend(differing.changed);
        batch.paths.sort();
        batch.paths.dedup();
        batch.confirmed = batch.paths.clone();
        batch.since = Some(since);
        let files = batch.paths.clone();
        self.keeps_report = false;
        let mut report = self.reload(batch);
        self.keeps_report = true;
        if let Some(module) = &report.awaits_import {
            let told = Diagnostic::notice(
                "executing",
                format!("this save is applied when the import of `{module}` has ended"),
            );
            report
                .diagnostics
                .extend(files.first().map(|file| told.place(Place::file(file))));
        }
        for file in &report.unfinished {
            let told = Diagnostic::notice("unfinished", "this file is not applied yet")
                .place(Place::file(file))
                .detail("it is empty, or is being written");
            report.diagnostics.push(told);
        }
        self.since_last(report)
    }

    /// Adds to the report of a refresh what the watcher has applied since the last one: the caller need not know who was
    /// first. What did not work then and does now is left out.
    fn since_last(&mut self, last: Report) -> Report {
        let mut all = std::mem::take(&mut self.untold);
        let status = super::lock(&self.door.status);
        all.diagnostics
            .retain(|diagnostic| diagnostic.running_now.is_none() || status.has(diagnostic));
        drop(status);
        all.extend(&last);
        all
    }

    /// Keeps what a batch did for the next refresh.
    pub(super) fn keep_for_refresh(&mut self, report: &Report) {
        if self.untold.events.len() + self.untold.diagnostics.len() > UNTOLD {
            self.untold = Report::default();
        }
        self.untold.extend(report);
    }

    /// Looks at the files that were young when the watcher began to listen, which tells of no save before that: after a
    /// fork the child's files may have been saved while it had no watcher yet. An event without a save has no answer.
    pub(super) fn notice_earlier_saves(&mut self) {
        let files: Vec<PathBuf> = self.program.files().cloned().collect();
        if files.is_empty() || !self.watcher.as_ref().is_some_and(|watcher| watcher.sync(EVENTS_WITHIN)) {
            return;
        }
        let (now, at) = (SystemTime::now(), Instant::now());
        for path in files {
            let kind = FileEventKind::Complete;
            if FileStamp::of(&path).is_some_and(|stamp| is_young(&stamp, now)) {
                self.batcher.push(FileEvent { path, kind, at });
            }
        }
    }

    /// What a refresh would do.
    pub(super) fn foresee(&mut self) -> Foresight {
        let mut batch = ChangeBatch {
            paths: self.look(None).changed,
            ..ChangeBatch::default()
        };
        self.add_pending(&mut batch);
        batch.paths.sort();
        batch.paths.dedup();
        batch.confirmed = batch.paths.clone();
        self.leave_out_ignored(&mut batch);
        let limit = self.limit();
        let stage = self.stage(None);
        let mut tools = Tools {
            runtime: self.runtime.clone(),
            stage: &stage,
            limit: &limit,
            await_imports: false,
            plugins: &mut self.plugins,
            dry_run: true,
            rules: &self.settings.patch.rules,
            planning: planning(&self.settings),
            report_running: false,
            loaded: &|| program::texts_of(&super::lock(&self.door.incoming)),
            fault: Fault(None),
        };
        foresee(&mut self.program, &batch, &mut tools)
    }

    /// Takes in what the watcher has told; everything else waits.
    pub(super) fn receive_files(&mut self, inbox: &Receiver<Message>) {
        while let Ok(message) = inbox.try_recv() {
            self.receive_or_defer(message);
        }
    }

    fn receive_or_defer(&mut self, message: Message) {
        match message {
            Message::Ask(_) | Message::Stop(_) => self.later.push_back(message),
            message => self.receive(message),
        }
    }

    /// Waits until nobody writes to these files any more: until they are closed, or quiet for `debounce`.
    fn await_writers(&mut self, files: &[PathBuf], inbox: &Receiver<Message>) {
        let until = Instant::now() + WRITERS_WITHIN;
        loop {
            self.receive_files(inbox);
            let now = Instant::now();
            let open = files.iter().filter_map(|file| self.batcher.quiet_at(file));
            let Some(quiet) = open.max().filter(|quiet| *quiet > now && now < until) else {
                return;
            };
            if let Ok(message) = inbox.recv_timeout(quiet.min(until) - now) {
                self.receive_or_defer(message);
            }
        }
    }

    /// Compares the files with what was read of them.
    fn look(&mut self, only: Option<&Path>) -> Differing {
        let mut differing = Differing::default();
        let watched = self.door.watched();
        let config = self.settings.file().map(Path::to_owned);
        let files: Vec<PathBuf> = match only {
            Some(file) => vec![file.to_owned()],
            None => self.program.files().cloned().chain(config.clone()).collect(),
        };
        for file in files {
            let now = SystemTime::now();
            let is_config = Some(&file) == config.as_ref();
            let stamp = FileStamp::of(&file);
            let is_same = |look: &Look| stamp.as_ref().is_some_and(|stamp| look.proves(stamp));
            if self.looks.get(&file).is_some_and(is_same) || !(is_config || watched.wants(&file)) {
                continue;
            }
            let Some(stamp) = stamp else {
                if !self.program.is_virtual(&file) && !is_config {
                    differing.missing.push(file);
                }
                continue;
            };
            // What cannot be read is told by the pipeline.
            let hash = std::fs::read(&file).map(|bytes| hash_bytes(&bytes));
            let is_known = match hash {
                Ok(hash) if is_config => self.config_hash.replace(hash) == Some(hash),
                Ok(hash) => !self.program.would_be_news(&file, hash, stamp.modified),
                Err(_) => false,
            };
            match is_known {
                true => drop(self.looks.insert(file, Look { stamp, at: now })),
                false => differing.changed.push(file),
            }
        }
        differing
    }

    /// Adds what failed before: it is part of the save that corrects it.
    pub(super) fn add_pending(&mut self, batch: &mut ChangeBatch) {
        for pending in self.program.pending_files() {
            if !batch.paths.contains(&pending) {
                if let Some(text) = self.program.given(&pending) {
                    batch.given.insert(pending.clone(), text);
                }
                batch.paths.push(pending);
            }
        }
    }

    /// Makes texts what runs, and keeps that in the history.
    pub(super) fn reload_texts(&mut self, given: BTreeMap<PathBuf, Arc<str>>) -> Report {
        let batch = ChangeBatch {
            paths: given.keys().cloned().collect(),
            given,
            ..ChangeBatch::default()
        };
        self.reload_given(batch, true)
    }

    /// `is_kept`: the batch can be taken back.
    pub(super) fn reload_given(&mut self, mut batch: ChangeBatch, is_kept: bool) -> Report {
        batch.since = Some(Instant::now());
        for (path, text) in &batch.given {
            self.program.give(path, text.clone());
        }
        (self.keeps_history, self.keeps_report) = (is_kept, false);
        let report = self.reload(batch);
        (self.keeps_history, self.keeps_report) = (true, true);
        report
    }
}

/// What the configuration says about plans.
pub(super) fn planning(settings: &crate::config::Settings) -> PlanSettings {
    PlanSettings {
        propagate: settings.patch.propagate.value,
        run_blocks: settings.patch.run_blocks.value,
        run_stale: settings.patch.run_stale.value,
        ..PlanSettings::default()
    }
}
