//! Definitions that have another name or stand in another scope, and what follows from the place of a definition for
//! qualified names.

use super::functions::{DESCRIPTORS, decorator_name};
use super::guard::{TraceValue, When};
use super::operation::{Action, PathChange, Rename, RunStatement, Scope};
use super::questions::trace_value;
use super::scope::Names;
use super::statements::{bound_names, is_quick};
use super::{EditCode, Outline, Place, Planner};
use crate::pipeline::definitions::{
    BlockKind, Definition, DefinitionId, DefinitionKind, DefinitionTree, ExprFacet, FunctionFacets,
};
use crate::pipeline::diff::same_words;

impl Planner<'_> {
    /// Is this pair a definition that is bound under another name, or in another scope?
    pub(super) fn is_elsewhere(&self, old: DefinitionId, new: DefinitionId) -> bool {
        let (before, after) = (self.old.get(old), self.new.get(new));
        matches!(after.kind, DefinitionKind::Class | DefinitionKind::Function { .. })
            && (before.name != after.name || self.has_moved(old, new))
    }

    fn has_moved(&self, old: DefinitionId, new: DefinitionId) -> bool {
        let parent = self.old.get(old).parent;
        parent.and_then(|parent| self.change.matching.new_of(parent)) != self.new.get(new).parent
    }

    pub(super) fn bound_elsewhere(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        if self.leaves_what_stays(old) {
            return self.added(new, place);
        }
        let known_by = match place.in_block || !self.guards.is_empty() {
            true => self.known_in_block(old, new, place),
            false => None,
        };
        if place.is_ambiguous || ((place.in_block || !self.guards.is_empty()) && known_by.is_none()) {
            let (scope, is_deleted) = self.old_scope(old);
            if !is_deleted {
                self.removed(old, &Place { scope, ..place.clone() });
            }
            return self.added(new, place);
        }
        let (before, after) = (self.old.get(old), self.new.get(new));
        let (Some(from), Some(to)) = (self.old.bound_name(old), self.new.bound_name(new)) else {
            return;
        };
        let (old_scope, is_deleted) = self.old_scope(old);
        let old_place = Place {
            scope: old_scope.clone(),
            ..place.clone()
        };
        if !is_deleted && self.names.binds(&old_scope, &from) && self.is_bound_in_blocks_only(&from, &old_place) {
            // Whether the old name goes depends on the branches that run.
            self.removed(old, &old_place);
            return self.added(new, place);
        }
        let rename = Rename {
            path: PathChange {
                from: before.path.to_string(),
                to: after.path.to_string(),
            },
            is_class: after.kind == DefinitionKind::Class,
            private: private_prefix(before)
                .zip(private_prefix(after))
                .and_then(|(from, to)| {
                    let is_other = after.kind == DefinitionKind::Class && from != to;
                    is_other.then_some(PathChange { from, to })
                }),
            keeps_old: is_deleted || self.names.binds(&old_scope, &from),
            addition: self.addition(new, place, &to),
            from: from.into_owned(),
            to: to.into_owned(),
            old_scope,
            scope: place.scope.clone(),
            known_by,
        };
        let edit = match self.has_moved(old, new) {
            true => EditCode::Move,
            false => EditCode::Rename,
        };
        self.push(edit, Some(old), Some(new), Action::Rename(rename));
        self.paired(old, new, place);
    }

    /// Did it stand in a block that is gone, or of another kind, as a part of a block that runs as a whole only? That the
    /// inner one goes is refused, so that it stays, and this definition in it.
    fn leaves_what_stays(&self, old: DefinitionId) -> bool {
        let is_gone = |block: &Definition| {
            let now = self.change.matching.new_of(block.id);
            now.is_none_or(|now| self.new.get(now).kind != block.kind)
        };
        let is_whole = |block: &Definition| {
            use BlockKind::{For, Try, While, With};
            matches!(block.kind, DefinitionKind::Block(For | Try | While | With))
        };
        let around = self.old.ancestors(old).take_while(|around| !around.kind.owns_code());
        let mut blocks = around.filter(|it| matches!(it.kind, DefinitionKind::Block(_)));
        !self.run_blocks && blocks.any(is_gone) && blocks.any(is_whole)
    }

    /// What tells that a name leads to this definition of a block: another branch may have bound it. `None` where nothing
    /// does, or where the two names have binders outside of branches that are only left as they are: which of them a fresh
    /// start would see is decided for each name apart.
    fn known_in_block(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) -> Option<TraceValue> {
        let ran = self.guards.iter().all(|guard| matches!(guard.when, When::Ran(_)));
        if self.has_moved(old, new) || place.in_main_guard || !ran {
            return None;
        }
        let (from, to) = (self.old.bound_name(old)?, self.new.bound_name(new)?);
        let (scope, now) = (self.old_scope(old).0, &place.scope);
        let before = self.old_names.get_or_insert_with(|| Names::of(self.old));
        let is_apart = before.last_binder(&scope, &from).is_none()
            && !before.is_touched_elsewhere(&scope, &from)
            && !before.binds(&scope, &to)
            && !self.names.binds(now, &from)
            && self.names.last_binder(now, &to).is_none()
            && !self.names.is_touched_elsewhere(now, &to);
        let known_by = trace_value(self.old, old, &from);
        (is_apart && matches!(known_by, TraceValue::Code { .. })).then_some(known_by)
    }

    /// The statement that makes a function anew, where its decorators may have made something else of it, or where it may
    /// never have been made: it comes out of a block.
    fn addition(&self, new: DefinitionId, place: &Place, name: &str) -> Option<Box<RunStatement>> {
        let is_descriptor = |facet: &ExprFacet| DESCRIPTORS.contains(&decorator_name(facet).as_str());
        let is_plain = |facets: &FunctionFacets| facets.decorators.iter().all(is_descriptor);
        let old = self.change.matching.old_of(new)?;
        let was_in_block = self
            .old
            .ancestors(old)
            .any(|around| around.kind == DefinitionKind::Branch);
        if self.new.get(new).facets.function().is_none_or(is_plain) && !was_in_block {
            return None;
        }
        Some(Box::new(RunStatement {
            binds: vec![name.to_owned()],
            outline: Outline::of_definition(self.new, new),
            is_definition: true,
            is_quick: is_quick(self.new.get(new)),
            heir_of: self.left_for(new),
            ..RunStatement::late(self.unit_to_run(new, &place.scope), &place.scope)
        }))
    }

    /// Names of something that runs, with old functions that they may lead to until then, and that no function of the new
    /// text is: those of branches, for a function that stands in none, and those of the scope itself, for a function in a branch
    /// or a block of such ones. Who holds the one that a name leads to follows.
    pub(super) fn left_for(&self, new: DefinitionId) -> Vec<(String, DefinitionId)> {
        let after = self.new.get(new);
        let is_block = matches!(after.kind, DefinitionKind::Block(_));
        if !is_block && !matches!(after.kind, DefinitionKind::Function { .. }) {
            return Vec::new();
        }
        let is_function = |it: &&Definition| matches!(it.kind, DefinitionKind::Function { .. });
        let in_branch = |tree: &DefinitionTree, id: DefinitionId| {
            let mut around = tree.ancestors(id);
            let around = around.find(|it| matches!(it.kind, DefinitionKind::Branch) || it.kind.owns_code());
            around.is_some_and(|it| it.kind == DefinitionKind::Branch)
        };
        let is_new = |it: &&Definition| self.change.matching.old_of(it.id).is_none() && !it.in_header;
        let inside = self.new.descendants(new).filter(|_| is_block);
        let made: Vec<&Definition> = inside.chain([after]).filter(is_function).filter(is_new).collect();
        if made.is_empty() {
            return Vec::new();
        }
        let is_left = |before: &&Definition| {
            let was_in_branch = in_branch(self.old, before.id);
            self.change.matching.new_of(before.id).is_none()
                && made
                    .iter()
                    .any(|made| before.path == made.path && was_in_branch != in_branch(self.new, made.id))
        };
        let left = self.old.definitions.iter().filter(is_function).filter(is_left);
        let names = left.map(|before| (bound_names(self.old, before.id), before.id));
        names
            .filter_map(|(names, id)| Some((names.into_iter().next()?, id)))
            .collect()
    }

    /// The scope of an old definition, its classes with their new names; whether one of them is deleted.
    fn old_scope(&self, old: DefinitionId) -> (Scope, bool) {
        let mut scope = Scope::default();
        let mut is_deleted = false;
        for around in self
            .old
            .ancestors(old)
            .filter(|around| around.kind == DefinitionKind::Class)
        {
            let now = self.change.matching.new_of(around.id).map(|new| self.new.get(new));
            is_deleted |= now.is_none();
            let name = now.unwrap_or(around).name.as_deref();
            scope.classes.extend(name.map(str::to_owned));
        }
        scope.classes.reverse();
        (scope, is_deleted)
    }

    /// The names that a child of a class of the old text has bound, private ones as the class is called now.
    pub(super) fn names_before(&self, old: DefinitionId) -> Vec<String> {
        let names = bound_names(self.old, old);
        let class = self.old.enclosing_scope(old);
        let now = self.change.matching.new_of(class).map(|now| self.new.get(now));
        let prefixes = private_prefix(self.old.get(class)).zip(now.and_then(private_prefix));
        let Some((from, to)) = prefixes.filter(|_| self.old.get(class).kind == DefinitionKind::Class) else {
            return names;
        };
        let renamed = |name: String| match name.strip_prefix(&from) {
            Some(rest) if !rest.ends_with("__") => format!("{to}{rest}"),
            _ => name,
        };
        names.into_iter().map(renamed).collect()
    }

    /// Are two lists of expressions the same? A name of the module that a function or class of this save has lost counts
    /// as the one that it has now: it leads to the same object.
    pub(super) fn same_expressions(
        &self,
        (old, before): (DefinitionId, &[ExprFacet]),
        (new, after): (DefinitionId, &[ExprFacet]),
    ) -> bool {
        let same = |(before, after): (&ExprFacet, &ExprFacet)| {
            before.fingerprint == after.fingerprint || {
                let texts = (
                    self.old.text_of(old, &before.range),
                    self.new.text_of(new, &after.range),
                );
                same_words(texts.0, texts.1, |word| self.renamed_in_module(word))
            }
        };
        before.len() == after.len() && before.iter().zip(after).all(same)
    }

    /// The new name of a function or class of the module that had this one.
    fn renamed_in_module(&self, name: &str) -> Option<String> {
        let children = self.old.module().children.iter();
        let mut named = children.filter(|child| self.old.get(**child).name.as_deref() == Some(name));
        let now = self.change.matching.new_of(*named.next()?)?;
        let is_renamed = self.new.get(now).name.as_deref() != Some(name);
        is_renamed.then(|| self.new.get(now).name.as_deref().map(str::to_owned))?
    }

    /// Do two functions, whose headers evaluate the same, differ in nothing but their names?
    pub(super) fn is_same_but_name(&self, old: DefinitionId, new: DefinitionId) -> bool {
        let (before, after) = (self.old.get(old), self.new.get(new));
        let (Some(old), Some(new)) = (before.facets.function(), after.facets.function()) else {
            return false;
        };
        let parameters = |facets: &FunctionFacets| -> Vec<_> {
            let parameters = facets.parameters.iter();
            parameters.map(|it| (it.name.clone(), it.kind)).collect()
        };
        before.name != after.name
            && before.kind == after.kind
            && old.body_fingerprint == new.body_fingerprint
            && parameters(old) == parameters(new)
    }

    /// The qualified names that change among pairs of code owners.
    pub(super) fn path_changes(&self, pairs: &[(DefinitionId, DefinitionId)]) -> Vec<PathChange> {
        let mut changes = Vec::new();
        for (old, new) in pairs {
            let (from, to) = (&self.old.get(*old).path, &self.new.get(*new).path);
            if from != to {
                changes.push(PathChange {
                    from: from.to_string(),
                    to: to.to_string(),
                });
            }
        }
        changes
    }
}

/// What a private name of a class (`__x`) begins with where it is bound; `None` where the name of the class has nothing
/// but underscores.
fn private_prefix(class: &Definition) -> Option<String> {
    let bare = class.name.as_deref()?.trim_start_matches('_');
    (!bare.is_empty()).then(|| format!("_{bare}__"))
}
