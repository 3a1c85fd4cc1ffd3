//! Named tuples and typed dicts: the class statement runs aside, and the live class takes over what came of its fields.

use jurigged_abi::{Change, Claim, Conformer, Edit, Interest, Live, Object, Result, refuse};

use super::{OF_STATEMENT, give_header, has_followed, is_true, made, told};

/// An attribute by which a named tuple is told.
pub const NAMED_TUPLE: &str = "_field_defaults";

/// `typing.NamedTuple`: follows its fields as long as it has no instances.
pub struct NamedTuples;

impl Conformer for NamedTuples {
    fn interest(&self) -> Interest {
        Interest::class_with(NAMED_TUPLE)
    }

    fn claim<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result<Option<Claim>> {
        let told = told(edit)?;
        if told.inherited || live.own(edit.function(), "_fields")?.is_none() {
            return Ok(None);
        }
        Ok(Some(Claim::of_statement().with_header()))
    }

    fn remake<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        let (class, made) = (edit.function(), made(edit)?);
        if told(edit)?.header_changed {
            if live.own(made, "_fields")?.is_none() {
                return Err(refuse("it is a named tuple, and by its new bases it is none"));
            }
            give_header(live, class, made, change)?;
        }
        // With other defaults or types alone, the tuples that live are still right.
        let same = "a._fields == b._fields";
        if is_true(live, same, &[("a", class), ("b", made)])? {
            return adopt_all(edit, live, change);
        }
        let instances = live.instances_of(edit.function())?.len();
        if instances > 0 {
            return Err(refuse(format!(
                "live tuples have the old fields ({instances} of them), and a tuple cannot change\n\
                 restart the program, or drop these tuples and save again"
            )));
        }
        adopt_all(edit, live, change)
    }
}

/// `typing.TypedDict`: its instances are plain dicts, and its bases are what its keys come from.
pub struct TypedDicts;

impl Conformer for TypedDicts {
    fn interest(&self) -> Interest {
        Interest::instance_of("typing._TypedDictMeta")
            .or(Interest::instance_of("typing_extensions._TypedDictMeta"))
            .or(Interest::instance_of("mypy_extensions._TypedDictMeta"))
    }

    fn claim<'t>(&self, edit: &Edit<'t>, _: &Live<'t>) -> Result<Option<Claim>> {
        let is_changed = !told(edit)?.inherited;
        Ok(is_changed.then(|| Claim::of_statement().with_header()))
    }

    fn remake<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        let pair = [("a", edit.function()), ("b", made(edit)?)];
        if !is_true(live, "type(a) is type(b)", &pair)? {
            return Err(refuse("it is a typed dict, and by its new bases it is none"));
        }
        if !is_true(live, SAME_KEYS, &pair)? {
            list_below(edit, live, change)?;
        }
        adopt_all(edit, live, change)
    }
}

/// Have two typed dicts the same keys, with the same types?
const SAME_KEYS: &str = "all(getattr(a, it, None) == getattr(b, it, None) for it in \
    ('__annotations__', '__required_keys__', '__optional_keys__', '__readonly_keys__', '__mutable_keys__'))";

/// The typed dicts that have copied the keys of another one when they were made. Before 3.12 they do not tell: then those
/// that have all of its keys, and the same objects as their types.
const BELOW: &str = "[it for it in dict.__subclasses__() if it is not a and type(it) is type(a) and (\
    any(getattr(base, '__origin__', base) is a for base in it.__dict__['__orig_bases__']) \
    if '__orig_bases__' in it.__dict__ and it.__orig_bases__[0] is not __import__(type(it).__module__).TypedDict \
    else __import__('sys').version_info < (3, 12) and a.__annotations__ \
    and all(it.__annotations__.get(key, a) is kind for key, kind in a.__annotations__.items()))]";

/// Lists the typed dicts that inherit the keys that change: nothing in a live class tells its own keys from those that it
/// has copied.
fn list_below<'t>(edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
    let mut seen = vec![edit.function()];
    let mut at = 0;
    while let Some(&class) = seen.get(at) {
        let below = live.run(BELOW, &[("a", class)])?;
        for below in live.items(below)? {
            if seen.contains(&below) {
                continue;
            }
            seen.push(below);
            let name = live.run("f'{it.__module__}.{it.__qualname__}'", &[("it", below)])?;
            let name = live.text(name)?.unwrap_or_default();
            change.note(
                format!("`{name}` may have the old keys of `{}`", edit.name()),
                "a typed dict copies the keys of its bases when it is made",
                "change its own fields in the same save, or restart the program",
            );
        }
        at += 1;
    }
    Ok(())
}

fn adopt_all<'t>(edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
    let (class, made, told) = (edit.function(), made(edit)?, told(edit)?);
    let kept = |name: &str| OF_STATEMENT.contains(&name) || name == "__slots__" || has_followed(told, name);
    let (old, new) = (live.named_entries(class)?, live.named_entries(made)?);
    let value_of = |entries: &[(String, Object<'t>)], name: &str| {
        let entry = entries.iter().find(|(known, _)| known == name);
        entry.map(|(_, value)| *value)
    };
    for (name, value) in new.iter().filter(|(name, _)| !kept(name)) {
        let before = value_of(&old, name);
        if before != Some(*value) {
            change.set_attr(class, name, before, *value);
        }
    }
    for (name, value) in old.iter().filter(|(name, _)| !kept(name)) {
        if value_of(&new, name).is_none() {
            change.del_attr(class, name, *value);
        }
    }
    change.cells(class, made);
    Ok(())
}
