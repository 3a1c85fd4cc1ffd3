//! `__slots__`: the layout of instances is fixed when the class is made.

use jurigged_runtime::{Handle, Interpreter};

use super::super::Work;
use super::super::prepare::Stop;
use super::super::units::{compile_to_run, execute_quick};
use super::python::{evaluate, own_entry, truth};
use crate::pipeline::edit_plan::{Phase, RunStatement, Scope, refusal};

const NAME: &str = "__slots__";

/// What `__slots__` would say of the layout that a class has.
const LAYOUT: &str = "[name for name, value in vars(c).items() \
    if type(value).__name__ == 'member_descriptor' or name in ('__dict__', '__weakref__')]";

/// Refuses a statement that gives a class another layout than it has; `None` for one that is deleted. The same names in
/// another order or container are the same layout: the interpreter sorts them (Objects/typeobject.c,
/// `type_new_slots`).
///
/// # Errors
/// When it is refused, or the new value raises.
pub fn refuse_slots(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    class: Handle,
    scope: &Scope,
    statement: Option<&RunStatement>,
) -> Result<(), Stop> {
    let before = match own_entry(interpreter, class, NAME) {
        Some(slots) => Some(slots),
        // A program may delete the name: what it said is in the layout.
        None => Some(evaluate(interpreter, LAYOUT, &[("c", class)])?),
    };
    // What can call code of the user is not run only to be looked at.
    if let (Some(before), Some(statement)) = (before, statement.filter(|statement| statement.phase == Phase::Early)) {
        let locals = interpreter.new_dict();
        let code = compile_to_run(interpreter, work, &statement.unit)?;
        execute_quick(interpreter, code, work.namespace, locals)?;
        if let Some(after) = interpreter.entry(locals, NAME) {
            let text = "sorted([a] if isinstance(a, str) else a) == sorted([b] if isinstance(b, str) else b)";
            let same = evaluate(interpreter, text, &[("a", before), ("b", after)])?;
            if truth(interpreter, same)? {
                return Ok(());
            }
        }
    }
    Err(Stop::Refused(refusal(
        "cls-fields",
        format!("`{NAME}` is not changed"),
        format!(
            "the layout of `{}` is fixed when the class is made; all of the class stays as it was",
            scope.classes.join(".")
        ),
        "restart the program",
    )))
}
