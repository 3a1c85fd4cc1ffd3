//! Bases, metaclass and keywords of a class: the same class object gets them where the interpreter allows it.

use jurigged_runtime::{CommitError, Handle, Interpreter, ObjectKind, RuntimeError, Swap};

use super::super::Work;
use super::super::late::{LateStop, Ongoing};
use super::super::namespaces::Scratch;
use super::super::prepare::{Prepared, Stop};
use super::super::transaction::Transaction;
use super::header::Header;
use super::python::{evaluate, import, items_of, own_entries, own_entry, truth, with_subclasses};
use super::{ClassKind, Remade, adopt, making, moved};
use crate::pipeline::edit_plan::{Refusal, note, refusal};

/// New bases that a class gets with the commit of the save, so that no other thread sees its new methods without them.
#[derive(Debug)]
pub struct Rebasing {
    /// The steps of the commit.
    pub swaps: Vec<Swap>,
    /// Its method resolution order before.
    mro: Vec<Handle>,
    /// What the old bases did when it and the classes below were made.
    hooks: Vec<Hook>,
}

impl Rebasing {
    fn of(interpreter: &dyn Interpreter, class: Handle, swaps: Vec<Swap>) -> Self {
        Self {
            swaps,
            mro: items_of(interpreter, class, "__mro__"),
            hooks: hooks(interpreter, class),
        }
    }
}

/// Refuses what no class object, new or old, could be given in a running program. `None` where the new bases are known
/// only after the commit, or belong to a new class object. `scratches`: what this save has bound so far.
///
/// # Errors
/// When it is refused.
pub fn prepare(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
    scratches: &[Scratch],
) -> Result<Option<Rebasing>, Stop> {
    let keeps = |why: &str| Err(keeps_old(remade, why));
    match remade.kind {
        ClassKind::Foreign(_) if remade.claimed.is_none() => {
            return keeps("a library has generated methods for its old bases");
        }
        _ => {}
    }
    if remade.plan.is_generic && interpreter.facts().implementation != "cpython" {
        return keeps("it has type parameters, which the embedded interpreter cannot evaluate by themselves");
    }
    // What the bases are can depend on what this save binds only after the commit: then they decide themselves.
    let Ok(header) = Header::evaluate(interpreter, work, remade, scratches) else {
        return Ok(None);
    };
    if let Some(why) = made_of_fields(interpreter, remade.class, &header)? {
        return keeps(why);
    }
    // Only the interpreter knows which bases a live class can get: it is asked by doing it and taking it back.
    let swaps = swaps(interpreter, remade.class, &header)?;
    let fits = has_same_layout(interpreter, remade.class, &header)?;
    if (fits || checks_layouts(interpreter)) && interpreter.commit(&swaps, None).is_ok() {
        interpreter.undo(&swaps);
        return Ok(Some(Rebasing::of(interpreter, remade.class, swaps)));
    }
    let own_slots = own_entry(interpreter, remade.class, "__slots__").and_then(|slots| interpreter.items(slots).ok());
    if own_slots.is_some_and(|slots| !slots.is_empty()) {
        return keeps("its `__slots__` fix the layout of its instances, and the new bases have another one");
    }
    if !fits && !interpreter.instances(remade.class).is_empty() {
        return keeps("the new bases give instances another layout, and live ones cannot change theirs");
    }
    if remade.plan.is_generic {
        return keeps("the live class cannot get its new bases, and its type parameters belong to it");
    }
    Ok(None)
}

const BECOMES_A_TUPLE: &str =
    "it becomes a named tuple, which is made out of its fields: the live class has another layout";
const WAS_A_TYPED_DICT: &str = "it is a typed dict, and by its new bases it is none";
const BECOMES_AN_ENUM: &str = "it becomes an enum, and has methods that were generated of its fields";
const BECOMES_A_TYPED_DICT: &str =
    "it becomes a typed dict, whose instances are plain dicts: the live class has instances of its own";

fn keeps_old(remade: &Remade<'_>, why: &str) -> Stop {
    Stop::Refused(refusal(
        "cls-bases",
        format!("class `{}` keeps its old definition", remade.name()),
        why,
        "restart the program to use the new bases",
    ))
}

/// Gives a class its new bases, metaclass and keywords.
///
/// # Errors
/// When the header or a hook of the bases raises, or the commit fails.
pub fn rebase(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    remade: &Remade<'_>,
    index: usize,
    prepared: &mut Prepared,
    ongoing: &mut Ongoing<'_, '_, '_>,
) -> Result<(), LateStop> {
    let transaction = &mut *ongoing.transaction;
    let class = remade.class;
    let header = Header::evaluate(interpreter, work, remade, &[])?;
    if let Some(why) = made_of_fields(interpreter, remade.class, &header)? {
        return Err(LateStop::Stop(keeps_old(remade, why)));
    }
    let rebasing = prepared.rebased.remove(&index);
    let Rebasing { mro: before, hooks, .. } = rebasing.unwrap_or_else(|| Rebasing::of(interpreter, class, Vec::new()));
    let can_stay = checks_layouts(interpreter) || has_same_layout(interpreter, class, &header)?;
    let rebased = if can_stay {
        Some(transaction.commit(swaps(interpreter, class, &header)?))
    } else {
        None
    };
    match rebased {
        Some(Ok(())) => {}
        None | Some(Err(CommitError::Refused { .. })) => {
            let listed = moved::replace(interpreter, remade, &header, transaction)?;
            prepared.outcome.operations[index].listed.extend(listed);
            return Ok(());
        }
        Some(Err(error)) => return Err(LateStop::Commit(error)),
    }
    adopt_abstract_data(interpreter, class, transaction)?;
    forget_answers(interpreter, &before)?;
    forget_answers(interpreter, &items_of(interpreter, class, "__mro__"))?;
    let listed = run_hooks(interpreter, remade, &header, &hooks, transaction)?;
    prepared.outcome.operations[index].listed.extend(listed);
    // The class itself is made again with its own text.
    let listed = making::follow_below(interpreter, work, class, ongoing)?;
    prepared.outcome.operations[index].listed.extend(listed);
    prepared.outcome.operations[index]
        .listed
        .extend(metaclass_not_run(interpreter, remade, &header)?);
    Ok(())
}

/// A class and the `__init_subclass__` that its class statement called.
type Hook = (Handle, Option<Handle>);

/// The hooks of a class and of all classes below it.
fn hooks(interpreter: &dyn Interpreter, class: Handle) -> Vec<Hook> {
    let classes = with_subclasses(interpreter, &[class]).into_iter();
    classes.map(|class| (class, hook(interpreter, class))).collect()
}

fn hook(interpreter: &dyn Interpreter, class: Handle) -> Option<Handle> {
    // Not the bound method: that of a class in native code (`Generic` since 3.12) shows nothing to tell it by.
    let text = "[getattr(hook, '__func__', hook) for one in it.__mro__[1:] \
                for hook in (vars(one).get('__init_subclass__'),) if hook is not None][0]";
    evaluate(interpreter, text, &[("it", class)]).ok()
}

/// Calls what bases do to their subclasses (PEP 487), as the class statements would have: for the class where that or
/// its keywords changed, for those below where it changed. One that already ran does not run again.
fn run_hooks(
    interpreter: &dyn Interpreter,
    remade: &Remade<'_>,
    header: &Header,
    before: &[Hook],
    transaction: &mut Transaction<'_>,
) -> Result<Vec<Refusal>, RuntimeError> {
    let mut listed = Vec::new();
    let text = "super(it, it).__init_subclass__(**keywords)";
    for (class, old) in before {
        let now = hook(interpreter, *class);
        let is_changed = now != *old;
        let is_of_user = |hook: &Option<Handle>| hook.is_some_and(|it| interpreter.kind(it) == ObjectKind::Function);
        if let Some(hook) = old.filter(|_| *class == remade.class && is_of_user(old) && !is_of_user(&now)) {
            listed.extend(left_by_hook(interpreter, remade, hook)?);
        }
        if *class == remade.class && (is_changed || remade.plan.keywords_changed) {
            let names = [("it", *class), ("keywords", header.keywords)];
            transaction.on_class(*class, || evaluate(interpreter, text, &names))?;
        } else if *class != remade.class && is_changed {
            let names = [("it", *class), ("keywords", interpreter.new_dict())];
            // The keywords of its own statement are known to nobody any more.
            if let Err(error) = transaction.on_class(*class, || evaluate(interpreter, text, &names)) {
                listed.push(note(
                    "cls-bases",
                    format!("{} did not go through `__init_subclass__`", interpreter.repr(*class)),
                    format!("without the keywords of its class statement that raised {error}"),
                    "restart the program if it matters",
                ));
            }
        }
    }
    Ok(listed)
}

/// Attributes that a hook of the old bases may have set, since nothing in the text does. Where a decorator may have set
/// them as well, those that the code of the hook names.
fn left_by_hook(
    interpreter: &dyn Interpreter,
    remade: &Remade<'_>,
    hook: Handle,
) -> Result<Option<Refusal>, RuntimeError> {
    let own = interpreter.namespace(remade.class);
    let names = own.map_or_else(Vec::new, |own| interpreter.entries(own));
    let names = names.into_iter().filter_map(|(key, _)| interpreter.text(key));
    let is_of_body = |name: &String| remade.plan.names.iter().any(|bound| bound.name == *name);
    let mut left: Vec<String> = names
        .filter(|name| !name.starts_with('_') && !is_of_body(name))
        .collect();
    if !remade.plan.decorators.is_empty() {
        let named = evaluate(
            interpreter,
            "[*it.__code__.co_names, *it.__code__.co_consts]",
            &[("it", hook)],
        )?;
        let named = interpreter.items(named)?.into_iter();
        let named: Vec<String> = named.filter_map(|name| interpreter.text(name)).collect();
        left.retain(|name| named.contains(name));
    }
    let left: Vec<String> = left.iter().map(|name| format!("`{name}`")).collect();
    Ok((!left.is_empty()).then(|| {
        note(
            "cls-bases",
            format!("class `{}` keeps {}", remade.name(), left.join(", ")),
            "`__init_subclass__` of an old base may have set it, and what it did cannot be taken back",
            "restart the program if it matters",
        )
    }))
}

/// Does the interpreter itself refuse bases of another layout? RustPython does not.
fn checks_layouts(interpreter: &dyn Interpreter) -> bool {
    interpreter.facts().implementation == "cpython"
}

/// Does the metaclass make something else than a class of these bases: a subclass of `tuple`, or of `dict` that is none of
/// the bases? Then why the live class cannot become that.
fn made_of_fields(
    interpreter: &dyn Interpreter,
    class: Handle,
    header: &Header,
) -> Result<Option<&'static str>, RuntimeError> {
    let is = |text: &str| -> Result<bool, RuntimeError> {
        let answer = evaluate(interpreter, text, &[("it", header.metaclass), ("live", class)])?;
        truth(interpreter, answer)
    };
    if is("getattr(it, '__module__', '') == 'typing' and getattr(it, '__name__', '') == 'NamedTupleMeta'")? {
        return Ok(Some(BECOMES_A_TUPLE));
    }
    if is(
        "'__dataclass_fields__' in vars(live) and any(base.__module__ == 'enum' for base in it.__mro__) \
           and not isinstance(live, it)",
    )? {
        return Ok(Some(BECOMES_AN_ENUM));
    }
    let is_typed_dict = is(
        "getattr(it, '__name__', '') == '_TypedDictMeta' and not isinstance(live, it) \
                            and it.__module__ in ('typing', 'typing_extensions', 'mypy_extensions')",
    )?;
    if is_typed_dict {
        return Ok(Some(BECOMES_A_TYPED_DICT));
    }
    let was_typed_dict = is(
        "type(live).__name__ == '_TypedDictMeta' and not issubclass(it, type(live)) \
                             and type(live).__module__ in ('typing', 'typing_extensions', 'mypy_extensions')",
    )?;
    Ok(was_typed_dict.then_some(WAS_A_TYPED_DICT))
}

/// Are the classes in native code below a class the same under its new bases?
fn has_same_layout(interpreter: &dyn Interpreter, class: Handle, header: &Header) -> Result<bool, RuntimeError> {
    // Bit 9 of `__flags__` is that of classes made by a class statement (`Py_TPFLAGS_HEAPTYPE`).
    let text = "{one for base in bases for one in base.__mro__ if not one.__flags__ >> 9 & 1} \
                == {one for one in it.__mro__ if not one.__flags__ >> 9 & 1}";
    let same = evaluate(interpreter, text, &[("it", class), ("bases", header.bases)])?;
    truth(interpreter, same)
}

/// The swaps that give a class the bases and the metaclass of a header.
fn swaps(interpreter: &dyn Interpreter, class: Handle, header: &Header) -> Result<Vec<Swap>, RuntimeError> {
    let mut swaps = Vec::new();
    let present = interpreter
        .attribute(class, "__bases__")?
        .ok_or(RuntimeError::ShuttingDown)?;
    if interpreter.items(present)? != interpreter.items(header.bases)? {
        swaps.push(Swap::ClassAttribute {
            class,
            name: "__bases__".to_owned(),
            expected: Some(present),
            new: Some(header.bases),
        });
    }
    let metaclass = interpreter.class_of(class);
    if metaclass != header.metaclass {
        swaps.push(Swap::Attribute {
            object: class,
            name: "__class__".to_owned(),
            expected: Some(metaclass),
            new: Some(header.metaclass),
        });
    }
    swaps.extend(metaclasses_below(interpreter, class, header.metaclass)?);
    let items = |value: Option<Handle>| value.map(|value| interpreter.items(value)).transpose();
    for (name, value) in &header.attributes {
        if *name == "__parameters__" && items(own_entry(interpreter, class, name))? == items(*value)? {
            continue;
        }
        swaps.extend(adopt::attribute(interpreter, class, name, *value));
    }
    Ok(swaps)
}

/// The swaps of the metaclasses that the classes below a class have inherited from it: as class statements would choose
/// them once it has this metaclass. One that a subclass names itself cannot be told from one that it inherits.
fn metaclasses_below(
    interpreter: &dyn Interpreter,
    class: Handle,
    metaclass: Handle,
) -> Result<Vec<Swap>, RuntimeError> {
    let mut swaps = Vec::new();
    let before = interpreter.class_of(class);
    let is_below = |a: Handle, b: Handle| {
        let answer = evaluate(interpreter, "a is not b and issubclass(a, b)", &[("a", a), ("b", b)])?;
        truth(interpreter, answer)
    };
    let is_left = is_below(before, metaclass)?;
    let mut changed = vec![class];
    for below in with_subclasses(interpreter, &[class])
        .into_iter()
        .filter(|below| *below != class)
    {
        let present = interpreter.class_of(below);
        let bases = items_of(interpreter, below, "__bases__");
        let keeps = |base: &Handle| interpreter.class_of(*base) == before && !changed.contains(base);
        if is_below(metaclass, present)? || (is_left && present == before && !bases.iter().any(keeps)) {
            changed.push(below);
            swaps.push(Swap::Attribute {
                object: below,
                name: "__class__".to_owned(),
                expected: Some(present),
                new: Some(metaclass),
            });
        }
    }
    Ok(swaps)
}

/// Gives the classes below one that was replaced the metaclass that they would inherit now.
///
/// # Errors
/// When a commit fails.
pub fn inherit_metaclass(
    interpreter: &dyn Interpreter,
    class: Handle,
    metaclass: Handle,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let swaps = metaclasses_below(interpreter, class, metaclass)?;
    transaction.commit(swaps).map_err(LateStop::Commit)?;
    adopt_abstract_data(interpreter, class, transaction)
}

/// Gives a class and those below it what their metaclasses would have given them.
fn adopt_abstract_data(
    interpreter: &dyn Interpreter,
    class: Handle,
    transaction: &mut Transaction<'_>,
) -> Result<(), LateStop> {
    let mut swaps = Vec::new();
    for class in with_subclasses(interpreter, &[class]) {
        swaps.extend(abstract_data(interpreter, class)?);
    }
    transaction.commit(swaps).map_err(LateStop::Commit)
}

/// What `ABCMeta.__new__` gives to a class, for one that has become abstract; it goes from one that is no longer.
fn abstract_data(interpreter: &dyn Interpreter, class: Handle) -> Result<Vec<Swap>, RuntimeError> {
    let is_abstract_kind = interpreter
        .class_names(class)
        .iter()
        .any(|name| name.ends_with("abc.ABCMeta"));
    let names = |class: Handle| {
        let named = own_entries(interpreter, class).into_iter();
        let of_abc = |name: &str| name.starts_with("_abc_") || name == "__abstractmethods__";
        named.filter(|(name, _)| of_abc(name)).collect::<Vec<_>>()
    };
    let own = names(class);
    if is_abstract_kind && own.is_empty() {
        let abc = import(interpreter, "abc")?;
        let other = evaluate(interpreter, "abc.ABCMeta('other', (), {})", &[("abc", abc)])?;
        let new = names(other);
        let adopted = new
            .iter()
            .filter_map(|(name, value)| adopt::attribute(interpreter, class, name, Some(*value)));
        return Ok(adopted.collect());
    }
    if is_abstract_kind {
        return Ok(Vec::new());
    }
    let removed = own
        .iter()
        .filter_map(|(name, _)| adopt::attribute(interpreter, class, name, None));
    Ok(removed.collect())
}

/// Makes abstract classes forget which classes they took for subclasses.
pub fn forget_answers(interpreter: &dyn Interpreter, classes: &[Handle]) -> Result<(), RuntimeError> {
    let abc = import(interpreter, "abc")?;
    for class in classes {
        let text = "isinstance(it, abc.ABCMeta) and abc.ABCMeta._abc_caches_clear(it)";
        evaluate(interpreter, text, &[("it", *class), ("abc", abc)])?;
    }
    Ok(())
}

/// A note where a new metaclass would have had a part in making the class.
fn metaclass_not_run(
    interpreter: &dyn Interpreter,
    remade: &Remade<'_>,
    header: &Header,
) -> Result<Option<Refusal>, RuntimeError> {
    let text = "1 if any('__new__' in vars(it) or '__init__' in vars(it) for it in type.mro(type(it)) \
                if it is not type and it is not object and it.__module__ != 'abc') else 0";
    let makes = evaluate(interpreter, text, &[("it", remade.class)])?;
    if interpreter.integer(makes) != Some(1) {
        return Ok(None);
    }
    let metaclass = interpreter.repr(header.metaclass);
    Ok(Some(note(
        "cls-bases",
        format!("`{}` was not made anew by its metaclass", remade.name()),
        format!("{metaclass} has a `__new__` or `__init__`, which runs when a class is made only"),
        "restart the program if that matters",
    )))
}
