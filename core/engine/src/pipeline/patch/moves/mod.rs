//! Definitions that go from one file of the batch to another: what lives of them follows.
//!
//! A function has the globals of its module for life. So the new module gets a function of its own, and the old one
//! forwards to it ([`departed`]); a class stays the same object and gets new methods. A file that was loaded before makes
//! them in its turn ([`classes::arrive`]); one that a statement of the batch loads has made a class of its own, which is
//! merged into the one that lives ([`classes::merge`]). The old names go last, when the new ones are bound.

mod departed;

use jurigged_runtime::{Handle, Interpreter, Swap};
use rustc_hash::FxHashMap;

use super::Work;
use super::classes::{self, Arrived};
use super::late::{LateStop, Ongoing, stopped};
use super::outcome::Failure;
use super::prepare::Prepared;
use super::transaction::Transaction;
use crate::pipeline::edit_plan::{
    Action, Departure, EditCode, MovedFunction, Origin, Refusal, RunStatement, Scope, note,
};
use crate::pipeline::locate::{bound_object, functions_in};
use departed::Departed;

/// All moves of a batch, with what lived before anything was done; by file and operation.
#[derive(Debug, Default)]
pub struct Moves<'a> {
    found: FxHashMap<(usize, usize), Move<'a>>,
    /// What the names of definitions led to that are deleted.
    deleted: FxHashMap<(usize, usize), Handle>,
}

#[derive(Debug)]
struct Move<'a> {
    origin: &'a Origin,
    /// The `__dict__` of the old module.
    namespace: Handle,
    /// What it had under the name.
    object: Handle,
    functions: Vec<Departed<'a>>,
}

impl<'a> Moves<'a> {
    /// Looks for everything that moves.
    pub fn of(interpreter: &dyn Interpreter, works: &[Work<'a>]) -> Self {
        let mut moves = Self::default();
        for work in works {
            for (index, operation) in work.plan.operations.iter().enumerate() {
                let named = |work: &Work<'_>| {
                    let module = Scope::default();
                    bound_object(interpreter, work.namespace, &module, &operation.name)
                };
                let at = (work.file, index);
                match &operation.action {
                    Action::Run(statement) => {
                        if let Some(origin) = &statement.origin
                            && let Some(from) = works.iter().find(|from| from.file == origin.file)
                            && let Some(object) = named(from)
                        {
                            let bound = |plan: &MovedFunction| {
                                bound_object(interpreter, from.namespace, &plan.scope, &plan.from)
                            };
                            let found = Move::find(interpreter, from, origin, object, &bound);
                            moves.found.insert(at, found);
                        }
                    }
                    Action::Unbind { .. } if operation.edit == EditCode::Delete => {
                        moves.deleted.extend(named(work).map(|object| (at, object)));
                    }
                    _ => {}
                }
            }
        }
        moves
    }

    /// Lets what has lived of functions follow whose `def`s ran before the commit.
    ///
    /// # Errors
    /// When something of it is not to be read, or the commit fails.
    pub fn follow_early(
        &self,
        interpreter: &dyn Interpreter,
        works: &[Work<'_>],
        prepared: &mut [Prepared],
        transaction: &mut Transaction<'_>,
    ) -> Result<(), Failure> {
        for (work, prepared) in works.iter().zip(prepared) {
            for index in 0..work.plan.operations.len() {
                if !prepared.late.contains(&index) && is_done(prepared, index) {
                    let followed = self.follow(interpreter, work, index, prepared, transaction);
                    followed.or_else(|stop| stopped(stop, work, index, prepared))?;
                }
            }
        }
        Ok(())
    }

    /// Gives a class that moved here its new body; false where the class statement has to make another class.
    ///
    /// # Errors
    /// When code of the user raises, or the commit fails.
    pub fn bring_class(
        &self,
        interpreter: &dyn Interpreter,
        work: &Work<'_>,
        index: usize,
        statement: &RunStatement,
        prepared: &mut Prepared,
        ongoing: &mut Ongoing<'_, '_, '_>,
    ) -> Result<bool, LateStop> {
        let Some(origin) = statement.origin.as_ref().filter(|origin| !origin.classes.is_empty()) else {
            return Ok(false);
        };
        let arrived = match self.found.get(&(work.file, index)) {
            Some(found) => classes::arrive(interpreter, work, statement, origin, found.object, ongoing)?,
            None => Arrived::Anew("it was not there, or not yet"),
        };
        match arrived {
            Arrived::Followed(bound) => {
                prepared.outcome.bound.extend(bound);
                Ok(true)
            }
            Arrived::Anew(why) => {
                let name = &work.plan.operations[index].name;
                let listed = &mut prepared.outcome.operations[index].listed;
                listed.push(made_anew(name, &origin.module, work.module, why));
                Ok(false)
            }
        }
    }

    /// Lets what has lived of the functions of a definition forward to those that its new module has made.
    ///
    /// # Errors
    /// When something of it is not to be read, or the commit fails.
    pub fn follow(
        &self,
        interpreter: &dyn Interpreter,
        work: &Work<'_>,
        index: usize,
        prepared: &mut Prepared,
        transaction: &mut Transaction<'_>,
    ) -> Result<(), LateStop> {
        let Some(found) = self.found.get(&(work.file, index)) else {
            return Ok(());
        };
        let bound = &prepared.outcome.bound;
        let made = |departed: &Departed<'_>, new: Handle| {
            let code = bound.iter().rev().find(|bound| bound.id == departed.plan.new)?.code;
            running(interpreter, new, code).first().copied()
        };
        let listed = found.forward(interpreter, work.namespace, &made, transaction)?;
        prepared.outcome.operations[index].listed.extend(listed);
        Ok(())
    }

    /// Lets what lives follow to modules that statements of the batch have loaded.
    ///
    /// # Errors
    /// When something of it is not to be read, or the commit fails.
    pub fn depart(
        &self,
        interpreter: &dyn Interpreter,
        works: &[Work<'_>],
        prepared: &mut [Prepared],
        departures: &[Departure],
        transaction: &mut Transaction<'_>,
    ) -> Result<(), Failure> {
        for departure in departures {
            let (file, index) = departure.operation;
            let Some(at) = works.iter().position(|work| work.file == file) else {
                continue;
            };
            let (work, prepared) = (&works[at], &mut prepared[at]);
            let module = interpreter.module(&departure.module);
            if let Some(namespace) = module.and_then(|module| interpreter.namespace(module))
                && let Some(object) = self.deleted.get(&departure.operation)
                && is_done(prepared, index)
            {
                prepared.deleted.retain(|deleted| deleted != object);
                match join(interpreter, work, departure, *object, namespace, transaction) {
                    Ok(listed) => prepared.outcome.operations[index].listed.extend(listed),
                    Err(stop) => stopped(stop, work, index, prepared)?,
                }
            }
        }
        Ok(())
    }
}

impl<'a> Move<'a> {
    /// Looks for what lives of one definition, by one search. `bound`: what the name of a function of it leads to.
    fn find(
        interpreter: &dyn Interpreter,
        from: &Work<'_>,
        origin: &'a Origin,
        object: Handle,
        bound: &dyn Fn(&MovedFunction) -> Option<Handle>,
    ) -> Self {
        let mut functions = Vec::new();
        let (mut sought, mut owners) = (Vec::new(), Vec::new());
        for plan in &origin.functions {
            if let Some((departed, codes)) = Departed::of(interpreter, from, plan, bound(plan)) {
                owners.extend(codes.iter().map(|_| functions.len()));
                sought.extend(codes);
                functions.push(departed);
            }
        }
        if !sought.is_empty() {
            let found = interpreter.find_holders(&sought).functions;
            for ((owner, sought), holders) in owners.into_iter().zip(&sought).zip(found) {
                functions[owner].take(sought.code, holders);
            }
        }
        Self {
            origin,
            namespace: from.namespace,
            object,
            functions,
        }
    }

    /// Makes the old functions forward to the new ones in a namespace; `made` finds a new one in what its name leads to.
    fn forward(
        &self,
        interpreter: &dyn Interpreter,
        namespace: Handle,
        made: &dyn Fn(&Departed<'_>, Handle) -> Option<Handle>,
        transaction: &mut Transaction<'_>,
    ) -> Result<Vec<Refusal>, LateStop> {
        let mut listed = Vec::new();
        let mut swaps: Vec<Swap> = Vec::new();
        for departed in &self.functions {
            if let Some(new) = bound_object(interpreter, namespace, &departed.plan.scope, &departed.plan.to) {
                let name = format!("{}.{}", self.origin.module, departed.plan.name);
                let namespaces = (self.namespace, namespace);
                let new = (new, made(departed, new));
                listed.extend(departed.swaps(interpreter, &name, namespaces, new, &mut swaps)?);
            }
        }
        transaction.commit(swaps).map_err(LateStop::Commit)?;
        Ok(listed)
    }
}

/// Lets what lives of a definition follow to a module that was loaded just now. `object`: what its old name led to.
fn join(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    departure: &Departure,
    object: Handle,
    namespace: Handle,
    transaction: &mut Transaction<'_>,
) -> Result<Vec<Refusal>, LateStop> {
    let (origin, name) = (&departure.origin, &work.plan.operations[departure.operation.1].name);
    let Some(new) = interpreter.entry(namespace, name) else {
        return Ok(Vec::new());
    };
    let bound = |plan: &MovedFunction| match plan.scope.classes.as_slice() {
        [] => Some(object),
        [_, inside @ ..] => {
            let mut around = object;
            for class in inside {
                around = interpreter.entry(interpreter.namespace(around)?, class)?;
            }
            interpreter.entry(interpreter.namespace(around)?, &plan.from)
        }
    };
    let found = Move::find(interpreter, work, origin, object, &bound);
    if !origin.classes.is_empty()
        && let Arrived::Anew(why) = classes::merge(interpreter, origin, object, new, transaction)?
    {
        return Ok(vec![made_anew(name, &origin.module, &departure.module, why)]);
    }
    let made = |departed: &Departed<'_>, new: Handle| {
        let attribute = |function: Handle, name: &str| interpreter.attribute(function, name).ok().flatten();
        let is_it = |function: &Handle| {
            let qualified = attribute(*function, "__qualname__").and_then(|name| interpreter.text(name));
            attribute(*function, "__globals__") == Some(namespace) && qualified.as_deref() == Some(&departed.plan.name)
        };
        functions_in(interpreter, new).into_iter().find(is_it)
    };
    found.forward(interpreter, namespace, &made, transaction)
}

fn is_done(prepared: &Prepared, index: usize) -> bool {
    let outcome = &prepared.outcome.operations[index];
    outcome.refused.is_none() && !outcome.skipped
}

/// The functions in an object that run a code object.
pub fn running(interpreter: &dyn Interpreter, object: Handle, code: Handle) -> Vec<Handle> {
    let runs_it = |function: &Handle| interpreter.attribute(*function, "__code__").ok().flatten() == Some(code);
    let functions = functions_in(interpreter, object).into_iter();
    functions.filter(runs_it).collect()
}

fn made_anew(name: &str, from: &str, to: &str, why: &str) -> Refusal {
    note(
        "move",
        format!("`{name}` is another object in `{to}` than it was in `{from}`"),
        format!("{why}; who holds the old one keeps it, with its old code"),
        "get it from its new module wherever it is held, or restart the program",
    )
}
