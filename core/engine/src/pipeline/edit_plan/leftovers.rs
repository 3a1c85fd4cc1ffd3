//! What statements did that are gone from the text, besides binding names.
//!
//! An attribute that a statement set on a class of the module goes with the statement if nothing else sets it; what a
//! `del` has removed comes back by the statement that bound it, if that calls no code of the user: no state can be lost
//! where there is none. Everything else (calls, items, attributes of other objects) stays as it is, and is listed.

use super::dependents::assigns_attribute;
use super::scope::Names;
use super::statements::is_quick;
use super::{Action, EditCode, Place, Planner, Scope, first_line, reasons};
use crate::pipeline::definitions::{Definition, DefinitionId, DefinitionKind, Effects};

impl Planner<'_> {
    /// Takes back what a statement did that is gone, or has become `now`; lists what cannot be taken back.
    pub(super) fn take_back(&mut self, old: DefinitionId, now: Option<DefinitionId>, place: &Place) {
        let Some(facets) = self.old.get(old).facets.statement() else {
            return;
        };
        let (effects, deletes) = (facets.effects.clone(), facets.deletes.clone());
        if (effects.is_empty() && deletes.is_empty()) || self.has_arrived_elsewhere(old) {
            return;
        }
        let now = now.and_then(|now| self.new.get(now).facets.statement());
        // One that changed does its own anew.
        let mut is_left = effects.others && now.is_none_or(|now| !now.effects.others);
        for attribute in &effects.sets {
            is_left |= !self.unset(old, attribute, place);
        }
        for attribute in &effects.removes {
            let is_removed = |effects: &Effects| effects.removes.contains(attribute);
            is_left |= !self.is_still_done(is_removed)
                && !attribute_of_class(attribute).is_some_and(|(scope, name)| self.bring_back(&scope, &name, place));
        }
        for name in &deletes {
            is_left |= self.names.deleter(&place.scope, name).is_none() && !self.bring_back(&place.scope, name, place);
        }
        if is_left {
            self.list_leftover(old, place);
        }
    }

    /// Lists what the statements of a removed block did.
    pub(super) fn list_leftovers_of_block(&mut self, old: DefinitionId, place: &Place) {
        let has_effect = |it: &Definition| {
            let scope = self.old.enclosing_scope(it.id);
            let facets = it.facets.statement();
            scope == self.old.enclosing_scope(old)
                && facets.is_some_and(|facets| !facets.effects.is_empty() || !facets.deletes.is_empty())
                && !self.has_arrived_elsewhere(it.id)
        };
        if self.old.descendants(old).any(has_effect) {
            self.list_leftover(old, place);
        }
    }

    fn list_leftover(&mut self, old: DefinitionId, place: &Place) {
        let edit = match place.scope.classes.is_empty() {
            true => EditCode::Stmt,
            false => EditCode::ClsAttr,
        };
        let why = reasons::left_behind(edit, &first_line(self.old.text(old)));
        self.refuse(edit, Some(old), None, why);
    }

    /// Does the same statement stand elsewhere in the new text, where it runs?
    fn has_arrived_elsewhere(&self, old: DefinitionId) -> bool {
        let fingerprint = self.old.get(old).fingerprint;
        let mut all = self.new.definitions.iter();
        all.any(|it| it.fingerprint == fingerprint && self.change.matching.old_of(it.id).is_none())
    }

    /// Does any statement of the new text have such an effect?
    fn is_still_done(&self, has: impl Fn(&Effects) -> bool) -> bool {
        let mut all = self.new.definitions.iter();
        all.any(|it| it.facets.statement().is_some_and(|facets| has(&facets.effects)))
    }

    /// Takes an attribute away that nothing sets any more; false where it is not certain that this is all to do.
    fn unset(&mut self, old: DefinitionId, attribute: &str, place: &Place) -> bool {
        if self.is_still_done(|effects| effects.sets.iter().any(|set| set == attribute)) {
            return true;
        }
        let Some((scope, name)) = attribute_of_class(attribute).filter(|(scope, _)| self.is_plain_class(scope)) else {
            return false;
        };
        if self.names.binds(&scope, &name) {
            return self.bring_back(&scope, &name, place);
        }
        let is_set = |text: &str| assigns_attribute(text, &name, false);
        let others = self.elsewhere.running();
        let mut others = others.iter().filter(|text| text.module != self.change.module);
        if !self.is_unconditional(place) || is_set(self.new.source.text()) || others.any(|it| is_set(it.source.text()))
        {
            return false;
        }
        let action = Action::Unbind {
            scope: scope.clone(),
            names: vec![name],
            annotations: Vec::new(),
        };
        let mut operation = self.operation(EditCode::ClsAttr, Some(old), None, action);
        operation.name = scope.classes.join(".");
        self.operations.push(operation);
        true
    }

    /// Has the statement that binds a name run again, which gives the name its value back; false where the value may be
    /// another one, or state.
    fn bring_back(&mut self, scope: &Scope, name: &str, place: &Place) -> bool {
        if !self.names.binds(scope, name) {
            return true;
        }
        let Some(binder) = self.names.last_binder(scope, name) else {
            return false;
        };
        let is_new = |before: Option<DefinitionId>| before.is_none_or(|before| !self.is_same(before, binder));
        if is_new(self.change.matching.old_of(binder)) {
            return self.is_unconditional(place);
        }
        let is_certain = self.is_unconditional(place)
            && (scope.classes.is_empty() || self.is_plain_class(scope))
            && self.names.binder_count(scope, name) == 1
            && is_quick(self.new.get(binder));
        if is_certain {
            self.restored.insert(binder);
            let around = self.new.ancestors(binder).map(|around| around.id);
            self.opened.extend(around);
        }
        is_certain
    }

    /// Everything in this place runs whenever the file does, and before the classes of the file are walked.
    fn is_unconditional(&self, place: &Place) -> bool {
        place.scope.classes.is_empty() && !place.in_block && self.guards.is_empty() && !self.change.reexecute
    }

    /// Does the file define this class once, directly in its module or in another such class, now and before?
    fn is_plain_class(&self, scope: &Scope) -> bool {
        let Some(before) = &self.old_names else { return false };
        (1..=scope.classes.len()).all(|depth| {
            let (around, name) = (&scope.classes[..depth - 1], &scope.classes[depth - 1]);
            let around = Scope {
                classes: around.to_vec(),
            };
            let texts: [(&Names, _); 2] = [(&self.names, self.new), (before, self.old)];
            texts.into_iter().all(|(names, tree)| {
                let binders = names.binders(&around, name);
                names.binder_count(&around, name) == 1
                    && !names.is_touched_elsewhere(&around, name)
                    && binders.iter().all(|id| tree.get(*id).kind == DefinitionKind::Class)
                    && !binders.is_empty()
            })
        })
    }
}

/// `C.D.x`: the scope of `C.D`, and `x`.
fn attribute_of_class(attribute: &str) -> Option<(Scope, String)> {
    let (classes, name) = attribute.rsplit_once('.')?;
    let classes = classes.split('.').map(str::to_owned).collect();
    Some((Scope { classes }, name.to_owned()))
}
