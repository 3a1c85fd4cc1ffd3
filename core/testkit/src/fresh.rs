//! The oracle: a fresh process, started from the text that is on disk, without any reloading.

use crate::answer::Answer;
use crate::live::{kit_environment, write_kit};
use crate::process::run_to_end;
use crate::{Interpreter, KitError, Project, RunAs};

/// What the probe prints in a process that starts now.
///
/// # Errors
/// When the program does not run to its end.
pub fn fresh_start(interpreter: &Interpreter, project: &Project, probe: &str, run: RunAs) -> Result<String, KitError> {
    let script = write_kit(project, probe, run)?;
    let mut command = interpreter.plain_command(project);
    command.arg(script).envs(kit_environment(project));
    let finished = run_to_end(&mut command, b"probe\nexit\n")?;
    // The first answer says that the program is ready.
    let answer = finished.stdout.lines().filter_map(Answer::parse).nth(1);
    match answer {
        Some(Answer {
            raised: Some(raised), ..
        }) => Err(KitError::Check(format!("the probe raised in a fresh start\n{raised}"))),
        Some(Answer { out, .. }) => Ok(out),
        None => Err(KitError::Program {
            what: format!("a fresh start did not answer, and ended with {}", finished.code()),
            output: format!("{}{}", finished.stdout, finished.stderr),
        }),
    }
}
