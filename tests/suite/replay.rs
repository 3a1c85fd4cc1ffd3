//! Release replay: a program that has imported one release of a package becomes, by saves, one of the next release.
//!
//! `tests/replay/packages.toml` lists the releases. For each pair, a process imports the old release entirely and holds
//! on to all that it finds; the files become the new release in one burst; then everything that can be observed is
//! compared with a fresh process (`tests/replay/facts.py`, `compare.py`). The original jurigged and IPython's
//! `%autoreload 2` go through the same replay, and so does this one with `[patch] blocks = "run"`. The share of pairs that
//! are right is a floor in `tests/replay/floors.toml`, which `UPDATE_EXPECTED=1` rewrites; what is wrong, grouped by cause,
//! is written to `target/replay/`.

mod packages;
mod verdict;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jurigged_testkit::{FoundPython, KitError, clean_environment, run_within};
use libtest_mimic::Trial;

use crate::tier::Tier;
use crate::workspace::{Workspace, failed};
use packages::{List, Package, Pair};
use verdict::{Floors, PairVerdict, Results};

/// Who applies the edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// This one.
    Jurigged,
    /// The same with `[patch] blocks = "run"` and `stale = "run"`.
    AllRun,
    /// jurigged 0.6 from PyPI, told of each changed file: its watcher would miss saves by renaming.
    Original,
    /// IPython's `%autoreload 2`.
    Autoreload,
}

impl Tool {
    const ALL: [Self; 4] = [Self::Jurigged, Self::AllRun, Self::Original, Self::Autoreload];

    /// As the scripts know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jurigged => "jurigged",
            Self::AllRun => "jurigged, blocks and stale = run",
            Self::Original => "original",
            Self::Autoreload => "autoreload",
        }
    }

    /// What it needs from PyPI.
    fn requirement(self) -> Option<&'static str> {
        match self {
            Self::Jurigged | Self::AllRun => None,
            Self::Original => Some("jurigged==0.6.0"),
            Self::Autoreload => Some("ipython==8.30.0"),
        }
    }
}

/// The Python that releases are replayed on: all of them can be imported there.
const PYTHON: (u8, u8) = (3, 12);

/// Another list than that of the repository, for a look at packages that nothing was tuned to; they have no floors.
const LIST: &str = "REPLAY_PACKAGES";

/// For one pair; a slow machine takes five seconds.
const PATIENCE: Duration = Duration::from_secs(180);

/// The bounded pairs with `--ci`, every package with every tool with `--full`.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    if tier < Tier::Ci {
        return Vec::new();
    }
    let list = std::env::var_os(LIST).map(PathBuf::from);
    let list = list.unwrap_or_else(|| workspace.root.join("tests/replay/packages.toml"));
    let list: &'static List = match packages::read(&list) {
        Ok(list) => Box::leak(Box::new(list)),
        Err(error) => {
            let error = error.to_string();
            return vec![Trial::test("replay: packages.toml", move || Err(error.into()))];
        }
    };
    let bounded = list
        .packages
        .iter()
        .flat_map(|package| package.bounded_pairs())
        .collect();
    let mut trials = vec![trial(workspace, list, Tool::Jurigged, "bounded", bounded)];
    if tier == Tier::Full {
        for tool in Tool::ALL {
            let of_package = |package: &Package| trial(workspace, list, tool, &package.name, package.pairs());
            trials.extend(list.packages.iter().map(of_package));
        }
    }
    trials
}

fn trial(workspace: &'static Workspace, list: &'static List, tool: Tool, job: &str, pairs: Vec<Pair>) -> Trial {
    let name = format!("replay: {job}, {} pairs [{}]", pairs.len(), tool.name());
    let job = job.to_owned();
    Trial::test(name, move || {
        replay(workspace, &list.needs, tool, &job, &pairs).map_err(failed)
    })
}

fn replay(workspace: &Workspace, needs: &[String], tool: Tool, job: &str, pairs: &[Pair]) -> Result<(), KitError> {
    let found = workspace
        .pythons
        .iter()
        .find(|found| (found.version.0, found.version.1) == PYTHON);
    let found =
        found.ok_or_else(|| KitError::Python("releases are replayed on CPython 3.12, which was not found".into()))?;
    let folder = &workspace.replay_folder;
    fetch(workspace, found, folder, pairs)?;
    let mut packages = needs.to_vec();
    packages.extend(tool.requirement().map(str::to_owned));
    let python = workspace.venvs.python(found, &packages)?;
    let verdicts = in_parallel(pairs, |pair| run_pair(workspace, found, &python, tool, pair))?;
    let results = Results::of(pairs, verdicts);
    results.write(folder, tool, job)?;
    if tool == Tool::Jurigged && std::env::var_os(LIST).is_none() {
        Floors::check(&workspace.root.join("tests/replay/floors.toml"), job, &results)?;
    }
    Ok(())
}

/// Downloads what is not there yet, one package at a time: two trials may need the same one.
fn fetch(workspace: &Workspace, found: &FoundPython, folder: &Path, pairs: &[Pair]) -> Result<(), KitError> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    const NETWORK: Duration = Duration::from_secs(600);
    let _guard = ONE_AT_A_TIME.lock();
    for pair in pairs {
        let releases = folder.join("packages").join(&pair.package);
        let missing: Vec<_> = [&pair.old, &pair.new]
            .into_iter()
            .filter(|version| !releases.join(version).is_dir())
            .collect();
        if missing.is_empty() {
            continue;
        }
        let mut command = Command::new(&found.path);
        clean_environment(&mut command)
            .arg(workspace.root.join("tests/replay/fetch.py"))
            .arg(folder.join("packages"))
            .arg(&pair.package)
            .args(missing);
        let finished = run_within(&mut command, b"", NETWORK)?;
        if finished.code() != 0 {
            return Err(KitError::Python(format!(
                "a release cannot be downloaded\n{}",
                finished.stderr
            )));
        }
    }
    Ok(())
}

/// As many at a time as there are processors; in the order of the pairs.
fn in_parallel(
    pairs: &[Pair],
    run: impl Fn(&Pair) -> Result<PairVerdict, KitError> + Sync,
) -> Result<Vec<PairVerdict>, KitError> {
    let next = AtomicUsize::new(0);
    let verdicts = Mutex::new(Vec::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(pair) = pairs.get(index) else { break };
            let verdict = run(pair);
            verdicts.lock().expect("no holder panics").push((index, verdict));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut verdicts = verdicts.into_inner().expect("no holder panics");
    verdicts.sort_by_key(|(index, _)| *index);
    verdicts.into_iter().map(|(_, verdict)| verdict).collect()
}

fn run_pair(
    workspace: &Workspace,
    found: &FoundPython,
    python: &Path,
    tool: Tool,
    pair: &Pair,
) -> Result<PairVerdict, KitError> {
    let mut command = Command::new(&found.path);
    clean_environment(&mut command)
        .arg(workspace.root.join("tests/replay/pair.py"))
        .arg(workspace.replay_folder.join("packages").join(&pair.package))
        .args([&pair.old, &pair.new])
        .arg(tool.name())
        .arg(python)
        .arg(&workspace.jurigged)
        .args(&pair.modules);
    let finished = run_within(&mut command, b"", PATIENCE)?;
    serde_json::from_str(&finished.stdout).map_err(|error| KitError::Program {
        what: format!("{pair} gave no verdict: {error}"),
        output: format!("{}{}", finished.stdout, finished.stderr),
    })
}
