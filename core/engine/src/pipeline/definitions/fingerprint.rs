//! Hashes of what code means: equal for two spellings that run the same.
//!
//! Leaves are hashed through the parser's own comparable form, which drops positions, comments, parentheses, quotes and
//! implicit concatenation and keeps `1`, `1.0` and `True` apart. Compound statements combine the hashes of what is in
//! them, so each statement is hashed once, however deep it is nested.

use std::hash::{DefaultHasher, Hash, Hasher};

use ruff_python_ast::comparable::{
    ComparableArguments, ComparableDecorator, ComparableExpr, ComparableParameters, ComparablePattern, ComparableStmt,
    ComparableTypeParams,
};
use ruff_python_ast::visitor::transformer::{Transformer, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

/// Collects the parts of one fingerprint.
///
/// SipHash with fixed keys: a collision would lose an edit in silence, so a fast weak hash is no bargain.
pub(super) struct Fingerprinter<'a> {
    hasher: DefaultHasher,
    /// The text, when it holds escapes of lone surrogates.
    surrogates: Option<&'a str>,
}

impl<'a> Fingerprinter<'a> {
    /// `what` keeps different kinds of things apart. `surrogates` is [`surrogates_of`] the file.
    pub(super) fn new(what: &str, surrogates: Option<&'a str>) -> Self {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        Self { hasher, surrogates }
    }

    pub(super) fn finish(&self) -> u64 {
        self.hasher.finish()
    }

    pub(super) fn add(&mut self, value: impl Hash) {
        value.hash(&mut self.hasher);
    }

    /// A simple statement.
    pub(super) fn statement(&mut self, statement: &Stmt) {
        match statement {
            // `del (a, b)` and `del a, b` run the same, and formatters turn one into the other.
            Stmt::Delete(delete) => {
                self.add("del");
                for target in &delete.targets {
                    self.delete_target(target);
                }
            }
            _ => ComparableStmt::from(statement).hash(&mut self.hasher),
        }
        self.lone_surrogates(statement);
    }

    fn delete_target(&mut self, target: &Expr) {
        match target {
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| self.delete_target(target)),
            Expr::List(list) => list.elts.iter().for_each(|target| self.delete_target(target)),
            _ => ComparableExpr::from(target).hash(&mut self.hasher),
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
        ComparableExpr::from(expr).hash(&mut self.hasher);
        self.lone_surrogates(expr);
    }

    pub(super) fn optional_expr(&mut self, expr: Option<&Expr>) {
        self.add(expr.is_some());
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    pub(super) fn decorators(&mut self, decorators: &[ast::Decorator]) {
        self.add(decorators.len());
        for decorator in decorators {
            ComparableDecorator::from(decorator).hash(&mut self.hasher);
            self.lone_surrogates(decorator);
        }
    }

    pub(super) fn parameters(&mut self, parameters: Option<&ast::Parameters>) {
        // `lambda: 0` has none, but a parser may also give an empty list.
        if let Some(parameters) = parameters.filter(|parameters| !parameters.is_empty()) {
            ComparableParameters::from(parameters).hash(&mut self.hasher);
            self.lone_surrogates(parameters);
        }
    }

    pub(super) fn arguments(&mut self, arguments: Option<&ast::Arguments>) {
        // `class A():` is `class A:`.
        if let Some(arguments) = arguments.filter(|arguments| !arguments.is_empty()) {
            ComparableArguments::from(arguments).hash(&mut self.hasher);
            self.lone_surrogates(arguments);
        }
    }

    pub(super) fn type_params(&mut self, type_params: Option<&ast::TypeParams>) {
        if let Some(type_params) = type_params {
            ComparableTypeParams::from(type_params).hash(&mut self.hasher);
        }
    }

    pub(super) fn pattern(&mut self, pattern: &ast::Pattern) {
        ComparablePattern::from(pattern).hash(&mut self.hasher);
        self.lone_surrogates(pattern);
    }

    /// The parser reads every escape of a lone surrogate as U+FFFD, so `'\ud800'` and `'\udfff'` look the same to it.
    fn lone_surrogates(&mut self, node: &impl Ranged) {
        let Some(text) = self.surrogates else { return };
        let text = &text[node.range()];
        for (at, _) in text.match_indices('\\') {
            if let Some(escape) = surrogate_escape(&text[at..]) {
                escape.to_ascii_lowercase().hash(&mut self.hasher);
            }
        }
    }
}

/// The text itself if it has escapes of lone surrogates anywhere, else nothing: then there is nothing to look for.
pub(super) fn surrogates_of(text: &str) -> Option<&str> {
    text.match_indices('\\')
        .any(|(at, _)| surrogate_escape(&text[at..]).is_some())
        .then_some(text)
}

/// `\uD8xx` or `\U0000D8xx` at the start of a text.
fn surrogate_escape(text: &str) -> Option<&str> {
    let length = match text.as_bytes().get(1)? {
        b'u' => 6,
        b'U' => 10,
        _ => return None,
    };
    let escape = text.get(..length)?;
    let code = u32::from_str_radix(&escape[2..], 16).ok()?;
    (0xD800..=0xDFFF).contains(&code).then_some(escape)
}

/// What [`shape`] leaves out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LeftOut {
    /// Parameters and bodies of lambdas.
    Lambdas,
    /// These, and of generator expressions everything but the first iterable, which is evaluated at once.
    LambdasAndGenerators,
}

/// The fingerprint of a simple statement without what runs later. It copies the statement: ask only where there is
/// something to leave out.
pub(super) fn shape(statement: &Stmt, left_out: LeftOut, surrogates: Option<&str>) -> u64 {
    let mut copy = statement.clone();
    walk_stmt(&Hollow(left_out), &mut copy);
    // Surrogates inside what is left out still count: rare enough, and it errs on the side of running again.
    let mut fingerprint = Fingerprinter::new("shape", surrogates);
    fingerprint.statement(&copy);
    fingerprint.finish()
}

struct Hollow(LeftOut);

impl Transformer for Hollow {
    fn visit_expr(&self, expr: &mut Expr) {
        match expr {
            Expr::Lambda(lambda) => {
                lambda.parameters = None;
                lambda.body = nothing();
            }
            Expr::Generator(generator) if self.0 == LeftOut::LambdasAndGenerators => {
                generator.elt = nothing();
                generator.generators.truncate(1);
                if let Some(first) = generator.generators.first_mut() {
                    first.target = *nothing();
                    first.ifs.clear();
                    self.visit_expr(&mut first.iter);
                }
            }
            _ => walk_expr(self, expr),
        }
    }
}

fn nothing() -> Box<Expr> {
    Box::new(Expr::EllipsisLiteral(ast::ExprEllipsisLiteral::default()))
}
