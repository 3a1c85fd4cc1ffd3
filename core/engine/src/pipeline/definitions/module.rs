//! What is known of a module once all its statements are.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::facets::{Facets, ModuleFacets, Shift};
use super::fingerprint::Fingerprinter;
use super::tree::{Definition, DefinitionKind, StatementKind};

/// Fills in the first of `definitions`, the module, from the others.
pub(super) fn finish_module(definitions: &mut [Definition], future: Vec<String>) {
    let mut fingerprint = Fingerprinter::new("module", None);
    let mut mentions_super = false;
    let mut docstring = None;
    for (index, child) in definitions[0].children.iter().enumerate() {
        let child = &definitions[child.index()];
        fingerprint.add(child.fingerprint);
        mentions_super |= child.mentions_super;
        if index == 0 && child.kind == DefinitionKind::Statement(StatementKind::Docstring) {
            let value = child.facets.statement().and_then(|facets| facets.value.clone());
            docstring = value.in_file(child.range.start);
        }
    }
    let facets = ModuleFacets {
        future,
        module_imports: imports(definitions),
        mentions_super,
        docstring,
    };
    definitions[0].fingerprint = fingerprint.finish();
    definitions[0].facets = Facets::Module(Arc::new(facets));
}

/// Names that import statements at module scope bind, blocks included.
fn imports(definitions: &[Definition]) -> Vec<String> {
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    let mut names = Vec::new();
    let mut at = 1;
    while let Some(definition) = definitions.get(at) {
        // What is inside another scope starts where that scope ends: preorder makes a subtree one run.
        at = if definition.kind.owns_code() {
            end_of(definitions, at)
        } else {
            at + 1
        };
        let DefinitionKind::Statement(StatementKind::Import | StatementKind::ImportFrom) = definition.kind else {
            continue;
        };
        for name in definition.facets.statement().iter().flat_map(|facets| &facets.binds) {
            if seen.insert(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

/// One past the last descendant of the definition at an index.
pub(super) fn end_of(definitions: &[Definition], index: usize) -> usize {
    let mut last = index;
    while let Some(child) = definitions[last].children.last() {
        last = child.index();
    }
    last + 1
}
