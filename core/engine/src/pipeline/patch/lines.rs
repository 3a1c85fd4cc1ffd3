//! What follows from the place of code in its file.

use jurigged_runtime::{Handle, Interpreter, ObjectKind, Swap};
use rustc_hash::FxHashSet;

use super::Work;
use super::codes::member;
use super::prepare::Steps;
use crate::pipeline::locate::{class_at, constants, first_line_of, is_hidden_scope, name_of};

/// New first lines for code that moved with the text above it. The hash of a code object follows from its first line: it
/// leaves the sets that are known to hold it, and comes back.
pub fn shifts(interpreter: &dyn Interpreter, work: &Work<'_>) -> Vec<Swap> {
    let shifts = first_lines(interpreter, work);
    // A commit on RustPython adds to sets before it stops the other threads to write lines.
    if interpreter.facts().implementation == "rustpython" {
        return shifts;
    }
    let moved: FxHashSet<Handle> = shifts
        .iter()
        .filter_map(|swap| match swap {
            Swap::FirstLine { code, .. } => Some(*code),
            _ => None,
        })
        .collect();
    let targets = work.targets.operations.iter().flatten();
    let sets: FxHashSet<Handle> = targets.flat_map(|target| target.sets.iter().copied()).collect();
    let held: Vec<(Handle, Handle)> = sets
        .into_iter()
        .flat_map(|set| {
            let members = interpreter.items(set).unwrap_or_default().into_iter();
            members
                .filter(|member| moved.contains(member))
                .map(move |member| (set, member))
        })
        .collect();
    let leave = held.iter().map(|(set, code)| member(*set, *code, false));
    let come = held.iter().map(|(set, code)| member(*set, *code, true));
    leave.chain(shifts).chain(come).collect()
}

fn first_lines(interpreter: &dyn Interpreter, work: &Work<'_>) -> Vec<Swap> {
    let mut swaps = Vec::new();
    let mut hidden_done = FxHashSet::default();
    for unchanged in &work.plan.unchanged {
        let Some(binding) = work.bindings.get(unchanged.old) else {
            continue;
        };
        let line = i64::from(unchanged.line) + binding.skew;
        let delta = line - i64::from(binding.first_line);
        if delta == 0 {
            continue;
        }
        let code = interpreter.pinned(&binding.code);
        let Ok(line) = u32::try_from(line) else { continue };
        swaps.push(Swap::FirstLine {
            code,
            expected: binding.first_line,
            new: line,
        });
        swaps.extend(annotation_shifts(interpreter, code, delta));
        // Scopes that the compiler makes around a definition have no owner in the text.
        if let Some(parent) = &binding.parent {
            let parent = interpreter.pinned(&parent.code);
            let name = name_of(interpreter, parent);
            if is_hidden_scope(&name) && hidden_done.insert(parent) {
                let first = first_line_of(interpreter, parent);
                if let Ok(new) = u32::try_from(i64::from(first) + delta) {
                    swaps.push(Swap::FirstLine {
                        code: parent,
                        expected: first,
                        new,
                    });
                }
            }
        }
    }
    swaps
}

/// New first lines for the scopes that evaluate the annotations of what is nested in a code object (3.14, PEP 649): they
/// have no owner in the text.
fn annotation_shifts(interpreter: &dyn Interpreter, code: Handle, delta: i64) -> Vec<Swap> {
    if interpreter.facts().version < (3, 14, 0) {
        return Vec::new();
    }
    let is_annotate =
        |code: &Handle| interpreter.kind(*code) == ObjectKind::Code && name_of(interpreter, *code) == "__annotate__";
    let scopes = constants(interpreter, code).into_iter().filter(is_annotate);
    let shift = |code: Handle| {
        let expected = first_line_of(interpreter, code);
        let new = u32::try_from(i64::from(expected) + delta).ok()?;
        Some(Swap::FirstLine { code, expected, new })
    };
    scopes.filter_map(shift).collect()
}

/// `__firstlineno__` of classes that moved and `__static_attributes__` of classes whose methods changed, where the
/// interpreter has them (3.13). The methods of a class that keeps its old definition did not change.
pub fn class_attributes(interpreter: &dyn Interpreter, work: &Work<'_>, steps: &Steps) -> Vec<Swap> {
    let mut swaps = Vec::new();
    if interpreter.facts().version < (3, 13, 0) {
        return swaps;
    }
    for class in &work.plan.classes {
        let before = work.bindings.get(class.old).map(|binding| binding.first_line);
        // A class keeps the line of its code in a block of which an edit is refused, and its name has the new one.
        if before == Some(class.line) && !work.plan.is_joined && class.static_attributes.is_none() {
            continue;
        }
        let Some(live) = class_at(interpreter, work.namespace, &class.scope) else {
            continue;
        };
        let Some(namespace) = interpreter.namespace(live) else {
            continue;
        };
        let Some(line) = interpreter.entry(namespace, "__firstlineno__") else {
            continue;
        };
        let moved = interpreter.integer(line) != Some(i64::from(class.line));
        // A class of the same name that another statement made.
        let mut namesakes = work.plan.classes.iter().filter(|other| other.scope == class.scope);
        if interpreter.integer(line) != before.map(i64::from) && namesakes.nth(1).is_some() {
            continue;
        }
        if moved {
            swaps.push(Swap::ClassAttribute {
                class: live,
                name: "__firstlineno__".to_owned(),
                expected: Some(line),
                new: Some(interpreter.new_integer(i64::from(class.line))),
            });
        }
        if let (Some(names), Some(expected)) = (
            &class.static_attributes,
            interpreter.entry(namespace, "__static_attributes__"),
        ) && steps.refusal_in(&class.scope).is_none()
        {
            let names: Vec<_> = names.iter().map(|name| interpreter.new_text(name)).collect();
            swaps.push(Swap::ClassAttribute {
                class: live,
                name: "__static_attributes__".to_owned(),
                expected: Some(expected),
                new: Some(interpreter.new_tuple(&names)),
            });
        }
    }
    swaps
}
