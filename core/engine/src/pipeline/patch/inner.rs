//! The header of a nested function, for closures that live: its `def` runs again only when the outer function is called.

use jurigged_runtime::{Handle, Interpreter, Swap};
use rustc_hash::FxHashMap;

use super::Work;
use super::functions::LiveDefaults;
use super::prepare::Stop;
use super::units::{compile_to_run, execute_quick};
use crate::pipeline::definitions::DefinitionId;
use crate::pipeline::edit_plan::{InnerDefault, InnerFunction, InnerSource, Refusal, Unit, UpdateCode, note, refusal};
use crate::pipeline::locate::CodeTarget;

/// The swaps for the live closures of all nested functions of an edit; what stays as it was is `listed`.
///
/// # Errors
/// When a closure would have a parameter whose default only a call of the outer function can give.
pub fn header_swaps(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    update: &UpdateCode,
    targets: &[CodeTarget],
    new_codes: &FxHashMap<DefinitionId, Handle>,
    listed: &mut Vec<Refusal>,
) -> Result<Vec<Swap>, Stop> {
    let mut swaps = Vec::new();
    for inner in &update.inner {
        let Some(target) = targets.iter().find(|target| target.new == inner.new) else {
            continue;
        };
        if target.functions.is_empty() {
            continue;
        }
        let mut out_of_reach = Vec::new();
        for &function in &target.functions {
            if inner.defaults_changed {
                let live = LiveDefaults::of(interpreter, function, Some(target.code))?;
                let mut value = |default: &InnerDefault| -> Result<Handle, Stop> {
                    if let InnerSource::Literal(text) = &default.source {
                        return evaluate(interpreter, work, text);
                    }
                    if default.source == InnerSource::OutOfReach {
                        out_of_reach.push(default.parameter.clone());
                    }
                    live.get(&default.parameter)
                        .ok_or_else(|| Stop::Refused(no_value(inner, &default.parameter)))
                };
                let values = inner.defaults.iter().map(&mut value).collect::<Result<Vec<_>, _>>()?;
                let defaults = if values.is_empty() {
                    interpreter.none()
                } else {
                    interpreter.new_tuple(&values)
                };
                let keyword_defaults = if inner.keyword_defaults.is_empty() {
                    interpreter.none()
                } else {
                    let dict = interpreter.new_dict();
                    for default in &inner.keyword_defaults {
                        interpreter.set_entry(dict, &default.parameter, value(default)?);
                    }
                    dict
                };
                swaps.push(set(interpreter, function, "__defaults__", defaults)?);
                swaps.push(set(interpreter, function, "__kwdefaults__", keyword_defaults)?);
            }
            if inner.docstring_changed
                && let Some(&code) = new_codes.get(&target.new)
            {
                let doc = docstring(interpreter, work, function, code)?;
                swaps.push(set(interpreter, function, "__doc__", doc)?);
            }
            if let Some(unit) = inner.annotations.as_ref().filter(|_| inner.annotations_changed) {
                let annotations = annotations(interpreter, work, inner, unit)?;
                swaps.push(set(interpreter, function, "__annotations__", annotations)?);
            }
        }
        if inner.decorators_changed {
            listed.push(note(
                "fn-decorators",
                format!("live closures of `{}` keep their old decorators", inner.name),
                "only a call of the function around them runs the new ones",
                "call it again where that matters",
            ));
        }
        out_of_reach.sort_unstable();
        out_of_reach.dedup();
        let keeps_annotations = inner.annotations_changed && inner.annotations.is_none();
        if !out_of_reach.is_empty() || keeps_annotations {
            listed.push(kept(inner, &out_of_reach, keeps_annotations));
        }
    }
    Ok(swaps)
}

fn set(interpreter: &dyn Interpreter, function: Handle, name: &str, new: Handle) -> Result<Swap, Stop> {
    Ok(Swap::Attribute {
        object: function,
        name: name.to_owned(),
        expected: interpreter.attribute(function, name)?,
        new: Some(new),
    })
}

/// The value of an expression that reads no names.
fn evaluate(interpreter: &dyn Interpreter, work: &Work<'_>, text: &str) -> Result<Handle, Stop> {
    const VALUE: &str = "value";
    let unit = Unit::of_text(format!("{VALUE} = (\n{text}\n)\n"));
    let code = compile_to_run(interpreter, work, &unit)?;
    let locals = interpreter.new_dict();
    execute_quick(interpreter, code, work.namespace, locals)?;
    Ok(interpreter
        .entry(locals, VALUE)
        .expect("an assignment that did not raise has bound its name"))
}

/// What the `def` of a nested function alone gives as its annotations: a dict of its own for each closure.
fn annotations(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    inner: &InnerFunction,
    unit: &Unit,
) -> Result<Handle, Stop> {
    let code = compile_to_run(interpreter, work, unit)?;
    let locals = interpreter.new_dict();
    execute_quick(interpreter, code, work.namespace, locals)?;
    let name = inner.name.rsplit('.').next().unwrap_or_default();
    let made = interpreter
        .entry(locals, name)
        .expect("a `def` that did not raise has bound its name");
    Ok(interpreter
        .attribute(made, "__annotations__")?
        .unwrap_or(interpreter.none()))
}

/// The docstring that a function made from a code object has; where it is among the constants differs by version.
fn docstring(interpreter: &dyn Interpreter, work: &Work<'_>, function: Handle, code: Handle) -> Result<Handle, Stop> {
    let none = interpreter.none();
    let closure = interpreter.attribute(function, "__closure__")?.unwrap_or(none);
    let class = interpreter.class_of(function);
    let name = interpreter.attribute(function, "__name__")?.unwrap_or(none);
    let made = interpreter.call(class, &[code, work.namespace, name, none, closure])?;
    Ok(interpreter.attribute(made, "__doc__")?.unwrap_or(none))
}

fn no_value(inner: &InnerFunction, parameter: &str) -> Refusal {
    refusal(
        "fn-signature",
        format!("`{}` keeps its old code", inner.name),
        format!("the closures made so far have no value for the default of `{parameter}`: only the enclosing call can"),
        "call what defines it again, make the default a literal, or restart the program",
    )
}

fn kept(inner: &InnerFunction, parameters: &[String], keeps_annotations: bool) -> Refusal {
    let what = match (parameters, keeps_annotations) {
        ([], _) => "annotations".to_owned(),
        (names, annotations) => {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            let also = if annotations { ", and annotations" } else { "" };
            format!("defaults of {}{also}", names.join(", "))
        }
    };
    note(
        "fn-signature",
        format!("live closures of `{}` keep their old {what}", inner.name),
        "only a call of the function around them evaluates the new ones",
        "call it again where that matters",
    )
}
