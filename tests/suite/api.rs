//! The Python API: each file of `tests/api` is a program that checks itself.
//!
//! On every Python of the tier as `jurigged FILE`; on CPython those that need no option of the command also as plain
//! `python FILE`, which starts watching by itself.

use std::process::Command;

use jurigged_testkit::{Finished, Interpreter, KitError, Project, clean_environment, run_to_end};
use libtest_mimic::Trial;

use crate::again::trial;
use crate::tier::Tier;
use crate::workspace::Workspace;

/// Programs, and the options that they need.
const PROGRAMS: [(&str, &[&str]); 13] = [
    ("import_costs_little", &[]),
    ("refresh_is_a_sync_point", &[]),
    ("a_game_loop_refreshes", &[]),
    ("plan_applies_nothing", &[]),
    ("undo_twice", &[]),
    ("on_change_gets_a_change_set", &[]),
    ("texts_without_a_file", &[]),
    ("watchers_side_by_side", &[]),
    ("passive", &[]),
    ("sync_immediate_names_the_remedy", &[]),
    ("sync_main_thread", &["--sync", "main-thread"]),
    ("sync_manual", &["--sync", "manual"]),
    ("refresh_is_a_sync_point", &["--sync", "manual"]),
];

/// What a program that was not started by the command does first.
const WATCH: &str = "import jurigged\njurigged.watch('*.py', logger=None)\n";

/// Each program on each Python of the tier.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let mut trials = Vec::new();
    for interpreter in workspace.interpreters(tier) {
        for (name, options) in PROGRAMS {
            let label = [&[name], options].concat().join(" ");
            let (own, label) = (interpreter.clone(), format!("api: {label} [{}]", interpreter.label));
            trials.push(trial(label, move || by_command(workspace, &own, name, options)));
            if interpreter.python.is_some() && options.is_empty() {
                let (own, label) = (
                    interpreter.clone(),
                    format!("api: {name}, imported [{}]", interpreter.label),
                );
                trials.push(trial(label, move || imported(workspace, &own, name)));
            }
        }
    }
    trials
}

fn project(workspace: &Workspace, program: &str) -> Result<Project, KitError> {
    let folder = workspace.root.join("tests/api");
    let project = Project::new()?;
    for name in ["kit", program] {
        let file = folder.join(name).with_extension("py");
        let text = std::fs::read(&file).map_err(KitError::io(&file))?;
        let path = project.path(&format!("{name}.py"));
        std::fs::write(&path, text).map_err(KitError::io(&path))?;
    }
    Ok(project)
}

fn by_command(
    workspace: &Workspace,
    interpreter: &Interpreter,
    program: &str,
    options: &[&str],
) -> Result<(), KitError> {
    let project = project(workspace, program)?;
    let mut command = interpreter.command(&project);
    command.args(options).arg(format!("{program}.py"));
    is_ok(&run_to_end(&mut command, b"")?)
}

fn imported(workspace: &Workspace, interpreter: &Interpreter, program: &str) -> Result<(), KitError> {
    let project = project(workspace, program)?;
    let python = interpreter.python.as_ref().expect("asked for a CPython");
    let mut command = Command::new(python);
    clean_environment(&mut command)
        .current_dir(project.folder())
        .env("PYTHONPATH", workspace.root.join("core/python"))
        .env("JURIGGED_EXTENSION", extension(workspace)?)
        .arg("-c")
        .arg(format!(
            "{WATCH}import runpy\nrunpy.run_path('{program}.py', run_name='__main__')"
        ));
    is_ok(&run_to_end(&mut command, b"")?)
}

/// The extension that cargo has built beside the command.
pub fn extension(workspace: &Workspace) -> Result<std::path::PathBuf, KitError> {
    let folder = workspace.jurigged.parent().unwrap_or(&workspace.root);
    let name = format!(
        "{}_jurigged{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let candidates = [folder.join(&name), folder.join("deps").join(&name)];
    let found = candidates.into_iter().find(|path| path.is_file());
    found.ok_or_else(|| KitError::Check(format!("no {name} beside the command")))
}

fn is_ok(finished: &Finished) -> Result<(), KitError> {
    match finished.code() == 0 && finished.stdout == "ok\n" {
        true => Ok(()),
        false => Err(KitError::Check(format!(
            "exit code {}\n--- stdout\n{}--- stderr\n{}",
            finished.code(),
            finished.stdout,
            finished.stderr
        ))),
    }
}
