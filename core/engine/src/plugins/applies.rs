//! `applies`: the module, and its versions, that a plugin has to do with.

use std::str::FromStr;

use jurigged_runtime::{Handle, Interpreter};
use pep440_rs::{Version, VersionSpecifiers};

use super::PluginProblem;

/// `python`, or a module with a version range.
#[derive(Clone, Debug)]
pub(super) struct Applies {
    text: String,
    /// `None`: every program.
    module: Option<String>,
    versions: VersionSpecifiers,
}

/// Does a plugin apply to this program?
#[derive(Clone, Debug)]
pub(super) enum Applicable {
    /// It does, and will until its library changes.
    Yes,
    /// Its module is not loaded yet.
    NotYet,
    /// Its module is loaded in another version.
    No(PluginProblem),
}

impl Applies {
    /// Reads `python`, `numba`, `numba>=0.57,<1`.
    pub(super) fn parse(plugin: &str, text: &str) -> Result<Self, PluginProblem> {
        let wrong = |message: String| PluginProblem::WrongApplies {
            plugin: plugin.into(),
            applies: text.into(),
            message,
        };
        let end = text.find(|letter: char| "<>=!~".contains(letter)).unwrap_or(text.len());
        let (module, versions) = (text[..end].trim(), text[end..].trim());
        let identifier = |part: &str| {
            part.starts_with(|first: char| first.is_alphabetic() || first == '_')
                && part.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        };
        if !module.split('.').all(identifier) {
            return Err(wrong(format!("`{module}` is no name of a module")));
        }
        let versions = VersionSpecifiers::from_str(versions).map_err(|error| wrong(first_line(&error.to_string())))?;
        Ok(Self {
            text: text.into(),
            module: (module != "python").then(|| module.into()),
            versions,
        })
    }

    /// Compares with what is loaded; imports nothing.
    pub(super) fn check(&self, plugin: &str, interpreter: &dyn Interpreter) -> Applicable {
        let found = match &self.module {
            None => {
                let (major, minor, micro) = interpreter.facts().version;
                Some(format!("{major}.{minor}.{micro}"))
            }
            Some(name) => match interpreter.module(name) {
                None => return Applicable::NotYet,
                Some(module) => version_of(interpreter, name, module),
            },
        };
        if self.versions.is_empty() {
            return Applicable::Yes;
        }
        let name = self.module.as_deref().unwrap_or("python");
        let fits = found
            .as_deref()
            .and_then(|text| Version::from_str(text).ok())
            .is_some_and(|version| {
                // A pre-release of the next version has what that version has: PEP 440 would leave it out of `>=0.57`.
                self.versions.contains(&version) || self.versions.contains(&version.only_release())
            });
        if fits {
            return Applicable::Yes;
        }
        Applicable::No(PluginProblem::NotApplicable {
            plugin: plugin.into(),
            applies: self.text.clone(),
            found: found.map_or_else(
                || format!("{name} of unknown version"),
                |version| format!("{name} {version}"),
            ),
        })
    }
}

/// `module.__version__`, else what the package's metadata says where `importlib.metadata` is loaded.
fn version_of(interpreter: &dyn Interpreter, name: &str, module: Handle) -> Option<String> {
    let own = interpreter
        .namespace(module)
        .and_then(|names| interpreter.entry(names, "__version__"));
    if let Some(version) = own.and_then(|version| interpreter.text(version)) {
        return Some(version);
    }
    let metadata = interpreter.module("importlib.metadata")?;
    let function = interpreter.attribute(metadata, "version").ok()??;
    let version = interpreter.call(function, &[interpreter.new_text(name)]).ok()?;
    interpreter.text(version)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(text: &str, version: &str) -> bool {
        let applies = Applies::parse("p", text).unwrap();
        applies.versions.contains(&Version::from_str(version).unwrap())
    }

    #[test]
    fn versions_are_compared_as_python_does() {
        assert!(versions("numba>=0.57", "0.57.0"));
        assert!(versions("numba >= 0.57, <1", "0.61.2"));
        assert!(!versions("numba>=0.57", "0.9.1"));
        assert!(!versions("numba>=0.57,<1", "1.0"));
        assert!(versions("python", "3.12.1"));
        assert!(versions("ruamel.yaml", "1"));
    }

    #[test]
    fn a_wrong_range_is_named() {
        for wrong in ["", "numba>=x", "num ba", "numba=>1", ">=1"] {
            let problem = Applies::parse("mine", wrong).unwrap_err();
            assert_eq!(problem.code(), "plugin-applies", "{wrong}");
            assert_eq!(problem.plugin(), Some("mine"));
        }
    }
}
