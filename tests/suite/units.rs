//! The unit and integration tests of the other crates, one trial for each test executable.

use std::process::Command;
use std::time::Duration;

use jurigged_testkit::clean_environment;
use libtest_mimic::Trial;

use crate::tier::Tier;
use crate::workspace::{Unit, Workspace};

/// A trial for each executable that was built.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let trial =
        |unit: &'static Unit| Trial::test(format!("unit tests: {}", unit.name), move || run(workspace, unit, tier));
    workspace.units.iter().map(trial).collect()
}

fn run(workspace: &Workspace, unit: &Unit, tier: Tier) -> Result<(), libtest_mimic::Failed> {
    /// The swap stress of the runtimes takes longest, about a minute on a busy machine.
    const PATIENCE: Duration = Duration::from_secs(900);
    let fuzzing = tier.pick(3, 60, 3600);
    let mut command = Command::new(&unit.path);
    clean_environment(&mut command)
        .current_dir(&unit.folder)
        .env("CARGO_MANIFEST_DIR", &unit.folder)
        // The tests of the CPython runtime run on every Python that they are given.
        .env("JURIGGED_TEST_PYTHONS", workspace.python_paths(tier))
        .env("JURIGGED_FUZZ_SECONDS", fuzzing.to_string())
        .env("JURIGGED_FUZZ_SEEDS", workspace.standard_library());
    let finished = jurigged_testkit::run_within(&mut command, b"", PATIENCE + Duration::from_secs(fuzzing))
        .map_err(|error| error.to_string())?;
    if finished.code() == 0 {
        return Ok(());
    }
    Err(format!("ended with {}\n{}{}", finished.code(), finished.stdout, finished.stderr).into())
}
