//! Opens plugin libraries.
//!
//! A library is opened from a private copy under a new name: libraries are never unloaded, the dynamic linker answers a
//! known name with what it has, and a file that is overwritten while mapped takes the process down.

use std::path::Path;

use abi_stable::abi_stability::abi_checking::check_layout_compatibility;
use abi_stable::library::{LibHeader, LibraryError, RootModule, lib_header_from_path};
use abi_stable::{StableAbi, type_layout::TypeLayout};
use jurigged_abi::ABI_VERSION;
use jurigged_abi::wire::PluginModuleRef;

use super::PluginProblem;

/// A library that fits.
#[derive(Clone, Copy)]
pub struct OpenLibrary {
    /// Its functions. They run author code: call them on a worker.
    pub module: PluginModuleRef,
    /// The ABI version that it was built with.
    pub abi: &'static str,
}

impl std::fmt::Debug for OpenLibrary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenLibrary({})", self.abi)
    }
}

/// Opens a library and checks that it fits: first the version strings, because a layout that differs is described in
/// thousands of lines, then the layout, in both directions, because either side may be the older one.
///
/// # Errors
/// One problem that says why not.
pub fn open(plugin: &str, library: &Path) -> Result<OpenLibrary, PluginProblem> {
    let header = header(plugin, library)?;
    let no_plugin = || PluginProblem::NotAPlugin {
        plugin: plugin.into(),
        library: library.into(),
    };
    // abi_stable's own check of the root module does not look at the name.
    if header.root_mod_consts().name() != PluginModuleRef::NAME {
        return Err(no_plugin());
    }
    let abi = header.version_strings().version.as_str();
    if major(abi) != major(ABI_VERSION) {
        return Err(PluginProblem::Incompatible {
            plugin: plugin.into(),
            library: library.into(),
            abi: abi.into(),
        });
    }
    let ours = <PluginModuleRef as StableAbi>::LAYOUT;
    if !header
        .layout()
        .is_some_and(|theirs| fits(ours, theirs) || fits(theirs, ours))
    {
        return Err(PluginProblem::OtherLayout {
            plugin: plugin.into(),
            library: library.into(),
            abi: abi.into(),
        });
    }
    // SAFETY: one of the two layouts is a prefix of the other, and all access to either goes through the checked prefix
    // or has a default for what is missing.
    let module = unsafe { header.init_root_module_with_unchecked_layout::<PluginModuleRef>() };
    Ok(OpenLibrary {
        module: module.map_err(|_| no_plugin())?,
        abi,
    })
}

/// The major version: what comes before the first point.
pub(super) fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or_default()
}

fn fits(interface: &'static TypeLayout, implementation: &'static TypeLayout) -> bool {
    check_layout_compatibility(interface, implementation).is_ok()
}

fn header(plugin: &str, library: &Path) -> Result<&'static LibHeader, PluginProblem> {
    if !library.is_file() {
        return Err(PluginProblem::MissingLibrary {
            plugin: plugin.into(),
            library: library.into(),
        });
    }
    let opened = match private_copy(library) {
        // The copy is deleted at once where the system allows it: what is mapped stays.
        Ok(copy) => match lib_header_from_path(copy.path()) {
            // A temporary folder that must not hold code: better the file itself than nothing.
            Err(LibraryError::OpenError { .. }) => lib_header_from_path(library),
            opened => opened,
        },
        Err(_) => lib_header_from_path(library),
    };
    opened.map_err(|error| match error {
        LibraryError::OpenError { err, .. } => {
            // libloading puts its own words first and the system's into the source.
            let reason = std::error::Error::source(&*err).map_or_else(|| err.to_string(), ToString::to_string);
            PluginProblem::NotALibrary {
                plugin: plugin.into(),
                library: library.into(),
                reason,
            }
        }
        LibraryError::InvalidAbiHeader(_) | LibraryError::InvalidCAbi { .. } => PluginProblem::Incompatible {
            plugin: plugin.into(),
            library: library.into(),
            abi: "unknown (another abi_stable)".into(),
        },
        _ => PluginProblem::NotAPlugin {
            plugin: plugin.into(),
            library: library.into(),
        },
    })
}

fn private_copy(library: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let copy = tempfile::Builder::new()
        .prefix("jurigged-plugin-")
        .suffix(std::env::consts::DLL_SUFFIX)
        .tempfile()?;
    std::fs::copy(library, copy.path())?;
    Ok(copy)
}
