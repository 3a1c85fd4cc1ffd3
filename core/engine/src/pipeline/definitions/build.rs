//! From the syntax tree to the arena: one walk that opens a definition, collects names and combines fingerprints.
//!
//! Here is the arena; `statements.rs`, `blocks.rs`, `scopes.rs` (functions and classes) and `expressions.rs` walk.

mod blocks;
mod expressions;
mod scopes;
mod statements;

use std::ops::Range;

use ruff_python_ast::visitor::source_order::SourceOrderVisitor;
use ruff_python_ast::{Expr, Stmt};
use rustc_hash::FxHashSet;

use super::facets::{ExprFacet, Facets, ModuleFacets};
use super::fingerprint::{Fingerprinter, surrogates_of};
use super::inert::{dotted, is_formula, is_inert};
use super::layout::{end, start};
use super::names::{FrameKind, Names};
use super::tree::{Definition, DefinitionId, DefinitionKind};
use crate::source::SourceText;

/// Definitions nested deeper than this make the file too deep: qualified names take quadratic space, fingerprints of
/// nested lambdas quadratic time. CPython's 100 indents make 200 at most, a block and its branch each.
const DEEPEST_DEFINITION: usize = 300;

/// In whose body the walk is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Module,
    Class,
    /// Statements of a function are no definitions.
    Function,
}

pub(super) struct Builder<'a> {
    source: &'a SourceText,
    text: &'a str,
    surrogates: Option<&'a str>,
    names: Names<'a>,
    definitions: Vec<Definition>,
    /// The definition that is open; new ones become its children.
    parent: DefinitionId,
    depth: usize,
    scope: Scope,
    /// New definitions are children of a header, see [`Definition::in_header`].
    in_header: bool,
    /// What comes before the name of a new definition in its path: `C.` or `f.<locals>.`.
    prefix: String,
    /// Path of the scope: of statements and blocks.
    scope_path: String,
    future: Vec<String>,
    module_imports: Vec<&'a str>,
    /// Statements seen so far.
    statements: u32,
    too_deep: bool,
}

/// What a scope replaces while its body is walked.
struct Outside {
    parent: DefinitionId,
    scope: Scope,
    in_header: bool,
    prefix: String,
    scope_path: String,
}

/// The tree of a file that is not looked into.
pub(super) fn only_module(source: &SourceText) -> Definition {
    Definition {
        id: DefinitionId::MODULE,
        parent: None,
        children: Vec::new(),
        kind: DefinitionKind::Module,
        name: None,
        path: String::new(),
        range: 0..u32::try_from(source.text().len()).unwrap_or(u32::MAX),
        first_line: 1,
        def_line: 1,
        last_line: source.line_count(),
        column: 0,
        fingerprint: 0,
        in_header: false,
        facets: Facets::Module(Box::default()),
    }
}

impl<'a> Builder<'a> {
    pub(super) fn new(source: &'a SourceText) -> Self {
        Self {
            source,
            text: source.text(),
            surrogates: surrogates_of(source.text()),
            names: Names::new(),
            definitions: vec![only_module(source)],
            parent: DefinitionId::MODULE,
            depth: 0,
            scope: Scope::Module,
            in_header: false,
            prefix: String::new(),
            scope_path: String::new(),
            future: Vec::new(),
            module_imports: Vec::new(),
            statements: 0,
            too_deep: false,
        }
    }

    /// The definitions of a module; `None` when they nest too deep.
    pub(super) fn module(mut self, body: &'a [Stmt]) -> Option<Vec<Definition>> {
        self.future = future_imports(body);
        let docstring = docstring_of(body).map(|(_, expr)| self.expr_facet(expr));
        let mut fingerprint = self.fingerprinter("module");
        self.suite(body, true, &mut fingerprint);
        let frame = self.names.finish();
        let mut seen = FxHashSet::default();
        self.module_imports.retain(|name| seen.insert(*name));
        let module = &mut self.definitions[0];
        module.fingerprint = fingerprint.finish();
        module.facets = Facets::Module(Box::new(ModuleFacets {
            future: self.future,
            module_imports: self.module_imports.into_iter().map(str::to_owned).collect(),
            mentions_super: frame.names_super || frame.all_globals.iter().any(|name| name == "super"),
            docstring,
        }));
        (!self.too_deep).then_some(self.definitions)
    }

    fn fingerprinter(&self, what: &str) -> Fingerprinter<'a> {
        Fingerprinter::new(what, self.surrogates)
    }

    /// The future import that turns annotations into text: nothing in them is evaluated or compiled to code.
    fn annotations_are_text(&self) -> bool {
        self.future.iter().any(|name| name == "annotations")
    }

    /// Are statements definitions here?
    fn lists_statements(&self) -> bool {
        self.scope != Scope::Function
    }

    /// Adds a child to the open definition and opens it. `name`: of what owns code.
    fn open(&mut self, kind: DefinitionKind, range: Range<u32>, name: Option<&str>) -> DefinitionId {
        let id = DefinitionId(self.definitions.len() as u32);
        self.depth += 1;
        self.too_deep |= self.depth > DEEPEST_DEFINITION;
        let path = match name {
            _ if self.too_deep => String::new(),
            Some(name) if self.names.is_global(name) => name.to_owned(),
            Some(name) => format!("{}{name}", self.prefix),
            None => self.scope_path.clone(),
        };
        let first_line = self.source.line_of(range.start);
        self.definitions.push(Definition {
            id,
            parent: Some(self.parent),
            children: Vec::new(),
            kind,
            name: name.map(str::to_owned),
            path,
            first_line,
            def_line: first_line,
            last_line: self.source.line_of(range.end.saturating_sub(1).max(range.start)),
            column: range.start - self.source.line_start(first_line),
            range,
            fingerprint: 0,
            in_header: self.in_header,
            facets: Facets::None,
        });
        self.definitions[self.parent.index()].children.push(id);
        self.parent = id;
        id
    }

    /// Closes the open definition.
    fn close(&mut self, id: DefinitionId, fingerprint: u64, facets: Facets) {
        let definition = &mut self.definitions[id.index()];
        definition.fingerprint = fingerprint;
        definition.facets = facets;
        self.parent = definition
            .parent
            .expect("only the module has no parent, and it is never closed");
        self.depth -= 1;
    }

    /// Enters the body of the open definition `id`: paths and parents are from now on those of its scope.
    fn enter(&mut self, id: DefinitionId, scope: Scope) -> Outside {
        let path = self.definitions[id.index()].path.clone();
        let prefix = match scope {
            _ if self.too_deep => String::new(),
            Scope::Function => format!("{path}.<locals>."),
            Scope::Class | Scope::Module => format!("{path}."),
        };
        Outside {
            parent: id,
            scope: std::mem::replace(&mut self.scope, scope),
            in_header: std::mem::replace(&mut self.in_header, false),
            prefix: std::mem::replace(&mut self.prefix, prefix),
            scope_path: std::mem::replace(&mut self.scope_path, path),
        }
    }

    fn leave(&mut self, outside: Outside) {
        self.parent = outside.parent;
        self.scope = outside.scope;
        self.in_header = outside.in_header;
        self.prefix = outside.prefix;
        self.scope_path = outside.scope_path;
    }

    /// Runs `work` with new definitions marked as children of a header.
    fn header<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.in_header, true);
        let answer = work(self);
        self.in_header = before;
        answer
    }

    /// Walks an expression and keeps what is known of it.
    fn expr_facet(&mut self, expr: &'a Expr) -> ExprFacet {
        self.names.push(FrameKind::Open);
        self.visit_expr(expr);
        let frame = self.names.pop();
        let mut fingerprint = self.fingerprinter("expression");
        fingerprint.expr(expr);
        ExprFacet {
            range: start(expr)..end(expr),
            fingerprint: fingerprint.finish(),
            text: dotted(expr),
            reads: frame.reads(),
            is_inert: is_inert(expr),
            is_formula: is_formula(expr),
        }
    }
}

/// The first statement of a body and its text, if it is a docstring.
fn docstring_of(body: &[Stmt]) -> Option<(&Stmt, &Expr)> {
    let first = body.first()?;
    let Stmt::Expr(statement) = first else { return None };
    statement
        .value
        .is_string_literal_expr()
        .then_some((first, &*statement.value))
}

fn future_imports(body: &[Stmt]) -> Vec<String> {
    body.iter()
        .filter_map(|statement| match statement {
            Stmt::ImportFrom(import) if import.level == 0 && import.module.as_deref() == Some("__future__") => {
                Some(import.names.iter().map(|alias| alias.name.to_string()))
            }
            _ => None,
        })
        .flatten()
        .collect()
}
