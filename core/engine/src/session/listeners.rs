//! Who is told of every batch: `jurigged.on_change(callback)`.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::{Session, Worker, lock};
use crate::pipeline::report::{Event, Report, Told};

/// Called with a report as JSON, on the thread that has applied it, which is not attached to the interpreter. It must not
/// ask the session and wait.
pub type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// The listeners, by number.
#[derive(Default)]
pub(super) struct Listeners {
    all: Mutex<(u64, Vec<(u64, Listener)>)>,
}

impl Listeners {
    fn snapshot(&self) -> Vec<Listener> {
        lock(&self.all).1.iter().map(|(_, listener)| listener.clone()).collect()
    }
}

impl Session {
    /// Tells a listener of every batch from now on. The number is for [`unsubscribe`](Self::unsubscribe).
    pub fn subscribe(&self, listener: Listener) -> u64 {
        let all = &mut *lock(&self.door.listeners.all);
        all.0 += 1;
        all.1.push((all.0, listener));
        all.0
    }

    /// Tells a listener no more; false when it was not told.
    pub fn unsubscribe(&self, number: u64) -> bool {
        let all = &mut lock(&self.door.listeners.all).1;
        let before = all.len();
        all.retain(|(known, _)| *known != number);
        all.len() < before
    }
}

impl Worker {
    /// Tells of a batch that changed, refused or failed something.
    pub(super) fn tell(&self, report: &Report) {
        if report.is_empty() {
            return;
        }
        let listeners = self.door.listeners.snapshot();
        if listeners.is_empty() {
            return;
        }
        let json = Told::new(report, self.history.revision()).json();
        for listener in listeners {
            listener(&json);
        }
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
