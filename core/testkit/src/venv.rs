//! Virtual environments that the suite makes for itself, kept under `target/` from run to run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use crate::process::clean_environment;
use crate::{FoundPython, KitError};

/// The virtual environments of one folder: one for each Python and each list of packages.
#[derive(Debug)]
pub struct Venvs {
    folder: PathBuf,
    made: Mutex<HashMap<String, Arc<Mutex<Option<PathBuf>>>>>,
}

/// Written last: an environment without it, or with another list of packages, is made anew.
const STAMP: &str = "jurigged-packages.txt";

impl Venvs {
    /// Environments below a folder, such as `target/venvs`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            made: Mutex::default(),
        }
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The `python` of an environment with these packages. The first call makes it, which takes seconds.
    ///
    /// # Errors
    /// [`KitError::Python`] with the output of `venv` or pip.
    pub fn python(&self, base: &FoundPython, packages: &[String]) -> Result<PathBuf, KitError> {
        let mut packages = packages.to_vec();
        packages.sort();
        let mut name = format!("{}.{}.{}", base.version.0, base.version.1, base.version.2);
        for package in &packages {
            name.push('-');
            name.extend(
                package
                    .chars()
                    .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }),
            );
        }
        let slot = self
            .made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(name.clone())
            .or_default()
            .clone();
        // Two scenarios that need one environment must not both make it; those that need others go on.
        let mut made = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(python) = &*made {
            return Ok(python.clone());
        }
        let python = make(&self.folder.join(name), base, &packages)?;
        *made = Some(python.clone());
        Ok(python)
    }
}

fn make(folder: &Path, base: &FoundPython, packages: &[String]) -> Result<PathBuf, KitError> {
    let python = folder.join("bin/python");
    let stamp = folder.join(STAMP);
    let wanted = format!("{}\n{}\n", base.path.display(), packages.join("\n"));
    if std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) && python.is_file() {
        return Ok(python);
    }
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(KitError::io(folder))?;
    }
    let mut venv = Command::new(&base.path);
    venv.args(["-m", "venv"]);
    if packages.is_empty() {
        venv.arg("--without-pip");
    }
    done(venv.arg(folder))?;
    if !packages.is_empty() {
        let mut pip = Command::new(&python);
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
        ]);
        done(pip.args(packages))?;
    }
    std::fs::write(&stamp, wanted).map_err(KitError::io(&stamp))?;
    Ok(python)
}

fn done(command: &mut Command) -> Result<(), KitError> {
    let name = format!("{command:?}");
    let output = clean_environment(command)
        .stdin(Stdio::null())
        .output()
        .map_err(KitError::io(command.get_program()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(KitError::Python(format!(
        "{name} failed\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )))
}
