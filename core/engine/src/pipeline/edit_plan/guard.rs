//! Questions about blocks that only the live program can answer: which branch ran, and which one would run now.
//!
//! The plan carries them as data; `patch` answers them from what the branches bound and by evaluating tests.

use serde::Serialize;

use super::{Scope, Unit};
use crate::pipeline::definitions::{BlockKind, BranchKind, DefinitionId};

/// The name to which a [test unit](BlockQuestion::test) binds the index of the branch that it leads to.
pub const CHOSEN: &str = "__jurigged_branch__";

/// One compound statement of which the plan needs to know what it did.
#[derive(Debug, Serialize)]
pub struct BlockQuestion {
    /// `if`, `try`, ….
    pub kind: BlockKind,
    /// Where it stands.
    pub scope: Scope,
    /// 1-based line in the new text.
    pub line: u32,
    /// 1-based last line in the new text: a body that runs and has not come further may still run it.
    pub last_line: u32,
    /// Its branches in the text that runs, in order.
    pub branches: Vec<BranchQuestion>,
    /// Binds [`CHOSEN`] to the index of the branch of the old text that the tests lead to. Only where evaluating the
    /// tests again tells which branch ran: they are made of names, literals and comparisons.
    pub test: Option<Unit>,
    /// The tests read only what no program changes (`sys.version_info`, `TYPE_CHECKING`): they lead where they led.
    pub is_fixed: bool,
    /// How the new text chooses, where that is not how the old one did.
    pub choice: Option<Choice>,
}

/// A branch of the text that runs, and what it leaves behind.
#[derive(Debug, Serialize)]
pub struct BranchQuestion {
    /// `if`, `else`, `except`, ….
    pub kind: BranchKind,
    /// It ends by raising, which nothing around it catches: the module would not have been loaded.
    pub raises: bool,
    /// Of every name that only this block binds, the last binding in this branch; also those in blocks inside it.
    pub traces: Vec<Trace>,
}

/// A name that a branch binds when it runs.
#[derive(Debug, Serialize)]
pub struct Trace {
    /// The name, mangled where Python does so.
    pub name: String,
    /// What it is bound to.
    pub value: TraceValue,
    /// What it tells.
    pub tells: Tells,
}

/// What the value of a name tells about a branch that binds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tells {
    /// No other block binds it, and the branch cannot have run to its end without.
    All,
    /// No other block binds it; a block inside the branch does, which may not have run.
    Presence,
    /// Something above the block binds it, too: only another value than that of the branch tells something.
    Absence,
}

/// What a branch binds a name to, as far as its text tells.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TraceValue {
    /// Anything.
    Unknown,
    /// The function of this definition of the old tree; of a class, one of its methods by name.
    Code {
        /// In the old tree.
        id: DefinitionId,
        /// The method of the class.
        method: Option<String>,
    },
    /// A module, or a name of it.
    Import {
        /// As written, without the leading dots.
        module: String,
        /// Number of leading dots.
        level: u32,
        /// The name in the module.
        name: Option<String>,
    },
    /// The value of this expression, which reads no names and calls nothing.
    Literal(Unit),
}

/// How the new text of a block chooses its branch.
#[derive(Debug, Serialize)]
pub struct Choice {
    /// Binds [`CHOSEN`] to the index of the branch of the new text; to nothing where no branch is chosen.
    pub unit: Unit,
    /// Evaluating it calls no code of the user and binds nothing.
    pub is_static: bool,
}

/// What must be so for an operation to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Guard {
    /// Index of the question in the file's plan.
    pub block: usize,
    /// The condition.
    pub when: When,
}

/// See [`Guard`]. Indices of branches are those of the old text, unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// This branch ran, to its end.
    Ran(usize),
    /// This branch did not run, or not to its end.
    NotRan(usize),
    /// A `try` ended with this branch: its body, or a handler.
    EndedBy(usize),
    /// It is known which branch ran: what is done to the definitions in the block stands or falls with the block.
    Known,
    /// This branch ran, and is chosen again; the second index is its place in the new text.
    Stayed(usize, usize),
    /// This branch of the new text is chosen, and the one that ran before, if any, is another.
    Entered {
        /// In the new text.
        branch: usize,
        /// What it was in the old text.
        was: Option<usize>,
    },
    /// This branch of the new text is not chosen.
    NotChosen(usize),
    /// This branch ran, and that one of the new text is chosen; `None` where none is.
    Moved(usize, Option<usize>),
}
