//! A report as the program itself gets it, as JSON: `jurigged.refresh()`, `jurigged.on_change(...)`.

use serde::{Serialize, Serializer};

use super::{Event, Report, lossy_paths};
use crate::diagnostic::Diagnostic;
use std::path::PathBuf;

/// What a batch did, for the program.
#[derive(Serialize)]
pub struct Told<'a> {
    kind: &'static str,
    revision: u64,
    #[serde(serialize_with = "lossy_paths")]
    files: Vec<PathBuf>,
    modules: &'a [String],
    undone: bool,
    #[serde(serialize_with = "change_set")]
    events: &'a [Event],
    diagnostics: &'a [Diagnostic],
    microseconds: u64,
    text: String,
}

impl<'a> Told<'a> {
    /// `revision`: how many batches of the session have changed the program.
    pub fn new(report: &'a Report, revision: u64) -> Self {
        Self {
            kind: "report",
            revision,
            files: report.files.clone(),
            modules: &report.modules,
            undone: report.undone,
            events: &report.events,
            diagnostics: &report.diagnostics,
            microseconds: report.microseconds,
            text: report.text(),
        }
    }

    /// As one line of JSON.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("a report has only text keys")
    }
}

fn change_set<S: Serializer>(events: &[Event], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(events.iter().map(Change::of))
}

/// An event with its parts apart.
#[derive(Serialize)]
pub(super) struct Change<'a> {
    kind: super::Verb,
    module: &'a str,
    /// The path in the module.
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    file: Option<String>,
    line: Option<u32>,
    /// The statement of a `run`.
    text: Option<&'a str>,
    /// The row of the table of edits.
    code: Option<crate::pipeline::edit_plan::EditCode>,
    /// The line of the report.
    event: String,
}

impl<'a> Change<'a> {
    pub(super) fn of(event: &'a Event) -> Self {
        Self {
            kind: event.verb,
            module: &event.module,
            name: event.qualname(),
            to: event.to.as_deref(),
            file: event.file.as_ref().map(|file| file.to_string_lossy().into_owned()),
            line: event.line,
            text: event.text.as_deref(),
            code: event.edit,
            event: event.to_string(),
        }
    }
}

impl Report {
    /// For people: what was done, and what was not.
    pub fn text(&self) -> String {
        let planned = self.planned.iter().map(|planned| planned.trim_end().to_owned());
        let events = self.events.iter().map(Event::to_string);
        let diagnostics = self.diagnostics.iter();
        let diagnostics = diagnostics.map(|diagnostic| diagnostic.render(false).trim_end().to_owned());
        planned.chain(events).chain(diagnostics).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_its_parts_apart() {
        let event = Event {
            verb: super::super::Verb::Update,
            edit: None,
            name: "shop.cart.Cart.total".to_owned(),
            to: None,
            line: Some(7),
            text: None,
            module: "shop.cart".to_owned(),
            file: Some("/shop/cart.py".into()),
        };
        let report = Report {
            events: vec![event],
            ..Report::default()
        };
        let told: serde_json::Value = serde_json::from_str(&Told::new(&report, 3).json()).expect("valid JSON");
        assert_eq!(told["events"][0]["module"], "shop.cart");
        assert_eq!(told["events"][0]["name"], "Cart.total");
        assert_eq!(told["events"][0]["event"], "Update shop.cart.Cart.total @L7");
        assert_eq!(told["revision"], 3);
    }
}
