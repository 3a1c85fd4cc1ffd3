//! Random programs, edited at random: after every save the program must be what a fresh start from the same text is.

mod program;

use jurigged_testkit::{Interpreter, KitError, Live, Project, RunAs, SaveBy, fresh_start};
use libtest_mimic::Trial;

use crate::tier::Tier;
use crate::workspace::{Workspace, failed};
use program::{Dice, Program};

/// Prints everything that the module holds, code objects recursively with their positions.
const PROBE: &str = include_str!("random_edits/facts.py");

/// A few programs in the default tier, many in the others; each trial names its seed.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let (programs, edits) = tier.pick((2, 10), (12, 25), (60, 60));
    let mut interpreters = vec![workspace.embedded()];
    interpreters.extend(workspace.newest().map(|found| workspace.cpython(found)));
    let mut trials = Vec::new();
    for interpreter in interpreters {
        for seed in 1..=programs {
            let interpreter = interpreter.clone();
            let name = format!("random edits: program {seed}, {edits} edits [{}]", interpreter.label);
            trials.push(Trial::test(name, move || {
                edited(&interpreter, seed, edits).map_err(failed)
            }));
        }
    }
    trials
}

fn edited(interpreter: &Interpreter, seed: u64, edits: usize) -> Result<(), KitError> {
    let mut dice = Dice::new(seed);
    let mut program = Program::new(&mut dice);
    let project = Project::with(&[("app.py", &program.text())])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    for number in 1..=edits {
        let before = program.text();
        let edit = program.edit(&mut dice);
        let after = program.text();
        if after == before {
            continue;
        }
        live.forget_reports();
        project.save("app.py", &after, SaveBy::Rename)?;
        let reports = live.reports_of(&["app.py"])?;
        let refused: Vec<_> = reports
            .iter()
            .flat_map(|report| &report.diagnostics)
            .map(|line| line.text())
            .collect();
        let (actual, fresh) = (live.probe()?, fresh_start(interpreter, &project, PROBE, RunAs::Import)?);
        if actual != fresh || !refused.is_empty() {
            return Err(KitError::Check(format!(
                "seed {seed}, edit {number}: {edit}\n{}\n{}--- text before\n{before}--- text after\n{after}",
                jurigged_testkit::difference(&fresh, &actual),
                refused.concat(),
            )));
        }
    }
    Ok(())
}
