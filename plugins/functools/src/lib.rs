//! `lru_cache` and `cache` answer primed keys from the old code: clear them when the function changes.

use jurigged_abi::*;

export_plugin!(
    name: "functools",
    applies: "functools",
    tested: "CPython 3.9 to 3.13, RustPython 0.5.0",
    options: [(
        "clear-caches",
        true,
        "Clear the cache of an `lru_cache` or `cache` when its function changes. If false, primed keys keep their old results."
    )],
    conformers: [ClearCaches],
);

struct ClearCaches;

impl Conformer for ClearCaches {
    fn interest(&self) -> Interest {
        // RustPython's wrapper is a plain function, so there only the decorator tells.
        Interest::instance_of("functools._lru_cache_wrapper")
            .or(Interest::decorated_by("functools.lru_cache"))
            .or(Interest::decorated_by("functools.cache"))
    }

    fn settle<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result {
        if edit.kind() == EditKind::Deleted {
            return Ok(());
        }
        let functools = live.module("functools")?;
        let caches = live.run(FIND_CACHES, &[("bound", edit.bound())])?;
        for cache in live.items(caches)? {
            live.run(COPY_METADATA, &[("wrapper", cache), ("functools", functools)])?;
            if live.flag("clear-caches")? {
                live.run("wrapper.cache_clear()", &[("wrapper", cache)])?;
            }
        }
        Ok(())
    }
}

/// The bound object and what it wraps, as far as those are caches: another decorator may sit on top.
const FIND_CACHES: &str = "\
result, seen, layer = [], set(), bound
while layer is not None and id(layer) not in seen:
    seen.add(id(layer))
    names = getattr(layer, '__dict__', {})
    if hasattr(type(layer), 'cache_clear') or 'cache_clear' in names:
        result.append(layer)
    layer = names.get('__wrapped__')
";

/// As `lru_cache` does when it decorates, on 3.14 without evaluating annotations.
const COPY_METADATA: &str = "\
inner = getattr(wrapper, '__wrapped__', None)
if inner is not None:
    functools.update_wrapper(wrapper, inner, updated=())
";
