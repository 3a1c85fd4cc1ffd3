//! `scenario.toml`: what is special about a scenario. Every exception to a check carries its reason.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::KitError;

/// The contents of a `scenario.toml`; an empty file means the defaults.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// Where it runs; default: everywhere.
    #[serde(default = "all_runtimes")]
    pub runtimes: Vec<RuntimeKind>,
    /// Python versions, such as `>=3.12`; the embedded interpreter counts as 3.14.
    #[serde(default)]
    pub python: Requirement,
    /// What is started; default: a driver that imports `app`.
    #[serde(default)]
    pub run: RunAs,
    /// Why the probe after the edit need not equal a fresh start; `expected/probe.txt` alone decides then.
    pub not_as_fresh: Option<String>,
    /// Why the probe of a fresh start from the new text may equal the first probe.
    pub same_probe: Option<String>,
    /// Why the way back is not checked.
    pub no_way_back: Option<String>,
    /// Why faults are not injected.
    pub no_faults: Option<String>,
    /// Walk all injected faults in the default tier too, not only with `--ci`.
    #[serde(default)]
    pub always_faults: bool,
    /// Steps that are refused or fail: the program must be as before them. Names the diagnostic code that says so.
    #[serde(default)]
    pub refused: BTreeMap<String, String>,
    /// Files that a step deletes.
    #[serde(default)]
    pub gone: BTreeMap<String, Vec<String>>,
    /// The text of a `jurigged.toml`; `"{libraries}/NAME"` is the path of a test library.
    pub settings: Option<String>,
    /// Files of the scenario that the edited program never loads, so that no report answers for them.
    #[serde(default)]
    pub unwatched: Vec<String>,
    /// Packages to install with pip; such a scenario runs on CPython only.
    #[serde(default)]
    pub pip: Vec<String>,
    /// Where the behaviour was asked for or measured.
    pub link: Option<String>,
}

fn all_runtimes() -> Vec<RuntimeKind> {
    vec![RuntimeKind::Embedded, RuntimeKind::Cpython]
}

/// The two runtimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuntimeKind {
    /// RustPython inside the command.
    Embedded,
    /// A CPython that loads our extension.
    Cpython,
}

/// How the program of a scenario is started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunAs {
    /// A driver script outside the watched folder imports `app`.
    #[default]
    Import,
    /// `app.py` itself is the script; it calls `scenario_driver.serve()`.
    Main,
}

impl Manifest {
    /// Reads the file of a scenario; one that is missing means the defaults.
    ///
    /// # Errors
    /// [`KitError::Manifest`] for what is not valid TOML, or not a key.
    pub fn read(path: &Path) -> Result<Self, KitError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(KitError::io(path)(error)),
        };
        let mut manifest: Self = toml::from_str(&text).map_err(|error| KitError::Manifest {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        if !manifest.pip.is_empty() {
            manifest.runtimes.retain(|runtime| *runtime == RuntimeKind::Cpython);
        }
        Ok(manifest)
    }
}

/// A condition on a Python version: comma-separated `>=3.12`, `<3.14`, `==3.9`, all of which must hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct Requirement(Vec<(Comparison, (u8, u8))>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    AtLeast,
    Below,
    Exactly,
}

impl Requirement {
    /// Does a version, major and minor, fulfil it?
    pub fn allows(&self, version: (u8, u8)) -> bool {
        self.0.iter().all(|(comparison, bound)| match comparison {
            Comparison::AtLeast => version >= *bound,
            Comparison::Below => version < *bound,
            Comparison::Exactly => version == *bound,
        })
    }
}

impl TryFrom<String> for Requirement {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parse = |part: &str| {
            let part = part.trim();
            let (comparison, rest) = [
                (">=", Comparison::AtLeast),
                ("<", Comparison::Below),
                ("==", Comparison::Exactly),
            ]
            .into_iter()
            .find_map(|(sign, comparison)| Some((comparison, part.strip_prefix(sign)?)))?;
            let (major, minor) = rest.trim().split_once('.')?;
            Some((comparison, (major.parse().ok()?, minor.parse().ok()?)))
        };
        let parts = text.split(',').map(parse).collect::<Option<Vec<_>>>();
        parts
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no version requirement such as `>=3.12`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirement(text: &str) -> Requirement {
        Requirement::try_from(text.to_owned()).expect("a valid requirement")
    }

    #[test]
    fn requirements_hold_together() {
        let between = requirement(">=3.11, <3.14");
        let allowed: Vec<u8> = (9..16).filter(|minor| between.allows((3, *minor))).collect();
        assert_eq!(allowed, [11, 12, 13]);
        assert!(requirement("==3.9").allows((3, 9)) && !requirement("==3.9").allows((3, 10)));
        assert!(Requirement::default().allows((3, 9)));
    }

    #[test]
    fn a_wrong_key_or_version_is_an_error() {
        assert!(toml::from_str::<Manifest>("runtime = ['embedded']").is_err());
        assert!(toml::from_str::<Manifest>("python = '3.12'").is_err());
    }

    #[test]
    fn packages_need_cpython() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("scenario.toml");
        std::fs::write(&path, "pip = ['numpy']").expect("written");
        assert_eq!(Manifest::read(&path).expect("valid").runtimes, [RuntimeKind::Cpython]);
    }
}
