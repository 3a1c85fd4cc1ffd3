//! Fails in the way that its option names.

use jurigged_abi::*;

export_plugin!(
    name: "errs",
    applies: "python",
    options: [("how", "bug", "bug, refuse, python (raised by its own snippet) or program (raised by what it calls).")],
    crawlers: [Errs],
    conformers: [Errs],
);

struct Errs;

fn fail<'t>(object: Object<'t>, live: &Live<'t>) -> Result {
    match live.option("how")?.as_text() {
        Some("refuse") => Err(refuse("it cannot be made right")),
        Some("python") => live.run("1 / 0", &[]).map(drop),
        Some("program") => live.run("o()", &[("o", object)]).map(drop),
        _ => Err(PluginError::Bug("nothing works".into())),
    }
}

impl Crawler for Errs {
    fn interest(&self) -> Interest {
        Interest::instance_of("shop.Registry")
    }

    fn crawl<'t>(&self, holder: Object<'t>, live: &Live<'t>, _found: &mut Found<'t>) -> Result {
        fail(holder, live)
    }
}

impl Conformer for Errs {
    fn interest(&self) -> Interest {
        Interest::any()
    }

    fn prepare<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, _change: &mut Change<'t>) -> Result {
        fail(edit.bound(), live)
    }

    fn settle<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result {
        fail(edit.bound(), live)
    }
}
