//! A function whose definition another module has now: it forwards to the function that this one has made.

use jurigged_runtime::{Handle, Interpreter, RuntimeError, SoughtCode, Swap};
use rustc_hash::FxHashMap;

use super::super::Work;
use super::super::closures::LOST_CELLS;
use super::super::forward::{core_of, forward};
use super::super::functions::LiveDefaults;
use super::super::redecorate::registered_again;
use super::running;
use crate::pipeline::edit_plan::{MovedFunction, Refusal, note};
use crate::pipeline::locate::functions_in;

/// A function of the old module.
#[derive(Debug)]
pub struct Departed<'a> {
    pub plan: &'a MovedFunction,
    /// What its name led to.
    bound: Option<Handle>,
    code: Handle,
    /// The functions that run its code.
    functions: Vec<Handle>,
    /// How many functions that it made are alive.
    made: usize,
}

impl<'a> Departed<'a> {
    /// The function of a plan in the module that it was in, and the code objects to look for: its own, and those inside of
    /// it. `None` where its code was never made.
    pub fn of(
        interpreter: &dyn Interpreter,
        from: &Work<'_>,
        plan: &'a MovedFunction,
        bound: Option<Handle>,
    ) -> Option<(Self, Vec<SoughtCode>)> {
        let binding = from.bindings.get(plan.old)?;
        let inside = plan.inside.iter().filter_map(|(old, _)| from.bindings.get(*old));
        let sought = std::iter::once(binding).chain(inside).map(|binding| {
            let code = interpreter.pinned(&binding.code);
            SoughtCode {
                code,
                known_functions: bound.map_or_else(Vec::new, |bound| running(interpreter, bound, code)),
                // Our own pin, and the parent's constant.
                known_references: 1 + usize::from(binding.parent.is_some()),
            }
        });
        let departed = Self {
            plan,
            bound,
            code: interpreter.pinned(&binding.code),
            functions: Vec::new(),
            made: 0,
        };
        Some((departed, sought.collect()))
    }

    /// Takes what was found of one of its code objects.
    pub fn take(&mut self, code: Handle, functions: Vec<Handle>) {
        if code == self.code {
            self.functions = functions;
        } else {
            self.made += functions.len();
        }
    }

    /// The swaps that make the old functions forward, and what is to be said. `namespaces`: the `__dict__`s of the old and
    /// the new module. `new`: what the new name leads to, and the function in it.
    ///
    /// # Errors
    /// When an attribute is not to be read.
    pub fn swaps(
        &self,
        interpreter: &dyn Interpreter,
        name: &str,
        namespaces: (Handle, Handle),
        (new, made): (Handle, Option<Handle>),
        swaps: &mut Vec<Swap>,
    ) -> Result<Vec<Refusal>, RuntimeError> {
        let mut listed = Vec::new();
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
