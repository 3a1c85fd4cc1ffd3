//! Where a text takes names from modules: by `from m import name`, and by `m.name` where it is certain that `m` is the
//! module.
//!
//! The tree of definitions does not have the statements of functions, so this parses again; it is asked only of texts
//! that contain a name which has just disappeared.

use std::sync::Arc;

use ruff_python_ast::visitor::source_order::{
    SourceOrderVisitor, walk_except_handler, walk_expr, walk_parameter, walk_pattern, walk_stmt,
};
use ruff_python_ast::{self as ast, Expr, ExprContext, Pattern, Stmt};
use rustc_hash::{FxHashMap, FxHashSet};

use super::bound_once::captured;
use super::inert::dotted;
use super::layout::start;
use super::parse::with_syntax;
use crate::source::SourceText;

/// Exceptions whose handler makes a missing name no failure.
const FORGIVING: [&str; 5] = [
    "ImportError",
    "ModuleNotFoundError",
    "AttributeError",
    "Exception",
    "BaseException",
];

/// A place where a text takes a name from a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleUse {
    /// As written, without the leading dots.
    pub module: String,
    /// Number of leading dots.
    pub level: u32,
    /// The name that must exist in the module.
    pub name: String,
    /// 1-based.
    pub line: u32,
    /// It runs when the file is loaded; else when a function in it is called.
    pub at_load: bool,
}

/// All such places in source order. Those that a `try` or `TYPE_CHECKING` guards are left out, and so are annotations.
/// Empty for a text that nests too deep to be parsed.
pub fn module_uses(source: &Arc<SourceText>) -> Vec<ModuleUse> {
    with_syntax(source, |body| {
        let mut collector = Collector {
            source,
            functions: 0,
            guards: 0,
            modules: FxHashMap::default(),
            rebound: FxHashSet::default(),
            uses: Vec::new(),
            chains: Vec::new(),
            stored: FxHashSet::default(),
        };
        collector.visit_body(body);
        collector.finish()
    })
    .unwrap_or_default()
}

/// `a.b.c` somewhere in the text.
struct Chain {
    text: String,
    line: u32,
    at_load: bool,
}

struct Collector<'s> {
    source: &'s SourceText,
    /// Functions and lambdas around the present place.
    functions: u32,
    /// Forgiving statements around the present place.
    guards: u32,
    /// What imports bind: the module that a name stands for, its level; `None` where two imports differ.
    modules: FxHashMap<String, Option<(String, u32)>>,
    /// Names that something else than an import binds, in any scope.
    rebound: FxHashSet<String>,
    uses: Vec<ModuleUse>,
    chains: Vec<Chain>,
    /// Dotted names that the text itself assigns.
    stored: FxHashSet<String>,
}

impl Collector<'_> {
    fn import(&mut self, bound: &str, module: String, level: u32) {
        let entry = self.modules.entry(bound.to_owned());
        let known = entry.or_insert_with(|| Some((module.clone(), level)));
        if known.as_ref().is_some_and(|known| *known != (module, level)) {
            *known = None;
        }
    }

    fn guarded(&mut self, is_guarded: bool, walk: impl FnOnce(&mut Self)) {
        self.guards += u32::from(is_guarded);
        walk(self);
        self.guards -= u32::from(is_guarded);
    }

    fn finish(self) -> Vec<ModuleUse> {
        let mut uses = self.uses;
        for chain in self.chains {
            let (path, name) = chain.text.rsplit_once('.').unwrap_or(("", &chain.text));
            let (root, rest) = path
                .split_once('.')
                .map_or((path, None), |(root, rest)| (root, Some(rest)));
            let Some(Some((module, level))) = self.modules.get(root) else {
                continue;
            };
            if self.rebound.contains(root) || self.stored.contains(&chain.text) {
                continue;
            }
            let module = rest.map_or_else(|| module.clone(), |rest| format!("{module}.{rest}"));
            uses.push(ModuleUse {
                module,
                level: *level,
                name: name.to_owned(),
                line: chain.line,
                at_load: chain.at_load,
            });
        }
        uses.sort_by_key(|it| it.line);
        uses.dedup();
        uses
    }
}

impl<'a> SourceOrderVisitor<'a> for Collector<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let at_load = self.functions == 0;
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    match &alias.asname {
                        Some(name) => self.import(name, alias.name.to_string(), 0),
                        // `import a.b` binds `a`.
                        None => {
                            let root = alias.name.split('.').next().unwrap_or(&alias.name);
                            self.import(root, root.to_owned(), 0);
                        }
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                for alias in import.names.iter().filter(|alias| &alias.name != "*") {
                    let full = match module {
                        "" => alias.name.to_string(),
                        module => format!("{module}.{}", alias.name),
                    };
                    self.import(alias.asname.as_ref().unwrap_or(&alias.name), full, import.level);
                    if self.guards == 0 {
                        self.uses.push(ModuleUse {
                            module: module.to_owned(),
                            level: import.level,
                            name: alias.name.to_string(),
                            line: self.source.line_of(start(alias)),
                            at_load,
                        });
                    }
                }
            }
            Stmt::FunctionDef(function) => {
                self.rebound.insert(function.name.to_string());
                for decorator in &function.decorator_list {
                    self.visit_decorator(decorator);
                }
                self.visit_parameters(&function.parameters);
                self.functions += 1;
                self.visit_body(&function.body);
                self.functions -= 1;
            }
            Stmt::ClassDef(class) => {
                self.rebound.insert(class.name.to_string());
                walk_stmt(self, statement);
            }
            Stmt::Try(attempt) => {
                let forgives = attempt.handlers.iter().any(is_forgiving);
                self.guarded(forgives, |this| this.visit_body(&attempt.body));
                for handler in &attempt.handlers {
                    self.visit_except_handler(handler);
                }
                self.visit_body(&attempt.orelse);
                self.visit_body(&attempt.finalbody);
            }
            Stmt::With(with) => {
                let suppresses = with.items.iter().any(|item| match &item.context_expr {
                    Expr::Call(call) => dotted(&call.func).is_some_and(|name| name.ends_with("suppress")),
                    _ => false,
                });
                self.guarded(suppresses, |this| walk_stmt(this, statement));
            }
            Stmt::If(condition) if mentions_type_checking(&condition.test) => {
                self.guarded(true, |this| this.visit_body(&condition.body));
                for clause in &condition.elif_else_clauses {
                    self.visit_elif_else_clause(clause);
                }
            }
            Stmt::AnnAssign(assignment) => {
                self.visit_expr(&assignment.target);
                if let Some(value) = &assignment.value {
                    self.visit_expr(value);
                }
            }
            _ => walk_stmt(self, statement),
        }
    }

    /// Never evaluated, or only when somebody asks: no failure is certain.
    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx != ExprContext::Load => {
                self.rebound.insert(name.id.to_string());
            }
            Expr::Attribute(attribute) => {
                if let Some(text) = dotted(expr) {
                    if attribute.ctx == ExprContext::Load && self.guards == 0 {
                        self.chains.push(Chain {
                            text,
                            line: self.source.line_of(start(&attribute.attr)),
                            at_load: self.functions == 0,
                        });
                    } else if attribute.ctx != ExprContext::Load {
                        self.stored.insert(text);
                    }
                }
                walk_expr(self, expr);
            }
            Expr::Lambda(_) => {
                self.functions += 1;
                walk_expr(self, expr);
                self.functions -= 1;
            }
            _ => walk_expr(self, expr),
        }
    }

    fn visit_parameter(&mut self, parameter: &'a ast::Parameter) {
        self.rebound.insert(parameter.name.to_string());
        walk_parameter(self, parameter);
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(clause) = handler;
        self.rebound.extend(clause.name.as_ref().map(ToString::to_string));
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        self.rebound.extend(captured(pattern).map(ToString::to_string));
        walk_pattern(self, pattern);
    }
}

fn is_forgiving(handler: &ast::ExceptHandler) -> bool {
    let ast::ExceptHandler::ExceptHandler(clause) = handler;
    let forgives = |expr: &Expr| dotted(expr).is_some_and(|name| FORGIVING.contains(&name.as_str()));
    match clause.type_.as_deref() {
        None => true,
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().any(forgives),
        Some(expr) => forgives(expr),
    }
}

fn mentions_type_checking(test: &Expr) -> bool {
    dotted(test).is_some_and(|name| name == "TYPE_CHECKING" || name.ends_with(".TYPE_CHECKING"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(text: &str) -> Vec<String> {
        let shown = |it: ModuleUse| {
            let dots = ".".repeat(it.level as usize);
            let when = if it.at_load { "" } else { " later" };
            format!("{}: {dots}{}:{}{when}", it.line, it.module, it.name)
        };
        let source = Arc::new(SourceText::new("m.py", text));
        module_uses(&source).into_iter().map(shown).collect()
    }

    #[test]
    fn names_are_taken_by_imports_and_by_attributes() {
        for (text, expected) in [
            ("from a.b import c, d as e", &["1: a.b:c", "1: a.b:d"][..]),
            (
                "from . import c\nfrom ..a import (\n  b,\n  c)",
                &["1: .:c", "3: ..a:b", "4: ..a:c"],
            ),
            ("def f():\n from a import c", &["2: a:c later"]),
            ("import a.b\na.b.c()", &["2: a.b:c", "2: a:b"]),
            ("import a.b as x\nclass C(x.c): pass", &["2: a.b:c"]),
            ("from a import b\ndef f(): return b.c", &["1: a:b", "2: a.b:c later"]),
            ("import a\nlambda: a.c\ndef f(x=a.d): 0", &["2: a:c later", "3: a:d"]),
            ("from a import *", &[]),
        ] {
            assert_eq!(uses(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_certain_is_left_out() {
        for text in [
            "try:\n from a import c\nexcept ImportError: pass",
            "try:\n from a import c\nexcept (KeyError, Exception): pass",
            "try:\n from a import c\nexcept: pass",
            "with contextlib.suppress(ImportError):\n from a import c",
            "if typing.TYPE_CHECKING:\n from a import c",
            "import a\ndef f(a): return a.c",
            "import a\na = 1\na.c",
            "import a\na.c = 1\na.c",
            "import a\nimport b as a\na.c",
            "import a\ndef f(x: a.c) -> a.d: 0\ny: a.e = 1",
            "b.c",
        ] {
            assert!(uses(text).is_empty(), "{text}: {:?}", uses(text));
        }
    }
}
