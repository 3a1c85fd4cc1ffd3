//! The one test binary; see the crate's documentation for its tiers.

mod again;
mod api;
mod command_line;
mod compat;
mod edits;
mod fences;
mod notebook;
mod packaging;
mod plugins;
mod processes;
mod random_edits;
mod reloading;
mod replay;
mod scenarios;
mod screens;
mod statement_limit;
mod stress;
mod terminal;
mod tier;
mod units;
mod watching;
mod workspace;

use std::process::ExitCode;

use jurigged_testkit::wants_update;
use libtest_mimic::{Arguments, Trial};

use tier::Tier;
use workspace::Workspace;

fn main() -> ExitCode {
    let (tier, rest) = tier::take(std::env::args());
    let mut arguments = Arguments::from_iter(rest);
    if wants_update() {
        // The texts of the reference are written first, then those that differ from them.
        arguments.test_threads = Some(1);
    }
    // Terminals, watchers and limits wait more than they work.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    arguments.test_threads.get_or_insert(cores + cores / 2);
    let workspace: &'static Workspace = match Workspace::prepare(tier, arguments.list) {
        Ok(workspace) => Box::leak(Box::new(workspace)),
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let trials = trials(workspace, tier);
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let mut trials = Vec::new();
    if tier == Tier::Plain {
        trials.extend(scenarios::plain(workspace));
        return trials;
    }
    trials.extend(units::all(workspace, tier));
    trials.extend(fences::all(workspace));
    trials.extend(edits::all(workspace, tier));
    trials.extend(scenarios::all(workspace, tier));
    trials.extend(command_line::all(workspace, tier));
    trials.extend(compat::all(workspace, tier));
    trials.extend(watching::all(workspace, tier));
    trials.extend(plugins::all(workspace, tier));
    trials.extend(processes::all(workspace, tier));
    trials.extend(terminal::all(workspace, tier));
    trials.extend(statement_limit::all(workspace, tier));
    trials.extend(notebook::all(workspace, tier));
    trials.extend(reloading::all(workspace, tier));
    trials.extend(api::all(workspace, tier));
    trials.extend(random_edits::all(workspace, tier));
    trials.extend(replay::all(workspace, tier));
    trials.extend(packaging::all(workspace, tier));
    trials.extend(stress::all(workspace, tier));
    trials
}
