//! Registries that a changed statement has made anew: what other code had put into the old one is not in the new one.

use jurigged_runtime::{Handle, Interpreter, ObjectKind, RuntimeError};

use super::Work;
use super::classes::evaluate;
use super::prepare::Prepared;
use crate::pipeline::edit_plan::{Action, Refusal, Scope, note};
use crate::pipeline::locate::bound_object;

/// Subclasses of these count; other containers of the program's own may run its code when they are looked at.
const CONTAINERS: [&str; 4] = [
    "collections.defaultdict",
    "collections.OrderedDict",
    "collections.deque",
    "collections.Counter",
];

/// What is missing in the new container, some of it by name: no code of the user is called for that.
const MISSING: &str = "(lambda simple: (lambda kept, same: [it if type(it) in simple else None for it in list(old) \
                       if id(it) not in same and (type(it) not in simple or it not in kept)])(\
                       {it for it in list(new) if type(it) in simple}, {id(it) for it in list(new)}))((str, int, bytes))";

/// So many of the lost entries are shown.
const SHOWN: usize = 4;

/// A container that a statement of the save may throw away.
#[derive(Debug)]
struct Container<'a> {
    /// Which of the files.
    at: usize,
    /// The operation that runs the statement.
    index: usize,
    scope: &'a Scope,
    name: &'a str,
    /// What the name led to.
    old: Handle,
}

/// The containers that statements of the save may throw away.
#[derive(Debug, Default)]
pub struct Emptied<'a> {
    containers: Vec<Container<'a>>,
}

impl<'a> Emptied<'a> {
    /// Looks at what the names lead to before the save.
    pub fn begin(interpreter: &dyn Interpreter, works: &[Work<'a>]) -> Self {
        let mut containers = Vec::new();
        for (at, work) in works.iter().enumerate() {
            for (new, name) in &work.plan.emptied {
                let mut operations = work.plan.operations.iter().enumerate();
                let ran = operations.find_map(|(index, operation)| match &operation.action {
                    Action::Run(statement) if operation.new == Some(*new) => Some((index, &statement.scope)),
                    _ => None,
                });
                if let Some((index, scope)) = ran
                    && let Some(old) = bound_object(interpreter, work.namespace, scope, name)
                    && is_container(interpreter, old)
                {
                    containers.push(Container {
                        at,
                        index,
                        scope,
                        name,
                        old,
                    });
                }
            }
        }
        Self { containers }
    }

    /// Lists what was lost, once the save is applied.
    pub fn list(&self, interpreter: &dyn Interpreter, works: &[Work<'_>], prepared: &mut [Prepared]) {
        for container in &self.containers {
            let work = &works[container.at];
            let outcome = &mut prepared[container.at].outcome.operations[container.index];
            let new = bound_object(interpreter, work.namespace, container.scope, container.name);
            let new = new.filter(|new| *new != container.old);
            let (Some(new), None, false) = (new, &outcome.refused, outcome.skipped) else {
                continue;
            };
            // Of what is no container everything is missing.
            let new = match is_container(interpreter, new) {
                true => new,
                false => interpreter.new_tuple(&[]),
            };
            if let Ok(missing) = missing(interpreter, container.old, new)
                && !missing.is_empty()
            {
                let edit = work.plan.operations[container.index].edit;
                outcome.listed.push(lost(edit.as_str(), container.name, &missing));
            }
        }
    }
}

fn is_container(interpreter: &dyn Interpreter, value: Handle) -> bool {
    matches!(
        interpreter.kind(value),
        ObjectKind::Dict | ObjectKind::List | ObjectKind::Set
    ) || interpreter
        .class_names(value)
        .first()
        .is_some_and(|class| CONTAINERS.contains(&class.as_str()))
}

/// The entries of the old container that the new one has not: how they are shown, where they are simple.
fn missing(interpreter: &dyn Interpreter, old: Handle, new: Handle) -> Result<Vec<Option<String>>, RuntimeError> {
    let missing = evaluate(interpreter, MISSING, &[("old", old), ("new", new)])?;
    let shown = |entry: &Handle| match interpreter.kind(*entry) {
        ObjectKind::None => None,
        _ => Some(interpreter.repr(*entry)),
    };
    Ok(interpreter.items(missing)?.iter().map(shown).collect())
}

fn lost(edit: &str, name: &str, missing: &[Option<String>]) -> Refusal {
    let mut shown: Vec<&str> = missing.iter().flatten().map(String::as_str).take(SHOWN).collect();
    let rest = match missing.len() - shown.len() {
        0 => String::new(),
        rest if shown.is_empty() => format!("{rest} of them"),
        rest => format!("{rest} more"),
    };
    if !rest.is_empty() {
        shown.push(&rest);
    }
    note(
        edit,
        format!("`{name}` is made anew, without what other code had put into the old one"),
        format!("what had put it there does not run again: {}", shown.join(", ")),
        "restart the program if that matters",
    )
}
