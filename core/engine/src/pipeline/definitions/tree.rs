//! The arena of definitions, and how to walk it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::facets::Facets;
use super::module::end_of;
use super::names::mangle;
use super::parse::SyntaxProblem;
use crate::source::SourceText;

/// Index of a definition in its own tree; ids of two trees have nothing to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct DefinitionId(pub u32);

impl DefinitionId {
    /// The module itself.
    pub const MODULE: Self = Self(0);

    /// As an index into [`DefinitionTree::definitions`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a definition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum DefinitionKind {
    /// The whole file.
    Module,
    /// `class`.
    Class,
    /// `def`. `is_generator`: a `yield` of its own; with `is_async` that is an asynchronous generator.
    Function { is_async: bool, is_generator: bool },
    /// `lambda`.
    Lambda,
    /// A comprehension or generator expression. CPython 3.12 and later give only generator expressions a code object of
    /// their own (PEP 709).
    Comprehension(ComprehensionKind),
    /// A compound statement of a module, class or block; its children are header expressions and branches.
    Block(BlockKind),
    /// One suite of a block, with the clause that leads to it.
    Branch,
    /// Any other statement of a module, class or block.
    Statement(StatementKind),
}

/// The four forms of comprehension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum ComprehensionKind {
    List,
    Set,
    Dict,
    Generator,
}

/// Compound statements other than `def` and `class`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum BlockKind {
    If,
    Try,
    With,
    For,
    While,
    Match,
}

/// Simple statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum StatementKind {
    Import,
    ImportFrom,
    Assign,
    AugAssign,
    AnnAssign,
    Delete,
    /// An expression whose value is dropped.
    Expression,
    /// The string that becomes the `__doc__` of the module or class: first in its body.
    Docstring,
    /// `global` or `nonlocal`.
    Global,
    /// `type X = ...` (PEP 695).
    TypeAlias,
    Pass,
    /// `assert`, `raise`, `return`, `break`, `continue`.
    Other,
}

impl DefinitionKind {
    /// Does it have a code object of its own? (Comprehensions: see [`DefinitionKind::Comprehension`].)
    pub fn owns_code(self) -> bool {
        matches!(
            self,
            Self::Module | Self::Class | Self::Function { .. } | Self::Lambda | Self::Comprehension(_)
        )
    }

    /// `module`, `class`, `function`, `lambda`, `list comprehension`, `if`, `branch`, `import`, ... for reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Class => "class",
            Self::Function { .. } => "function",
            Self::Lambda => "lambda",
            Self::Comprehension(ComprehensionKind::List) => "list comprehension",
            Self::Comprehension(ComprehensionKind::Set) => "set comprehension",
            Self::Comprehension(ComprehensionKind::Dict) => "dict comprehension",
            Self::Comprehension(ComprehensionKind::Generator) => "generator expression",
            Self::Block(BlockKind::If) => "if",
            Self::Block(BlockKind::Try) => "try",
            Self::Block(BlockKind::With) => "with",
            Self::Block(BlockKind::For) => "for",
            Self::Block(BlockKind::While) => "while",
            Self::Block(BlockKind::Match) => "match",
            Self::Branch => "branch",
            Self::Statement(StatementKind::Import) => "import",
            Self::Statement(StatementKind::ImportFrom) => "import from",
            Self::Statement(StatementKind::Assign) => "assignment",
            Self::Statement(StatementKind::AugAssign) => "augmented assignment",
            Self::Statement(StatementKind::AnnAssign) => "annotated assignment",
            Self::Statement(StatementKind::Delete) => "del",
            Self::Statement(StatementKind::Expression) => "expression",
            Self::Statement(StatementKind::Docstring) => "docstring",
            Self::Statement(StatementKind::Global) => "global",
            Self::Statement(StatementKind::TypeAlias) => "type alias",
            Self::Statement(StatementKind::Pass) => "pass",
            Self::Statement(StatementKind::Other) => "statement",
        }
    }
}

/// One definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its index in the tree; preorder, so a definition comes before everything inside it.
    pub id: DefinitionId,
    /// `None` for the module only.
    pub parent: Option<DefinitionId>,
    /// In source order.
    pub children: Vec<DefinitionId>,
    pub kind: DefinitionKind,
    /// `co_name`: the name of a function or class, `<lambda>`, `<listcomp>`, ...; `None` for everything else.
    pub name: Option<Arc<str>>,
    /// `__qualname__` as CPython 3.12 and later have it: `C.f`, `f.<locals>.g`, `C.<lambda>`. Blocks, branches and
    /// statements have that of the scope they are in; the module has the empty text.
    pub path: Arc<str>,
    /// Bytes. A function or class starts at its first decorator; no line end is included.
    pub range: Range<u32>,
    /// 1-based line of `range.start`: what `co_firstlineno` counts from.
    pub first_line: u32,
    /// 1-based line of the `def`, `async` or `class` keyword; elsewhere `first_line`.
    pub def_line: u32,
    /// 1-based line of the last byte.
    pub last_line: u32,
    /// 0-based byte column of `range.start`.
    pub column: u32,
    /// Equal for two definitions that run the same, whatever their positions, comments and formatting. A function or
    /// class includes its decorators, header and body. Valid inside one process only.
    pub fingerprint: u64,
    /// Stands in a decorator, default, annotation, base, type parameter or clause header of its parent, or in the first
    /// iterable of a comprehension: its code object belongs to the scope around the parent, not to the parent's.
    pub in_header: bool,
    pub facets: Facets,
    /// Of a child of the module: see [`ModuleFacets::mentions_super`](super::ModuleFacets::mentions_super).
    pub(crate) mentions_super: bool,
}

/// All definitions of one file.
#[derive(Clone, Debug)]
pub struct DefinitionTree {
    /// The text that the ranges point into.
    pub source: Arc<SourceText>,
    /// Preorder; the first is the module.
    pub definitions: Vec<Definition>,
    /// What the parser did not understand, in source order. With [`ProblemKind::TooDeep`](super::ProblemKind) among
    /// them the tree is empty but for the module.
    pub problems: Vec<SyntaxProblem>,
}

impl DefinitionTree {
    /// The definition of an id of this tree.
    ///
    /// # Panics
    /// With an id of another, larger tree.
    pub fn get(&self, id: DefinitionId) -> &Definition {
        &self.definitions[id.index()]
    }

    /// The module.
    pub fn module(&self) -> &Definition {
        self.get(DefinitionId::MODULE)
    }

    /// The text of a definition, decorators included.
    pub fn text(&self, id: DefinitionId) -> &str {
        self.slice(&self.get(id).range)
    }

    /// The text of a range of one of the definition's facets; empty where there is no such text.
    pub fn text_of(&self, id: DefinitionId, range: &Range<u32>) -> &str {
        self.slice(&self.absolute(id, range))
    }

    /// A range of one of the definition's facets as byte offsets in the file.
    pub fn absolute(&self, id: DefinitionId, range: &Range<u32>) -> Range<u32> {
        let start = self.get(id).range.start;
        start + range.start..start + range.end
    }

    /// The text of a byte range of this file; empty where there is no such text.
    pub fn slice(&self, range: &Range<u32>) -> &str {
        self.source
            .text()
            .get(range.start as usize..range.end as usize)
            .unwrap_or("")
    }

    /// The parent, its parent, and so on up to the module.
    pub fn ancestors(&self, id: DefinitionId) -> Ancestors<'_> {
        Ancestors { tree: self, at: id }
    }

    /// Everything inside a definition, in source order, without itself.
    pub fn descendants(&self, id: DefinitionId) -> impl Iterator<Item = &Definition> {
        let end = self.end_of(id);
        self.definitions[id.index() + 1..end].iter()
    }

    /// The nearest module, class, function or lambda around a definition, without itself, in whose namespace its names
    /// are bound: blocks, branches, statements and comprehensions are skipped. The module gives itself.
    pub fn enclosing_scope(&self, id: DefinitionId) -> DefinitionId {
        let mut at = id;
        loop {
            let definition = self.get(at);
            let Some(parent) = definition.parent else { return at };
            let is_scope = matches!(
                self.get(parent).kind,
                DefinitionKind::Module
                    | DefinitionKind::Class
                    | DefinitionKind::Function { .. }
                    | DefinitionKind::Lambda
            );
            if is_scope && !definition.in_header {
                return parent;
            }
            at = parent;
        }
    }

    /// The innermost definition that covers a 1-based line; the module where there is none. Of several on one line the
    /// first is taken.
    pub fn definition_at_line(&self, line: u32) -> DefinitionId {
        let mut at = DefinitionId::MODULE;
        'down: loop {
            for &child in &self.get(at).children {
                let definition = self.get(child);
                if definition.first_line <= line && line <= definition.last_line {
                    at = child;
                    continue 'down;
                }
            }
            return at;
        }
    }

    /// The functions, classes, lambdas and comprehensions whose code object is nested directly in that of `scope` (a
    /// definition that [owns code](DefinitionKind::owns_code)), in source order.
    ///
    /// It looks through statements, blocks and branches, and through the headers of what it finds: the code of a lambda
    /// in a decorator belongs to the scope in which the decorator runs. It does not know that CPython 3.12 and later have
    /// no code objects for list, set and dict comprehensions: there, the owners inside such a comprehension belong to
    /// its scope as well.
    pub fn code_owners(&self, scope: DefinitionId) -> Vec<DefinitionId> {
        let mut owners = Vec::new();
        // An explicit stack: lambdas nest as deep as the file likes.
        let mut pending: Vec<DefinitionId> = self
            .get(scope)
            .children
            .iter()
            .copied()
            .filter(|child| !self.get(*child).in_header)
            .rev()
            .collect();
        while let Some(id) = pending.pop() {
            let definition = self.get(id);
            let owns = definition.kind.owns_code();
            if owns {
                owners.push(id);
            }
            pending.extend(
                definition
                    .children
                    .iter()
                    .copied()
                    .filter(|child| !owns || self.get(*child).in_header)
                    .rev(),
            );
        }
        owners
    }

    /// The name under which a function or class is bound in its scope: private names of a class are mangled (`__x` in
    /// `C` is `_C__x`). `None` for what binds no name by itself.
    pub fn bound_name(&self, id: DefinitionId) -> Option<Cow<'_, str>> {
        let definition = self.get(id);
        if !matches!(definition.kind, DefinitionKind::Class | DefinitionKind::Function { .. }) {
            return None;
        }
        Some(self.mangled(id, definition.name.as_deref()?))
    }

    /// A name as Python sees it where a definition stands, and in the parameters of a function: private names of the
    /// class around it are mangled.
    pub fn mangled<'n>(&self, id: DefinitionId, name: &'n str) -> Cow<'n, str> {
        let mut at = id;
        while let Some(parent) = self.get(at).parent {
            if self.get(parent).kind == DefinitionKind::Class && !self.get(at).in_header {
                return mangle(self.get(parent).name.as_deref().unwrap_or(""), name);
            }
            at = parent;
        }
        Cow::Borrowed(name)
    }

    /// Names that a child binds in the scope around it: those of a statement, of a whole block, of a branch's clause, of
    /// a function or class.
    pub fn binds(&self, id: DefinitionId) -> Vec<Cow<'_, str>> {
        match &self.get(id).facets {
            Facets::Statement(facets) => facets.binds.iter().map(|name| Cow::Borrowed(name.as_str())).collect(),
            Facets::Block(facets) => facets.binds.iter().map(|name| Cow::Borrowed(name.as_str())).collect(),
            Facets::Branch(facets) => facets.binds.iter().map(|name| Cow::Borrowed(name.as_str())).collect(),
            _ => self.bound_name(id).into_iter().collect(),
        }
    }

    /// One past the last descendant, as an index: preorder makes a subtree one run.
    pub(crate) fn end_of(&self, id: DefinitionId) -> usize {
        end_of(&self.definitions, id.index())
    }
}

/// See [`DefinitionTree::ancestors`].
pub struct Ancestors<'t> {
    tree: &'t DefinitionTree,
    at: DefinitionId,
}

impl<'t> Iterator for Ancestors<'t> {
    type Item = &'t Definition;

    fn next(&mut self) -> Option<&'t Definition> {
        self.at = self.tree.get(self.at).parent?;
        Some(self.tree.get(self.at))
    }
}
