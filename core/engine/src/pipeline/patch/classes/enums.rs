//! Enums: the class statement runs aside, and the live class takes over its members.
//!
//! A member that both have stays the same object, with its new value; a new one is that of the class made aside, moved
//! to the live class. The tables by which `Enum` finds members (Lib/enum.py, `EnumType.__new__`) are those of the class
//! made aside, with the live members in them.

use jurigged_runtime::{Handle, Interpreter, RuntimeError, Swap};
use rustc_hash::FxHashMap;

use super::super::Work;
use super::super::late::LateStop;
use super::super::prepare::Stop;
use super::super::transaction::Transaction;
use super::python::{evaluate, own_entry, run_statement, same_as, truth};
use super::{Remade, adopt};

/// What a class statement writes that is not of its members.
const KEPT: [&str; 8] = [
    "__module__",
    "__qualname__",
    "__dict__",
    "__weakref__",
    "__firstlineno__",
    "__static_attributes__",
    "__annotate_func__",
    "__annotations_cache__",
];

/// Makes an enum follow its changed members.
///
/// # Errors
/// When a member cannot change, the class statement raises, or the commit fails.
pub fn remake(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let live = remade.class;
    let made = run_statement(interpreter, work, remade)?;
    let mut members = Members::of(interpreter, live, made)?;
    members.refuse_fixed(interpreter, remade)?;
    let mut swaps = members.swaps(interpreter, live, made)?;
    let kept = |name: &str| {
        let mut names = remade.plan.names.iter();
        KEPT.contains(&name) || names.any(|known| known.name == name && known.is_definition && known.is_kept)
    };
    let own = |class| {
        interpreter
            .namespace(class)
            .map_or_else(Vec::new, |own| interpreter.entries(own))
    };
    let (old, new) = (own(live), own(made));
    let mut adopted = Vec::new();
    for (key, value) in &new {
        let Some(name) = interpreter.text(*key).filter(|name| !kept(name)) else {
            continue;
        };
        let is_unchanged = remade
            .plan
            .names
            .iter()
            .any(|known| known.name == name && known.is_kept);
        let value = match members.live.get(value) {
            Some(member) => *member,
            None if is_unchanged && own_entry(interpreter, live, &name).is_some() => continue,
            None => *value,
        };
        adopted.extend(adopt::attribute(interpreter, live, &name, Some(value)));
    }
    for (key, _) in &old {
        if let Some(name) = interpreter.text(*key).filter(|name| !kept(name))
            && own_entry(interpreter, made, &name).is_none()
        {
            adopted.extend(adopt::attribute(interpreter, live, &name, None));
        }
    }
    swaps.extend(adopt::cells(interpreter, &adopted, made, live));
    swaps.extend(adopted);
    transaction.commit(swaps).map_err(LateStop::Commit)
}

/// The members of the live class and of the one made aside.
struct Members {
    /// Members made aside, with the ones that stand for them in the live class.
    live: FxHashMap<Handle, Handle>,
    /// Pairs of a live member and the one made aside, of one name and with another value.
    changed: Vec<(String, Handle, Handle)>,
    /// Pairs of one name and value.
    same: Vec<(Handle, Handle)>,
    /// Members made aside without a live one.
    new: Vec<(String, Handle)>,
    /// Names of live members that are no more.
    gone: Vec<String>,
    /// The class mixes in another type, whose instances cannot change their value.
    is_mixed: bool,
    /// Composite members that were made while the program ran.
    has_composites: bool,
}

impl Members {
    fn of(interpreter: &dyn Interpreter, live: Handle, made: Handle) -> Result<Self, RuntimeError> {
        let (old, new) = (canonical(interpreter, live)?, canonical(interpreter, made)?);
        let is_flag = interpreter
            .namespace(live)
            .map_or(Ok(false), |_| is_subclass_of_flag(interpreter, live))?;
        let mixed = interpreter.attribute(live, "_member_type_")?;
        let object = interpreter.attribute(
            interpreter.module("builtins").ok_or(RuntimeError::ShuttingDown)?,
            "object",
        )?;
        let named = evaluate(
            interpreter,
            "len(set(map(id, it._member_map_.values())))",
            &[("it", live)],
        )?;
        let known = evaluate(interpreter, "len(it._value2member_map_)", &[("it", live)])?;
        let mut members = Self {
            live: FxHashMap::default(),
            changed: Vec::new(),
            same: Vec::new(),
            new: Vec::new(),
            gone: Vec::new(),
            is_mixed: mixed != object,
            has_composites: is_flag && interpreter.integer(known) > interpreter.integer(named),
        };
        for (name, member) in &new {
            match old.iter().find(|(known, _)| known == name) {
                Some((_, before)) => {
                    members.live.insert(*member, *before);
                    let names = [("a", *before), ("b", *member)];
                    let text = "type(a._value_) is type(b._value_) and a._value_ == b._value_";
                    if truth(interpreter, evaluate(interpreter, text, &names)?)? {
                        members.same.push((*before, *member));
                    } else {
                        members.changed.push((name.clone(), *before, *member));
                    }
                }
                None => members.new.push((name.clone(), *member)),
            }
        }
        let is_gone = |name: &String| new.iter().all(|(known, _)| known != name);
        members.gone = old.into_iter().map(|(name, _)| name).filter(is_gone).collect();
        Ok(members)
    }

    /// Refuses what no object can follow.
    fn refuse_fixed(&self, interpreter: &dyn Interpreter, remade: &Remade<'_>) -> Result<(), Stop> {
        let restart = "restart the program";
        if let Some((name, member, _)) = self.changed.first().filter(|_| self.is_mixed) {
            let class = interpreter.repr(*member);
            return Err(remade.refused(
                format!("`{name}` is a value of its mixed-in type ({class}), which cannot change in place"),
                "give the new value a name of its own, or restart the program",
            ));
        }
        if self.has_composites && !(self.changed.is_empty() && self.gone.is_empty()) {
            return Err(remade.refused("composites of its flags exist, which have the old values", restart));
        }
        Ok(())
    }

    /// The swaps for the members themselves.
    fn swaps(&mut self, interpreter: &dyn Interpreter, live: Handle, made: Handle) -> Result<Vec<Swap>, RuntimeError> {
        let mut swaps = Vec::new();
        let pairs: Vec<_> = self.changed.iter().map(|(_, old, new)| (*old, *new)).collect();
        for (old, new) in pairs.into_iter().chain(self.same.iter().copied()) {
            // Its name is the same; its place may not be, and a `__init__` of the user's own may have set more.
            let (Some(to), Some(from)) = (interpreter.namespace(old), interpreter.namespace(new)) else {
                continue;
            };
            for (key, value) in interpreter.entries(from) {
                let Some(name) = interpreter.text(key).filter(|name| name != "__objclass__") else {
                    continue;
                };
                let expected = interpreter.entry(to, &name);
                let value = self.live.get(&value).copied().unwrap_or(value);
                if expected != Some(value) && self.is_other(interpreter, expected, value)? {
                    swaps.push(Swap::Entry {
                        dict: to,
                        name,
                        expected,
                        new: Some(value),
                    });
                }
            }
        }
        let old_flags = self.live.values().filter_map(|member| interpreter.namespace(*member));
        swaps.extend(old_flags.filter_map(|dict| {
            // What `~flag` gave is remembered there, and was of fewer flags.
            Some(Swap::Entry {
                dict,
                name: "_inverted_".to_owned(),
                expected: Some(interpreter.entry(dict, "_inverted_")?),
                new: None,
            })
        }));
        for (_, member) in &self.new {
            self.live.insert(*member, *member);
            swaps.push(Swap::Attribute {
                object: *member,
                name: "__class__".to_owned(),
                expected: Some(made),
                new: Some(live),
            });
            if let Some(dict) = interpreter.namespace(*member)
                && let Some(expected) = interpreter.entry(dict, "__objclass__")
            {
                swaps.push(Swap::Entry {
                    dict,
                    name: "__objclass__".to_owned(),
                    expected: Some(expected),
                    new: Some(live),
                });
            }
        }
        // The tables of the class made aside get the live members; nobody else sees them yet.
        let text = "[table.__setitem__(key, new) for table in (made._member_map_, made._value2member_map_) \
                    for key, member in list(table.items()) if member is old]";
        for (member, stands_for_it) in self.live.iter().filter(|(member, live)| member != live) {
            evaluate(
                interpreter,
                text,
                &[("made", made), ("old", *member), ("new", *stands_for_it)],
            )?;
        }
        if self.has_composites {
            let text = "[made._value2member_map_.setdefault(value, member) for value, member in \
                        live._value2member_map_.items()]";
            evaluate(interpreter, text, &[("made", made), ("live", live)])?;
        }
        Ok(swaps)
    }

    /// Is a value of a member's `__dict__` another one? What two runs of one text give is equal, not identical.
    fn is_other(
        &self,
        interpreter: &dyn Interpreter,
        expected: Option<Handle>,
        value: Handle,
    ) -> Result<bool, RuntimeError> {
        let Some(expected) = expected else { return Ok(true) };
        let text = "not (type(a) is type(b) and a == b)";
        truth(
            interpreter,
            evaluate(interpreter, text, &[("a", expected), ("b", value)])?,
        )
    }
}

/// Names and members of an enum, without aliases.
fn canonical(interpreter: &dyn Interpreter, class: Handle) -> Result<Vec<(String, Handle)>, RuntimeError> {
    let members = evaluate(
        interpreter,
        "{name: member for name, member in it._member_map_.items() if member._name_ == name}",
        &[("it", class)],
    )?;
    let entries = interpreter.entries(members);
    Ok(entries
        .into_iter()
        .filter_map(|(key, member)| Some((interpreter.text(key)?, member)))
        .collect())
}

fn is_subclass_of_flag(interpreter: &dyn Interpreter, class: Handle) -> Result<bool, RuntimeError> {
    for base in super::python::items_of(interpreter, class, "__mro__") {
        if same_as(interpreter, Some(base), "enum", "Flag")? {
            return Ok(true);
        }
    }
    Ok(false)
}
