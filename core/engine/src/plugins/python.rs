//! Plugins written in Python: one adapter implements the trait for all of them, by `jurigged.plugin`.
//!
//! They run on the calling thread, with the objects themselves; what they answer comes back as JSON and as tuples.

use std::sync::Arc;

use jurigged_abi::{
    Change, Claim, Conformer, Declaration, Edit, Interest, Live, Object, OptionDeclaration, OptionValue, PluginError,
    Result,
};
use jurigged_runtime::{CompileUnit, Interpreter, RuntimeError};
use serde::Deserialize;

/// Imports a module and gives what it declares. `name`: as in `[plugins.NAME]`.
///
/// # Errors
/// What Python raised.
pub(super) fn declare(interpreter: &dyn Interpreter, name: &str, module: &str) -> Result<Declaration, RuntimeError> {
    let globals = interpreter.new_dict();
    interpreter.set_entry(globals, "module", interpreter.new_text(module));
    let code = interpreter.compile(&CompileUnit {
        source: "import jurigged.plugin\nresult = jurigged.plugin._open(module)\n",
        file: "<jurigged>",
        flags: 0,
        first_line: 1,
    })?;
    interpreter.execute(code, globals, globals)?;
    let text = interpreter
        .entry(globals, "result")
        .and_then(|text| interpreter.text(text));
    let declared: Declared =
        serde_json::from_str(&text.unwrap_or_default()).map_err(|_| RuntimeError::Unsupported {
            runtime: "this jurigged",
            what: "read what the plugin declares",
        })?;
    let names: Vec<String> = declared.options.keys().cloned().collect();
    let options = declared.options.into_iter().map(|(name, default)| OptionDeclaration {
        name,
        default,
        doc: String::new(),
    });
    let conformers = declared.conformers.into_iter().enumerate();
    let conformers = conformers.map(|(index, (name, interest))| {
        let conformer = PythonConformer {
            module: module.to_owned(),
            index,
            interest,
            options: names.clone(),
        };
        (name, Arc::new(conformer) as Arc<dyn Conformer>)
    });
    Ok(Declaration {
        name: name.to_owned(),
        version: declared.version,
        applies: declared.applies,
        options: options.collect(),
        conformers: conformers.collect(),
        ..Declaration::default()
    })
}

#[derive(Deserialize)]
struct Declared {
    applies: String,
    version: String,
    options: std::collections::BTreeMap<String, OptionValue>,
    conformers: Vec<(String, Interest)>,
}

struct PythonConformer {
    module: String,
    /// In its module.
    index: usize,
    interest: Interest,
    /// The names of the plugin's options.
    options: Vec<String>,
}

/// The call is here, so that no traceback names `jurigged.plugin`.
const CALL: &str = "\
call, arguments = plugin._begin(module, index, method, facts, objects, list(instances.values()))
result = plugin._end(call(*arguments), *arguments)
";

impl PythonConformer {
    /// Calls a method; gives its answer, if it has one, and its steps.
    fn call<'t>(&self, method: &str, edit: &Edit<'t>, live: &Live<'t>) -> Result<(Option<String>, Vec<Object<'t>>)> {
        let plugin = live.module("jurigged.plugin")?;
        let mut options = std::collections::BTreeMap::new();
        for name in &self.options {
            options.insert(name.as_str(), live.option(name)?);
        }
        let facts = serde_json::json!({
            "name": edit.name(),
            "file": edit.file(),
            "kind": edit.kind().word(),
            "reverted": edit.reverted(),
            "class": edit.class(),
            "options": options,
        });
        let mut objects = vec![("function", edit.function()), ("bound", edit.bound())];
        objects.extend(edit.old_code().map(|code| ("old_code", code)));
        objects.extend(edit.new_code().map(|code| ("new_code", code)));
        objects.extend(edit.made().map(|made| ("made", made)));
        objects.extend(edit.decorator().map(|decorator| ("decorator", decorator)));
        let objects = live.new_dict(&objects)?;
        let (module, index) = (live.new_text(&self.module)?, live.new_text(&self.index.to_string())?);
        let (method, facts) = (live.new_text(method)?, live.new_text(&facts.to_string())?);
        let mut instances: Vec<(String, Object<'t>)> = Vec::new();
        loop {
            let found: Vec<_> = instances.iter().map(|(key, pair)| (key.as_str(), *pair)).collect();
            let names = [
                ("plugin", plugin),
                ("module", module),
                ("index", index),
                ("method", method),
                ("facts", facts),
                ("objects", objects),
                ("instances", live.new_dict(&found)?),
            ];
            match live.run(CALL, &names) {
                Ok(answer) => {
                    let mut items = live.items(answer)?;
                    let answer = items.next().ok_or(PluginError::Gone)?;
                    return Ok((live.text(answer)?, items.collect()));
                }
                // It asks for the instances of a class, and is called again with them.
                Err(PluginError::Python { kind, .. }) if kind == "jurigged.plugin._Wanted" => {
                    let wanted = live.run("plugin._Wanted.wanted", &[("plugin", plugin)])?;
                    let found = live.instances_of(wanted)?;
                    let keys: Vec<String> = (0..found.len()).map(|key| key.to_string()).collect();
                    let found: Vec<_> = keys.iter().map(String::as_str).zip(found).collect();
                    let found = live.new_dict(&found)?;
                    let pair = live.run("(wanted, found)", &[("wanted", wanted), ("found", found)])?;
                    instances.push((instances.len().to_string(), pair));
                }
                Err(PluginError::Python { kind, message, .. }) if kind == "jurigged.plugin.Refuse" => {
                    return Err(PluginError::Refuse(message));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Calls a method that adds steps.
    fn steps<'t>(&self, method: &str, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        let (_, steps) = self.call(method, edit, live)?;
        let absent = live.run("plugin._ABSENT", &[("plugin", live.module("jurigged.plugin")?)])?;
        for step in steps {
            let items: Vec<Object<'t>> = live.items(step)?.collect();
            let [kind, object, name, before, after] = items[..] else {
                return Err(PluginError::Bug("a step is not one of `Change`".into()));
            };
            let present = |value: Object<'t>| (value != absent).then_some(value);
            let text = |value: Object<'t>| -> Result<String> { Ok(live.text(value)?.unwrap_or_default()) };
            match text(kind)?.as_str() {
                "attr" => match (present(before), present(after)) {
                    (before, Some(after)) => change.set_attr(object, &text(name)?, before, after),
                    (Some(before), None) => change.del_attr(object, &text(name)?, before),
                    (None, None) => {}
                },
                "entry" => change.set_entry(object, &text(name)?, present(before), present(after)),
                "item" => change.set_item(object, name, before, after),
                "code" => change.swap_code(object, before, after),
                "adopt" => change.adopt(object, before, &text(name)?),
                "cells" => change.cells(object, before),
                "note" => change.note(text(object)?, text(before)?, text(after)?),
                _ => change.settle_once(text(name)?),
            }
        }
        Ok(())
    }
}

impl Conformer for PythonConformer {
    fn interest(&self) -> Interest {
        self.interest.clone()
    }

    fn prepare<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        self.steps("prepare", edit, live, change)
    }

    fn settle<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result {
        self.call("settle", edit, live).map(drop)
    }

    fn claim<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result<Option<Claim>> {
        let (claim, _) = self.call("claim", edit, live)?;
        let read = |text: String| serde_json::from_str(&text).map_err(|error| PluginError::Bug(error.to_string()));
        claim.map(read).transpose()
    }

    fn remake<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        self.steps("remake", edit, live, change)
    }

    fn unmake<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        self.steps("unmake", edit, live, change)
    }
}
