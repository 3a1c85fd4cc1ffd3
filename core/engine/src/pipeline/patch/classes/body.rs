//! The changed statements of a class body, run aside.

use jurigged_runtime::{Handle, Interpreter};

use super::super::Work;
use super::super::namespaces::{ANNOTATE, Scratch};
use super::super::prepare::Stop;
use super::super::statements::without_place;
use super::super::units::{compile_to_run, execute_in, no_class};
use super::Remade;
use super::python::evaluate;
use crate::pipeline::edit_plan::Action;
use crate::pipeline::locate::{Bound, bind};

/// What a class body binds after a save, before anything is generated from it.
pub struct Body {
    /// Its names: those of the live class, without the ones that go, with the values of the changed statements.
    pub names: Handle,
    /// Its annotations, in no order: the `__annotations__` of its names.
    annotations: Handle,
    /// Code objects of new definitions.
    pub bound: Vec<Bound>,
}

impl Body {
    /// Runs the changed statements of the class in a copy of its namespace.
    ///
    /// # Errors
    /// When one of them raises.
    pub fn run(interpreter: &dyn Interpreter, work: &Work<'_>, remade: &Remade<'_>) -> Result<Self, Stop> {
        let scope = &remade.plan.scope;
        let scratch = Scratch::of(interpreter, work.namespace, scope).ok_or_else(|| no_class(scope))?;
        let (mut unbound, mut unannotated) = (Vec::new(), Vec::new());
        for action in remade.actions(work) {
            match action {
                Action::Run(statement) => {
                    // A field that has lost its default must not find the one that it had.
                    unbound.extend(statement.unbinds.iter().chain(&statement.binds).cloned());
                    unannotated.extend(statement.unannotates.iter().cloned());
                }
                Action::Unbind { names, annotations, .. } => {
                    unbound.extend(names.iter().cloned());
                    unannotated.extend(annotations.iter().cloned());
                }
                _ => {}
            }
        }
        unbound.extend(
            remade
                .plan
                .names
                .iter()
                // Where no operation is left to this, the live class has what all of them have bound.
                .filter(|name| !name.is_kept && !remade.operations.is_empty() && !remade.is_bound_apart(work, name))
                .map(|name| name.name.clone()),
        );
        let annotations = interpreter.new_dict();
        if let Some(before) = annotations_of(interpreter, remade.class) {
            copy(interpreter, before, annotations, &unannotated);
        }
        // What the class itself leaves to be asked for would be taken for that of the first statement.
        unbound.extend(ANNOTATE.map(str::to_owned));
        unbound.push("__annotations__".to_owned());
        let names = interpreter.new_dict();
        copy(interpreter, scratch.locals, names, &unbound);
        interpreter.set_entry(names, "__annotations__", annotations);
        let mut body = Self {
            names,
            annotations,
            bound: Vec::new(),
        };
        for action in remade.actions(work) {
            if let Action::Run(statement) = action {
                let code = compile_to_run(interpreter, work, &statement.unit)?;
                execute_in(interpreter, code, work.namespace, names)?;
                // Each statement makes a cell of its own for methods that use `super()`; the class statement would have
                // made one for all, and filled it.
                if let Some(cell) = interpreter.entry(names, "__classcell__") {
                    let text = "setattr(cell, 'cell_contents', live)";
                    evaluate(interpreter, text, &[("cell", cell), ("live", remade.class)])?;
                }
                body.take_lazy_annotations(interpreter)?;
                let bound = bind(interpreter, code, &statement.outline);
                body.bound.extend(without_place(bound));
            }
        }
        Ok(body)
    }

    /// Its names and annotations in the order of the text, without those that only making the class has given to it so far.
    pub fn written(&self, interpreter: &dyn Interpreter, remade: &Remade<'_>) -> Handle {
        let (written, annotations) = (interpreter.new_dict(), interpreter.new_dict());
        let generated = remade.how().map_or(&[][..], |claim| &claim.generated);
        let in_text = remade.plan.names.iter().map(|known| known.name.clone());
        let left_out: Vec<String> = in_text.chain(generated.iter().cloned()).collect();
        copy(interpreter, self.names, written, &left_out);
        for known in &remade.plan.names {
            for (from, to) in [(self.names, written), (self.annotations, annotations)] {
                if let Some(value) = interpreter.entry(from, &known.name) {
                    interpreter.set_entry(to, &known.name, value);
                }
            }
        }
        // Those of blocks, whose order the text does not tell.
        copy(interpreter, self.annotations, annotations, &[]);
        interpreter.set_entry(written, "__annotations__", annotations);
        written
    }

    /// Since 3.14 (PEP 649) a body binds a function that gives its annotations; here, each statement one of its own.
    fn take_lazy_annotations(&self, interpreter: &dyn Interpreter) -> Result<(), Stop> {
        for name in ANNOTATE {
            if let Some(annotate) = interpreter.entry(self.names, name)
                && annotate != interpreter.none()
            {
                // 1 is `annotationlib.Format.VALUE`.
                let lazy = interpreter.call(annotate, &[interpreter.new_integer(1)])?;
                copy(interpreter, lazy, self.annotations, &[]);
                interpreter.set_entry(self.names, name, interpreter.none());
            }
        }
        Ok(())
    }
}

/// The annotations of the class itself.
fn annotations_of(interpreter: &dyn Interpreter, class: Handle) -> Option<Handle> {
    let own = interpreter.entry(interpreter.namespace(class)?, "__annotations__");
    match own {
        None if interpreter.facts().version >= (3, 14, 0) => {
            interpreter.attribute(class, "__annotations__").ok().flatten()
        }
        own => own,
    }
}

/// Copies all entries but those of these names.
fn copy(interpreter: &dyn Interpreter, from: Handle, to: Handle, without: &[String]) {
    for (key, value) in interpreter.entries(from) {
        if let Some(name) = interpreter.text(key).filter(|name| !without.contains(name)) {
            interpreter.set_entry(to, &name, value);
        }
    }
}
