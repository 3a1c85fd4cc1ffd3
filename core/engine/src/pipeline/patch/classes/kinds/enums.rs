//! Enums: the class statement runs aside, and the live class takes over its members.
//!
//! A member that both have stays the same object, with its new value; a new one is that of the class made aside, moved
//! to the live class. The tables by which `Enum` finds members (Lib/enum.py, `EnumType.__new__`) are those of the class
//! made aside, with the live members in them.

use std::collections::HashMap;

use jurigged_abi::{Change, Claim, Conformer, Edit, Interest, Live, Object, Result, refuse};

use super::{OF_STATEMENT, give_header, has_followed, is_true, made, told};

/// Methods that take part in making the members (Lib/enum.py, `EnumType.__new__`).
const MAKES_MEMBERS: [&str; 4] = ["__new__", "__init__", "_generate_next_value_", "_ignore_"];

/// What a class statement writes besides, which is not of its members.
const KEPT: [&str; 2] = ["__annotate_func__", "__annotations_cache__"];

/// `enum.Enum` and all that its metaclass makes.
pub struct Enums;

impl Conformer for Enums {
    fn interest(&self) -> Interest {
        // 3.9 and 3.10 say `EnumMeta`.
        Interest::instance_of("enum.EnumType").or(Interest::instance_of("enum.EnumMeta"))
    }

    fn claim<'t>(&self, edit: &Edit<'t>, _: &Live<'t>) -> Result<Option<Claim>> {
        let told = told(edit)?;
        if told.inherited {
            return Ok(None);
        }
        Ok(Some(Claim::of_statement().with_methods(MAKES_MEMBERS).with_header()))
    }

    fn remake<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        let (class, made, told) = (edit.function(), made(edit)?, told(edit)?);
        if told.header_changed {
            refuse_other_members(live, class, made)?;
            give_header(live, class, made, change)?;
        }
        let mut members = Members::of(live, class, made)?;
        members.refuse_fixed(live)?;
        members.follow(live, class, made, change)?;
        let kept = |name: &str| OF_STATEMENT.contains(&name) || KEPT.contains(&name) || has_followed(told, name);
        for (name, value) in live.named_entries(made)? {
            if kept(&name) {
                continue;
            }
            let before = live.own(class, &name)?;
            let is_unchanged = told.name(&name).is_some_and(|known| known.is_kept);
            let value = match members.live.get(&value) {
                Some(member) => *member,
                None if is_unchanged && before.is_some() => continue,
                None => value,
            };
            if before != Some(value) {
                change.set_attr(class, &name, before, value);
            }
        }
        for (name, value) in live.named_entries(class)? {
            if !kept(&name) && live.own(made, &name)?.is_none() {
                change.del_attr(class, &name, value);
            }
        }
        change.cells(class, made);
        Ok(())
    }
}

/// Refuses bases by which members are other objects than those that live.
fn refuse_other_members<'t>(live: &Live<'t>, class: Object<'t>, made: Object<'t>) -> Result {
    // By a metaclass, not by a base: that one may be named differently.
    let names = [("a", class), ("b", made)];
    if !is_true(
        live,
        "isinstance(b, [it for it in type(a).__mro__ if it.__module__ == 'enum'][-1])",
        &names,
    )? {
        return Err(refuse(
            "its members are those of an enum, and by its new bases it is none",
        ));
    }
    if !is_true(live, "a._member_type_ is b._member_type_", &names)? {
        let text = "f'its members would be values of `{b._member_type_.__name__}`, which those that live cannot become' \
                    if b._member_type_ is not object else \
                    f'its members are values of `{a._member_type_.__name__}`, and those that live stay so'";
        return Err(refuse(live.text(live.run(text, &names)?)?.unwrap_or_default()));
    }
    if is_true(
        live,
        "bool(a._member_map_) and hasattr(a, '__or__') != hasattr(b, '__or__')",
        &names,
    )? {
        return Err(refuse("flags keep other values than members of an enum do"));
    }
    Ok(())
}

/// The members of the live class and of the one made aside.
struct Members<'t> {
    /// Members made aside, with the ones that stand for them in the live class.
    live: HashMap<Object<'t>, Object<'t>>,
    /// Pairs of a live member and the one made aside, of one name and with another value.
    changed: Vec<(String, Object<'t>, Object<'t>)>,
    /// Pairs of one name and value.
    same: Vec<(Object<'t>, Object<'t>)>,
    /// Members made aside without a live one.
    new: Vec<Object<'t>>,
    /// Is a live member no more?
    some_gone: bool,
    /// The class mixes in another type, whose instances cannot change their value.
    is_mixed: bool,
    /// Composite members that were made while the program ran.
    has_composites: bool,
}

impl<'t> Members<'t> {
    fn of(live: &Live<'t>, class: Object<'t>, made: Object<'t>) -> Result<Self> {
        let (old, new) = (canonical(live, class)?, canonical(live, made)?);
        let is_flag = live.run(
            "enum.Flag in c.__mro__",
            &[("c", class), ("enum", live.module("enum")?)],
        )?;
        let more = "len(c._value2member_map_) > len(set(map(id, c._member_map_.values())))";
        let mut members = Self {
            live: HashMap::new(),
            changed: Vec::new(),
            same: Vec::new(),
            new: Vec::new(),
            some_gone: old.iter().any(|(name, _)| new.iter().all(|(known, _)| known != name)),
            is_mixed: is_true(live, "c._member_type_ is not object", &[("c", class)])?,
            has_composites: live.integer(is_flag)? == Some(1) && is_true(live, more, &[("c", class)])?,
        };
        for (name, member) in new {
            match old.iter().find(|(known, _)| *known == name) {
                Some((_, before)) => {
                    members.live.insert(member, *before);
                    let text = "bool(type(a._value_) is type(b._value_) and a._value_ == b._value_)";
                    if is_true(live, text, &[("a", *before), ("b", member)])? {
                        members.same.push((*before, member));
                    } else {
                        members.changed.push((name, *before, member));
                    }
                }
                None => members.new.push(member),
            }
        }
        Ok(members)
    }

    /// Refuses what no object can follow.
    fn refuse_fixed(&self, live: &Live<'t>) -> Result {
        if let Some((name, member, _)) = self.changed.first().filter(|_| self.is_mixed) {
            let class = live.repr(*member)?;
            return Err(refuse(format!(
                "`{name}` is a value of its mixed-in type ({class}), which cannot change in place\n\
                 give the new value a name of its own, or restart the program"
            )));
        }
        if self.has_composites && (self.some_gone || !self.changed.is_empty()) {
            return Err(refuse("composites of its flags exist, which have the old values"));
        }
        Ok(())
    }

    /// Adds the steps for the members themselves.
    fn follow(&mut self, live: &Live<'t>, class: Object<'t>, made: Object<'t>, change: &mut Change<'t>) -> Result {
        let pairs: Vec<_> = self.changed.iter().map(|(_, old, new)| (*old, *new)).collect();
        for (old, new) in pairs.into_iter().chain(self.same.iter().copied()) {
            // Its name is the same; its place may not be, and a `__init__` of the user's own may have set more.
            let (Some(to), true) = (live.get(old, "__dict__")?, live.get(new, "__dict__")?.is_some()) else {
                continue;
            };
            for (name, value) in live.named_entries(new)? {
                if name == "__objclass__" {
                    continue;
                }
                let expected = live.own(old, &name)?;
                let value = self.live.get(&value).copied().unwrap_or(value);
                if expected != Some(value) && is_other(live, expected, value)? {
                    change.set_entry(to, &name, expected, Some(value));
                }
            }
        }
        for member in self.live.values() {
            // What `~flag` gave is remembered there, and was of fewer flags.
            let inverted = "_inverted_";
            if let Some(known) = live.own(*member, inverted)?
                && let Some(dict) = live.get(*member, "__dict__")?
            {
                change.set_entry(dict, inverted, Some(known), None);
            }
        }
        for member in &self.new {
            self.live.insert(*member, *member);
            change.set_attr(*member, "__class__", Some(made), class);
            let owner = "__objclass__";
            if let Some(expected) = live.own(*member, owner)?
                && let Some(dict) = live.get(*member, "__dict__")?
            {
                change.set_entry(dict, owner, Some(expected), Some(class));
            }
        }
        // The tables of the class made aside get the live members; nobody else sees them yet.
        for (member, stands_for_it) in self.live.iter().filter(|(member, live)| member != live) {
            live.run(STAND_FOR, &[("made", made), ("old", *member), ("new", *stands_for_it)])?;
        }
        if self.has_composites {
            live.run(KEEP_COMPOSITES, &[("made", made), ("live", class)])?;
        }
        Ok(())
    }
}

const STAND_FOR: &str = "\
for table in (made._member_map_, made._value2member_map_):
    for key, member in list(table.items()):
        if member is old:
            table[key] = new
";

const KEEP_COMPOSITES: &str = "\
for value, member in live._value2member_map_.items():
    made._value2member_map_.setdefault(value, member)
";

/// Is a value of a member's `__dict__` another one? What two runs of one text give is equal, not identical.
fn is_other<'t>(live: &Live<'t>, expected: Option<Object<'t>>, value: Object<'t>) -> Result<bool> {
    let Some(expected) = expected else { return Ok(true) };
    is_true(
        live,
        "not (type(a) is type(b) and a == b)",
        &[("a", expected), ("b", value)],
    )
}

/// Names and members of an enum, without aliases.
fn canonical<'t>(live: &Live<'t>, class: Object<'t>) -> Result<Vec<(String, Object<'t>)>> {
    let members = "{name: member for name, member in c._member_map_.items() if member._name_ == name}";
    live.named_entries(live.run(members, &[("c", class)])?)
}
