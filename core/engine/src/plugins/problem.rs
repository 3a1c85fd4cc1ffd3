//! What can be wrong with a plugin, each in one line and with what to do.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jurigged_abi::ABI_VERSION;

/// Something wrong with a plugin. The program, and the other plugins, go on.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PluginProblem {
    /// A folder of `[plugins] path` is not there or not readable.
    #[error("the plugin folder `{}` cannot be read", path.display())]
    Folder {
        path: PathBuf,
        #[source]
        source: Arc<io::Error>,
    },
    /// A manifest cannot be read.
    #[error("the plugin manifest `{}` cannot be read", path.display())]
    ManifestUnreadable {
        path: PathBuf,
        #[source]
        source: Arc<io::Error>,
    },
    /// A manifest is not what it should be; line and column are 1-based, in characters.
    #[error("the plugin manifest `{}` is wrong: {message}", path.display())]
    ManifestInvalid {
        path: PathBuf,
        line: u32,
        column: u32,
        message: String,
    },
    /// A library in a folder of `[plugins] path` has no manifest.
    #[error("`{}` has no manifest beside it", library.display())]
    NoManifest { library: PathBuf },
    /// The manifest does not describe the library beside it.
    #[error("the manifest of plugin `{plugin}` does not describe its library `{}`", library.display())]
    ManifestStale { plugin: String, library: PathBuf },
    /// The library calls itself something else than the configuration does.
    #[error("`[plugins.{expected}]` names `{}`, which calls itself `{found}`", library.display())]
    OtherName {
        expected: String,
        found: String,
        library: PathBuf,
    },
    /// There is no such file.
    #[error("the library of plugin `{plugin}` is missing: `{}`", library.display())]
    MissingLibrary { plugin: String, library: PathBuf },
    /// The system cannot load the file.
    #[error("the library of plugin `{plugin}` cannot be loaded: {reason}")]
    NotALibrary {
        plugin: String,
        library: PathBuf,
        reason: String,
    },
    /// It is a library, but no plugin.
    #[error("`{}` is a library, but no plugin of jurigged", library.display())]
    NotAPlugin { plugin: String, library: PathBuf },
    /// It was built with another major version of the interface.
    #[error("plugin `{plugin}` was built for plugin ABI {abi}; this jurigged has {ABI_VERSION}")]
    Incompatible {
        plugin: String,
        library: PathBuf,
        abi: String,
    },
    /// The version fits, but the types do not.
    #[error("plugin `{plugin}` says it was built for plugin ABI {abi}, but its types have another layout")]
    OtherLayout {
        plugin: String,
        library: PathBuf,
        abi: String,
    },
    /// The framework is loaded in a version that the plugin does not cover.
    #[error("plugin `{plugin}` applies to `{applies}`, but {found} is loaded: it steps aside")]
    NotApplicable {
        plugin: String,
        applies: String,
        found: String,
    },
    /// `applies` cannot be read.
    #[error("plugin `{plugin}` has a wrong `applies`, `{applies}`: {message}")]
    WrongApplies {
        plugin: String,
        applies: String,
        message: String,
    },
    /// The configuration names a plugin that was not found.
    #[error("there is no plugin `{plugin}`")]
    UnknownPlugin { plugin: String, nearest: Option<String> },
    /// The configuration sets an option that the plugin does not have.
    #[error("plugin `{plugin}` has no option `{option}`")]
    UnknownOption {
        plugin: String,
        option: String,
        nearest: Option<String>,
    },
    /// The configuration sets an option to a value of another type.
    #[error("option `{option}` of plugin `{plugin}` is {expected}, not {found}")]
    WrongOption {
        plugin: String,
        option: String,
        expected: String,
        found: String,
    },
    /// It panicked.
    #[error("plugin `{plugin}` panicked in `{call}`: {message}")]
    Panicked {
        plugin: String,
        call: &'static str,
        message: String,
    },
    /// It did not return in time.
    #[error("plugin `{plugin}` did not return from `{call}` within {limit:?}; it was left behind")]
    Hung {
        plugin: String,
        call: &'static str,
        limit: Duration,
    },
    /// It returned an error that is its own fault.
    #[error("plugin `{plugin}` failed in `{call}`: {message}")]
    Failed {
        plugin: String,
        call: &'static str,
        message: String,
    },
    /// Its answer names what does not exist.
    #[error("plugin `{plugin}` lied in `{call}`: {message}")]
    Lied {
        plugin: String,
        call: &'static str,
        message: String,
    },
    /// Python code that it called raised; the plugin stays on.
    #[error("what plugin `{plugin}` called in `{call}` raised {message}")]
    Raised {
        plugin: String,
        call: &'static str,
        message: String,
        traceback: String,
    },
}

impl PluginProblem {
    /// The stable code of reports: `plugin-panicked`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "plugin-folder",
            Self::ManifestUnreadable { .. } | Self::ManifestInvalid { .. } => "plugin-manifest",
            Self::NoManifest { .. } => "plugin-no-manifest",
            Self::ManifestStale { .. } => "plugin-manifest-stale",
            Self::OtherName { .. } => "plugin-name",
            Self::MissingLibrary { .. } => "plugin-missing",
            Self::NotALibrary { .. } => "plugin-not-loaded",
            Self::NotAPlugin { .. } => "plugin-not-a-plugin",
            Self::Incompatible { .. } => "plugin-abi",
            Self::OtherLayout { .. } => "plugin-layout",
            Self::NotApplicable { .. } | Self::WrongApplies { .. } => "plugin-applies",
            Self::UnknownPlugin { .. } => "plugin-unknown",
            Self::UnknownOption { .. } | Self::WrongOption { .. } => "plugin-option",
            Self::Panicked { .. } => "plugin-panicked",
            Self::Hung { .. } => "plugin-hung",
            Self::Failed { .. } => "plugin-failed",
            Self::Lied { .. } => "plugin-lied",
            Self::Raised { .. } => "plugin-raised",
        }
    }

    /// The plugin, where the problem has one.
    pub fn plugin(&self) -> Option<&str> {
        match self {
            Self::Folder { .. }
            | Self::ManifestUnreadable { .. }
            | Self::ManifestInvalid { .. }
            | Self::NoManifest { .. } => None,
            Self::OtherName { expected: plugin, .. }
            | Self::ManifestStale { plugin, .. }
            | Self::MissingLibrary { plugin, .. }
            | Self::NotALibrary { plugin, .. }
            | Self::NotAPlugin { plugin, .. }
            | Self::Incompatible { plugin, .. }
            | Self::OtherLayout { plugin, .. }
            | Self::NotApplicable { plugin, .. }
            | Self::WrongApplies { plugin, .. }
            | Self::UnknownPlugin { plugin, .. }
            | Self::UnknownOption { plugin, .. }
            | Self::WrongOption { plugin, .. }
            | Self::Panicked { plugin, .. }
            | Self::Hung { plugin, .. }
            | Self::Failed { plugin, .. }
            | Self::Lied { plugin, .. }
            | Self::Raised { plugin, .. } => Some(plugin),
        }
    }

    /// What runs in spite of it, for the `running now` line of a report.
    pub fn running_now(&self) -> &'static str {
        match self {
            Self::UnknownPlugin { .. } | Self::Folder { .. } => "everything else in the configuration is in effect",
            Self::UnknownOption { .. } | Self::WrongOption { .. } => "the plugin runs with the default of that option",
            Self::Raised { .. } => "the plugin stays on",
            _ => "the plugin is off; the program and the other plugins go on",
        }
    }

    /// What to do.
    pub fn help(&self) -> String {
        let nearest = |nearest: &Option<String>| nearest.as_ref().map(|name| format!("did you mean `{name}`?"));
        match self {
            Self::Folder { .. } => {
                "correct `[plugins] path`; its folders are relative to the configuration file".into()
            }
            Self::ManifestUnreadable { .. } => "make it readable".into(),
            Self::ManifestInvalid { .. } => "write it from `export_plugin!` again, with the test of the plugin".into(),
            Self::NoManifest { .. } => "put its manifest beside it, or name it with `[plugins.NAME] library`".into(),
            Self::ManifestStale { .. } => {
                "write it from `export_plugin!` again; a library that `[plugins.NAME] library` names needs none".into()
            }
            Self::OtherName { found, .. } => format!("rename the table to `[plugins.{found}]`"),
            Self::MissingLibrary { .. } => "build it, or correct `[plugins]`".into(),
            Self::NotALibrary { .. } => "build it for this system".into(),
            Self::NotAPlugin { .. } => "is `export_plugin!` in its crate, and `crate-type` a `cdylib`?".into(),
            Self::Incompatible { .. } | Self::OtherLayout { .. } => {
                format!("build it again with jurigged-abi {ABI_VERSION}")
            }
            Self::NotApplicable { plugin, .. } => {
                format!("install a version that it covers, or list it: `[plugins] disable = [\"{plugin}\"]`")
            }
            Self::WrongApplies { .. } => "write `python`, or a module with a version range: `numba>=0.57,<1`".into(),
            Self::UnknownPlugin { nearest: name, .. } => {
                nearest(name).unwrap_or_else(|| "`jurigged plugin list` names those that were found".into())
            }
            Self::UnknownOption {
                plugin, nearest: name, ..
            } => nearest(name).unwrap_or_else(|| format!("remove it from `[plugins.{plugin}]`")),
            Self::WrongOption { expected, .. } => format!("give it {expected}"),
            Self::Hung { plugin, .. } => {
                format!(
                    "raise `limit` in `[plugins.{plugin}]`, or disable it; its thread runs on until the program ends"
                )
            }
            Self::Panicked { plugin, .. } | Self::Failed { plugin, .. } | Self::Lied { plugin, .. } => format!(
                "report it to the author of the plugin; it is loaded again when its library is built anew, and \
                 `[plugins] disable = [\"{plugin}\"]` keeps it off"
            ),
            Self::Raised { .. } => "correct what raised, and save again".into(),
        }
    }
}
