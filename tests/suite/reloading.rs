//! `jurigged.reloading`: programs that edit themselves while their loops and functions run.
//!
//! Each is a file of `tests/reloading/` that ends by printing `ok`. They run under `jurigged`, and under plain Python that
//! imports the package.

use std::path::{Path, PathBuf};
use std::process::Command;

use jurigged_testkit::{FoundPython, Interpreter, KitError, Project, RuntimeKind, run_to_end};
use libtest_mimic::Trial;

use crate::again::trial;
use crate::tier::Tier;
use crate::workspace::Workspace;

/// What the programs share.
const EDITING: &str = "editing.py";
/// Runs with the package from PyPI, too.
const PEER: &str = "as_in_reloading";
/// Asks the session that `jurigged` starts.
const SESSION: &str = "in_a_session";
/// The package of that name.
const PEER_PACKAGE: &str = "reloading==1.1.2";

/// Each program on each Python of the tier.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let mut trials = Vec::new();
    let programs = programs(workspace);
    for interpreter in workspace.interpreters(tier) {
        if interpreter.kind == RuntimeKind::Embedded {
            let name = format!("reloading: says that it needs CPython [{}]", interpreter.label);
            let run = interpreter.clone();
            trials.push(trial(name, move || refused_when_embedded(&run)));
            continue;
        }
        for program in programs.iter().filter(|program| *program != PEER) {
            let (run, program) = (interpreter.clone(), program.clone());
            let name = format!("reloading: {program} [{}]", run.label);
            trials.push(trial(name, move || under_jurigged(workspace, &run, &program)));
        }
        for program in programs
            .iter()
            .filter(|program| ![PEER, SESSION].contains(&program.as_str()))
        {
            let (run, program) = (interpreter.clone(), program.clone());
            let name = format!("reloading: {program} by import alone [{}]", run.label);
            trials.push(trial(name, move || imported(workspace, &run, &program)));
        }
    }
    for found in workspace.pythons_of(tier) {
        let name = format!(
            "reloading: as the package of that name [cpython{}.{}]",
            found.version.0, found.version.1
        );
        trials.push(trial(name, move || like_the_peer(workspace, found)));
    }
    trials
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join("tests/reloading")
}

fn programs(workspace: &Workspace) -> Vec<String> {
    let entries = std::fs::read_dir(folder(workspace)).expect("the folder is in the repository");
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".py") && name != EDITING)
        .map(|name| name.trim_end_matches(".py").to_owned())
        .collect();
    names.sort();
    names
}

/// A project with a program in it, ready to edit itself.
fn project(workspace: &Workspace, program: &str) -> Result<Project, KitError> {
    let read = |name: &str| {
        let path = folder(workspace).join(name);
        std::fs::read_to_string(&path).map_err(KitError::io(&path))
    };
    let name = format!("{program}.py");
    Project::with(&[(&name, &read(&name)?), (EDITING, &read(EDITING)?)])
}

fn under_jurigged(workspace: &Workspace, interpreter: &Interpreter, program: &str) -> Result<(), KitError> {
    let project = project(workspace, program)?;
    let mut command = interpreter.command(&project);
    // What it edits is told by the session as well; the programs read what `reloading` itself tells.
    command.arg("-q").arg(format!("{program}.py"));
    ends_well(&mut command).map(drop)
}

/// RustPython panics on the code that is prepared: a loop that would run as it is, in silence, is not offered there.
fn refused_when_embedded(interpreter: &Interpreter) -> Result<(), KitError> {
    const PROGRAM: &str =
        "from jurigged import reloading\n\ndef f():\n    for i in reloading(range(3)):\n        print(i)\n\nf()\n";
    let project = Project::with(&[("app.py", PROGRAM)])?;
    let finished = run_to_end(interpreter.command(&project).arg("app.py"), b"")?;
    let is_said = finished
        .stderr
        .contains("NotImplementedError: `jurigged.reloading` needs CPython");
    match finished.code() == 1 && is_said && finished.stdout.is_empty() {
        true => Ok(()),
        false => Err(KitError::Check(format!(
            "ended with {}\n{}{}",
            finished.code(),
            finished.stdout,
            finished.stderr
        ))),
    }
}

fn imported(workspace: &Workspace, interpreter: &Interpreter, program: &str) -> Result<(), KitError> {
    let project = project(workspace, program)?;
    let mut command = interpreter.plain_command(&project);
    with_package(workspace, &mut command).arg(format!("{program}.py"));
    ends_well(&mut command).map(drop)
}

/// Lets a Python import the package from the source tree.
pub fn with_package<'a>(workspace: &Workspace, command: &'a mut Command) -> &'a mut Command {
    let extension = format!(
        "{}_jurigged{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let built = workspace.jurigged.parent().unwrap_or(Path::new(""));
    command
        .env("PYTHONPATH", workspace.root.join("core/python"))
        .env("JURIGGED_EXTENSION", built.join("deps").join(extension))
}

fn like_the_peer(workspace: &Workspace, found: &FoundPython) -> Result<(), KitError> {
    let python = workspace.venvs.python(found, &[PEER_PACKAGE.to_owned()])?;
    let interpreter = Interpreter {
        python: Some(python),
        ..workspace.cpython(found)
    };
    let file = format!("{PEER}.py");
    let project = project(workspace, PEER)?;
    let ours = run_to_end(
        with_package(workspace, &mut interpreter.plain_command(&project)).arg(&file),
        b"",
    )?;
    let path = folder(workspace).join(&file);
    let text = std::fs::read_to_string(&path).map_err(KitError::io(&path))?;
    let theirs = text.replace("from jurigged import", "from reloading import");
    project.save(&file, &theirs, jurigged_testkit::SaveBy::Rename)?;
    let peer = run_to_end(interpreter.plain_command(&project).arg(&file), b"")?;
    if ours.code() == 0 && peer.code() == 0 && ours.stdout == peer.stdout && ours.stderr.is_empty() {
        return Ok(());
    }
    Err(KitError::Check(format!(
        "ours ended with {}:\n{}{}\nthe package with {}:\n{}{}",
        ours.code(),
        ours.stdout,
        ours.stderr,
        peer.code(),
        peer.stdout,
        peer.stderr
    )))
}

fn ends_well(command: &mut Command) -> Result<(), KitError> {
    let finished = run_to_end(command, b"")?;
    if finished.code() == 0 && finished.stdout.ends_with("ok\n") {
        return Ok(());
    }
    Err(KitError::Check(format!(
        "ended with {}\n{}{}",
        finished.code(),
        finished.stdout,
        finished.stderr
    )))
}
