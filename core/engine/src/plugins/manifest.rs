//! Manifests on disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jurigged_abi::Manifest;
use jurigged_abi::wire::Plugin;

use super::{PluginProblem, loader};

/// The library that a manifest describes: beside it, of the same stem.
pub fn library_file(manifest: &Path) -> PathBuf {
    manifest.with_extension(std::env::consts::DLL_EXTENSION)
}

/// Opens the library and asks it for its manifest, in the form in which it is committed and shipped.
///
/// # Errors
/// Why the library cannot be opened, or what the plugin did wrong.
pub fn manifest_of(library: &Path) -> Result<Manifest, PluginProblem> {
    let name = library.file_stem().unwrap_or_default().to_string_lossy();
    let opened = loader::open(&name, library)?;
    let failed = |message| PluginProblem::Failed {
        plugin: name.clone().into(),
        call: "manifest",
        message,
    };
    let text = Plugin::manifest(opened.module).map_err(|error| failed(error.to_string()))?;
    Manifest::from_toml(&text).map_err(|error| failed(error.message().into()))
}

/// Reads a manifest.
pub(super) fn read(path: &Path) -> Result<Manifest, PluginProblem> {
    // A reload of the engine reads user sources elsewhere; this is the one place that reads manifests.
    let text = std::fs::read_to_string(path).map_err(|source| PluginProblem::ManifestUnreadable {
        path: path.into(),
        source: Arc::new(source),
    })?;
    Manifest::from_toml(&text).map_err(|error| {
        let before = &text[..error.span().map_or(0, |span| span.start.min(text.len()))];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        PluginProblem::ManifestInvalid {
            path: path.into(),
            line: before.matches('\n').count() as u32 + 1,
            column: before[line_start..].chars().count() as u32 + 1,
            message: error.message().into(),
        }
    })
}

/// Manifests in a folder, sorted; and libraries there that have none.
pub(super) fn in_folder(folder: &Path) -> std::io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    use std::env::consts::{DLL_EXTENSION, DLL_PREFIX};
    let (mut manifests, mut libraries) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let named = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(DLL_PREFIX));
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("toml") if named => manifests.push(path),
            Some(extension) if extension == DLL_EXTENSION && named => libraries.push(path),
            _ => {}
        }
    }
    libraries.retain(|library| !manifests.contains(&library.with_extension("toml")));
    manifests.sort();
    libraries.sort();
    Ok((manifests, libraries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_manifest_is_named_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libmine.toml");
        std::fs::write(&path, "name = 'mine'\nversion = 1\n").unwrap();
        let Err(PluginProblem::ManifestInvalid {
            line, column, message, ..
        }) = read(&path)
        else {
            panic!("read a wrong manifest");
        };
        assert_eq!((line, column), (2, 11), "{message}");
        assert!(message.contains("string"), "{message}");
        assert_eq!(
            read(&folder.path().join("none.toml")).unwrap_err().code(),
            "plugin-manifest"
        );
    }

    #[test]
    fn libraries_without_a_manifest_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let library = |stem: &str| library_file(&file(&format!("{stem}.toml")));
        for path in [
            file("libone.toml"),
            library("libone"),
            library("libtwo"),
            file("notes.toml"),
            file("libx.txt"),
        ] {
            std::fs::write(path, "").unwrap();
        }
        let (manifests, without) = in_folder(folder.path()).unwrap();
        assert_eq!(manifests, [file("libone.toml")]);
        assert_eq!(without, [library("libtwo")]);
    }
}
