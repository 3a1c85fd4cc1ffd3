//! The header of a function: what its `def` evaluates, and how live functions get it.

use super::Planner;
use super::Unit;
use super::functions::decorator_name;
use super::operation::{DefaultSource, HeaderUpdate, InnerDefault, InnerFunction, InnerSource, Phase, Scope};
use crate::pipeline::definitions::{
    DefinitionId, DefinitionKind, DefinitionTree, ExprFacet, FunctionFacets, Parameter, ParameterKind,
};

fn print(facet: &Option<ExprFacet>) -> Option<u64> {
    facet.as_ref().map(|facet| facet.fingerprint)
}

fn prints(facets: &[ExprFacet]) -> Vec<u64> {
    facets.iter().map(|facet| facet.fingerprint).collect()
}

/// What of the header must be made anew; `None` when it is the same. `annotations_anew`: they mean something else than
/// before, although their text is the same.
pub(super) fn header_update(
    tree: &DefinitionTree,
    id: DefinitionId,
    old: &FunctionFacets,
    new: &FunctionFacets,
    annotations_anew: bool,
) -> Option<HeaderUpdate> {
    let old_default = |name: &str| default_of(old, name);
    let sources = |keyword_only: bool| -> Vec<DefaultSource> {
        with_default(&new.parameters, keyword_only)
            .map(|parameter| DefaultSource {
                parameter: tree.mangled(id, &parameter.name).into_owned(),
                evaluate: old_default(&parameter.name) != print(&parameter.default),
            })
            .collect()
    };
    let (defaults, keyword_defaults) = (sources(false), sources(true));
    let defaults_changed = defaults.iter().chain(&keyword_defaults).any(|source| source.evaluate)
        || defaulted(old, false) != defaulted(new, false)
        || defaulted(old, true) != defaulted(new, true);
    let annotations_changed = annotations(old) != annotations(new) || (annotations_anew && has_annotations(new));
    let docstring_changed = print(&old.docstring) != print(&new.docstring);
    let type_params_changed = print(&old.type_params) != print(&new.type_params);
    if !(defaults_changed || annotations_changed || docstring_changed || type_params_changed) {
        return None;
    }
    let kept: Vec<_> = new
        .parameters
        .iter()
        .filter(|parameter| old_default(&parameter.name) == print(&parameter.default))
        .filter_map(|parameter| Some(tree.absolute(id, &parameter.default.as_ref()?.range)))
        .collect();
    let changed_default = |parameter: &&Parameter| old_default(&parameter.name) != print(&parameter.default);
    let defaults_anew = new.parameters.iter().filter(changed_default);
    let annotated = new
        .parameters
        .iter()
        .filter_map(|parameter| parameter.annotation.as_ref());
    let evaluated = defaults_anew.filter_map(|parameter| parameter.default.as_ref());
    let mut evaluated = evaluated.chain(annotated).chain(&new.returns);
    Some(HeaderUpdate {
        template: Unit::template(tree, id, tree.absolute(id, &new.header_range).start, &kept),
        defaults,
        keyword_defaults,
        defaults_changed,
        annotations_changed,
        docstring_changed,
        type_params_changed,
        phase: Phase::Early,
        is_quick: evaluated.all(|facet| facet.is_inert),
    })
}

impl Planner<'_> {
    /// A header that reads what this save makes new after the commit (a default that calls an edited function, a name
    /// from another file of the batch) can only be evaluated then.
    pub(super) fn header_phase(&self, old: &FunctionFacets, new: &FunctionFacets, scope: &Scope) -> Phase {
        let changed_default = |parameter: &&Parameter| default_of(old, &parameter.name) != print(&parameter.default);
        let defaults = new.parameters.iter().filter(changed_default);
        let mut defaults = defaults.filter_map(|it| it.default.as_ref()).flat_map(|it| &it.reads);
        let annotations = new.parameters.iter().filter_map(|it| it.annotation.as_ref());
        let mut annotations = annotations.chain(&new.returns).flat_map(|it| &it.reads);
        let is_late = defaults.any(|name| self.is_new_late(name, scope, true))
            || annotations.any(|name| self.is_new_late(name, scope, false));
        if is_late { Phase::Late } else { Phase::Early }
    }

    /// `when_edited`: also where the name goes on to mean the same function or class, with new code.
    fn is_new_late(&self, name: &str, scope: &Scope, when_edited: bool) -> bool {
        let module = Scope::default();
        let scopes = [scope, &module];
        if scopes
            .iter()
            .any(|scope| self.bound_late.contains(&((*scope).clone(), name.to_owned())))
            || self.is_bound_aside(name, scope)
        {
            return true;
        }
        let binder = scopes.iter().find_map(|scope| self.names.last_binder(scope, name));
        let is_edited = binder.is_some_and(|binder| {
            let is_definition = matches!(
                self.new.get(binder).kind,
                DefinitionKind::Function { .. } | DefinitionKind::Class
            );
            let old = self.change.matching.old_of(binder);
            is_definition && !old.is_some_and(|old| self.is_same(old, binder))
        });
        (when_edited && is_edited) || self.may_follow(name, scope)
    }
}

fn with_default(parameters: &[Parameter], keyword_only: bool) -> impl Iterator<Item = &Parameter> {
    parameters.iter().filter(move |parameter| {
        parameter.default.is_some() && (parameter.kind == ParameterKind::KeywordOnly) == keyword_only
    })
}

/// The parameters with a default, in order.
pub(super) fn defaulted(facets: &FunctionFacets, keyword_only: bool) -> Vec<&str> {
    with_default(&facets.parameters, keyword_only)
        .map(|parameter| parameter.name.as_str())
        .collect()
}

/// The fingerprint of the default of a parameter.
fn default_of(facets: &FunctionFacets, name: &str) -> Option<u64> {
    let parameter = facets.parameters.iter().find(|parameter| parameter.name == name);
    parameter.and_then(|parameter| print(&parameter.default))
}

/// In the order in which they are evaluated: positional-only parameters come behind the others that are positional
/// (Python/compile.c, `compiler_visit_annotations`).
fn annotations(facets: &FunctionFacets) -> (Vec<(&str, Option<u64>)>, Option<u64>) {
    let parameters = facets.parameters.iter().filter(|it| it.annotation.is_some());
    let (behind, first): (Vec<_>, Vec<_>) = parameters.partition(|it| it.kind != ParameterKind::Positional);
    let all = first.into_iter().chain(behind);
    let printed = all.map(|it| (it.name.as_str(), print(&it.annotation)));
    (printed.collect(), print(&facets.returns))
}

fn has_annotations(facets: &FunctionFacets) -> bool {
    facets.returns.is_some() || facets.parameters.iter().any(|parameter| parameter.annotation.is_some())
}

/// Do two functions evaluate the same defaults and store them in the same order?
pub(super) fn same_defaults(old: &FunctionFacets, new: &FunctionFacets) -> bool {
    [false, true].into_iter().all(|keyword_only| {
        defaulted(old, keyword_only) == defaulted(new, keyword_only)
            && with_default(&new.parameters, keyword_only)
                .all(|parameter| default_of(old, &parameter.name) == print(&parameter.default))
    })
}

/// The parameters whose default has the same text, as `co_varnames` has them, with the names that the text reads.
pub(super) fn kept_defaults(
    tree: &DefinitionTree,
    id: DefinitionId,
    old: &FunctionFacets,
    new: &FunctionFacets,
) -> Vec<(String, Vec<String>)> {
    let parameters = new
        .parameters
        .iter()
        .filter_map(|it| Some((&it.name, it.default.as_ref()?)));
    let kept = parameters.filter(|(name, default)| default_of(old, name) == Some(default.fingerprint));
    kept.map(|(name, default)| (tree.mangled(id, name).into_owned(), default.reads.clone()))
        .collect()
}

/// What of a nested function can follow where closures of it live; `None` where there is nothing to do.
pub(super) fn inner_function(
    old_tree: &DefinitionTree,
    old: DefinitionId,
    tree: &DefinitionTree,
    new: DefinitionId,
    annotations_anew: bool,
) -> Option<InnerFunction> {
    let (before, after) = (old_tree.get(old).facets.function()?, tree.get(new).facets.function()?);
    let inner = InnerFunction {
        new,
        name: tree.get(new).path.to_string(),
        decorators: after.decorators.iter().map(decorator_name).collect(),
        defaults: inner_defaults(tree, new, before, after, false),
        keyword_defaults: inner_defaults(tree, new, before, after, true),
        defaults_changed: !same_defaults(before, after),
        docstring_changed: print(&before.docstring) != print(&after.docstring),
        decorators_changed: prints(&before.decorators) != prints(&after.decorators),
        annotations_changed: annotations(before) != annotations(after)
            || (annotations_anew && has_annotations(after))
            || print(&before.type_params) != print(&after.type_params),
        annotations: annotations_alone(tree, new, before, after),
    };
    let is_worth_it = inner.decorators_changed
        || !inner.decorators.is_empty()
        || inner.defaults_changed
        || inner.docstring_changed
        || inner.annotations_changed;
    is_worth_it.then_some(inner)
}

/// The header of a nested function by itself, without its defaults, if evaluating its annotations reads nothing.
fn annotations_alone(
    tree: &DefinitionTree,
    id: DefinitionId,
    old: &FunctionFacets,
    new: &FunctionFacets,
) -> Option<Unit> {
    let is_text = tree
        .module()
        .facets
        .module()?
        .future
        .iter()
        .any(|it| it == "annotations");
    let annotated = new.parameters.iter().filter_map(|it| it.annotation.as_ref());
    let mut annotated = annotated.chain(&new.returns);
    let is_private = |parameter: &Parameter| parameter.name.starts_with("__");
    let reads = !is_text && !annotated.all(|it| it.is_inert && it.reads.is_empty());
    if reads || old.type_params.is_some() || new.type_params.is_some() || new.parameters.iter().any(is_private) {
        return None;
    }
    let defaults = new.parameters.iter().filter_map(|it| it.default.as_ref());
    let mut defaults: Vec<_> = defaults.map(|it| it.range.clone()).collect();
    defaults.sort_by_key(|range| range.start);
    let (mut source, mut at) = (String::new(), new.header_range.start);
    for default in defaults {
        source.push_str(tree.text_of(id, &(at..default.start)));
        source.push('0');
        at = default.end;
    }
    source.push_str(tree.text_of(id, &(at..new.header_range.end)));
    source.push_str(" pass\n");
    Some(Unit::of_text(source))
}

fn inner_defaults(
    tree: &DefinitionTree,
    id: DefinitionId,
    old: &FunctionFacets,
    new: &FunctionFacets,
    keyword_only: bool,
) -> Vec<InnerDefault> {
    let source = |parameter: &Parameter| {
        let Some(default) = &parameter.default else {
            return InnerSource::OutOfReach;
        };
        let text = tree.text_of(id, &default.range);
        if default_of(old, &parameter.name) == Some(default.fingerprint) {
            InnerSource::Kept
        // A lambda would get another name and other lines.
        } else if default.reads.is_empty() && default.is_inert && !text.contains("lambda") {
            InnerSource::Literal(text.to_owned())
        } else {
            InnerSource::OutOfReach
        }
    };
    with_default(&new.parameters, keyword_only)
        .map(|parameter| InnerDefault {
            parameter: tree.mangled(id, &parameter.name).into_owned(),
            source: source(parameter),
        })
        .collect()
}
