//! The prompt and the develoop in a pseudo-terminal, with the keys that somebody would press.
//!
//! `tests/terminal/checks.py` has the checks, `driver.py` the terminal: a real pty, and an emulator (pyte) that knows what
//! would be on the screen. The screens of the documentation come from there, too.

use std::process::Command;

use jurigged_testkit::{Interpreter, KitError, clean_environment, run_to_end};
use libtest_mimic::Trial;

use crate::again::trial;
use crate::screens;
use crate::tier::Tier;
use crate::workspace::Workspace;

/// What drives the terminal.
const DRIVER: [&str; 2] = ["pexpect==4.9.0", "pyte==0.8.2"];
/// For the rich interface and `give`.
const DEVELOOP: [&str; 2] = ["giving==0.4.3", "rich==15.0.0"];
const IPYTHON: &str = "ipython";

/// Checks that need no package, on every Python.
const PLAIN: [&str; 13] = [
    "prompt",
    "prompt_after_a_program",
    "basic",
    "basic_keys",
    "basic_stdin",
    "interrupts",
    "xloop",
    "places",
    "manual",
    "modules",
    "decorators",
    "no_rich",
    "no_such_function",
];
const WITH_RICH: [&str; 4] = ["rich", "rich_keys", "rich_interrupt", "rich_give"];

/// Each check on each Python of the tier, those that need packages from `--ci` on. Without a CPython for the driver
/// there are none.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let mut trials = Vec::new();
    for interpreter in workspace.interpreters(tier) {
        for check in PLAIN {
            trials.push(of(workspace, &interpreter, check, &[]));
        }
    }
    if tier < Tier::Ci {
        return trials;
    }
    for found in workspace.pythons_of(tier) {
        let interpreter = workspace.cpython(found);
        for check in WITH_RICH {
            trials.push(of(workspace, &interpreter, check, &DEVELOOP));
        }
        trials.push(of(workspace, &interpreter, "prompt_of_ipython", &[IPYTHON]));
    }
    if let Some(found) = workspace.newest() {
        let interpreter = workspace.cpython(found);
        let name = "terminal: the screens of the documentation".to_owned();
        trials.push(trial(name, move || documentation(workspace, &interpreter)));
    }
    trials
}

fn of(
    workspace: &'static Workspace,
    interpreter: &Interpreter,
    check: &'static str,
    packages: &'static [&str],
) -> Trial {
    let interpreter = interpreter.clone();
    let name = format!("terminal: {check} [{}]", interpreter.label);
    trial(name, move || run(workspace, &interpreter, check, packages).map(drop))
}

/// Runs one check; gives what it prints.
fn run(workspace: &Workspace, interpreter: &Interpreter, check: &str, packages: &[&str]) -> Result<String, KitError> {
    let environment = |version: (u8, u8), packages: &[&str]| {
        let found = workspace
            .pythons
            .iter()
            .find(|found| (found.version.0, found.version.1) == version);
        let found = found.ok_or_else(|| KitError::Python(format!("there is no CPython {version:?}")))?;
        let packages: Vec<String> = packages.iter().map(|package| (*package).to_owned()).collect();
        workspace.venvs.python(found, &packages)
    };
    let newest = workspace
        .newest()
        .ok_or_else(|| KitError::Python("a terminal is driven by CPython 3.12 or later".into()))?;
    let driver = environment((newest.version.0, newest.version.1), &DRIVER)?;
    let mut command = Command::new(driver);
    clean_environment(&mut command)
        .arg(workspace.root.join("tests/terminal/checks.py"))
        .arg(check)
        .arg(&interpreter.jurigged);
    match &interpreter.python {
        None => command.args(["--runtime", "embedded"]),
        Some(_) => command.arg("--python").arg(environment(interpreter.version, packages)?),
    };
    let finished = run_to_end(&mut command, b"")?;
    if finished.code() == 0 {
        return Ok(finished.stdout);
    }
    Err(KitError::Program {
        what: format!("the check `{check}` failed"),
        output: finished.stdout + &finished.stderr,
    })
}

/// The screens in `core/python/README.md` are those that a program gives; `UPDATE_EXPECTED=1` writes them.
fn documentation(workspace: &Workspace, interpreter: &Interpreter) -> Result<(), KitError> {
    let printed = run(workspace, interpreter, "documentation", &DEVELOOP)?;
    let screens: std::collections::BTreeMap<String, String> =
        serde_json::from_str(&printed).map_err(|error| KitError::Check(format!("{error}: {printed}")))?;
    let screens = screens.iter().map(|(name, screen)| (name.clone(), timeless(screen)));
    screens::are_current(workspace, &screens.collect())
}

/// A screen without what differs from run to run: durations, and the version of Python.
fn timeless(screen: &str) -> String {
    let line = |line: &str| {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for index in 1..words.len() {
            let is_time = words[index].trim_end_matches(')').ends_with("ms") && words[index - 1] == "in";
            if is_time {
                let close = if words[index].ends_with(')') { ")" } else { "" };
                words[index] = format!("<1ms{close}");
            }
            if words[index - 1] == "CPython" {
                words[index] = "3.13.0:".to_owned();
            }
        }
        let line = words.join(" ");
        match line.starts_with("---- ") {
            // As long as with the real time.
            true => format!("{:-<60}", line.trim_end_matches('-')),
            false => line,
        }
    };
    screen.lines().map(line).collect::<Vec<_>>().join("\n")
}
