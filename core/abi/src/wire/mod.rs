//! The layout-stable side of the interface: what really crosses the border of a plugin library.
//!
//! Handles are `u64`, text is `RStr`, an error is one struct of kind and texts. Per-call data (an edit, the live program)
//! is a trait object with accessors, because a struct could not grow.
//!
//! # Growth
//!
//! A new method goes to the end of its trait, below `#[sabi(last_prefix_field)]`, with a default body, which runs when
//! the other side is older; a new field of the root module is an `Option`. The minor version of this crate goes up.
//! Anything else is a new major version, and every built plugin is refused with one line.

// abi_stable's derives write impls inside functions; nothing here can change that.
#![allow(
    non_local_definitions,
    reason = "the expansion of #[sabi_trait] and #[derive(StableAbi)]"
)]
#![allow(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "the author traits of the same names are documented"
)]

mod answer;
mod host;
mod plugin;

use abi_stable::StableAbi;
pub use abi_stable::library::LibHeader;
use abi_stable::library::RootModule;
use abi_stable::sabi_trait;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::{RArc, ROption, RResult, RSlice, RStr, RString, RVec};

pub use answer::{CrawlAnswer, Found64, PrepareAnswer, Slot64, Step64};
pub use host::Plugin;
pub use plugin::{Exported, header};

use crate::PluginError;

/// The answer of every call.
pub type RawResult<T> = RResult<T, RawError>;

/// A [`PluginError`].
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawError {
    /// `refuse`, `python`, `gone` or `bug`; a text, so that kinds can be added.
    pub kind: RString,
    /// The reason, or the message of a Python exception.
    pub message: RString,
    /// The class of a Python exception.
    pub class: RString,
    /// Its traceback.
    pub traceback: RString,
}

impl From<PluginError> for RawError {
    fn from(error: PluginError) -> Self {
        let (kind, message, class, traceback) = match error {
            PluginError::Refuse(reason) => ("refuse", reason, String::new(), String::new()),
            PluginError::Python {
                kind,
                message,
                traceback,
            } => ("python", message, kind, traceback),
            PluginError::Gone => ("gone", String::new(), String::new(), String::new()),
            PluginError::Bug(text) => ("bug", text, String::new(), String::new()),
        };
        Self {
            kind: kind.into(),
            message: message.into(),
            class: class.into(),
            traceback: traceback.into(),
        }
    }
}

impl From<RawError> for PluginError {
    fn from(error: RawError) -> Self {
        match error.kind.as_str() {
            "refuse" => Self::Refuse(error.message.into()),
            "python" => Self::Python {
                kind: error.class.into(),
                message: error.message.into(),
                traceback: error.traceback.into(),
            },
            "gone" => Self::Gone,
            _ => Self::Bug(error.message.into()),
        }
    }
}

/// A named argument of a snippet.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct RawArgument<'a> {
    pub name: RStr<'a>,
    pub object: u64,
}

/// Trait objects are shared, never borrowed: a worker that was left behind may still hold one.
pub type Live = RawLive_TO<'static, RArc<()>>;
pub type Edit = RawEdit_TO<'static, RArc<()>>;
pub type Change = RawChange_TO<'static, RArc<()>>;
pub type Found = RawFound_TO<'static, RArc<()>>;
pub type Definitions = RawDefinitions_TO<'static, RArc<()>>;
pub type Pairs = RawPairs_TO<'static, RArc<()>>;
pub type Applied = RawApplied_TO<'static, RArc<()>>;
pub type Matcher = RawMatcher_TO<'static, RArc<()>>;
pub type Crawler = RawCrawler_TO<'static, RArc<()>>;
pub type Conformer = RawConformer_TO<'static, RArc<()>>;

/// Host to plugin: the live program.
#[sabi_trait]
pub trait RawLive: Send + Sync {
    fn run(&self, source: RStr<'_>, arguments: RSlice<'_, RawArgument<'_>>) -> RawResult<u64>;
    fn get(&self, object: u64, name: RStr<'_>) -> RawResult<ROption<u64>>;
    fn module(&self, name: RStr<'_>) -> RawResult<u64>;
    fn items(&self, object: u64) -> RawResult<RVec<u64>>;
    fn text(&self, object: u64) -> RawResult<ROption<RString>>;
    fn integer(&self, object: u64) -> RawResult<ROption<i64>>;
    fn class_names(&self, object: u64) -> RawResult<RVec<RString>>;
    fn same(&self, a: u64, b: u64) -> RawResult<bool>;
    fn remember(&self, key: RStr<'_>, object: u64) -> RawResult<()>;
    fn remembered(&self, key: RStr<'_>) -> RawResult<RVec<u64>>;
    fn instances(&self, class: RStr<'_>) -> RawResult<RVec<u64>>;
    fn callees_first(&self, function: u64) -> RawResult<RVec<u64>>;
    /// The value as TOML text.
    #[sabi(last_prefix_field)]
    fn option(&self, name: RStr<'_>) -> RawResult<RString>;
    /// Since 1.1.
    fn repr(&self, object: u64) -> RawResult<RString> {
        let _ = object;
        older("Live::repr")
    }
    /// Since 1.2.
    fn own(&self, object: u64, name: RStr<'_>) -> RawResult<ROption<u64>> {
        let _ = (object, name);
        older("Live::own")
    }
    /// Keys and values in turn. Since 1.2.
    fn entries(&self, object: u64) -> RawResult<RVec<u64>> {
        let _ = object;
        older("Live::entries")
    }
    /// Since 1.2.
    fn instances_of(&self, class: u64) -> RawResult<RVec<u64>> {
        let _ = class;
        older("Live::instances_of")
    }
    /// Since 1.2.
    fn call(&self, function: u64, arguments: RSlice<'_, u64>) -> RawResult<u64> {
        let _ = (function, arguments);
        older("Live::call")
    }
    /// Since 1.2.
    fn new_text(&self, text: RStr<'_>) -> RawResult<u64> {
        let _ = text;
        older("Live::new_text")
    }
    /// Since 1.2.
    fn new_dict(&self, entries: RSlice<'_, RawArgument<'_>>) -> RawResult<u64> {
        let _ = entries;
        older("Live::new_dict")
    }
}

/// The answer of a host that has no such method.
fn older<T>(method: &str) -> RawResult<T> {
    RResult::RErr(PluginError::Bug(format!("this jurigged is older than `{method}`")).into())
}

/// Host to plugin: one edit.
#[sabi_trait]
pub trait RawEdit: Send + Sync {
    fn function(&self) -> u64;
    fn bound(&self) -> u64;
    fn old_code(&self) -> ROption<u64>;
    fn new_code(&self) -> ROption<u64>;
    fn name(&self) -> RString;
    fn file(&self) -> RString;
    fn kind(&self) -> RString;
    #[sabi(last_prefix_field)]
    fn reverted(&self) -> bool;
    /// A [`ClassEdit`](crate::ClassEdit) as TOML text. Since 1.2.
    fn class(&self) -> ROption<RString> {
        ROption::RNone
    }
    /// Since 1.2.
    fn made(&self) -> ROption<u64> {
        ROption::RNone
    }
    /// Since 1.2.
    fn decorator(&self) -> ROption<u64> {
        ROption::RNone
    }
}

/// Host to plugin: where steps are collected. Called only when `prepare` succeeded.
#[sabi_trait]
pub trait RawChange: Send + Sync {
    fn attribute(&self, object: u64, name: RStr<'_>, expected: ROption<u64>, new: ROption<u64>);
    fn item(&self, container: u64, key: u64, expected: u64, new: u64);
    fn code(&self, function: u64, expected: u64, new: u64);
    #[sabi(last_prefix_field)]
    fn settle_once(&self, key: RStr<'_>);
    /// Since 1.2.
    fn entry(&self, dict: u64, name: RStr<'_>, expected: ROption<u64>, new: ROption<u64>) -> RawResult<()> {
        let _ = (dict, name, expected, new);
        older("Change::set_entry")
    }
    /// Since 1.2.
    fn adopt(&self, class: u64, made: u64, name: RStr<'_>) -> RawResult<()> {
        let _ = (class, made, name);
        older("Change::adopt")
    }
    /// Since 1.2.
    fn cells(&self, class: u64, made: u64) -> RawResult<()> {
        let _ = (class, made);
        older("Change::cells")
    }
    /// Since 1.2.
    fn note(&self, what: RStr<'_>, why: RStr<'_>, help: RStr<'_>) -> RawResult<()> {
        let _ = (what, why, help);
        older("Change::note")
    }
}

/// Host to plugin: where crawled objects are collected.
#[sabi_trait]
pub trait RawFound: Send + Sync {
    fn index(&self, container: u64, index: u64, object: u64);
    fn key(&self, container: u64, key: u64, object: u64);
    fn attribute(&self, holder: u64, name: RStr<'_>, object: u64);
    #[sabi(last_prefix_field)]
    fn read_only(&self, object: u64);
}

/// Host to plugin: unpaired definitions, by index.
#[sabi_trait]
pub trait RawDefinitions: Send + Sync {
    fn count(&self) -> usize;
    fn kind(&self, index: usize) -> RString;
    fn name(&self, index: usize) -> RString;
    fn path(&self, index: usize) -> RString;
    fn text(&self, index: usize) -> RString;
    fn fingerprint(&self, index: usize) -> u64;
    #[sabi(last_prefix_field)]
    fn line(&self, index: usize) -> u32;
}

/// Host to plugin: where pairs are collected.
#[sabi_trait]
pub trait RawPairs: Send + Sync {
    #[sabi(last_prefix_field)]
    fn pair(&self, old: usize, new: usize, reason: RStr<'_>);
}

/// Host to plugin: what a save did.
#[sabi_trait]
pub trait RawApplied: Send + Sync {
    fn revision(&self) -> u64;
    fn count(&self) -> usize;
    fn name(&self, index: usize) -> RString;
    fn file(&self, index: usize) -> RString;
    #[sabi(last_prefix_field)]
    fn kind(&self, index: usize) -> RString;
}

/// Plugin to host: a matcher.
#[sabi_trait]
pub trait RawMatcher: Send + Sync {
    #[sabi(last_prefix_field)]
    fn pair(&self, old: Definitions, new: Definitions, pairs: Pairs) -> RawResult<()>;
}

/// Plugin to host: a crawler.
#[sabi_trait]
pub trait RawCrawler: Send + Sync {
    #[sabi(last_prefix_field)]
    fn crawl(&self, holder: u64, live: Live, found: Found) -> RawResult<()>;
}

/// Plugin to host: a conformer.
#[sabi_trait]
pub trait RawConformer: Send + Sync {
    fn prepare(&self, edit: Edit, live: Live, change: Change) -> RawResult<()>;
    #[sabi(last_prefix_field)]
    fn settle(&self, edit: Edit, live: Live) -> RawResult<()>;
    /// Since 1.1.
    fn notify(&self, applied: Applied) -> RawResult<()> {
        let _ = applied;
        RResult::ROk(())
    }
    /// A [`Claim`](crate::Claim) as TOML text. Since 1.2.
    fn claim(&self, edit: Edit, live: Live) -> RawResult<ROption<RString>> {
        let _ = (edit, live);
        RResult::ROk(ROption::RNone)
    }
    /// Since 1.2.
    fn remake(&self, edit: Edit, live: Live, change: Change) -> RawResult<()> {
        let _ = (edit, live, change);
        RResult::ROk(())
    }
    /// Since 1.2.
    fn unmake(&self, edit: Edit, live: Live, change: Change) -> RawResult<()> {
        let _ = (edit, live, change);
        RResult::ROk(())
    }
}

/// What a plugin library exports. Parts come in the order of the manifest.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PluginModuleRef, prefix_fields = PluginModulePrefix)))]
#[sabi(missing_field(panic))]
pub struct PluginModule {
    /// The manifest as TOML text: keys can be added without touching the ABI.
    pub manifest: extern "C" fn() -> RawResult<RString>,
    pub matchers: extern "C" fn() -> RawResult<RVec<Matcher>>,
    pub crawlers: extern "C" fn() -> RawResult<RVec<Crawler>>,
    #[sabi(last_prefix_field)]
    pub conformers: extern "C" fn() -> RawResult<RVec<Conformer>>,
}

impl RootModule for PluginModuleRef {
    abi_stable::declare_root_module_statics! {PluginModuleRef}
    const BASE_NAME: &'static str = "jurigged_plugin";
    const NAME: &'static str = "jurigged plugin";
    const VERSION_STRINGS: VersionStrings = VersionStrings::new(crate::ABI_VERSION);
}
