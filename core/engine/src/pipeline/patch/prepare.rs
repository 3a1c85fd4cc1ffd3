//! Operations -> swaps, before anything of the program changes.

use jurigged_runtime::{Handle, Interpreter, Overrun, PythonError, RuntimeError, Swap};

use super::branches::{Answers, Verdict};
use super::classes::Rebasing;
use super::namespaces::{Scratch, follow_hash};
use super::outcome::{Failure, ModuleOutcome, OperationOutcome};
use super::told::{self, ToldClasses};
use super::units::compile_to_run;
use super::withheld::{
    branch_unknown, name_unknown, old_name_stays, refuse_bound_again, refused_binder, still_running,
};
use super::{Work, classes, conform, lines, statements, update};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::pipeline::edit_plan::{
    Action, EditCode, Guard, Operation, Refusal, Rename, Scope, UpdateCode, When, refusal,
};
use crate::pipeline::locate::class_at;
use crate::plugins::{Claimed, LiveEdit, PluginSession};

/// One module, ready to commit.
#[derive(Debug, Default)]
pub struct Prepared {
    /// The steps of the commit.
    pub swaps: Vec<Swap>,
    /// What is known of the outcome so far.
    pub outcome: ModuleOutcome,
    /// Operations that run after the commit.
    pub late: Vec<usize>,
    /// Those of them that wait for tests which are evaluated after the commit: not prepared yet.
    pub waiting: FxHashSet<usize>,
    /// Who makes classes out of their bodies, by operation.
    pub claimed: FxHashMap<usize, Claimed>,
    /// Classes that get their new bases with the commit, by operation.
    pub rebased: FxHashMap<usize, Rebasing>,
    /// Names that statements of the save have bound so far.
    pub bound: FxHashSet<(Scope, String)>,
    /// Old functions that forward to what their names are bound to now, as they are shown.
    pub forwarded: Vec<String>,
    /// What was compiled of those that run a `def` again.
    pub compiled: FxHashMap<usize, Handle>,
    /// What is known of the blocks of the file.
    pub answers: Answers,
    /// Old names of what has moved to another file: they go when everything else is done.
    pub departures: Vec<Swap>,
    /// Values that were removed from their names, for `__conform__(None)`.
    pub deleted: Vec<Handle>,
    /// What conformers are told, with the operation.
    pub edits: Vec<(usize, LiveEdit)>,
    /// Objects with `__conform__` that hold replaced code, with the operation and what they are told.
    pub conforming: Vec<(usize, Handle, Handle)>,
}

/// Swaps in the order of the commit: additions before uses, removals last.
#[derive(Debug, Default)]
pub struct Steps {
    /// Bases and metaclasses of classes.
    pub bases: Vec<Swap>,
    /// New code.
    pub codes: Vec<Swap>,
    /// Attributes of functions, and what conformers asked for.
    pub headers: Vec<Swap>,
    /// Names that go.
    pub removals: Vec<Swap>,
    /// Names that statements before the commit have bound.
    pub bound: FxHashSet<(Scope, String)>,
    /// New names that are taken back.
    pub taken_back: Vec<Swap>,
    /// Scopes in which statements run before the commit.
    pub scratches: Vec<Scratch>,
    /// Operations on the bodies of classes that are made again as a whole after the commit.
    pub remade: Vec<usize>,
    /// Classes that keep their old definition, and why: nothing in them is changed.
    pub refused: Vec<(Scope, Refusal)>,
}

impl Steps {
    /// Have statements before the commit bound these names?
    fn has_bound(&self, scope: &Scope, names: &[String]) -> bool {
        let is_bound = |name: &String| self.bound.contains(&(scope.clone(), name.clone()));
        !names.is_empty() && names.iter().all(is_bound)
    }

    /// Adds the steps by which one class gets its bases. What another class of the save has set already is set once; where
    /// they do not agree, this one is done after the commit.
    pub fn rebase(&mut self, swaps: &[Swap]) {
        let mut new = Vec::new();
        for swap in swaps {
            match self.bases.iter().find(|known| known.place() == swap.place()) {
                Some(known) if known == swap => {}
                Some(_) => return,
                None => new.push(swap.clone()),
            }
        }
        self.bases.extend(new);
    }

    /// Why an operation is not done that belongs to a class which keeps its old definition. What has the same text in
    /// both follows with its lines and columns all the same.
    fn refusal_of(&self, action: &Action) -> Option<Refusal> {
        let is_same_text = |update: &UpdateCode| update.positions_only && update.paths.is_empty();
        if matches!(action, Action::Update(update) if is_same_text(update)) {
            return None;
        }
        self.refusal_in(action.scope()?).cloned()
    }

    /// Why the class of a scope, or one around it, keeps its old definition.
    pub fn refusal_in(&self, scope: &Scope) -> Option<&Refusal> {
        let mut refused = self.refused.iter();
        let around = refused.find(|(refused, _)| scope.classes.starts_with(&refused.classes));
        around.map(|(_, reason)| reason)
    }
}

/// What keeps an operation from being prepared.
pub enum Stop {
    /// This operation is not applied.
    Refused(Refusal),
    /// The whole batch is undone.
    Failed(Box<PythonError>),
    /// This operation is not applied, and has left something behind: the batch is undone, and tried again without it.
    Undone(Refusal),
    /// Code of the user has not returned: the batch is undone, and tried again without this operation.
    Overran(Box<Overrun>),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<RuntimeError> for Stop {
    fn from(error: RuntimeError) -> Self {
        match error {
            RuntimeError::Python(error) => Self::Failed(error),
            RuntimeError::Overrun(overrun) => Self::Overran(overrun),
            error => Self::Refused(refusal(
                "runtime",
                "the edit is not applied",
                error.to_string(),
                "save again, or restart the program",
            )),
        }
    }
}

/// Prepares one operation, if its guards hold.
///
/// # Errors
/// When it is refused, or code of the user raised.
fn prepare_operation(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    index: usize,
    plugins: &mut PluginSession<'_>,
    module: &mut Prepared,
    steps: &mut Steps,
    outcome: &mut OperationOutcome,
) -> Result<(), Stop> {
    let operation = &work.plan.operations[index];
    // Before the guards are asked: a branch that the body has not reached has bound nothing, which would read as one that
    // did not run.
    if let Some(line) = work.executing
        && let Some(guard) = operation.guards.first()
        && !matches!(operation.action, Action::Update(_))
        && work.plan.blocks[guard.block].last_line >= line
    {
        return Err(Stop::Refused(match &operation.action {
            Action::Refuse(reason) if !reason.is_note => reason.clone(),
            _ => still_running(&operation.summary, work.module),
        }));
    }
    let verdict = module
        .answers
        .verdict(interpreter, work, &operation.guards, &steps.scratches);
    let verdict = match (verdict, &operation.action) {
        // It is refused because its test raises.
        (Err(Stop::Failed(_)), Action::Refuse(reason)) => return Err(Stop::Refused(reason.clone())),
        (verdict, _) => verdict?,
    };
    match (verdict, &operation.action) {
        (Verdict::No, _) => {
            outcome.skipped = true;
            return Ok(());
        }
        (Verdict::Unknown(_), Action::Refuse(reason)) if reason.is_note => {
            outcome.skipped = true;
            return Ok(());
        }
        // What the tests decide once the rest is committed may be that there is nothing to refuse.
        (Verdict::Later, Action::Refuse(reason)) if !reason.is_note => {
            module.late.push(index);
            module.waiting.insert(index);
            return Ok(());
        }
        (_, Action::Refuse(reason)) => return Err(Stop::Refused(reason.clone())),
        (Verdict::Later, Action::Remake(remake)) => {
            let reason = classes::chosen_later(remake);
            steps.refused.push((remake.scope.clone(), reason.clone()));
            return Err(Stop::Refused(reason));
        }
        (Verdict::Later, _) => {
            module.late.push(index);
            module.waiting.insert(index);
            return Ok(());
        }
        (Verdict::Unknown(block), action) => {
            // Said once of a block that stands or falls as a whole.
            let is_part = operation.guards.iter().any(|guard| guard.when == When::Known);
            let is_said = |(other, outcome): (&Operation, &OperationOutcome)| {
                outcome.refused.is_some() && (other.old, other.new) == (operation.old, operation.new)
            };
            let before = work.plan.operations.iter().zip(&module.outcome.operations);
            let is_said = before.into_iter().any(is_said);
            if (is_part && !matches!(action, Action::Choose { .. })) || is_said {
                outcome.skipped = true;
                return Ok(());
            }
            let kind = work.plan.blocks[block].kind;
            let is_beside = |guard: &Guard| matches!(guard.when, When::NotRan(_) | When::NotChosen(_));
            return Err(Stop::Refused(match action {
                Action::Unbind { names, .. } if operation.guards.iter().any(is_beside) => name_unknown(names, kind),
                _ => branch_unknown(&operation.summary, kind),
            }));
        }
        (Verdict::Yes, _) => {}
    }
    match &operation.action {
        Action::Remake(remake) => {
            let prepared = classes::prepare(interpreter, work, (index, remake), plugins, module, steps);
            if let Err(Stop::Refused(reason)) = &prepared {
                steps.refused.push((remake.scope.clone(), reason.clone()));
            }
            prepared.map(|is_needed| outcome.skipped = !is_needed)
        }
        Action::Run(statement) if steps.remade.contains(&index) => {
            // What the compiler refuses is known before anything changes.
            compile_to_run(interpreter, work, &statement.unit).map(drop)
        }
        Action::Unbind { .. } if steps.remade.contains(&index) => Ok(()),
        Action::Update(update) => {
            let edited = update::Edited {
                work,
                index,
                update,
                name: &operation.name,
            };
            edited.prepare(interpreter, plugins, module, steps, outcome)
        }
        Action::Run(statement) => {
            refuse_bound_again(interpreter, work, statement, module, steps, outcome)?;
            statements::prepare_statement(interpreter, work, index, statement, module, steps)
        }
        Action::Unstar(unstar) => {
            let removals = steps.removals.len();
            statements::unstar(interpreter, work, unstar, module, steps)?;
            outcome.skipped = steps.removals.len() == removals;
            Ok(())
        }
        // Its tests are evaluated where they are asked for first, or after the commit.
        Action::Choose { block } => {
            let is_static = work.plan.blocks[*block]
                .choice
                .as_ref()
                .is_some_and(|choice| choice.is_static);
            if !is_static {
                module.late.push(index);
            }
            Ok(())
        }
        Action::Rename(rename) => rename_prepared(interpreter, work, (index, rename), module, steps, outcome),
        Action::Unbind { scope, names, .. }
            if let Some(reason) = refused_binder(operation, (scope, names), module, work) =>
        {
            // They stay, as long as what was to bind them anew is not done.
            Err(Stop::Refused(reason))
        }
        Action::Unbind { scope, names, .. } if steps.has_bound(scope, names) => {
            outcome.skipped = true;
            Ok(())
        }
        Action::Unbind {
            scope,
            names,
            annotations,
        } if operation.edit == EditCode::Move => {
            let (removals, deleted) = (steps.removals.len(), module.deleted.len());
            statements::unbind(interpreter, work, scope, names, annotations, module, steps)?;
            module.deleted.truncate(deleted);
            let departures = steps.removals.split_off(removals);
            if work.executing.is_none() {
                module.departures.extend(departures);
            } else if !departures.is_empty() {
                outcome
                    .listed
                    .push(old_name_stays(&operation.name, "the one that moved", work.module));
            }
            Ok(())
        }
        Action::Unbind {
            scope,
            names,
            annotations,
        } => statements::refuse_removal(interpreter, work, operation, scope, names).and_then(|()| {
            tell_deleted(interpreter, work, index, (scope, names), plugins, module, steps)
                .and_then(|()| statements::unbind(interpreter, work, scope, names, annotations, module, steps))
                .map_err(Stop::from)?;
            // Whoever transformed the function knows its code, not its name.
            for gone in work.targets.gone.iter().filter(|gone| gone.operation == index) {
                let untold = gone.holders.iter().filter(|holder| !module.deleted.contains(holder));
                let untold: Vec<_> = untold.copied().collect();
                module.deleted.extend(untold);
            }
            Ok(())
        }),
        Action::Refuse(reason) => Err(Stop::Refused(reason.clone())),
    }
}

/// Finds the classes whose slots change in a way that their instances cannot follow: they keep their old definition
/// whole, since their new methods use the new slots. Gives the operations that say so.
fn refused_layouts(interpreter: &dyn Interpreter, work: &Work<'_>, steps: &mut Steps) -> FxHashSet<usize> {
    let mut found = FxHashSet::default();
    for (index, operation) in work.plan.operations.iter().enumerate() {
        let (scope, names, statement) = match &operation.action {
            Action::Run(statement) => (&statement.scope, &statement.binds, Some(&**statement)),
            Action::Unbind { scope, names, .. } => (scope, names, None),
            _ => continue,
        };
        let changes_slots = !scope.classes.is_empty() && names.iter().any(|name| name == "__slots__");
        if !changes_slots || !operation.guards.is_empty() {
            continue;
        }
        if let Some(class) = class_at(interpreter, work.namespace, scope)
            && let Err(Stop::Refused(reason)) = classes::refuse_slots(interpreter, work, class, scope, statement)
        {
            steps.refused.push((scope.clone(), reason));
            found.insert(index);
        }
    }
    found
}

pub fn prepare(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    plugins: &mut PluginSession<'_>,
) -> Result<Prepared, Failure> {
    let mut module = Prepared::default();
    let mut steps = Steps::default();
    let classes = ToldClasses::ask(interpreter, work, plugins);
    let layouts = refused_layouts(interpreter, work, &mut steps);
    for (index, operation) in work.plan.operations.iter().enumerate() {
        let mut outcome = OperationOutcome::default();
        let (removals, deleted) = (steps.removals.len(), module.deleted.len());
        if let Some(reason) = steps
            .refusal_of(&operation.action)
            .filter(|_| !layouts.contains(&index))
        {
            outcome.refused = Some(reason);
            outcome.is_told = true;
            module.outcome.operations.push(outcome);
            continue;
        }
        let result = match classes.refusal(operation) {
            Some(reason) => Err(Stop::Refused(reason)),
            None => prepare_operation(interpreter, work, index, plugins, &mut module, &mut steps, &mut outcome),
        };
        match result {
            Ok(()) => {}
            Err(Stop::Refused(reason)) => {
                // Refused whole: what was prepared of it is dropped.
                steps.removals.truncate(removals);
                module.deleted.truncate(deleted);
                // One reason may keep several operations from being done.
                let mut before = module.outcome.operations.iter();
                outcome.is_told |= before.any(|told| !told.is_told && told.refused.as_ref() == Some(&reason));
                outcome.refused = Some(reason);
            }
            Err(Stop::Undone(reason)) => {
                return Err(Failure::Refused {
                    operation: (work.file, index),
                    reason: Box::new(reason),
                });
            }
            Err(Stop::Failed(error)) => return Err(raised(work, index, error)),
            Err(Stop::Overran(overrun)) => {
                return Err(Failure::Overran {
                    operation: (work.file, index),
                    overrun,
                });
            }
        }
        module.outcome.operations.push(outcome);
    }
    take_back_renames(interpreter, work, &mut module, &mut steps);
    module.bound = std::mem::take(&mut steps.bound);
    module.swaps.append(&mut steps.bases);
    for scratch in &steps.scratches {
        match scratch.swaps(interpreter, work.namespace) {
            Ok(swaps) => module.swaps.extend(swaps),
            Err(RuntimeError::Python(error)) => {
                return Err(Failure::Python {
                    operation: (work.file, origin_of(work, scratch)),
                    error,
                });
            }
            Err(RuntimeError::Overrun(overrun)) => {
                return Err(Failure::Overran {
                    operation: (work.file, origin_of(work, scratch)),
                    overrun,
                });
            }
            Err(error) => return Err(Failure::Commit(error.to_string())),
        }
    }
    classes.finish(work, &mut module, &mut steps.headers);
    // Audit hooks run between swaps: a function of the save that is one must find the defaults that its new code needs.
    let (first, rest): (Vec<Swap>, Vec<Swap>) = std::mem::take(&mut steps.headers)
        .into_iter()
        .partition(|swap| gives_keyword_defaults(interpreter, swap));
    module.swaps.extend(first);
    module.swaps.append(&mut steps.codes);
    module.swaps.extend(rest);
    module.swaps.extend(lines::shifts(interpreter, work));
    module.swaps.extend(lines::class_attributes(interpreter, work, &steps));
    module.swaps.append(&mut steps.removals);
    module.swaps.append(&mut steps.taken_back);
    for class in &work.plan.classes {
        if let Some(live) = class_at(interpreter, work.namespace, &class.scope) {
            follow_hash(interpreter, live, class.binds_hash, &mut module.swaps);
        }
    }
    Ok(module)
}

/// What became of a batch of which an operation raised. A part of a block raises alone, where a fresh start would perhaps
/// have gone on with a handler: it is refused.
pub fn raised(work: &Work<'_>, index: usize, error: Box<PythonError>) -> Failure {
    let operation = (work.file, index);
    match &work.plan.operations[index].action {
        Action::Run(statement) if let Some(reason) = &statement.partial => {
            let mut reason = reason.clone();
            reason.why.push_str(&format!("; run alone it raises {error}"));
            Failure::Refused { operation, reason }
        }
        _ => Failure::Python { operation, error },
    }
}

/// Does it give a function keyword defaults and take none away? Old code has no use for more of them.
fn gives_keyword_defaults(interpreter: &dyn Interpreter, swap: &Swap) -> bool {
    let Swap::Attribute {
        name, expected, new, ..
    } = swap
    else {
        return false;
    };
    let names = |dict: Option<Handle>| -> FxHashSet<String> {
        let entries = dict.map_or_else(Vec::new, |dict| interpreter.entries(dict));
        entries
            .into_iter()
            .filter_map(|(key, _)| interpreter.text(key))
            .collect()
    };
    name == "__kwdefaults__" && names(*expected).is_subset(&names(*new))
}

/// The statement for which something raised when a scope was made what its scratch has become: the one that binds the name
/// in question, else the first of the scope.
fn origin_of(work: &Work<'_>, scratch: &Scratch) -> usize {
    let ran = |operation: &Operation, name: Option<&String>| {
        matches!(&operation.action, Action::Run(statement)
            if statement.scope == scratch.scope && name.is_none_or(|name| statement.binds.contains(name)))
    };
    let mut operations = work.plan.operations.iter();
    let named = operations.position(|operation| ran(operation, scratch.failed.get()));
    named
        .or_else(|| work.plan.operations.iter().position(|operation| ran(operation, None)))
        .unwrap_or(0)
}

/// Takes the old name of a definition away, and makes it anew under the new one where its object cannot follow.
fn rename_prepared(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    (index, rename): (usize, &Rename),
    module: &mut Prepared,
    steps: &mut Steps,
    outcome: &mut OperationOutcome,
) -> Result<(), Stop> {
    let removal = work.renames.end(interpreter, index, rename, work.namespace)?;
    let private = work.renames.end_private(interpreter, index, rename, work.namespace);
    steps.removals.extend(private);
    match removal {
        // The body that runs is of the old text: a loop that calls the function by its old name would end the program.
        Some(_) if work.executing.is_some() && rename.old_scope.classes.is_empty() => {
            let now = format!("`{}`", rename.to);
            outcome.listed.push(old_name_stays(&rename.from, &now, work.module));
        }
        removal => steps.removals.extend(removal),
    }
    match &rename.addition {
        Some(statement) if work.renames.is_anew(index) => {
            statements::prepare_statement(interpreter, work, index, statement, module, steps)
        }
        _ => Ok(()),
    }
}

/// A definition whose new text is refused keeps its old name too, and so does one of a branch that did not run.
fn take_back_renames(interpreter: &dyn Interpreter, work: &Work<'_>, module: &mut Prepared, steps: &mut Steps) {
    let operations = &work.plan.operations;
    for (at, operation) in operations.iter().enumerate() {
        let Action::Rename(rename) = &operation.action else {
            continue;
        };
        let is_its = |other: &usize| operations[*other].new == operation.new;
        let reason = (0..operations.len())
            .filter(is_its)
            .find_map(|other| module.outcome.operations[other].refused.clone())
            .filter(|reason| !reason.is_note);
        let is_unwanted = module.outcome.operations[at].skipped && work.renames.is_done(at);
        if reason.is_some() || is_unwanted {
            let removal = work.renames.end(interpreter, at, rename, work.namespace).ok().flatten();
            let private = work.renames.end_private(interpreter, at, rename, work.namespace);
            steps
                .removals
                .retain(|swap| Some(swap) != removal.as_ref() && !private.contains(swap));
            steps.taken_back.extend(work.renames.taken_back(at));
            module.late.retain(|late| *late != at);
            module.outcome.operations[at].refused = reason;
        }
    }
}

/// Asks the conformers about definitions that go.
fn tell_deleted(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    index: usize,
    (scope, names): (&Scope, &[String]),
    plugins: &mut PluginSession<'_>,
    module: &mut Prepared,
    steps: &mut Steps,
) -> Result<(), Refusal> {
    let edits = told::deleted(interpreter, work, &work.plan.operations[index], scope, names);
    let mut swaps = Vec::new();
    for edit in &edits {
        swaps.extend(conform::prepare(plugins, edit)?);
    }
    steps.headers.append(&mut swaps);
    module.edits.extend(edits.into_iter().map(|edit| (index, edit)));
    Ok(())
}
