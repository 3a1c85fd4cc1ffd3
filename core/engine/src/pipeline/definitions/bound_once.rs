//! Names that one place of a function binds: what such a name leads to while the function runs, that place has made.

use std::sync::Arc;

use ruff_python_ast::visitor::source_order::{
    SourceOrderVisitor, walk_except_handler, walk_expr, walk_parameter, walk_pattern, walk_stmt,
};
use ruff_python_ast::{self as ast, Expr, ExprContext, Pattern, Stmt};
use rustc_hash::{FxHashMap, FxHashSet};

use super::parse::with_syntax;
use super::{DefinitionId, DefinitionTree};
use crate::source::SourceText;

/// The names that a definition, and all that is in it, binds in one place only, whatever scope that is. None for a text
/// that nests too deep to be parsed.
pub fn bound_once(tree: &DefinitionTree, id: DefinitionId) -> FxHashSet<String> {
    let range = tree.get(id).range.clone();
    let line = tree.source.line_start(tree.source.line_of(range.start));
    let text = tree.slice(&(line..range.end));
    let text = match line == range.start {
        true => text.to_owned(),
        false => format!("if 1:\n{text}"),
    };
    let source = Arc::new(SourceText::new("", text));
    let mut binders = Binders::default();
    let counted = with_syntax(&source, |body| {
        binders.visit_body(body);
        binders.0
    });
    let counted = counted.unwrap_or_default().into_iter();
    counted.filter(|(_, count)| *count == 1).map(|(name, _)| name).collect()
}

/// How often each name is bound.
#[derive(Default)]
struct Binders(FxHashMap<String, u32>);

impl Binders {
    fn bind(&mut self, name: &str) {
        *self.0.entry(name.to_owned()).or_default() += 1;
    }
}

impl<'a> SourceOrderVisitor<'a> for Binders {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.bind(&function.name),
            Stmt::ClassDef(class) => self.bind(&class.name),
            Stmt::Global(names) => names.names.iter().for_each(|name| self.bind(name)),
            Stmt::Nonlocal(names) => names.names.iter().for_each(|name| self.bind(name)),
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && name.ctx != ExprContext::Load
        {
            self.bind(&name.id);
        }
        walk_expr(self, expr);
    }

    fn visit_alias(&mut self, alias: &'a ast::Alias) {
        let root = alias.name.split('.').next().unwrap_or(&alias.name);
        self.bind(alias.asname.as_ref().map_or(root, |name| name.as_str()));
    }

    fn visit_parameter(&mut self, parameter: &'a ast::Parameter) {
        self.bind(&parameter.name);
        walk_parameter(self, parameter);
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(clause) = handler;
        if let Some(name) = &clause.name {
            self.bind(name);
        }
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        if let Some(name) = captured(pattern) {
            self.bind(name);
        }
        walk_pattern(self, pattern);
    }
}

/// The name that a pattern itself binds.
pub(super) fn captured(pattern: &Pattern) -> Option<&ast::Identifier> {
    match pattern {
        Pattern::MatchAs(capture) => capture.name.as_ref(),
        Pattern::MatchStar(capture) => capture.name.as_ref(),
        Pattern::MatchMapping(capture) => capture.rest.as_ref(),
        _ => None,
    }
}
