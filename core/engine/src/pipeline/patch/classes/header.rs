//! What the header of a class statement says, evaluated.

use jurigged_runtime::{Handle, Interpreter, RuntimeError};

use super::super::Work;
use super::super::namespaces::Scratch;
use super::super::prepare::Stop;
use super::Remade;
use super::python::{evaluate, import, own_entry, truth, value_of_unit};
use crate::pipeline::edit_plan::Unit;

/// Bases, metaclass and keywords, as `type.__call__` would get them (PEP 3115, PEP 560).
pub struct Header {
    /// The bases as written; not all need to be classes.
    pub written: Handle,
    /// The bases that these stand for, at least `object`.
    pub bases: Handle,
    /// The most derived metaclass.
    pub metaclass: Handle,
    /// Keywords without `metaclass`.
    pub keywords: Handle,
    /// Attributes that a class gets from its header: name and value, `None` for one that it does not have.
    pub attributes: Vec<(&'static str, Option<Handle>)>,
}

impl Header {
    /// Evaluates the header of a class statement. `scratches`: what this save has bound and not committed yet.
    ///
    /// # Errors
    /// When that raises, or no metaclass fits, as at a fresh start.
    pub fn evaluate(
        interpreter: &dyn Interpreter,
        work: &Work<'_>,
        remade: &Remade<'_>,
        scratches: &[Scratch],
    ) -> Result<Self, Stop> {
        Self::of_unit(interpreter, work, remade.plan.arguments.as_ref(), scratches)
    }

    /// Evaluates the bases and keywords of a header, if any are written.
    ///
    /// # Errors
    /// As [`Header::evaluate`].
    pub fn of_unit(
        interpreter: &dyn Interpreter,
        work: &Work<'_>,
        arguments: Option<&Unit>,
        scratches: &[Scratch],
    ) -> Result<Self, Stop> {
        let value = match arguments {
            Some(unit) => value_of_unit(interpreter, work, unit, scratches)?,
            None => evaluate(interpreter, "((), {})", &[])?,
        };
        Ok(if interpreter.kind(value) == jurigged_runtime::ObjectKind::Class {
            Self::of_class(interpreter, value)?
        } else {
            Self::of_arguments(interpreter, value)?
        })
    }

    /// `pair`: bases and keywords as written.
    fn of_arguments(interpreter: &dyn Interpreter, pair: Handle) -> Result<Self, RuntimeError> {
        let names = [("types", import(interpreter, "types")?), ("pair", pair)];
        let bases = evaluate(interpreter, "types.resolve_bases(pair[0]) or (object,)", &names)?;
        // The most derived one, as `types.prepare_class` finds it; that would also call `__prepare__`.
        let text = "types._calculate_meta(pair[1].get('metaclass', type(bases[0])), bases) \
                    if isinstance(pair[1].get('metaclass', type), type) else pair[1]['metaclass']";
        let metaclass = evaluate(interpreter, text, &[names[0], names[1], ("bases", bases)])?;
        let written = evaluate(interpreter, "pair[0]", &names)?;
        let text = "{name: value for name, value in pair[1].items() if name != 'metaclass'}";
        let stand_for_others =
            !interpreter.items(written)?.is_empty() && interpreter.items(written)? != interpreter.items(bases)?;
        let mut attributes = vec![("__orig_bases__", stand_for_others.then_some(written))];
        // What `Generic.__init_subclass__` sets: that hook does not run again for other arguments of the same base.
        let is_generic =
            "any(one.__module__ == 'typing' and one.__name__ == 'Generic' for it in bases for one in it.__mro__)";
        let is_generic = evaluate(interpreter, is_generic, &[("bases", bases)])?;
        let parameters = match truth(interpreter, is_generic)? {
            false => None,
            true if !stand_for_others => Some(interpreter.new_tuple(&[])),
            true => {
                let text = "type('it', (typing.Generic,), {'__orig_bases__': written}).__parameters__";
                let names = [("typing", import(interpreter, "typing")?), ("written", written)];
                Some(evaluate(interpreter, text, &names)?)
            }
        };
        attributes.push(("__parameters__", parameters));
        Ok(Self {
            written,
            bases,
            metaclass,
            keywords: evaluate(interpreter, text, &names)?,
            attributes,
        })
    }

    /// `class`: one with this header and an empty body.
    fn of_class(interpreter: &dyn Interpreter, class: Handle) -> Result<Self, RuntimeError> {
        let bases = interpreter
            .attribute(class, "__bases__")?
            .ok_or(RuntimeError::ShuttingDown)?;
        let names = ["__orig_bases__", "__type_params__", "__parameters__"];
        Ok(Self {
            written: bases,
            bases,
            metaclass: interpreter.class_of(class),
            keywords: interpreter.new_dict(),
            attributes: names.map(|name| (name, own_entry(interpreter, class, name))).to_vec(),
        })
    }
}
