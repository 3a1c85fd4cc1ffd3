//! A scenario as it lies in its folder.
//!
//! ```text
//! functions/default_changed/
//!   before/app.py   after/app.py        or more steps: after_1/, after_2/, …
//!   probe.py                            `hold(app)` (optional) and `probe(app, held)`
//!   expected/report.txt  expected/probe.txt
//!   scenario.toml                       optional, see `Manifest`
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::{KitError, Manifest};

/// One folder.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The folder.
    pub folder: PathBuf,
    /// `area/behaviour`.
    pub name: String,
    /// What is special.
    pub manifest: Manifest,
    /// Text of `probe.py`.
    pub probe: String,
    /// The files at the start.
    pub before: Files,
    /// The edits, in order.
    pub steps: Vec<Step>,
}

/// Files by their path in the project, as bytes: some are not UTF-8 on purpose.
pub type Files = BTreeMap<String, Vec<u8>>;

/// One save of one or more files.
#[derive(Clone, Debug)]
pub struct Step {
    /// `after`, or `after_1`, …
    pub name: String,
    /// All files of the project after it.
    pub files: Files,
}

impl Scenario {
    /// Reads a folder. A step lists every file that differs from the step before; the others stay but for those that
    /// [`Manifest::gone`] names.
    ///
    /// # Errors
    /// When a part is missing or not valid.
    pub fn read(folder: &Path, name: String) -> Result<Self, KitError> {
        let before = read_files(&folder.join("before"))?;
        let manifest = Manifest::read(&folder.join("scenario.toml"))?;
        let mut steps = Vec::new();
        let mut files = before.clone();
        for step_name in step_names(folder)? {
            files.extend(read_files(&folder.join(&step_name))?);
            let gone = manifest.gone.get(&step_name);
            files.retain(|file, _| !gone.is_some_and(|gone| gone.contains(file)));
            steps.push(Step {
                name: step_name,
                files: files.clone(),
            });
        }
        let scenario = Self {
            folder: folder.to_owned(),
            name,
            manifest,
            probe: read_text(&folder.join("probe.py"))?,
            before,
            steps,
        };
        scenario.check()?;
        Ok(scenario)
    }

    fn check(&self) -> Result<(), KitError> {
        let wrong = |message: &str| {
            Err(KitError::Manifest {
                path: self.folder.clone(),
                message: message.to_owned(),
            })
        };
        if self.steps.is_empty() {
            return wrong("has no `after` folder");
        }
        if !self.before.contains_key("app.py") {
            return wrong("has no `before/app.py`");
        }
        if !self.probe.contains("def probe(") {
            return wrong("`probe.py` defines no `probe(app, held)`");
        }
        let is_step = |name: &String| self.steps.iter().any(|step| step.name == *name);
        if !self.manifest.refused.keys().all(is_step) {
            return wrong("`refused` names a step that is no folder");
        }
        if !self.manifest.gone.keys().all(is_step) {
            return wrong("`gone` names a step that is no folder");
        }
        Ok(())
    }
}

/// `after`, or `after_1`, `after_2`, … in the order of their numbers.
fn step_names(folder: &Path) -> Result<Vec<String>, KitError> {
    let mut numbered = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(KitError::io(folder))? {
        let entry = entry.map_err(KitError::io(folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let number = match name.strip_prefix("after") {
            Some("") => Some(0),
            Some(rest) => rest.strip_prefix('_').and_then(|digits| digits.parse::<u32>().ok()),
            None => None,
        };
        numbered.extend(number.map(|number| (number, name)));
    }
    numbered.sort();
    Ok(numbered.into_iter().map(|(_, name)| name).collect())
}

fn read_files(folder: &Path) -> Result<Files, KitError> {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(&at).map_err(KitError::io(&at))? {
            let path = entry.map_err(KitError::io(&at))?.path();
            if path.file_name().is_some_and(|name| name == "__pycache__") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let below = path.strip_prefix(folder).expect("found below it");
            let name = below.to_string_lossy().replace('\\', "/");
            files.insert(name, std::fs::read(&path).map_err(KitError::io(&path))?);
        }
    }
    Ok(files)
}

fn read_text(path: &Path) -> Result<String, KitError> {
    std::fs::read_to_string(path).map_err(KitError::io(path))
}

/// All scenarios below a folder, by name: every folder that has a `before`.
///
/// # Errors
/// When one of them is not complete.
pub fn find_scenarios(root: &Path) -> Result<Vec<Scenario>, KitError> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(at) = folders.pop() {
        if at.join("before").is_dir() {
            let below = at.strip_prefix(root).expect("found below it");
            let name = below.to_string_lossy().replace('\\', "/");
            found.push(Scenario::read(&at, name)?);
            continue;
        }
        for entry in std::fs::read_dir(&at).map_err(KitError::io(&at))? {
            let path = entry.map_err(KitError::io(&at))?.path();
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("has a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    #[test]
    fn steps_are_ordered_and_keep_what_they_do_not_list() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("area/behaviour");
        write(&folder, "before/app.py", "x = 1\n");
        write(&folder, "before/other.py", "y = 1\n");
        for number in [10, 2] {
            write(&folder, &format!("after_{number}/app.py"), &format!("x = {number}\n"));
        }
        write(&folder, "probe.py", "def probe(app, held):\n    print(app.x)\n");
        let scenarios = find_scenarios(root.path()).expect("a complete scenario");
        assert_eq!(scenarios[0].name, "area/behaviour");
        let steps: Vec<_> = scenarios[0].steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(steps, ["after_2", "after_10"]);
        assert_eq!(scenarios[0].steps[1].files["other.py"], b"y = 1\n");
    }

    #[test]
    fn an_incomplete_folder_is_an_error() {
        let root = tempfile::tempdir().expect("a temporary folder");
        write(root.path(), "area/behaviour/before/app.py", "x = 1\n");
        assert!(find_scenarios(root.path()).is_err());
    }
}
