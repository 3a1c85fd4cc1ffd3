//! What holds a class, and how it comes to hold another one.
//!
//! Lists, dicts (values and keys), sets, cells and attributes of classes are changed in place. Tuples and frozen sets are
//! made anew where all that holds them can hold others.

use jurigged_runtime::{Handle, Interpreter, ObjectKind, RuntimeError, Swap};
use rustc_hash::FxHashSet;

use super::python::{VALUE, evaluate, import, own_entries, with_subclasses};

/// Tuples in tuples that are made anew, at most.
const DEEPEST: usize = 4;

/// Swaps for what holds the class and can hold another, and how many objects cannot.
///
/// # Errors
/// When looking at an object raises.
pub fn holders(interpreter: &dyn Interpreter, old: Handle, new: Handle) -> Result<(Vec<Swap>, i64), RuntimeError> {
    let mut search = Search {
        interpreter,
        gc: import(interpreter, "gc")?,
        cell: interpreter.class_of(interpreter.new_cell(None)),
        own: of_classes(interpreter, old),
        seen: FxHashSet::default(),
        swaps: Vec::new(),
    };
    let found = search.holding(old)?;
    search.change(&found, old, new);
    let mut left = found.fixed;
    for frozen in found.frozen {
        if !search.own.contains(&frozen) && !search.made_anew(frozen, old, new, DEEPEST)? {
            left += 1;
        }
    }
    Ok((search.swaps, left))
}

/// The orders of resolution and the bases of a class and of all below it, which follow by themselves.
fn of_classes(interpreter: &dyn Interpreter, class: Handle) -> FxHashSet<Handle> {
    let classes = with_subclasses(interpreter, &[class]).into_iter();
    classes
        .flat_map(|class| ["__mro__", "__bases__"].map(|name| interpreter.attribute(class, name).ok().flatten()))
        .flatten()
        .collect()
}

struct Search<'a> {
    interpreter: &'a dyn Interpreter,
    gc: Handle,
    /// The class of cells.
    cell: Handle,
    own: FxHashSet<Handle>,
    /// Pairs of a holder and what it holds that are done.
    seen: FxHashSet<(Handle, Handle)>,
    swaps: Vec<Swap>,
}

/// What holds an object.
struct Holding {
    /// Dicts, lists, sets, cells, and functions (whose defaults are a tuple).
    changeable: Vec<Handle>,
    /// Classes that have it as an attribute.
    classes: Vec<Handle>,
    /// Tuples and frozen sets.
    frozen: Vec<Handle>,
    /// How many partials, bound methods and generic aliases.
    fixed: i64,
}

impl Search<'_> {
    fn holding(&self, held: Handle) -> Result<Holding, RuntimeError> {
        let names = [("gc", self.gc), ("held", held), ("cell", self.cell)];
        // Not the dicts of our own questions.
        let text = format!("[it for it in gc.get_referrers(held) if not (type(it) is dict and {VALUE:?} in it)]");
        let found = evaluate(self.interpreter, &text, &names)?;
        // On CPython the dict of a class is found, which is not to be written to: the class would not notice.
        let text = "[it for it in found if isinstance(it, type)] \
                    + [owner for it in found if type(it) is dict and '__module__' in it and '__doc__' in it \
                       for owner in gc.get_referrers(it) if isinstance(owner, type)]";
        let classes = evaluate(self.interpreter, text, &[("gc", self.gc), ("found", found)])?;
        let text = "[it for it in {id(it): it for it in classes}.values() if any(value is held for value in vars(it).values())]";
        let classes = evaluate(self.interpreter, text, &[("classes", classes), ("held", held)])?;
        let text = "[it for it in found if not (type(it) is dict and '__module__' in it \
                    and any(all(vars(owner).get(key, classes) is it[key] for key in it) for owner in classes))]";
        let found = evaluate(self.interpreter, text, &[("found", found), ("classes", classes)])?;
        let names = [("found", found), ("held", held), ("cell", self.cell)];
        // Objects may keep their attributes without a dict until somebody asks for it.
        let text = "[it for it in found if type(it) in (dict, list, set, cell, type(lambda: 0))] \
                    + [vars(it) for it in found if not isinstance(it, type) \
                       and type(getattr(it, '__dict__', None)) is dict and any(value is held for value in vars(it).values())]";
        let changeable = evaluate(self.interpreter, text, &names)?;
        let frozen = evaluate(
            self.interpreter,
            "[it for it in found if type(it) in (tuple, frozenset)]",
            &names,
        )?;
        let text = "len([it for it in found if type(it).__name__ in ('partial', 'method', 'GenericAlias')])";
        let fixed = evaluate(self.interpreter, text, &names)?;
        let ours = [found, classes, changeable, frozen];
        let others = |list: Handle| -> Result<Vec<Handle>, RuntimeError> {
            let mut items = self.interpreter.items(list)?;
            items.retain(|item| !ours.contains(item));
            Ok(items)
        };
        Ok(Holding {
            changeable: others(changeable)?,
            classes: others(classes)?,
            frozen: others(frozen)?,
            fixed: self.interpreter.integer(fixed).unwrap_or(0),
        })
    }

    fn change(&mut self, found: &Holding, old: Handle, new: Handle) {
        for &holder in &found.changeable {
            if self.seen.insert((holder, old)) {
                self.swaps.extend(in_holder(self.interpreter, holder, old, new));
            }
        }
        for &class in &found.classes {
            if self.seen.insert((class, old)) {
                let own = own_entries(self.interpreter, class).into_iter();
                let held = own.filter(|(_, value)| *value == old);
                self.swaps.extend(held.map(|(name, _)| Swap::ClassAttribute {
                    class,
                    name,
                    expected: Some(old),
                    new: Some(new),
                }));
            }
        }
    }

    /// Puts a tuple or frozen set with another item in the place of this one; false, and nothing is done, where something
    /// that holds it cannot hold another. `depth`: how many more may be around it.
    fn made_anew(&mut self, frozen: Handle, old: Handle, new: Handle, depth: usize) -> Result<bool, RuntimeError> {
        let found = self.holding(frozen)?;
        let names = [("gc", self.gc), ("held", frozen)];
        let text = format!("len([it for it in gc.get_referrers(held) if not (type(it) is dict and {VALUE:?} in it)])");
        let all = self.interpreter.integer(evaluate(self.interpreter, &text, &names)?);
        let known = found.changeable.len() + found.classes.len() + found.frozen.len();
        if known == 0 || all != Some(known as i64) || (depth == 0 && !found.frozen.is_empty()) {
            return Ok(false);
        }
        let items = self.interpreter.items(frozen)?;
        let items: Vec<Handle> = items
            .into_iter()
            .map(|item| if item == old { new } else { item })
            .collect();
        let tuple = self.interpreter.new_tuple(&items);
        let made = match self.interpreter.kind(frozen) {
            ObjectKind::Tuple => tuple,
            _ => evaluate(self.interpreter, "frozenset(it)", &[("it", tuple)])?,
        };
        let done = self.swaps.len();
        for &around in &found.frozen {
            if !self.made_anew(around, frozen, made, depth - 1)? {
                self.swaps.truncate(done);
                return Ok(false);
            }
        }
        self.change(&found, frozen, made);
        Ok(true)
    }
}

/// Swaps that put one object in the place of another in a dict, list, set or cell, and in the defaults of a function.
pub fn in_holder(interpreter: &dyn Interpreter, holder: Handle, old: Handle, new: Handle) -> Vec<Swap> {
    let mut swaps = Vec::new();
    let item = |key: Handle, expected: Option<Handle>, new: Option<Handle>| Swap::Item {
        container: holder,
        key,
        expected,
        new,
    };
    match interpreter.kind(holder) {
        ObjectKind::Dict => {
            for (key, value) in interpreter.entries(holder) {
                let becomes = if value == old { new } else { value };
                if key == old {
                    swaps.push(item(key, Some(value), None));
                    swaps.push(item(new, None, Some(becomes)));
                } else if value == old {
                    swaps.push(match interpreter.text(key) {
                        Some(name) => Swap::Entry {
                            dict: holder,
                            name,
                            expected: Some(value),
                            new: Some(new),
                        },
                        None => item(key, Some(value), Some(new)),
                    });
                }
            }
        }
        ObjectKind::List => {
            let items = interpreter.items(holder).unwrap_or_default();
            for (index, _) in items.iter().enumerate().filter(|(_, item)| **item == old) {
                let key = interpreter.new_integer(index as i64);
                swaps.push(item(key, Some(old), Some(new)));
            }
        }
        ObjectKind::Set => {
            swaps.push(item(old, Some(old), None));
            swaps.push(item(new, None, Some(new)));
        }
        ObjectKind::Cell => swaps.push(Swap::Cell {
            cell: holder,
            expected: Some(old),
            new: Some(new),
        }),
        ObjectKind::Function => {
            let name = "__defaults__";
            if interpreter.attribute(holder, name).ok().flatten() == Some(old) {
                swaps.push(Swap::Attribute {
                    object: holder,
                    name: name.to_owned(),
                    expected: Some(old),
                    new: Some(new),
                });
            }
        }
        _ => {}
    }
    swaps
}
