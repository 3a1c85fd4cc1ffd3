//! Plugins: found by their manifests, opened when needed, called on threads of their own.
//!
//! [`Plugins`] is made once from the settings and lives in the session; a [`PluginSession`] is one transaction of it over
//! an attached interpreter. The locate stage asks [`PluginSession::crawl`], the patch stage
//! [`prepare`](PluginSession::prepare), [`settle`](PluginSession::settle) and [`notify`](PluginSession::notify), of classes
//! also [`claim`](PluginSession::claim) and [`remake`](PluginSession::remake), and the diff stage [`Plugins::pair`]. What
//! a plugin does wrong is a [`PluginProblem`] in [`Plugins::take_problems`], and a plugin that did it is off until its library is built anew.
//!
//! Plugins in Python ([`python`]) are called on the calling thread.
//!
//! The engine's own crawlers, matchers and conformers implement the traits of `jurigged_abi` too; they enter with
//! [`Plugins::add_builtin`] and are called directly.

mod applies;
mod callees;
mod discovery;
mod fault;
mod host;
mod live_edit;
mod loader;
mod making;
mod manifest;
mod problem;
mod python;
mod registry;
mod remote;
mod session;
mod settings;
mod subject;
mod worker;

pub use live_edit::LiveEdit;
pub use loader::{OpenLibrary, open};
pub use making::{Claimed, MakeError, MakeStep, class_decorator};
pub use manifest::{library_file, manifest_of};
pub use problem::PluginProblem;
pub use registry::{PluginListing, PluginState, Plugins};
pub use remote::RemoteLive;
pub use session::{HeldObject, HeldSlot, PluginSession, Prepared, Refusal, Stale};
pub use settings::{DEFAULT_LIMIT, PluginSettings, PluginTable, bundled_folders};
pub use worker::{CallFailure, Worker};
