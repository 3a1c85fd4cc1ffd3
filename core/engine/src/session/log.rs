//! Where reports go: the one place of the engine that prints.

use std::fs::OpenOptions;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Mutex;

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Severity, use_color};
use crate::pipeline::report::{Event, Report};

/// How much is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Only what is not done although it was asked for.
    Error,
    /// And what is probably not meant. The default: nothing is printed when all is well.
    Warn,
    /// And every applied operation (`-v`).
    Info,
    /// And every watched file and what a reload cost (`-vv`).
    Debug,
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Writes reports to stderr or to a file.
pub struct Log {
    level: LogLevel,
    format: LogFormat,
    color: bool,
    output: Mutex<Box<dyn Write + Send>>,
}

impl Log {
    /// A log to stderr, or to the end of a file.
    ///
    /// # Errors
    /// When the file cannot be opened for appending.
    pub fn new(level: LogLevel, format: LogFormat, file: Option<&Path>) -> std::io::Result<Self> {
        let (output, is_terminal): (Box<dyn Write + Send>, bool) = match file {
            Some(path) => (Box::new(OpenOptions::new().create(true).append(true).open(path)?), false),
            None => (Box::new(std::io::stderr()), std::io::stderr().is_terminal()),
        };
        Ok(Self {
            level,
            format,
            color: use_color(is_terminal),
            output: Mutex::new(output),
        })
    }

    /// Is this level reported?
    pub fn shows(&self, level: LogLevel) -> bool {
        level <= self.level
    }

    /// Everything that a reload did and did not do.
    pub fn report(&self, report: &Report) {
        if self.format == LogFormat::Json {
            let is_worth_it = self.shows(LogLevel::Info) || !report.diagnostics.is_empty();
            if is_worth_it {
                self.json("report", report);
            }
            return;
        }
        for event in &report.events {
            self.text(LogLevel::Info, &event.to_string());
        }
        for diagnostic in &report.diagnostics {
            self.diagnostic(diagnostic);
        }
        if self.shows(LogLevel::Debug) && !report.modules.is_empty() {
            let passes = match report.heap_passes {
                0 => "no pass over the heap".to_owned(),
                1 => "one pass over the heap".to_owned(),
                passes => format!("{passes} passes over the heap"),
            };
            let milliseconds = report.microseconds as f64 / 1000.0;
            self.text(LogLevel::Debug, &format!("Live after {milliseconds:.2} ms, {passes}"));
        }
    }

    /// One diagnostic.
    pub fn diagnostic(&self, diagnostic: &Diagnostic) {
        let level = match diagnostic.severity {
            Severity::Error => LogLevel::Error,
            Severity::Warning | Severity::Notice => LogLevel::Warn,
        };
        match self.format {
            LogFormat::Json if self.shows(level) => self.json("diagnostic", diagnostic),
            LogFormat::Json => {}
            LogFormat::Text => self.text(level, diagnostic.render(self.color).trim_end()),
        }
    }

    /// A file is watched.
    pub fn watch(&self, path: &Path) {
        let event = Event::watch(path);
        match self.format {
            LogFormat::Json if self.shows(LogLevel::Info) => self.json("watch", &event),
            LogFormat::Json => {}
            LogFormat::Text => self.text(LogLevel::Info, &event.to_string()),
        }
    }

    fn text(&self, level: LogLevel, text: &str) {
        if self.shows(level) {
            self.write(text);
        }
    }

    fn json(&self, kind: &str, value: &impl Serialize) {
        #[derive(Serialize)]
        struct Line<'a, T: Serialize> {
            kind: &'a str,
            #[serde(flatten)]
            value: &'a T,
        }
        // Only maps with keys that are not text fail to serialise, and a report has none.
        if let Ok(line) = serde_json::to_string(&Line { kind, value }) {
            self.write(&line);
        }
    }

    /// One write a report, so that the lines of two reports, or of the program, do not mix. A closed stderr is the
    /// user's wish not to read reports.
    fn write(&self, text: &str) {
        let Ok(mut output) = self.output.lock() else { return };
        let _ = output.write_all(format!("{text}\n").as_bytes());
        let _ = output.flush();
    }
}
