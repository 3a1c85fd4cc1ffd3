//! One source of options, as written.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::option_table::{self, OPTIONS};
use super::problem::nearest;
use super::value::Value;
use crate::diagnostic::{Diagnostic, Place, shown_path};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The configuration file.
    File(Place),
    /// An environment variable, by name.
    Environment(String),
    /// A flag of the command line, such as `--watch`.
    CommandLine(&'static str),
    /// A list that several sources contribute to.
    Several(Vec<Origin>),
}

impl Origin {
    /// For people: `default`, `jurigged.toml:3`, `JURIGGED_LOG_LEVEL`, `--watch`.
    pub fn shown(&self) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::File(place) => match place.line {
                Some(line) => format!("{}:{line}", shown_path(&place.path)),
                None => shown_path(&place.path),
            },
            Self::Environment(variable) => variable.clone(),
            Self::CommandLine(flag) => (*flag).to_owned(),
            Self::Several(origins) => origins.iter().map(Self::shown).collect::<Vec<_>>().join(", "),
        }
    }
}

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The checked value.
    pub value: Value,
    /// Its source; for the file, the place of the value.
    pub origin: Origin,
}

/// One `[plugins.NAME]` table, as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PluginOptions {
    /// `library`: path of the plugin's library.
    pub library: Option<Written>,
    /// `python`: name of the plugin's Python module.
    pub python: Option<Written>,
    /// The plugin's own options, not checked: only the plugin knows them.
    pub own: BTreeMap<String, (toml::Value, Place)>,
}

/// What one source sets: a value for some of the keys of [`OPTIONS`], and the plugins' tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// By key, such as `watch.include`. The value has the variant that the option's kind asks for.
    pub(super) values: BTreeMap<&'static str, Written>,
    /// By plugin name.
    pub(super) plugins: BTreeMap<String, PluginOptions>,
}

impl Options {
    /// What this source sets for a key of the table, if anything.
    pub fn get(&self, key: &str) -> Option<&Written> {
        self.values.get(key)
    }

    /// The `[plugins.NAME]` tables of this source.
    pub fn plugins(&self) -> &BTreeMap<String, PluginOptions> {
        &self.plugins
    }

    /// How many settings this source has, plugin options included.
    pub fn len(&self) -> usize {
        let of_plugin = |plugin: &PluginOptions| {
            plugin.own.len() + usize::from(plugin.library.is_some()) + usize::from(plugin.python.is_some())
        };
        self.values.len() + self.plugins.values().map(of_plugin).sum::<usize>()
    }

    /// True when this source sets nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The defaults of the table, read by the same code as everybody else's values.
    pub(super) fn defaults() -> Self {
        let (options, problems) = super::toml_file::read_defaults();
        debug_assert!(problems.is_empty(), "the defaults of the table are valid: {problems:?}");
        options
    }

    /// Reads `JURIGGED_WATCH_DEBOUNCE` and its like; an empty variable counts as unset. Errors and warnings come in the
    /// order of the table.
    pub(super) fn from_environment(environment: &[(OsString, OsString)]) -> (Self, Vec<Diagnostic>) {
        let mut options = Self::default();
        let mut problems = Vec::new();
        for option in OPTIONS {
            let variable = option.variable();
            let Some((_, text)) = environment.iter().find(|(name, _)| name.to_str() == Some(&variable)) else {
                continue;
            };
            if text.is_empty() {
                continue;
            }
            let Some(text) = text.to_str() else {
                let message = format!("the environment variable `{variable}` is not UTF-8");
                problems.push(Diagnostic::error("config-bad-value", message));
                continue;
            };
            match Value::from_variable(option.kind, text) {
                Ok(value) => {
                    let origin = Origin::Environment(variable);
                    options.values.insert(option.key, Written { value, origin });
                }
                Err(bad) => {
                    let message = format!("the environment variable `{variable}` {}", bad.reason);
                    let diagnostic = Diagnostic::error(bad.code, message).detail(format!("its value is `{text}`"));
                    let help = bad
                        .help
                        .unwrap_or_else(|| format!("`{}` is {}", option.key, option.kind.expected()));
                    problems.push(diagnostic.help(help));
                }
            }
        }
        problems.extend(unknown_variables(environment));
        (options, problems)
    }
}

/// Variables that look like a setting and are none: a slip would otherwise stay without effect in silence. Others that
/// start with `JURIGGED_` (`JURIGGED_LIB`) are not ours to judge.
fn unknown_variables(environment: &[(OsString, OsString)]) -> Vec<Diagnostic> {
    let known: Vec<String> = OPTIONS.iter().map(|option| option.variable()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let prefixes = option_table::sections()
        .into_iter()
        .map(|section| format!("JURIGGED_{}_", section.to_uppercase()));
    let prefixes: Vec<String> = prefixes.collect();
    let mut unknown: Vec<&str> = environment
        .iter()
        .filter_map(|(name, _)| name.to_str())
        .filter(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)) && !known.contains(name))
        .collect();
    unknown.sort_unstable();
    // `nearest` compares keys, in their spelling.
    let as_key = |variable: &str| variable.to_lowercase().replace('_', "-");
    let keys: Vec<String> = known.iter().map(|name| as_key(name)).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let warn = |name: &str| {
        let message = format!("the environment variable `{name}` is no setting of jurigged");
        let warning = Diagnostic::warning("config-unknown-key", message);
        match nearest(name, &keys) {
            Some(near) => warning.help(format!("did you mean `{}`?", near.to_uppercase().replace('-', "_"))),
            None => warning.help("`jurigged config show` lists every setting"),
        }
    };
    unknown.into_iter().map(warn).collect()
}
