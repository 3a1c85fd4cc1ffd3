//! Panics in the phase that its option names.

use jurigged_abi::*;

export_plugin!(
    name: "panics",
    applies: "python",
    options: [("phase", "prepare", "The phase that panics: crawl, pair, prepare, settle or notify.")],
    matchers: [Panics],
    crawlers: [Panics],
    conformers: [Panics],
);

struct Panics;

fn panic_in(phase: &str, live: &Live<'_>) -> Result {
    if live.option("phase")?.as_text() == Some(phase) {
        panic!("in {phase}");
    }
    Ok(())
}

impl Matcher for Panics {
    fn pair(&self, _old: &[Definition], _new: &[Definition], _pairs: &mut Pairs) -> Result {
        panic!("in pair");
    }
}

impl Crawler for Panics {
    fn interest(&self) -> Interest {
        Interest::instance_of("shop.Registry")
    }

    fn crawl<'t>(&self, _holder: Object<'t>, live: &Live<'t>, _found: &mut Found<'t>) -> Result {
        panic_in("crawl", live)
    }
}

impl Conformer for Panics {
    fn interest(&self) -> Interest {
        Interest::any()
    }

    fn prepare<'t>(&self, _edit: &Edit<'t>, live: &Live<'t>, _change: &mut Change<'t>) -> Result {
        panic_in("prepare", live)
    }

    fn settle<'t>(&self, _edit: &Edit<'t>, live: &Live<'t>) -> Result {
        panic_in("settle", live)
    }

    fn notify(&self, applied: &Applied) {
        // It has no access to its options here: the revision says what to do.
        if applied.revision == 13 {
            panic!("in notify");
        }
    }
}
