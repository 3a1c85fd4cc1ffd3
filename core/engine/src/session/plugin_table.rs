//! The plugins of a session: from `[plugins]` to the loader, and from their problems to the user.

use std::path::PathBuf;

use jurigged_abi::OptionValue;

use crate::config::Settings;
use crate::diagnostic::Diagnostic;
use crate::plugins::{PluginProblem, PluginSettings, PluginTable, Plugins};

/// The plugins that the settings find, and what is wrong with them.
pub(super) fn plugins_of(settings: &Settings, bundled: &[PathBuf]) -> (Plugins, Vec<Diagnostic>) {
    let (mut plugins, problems) = Plugins::discover(plugin_settings(settings, bundled));
    crate::pipeline::locate::add_crawlers(&mut plugins);
    crate::pipeline::patch::add_conformers(&mut plugins);
    (plugins, problems.iter().map(plugin_problem).collect())
}

/// `[plugins]`, as the plugin loader wants it.
pub fn plugin_settings(settings: &Settings, bundled: &[PathBuf]) -> PluginSettings {
    let each = &settings.plugins.each;
    PluginSettings {
        search: settings.plugins.path.value.clone(),
        bundled: bundled.to_vec(),
        disable: settings.plugins.disable.value.clone(),
        plugins: each
            .iter()
            .map(|(name, table)| {
                let options = table.options.iter();
                let table = PluginTable {
                    library: table.library.clone(),
                    python: table.python.clone(),
                    options: options
                        .filter_map(|(key, value)| Some((key.clone(), OptionValue::from_toml(&value.to_string())?)))
                        .collect(),
                };
                (name.clone(), table)
            })
            .collect(),
    }
}

/// What a plugin did wrong, for the user.
pub fn plugin_problem(problem: &PluginProblem) -> Diagnostic {
    let diagnostic = Diagnostic::error(problem.code(), problem.to_string());
    let diagnostic = match problem.running_now() {
        "" => diagnostic,
        text => diagnostic.running_now(text),
    };
    match problem.help() {
        text if text.is_empty() => diagnostic,
        text => diagnostic.help(text),
    }
}
