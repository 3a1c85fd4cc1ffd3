//! The configuration: from what the user wrote to what jurigged does.
//!
//! [`Options`] is one source as written: the file, the environment or the command line. [`Settings`] is the resolved
//! whole, each value with the [`Origin`] that won: command line, `JURIGGED_*`, the one configuration found, defaults.
//! Files of parent folders are not merged, so that one file says everything.
//!
//! Each option is described once, in [`option_table`]; that table drives parsing, the environment, the generated
//! `jurigged.toml`, the table in the README and the nearest valid key of an error.

mod discovery;
mod duration;
mod filter;
mod glob;
mod listing;
mod load;
pub mod option_table;
mod options;
mod problem;
mod reference;
mod resolve;
mod rules;
mod settings;
mod show;
mod toml_file;
mod trust;
mod value;

#[cfg(test)]
mod tests;

pub use discovery::{ConfigFile, FileForm, discover, search_folder};
pub use duration::{LONGEST, parse_duration, parse_seconds, shown_duration};
pub use filter::WatchFilter;
pub use glob::WatchGlob;
pub use load::{CommandLine, Loaded, Reloaded, Request, load};
pub use options::{Options, Origin, PluginOptions, Written};
pub use reference::{reference_table, reference_toml};
pub use rules::{OnChange, PatchRules};
pub use settings::{
    LogFormat, LogLevel, LogSection, PatchSection, PluginSettings, PluginsSection, PythonChoice, RuntimeSection,
    Setting, Settings, SyncMode, SyncSection, WatchSection,
};
pub use show::{check, show};
pub use trust::is_trusted;
pub use value::{Item, Value};
