//! Who uses a decorator.

use super::functions::decorator_name;
use crate::pipeline::definitions::{DefinitionTree, ExprFacet};

/// What the decorator of this name decorates in its own module: qualified names.
pub(super) fn decorated_here(tree: &DefinitionTree, name: &str) -> Vec<String> {
    decorated(tree, |decorator| decorator == name)
}

/// What `name` of `module` decorates in another module, as far as the imports of that module say: qualified names.
///
/// The module of a relative import is compared by its last part only: a name too many is listed rather than none.
pub fn decorated_by(tree: &DefinitionTree, module: &str, name: &str) -> Vec<String> {
    let imports = tree
        .definitions
        .iter()
        .filter_map(|definition| definition.facets.statement())
        .flat_map(|facets| &facets.imports);
    let mut spellings = Vec::new();
    for import in imports {
        let full = match &import.name {
            Some(imported) if import.module.is_empty() => imported.clone(),
            Some(imported) => format!("{}.{imported}", import.module),
            None => import.module.clone(),
        };
        let is = |of: &str| full == of || (import.level > 0 && format!(".{of}").ends_with(&format!(".{full}")));
        match &import.name {
            Some(star) if star == "*" && is(&format!("{module}.*")) => spellings.push(name.to_owned()),
            Some(_) if is(&format!("{module}.{name}")) => spellings.push(import.bound_as.clone()),
            Some(_) if is(module) => spellings.push(format!("{}.{name}", import.bound_as)),
            // `import a.b` binds `a`, `import a.b as c` all of it.
            None if is(module) && module.split('.').next() == Some(&import.bound_as) => {
                spellings.push(format!("{module}.{name}"));
            }
            None if is(module) => spellings.push(format!("{}.{name}", import.bound_as)),
            _ => {}
        }
    }
    decorated(tree, |decorator| spellings.iter().any(|spelling| spelling == decorator))
}

fn decorated(tree: &DefinitionTree, is_meant: impl Fn(&str) -> bool) -> Vec<String> {
    let meant = |facets: &[ExprFacet]| facets.iter().any(|facet| is_meant(&decorator_name(facet)));
    tree.definitions
        .iter()
        .filter(|definition| {
            let function = definition.facets.function().map(|facets| &facets.decorators);
            let class = definition.facets.class().map(|facets| &facets.decorators);
            function.or(class).is_some_and(|decorators| meant(decorators))
        })
        .map(|definition| definition.path.to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::pipeline::definitions::parse;
    use crate::source::SourceText;

    #[test]
    fn decorators_are_followed_through_imports() {
        for (text, expected) in [
            ("from a.b import d\n@d\ndef f(): 0", &["f"][..]),
            ("from a.b import d as e\nclass C:\n @e(1)\n def f(self): 0", &["C.f"]),
            ("import a.b\n@a.b.d\ndef f(): 0", &["f"]),
            ("import a.b as c\n@c.d\nclass C: 0", &["C"]),
            ("from a import b\n@b.d\ndef f(): 0", &["f"]),
            ("from a.b import *\n@d\ndef f(): 0", &["f"]),
            ("from .b import d\n@d\ndef f(): 0", &["f"]),
            ("from . import b\n@b.d\ndef f(): 0", &["f"]),
            ("from a.c import d\n@d\ndef f(): 0", &[]),
            ("import a.b\n@d\ndef f(): 0", &[]),
        ] {
            let tree = parse(Arc::new(SourceText::new("m.py", text)));
            assert_eq!(decorated_by(&tree, "a.b", "d"), expected, "{text}");
        }
    }
}
