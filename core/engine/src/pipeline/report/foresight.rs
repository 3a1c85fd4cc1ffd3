//! The plan of what is saved and not applied, for the program: `jurigged.plan()`.

use serde::Serialize;

use super::told::Change;
use super::{Event, plan_texts};
use crate::diagnostic::{Diagnostic, Place};
use crate::pipeline::edit_plan::{Action, FileChange, Operation, Plan};

/// What applying would do, and what it would not.
#[derive(Debug, Serialize)]
pub struct Foresight {
    kind: &'static str,
    /// The modules of files that would change.
    modules: Vec<String>,
    /// What would be done; [`Change`]s.
    changes: Vec<serde_json::Value>,
    /// What would be refused or listed, and files that do not parse.
    diagnostics: Vec<Diagnostic>,
    /// All of it, for people.
    text: String,
}

impl Foresight {
    pub(crate) fn of(changes: &[FileChange], plan: &Plan, mut diagnostics: Vec<Diagnostic>) -> Self {
        let modules: Vec<String> = changes.iter().map(|change| change.module.clone()).collect();
        let names: Vec<&str> = modules.iter().map(String::as_str).collect();
        let mut text = plan_texts(&names, plan).concat();
        for diagnostic in &diagnostics {
            text.push_str(&diagnostic.render(false));
        }
        let mut foreseen = Vec::new();
        for (change, file) in changes.iter().zip(&plan.files) {
            for operation in &file.operations {
                if let Some(event) = Event::of(&change.module, operation) {
                    let event = event.in_file(&file.path);
                    foreseen.push(serde_json::to_value(Change::of(&event)).expect("a change has only text keys"));
                }
                diagnostics.extend(refused(change, operation));
            }
        }
        Self {
            kind: "plan",
            modules,
            changes: foreseen,
            diagnostics,
            text,
        }
    }

    /// As one line of JSON.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("a plan has only text keys")
    }
}

fn refused(change: &FileChange, operation: &Operation) -> Option<Diagnostic> {
    let Action::Refuse(reason) = &operation.action else {
        return None;
    };
    let (code, message) = (reason.code.clone(), reason.message.clone());
    let diagnostic = match reason.is_note {
        true => Diagnostic::warning(code, message),
        false => Diagnostic::error(code, message),
    };
    let diagnostic = diagnostic
        .place(Place::line(&change.path, operation.line))
        .detail(reason.why.clone());
    Some(diagnostic.help(reason.help.clone()))
}
