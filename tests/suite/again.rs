//! Trials that wait for real processes, files and clocks.
//!
//! On a machine that is busy with something else a saved pair of files can arrive as two saves, and a program can miss a
//! deadline. A trial that fails is therefore run once more, and what failed first is told, so that nothing is hidden: a
//! trial that is told again and again is a bug.

use std::sync::{Mutex, PoisonError};

use jurigged_testkit::{KitError, wants_update};
use libtest_mimic::Trial;

use crate::workspace::failed;

/// Second runs, one at a time.
static SECOND: Mutex<()> = Mutex::new(());

/// A trial that may fail once.
pub fn trial(name: String, check: impl Fn() -> Result<(), KitError> + Send + 'static) -> Trial {
    let label = name.clone();
    Trial::test(name, move || {
        let Err(first) = check() else { return Ok(()) };
        // What is written anew is not judged, and a run by hand wants to see the first failure.
        if wants_update() || std::env::var_os("CI").is_none() {
            return Err(failed(first));
        }
        let _alone = SECOND.lock().unwrap_or_else(PoisonError::into_inner);
        check().map_err(failed)?;
        eprintln!("`{label}` passed only when it was run again; first it failed so:\n{first}");
        Ok(())
    })
}
