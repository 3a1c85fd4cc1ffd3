//! The whole configuration, from files in temporary folders to settings and diagnostics.

mod bad_files;
mod discovered;
mod filtered;
mod precedence;
mod reloaded;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{CommandLine, Loaded, Request, load};
use crate::diagnostic::Diagnostic;

/// A project in a temporary folder that only this user can write to.
struct Project {
    /// Removes the folder at the end.
    _folder: TempDir,
    /// The folder's path, without symbolic links.
    root: PathBuf,
}

impl Project {
    /// Writes the files, given as pairs of path and text; a path that ends in a slash is a folder.
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("the folder exists");
        let project = Self { _folder: folder, root };
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    fn path(&self, path: &str) -> PathBuf {
        if path.is_empty() {
            self.root.clone()
        } else {
            self.root.join(path)
        }
    }

    fn write(&self, path: &str, text: &str) {
        let full = self.path(path);
        if path.ends_with('/') {
            return private_folders(&self.root, &full);
        }
        private_folders(&self.root, full.parent().expect("a file is in a folder"));
        fs::write(&full, text).expect("write");
        set_mode(&full, 0o644);
    }

    /// Loads with the search starting in a folder of the project, which is also the current one.
    fn load(&self, from: &str) -> Result<Loaded, Vec<Diagnostic>> {
        self.load_with(from, &[], CommandLine::default())
    }

    fn load_with(
        &self,
        from: &str,
        environment: &[(&str, &str)],
        command_line: CommandLine,
    ) -> Result<Loaded, Vec<Diagnostic>> {
        let folder = self.path(from);
        let environment = environment
            .iter()
            .map(|(name, text)| (OsString::from(name), OsString::from(text)));
        load(&Request {
            config: None,
            search_from: &folder,
            current_folder: &folder,
            environment: environment.collect(),
            command_line,
        })
    }

    /// The diagnostics as text, with the project's folder left out of the paths.
    fn rendered(&self, problems: &[Diagnostic]) -> String {
        let text: String = problems.iter().map(|problem| problem.render(false)).collect();
        text.replace(&format!("{}/", self.root.display()), "")
    }
}

/// Makes folders whose mode does not depend on the umask of whoever runs the tests.
fn private_folders(root: &Path, folder: &Path) {
    fs::create_dir_all(folder).expect("create folders");
    for folder in folder.ancestors().take_while(|folder| *folder != root) {
        set_mode(folder, 0o755);
    }
}

fn set_mode(path: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("chmod");
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}
