//! Named tuples and typed dicts: the class statement runs aside, and the live class takes over what came of its fields.

use jurigged_runtime::Interpreter;

use super::super::Work;
use super::super::late::LateStop;
use super::super::transaction::Transaction;
use super::python::{own_entries, run_statement};
use super::{Remade, adopt};

/// What a class statement writes whatever its fields are.
const KEPT: [&str; 7] = [
    "__module__",
    "__qualname__",
    "__dict__",
    "__weakref__",
    "__firstlineno__",
    "__static_attributes__",
    "__slots__",
];

/// Makes a named tuple that has no instances follow its changed fields.
///
/// # Errors
/// When it has instances, the class statement raises, or the commit fails.
pub fn remake_named_tuple(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let instances = interpreter.instances(remade.class).len();
    if instances > 0 {
        return Err(LateStop::Stop(remade.refused(
            format!("live tuples have the old fields ({instances} of them), and a tuple cannot change"),
            "restart the program, or drop these tuples and save again",
        )));
    }
    adopt_all(interpreter, work, remade, transaction)
}

/// Makes a typed dict follow its changed keys; its instances are plain dicts.
///
/// # Errors
/// When the class statement raises, or the commit fails.
pub fn remake_typed_dict(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    adopt_all(interpreter, work, remade, transaction)
}

fn adopt_all(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let live = remade.class;
    let made = run_statement(interpreter, work, remade)?;
    let own = |class| own_entries(interpreter, class);
    let kept = |name: &str| {
        let mut names = remade.plan.names.iter();
        KEPT.contains(&name) || names.any(|known| known.name == name && known.is_definition && known.is_kept)
    };
    let (old, new) = (own(live), own(made));
    let mut swaps = Vec::new();
    for (name, value) in new.iter().filter(|(name, _)| !kept(name)) {
        swaps.extend(adopt::attribute(interpreter, live, name, Some(*value)));
    }
    for (name, _) in old.iter().filter(|(name, _)| !kept(name)) {
        if new.iter().all(|(known, _)| known != name) {
            swaps.extend(adopt::attribute(interpreter, live, name, None));
        }
    }
    swaps.extend(adopt::cells(interpreter, &swaps, made, live));
    transaction.commit(swaps).map_err(LateStop::Commit)
}
