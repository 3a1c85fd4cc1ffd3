//! Units of source: compiled, found in, run.

use jurigged_runtime::{CompileUnit, Handle, Interpreter};

use super::prepare::Stop;
use super::{Work, functions};
use crate::pipeline::edit_plan::{Outline, Refusal, Scope, Unit, refusal};
use crate::pipeline::locate::{Bound, bind, code_of_scope};

/// Compiles a unit, falling back to the whole file, and finds the code objects of its owners.
pub fn bind_unit(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    unit: &Unit,
    outline: &[Outline],
) -> Result<Vec<Bound>, Stop> {
    let scope = compile_scope(interpreter, work, unit)?;
    Ok(bind(interpreter, scope, outline))
}

/// Compiles a unit and descends to the code object of the scope that holds its definition.
pub fn compile_scope(interpreter: &dyn Interpreter, work: &Work<'_>, unit: &Unit) -> Result<Handle, Stop> {
    let file = work.plan.path.to_string_lossy();
    let code = interpreter.compile(&CompileUnit {
        source: &unit.source,
        file: &file,
        flags: work.plan.flags,
        first_line: unit.first_line,
    })?;
    code_of_scope(interpreter, code, &unit.classes).ok_or_else(|| {
        Stop::Refused(refusal(
            "unit",
            "the edit is not applied",
            "its enclosing class has no code object of its own",
            "restart the program",
        ))
    })
}

/// Runs a scope's code object, which must have no free variables (a generic class's body has).
///
/// # Errors
/// When it is refused, or raises.
pub fn execute_in(interpreter: &dyn Interpreter, code: Handle, globals: Handle, locals: Handle) -> Result<(), Stop> {
    refuse_free_variables(interpreter, code)?;
    Ok(interpreter.execute(code, globals, locals)?)
}

/// Refuses what [`execute_in`] cannot run.
///
/// # Errors
/// When the code object has free variables.
pub fn refuse_free_variables(interpreter: &dyn Interpreter, code: Handle) -> Result<(), Refusal> {
    // RustPython reads the type parameters of a generic class by name.
    let is_generic = functions::names(interpreter, code, "co_names")
        .iter()
        .any(|name| name == ".type_params");
    if !is_generic && functions::names(interpreter, code, "co_freevars").is_empty() {
        return Ok(());
    }
    Err(refusal(
        "cls-bases",
        "the statement is not run",
        "it stands in the body of a class with type parameters, which cannot be run in parts",
        "restart the program",
    ))
}

/// Why nothing can be done in a class.
pub fn no_class(scope: &Scope) -> Refusal {
    refusal(
        "class-gone",
        format!("class `{}` is not changed", scope.classes.join(".")),
        "its name leads to no class that this file defined",
        "restart the program, or bind the name to the class again",
    )
}
