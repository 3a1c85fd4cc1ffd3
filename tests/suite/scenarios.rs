//! A trial for each scenario and Python.

use std::path::Path;

use jurigged_testkit::{
    Checks, FoundPython, Interpreter, KitError, RuntimeKind, Scenario, find_scenarios, run, run_plain,
};
use libtest_mimic::Trial;

use crate::again;
use crate::tier::Tier;
use crate::workspace::{Workspace, failed};

/// Scenarios of the core and of the bundled plugins, and one failed trial for each folder of them that is not complete.
fn scenarios(workspace: &Workspace) -> (Vec<Scenario>, Vec<Trial>) {
    let mut folders = vec![workspace.root.join("tests/scenarios")];
    let plugins = std::fs::read_dir(workspace.root.join("plugins"))
        .into_iter()
        .flatten()
        .flatten();
    folders.extend(plugins.map(|plugin| plugin.path().join("scenarios")));
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        match find_scenarios(folder) {
            Ok(mut scenarios) => {
                for scenario in &mut scenarios {
                    scenario.name = shown_name(folder, &scenario.name);
                }
                found.extend(scenarios);
            }
            Err(error) => {
                let error = error.to_string();
                wrong.push(Trial::test(format!("{} is complete", folder.display()), move || {
                    Err(error.into())
                }));
            }
        }
    }
    (found, wrong)
}

/// Plugins' scenarios are named after their plugin.
fn shown_name(folder: &Path, name: &str) -> String {
    match folder.parent().and_then(Path::file_name) {
        Some(plugin) if plugin != "tests" => format!("{}/{name}", plugin.to_string_lossy()),
        _ => name.to_owned(),
    }
}

/// All scenarios of a tier.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let (scenarios, mut trials) = scenarios(workspace);
    if workspace.newest().is_none() {
        trials.push(Trial::test("scenarios on CPython", || {
            Err("no CPython 3.12 or later was found: install one (python3 with venv), or put it on PATH".into())
        }));
    }
    for scenario in scenarios {
        let scenario: &'static Scenario = Box::leak(Box::new(scenario));
        // The default tier downloads nothing.
        if !scenario.manifest.pip.is_empty() && tier < Tier::Ci {
            continue;
        }
        let version_of = |found: &FoundPython| (found.version.0, found.version.1);
        let is_meant = |found: &&FoundPython| runs_on(scenario, RuntimeKind::Cpython, version_of(found));
        // Of the Pythons that it is for; on others its packages may not be had.
        let newest = workspace.pythons.iter().rfind(is_meant);
        // The reference first; see `Expected`.
        for found in workspace.pythons_of(tier).into_iter().rev().filter(is_meant) {
            let version = version_of(found);
            let is_newest = Some(found) == newest;
            let start = move || {
                let mut interpreter = workspace.cpython(found);
                interpreter.is_reference = is_newest;
                interpreter.python = Some(workspace.venvs.python(found, &scenario.manifest.pip)?);
                Ok(interpreter)
            };
            let label = format!("cpython{}.{}", version.0, version.1);
            trials.push(trial(scenario, &label, Checks::Edit, start));
            if walks_faults(scenario, tier) && is_newest {
                trials.push(trial(scenario, &label, Checks::Faults, start));
            }
        }
        if runs_on(scenario, RuntimeKind::Embedded, (3, 14)) {
            let start = move || Ok(workspace.embedded());
            trials.push(trial(scenario, "embedded", Checks::Edit, start));
            if walks_faults(scenario, tier) {
                trials.push(trial(scenario, "embedded", Checks::Faults, start));
            }
        }
    }
    trials
}

/// The scenarios themselves, on plain CPython.
pub fn plain(workspace: &'static Workspace) -> Vec<Trial> {
    let (scenarios, mut trials) = scenarios(workspace);
    for scenario in scenarios {
        let scenario: &'static Scenario = Box::leak(Box::new(scenario));
        for found in &workspace.pythons {
            if !scenario.manifest.python.allows((found.version.0, found.version.1)) || !scenario.manifest.pip.is_empty()
            {
                continue;
            }
            let interpreter = workspace.cpython(found);
            let name = format!("{} [plain {}]", scenario.name, interpreter.label);
            trials.push(Trial::test(name, move || {
                let probes = run_plain(scenario, &interpreter).map_err(failed)?;
                if std::env::var_os("SHOW_PROBES").is_some() {
                    println!("{}\n{probes}", scenario.name);
                }
                Ok(())
            }));
        }
    }
    trials
}

fn runs_on(scenario: &Scenario, kind: RuntimeKind, version: (u8, u8)) -> bool {
    scenario.manifest.runtimes.contains(&kind) && scenario.manifest.python.allows(version)
}

fn walks_faults(scenario: &Scenario, tier: Tier) -> bool {
    scenario.manifest.no_faults.is_none() && (tier >= Tier::Ci || scenario.manifest.always_faults)
}

fn trial(
    scenario: &'static Scenario,
    label: &str,
    checks: Checks,
    start: impl Fn() -> Result<Interpreter, KitError> + Send + 'static,
) -> Trial {
    let faults = if checks == Checks::Faults { ", faults" } else { "" };
    again::trial(format!("{} [{label}{faults}]", scenario.name), move || {
        run(scenario, &start()?, checks)
    })
}
