//! What became of a plan.

use jurigged_abi::AppliedEdit;
use jurigged_runtime::{CommitError, Handle, Overrun, PythonError};

use super::propagate::Followed;
use crate::pipeline::definitions::DefinitionId;
use crate::pipeline::edit_plan::Refusal;
use crate::pipeline::locate::Bound;

/// What became of each operation of one file in one module, and the code objects of the new text.
#[derive(Debug, Default)]
pub struct ModuleOutcome {
    /// Runs parallel to the plan's operations.
    pub operations: Vec<OperationOutcome>,
    /// Code objects of the definitions that were compiled, by the ids of the new tree.
    pub bound: Vec<Bound>,
    /// Old code objects that some live function keeps, by the definition in the new tree.
    pub left_codes: Vec<(DefinitionId, Handle)>,
    /// What conformers were told, for their notification at the end.
    pub told: Vec<AppliedEdit>,
}

/// What became of one operation.
#[derive(Clone, Debug, Default)]
pub struct OperationOutcome {
    /// It was not applied for the reason that an operation before it tells.
    pub is_told: bool,
    /// Why it was not applied, if it was not.
    pub refused: Option<Refusal>,
    /// Nothing was to be done: it stands in a branch that a fresh start does not run.
    pub skipped: bool,
    /// Things that stay as they were although the operation was applied.
    pub listed: Vec<Refusal>,
    /// It runs after the commit, and has not returned within the limit: it stands, and goes on.
    pub overrun: Option<Box<Overrun>>,
    /// Functions that got new code.
    pub functions: usize,
    /// Activations that finish with the old code: the lines where they are.
    pub running: Vec<u32>,
}

/// Why a whole batch was undone.
#[derive(Debug)]
pub enum Failure {
    /// Code of the user raised, or does not compile.
    Python {
        /// File index in the plan and operation index in the file.
        operation: (usize, usize),
        /// What was raised.
        error: Box<PythonError>,
    },
    /// Code of the user has not returned within its limit, and was left behind.
    Overran {
        /// File index in the plan and operation index in the file.
        operation: (usize, usize),
        /// Where it is.
        overrun: Box<Overrun>,
    },
    /// An operation turned out to be refused after others were applied that belong to it.
    Refused {
        /// File index in the plan and operation index in the file.
        operation: (usize, usize),
        /// Why.
        reason: Box<Refusal>,
    },
    /// The interpreter refused a swap (a veto of an audit hook), or another thread kept changing a value.
    Commit(String),
    /// The fault that a test asked for.
    Injected,
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Injected { .. } => Self::Injected,
            error => Self::Commit(error.to_string()),
        }
    }
}

/// The product of the patch stage.
#[derive(Debug)]
pub enum Outcome {
    /// It is live.
    Applied {
        /// One entry per module target.
        modules: Vec<ModuleOutcome>,
        /// What read a name that has another value now.
        followed: Vec<Followed>,
    },
    /// Nothing of the batch is live.
    Undone {
        /// Why.
        failure: Failure,
        /// The statements that had run already: file index in the plan, operation index in the file.
        ran: Vec<(usize, usize)>,
        /// Those of them that still run.
        overran: Vec<((usize, usize), Box<Overrun>)>,
        /// Operations that had been refused.
        refused: Vec<(usize, usize)>,
        /// What conformers could not take back.
        stale: Vec<Refusal>,
    },
}
