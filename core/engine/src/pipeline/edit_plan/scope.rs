//! What the new text binds, scope by scope.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Scope;
use super::statements::{annotated_name, bound_names};
use crate::pipeline::definitions::{BranchKind, DefinitionId, DefinitionKind, DefinitionTree};

/// For each class or module of a tree: the names that its statements bind, with the last unconditional binder.
#[derive(Debug, Default)]
pub struct Names {
    scopes: FxHashMap<Scope, FxHashMap<String, Binders>>,
    /// Names with an annotation.
    annotated: FxHashMap<Scope, FxHashSet<String>>,
    /// The same in the order of the text.
    annotated_in_order: FxHashMap<Scope, Vec<String>>,
    /// Names declared `global` in some function.
    globals: FxHashSet<String>,
    /// The last statement directly in a scope that deletes a name.
    deleters: FxHashMap<Scope, FxHashMap<String, DefinitionId>>,
}

#[derive(Debug, Default)]
struct Binders {
    /// Direct children of the scope that bind the name, in order.
    direct: Vec<DefinitionId>,
    /// Children of branches of blocks of the scope that bind it, in order.
    in_block: Vec<DefinitionId>,
    /// Definitions of the name, those in blocks included.
    definitions: usize,
}

impl Binders {
    /// Does a statement bind the name at all?
    fn binds(&self) -> bool {
        !self.direct.is_empty() || !self.in_block.is_empty()
    }
}

impl Names {
    pub fn of(tree: &DefinitionTree) -> Self {
        let mut names = Self::default();
        names.collect(tree, DefinitionId::MODULE, &Scope::default(), false);
        names.globals = tree
            .definitions
            .iter()
            .filter_map(|definition| definition.facets.function())
            .flat_map(|facets| facets.globals.iter().cloned())
            .collect();
        names
    }

    /// Does anything in this scope bind the name?
    pub fn binds(&self, scope: &Scope, name: &str) -> bool {
        (scope.classes.is_empty() && self.globals.contains(name))
            || self
                .scopes
                .get(scope)
                .and_then(|scope| scope.get(name))
                .is_some_and(Binders::binds)
    }

    /// The names in the text of a definition that the class around it binds only there or further down: while the body
    /// of the class runs, they are those of the module.
    pub fn bound_from(&self, tree: &DefinitionTree, scope: &Scope, id: DefinitionId) -> Vec<String> {
        let Some(names) = self.scopes.get(scope).filter(|_| !scope.classes.is_empty()) else {
            return Vec::new();
        };
        let (start, text) = (tree.get(id).range.start, tree.text(id));
        let is_later = |binder: &DefinitionId| tree.get(*binder).range.start >= start;
        let mut hidden: Vec<String> = names
            .iter()
            .filter(|(name, binders)| {
                binders.binds()
                    && text.contains(name.as_str())
                    && binders.direct.iter().chain(&binders.in_block).all(is_later)
            })
            .map(|(name, _)| name.clone())
            .collect();
        hidden.sort();
        hidden
    }

    /// The last statement directly in the scope that binds the name.
    pub fn last_binder(&self, scope: &Scope, name: &str) -> Option<DefinitionId> {
        self.scopes.get(scope)?.get(name)?.direct.last().copied()
    }

    /// The statements directly in the scope that bind the name, in order.
    pub fn binders(&self, scope: &Scope, name: &str) -> &[DefinitionId] {
        self.scopes
            .get(scope)
            .and_then(|scope| scope.get(name))
            .map_or(&[], |binders| &binders.direct)
    }

    /// The children of branches of blocks of the scope that bind the name, in order.
    pub fn block_binders(&self, scope: &Scope, name: &str) -> &[DefinitionId] {
        self.scopes
            .get(scope)
            .and_then(|scope| scope.get(name))
            .map_or(&[], |binders| &binders.in_block)
    }

    /// Does a function declare the name `global`, or a statement of the scope delete it? Then what it is bound to tells
    /// nothing about the statements that bind it.
    pub fn is_touched_elsewhere(&self, scope: &Scope, name: &str) -> bool {
        (scope.classes.is_empty() && self.globals.contains(name)) || self.deleter(scope, name).is_some()
    }

    /// Names that several statements directly in a scope bind, with the last one.
    pub fn bound_twice(&self) -> impl Iterator<Item = (&Scope, &str, DefinitionId)> {
        self.scopes.iter().flat_map(|(scope, names)| {
            let names = names.iter().filter(|(_, binders)| binders.direct.len() > 1);
            names.filter_map(move |(name, binders)| Some((scope, name.as_str(), *binders.direct.last()?)))
        })
    }

    /// How many statements bind the name, those in blocks as one more.
    pub fn binder_count(&self, scope: &Scope, name: &str) -> usize {
        self.scopes
            .get(scope)
            .and_then(|scope| scope.get(name))
            .map_or(0, |binders| {
                binders.direct.len() + usize::from(!binders.in_block.is_empty())
            })
    }

    /// The last statement directly in the scope that deletes the name.
    pub fn deleter(&self, scope: &Scope, name: &str) -> Option<DefinitionId> {
        self.deleters.get(scope)?.get(name).copied()
    }

    /// Every statement that is the last one to delete a name of its scope, in the order of the text.
    pub fn all_deleters(&self) -> Vec<(Scope, DefinitionId)> {
        let all = self.deleters.iter();
        let mut all: Vec<(Scope, DefinitionId)> = all
            .flat_map(|(scope, names)| names.values().map(|deleter| (scope.clone(), *deleter)))
            .collect();
        all.sort_by_key(|(_, deleter)| *deleter);
        all.dedup();
        all
    }

    /// How many functions and classes of this name the scope has, in all branches of its blocks.
    pub fn definition_count(&self, scope: &Scope, name: &str) -> usize {
        self.scopes
            .get(scope)
            .and_then(|scope| scope.get(name))
            .map_or(0, |binders| binders.definitions)
    }

    /// All names that something in a scope binds, sorted.
    pub fn all(&self, scope: &Scope) -> Vec<String> {
        let names = self.scopes.get(scope).into_iter().flatten();
        let bound = names.filter(|(_, binders)| binders.binds()).map(|(name, _)| name);
        let globals = self.globals.iter().filter(|_| scope.classes.is_empty());
        let mut all: Vec<String> = bound.chain(globals).cloned().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Names with an annotation by scope, in the order of the text.
    pub fn annotated(&self) -> FxHashMap<Scope, Vec<String>> {
        self.annotated_in_order.clone()
    }

    /// Does any statement of this scope annotate the name?
    pub fn annotates(&self, scope: &Scope, name: &str) -> bool {
        self.annotated.get(scope).is_some_and(|names| names.contains(name))
    }

    fn collect(&mut self, tree: &DefinitionTree, parent: DefinitionId, scope: &Scope, in_block: bool) {
        for &child in &tree.get(parent).children {
            let definition = tree.get(child);
            if definition.in_header {
                continue;
            }
            match &definition.kind {
                DefinitionKind::Block(_) | DefinitionKind::Branch => {
                    // Targets of a `for` or `with`, captures of a `case`, walruses in a test.
                    for name in header_names(tree, child) {
                        self.bind(scope, name, child, true);
                    }
                    self.collect(tree, child, scope, true);
                }
                _ => {
                    for name in bound_names(tree, child) {
                        self.bind(scope, name, child, in_block);
                    }
                    if let Some(facets) = definition.facets.statement().filter(|_| !in_block) {
                        let deleters = self.deleters.entry(scope.clone()).or_default();
                        deleters.extend(facets.deletes.iter().map(|name| (name.clone(), child)));
                    }
                    if let Some(name) = annotated_name(tree, child)
                        && self.annotated.entry(scope.clone()).or_default().insert(name.clone())
                    {
                        self.annotated_in_order.entry(scope.clone()).or_default().push(name);
                    }
                    if let (DefinitionKind::Class | DefinitionKind::Function { .. }, Some(name)) =
                        (&definition.kind, &definition.name)
                    {
                        let names = self.scopes.entry(scope.clone()).or_default();
                        names.entry(name.to_string()).or_default().definitions += 1;
                    }
                }
            }
            if definition.kind == DefinitionKind::Class {
                let mut inside = scope.clone();
                inside.classes.extend(definition.name.as_deref().map(str::to_owned));
                self.collect(tree, child, &inside, false);
            }
        }
    }

    fn bind(&mut self, scope: &Scope, name: String, id: DefinitionId, in_block: bool) {
        let binders = self.scopes.entry(scope.clone()).or_default().entry(name).or_default();
        if in_block {
            binders.in_block.push(id);
        } else {
            binders.direct.push(id);
        }
    }
}

/// The names that a block or branch binds itself, and nothing in it does. `except E as name` unbinds its name again.
fn header_names(tree: &DefinitionTree, block: DefinitionId) -> Vec<String> {
    let is_handler = |id: DefinitionId| {
        tree.get(id)
            .facets
            .branch()
            .is_some_and(|it| it.kind == BranchKind::Except)
    };
    let mut names = bound_names(tree, block);
    if names.is_empty() || is_handler(block) {
        return Vec::new();
    }
    let children = tree.get(block).children.iter().copied();
    let inside = children.flat_map(|child| tree.get(child).children.iter().copied().chain([child]));
    let inside: FxHashSet<String> = inside.flat_map(|id| bound_names(tree, id)).collect();
    names.retain(|name| !inside.contains(name));
    names
}
