//! A file's text as a tree of definitions: the only user of the parser.
//!
//! [`parse`] never fails. Where the text does not parse it keeps what the parser recovered and lists the problems; the
//! running interpreter's own compiler is the judge of what is valid, so the caller asks it before it refuses a save.
//!
//! The tree holds what a reload can act on: modules, classes and blocks list all their statements, functions only what
//! owns a code object (nested functions, lambdas, comprehensions), because their statements run at the next call.
//! Everything the later stages need to know about a definition is in its [`Facets`]; the syntax tree is dropped.
//!
//! Two definitions with equal [`fingerprints`](Definition::fingerprint) run the same: positions, comments and
//! formatting do not count.

mod bound_once;
mod build;
mod effects;
mod facets;
mod fingerprint;
mod inert;
mod layout;
mod module;
mod names;
mod nesting;
mod parse;
mod reparse;
mod tree;
mod uses;

pub use bound_once::bound_once;
pub use facets::{
    BlockFacets, BranchFacets, BranchKind, ClassFacets, Effects, ExprFacet, Facets, FunctionFacets, ImportFacet,
    ModuleFacets, Parameter, ParameterKind, StatementFacets,
};
pub use names::mangle;
pub use parse::{ProblemKind, SyntaxProblem, is_expression, parse};
pub use reparse::reparse;
pub use tree::{
    Ancestors, BlockKind, ComprehensionKind, Definition, DefinitionId, DefinitionKind, DefinitionTree, StatementKind,
};
pub use uses::{ModuleUse, module_uses};

#[cfg(test)]
mod tests;
