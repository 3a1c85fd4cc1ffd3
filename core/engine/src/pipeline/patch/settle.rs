//! After the commit: what derives from the code is made to follow. Not atomic; a failure lists its target as stale.

use jurigged_runtime::{Handle, Interpreter};

use super::prepare::Prepared;
use crate::pipeline::edit_plan::{Refusal, note};
use crate::plugins::PluginSession;

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
        for stale in plugins.settle(&edit) {
            let problem = note(
                "stale",
                format!("`{}` may be stale", stale.name),
                format!(
                    "the plugin `{}` could not make what derives from it follow: {}",
                    stale.plugin, stale.reason
                ),
                "correct the cause and save again, or restart the program",
            );
            list(prepared, index, problem);
        }
    }
}

fn list(prepared: &mut Prepared, index: usize, problem: Refusal) {
    if let Some(operation) = prepared.outcome.operations.get_mut(index) {
        operation.listed.push(problem);
    }
}

/// `object.__conform__(new)`, where the object has it.
fn conform(interpreter: &dyn Interpreter, object: Handle, new: Handle) -> Result<(), Refusal> {
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
