//! `packages.toml`: the releases that are replayed.

use std::fmt;
use std::path::Path;

use jurigged_testkit::KitError;
use serde::Deserialize;

/// One package of PyPI.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its name on PyPI.
    pub name: String,
    /// Top-level modules, imported with everything below them.
    modules: Vec<String>,
    /// Consecutive releases, oldest first.
    versions: Vec<String>,
    /// The pairs of the bounded tier, by their older version.
    #[serde(default)]
    bounded: Vec<String>,
}

/// Two consecutive releases.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The package.
    pub package: String,
    /// See [`Package`].
    pub modules: Vec<String>,
    /// The release that is imported.
    pub old: String,
    /// The release that is saved.
    pub new: String,
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.package, self.old, self.new)
    }
}

impl Package {
    /// Every release with the next one.
    pub fn pairs(&self) -> Vec<Pair> {
        let pair = |versions: &[String]| Pair {
            package: self.name.clone(),
            modules: self.modules.clone(),
            old: versions[0].clone(),
            new: versions[1].clone(),
        };
        self.versions.windows(2).map(pair).collect()
    }

    /// Those of the bounded tier.
    pub fn bounded_pairs(&self) -> Vec<Pair> {
        let mut pairs = self.pairs();
        pairs.retain(|pair| self.bounded.contains(&pair.old));
        pairs
    }
}

/// The file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// What the packages import from elsewhere, as pip takes it.
    pub needs: Vec<String>,
    /// The packages.
    #[serde(rename = "package")]
    pub packages: Vec<Package>,
}

/// Reads the list.
///
/// # Errors
/// When it is not valid.
pub fn read(path: &Path) -> Result<List, KitError> {
    let text = std::fs::read_to_string(path).map_err(KitError::io(path))?;
    toml::from_str(&text).map_err(|error| KitError::Manifest {
        path: path.to_owned(),
        message: error.to_string(),
    })
}
