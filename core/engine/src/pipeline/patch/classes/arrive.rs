//! A class that another module of the batch defined so far: the same object gets its new body.
//!
//! Neither its metaclass nor `__init_subclass__` of its bases runs again: they know it already. Its methods have the
//! globals of the old module for life, so all definitions of its body run again, in the new one. Other statements run where
//! their text changed.

use jurigged_runtime::{Handle, Interpreter, ObjectKind, Swap};

use super::super::Work;
use super::super::late::{LateStop, Ongoing};
use super::super::namespaces::{KEPT_BY_CLASS, Scratch, follow_hash};
use super::super::prepare::Stop;
use super::super::statements::without_place;
use super::super::units::{compile_scope, compile_to_run, execute_in, no_class};
use super::header::Header;
use super::python::{evaluate, items_of, own_entry};
use super::{ClassKind, adopt, follow_abstract_methods, making};
use crate::pipeline::edit_plan::{MovedClass, Origin, RunStatement};
use crate::pipeline::locate::{Bound, bind};

/// What became of a class that moved.
pub enum Arrived {
    /// It is the same object; these are the code objects of the definitions in it.
    Followed(Vec<Bound>),
    /// Nothing is done: the class statement has to make another class, for this reason.
    Anew(&'static str),
}

/// See [`Arrived::Anew`].
pub const NOT_THE_CLASS: &str = "its name led to something else than the class that the file defined";
/// See [`Arrived::Anew`].
pub const OTHER_BASES: &str = "its bases are other classes in its new module";
const NOT_IN_PARTS: &str = "the parts of its body cannot be compiled one by one";

/// Gives a class its new place and body, where that can be done.
///
/// # Errors
/// When the header or a part of the body raises, or the commit fails.
pub fn arrive(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    statement: &RunStatement,
    origin: &Origin,
    class: Handle,
    ongoing: &mut Ongoing<'_, '_, '_>,
) -> Result<Arrived, LateStop> {
    let mut classes = Vec::new();
    for plan in &origin.classes {
        let Some(live) = live(interpreter, class, plan) else {
            return Ok(Arrived::Anew(NOT_THE_CLASS));
        };
        if let Some(reason) = obstacle(interpreter, work, plan, live)? {
            return Ok(Arrived::Anew(reason));
        }
        classes.push((plan, live));
    }
    let mut bound = match compile_scope(interpreter, work, &statement.unit) {
        Ok(code) => without_place(bind(interpreter, code, &statement.outline)),
        Err(Stop::Refused(_)) => return Ok(Arrived::Anew(NOT_IN_PARTS)),
        Err(stop) => return Err(stop.into()),
    };
    let mut codes = Vec::new();
    for step in origin.classes.iter().flat_map(|class| &class.steps) {
        match compile_to_run(interpreter, work, &step.unit) {
            Ok(code) => codes.push(code),
            Err(Stop::Refused(_)) => return Ok(Arrived::Anew(NOT_IN_PARTS)),
            Err(stop) => return Err(stop.into()),
        }
    }
    let module = interpreter.new_text(work.module);
    for (plan, live) in &classes {
        let line = interpreter.new_integer(i64::from(plan.line));
        adopt::set_module(interpreter, *live, module, Some(line), ongoing.transaction).map_err(LateStop::Commit)?;
    }
    let mut swaps = Vec::new();
    for name in &statement.binds {
        swaps.push(Swap::Entry {
            dict: work.namespace,
            name: name.clone(),
            expected: interpreter.entry(work.namespace, name),
            new: Some(class),
        });
    }
    ongoing.transaction.commit(swaps).map_err(LateStop::Commit)?;
    let mut codes = codes.into_iter();
    for (plan, live) in &classes {
        let mut scratch = Scratch::of(interpreter, work.namespace, &plan.scope).ok_or_else(|| no_class(&plan.scope))?;
        scratch.unannotated.extend_from_slice(&plan.unannotates);
        for (step, code) in plan.steps.iter().zip(codes.by_ref()) {
            execute_in(interpreter, code, work.namespace, scratch.locals)?;
            scratch.note_ran(interpreter);
            scratch.binds_doc |= step.binds.iter().any(|name| name == "__doc__");
            bound.extend(without_place(bind(interpreter, code, &step.outline)));
        }
        let mut swaps = scratch.swaps(interpreter, work.namespace)?;
        for name in &plan.unbinds {
            swaps.extend(adopt::attribute(interpreter, *live, name, None));
        }
        follow_hash(interpreter, *live, plan.binds_hash, &mut swaps);
        swaps.extend(static_attributes(interpreter, *live, plan));
        if ClassKind::of(interpreter, *live) == ClassKind::TypedDict {
            swaps.extend(quoted_types(interpreter, *live, module)?);
        }
        ongoing.transaction.commit(swaps).map_err(LateStop::Commit)?;
        // What was generated of it has the globals of the old module.
        making::inherit(interpreter, work, *live, ongoing)?;
    }
    let classes: Vec<Handle> = classes.into_iter().map(|(_, live)| live).collect();
    let swaps = follow_abstract_methods(interpreter, &classes)?;
    ongoing.transaction.commit(swaps).map_err(LateStop::Commit)?;
    Ok(Arrived::Followed(bound))
}

/// The live class of a plan, which is the outermost one or in it.
pub fn live(interpreter: &dyn Interpreter, outermost: Handle, plan: &MovedClass) -> Option<Handle> {
    let names = &plan.scope.classes;
    let is_of = |class: &Handle, path: &[String]| {
        let qualified = interpreter.attribute(*class, "__qualname__").ok().flatten();
        interpreter.kind(*class) == ObjectKind::Class
            && qualified.and_then(|name| interpreter.text(name)) == Some(path.join("."))
    };
    let mut live = Some(outermost).filter(|class| is_of(class, &names[..1]));
    for end in 2..=names.len() {
        let around = live?;
        live = own_entry(interpreter, around, &names[end - 1]).filter(|class| is_of(class, &names[..end]));
    }
    live
}

/// Why a class cannot get its new body; `None` where it can.
fn obstacle(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    plan: &MovedClass,
    live: Handle,
) -> Result<Option<&'static str>, Stop> {
    let other_bases = || -> Result<Option<&'static str>, Stop> {
        let header = Header::of_unit(interpreter, work, plan.arguments.as_ref(), &[])?;
        let is_same = header.metaclass == interpreter.class_of(live)
            && interpreter.items(header.bases)? == items_of(interpreter, live, "__bases__");
        Ok((!is_same).then_some(OTHER_BASES))
    };
    let kind = ClassKind::of(interpreter, live);
    match kind {
        ClassKind::Foreign(_) => Ok(Some("a library has generated methods of it in its old module")),
        kind if kind.is_generated() && plan.is_edited => Ok(Some(
            "its fields or members changed as well, and methods are generated out of them",
        )),
        // Their bases are no classes, or are made for each of them.
        ClassKind::NamedTuple | ClassKind::TypedDict => Ok(None),
        ClassKind::Plain | ClassKind::Dataclass | ClassKind::Enum => other_bases(),
    }
}

/// The swap for the quoted types of a typed dict, which know the module in which they are looked up (Lib/typing.py,
/// `_TypedDictMeta.__new__`); `None` where there are none.
fn quoted_types(interpreter: &dyn Interpreter, live: Handle, module: Handle) -> Result<Option<Swap>, Stop> {
    const ANNOTATIONS: &str = "__annotations__";
    let Some(types) = own_entry(interpreter, live, ANNOTATIONS) else {
        // Since 3.14 they are made when they are asked for, and then kept.
        return Ok(adopt::attribute(interpreter, live, KEPT_BY_CLASS, None));
    };
    let text = "{name: type(it)(it.__forward_arg__, module=module) \
                if type(it).__name__ == 'ForwardRef' and it.__forward_module__ not in (None, module) else it \
                for name, it in types.items()}";
    let new = evaluate(interpreter, text, &[("types", types), ("module", module)])?;
    Ok(adopt::attribute(interpreter, live, ANNOTATIONS, Some(new)))
}

/// The swap for the attributes that the methods of a class set, which it knows since 3.13.
fn static_attributes(interpreter: &dyn Interpreter, live: Handle, plan: &MovedClass) -> Option<Swap> {
    let name = "__static_attributes__";
    own_entry(interpreter, live, name)?;
    let names = plan.static_attributes.as_ref()?.iter();
    let names: Vec<Handle> = names.map(|name| interpreter.new_text(name)).collect();
    adopt::attribute(interpreter, live, name, Some(interpreter.new_tuple(&names)))
}
