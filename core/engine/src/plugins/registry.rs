//! The plugins of a session: found once, opened when needed, switched off when they misbehave.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jurigged_abi::wire::Plugin as Library;
use jurigged_abi::{Declaration, Definition, LiveApi, Manifest, OptionValue, Pair, PluginError, Result};
use jurigged_runtime::Interpreter;

use super::applies::{Applicable, Applies};
use super::fault::problem_of;
use super::host::Memory;
use super::remote::{NoLive, RemoteLive};
use super::worker::{CallFailure, Worker};
use super::{PluginProblem, PluginSession, PluginSettings, loader, python};

/// All plugins of a session.
#[derive(Default)]
pub struct Plugins {
    pub(super) entries: Vec<Entry>,
    pub(super) problems: Vec<PluginProblem>,
    pub(super) settings: PluginSettings,
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
    pub(super) limit: Duration,
    pub(super) applies: Applies,
    /// Once known, it stays so.
    pub(super) applicable: bool,
    pub(super) off: Option<Off>,
    pub(super) library: Option<PathBuf>,
    /// The module of Python that it is, which is imported at the first save.
    pub(super) python: Option<String>,
    /// The library and its manifest as they were when they were read.
    pub(super) stamp: Stamp,
}

/// How a plugin is called.
pub(super) enum Code {
    /// Not needed so far.
    Closed,
    /// In a library, on a thread of its own.
    ///
    /// Its parts are never dropped: destructors are author code, run on this thread and outside of any guard.
    Open {
        worker: Worker,
        library: Arc<ManuallyDrop<Library>>,
    },
    /// The engine's own.
    BuiltIn(Declaration),
    /// In a module of Python that is imported.
    Python(Declaration),
}

impl Code {
    /// What is called directly, on the calling thread.
    pub(super) fn direct(&self) -> Option<&Declaration> {
        match self {
            Self::BuiltIn(declaration) | Self::Python(declaration) => Some(declaration),
            Self::Closed | Self::Open { .. } => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Off {
    Disabled,
    Problem(PluginProblem),
}

pub(super) type Stamp = Option<(SystemTime, u64)>;

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
    /// are added, those that they do not find are forgotten. Gives what is wrong with the new settings.
    pub fn configure(&mut self, settings: PluginSettings) -> Vec<PluginProblem> {
        let earlier = self.take_problems();
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
        std::mem::replace(&mut self.problems, earlier)
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
            // Whatever comes of it: what is wrong with a library is told once.
            self.entries[index].stamp = now;
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

    /// One transaction of all plugins. Plugins in Python are imported in the first one.
    pub fn session<'a>(&'a mut self, interpreter: &'a dyn Interpreter) -> PluginSession<'a> {
        let waiting = |plugin: &usize| {
            let entry = &self.entries[*plugin];
            entry.python.is_some() && entry.off.is_none() && matches!(entry.code, Code::Closed)
        };
        let waiting: Vec<usize> = (0..self.entries.len()).filter(waiting).collect();
        for plugin in &waiting {
            self.import(*plugin, interpreter);
        }
        if !waiting.is_empty() {
            self.order();
        }
        PluginSession::new(self, interpreter)
    }

    /// Is there any matcher that is on?
    pub fn has_matchers(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.off.is_none() && !entry.manifest.matchers.is_empty())
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

    /// The engine's own first, then by name; and each after those that it `runs_after`. Of a circle, the first by name
    /// goes first.
    pub(super) fn order(&mut self) {
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

    /// Imports a plugin in Python that nobody has imported so far.
    fn import(&mut self, plugin: usize, interpreter: &dyn Interpreter) {
        let entry = &self.entries[plugin];
        let Some(module) = entry.python.clone() else { return };
        let name = entry.manifest.name.clone();
        match python::declare(interpreter, &name, &module) {
            Ok(declaration) => match self.entry(declaration.manifest(), None) {
                Some(mut entry) => {
                    entry.code = Code::Python(declaration);
                    entry.python = Some(module);
                    self.entries[plugin] = entry;
                }
                // What is wrong with its manifest is told.
                None => self.entries[plugin].off = Some(Off::Disabled),
            },
            Err(error) => self.switch_off(
                plugin,
                PluginProblem::Failed {
                    plugin: name,
                    call: "import",
                    message: error.to_string(),
                },
            ),
        }
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
        if let Some(declaration) = self.entries[plugin].code.direct() {
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
        library: Arc::new(ManuallyDrop::new(library)),
    })
}

fn are_pairs(pairs: &[Pair], old: usize, new: usize) -> bool {
    let (mut seen_old, mut seen_new) = (BTreeSet::new(), BTreeSet::new());
    pairs
        .iter()
        .all(|pair| pair.old < old && pair.new < new && seen_old.insert(pair.old) && seen_new.insert(pair.new))
}

pub(super) fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugins_can_be_handed_to_the_watcher_thread() {
        fn is_send<T: Send>(_: &T) {}
        is_send(&Plugins::default());
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
}
