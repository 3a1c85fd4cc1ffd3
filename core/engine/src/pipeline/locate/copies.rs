//! Code objects that were copied: by `code.replace`, `types.CodeType`, `marshal`, cloudpickle, dill.
//!
//! A copy is equal to the code object of a definition and is not it, so nothing that knows the definition leads to it.
//! Only a pass over the heap finds the functions that run it; that is made for programs in which something copies code.

use jurigged_runtime::{Handle, Interpreter};
use rustc_hash::{FxHashMap, FxHashSet};

use super::codes::{first_line_of, name_of};
use super::{CodeTarget, ModuleTarget, Targets};
use crate::pipeline::edit_plan::{Action, FilePlan};

/// Modules that copy code, also where they are vendored.
const COPIERS: [&str; 5] = [
    "cloudpickle",
    "dill",
    "joblib.externals.cloudpickle",
    "pyspark.cloudpickle",
    "ray.cloudpickle",
];

/// Words of a text that copies code.
const WORDS: [&str; 6] = [
    "marshal",
    "CodeType",
    "__code__.replace",
    "code.replace(",
    "cloudpickle",
    "dill",
];

/// Does a text look as if it copied code objects?
pub fn copies_code(text: &str) -> bool {
    WORDS.iter().any(|word| text.contains(word))
}

/// Has the program loaded a library that copies code objects?
pub(super) fn copier_is_loaded(interpreter: &dyn Interpreter) -> bool {
    COPIERS.iter().any(|name| interpreter.module(name).is_some())
}

/// Adds the copies of the code objects that change to the targets; counts those that differ from what they were copied
/// from, which keep what somebody made of them.
pub(super) fn add_copies(
    interpreter: &dyn Interpreter,
    modules: &[(&FilePlan, ModuleTarget<'_>)],
    all: &mut [Targets],
) {
    let files: Vec<String> = modules
        .iter()
        .map(|(plan, _)| plan.path.to_string_lossy().into_owned())
        .collect();
    let known: FxHashSet<Handle> = modules
        .iter()
        .flat_map(|(_, module)| module.bindings.codes())
        .map(|pin| interpreter.pinned(pin))
        .collect();
    let found = interpreter.codes_of_files(&files);
    for ((codes, targets), (plan, _)) in found.into_iter().zip(all).zip(modules) {
        targets.heap_passes += 1;
        let mut strangers: FxHashMap<(String, u32), Vec<Handle>> = FxHashMap::default();
        for code in codes.into_iter().filter(|code| !known.contains(code)) {
            let place = (name_of(interpreter, code), first_line_of(interpreter, code));
            strangers.entry(place).or_default().push(code);
        }
        if strangers.is_empty() {
            continue;
        }
        for (index, operation) in plan.operations.iter().enumerate() {
            if !matches!(operation.action, Action::Update(_)) {
                continue;
            }
            for target in targets.operations[index].clone() {
                let place = (
                    name_of(interpreter, target.code),
                    first_line_of(interpreter, target.code),
                );
                for &code in strangers.get(&place).into_iter().flatten() {
                    if is_equal(interpreter, target.code, code) {
                        targets.operations[index].push(CodeTarget {
                            code,
                            parent: None,
                            ..target.clone()
                        });
                    } else {
                        targets.altered_copies.push(index);
                    }
                }
            }
        }
    }
}

/// `a == b` for two code objects.
fn is_equal(interpreter: &dyn Interpreter, a: Handle, b: Handle) -> bool {
    let compare = interpreter.attribute(a, "__eq__").ok().flatten();
    let answer = compare.and_then(|compare| interpreter.call(compare, &[b]).ok());
    answer.is_some_and(|answer| interpreter.integer(answer) == Some(1) || interpreter.repr(answer) == "True")
}
