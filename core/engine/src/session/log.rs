//! Where reports go: the one place of the engine that prints.

use std::fs::OpenOptions;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::config::{LogFormat, LogLevel, Settings};
use crate::diagnostic::{Diagnostic, Severity, use_color};
use crate::pipeline::report::{Event, Report};

/// Writes reports to stderr or to a file.
pub struct Log {
    output: Mutex<Output>,
}

struct Output {
    level: LogLevel,
    format: LogFormat,
    color: bool,
    stream: Box<dyn Write + Send>,
}

impl Output {
    fn of(settings: &Settings) -> std::io::Result<Self> {
        let (stream, is_terminal): (Box<dyn Write + Send>, bool) = match &settings.log.file.value {
            Some(path) => (
                Box::new(OpenOptions::new().create(true).append(true).open(path)?),
                false,
            ),
            None => (Box::new(std::io::stderr()), std::io::stderr().is_terminal()),
        };
        Ok(Self {
            level: settings.log.level.value,
            format: settings.log.format.value,
            color: use_color(is_terminal),
            stream,
        })
    }
}

impl Log {
    /// The log that the settings ask for.
    ///
    /// # Errors
    /// When the file cannot be opened for appending.
    pub fn of(settings: &Settings) -> std::io::Result<Self> {
        Ok(Self {
            output: Mutex::new(Output::of(settings)?),
        })
    }

    /// Follows changed settings.
    ///
    /// # Errors
    /// When the file cannot be opened for appending; the log stays as it is.
    pub fn replace(&self, settings: &Settings) -> std::io::Result<()> {
        let output = Output::of(settings)?;
        *self.lock() = output;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Output> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session has no thread: the program runs, and nothing is reloaded.
    pub fn cannot_start(&self, error: &std::io::Error) {
        self.diagnostic(
            &Diagnostic::error("watch", "nothing is reloaded: the system gives no thread").detail(error.to_string()),
        );
    }

    /// Is nobody printing? In the child of a fork a lock that another thread held stays locked.
    pub fn is_free(&self) -> bool {
        self.output.try_lock().is_ok()
    }

    /// A changed configuration is in use.
    pub fn configured(&self, keys: &[String]) {
        #[derive(Serialize)]
        struct Configured<'a> {
            changed: &'a [String],
        }
        match self.format() {
            LogFormat::Json if self.shows(LogLevel::Info) => self.json("config", &Configured { changed: keys }),
            LogFormat::Json => {}
            LogFormat::Text => self.text(LogLevel::Info, &format!("Configure {}", keys.join(", "))),
        }
    }

    fn color(&self) -> bool {
        self.lock().color
    }

    fn format(&self) -> LogFormat {
        self.lock().format
    }

    /// Reports this level, too.
    pub fn raise(&self, level: LogLevel) {
        let output = &mut *self.lock();
        output.level = output.level.max(level);
    }

    /// Is this level reported?
    pub fn shows(&self, level: LogLevel) -> bool {
        level <= self.lock().level
    }

    /// Everything that a reload did and did not do.
    pub fn report(&self, report: &Report) {
        if self.format() == LogFormat::Json {
            let is_answer = self.shows(LogLevel::Info) && !(report.is_empty() && report.files.is_empty());
            let is_worth_it = is_answer || !report.diagnostics.is_empty() || !report.planned.is_empty();
            if is_worth_it {
                self.json("report", report);
            }
            return;
        }
        // `--dry-run` asks for these, whatever the level.
        for planned in report.planned.iter().filter(|planned| !planned.is_empty()) {
            self.text(LogLevel::Error, planned.trim_end());
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
        match self.format() {
            LogFormat::Json if self.shows(level) => self.json("diagnostic", diagnostic),
            LogFormat::Json => {}
            LogFormat::Text => self.text(level, diagnostic.render(self.color()).trim_end()),
        }
    }

    /// A file is watched.
    pub fn watch(&self, path: &Path) {
        let event = Event::watch(path);
        match self.format() {
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
        let stream = &mut self.lock().stream;
        let _ = stream.write_all(format!("{text}\n").as_bytes());
        let _ = stream.flush();
    }
}
