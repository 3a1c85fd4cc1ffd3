//! Who is told of every batch: `jurigged.on_change(callback)`.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jurigged_runtime::host::{Listener, Moment};
use serde::Serialize;

use super::{Worker, lock};
use crate::pipeline::batch::ChangeBatch;
use crate::pipeline::capture::hash_bytes;
use crate::pipeline::report::{Event, Report, Told};

/// The listeners, by number.
#[derive(Default)]
pub(super) struct Listeners {
    all: Mutex<Numbered>,
}

#[derive(Default)]
struct Numbered {
    last: u64,
    listeners: Vec<(u64, Moment, Listener)>,
}

impl Listeners {
    pub(super) fn add(&self, listener: Listener, moment: Moment) -> u64 {
        let all = &mut *lock(&self.all);
        all.last += 1;
        all.listeners.push((all.last, moment, listener));
        all.last
    }

    pub(super) fn remove(&self, number: u64) -> bool {
        let listeners = &mut lock(&self.all).listeners;
        let before = listeners.len();
        listeners.retain(|(known, ..)| *known != number);
        listeners.len() < before
    }

    /// Not the list itself: a listener may subscribe another one.
    fn of(&self, moment: Moment) -> Vec<Listener> {
        let all = lock(&self.all);
        let of_moment = all.listeners.iter().filter(|(_, when, _)| *when == moment);
        of_moment.map(|(.., listener)| listener.clone()).collect()
    }
}

impl Worker {
    /// Tells of a batch that changed, refused or failed something.
    pub(super) fn tell(&self, report: &Report) {
        if report.is_empty() {
            return;
        }
        let listeners = self.door.listeners.of(Moment::After);
        if listeners.is_empty() {
            return;
        }
        let json = Told::new(report, self.history.revision()).json();
        self.stage(None)
            .call(&mut || listeners.iter().for_each(|listener| listener(&json)));
    }

    /// Tells of a batch that is about to be applied: of those of its files that have news.
    pub(super) fn tell_before(&self, batch: &ChangeBatch) {
        #[derive(Serialize)]
        struct Begun {
            kind: &'static str,
            files: Vec<String>,
        }
        let listeners = self.door.listeners.of(Moment::Before);
        if listeners.is_empty() {
            return;
        }
        let is_news = |path: &&PathBuf| {
            batch.given.contains_key(*path)
                || std::fs::read(path).is_ok_and(|bytes| {
                    let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
                    self.program.would_be_news(path, hash_bytes(&bytes), modified)
                })
        };
        let files = batch.paths.iter().filter(is_news);
        let begun = Begun {
            kind: "begin",
            files: files.map(|path| path.to_string_lossy().into_owned()).collect(),
        };
        if begun.files.is_empty() {
            return;
        }
        let json = serde_json::to_string(&begun).expect("it has only text keys");
        self.stage(None)
            .call(&mut || listeners.iter().for_each(|listener| listener(&json)));
    }

    /// A file is watched.
    pub(super) fn tell_watched(&self, module: &str, file: &Path) {
        self.log.watch(file);
        let event = Event {
            module: module.to_owned(),
            ..Event::watch(file)
        };
        self.tell(&Report {
            events: vec![event],
            files: vec![file.to_owned()],
            ..Report::default()
        });
    }
}
