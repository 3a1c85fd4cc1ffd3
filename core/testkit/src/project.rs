//! The folder that a test program lives in, and the ways in which editors save its files.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::KitError;

/// How a file is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveBy {
    /// A new file beside it, renamed over it: VS Code, PyCharm, `sed -i`.
    Rename,
    /// Truncated and written: `nano`, shell redirection.
    InPlace,
    /// The old file renamed away, a new one created and written, the old one removed: vim.
    Vim,
}

/// A temporary folder: `project/` is watched, `kit/` is not.
#[derive(Debug)]
pub struct Project {
    root: tempfile::TempDir,
    project: PathBuf,
    kit: PathBuf,
}

impl Project {
    /// An empty project.
    ///
    /// # Errors
    /// When the temporary folder cannot be written.
    pub fn new() -> Result<Self, KitError> {
        // Not tempfile's own prefix: a folder whose name begins with a dot is hidden, and hidden folders are not watched.
        let root = tempfile::Builder::new()
            .prefix("jurigged-test-")
            .tempdir()
            .map_err(KitError::io(std::env::temp_dir()))?;
        // `co_filename`s name the real path, so the normalisation of reports must know it.
        let real = root.path().canonicalize().map_err(KitError::io(root.path()))?;
        let (project, kit) = (real.join("project"), real.join("kit"));
        for folder in [&project, &kit] {
            fs::create_dir(folder).map_err(KitError::io(folder))?;
        }
        Ok(Self { root, project, kit })
    }

    /// A project with these files.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn with(files: &[(&str, &str)]) -> Result<Self, KitError> {
        let project = Self::new()?;
        for (name, text) in files {
            project.save(name, text, SaveBy::InPlace)?;
        }
        Ok(project)
    }

    /// The watched folder, and the current folder of the program.
    pub fn folder(&self) -> &Path {
        &self.project
    }

    /// The folder for drivers and probes, which is not watched.
    pub fn kit(&self) -> &Path {
        &self.kit
    }

    /// A file of the project.
    pub fn path(&self, name: &str) -> PathBuf {
        self.project.join(name)
    }

    /// The temporary folder around both, for files that are neither.
    pub fn outside(&self) -> &Path {
        self.root.path()
    }

    /// Saves one file, and makes its folder if there is none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, name: &str, text: impl AsRef<[u8]>, by: SaveBy) -> Result<(), KitError> {
        let path = self.path(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(KitError::io(parent))?;
        }
        save(&path, text.as_ref(), by).map_err(KitError::io(&path))
    }

    /// Deletes a file, and its folder where it was the last one in it.
    ///
    /// # Errors
    /// When it cannot be deleted.
    pub fn delete(&self, name: &str) -> Result<(), KitError> {
        let path = self.path(name);
        fs::remove_file(&path).map_err(KitError::io(&path))?;
        for folder in path.ancestors().skip(1).take_while(|folder| *folder != self.project) {
            // One that still has something in it stays.
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Saves files so that they arrive together: all are written first, then renamed one right after the other, then
    /// those that are gone are deleted.
    ///
    /// # Errors
    /// When they cannot be written or deleted.
    pub fn save_together<'a>(
        &self,
        files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        gone: &[String],
    ) -> Result<(), KitError> {
        let mut renames = Vec::new();
        for (name, text) in files {
            let path = self.path(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(KitError::io(parent))?;
            }
            let staged = beside(&path, "staged");
            fs::write(&staged, text).map_err(KitError::io(&staged))?;
            renames.push((staged, path));
        }
        for (staged, path) in renames {
            fs::rename(&staged, &path).map_err(KitError::io(&path))?;
        }
        gone.iter().try_for_each(|name| self.delete(name))
    }
}

fn save(path: &Path, text: &[u8], by: SaveBy) -> std::io::Result<()> {
    match by {
        SaveBy::Rename => {
            let staged = beside(path, "staged");
            fs::write(&staged, text)?;
            fs::rename(staged, path)
        }
        SaveBy::InPlace => fs::write(path, text),
        SaveBy::Vim => {
            let backup = beside(path, "backup");
            fs::rename(path, &backup)?;
            let mut file = File::create(path)?;
            file.write_all(text)?;
            drop(file);
            fs::remove_file(backup)
        }
    }
}

/// A name beside a file that no one takes for a Python file.
fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{what}~"));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_saving_leaves_the_new_text_and_nothing_else() {
        for by in [SaveBy::Rename, SaveBy::InPlace, SaveBy::Vim] {
            let project = Project::with(&[("pkg/m.py", "old")]).expect("made");
            project.save("pkg/m.py", "new", by).expect("saved");
            assert_eq!(fs::read_to_string(project.path("pkg/m.py")).expect("read"), "new");
            assert_eq!(fs::read_dir(project.path("pkg")).expect("listed").count(), 1, "{by:?}");
        }
    }
}
