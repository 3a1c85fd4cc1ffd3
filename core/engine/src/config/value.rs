//! A value of an option, whatever source it came from.

use std::time::Duration;

use super::duration::{parse_duration, shown_duration};
use super::glob;
use super::option_table::Kind;
use crate::diagnostic::Place;

/// One entry of a list, with its own place when it came from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The text as written.
    pub text: String,
    /// Where it is written.
    pub place: Option<Place>,
}

/// One table of [`Kind::Rules`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleItem {
    /// A glob.
    pub files: Item,
    /// One of the words of the kind.
    pub on_change: String,
}

/// A checked value, of the variant that its option's [`Kind`] asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// [`Kind::Globs`], [`Kind::Paths`], [`Kind::Names`].
    List(Vec<Item>),
    /// [`Kind::Duration`], [`Kind::Limit`].
    Duration(Duration),
    /// [`Kind::Interval`]; `None` is `false`.
    Interval(Option<Duration>),
    /// [`Kind::Switch`].
    Switch(bool),
    /// [`Kind::Rules`].
    Rules(Vec<RuleItem>),
    /// [`Kind::Path`], [`Kind::Python`], [`Kind::Choice`].
    Text(String),
}

/// Why a text is not a value of its option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadText {
    /// The code of the diagnostic.
    pub code: &'static str,
    /// What is wrong, to be read after the text: "has no unit".
    pub reason: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl BadText {
    fn new(code: &'static str, reason: impl Into<String>, help: Option<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
            help,
        }
    }
}

impl Value {
    /// Reads a scalar text of the file, of the environment or of the command line.
    pub(super) fn from_text(kind: Kind, text: &str) -> Result<Self, BadText> {
        match kind {
            Kind::Duration => duration(text).map(Self::Duration),
            Kind::Limit => positive(text, None).map(Self::Duration),
            Kind::Interval => {
                positive(text, Some("`false` turns it off")).map(|interval| Self::Interval(Some(interval)))
            }
            Kind::Choice(words) if words.contains(&text) => Ok(Self::Text(text.to_owned())),
            Kind::Choice(words) => {
                let help = super::problem::nearest(text, words).map(|word| format!("did you mean \"{word}\"?"));
                Err(BadText::new(
                    "config-bad-value",
                    format!("is not {}", kind.expected()),
                    help,
                ))
            }
            Kind::Switch => match text {
                "true" => Ok(Self::Switch(true)),
                "false" => Ok(Self::Switch(false)),
                _ => Err(BadText::new("config-bad-value", "is neither `true` nor `false`", None)),
            },
            Kind::Rules(_) => Err(BadText::new(
                "config-bad-value",
                "is no table",
                Some("write `[[patch.rule]]` into the configuration file".to_owned()),
            )),
            Kind::Path | Kind::Python if text.is_empty() => Err(BadText::new("config-bad-value", "is empty", None)),
            Kind::Path | Kind::Python => Ok(Self::Text(text.to_owned())),
            Kind::Globs | Kind::Paths | Kind::Names => {
                check_item(kind, text)?;
                let text = text.to_owned();
                Ok(Self::List(vec![Item { text, place: None }]))
            }
        }
    }

    /// Reads the text of an environment variable: lists are separated like PATH, names also by commas, and an interval
    /// may be `false`.
    pub(super) fn from_variable(kind: Kind, text: &str) -> Result<Self, BadText> {
        if kind == Kind::Interval && text == "false" {
            return Ok(Self::Interval(None));
        }
        if !kind.is_list() {
            return Self::from_text(kind, text);
        }
        // Globs may hold commas (`{a,b}`), so only names are separated by them.
        let separator = if cfg!(windows) { ';' } else { ':' };
        let texts = text.split(|char| char == separator || (kind == Kind::Names && char == ','));
        let mut items = Vec::new();
        for text in texts.map(str::trim).filter(|text| !text.is_empty()) {
            check_item(kind, text)?;
            items.push(Item {
                text: text.to_owned(),
                place: None,
            });
        }
        Ok(Self::List(items))
    }

    /// The value as TOML.
    pub fn shown(&self) -> String {
        match self {
            Self::List(items) => shown_list(items.iter().map(|item| item.text.as_str())),
            Self::Duration(duration) | Self::Interval(Some(duration)) => shown_text(&shown_duration(*duration)),
            Self::Interval(None) => "false".to_owned(),
            Self::Switch(value) => value.to_string(),
            Self::Rules(rules) => {
                let shown = |rule: &RuleItem| {
                    let (files, on_change) = (shown_text(&rule.files.text), shown_text(&rule.on_change));
                    format!("{{ files = {files}, on-change = {on_change} }}")
                };
                format!("[{}]", rules.iter().map(shown).collect::<Vec<_>>().join(", "))
            }
            Self::Text(text) => shown_text(text),
        }
    }
}

/// Checks one entry of a list.
pub(super) fn check_item(kind: Kind, text: &str) -> Result<(), BadText> {
    if text.is_empty() {
        return Err(BadText::new("config-bad-value", "is empty", None));
    }
    match kind {
        Kind::Globs => glob::check(text).map_err(|reason| BadText::new("config-bad-glob", reason, None)),
        _ => Ok(()),
    }
}

/// A TOML array of texts.
pub(super) fn shown_list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.map(shown_text).collect();
    format!("[{}]", texts.join(", "))
}

/// A TOML basic string. JSON's escapes are TOML's, except that JSON leaves U+007F as it is.
pub(super) fn shown_text(text: &str) -> String {
    let quoted = serde_json::to_string(text).expect("a text is always JSON");
    quoted.replace('\x7f', "\\u007f")
}

fn duration(text: &str) -> Result<Duration, BadText> {
    parse_duration(text).map_err(|reason| {
        let number = text.trim();
        let is_number = number.parse::<f64>().is_ok() && !number.starts_with('-');
        let help = is_number.then(|| format!("write \"{number}s\" for seconds or \"{number}ms\" for milliseconds"));
        BadText::new("config-bad-duration", reason, help)
    })
}

fn positive(text: &str, remedy: Option<&str>) -> Result<Duration, BadText> {
    match duration(text)? {
        Duration::ZERO => Err(BadText::new(
            "config-bad-duration",
            "is not above zero",
            remedy.map(str::to_owned),
        )),
        duration => Ok(duration),
    }
}
