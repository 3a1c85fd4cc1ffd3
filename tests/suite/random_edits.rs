//! Random programs, edited at random: after every save the program must be what a fresh start from the same text is, or
//! the report must say what is not. What is refused or listed is taken back, and then nothing of it may have stayed.
//!
//! Many programs live in one process, each in a module of its own, and all of them are saved at once. A failure is cut
//! down to the smallest pair of programs that still shows it.

mod dice;
mod edit;
mod program;
mod sequence;

use jurigged_testkit::Interpreter;
use libtest_mimic::Trial;

use crate::tier::Tier;
use crate::workspace::{Workspace, failed};

/// One trial for each process full of programs; its name tells the seeds.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let (processes, programs, edits) = tier.pick((1, 12, 8), (4, 25, 20), (80, 25, 20));
    let mut interpreters = vec![workspace.embedded()];
    let pythons = workspace.pythons_of(tier);
    let ends = pythons.first().into_iter().chain(pythons.last());
    let mut ends: Vec<Interpreter> = ends.map(|found| workspace.cpython(found)).collect();
    ends.dedup_by_key(|interpreter| interpreter.label.clone());
    interpreters.extend(ends);
    let mut trials = Vec::new();
    for interpreter in interpreters {
        for process in 0..processes {
            let interpreter = interpreter.clone();
            let seeds = process * programs + 1..=(process + 1) * programs;
            let name = format!(
                "random edits: programs {} to {}, {edits} edits [{}]",
                seeds.start(),
                seeds.end(),
                interpreter.label
            );
            trials.push(Trial::test(name, move || {
                sequence::run(&interpreter, seeds, edits).map_err(failed)
            }));
        }
    }
    trials
}
