//! Under which paths the program knows what is in a real folder.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// One watched folder.
#[derive(Debug, Default)]
pub(super) struct FolderNames {
    /// Paths by which the program reaches this folder: its files are reported below each of them.
    known_as: Vec<PathBuf>,
    /// Single files of it that are known under another path: the targets of symlinks.
    aliases: HashMap<OsString, Vec<PathBuf>>,
    /// Names whose change makes some known path lead elsewhere.
    hinges: HashSet<OsString>,
    /// Is it part of a root, so that folders which appear in it matter?
    pub(super) in_tree: bool,
}

impl FolderNames {
    /// All paths under which a file of this folder is known; none where the folder is watched for its hinges only.
    pub(super) fn known_paths(&self, name: &OsStr) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = self.known_as.iter().map(|folder| folder.join(name)).collect();
        for alias in self.aliases.get(name).into_iter().flatten() {
            if !paths.contains(alias) {
                paths.push(alias.clone());
            }
        }
        paths
    }

    pub(super) fn is_hinge(&self, name: &OsStr) -> bool {
        self.hinges.contains(name)
    }

    pub(super) fn has_hinges(&self) -> bool {
        !self.hinges.is_empty()
    }
}

/// All watched folders, by real path.
///
/// The event thread reads it for every event; the worker writes it before it arms a folder, so that no event of an
/// armed folder finds it unknown.
#[derive(Debug, Default)]
pub(super) struct FolderTable {
    folders: HashMap<PathBuf, FolderNames>,
    /// The private folder of [`super::Watcher::sync`], once there is one.
    pub(super) sync_folder: Option<PathBuf>,
}

impl FolderTable {
    /// An empty table that knows the same private folder.
    pub(super) fn renewed(&self) -> Self {
        Self {
            folders: HashMap::new(),
            sync_folder: self.sync_folder.clone(),
        }
    }

    pub(super) fn get(&self, real: &Path) -> Option<&FolderNames> {
        self.folders.get(real)
    }

    pub(super) fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        self.folders.keys()
    }

    /// A folder of a root.
    pub(super) fn add_tree_folder(&mut self, real: &Path, known: PathBuf) {
        let entry = self.add_folder(real, known);
        entry.in_tree = true;
    }

    /// A folder under one of its names.
    pub(super) fn add_folder(&mut self, real: &Path, known: PathBuf) -> &mut FolderNames {
        let entry = self.entry(real);
        if !entry.known_as.contains(&known) {
            entry.known_as.push(known);
        }
        entry
    }

    /// A single file under another path.
    pub(super) fn add_alias(&mut self, folder: &Path, name: &OsStr, known: &Path) {
        let aliases = self.entry(folder).aliases.entry(name.to_os_string()).or_default();
        if !aliases.iter().any(|alias| alias == known) {
            aliases.push(known.to_path_buf());
        }
    }

    pub(super) fn add_hinge(&mut self, hinge: &super::resolve::Hinge) {
        self.entry(&hinge.folder).hinges.insert(hinge.name.clone());
    }

    fn entry(&mut self, real: &Path) -> &mut FolderNames {
        // Not `entry()`: that clones the path for every file of a folder that is there already.
        if !self.folders.contains_key(real) {
            self.folders.insert(real.to_path_buf(), FolderNames::default());
        }
        self.folders.get_mut(real).expect("it was just inserted")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_reported_under_each_of_its_names_once() {
        let mut table = FolderTable::default();
        let real = Path::new("/real");
        table.add_folder(real, "/p".into());
        table.add_folder(real, "/q".into());
        table.add_folder(real, "/p".into());
        table.add_alias(real, OsStr::new("m.py"), Path::new("/elsewhere/link.py"));
        table.add_alias(real, OsStr::new("m.py"), Path::new("/p/m.py"));
        let entry = table.get(real).unwrap();
        let paths = |name: &str| entry.known_paths(OsStr::new(name));
        assert_eq!(
            paths("m.py"),
            ["/p/m.py", "/q/m.py", "/elsewhere/link.py"].map(PathBuf::from)
        );
        assert_eq!(paths("n.py"), ["/p/n.py", "/q/n.py"].map(PathBuf::from));
    }
}
