//! Finds plugins: by the manifests in the folders of the settings, and by the libraries that the settings name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jurigged_abi::wire::Plugin as Library;
use jurigged_abi::{ABI_VERSION, Declaration, Manifest, OptionManifest, OptionValue, Result};

use super::applies::Applies;
use super::fault::problem_of;
use super::host::Memory;
use super::registry::{Code, Entry, Off, stamp};
use super::remote::NoLive;
use super::worker::Worker;
use super::{DEFAULT_LIMIT, PluginProblem, PluginTable, Plugins, library_file, loader, manifest, settings};

impl Plugins {
    pub(super) fn find(&mut self) {
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
        let tables = self.settings.plugins.iter();
        let modules: Vec<_> = tables
            .filter_map(|(name, table)| Some((not_imported(name, table), table.python.clone()?)))
            .collect();
        for (manifest, module) in modules {
            if let Some(mut entry) = self.entry(manifest, None) {
                entry.python = Some(module);
                self.entries.push(entry);
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
    pub(super) fn manifest_for(&mut self, name: &str, library: &Path) -> Option<Manifest> {
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
    pub(super) fn entry(&mut self, manifest: Manifest, library: Option<PathBuf>) -> Option<Entry> {
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
            python: None,
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
}

/// What is known of a plugin in Python before it is imported: its options are taken as they are written.
fn not_imported(name: &str, table: &PluginTable) -> Manifest {
    let options = table.options.iter().filter(|(option, _)| *option != "limit");
    let options = options.map(|(option, value)| OptionManifest {
        name: option.clone(),
        default: value.clone(),
        doc: String::new(),
    });
    Manifest {
        options: options.collect(),
        ..Declaration {
            name: name.into(),
            applies: "python".into(),
            ..Declaration::default()
        }
        .manifest()
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
    fn names_that_are_close_are_suggested() {
        assert_eq!(
            nearest("clear-cache", ["limit", "clear-caches"].into_iter()),
            Some("clear-caches".into())
        );
        assert_eq!(nearest("zzz", ["limit"].into_iter()), None);
    }
}
