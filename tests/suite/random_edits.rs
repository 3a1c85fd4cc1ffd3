//! Random programs, edited at random: after every save the program must be what a fresh start from the same text is, or
//! the report must say what is not. What is refused or listed is taken back, and then nothing of it may have stayed.
//!
//! Many programs live in one process, each in a module of its own, and all of them are saved at once. A failure is cut
//! down to the smallest pair of programs that still shows it.

mod dice;
mod edit;
mod edit_wider;
mod function;
mod more;
mod program;
mod record;
mod sequence;
mod statement;
mod text;

use std::ops::RangeInclusive;

use libtest_mimic::Trial;

use crate::tier::Tier;
use crate::workspace::{Workspace, failed};
use sequence::Variety;

/// So many programs live in one process at `--full`: more save nothing, since their text is what takes the time.
const TOGETHER: u64 = 25;

/// At `--full` so many of the other varieties on each of these interpreters.
const OTHERS: u64 = 200;

/// Instead of the seeds of the tier these, as `95` or `76-100`, in one process for each interpreter and variety.
const SEEDS: &str = "RANDOM_SEEDS";

/// One trial for each process full of programs; its name tells the seeds. `--full` edits 2,000 programs twenty times on
/// each of: the embedded interpreter, the oldest CPython, 3.12, and the newest; and some of each other variety, whose seeds
/// are others.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let few = (1, 10, 5);
    let many = (2000 / TOGETHER, TOGETHER, 20);
    let mut sizes = vec![(workspace.embedded(), tier.pick(few, (2, TOGETHER, 20), many))];
    let newest = workspace.newest();
    if let Some(newest) = newest {
        sizes.push((workspace.cpython(newest), tier.pick(few, (4, TOGETHER, 20), many)));
    }
    for (at, python) in workspace.pythons.iter().enumerate() {
        let is_chosen = at == 0 || (tier == Tier::Full && python.version.1 == 12);
        if tier >= Tier::Ci && is_chosen && Some(python) != newest {
            sizes.push((workspace.cpython(python), tier.pick(few, (2, TOGETHER, 20), many)));
        }
    }
    let mut trials = Vec::new();
    for (interpreter, (processes, programs, edits)) in sizes {
        let others = tier.pick(0, 1, OTHERS / programs);
        let varieties = [
            (Variety::Plain, "", processes),
            (Variety::Wider, "wider ", others),
            (Variety::RunsAll, "all run, ", others),
        ];
        for (variety, what, processes) in varieties {
            let blocks = (0..processes).map(|process| process * programs + 1..=(process + 1) * programs);
            let blocks: Vec<_> = wished().map_or_else(|| blocks.collect(), |seeds| vec![seeds]);
            for seeds in blocks {
                let interpreter = interpreter.clone();
                let name = format!(
                    "random edits: {}programs {} to {}, {edits} edits [{}]",
                    what,
                    seeds.start(),
                    seeds.end(),
                    interpreter.label
                );
                trials.push(Trial::test(name, move || {
                    sequence::run(&interpreter, seeds, variety, edits).map_err(failed)
                }));
            }
        }
    }
    trials
}

/// The seeds that somebody wants to see.
fn wished() -> Option<RangeInclusive<u64>> {
    let text = std::env::var(SEEDS).ok()?;
    let (first, last) = text.split_once('-').unwrap_or((&text, &text));
    Some(first.parse().ok()?..=last.parse().ok()?)
}
