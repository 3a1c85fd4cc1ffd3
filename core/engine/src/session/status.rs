//! What of the program is not what its files say, since when, and what to do: `jurigged.status()`.
//!
//! Kept apart from the state of the session's thread, which may wait for the interpreter while the program, which has
//! it, asks.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Place, Severity};

/// Why something is not what its file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// An edit was refused; the old code goes on.
    Refused,
    /// An edit was applied, and something that was made before it did not follow.
    Listed,
    /// A save was undone, or does not parse; it is tried again with the next one.
    Pending,
    /// The file is gone, the module goes on.
    Orphaned,
    /// A rule of the configuration says so.
    Ignored,
    /// An edit was taken back in the process, and its file still has it.
    Undone,
}

/// One thing that is not what its file says.
#[derive(Clone, Debug, Serialize)]
pub struct StatusEntry {
    /// Why.
    pub state: State,
    /// Seconds since the epoch at which it was first so.
    pub since: f64,
    /// What, where, what runs now, what to do.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Status {
    entries: Vec<StatusEntry>,
    /// Saves that were ignored, by file, and when the first one was.
    ignored: BTreeMap<PathBuf, (u64, SystemTime)>,
}

impl Status {
    /// Takes in what a save has said. `is_as_loaded`: every module runs the text that it was loaded from, so nothing that
    /// was listed counts any more.
    pub(super) fn update(&mut self, diagnostics: &[Diagnostic], undone: bool, is_as_loaded: bool, now: SystemTime) {
        let before = std::mem::take(&mut self.entries);
        // Every save compares all that is refused or pending again; one that was undone says nothing about the rest.
        let stays = |state: State| match state {
            State::Refused => undone,
            State::Pending => false,
            State::Listed => !is_as_loaded,
            State::Orphaned | State::Ignored | State::Undone => true,
        };
        self.entries
            .extend(before.iter().filter(|entry| stays(entry.state)).cloned());
        for diagnostic in diagnostics {
            let state = match (&diagnostic.running_now, diagnostic.severity) {
                (Some(_), _) if undone || diagnostic.code == "syntax" => State::Pending,
                (Some(_), _) => State::Refused,
                (None, Severity::Warning) if !is_as_loaded => State::Listed,
                (None, _) => continue,
            };
            let is_it = |entry: &&StatusEntry| entry.diagnostic.identity() == diagnostic.identity();
            if self.entries.iter().any(|entry| is_it(&entry)) {
                continue;
            }
            self.entries.push(StatusEntry {
                state,
                since: before
                    .iter()
                    .find(is_it)
                    .map_or_else(|| seconds(now), |entry| entry.since),
                diagnostic: diagnostic.clone(),
            });
        }
    }

    /// Does this still stand?
    pub(super) fn has(&self, diagnostic: &Diagnostic) -> bool {
        let identity = diagnostic.identity();
        self.entries.iter().any(|entry| entry.diagnostic.identity() == identity)
    }

    /// A statement that still ran has ended; `told` is what was said of that.
    pub(super) fn ended(&mut self, said: &Diagnostic, told: &Diagnostic, now: SystemTime) {
        self.entries
            .retain(|entry| entry.diagnostic.identity() != said.identity());
        if told.severity == Severity::Error {
            self.entries.push(StatusEntry {
                state: State::Listed,
                since: seconds(now),
                diagnostic: told.clone(),
            });
        }
    }

    /// A file is gone, or there again.
    pub(super) fn orphan(&mut self, path: &Path, said: Option<&Diagnostic>, now: SystemTime) {
        let is_of = |entry: &StatusEntry| entry.diagnostic.place.as_ref().is_some_and(|place| place.path == path);
        self.entries
            .retain(|entry| entry.state != State::Orphaned || !is_of(entry));
        self.entries.extend(said.map(|diagnostic| StatusEntry {
            state: State::Orphaned,
            since: seconds(now),
            diagnostic: diagnostic.clone(),
        }));
    }

    /// An edit was taken back in the process: what its report had said.
    pub(super) fn take_back(&mut self, path: &Path, events: &[String], now: SystemTime) {
        let mut said = Diagnostic::notice("undo", "the last edit of this file was taken back")
            .place(Place::file(path))
            .running_now("the code from before it")
            .help("save the file to apply it again");
        for event in events {
            said = said.detail(event.clone());
        }
        self.entries.push(StatusEntry {
            state: State::Undone,
            since: seconds(now),
            diagnostic: said,
        });
    }

    /// A file was saved: what was taken back of it is applied again, or is no more in it.
    pub(super) fn saved(&mut self, path: &Path) {
        let is_of = |entry: &StatusEntry| entry.diagnostic.place.as_ref().is_some_and(|place| place.path == path);
        self.entries
            .retain(|entry| entry.state != State::Undone || !is_of(entry));
    }

    /// A save was ignored.
    pub(super) fn ignore(&mut self, path: &Path, now: SystemTime) {
        self.ignored.entry(path.to_owned()).or_insert((0, now)).0 += 1;
    }

    /// All entries, by place.
    pub fn entries(&self) -> Vec<StatusEntry> {
        let ignored = self.ignored.iter().map(|(path, (saves, since))| StatusEntry {
            state: State::Ignored,
            since: seconds(*since),
            diagnostic: Diagnostic::notice("ignore", format!("saves that were ignored: {saves}"))
                .place(Place::file(path))
                .detail("its rule in the configuration is `on-change = \"ignore\"`")
                .running_now("what was loaded")
                .help("restart the program, or change the rule and save again"),
        });
        let mut entries: Vec<StatusEntry> = self.entries.iter().cloned().chain(ignored).collect();
        let place = |entry: &StatusEntry| {
            let place = entry.diagnostic.place.as_ref();
            place.map(|place| (place.path.clone(), place.line))
        };
        entries.sort_by_key(place);
        entries
    }

    /// For people: each entry as it was reported, and how long ago that was.
    pub fn text(&self, now: SystemTime) -> String {
        let entries = self.entries();
        if entries.is_empty() {
            return "everything runs as its file says\n".to_owned();
        }
        let mut text = String::new();
        for entry in entries {
            let age = Duration::try_from_secs_f64(seconds(now) - entry.since).unwrap_or_default();
            let shown = entry.diagnostic.also(format!("since: {} s ago", age.as_secs()));
            // Writing to a text does not fail.
            let _ = writeln!(text, "{}", shown.render(false).trim_end());
        }
        text
    }

    /// Both, as one JSON object: `entries` and `text`.
    pub fn json(&self, now: SystemTime) -> String {
        #[derive(Serialize)]
        struct Answer {
            entries: Vec<StatusEntry>,
            text: String,
        }
        let answer = Answer {
            entries: self.entries(),
            text: self.text(now),
        };
        serde_json::to_string(&answer).expect("a status has only text keys")
    }
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_stays_until_a_save_no_longer_says_so() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let refused = Diagnostic::error("stmt", "a")
            .place(Place::line("m.py", 2))
            .running_now("the old code");
        let listed = Diagnostic::warning("constant", "b").place(Place::line("m.py", 1));
        let mut status = Status::default();
        status.update(&[refused.clone(), listed], false, false, at(10));
        status.update(&[refused], false, false, at(20));
        let states = |status: &Status| {
            status
                .entries()
                .iter()
                .map(|it| (it.state, it.since))
                .collect::<Vec<_>>()
        };
        assert_eq!(states(&status), [(State::Listed, 10.0), (State::Refused, 10.0)]);
        status.update(&[], false, false, at(30));
        assert_eq!(states(&status), [(State::Listed, 10.0)]);
        status.update(&[], false, true, at(40));
        assert_eq!(status.text(at(50)), "everything runs as its file says\n");
    }
}
