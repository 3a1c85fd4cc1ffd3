//! Statements of modules and classes, new definitions, and deletions.

use super::bound_in_blocks::Lost;
use super::headers::same_defaults;
use super::operation::{Action, RunStatement, Scope, UpdateCode};
use super::reruns::is_import;
use super::scope::Names;
use super::{EditCode, Outline, Phase, Place, Planner, Refusal, Unit, contains_name, first_line, reasons};
use crate::pipeline::definitions::{
    Definition, DefinitionId, DefinitionKind, DefinitionTree, ExprFacet, Facets, ImportFacet, StatementKind,
};

/// Decorators that call no code of the user.
const INERT_DECORATORS: [&str; 10] = [
    "property",
    "staticmethod",
    "classmethod",
    "abstractmethod",
    "abc.abstractmethod",
    "functools.cached_property",
    "cached_property",
    "overload",
    "typing.overload",
    "override",
];

impl Planner<'_> {
    pub(super) fn statement(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        if self.overloads.made_anew.contains(&new) {
            return self.run(Some(old), new, place);
        }
        if self.is_same(old, new) {
            self.annotate_anew(old, new, place);
            return self.update_positions(old, new, place);
        }
        if self.differs_in_annotation(old, new, place) {
            self.change_annotation(old, new, place);
            return self.update_positions(old, new, place);
        }
        let shape = |tree: &DefinitionTree, id| {
            let facets = tree.get(id).facets.statement();
            facets.map(|facets| facets.lambda_free_fingerprint)
        };
        let owners = |tree: &DefinitionTree, id| Outline::of_definition(tree, id).len();
        if shape(self.old, old) == shape(self.new, new)
            && owners(self.old, old) == owners(self.new, new)
            && owners(self.new, new) > 0
            && self.all_owners_follow(new)
        {
            return self.update_owners(EditCode::FnLambda, old, new, place, false);
        }
        let is_listed = |kind| !self.runs_in_part(self.new.get(new), kind, false);
        if place.in_main_guard || place.is_ambiguous || place.partial.is_some_and(is_listed) {
            return self.refuse_in_block(Some(old), Some(new), place);
        }
        let facets = self.new.get(new).facets.statement();
        let is_continued = |name: &&String| !self.starts_anew(new, name, place);
        let read = facets.and_then(|facets| {
            let mut own = facets.binds.iter().filter(|name| facets.reads.contains(name));
            own.find(is_continued)
        });
        if let Some(name) = read {
            return self.refuse(EditCode::Stmt, Some(old), Some(new), reasons::reads_itself(name));
        }
        self.run(Some(old), new, place);
        self.note_emptied(old, new);
        self.take_back(old, Some(new), place);
        self.unstar(old, Some(new), place);
    }

    /// Can all lambdas and comprehensions of a statement get new code without running it? It evaluates the defaults of
    /// its lambdas.
    fn all_owners_follow(&self, new: DefinitionId) -> bool {
        Outline::of_definition(self.new, new).iter().all(|owner| {
            self.change.matching.old_of(owner.id).is_some_and(|old| {
                let (old, new) = (self.old.get(old), self.new.get(owner.id));
                match (old.facets.function(), new.facets.function()) {
                    (Some(old), Some(new)) => same_defaults(old, new),
                    _ => true,
                }
            })
        })
    }

    /// Same meaning, other text: new code objects for the lambdas and comprehensions of a statement, nothing runs. A
    /// comprehension that is no generator has run, and nothing runs its code again.
    pub(super) fn update_positions(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        let outline = Outline::of_definition(self.new, new);
        if outline
            .iter()
            .flat_map(Outline::walk)
            .any(|owner| !owner.may_be_inlined)
        {
            self.update_owners(EditCode::Layout, old, new, place, true);
        }
    }

    fn update_owners(&mut self, edit: EditCode, old: DefinitionId, new: DefinitionId, place: &Place, silent: bool) {
        let outline = Outline::of_definition(self.new, new);
        let pairs = self.pairs_of(&outline);
        // The defaults of the outermost lambdas are those of before, or the statement would run.
        let is_nested = |id| outline.iter().all(|owner| owner.id != id);
        let nested: Vec<_> = pairs.iter().copied().filter(|(_, new)| is_nested(*new)).collect();
        let paths = self.path_changes(&pairs);
        let update = UpdateCode {
            bound_once: Vec::new(),
            unit: Unit::of(self.new, new),
            scope: place.scope.clone(),
            binding: None,
            pairs,
            outline,
            header: None,
            rewrap: None,
            rerun: None,
            positions_only: silent,
            decorators: Vec::new(),
            inner: self.inner_functions(DefinitionId::MODULE, &nested),
            paths,
        };
        self.push(edit, Some(old), Some(new), Action::Update(Box::new(update)));
    }

    /// Pairs of code owners, outermost first.
    pub(super) fn pairs_of(&self, outline: &[Outline]) -> Vec<(DefinitionId, DefinitionId)> {
        outline
            .iter()
            .flat_map(Outline::walk)
            .filter_map(|owner| Some((self.change.matching.old_of(owner.id)?, owner.id)))
            .collect()
    }

    /// Runs a new or changed statement, or a new definition.
    pub(super) fn run(&mut self, old: Option<DefinitionId>, new: DefinitionId, place: &Place) {
        let definition = self.new.get(new);
        let binds = bound_names(self.new, new);
        // Where everything runs again, in order, the last binding wins as in a fresh start.
        for name in binds.iter().filter(|_| !self.change.reexecute) {
            if let Some(last) = self.last_binder(name, place)
                && last > new
                && !self.overloads.decide(&place.scope, name)
                && self
                    .change
                    .matching
                    .old_of(last)
                    .is_some_and(|old| self.is_same(old, last))
                && !self.imports_the_same(new, last, name)
                && !self.continue_chain(new, name, place)
            {
                if definition.kind == DefinitionKind::Statement(StatementKind::Docstring) {
                    // `def __doc__` below it: nothing is left of the docstring in a fresh start either.
                    return;
                }
                let line = self.new.get(last).first_line;
                return self.refuse(EditCode::Overloads, old, Some(new), reasons::bound_again(name, line));
            }
        }
        for name in binds.iter().filter(|_| !self.change.reexecute) {
            if let Some(deleter) = self.names.deleter(&place.scope, name).filter(|deleter| *deleter > new)
                && !self.restored.contains(&deleter)
                && self
                    .change
                    .matching
                    .old_of(deleter)
                    .is_some_and(|old| self.is_same(old, deleter))
            {
                let line = self.new.get(deleter).first_line;
                let edit = match place.scope.classes.is_empty() {
                    true => EditCode::Stmt,
                    false => EditCode::ClsAttr,
                };
                return self.refuse(edit, old, Some(new), reasons::deleted_again(edit, name, line));
            }
        }
        if let Some((name, line)) = self.reads_deleted(new, &place.scope) {
            let edit = match place.scope.classes.is_empty() {
                true => EditCode::Stmt,
                false => EditCode::ClsAttr,
            };
            let what = first_line(self.new.text(new));
            return self.refuse(edit, old, Some(new), reasons::reads_deleted(edit, &what, &name, line));
        }
        if let Some(old) = old.filter(|_| !self.change.reexecute) {
            for name in self.names_before(old) {
                if !binds.contains(&name)
                    && !self.overloads.decide(&place.scope, &name)
                    && self.was_last_binder(old, &name, place)
                {
                    let why = reasons::last_binding_removed(&name);
                    return self.refuse(EditCode::Overloads, Some(old), Some(new), why);
                }
            }
        }
        let unbound = old.map_or_else(Vec::new, |old| self.names_before(old)).into_iter();
        let (unbinds, kept): (Vec<String>, Vec<String>) = unbound
            .filter(|name| !binds.contains(name))
            .partition(|name| self.is_unbound(name, place));
        let edit = match (&definition.kind, place.scope.classes.is_empty()) {
            (DefinitionKind::Function { .. }, false) => EditCode::ClsMethod,
            (DefinitionKind::Function { .. } | DefinitionKind::Class, _) => EditCode::Add,
            (_, false) => EditCode::ClsAttr,
            _ => EditCode::Stmt,
        };
        if let Some(old) = old {
            let names = kept
                .into_iter()
                .filter(|name| self.is_bound_in_blocks_only(name, place));
            self.lose(Lost::of(old, edit, names.collect()), place);
        }
        let heir_of = self.left_for(new);
        let phase = match heir_of.is_empty() {
            true => self.phase_in_order(definition, &binds, place),
            // What its name leads to is known once the rest is committed.
            false => {
                let late = binds.iter().map(|name| (place.scope.clone(), name.clone()));
                self.bound_late.extend(late);
                Phase::Late
            }
        };
        self.note_run(new, &binds, place);
        let statement = RunStatement {
            binds,
            unbinds,
            unannotates: old.map_or_else(Vec::new, |old| self.unannotated(old, place)),
            phase,
            outline: Outline::of_definition(self.new, new),
            is_definition: matches!(definition.kind, DefinitionKind::Function { .. } | DefinitionKind::Class),
            is_overwritten: self.overloads.overwritten.contains(&new),
            keeps: self.bound_behind_star(new, place),
            is_quick: is_quick(definition),
            heir_of,
            partial: self.why_in_part(new, place).map(Box::new),
            ..RunStatement::late(self.unit_to_run(new, &place.scope), &place.scope)
        };
        self.push(edit, old, Some(new), Action::Run(Box::new(statement)));
    }

    /// Do two statements import the same thing under a name? Then it has the same value, whichever of them runs.
    fn imports_the_same(&self, one: DefinitionId, other: DefinitionId, name: &str) -> bool {
        let import = |id: DefinitionId| {
            let mut imports = self.new.get(id).facets.statement()?.imports.iter();
            imports.rfind(|import| import.bound_as == name)
        };
        import(one).is_some_and(|import_of_one| import(other) == Some(import_of_one) && import_of_one.name.is_some())
            || (imports_below(self.new, one, name) && imports_below(self.new, other, name))
    }

    /// The phase of a statement among those that run with it: what reads or binds again a name of a late statement must
    /// come after it.
    fn phase_in_order(&mut self, definition: &Definition, binds: &[String], place: &Place) -> Phase {
        let mut reads = header_reads(definition);
        // A name is deleted after what reads it.
        reads.extend(
            definition
                .facets
                .statement()
                .into_iter()
                .flat_map(|facets| &facets.deletes),
        );
        // What another file of the batch binds is there, and new, only after the commit.
        let imports = definition.facets.statement().map_or(&[][..], |facets| &facets.imports);
        let phase = match phase(definition) {
            Phase::Early if place.is_late => Phase::Late,
            Phase::Early if self.is_made_late(definition.id, binds, place) => Phase::Late,
            Phase::Early if self.batch.is_imported(self.change, imports) => Phase::Late,
            Phase::Early if reads.iter().any(|name| self.may_follow(name, &place.scope)) => Phase::Late,
            Phase::Early if reads.iter().any(|name| self.is_bound_aside(name, &place.scope)) => Phase::Late,
            Phase::Early
                if reads
                    .into_iter()
                    .chain(binds)
                    .any(|name| self.is_bound_late(name, place)) =>
            {
                Phase::Late
            }
            phase => phase,
        };
        if phase == Phase::Late {
            self.bound_late
                .extend(binds.iter().map(|name| (place.scope.clone(), name.clone())));
        } else if place.scope.classes.is_empty() {
            self.bound_aside.extend(binds.iter().cloned());
        }
        phase
    }

    /// Does a name that is read in the body of a class get its new value aside, until the commit?
    pub(super) fn is_bound_aside(&self, name: &str, scope: &Scope) -> bool {
        !scope.classes.is_empty() && self.names.last_binder(scope, name).is_none() && self.bound_aside.contains(name)
    }

    /// Does a statement that runs after the commit bind the name that is read here?
    pub(super) fn is_bound_late(&self, name: &str, place: &Place) -> bool {
        let late = |scope: &Scope| self.bound_late.contains(&(scope.clone(), name.to_owned()));
        late(&place.scope) || late(&Scope::default())
    }

    /// The last statement of the new text that binds the name directly in the scope, or in the branch around this place.
    fn last_binder(&self, name: &str, place: &Place) -> Option<DefinitionId> {
        let direct = self.names.last_binder(&place.scope, name);
        let beside = self.last_of_branch(self.names.block_binders(&place.scope, name), place);
        direct.max(beside)
    }

    /// Does nothing bind the name any more, where a statement in this place does not? Of the branches of an `if` or `match`
    /// around it only its own counts.
    fn is_unbound(&self, name: &str, place: &Place) -> bool {
        if !self.names.binds(&place.scope, name) {
            return true;
        }
        if place.branch.is_none()
            || self.names.last_binder(&place.scope, name).is_some()
            || self.names.is_touched_elsewhere(&place.scope, name)
        {
            return false;
        }
        let binders = self.names.block_binders(&place.scope, name);
        self.compatible(binders, place).next().is_none()
    }

    /// Is the definition of a name in a branch the only one that can have run, if its branch did?
    pub(super) fn is_alone(&self, name: &str, place: &Place) -> bool {
        let mut together = self.compatible(self.names.block_binders(&place.scope, name), place);
        let is_its = |binder: DefinitionId| self.new.get(binder).parent == place.branch;
        place.branch.is_some()
            && self.names.last_binder(&place.scope, name).is_none()
            && !self.names.is_touched_elsewhere(&place.scope, name)
            && together.next().is_some_and(is_its)
            && together.next().is_none()
    }

    /// What is said of a name that a removed definition has bound last. Of a block all would count as running if it were
    /// held back for that.
    pub(super) fn last_binding_removed(&self, id: DefinitionId, name: &str) -> Refusal {
        match self.old.get(id).kind {
            DefinitionKind::Block(_) => reasons::last_block_removed(name),
            _ => reasons::last_binding_removed(name),
        }
    }

    /// Removes the names of a deleted statement or definition that nothing binds any more.
    pub(super) fn unbind(&mut self, id: DefinitionId, place: &Place) {
        let definition = self.old.get(id);
        let edit = match (&definition.kind, place.scope.classes.is_empty()) {
            (DefinitionKind::Function { .. } | DefinitionKind::Class, true) => EditCode::Delete,
            (DefinitionKind::Function { .. } | DefinitionKind::Class, false) => EditCode::ClsMethod,
            (_, true) => EditCode::Stmt,
            (_, false) => EditCode::ClsAttr,
        };
        let (mut names, mut lost) = (Vec::new(), Vec::new());
        for name in self.names_before(id) {
            if self.is_unbound(&name, place) {
                names.push(name);
            } else if self.is_bound_in_blocks_only(&name, place) {
                lost.push(name);
            } else if !self.overloads.decide(&place.scope, &name) && self.was_last_binder(id, &name, place) {
                let why = self.last_binding_removed(id, &name);
                let is_note = why.is_note;
                self.refuse(EditCode::Overloads, Some(id), None, why);
                if !is_note {
                    return;
                }
            }
        }
        let decorators = definition
            .facets
            .function()
            .map_or(&[][..], |facets| &facets.decorators);
        if names.is_empty() && lost.is_empty() && !decorators.iter().all(is_inert_decorator) {
            let why = reasons::left_registered(&definition.path);
            self.refuse(EditCode::Overloads, Some(id), None, why);
        }
        let scope = place.scope.clone();
        let annotations = self.unannotated(id, place);
        if !lost.is_empty() {
            let lost = Lost {
                gone: names,
                annotations,
                ..Lost::of(id, edit, lost)
            };
            return self.lose(lost, place);
        }
        let action = Action::Unbind {
            scope,
            names,
            annotations,
        };
        self.push(edit, Some(id), None, action);
    }

    /// The names that an old statement annotates, or those in an old block, where nothing annotates them any more.
    pub(super) fn unannotated(&self, old: DefinitionId, place: &Place) -> Vec<String> {
        let mut names = annotated_names(self.old, old);
        names.retain(|name| !self.names.annotates(&place.scope, name));
        names
    }

    /// Lists names whose last binding is another one than before, although nothing was run: the file was reordered.
    pub(super) fn note_reordered(&mut self) {
        let last: Vec<_> = self
            .names
            .bound_twice()
            .map(|(scope, name, id)| (scope.clone(), name.to_owned(), id))
            .collect();
        if last.is_empty() {
            return;
        }
        let before = Names::of(self.old);
        for (scope, name, last) in last {
            let won = before
                .last_binder(&scope, &name)
                .filter(|_| !self.overloads.decide(&scope, &name));
            let Some(won) = won else {
                continue;
            };
            let is_run = self.operations.iter().any(|operation| operation.new == Some(last));
            let has_moved = self.change.matching.old_of(last).is_some_and(|old| old != won)
                && self.change.matching.new_of(won).is_some_and(|now| now < last);
            let is_package = imports_below(self.old, won, &name) && imports_below(self.new, last, &name);
            if has_moved && !is_run && !is_package {
                let line = self.new.get(last).first_line;
                self.refuse(
                    EditCode::Overloads,
                    Some(won),
                    Some(last),
                    reasons::reordered(&name, line),
                );
            }
        }
    }

    /// Was this the definition whose value the name has, while what remains was bound earlier and stays unrun?
    fn was_last_binder(&self, id: DefinitionId, name: &str, place: &Place) -> bool {
        // `import a.b` and `import a.c` bind the same module.
        if self.old.get(id).kind == DefinitionKind::Statement(StatementKind::Import) {
            return false;
        }
        let Some(last) = self.last_binder(name, place) else {
            return false;
        };
        self.change
            .matching
            .old_of(last)
            .is_some_and(|remaining| remaining < id && self.is_same(remaining, last))
    }
}

/// The names that a direct child of a scope binds there.
pub(super) fn bound_names(tree: &DefinitionTree, id: DefinitionId) -> Vec<String> {
    if tree.get(id).kind == DefinitionKind::Statement(StatementKind::Docstring) {
        return vec!["__doc__".to_owned()];
    }
    tree.binds(id).into_iter().map(|name| name.into_owned()).collect()
}

/// Does a statement import a name and modules below it, as `import a.b` does? All such statements bind `a` to one package.
fn imports_below(tree: &DefinitionTree, id: DefinitionId, name: &str) -> bool {
    let imports = tree
        .get(id)
        .facets
        .statement()
        .map_or(&[][..], |facets| &facets.imports);
    let mut bound = imports.iter().filter(|import| import.bound_as == name).peekable();
    let is_below = |import: &ImportFacet| import.name.is_none() && import.module.split('.').next() == Some(name);
    // `import a.b as a` binds another module.
    bound.peek().is_some() && bound.all(is_below) && !contains_name(tree.text(id), "as")
}

/// The name that a statement annotates.
pub(super) fn annotated_name(tree: &DefinitionTree, id: DefinitionId) -> Option<String> {
    tree.get(id).facets.statement()?.annotates.clone()
}

/// The name that a statement annotates, and those that the statements in a block or branch do.
pub(super) fn annotated_names(tree: &DefinitionTree, id: DefinitionId) -> Vec<String> {
    let definition = tree.get(id);
    match definition.kind {
        DefinitionKind::Block(_) | DefinitionKind::Branch => {
            let inside = definition.children.iter();
            inside.flat_map(|child| annotated_names(tree, *child)).collect()
        }
        _ => annotated_name(tree, id).into_iter().collect(),
    }
}

/// The names that are read when a statement runs; of a `def` by its header.
pub(super) fn header_reads(definition: &Definition) -> Vec<&String> {
    match &definition.facets {
        Facets::Statement(facets) => facets.reads.iter().collect(),
        Facets::Function(facets) => {
            let defaults = facets
                .parameters
                .iter()
                .flat_map(|it| it.default.iter().chain(&it.annotation));
            let header = facets.decorators.iter().chain(defaults).chain(&facets.returns);
            header.flat_map(|facet| &facet.reads).collect()
        }
        _ => Vec::new(),
    }
}

/// A statement that can call code of the user runs late: it may call what this save changes.
pub(super) fn phase(definition: &Definition) -> Phase {
    let is_inert = match (&definition.kind, &definition.facets) {
        (DefinitionKind::Function { .. }, Facets::Function(facets)) => {
            facets.decorators.iter().all(is_inert_decorator)
                && facets
                    .parameters
                    .iter()
                    .flat_map(|parameter| parameter.default.iter().chain(&parameter.annotation))
                    .chain(&facets.returns)
                    .all(|facet| facet.is_inert)
        }
        (DefinitionKind::Statement(StatementKind::ImportFrom), Facets::Statement(facets)) => !facets.binds_star,
        (DefinitionKind::Statement(StatementKind::Import | StatementKind::Docstring), _) => true,
        (DefinitionKind::Statement(_), Facets::Statement(facets)) => facets.is_inert,
        // A class runs late even when it is inert: its body would not see what the batch binds in a scratch namespace.
        _ => false,
    };
    if is_inert { Phase::Early } else { Phase::Late }
}

/// Is it done at once? What calls code of the user may never return, and so may an import, which runs a whole module.
pub(super) fn is_quick(definition: &Definition) -> bool {
    phase(definition) == Phase::Early && !is_import(definition)
}

pub(super) fn is_inert_decorator(decorator: &ExprFacet) -> bool {
    decorator.text.as_deref().is_some_and(|name| {
        INERT_DECORATORS.contains(&name) || [".setter", ".getter", ".deleter"].iter().any(|end| name.ends_with(end))
    })
}
