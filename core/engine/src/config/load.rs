//! From the command line, the environment and the file to [`Settings`], at the start and again when the file changes.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::discovery::{ConfigFile, discover};
use super::listing::Listed;
use super::option_table;
use super::options::{Options, Origin, Written};
use super::resolve::Sources;
use super::settings::{LogFormat, LogLevel, Settings, SyncMode};
use super::toml_file;
use super::value::{Item, Value, check_item, shown_text};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceText;

/// What settings are asked for.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// `--config`: this file, trusted or not, instead of a search.
    pub config: Option<&'a Path>,
    /// Where the search upwards starts; see [`super::search_folder`].
    pub search_from: &'a Path,
    /// What relative globs and paths of the command line and the environment belong to; absolute.
    pub current_folder: &'a Path,
    /// The whole environment; variables that are no settings are passed over.
    pub environment: Vec<(OsString, OsString)>,
    /// The flags that set options.
    pub command_line: CommandLine,
}

/// The flags of the command line that set options; what is absent is left to the other sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandLine {
    /// `--watch`, replaces `watch.include`.
    pub watch: Vec<String>,
    /// `--debounce`.
    pub debounce: Option<Duration>,
    /// `--poll`; zero turns polling off.
    pub poll: Option<Duration>,
    /// `--python`.
    pub python: Option<String>,
    /// `--runtime`: `auto` or `embedded`; `--python` wins over it.
    pub runtime: Option<String>,
    /// `--disable-plugin`, adds to `plugins.disable`.
    pub disable_plugin: Vec<String>,
    /// `-q` is [`LogLevel::Error`], `-v` [`LogLevel::Info`], `-vv` [`LogLevel::Debug`].
    pub log_level: Option<LogLevel>,
    /// `--sync`.
    pub sync: Option<SyncMode>,
    /// `--log-format`.
    pub log_format: Option<LogFormat>,
}

/// Settings, and what the user should be told about them.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Warnings and notices, to be shown once.
    pub notices: Vec<Diagnostic>,
}

/// What a changed file means.
#[derive(Clone, Debug)]
pub struct Reloaded {
    /// The new settings, those that need a restart included.
    pub settings: Settings,
    /// The keys whose values differ, such as `watch.debounce` or `plugins.functools.clear-caches`.
    pub changed: Vec<String>,
    /// Those of them that have no effect on the running program.
    pub needs_restart: Vec<String>,
    /// What the user should be told: one notice for each key that needs a restart.
    pub notices: Vec<Diagnostic>,
}

/// Finds the configuration file and resolves all sources.
///
/// # Errors
/// Every problem of every source, warnings included; at least one is an error.
pub fn load(request: &Request<'_>) -> Result<Loaded, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let found = match request.config {
        Some(path) => ConfigFile::open(path).map(|file| (Some(file), None)),
        None => discover(request.search_from),
    };
    let file = match found {
        Ok((file, notice)) => {
            problems.extend(notice);
            file
        }
        Err(problem) => {
            problems.push(*problem);
            None
        }
    };
    let from_file = match &file {
        Some(file) => {
            let (options, found) = toml_file::read(&file.source, file.form);
            problems.extend(found);
            options
        }
        None => Options::default(),
    };
    let (from_environment, found) = Options::from_environment(&request.environment);
    problems.extend(found);
    let (from_command_line, found) = request.command_line.options();
    problems.extend(found);
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(problems);
    }
    let settings = Settings::resolve(Sources {
        file: file.map(|file| (file.path, file.form)),
        from_file,
        from_environment,
        from_command_line,
        current_folder: request.current_folder.to_owned(),
    });
    Ok(Loaded {
        settings,
        notices: problems,
    })
}

impl CommandLine {
    fn options(&self) -> (Options, Vec<Diagnostic>) {
        let mut options = Options::default();
        let mut problems = Vec::new();
        let mut set = |key, flag, value| {
            let origin = Origin::CommandLine(flag);
            options.values.insert(key, Written { value, origin });
        };
        let list = |texts: &[String]| {
            let items = texts.iter().map(|text| Item {
                text: text.clone(),
                place: None,
            });
            Value::List(items.collect())
        };
        let kind = |key| option_table::find(key).expect("a key of the table").kind;
        for (key, flag, texts) in [
            ("watch.include", "--watch", &self.watch),
            ("plugins.disable", "--disable-plugin", &self.disable_plugin),
        ] {
            for text in texts {
                if let Err(bad) = check_item(kind(key), text) {
                    problems.push(Diagnostic::error(bad.code, format!("`{flag} {text}` {}", bad.reason)));
                }
            }
            if !texts.is_empty() {
                set(key, flag, list(texts));
            }
        }
        if let Some(debounce) = self.debounce {
            set("watch.debounce", "--debounce", Value::Duration(debounce));
        }
        if let Some(poll) = self.poll {
            set(
                "watch.poll",
                "--poll",
                Value::Interval(Some(poll).filter(|poll| !poll.is_zero())),
            );
        }
        for (flag, python) in [("--runtime", &self.runtime), ("--python", &self.python)] {
            match python
                .as_deref()
                .map(|text| Value::from_text(kind("runtime.python"), text))
            {
                None => {}
                Some(Ok(value)) => set("runtime.python", flag, value),
                Some(Err(bad)) => problems.push(Diagnostic::error(bad.code, format!("`{flag}` {}", bad.reason))),
            }
        }
        if let Some(level) = self.log_level {
            let flag = if level <= LogLevel::Error {
                "--quiet"
            } else {
                "--verbose"
            };
            set("log.level", flag, Value::Text(level.word().to_owned()));
        }
        if let Some(mode) = self.sync {
            set("sync.mode", "--sync", Value::Text(mode.word().to_owned()));
        }
        if let Some(format) = self.log_format {
            set("log.format", "--log-format", Value::Text(format.word().to_owned()));
        }
        (options, problems)
    }
}

impl Settings {
    /// Reads the new text of the configuration file. Environment and command line stay what they were.
    ///
    /// A file that has vanished is not an empty one: the caller keeps the settings until it returns.
    ///
    /// # Errors
    /// Every problem of the text; these settings stay in force.
    ///
    /// # Panics
    /// When the settings come from no file (see [`Settings::file`]).
    pub fn reload(&self, text: &str) -> Result<Reloaded, Vec<Diagnostic>> {
        let (path, form) = self
            .sources
            .file
            .as_ref()
            .expect("only settings from a file are reloaded");
        let source = SourceText::new(path.clone(), text);
        let (from_file, problems) = toml_file::read(&source, *form);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut settings = Settings::resolve(Sources {
            from_file,
            ..self.sources.clone()
        });
        settings.script.clone_from(&self.script);
        let (old, new) = (self.listing(), settings.listing());
        let value = |listing: &[Listed], key: &str| {
            let found = listing.iter().find(|listed| listed.key == key);
            found.and_then(|listed| listed.value.clone())
        };
        let mut keys: Vec<&str> = old.iter().chain(&new).map(|listed| listed.key.as_str()).collect();
        let mut seen = std::collections::HashSet::new();
        keys.retain(|key| seen.insert(*key) && value(&old, key) != value(&new, key));
        let changed: Vec<String> = keys.into_iter().map(str::to_owned).collect();
        let restarts = |key: &&String| option_table::find(key).is_some_and(|option| option.needs_restart);
        let needs_restart: Vec<String> = changed.iter().filter(restarts).cloned().collect();
        let shown = |listing: &[Listed], key| value(listing, key).unwrap_or_else(|| "unset".to_owned());
        let notices = needs_restart.iter().map(|key| {
            let notice = Diagnostic::notice("config-needs-restart", format!("`{key}` is now {}", shown(&new, key)));
            let origin = settings.sources.from_file.get(key).map(|written| &written.origin);
            let notice = match origin {
                Some(Origin::File(place)) => {
                    let line = place.line.map_or("", |line| source.line(line));
                    notice.place(place.clone()).source_line(line)
                }
                _ => notice.detail(format!(
                    "it is no longer set in {}",
                    shown_text(&path.to_string_lossy())
                )),
            };
            let running = format!("the program still has {}", shown(&old, key));
            notice.running_now(running).help("restart the program to use it")
        });
        Ok(Reloaded {
            notices: notices.collect(),
            changed,
            needs_restart,
            settings,
        })
    }
}
