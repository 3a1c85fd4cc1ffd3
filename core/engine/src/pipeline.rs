//! The line from a save to a report; the folder listing is the line.
//!
//! | stage | from | to |
//! |---|---|---|
//! | [`batch`] | raw file events | `ChangeBatch` |
//! | [`capture`] | `ChangeBatch` | `Snapshot` |
//! | [`definitions`] | `Snapshot` | `DefinitionTree` |
//! | [`diff`] | old tree, new tree | `Matching` |
//! | [`edit_plan`] | `Matching` | `Plan` |
//! | [`locate`] | `Plan`, `Runtime` | `Targets` |
//! | [`patch`] | `Plan`, `Targets` | `Outcome` |
//! | [`report`] | everything above | `Report` |
//!
//! `batch` to `edit_plan` never touch an interpreter; `locate` and `patch` never see source text.

pub mod batch;
pub mod capture;
pub mod definitions;
pub mod diff;
pub mod edit_plan;
mod foresee;
pub mod left_out;
pub mod locate;
pub mod patch;
pub mod report;

use std::path::PathBuf;
use std::sync::Arc;

use jurigged_abi::Applied;
use jurigged_runtime::{Interpreter, Limit, Limiter, Runtime};

use crate::config::{OnChange, PatchRules};
use crate::plugins::Plugins;
use crate::session::{Module, Others, Program, Stage, next_baseline};
use batch::ChangeBatch;
use capture::Snapshot;
use definitions::{DefinitionId, DefinitionTree};
use edit_plan::{Action, FileChange, ModuleText, Plan, PlanSettings};
pub use foresee::{foresee, plan_of};
use left_out::{LeftOut, WhyLeftOut, needs_refused, ran_twice, refuse_whole};
use locate::{Bindings, ModuleTarget, Targets};
use patch::{Failure, Fault, ModuleOutcome, Outcome, Renames, Transaction, Work, is_missing_name};
use report::{Report, ReportedModule};

/// What a reload works with.
pub struct Tools<'a> {
    /// The interpreter.
    pub runtime: Arc<dyn Runtime>,
    /// The thread on which it is touched.
    pub stage: &'a Stage,
    /// How long what a save runs may take.
    pub limit: &'a Limit,
    /// Do nothing to a save of a module that is being imported.
    pub await_imports: bool,
    /// Crawlers, matchers and conformers.
    pub plugins: &'a mut Plugins,
    /// Show the plan, apply nothing.
    pub dry_run: bool,
    /// What a save of a file does.
    pub rules: &'a PatchRules,
    /// What the configuration says about plans.
    pub planning: PlanSettings,
    /// Look for activations of replaced code, for the report.
    pub report_running: bool,
    /// Modules that were loaded and that the program does not know yet, with their texts.
    pub loaded: &'a (dyn Fn() -> Vec<ModuleText> + Sync),
    /// For tests of undo.
    pub fault: Fault,
}

/// `__firstlineno__` of classes came with this version.
const CLASS_LINES_SINCE: (u8, u8, u8) = (3, 13, 0);

impl Tools<'_> {
    /// What the configuration and the interpreter say about plans.
    fn planning(&self) -> PlanSettings {
        PlanSettings {
            class_lines: self.runtime.facts().version >= CLASS_LINES_SINCE,
            ..self.planning
        }
    }
}

/// One save: from a batch of changed files to what the user reads.
pub fn reload(program: &mut Program, batch: &ChangeBatch, tools: &mut Tools<'_>) -> Report {
    let mut snapshot = capture::capture(batch);
    let files = answered_files(program, &mut snapshot);
    if files.is_empty() {
        return Report {
            unfinished: snapshot.unfinished,
            ..Report::default()
        };
    }
    apply_snapshot(program, &snapshot, files, tools)
}

/// Tries a part of a batch that [`reload`] has undone. Its files are no news any more, and are answered all the same.
pub fn reload_part(program: &mut Program, part: &ChangeBatch, tools: &mut Tools<'_>) -> Report {
    let snapshot = capture::capture(part);
    let files = part.paths.clone();
    apply_snapshot(program, &snapshot, files, tools)
}

fn apply_snapshot(program: &mut Program, snapshot: &Snapshot, files: Vec<PathBuf>, tools: &mut Tools<'_>) -> Report {
    let mut report = Report {
        unfinished: snapshot.unfinished.clone(),
        files,
        ..Report::default()
    };
    let changes = compare(program, snapshot, tools, &mut report, true);
    let mut plan = edit_plan::plan(&changes, &Others::of(program), tools.planning());
    if changes.is_empty() {
        return report;
    }
    program.stuck.refuse(&changes, &mut plan);
    if tools.dry_run {
        let modules: Vec<&str> = changes.iter().map(|change| change.module.as_str()).collect();
        report.planned = report::plan_texts(&modules, &plan);
        return report;
    }
    let stage = tools.stage;
    loop {
        let mut left_out = Vec::new();
        let mut attached =
            |interpreter: &dyn Interpreter| left_out = apply(program, &changes, &plan, interpreter, tools, &mut report);
        if stage.attach(&mut attached).is_err() {
            // Called off: the interpreter shuts down, or who was to do it is gone. Then it is tried again.
            program.expect_again(&report.files);
            report.unfinished.extend(report.files.clone());
            return report;
        }
        if left_out.is_empty() {
            return report;
        }
        for LeftOut { operation, why, ran } in left_out {
            match why {
                WhyLeftOut::Overran(overrun) => program.stuck.add(&changes, &mut plan, operation, &overrun, &ran),
                WhyLeftOut::Refused(reason) => refuse_whole(&mut plan, operation, &ran_twice(reason, &ran)),
            }
        }
        if report.undone {
            return report;
        }
    }
}

/// The files of which the program learns something: an event without a save, such as that of a backup tool, has no answer.
/// Where what runs is not from the disk, such an event must not bring the disk's text back.
fn answered_files(program: &mut Program, snapshot: &mut Snapshot) -> Vec<PathBuf> {
    let mut files = Vec::new();
    snapshot.files.retain(|file| {
        let is_news = file.is_given || program.is_news(&file.path, file.hash, file.modified);
        if is_news {
            files.push(file.path.clone());
        }
        is_news || !program.is_diverged(&file.path)
    });
    files.extend(snapshot.problems.iter().map(|problem| problem.path.clone()));
    files
}

/// Captured files that differ from what runs, matched with it. `is_noted`: what they are compared with remembers it.
fn compare(
    program: &mut Program,
    snapshot: &Snapshot,
    tools: &mut Tools<'_>,
    report: &mut Report,
    is_noted: bool,
) -> Vec<FileChange> {
    for problem in &snapshot.problems {
        if program.knows(&problem.path) {
            report.diagnostics.push(report::unreadable(problem));
        }
    }
    let mut changes = Vec::new();
    for file in &snapshot.files {
        let mut parsed: Option<Arc<DefinitionTree>> = None;
        for module in program.of_file(&file.path) {
            if module.runs(file.source.text()) {
                if is_noted {
                    module.pending = None;
                }
                continue;
            }
            let old = module.tree();
            let new = parsed
                .get_or_insert_with(|| Arc::new(definitions::reparse(&old, file.source.clone())))
                .clone();
            if let Some(problem) = syntax_problem(&new, &*tools.runtime) {
                if is_noted {
                    module.pending = Some(file.source.clone());
                }
                report.diagnostics.push(problem);
                break;
            }
            let matching = diff::match_trees(&old, &new, &[&diff::PluginMatchers::new(tools.plugins)]);
            changes.push(FileChange {
                path: module.path.clone(),
                module: module.name.clone(),
                old,
                new,
                matching,
                reexecute: tools.rules.of(&file.path) == OnChange::Reexecute,
                has_moved: module.has_moved,
                is_joined: module.is_joined(),
            });
        }
    }
    changes
}

/// The running interpreter is the judge of what is valid: our parser only says when to ask it.
fn syntax_problem(tree: &DefinitionTree, runtime: &dyn Runtime) -> Option<crate::diagnostic::Diagnostic> {
    let first = tree.problems.first()?;
    let mut answer = None;
    let mut ask = |interpreter: &dyn Interpreter| {
        let unit = jurigged_runtime::CompileUnit {
            source: tree.source.text(),
            file: &tree.source.path().to_string_lossy(),
            flags: 0,
            first_line: 1,
        };
        if let Err(jurigged_runtime::RuntimeError::Python(error)) = interpreter.compile(&unit) {
            answer = Some(report::syntax_error(&error, Some(&tree.source)));
        }
    };
    runtime.attach(&mut ask).ok()?;
    Some(answer.unwrap_or_else(|| report::parser_limit(tree, first)))
}

/// Locates, patches, and moves the baselines on. Where the answer is not empty, everything was undone because of these
/// operations; unless the report tells of another failure, the rest of the save is to be tried again.
fn apply(
    program: &mut Program,
    changes: &[FileChange],
    plan: &Plan,
    interpreter: &dyn Interpreter,
    tools: &mut Tools<'_>,
    report: &mut Report,
) -> Vec<LeftOut> {
    if tools.await_imports
        && let Some(change) = changes
            .iter()
            .find(|change| is_imported_now(interpreter, &change.module))
    {
        report.awaits_import = Some(change.module.clone());
        return Vec::new();
    }
    if tools.stage.is_own_thread() {
        let limiter = Limiter::new(tools.runtime.clone(), tools.limit.clone());
        if interpreter.limiter().set(limiter).is_err() {
            unreachable!("an attachment applies one save");
        }
    }
    let mut live: Vec<Live> = Vec::new();
    for (file, change) in changes.iter().enumerate() {
        let Some(module) = module_of(program, change) else {
            continue;
        };
        let Some(namespace) = interpreter
            .module(&module.name)
            .and_then(|module| interpreter.namespace(module))
        else {
            continue;
        };
        let bindings = module.bindings(interpreter).clone();
        let executing = executing_line(interpreter, module, &change.new);
        live.push(Live {
            file,
            namespace,
            bindings,
            executing,
        });
    }
    let lacks_main_thread = tools.stage.is_own_thread();
    let mut transaction = Transaction::new(interpreter, tools.fault);
    // Before anything is looked for under the new names.
    let begin = |live: &Live| {
        let place = (live.namespace, &live.bindings);
        Renames::begin(interpreter, &plan.files[live.file], place, &mut transaction)
    };
    let renames = match live.iter().map(begin).collect::<Result<Vec<_>, _>>() {
        Ok(renames) => renames,
        Err(failure) => {
            transaction.undo();
            not_applied(program, changes, plan, (&failure, &[]), lacks_main_thread, report);
            return Vec::new();
        }
    };
    let modules: Vec<_> = live
        .iter()
        .map(|live| (&plan.files[live.file], live.target(changes)))
        .collect();
    let loaded = tools.loaded;
    let mut plugins = tools.plugins.session(interpreter);
    let targets = locate::locate(interpreter, &modules, &mut plugins, program.copies_code());
    let works: Vec<Work<'_>> = live
        .iter()
        .zip(&targets)
        .zip(&renames)
        .map(|((live, targets), renames)| live.work(changes, plan, targets, renames))
        .collect();
    report.heap_passes = targets.iter().map(|targets| targets.heap_passes).max().unwrap_or(0);
    let newcomers = || {
        let mut newcomers = loaded();
        newcomers.retain(|text| program.newcomers.iter().all(|known| known.module != text.module));
        newcomers.extend(program.newcomers.iter().cloned());
        newcomers
    };
    let departures = || edit_plan::departures(changes, &plan.files, &newcomers());
    let outcome = patch::patch(interpreter, &works, plan, &mut plugins, &departures, transaction);
    match outcome {
        Outcome::Applied {
            modules: mut outcomes,
            followed,
        } => {
            let mut applied = Applied::default();
            program.newcomers.clear();
            for (work, outcome) in works.iter().zip(&mut outcomes) {
                if tools.report_running {
                    name_running(interpreter, work, outcome);
                }
                let revision = accept(program, &changes[work.file], work, outcome, interpreter, report);
                applied.revision = applied.revision.max(revision);
                applied.edits.append(&mut outcome.told);
            }
            report::followed(report, &followed);
            if !applied.edits.is_empty() {
                plugins.notify(&applied);
            }
        }
        Outcome::Undone {
            failure,
            ran,
            overran,
            refused,
            stale,
        } => {
            program.newcomers = newcomers();
            report.diagnostics.extend(stale.iter().map(report::not_taken_back));
            let overran = overran.into_iter().map(|(operation, overrun)| LeftOut {
                operation,
                why: WhyLeftOut::Overran(overrun),
                ran: Vec::new(),
            });
            let mut left_out: Vec<LeftOut> = overran.collect();
            let again = |operation: (usize, usize)| {
                let is_other =
                    |at: &&(usize, usize)| **at != operation && !left_out.iter().any(|it| it.operation == **at);
                let again = ran.iter().filter(is_other);
                again.filter_map(|at| event_name(changes, plan, *at)).collect()
            };
            let (operation, why) = match failure {
                Failure::Overran { operation, overrun } => (operation, WhyLeftOut::Overran(overrun)),
                Failure::Refused { operation, reason } => (operation, WhyLeftOut::Refused(*reason)),
                failure => {
                    let needs = match &failure {
                        Failure::Python { operation, error } => {
                            let reason = needs_refused(changes, plan, *operation, error, &refused);
                            reason.map(|reason| (*operation, WhyLeftOut::Refused(reason)))
                        }
                        _ => None,
                    };
                    let Some(needs) = needs else {
                        not_applied(program, changes, plan, (&failure, &ran), lacks_main_thread, report);
                        return left_out;
                    };
                    needs
                }
            };
            let ran = again(operation);
            left_out.push(LeftOut { operation, why, ran });
            return left_out;
        }
    }
    Vec::new()
}

/// Reports a batch that was undone; its files stay pending. `failure`: also the statements that had run.
fn not_applied(
    program: &mut Program,
    changes: &[FileChange],
    plan: &Plan,
    (failure, ran): (&Failure, &[(usize, usize)]),
    lacks_main_thread: bool,
    report: &mut Report,
) {
    report.undone = true;
    report.culprit = match failure {
        Failure::Python { operation, .. } => Some(plan.files[operation.0].path.clone()),
        Failure::Overran { .. } | Failure::Refused { .. } | Failure::Commit(_) | Failure::Injected => None,
    };
    report.misses_name = matches!(failure, Failure::Python { error, .. } if is_missing_name(&error.kind));
    for change in changes {
        if let Some(module) = module_of(program, change) {
            module.pending = Some(change.new.source.clone());
        }
    }
    let told = undone(changes, plan, failure, ran);
    report.diagnostics.push(match failure {
        Failure::Python { error, .. } if lacks_main_thread => report::for_want_of_main_thread(told, error),
        _ => told,
    });
}

/// One changed module that lives.
struct Live {
    file: usize,
    namespace: jurigged_runtime::Handle,
    bindings: Bindings,
    executing: Option<u32>,
}

impl Live {
    fn target<'a>(&'a self, changes: &'a [FileChange]) -> ModuleTarget<'a> {
        ModuleTarget {
            name: &changes[self.file].module,
            namespace: self.namespace,
            bindings: &self.bindings,
        }
    }

    fn work<'a>(
        &'a self,
        changes: &'a [FileChange],
        plan: &'a Plan,
        targets: &'a Targets,
        renames: &'a Renames,
    ) -> Work<'a> {
        Work {
            file: self.file,
            plan: &plan.files[self.file],
            module: &changes[self.file].module,
            namespace: self.namespace,
            bindings: &self.bindings,
            targets,
            renames,
            executing: self.executing,
        }
    }
}

fn module_of<'a>(program: &'a mut Program, change: &FileChange) -> Option<&'a mut Module> {
    program
        .of_file(&change.path)
        .iter_mut()
        .find(|module| module.name == change.module)
}

/// Has the import of a module not ended yet (`ModuleSpec._initializing`, Lib/importlib/_bootstrap.py)?
fn is_imported_now(interpreter: &dyn Interpreter, module: &str) -> bool {
    let initializing = || {
        let namespace = interpreter.namespace(interpreter.module(module)?)?;
        let spec = interpreter.entry(namespace, "__spec__")?;
        interpreter.attribute(spec, "_initializing").ok().flatten()
    };
    initializing().is_some_and(|value| interpreter.repr(value) == "True")
}

/// The line in the new text of the statement that the module's body is running; `None` once it has ended.
///
/// The body runs the text that was loaded, whatever was applied since: its frame's lines are those of that text.
fn executing_line(interpreter: &dyn Interpreter, module: &mut Module, new: &DefinitionTree) -> Option<u32> {
    let code = interpreter.pinned(module.code.as_ref()?);
    let line = interpreter.running(&[code]).first()?.line;
    let loaded = module.loaded_tree();
    let matching = diff::match_trees(&loaded, new, &[]);
    let statements = &loaded.module().children;
    let at = statements
        .iter()
        .position(|statement| loaded.get(*statement).last_line >= line)
        .unwrap_or(statements.len());
    let new_of = |statement: &DefinitionId| matching.new_of(*statement).map(|new_id| new.get(new_id));
    if let Some(running) = statements.get(at).and_then(new_of) {
        return Some(running.first_line);
    }
    // Its text is gone: everything behind what ran before it is pending.
    let before = statements[..at].iter().rev().find_map(new_of);
    Some(before.map_or(1, |before| before.last_line + 1))
}

fn name_running(interpreter: &dyn Interpreter, work: &Work<'_>, outcome: &mut ModuleOutcome) {
    for (codes, result) in work.targets.operations.iter().zip(&mut outcome.operations) {
        let codes: Vec<_> = codes.iter().map(|target| target.code).collect();
        if result.refused.is_none() && !codes.is_empty() {
            result.running = interpreter.running(&codes).iter().map(|running| running.line).collect();
        }
    }
}

/// Moves the baseline of one module on and reports what was done. Gives the revision that runs now.
fn accept(
    program: &mut Program,
    change: &FileChange,
    work: &Work<'_>,
    outcome: &ModuleOutcome,
    interpreter: &dyn Interpreter,
    report: &mut Report,
) -> u64 {
    let Some(module) = module_of(program, change) else {
        return 0;
    };
    let refused: Vec<usize> = outcome
        .operations
        .iter()
        .enumerate()
        .filter(|(_, operation)| operation.refused.as_ref().is_some_and(|reason| !reason.is_note))
        .map(|(index, _)| index)
        .collect();
    let mut bindings = Bindings::default();
    for unchanged in &work.plan.unchanged {
        if let Some(binding) = work.bindings.get(unchanged.old) {
            bindings.carry(unchanged.new, binding.moved_to(unchanged.line));
        }
    }
    for bound in &outcome.bound {
        bindings.insert(interpreter, bound);
    }
    for (id, code) in &outcome.left_codes {
        bindings.leave_behind(interpreter, *id, *code);
    }
    match next_baseline(change, work.plan, &refused) {
        Some(tree) if refused.is_empty() => module.advance(tree, bindings, &change.new.source),
        Some(tree) => {
            let from_new = diff::match_trees(&change.new, &tree, &[]);
            let from_old = diff::match_trees(&change.old, &tree, &[]);
            let mut spliced = Bindings::default();
            spliced.carry_same_text(work.bindings, &change.old, &tree, &from_old);
            spliced.carry_same_text(&bindings, &change.new, &tree, &from_new);
            module.advance(tree, spliced, &change.new.source);
        }
        None => {
            // Going back to the old text would pair the code that runs with definitions that it no longer is of.
            for operation in refused.iter().map(|index| &work.plan.operations[*index]) {
                if let Action::Update(update) = &operation.action {
                    for (old, new) in &update.pairs {
                        if let Some(binding) = work.bindings.get(*old) {
                            bindings.carry(*new, binding.clone());
                        }
                    }
                }
            }
            report.diagnostics.push(report::forgotten(&change.module, &change.path));
            module.advance(change.new.clone(), bindings, &change.new.source);
        }
    }
    let reported = ReportedModule {
        name: &change.module,
        plan: work.plan,
        tree: &change.new,
        revision: module.revision,
    };
    report::applied(report, reported, outcome);
    reported.revision
}

/// An operation as reports name it.
fn event_name(changes: &[FileChange], plan: &Plan, (file, index): (usize, usize)) -> Option<String> {
    let operation = &plan.files[file].operations[index];
    report::Event::of(&changes[file].module, operation).map(|event| event.to_string())
}

fn undone(
    changes: &[FileChange],
    plan: &Plan,
    failure: &Failure,
    ran: &[(usize, usize)],
) -> crate::diagnostic::Diagnostic {
    let place = match failure {
        Failure::Python {
            operation: (file, index),
            ..
        } => {
            let file = &plan.files[*file];
            file.operations.get(*index).map(|operation| (file, operation))
        }
        Failure::Overran { .. } | Failure::Refused { .. } | Failure::Commit(_) | Failure::Injected => None,
    };
    let name = |file: usize, index: usize| event_name(changes, plan, (file, index));
    let all = plan
        .files
        .iter()
        .enumerate()
        .flat_map(|(file, plan)| (0..plan.operations.len()).map(move |index| (file, index)))
        .filter_map(|(file, index)| name(file, index))
        .collect::<Vec<_>>();
    let ran = ran
        .iter()
        .filter_map(|(file, index)| name(*file, *index))
        .collect::<Vec<_>>();
    report::undone(failure, place, &all, &ran)
}
