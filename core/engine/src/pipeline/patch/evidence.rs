//! Which branch of a block ran, from what it bound and from its tests.

use jurigged_runtime::{Handle, Interpreter, ObjectKind, RuntimeError};
use rustc_hash::FxHashMap;

use super::Work;
use super::branches::{evaluate, own_locals};
use super::prepare::Stop;
use super::units::{compile_to_run, execute_quick};
use crate::pipeline::definitions::{BlockKind, BranchKind, DefinitionId};
use crate::pipeline::edit_plan::{BlockQuestion, CHOSEN, Tells, Trace, TraceValue};
use crate::pipeline::locate::{Bindings, resolve};

/// Which branches of the old text ran to their end.
pub fn which_ran(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    question: &BlockQuestion,
) -> Result<Vec<Option<bool>>, Stop> {
    let evidence = evidence(interpreter, work, question)?;
    Ok(match question.kind {
        BlockKind::If | BlockKind::Match => {
            let tested = match &question.test {
                Some(unit) => {
                    let locals = own_locals(interpreter, work, question)?;
                    // A name that the test reads may be gone by now.
                    evaluate(interpreter, work, (unit, true), locals).ok()
                }
                None => None,
            };
            which_of(question, &evidence, tested)
        }
        BlockKind::Try => of_try(question, &evidence),
        BlockKind::With | BlockKind::For | BlockKind::While => evidence.iter().map(|it| it.verdict()).collect(),
    })
}

/// What the names say about one branch.
#[derive(Clone, Copy, Debug, Default)]
struct Evidence {
    /// A name is bound to what only this branch binds it to.
    for_it: bool,
    /// A name is not, or is absent.
    against_it: bool,
}

impl Evidence {
    fn verdict(self) -> Option<bool> {
        (self.for_it != self.against_it).then_some(self.for_it)
    }
}

/// At most one branch ran.
fn which_of(question: &BlockQuestion, evidence: &[Evidence], tested: Option<Option<usize>>) -> Vec<Option<bool>> {
    let says: Vec<Option<bool>> = evidence.iter().map(|it| it.verdict()).collect();
    let all = |ran: Option<usize>| (0..says.len()).map(|branch| Some(Some(branch) == ran)).collect();
    let contradicts = |ran: Option<usize>| {
        let mut branches = says.iter().enumerate();
        branches.any(|(branch, says)| says.is_some_and(|says| says != (Some(branch) == ran)))
    };
    if let Some(ran) = tested {
        // Two branches may bind a name to one object: `from typing_extensions import Any` gives that of `typing`.
        return if contradicts(ran) && !question.is_fixed {
            vec![None; says.len()]
        } else {
            all(ran)
        };
    }
    let (ran, open): (Vec<usize>, Vec<usize>) = (
        (0..says.len()).filter(|branch| says[*branch] == Some(true)).collect(),
        (0..says.len()).filter(|branch| says[*branch].is_none()).collect(),
    );
    let is_exhaustive = question.branches.iter().any(|branch| branch.kind == BranchKind::Else);
    match (&ran[..], &open[..]) {
        ([ran], _) => all(Some(*ran)),
        ([], [left]) if is_exhaustive => all(Some(*left)),
        ([], []) => all(None),
        ([], _) => says,
        _ => vec![None; says.len()],
    }
}

/// A body that ends early leaves a part of its names; then one handler ran.
fn of_try(question: &BlockQuestion, evidence: &[Evidence]) -> Vec<Option<bool>> {
    let of_kind = |kind: BranchKind| {
        let branches = question.branches.iter().enumerate();
        branches
            .filter(move |(_, branch)| branch.kind == kind)
            .map(|(index, _)| index)
            .collect::<Vec<_>>()
    };
    let handlers = of_kind(BranchKind::Except);
    let body = evidence.first().copied().unwrap_or_default();
    let entered: Vec<usize> = handlers
        .iter()
        .copied()
        .filter(|at| evidence[*at].verdict() == Some(true))
        .collect();
    let are_out = !handlers.is_empty() && handlers.iter().all(|at| evidence[*at].verdict() == Some(false));
    let handler = match (&entered[..], &handlers[..]) {
        ([entered], _) => Some(*entered),
        ([], [only]) if body.against_it && !are_out => Some(*only),
        _ => None,
    };
    let is_complete = handler.is_none() && entered.is_empty() && !body.against_it && (body.for_it || are_out);
    let branches = question.branches.iter().enumerate();
    branches
        .map(|(index, branch)| match branch.kind {
            BranchKind::Finally => Some(true),
            BranchKind::Except if is_complete => Some(false),
            BranchKind::Except => handler.map(|handler| handler == index),
            BranchKind::Else if handler.is_some() => Some(false),
            // How far it came before a handler was entered is not known.
            _ => is_complete.then_some(true),
        })
        .collect()
}

fn evidence(interpreter: &dyn Interpreter, work: &Work<'_>, question: &BlockQuestion) -> Result<Vec<Evidence>, Stop> {
    let mut evidence = vec![Evidence::default(); question.branches.len()];
    let Some(namespace) = resolve(interpreter, work.namespace, &question.scope) else {
        return Ok(evidence);
    };
    let mut binders: FxHashMap<&str, Vec<(usize, &Trace)>> = FxHashMap::default();
    for (index, branch) in question.branches.iter().enumerate() {
        evidence[index].against_it = branch.raises;
        for trace in &branch.traces {
            binders.entry(&trace.name).or_default().push((index, trace));
        }
    }
    for (name, binders) in binders {
        let value = interpreter.entry(namespace, name);
        // What is bound above as well says only that a branch which would have bound something else did not run.
        if binders.iter().any(|(_, trace)| trace.tells == Tells::Absence) {
            for (branch, trace) in &binders {
                let is_other = match value {
                    Some(value) => matches!(fits(interpreter, work, &trace.value, value)?, Fit::Open),
                    None => true,
                };
                evidence[*branch].against_it |= is_other && trace.tells == Tells::Absence;
            }
            continue;
        }
        let Some(value) = value else {
            let certain = binders.iter().filter(|(_, trace)| trace.tells == Tells::All);
            certain.for_each(|(branch, _)| evidence[*branch].against_it = true);
            continue;
        };
        let (mut fitting, mut open) = (Vec::new(), Vec::new());
        for (branch, trace) in &binders {
            match fits(interpreter, work, &trace.value, value)? {
                _ if binders.len() == 1 => fitting.push(*branch),
                Fit::Fits => fitting.push(*branch),
                Fit::Open => open.push(*branch),
                Fit::Never => {}
            }
        }
        // What no other branch can have bound. Where some could, a value that fits none of them may be the program's own.
        if fitting.is_empty() && open.len() < binders.len() {
            fitting.append(&mut open);
        }
        fitting.dedup();
        if let [fitting] = fitting[..] {
            for (branch, trace) in &binders {
                match *branch == fitting {
                    true => evidence[*branch].for_it = true,
                    false if trace.tells == Tells::All => evidence[*branch].against_it = true,
                    false => {}
                }
            }
        }
    }
    Ok(evidence)
}

/// Whether a value is what a binding gave.
enum Fit {
    Fits,
    /// Nothing tells.
    Open,
    /// It cannot be.
    Never,
}

/// Is the value what this binding gave?
fn fits(interpreter: &dyn Interpreter, work: &Work<'_>, trace: &TraceValue, value: Handle) -> Result<Fit, Stop> {
    let fits = match trace {
        TraceValue::Unknown => false,
        // A class statement makes a class of its own module.
        TraceValue::Code { method: Some(_), .. } if is_foreign_class(interpreter, work, value) => {
            return Ok(Fit::Never);
        }
        TraceValue::Code { id, method } => is_of(interpreter, work.bindings, (*id, method.as_deref()), value)?,
        TraceValue::Import { module, level, name } => {
            imported(interpreter, work, module, *level, name.as_deref())? == Some(value)
        }
        TraceValue::Literal(unit) => {
            let locals = interpreter.new_dict();
            let code = compile_to_run(interpreter, work, unit)?;
            execute_quick(interpreter, code, work.namespace, locals)?;
            interpreter.entry(locals, CHOSEN).is_some_and(|wanted| {
                interpreter.class_of(wanted) == interpreter.class_of(value)
                    && interpreter.repr(wanted) == interpreter.repr(value)
            })
        }
    };
    Ok(if fits { Fit::Fits } else { Fit::Open })
}

/// Is the value the function of this definition, or the class of which this is a method?
///
/// # Errors
/// When an attribute cannot be read.
pub fn is_of(
    interpreter: &dyn Interpreter,
    bindings: &Bindings,
    (id, method): (DefinitionId, Option<&str>),
    value: Handle,
) -> Result<bool, RuntimeError> {
    let code = bindings.get(id).map(|binding| interpreter.pinned(&binding.code));
    Ok(code.is_some() && code == code_behind(interpreter, value, method)?)
}

/// Is it a class that another module has made?
fn is_foreign_class(interpreter: &dyn Interpreter, work: &Work<'_>, value: Handle) -> bool {
    let module = (interpreter.kind(value) == ObjectKind::Class).then(|| interpreter.attribute(value, "__module__"));
    let module = module.and_then(|module| interpreter.text(module.ok().flatten()?));
    module.is_some_and(|module| module != work.module)
}

/// The code object of a function, below wrappers; of a class that of a method.
fn code_behind(
    interpreter: &dyn Interpreter,
    value: Handle,
    method: Option<&str>,
) -> Result<Option<Handle>, RuntimeError> {
    let mut object = value;
    if let Some(method) = method {
        let found = interpreter
            .namespace(value)
            .and_then(|namespace| interpreter.entry(namespace, method));
        let Some(found) = found.filter(|_| interpreter.kind(value) == ObjectKind::Class) else {
            return Ok(None);
        };
        object = found;
    }
    // Wrappers of wrappers, of any sane program.
    for _ in 0..16 {
        let inside = match interpreter.kind(object) {
            ObjectKind::StaticMethod | ObjectKind::ClassMethod => "__func__",
            ObjectKind::Property => "fget",
            _ => "__wrapped__",
        };
        match interpreter.attribute(object, inside)? {
            Some(inner) => object = inner,
            None => break,
        }
    }
    interpreter.attribute(object, "__code__")
}

/// What an import statement binds, if it has been imported.
fn imported(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    module: &str,
    level: u32,
    name: Option<&str>,
) -> Result<Option<Handle>, RuntimeError> {
    let Some(found) = module_named(interpreter, work, module, level) else {
        return Ok(None);
    };
    match name {
        None => Ok(Some(found)),
        Some(name) => interpreter.attribute(found, name),
    }
}

/// The module that an import statement of a module names, if it has been imported.
pub fn module_named(interpreter: &dyn Interpreter, work: &Work<'_>, module: &str, level: u32) -> Option<Handle> {
    let full = match level {
        0 => module.to_owned(),
        _ => {
            let package = interpreter
                .entry(work.namespace, "__package__")
                .and_then(|it| interpreter.text(it));
            let package = package.unwrap_or_default();
            let mut parts: Vec<&str> = package.split('.').collect();
            parts.truncate((parts.len() + 1).saturating_sub(level as usize));
            parts.extend((!module.is_empty()).then_some(module));
            parts.join(".")
        }
    };
    interpreter.module(&full)
}
