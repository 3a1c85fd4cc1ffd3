//! From all sources to typed [`Settings`]: the highest source that sets a key wins.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::discovery::FileForm;
use super::glob::{WatchGlob, expand_home};
use super::option_table;
use super::options::{Options, Origin, PluginOptions, Written};
use super::rules::{OnChange, PatchRules};
use super::settings::{
    LogFormat, LogLevel, LogSection, PatchSection, PluginSettings, PluginsSection, PythonChoice, RuntimeSection,
    Setting, Settings, SyncMode, SyncSection, WatchSection,
};
use super::value::{Item, Value};

/// What settings are resolved from.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    /// Path and form of the configuration file.
    pub file: Option<(PathBuf, FileForm)>,
    pub from_file: Options,
    pub from_environment: Options,
    pub from_command_line: Options,
    /// What relative values of the environment and the command line, and without a file the defaults, belong to.
    pub current_folder: PathBuf,
}

impl Sources {
    /// What a source sets for a key: the winner's.
    pub fn winner<'a>(&'a self, defaults: &'a Options, key: &str) -> Option<&'a Written> {
        let layers = [
            &self.from_command_line,
            &self.from_environment,
            &self.from_file,
            defaults,
        ];
        layers.into_iter().find_map(|layer| layer.get(key))
    }

    pub fn file_folder(&self) -> &Path {
        let file = self.file.as_ref().and_then(|(path, _)| path.parent());
        file.unwrap_or(&self.current_folder)
    }

    /// The folder that relative values of this origin belong to.
    fn base(&self, origin: &Origin) -> &Path {
        match origin {
            Origin::Default | Origin::File(_) => self.file_folder(),
            _ => &self.current_folder,
        }
    }

    fn absolute(&self, text: &str, origin: &Origin) -> PathBuf {
        self.base(origin).join(expand_home(Path::new(text)))
    }
}

impl Settings {
    /// Resolves all sources.
    pub(super) fn resolve(sources: Sources) -> Self {
        let defaults = Options::defaults();
        let pick = Pick {
            sources: &sources,
            defaults: &defaults,
        };
        let watch = WatchSection {
            include: pick.globs("watch.include"),
            ignore: pick.globs("watch.ignore"),
            debounce: pick.duration("watch.debounce"),
            poll: pick.interval("watch.poll"),
            grace: pick.duration("watch.grace"),
        };
        let runtime = RuntimeSection {
            python: pick.python("runtime.python"),
        };
        let sync = SyncSection {
            mode: pick.word("sync.mode", SyncMode::from_word),
        };
        let patch = PatchSection {
            propagate: pick.switch("patch.propagate"),
            run_blocks: pick.word("patch.blocks", |word| Some(word == "run")),
            run_stale: pick.word("patch.stale", |word| Some(word == "run")),
            rules: pick.rules("patch.rule"),
            statement_limit: pick.duration("patch.statement-limit"),
        };
        let log = LogSection {
            level: pick.word("log.level", LogLevel::from_word),
            format: pick.word("log.format", LogFormat::from_word),
            file: pick.path("log.file"),
        };
        let each = sources.from_file.plugins().iter();
        let each = each.map(|(name, plugin)| (name.clone(), pick.plugin(plugin)));
        let plugins = PluginsSection {
            path: pick.paths("plugins.path"),
            disable: pick.disabled(),
            each: each.collect(),
        };
        Self {
            watch,
            runtime,
            sync,
            patch,
            log,
            plugins,
            script: None,
            sources,
        }
    }
}

/// Takes the winner of each key in its type. The kind of a key was checked when its value was read, so that a variant
/// that does not fit is a fault of the table.
struct Pick<'s> {
    sources: &'s Sources,
    defaults: &'s Options,
}

impl Pick<'_> {
    fn winner(&self, key: &str) -> &Written {
        self.sources
            .winner(self.defaults, key)
            .expect("this option has a default")
    }

    fn list(&self, key: &str) -> (&[Item], &Origin) {
        let written = self.winner(key);
        match &written.value {
            Value::List(items) => (items, &written.origin),
            other => unreachable!("`{key}` is a list in the table, not {other:?}"),
        }
    }

    fn text(&self, key: &str) -> (&str, &Origin) {
        let written = self.winner(key);
        match &written.value {
            Value::Text(text) => (text, &written.origin),
            other => unreachable!("`{key}` is a text in the table, not {other:?}"),
        }
    }

    fn globs(&self, key: &str) -> Setting<Vec<WatchGlob>> {
        let (items, origin) = self.list(key);
        let globs = items.iter().map(|item| WatchGlob {
            text: item.text.clone(),
            base: self.sources.base(origin).to_owned(),
            origin: item
                .place
                .clone()
                .filter(|_| matches!(origin, Origin::File(_)))
                .map_or(origin.clone(), Origin::File),
        });
        Setting {
            value: globs.collect(),
            origin: origin.clone(),
        }
    }

    fn paths(&self, key: &str) -> Setting<Vec<PathBuf>> {
        let (items, origin) = self.list(key);
        Setting {
            value: items
                .iter()
                .map(|item| self.sources.absolute(&item.text, origin))
                .collect(),
            origin: origin.clone(),
        }
    }

    /// Lists of the command line add to the others: `--disable-plugin numba` must not switch another one on.
    fn disabled(&self) -> Setting<Vec<String>> {
        let key = "plugins.disable";
        let below = Sources {
            from_command_line: Options::default(),
            ..self.sources.clone()
        };
        let written = [
            below.winner(self.defaults, key),
            self.sources.from_command_line.get(key),
        ];
        let mut names: Vec<String> = Vec::new();
        let mut origins = Vec::new();
        for written in written.into_iter().flatten() {
            if let Value::List(items) = &written.value {
                names.extend(items.iter().map(|item| item.text.clone()));
            }
            origins.push(written.origin.clone());
        }
        names.sort_unstable();
        names.dedup();
        if origins.len() > 1 {
            origins.retain(|origin| *origin != Origin::Default);
        }
        let origin = match origins.len() {
            1 => origins.remove(0),
            _ => Origin::Several(origins),
        };
        Setting { value: names, origin }
    }

    fn switch(&self, key: &str) -> Setting<bool> {
        let written = self.winner(key);
        match written.value {
            Value::Switch(value) => Setting {
                value,
                origin: written.origin.clone(),
            },
            ref other => unreachable!("`{key}` is a switch in the table, not {other:?}"),
        }
    }

    fn rules(&self, key: &str) -> PatchRules {
        let Some(written) = self.sources.winner(self.defaults, key) else {
            return PatchRules::default();
        };
        match &written.value {
            Value::Rules(rules) => PatchRules::new(rules.iter().map(|rule| {
                let files = WatchGlob {
                    text: rule.files.text.clone(),
                    base: self.sources.base(&written.origin).to_owned(),
                    origin: written.origin.clone(),
                };
                (
                    files,
                    OnChange::from_word(&rule.on_change).expect("the words of the table are those of the type"),
                )
            })),
            other => unreachable!("`{key}` is a list of rules in the table, not {other:?}"),
        }
    }

    fn duration(&self, key: &str) -> Setting<Duration> {
        let written = self.winner(key);
        match written.value {
            Value::Duration(value) => Setting {
                value,
                origin: written.origin.clone(),
            },
            ref other => unreachable!("`{key}` is a duration in the table, not {other:?}"),
        }
    }

    fn interval(&self, key: &str) -> Setting<Option<Duration>> {
        let written = self.winner(key);
        match written.value {
            Value::Interval(value) => Setting {
                value,
                origin: written.origin.clone(),
            },
            ref other => unreachable!("`{key}` is an interval in the table, not {other:?}"),
        }
    }

    fn word<T>(&self, key: &str, from_word: impl Fn(&str) -> Option<T>) -> Setting<T> {
        let (text, origin) = self.text(key);
        Setting {
            value: from_word(text).expect("the words of the table are those of the type"),
            origin: origin.clone(),
        }
    }

    fn path(&self, key: &str) -> Setting<Option<PathBuf>> {
        match self.sources.winner(self.defaults, key) {
            None => Setting {
                value: None,
                origin: Origin::Default,
            },
            Some(_) => {
                let (text, origin) = self.text(key);
                Setting {
                    value: Some(self.sources.absolute(text, origin)),
                    origin: origin.clone(),
                }
            }
        }
    }

    fn python(&self, key: &str) -> Setting<PythonChoice> {
        let (text, origin) = self.text(key);
        let value = match text {
            "auto" => PythonChoice::Auto,
            "embedded" => PythonChoice::Embedded,
            path if path.contains(std::path::is_separator) || path.starts_with('~') => {
                PythonChoice::Path(self.sources.absolute(path, origin))
            }
            name => PythonChoice::Named(name.to_owned()),
        };
        Setting {
            value,
            origin: origin.clone(),
        }
    }

    fn plugin(&self, plugin: &PluginOptions) -> PluginSettings {
        let mut settings = PluginSettings::default();
        for (key, written) in [
            (option_table::PLUGIN_LIBRARY, &plugin.library),
            (option_table::PLUGIN_PYTHON, &plugin.python),
        ] {
            let Some(Written {
                value: Value::Text(text),
                origin,
            }) = written
            else {
                continue;
            };
            match key {
                option_table::PLUGIN_LIBRARY => settings.library = Some(self.sources.absolute(text, origin)),
                _ => settings.python = Some(text.clone()),
            }
            if let Origin::File(place) = origin {
                settings.places.insert(key.to_owned(), place.clone());
            }
        }
        for (key, (value, place)) in &plugin.own {
            settings.options.insert(key.clone(), value.clone());
            settings.places.insert(key.clone(), place.clone());
        }
        settings
    }
}
