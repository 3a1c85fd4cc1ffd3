//! Star-imports: what one that goes has bound goes with it, and one that comes does not hide what is bound behind it.

use serde::Serialize;

use super::operation::Action;
use super::{EditCode, Place, Planner, Scope};
use crate::pipeline::definitions::{Definition, DefinitionId, DefinitionTree};

/// A star-import that is gone from a module.
#[derive(Debug, Serialize)]
pub struct Unstar {
    /// What it imported from.
    pub from: StarImport,
    /// Names that something else in the module binds.
    pub kept: Vec<String>,
    /// The star-imports that the module has now.
    pub others: Vec<StarImport>,
}

/// What `from m import *` names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StarImport {
    /// As written, without the leading dots.
    pub module: String,
    /// Number of leading dots.
    pub level: u32,
}

impl Planner<'_> {
    /// Plans the removal of the names of a star-import that is gone, or has become `now`.
    pub(super) fn unstar(&mut self, old: DefinitionId, now: Option<DefinitionId>, place: &Place) {
        let Some(from) = star_of(self.old.get(old)) else {
            return;
        };
        if now.and_then(|now| star_of(self.new.get(now))).as_ref() == Some(&from) || !place.scope.classes.is_empty() {
            return;
        }
        if self.stars.contains(&from) {
            return;
        }
        let unstar = Unstar {
            from,
            kept: self.names.all(&Scope::default()),
            others: self.stars.clone(),
        };
        self.push(EditCode::Stmt, Some(old), now, Action::Unstar(Box::new(unstar)));
    }

    /// May a star-import of the file bring names that another file of the batch changes?
    pub(super) fn has_star_of_batch(&self) -> bool {
        let mut stars = self.stars.iter();
        stars.any(|star| self.batch.has_star_of(self.change, star))
    }

    /// The names that statements behind a star-import have bound, which do not run again: theirs is the value.
    pub(super) fn bound_behind_star(&self, new: DefinitionId, place: &Place) -> Vec<String> {
        if star_of(self.new.get(new)).is_none() || self.change.reexecute {
            return Vec::new();
        }
        let scope = &place.scope;
        let is_behind = |name: &String| {
            let last = self
                .names
                .last_binder(scope, name)
                .max(self.names.block_binders(scope, name).last().copied());
            last.is_some_and(|last| last > new && self.change.matching.old_of(last).is_some())
        };
        self.names.all(scope).into_iter().filter(is_behind).collect()
    }
}

/// All star-imports of a file, those in blocks included.
pub(super) fn stars(tree: &DefinitionTree) -> Vec<StarImport> {
    tree.definitions.iter().filter_map(star_of).collect()
}

fn star_of(definition: &Definition) -> Option<StarImport> {
    let facets = definition.facets.statement().filter(|facets| facets.binds_star)?;
    let import = facets.imports.first()?;
    Some(StarImport {
        module: import.module.clone(),
        level: import.level,
    })
}
