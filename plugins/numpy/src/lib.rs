//! An array of objects hides what it holds from Python's garbage collector: list its items, each with its index.

use jurigged_abi::*;

export_plugin!(
    name: "numpy",
    applies: "numpy>=1.21",
    tested: "numpy 2.5.5 on CPython 3.12 and 3.13",
    crawlers: [ObjectArrays],
);

struct ObjectArrays;

impl Crawler for ObjectArrays {
    fn interest(&self) -> Interest {
        Interest::instance_of("numpy.ndarray")
    }

    fn crawl<'t>(&self, array: Object<'t>, live: &Live<'t>, found: &mut Found<'t>) -> Result {
        let parts = live.run(ITEMS, &[("array", array)])?;
        let mut parts = live.items(parts)?;
        let (Some(flat), Some(indices), Some(items)) = (parts.next(), parts.next(), parts.next()) else {
            return Ok(());
        };
        for (index, item) in live.items(indices)?.zip(live.items(items)?) {
            found.entry(flat, index, item);
        }
        Ok(())
    }
}

/// Flat positions and items. Numbers and texts hold nothing, and there may be millions of them.
const ITEMS: &str = "\
result = ()
if array.dtype == object:
    atoms = {int, float, complex, bool, str, bytes, type(None)}
    flat = array.flat
    kept = [(index, item) for index, item in enumerate(flat) if type(item) not in atoms]
    result = flat, [index for index, item in kept], [item for index, item in kept]
";
