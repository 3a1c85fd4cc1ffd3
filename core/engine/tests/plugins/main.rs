//! Plugins as a user's jurigged meets them: real libraries, opened from their files, over a real Python.

mod bundled;
mod calls;
mod loading;
mod misbehaving;
mod piped_python;
mod ten_minutes;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jurigged_abi::{
    ABI_VERSION, Applied, AppliedEdit, Change, Conformer, Declaration, Definition, Edit, EditKind, Interest, Live,
    OptionValue, Result,
};
use jurigged_engine::plugins::{
    HeldSlot, LiveEdit, PluginProblem, PluginSettings, PluginState, PluginTable, Plugins, library_file, manifest_of,
    open,
};
use jurigged_runtime::{Interpreter, Swap};
use piped_python::PipedPython;

const PROGRAM: &str = r#"
import functools

class Registry(list):
    pass

registry = Registry([len])
registry.hook = print
seen = []

@functools.lru_cache(maxsize=None)
def price(key):
    "old doc"
    return key + 1

def plain(key):
    return 1 / 0
"#;

/// The folder where cargo puts libraries: that of this test.
fn deps() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_path_buf()
}

fn library(crate_name: &str) -> PathBuf {
    library_file(&deps().join(format!("lib{crate_name}")))
}

/// A plugin folder with these misbehaving plugins and their manifests.
fn folder_with(plugins: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for plugin in plugins {
        let built = library(&format!("misbehaving_{plugin}"));
        let manifest = folder.path().join(format!("lib{plugin}.toml"));
        std::fs::write(&manifest, manifest_of(&built).unwrap().to_toml()).unwrap();
        std::fs::copy(built, library_file(&manifest)).unwrap();
    }
    folder
}

fn settings(folder: &Path, options: &[(&str, &str, OptionValue)]) -> PluginSettings {
    let mut settings = PluginSettings {
        search: vec![folder.into()],
        ..PluginSettings::default()
    };
    for (plugin, option, value) in options {
        let table = settings.plugins.entry((*plugin).into()).or_default();
        table.options.insert((*option).into(), value.clone());
    }
    settings
}

fn discover(settings: PluginSettings) -> Plugins {
    let (plugins, problems) = Plugins::discover(settings);
    assert!(problems.is_empty(), "{problems:?}");
    plugins
}

fn edit(python: &PipedPython, name: &str, kind: EditKind) -> LiveEdit {
    let bound = python.get(name);
    let function = python.attribute(bound, "__wrapped__").unwrap().unwrap_or(bound);
    let code = python.attribute(function, "__code__").unwrap();
    LiveEdit {
        name: format!("shop.{name}"),
        file: "shop.py".into(),
        kind,
        reverted: false,
        function,
        bound,
        old_code: code,
        new_code: code,
        decorators: Vec::new(),
        namespace: python.namespace(python.module("shop").unwrap()),
        class: None,
        made: None,
        decorator: None,
    }
}

/// The state of the only plugin of that name, in a word, with the code of its problem.
fn state(plugins: &Plugins, name: &str) -> String {
    let plugin = plugins
        .list()
        .into_iter()
        .find(|plugin| plugin.manifest.name == name)
        .unwrap();
    match plugin.state {
        PluginState::Waiting => "waiting".into(),
        PluginState::Running => "running".into(),
        PluginState::Disabled => "disabled".into(),
        PluginState::Off(problem) => format!("off: {}", problem.code()),
    }
}

fn codes(problems: &[PluginProblem]) -> Vec<&str> {
    problems.iter().map(PluginProblem::code).collect()
}
