//! What a matcher sees and answers.

use std::borrow::Cow;

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

use super::super::definitions::{
    BranchKind, DefinitionId, DefinitionKind, DefinitionTree, ExprFacet, Facets, ParameterKind,
};

/// Pairs siblings; the engine's own rules and those of plugins alike.
pub trait Matcher: Send + Sync {
    /// Adds pairs of `old` and `new`: what is left unpaired among the children of two paired definitions, in source
    /// order, either the children in the header or those in the body.
    ///
    /// # Errors
    /// With a reason: the matcher is not asked again and all its pairs are dropped.
    fn pair(&self, old: &[Candidate<'_>], new: &[Candidate<'_>], pairs: &mut Pairs) -> Result<(), String>;
}

/// One unpaired definition, as data.
#[derive(Clone, Debug)]
pub struct Candidate<'t> {
    /// In its own tree.
    pub id: DefinitionId,
    /// Its text for people is [`DefinitionKind::as_str`].
    pub kind: DefinitionKind,
    /// Which suite of a block; `None` for what is no branch.
    pub branch: Option<BranchKind>,
    /// Of what owns code; see [`Definition::name`](super::super::definitions::Definition::name).
    pub name: Option<&'t str>,
    /// The dotted path from the module on, module excluded.
    pub path: &'t str,
    /// Decorators included.
    pub text: &'t str,
    /// Equal for what runs the same.
    pub fingerprint: u64,
    /// What tells it from its siblings besides names: of a function or class the body's fingerprint, of a block that of
    /// its header, of a branch that of its test, of a statement its shape without lambdas. Zero where there is none.
    pub shape: u64,
    /// Names of the parameters of a function or lambda, in order.
    pub parameters: Vec<&'t str>,
    /// Names that a statement or block binds; for a bare annotation the annotated name.
    pub binds: Vec<Cow<'t, str>>,
    /// Of a function the parameters that every call must give, of a class the keywords of its header; in order.
    pub(super) required: Vec<&'t str>,
    /// Fingerprints of the bases (see [`without_module`]), keyword values, type parameters and `__slots__` of a class.
    pub(super) arguments: Vec<u64>,
    /// Statements in a function or class, at any depth or nearly so.
    pub(super) statements: u32,
    /// A class of which something besides its own code knows its private names (`__x`), in which its name is.
    pub(super) shows_private_names: bool,
    /// A function that does nothing.
    pub(super) is_stub: bool,
    /// Text of the decorators of a function or class; the dotted name that an expression statement calls.
    pub calls: Vec<&'t str>,
    /// Number of paired siblings before it: an old and a new candidate with equal numbers lie between the same two. Only
    /// pairs that keep the order count.
    pub gap: u32,
    /// Index among the siblings that matching began with.
    pub(super) position: usize,
}

impl<'t> Candidate<'t> {
    pub(super) fn new(tree: &'t DefinitionTree, id: DefinitionId, position: usize) -> Self {
        let definition = tree.get(id);
        let mut candidate = Self {
            id,
            kind: definition.kind,
            branch: None,
            name: definition.name.as_deref(),
            path: &definition.path,
            text: tree.text(id),
            fingerprint: definition.fingerprint,
            shape: 0,
            parameters: Vec::new(),
            required: Vec::new(),
            arguments: Vec::new(),
            statements: 0,
            shows_private_names: false,
            is_stub: false,
            binds: Vec::new(),
            calls: Vec::new(),
            gap: 0,
            position,
        };
        match &definition.facets {
            Facets::Function(facets) => {
                candidate.shape = facets.body_fingerprint;
                candidate.parameters = facets
                    .parameters
                    .iter()
                    .map(|parameter| parameter.name.as_str())
                    .collect();
                candidate.required = facets
                    .parameters
                    .iter()
                    .filter(|it| it.default.is_none())
                    .filter(|it| !matches!(it.kind, ParameterKind::VarPositional | ParameterKind::VarKeyword))
                    .map(|parameter| parameter.name.as_str())
                    .collect();
                candidate.statements = facets.statement_count;
                candidate.is_stub = facets.is_stub;
                candidate.calls = facets
                    .decorators
                    .iter()
                    .map(|decorator| tree.text_of(id, &decorator.range))
                    .collect();
            }
            Facets::Class(facets) => {
                candidate.required = facets.keywords.iter().flatten().map(String::as_str).collect();
                candidate.arguments = facets
                    .arguments
                    .iter()
                    .chain(&facets.type_params)
                    .map(|facet| without_module(tree, id, facet))
                    .chain(slots_of_class(tree, id))
                    .collect();
                candidate.statements = statements_of_class(tree, id);
                candidate.shows_private_names = shows_private_names(tree, id);
                candidate.shape = facets.body_fingerprint;
                candidate.calls = facets
                    .decorators
                    .iter()
                    .map(|decorator| tree.text_of(id, &decorator.range))
                    .collect();
            }
            Facets::Block(facets) => {
                candidate.shape = facets.header.as_ref().map_or(0, |header| header.fingerprint);
                candidate.binds = tree.binds(id);
            }
            Facets::Branch(facets) => {
                candidate.branch = Some(facets.kind);
                candidate.shape = facets.test.as_ref().map_or(0, |test| test.fingerprint);
            }
            Facets::Statement(facets) => {
                candidate.shape = facets.shape_fingerprint;
                candidate.binds = tree.binds(id);
                if let (true, Some(name)) = (candidate.binds.is_empty(), &facets.annotates) {
                    candidate.binds.push(Cow::Borrowed(name));
                }
                candidate.calls = facets.calls.as_deref().into_iter().collect();
            }
            Facets::Module(_) | Facets::None => {}
        }
        candidate
    }
}

/// The fingerprint of an expression; of a dotted name that of its last part: the same class may be imported in another way.
pub fn without_module(tree: &DefinitionTree, id: DefinitionId, facet: &ExprFacet) -> u64 {
    let name = facet
        .text
        .as_deref()
        .filter(|name| *name == tree.text_of(id, &facet.range));
    match name.and_then(|name| name.rsplit('.').next()) {
        Some(last) => FxBuildHasher.hash_one(last),
        None => facet.fingerprint,
    }
}

/// The statements of a class body that give its instances a layout, which a live class cannot change.
fn slots_of_class(tree: &DefinitionTree, class: DefinitionId) -> impl Iterator<Item = u64> {
    let binds_slots = |child: &&DefinitionId| tree.binds(**child).iter().any(|name| name == "__slots__");
    let body = tree.get(class).children.iter().filter(binds_slots);
    body.map(|child| tree.get(*child).fingerprint)
}

/// Does a decorator, or an annotation, see the private names of a class?
fn shows_private_names(tree: &DefinitionTree, class: DefinitionId) -> bool {
    let is_decorated = tree
        .get(class)
        .facets
        .class()
        .is_some_and(|it| !it.decorators.is_empty());
    let mut body = tree.get(class).children.iter().map(|child| tree.get(*child));
    let annotates_private = |name: &String| name.contains("__") && !name.ends_with("__");
    let annotated = body.any(|child| {
        let statement = child.facets.statement();
        statement.is_some_and(|it| it.annotates.as_ref().is_some_and(annotates_private))
    });
    (is_decorated && names_private(tree.text(class))) || annotated
}

/// Does a text contain a word such as `__x`, without underscores at its end?
fn names_private(text: &str) -> bool {
    text.split(|character: char| !character.is_alphanumeric() && character != '_')
        .any(|word| word.len() > 2 && word.starts_with("__") && !word.ends_with("__"))
}

/// Those of the class body and of its methods.
fn statements_of_class(tree: &DefinitionTree, class: DefinitionId) -> u32 {
    let body = tree.get(class).children.iter().map(|child| tree.get(*child));
    body.filter(|child| !child.in_header)
        .map(|child| 1 + child.facets.function().map_or(0, |facets| facets.statement_count))
        .sum()
}

/// Why a pair was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairError {
    /// An index that no candidate has.
    #[error("there is no {side} definition {index}")]
    OutOfRange { side: &'static str, index: usize },
    /// An index that is in a pair already.
    #[error("{side} definition {index} is paired twice")]
    PairedTwice { side: &'static str, index: usize },
    /// Such as a function and a class.
    #[error("a definition of kind `{old}` cannot become one of kind `{new}`")]
    Incompatible { old: &'static str, new: &'static str },
}

/// The answer of a [`Matcher`].
#[derive(Debug)]
pub struct Pairs {
    old: Vec<(DefinitionKind, bool)>,
    new: Vec<(DefinitionKind, bool)>,
    pairs: Vec<(usize, usize, Cow<'static, str>)>,
    /// The first pair that was not taken: a matcher cannot hide it.
    error: Option<PairError>,
}

impl Pairs {
    pub(super) fn new(old: &[Candidate<'_>], new: &[Candidate<'_>]) -> Self {
        Self {
            old: old.iter().map(|candidate| (candidate.kind, false)).collect(),
            new: new.iter().map(|candidate| (candidate.kind, false)).collect(),
            pairs: Vec::new(),
            error: None,
        }
    }

    /// Pairs `old[old]` with `new[new]`; the reason is shown to the user.
    ///
    /// # Errors
    /// [`PairError`]: the pair was not taken, and the engine drops all others of this matcher too.
    pub fn pair(&mut self, old: usize, new: usize, reason: impl Into<Cow<'static, str>>) -> Result<(), PairError> {
        let verdict = self.check(old, new);
        match &verdict {
            Ok(()) => {
                self.old[old].1 = true;
                self.new[new].1 = true;
                self.pairs.push((old, new, reason.into()));
            }
            Err(error) => {
                self.error.get_or_insert_with(|| error.clone());
            }
        }
        verdict
    }

    /// Is this old candidate without a pair so far?
    pub fn old_is_free(&self, old: usize) -> bool {
        self.old.get(old).is_some_and(|(_, paired)| !paired)
    }

    /// Is this new candidate without a pair so far?
    pub fn new_is_free(&self, new: usize) -> bool {
        self.new.get(new).is_some_and(|(_, paired)| !paired)
    }

    /// The pairs so far, in the order in which they were added.
    pub fn taken(&self) -> impl Iterator<Item = (usize, usize)> {
        self.pairs.iter().map(|(old, new, _)| (*old, *new))
    }

    fn check(&self, old: usize, new: usize) -> Result<(), PairError> {
        let side = |list: &[(DefinitionKind, bool)], index: usize, side| match list.get(index) {
            None => Err(PairError::OutOfRange { side, index }),
            Some((_, true)) => Err(PairError::PairedTwice { side, index }),
            Some((kind, false)) => Ok(*kind),
        };
        let (old, new) = (side(&self.old, old, "old")?, side(&self.new, new, "new")?);
        if compatible(old, new) {
            return Ok(());
        }
        Err(PairError::Incompatible {
            old: old.as_str(),
            new: new.as_str(),
        })
    }

    pub(super) fn verdict(&self) -> Result<(), String> {
        self.error.as_ref().map_or(Ok(()), |error| Err(error.to_string()))
    }

    pub(super) fn into_inner(self) -> Vec<(usize, usize, Cow<'static, str>)> {
        self.pairs
    }
}

/// Can one become the other in place? A function stays a function, `async` or not.
pub(super) fn compatible(old: DefinitionKind, new: DefinitionKind) -> bool {
    match (old, new) {
        (DefinitionKind::Function { .. }, DefinitionKind::Function { .. })
        | (DefinitionKind::Statement(_), DefinitionKind::Statement(_)) => true,
        _ => old == new,
    }
}
