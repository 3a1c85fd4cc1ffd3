//! What the user is told when something cannot be done: data first, rendered in one way by [`Diagnostic::render`].
//!
//! Errors of the configuration and the command line, refused edits and failed plugins all take this one form, so that
//! they read alike, can be counted, and have one JSON shape. A diagnostic is complete when it is made: rendering reads
//! no file, because the file may have changed since.

mod render;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::Serialize;

/// How much a [`Diagnostic`] matters; decides its first word and its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something that was asked for is not done.
    Error,
    /// It is done, and probably not what was meant.
    Warning,
    /// Worth one line, nothing to repair.
    Notice,
}

impl Severity {
    /// The word that the rendered text starts with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// Where a diagnostic belongs. Lines and columns are 1-based; columns count characters (Unicode scalar values).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file or folder, as the user or the program names it; written to JSON with invalid UTF-8 replaced.
    #[serde(serialize_with = "lossy")]
    pub path: PathBuf,
    /// The line, unless the whole file is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The first marked column, unless the whole line is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The column after the last marked one, on the same line. `None` marks one column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u32>,
}

impl Place {
    /// A whole file or folder.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            line: None,
            column: None,
            end_column: None,
        }
    }

    /// A whole line.
    pub fn line(path: impl Into<PathBuf>, line: u32) -> Self {
        Self {
            line: Some(line),
            ..Self::file(path)
        }
    }

    /// One column of a line.
    pub fn at(path: impl Into<PathBuf>, line: u32, column: u32) -> Self {
        Self {
            line: Some(line),
            column: Some(column),
            ..Self::file(path)
        }
    }

    /// Marks the columns up to, not including, `end_column`.
    pub fn to(self, end_column: u32) -> Self {
        Self {
            end_column: Some(end_column),
            ..self
        }
    }

    /// `path:line:column`, as far as known, the path relative to [`start_folder`].
    pub fn shown(&self) -> String {
        let mut text = shown_path(&self.path);
        for number in [self.line, self.column].into_iter().flatten() {
            text.push_str(&format!(":{number}"));
        }
        text
    }
}

/// One thing that the user is told.
///
/// ```text
/// error[closure-gone]: `shop.cart.total` keeps its old code
///   --> shop/cart.py:41:5
///    | it now reads `rate`; the call that made this closure is over, so `rate` has no value
///    = running now: revision 6 of `shop.cart`; the rest of this save was applied
///    = help: call `make_total()` again, or make `rate` a parameter
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// A stable, documented, kebab-case name of this kind of diagnostic.
    pub code: std::borrow::Cow<'static, str>,
    /// What cannot happen to which name, in one line, without a full stop.
    pub message: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The text of the line of `place`, without its line end. With it, the text has a gutter and carets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_line: Option<String>,
    /// Why: what was before and what is now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// What the program runs now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running_now: Option<String>,
    /// Further facts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// A hash of the text that is refused: with another one the same refusal is news.
    #[serde(skip)]
    pub text_hash: Option<u64>,
}

impl Diagnostic {
    /// A diagnostic with a message only.
    pub fn new(
        severity: Severity,
        code: impl Into<std::borrow::Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            code: code.into(),
            message: message.into(),
            place: None,
            source_line: None,
            details: Vec::new(),
            running_now: None,
            also: Vec::new(),
            help: None,
            text_hash: None,
        }
    }

    /// An error: something that was asked for is not done.
    pub fn error(code: impl Into<std::borrow::Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning: it is done, and probably not what was meant.
    pub fn warning(code: impl Into<std::borrow::Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// A notice: worth one line.
    pub fn notice(code: impl Into<std::borrow::Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Notice, code, message)
    }

    /// Equal for two diagnostics that say the same of the same place.
    pub fn identity(&self) -> String {
        let place = self.place.as_ref().map(|place| place.path.display().to_string());
        format!("{} {} {}", self.code, self.message, place.unwrap_or_default())
    }

    /// Where it belongs.
    pub fn place(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The text of the line that the place names.
    pub fn source_line(mut self, line: impl Into<String>) -> Self {
        self.source_line = Some(line.into());
        self
    }

    /// Adds a `|` line: why.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// What the program runs now.
    pub fn running_now(mut self, text: impl Into<String>) -> Self {
        self.running_now = Some(text.into());
        self
    }

    /// Adds a `=` line: a further fact.
    pub fn also(mut self, text: impl Into<String>) -> Self {
        self.also.push(text.into());
        self
    }

    /// What to do.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// The text for people, ending in a line end. `color` adds ANSI styles: give [`use_color`]'s answer.
    pub fn render(&self, color: bool) -> String {
        render::render(self, color)
    }
}

/// The one decision about colour: only on a terminal, and neither with a non-empty `NO_COLOR` (no-color.org) nor on a
/// terminal that says it has none (`TERM=dumb`).
pub fn use_color(stream_is_terminal: bool) -> bool {
    let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    stream_is_terminal && !forbidden && !dumb
}

/// The folder in which the process was when this was first asked; `None` when it could not be read.
///
/// The one place that reads the current folder. It is remembered because a program that calls `chdir` must not change
/// how its files are named, nor what relative settings mean.
pub fn start_folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(|| std::env::current_dir().ok()).as_deref()
}

/// A path for people: relative to [`start_folder`] when below it, control characters made visible.
pub fn shown_path(path: &Path) -> String {
    let below = start_folder().and_then(|folder| path.strip_prefix(folder).ok());
    let shown = match below {
        Some(below) if below.as_os_str().is_empty() => Path::new("."),
        Some(below) => below,
        None => path,
    };
    render::printable(&shown.to_string_lossy())
}

fn lossy<S: serde::Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}
