//! Reviewed texts beside a scenario; made with `UPDATE_EXPECTED=1`, never by hand.

use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::KitError;

/// The `expected/` folder of a scenario.
#[derive(Clone, Debug)]
pub struct Expected {
    folder: PathBuf,
    /// The Python of this run, for the few texts that differ from one to the other: `report.embedded.txt`.
    label: String,
    /// Its texts are the common ones.
    is_reference: bool,
}

/// Was the suite asked to write the texts instead of comparing them?
pub fn wants_update() -> bool {
    std::env::var_os("UPDATE_EXPECTED").is_some_and(|value| value == "1")
}

impl Expected {
    /// The texts of a scenario, for one Python.
    pub fn new(scenario: &Path, label: &str, is_reference: bool) -> Self {
        Self {
            folder: scenario.join("expected"),
            label: label.to_owned(),
            is_reference,
        }
    }

    /// Compares a text with the reviewed one, or writes it with `UPDATE_EXPECTED=1`.
    ///
    /// # Errors
    /// [`KitError::Check`] with the differences.
    pub fn check(&self, what: &str, actual: &str) -> Result<(), KitError> {
        self.compare(what, actual, wants_update())
    }

    fn compare(&self, what: &str, actual: &str, update: bool) -> Result<(), KitError> {
        let common = self.folder.join(format!("{what}.txt"));
        let own = self.folder.join(format!("{what}.{}.txt", self.label));
        if update {
            return self.update(&common, &own, actual);
        }
        let path = if own.is_file() { own } else { common };
        let Ok(expected) = std::fs::read_to_string(&path) else {
            return Err(KitError::Check(format!(
                "{} is missing; write it with UPDATE_EXPECTED=1 and review it. It would be\n{actual}",
                path.display()
            )));
        };
        if expected == actual {
            return Ok(());
        }
        Err(KitError::Check(format!(
            "{} differs (- expected, + actual)\n{}",
            path.display(),
            difference(&expected, actual)
        )))
    }

    fn update(&self, common: &Path, own: &Path, actual: &str) -> Result<(), KitError> {
        let write = |path: &Path| {
            std::fs::create_dir_all(&self.folder).map_err(KitError::io(&self.folder))?;
            std::fs::write(path, actual).map_err(KitError::io(path))
        };
        if self.is_reference || !common.is_file() {
            return write(common);
        }
        if std::fs::read_to_string(common).is_ok_and(|text| text == actual) {
            if own.is_file() {
                std::fs::remove_file(own).map_err(KitError::io(own))?;
            }
            return Ok(());
        }
        write(own)
    }
}

/// A difference by lines, for people.
pub fn difference(expected: &str, actual: &str) -> String {
    TextDiff::from_lines(expected, actual)
        .unified_diff()
        .context_radius(3)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_gets_a_text_of_its_own() {
        let scenario = tempfile::tempdir().expect("a temporary folder");
        let reference = Expected::new(scenario.path(), "cpython3.13", true);
        let other = Expected::new(scenario.path(), "embedded", false);
        reference.compare("report", "a\n", true).expect("written");
        other.compare("report", "b\n", true).expect("written");
        assert!(reference.compare("report", "a\n", false).is_ok());
        assert!(other.compare("report", "b\n", false).is_ok());
        assert!(reference.compare("report", "b\n", false).is_err());
        other.compare("report", "a\n", true).expect("written");
        assert!(!scenario.path().join("expected/report.embedded.txt").exists());
    }

    #[test]
    fn a_missing_text_is_an_error() {
        let scenario = tempfile::tempdir().expect("a temporary folder");
        let expected = Expected::new(scenario.path(), "embedded", true);
        assert!(expected.compare("probe", "", false).is_err());
    }
}
