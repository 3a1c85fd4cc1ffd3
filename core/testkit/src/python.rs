//! The CPythons of this machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A CPython that is installed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPython {
    /// The executable.
    pub path: PathBuf,
    /// Major, minor, micro.
    pub version: (u8, u8, u8),
}

/// Minor versions of Python 3 that jurigged is made for.
const MINORS: std::ops::RangeInclusive<u8> = 9..=14;

/// One CPython of each minor version, oldest first: the newest patch level among the versions that pyenv has and those on
/// PATH. Builds without a GIL and other implementations are left out.
pub fn find_pythons() -> Vec<FoundPython> {
    let mut newest = BTreeMap::new();
    for path in candidates() {
        let Some(version) = version_of(&path) else { continue };
        let entry = newest.entry((version.0, version.1)).or_insert_with(|| FoundPython {
            path: path.clone(),
            version,
        });
        if entry.version < version {
            *entry = FoundPython { path, version };
        }
    }
    newest.into_values().collect()
}

fn candidates() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let pyenv = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| Some(home?.join(".pyenv")));
    if let Some(versions) = pyenv.and_then(|pyenv| std::fs::read_dir(pyenv.join("versions")).ok()) {
        paths.extend(versions.flatten().map(|version| version.path().join("bin/python3")));
    }
    let names: Vec<String> = MINORS
        .map(|minor| format!("python3.{minor}"))
        .chain(["python3".to_owned()])
        .collect();
    for folder in std::env::var_os("PATH").iter().flat_map(std::env::split_paths) {
        // Shims start whatever version is chosen for the current folder, or none.
        if folder.ends_with("shims") {
            continue;
        }
        paths.extend(names.iter().map(|name| folder.join(name)));
    }
    paths.retain(|path| path.is_file());
    paths
}

fn version_of(python: &Path) -> Option<(u8, u8, u8)> {
    const ASK: &str = "import sys, sysconfig
if sys.implementation.name == 'cpython' and not sysconfig.get_config_var('Py_GIL_DISABLED'):
    print(*sys.version_info[:3])";
    let output = Command::new(python)
        .args(["-I", "-S", "-c", ASK])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text.split_whitespace().map_while(|number| number.parse::<u8>().ok());
    let version = (numbers.next()?, numbers.next()?, numbers.next()?);
    (version.0 == 3 && MINORS.contains(&version.1)).then_some(version)
}
