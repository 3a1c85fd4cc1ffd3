//! The test kit: a folder is a test.
//!
//! A [`Scenario`] is a folder with the text of a program before and after an edit and a `probe.py` that prints what a
//! user could observe. [`run`] starts the program under jurigged, saves the new text, and checks that
//!
//! 1. the report is the reviewed one,
//! 2. the probe prints what it prints in a fresh process that started from the new text,
//! 3. going back to the old text restores the first probe,
//! 4. with a fault injected at each operation in turn, the first probe still holds ([`Checks::Faults`]).
//!
//! Everything waits for an event of the program, never for a time. For tests that are not scenarios, [`Project`] and
//! [`Live`] make a program, start it, save files in the ways of editors, and read its reports:
//!
//! ```no_run
//! # use jurigged_testkit::{Interpreter, Live, Project, SaveBy};
//! # fn example(interpreter: &Interpreter) -> Result<(), jurigged_testkit::KitError> {
//! let project = Project::with(&[("app.py", "def f():\n    return 1\n")])?;
//! let mut live = Live::start(interpreter, &project, "def probe(app, held):\n    print(app.f())\n")?;
//! project.save("app.py", "def f():\n    return 2\n", SaveBy::Rename)?;
//! live.reports_of(&["app.py"])?;
//! assert_eq!(live.probe()?, "2\n");
//! # Ok(()) }
//! ```

mod answer;
mod error;
mod expected;
mod fresh;
mod interpreter;
mod live;
mod manifest;
mod process;
mod project;
mod python;
mod report;
mod run;
mod scenario;
mod venv;

pub use error::KitError;
pub use expected::{Expected, difference, wants_update};
pub use fresh::fresh_start;
pub use interpreter::Interpreter;
pub use live::{Live, LiveOptions};
pub use manifest::{Manifest, Requirement, RunAs, RuntimeKind};
pub use process::{Finished, PATIENCE, clean_environment, exit_code, run_to_end, run_within, wait};
pub use project::{Project, SaveBy};
pub use python::{FoundPython, find_pythons};
pub use report::{DiagnosticLine, EventLine, LogLine, PlaceLine, ReportLine, normalise};
pub use run::{Checks, run, run_plain};
pub use scenario::{Scenario, Step, find_scenarios};
pub use venv::Venvs;
