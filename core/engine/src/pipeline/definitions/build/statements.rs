//! Suites and simple statements.

use std::sync::Arc;

use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};

use super::super::facets::{Effects, ExprFacet, Facets, ImportFacet, Shift, StatementFacets};
use super::super::fingerprint::{Fingerprinter, LeftOut, shape};
use super::super::inert::{dotted, is_inert_statement};
use super::super::layout::{end, start};
use super::super::names::{FrameKind, unique};
use super::super::tree::{DefinitionKind, StatementKind};
use super::{Builder, docstring_of};

impl<'a> Builder<'a> {
    /// Walks a suite. `has_docstring`: its first string is one.
    pub(super) fn suite(&mut self, body: &'a [Stmt], has_docstring: bool, fingerprint: &mut Fingerprinter) {
        let docstring = if has_docstring { docstring_of(body) } else { None };
        fingerprint.add(body.len());
        for statement in body {
            let is_docstring = docstring.is_some_and(|(first, _)| std::ptr::eq(first, statement));
            fingerprint.add(self.statement(statement, is_docstring));
        }
    }

    /// Walks one statement and returns its fingerprint.
    pub(super) fn statement(&mut self, statement: &'a Stmt, is_docstring: bool) -> u64 {
        self.statements += 1;
        match statement {
            // The tree is thrown away.
            _ if self.too_deep => 0,
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::If(statement) => self.if_block(statement),
            Stmt::For(statement) => self.for_block(statement),
            Stmt::While(statement) => self.while_block(statement),
            Stmt::With(statement) => self.with_block(statement),
            Stmt::Try(statement) => self.try_block(statement),
            Stmt::Match(statement) => self.match_block(statement),
            _ if self.lists_statements() => self.listed(statement, is_docstring),
            _ => {
                self.names_of(statement);
                let mut fingerprint = self.fingerprinter("statement");
                fingerprint.statement(statement);
                fingerprint.finish()
            }
        }
    }

    /// A simple statement that is a definition.
    fn listed(&mut self, statement: &'a Stmt, is_docstring: bool) -> u64 {
        let kind = if is_docstring {
            StatementKind::Docstring
        } else {
            statement_kind(statement)
        };
        let id = self.open(DefinitionKind::Statement(kind), start(statement)..end(statement), None);
        self.names.push(FrameKind::Open);
        let value = self.names_of(statement);
        let frame = self.names.pop();

        let mut fingerprint = self.fingerprinter("statement");
        match (statement, &value) {
            // The value may be the whole file; it was hashed once already.
            (Stmt::Assign(assign), Some(value)) => {
                fingerprint.add("=");
                for target in &assign.targets {
                    fingerprint.expr(target);
                }
                fingerprint.add(value.fingerprint);
            }
            (Stmt::Expr(_), Some(value)) => fingerprint.add(("expression", value.fingerprint)),
            _ => fingerprint.statement(statement),
        }
        let fingerprint = fingerprint.finish();
        let hollow = |left_out, has_any: bool| match has_any {
            true => shape(statement, left_out, self.surrogates),
            false => fingerprint,
        };
        let lambda_free_fingerprint = hollow(LeftOut::Lambdas, frame.has_lambda);
        let facets = StatementFacets {
            shape_fingerprint: match frame.has_generator {
                true => hollow(LeftOut::LambdasAndGenerators, true),
                false => lambda_free_fingerprint,
            },
            lambda_free_fingerprint,
            binds: unique(&frame.stores),
            binds_star: frame.star,
            deletes: unique(&frame.deletes),
            effects: Effects::of(statement),
            annotates: match statement {
                Stmt::AnnAssign(assign) => match &*assign.target {
                    Expr::Name(name) => Some(self.names.mangled(&name.id).into_owned()),
                    _ => None,
                },
                _ => None,
            },
            annotation_range: match statement {
                Stmt::AnnAssign(assign) => Some(start(&*assign.annotation)..end(&*assign.annotation)),
                _ => None,
            },
            reads: frame.reads(),
            reads_later: if frame.has_lambda {
                frame.reads_later()
            } else {
                Vec::new()
            },
            is_inert: is_inert_statement(statement, !self.annotations_are_text()),
            calls: match statement {
                Stmt::Expr(statement) if statement.value.is_call_expr() => dotted(&statement.value),
                _ => None,
            },
            imports: self.imports_of(statement),
            value,
        };
        self.close(
            id,
            fingerprint,
            Facets::Statement(Arc::new(facets.counted_from(start(statement)))),
        );
        fingerprint
    }

    /// A target that gets no new attribute: of `self.x += 1` and `self.x: int` the compiler notes no static attribute.
    fn changed_target(&mut self, target: &'a Expr) {
        match target {
            Expr::Attribute(attribute) => self.visit_expr(&attribute.value),
            _ => self.visit_expr(target),
        }
    }

    /// Collects the names of a simple statement and the code owners in it. The facet of its value where statements are
    /// definitions.
    fn names_of(&mut self, statement: &'a Stmt) -> Option<ExprFacet> {
        match statement {
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.visit_expr(target);
                }
                return self.value(&assign.value);
            }
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.names.load(&name.id);
                }
                self.changed_target(&assign.target);
                self.visit_expr(&assign.value);
            }
            Stmt::AnnAssign(assign) => {
                // A name without a value is bound nowhere, but it is local to its function.
                if assign.value.is_none() && !assign.target.is_name_expr() {
                    self.changed_target(&assign.target);
                } else if assign.value.is_some() || !self.lists_statements() {
                    self.visit_expr(&assign.target);
                }
                // Annotations of local variables are never evaluated (PEP 526).
                if self.lists_statements() && !self.annotations_are_text() {
                    self.visit_expr(&assign.annotation);
                }
                if let Some(value) = &assign.value {
                    return self.value(value);
                }
            }
            Stmt::Expr(statement) => return self.value(&statement.value),
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.names.store(imported_as(alias));
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    match alias.name.as_str() {
                        "*" => self.names.top().star = true,
                        _ => self.names.store(alias.asname.as_ref().unwrap_or(&alias.name).as_str()),
                    }
                }
            }
            Stmt::Global(statement) => statement.names.iter().for_each(|name| self.names.global(name)),
            Stmt::Nonlocal(statement) => statement.names.iter().for_each(|name| self.names.nonlocal(name)),
            Stmt::TypeAlias(alias) => {
                self.visit_expr(&alias.name);
                self.names.push(FrameKind::Function);
                if let Some(type_params) = &alias.type_params {
                    self.type_params(type_params);
                }
                self.visit_expr(&alias.value);
                self.names.pop();
            }
            _ => walk_stmt(self, statement),
        }
        None
    }

    fn value(&mut self, value: &'a Expr) -> Option<ExprFacet> {
        if self.lists_statements() {
            return Some(self.expr_facet(value));
        }
        self.visit_expr(value);
        None
    }

    fn imports_of(&self, statement: &'a Stmt) -> Vec<ImportFacet> {
        match statement {
            Stmt::Import(import) => import
                .names
                .iter()
                .map(|alias| ImportFacet {
                    module: alias.name.to_string(),
                    level: 0,
                    name: None,
                    bound_as: self.names.mangled(imported_as(alias)).into_owned(),
                })
                .collect(),
            Stmt::ImportFrom(import) => import
                .names
                .iter()
                .map(|alias| ImportFacet {
                    module: import.module.as_deref().unwrap_or("").to_owned(),
                    level: import.level,
                    name: Some(alias.name.to_string()),
                    bound_as: self
                        .names
                        .mangled(alias.asname.as_ref().unwrap_or(&alias.name).as_str())
                        .into_owned(),
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// The name that `import a.b` or `import a.b as c` binds.
fn imported_as(alias: &ast::Alias) -> &str {
    match &alias.asname {
        Some(name) => name.as_str(),
        None => alias.name.split('.').next().unwrap_or(""),
    }
}

fn statement_kind(statement: &Stmt) -> StatementKind {
    match statement {
        Stmt::Import(_) => StatementKind::Import,
        Stmt::ImportFrom(_) => StatementKind::ImportFrom,
        Stmt::Assign(_) => StatementKind::Assign,
        Stmt::AugAssign(_) => StatementKind::AugAssign,
        Stmt::AnnAssign(_) => StatementKind::AnnAssign,
        Stmt::Delete(_) => StatementKind::Delete,
        Stmt::Expr(_) => StatementKind::Expression,
        Stmt::Global(_) | Stmt::Nonlocal(_) => StatementKind::Global,
        Stmt::TypeAlias(_) => StatementKind::TypeAlias,
        Stmt::Pass(_) => StatementKind::Pass,
        _ => StatementKind::Other,
    }
}
