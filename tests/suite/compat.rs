//! The API of jurigged 0.6: a list of checks that both packages go through, and the original's own tests.
//!
//! A check of `tests/compat/` does something with the API and returns what it saw. What the original from PyPI lets it see
//! is kept in `expected/original.txt` and compared with the real package from `--ci` on. Ours must let it see the same,
//! but for the checks of `differences.toml`, each with the reason why ours is better or other; `expected/differences.txt`
//! has both observations side by side.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use jurigged_testkit::{Expected, Finished, Interpreter, KitError, clean_environment, run_within, wants_update};
use libtest_mimic::Trial;
use serde::Deserialize;
use serde_json::Value;

use crate::again::trial;
use crate::tier::Tier;
use crate::workspace::{Workspace, failed};

/// The release of PyPI that is the model.
const ORIGINAL: &str = "jurigged==0.6.0";
/// The Python that the original is asked on: its own tests pass there.
const PYTHON: (u8, u8) = (3, 12);
/// A slow machine takes a fifth of it for all checks.
const PATIENCE: Duration = Duration::from_secs(180);

/// What a check saw, by its name.
type Seen = BTreeMap<String, Value>;

/// The checks on each Python of the tier; the original and its tests from `--ci` on.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let mut trials = Vec::new();
    for interpreter in workspace.interpreters(tier) {
        let name = format!("compat: the API of jurigged 0.6 [{}]", interpreter.label);
        trials.push(trial(name, move || ours(workspace, &interpreter)));
    }
    for found in workspace.pythons_of(tier) {
        let name = format!("compat: random merges [cpython{}.{}]", found.version.0, found.version.1);
        let count: u32 = tier.pick(100, 2_000, 20_000);
        trials.push(trial(name, move || random_merges(workspace, &found.path, count)));
    }
    if tier >= Tier::Ci || wants_update() {
        trials.push(Trial::test(
            "compat: what the original does is as recorded",
            move || original(workspace).map_err(failed),
        ));
    }
    if tier >= Tier::Ci {
        trials.push(trial("compat: the original's own tests".to_owned(), move || {
            original_tests(workspace)
        }));
    }
    trials
}

/// One entry of `differences.toml` or `original_tests.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    /// The check, or the test, or the beginning of its name where many are meant.
    name: String,
    /// Why ours differs.
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    listed: Vec<Listed>,
}

impl List {
    fn read(path: &Path) -> Result<Self, KitError> {
        let text = std::fs::read_to_string(path).map_err(KitError::io(path))?;
        toml::from_str(&text).map_err(|error| KitError::Check(format!("{}: {error}", path.display())))
    }

    /// The reason for a difference.
    fn reason(&self, name: &str) -> Result<&str, KitError> {
        let found = self.listed.iter().find(|listed| name.starts_with(&listed.name));
        found
            .map(|listed| listed.reason.as_str())
            .ok_or_else(|| KitError::Check(format!("`{name}` differs from the original, and no reason is listed")))
    }
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join("tests/compat")
}

fn ours(workspace: &Workspace, interpreter: &Interpreter) -> Result<(), KitError> {
    let folder = folder(workspace);
    let script = folder.join("checklist.py");
    let mut command = match &interpreter.python {
        Some(python) => with_ours(workspace, python),
        None => {
            let mut command = Command::new(&interpreter.jurigged);
            clean_environment(&mut command).args(["--runtime", "embedded"]);
            command
        }
    };
    let seen = observations(&run_within(command.arg(script).current_dir("/"), b"", PATIENCE)?)?;
    let original = recorded(&folder)?;
    let list = List::read(&folder.join("differences.toml"))?;
    let mut text = String::new();
    for (name, theirs) in &original {
        let ours = seen.get(name).unwrap_or(&Value::Null);
        if ours != theirs {
            let reason = list.reason(name)?;
            let _ = write!(
                text,
                "{name}\n    original: {theirs}\n    ours:     {ours}\n    {reason}\n\n"
            );
        }
    }
    if let Some(unknown) = seen.keys().find(|name| !original.contains_key(*name)) {
        return Err(KitError::Check(format!(
            "`{unknown}` was never checked with the original"
        )));
    }
    if interpreter.is_reference {
        let stale = list.listed.iter().find(|listed| !text.contains(&listed.name));
        if let Some(stale) = stale {
            return Err(KitError::Check(format!(
                "`{}` is listed as different and is not",
                stale.name
            )));
        }
    }
    Expected::new(&folder, &interpreter.label, interpreter.is_reference).check("differences", &text)
}

/// A Python that imports our package from the source tree.
fn with_ours(workspace: &Workspace, python: &Path) -> Command {
    let beside = workspace.jurigged.parent().unwrap_or(Path::new(""));
    let names = ["lib_jurigged.so", "deps/lib_jurigged.so"].map(|name| beside.join(name));
    let extension = names.iter().find(|path| path.is_file()).unwrap_or(&names[0]);
    let mut command = Command::new(python);
    clean_environment(&mut command)
        .env("PYTHONPATH", workspace.root.join("core/python"))
        .env("JURIGGED_EXTENSION", extension);
    command
}

/// Texts that are merged with each other; see the script.
fn random_merges(workspace: &Workspace, python: &Path, count: u32) -> Result<(), KitError> {
    let mut command = with_ours(workspace, python);
    command
        .arg(folder(workspace).join("random_merges.py"))
        .arg(count.to_string());
    let finished = run_within(&mut command, b"", PATIENCE)?;
    if finished.stdout == "ok\n" {
        return Ok(());
    }
    Err(KitError::Check(finished.stderr))
}

fn original(workspace: &Workspace) -> Result<(), KitError> {
    let folder = folder(workspace);
    let python = venv(workspace, &[ORIGINAL])?;
    let mut command = Command::new(python);
    clean_environment(&mut command)
        .arg(folder.join("checklist.py"))
        .current_dir("/");
    let seen = observations(&run_within(&mut command, b"", PATIENCE)?)?;
    let mut text = String::new();
    for (name, value) in &seen {
        let _ = write!(text, "{name}\n    {value}\n");
    }
    Expected::new(&folder, "original", true).check("original", &text)
}

fn venv(workspace: &Workspace, packages: &[&str]) -> Result<PathBuf, KitError> {
    let is_it = |found: &&jurigged_testkit::FoundPython| (found.version.0, found.version.1) == PYTHON;
    let found = workspace.pythons.iter().find(is_it);
    let found =
        found.ok_or_else(|| KitError::Python("the original runs on CPython 3.12, which was not found".into()))?;
    let packages: Vec<String> = packages.iter().map(|it| (*it).to_owned()).collect();
    workspace.venvs.python(found, &packages)
}

/// The last line that `checklist.py` prints.
fn observations(finished: &Finished) -> Result<Seen, KitError> {
    let last = finished.stdout.lines().last().unwrap_or_default();
    serde_json::from_str(last).map_err(|error| KitError::Program {
        what: format!("the checks did not end: {error}"),
        output: format!("{}{}", finished.stdout, finished.stderr),
    })
}

fn recorded(folder: &Path) -> Result<Seen, KitError> {
    let path = folder.join("expected/original.txt");
    let text = std::fs::read_to_string(&path).map_err(KitError::io(&path))?;
    let lines: Vec<&str> = text.lines().collect();
    let entry = |pair: &[&str]| {
        let value = serde_json::from_str(pair.get(1).unwrap_or(&"").trim());
        value
            .map(|value| (pair[0].to_owned(), value))
            .map_err(|error| KitError::Check(format!("{}: `{}`: {error}", path.display(), pair[0])))
    };
    lines.chunks(2).map(entry).collect()
}

/// The tests in the source distribution of the original, run against ours.
fn original_tests(workspace: &Workspace) -> Result<(), KitError> {
    let folder = folder(workspace);
    let python = venv(workspace, &["pytest==8.4.2", "codefind==0.1.7"])?;
    let sources = workspace.venvs.folder().with_file_name("compat");
    let mut fetch = Command::new(&python);
    clean_environment(&mut fetch)
        .arg(folder.join("fetch.py"))
        .args([sources.as_os_str(), &OsString::from(ORIGINAL)]);
    let fetched = run_within(&mut fetch, b"", PATIENCE)?;
    let tests = fetched.stdout.trim();
    if fetched.code() != 0 || tests.is_empty() {
        return Err(KitError::Python(format!(
            "the original cannot be downloaded\n{}",
            fetched.stderr
        )));
    }
    let mut command = with_ours(workspace, &python);
    command
        .args([
            "-m",
            "pytest",
            "-q",
            "-rA",
            "--tb=line",
            "-p",
            "no:cacheprovider",
            "-p",
            "patience",
        ])
        // It waits 100 ms for a file that is looked at every 100 ms.
        .args(["--deselect", "tests/test_live.py::test_poll"])
        .args(["--continue-on-collection-errors", "tests"])
        .current_dir(tests);
    let package = workspace.root.join("core/python");
    let path = std::env::join_paths([&package, &folder]).map_err(|error| KitError::Python(error.to_string()))?;
    command.env("PYTHONPATH", path);
    let finished = run_within(&mut command, b"", PATIENCE * 3)?;
    let list = List::read(&folder.join("original_tests.toml"))?;
    let (mut passed, mut failing) = (0, std::collections::BTreeSet::new());
    for line in finished.stdout.lines() {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("PASSED"), Some(_)) => passed += 1,
            // What a test has logged as an error begins with the same word.
            (Some("FAILED" | "ERROR"), Some(name)) if name.starts_with("tests/") => drop(failing.insert(name)),
            _ => {}
        }
    }
    let mut text = String::new();
    for name in failing {
        let _ = write!(text, "{name}\n    {}\n", list.reason(name)?);
    }
    if passed == 0 {
        return Err(KitError::Program {
            what: "the original's tests did not run".to_owned(),
            output: format!("{}{}", finished.stdout, finished.stderr),
        });
    }
    Expected::new(&folder, "original", true).check("original_tests", &format!("{passed} passed\n\n{text}"))
}
