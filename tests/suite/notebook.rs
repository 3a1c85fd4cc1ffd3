//! `%load_ext jurigged`: in an IPython in the process, in `ipython` on a terminal, and in a Jupyter kernel.
//!
//! Each is a file of `tests/notebook/` that ends by printing `ok`; the packages are those of PyPI.

use std::collections::BTreeMap;

use jurigged_testkit::{FoundPython, Interpreter, KitError, Project, run_within};
use libtest_mimic::Trial;

use crate::again::trial;
use crate::reloading::with_package;
use crate::screens;
use crate::tier::Tier;
use crate::workspace::Workspace;

/// What a program prints last when it found nothing wrong.
const DONE: &str = "ok\n";
/// The last versions for Python 3.9.
const OLDEST: [&str; 3] = ["ipython==8.18.1", "ipykernel==6.31.0", "jupyter_client==8.6.3"];
const NEWEST: [&str; 3] = ["ipython==9.18.1", "ipykernel==7.4.0", "jupyter_client==8.10.0"];

/// The oldest IPython that its oldest Python can have, and the newest one; the default tier needs no IPython.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let mut trials = Vec::new();
    if tier < Tier::Ci {
        return trials;
    }
    for found in workspace.pythons_of(tier) {
        let packages = match found.version {
            (3, 9, _) => OLDEST,
            _ if Some(found) == workspace.newest() => NEWEST,
            _ => continue,
        };
        let label = format!("cpython{}.{}", found.version.0, found.version.1);
        let check = |what: &str, program: &'static str| {
            let name = format!("notebook: {what} [{label}]");
            trial(name, move || run(workspace, found, &packages, program).map(drop))
        };
        trials.push(check("IPython in the process", "shell"));
        trials.push(check("ipython on a terminal", "terminal"));
        let name = format!("notebook: a Jupyter kernel [{label}]");
        trials.push(trial(name, move || kernel(workspace, found, &packages)));
    }
    trials
}

/// The kernel, and its cells as the documentation shows them.
fn kernel(workspace: &Workspace, found: &FoundPython, packages: &[&str]) -> Result<(), KitError> {
    let screen = run(workspace, found, packages, "kernel")?;
    match Some(found) == workspace.newest() {
        true => screens::are_current(workspace, &BTreeMap::from([("notebook".to_owned(), screen)])),
        false => Ok(()),
    }
}

/// Runs a program in an environment with packages; what it printed before it was done.
fn run(workspace: &Workspace, found: &FoundPython, packages: &[&str], program: &str) -> Result<String, KitError> {
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(180);
    let packages: Vec<String> = packages.iter().map(|package| (*package).to_owned()).collect();
    let interpreter = Interpreter {
        python: Some(workspace.venvs.python(found, &packages)?),
        ..workspace.cpython(found)
    };
    let project = Project::new()?;
    let mut command = interpreter.plain_command(&project);
    with_package(workspace, &mut command)
        .arg(workspace.root.join("tests/notebook").join(format!("{program}.py")))
        // What IPython and Jupyter keep of a user.
        .env("IPYTHONDIR", project.outside().join("ipython"))
        .env("JUPYTER_RUNTIME_DIR", project.outside().join("jupyter"))
        .env("TERM", "xterm");
    let finished = run_within(&mut command, b"", PATIENCE)?;
    match finished.stdout.strip_suffix(DONE) {
        Some(printed) if finished.code() == 0 => Ok(printed.trim_end().to_owned()),
        _ => Err(KitError::Program {
            what: format!("`tests/notebook/{program}.py` ended with {}", finished.code()),
            output: finished.stdout + &finished.stderr,
        }),
    }
}
