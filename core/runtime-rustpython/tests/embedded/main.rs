//! Real programs in a real interpreter.
//!
//! There is one interpreter in a process, so each case runs this binary again as the child that hosts it: see `host` for
//! the child, `engine` for what its engine thread does, `cases` for the programs and what is expected of them.

mod cases;
mod engine;
mod host;

use libtest_mimic::{Arguments, Trial};

fn main() {
    if let Some(role) = std::env::var_os(host::ROLE) {
        std::process::exit(host::run(&role.to_string_lossy()));
    }
    let trials = cases::ALL.iter().map(|(name, case)| {
        Trial::test(*name, move || {
            case();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}
