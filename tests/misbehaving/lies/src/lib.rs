//! Answers with objects that it was never given, and with one that it kept from an earlier transaction.

use std::sync::atomic::{AtomicU64, Ordering};

use jurigged_abi::*;

export_plugin!(
    name: "lies",
    applies: "python",
    options: [("how", "invent", "invent: made-up numbers; keep: numbers of an earlier transaction.")],
    matchers: [Lies],
    crawlers: [Lies],
    conformers: [Lies],
);

struct Lies;

static KEPT: AtomicU64 = AtomicU64::new(0);

fn lie<'t>(truth: Object<'t>, live: &Live<'t>) -> Result<Object<'t>> {
    if live.option("how")?.as_text() == Some("invent") {
        return Ok(live.object(truth.number() + 1_000_000));
    }
    // What the compiler forbids, by way of the hidden number.
    match KEPT.swap(truth.number(), Ordering::Relaxed) {
        0 => Ok(truth),
        kept => Ok(live.object(kept)),
    }
}

impl Matcher for Lies {
    fn pair(&self, old: &[Definition], _new: &[Definition], pairs: &mut Pairs) -> Result {
        pairs.pair(old.len(), 0, "there is no such definition");
        Ok(())
    }
}

impl Crawler for Lies {
    fn interest(&self) -> Interest {
        Interest::instance_of("shop.Registry")
    }

    fn crawl<'t>(&self, holder: Object<'t>, live: &Live<'t>, found: &mut Found<'t>) -> Result {
        found.item(holder, 0, lie(holder, live)?);
        Ok(())
    }
}

impl Conformer for Lies {
    fn interest(&self) -> Interest {
        Interest::any()
    }

    fn prepare<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        change.set_attr(lie(edit.function(), live)?, "__doc__", None, edit.function());
        Ok(())
    }
}
