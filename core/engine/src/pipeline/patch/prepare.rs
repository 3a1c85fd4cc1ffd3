//! Operations -> swaps, before anything of the program changes.

use jurigged_runtime::{Handle, Interpreter, PythonError, RuntimeError, Swap};

use super::namespaces::{Scratch, follow_hash};
use super::outcome::{Failure, ModuleOutcome, OperationOutcome};
use super::told::{self, ToldClasses};
use super::{Work, conform, lines, statements, update};
use crate::pipeline::edit_plan::{Action, Refusal, Scope, refusal};
use crate::pipeline::locate::class_at;
use crate::plugins::{LiveEdit, PluginSession};

/// One module, ready to commit.
#[derive(Debug, Default)]
pub struct Prepared {
    /// The steps of the commit.
    pub swaps: Vec<Swap>,
    /// What is known of the outcome so far.
    pub outcome: ModuleOutcome,
    /// Operations that run after the commit.
    pub late: Vec<usize>,
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
    /// New code.
    pub codes: Vec<Swap>,
    /// Attributes of functions, and what conformers asked for.
    pub headers: Vec<Swap>,
    /// Names that go.
    pub removals: Vec<Swap>,
    /// New names that are taken back.
    pub taken_back: Vec<Swap>,
    /// Scopes in which statements run before the commit.
    pub scratches: Vec<Scratch>,
}

/// What keeps an operation from being prepared.
pub enum Stop {
    /// This operation is not applied.
    Refused(Refusal),
    /// The whole batch is undone.
    Failed(Box<PythonError>),
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
            error => Self::Refused(refusal(
                "runtime",
                "the edit is not applied",
                error.to_string(),
                "save again, or restart the program",
            )),
        }
    }
}

pub fn prepare(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    plugins: &mut PluginSession<'_>,
) -> Result<Prepared, Failure> {
    let mut module = Prepared::default();
    let mut steps = Steps::default();
    let classes = ToldClasses::ask(interpreter, work, plugins);
    for (index, operation) in work.plan.operations.iter().enumerate() {
        let mut outcome = OperationOutcome::default();
        let (removals, deleted) = (steps.removals.len(), module.deleted.len());
        let refused_by_plugin = classes.refusal(operation);
        let result = match &operation.action {
            _ if refused_by_plugin.is_some() => refused_by_plugin.map_or(Ok(()), |reason| Err(Stop::Refused(reason))),
            Action::Update(update) => {
                let edited = update::Edited {
                    work,
                    index,
                    update,
                    name: &operation.name,
                };
                edited.prepare(interpreter, plugins, &mut module, &mut steps, &mut outcome)
            }
            Action::Run(statement) => {
                statements::prepare_statement(interpreter, work, index, statement, &mut module, &mut steps)
            }
            Action::Unbind {
                scope,
                names,
                annotations,
            } => tell_deleted(
                interpreter,
                work,
                index,
                (scope, names),
                plugins,
                &mut module,
                &mut steps,
            )
            .and_then(|()| statements::unbind(interpreter, work, scope, names, annotations, &mut module, &mut steps))
            .map_err(Stop::from),
            Action::Rename(rename) => work
                .renames
                .end(interpreter, index, rename, work.namespace)
                .map(|swap| steps.removals.extend(swap))
                .map_err(Stop::from),
            Action::Refuse(reason) => Err(Stop::Refused(reason.clone())),
        };
        match result {
            Ok(()) => {}
            Err(Stop::Refused(reason)) => {
                // Refused whole: what was prepared of it is dropped.
                steps.removals.truncate(removals);
                module.deleted.truncate(deleted);
                outcome.refused = Some(reason);
            }
            Err(Stop::Failed(error)) => {
                return Err(Failure::Python {
                    operation: (work.file, index),
                    error,
                });
            }
        }
        module.outcome.operations.push(outcome);
    }
    take_back_renames(interpreter, work, &mut module, &mut steps);
    for scratch in &steps.scratches {
        match scratch.swaps(interpreter, work.namespace) {
            Ok(swaps) => module.swaps.extend(swaps),
            Err(RuntimeError::Python(error)) => {
                return Err(Failure::Python {
                    operation: (work.file, 0),
                    error,
                });
            }
            Err(error) => return Err(Failure::Commit(error.to_string())),
        }
    }
    classes.finish(work, &mut module, &mut steps.headers);
    module.swaps.append(&mut steps.codes);
    module.swaps.append(&mut steps.headers);
    module.swaps.extend(lines::shifts(interpreter, work));
    module.swaps.extend(lines::class_attributes(interpreter, work));
    module.swaps.append(&mut steps.removals);
    module.swaps.append(&mut steps.taken_back);
    for class in &work.plan.classes {
        if let Some(live) = class_at(interpreter, work.namespace, &class.scope) {
            follow_hash(interpreter, live, class.binds_hash, &mut module.swaps);
        }
    }
    Ok(module)
}

/// A definition whose new text is refused keeps its old name too.
fn take_back_renames(interpreter: &dyn Interpreter, work: &Work<'_>, module: &mut Prepared, steps: &mut Steps) {
    let operations = &work.plan.operations;
    for (at, operation) in operations.iter().enumerate() {
        let Action::Rename(rename) = &operation.action else {
            continue;
        };
        let is_its = |other: &usize| *other != at && operations[*other].new == operation.new;
        let reason = (0..operations.len())
            .filter(is_its)
            .find_map(|other| module.outcome.operations[other].refused.clone())
            .filter(|reason| !reason.is_note);
        if let Some(reason) = reason {
            let removal = work.renames.end(interpreter, at, rename, work.namespace).ok().flatten();
            steps.removals.retain(|swap| Some(swap) != removal.as_ref());
            steps.taken_back.extend(work.renames.taken_back(at));
            module.outcome.operations[at].refused = Some(reason);
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
