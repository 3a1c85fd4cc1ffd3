//! New code where old code runs or is made into functions.

use jurigged_runtime::{Handle, Interpreter, RunningKind, Swap};
use rustc_hash::{FxHashMap, FxHashSet};

use super::closures::Surroundings;
use super::functions::names;
use crate::pipeline::definitions::DefinitionId;
use crate::pipeline::edit_plan::{Refusal, note, refusal};
use crate::pipeline::locate::{CodeTarget, first_line_of, name_of};

/// What one edit does to code.
#[derive(Debug, Default)]
pub struct NewCode {
    /// The steps.
    pub swaps: Vec<Swap>,
    /// Closures that keep their old code: the values that the new one reads are gone.
    pub left: FxHashSet<Handle>,
    /// Old code objects that some function may still run after the commit, by the definition in the new tree.
    pub left_codes: Vec<(DefinitionId, Handle)>,
    /// Definitions whose code object is no constant of the code around it: that one makes other closures.
    pub without_place: FxHashSet<DefinitionId>,
    /// What the user is told of all this.
    pub listed: Vec<Refusal>,
}

/// The swaps that put new code where old code runs or is made into functions.
///
/// `name`: of the edited definition in its module. `class`: the one around it, at module level or in classes only; and
/// whether that is another one than before. `bound_once`: definitions whose names nothing else in it has bound.
///
/// # Errors
/// When the edited definition itself cannot get its new code.
pub fn new_code(
    interpreter: &dyn Interpreter,
    targets: &[CodeTarget],
    new_codes: &FxHashMap<DefinitionId, Handle>,
    module: &str,
    name: &str,
    class: (Option<Handle>, bool),
    bound_once: &[DefinitionId],
) -> Result<NewCode, Refusal> {
    let surroundings = Surroundings::of(interpreter, targets, new_codes, class, bound_once);
    let mut made = NewCode::default();
    for target in targets {
        let Some(&new) = new_codes.get(&target.new) else {
            if target.functions.is_empty() {
                continue;
            }
            return Err(refusal(
                "ambiguous",
                format!("`{name}` keeps its old code"),
                "several functions without a name stand on one line and cannot be told apart",
                "put them on lines of their own and save again",
            ));
        };
        let variables = free_variables(interpreter, new);
        let same_variables =
            free_variables(interpreter, target.code) == variables && !surroundings.changes_class(&variables);
        if !same_variables && !target.functions.is_empty() && has_unstarted(interpreter, target.code) {
            return Err(unstarted(name));
        }
        for &function in &target.functions {
            if !same_variables {
                match surroundings.closure_swaps(function, target, new) {
                    Ok(swaps) => made.swaps.extend(swaps),
                    Err(gone) if surroundings.is_outermost(target) => return Err(no_value(name, &gone)),
                    Err(gone) => {
                        made.left.insert(function);
                        let told = closure_gone(interpreter, module, (function, target), new, &gone);
                        if !made.listed.contains(&told) {
                            made.listed.push(told);
                        }
                        continue;
                    }
                }
            }
            made.swaps.push(Swap::Code {
                function,
                expected: target.code,
                new,
            });
        }
        let is_left = target.functions.iter().any(|function| made.left.contains(function));
        let mut is_made_again = false;
        match target.parent {
            Some((code, index)) if same_variables => made.swaps.push(Swap::Constant {
                code,
                index,
                expected: target.code,
                new,
            }),
            // The code around makes functions with the old cells: only its own successor makes them with the new ones.
            Some((code, _)) => {
                made.without_place.insert(target.new);
                is_made_again = !interpreter.running(&[code]).is_empty();
                if is_made_again {
                    made.listed.push(made_later(interpreter, code, target.code));
                }
            }
            None => {}
        }
        if is_left || is_made_again {
            made.left_codes.push((target.new, target.code));
        } else {
            made.swaps.extend(in_sets(&target.sets, target.code, new));
        }
    }
    Ok(made)
}

/// The code of what is told of closures that keep their old code.
pub const CLOSURE_GONE: &str = "closure-gone";

/// What puts a new code object into sets in the place of an old one: a program that keeps a set of code objects asks it
/// about the code that runs.
fn in_sets(sets: &[Handle], old: Handle, new: Handle) -> impl Iterator<Item = Swap> {
    sets.iter()
        .flat_map(move |&container| [member(container, old, false), member(container, new, true)])
}

/// A set gets an object, or loses it.
pub fn member(container: Handle, key: Handle, is_there: bool) -> Swap {
    let here = |is_there: bool| is_there.then_some(key);
    Swap::Item {
        container,
        key,
        expected: here(!is_there),
        new: here(is_there),
    }
}

fn free_variables(interpreter: &dyn Interpreter, code: Handle) -> Vec<String> {
    names(interpreter, code, "co_freevars")
}

/// Is there a generator of this code that has not taken the cells of its function yet?
fn has_unstarted(interpreter: &dyn Interpreter, code: Handle) -> bool {
    let running = interpreter.running(&[code]);
    running
        .iter()
        .any(|running| running.kind == RunningKind::Suspended && !running.has_cells)
}

fn unstarted(name: &str) -> Refusal {
    refusal(
        "fn-closure",
        format!("`{name}` keeps its old code"),
        "it now reads other variables of the functions around it, and a generator that it has made did not start yet",
        "save again when the generator has started",
    )
}

fn no_value(name: &str, gone: &[String]) -> Refusal {
    let code = if gone.iter().any(|name| name == "__class__") {
        "fn-super"
    } else {
        "fn-closure"
    };
    refusal(
        code,
        format!("`{name}` keeps its old code"),
        format!(
            "it now reads {}, which the functions made so far have no cell for",
            quoted(gone)
        ),
        "make the functions anew (call what defines them again), or restart the program",
    )
}

/// The dotted name of a function, as it says itself; `module`: where it was made, if it does not say.
pub fn shown_name(interpreter: &dyn Interpreter, module: &str, function: Handle) -> String {
    let text = |name: &str| {
        let value = interpreter.attribute(function, name).ok().flatten();
        value.and_then(|value| interpreter.text(value))
    };
    let module = text("__module__").unwrap_or_else(|| module.to_owned());
    let qualified = text("__qualname__").unwrap_or_default();
    format!("{module}.{}", qualified.replace(".<locals>", ""))
}

/// What is told of a function that cannot get the variables of its new code; see [`closure_gone`].
pub fn keeps_old_code(shown: &str) -> String {
    format!("`{shown}` keeps its old code")
}

fn closure_gone(
    interpreter: &dyn Interpreter,
    module: &str,
    (function, target): (Handle, &CodeTarget),
    new: Handle,
    gone: &[String],
) -> Refusal {
    let qualified = interpreter.attribute(function, "__qualname__").ok().flatten();
    let qualified = qualified.and_then(|name| interpreter.text(name)).unwrap_or_default();
    let outer = qualified.rsplit_once(".<locals>").map_or("", |(outer, _)| outer);
    let outer = outer.rsplit('.').next().unwrap_or_default();
    let (has, also) = if gone.len() == 1 {
        ("has", "a parameter")
    } else {
        ("have", "parameters")
    };
    let variables = quoted(gone);
    let around = target.parent.map(|(code, _)| code);
    let why = match around.is_some_and(|code| !interpreter.running(&[code]).is_empty()) {
        true => format!(
            "a call of `{outer}` still runs, but it shares {variables} with no function, or nothing shows that it made \
             this closure"
        ),
        false => format!("the call that made this closure is over, so {variables} {has} no value"),
    };
    // What `functools.wraps` has copied from another function does not tell who made this one.
    let help = match outer {
        "" => format!("make {variables} {also}, or restart the program"),
        outer => format!("call `{outer}()` again, or make {variables} {also}"),
    };
    let stale = refusal(
        CLOSURE_GONE,
        keeps_old_code(&shown_name(interpreter, module, function)),
        format!("it now reads {variables}; {why}"),
        help,
    );
    stale.at_line(first_line_of(interpreter, new))
}

fn made_later(interpreter: &dyn Interpreter, around: Handle, code: Handle) -> Refusal {
    let (around, inner) = (name_of(interpreter, around), name_of(interpreter, code));
    note(
        "fn-closure",
        format!("what the running call of `{around}` makes of `{inner}` has old code"),
        format!("`{inner}` now reads other variables, and a running call makes its closures with the old ones"),
        format!("call `{around}` again"),
    )
}

fn quoted(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
