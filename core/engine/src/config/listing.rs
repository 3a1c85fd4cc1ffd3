//! Every setting as one line of text: for `jurigged config show`, and to see what a changed file changes.

use super::option_table::{self, OPTIONS};
use super::options::{Options, Origin};
use super::settings::Settings;
use super::value::{shown_list, shown_text};

/// One line of `jurigged config show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub key: String,
    /// As TOML; `None` where it is unset.
    pub value: Option<String>,
    pub origin: Origin,
}

impl Settings {
    /// How many settings the file has.
    pub(super) fn written_in_file(&self) -> usize {
        self.sources.from_file.len()
    }

    /// Every setting in the order of the table, then the plugins' own.
    pub(super) fn listing(&self) -> Vec<Listed> {
        let defaults = Options::defaults();
        let of_table = OPTIONS.iter().map(|option| {
            let written = self.sources.winner(&defaults, option.key);
            let (value, origin) = match option.key {
                "plugins.disable" => {
                    let disable = &self.plugins.disable;
                    (
                        Some(shown_list(disable.value.iter().map(String::as_str))),
                        disable.origin.clone(),
                    )
                }
                _ => (
                    written.map(|written| written.value.shown()),
                    written.map_or(Origin::Default, |written| written.origin.clone()),
                ),
            };
            Listed {
                key: option.key.to_owned(),
                value,
                origin,
            }
        });
        let mut listed: Vec<Listed> = of_table.collect();
        for (name, plugin) in self.sources.from_file.plugins() {
            let ours = [
                (option_table::PLUGIN_LIBRARY, &plugin.library),
                (option_table::PLUGIN_PYTHON, &plugin.python),
            ];
            for (key, written) in ours {
                listed.extend(written.as_ref().map(|written| Listed {
                    key: format!("plugins.{name}.{key}"),
                    value: Some(written.value.shown()),
                    origin: written.origin.clone(),
                }));
            }
            listed.extend(plugin.own.iter().map(|(key, (value, place))| Listed {
                key: format!("plugins.{name}.{key}"),
                value: Some(shown_toml(value)),
                origin: Origin::File(place.clone()),
            }));
        }
        listed
    }
}

fn shown_toml(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => shown_text(text),
        toml::Value::Integer(number) => number.to_string(),
        // `1.0` and not `1`: a float stays one.
        toml::Value::Float(number) => format!("{number:?}").replace("NaN", "nan"),
        toml::Value::Boolean(value) => value.to_string(),
        toml::Value::Datetime(date) => date.to_string(),
        toml::Value::Array(items) => {
            let items: Vec<String> = items.iter().map(shown_toml).collect();
            format!("[{}]", items.join(", "))
        }
        toml::Value::Table(table) => {
            let entries = table
                .iter()
                .map(|(key, value)| format!("{} = {}", shown_key(key), shown_toml(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

fn shown_key(key: &str) -> String {
    let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if is_bare { key.to_owned() } else { shown_text(key) }
}
