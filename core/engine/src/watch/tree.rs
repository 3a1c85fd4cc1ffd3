//! Which folders below a root matter.

use std::path::{Path, PathBuf};

use ignore::gitignore::GitignoreBuilder;
use ignore::{Walk, WalkBuilder};

/// Folders that hold no source that a program imports by path, whatever `.gitignore` says.
const NEVER_SOURCE: [&str; 2] = ["__pycache__", "node_modules"];

/// Makes at once what `ignore` makes once in a process, with the first walk: the pattern by which it reads the user's git
/// configuration. A fork in that moment would leave it half made in the child, whose watcher would wait for it for ever.
pub(crate) fn prepare_for_forks() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| drop(GitignoreBuilder::new("").build_global()));
}

/// Everything below a root that is not ignored; the root itself always is part of it.
pub(super) fn walk(root: &Path) -> Walk {
    builder(root, None).build()
}

/// A folder that appeared below a root, and everything below it, unless it is ignored.
///
/// The walk starts at its parent, because ignore rules are not applied to where a walk starts; of the parent's other
/// entries nothing is looked at.
pub(super) fn walk_new(folder: &Path) -> Option<Walk> {
    Some(builder(folder.parent()?, Some(folder.to_path_buf())).build())
}

fn builder(start: &Path, only: Option<PathBuf>) -> WalkBuilder {
    let mut builder = WalkBuilder::new(start);
    builder
        // `.ignore` files belong to search tools.
        .ignore(false)
        .follow_links(false)
        .filter_entry(move |entry| {
            if entry.depth() == 0 {
                return true;
            }
            if let Some(only) = &only
                && entry.depth() == 1
                && entry.path() != only
            {
                return false;
            }
            !entry.file_type().is_some_and(|kind| kind.is_dir()) || may_hold_source(entry.path())
        });
    builder
}

fn may_hold_source(folder: &Path) -> bool {
    !NEVER_SOURCE.iter().any(|name| folder.ends_with(name))
        // A virtual environment (PEP 405) and a conda environment.
        && !folder.join("pyvenv.cfg").exists()
        && !folder.join("conda-meta").exists()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folders(walk: Walk, top: &Path) -> Vec<String> {
        let mut found: Vec<String> = walk
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir()))
            .map(|entry| entry.path().strip_prefix(top).unwrap().display().to_string())
            .collect();
        found.sort();
        found
    }

    #[test]
    fn what_cannot_matter_is_left_out() {
        let top = tempfile::tempdir().unwrap();
        for folder in [
            ".git/objects",
            "pkg/sub",
            "pkg/__pycache__",
            "node_modules/x",
            "env/lib",
            "build/lib",
            ".cache",
        ] {
            fs::create_dir_all(top.path().join(folder)).unwrap();
        }
        fs::write(top.path().join("env/pyvenv.cfg"), "").unwrap();
        fs::write(top.path().join(".gitignore"), "/build/\n").unwrap();
        assert_eq!(folders(walk(top.path()), top.path()), ["", "pkg", "pkg/sub"]);
    }

    #[test]
    fn a_new_folder_is_judged_by_the_rules_above_it() {
        let top = tempfile::tempdir().unwrap();
        fs::create_dir_all(top.path().join(".git")).unwrap();
        fs::create_dir_all(top.path().join("build/lib")).unwrap();
        fs::create_dir_all(top.path().join("pkg/sub")).unwrap();
        fs::create_dir_all(top.path().join("other")).unwrap();
        fs::write(top.path().join(".gitignore"), "/build/\n").unwrap();
        let new = |name: &str| folders(walk_new(&top.path().join(name)).unwrap(), top.path());
        assert_eq!(new("pkg"), ["", "pkg", "pkg/sub"]);
        assert_eq!(new("build"), [""]);
    }
}
