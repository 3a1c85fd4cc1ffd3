//! Held references follow: an old function whose name is bound to another object becomes a forwarder to it.
//!
//! The function object stays, and with it everything that holds it; its code and closure are replaced by those of
//! `lambda *args, **kwargs: target(*args, **kwargs)`. The target is in the closure, not looked up by name: whoever wraps
//! the name by hand (`app.f = traced(app.f)`) would otherwise make a circle.

use jurigged_runtime::{CompileUnit, Handle, Interpreter, ObjectKind, RuntimeError, Swap};

use super::closures::LOST_CELLS;
use super::functions::{attribute_swap, names};
use crate::pipeline::edit_plan::{Refusal, note};
use crate::pipeline::locate::constants;

/// `co_filename` of all forwarders: tracebacks show whom to blame.
const FILE: &str = "<jurigged: forwards to the new definition>";

/// Kinds of code, `co_flags` (Include/cpython/code.h).
const CO_GENERATOR: i64 = 0x20;
const CO_COROUTINE: i64 = 0x80;

/// What a forwarder looks like from outside is what its target looks like.
const COPIED: [&str; 3] = ["__doc__", "__annotations__", "__type_params__"];

/// The function in the descriptors that the class machinery puts around one; other objects are themselves.
pub fn core_of(interpreter: &dyn Interpreter, object: Handle) -> Handle {
    let mut core = object;
    for _ in 0..16 {
        let inside = match interpreter.kind(core) {
            ObjectKind::StaticMethod | ObjectKind::ClassMethod => "__func__",
            ObjectKind::Property => "fget",
            ObjectKind::Other => {
                let classes = interpreter.class_names(core);
                let inside = classes.iter().find_map(|class| match class.as_str() {
                    "functools.cached_property" => Some("func"),
                    // `abc.abstractproperty`.
                    "property" => Some("fget"),
                    _ => None,
                });
                match inside {
                    Some(inside) => inside,
                    None => break,
                }
            }
            _ => break,
        };
        match interpreter.attribute(core, inside) {
            Ok(Some(inner)) if interpreter.kind(inner) != ObjectKind::None => core = inner,
            _ => break,
        }
    }
    core
}

/// The swaps that make `old` forward to `new`.
///
/// # Errors
/// What is told of an `old` that cannot forward; `name` is its dotted name.
pub fn forward(interpreter: &dyn Interpreter, old: Handle, new: Handle, name: &str) -> Result<Vec<Swap>, Refusal> {
    let class = interpreter.class_names(old).into_iter().next().unwrap_or_default();
    if interpreter.kind(old) != ObjectKind::Function {
        return Err(note(
            "stale",
            format!("who holds the old `{name}` keeps it"),
            format!("it is a `{class}`, which cannot forward to the new one; the name is bound to the new one"),
            "take it from its name again, or restart the program",
        ));
    }
    let calls = interpreter.attribute(interpreter.class_of(new), "__call__");
    if !matches!(calls, Ok(Some(_))) {
        return Err(note(
            "stale",
            format!("who holds the old `{name}` keeps it"),
            "the name is bound to something that cannot be called now",
            "take it from its name again, or restart the program",
        ));
    }
    if reaches(interpreter, new, old) {
        return Err(note(
            "stale",
            format!("who holds the old `{name}` keeps it"),
            "what the decorators returned leads back to it, so it cannot forward",
            "take it from its name again, or restart the program",
        ));
    }
    swaps(interpreter, old, new).map_err(|error| {
        note(
            "stale",
            format!("who holds the old `{name}` keeps it"),
            format!("it cannot forward to the new one: {error}"),
            "take it from its name again, or restart the program",
        )
    })
}

fn swaps(interpreter: &dyn Interpreter, old: Handle, new: Handle) -> Result<Vec<Swap>, RuntimeError> {
    let present = interpreter.attribute(old, "__code__")?.ok_or(RuntimeError::Gone(old))?;
    let code = forwarder(interpreter, old, new)?;
    let none = interpreter.none();
    let cell = interpreter.new_cell(Some(new));
    let closure = interpreter.attribute(old, "__closure__")?;
    let mut swaps = vec![
        Swap::Closure {
            function: old,
            expected: closure.filter(|closure| interpreter.kind(*closure) == ObjectKind::Tuple),
            new: Some(interpreter.new_tuple(&[cell])),
        },
        Swap::Code {
            function: old,
            expected: present,
            new: code,
        },
    ];
    let mut set = |name: &str, value: Option<Handle>| -> Result<(), RuntimeError> {
        swaps.extend(attribute_swap(interpreter, old, name, value)?);
        Ok(())
    };
    set("__defaults__", Some(none))?;
    set("__kwdefaults__", Some(none))?;
    // `inspect.signature` follows it.
    set("__wrapped__", Some(new))?;
    for name in COPIED {
        let is_there = name != "__type_params__" || interpreter.facts().version >= (3, 12, 0);
        if is_there && interpreter.kind(new) == ObjectKind::Function {
            set(name, interpreter.attribute(new, name)?)?;
        }
    }
    if interpreter.attribute(old, LOST_CELLS)?.is_some() {
        set(LOST_CELLS, None)?;
    }
    Ok(swaps)
}

/// The code of a forwarder, of the same kind as its target, under the name that the old function had.
fn forwarder(interpreter: &dyn Interpreter, old: Handle, new: Handle) -> Result<Handle, RuntimeError> {
    let flags = match interpreter.kind(new) {
        ObjectKind::Function => {
            let code = interpreter.attribute(new, "__code__")?;
            let flags = code
                .map(|code| interpreter.attribute(code, "co_flags"))
                .transpose()?
                .flatten();
            flags.and_then(|flags| interpreter.integer(flags)).unwrap_or(0)
        }
        _ => 0,
    };
    let name = interpreter
        .attribute(old, "__name__")?
        .and_then(|name| interpreter.text(name));
    let is_name = |name: &String| !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    let name = name.filter(is_name).unwrap_or_else(|| "forward".to_owned());
    let (def, call) = match flags {
        flags if flags & CO_COROUTINE != 0 => ("async def", "return await"),
        flags if flags & CO_GENERATOR != 0 => ("def", "return (yield from"),
        _ => ("def", "return"),
    };
    let end = if call.ends_with("from") { ")" } else { "" };
    let source = format!(
        "def around(target):\n    {def} {name}(*args, **kwargs):\n        {call} target(*args, **kwargs){end}\n"
    );
    let unit = CompileUnit {
        source: &source,
        file: FILE,
        flags: 0,
        first_line: 1,
    };
    let nested = |code: Handle| {
        let mut constants = constants(interpreter, code).into_iter();
        constants.find(|constant| interpreter.kind(*constant) == ObjectKind::Code)
    };
    let module = interpreter.compile(&unit)?;
    nested(module).and_then(nested).ok_or(RuntimeError::Gone(module))
}

/// Does a function forward to this object, itself or by way of others?
fn reaches(interpreter: &dyn Interpreter, from: Handle, wanted: Handle) -> bool {
    let mut current = from;
    // Longer than any chain of edits of one session that a user waits for.
    for _ in 0..1000 {
        if current == wanted {
            return true;
        }
        match target_of(interpreter, current) {
            Some(target) => current = core_of(interpreter, target),
            None => return false,
        }
    }
    true
}

/// What a forwarder forwards to; `None` for everything else.
pub fn target_of(interpreter: &dyn Interpreter, function: Handle) -> Option<Handle> {
    if interpreter.kind(function) != ObjectKind::Function {
        return None;
    }
    let code = interpreter.attribute(function, "__code__").ok().flatten()?;
    let file = interpreter.attribute(code, "co_filename").ok().flatten()?;
    if interpreter.text(file)? != FILE || names(interpreter, code, "co_freevars") != ["target"] {
        return None;
    }
    let closure = interpreter.attribute(function, "__closure__").ok().flatten()?;
    let cell = *interpreter.items(closure).ok()?.first()?;
    interpreter.attribute(cell, "cell_contents").ok().flatten()
}
