//! Plan, Outcome -> Report: what the user reads, as text and as JSON.

mod events;
mod foresight;
mod plan;
mod told;

pub use events::{Event, Verb};
pub use foresight::Foresight;
pub use plan::plan_texts;
pub use told::Told;

use std::fmt::Write as _;
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};

use jurigged_runtime::{LateEnd, Overrun, PythonError, RuntimeError};
use rustc_hash::FxBuildHasher;
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Place, shown_path};
use crate::pipeline::capture::CaptureProblem;
use crate::pipeline::definitions::{DefinitionId, DefinitionKind, DefinitionTree, SyntaxProblem};
use crate::pipeline::edit_plan::{FilePlan, Operation, Refusal};
use crate::pipeline::patch::{Failure, Followed, ModuleOutcome};
use crate::source::SourceText;

/// What one batch did.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// What was applied, in order.
    pub events: Vec<Event>,
    /// What was not, and why.
    pub diagnostics: Vec<Diagnostic>,
    /// The whole batch was undone.
    pub undone: bool,
    /// The file because of which it was, where that is known.
    #[serde(skip)]
    pub culprit: Option<PathBuf>,
    /// It was undone because code of it reads a name that is not there: another file that is being saved may add it.
    #[serde(skip)]
    pub misses_name: bool,
    /// Nothing was done: the import of this module has not ended.
    #[serde(skip)]
    pub awaits_import: Option<String>,
    /// With `--dry-run`: what would be done, a text for each module, and one for what follows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<String>,
    /// Modules that changed.
    pub modules: Vec<String>,
    /// Files whose saves this report answers, changed or not: whoever saved one can wait for its answer.
    #[serde(serialize_with = "lossy_paths")]
    pub files: Vec<PathBuf>,
    /// Files that were being written when they were read: to be looked at again.
    #[serde(skip)]
    pub unfinished: Vec<PathBuf>,
    /// Statements that stand and still run, by the number of what was left behind.
    #[serde(skip)]
    pub left_behind: Vec<(u64, Diagnostic)>,
    /// Passes over the heap that finding the functions took.
    pub heap_passes: u32,
    /// From the first event of the save to the end of the commit, in microseconds; 0 where no event began it.
    pub microseconds: u64,
}

impl Report {
    /// Adds what a later batch did.
    pub fn extend(&mut self, later: &Self) {
        self.events.extend(later.events.iter().cloned());
        self.diagnostics.extend(later.diagnostics.iter().cloned());
        self.planned.extend(later.planned.iter().cloned());
        if !later.files.is_empty() {
            self.undone = later.undone;
        }
        for module in &later.modules {
            if !self.modules.contains(module) {
                self.modules.push(module.clone());
            }
        }
        for file in &later.files {
            if !self.files.contains(file) {
                self.files.push(file.clone());
            }
        }
        self.heap_passes += later.heap_passes;
        self.microseconds = later.microseconds;
    }

    /// Nothing to say.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.diagnostics.is_empty()
    }
}

/// Paths that are not UTF-8 are written with replacement characters, as everywhere in reports.
fn lossy_paths<S: serde::Serializer>(paths: &[PathBuf], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(paths.iter().map(|path| path.to_string_lossy()))
}

/// What the reports of one module need to know.
#[derive(Clone, Copy, Debug)]
pub struct ReportedModule<'a> {
    /// Its name in `sys.modules`.
    pub name: &'a str,
    /// The plan of its file.
    pub plan: &'a FilePlan,
    /// What was saved.
    pub tree: &'a DefinitionTree,
    /// The revision that runs now.
    pub revision: u64,
}

/// Adds what became of one module to a report.
pub fn applied(report: &mut Report, module: ReportedModule<'_>, outcome: &ModuleOutcome) {
    report.modules.push(module.name.to_owned());
    let is_part = outcome
        .operations
        .iter()
        .any(|result| result.refused.is_none() && !result.skipped);
    let in_file = |event: Event| event.in_file(&module.plan.path);
    for (operation, result) in module.plan.operations.iter().zip(&outcome.operations) {
        for listed in &result.listed {
            report.diagnostics.push(listed_diagnostic(module, operation, listed));
        }
        match &result.refused {
            Some(_) if result.is_told => {}
            Some(reason) => report.diagnostics.push(refused(module, operation, reason, is_part)),
            None if result.skipped => {}
            None => report.events.extend(Event::of(module.name, operation).map(in_file)),
        }
        if let Some(overrun) = &result.overrun {
            let diagnostic = still_running(module, operation, overrun);
            report.left_behind.push((overrun.ticket, diagnostic.clone()));
            report.diagnostics.push(diagnostic);
        }
        for line in &result.running {
            report
                .events
                .push(in_file(Event::running(module.name, operation, *line)));
        }
    }
}

/// Adds what followed from names with another value, and what did not.
pub fn followed(report: &mut Report, followed: &[Followed]) {
    for it in followed {
        match &it.stale {
            None => report.events.push(Event::followed(it).in_file(&it.path)),
            Some(reason) => report.diagnostics.push(
                Diagnostic::warning(reason.code.clone(), reason.message.clone())
                    .place(Place::line(&it.path, it.line))
                    .detail(reason.why.clone())
                    .help(reason.help.clone()),
            ),
        }
    }
}

/// `is_part`: other edits of the same save were applied.
fn refused(module: ReportedModule<'_>, operation: &Operation, reason: &Refusal, is_part: bool) -> Diagnostic {
    let place = place_of(module, operation);
    let diagnostic = if reason.is_note {
        Diagnostic::warning(reason.code.clone(), reason.message.clone())
    } else {
        Diagnostic::error(reason.code.clone(), reason.message.clone())
    };
    let diagnostic = diagnostic
        .place(place)
        .detail(reason.why.clone())
        .help(reason.help.clone());
    if reason.is_note {
        return diagnostic;
    }
    let rest = if is_part {
        "; the rest of this save was applied"
    } else {
        ""
    };
    Diagnostic {
        text_hash: operation.new.and_then(|new| text_hash(module.tree, new)),
        ..diagnostic.running_now(format!("revision {} of `{}`{rest}", module.revision, module.name))
    }
}

/// Not of a class or a block: what is refused of it is seldom what changes in it next.
fn text_hash(tree: &DefinitionTree, id: DefinitionId) -> Option<u64> {
    let is_whole = matches!(
        tree.get(id).kind,
        DefinitionKind::Function { .. } | DefinitionKind::Statement(_)
    );
    is_whole.then(|| FxBuildHasher.hash_one(tree.text(id)))
}

/// A statement that runs after the commit, and has not returned.
fn still_running(module: ReportedModule<'_>, operation: &Operation, overrun: &Overrun) -> Diagnostic {
    Diagnostic::warning(
        "statement-limit",
        format!("`{}` is still running", operation.summary.trim()),
    )
    .place(place_of(module, operation))
    .detail(reached(overrun, &module.plan.path))
    .help("nothing to do: it goes on, later saves do not wait for it, and how it ends is told")
}

/// What became of a statement that was [still running](Report::left_behind).
pub fn ended_late(said: &Diagnostic, end: &LateEnd) -> Diagnostic {
    let what = said.message.trim_end_matches(" is still running");
    let seconds = format!("{:.1} s", end.took.as_secs_f64());
    let Some(error) = &end.error else {
        return Diagnostic::notice("statement-limit", format!("{what} has ended, after {seconds}"));
    };
    let mut diagnostic = Diagnostic::error("fail", format!("{what} has failed, after {seconds}: {error}"));
    if let Some(place) = &said.place {
        diagnostic = diagnostic.place(place.clone());
    }
    for line in error.traceback.lines() {
        diagnostic = diagnostic.detail(line.to_owned());
    }
    diagnostic
        .running_now("its save, with what it had done until then")
        .help("correct the cause, change the statement and save again")
}

/// How far code has come that was left behind: its line in the file that was saved, and the innermost one.
pub fn reached(overrun: &Overrun, path: &Path) -> String {
    let limit = overrun.limit.as_secs_f64();
    let mut text = format!("it has not returned after {limit} s");
    let shown = |file: &str, line: u32| format!("{}:{line}", shown_path(file.as_ref()));
    let own = overrun.stack.iter().rev().find(|frame| Path::new(&frame.file) == path);
    let innermost = overrun.stack.last();
    if let Some(frame) = own {
        let _ = write!(text, ", and is at {}", shown(&frame.file, frame.line));
        if frame.function != "<module>" {
            let _ = write!(text, " in `{}`", frame.function);
        }
    }
    match innermost.filter(|frame| own.is_none_or(|own| own != *frame)) {
        Some(frame) if own.is_some() => {
            let _ = write!(
                text,
                ", inside `{}` ({})",
                frame.function,
                shown(&frame.file, frame.line)
            );
        }
        Some(frame) => {
            let _ = write!(
                text,
                ", and is in `{}` ({})",
                frame.function,
                shown(&frame.file, frame.line)
            );
        }
        None => {}
    }
    text
}

fn listed_diagnostic(module: ReportedModule<'_>, operation: &Operation, listed: &Refusal) -> Diagnostic {
    let place = listed
        .line
        .map_or_else(|| place_of(module, operation), |line| place_at_line(module, line));
    let diagnostic = if listed.is_note {
        Diagnostic::warning(listed.code.clone(), listed.message.clone())
    } else {
        // It runs what ran before this save.
        let revision = module.revision.saturating_sub(1);
        let running = format!(
            "revision {revision} of `{}`; the rest of this save was applied",
            module.name
        );
        Diagnostic::error(listed.code.clone(), listed.message.clone()).running_now(running)
    };
    diagnostic
        .place(place)
        .detail(listed.why.clone())
        .help(listed.help.clone())
}

fn place_of(module: ReportedModule<'_>, operation: &Operation) -> Place {
    if operation.new.is_none() {
        return Place::file(&module.plan.path);
    }
    place_at_line(module, operation.line)
}

/// The first word of a line of the new text.
fn place_at_line(module: ReportedModule<'_>, line: u32) -> Place {
    let text = module.tree.source.line(line);
    let column = text.len() - text.trim_start().len();
    Place::at(&module.plan.path, line, column as u32 + 1)
}

/// The diagnostic of a batch that was undone. `undone` are the reported names of everything that it would have changed,
/// `ran` the statements whose side effects stay.
pub fn undone(
    failure: &Failure,
    place: Option<(&FilePlan, &Operation)>,
    undone: &[String],
    ran: &[String],
) -> Diagnostic {
    let diagnostic = match failure {
        Failure::Python { error, .. } if error.kind == "SyntaxError" || error.kind.ends_with("IndentationError") => {
            return syntax_error(error, None).running_now("the code from before this save, all of it");
        }
        Failure::Python { error, .. } => {
            let mut diagnostic = Diagnostic::error("fail", format!("the save is undone: {error}"));
            if let Some((plan, operation)) = place {
                diagnostic = diagnostic.place(Place::line(&plan.path, error.line.unwrap_or(operation.line)));
            }
            for line in error.traceback.lines() {
                diagnostic = diagnostic.detail(line.to_owned());
            }
            diagnostic
        }
        // The save is tried again without it: see `session/stuck.rs`.
        Failure::Overran { overrun, .. } => Diagnostic::error("statement-limit", "the save is undone")
            .detail(RuntimeError::Overrun(overrun.clone()).to_string()),
        Failure::Refused { reason, .. } => Diagnostic::error("commit", "the save is undone").detail(reason.why.clone()),
        Failure::Commit(why) => Diagnostic::error("commit", "the save is undone").detail(why.clone()),
        Failure::Injected => Diagnostic::error("injected", "the save is undone: a fault was injected"),
    };
    let mut diagnostic = diagnostic
        .running_now("the code from before this save, all of it")
        .help("correct the cause and save again: the save stays pending");
    if !undone.is_empty() {
        diagnostic = diagnostic.also(format!("undone: {}", listed(undone)));
    }
    if !ran.is_empty() {
        diagnostic = diagnostic.also(format!(
            "ran, and runs again with the next save (side effects cannot be undone): {}",
            listed(ran)
        ));
    }
    diagnostic
}

/// What Python says where the main thread, or an event loop that runs on it, is missing.
const MAIN_THREAD_MISSING: [&str; 4] = [
    "only works in main thread",
    "no running event loop",
    "no current event loop",
    "set_wakeup_fd only works",
];

/// Says so where code of a save has failed because it did not run on the main thread.
pub fn for_want_of_main_thread(told: Diagnostic, error: &PythonError) -> Diagnostic {
    if !MAIN_THREAD_MISSING.iter().any(|text| error.message.contains(text)) {
        return told;
    }
    told.also("a save is applied on a thread of its own, and this code needs the main thread or its event loop")
        .help("set `[sync] mode = \"main-thread\"`, or start with `--sync main-thread`; the save stays pending")
}

/// What a conformer could not take back after an undo.
pub fn not_taken_back(stale: &Refusal) -> Diagnostic {
    Diagnostic::warning(stale.code.clone(), stale.message.clone())
        .detail(stale.why.clone())
        .help(stale.help.clone())
}

/// The first few of a list, and how many more there are.
fn listed(items: &[String]) -> String {
    const SHOWN: usize = 8;
    let mut text = items.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if items.len() > SHOWN {
        let _ = write!(text, " and {} more", items.len() - SHOWN);
    }
    text
}

/// What was refused in this save is not remembered.
pub fn forgotten(module: &str, path: &Path) -> Diagnostic {
    Diagnostic::warning(
        "baseline",
        format!("`{module}` runs a mixture of this save and the one before"),
    )
    .place(Place::file(path))
    .detail("the old text of what was refused does not fit into the new file, so later saves do not list it again")
    .help("save it once more with that part changed, or restart the program")
}

/// A file that gives no text.
pub fn unreadable(problem: &CaptureProblem) -> Diagnostic {
    let place = match (problem.line, problem.column) {
        (Some(line), Some(column)) => Place::at(&problem.path, line, column),
        (Some(line), None) => Place::line(&problem.path, line),
        _ => Place::file(&problem.path),
    };
    Diagnostic::error(problem.code.as_str(), "this save is not applied")
        .place(place)
        .detail(problem.message.clone())
        .running_now("the code from before this save")
        .help("correct the file and save it again")
}

/// A file that does not parse.
pub fn syntax_error(error: &PythonError, source: Option<&SourceText>) -> Diagnostic {
    let mut diagnostic = Diagnostic::error("syntax", error.to_string());
    if let Some(file) = &error.file {
        let place = match (error.line, error.column) {
            (Some(line), Some(column)) => {
                let place = Place::at(file, line, column);
                match error.end_column {
                    Some(end) if end > column => place.to(end),
                    _ => place,
                }
            }
            (Some(line), None) => Place::line(file, line),
            _ => Place::file(file),
        };
        diagnostic = diagnostic.place(place);
    }
    if let (Some(source), Some(line)) = (source, error.line) {
        diagnostic = diagnostic.source_line(source.line(line));
    }
    diagnostic
        .running_now("the code from before this save")
        .help("correct the file and save it again")
}

/// A file that does not parse, as our parser says it.
pub fn unparsable(tree: &DefinitionTree, problem: &SyntaxProblem) -> Diagnostic {
    Diagnostic::error("syntax", problem.message.clone())
        .place(Place::at(tree.source.path(), problem.line, problem.column))
        .source_line(tree.source.line(problem.line))
}

/// A file that our parser cannot read although the interpreter can.
pub fn parser_limit(tree: &DefinitionTree, problem: &SyntaxProblem) -> Diagnostic {
    Diagnostic::error(
        "parser",
        "this save is not applied: jurigged cannot read it, although Python can",
    )
    .place(Place::at(tree.source.path(), problem.line, problem.column))
    .source_line(tree.source.line(problem.line))
    .detail(problem.message.clone())
    .running_now("the code from before this save")
    .help("restart the program to run it; this is a limit of jurigged worth reporting")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watched_files_are_named_relative_to_where_the_user_started() {
        let folder = crate::diagnostic::start_folder().expect("a current folder");
        assert_eq!(Event::watch(&folder.join("shop.py")).to_string(), "Watch shop.py");
        let elsewhere = std::path::Path::new("/nowhere/shop.py");
        assert_eq!(Event::watch(elsewhere).to_string(), "Watch /nowhere/shop.py");
    }
}
