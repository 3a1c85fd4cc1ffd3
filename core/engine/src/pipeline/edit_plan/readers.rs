//! The statements, headers and imports of one text that read a name when they run.

use super::anew::annotations_are_text;
use super::dependents::{Follow, ScopedName, Text, value_of};
use super::importers::module_meant;
use super::statements::bound_names;
use super::{Scope, Unit};
use crate::pipeline::definitions::{
    BranchKind, ComprehensionKind, Definition, DefinitionId, DefinitionKind, DefinitionTree, ExprFacet, Facets,
    StatementKind,
};

/// One of them.
pub(super) struct Reader {
    /// The definition that it is a part of.
    pub id: DefinitionId,
    /// Where it runs.
    pub scope: Scope,
    /// What follows from another value.
    pub follow: Follow,
}

/// How a module reads a name.
pub(super) enum ReadAs {
    /// It is its own: reads of this name in this scope, and in the classes inside that do not bind it.
    Own(Scope, String),
    /// It imports it.
    Imported {
        /// `from m import name`: the module's own spelling of the module, and the name.
        bound: Vec<(DefinitionId, String)>,
        /// `from m import *`.
        stars: Vec<DefinitionId>,
        /// `import m`: dotted spellings of the name, such as `m.name`.
        dotted: Vec<String>,
    },
}

/// How it does.
pub(super) fn read_as(text: &Text, name: &ScopedName) -> ReadAs {
    if text.module == name.module {
        return ReadAs::Own(name.scope.clone(), name.name.clone());
    }
    let (mut bound, mut stars, mut dotted) = (Vec::new(), Vec::new(), Vec::new());
    let imports = match name.scope.classes.is_empty() {
        true => text.imports(),
        false => &[],
    };
    for definition in imports.iter().map(|id| text.tree.get(*id)) {
        let Facets::Statement(facets) = &definition.facets else {
            continue;
        };
        for import in &facets.imports {
            let is_it = |module: &str| module_meant(&text.module, &text.path, module, import.level, &name.module);
            match &import.name {
                Some(star) if star == "*" && is_it(&import.module) => {
                    // What the module binds itself behind the import hides what the import gives.
                    let own = text.names.last_binder(&Scope::default(), &name.name);
                    if own.is_none_or(|own| own < definition.id) {
                        stars.push(definition.id);
                    }
                }
                Some(imported) if *imported == name.name && is_it(&import.module) => {
                    bound.push((definition.id, import.bound_as.clone()));
                }
                Some(imported) => {
                    let module = match import.module.is_empty() {
                        true => imported.clone(),
                        false => format!("{}.{imported}", import.module),
                    };
                    if is_it(&module) {
                        dotted.push(format!("{}.{}", import.bound_as, name.name));
                    }
                }
                None if is_it(&import.module) && import.module.split('.').next() == Some(&import.bound_as) => {
                    dotted.push(format!("{}.{}", import.module, name.name));
                }
                None if is_it(&import.module) => dotted.push(format!("{}.{}", import.bound_as, name.name)),
                None => {}
            }
        }
    }
    ReadAs::Imported { bound, stars, dotted }
}

const READ_WHEN_IT_RAN: &str = "it read the old value when it ran, and does not run again";
const DECORATOR: &str = "its decorator read the old value, and does not run again";
const BASES: &str = "the class was made with the old value";
const TEST: &str = "the block chose with the old value, and does not choose again";
const DEFAULT: &str = "its default was computed from the old value by more than names, literals and operators";

/// What is listed wherever it stands.
fn stale(why: &'static str) -> Follow {
    Follow::Stale { why, binds: Vec::new() }
}

/// All readers of a name in a text, in its order. `run_stale`: what they call does not keep them from following.
pub(super) fn readers(text: &Text, read_as: &ReadAs, run_stale: bool) -> Vec<Reader> {
    match read_as {
        ReadAs::Own(scope, name) => {
            let is_it = |read: &str, inside: &Scope| {
                read == name && (inside == scope || (scope.classes.is_empty() && !text.names.binds(inside, name)))
            };
            let mut found = reading(text, &is_it, name, run_stale);
            if !scope.classes.is_empty() {
                found.extend(reading_dotted(
                    text,
                    &format!("{}.{name}", scope.classes.join(".")),
                    run_stale,
                ));
            }
            found
        }
        ReadAs::Imported { bound, stars, dotted } => {
            let mut found = Vec::new();
            for (id, name) in bound {
                let Some(scope) = scope_of(&text.tree, *id).filter(|_| !is_run(text, *id)) else {
                    continue;
                };
                let is_only = is_only(text, *id, &scope, name);
                found.push(Reader {
                    id: *id,
                    scope,
                    follow: Follow::Import {
                        name: name.clone(),
                        is_only,
                    },
                });
            }
            for id in stars.iter().filter(|id| !is_run(text, **id)) {
                found.extend(scope_of(&text.tree, *id).map(|scope| Reader {
                    id: *id,
                    scope,
                    follow: Follow::Star,
                }));
            }
            for spelling in dotted {
                found.extend(reading_dotted(text, spelling, run_stale));
            }
            found
        }
    }
}

/// Is an import the only thing that can have bound a name? In a block it may not have run.
fn is_only(text: &Text, id: DefinitionId, scope: &Scope, name: &str) -> bool {
    text.names.last_binder(scope, name) == Some(id)
        && text.names.binder_count(scope, name) == 1
        && !text.names.is_touched_elsewhere(scope, name)
}

/// Does the save run it, or the block or class around it? Then it reads the new value.
fn is_run(text: &Text, id: DefinitionId) -> bool {
    text.run.contains(&id) || text.tree.ancestors(id).any(|around| text.run.contains(&around.id))
}

/// Does the save evaluate the default of a parameter?
fn is_evaluated(text: &Text, function: DefinitionId, parameter: &str) -> bool {
    let header = text.headers.get(&function);
    header.is_some_and(|header| header.defaults.contains(parameter))
}

/// The classes around a statement or definition; `None` inside a function.
fn scope_of(tree: &DefinitionTree, id: DefinitionId) -> Option<Scope> {
    let mut scope = Scope::default();
    let mut inside = tree.get(id);
    for around in tree.ancestors(id) {
        match &around.kind {
            DefinitionKind::Function { .. } | DefinitionKind::Lambda | DefinitionKind::Comprehension(_) => return None,
            DefinitionKind::Class if !inside.in_header => {
                scope.classes.extend(around.name.as_deref().map(str::to_owned))
            }
            _ => {}
        }
        inside = around;
    }
    scope.classes.reverse();
    Some(scope)
}

fn reading(text: &Text, is_it: &dyn Fn(&str, &Scope) -> bool, name: &str, run_stale: bool) -> Vec<Reader> {
    let tree = &text.tree;
    let evaluates_any = !annotations_are_text(tree);
    let mut found = Vec::new();
    for id in text.readers_of(name) {
        let definition = tree.get(*id);
        if definition.in_header || is_run(text, definition.id) {
            continue;
        }
        // The block around gives the name its value first, as a loop does its target.
        let mut blocks = tree
            .ancestors(definition.id)
            .take_while(|around| !around.kind.owns_code());
        if blocks.any(|around| tree.binds(around.id).iter().any(|bound| bound == name)) {
            continue;
        }
        let Some(scope) = scope_of(tree, definition.id) else {
            continue;
        };
        let reads = |facet: &ExprFacet| facet.reads.iter().any(|read| is_it(read, &scope));
        let mut push = |follow: Follow| {
            found.push(Reader {
                id: definition.id,
                scope: scope.clone(),
                follow,
            });
        };
        match &definition.facets {
            Facets::Function(facets) if definition.kind != DefinitionKind::Lambda => {
                let runs_again = text.reruns.contains(&definition.id);
                if !runs_again && facets.decorators.iter().any(reads) {
                    push(stale(DECORATOR));
                }
                let Some(function) = tree.bound_name(definition.id).map(|name| name.into_owned()) else {
                    continue;
                };
                let follows = evaluates_any
                    && !runs_again
                    && !text
                        .headers
                        .get(&definition.id)
                        .is_some_and(|header| header.annotations);
                for parameter in &facets.parameters {
                    let mangled = tree.mangled(definition.id, &parameter.name).into_owned();
                    if let Some(default) = parameter.default.as_ref().filter(|default| reads(default))
                        && !is_evaluated(text, definition.id, &mangled)
                    {
                        let names = (function.as_str(), mangled.as_str());
                        push(default_of(text, definition, &scope, names, default, run_stale));
                    }
                    if let Some(annotation) = parameter.annotation.as_ref().filter(|annotation| reads(annotation))
                        && follows
                    {
                        push(Follow::Annotation {
                            function: function.clone(),
                            parameter: mangled,
                            unit: value_unit(text, &scope, definition.id, annotation),
                        });
                    }
                }
                if let Some(returns) = facets.returns.as_ref().filter(|returns| reads(returns))
                    && follows
                {
                    push(Follow::Annotation {
                        function,
                        parameter: "return".to_owned(),
                        unit: value_unit(text, &scope, definition.id, returns),
                    });
                }
            }
            Facets::Class(facets) if !text.remade.contains(&definition.id) => {
                if facets.decorators.iter().any(reads) {
                    push(stale(DECORATOR));
                } else if facets.arguments.iter().any(reads) {
                    push(stale(BASES));
                }
            }
            Facets::Block(_) if text.chosen.contains(&definition.id) => {}
            Facets::Branch(_) if definition.parent.is_some_and(|block| text.chosen.contains(&block)) => {}
            Facets::Block(facets) if facets.header.as_ref().is_some_and(reads) => push(stale(TEST)),
            // The first test of an `if` is its header.
            Facets::Branch(facets) if facets.kind != BranchKind::If && facets.test.as_ref().is_some_and(reads) => {
                push(stale(TEST));
            }
            Facets::Statement(facets) if facets.reads.iter().any(|read| is_it(read, &scope)) => {
                let binds = bound_names(tree, definition.id);
                if binds.iter().any(|bound| bound == name) || facets.reads_later.iter().any(|later| later == name) {
                    continue;
                }
                if let Some(annotated) = annotated_by(tree, definition.id, name) {
                    push(annotated);
                    if !facets.value.as_ref().is_some_and(reads) {
                        continue;
                    }
                }
                push(
                    assignment(text, definition, &scope, &reads, run_stale).unwrap_or(Follow::Stale {
                        why: READ_WHEN_IT_RAN,
                        binds,
                    }),
                );
            }
            _ => {}
        }
    }
    found
}

/// How an assignment of one name follows, whose value `reads` a name.
fn assignment(
    text: &Text,
    definition: &Definition,
    scope: &Scope,
    reads: &dyn Fn(&ExprFacet) -> bool,
    run_stale: bool,
) -> Option<Follow> {
    let is_assignment = matches!(
        definition.kind,
        DefinitionKind::Statement(StatementKind::Assign | StatementKind::AnnAssign)
    );
    let facets = definition.facets.statement().filter(|_| is_assignment)?;
    let value = facets.value.as_ref().filter(|value| reads(value))?;
    let names = bound_names(&text.tree, definition.id);
    let [name] = &names[..] else { return None };
    let is_run = run_stale && facets.effects.is_empty() && !makes_code(&text.tree, definition.id, value);
    (value.is_formula || is_run).then(|| Follow::Formula {
        name: name.clone(),
        names: value.reads.clone(),
        unit: value_unit(text, scope, definition.id, value),
        is_run,
    })
}

/// How the default of a parameter follows.
fn default_of(
    text: &Text,
    definition: &Definition,
    scope: &Scope,
    (function, parameter): (&str, &str),
    default: &ExprFacet,
    run_stale: bool,
) -> Follow {
    let is_run = run_stale && !makes_code(&text.tree, definition.id, default);
    if !default.is_formula && !is_run {
        return stale(DEFAULT);
    }
    Follow::Default {
        function: function.to_owned(),
        parameter: parameter.to_owned(),
        names: default.reads.clone(),
        unit: value_unit(text, scope, definition.id, default),
        is_run,
    }
}

/// Does an expression of a definition make code objects that outlive it? Computed out of its place, they would stand at
/// other lines.
fn makes_code(tree: &DefinitionTree, id: DefinitionId, expression: &ExprFacet) -> bool {
    let generator = DefinitionKind::Comprehension(ComprehensionKind::Generator);
    let range = tree.absolute(id, &expression.range);
    let mut inside = tree.descendants(id).filter(|it| range.contains(&it.range.start));
    inside.any(|it| it.kind == DefinitionKind::Lambda || it.kind == generator)
}

/// The names that what is evaluated of a definition reads.
pub(super) fn names_read(definition: &Definition) -> Vec<&String> {
    let mut facets: Vec<&ExprFacet> = Vec::new();
    match &definition.facets {
        Facets::Function(function) => {
            let parameters = function.parameters.iter();
            let parameters = parameters.flat_map(|parameter| parameter.default.iter().chain(&parameter.annotation));
            facets.extend(function.decorators.iter().chain(&function.returns).chain(parameters));
        }
        Facets::Class(class) => facets.extend(class.decorators.iter().chain(&class.arguments)),
        Facets::Block(block) => facets.extend(&block.header),
        Facets::Branch(branch) => facets.extend(&branch.test),
        Facets::Statement(statement) => return statement.reads.iter().collect(),
        Facets::Module(_) | Facets::None => {}
    }
    facets.into_iter().flat_map(|facet| &facet.reads).collect()
}

/// What follows where the annotation of a variable reads the name.
fn annotated_by(tree: &DefinitionTree, id: DefinitionId, name: &str) -> Option<Follow> {
    let facets = tree.get(id).facets.statement()?;
    let (annotates, range) = (facets.annotates.as_ref()?, facets.annotation_range.as_ref()?);
    let annotation = tree.text_of(id, range);
    if annotations_are_text(tree) || !contains_name(annotation, name) {
        return None;
    }
    Some(Follow::Variable {
        name: annotates.clone(),
        unit: Unit::of_text(value_of(annotation)),
    })
}

/// The text of a statement without its lambdas, which read names when they are called.
fn outside_lambdas(tree: &DefinitionTree, id: DefinitionId) -> String {
    let whole = tree.get(id).range.clone();
    let mut text = String::new();
    let mut at = whole.start;
    let mut lambdas: Vec<_> = tree
        .descendants(id)
        .filter(|inside| inside.kind == DefinitionKind::Lambda)
        .map(|lambda| lambda.range.clone())
        .collect();
    lambdas.sort_by_key(|range| range.start);
    for lambda in lambdas {
        // One inside another is left out with it.
        if lambda.start >= at {
            text.push_str(tree.slice(&(at..lambda.start)));
            at = lambda.end;
        }
    }
    text.push_str(tree.slice(&(at..whole.end)));
    text
}

/// `module.name`, or `Class.name`, in what runs when the module is loaded.
fn reading_dotted(text: &Text, spelling: &str, run_stale: bool) -> Vec<Reader> {
    let tree = &text.tree;
    let mut found = Vec::new();
    let first = spelling.split('.').next().unwrap_or(spelling);
    for definition in text.readers_of(first).iter().map(|id| tree.get(*id)) {
        let is_header = |facets: &[ExprFacet]| {
            facets
                .iter()
                .any(|it| contains_name(tree.text_of(definition.id, &it.range), spelling))
        };
        let one = |facet: &Option<ExprFacet>| facet.as_ref().is_some_and(|it| is_header(std::slice::from_ref(it)));
        let why = match &definition.facets {
            _ if definition.in_header || is_run(text, definition.id) => continue,
            Facets::Function(facets) if definition.kind != DefinitionKind::Lambda => {
                let mut parameters = facets.parameters.iter();
                if is_header(&facets.decorators) && !text.reruns.contains(&definition.id) {
                    DECORATOR
                } else if parameters.any(|parameter| {
                    let mangled = tree.mangled(definition.id, &parameter.name);
                    one(&parameter.default) && !is_evaluated(text, definition.id, &mangled)
                }) {
                    DEFAULT
                } else {
                    continue;
                }
            }
            Facets::Class(_) if text.remade.contains(&definition.id) => continue,
            Facets::Class(facets) if is_header(&facets.arguments) => BASES,
            Facets::Class(facets) if is_header(&facets.decorators) => DECORATOR,
            Facets::Block(facets) if one(&facets.header) && !text.chosen.contains(&definition.id) => TEST,
            Facets::Statement(facets)
                if facets.imports.is_empty()
                    && contains_name(tree.text(definition.id), spelling)
                    && contains_name(&outside_lambdas(tree, definition.id), spelling) =>
            {
                READ_WHEN_IT_RAN
            }
            _ => continue,
        };
        let Some(scope) = scope_of(tree, definition.id) else {
            continue;
        };
        let reads = |facet: &ExprFacet| is_header(std::slice::from_ref(facet));
        if let (DEFAULT, Some(facets)) = (why, definition.facets.function()) {
            let function = tree.bound_name(definition.id).unwrap_or_default();
            for parameter in &facets.parameters {
                let mangled = tree.mangled(definition.id, &parameter.name);
                if let Some(default) = parameter.default.as_ref().filter(|default| reads(default))
                    && !is_evaluated(text, definition.id, &mangled)
                {
                    found.push(Reader {
                        id: definition.id,
                        follow: default_of(text, definition, &scope, (&function, &mangled), default, run_stale),
                        scope: scope.clone(),
                    });
                }
            }
            continue;
        }
        let run = run_stale
            .then(|| assignment(text, definition, &scope, &reads, true))
            .flatten();
        found.push(Reader {
            id: definition.id,
            follow: run.unwrap_or_else(|| stale(why)),
            scope,
        });
    }
    found
}

/// Does the text contain the dotted name as a whole?
pub fn contains_name(text: &str, spelling: &str) -> bool {
    let is_word = |it: char| it.is_alphanumeric() || it == '_';
    text.match_indices(spelling).any(|(at, found)| {
        !text[..at].ends_with(|it: char| is_word(it) || it == '.') && !text[at + found.len()..].starts_with(is_word)
    })
}

/// Binds [`VALUE`] to an expression of a definition.
fn value_unit(text: &Text, scope: &Scope, id: DefinitionId, facet: &ExprFacet) -> Unit {
    let unit = Unit::of_text(value_of(text.tree.text_of(id, &facet.range)));
    unit.hiding(text.names.bound_from(&text.tree, scope, id))
}
