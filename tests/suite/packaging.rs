//! `pip install .`: a source distribution is packed, a wheel is built of that, and what the wheel installs is used on
//! every CPython by `tests/packaging/check.py`. Below `--full` it is built without optimizations; there its import and
//! start-up are measured beside those of jurigged 0.6, too.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use jurigged_testkit::{FoundPython, KitError, clean_environment, run_within};
use libtest_mimic::Trial;

use crate::again::trial;
use crate::tier::Tier;
use crate::workspace::Workspace;

/// From an empty build folder, on a machine that does something else too.
const BUILD: Duration = Duration::from_secs(1800);
const USE: Duration = Duration::from_secs(300);

/// From `--ci` on: a wheel takes minutes to build.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    if tier < Tier::Ci {
        return Vec::new();
    }
    let profile = tier.pick("dev", "dev", "release");
    let used = |found: &'static FoundPython| {
        let (major, minor, _) = found.version;
        trial(
            format!("packaging: the wheel is used [cpython{major}.{minor}]"),
            move || use_wheel(workspace, profile, found),
        )
    };
    let mut trials: Vec<Trial> = workspace.pythons_of(tier).into_iter().map(used).collect();
    if tier == Tier::Full
        && let Some(newest) = workspace.newest()
    {
        let name = "packaging: import and start-up beside the original's".to_owned();
        trials.push(trial(name, move || measure(workspace, profile, newest)));
    }
    trials
}

fn use_wheel(workspace: &Workspace, profile: &str, found: &FoundPython) -> Result<(), KitError> {
    let scratch = tempfile::tempdir().map_err(KitError::io("a temporary folder"))?;
    let python = installed(workspace, profile, found, scratch.path())?;
    let check = workspace.root.join("tests/packaging/check.py");
    run(Command::new(&python).arg(check), USE).map(drop)
}

fn measure(workspace: &Workspace, profile: &str, found: &FoundPython) -> Result<(), KitError> {
    let scratch = tempfile::tempdir().map_err(KitError::io("a temporary folder"))?;
    let ours = installed(workspace, profile, found, scratch.path())?;
    let original = workspace.venvs.python(found, &["jurigged==0.6.0".to_owned()])?;
    let times = workspace.root.join("tests/packaging/times.py");
    let table = run(Command::new(&found.path).arg(times).arg(original).arg(ours), USE)?;
    eprintln!("{table}");
    Ok(())
}

/// The `python` of an environment in this folder that has the wheel and nothing else.
fn installed(workspace: &Workspace, profile: &str, found: &FoundPython, folder: &Path) -> Result<PathBuf, KitError> {
    static WHEEL: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let wheel = WHEEL.get_or_init(|| build(workspace, profile).map_err(|error| error.to_string()));
    let wheel = wheel.as_ref().map_err(|error| KitError::Check(error.clone()))?;
    let venv = folder.join("venv");
    run(Command::new(&found.path).args(["-m", "venv"]).arg(&venv), USE)?;
    let python = venv.join("bin/python");
    run(pip(&python).args(["install", "--no-index"]).arg(wheel), USE)?;
    Ok(python)
}

/// The wheel, built of the source distribution, and that of the files that git tracks.
fn build(workspace: &Workspace, profile: &str) -> Result<PathBuf, KitError> {
    let newest = workspace.newest();
    let newest = newest.ok_or_else(|| KitError::Python("CPython 3.12 or later was not found".to_owned()))?;
    let python = workspace.venvs.python(newest, &["build==1.3.0".to_owned()])?;
    let folder = &workspace.wheel_folder;
    let packed = folder.join("dist");
    if packed.exists() {
        std::fs::remove_dir_all(&packed).map_err(KitError::io(&packed))?;
    }
    let mut build = Command::new(&python);
    build
        .args([
            "-m",
            "build",
            "-C",
            &format!("build-args=--profile {profile}"),
            "--outdir",
        ])
        .arg(&packed)
        .arg(&workspace.root);
    // In the target folder of the suite, maturin's settings for pyo3 would make every later build compile it anew.
    run(build.env("CARGO_TARGET_DIR", folder.join("target")), BUILD)?;
    let is_wheel = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "whl");
    let mut wheels = files(&packed)?.into_iter().filter(is_wheel);
    match (wheels.next(), wheels.next()) {
        (Some(wheel), None) if wheel.to_string_lossy().contains("-cp39-abi3-") => Ok(wheel),
        found => Err(KitError::Check(format!(
            "not one wheel for every Python, but {found:?}"
        ))),
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, KitError> {
    let entries = std::fs::read_dir(folder).map_err(KitError::io(folder))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

fn pip(python: &Path) -> Command {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]);
    pip
}

fn run(command: &mut Command, patience: Duration) -> Result<String, KitError> {
    let name = format!("{command:?}");
    let finished = run_within(clean_environment(command), b"", patience)?;
    match finished.code() {
        0 => Ok(finished.stdout),
        code => Err(KitError::Program {
            what: format!("{name} ended with {code}"),
            output: format!("{}{}", finished.stdout, finished.stderr),
        }),
    }
}
