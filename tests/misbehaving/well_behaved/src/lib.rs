//! Uses the whole interface as it should: what the others are compared with.

use jurigged_abi::*;

export_plugin!(
    name: "well-behaved",
    applies: "python",
    tested: "the tests",
    options: [
        ("depth", 3, "A whole number."),
        ("names", ["a", "b"], "A list."),
        ("loud", false, "Refuse signatures."),
    ],
    runs_after: ["functools"],
    matchers: [ByText],
    crawlers: [Registries],
    conformers: [Everything, Lines],
);

/// Pairs what has the same text.
struct ByText;

impl Matcher for ByText {
    fn pair(&self, old: &[Definition], new: &[Definition], pairs: &mut Pairs) -> Result {
        for (index, before) in old.iter().enumerate() {
            if let Some(found) = new
                .iter()
                .position(|after| after.text == before.text && after.kind == before.kind)
            {
                pairs.pair(
                    index,
                    found,
                    format!("`{}` has the same text, line {}", before.path, before.line),
                );
            }
        }
        Ok(())
    }
}

struct Registries;

impl Crawler for Registries {
    fn interest(&self) -> Interest {
        Interest::instance_of("shop.Registry")
    }

    fn crawl<'t>(&self, holder: Object<'t>, live: &Live<'t>, found: &mut Found<'t>) -> Result {
        for (index, item) in live.items(holder)?.enumerate() {
            found.item(holder, index, item);
        }
        if let Some(hook) = live.get(holder, "hook")? {
            found.attribute(holder, "hook", hook);
        }
        Ok(())
    }
}

struct Everything;

impl Conformer for Everything {
    fn interest(&self) -> Interest {
        Interest::instance_of("functools._lru_cache_wrapper").or(Interest::decorated_by("functools.lru_cache"))
    }

    fn prepare<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        if edit.kind() == EditKind::Signature && live.flag("loud")? {
            return Err(refuse(format!("`{}` keeps its parameters", edit.name())));
        }
        let (old, new) = (
            edit.old_code().ok_or(PluginError::Gone)?,
            edit.new_code().ok_or(PluginError::Gone)?,
        );
        change.swap_code(edit.function(), old, new);
        let name = live.run("'new doc'", &[])?;
        change.set_attr(edit.bound(), "__doc__", live.get(edit.bound(), "__doc__")?, name);
        change.settle_once("everything");
        Ok(())
    }

    /// Asks everything once and gives the answers to a Python function that the test reads.
    fn settle<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result {
        let bound = edit.bound();
        let depth = live.option("depth")?.as_integer().unwrap_or_default();
        let names = live.option("names")?.as_list().map_or(0, <[_]>::len);
        let module = live.module("functools")?;
        live.remember("bound", bound)?;
        let dict = live.new_dict(&[("b", live.new_text("x")?), ("a", bound)])?;
        let registry = live.run("sys.modules['shop'].Registry", &[("sys", live.module("sys")?)])?;
        let seen = format!(
            "{} {} {} text={:?} integer={:?} same={} remembered={} instances={} callees={} depth={depth} names={names} \
             module={} classes={:?} missing={:?} own={} entries={} called={} found={}",
            edit.name(),
            edit.file(),
            edit.kind().word(),
            live.text(live.run("'text'", &[])?)?,
            live.integer(live.run("42", &[])?)?,
            live.same(bound, edit.bound())?,
            live.remembered("bound")?.len(),
            live.instances("shop.Registry")?.len(),
            live.callees_first(bound)?.len(),
            live.repr(module)?,
            live.class_names(bound)?,
            live.get(bound, "no_such_name")?.is_some(),
            live.own(module, "partial")?.is_some(),
            live.named_entries(dict)?
                .iter()
                .map(|(name, _)| name.as_str())
                .collect::<String>(),
            live.repr(live.call(live.run("len", &[])?, &[dict])?)?,
            live.instances_of(registry)?.len(),
        );
        live.run(&format!("report({seen:?})"), &[("report", bound)]).map(drop)
    }
}

/// Asks for edits that only move lines.
struct Lines;

impl Conformer for Lines {
    fn interest(&self) -> Interest {
        Everything.interest().with_positions()
    }
}
