//! What `typing.Protocol` has found in a class when it was made: which members an instance check asks for (PEP 544).

use jurigged_runtime::{Handle, Interpreter, RuntimeError, Swap};

use super::adopt;
use super::bases::forget_answers;
use super::python::{evaluate, import, own_entry, truth, with_subclasses};

/// Attributes of a protocol and how `typing` computes them (`_ProtocolMeta.__init__`, `runtime_checkable`); each version
/// of Python has some of them. All but the first are computed from the first.
const COMPUTED: [(&str, &str); 3] = [
    ("__protocol_attrs__", "typing._get_protocol_attrs(it)"),
    (
        "__callable_proto_members_only__",
        "all(callable(getattr(it, name, None)) for name in typing._get_protocol_attrs(it))",
    ),
    (
        "__non_callable_proto_members__",
        "{name for name in typing._get_protocol_attrs(it) if not callable(getattr(it, name, None))}",
    ),
];

/// The swaps that make what protocols know of their members what a fresh start would find; the answers of instance checks
/// that were kept are forgotten. `classes`: those whose own attributes changed.
///
/// # Errors
/// When a member raises while it is looked at.
pub fn follow_protocols(interpreter: &dyn Interpreter, classes: &[Handle]) -> Result<Vec<Swap>, RuntimeError> {
    let mut swaps = Vec::new();
    if interpreter.module("typing").is_none() {
        return Ok(swaps);
    }
    for class in with_subclasses(interpreter, classes) {
        if own_entry(interpreter, class, COMPUTED[0].0).is_none() {
            continue;
        }
        let names = [("it", class), ("typing", import(interpreter, "typing")?)];
        for (name, text) in COMPUTED {
            let Some(present) = own_entry(interpreter, class, name) else {
                continue;
            };
            let new = evaluate(interpreter, text, &names)?;
            let is_same = evaluate(interpreter, "a == b", &[("a", present), ("b", new)])?;
            if !truth(interpreter, is_same)? {
                swaps.extend(adopt::attribute(interpreter, class, name, Some(new)));
            }
        }
        forget_answers(interpreter, &[class])?;
    }
    Ok(swaps)
}
