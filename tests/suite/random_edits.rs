//! Random programs, edited at random: after every save the program must be what a fresh start from the same text is, or
//! the report must say what is not. What is refused or listed is taken back, and then nothing of it may have stayed.
//!
//! Many programs live in one process, each in a module of its own, and all of them are saved at once. A failure is cut
//! down to the smallest pair of programs that still shows it.

mod dice;
mod edit;
mod function;
mod program;
mod sequence;

use libtest_mimic::Trial;

use crate::tier::Tier;
use crate::workspace::{Workspace, failed};

/// One trial for each process full of programs; its name tells the seeds.
///
/// The embedded interpreter and the oldest CPython still show differences after more edits (lines of classes that move
/// within others, of code in nested blocks): below `--full` the former has few edits, the latter none.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let few = (1, 12, 6);
    let many = (80, 25, 20);
    let mut sizes = vec![(workspace.embedded(), tier.pick(few, few, many))];
    if let Some(newest) = workspace.newest() {
        sizes.push((workspace.cpython(newest), tier.pick((1, 12, 8), (4, 25, 20), many)));
    }
    if let (Tier::Full, Some(oldest)) = (tier, workspace.pythons.first()) {
        sizes.push((workspace.cpython(oldest), many));
    }
    let mut trials = Vec::new();
    for (interpreter, (processes, programs, edits)) in sizes {
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
