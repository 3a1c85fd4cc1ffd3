//! The resolved configuration: one typed value for every option, and where it came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::filter::WatchFilter;
use super::glob::WatchGlob;
use super::options::Origin;
use super::resolve::Sources;
use super::rules::PatchRules;
use crate::diagnostic::Place;

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// The source that won.
    pub origin: Origin,
}

/// Everything that can be configured, resolved. Meanings and defaults are in [`super::option_table`].
#[derive(Clone, Debug)]
pub struct Settings {
    /// `[watch]`.
    pub watch: WatchSection,
    /// `[runtime]`.
    pub runtime: RuntimeSection,
    /// `[sync]`.
    pub sync: SyncSection,
    /// `[patch]`.
    pub patch: PatchSection,
    /// `[log]`.
    pub log: LogSection,
    /// `[plugins]`.
    pub plugins: PluginsSection,
    /// The program's script, where it is watched although no glob matches it.
    pub(super) script: Option<PathBuf>,
    /// What the values were resolved from, kept so that a changed file can be resolved again.
    pub(super) sources: Sources,
}

/// `[watch]`: which files, and how they are watched.
#[derive(Clone, Debug)]
pub struct WatchSection {
    /// `include`.
    pub include: Setting<Vec<WatchGlob>>,
    /// `ignore`.
    pub ignore: Setting<Vec<WatchGlob>>,
    /// `debounce`.
    pub debounce: Setting<Duration>,
    /// `poll`; `None` is `false`: only where the system cannot watch.
    pub poll: Setting<Option<Duration>>,
    /// `grace`.
    pub grace: Setting<Duration>,
}

/// `[runtime]`: which Python.
#[derive(Clone, Debug)]
pub struct RuntimeSection {
    /// `python`.
    pub python: Setting<PythonChoice>,
}

/// Which Python runs the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PythonChoice {
    /// The active or nearest virtual environment, else the embedded one.
    Auto,
    /// The embedded one.
    Embedded,
    /// A version (`3.12`) or a name on PATH (`python3.12`).
    Named(String),
    /// An executable, or the folder of an environment; absolute.
    Path(PathBuf),
}

/// `[sync]`: when edits are applied.
#[derive(Clone, Debug)]
pub struct SyncSection {
    /// `mode`.
    pub mode: Setting<SyncMode>,
}

/// When a save is applied, and where its code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyncMode {
    /// At once, on the session's thread.
    Immediate,
    /// Between two instructions of the main thread.
    MainThread,
    /// By `refresh()`, on the thread that calls it.
    Manual,
}

impl SyncMode {
    /// The word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::MainThread => "main-thread",
            Self::Manual => "manual",
        }
    }

    /// The mode of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        let modes = [Self::Immediate, Self::MainThread, Self::Manual];
        modes.into_iter().find(|mode| mode.word() == word)
    }
}

/// `[patch]`: how edits are applied.
#[derive(Clone, Debug)]
pub struct PatchSection {
    /// `propagate`.
    pub propagate: Setting<bool>,
    /// `blocks`: true for `run`.
    pub run_blocks: Setting<bool>,
    /// `stale`: true for `run`.
    pub run_stale: Setting<bool>,
    /// `[[patch.rule]]`, in order.
    pub rules: PatchRules,
    /// `statement-limit`.
    pub statement_limit: Setting<Duration>,
}

/// `[log]`: what is reported, how, and where.
#[derive(Clone, Debug)]
pub struct LogSection {
    /// `level`.
    pub level: Setting<LogLevel>,
    /// `format`.
    pub format: Setting<LogFormat>,
    /// `file`, absolute; `None` is stderr.
    pub file: Setting<Option<PathBuf>>,
}

/// How much is reported; each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// What could not be done.
    Error,
    /// Also what deserves a look.
    Warn,
    /// Also every edit that was applied.
    Info,
    /// Also why.
    Debug,
}

impl LogLevel {
    /// The word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }

    /// The level of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        let levels = [Self::Error, Self::Warn, Self::Info, Self::Debug];
        levels.into_iter().find(|level| level.word() == word)
    }
}

/// The form of the reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// The word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    /// The format of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Text, Self::Json]
            .into_iter()
            .find(|format| format.word() == word)
    }
}

/// `[plugins]`: where plugins are, which are off, and what each is told.
#[derive(Clone, Debug)]
pub struct PluginsSection {
    /// `path`, absolute.
    pub path: Setting<Vec<PathBuf>>,
    /// `disable`: the file's or the environment's list, and the command line's.
    pub disable: Setting<Vec<String>>,
    /// The `[plugins.NAME]` tables, by name.
    pub each: BTreeMap<String, PluginSettings>,
}

/// One `[plugins.NAME]` table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PluginSettings {
    /// `library`, absolute; at most one of this and `python` is set.
    pub library: Option<PathBuf>,
    /// `python`: a module name.
    pub python: Option<String>,
    /// The plugin's own options, for the plugin to check.
    pub options: toml::Table,
    /// The place of the value of every key of the table, `library` and `python` included, for what the plugin says.
    pub places: BTreeMap<String, Place>,
}

impl Settings {
    /// The configuration file in use; the session watches it.
    pub fn file(&self) -> Option<&Path> {
        self.sources.file.as_ref().map(|(path, _)| path.as_path())
    }

    /// The folder of the configuration file, or the current one: the project as far as settings know it.
    pub fn folder(&self) -> &Path {
        self.sources.file_folder()
    }

    /// Which files are watched.
    pub fn watch_filter(&self) -> WatchFilter {
        let mut filter = WatchFilter::new(&self.watch.include.value, &self.watch.ignore.value);
        if let Some(script) = &self.script {
            filter.add_file(script);
        }
        filter
    }

    /// Watches the program's own script as well, whatever the globs say.
    pub fn watch_script(&mut self, script: &Path) {
        self.script = Some(script.to_owned());
    }
}
