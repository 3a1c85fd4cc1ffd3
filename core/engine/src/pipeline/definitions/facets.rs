//! What the later stages need to know of a definition, so that none of them parses again.
//!
//! All byte ranges in facets count from the start of their definition, so that a definition which only moved shares its
//! facets with the old one; [`text_of`](super::DefinitionTree::text_of) and
//! [`absolute`](super::DefinitionTree::absolute) lead back to the file.

use std::ops::Range;
use std::sync::Arc;

/// The facts of one definition, by kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Facets {
    Module(Arc<ModuleFacets>),
    Class(Arc<ClassFacets>),
    /// Functions and lambdas.
    Function(Arc<FunctionFacets>),
    Block(Arc<BlockFacets>),
    Branch(Arc<BranchFacets>),
    Statement(Arc<StatementFacets>),
    /// Comprehensions have none.
    None,
}

impl Facets {
    /// Those of the module.
    pub fn module(&self) -> Option<&ModuleFacets> {
        if let Self::Module(facets) = self {
            Some(facets)
        } else {
            None
        }
    }

    /// Those of a class.
    pub fn class(&self) -> Option<&ClassFacets> {
        if let Self::Class(facets) = self {
            Some(facets)
        } else {
            None
        }
    }

    /// Those of a function or lambda.
    pub fn function(&self) -> Option<&FunctionFacets> {
        if let Self::Function(facets) = self {
            Some(facets)
        } else {
            None
        }
    }

    /// Those of a block.
    pub fn block(&self) -> Option<&BlockFacets> {
        if let Self::Block(facets) = self {
            Some(facets)
        } else {
            None
        }
    }

    /// Those of a branch.
    pub fn branch(&self) -> Option<&BranchFacets> {
        if let Self::Branch(facets) = self {
            Some(facets)
        } else {
            None
        }
    }

    /// Those of a statement.
    pub fn statement(&self) -> Option<&StatementFacets> {
        if let Self::Statement(facets) = self {
            Some(facets)
        } else {
            None
        }
    }
}

/// An expression that a later stage may evaluate or compare on its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExprFacet {
    /// Bytes from the start of the definition, without parentheses around the expression.
    pub range: Range<u32>,
    /// See [`Definition::fingerprint`](super::Definition::fingerprint).
    pub fingerprint: u64,
    /// The dotted name when the expression is one or the call of one: `functools.lru_cache` for
    /// `@functools.lru_cache(maxsize=1)`.
    pub text: Option<String>,
    /// Names that evaluating it reads from the scopes around it, without duplicates, in order.
    pub reads: Vec<String>,
    /// Evaluating it can call no user code.
    pub is_inert: bool,
    /// Computed from names, literals and operators only (SPEC section 3, `constant`).
    pub is_formula: bool,
}

/// Facts of a whole file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModuleFacets {
    /// Names imported by `from __future__ import`, in order.
    pub future: Vec<String>,
    /// All names bound by import statements at module scope, blocks included, without duplicates: they decide how the
    /// compiler calls methods of them.
    pub module_imports: Vec<String>,
    /// The module's own scope names `super` (not merely a method in it), or a function declares it `global`: then
    /// CPython 3.12 and later compile `super().f()` without `LOAD_SUPER_ATTR` everywhere in the file.
    pub mentions_super: bool,
    /// The string that becomes `__doc__`.
    pub docstring: Option<ExprFacet>,
}

/// How a parameter takes its argument; the order is that of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ParameterKind {
    PositionalOnly,
    Positional,
    /// `*args`.
    VarPositional,
    KeywordOnly,
    /// `**kwargs`.
    VarKeyword,
}

/// One parameter of a function or lambda.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// As written; `co_varnames` has the mangled form for private names in a class.
    pub name: String,
    pub kind: ParameterKind,
    pub default: Option<ExprFacet>,
    pub annotation: Option<ExprFacet>,
}

/// Facts of a `def` or a lambda.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunctionFacets {
    /// In source order; Python applies the last first. The ranges are without the `@`.
    pub decorators: Vec<ExprFacet>,
    /// In the order of the signature.
    pub parameters: Vec<Parameter>,
    /// The return annotation.
    pub returns: Option<ExprFacet>,
    /// `[T: int]`, brackets included.
    pub type_params: Option<ExprFacet>,
    pub docstring: Option<ExprFacet>,
    /// Of the body without its docstring; of a lambda's expression.
    pub body_fingerprint: u64,
    /// From the first statement (the docstring) to the end of the last.
    pub body_range: Range<u32>,
    /// From `def` or `async` (or `lambda`) to the colon, which is included; without decorators.
    pub header_range: Range<u32>,
    /// Names `super` or `__class__` inside, nested functions included, nested classes not: it needs a `__class__` cell.
    pub uses_super: bool,
    /// Statements in the body at any depth, nested definitions and their statements included, the docstring not.
    pub statement_count: u32,
    /// The body is only `...`, `pass` or a docstring.
    pub is_stub: bool,
    /// Names that it, or a function in it, loads and does not bind locally, without duplicates, in order: globals,
    /// builtins and free variables. Private names are mangled.
    pub reads: Vec<String>,
    /// Names that it, or a definition in it, declares `global`.
    pub globals: Vec<String>,
    /// Attributes that it assigns to a variable named `self`, nested functions not included; sorted.
    pub self_attributes: Vec<String>,
    /// Running the `def` can call no user code: no decorators, inert defaults and annotations.
    pub is_inert: bool,
}

/// Facts of a class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassFacets {
    /// As in [`FunctionFacets::decorators`].
    pub decorators: Vec<ExprFacet>,
    /// Bases and keywords in order; of a keyword the value, see `keywords`.
    pub arguments: Vec<ExprFacet>,
    /// Runs parallel to `arguments`: the keyword's name, `None` for a base (and for `**mapping`).
    pub keywords: Vec<Option<String>>,
    /// `[T: int]`, brackets included.
    pub type_params: Option<ExprFacet>,
    pub docstring: Option<ExprFacet>,
    /// Of the body without its docstring.
    pub body_fingerprint: u64,
    /// From the first statement (the docstring) to the end of the last.
    pub body_range: Range<u32>,
    /// From `class` to the colon, which is included; without decorators.
    pub header_range: Range<u32>,
    /// Names declared `global` in the class body itself: statements and definitions bind these in the module.
    pub globals: Vec<String>,
    /// Attributes that its functions assign to a variable named `self`, sorted: `__static_attributes__` of Python 3.13
    /// (CPython, Python/compile.c, `maybe_add_static_attribute_to_class`).
    pub self_attributes: Vec<String>,
    /// Running the class statement can call no user code: no decorators, bases (whose `__init_subclass__` would run) or
    /// keywords, and everything in the body is inert.
    pub is_inert: bool,
}

/// Facts of a compound statement at module or class level.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BlockFacets {
    /// The test of the first branch of an `if`, of a `while`; target and iterable of a `for`; the items of a `with`; the
    /// subject of a `match`; `None` for `try`. `text`, `is_inert` and `is_formula` speak of a single expression only.
    pub header: Option<ExprFacet>,
    /// From the keyword to the colon, which is included.
    pub header_range: Range<u32>,
    /// `async for`, `async with`.
    pub is_async: bool,
    /// All names that it binds in the scope around it, in any branch, definitions and targets included, in order.
    pub binds: Vec<String>,
    /// It contains `from m import *`.
    pub binds_star: bool,
}

/// Which suite of a block a branch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum BranchKind {
    If,
    Elif,
    /// Of `if`, `for`, `while` or `try`.
    Else,
    Try,
    Except,
    Finally,
    /// The suite of `for`, `while` or `with`.
    Body,
    Case,
}

impl BranchKind {
    /// The keyword; `body` for the suite of a loop or `with`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::Elif => "elif",
            Self::Else => "else",
            Self::Try => "try",
            Self::Except => "except",
            Self::Finally => "finally",
            Self::Body => "body",
            Self::Case => "case",
        }
    }
}

/// Facts of one suite of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchFacets {
    pub kind: BranchKind,
    /// The test of `if` and `elif`, the exception of `except`, pattern and guard of `case`. `None` elsewhere.
    pub test: Option<ExprFacet>,
    /// Names that the clause itself binds: the captures of a pattern, `except E as name`.
    pub binds: Vec<String>,
    /// It runs only when the file is the main program: `if __name__ == "__main__":` in any equal spelling, also with
    /// further conditions by `and`, also the `else` of `!=`.
    pub main_guard: bool,
    /// Its test and those of all branches before it are made only of names, literals, comparisons, `and`, `or`, `not`,
    /// `TYPE_CHECKING`, `sys.version_info`, `sys.platform`: evaluating them again tells which branch ran.
    pub static_test: bool,
    /// From the keyword to the colon, which is included; of a loop's or a `with`'s body empty: see the block's.
    pub header_range: Range<u32>,
    /// From the first statement to the end of the last.
    pub body_range: Range<u32>,
}

/// One name of an import statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFacet {
    /// As written, without the leading dots; empty for `from . import x`.
    pub module: String,
    /// Number of leading dots.
    pub level: u32,
    /// The name after `import` in `from m import name`, `*` for a star; `None` for `import m`.
    pub name: Option<String>,
    /// The name bound in the scope: `a` for `import a.b`, `c` for `import a.b as c`, `*` for a star.
    pub bound_as: String,
}

/// What a simple statement does besides binding and unbinding names: it stays when the statement goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Attributes that it assigns, by their dotted names: `C.limit`.
    pub sets: Vec<String>,
    /// Likewise, attributes that `del` removes.
    pub removes: Vec<String>,
    /// It calls something for its effect, assigns or deletes items, changes an attribute in place.
    pub others: bool,
}

impl Effects {
    /// It binds and unbinds names, and does nothing else.
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty() && self.removes.is_empty() && !self.others
    }
}

/// Facts of a simple statement at module or class level. Names of a class are mangled where Python does so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatementFacets {
    /// Names that it binds in its scope, in order, without duplicates.
    pub binds: Vec<String>,
    /// It is `from m import *`.
    pub binds_star: bool,
    /// Names that `del` unbinds.
    pub deletes: Vec<String>,
    /// What it does besides binding and unbinding names.
    pub effects: Effects,
    /// The name of a simple annotated assignment, with or without a value.
    pub annotates: Option<String>,
    /// The annotation of an annotated assignment, in bytes from the start of the statement.
    pub annotation_range: Option<Range<u32>>,
    /// Names that it, or a lambda in it, reads from its scope or beyond, in order, without duplicates.
    pub reads: Vec<String>,
    /// Those of them that only lambdas read, when they are called.
    pub reads_later: Vec<String>,
    /// Running it can call no user code. Imports are not inert.
    pub is_inert: bool,
    /// The value of an assignment, annotated assignment or expression statement.
    pub value: Option<ExprFacet>,
    /// The dotted name that an expression statement calls.
    pub calls: Option<String>,
    /// Of an import, name by name.
    pub imports: Vec<ImportFacet>,
    /// The fingerprint with the parameters and bodies of lambdas left out, and of generator expressions everything but
    /// the first iterable: what of them runs when the statement runs.
    pub shape_fingerprint: u64,
    /// The fingerprint with the parameters and bodies of lambdas left out and nothing else: a statement that differs only
    /// inside lambdas need not run again, while a generator expression may have been consumed when it ran.
    pub lambda_free_fingerprint: u64,
}

/// Facets whose ranges are still those of the file, or are to be those of another definition.
pub(super) trait Shift: Sized {
    /// Calls `shift` with every range.
    fn each_range(&mut self, shift: &mut impl FnMut(&mut Range<u32>));

    /// The same with ranges that count from `start`; in the tree of a broken text a range may lie before it.
    fn counted_from(mut self, start: u32) -> Self {
        self.each_range(&mut |range| *range = range.start.saturating_sub(start)..range.end.saturating_sub(start));
        self
    }

    /// The same with ranges that count from the start of the file again.
    fn in_file(mut self, start: u32) -> Self {
        self.each_range(&mut |range| *range = range.start + start..range.end + start);
        self
    }
}

impl Shift for ExprFacet {
    fn each_range(&mut self, shift: &mut impl FnMut(&mut Range<u32>)) {
        shift(&mut self.range);
    }
}

impl<T: Shift> Shift for Option<T> {
    fn each_range(&mut self, shift: &mut impl FnMut(&mut Range<u32>)) {
        self.iter_mut().for_each(|it| it.each_range(shift));
    }
}

impl<T: Shift> Shift for Vec<T> {
    fn each_range(&mut self, shift: &mut impl FnMut(&mut Range<u32>)) {
        self.iter_mut().for_each(|it| it.each_range(shift));
    }
}

impl Shift for Parameter {
    fn each_range(&mut self, shift: &mut impl FnMut(&mut Range<u32>)) {
        self.default.each_range(shift);
        self.annotation.each_range(shift);
    }
}

impl Shift for FunctionFacets {
    fn each_range(&mut self, shift: &mut impl FnMut(&mut Range<u32>)) {
        self.decorators.each_range(shift);
        self.parameters.each_range(shift);
        self.returns.each_range(shift);
        self.type_params.each_range(shift);
        self.docstring.each_range(shift);
        shift(&mut self.body_range);
        shift(&mut self.header_range);
    }
}

impl Shift for ClassFacets {
    fn each_range(&mut self, shift: &mut impl FnMut(&mut Range<u32>)) {
        self.decorators.each_range(shift);
        self.arguments.each_range(shift);
        self.type_params.each_range(shift);
        self.docstring.each_range(shift);
        shift(&mut self.body_range);
        shift(&mut self.header_range);
    }
}

impl Shift for BlockFacets {
    fn each_range(&mut self, shift: &mut impl FnMut(&mut Range<u32>)) {
        self.header.each_range(shift);
        shift(&mut self.header_range);
    }
}

impl Shift for BranchFacets {
    fn each_range(&mut self, shift: &mut impl FnMut(&mut Range<u32>)) {
        self.test.each_range(shift);
        shift(&mut self.header_range);
        shift(&mut self.body_range);
    }
}

impl Shift for StatementFacets {
    fn each_range(&mut self, shift: &mut impl FnMut(&mut Range<u32>)) {
        self.annotation_range.iter_mut().for_each(&mut *shift);
        self.value.each_range(shift);
    }
}
