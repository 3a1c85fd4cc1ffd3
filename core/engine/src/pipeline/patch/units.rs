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

/// Compiles a unit that is to be run, see [`compile_scope`].
///
/// # Errors
/// As [`compile_scope`], and where the definition cannot be compiled alone or its scope cannot be run in parts.
pub fn compile_to_run(interpreter: &dyn Interpreter, work: &Work<'_>, unit: &Unit) -> Result<Handle, Stop> {
    if unit.is_whole_file {
        return Err(Stop::Refused(refusal(
            "unit",
            "the statement is not run",
            "it cannot be compiled without the rest of its file",
            "put it on a line of its own, or restart the program",
        )));
    }
    let code = compile_scope(interpreter, work, unit)?;
    refuse_free_variables(interpreter, code)?;
    Ok(code)
}

/// Runs what [`compile_to_run`] has compiled.
///
/// # Errors
/// When it raises.
pub fn execute_in(interpreter: &dyn Interpreter, code: Handle, globals: Handle, locals: Handle) -> Result<(), Stop> {
    Ok(interpreter.execute(code, globals, locals)?)
}

/// Runs a unit in the namespace of a class, which holds more than its body has bound before it reaches the unit.
///
/// # Errors
/// When it raises.
pub fn execute_in_class(
    interpreter: &dyn Interpreter,
    unit: &Unit,
    code: Handle,
    globals: Handle,
    locals: Handle,
) -> Result<(), Stop> {
    let hidden = hide(interpreter, locals, &unit.hides)?;
    let result = execute_in(interpreter, code, globals, locals);
    for (name, value) in hidden {
        if interpreter.entry(locals, name).is_none() {
            interpreter.set_entry(locals, name, value);
        }
    }
    result
}

/// Takes names out of a scratch dict; gives those that were there.
fn hide<'n>(
    interpreter: &dyn Interpreter,
    locals: Handle,
    names: &'n [String],
) -> Result<Vec<(&'n str, Handle)>, Stop> {
    let mut hidden = Vec::new();
    for name in names {
        let Some(value) = interpreter.entry(locals, name) else {
            continue;
        };
        if let Some(pop) = interpreter.attribute(locals, "pop")? {
            interpreter.call(pop, &[interpreter.new_text(name)])?;
            hidden.push((name.as_str(), value));
        }
    }
    Ok(hidden)
}

/// Refuses a scope with free variables, which the body of a generic class has: nobody can give them to it any more.
fn refuse_free_variables(interpreter: &dyn Interpreter, code: Handle) -> Result<(), Refusal> {
    let reads = |attribute: &str, wanted: &dyn Fn(&String) -> bool| {
        functions::names(interpreter, code, attribute).iter().any(wanted)
    };
    // RustPython reads the type parameters of a class by a name that no program can write.
    if !reads("co_freevars", &|_| true) && !reads("co_names", &|name| name == ".type_params") {
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
