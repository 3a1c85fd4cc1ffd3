//! `export_plugin!` and what it fills in.

use std::sync::Arc;

use crate::{ABI_VERSION, Conformer, Crawler, Manifest, Matcher, OptionManifest, OptionValue, PartManifest};

/// A whole plugin, as its author declared it. The engine's own parts are declared by the same type and called directly.
#[derive(Clone, Default)]
pub struct Declaration {
    /// The name, as in `[plugins.NAME]`.
    pub name: String,
    /// The version of the plugin.
    pub version: String,
    /// What it applies to; see [`Manifest::applies`].
    pub applies: String,
    /// What it was tested with.
    pub tested: String,
    /// Plugins whose work comes first.
    pub runs_after: Vec<String>,
    /// Options with their defaults.
    pub options: Vec<OptionDeclaration>,
    /// Matchers with the names of their types.
    pub matchers: Vec<(String, Arc<dyn Matcher>)>,
    /// Crawlers with the names of their types.
    pub crawlers: Vec<(String, Arc<dyn Crawler>)>,
    /// Conformers with the names of their types.
    pub conformers: Vec<(String, Arc<dyn Conformer>)>,
}

/// An option, as declared.
#[derive(Clone, Debug)]
pub struct OptionDeclaration {
    /// The key in `[plugins.NAME]`.
    pub name: String,
    /// The default, whose type is the option's type.
    pub default: OptionValue,
    /// What it does.
    pub doc: String,
}

impl Declaration {
    /// The manifest of this plugin, built with this version of the interface.
    pub fn manifest(&self) -> Manifest {
        Manifest {
            name: self.name.clone(),
            version: self.version.clone(),
            abi: ABI_VERSION.into(),
            applies: self.applies.clone(),
            tested: self.tested.clone(),
            runs_after: self.runs_after.clone(),
            matchers: parts(&self.matchers, |_| Default::default()),
            crawlers: parts(&self.crawlers, |crawler| crawler.interest()),
            conformers: parts(&self.conformers, |conformer| conformer.interest()),
            options: self
                .options
                .iter()
                .map(|option| OptionManifest {
                    name: option.name.clone(),
                    default: option.default.clone(),
                    doc: option.doc.clone(),
                })
                .collect(),
        }
    }
}

fn parts<T: ?Sized>(parts: &[(String, Arc<T>)], interest: impl Fn(&T) -> crate::Interest) -> Vec<PartManifest> {
    parts
        .iter()
        .map(|(name, part)| PartManifest {
            name: name.clone(),
            interest: interest(part),
        })
        .collect()
}

/// Makes a library a plugin. Once per crate, whose `crate-type` is `["cdylib", "rlib"]`.
///
/// | key | meaning | default |
/// |---|---|---|
/// | `name` | as in `[plugins.NAME]` | must be given, first |
/// | `applies` | `"python"`, or a module with a version range: `"numba>=0.57,<1"` | must be given, second |
/// | `tested` | what it was tested with, in words | empty |
/// | `version` | the plugin's version | the version of the crate |
/// | `options` | `[("clear-caches", true, "Clear the caches of changed functions."), …]` | none |
/// | `runs_after` | `["dataclasses"]`: plugins whose work comes first | none |
/// | `matchers`, `crawlers`, `conformers` | values of the types that implement the traits | none |
///
/// The keys come in this order. A panic in a plugin is caught inside the plugin: one that reached the border would end
/// the user's program.
#[macro_export]
macro_rules! export_plugin {
    (
        name: $name:expr,
        applies: $applies:expr
        $(, tested: $tested:expr)?
        $(, version: $version:expr)?
        $(, options: [$(($option:expr, $default:expr, $doc:expr)),* $(,)?])?
        $(, runs_after: [$($before:expr),* $(,)?])?
        $(, matchers: [$($matcher:expr),* $(,)?])?
        $(, crawlers: [$($crawler:expr),* $(,)?])?
        $(, conformers: [$($conformer:expr),* $(,)?])?
        $(,)?
    ) => {
        const _: () = {
            struct Plugin;

            impl $crate::wire::Exported for Plugin {
                // The version is written over where `version:` is given; a list stays empty where its key is left out.
                #[allow(unused_mut, unused_assignments, clippy::vec_init_then_push)]
                fn declare() -> $crate::Declaration {
                    let mut plugin = $crate::Declaration::default();
                    plugin.name = $name.into();
                    plugin.applies = $applies.into();
                    plugin.version = env!("CARGO_PKG_VERSION").into();
                    $(plugin.tested = $tested.into();)?
                    $(plugin.version = $version.into();)?
                    $($(plugin.options.push($crate::OptionDeclaration {
                        name: $option.into(),
                        default: $default.into(),
                        doc: $doc.into(),
                    });)*)?
                    $($(plugin.runs_after.push($before.into());)*)?
                    $($(plugin.matchers.push((stringify!($matcher).into(), ::std::sync::Arc::new($matcher)));)*)?
                    $($(plugin.crawlers.push((stringify!($crawler).into(), ::std::sync::Arc::new($crawler)));)*)?
                    $($(plugin.conformers.push((stringify!($conformer).into(), ::std::sync::Arc::new($conformer)));)*)?
                    plugin
                }
            }

            // The name is the one that abi_stable looks for. Its own attribute macro writes `::abi_stable` paths, which
            // would make every plugin depend on that crate.
            #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
            pub static ROOT: $crate::wire::LibHeader = $crate::wire::header::<Plugin>();
        };
    };
}
