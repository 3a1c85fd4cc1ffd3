//! The oracle: a fresh process, started from the text that is on disk, without any reloading.

use serde::Deserialize;

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
    let answer = finished
        .stdout
        .lines()
        .filter_map(|line| serde_json::from_str::<Answer>(line.strip_prefix('\x1e')?).ok())
        .find_map(|answer| match answer {
            Answer { error: Some(error), .. } => Some(Err(error)),
            Answer { out, .. } => out.map(Ok),
        });
    match answer {
        Some(Ok(out)) => Ok(out),
        Some(Err(error)) => Err(KitError::Check(format!("the probe raised in a fresh start\n{error}"))),
        None => Err(KitError::Program {
            what: format!("a fresh start did not answer, and ended with {}", finished.code()),
            output: format!("{}{}", finished.stdout, finished.stderr),
        }),
    }
}

#[derive(Deserialize)]
struct Answer {
    out: Option<String>,
    error: Option<String>,
}
