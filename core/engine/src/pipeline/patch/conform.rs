//! What conformers are told of an edit, and what they ask for.

use std::sync::Arc;

use jurigged_abi::{Conformer, Declaration, Edit, EditKind, Interest, Live};
use jurigged_runtime::{Handle, Interpreter, Swap};
use rustc_hash::FxHashMap;

use super::Work;
use crate::pipeline::definitions::DefinitionId;
use crate::pipeline::edit_plan::{Refusal, UpdateCode, refusal};
use crate::pipeline::locate::bound_object;
use crate::plugins::{LiveEdit, PluginSession, Plugins};

/// The edit of a definition's function, as plugins see it; `None` when no function of it lives.
pub fn live_edit(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    index: usize,
    update: &UpdateCode,
    new_codes: &FxHashMap<DefinitionId, Handle>,
) -> Option<LiveEdit> {
    let operation = &work.plan.operations[index];
    let targets = &work.targets.operations[index];
    let target = targets.iter().find(|target| Some(target.new) == operation.new)?;
    let function = *target.functions.first()?;
    let bound = update
        .binding
        .as_ref()
        .and_then(|name| bound_object(interpreter, work.namespace, &update.scope, name));
    let kind = match &update.header {
        _ if update.positions_only => EditKind::Lines,
        Some(_) => EditKind::Signature,
        None => EditKind::Body,
    };
    Some(LiveEdit {
        name: format!("{}.{}", work.module, operation.name),
        file: work.plan.path.to_string_lossy().into_owned(),
        kind,
        reverted: false,
        function,
        bound: bound.unwrap_or(function),
        old_code: Some(target.code),
        new_code: new_codes.get(&target.new).copied(),
        decorators: update.decorators.clone(),
        namespace: Some(work.namespace),
    })
}

/// What the conformers want to be committed with the edit, or why one of them refuses it.
pub fn prepare(plugins: &mut PluginSession<'_>, edit: &LiveEdit) -> Result<Vec<Swap>, Refusal> {
    let prepared = plugins.prepare(edit);
    match prepared.refusal {
        None => Ok(prepared.swaps),
        Some(refused) => Err(refusal(
            "plugin",
            format!("`{}` keeps its old code", edit.name),
            format!("the plugin `{}` refuses the edit: {}", refused.plugin, refused.reason),
            format!(
                "switch the plugin off with `--disable-plugin {}`, or restart the program",
                refused.plugin
            ),
        )),
    }
}

/// Adds the engine's own conformer; it enters by the trait that plugins implement.
pub fn add_conformers(plugins: &mut Plugins) {
    plugins.add_builtin(Declaration {
        name: "protocol".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        applies: "python".into(),
        conformers: vec![("Protocol".into(), Arc::new(Protocol))],
        ..Declaration::default()
    });
}

/// The `__conform__` protocol of jurigged 0.6: an edited function, or what wraps it, that has the method is told.
struct Protocol;

impl Conformer for Protocol {
    fn interest(&self) -> Interest {
        Interest::any()
    }

    fn settle<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> jurigged_abi::Result {
        let (function, bound) = (edit.function(), edit.bound());
        let mut told = vec![function];
        if !live.same(function, bound)? {
            told.push(bound);
        }
        for object in told {
            if live.get(object, "__conform__")?.is_some() {
                live.run("o.__conform__(f)", &[("o", object), ("f", function)])?;
            }
        }
        Ok(())
    }
}
