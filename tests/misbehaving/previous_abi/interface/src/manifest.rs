//! `lib<name>.toml`, the file beside each library that says what is in it, so that none is opened before it is needed.

use serde::{Deserialize, Serialize};

use crate::{Interest, OptionValue};

/// What a plugin says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// The name, as in `[plugins.NAME]`.
    pub name: String,
    /// The version of the plugin.
    pub version: String,
    /// The version of the plugin ABI that it was built with.
    pub abi: String,
    /// `python`, or the module (with a version range, `numba>=0.57`) without which the plugin has nothing to do.
    pub applies: String,
    /// What it was tested with, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tested: String,
    /// Plugins whose work comes first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs_after: Vec<String>,
    /// Its matchers, in the order of the library.
    #[serde(default, skip_serializing_if = "Vec::is_empty", rename = "matcher")]
    pub matchers: Vec<PartManifest>,
    /// Its crawlers, in the order of the library.
    #[serde(default, skip_serializing_if = "Vec::is_empty", rename = "crawler")]
    pub crawlers: Vec<PartManifest>,
    /// Its conformers, in the order of the library.
    #[serde(default, skip_serializing_if = "Vec::is_empty", rename = "conformer")]
    pub conformers: Vec<PartManifest>,
    /// Its options.
    #[serde(default, skip_serializing_if = "Vec::is_empty", rename = "option")]
    pub options: Vec<OptionManifest>,
}

/// A matcher, crawler or conformer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PartManifest {
    /// The Rust type.
    pub name: String,
    /// When it is asked; a matcher is always asked.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub interest: Interest,
}

fn is_empty(interest: &Interest) -> bool {
    *interest == Interest::default()
}

/// An option of a plugin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OptionManifest {
    /// The key in `[plugins.NAME]`.
    pub name: String,
    /// Its value when it is not set; its type is the type of the option.
    pub default: OptionValue,
    /// What it does.
    pub doc: String,
}

impl Manifest {
    /// The text of the manifest.
    pub fn to_toml(&self) -> String {
        let body = toml::to_string(self).expect("a manifest holds only texts, booleans, numbers and lists of them");
        format!("# Written from `export_plugin!`; a test keeps it current.\n{body}")
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// The parser's error, with its place in the text.
    pub fn from_toml(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
