//! The plan as data: printable, serialisable, the same for both runtimes.

use std::path::PathBuf;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::dependents::Dependent;
use super::guard::{BlockQuestion, Guard, TraceValue};
use super::origin::Origin;
use super::outline::Outline;
use super::spared::Spared;
use super::stars::{StarImport, Unstar};
use super::unit::Unit;
use crate::pipeline::definitions::DefinitionId;

/// What one save does to the program, file by file, in the order of the paths.
#[derive(Debug, Default, Serialize)]
pub struct Plan {
    /// One entry per changed file.
    pub files: Vec<FilePlan>,
    /// The order in which what runs after the commit runs: indices of files, and of operations in them.
    #[serde(skip)]
    pub order: Vec<(usize, usize)>,
    /// What read a name of which the save may change the value, anywhere in the program; in the order in which values
    /// travel.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependents: Vec<Dependent>,
}

/// What the change of one file does, in the order of its new text; deletions come first.
#[derive(Debug, Serialize)]
pub struct FilePlan {
    /// The file, as `co_filename` has it.
    pub path: PathBuf,
    /// Changes in the order in which they are made.
    pub operations: Vec<Operation>,
    /// What must be known of blocks, for the guards of operations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<BlockQuestion>,
    /// Definitions whose text did not change and that may only have moved, outermost first.
    #[serde(skip)]
    pub unchanged: Vec<Unchanged>,
    /// Classes at module and class level that are in both texts, outermost first.
    #[serde(skip)]
    pub classes: Vec<LiveClass>,
    /// Names with an annotation by scope, in the order of the new text: `__annotations__` has them in this order.
    #[serde(skip)]
    pub annotated: FxHashMap<Scope, Vec<String>>,
    /// The star-imports that the new text has.
    #[serde(skip)]
    pub stars: Vec<StarImport>,
    /// See [`FileChange`](super::FileChange).
    #[serde(skip)]
    pub is_joined: bool,
    /// Names that come back for what runs in between and are deleted again, with the value that they had: nothing that
    /// has read one has read another value.
    #[serde(skip)]
    pub fleeting: FxHashSet<(Scope, String)>,
    /// Statements of the new text that run and whose old text made an empty container, with the name that they bind.
    #[serde(skip)]
    pub emptied: Vec<(DefinitionId, String)>,
    /// `__future__` compiler flags of the new text.
    pub flags: u32,
}

/// What a class statement derives from its body, besides its namespace.
#[derive(Debug)]
pub struct LiveClass {
    /// In the tree of the baseline.
    pub old: DefinitionId,
    /// In the new tree.
    pub new: DefinitionId,
    /// Where its body runs: the names of the classes around it, then its own.
    pub scope: Scope,
    /// Dotted names of the decorators, outermost first.
    pub decorators: Vec<String>,
    /// 1-based line of its first decorator or its header in the new text: `__firstlineno__` from 3.13 on.
    pub line: u32,
    /// `__static_attributes__` (3.13), where they changed.
    pub static_attributes: Option<Vec<String>>,
    /// The new text binds `__hash__`, so it does not follow from `__eq__`.
    pub binds_hash: bool,
    /// What `__init__` sets from now on.
    pub new_attributes: Option<NewAttributes>,
}

/// Attributes of `self` that `__init__` assigns and that nothing in the old class did: the instances made so far lack
/// them.
#[derive(Debug)]
pub struct NewAttributes {
    /// `__init__` in the new tree.
    pub init: DefinitionId,
    /// Sorted.
    pub names: Vec<String>,
}

/// A code owner whose text is the same in both trees.
#[derive(Clone, Copy, Debug)]
pub struct Unchanged {
    /// In the tree of the baseline.
    pub old: DefinitionId,
    /// In the new tree.
    pub new: DefinitionId,
    /// 1-based first line in the new text.
    pub line: u32,
}

/// One change to the live program.
#[derive(Debug, Serialize)]
pub struct Operation {
    /// Which row of the table of edits this is.
    pub edit: EditCode,
    /// Path inside the module, such as `C.f`; empty for a statement of the module itself.
    pub name: String,
    /// 1-based line in the new text; for a deletion in the old one.
    pub line: u32,
    /// First line of the text, for `Run` reports.
    pub summary: String,
    /// The definition in the baseline's tree.
    pub old: Option<DefinitionId>,
    /// The definition in the new tree.
    pub new: Option<DefinitionId>,
    /// All must hold, or nothing is done. What is not done because of them counts as live all the same: a fresh start
    /// would not run it either.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<Guard>,
    /// What to do.
    pub action: Action,
}

/// What an operation does.
#[derive(Debug, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Action {
    /// Existing code objects get new ones.
    Update(Box<UpdateCode>),
    /// A statement or a new definition is run.
    Run(Box<RunStatement>),
    /// The tests of a block are evaluated: what the guards of later operations ask for.
    Choose {
        /// Index of the block in the file's plan.
        block: usize,
    },
    /// Names are removed from their namespace.
    Unbind {
        scope: Scope,
        names: Vec<String>,
        /// Names that lose their annotation.
        annotations: Vec<String>,
    },
    /// The names that a star-import has bound are removed: which these are only the program knows.
    Unstar(Box<Unstar>),
    /// A class is made anew aside, where more of it than the statements of its body depends on them.
    Remake(Box<RemakeClass>),
    /// A definition gets another name; what else changed of it is an operation of its own.
    Rename(Rename),
    /// Nothing is done, and the report says why.
    Refuse(Refusal),
}

impl Action {
    /// The class or module in whose namespace it is done; for a class that is made again, its own.
    pub fn scope(&self) -> Option<&Scope> {
        match self {
            Self::Update(update) => Some(&update.scope),
            Self::Run(statement) => Some(&statement.scope),
            Self::Unbind { scope, .. } => Some(scope),
            Self::Remake(remake) => Some(&remake.scope),
            Self::Rename(rename) => Some(&rename.old_scope),
            Self::Choose { .. } | Self::Unstar(_) | Self::Refuse(_) => None,
        }
    }
}

/// A function or class that has another name now, or is bound in another scope: the new name is bound to the same object,
/// the old one goes.
#[derive(Debug, Serialize)]
pub struct Rename {
    /// Where the old name is bound, and where the new one is; the classes around it with their new names.
    pub old_scope: Scope,
    pub scope: Scope,
    /// The name that it has so far.
    pub from: String,
    /// The name that it gets.
    pub to: String,
    /// What changes in qualified names.
    pub path: PathChange,
    /// It is a class: its own attributes say its name.
    pub is_class: bool,
    /// How its private names (`__x`) begin, which live in it and in its instances, where that changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private: Option<PathChange>,
    /// What makes the definition anew under its new name, for objects that cannot be told their new name, and where the
    /// old one was never made.
    pub addition: Option<Box<RunStatement>>,
    /// The old name stays: something else in the new text binds it, or the class that it stands in is deleted whole.
    pub keeps_old: bool,
    /// In a block: what tells that the old name leads to this definition, and not to that of another branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_by: Option<TraceValue>,
}

/// The qualified name of a definition, which is the beginning of the qualified names of all that is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathChange {
    /// So far.
    pub from: String,
    /// From now on.
    pub to: String,
}

impl PathChange {
    /// The new form of a qualified name; `None` where this change does not concern it.
    pub fn apply(&self, qualified: &str) -> Option<String> {
        let rest = qualified.strip_prefix(&self.from)?;
        (rest.is_empty() || rest.starts_with('.')).then(|| format!("{}{rest}", self.to))
    }
}

/// Where a statement runs and where its names are bound.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Scope {
    /// Names of the enclosing classes, outermost first; empty for the module.
    pub classes: Vec<String>,
}

/// A class whose header changed, or whose body, out of which a decorator or a metaclass may have made it.
#[derive(Debug, Serialize)]
pub struct RemakeClass {
    /// Where its body runs: the names of the classes around it, then its own.
    pub scope: Scope,
    /// The name that its statement binds.
    pub bound_as: String,
    /// Its statement, as written.
    pub statement: Unit,
    /// Bases and keywords: the value is a pair of a tuple and a dict; of a class with type parameters a class with this
    /// header and an empty body. `None` where none are written.
    pub arguments: Option<Unit>,
    /// Bases, metaclass, keywords or type parameters changed.
    pub header_changed: bool,
    /// Keywords other than `metaclass` changed.
    pub keywords_changed: bool,
    /// It has type parameters (PEP 695), or had.
    pub is_generic: bool,
    /// Dotted names of the decorators, outermost first, with the texts that evaluate them.
    pub decorators: Vec<(String, Unit)>,
    /// The decorators that it had, where they changed.
    pub old_decorators: Option<Vec<(String, Unit)>>,
    /// What its body binds or annotates, in order.
    pub names: Vec<BodyName>,
    /// What it annotated before, in order, without class variables.
    pub old_fields: Vec<String>,
    /// Statements that it had before stand in another order.
    pub reordered: bool,
}

/// A name in a class body.
#[derive(Debug, Serialize)]
pub struct BodyName {
    /// As bound: private names are mangled.
    pub name: String,
    /// A `def` or `class` binds it.
    pub is_definition: bool,
    /// It is annotated, and not as a class variable.
    pub is_field: bool,
    /// What binds it is unchanged, or a definition that was there before.
    pub is_kept: bool,
}

/// New code for a function, or for the lambdas and comprehensions of a statement.
#[derive(Debug, Serialize)]
pub struct UpdateCode {
    /// The text to compile.
    pub unit: Unit,
    /// Where the name is bound.
    pub scope: Scope,
    /// The name under which the function (or the decorated object) is bound; `None` for statements.
    pub binding: Option<String>,
    /// Pairs of code owners, outermost first, of the baseline and of the new tree.
    #[serde(skip)]
    pub pairs: Vec<(DefinitionId, DefinitionId)>,
    /// The code owners in the unit.
    #[serde(skip)]
    pub outline: Vec<Outline>,
    /// Parameters, annotations or docstring changed.
    pub header: Option<HeaderUpdate>,
    /// Built-in descriptors to wrap the old function in, outermost first, where a method is turned into another kind.
    pub rewrap: Option<Vec<String>>,
    /// Only positions differ: nothing that derives from the code is recomputed.
    pub positions_only: bool,
    /// Dotted names of the decorators, outermost first.
    pub decorators: Vec<String>,
    /// The `def` runs again, since its decorators changed.
    pub rerun: Option<Rerun>,
    /// Functions and lambdas nested in the definition, in the order of `pairs`, that have decorators or a new header.
    pub inner: Vec<InnerFunction>,
    /// Changed functions in it, in the new tree, whose names nothing else in the old text has bound.
    #[serde(skip)]
    pub bound_once: Vec<DefinitionId>,
    /// Qualified names that change, outermost first.
    pub paths: Vec<PathChange>,
}

/// A `def` that runs again after the commit although its function lives.
#[derive(Debug, Serialize)]
pub struct Rerun {
    /// The `def` with its decorators.
    pub statement: RunStatement,
    /// It stands in a block, and runs only if the block has run it before.
    pub is_conditional: bool,
    /// All must hold, or only its code is replaced: its branch ran, and is chosen again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<Guard>,
    /// Decorators of the old text that may have done something with the function and returned it, as they are shown.
    pub old_registrars: Vec<String>,
    /// Likewise of the new text.
    pub registrars: Vec<String>,
    /// The function of the definition that had the name before forwards to what this one makes.
    pub is_heir: bool,
}

/// A function or lambda inside a changed function: its `def` runs again only when the outer one is called.
#[derive(Debug, Serialize)]
pub struct InnerFunction {
    /// In the new tree.
    pub new: DefinitionId,
    /// Qualified name.
    pub name: String,
    /// Dotted names of the decorators, outermost first.
    pub decorators: Vec<String>,
    /// Positional parameters with a default, in order.
    pub defaults: Vec<InnerDefault>,
    /// Keyword-only parameters with a default.
    pub keyword_defaults: Vec<InnerDefault>,
    /// A default was added, removed, reordered or changed.
    pub defaults_changed: bool,
    /// The docstring changed.
    pub docstring_changed: bool,
    /// Decorators were added, removed, reordered or changed.
    pub decorators_changed: bool,
    /// Annotations or type parameters changed: only a call of the outer function evaluates them.
    pub annotations_changed: bool,
    /// A `def` that makes a function with its annotations, where these are text or literals: no call has to evaluate them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Unit>,
}

/// The default value of a parameter of a live closure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InnerDefault {
    /// The parameter, as `co_varnames` has it.
    pub parameter: String,
    /// Where the value comes from.
    pub source: InnerSource,
}

/// See [`InnerDefault`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InnerSource {
    /// The text did not change: the closure's own value.
    Kept,
    /// The text of an expression that reads no names.
    Literal(String),
    /// Only a call of the outer function can evaluate it.
    OutOfReach,
}

/// How the attributes of a function are made from its new header.
#[derive(Debug, Serialize)]
pub struct HeaderUpdate {
    /// The definition without decorators, the defaults that do not run blanked out; running it gives the template.
    pub template: Unit,
    /// Positional parameters with a default, in order.
    pub defaults: Vec<DefaultSource>,
    /// Keyword-only parameters with a default.
    pub keyword_defaults: Vec<DefaultSource>,
    /// A default was added, removed, reordered or changed.
    pub defaults_changed: bool,
    /// An annotation or the return annotation changed.
    pub annotations_changed: bool,
    /// The docstring changed.
    pub docstring_changed: bool,
    /// The type parameters changed.
    pub type_params_changed: bool,
    /// When the template runs.
    pub phase: Phase,
    /// What is evaluated calls no code of the user, so it is done at once.
    #[serde(skip)]
    pub is_quick: bool,
}

/// Where the default value of a parameter comes from.
#[derive(Clone, Debug, Serialize)]
pub struct DefaultSource {
    /// The parameter, as `co_varnames` has it.
    pub parameter: String,
    /// True: evaluated anew. False: the live function's own value is kept, found by name.
    pub evaluate: bool,
}

/// A statement to run once.
#[derive(Debug, Serialize)]
pub struct RunStatement {
    /// The text to compile.
    pub unit: Unit,
    /// Where it runs.
    pub scope: Scope,
    /// Names that it binds.
    pub binds: Vec<String>,
    /// Names that the statement it replaces bound and that nothing binds any more.
    pub unbinds: Vec<String>,
    /// Names that it annotated and that nothing annotates any more.
    pub unannotates: Vec<String>,
    /// When it runs.
    pub phase: Phase,
    /// The code owners in the unit.
    #[serde(skip)]
    pub outline: Vec<Outline>,
    /// True for a `def` or `class`: reported as `Add`, not `Run`.
    pub is_definition: bool,
    /// A later definition of the name, which does not run, wins: the name keeps its value.
    pub is_overwritten: bool,
    /// Names that keep their value, although this may bind them: a star-import, and statements behind it that do not run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keeps: Vec<String>,
    /// Branches behind it that bind one of its names too and do not run again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bound_again: Vec<BoundAgain>,
    /// It calls no code of the user and imports nothing, so it is done at once.
    #[serde(skip)]
    pub is_quick: bool,
    /// Names that it may bind, with functions that branches of the old text held, or that stood outside the branches that
    /// it brings.
    #[serde(skip)]
    pub heir_of: Vec<(String, DefinitionId)>,
    /// Another file of the batch has lost this definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Box<Origin>>,
    /// Names that the block it replaces has bound, and that go where it does not bind them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forgets: Vec<String>,
    /// Definitions in the block that are left out where they exist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spared: Vec<Spared>,
    /// It is a part of a `try` that has run: what is said where it raises, which the handlers do not see, or where it
    /// comes to a part that is not run, which binds [`REACHED`].
    #[serde(skip)]
    pub partial: Option<Box<Refusal>>,
}

impl RunStatement {
    /// A text that runs after the commit, binds nothing and replaces nothing.
    pub fn late(unit: Unit, scope: &Scope) -> Self {
        Self {
            unit,
            scope: scope.clone(),
            binds: Vec::new(),
            unbinds: Vec::new(),
            unannotates: Vec::new(),
            phase: Phase::Late,
            outline: Vec::new(),
            is_definition: false,
            is_overwritten: false,
            keeps: Vec::new(),
            bound_again: Vec::new(),
            is_quick: false,
            heir_of: Vec::new(),
            origin: None,
            forgets: Vec::new(),
            spared: Vec::new(),
            partial: None,
        }
    }
}

/// What stands for the parts of a `try` that are not run binds this name.
pub const REACHED: &str = "__jurigged_reached__";

/// A branch that binds a name again, behind a statement that runs.
#[derive(Clone, Debug, Serialize)]
pub struct BoundAgain {
    /// All hold if it has run.
    pub guards: Vec<Guard>,
    /// The name.
    pub name: String,
    /// 1-based line of the statement in it that does.
    pub line: u32,
}

/// When a statement runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Before the commit, into a scratch namespace: it calls no code of the user, so it cannot depend on edited code.
    Early,
    /// After the code was committed, in its real namespace: it may call functions that this save changes. Undone on
    /// failure, except for side effects.
    Late,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Stable code, such as `closure-gone`; an [`EditCode`] where the whole kind of edit is not supported.
    pub code: String,
    /// What cannot happen to which name.
    pub message: String,
    /// Where and why; before and after.
    pub why: String,
    /// What to do.
    pub help: String,
    /// True for a listing that holds nothing back: the new text counts as live.
    pub is_note: bool,
    /// The 1-based line that is meant, where it is not the first one of the operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

impl Refusal {
    /// The same, about this 1-based line.
    pub fn at_line(self, line: u32) -> Self {
        Self {
            line: Some(line),
            ..self
        }
    }
}

macro_rules! edit_codes {
    ($($variant:ident = $code:literal),* $(,)?) => {
        /// The rows of the table of edits (the first column of section 3 of the specification).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EditCode { $(#[doc = $code] $variant),* }

        impl EditCode {
            /// The code as it stands in reports, tests and documentation.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }
        }
    };
}

edit_codes! {
    FnBody = "fn-body",
    FnSignature = "fn-signature",
    FnKind = "fn-kind",
    FnDecorators = "fn-decorators",
    FnDecoratedBody = "fn-decorated-body",
    FnWrapper = "fn-wrapper",
    FnClosure = "fn-closure",
    FnSuper = "fn-super",
    FnLambda = "fn-lambda",
    Add = "add",
    Delete = "delete",
    Rename = "rename",
    Move = "move",
    Overloads = "overloads",
    ClsAttr = "cls-attr",
    ClsMethod = "cls-method",
    ClsBases = "cls-bases",
    ClsDecorators = "cls-decorators",
    ClsFields = "cls-fields",
    Abstract = "abstract",
    Stmt = "stmt",
    Block = "block",
    Constant = "constant",
    MainBlock = "main-block",
    Layout = "layout",
    Future = "future",
    Executing = "executing",
    Importers = "importers",
}

impl Serialize for EditCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl std::fmt::Display for EditCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
