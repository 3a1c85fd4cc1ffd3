//! What a plugin of jurigged is written against, and all that it depends on.
//!
//! Three traits, each of which sees one thing only:
//!
//! | trait | sees | gives | never |
//! |---|---|---|---|
//! | [`Matcher`] | two lists of definitions as text | pairs, with a reason | touches the interpreter |
//! | [`Crawler`] | one live object of a type it named | what it holds, each with a slot to write it back | changes anything |
//! | [`Conformer`] | one edit: the function or class, the bound wrapper | steps, then after-work | runs inside the commit |
//!
//! A plugin is a `cdylib` that implements some of them in plain Rust and names them in [`export_plugin!`]:
//!
//! ```
//! use jurigged_abi::*;
//!
//! export_plugin!(name: "functools", applies: "python", conformers: [ClearCaches]);
//!
//! struct ClearCaches;
//!
//! impl Conformer for ClearCaches {
//!     fn interest(&self) -> Interest {
//!         Interest::instance_of("functools._lru_cache_wrapper")
//!     }
//!     fn settle<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result {
//!         live.run("w.cache_clear()", &[("w", edit.bound())]).map(drop)
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! Types that cross the border of the library are in the hidden module `wire`; authors never see them. The engine's own
//! crawlers, matchers and conformers implement the same traits and are called directly.

mod class;
mod conformer;
mod crawler;
mod error;
mod export;
mod interest;
mod live;
mod manifest;
mod matcher;
mod option;
#[doc(hidden)]
pub mod wire;

pub use class::{Aside, BodyName, Claim, ClassDecorator, ClassEdit, Making};
pub use conformer::{Applied, AppliedEdit, Change, Conformer, Edit, EditData, EditKind, Step};
pub use crawler::{Crawler, Found, FoundObject, Slot};
pub use error::{PluginError, Result, refuse};
pub use export::{Declaration, OptionDeclaration};
pub use interest::{Interest, Subject};
pub use live::{Live, LiveApi, Object};
pub use manifest::{Manifest, OptionManifest, PartManifest};
pub use matcher::{Definition, Matcher, Pair, Pairs};
pub use option::OptionValue;

/// The version of the plugin ABI: `major.minor.patch`. Libraries of the same major work together.
pub const ABI_VERSION: &str = env!("CARGO_PKG_VERSION");
