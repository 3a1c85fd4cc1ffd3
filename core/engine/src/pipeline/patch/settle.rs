//! After the commit: what derives from the code is made to follow. Not atomic; a failure lists its target as stale.

use jurigged_abi::AppliedEdit;
use jurigged_runtime::{Handle, Interpreter, ObjectKind};

use super::prepare::Prepared;
use crate::pipeline::edit_plan::{Refusal, note};
use crate::plugins::{PluginSession, Stale};

/// Calls `__conform__` and the plugins' conformers.
pub fn settle(interpreter: &dyn Interpreter, prepared: &mut Prepared, plugins: &mut PluginSession<'_>) {
    for value in std::mem::take(&mut prepared.deleted) {
        if let Err(problem) = conform(interpreter, value, interpreter.none()) {
            list(prepared, 0, problem);
        }
    }
    for (index, object, told) in std::mem::take(&mut prepared.conforming) {
        if let Err(problem) = conform(interpreter, object, told) {
            list(prepared, index, problem);
        }
    }
    for (index, edit) in std::mem::take(&mut prepared.edits) {
        if prepared.outcome.operations[index].refused.is_some() {
            continue;
        }
        for stale in plugins.settle(&edit) {
            list(prepared, index, not_followed(&stale));
        }
        let told = AppliedEdit {
            name: edit.name,
            file: edit.file,
            kind: edit.kind,
        };
        if !prepared.outcome.told.contains(&told) {
            prepared.outcome.told.push(told);
        }
    }
}

/// After an undo: lets the conformers take back what they, or statements that ran with the new code, derived from it.
pub fn settle_back(prepared: &Prepared, plugins: &mut PluginSession<'_>) -> Vec<Refusal> {
    let mut stale = Vec::new();
    for (_, edit) in prepared.edits.iter().rev() {
        let mut back = edit.clone();
        back.reverted = true;
        std::mem::swap(&mut back.old_code, &mut back.new_code);
        stale.extend(plugins.settle(&back).iter().map(not_followed));
    }
    stale
}

fn not_followed(stale: &Stale) -> Refusal {
    note(
        "stale",
        format!("`{}` may be stale", stale.name),
        format!(
            "the plugin `{}` could not make what derives from it follow: {}",
            stale.plugin, stale.reason
        ),
        "correct the cause and save again, or restart the program",
    )
}

fn list(prepared: &mut Prepared, index: usize, problem: Refusal) {
    if let Some(operation) = prepared.outcome.operations.get_mut(index) {
        operation.listed.push(problem);
    }
}

/// `object.__conform__(new)`, where the object has it. That of a class is for its instances.
fn conform(interpreter: &dyn Interpreter, object: Handle, new: Handle) -> Result<(), Refusal> {
    if interpreter.kind(object) == ObjectKind::Class {
        return Ok(());
    }
    let Ok(Some(method)) = interpreter.attribute(object, "__conform__") else {
        return Ok(());
    };
    interpreter.call(method, &[new]).map(drop).map_err(|error| {
        note(
            "conform",
            format!("`{}` may be stale", interpreter.repr(object)),
            format!("its `__conform__` raised {error}"),
            "correct `__conform__` and save the edited function again",
        )
    })
}
