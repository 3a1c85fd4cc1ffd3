//! Runs each script of `tests/scripts` under every CPython that is found.
//!
//! Found: the interpreters that `JURIGGED_TEST_PYTHONS` names (a list like `PATH`), else `python3.9` to `python3.20` on
//! `PATH` and pyenv's. A script prints `ok` last; what it prints before are figures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

const SCRIPTS: &[&str] = &["swaps", "holders", "compiling", "loading", "program", "process"];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let pythons = pythons();
    let mut trials = vec![Trial::test("a_python_is_found", {
        let found = !pythons.is_empty();
        move || {
            if found {
                Ok(())
            } else {
                Err("no CPython 3.9 or later was found".into())
            }
        }
    })];
    for (version, python) in &pythons {
        for script in SCRIPTS {
            let python = python.clone();
            trials.push(Trial::test(format!("{version}::{script}"), move || {
                run(&python, script)
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(python: &Path, script: &str) -> Result<(), Failed> {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let done = Command::new(python)
        .arg(scripts.join(script).with_extension("py"))
        .env("RUNTIME_DRIVER", driver())
        .output()?;
    let (out, error) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    if done.status.success() && out.trim_end().ends_with("ok") && error.is_empty() {
        return Ok(());
    }
    Err(format!("{}\n{out}{error}", done.status).into())
}

/// The example that cargo built beside this test: `<target>/<profile>/examples`.
fn driver() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let profile = test
        .parent()
        .and_then(Path::parent)
        .expect("tests are in <profile>/deps");
    let prefix = std::env::consts::DLL_PREFIX;
    profile.join(format!(
        "examples/{prefix}runtime_driver{}",
        std::env::consts::DLL_SUFFIX
    ))
}

/// Version and path of each interpreter, one per version.
fn pythons() -> BTreeMap<String, PathBuf> {
    let candidates = match std::env::var_os("JURIGGED_TEST_PYTHONS") {
        Some(named) => std::env::split_paths(&named).collect(),
        None => on_path().chain(of_pyenv()).collect::<Vec<_>>(),
    };
    let mut found = BTreeMap::new();
    for python in candidates {
        if let Some(version) = version(&python) {
            found.entry(version).or_insert(python);
        }
    }
    found
}

fn on_path() -> impl Iterator<Item = PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&folders).collect();
    let names = (9..=20).map(|minor| format!("python3.{minor}"));
    names.flat_map(move |name| folders.iter().map(|folder| folder.join(&name)).collect::<Vec<_>>())
}

fn of_pyenv() -> impl Iterator<Item = PathBuf> {
    let home = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".pyenv")));
    let versions = home.and_then(|home| std::fs::read_dir(home.join("versions")).ok());
    versions
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin/python"))
}

/// `3.12.1` of a GIL-enabled CPython 3.9 or later; `None` for anything else.
fn version(python: &Path) -> Option<String> {
    if !python.exists() {
        return None;
    }
    let question = "import sys; v = sys.version_info; \
        print('%d.%d.%d' % v[:3] if v >= (3, 9) and sys.implementation.name == 'cpython' and 't' not in sys.abiflags else '')";
    let answer = Command::new(python).args(["-I", "-c", question]).output().ok()?;
    let version = String::from_utf8(answer.stdout).ok()?.trim().to_owned();
    (!version.is_empty()).then_some(version)
}
