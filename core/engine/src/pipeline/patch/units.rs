//! Units of source: compiled, found in, run.

use jurigged_runtime::{CompileUnit, Handle, Interpreter, RuntimeError, UserCode};

use super::prepare::Stop;
use super::{Work, functions};
use crate::pipeline::edit_plan::{Outline, Refusal, RunStatement, Scope, Unit, refusal};
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

/// Runs what [`compile_to_run`] has compiled, within the limit for code of the user.
///
/// # Errors
/// When it raises, or has not returned within the limit.
pub fn execute_in(interpreter: &dyn Interpreter, code: Handle, globals: Handle, locals: Handle) -> Result<(), Stop> {
    let code = UserCode::Execute { code, globals, locals };
    Ok(interpreter.run_limited(code).map(drop)?)
}

/// Calls a function of the user, within the limit.
///
/// # Errors
/// When it raises, or has not returned within the limit.
pub fn call_in(interpreter: &dyn Interpreter, function: Handle, arguments: &[Handle]) -> Result<Handle, RuntimeError> {
    interpreter.run_limited(UserCode::Call { function, arguments })
}

/// Runs what calls no code of the user, here and without a limit: giving the interpreter to another thread and
/// back takes two of its switch intervals where the program is busy.
///
/// # Errors
/// When it raises.
pub fn execute_quick(interpreter: &dyn Interpreter, code: Handle, globals: Handle, locals: Handle) -> Result<(), Stop> {
    Ok(interpreter.execute(code, globals, locals)?)
}

/// How a unit runs in a namespace that already holds what the rest of its scope has bound.
#[derive(Clone, Copy, Debug)]
pub struct UnitRun<'a> {
    /// What was compiled.
    pub unit: &'a Unit,
    /// It calls no code of the user: see [`execute_quick`].
    pub is_quick: bool,
    /// It is the docstring of its scope, or assigns `__doc__`. Any other text that stands alone in its unit, such as what
    /// documents an attribute, is the docstring of the unit only.
    pub binds_doc: bool,
}

const DOC: &str = "__doc__";

impl<'a> From<&'a RunStatement> for UnitRun<'a> {
    fn from(statement: &'a RunStatement) -> Self {
        Self {
            unit: &statement.unit,
            is_quick: statement.is_quick,
            binds_doc: statement.binds.iter().any(|name| name == DOC),
        }
    }
}

impl UnitRun<'_> {
    /// Runs what [`compile_to_run`] has compiled of it, as at its place in the body of its scope.
    ///
    /// # Errors
    /// When it raises, or has not returned within the limit.
    pub fn execute(
        self,
        interpreter: &dyn Interpreter,
        code: Handle,
        globals: Handle,
        locals: Handle,
    ) -> Result<(), Stop> {
        let doc = interpreter.entry(locals, DOC);
        let hidden = hide(interpreter, locals, &self.unit.hides)?;
        let execute = if self.is_quick { execute_quick } else { execute_in };
        let result = execute(interpreter, code, globals, locals);
        for (name, value) in hidden {
            if interpreter.entry(locals, name).is_none() {
                interpreter.set_entry(locals, name, value);
            }
        }
        match doc {
            _ if self.binds_doc || interpreter.entry(locals, DOC) == doc => {}
            Some(doc) => interpreter.set_entry(locals, DOC, doc),
            None => take_out(interpreter, locals, DOC)?,
        }
        result
    }
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
        take_out(interpreter, locals, name)?;
        hidden.push((name.as_str(), value));
    }
    Ok(hidden)
}

/// Removes a name from a dict.
///
/// # Errors
/// When it is not there.
pub fn take_out(interpreter: &dyn Interpreter, dict: Handle, name: &str) -> Result<(), Stop> {
    if let Some(pop) = interpreter.attribute(dict, "pop")? {
        interpreter.call(pop, &[interpreter.new_text(name)])?;
    }
    Ok(())
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
