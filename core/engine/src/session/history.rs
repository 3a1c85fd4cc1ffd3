//! The batches that were applied, and taking the last one back.
//!
//! Undo is an edit like any other: the text that ran before is compared with what runs, by the same pipeline. The file
//! stays as it is, so what was taken back is what the file says and the program does not: status lists it, and the next
//! save of the file, even of the same text, applies it again. No save of another file does.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use jurigged_runtime::host::AskError;
use serde::Serialize;

use super::program::Program;
use super::{Worker, lock};
use crate::diagnostic::{Diagnostic, Place};
use crate::pipeline::batch::ChangeBatch;
use crate::pipeline::report::{Event, Report};
use crate::source::SourceText;

/// So many batches can be taken back. Their texts are kept, two of each changed file.
const KEPT: usize = 200;

/// The batches, oldest first.
#[derive(Debug, Default)]
pub(super) struct History {
    applied: VecDeque<AppliedBatch>,
    /// How many batches have changed the program.
    revision: u64,
}

/// One batch that has changed the program.
#[derive(Debug)]
struct AppliedBatch {
    revision: u64,
    time: SystemTime,
    changed: Vec<ChangedModule>,
    events: Vec<String>,
}

#[derive(Clone, Debug)]
struct ChangedModule {
    path: PathBuf,
    module: String,
    before: Arc<SourceText>,
    after: Arc<SourceText>,
}

/// What ran of the files of a batch before it.
pub(super) struct Before(Vec<(PathBuf, String, Arc<SourceText>)>);

impl Before {
    pub(super) fn of(program: &mut Program, files: &[PathBuf]) -> Self {
        let mut before = Vec::new();
        for path in files {
            let modules = program.of_file(path).iter();
            before.extend(modules.map(|module| (path.clone(), module.name.clone(), module.baseline.clone())));
        }
        Self(before)
    }

    fn changed(self, program: &mut Program) -> Vec<ChangedModule> {
        let changed = self.0.into_iter().filter_map(|(path, module, before)| {
            let after = running(program, &path, &module)?;
            (after.text() != before.text()).then_some(ChangedModule {
                path,
                module,
                before,
                after,
            })
        });
        changed.collect()
    }
}

fn running(program: &mut Program, path: &Path, module: &str) -> Option<Arc<SourceText>> {
    let mut modules = program.of_file(path).iter();
    Some(modules.find(|it| it.name == module)?.baseline.clone())
}

impl History {
    /// How many batches have changed the program.
    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// Takes in a batch; one that changed nothing is none. `is_kept`: it can be taken back.
    pub(super) fn add(&mut self, before: Before, report: &Report, program: &mut Program, is_kept: bool) {
        let changed = before.changed(program);
        if changed.is_empty() {
            return;
        }
        self.revision += 1;
        if !is_kept {
            return;
        }
        if self.applied.len() == KEPT {
            self.applied.pop_front();
        }
        self.applied.push_back(AppliedBatch {
            revision: self.revision,
            time: SystemTime::now(),
            changed,
            events: report.events.iter().map(Event::to_string).collect(),
        });
    }

    /// A JSON list, oldest first.
    pub(super) fn json(&self) -> String {
        #[derive(Serialize)]
        struct Entry<'a> {
            revision: u64,
            /// Seconds since the epoch.
            time: f64,
            files: Vec<String>,
            events: &'a [String],
        }
        let entry = |batch: &'_ AppliedBatch| {
            let mut files: Vec<String> = batch
                .changed
                .iter()
                .map(|it| it.path.to_string_lossy().into())
                .collect();
            files.dedup();
            (
                batch.revision,
                batch.time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64(),
                files,
            )
        };
        let entries: Vec<Entry<'_>> = (self.applied.iter())
            .map(|batch| {
                let (revision, time, files) = entry(batch);
                Entry {
                    revision,
                    time,
                    files,
                    events: &batch.events,
                }
            })
            .collect();
        serde_json::to_string(&entries).expect("a history has only text keys")
    }
}

impl Worker {
    /// Takes the last batch back. What cannot be taken back stays in the history.
    pub(super) fn undo(&mut self) -> Result<Report, AskError> {
        let batch = self.history.applied.pop_back().ok_or(AskError::NothingToUndo)?;
        let mut given: BTreeMap<PathBuf, Arc<str>> = BTreeMap::new();
        let mut gone = Vec::new();
        for changed in &batch.changed {
            match running(&mut self.program, &changed.path, &changed.module) {
                Some(runs) if runs.text() == changed.after.text() => {
                    given.insert(changed.path.clone(), changed.before.text().into());
                }
                _ => gone.push(reloaded_since(changed)),
            }
        }
        let pending = self.program.standing(given.keys());
        let mut report = self.reload_given(
            ChangeBatch {
                paths: given.keys().cloned().collect(),
                given: given.clone(),
                ..ChangeBatch::default()
            },
            false,
        );
        if report.undone {
            self.program.restore(pending);
            self.history.applied.push_back(batch);
        } else {
            for path in given.keys() {
                lock(&self.door.status).take_back(path, &batch.events, SystemTime::now());
            }
        }
        report.diagnostics.extend(gone);
        Ok(report)
    }
}

fn reloaded_since(changed: &ChangedModule) -> Diagnostic {
    Diagnostic::warning("undo", format!("`{}` is not taken back", changed.module))
        .place(Place::file(&changed.path))
        .detail("it was loaded anew since, or has followed its file to another place")
        .help("save the file as it is to be")
}
