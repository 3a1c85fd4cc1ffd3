//! What takes part in making a class and does not run again when its body changes: `__init_subclass__` of a base, and
//! `__new__` and `__init__` of a metaclass.
//!
//! Running them again would register the class twice. Where they look at what changed, that is said.

use jurigged_runtime::{Handle, Interpreter, ObjectKind};
use rustc_hash::FxHashSet;

use super::super::Work;
use super::super::functions::names;
use super::super::prepare::Prepared;
use super::ClassKind;
use super::python::{evaluate, import, items_of, own_entry, truth};
use crate::pipeline::edit_plan::{Action, Refusal, note};
use crate::pipeline::locate::{class_at, constants};

/// Modules whose makers the engine knows.
const KNOWN: [&str; 6] = ["abc", "builtins", "dataclasses", "enum", "functools", "typing"];

/// Names that say that a function looks at all attributes of a class.
const LOOKS_AT_ALL: [&str; 8] = [
    "__dict__",
    "dir",
    "getattr",
    "getmembers",
    "items",
    "keys",
    "values",
    "vars",
];

/// Lists the makers that read what this save has changed in the bodies of classes.
pub fn note_makers(interpreter: &dyn Interpreter, work: &Work<'_>, prepared: &mut Prepared) {
    let mut told = FxHashSet::default();
    for (index, operation) in work.plan.operations.iter().enumerate() {
        let outcome = &prepared.outcome.operations[index];
        let (scope, names) = match &operation.action {
            Action::Run(statement) => (&statement.scope, &statement.binds),
            Action::Unbind { scope, names, .. } => (scope, names),
            _ => continue,
        };
        if scope.classes.is_empty() || outcome.refused.is_some() || outcome.skipped {
            continue;
        }
        let Some(class) = class_at(interpreter, work.namespace, scope) else {
            continue;
        };
        if !matches!(
            ClassKind::of(interpreter, class),
            ClassKind::Plain | ClassKind::Dataclass
        ) {
            continue;
        }
        for maker in makers(interpreter, class) {
            let reads = reads(interpreter, maker);
            let read = names.iter().find(|name| reads.contains(name.as_str()));
            let looks_at_all =
                LOOKS_AT_ALL.iter().any(|name| reads.contains(*name)) || uses_namespace(interpreter, maker);
            if (read.is_some() || looks_at_all) && told.insert((class, maker)) {
                let name = scope.classes.join(".");
                let listed = &mut prepared.outcome.operations[index].listed;
                listed.push(not_run(interpreter, maker, &name, read.or(names.first())));
            }
        }
    }
}

/// The functions of the program that its class statement has called.
fn makers(interpreter: &dyn Interpreter, class: Handle) -> Vec<Handle> {
    let text = "getattr(super(it, it).__init_subclass__, '__func__', None)";
    let mut makers: Vec<Handle> = evaluate(interpreter, text, &[("it", class)]).into_iter().collect();
    for metaclass in items_of(interpreter, interpreter.class_of(class), "__mro__") {
        for name in ["__new__", "__init__"] {
            makers.extend(own_entry(interpreter, metaclass, name));
        }
    }
    let function = |maker: Handle| match interpreter.kind(maker) {
        ObjectKind::StaticMethod => interpreter.attribute(maker, "__func__").ok().flatten(),
        _ => Some(maker),
    };
    let is_of_program = |maker: &Handle| {
        let module = interpreter.attribute(*maker, "__module__").ok().flatten();
        let module = module.and_then(|module| interpreter.text(module));
        interpreter.kind(*maker) == ObjectKind::Function && module.is_some_and(|it| !KNOWN.contains(&it.as_str()))
    };
    makers.into_iter().filter_map(function).filter(is_of_program).collect()
}

/// The names and texts in the code of a function and of those inside of it: of the attributes that it reads, and others.
fn reads(interpreter: &dyn Interpreter, function: Handle) -> FxHashSet<String> {
    let mut found = FxHashSet::default();
    let mut pending: Vec<Handle> = interpreter
        .attribute(function, "__code__")
        .ok()
        .flatten()
        .into_iter()
        .collect();
    while let Some(code) = pending.pop() {
        found.extend(names(interpreter, code, "co_names"));
        for constant in constants(interpreter, code) {
            match interpreter.kind(constant) {
                ObjectKind::Code => pending.push(constant),
                ObjectKind::Text => found.extend(interpreter.text(constant)),
                _ => {}
            }
        }
    }
    found
}

/// Does a method of a metaclass do more with the namespace of a class than to hand it on? Where the interpreter does not
/// tell how often a variable is read, it may.
fn uses_namespace(interpreter: &dyn Interpreter, maker: Handle) -> bool {
    let text = "it.__code__.co_argcount > 3 and [named for one in dis.get_instructions(it) if one.opname.startswith('LOAD_') \
                for named in (one.argval if type(one.argval) is tuple else (one.argval,))] \
                .count(it.__code__.co_varnames[3]) > 1";
    let Ok(dis) = import(interpreter, "dis") else {
        return true;
    };
    let more = evaluate(interpreter, text, &[("it", maker), ("dis", dis)]);
    more.and_then(|more| truth(interpreter, more)).unwrap_or(true)
}

fn not_run(interpreter: &dyn Interpreter, maker: Handle, class: &str, name: Option<&String>) -> Refusal {
    let qualified = interpreter.attribute(maker, "__qualname__").ok().flatten();
    let qualified = qualified.and_then(|name| interpreter.text(name)).unwrap_or_default();
    let read = name.map_or_else(|| "what changed".to_owned(), |name| format!("`{name}`"));
    note(
        "cls-attr",
        format!("`{qualified}` did not run again for `{class}`"),
        format!("it may read {read}, and runs when a class is made only; what it did with the class stays as it was"),
        "restart the program if that matters",
    )
}
