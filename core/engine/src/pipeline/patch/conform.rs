//! What conformers are told of an edit, and what they ask for.

use std::sync::Arc;

use jurigged_abi::{Conformer, Declaration, Edit, EditKind, Interest, Live};
use jurigged_runtime::{Handle, Interpreter, Swap};
use rustc_hash::FxHashMap;

use super::told::without_descriptors;
use super::update::Edited;
use crate::pipeline::definitions::DefinitionId;
use crate::pipeline::edit_plan::{Refusal, refusal};
use crate::pipeline::locate::bound_object;
use crate::plugins::{LiveEdit, PluginSession, Plugins};

/// The edits of all live functions of a definition and of the functions in it, as plugins see them. `wrappers`: what
/// wraps functions that no name leads to.
pub fn live_edits(
    interpreter: &dyn Interpreter,
    edited: &Edited<'_>,
    new_codes: &FxHashMap<DefinitionId, Handle>,
    wrappers: &FxHashMap<Handle, Handle>,
    plugins: &mut PluginSession<'_>,
) -> Vec<LiveEdit> {
    let (work, update) = (edited.work, edited.update);
    let operation = &work.plan.operations[edited.index];
    let named = update
        .binding
        .as_ref()
        .and_then(|name| bound_object(interpreter, work.namespace, &update.scope, name));
    let mut edits = Vec::new();
    for target in &work.targets.operations[edited.index] {
        let is_outermost = Some(target.new) == operation.new;
        let inner = update.inner.iter().find(|inner| inner.new == target.new);
        let kind = match &update.header {
            _ if update.positions_only => EditKind::Lines,
            Some(_) if is_outermost => EditKind::Signature,
            _ if inner.is_some_and(|inner| inner.defaults_changed || inner.docstring_changed) => EditKind::Signature,
            _ => EditKind::Body,
        };
        let path = inner.map_or(&operation.name, |inner| &inner.name);
        let decorators = match inner {
            _ if is_outermost => update.decorators.clone(),
            inner => inner.map_or_else(Vec::new, |inner| inner.decorators.clone()),
        };
        for &function in &target.functions {
            let named = named.filter(|_| is_outermost);
            let named = named.map(|named| without_descriptors(interpreter, named, function));
            let bound = wrappers.get(&function).copied().or(named).unwrap_or(function);
            let edit = LiveEdit {
                name: format!("{}.{path}", work.module),
                file: work.plan.path.to_string_lossy().into_owned(),
                kind,
                reverted: false,
                function,
                bound,
                old_code: Some(target.code),
                new_code: new_codes.get(&target.new).copied(),
                decorators: decorators.clone(),
                namespace: Some(work.namespace),
                class: None,
                made: None,
                decorator: None,
            };
            if kind != EditKind::Lines {
                let others = plugins.wrappers_anywhere(function).into_iter();
                edits.extend(others.filter(|wrapper| *wrapper != bound).map(|bound| LiveEdit {
                    bound,
                    decorators: Vec::new(),
                    ..edit.clone()
                }));
            }
            edits.push(edit);
        }
    }
    edits
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

/// Adds the engine's own conformers; they enter by the trait that plugins implement.
pub fn add_conformers(plugins: &mut Plugins) {
    for declaration in super::classes::declarations() {
        plugins.add_builtin(declaration);
    }
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
        // What goes is told with `None`, and of a class it is its methods that the protocol speaks of. What was undone
        // nobody was told.
        if matches!(edit.kind(), EditKind::Deleted | EditKind::Class) || edit.reverted() {
            return Ok(());
        }
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
