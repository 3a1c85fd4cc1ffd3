//! The engine's own crawlers, which enter by the trait that plugins implement: what functions, methods, descriptors, partials and containers hold.

use std::sync::Arc;

use jurigged_abi::{Crawler, Declaration, Found, Interest, Live, Object, Result};

use crate::plugins::Plugins;

/// Adds the engine's crawlers; they enter by the trait that plugins implement.
pub fn add_crawlers(plugins: &mut Plugins) {
    plugins.add_builtin(Declaration {
        name: "structure".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        applies: "python".into(),
        crawlers: vec![
            ("Wrappers".into(), Arc::new(Wrappers)),
            ("Containers".into(), Arc::new(Containers)),
        ],
        ..Declaration::default()
    });
}

/// Objects that wrap a function: each attribute that may lead further.
struct Wrappers;

/// Classes and the attributes through which they hold functions. Any object with `__wrapped__` (`functools.wraps`,
/// wrapt) is followed as well.
const HOLDERS: [(&str, &[&str]); 7] = [
    ("function", &["__wrapped__", "__closure__"]),
    ("method", &["__func__"]),
    ("staticmethod", &["__func__"]),
    ("classmethod", &["__func__"]),
    ("property", &["fget", "fset", "fdel"]),
    ("functools.partial", &["func"]),
    ("cell", &["cell_contents"]),
];

impl Crawler for Wrappers {
    fn interest(&self) -> Interest {
        Interest::any()
    }

    fn crawl<'t>(&self, holder: Object<'t>, live: &Live<'t>, found: &mut Found<'t>) -> Result {
        let classes = live.class_names(holder)?;
        let known = HOLDERS
            .iter()
            .find(|(class, _)| classes.iter().any(|name| name == class));
        // Asking a module or class for `__wrapped__` could run code of the user (`__getattr__`).
        let attributes = match known {
            Some((_, attributes)) => *attributes,
            None if classes.iter().any(|name| name == "module" || name == "type") => &[],
            None => &["__wrapped__"],
        };
        for name in attributes {
            // An empty cell raises ValueError.
            if let Ok(Some(object)) = live.get(holder, name) {
                found.attribute(holder, name, object);
            }
        }
        Ok(())
    }
}

/// Tuples and lists: closures are tuples of cells.
struct Containers;

impl Crawler for Containers {
    fn interest(&self) -> Interest {
        Interest::instance_of("tuple").or(Interest::instance_of("list"))
    }

    fn crawl<'t>(&self, holder: Object<'t>, live: &Live<'t>, found: &mut Found<'t>) -> Result {
        for (index, item) in live.items(holder)?.enumerate() {
            found.item(holder, index, item);
        }
        Ok(())
    }
}
