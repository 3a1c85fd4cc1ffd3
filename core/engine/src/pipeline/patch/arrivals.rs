//! Definitions that come from another file of the batch: what lives of them follows.
//!
//! A function has the globals of its module for life. So the new module gets a function of its own, and the old one
//! forwards to it; a class stays the same object and gets new methods ([`classes::arrive`]). The old names go last, when the
//! new ones are bound.

use jurigged_runtime::{Handle, Interpreter, RuntimeError, SoughtCode, Swap};
use rustc_hash::FxHashMap;

use super::Work;
use super::classes::{self, Arrived};
use super::closures::LOST_CELLS;
use super::forward::{core_of, forward};
use super::functions::LiveDefaults;
use super::late::{LateStop, stopped};
use super::outcome::Failure;
use super::prepare::Prepared;
use super::redecorate::registered_again;
use super::transaction::Transaction;
use crate::pipeline::edit_plan::{Action, MovedFunction, Origin, Refusal, RunStatement, Scope, note};
use crate::pipeline::locate::{bound_object, functions_in};

/// What a batch takes from one of its files to another, as it was before anything was done; by file and operation.
#[derive(Debug, Default)]
pub struct Arrivals<'a> {
    found: FxHashMap<(usize, usize), Arrival<'a>>,
}

#[derive(Debug)]
struct Arrival<'a> {
    origin: &'a Origin,
    /// The `__dict__` of the old module.
    namespace: Handle,
    /// What it had under the name.
    object: Handle,
    functions: Vec<Departed<'a>>,
}

/// A function of the old module.
#[derive(Debug)]
struct Departed<'a> {
    plan: &'a MovedFunction,
    /// What its name led to.
    bound: Option<Handle>,
    code: Handle,
    /// The functions that run its code.
    functions: Vec<Handle>,
    /// How many functions that it made are alive.
    made: usize,
}

impl<'a> Arrivals<'a> {
    /// Looks for everything that moves, by one search for all of it.
    pub fn of(interpreter: &dyn Interpreter, works: &[Work<'a>]) -> Self {
        let mut arrivals = Self::default();
        let mut sought: Vec<SoughtCode> = Vec::new();
        let mut places = Vec::new();
        for work in works {
            for (index, operation) in work.plan.operations.iter().enumerate() {
                let Action::Run(statement) = &operation.action else {
                    continue;
                };
                let Some(origin) = &statement.origin else { continue };
                let Some(from) = works.iter().find(|from| from.file == origin.file) else {
                    continue;
                };
                let Some(object) = bound_object(interpreter, from.namespace, &Scope::default(), &operation.name) else {
                    continue;
                };
                let mut functions = Vec::new();
                for plan in &origin.functions {
                    let Some(binding) = from.bindings.get(plan.old) else {
                        continue;
                    };
                    let bound = bound_object(interpreter, from.namespace, &plan.scope, &plan.from);
                    let owners = std::iter::once(plan.old).chain(plan.inside.iter().map(|(old, _)| *old));
                    for owner in owners.filter_map(|owner| from.bindings.get(owner)) {
                        let code = interpreter.pinned(&owner.code);
                        let known = bound.map_or_else(Vec::new, |bound| running(interpreter, bound, code));
                        sought.push(SoughtCode {
                            code,
                            known_functions: known,
                            // Our own pin, and the parent's constant.
                            known_references: 1 + usize::from(owner.parent.is_some()),
                        });
                        places.push(((work.file, index), functions.len()));
                    }
                    functions.push(Departed {
                        plan,
                        bound,
                        code: interpreter.pinned(&binding.code),
                        functions: Vec::new(),
                        made: 0,
                    });
                }
                let arrival = Arrival {
                    origin,
                    namespace: from.namespace,
                    object,
                    functions,
                };
                arrivals.found.insert((work.file, index), arrival);
            }
        }
        if sought.is_empty() {
            return arrivals;
        }
        let found = interpreter.find_holders(&sought).functions;
        for (((place, at), sought), functions) in places.into_iter().zip(&sought).zip(found) {
            let departed = arrivals.found.get_mut(&place).map(|arrival| &mut arrival.functions[at]);
            match departed {
                Some(departed) if departed.code == sought.code => departed.functions = functions,
                Some(departed) => departed.made += functions.len(),
                None => {}
            }
        }
        arrivals
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
                let outcome = &prepared.outcome.operations[index];
                if !prepared.late.contains(&index) && outcome.refused.is_none() && !outcome.skipped {
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
        transaction: &mut Transaction<'_>,
    ) -> Result<bool, LateStop> {
        let Some(origin) = statement.origin.as_ref().filter(|origin| !origin.classes.is_empty()) else {
            return Ok(false);
        };
        let arrived = match self.found.get(&(work.file, index)) {
            Some(arrival) => classes::arrive(interpreter, work, statement, origin, arrival.object, transaction)?,
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
    /// When the commit fails.
    pub fn follow(
        &self,
        interpreter: &dyn Interpreter,
        work: &Work<'_>,
        index: usize,
        prepared: &mut Prepared,
        transaction: &mut Transaction<'_>,
    ) -> Result<(), LateStop> {
        let Some(arrival) = self.found.get(&(work.file, index)) else {
            return Ok(());
        };
        let mut listed = Vec::new();
        let mut swaps = Vec::new();
        for departed in &arrival.functions {
            let new = bound_object(interpreter, work.namespace, &departed.plan.scope, &departed.plan.to);
            let bound = prepared.outcome.bound.iter().rev();
            let code = bound.into_iter().find(|bound| bound.id == departed.plan.new);
            if let (Some(new), Some(code)) = (new, code) {
                let name = format!("{}.{}", arrival.origin.module, departed.plan.name);
                let namespaces = (arrival.namespace, work.namespace);
                listed.extend(departed.swaps(interpreter, &name, namespaces, (new, code.code), &mut swaps)?);
            }
        }
        transaction.commit(swaps).map_err(LateStop::Commit)?;
        prepared.outcome.operations[index].listed.append(&mut listed);
        Ok(())
    }
}

impl Departed<'_> {
    /// The swaps that make the old functions forward, and what is to be said. `namespaces`: the `__dict__`s of the old and
    /// the new module. `new`: what the new name leads to, and the code of the function in it.
    fn swaps(
        &self,
        interpreter: &dyn Interpreter,
        name: &str,
        namespaces: (Handle, Handle),
        (new, code): (Handle, Handle),
        swaps: &mut Vec<Swap>,
    ) -> Result<Vec<Refusal>, RuntimeError> {
        let mut listed = Vec::new();
        let made = running(interpreter, new, code).first().copied();
        let core = core_of(interpreter, new);
        for &old in &self.functions {
            let Some(made) = made else {
                listed.push(hidden(name));
                break;
            };
            if self.functions[0] == old {
                swaps.extend(self.default_swaps(interpreter, (old, made), namespaces)?);
                swaps.extend(state_swaps(interpreter, old, made)?);
            }
            match forward(interpreter, old, made, name) {
                Ok(forwarding) => {
                    swaps.extend(forwarding);
                    swaps.extend(module_swap(interpreter, old, made)?);
                }
                Err(told) => listed.push(told),
            }
        }
        let wrapper = self.bound.map(|bound| core_of(interpreter, bound));
        let leads_here = |wrapper: &Handle| {
            let inside = functions_in(interpreter, *wrapper);
            inside.iter().any(|function| self.functions.contains(function))
        };
        if let Some(wrapper) = wrapper
            && wrapper != core
            && !self.functions.contains(&wrapper)
            && leads_here(&wrapper)
        {
            match forward(interpreter, wrapper, core, name) {
                Ok(forwarding) => swaps.extend(forwarding),
                Err(told) => listed.push(told),
            }
        }
        if made == Some(core) && !self.plan.registrars.is_empty() && !self.functions.is_empty() {
            listed.push(registered_again(name, &self.plan.registrars));
        }
        if self.made > 0 {
            listed.push(made_by_the_old_one(name, self.made));
        }
        Ok(listed)
    }

    /// The swaps that give the new function the defaults of the old one whose text, and what it means, are the same.
    fn default_swaps(
        &self,
        interpreter: &dyn Interpreter,
        (old, made): (Handle, Handle),
        (before, now): (Handle, Handle),
    ) -> Result<Vec<Swap>, RuntimeError> {
        let code_of = |function| interpreter.attribute(function, "__code__");
        let live = LiveDefaults::of(interpreter, old, code_of(old)?)?;
        let fresh = LiveDefaults::of(interpreter, made, code_of(made)?)?;
        let means_the_same = |name: &String| interpreter.entry(before, name) == interpreter.entry(now, name);
        let kept = self.plan.defaults.iter();
        let kept: FxHashMap<&str, Handle> = kept
            .filter(|(_, reads)| reads.iter().all(means_the_same))
            .filter_map(|(parameter, _)| Some((parameter.as_str(), live.get(parameter)?)))
            .collect();
        let value = |parameter: &str| kept.get(parameter).copied().or_else(|| fresh.get(parameter));
        let mut swaps = Vec::new();
        let mut set = |name: &str, expected: Handle, new: Handle| {
            swaps.push(Swap::Attribute {
                object: made,
                name: name.to_owned(),
                expected: Some(expected),
                new: Some(new),
            });
        };
        if kept.is_empty() {
            return Ok(swaps);
        }
        if let Some(defaults) = interpreter.attribute(made, "__defaults__")? {
            let positional: Vec<Handle> = fresh.positional.iter().filter_map(|it| value(it)).collect();
            if !positional.is_empty() {
                set("__defaults__", defaults, interpreter.new_tuple(&positional));
            }
        }
        if let Some(defaults) = interpreter.attribute(made, "__kwdefaults__")?
            && defaults != interpreter.none()
        {
            let dict = interpreter.new_dict();
            for (key, present) in interpreter.entries(defaults) {
                if let Some(parameter) = interpreter.text(key) {
                    interpreter.set_entry(dict, &parameter, value(&parameter).unwrap_or(present));
                }
            }
            set("__kwdefaults__", defaults, dict);
        }
        Ok(swaps)
    }
}

/// The functions in an object that run a code object.
fn running(interpreter: &dyn Interpreter, object: Handle, code: Handle) -> Vec<Handle> {
    let runs_it = |function: &Handle| interpreter.attribute(*function, "__code__").ok().flatten() == Some(code);
    let functions = functions_in(interpreter, object).into_iter();
    functions.filter(runs_it).collect()
}

/// The swaps that give the new function the attributes that the program has set on the old one.
fn state_swaps(interpreter: &dyn Interpreter, old: Handle, made: Handle) -> Result<Vec<Swap>, RuntimeError> {
    let mut swaps = Vec::new();
    let own = interpreter.namespace(old).into_iter();
    for (key, value) in own.flat_map(|own| interpreter.entries(own)) {
        if let Some(name) = interpreter.text(key)
            && ![LOST_CELLS, "__wrapped__"].contains(&name.as_str())
            && interpreter.attribute(made, &name)?.is_none()
        {
            swaps.push(Swap::Attribute {
                object: made,
                name,
                expected: None,
                new: Some(value),
            });
        }
    }
    Ok(swaps)
}

/// A forwarder says that it is of the module of its target.
fn module_swap(interpreter: &dyn Interpreter, old: Handle, made: Handle) -> Result<Option<Swap>, RuntimeError> {
    let name = "__module__";
    let (expected, new) = (interpreter.attribute(old, name)?, interpreter.attribute(made, name)?);
    Ok((expected != new).then(|| Swap::Attribute {
        object: old,
        name: name.to_owned(),
        expected,
        new,
    }))
}

fn made_anew(name: &str, from: &str, to: &str, why: &str) -> Refusal {
    note(
        "move",
        format!("`{name}` is another object in `{to}` than it was in `{from}`"),
        format!("{why}; who holds the old one keeps it, with its old code"),
        "get it from its new module wherever it is held, or restart the program",
    )
}

fn hidden(name: &str) -> Refusal {
    note(
        "stale",
        format!("who holds the old `{name}` keeps it"),
        "what its decorators have made of it in its new module shows no function to forward to",
        "take it from its new module, or restart the program",
    )
}

fn made_by_the_old_one(name: &str, made: usize) -> Refusal {
    note(
        "stale",
        format!("what the old `{name}` has made keeps its old code ({made} functions)"),
        "functions keep the globals of the module that they were made in, and only a call of the new one makes others",
        format!("call `{name}` again where these functions are used, or restart the program"),
    )
}
