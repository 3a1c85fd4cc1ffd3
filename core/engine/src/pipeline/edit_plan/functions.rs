//! A function whose text changed.

use std::borrow::Cow;

use super::decorated::decorated_here;
use super::guard::When;
use super::headers::{header_update, inner_function};
use super::operation::{Action, RunStatement, UpdateCode};
use super::scope::Names;
use super::statements::{is_inert_decorator, is_quick};
use super::{EditCode, Outline, Place, Planner, Refusal, Rerun, Scope, Unit, reasons};
use crate::pipeline::definitions::{DefinitionId, DefinitionKind, DefinitionTree, ExprFacet, bound_once};

/// Decorators that can be taken off and put on without running code of the user: the old function is wrapped anew.
pub(super) const DESCRIPTORS: [&str; 3] = ["staticmethod", "classmethod", "property"];

impl Planner<'_> {
    pub(super) fn function(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        let (before, after) = (self.old.get(old), self.new.get(new));
        let (old_facets, new_facets) = (
            before.facets.function().expect("a function has function facets"),
            after.facets.function().expect("a function has function facets"),
        );
        let mut rewrap = None;
        let mut rerun = None;
        let is_made_anew = self.overloads.made_anew.contains(&new);
        if is_made_anew || !self.same_expressions((old, &old_facets.decorators), (new, &new_facets.decorators)) {
            let is_descriptor = |facet: &ExprFacet| DESCRIPTORS.contains(&decorator_name(facet).as_str());
            let name = self.new.bound_name(new).unwrap_or_default();
            if !is_made_anew
                && !place.scope.classes.is_empty()
                && !place.in_block
                && self.names.binder_count(&place.scope, &name) == 1
                && old_facets
                    .decorators
                    .iter()
                    .chain(&new_facets.decorators)
                    .all(is_descriptor)
            {
                rewrap = Some(new_facets.decorators.iter().map(decorator_name).collect());
            } else {
                match self.rerun(old, new, place) {
                    Ok(found) => rerun = Some(found),
                    Err(why) => return self.refuse(EditCode::FnDecorators, Some(old), Some(new), why),
                }
            }
        }
        let mut header = header_update(self.new, new, old_facets, new_facets, self.anew.annotations());
        if let Some(header) = &mut header {
            header.phase = self.header_phase(old_facets, new_facets, &place.scope);
            header.template.hides = self.names.bound_from(self.new, &place.scope, new);
        }
        let is_only_renamed =
            header.is_none() && rewrap.is_none() && rerun.is_none() && self.is_same_but_name(old, new);
        let is_unedited = self.is_same(old, new) || is_only_renamed;
        let edit = if is_unedited && rerun.is_some() {
            EditCode::Overloads
        } else if is_unedited && self.anew.is_future() {
            EditCode::Future
        } else if is_unedited {
            EditCode::Layout
        } else if rewrap.is_some() {
            EditCode::ClsMethod
        } else if rerun.is_some() {
            EditCode::FnDecorators
        } else if before.kind != after.kind {
            EditCode::FnKind
        } else if header.is_some() {
            EditCode::FnSignature
        } else if !new_facets.decorators.is_empty() {
            EditCode::FnDecoratedBody
        } else {
            EditCode::FnBody
        };
        let outline = Outline::of_definition(self.new, new);
        let pairs = self.pairs_of(&outline);
        if edit != EditCode::Layout {
            self.note_decorator(old, new, &pairs);
        }
        let update = UpdateCode {
            unit: Unit::of(self.new, new),
            scope: place.scope.clone(),
            binding: self.new.bound_name(new).map(Cow::into_owned),
            outline,
            header,
            rewrap,
            rerun,
            positions_only: edit == EditCode::Layout,
            decorators: new_facets.decorators.iter().map(decorator_name).collect(),
            inner: self.inner_functions(new, &pairs),
            bound_once: self.bound_once(old, &pairs),
            paths: self.path_changes(&pairs),
            pairs,
        };
        self.push(edit, Some(old), Some(new), Action::Update(Box::new(update)));
    }

    /// A definition or statement as it runs while the body of its class does.
    pub(super) fn unit_to_run(&self, id: DefinitionId, scope: &Scope) -> Unit {
        Unit::of(self.new, id).hiding(self.names.bound_from(self.new, scope, id))
    }

    /// How a `def` runs again whose decorators changed.
    fn rerun(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) -> Result<Rerun, Refusal> {
        let path = &self.new.get(new).path;
        let name = self.new.bound_name(new).unwrap_or_default().into_owned();
        let before = self.old_names.get_or_insert_with(|| Names::of(self.old));
        let is_decided = self.overloads.decide(&place.scope, &name);
        let is_only = before.binder_count(&place.scope, &name) == 1
            && self.names.binder_count(&place.scope, &name) == 1
            && (!place.in_block || self.is_alone(&name, place));
        if !(is_only || is_decided) || place.is_ambiguous || self.names.deleter(&place.scope, &name).is_some() {
            return Err(reasons::function_decorators(path));
        }
        let registrars = |tree: &DefinitionTree, id: DefinitionId| -> Vec<String> {
            let decorators = tree
                .get(id)
                .facets
                .function()
                .map_or(&[][..], |facets| &facets.decorators);
            let unknown = decorators.iter().filter(|decorator| !is_inert_decorator(decorator));
            let shown = |decorator: &ExprFacet| match &decorator.text {
                Some(text) => format!("`{text}`"),
                None => "a decorator".to_owned(),
            };
            unknown.map(shown).collect()
        };
        self.bound_late.insert((place.scope.clone(), name.clone()));
        Ok(Rerun {
            statement: RunStatement {
                binds: vec![name],
                outline: Outline::of_definition(self.new, new),
                is_definition: true,
                is_overwritten: self.overloads.overwritten.contains(&new),
                is_quick: is_quick(self.new.get(new)),
                ..RunStatement::late(self.unit_to_run(new, &place.scope), &place.scope)
            },
            is_conditional: place.in_block,
            guards: self
                .guards
                .iter()
                .filter(|guard| guard.when != When::Known)
                .copied()
                .collect(),
            old_registrars: registrars(self.old, old),
            registrars: registrars(self.new, new),
            is_heir: self.overloads.heirs.contains(&new),
        })
    }

    /// What is to be known of the functions and lambdas inside `outer`, one of the pairs.
    pub(super) fn inner_functions(
        &self,
        outer: DefinitionId,
        pairs: &[(DefinitionId, DefinitionId)],
    ) -> Vec<super::InnerFunction> {
        pairs
            .iter()
            .filter(|(_, new)| *new != outer)
            .filter_map(|(old, new)| inner_function(self.old, *old, self.new, *new, self.anew.annotations()))
            .collect()
    }

    /// The changed functions in a function whose names nothing else in it has bound, in the new tree.
    fn bound_once(&self, outer: DefinitionId, pairs: &[(DefinitionId, DefinitionId)]) -> Vec<DefinitionId> {
        let is_changed = |(old, new): &&(DefinitionId, DefinitionId)| {
            *old != outer
                && matches!(self.old.get(*old).kind, DefinitionKind::Function { .. })
                && !self.is_same(*old, *new)
        };
        let mut changed = pairs.iter().filter(is_changed).peekable();
        if changed.peek().is_none() {
            return Vec::new();
        }
        let names = bound_once(self.old, outer);
        let is_alone = |(old, _): &&(DefinitionId, DefinitionId)| {
            let name = self.old.get(*old).name.as_ref();
            name.is_some_and(|name| names.contains(&**name))
        };
        changed.filter(is_alone).map(|(_, new)| *new).collect()
    }

    /// Lists what a decorator decorated when its code outside the wrapper that it makes has changed.
    fn note_decorator(&mut self, old: DefinitionId, new: DefinitionId, pairs: &[(DefinitionId, DefinitionId)]) {
        let has_wrapper = pairs
            .iter()
            .any(|(_, inner)| *inner != new && matches!(self.new.get(*inner).kind, DefinitionKind::Function { .. }));
        if !has_wrapper || outside_wrappers(self.old, old) == outside_wrappers(self.new, new) {
            return;
        }
        let name = self.new.get(new).path.clone();
        let mut users = decorated_here(self.new, &name);
        users.extend(self.elsewhere.decorated_by(&self.change.module, &name));
        if !users.is_empty() {
            let why = reasons::decorator_outside_wrapper(&name, &users);
            self.refuse(EditCode::FnWrapper, None, Some(new), why);
        }
    }
}

/// The dotted name of a decorator; its text is of no use where it has none.
pub(super) fn decorator_name(facet: &ExprFacet) -> String {
    facet.text.clone().unwrap_or_default()
}

/// The words of a function without those of the functions nested in it.
fn outside_wrappers(tree: &DefinitionTree, id: DefinitionId) -> Vec<&str> {
    let definition = tree.get(id);
    let text = tree.source.text();
    let mut words = Vec::new();
    let mut at = definition.range.start as usize;
    for &child in &definition.children {
        let child = tree.get(child);
        if matches!(child.kind, DefinitionKind::Function { .. }) {
            words.extend(code_words(&text[at..child.range.start as usize]));
            at = child.range.end as usize;
        }
    }
    words.extend(code_words(&text[at..definition.range.end as usize]));
    words
}

/// Words of the lines that are not comments.
fn code_words(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(str::split_whitespace)
}
