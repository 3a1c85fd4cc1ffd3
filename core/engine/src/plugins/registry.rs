//! The plugins of a session: found once, opened when needed, switched off when they misbehave.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jurigged_abi::wire::Plugin as Library;
use jurigged_abi::{ABI_VERSION, Declaration, Definition, LiveApi, Manifest, OptionValue, Pair, PluginError, Result};
use jurigged_runtime::Interpreter;

use super::applies::{Applicable, Applies};
use super::host::Memory;
use super::worker::{CallFailure, NoLive, RemoteLive, Worker};
use super::{DEFAULT_LIMIT, PluginProblem, PluginSession, PluginSettings, library_file, loader, manifest, settings};

/// All plugins of a session.
#[derive(Default)]
pub struct Plugins {
    pub(super) entries: Vec<Entry>,
    problems: Vec<PluginProblem>,
    settings: PluginSettings,
}

/// One plugin.
pub(super) struct Entry {
    pub(super) manifest: Manifest,
    /// Every declared option with its value.
    pub(super) options: BTreeMap<String, OptionValue>,
    pub(super) memory: Memory,
    pub(super) code: Code,
    /// The classes that its interests name by `instance_of`.
    pub(super) classes: Vec<String>,
    limit: Duration,
    applies: Applies,
    /// Once known, it stays so.
    applicable: bool,
    off: Option<Off>,
    library: Option<PathBuf>,
    /// The library and its manifest as they were when they were read.
    stamp: Stamp,
}

/// How a plugin is called.
pub(super) enum Code {
    /// Not needed so far.
    Closed,
    /// In a library, on a thread of its own.
    Open { worker: Worker, library: Arc<Library> },
    /// The engine's own.
    BuiltIn(Declaration),
}

#[derive(Clone, Debug)]
enum Off {
    Disabled,
    Problem(PluginProblem),
}

type Stamp = Option<(SystemTime, u64)>;

/// A plugin, as `jurigged plugin list` shows it.
#[derive(Clone, Debug)]
pub struct PluginListing {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its library; `None` for a part of the engine.
    pub library: Option<PathBuf>,
    /// What it does now.
    pub state: PluginState,
    /// Its options with their values.
    pub options: BTreeMap<String, OptionValue>,
}

/// What a plugin does now.
#[derive(Clone, Debug)]
pub enum PluginState {
    /// Nothing needed it yet; its library is not open.
    Waiting,
    /// Its library is open.
    Running,
    /// The configuration disables it.
    Disabled,
    /// It is off, and why.
    Off(PluginProblem),
}

impl Plugins {
    /// Finds the plugins of the settings by their manifests. Opens no library, except one that `[plugins.NAME] library`
    /// names and that has no manifest.
    pub fn discover(settings: PluginSettings) -> (Self, Vec<PluginProblem>) {
        let mut plugins = Self {
            settings,
            ..Self::default()
        };
        plugins.find();
        let problems = plugins.take_problems();
        (plugins, problems)
    }

    /// Adds a part of the engine: called directly, always before plugins that do not order themselves.
    pub fn add_builtin(&mut self, declaration: Declaration) {
        let Some(mut entry) = self.entry(declaration.manifest(), None) else {
            return;
        };
        entry.code = Code::BuiltIn(declaration);
        self.entries.push(entry);
        self.order();
    }

    /// Goes over to new settings: options and `disable` of known plugins take effect; plugins that the new settings find
    /// are added, those that they do not find are forgotten.
    pub fn configure(&mut self, settings: PluginSettings) -> Vec<PluginProblem> {
        self.settings = settings;
        let mut before = std::mem::take(&mut self.entries);
        self.find();
        for entry in &mut self.entries {
            let same = |old: &Entry| old.library == entry.library && old.stamp == entry.stamp && old.library.is_some();
            if let Some(position) = before.iter().position(same) {
                let old = before.remove(position);
                (entry.code, entry.memory, entry.applicable) = (old.code, old.memory, old.applicable);
                if entry.off.is_none() {
                    entry.off = old.off.filter(|off| !matches!(off, Off::Disabled));
                }
            }
        }
        self.entries.extend(
            before
                .into_iter()
                .filter(|entry| matches!(entry.code, Code::BuiltIn(_))),
        );
        self.order();
        self.take_problems()
    }

    /// Looks for libraries that were built anew and makes them be loaded anew when they are next needed; gives their
    /// names. A plugin that was off is on again.
    pub fn reload_changed(&mut self) -> Vec<String> {
        let mut changed = Vec::new();
        for index in 0..self.entries.len() {
            let Some(library) = self.entries[index].library.clone() else {
                continue;
            };
            let now = stamp(&library);
            // A linker at work removes the file first: wait until there is a new one.
            if now.is_none() || now == self.entries[index].stamp {
                continue;
            }
            let name = self.entries[index].manifest.name.clone();
            let Some(manifest) = self.manifest_for(&name, &library) else {
                continue;
            };
            let disabled = matches!(self.entries[index].off, Some(Off::Disabled));
            if let Some(mut entry) = self.entry(manifest, Some(library)) {
                if disabled {
                    entry.off = Some(Off::Disabled);
                }
                self.entries[index] = entry;
                changed.push(name);
            }
        }
        self.order();
        changed
    }

    /// One transaction of all plugins.
    pub fn session<'a>(&'a mut self, interpreter: &'a dyn Interpreter) -> PluginSession<'a> {
        PluginSession::new(self, interpreter)
    }

    /// Lets the matchers pair siblings of one scope that the engine could not pair. Each definition is paired at most
    /// once; earlier plugins go first.
    pub fn pair(&mut self, old: &[Definition], new: &[Definition]) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = Vec::new();
        for plugin in 0..self.entries.len() {
            for matcher in 0..self.entries[plugin].manifest.matchers.len() {
                if !self.is_on(plugin) {
                    break;
                }
                match self.ask_matcher(plugin, matcher, old, new) {
                    Err(failure) => {
                        self.judge(plugin, "pair", failure);
                    }
                    Ok(found) => {
                        for pair in found {
                            if !pairs.iter().any(|known| known.old == pair.old || known.new == pair.new) {
                                pairs.push(pair);
                            }
                        }
                    }
                }
            }
        }
        pairs
    }

    /// Every plugin, in the order in which they are asked.
    pub fn list(&self) -> Vec<PluginListing> {
        let state = |entry: &Entry| match (&entry.off, &entry.code) {
            (Some(Off::Disabled), _) => PluginState::Disabled,
            (Some(Off::Problem(problem)), _) => PluginState::Off(problem.clone()),
            (None, Code::Closed) => PluginState::Waiting,
            (None, _) => PluginState::Running,
        };
        let listing = |entry: &Entry| PluginListing {
            manifest: entry.manifest.clone(),
            library: entry.library.clone(),
            state: state(entry),
            options: entry.options.clone(),
        };
        self.entries.iter().map(listing).collect()
    }

    /// What went wrong since this was last asked, each once.
    pub fn take_problems(&mut self) -> Vec<PluginProblem> {
        std::mem::take(&mut self.problems)
    }

    fn find(&mut self) {
        let tables: Vec<_> = self
            .settings
            .plugins
            .iter()
            .filter_map(|(name, table)| Some((name.clone(), table.library.clone()?)))
            .collect();
        for (name, library) in tables {
            if let Some(manifest) = self.manifest_for(&name, &library) {
                let entry = self.entry(manifest, Some(library));
                self.entries.extend(entry);
            }
        }
        for folder in self.settings.search.clone() {
            self.find_in(&folder, true);
        }
        for folder in self.settings.bundled.clone() {
            self.find_in(&folder, false);
        }
        self.report_unknown_names();
        self.order();
    }

    /// `chosen`: the user named this folder, so what is wrong with it is a problem.
    fn find_in(&mut self, folder: &Path, chosen: bool) {
        let (manifests, without) = match manifest::in_folder(folder) {
            Ok(found) => found,
            Err(source) => {
                if chosen {
                    self.problems.push(PluginProblem::Folder {
                        path: folder.into(),
                        source: Arc::new(source),
                    });
                }
                return;
            }
        };
        if chosen {
            let named = |library: &PathBuf| {
                self.settings
                    .plugins
                    .values()
                    .any(|table| table.library.as_ref() == Some(library))
            };
            let unnamed: Vec<_> = without.into_iter().filter(|library| !named(library)).collect();
            self.problems
                .extend(unnamed.into_iter().map(|library| PluginProblem::NoManifest { library }));
        }
        for path in manifests {
            match manifest::read(&path) {
                Err(problem) => self.problems.push(problem),
                // The first one found of a name wins: the user's before ours.
                Ok(manifest) if self.entries.iter().any(|entry| entry.manifest.name == manifest.name) => {}
                Ok(manifest) => {
                    let entry = self.entry(manifest, Some(library_file(&path)));
                    self.entries.extend(entry);
                }
            }
        }
    }

    /// The manifest of a library that the configuration names: beside it, else inside it.
    fn manifest_for(&mut self, name: &str, library: &Path) -> Option<Manifest> {
        let beside = library.with_extension("toml");
        let read = if !library.is_file() {
            Err(PluginProblem::MissingLibrary {
                plugin: name.into(),
                library: library.into(),
            })
        } else if beside.is_file() {
            manifest::read(&beside)
        } else {
            self.ask_for_manifest(name, library)
        };
        let checked = read.and_then(|manifest| match manifest.name == name {
            true => Ok(manifest),
            false => Err(PluginProblem::OtherName {
                expected: name.into(),
                found: manifest.name,
                library: library.into(),
            }),
        });
        checked.map_err(|problem| self.problems.push(problem)).ok()
    }

    fn ask_for_manifest(&self, name: &str, library: &Path) -> Result<Manifest, PluginProblem> {
        let opened = loader::open(name, library)?;
        let failed = |message| PluginProblem::Failed {
            plugin: name.into(),
            call: "manifest",
            message,
        };
        let mut worker = Worker::start(name).map_err(|error| failed(error.to_string()))?;
        let text = worker.call(&NoLive, DEFAULT_LIMIT, move |_| Library::manifest(opened.module));
        let text = text.map_err(|failure| problem_of(name, "manifest", DEFAULT_LIMIT, failure).0)?;
        Manifest::from_toml(&text).map_err(|error| failed(error.message().into()))
    }

    /// A plugin with its options resolved; `None`, and a problem, when its manifest makes no sense.
    fn entry(&mut self, manifest: Manifest, library: Option<PathBuf>) -> Option<Entry> {
        let applies = match Applies::parse(&manifest.name, &manifest.applies) {
            Ok(applies) => applies,
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        };
        let (options, limit) = self.options_of(&manifest);
        let mut classes: Vec<String> = Vec::new();
        for part in manifest.crawlers.iter().chain(&manifest.conformers) {
            classes.extend(part.interest.instance_of.iter().cloned());
        }
        let mut entry = Entry {
            stamp: library.as_deref().and_then(stamp),
            memory: Memory::default(),
            code: Code::Closed,
            applicable: false,
            off: None,
            classes: BTreeSet::from_iter(classes).into_iter().collect(),
            manifest,
            options,
            limit,
            applies,
            library,
        };
        if self.settings.disable.contains(&entry.manifest.name) {
            entry.off = Some(Off::Disabled);
        } else if let Some(problem) = obstacle(&entry) {
            entry.off = Some(Off::Problem(problem.clone()));
            self.problems.push(problem);
        }
        Some(entry)
    }

    fn options_of(&mut self, manifest: &Manifest) -> (BTreeMap<String, OptionValue>, Duration) {
        let declared = manifest
            .options
            .iter()
            .map(|option| (option.name.clone(), option.default.clone()));
        let mut options: BTreeMap<_, _> = declared.collect();
        let mut limit = DEFAULT_LIMIT;
        let plugin = &manifest.name;
        let table = self.settings.plugins.get(plugin).map(|table| &table.options);
        for (option, value) in table.into_iter().flatten() {
            let wrong = |expected: &str, found: String| PluginProblem::WrongOption {
                plugin: plugin.clone(),
                option: option.clone(),
                expected: expected.into(),
                found,
            };
            // A plugin that declares a `limit` of its own keeps it: it is the same word for the same thing.
            if option == "limit" {
                match value.as_text().and_then(settings::duration) {
                    Some(duration) => limit = duration,
                    None => self
                        .problems
                        .push(wrong("a duration such as `\"1s\"`", value.to_toml())),
                }
            } else {
                match options.get_mut(option) {
                    Some(current) if current.accepts(value) => *current = value.clone(),
                    Some(current) => self.problems.push(wrong(current.type_name(), value.type_name().into())),
                    None => self.problems.push(PluginProblem::UnknownOption {
                        plugin: plugin.clone(),
                        option: option.clone(),
                        nearest: nearest(option, options.keys().map(String::as_str).chain(["limit", "library"])),
                    }),
                }
            }
        }
        (options, limit)
    }

    fn report_unknown_names(&mut self) {
        let known: BTreeSet<&str> = self.entries.iter().map(|entry| entry.manifest.name.as_str()).collect();
        // A table with a library has been looked at already.
        let tables = self
            .settings
            .plugins
            .iter()
            .filter(|(_, table)| table.library.is_none())
            .map(|(name, _)| name);
        let named: BTreeSet<&String> = self.settings.disable.iter().chain(tables).collect();
        let unknown = named.into_iter().filter(|name| !known.contains(name.as_str()));
        let problems: Vec<_> = unknown
            .map(|plugin| PluginProblem::UnknownPlugin {
                plugin: plugin.clone(),
                nearest: nearest(plugin, known.iter().copied()),
            })
            .collect();
        self.problems.extend(problems);
    }

    /// The engine's own first, then by name; and each after those that it `runs_after`. Of a circle, the first by name
    /// goes first.
    fn order(&mut self) {
        let builtin = |entry: &Entry| matches!(entry.code, Code::BuiltIn(_));
        self.entries
            .sort_by(|a, b| (!builtin(a), &a.manifest.name).cmp(&(!builtin(b), &b.manifest.name)));
        let mut waiting: Vec<Entry> = std::mem::take(&mut self.entries);
        while !waiting.is_empty() {
            let free = waiting.iter().position(|entry| {
                let after = &entry.manifest.runs_after;
                !waiting
                    .iter()
                    .any(|other| other.manifest.name != entry.manifest.name && after.contains(&other.manifest.name))
            });
            self.entries.push(waiting.remove(free.unwrap_or(0)));
        }
    }

    /// Is the plugin neither disabled nor off?
    pub(super) fn is_on(&self, plugin: usize) -> bool {
        self.entries[plugin].off.is_none()
    }

    /// Is it on, and does it apply to what is loaded?
    pub(super) fn is_applicable(&mut self, plugin: usize, interpreter: &dyn Interpreter) -> bool {
        let entry = &mut self.entries[plugin];
        if entry.off.is_some() || entry.applicable {
            return entry.off.is_none();
        }
        match entry.applies.check(&entry.manifest.name, interpreter) {
            Applicable::Yes => entry.applicable = true,
            Applicable::NotYet => {}
            Applicable::No(problem) => self.switch_off(plugin, problem),
        }
        self.entries[plugin].applicable
    }

    /// Opens the library unless it is open. False, and a problem, when it cannot be.
    pub(super) fn ensure_open(&mut self, plugin: usize) -> bool {
        if !matches!(self.entries[plugin].code, Code::Closed) {
            return true;
        }
        match open(&self.entries[plugin]) {
            Ok(code) => self.entries[plugin].code = code,
            Err(problem) => self.switch_off(plugin, problem),
        }
        self.is_on(plugin)
    }

    fn ask_matcher(
        &mut self,
        plugin: usize,
        matcher: usize,
        old: &[Definition],
        new: &[Definition],
    ) -> Result<Vec<Pair>, CallFailure> {
        if !self.ensure_open(plugin) {
            return Ok(Vec::new());
        }
        if let Code::BuiltIn(declaration) = &self.entries[plugin].code {
            let mut pairs = jurigged_abi::Pairs::default();
            declaration.matchers[matcher]
                .1
                .pair(old, new, &mut pairs)
                .map_err(CallFailure::Error)?;
            return Ok(pairs.into_vec());
        }
        let (remote_old, remote_new) = (old.to_vec(), new.to_vec());
        let pairs =
            self.entries[plugin].call(&NoLive, move |library, _| library.pair(matcher, remote_old, remote_new))?;
        if !are_pairs(&pairs, old.len(), new.len()) {
            return Err(CallFailure::Lied(
                "it paired a definition twice, or one that does not exist",
            ));
        }
        Ok(pairs)
    }

    /// Reports what a call did wrong, and switches the plugin off if it is to blame. Gives the words for it.
    pub(super) fn judge(&mut self, plugin: usize, call: &'static str, failure: CallFailure) -> String {
        let entry = &self.entries[plugin];
        let (problem, to_blame) = problem_of(&entry.manifest.name, call, entry.limit, failure);
        let words = problem.to_string();
        if to_blame {
            self.switch_off(plugin, problem);
        } else {
            self.problems.push(problem);
        }
        words
    }

    fn switch_off(&mut self, plugin: usize, problem: PluginProblem) {
        let entry = &mut self.entries[plugin];
        entry.off = Some(Off::Problem(problem.clone()));
        // Its thread ends, or hangs alone.
        if matches!(entry.code, Code::Open { .. }) {
            entry.code = Code::Closed;
        }
        self.problems.push(problem);
    }
}

impl Entry {
    /// Calls a library that is open.
    pub(super) fn call<T: Send + 'static>(
        &mut self,
        live: &dyn LiveApi,
        work: impl FnOnce(&Library, RemoteLive) -> Result<T> + Send + 'static,
    ) -> Result<T, CallFailure> {
        let Code::Open { worker, library } = &mut self.code else {
            return Err(CallFailure::Error(PluginError::Bug("its library is not open".into())));
        };
        let library = Arc::clone(library);
        worker.call(live, self.limit, move |live| work(&library, live))
    }
}

/// What can be told from the manifest alone.
fn obstacle(entry: &Entry) -> Option<PluginProblem> {
    let (plugin, library) = (entry.manifest.name.clone(), entry.library.clone()?);
    if !library.is_file() {
        return Some(PluginProblem::MissingLibrary { plugin, library });
    }
    let abi = entry.manifest.abi.clone();
    (loader::major(&abi) != loader::major(ABI_VERSION)).then_some(PluginProblem::Incompatible { plugin, library, abi })
}

fn open(entry: &Entry) -> Result<Code, PluginProblem> {
    let name = &entry.manifest.name;
    let path = entry.library.as_deref().expect("only a library can be closed");
    let opened = loader::open(name, path)?;
    let failed = |message| PluginProblem::Failed {
        plugin: name.clone(),
        call: "start",
        message,
    };
    let mut worker = Worker::start(name).map_err(|error| failed(error.to_string()))?;
    let started = worker.call(&NoLive, entry.limit, move |_| {
        Ok((Library::manifest(opened.module)?, Library::start(opened.module)?))
    });
    let (text, library) = started.map_err(|failure| problem_of(name, "start", entry.limit, failure).0)?;
    // Parts are numbered by the manifest: with another one, the wrong part would be called.
    let parts = |manifest: &Manifest| [&manifest.matchers, &manifest.crawlers, &manifest.conformers].map(Clone::clone);
    match Manifest::from_toml(&text) {
        Ok(own) if parts(&own) == parts(&entry.manifest) && library.counts() == parts(&own).map(|part| part.len()) => {}
        _ => {
            return Err(PluginProblem::ManifestStale {
                plugin: name.clone(),
                library: path.into(),
            });
        }
    }
    Ok(Code::Open {
        worker,
        library: Arc::new(library),
    })
}

/// The problem that a failed call is, and whether the plugin is to blame for it.
fn problem_of(plugin: &str, call: &'static str, limit: Duration, failure: CallFailure) -> (PluginProblem, bool) {
    let plugin = plugin.to_owned();
    let error = match failure {
        CallFailure::Hung => return (PluginProblem::Hung { plugin, call, limit }, true),
        CallFailure::Lied(message) => {
            return (
                PluginProblem::Lied {
                    plugin,
                    call,
                    message: message.into(),
                },
                true,
            );
        }
        CallFailure::Error(error) => error,
    };
    let message = error.to_string();
    match error {
        // Its own snippet is wrong, or else user code, or the framework, did not like the edit: then the next save may
        // put it right, and the plugin must be there for it.
        PluginError::Python { traceback, .. } if !is_innermost(&plugin, &traceback) => (
            PluginProblem::Raised {
                plugin,
                call,
                message,
                traceback,
            },
            false,
        ),
        PluginError::Bug(_) if message.starts_with("panicked") => {
            let message = message
                .trim_start_matches("panicked")
                .trim_start_matches([':', ' '])
                .to_owned();
            (PluginProblem::Panicked { plugin, call, message }, true)
        }
        _ => (PluginProblem::Failed { plugin, call, message }, true),
    }
}

/// Is the last place that a traceback names in a snippet of the plugin?
fn is_innermost(plugin: &str, traceback: &str) -> bool {
    let places = traceback
        .lines()
        .filter(|line| line.trim_start().starts_with("File \""));
    places
        .last()
        .is_none_or(|place| place.contains(&format!("\"<plugin {plugin}>\"")))
}

fn are_pairs(pairs: &[Pair], old: usize, new: usize) -> bool {
    let (mut seen_old, mut seen_new) = (BTreeSet::new(), BTreeSet::new());
    pairs
        .iter()
        .all(|pair| pair.old < old && pair.new < new && seen_old.insert(pair.old) && seen_new.insert(pair.new))
}

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let scored = known.map(|name| (strsim::jaro_winkler(word, name), name));
    // Below this, two words have little more than a letter in common.
    let close = scored.filter(|(score, _)| *score > 0.75);
    close
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceback_that_ends_outside_the_snippet_is_not_the_plugins_fault() {
        let own = "Traceback (most recent call last):\n  File \"<plugin mine>\", line 1, in <module>\nKeyError: 1\n";
        let deeper = format!("{own}  File \"/x/numba/core.py\", line 9, in compile\nTypingError: no\n");
        assert!(is_innermost("mine", own));
        assert!(!is_innermost("other", own));
        assert!(!is_innermost("mine", &deeper));
        assert!(is_innermost("mine", "SyntaxError: invalid syntax\n"));
    }

    #[test]
    fn each_definition_is_paired_once() {
        let pair = |old, new| Pair {
            old,
            new,
            reason: String::new(),
        };
        assert!(are_pairs(&[pair(0, 1), pair(1, 0)], 2, 2));
        assert!(!are_pairs(&[pair(0, 1), pair(1, 1)], 2, 2));
        assert!(!are_pairs(&[pair(2, 0)], 2, 2));
    }

    #[test]
    fn plugins_are_ordered_by_what_they_run_after() {
        let mut plugins = Plugins::default();
        for (name, after) in [("c", vec![]), ("a", vec!["c"]), ("b", vec!["a", "not here"])] {
            let after = after.into_iter().map(String::from).collect();
            plugins.add_builtin(Declaration {
                name: name.into(),
                applies: "python".into(),
                runs_after: after,
                ..Declaration::default()
            });
        }
        let names: Vec<_> = plugins.list().into_iter().map(|plugin| plugin.manifest.name).collect();
        assert_eq!(names, ["c", "a", "b"]);
    }

    #[test]
    fn names_that_are_close_are_suggested() {
        assert_eq!(
            nearest("clear-cache", ["limit", "clear-caches"].into_iter()),
            Some("clear-caches".into())
        );
        assert_eq!(nearest("zzz", ["limit"].into_iter()), None);
    }
}
