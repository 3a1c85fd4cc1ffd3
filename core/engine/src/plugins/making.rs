//! Conformers that make classes: who claims one, and what is asked of it then.

use jurigged_abi::wire::Step64;
use jurigged_abi::{Claim, ClassDecorator, Edit, PluginError};
use jurigged_runtime::{Handle, Interpreter, PythonError, RuntimeError, Swap};

use super::host::plugin_error;
use super::registry::Code;
use super::session::{Part, Phase};
use super::worker::CallFailure;
use super::{LiveEdit, PluginSession, subject};

/// A class that a conformer makes.
#[derive(Clone, Debug)]
pub struct Claimed {
    part: Part,
    /// How.
    pub claim: Claim,
}

/// A step that makes a class what it is to be.
#[derive(Clone, Debug)]
pub enum MakeStep {
    /// A swap.
    Swap(Swap),
    /// See [`jurigged_abi::Change::adopt`].
    Adopt { class: Handle, made: Handle, name: String },
    /// See [`jurigged_abi::Change::cells`].
    Cells { class: Handle, made: Handle },
    /// See [`jurigged_abi::Change::note`].
    Note { what: String, why: String, help: String },
}

/// Why a class is not made.
#[derive(Debug)]
pub enum MakeError {
    /// The conformer says so, or is off now.
    Refused {
        /// Why.
        why: String,
        /// What the user can do, where the conformer says it.
        help: Option<String>,
    },
    /// Python raised, or code of the user has not returned.
    Raised(RuntimeError),
}

impl PluginSession<'_> {
    /// The first conformer that makes this class.
    ///
    /// # Errors
    /// When a conformer refuses, or fails.
    pub fn claim(&mut self, edit: &LiveEdit) -> Result<Option<Claimed>, MakeError> {
        for part in self.conformers_for(edit) {
            let data = self.edit_data(edit);
            let remote = data.clone();
            let answer = self.ask(
                part,
                |declaration, live| {
                    let conformer = &declaration.conformers[part.1].1;
                    conformer.claim(&Edit::new(data, live), live)
                },
                move |library, live| library.claim(part.1, remote, live),
            );
            match answer {
                Ok(None) => {}
                Ok(Some(claim)) => return Ok(Some(Claimed { part, claim })),
                Err(failure) => return Err(self.failed(part, "claim", failure)),
            }
        }
        Ok(None)
    }

    /// What makes the class follow its body.
    ///
    /// # Errors
    /// When the conformer refuses, or fails.
    pub fn remake(&mut self, claimed: &Claimed, edit: &LiveEdit) -> Result<Vec<MakeStep>, MakeError> {
        self.make(claimed.part, edit, Phase::Remake, "remake")
    }

    /// What takes away what the class was made with.
    ///
    /// # Errors
    /// When the conformer refuses, or fails.
    pub fn unmake(&mut self, claimed: &Claimed, edit: &LiveEdit) -> Result<Vec<MakeStep>, MakeError> {
        self.make(claimed.part, edit, Phase::Unmake, "unmake")
    }

    fn make(
        &mut self,
        part: Part,
        edit: &LiveEdit,
        phase: Phase,
        call: &'static str,
    ) -> Result<Vec<MakeStep>, MakeError> {
        let data = self.edit_data(edit);
        let steps = self.ask_conformer(part, data, phase).and_then(|answer| {
            let steps = answer.steps.into_iter().map(|step| self.make_step(step));
            steps.collect::<Result<Vec<_>, _>>().map_err(|error| self.wrong(error))
        });
        steps.map_err(|failure| self.failed(part, call, failure))
    }

    fn make_step(&self, step: Step64) -> Result<MakeStep, PluginError> {
        Ok(match step {
            Step64::Adopt { class, made, name } => MakeStep::Adopt {
                class: self.object(class)?,
                made: self.object(made)?,
                name,
            },
            Step64::Cells { class, made } => MakeStep::Cells {
                class: self.object(class)?,
                made: self.object(made)?,
            },
            Step64::Note { what, why, help } => MakeStep::Note { what, why, help },
            step => MakeStep::Swap(self.swap(step)?),
        })
    }

    fn failed(&mut self, part: Part, call: &'static str, failure: CallFailure) -> MakeError {
        let is_own = matches!(self.plugins.entries[part.0].code, Code::BuiltIn(_));
        let raised = self.raised.take();
        let error = match failure {
            CallFailure::Error(PluginError::Refuse(reason)) => {
                let (why, help) = match reason.split_once('\n') {
                    Some((why, help)) => (why.to_owned(), Some(help.to_owned())),
                    None => (reason, None),
                };
                return MakeError::Refused {
                    why: match is_own {
                        true => why,
                        false => format!("the plugin `{}` refuses it: {why}", self.name(part)),
                    },
                    help,
                };
            }
            CallFailure::Error(error) => error,
            failure => {
                return MakeError::Refused {
                    why: self.plugins.judge(part.0, call, failure),
                    help: None,
                };
            }
        };
        // The interpreter knows more of it than a plugin is told.
        let raised = raised.filter(|raised| plugin_error(raised) == error);
        if let Some(RuntimeError::Overrun(_)) = &raised {
            return MakeError::Raised(raised.expect("it was looked at"));
        }
        let words = match is_own {
            true => error.to_string(),
            false => self.plugins.judge(part.0, call, CallFailure::Error(error.clone())),
        };
        match (raised, error) {
            (Some(raised), _) => MakeError::Raised(raised),
            (
                None,
                PluginError::Python {
                    kind,
                    message,
                    traceback,
                },
            ) => MakeError::Raised(RuntimeError::Python(Box::new(PythonError {
                kind,
                message,
                traceback,
                file: None,
                line: None,
                column: None,
                end_column: None,
            }))),
            _ => MakeError::Refused { why: words, help: None },
        }
    }
}

/// A decorator as conformers see it. `written`: its dotted name.
pub fn class_decorator(interpreter: &dyn Interpreter, namespace: Handle, written: &str, text: &str) -> ClassDecorator {
    ClassDecorator {
        name: subject::decorator_name(interpreter, namespace, written),
        text: text.to_owned(),
    }
}
