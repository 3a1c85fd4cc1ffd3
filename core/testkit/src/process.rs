//! Child processes that are never waited for without an end.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::KitError;

/// How long the kit waits for an event before it gives up. Nothing here takes a tenth of it on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Takes from a command what would change the behaviour of a Python or of jurigged.
///
/// Without `.pyc` files: a fresh start must compile the text that is on disk, and a `.pyc` is told from another only by
/// whole seconds and size.
pub fn clean_environment(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        let is_ours = name.to_str().is_some_and(|name| {
            name.starts_with("PYTHON") || name.starts_with("JURIGGED_") || name.starts_with("VIRTUAL_ENV")
        });
        if is_ours {
            command.env_remove(name);
        }
    }
    command
        .env_remove("CONDA_PREFIX")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONHASHSEED", "0")
        .env("NO_COLOR", "1")
}

/// What a process left behind.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output, invalid UTF-8 replaced.
    pub stdout: String,
    /// Its standard error, invalid UTF-8 replaced.
    pub stderr: String,
}

impl Finished {
    /// The exit code, or the negative number of the signal that ended it, as Python's `subprocess` has it.
    pub fn code(&self) -> i32 {
        exit_code(self.status)
    }
}

/// The exit code, or the negative number of the signal.
pub fn exit_code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return -signal;
    }
    status.code().unwrap_or(-1)
}

/// Runs a process to its end, within [`PATIENCE`].
///
/// # Errors
/// When it cannot be started, or does not end.
pub fn run_to_end(command: &mut Command, stdin: &[u8]) -> Result<Finished, KitError> {
    run_within(command, stdin, PATIENCE)
}

/// Runs a process to its end, within a time.
///
/// # Errors
/// When it cannot be started, or does not end.
pub fn run_within(command: &mut Command, stdin: &[u8], patience: Duration) -> Result<Finished, KitError> {
    let name = format!("{command:?}");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(KitError::io(command.get_program()))?;
    let mut input = child.stdin.take().expect("piped");
    let stdout = read_all(child.stdout.take().expect("piped"));
    let stderr = read_all(child.stderr.take().expect("piped"));
    // A process that does not read its input closes the pipe: no error of the test.
    let _ = input.write_all(stdin);
    drop(input);
    let Some(status) = wait(&mut child, patience) else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(KitError::Program {
            what: format!("{name} did not end within {} s", patience.as_secs()),
            output: format!("{}{}", joined(stdout), joined(stderr)),
        });
    };
    Ok(Finished {
        status,
        stdout: joined(stdout),
        stderr: joined(stderr),
    })
}

/// Waits for the end of a process; `None` when it runs on.
pub fn wait(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    const TURN: Duration = Duration::from_millis(2);
    let end = Instant::now() + patience;
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= end {
            return None;
        }
        std::thread::sleep(TURN);
    }
}

type Reader = std::thread::JoinHandle<Vec<u8>>;

fn read_all(mut pipe: impl Read + Send + 'static) -> Reader {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read up to an error is all that there is to show.
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

fn joined(reader: Reader) -> String {
    let bytes = reader.join().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
