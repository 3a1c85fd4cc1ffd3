//! What conformers are told besides new code: a class whose attributes or methods changed, a definition that is gone.

use jurigged_abi::EditKind;
use jurigged_runtime::{Handle, Interpreter, ObjectKind, Swap};
use rustc_hash::FxHashMap;

use super::Work;
use super::conform;
use super::prepare::Prepared;
use crate::pipeline::edit_plan::{Action, EditCode, LiveClass, Operation, Refusal, Scope};
use crate::pipeline::locate::{bound_object, class_at};
use crate::plugins::{LiveEdit, PluginSession};

/// Objects below a binding that are followed to the function inside.
const DEEPEST: usize = 16;

/// The classes that a save changes, as conformers answered for them before anything was prepared.
#[derive(Debug, Default)]
pub struct ToldClasses {
    edits: Vec<(Scope, LiveEdit, Vec<Swap>)>,
    refused: FxHashMap<Scope, Refusal>,
}

impl ToldClasses {
    /// Asks the conformers about every class that gains, loses or changes an attribute or method: all operations of one
    /// class are one edit.
    pub fn ask(interpreter: &dyn Interpreter, work: &Work<'_>, plugins: &mut PluginSession<'_>) -> Self {
        let mut told = Self::default();
        for class in &work.plan.classes {
            let mut operations = work.plan.operations.iter();
            if !operations.any(|operation| changed_scope(operation) == Some(&class.scope)) {
                continue;
            }
            let Some(edit) = class_edit(interpreter, work, class) else {
                continue;
            };
            match conform::prepare(plugins, &edit) {
                Ok(swaps) => told.edits.push((class.scope.clone(), edit, swaps)),
                Err(refusal) => {
                    told.refused.insert(class.scope.clone(), refusal);
                }
            }
        }
        told
    }

    /// Why the operation is not to be made.
    pub fn refusal(&self, operation: &Operation) -> Option<Refusal> {
        self.refused.get(changed_scope(operation)?).cloned()
    }

    /// Adds what the conformers want, for each class of which an operation was not refused.
    pub fn finish(self, work: &Work<'_>, module: &mut Prepared, swaps: &mut Vec<Swap>) {
        for (scope, edit, mut wanted) in self.edits {
            let outcomes = work.plan.operations.iter().zip(&module.outcome.operations);
            let first = outcomes.enumerate().find(|(_, (operation, outcome))| {
                outcome.refused.is_none() && !outcome.skipped && changed_scope(operation) == Some(&scope)
            });
            if let Some((index, _)) = first {
                swaps.append(&mut wanted);
                module.edits.push((index, edit));
            }
        }
    }
}

/// The class whose namespace an operation changes.
fn changed_scope(operation: &Operation) -> Option<&Scope> {
    let scope = match &operation.action {
        Action::Run(statement) => &statement.scope,
        Action::Unbind { scope, .. } => scope,
        Action::Remake(remake) => &remake.scope,
        Action::Update(update) if update.rewrap.is_some() => &update.scope,
        _ => return None,
    };
    (!scope.classes.is_empty()).then_some(scope)
}

fn class_edit(interpreter: &dyn Interpreter, work: &Work<'_>, class: &LiveClass) -> Option<LiveEdit> {
    let live = class_at(interpreter, work.namespace, &class.scope)?;
    Some(LiveEdit {
        decorators: class.decorators.clone(),
        ..edit_of(work, &class.scope.classes.join("."), EditKind::Class, live, live)
    })
}

/// The edits of the definitions that an operation removes from their names.
pub fn deleted(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    operation: &Operation,
    scope: &Scope,
    names: &[String],
) -> Vec<LiveEdit> {
    if !matches!(operation.edit, EditCode::Delete | EditCode::ClsMethod) {
        return Vec::new();
    }
    let path = |name: &String| [&scope.classes[..], std::slice::from_ref(name)].concat().join(".");
    let edit = |name: &String| {
        let bound = bound_object(interpreter, work.namespace, scope, name)?;
        let function = innermost(interpreter, bound);
        let code = interpreter.attribute(function, "__code__").ok().flatten();
        Some(LiveEdit {
            old_code: code,
            ..edit_of(work, &path(name), EditKind::Deleted, function, bound)
        })
    };
    names.iter().filter_map(edit).collect()
}

/// An edit of something that has no code of its own.
pub fn edit_of(work: &Work<'_>, path: &str, kind: EditKind, function: Handle, bound: Handle) -> LiveEdit {
    LiveEdit {
        name: format!("{}.{path}", work.module),
        file: work.plan.path.to_string_lossy().into_owned(),
        kind,
        reverted: false,
        function,
        bound,
        old_code: None,
        new_code: None,
        decorators: Vec::new(),
        namespace: Some(work.namespace),
        class: None,
        made: None,
        decorator: None,
    }
}

/// What a name is bound to with the built-in descriptors looked through, as far as they lead to the function: what a
/// decorator made, below `staticmethod`, `classmethod` or `property`.
pub fn without_descriptors(interpreter: &dyn Interpreter, bound: Handle, function: Handle) -> Handle {
    let accessors: &[&str] = match interpreter.kind(bound) {
        ObjectKind::StaticMethod | ObjectKind::ClassMethod => &["__func__"],
        ObjectKind::Property => &["fget", "fset", "fdel"],
        _ => return bound,
    };
    let inside = accessors
        .iter()
        .filter_map(|name| interpreter.attribute(bound, name).ok().flatten());
    let mut layers = inside.map(|inside| without_descriptors(interpreter, inside, function));
    layers
        .find(|layer| innermost(interpreter, *layer) == function)
        .unwrap_or(bound)
}

/// What wrappers hide, by the attributes under which they keep it; the object itself if it wraps nothing.
fn innermost(interpreter: &dyn Interpreter, bound: Handle) -> Handle {
    let inside = |object: Handle| match interpreter.kind(object) {
        ObjectKind::StaticMethod | ObjectKind::ClassMethod => interpreter.attribute(object, "__func__").ok().flatten(),
        ObjectKind::Property => interpreter.attribute(object, "fget").ok().flatten(),
        _ => interpreter.entry(interpreter.namespace(object)?, "__wrapped__"),
    };
    let layers = std::iter::successors(Some(bound), |object| inside(*object));
    layers.take(DEEPEST).last().unwrap_or(bound)
}
