//! A program that runs under jurigged and is looked into while it runs.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Instant;

use crate::answer::Answer;
use crate::process::{self, PATIENCE};
use crate::{DiagnosticLine, Interpreter, KitError, LogLine, Project, ReportLine, RunAs};

/// The driver, as the kit writes it beside the project.
pub(crate) const DRIVER: &str = include_str!("scenario_driver.py");

/// How a program is started.
#[derive(Clone, Debug, Default)]
pub struct LiveOptions {
    /// Imported by the driver, or the script itself.
    pub run: RunAs,
    /// Options of jurigged, before the script.
    pub options: Vec<OsString>,
    /// Arguments of the program.
    pub arguments: Vec<OsString>,
    /// Additional environment variables.
    pub environment: Vec<(String, String)>,
}

/// A running program. It is ended when this is dropped.
pub struct Live<'a> {
    project: &'a Project,
    child: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Message>,
    /// Reports that nobody asked for yet.
    reports: VecDeque<ReportLine>,
    /// Lines that the program wrote by itself.
    printed: VecDeque<String>,
    transcript: String,
}

enum Message {
    Reply(Answer),
    Log(Box<LogLine>, String),
    Printed(String),
    Ended,
}

impl<'a> Live<'a> {
    /// Starts `app.py` of a project, imported by the driver, and waits until it serves.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(interpreter: &Interpreter, project: &'a Project, probe: &str) -> Result<Self, KitError> {
        Self::start_with(interpreter, project, probe, &LiveOptions::default())
    }

    /// Starts `app.py` of a project and waits until it serves.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_with(
        interpreter: &Interpreter,
        project: &'a Project,
        probe: &str,
        options: &LiveOptions,
    ) -> Result<Self, KitError> {
        let script = write_kit(project, probe, options.run)?;
        let mut command = interpreter.command(project);
        command
            .args(["-v", "--log-format", "json"])
            .args(&options.options)
            .arg(script)
            .args(&options.arguments)
            .envs(kit_environment(project))
            .envs(options.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(KitError::io(&interpreter.jurigged))?;
        let (sender, messages) = channel();
        listen(child.stdout.take().expect("piped"), sender.clone());
        listen(child.stderr.take().expect("piped"), sender);
        let mut live = Self {
            project,
            stdin: child.stdin.take(),
            child,
            messages,
            reports: VecDeque::new(),
            printed: VecDeque::new(),
            transcript: format!("{command:?}\n"),
        };
        live.reply("start")?;
        Ok(live)
    }

    /// What the probe prints now.
    ///
    /// # Errors
    /// When the probe raises, or the program has ended or hangs.
    pub fn probe(&mut self) -> Result<String, KitError> {
        self.ask("probe")
    }

    /// Runs statements in the program, with `app` and `held` in reach; gives what they print.
    ///
    /// # Errors
    /// When they raise, or the program has ended or hangs.
    pub fn run(&mut self, statements: &str) -> Result<String, KitError> {
        self.begin(statements)?;
        self.answer()
    }

    /// Begins to run statements that only end after something else has happened; see [`Self::answer`].
    ///
    /// # Errors
    /// When the program has ended.
    pub fn begin(&mut self, statements: &str) -> Result<(), KitError> {
        self.send(&format!("run {}", hex::encode(statements)))
    }

    /// What the statements that [`Self::begin`] began have printed.
    ///
    /// # Errors
    /// When they raise, or the program has ended or hangs.
    pub fn answer(&mut self) -> Result<String, KitError> {
        self.reply("begin")
    }

    /// Lets a program that calls `scenario_driver.step()` take one more turn of its loop. There is no answer: the next
    /// command is served in the next turn.
    ///
    /// # Errors
    /// When the program has ended.
    pub fn next_turn(&mut self) -> Result<(), KitError> {
        self.send("next")
    }

    /// Waits until reports have answered for a save of each of these files; gives those reports. A file of which one
    /// half of a save was applied, or failed, before the other half had arrived gives several.
    ///
    /// # Errors
    /// When no such report comes within [`PATIENCE`].
    pub fn reports_of(&mut self, names: &[&str]) -> Result<Vec<ReportLine>, KitError> {
        let mut missing: Vec<_> = names.iter().map(|name| self.project.path(name)).collect();
        let mut found = Vec::new();
        while !missing.is_empty() {
            let report = self.next_report()?;
            missing.retain(|path| !report.covers(path));
            found.push(report);
        }
        Ok(found)
    }

    /// Stops the program while `save` saves files, so that they arrive together: on a busy machine the program may run
    /// between any two of them.
    ///
    /// # Errors
    /// Those of `save`.
    pub fn paused(&self, save: impl FnOnce() -> Result<(), KitError>) -> Result<(), KitError> {
        let signal = |signal| {
            // SAFETY: `kill` has no preconditions; the process is our child and was not waited for.
            unsafe { libc::kill(self.child.id() as libc::pid_t, signal) };
        };
        signal(libc::SIGSTOP);
        let saved = save();
        signal(libc::SIGCONT);
        saved
    }

    /// Waits for one report.
    ///
    /// # Errors
    /// When none comes within [`PATIENCE`].
    pub fn next_report(&mut self) -> Result<ReportLine, KitError> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(report) = self.reports.pop_front() {
                return Ok(report);
            }
            match self.message(end, "a report")? {
                Message::Ended => return Err(self.failed("the program ended before the report")),
                Message::Reply(_) => return Err(self.failed("the program answered unasked")),
                _ => {}
            }
        }
    }

    /// Waits for a diagnostic of this code outside any report.
    ///
    /// # Errors
    /// When none comes within [`PATIENCE`].
    pub fn diagnostic(&mut self, code: &str) -> Result<DiagnosticLine, KitError> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Message::Log(line, _) = self.message(end, &format!("the diagnostic `{code}`"))?
                && let LogLine::Diagnostic(diagnostic) = *line
                && diagnostic.code == code
            {
                return Ok(diagnostic);
            }
        }
    }

    /// Forgets reports that have arrived and that nobody asked for.
    pub fn forget_reports(&mut self) {
        while let Ok(message) = self.messages.try_recv() {
            self.note(message);
        }
        self.reports.clear();
    }

    /// Waits for a line that the program itself prints.
    ///
    /// # Errors
    /// When none comes within [`PATIENCE`].
    pub fn printed_line(&mut self) -> Result<String, KitError> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(line) = self.printed.pop_front() {
                return Ok(line);
            }
            if let Message::Ended = self.message(end, "a line of the program")? {
                return Err(self.failed("the program ended before it printed a line"));
            }
        }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything that the program wrote so far.
    pub fn transcript(&self) -> &str {
        &self.transcript
    }

    /// Ends the program in an orderly way; gives its exit code, or the negative number of the signal.
    ///
    /// # Errors
    /// When it does not end within [`PATIENCE`].
    pub fn finish(&mut self) -> Result<i32, KitError> {
        // A program that has ended already does not read.
        let _ = self.send("exit");
        drop(self.stdin.take());
        self.end()
    }

    /// Waits for the program to end by itself; gives its exit code, or the negative number of the signal.
    ///
    /// # Errors
    /// When it does not end within [`PATIENCE`].
    pub fn end(&mut self) -> Result<i32, KitError> {
        match process::wait(&mut self.child, PATIENCE) {
            Some(status) => Ok(process::exit_code(status)),
            None => Err(self.failed("the program did not end")),
        }
    }

    /// An error with everything that the program wrote.
    pub fn failed(&mut self, what: &str) -> KitError {
        while let Ok(message) = self.messages.try_recv() {
            self.note(message);
        }
        KitError::Program {
            what: what.to_owned(),
            output: self.transcript.clone(),
        }
    }

    fn ask(&mut self, command: &str) -> Result<String, KitError> {
        self.send(command)?;
        self.reply(command)
    }

    fn send(&mut self, command: &str) -> Result<(), KitError> {
        self.transcript.push_str(&format!("> {command}\n"));
        let written = self
            .stdin
            .as_mut()
            .map(|stdin| writeln!(stdin, "{command}").and_then(|()| stdin.flush()));
        match written {
            Some(Ok(())) => Ok(()),
            _ => Err(self.failed("the program has ended")),
        }
    }

    fn reply(&mut self, to: &str) -> Result<String, KitError> {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.message(end, &format!("an answer to `{to}`"))? {
                Message::Reply(Answer {
                    raised: Some(raised), ..
                }) => {
                    return Err(self.failed(&format!("`{to}` raised\n{raised}")));
                }
                Message::Reply(reply) => return Ok(reply.out),
                Message::Ended => return Err(self.failed(&format!("the program ended before it answered `{to}`"))),
                _ => {}
            }
        }
    }

    /// The next message; reports and lines of the program are kept as well.
    fn message(&mut self, end: Instant, wanted: &str) -> Result<Message, KitError> {
        let left = end.saturating_duration_since(Instant::now());
        match self.messages.recv_timeout(left) {
            Ok(message) => Ok(self.note(message)),
            Err(RecvTimeoutError::Disconnected) => Ok(Message::Ended),
            Err(RecvTimeoutError::Timeout) => {
                Err(self.failed(&format!("waited {} s in vain for {wanted}", PATIENCE.as_secs())))
            }
        }
    }

    fn note(&mut self, message: Message) -> Message {
        match &message {
            Message::Reply(reply) => self.transcript.push_str(&format!("< {:?}\n", reply.out)),
            Message::Log(line, text) => {
                self.transcript.push_str(&format!("{text}\n"));
                if let LogLine::Report(report) = line.as_ref() {
                    self.reports.push_back(report.clone());
                }
            }
            Message::Printed(line) => {
                self.transcript.push_str(&format!("{line}\n"));
                self.printed.push_back(line.clone());
            }
            Message::Ended => {}
        }
        message
    }
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes the driver and the probe beside the project; gives the script to run, relative to the project.
pub(crate) fn write_kit(project: &Project, probe: &str, run: RunAs) -> Result<OsString, KitError> {
    for (name, text) in [("scenario_driver.py", DRIVER), ("probe.py", probe)] {
        let path = project.kit().join(name);
        // The driver is the running script: jurigged watches it, and a fresh start must not save it again.
        if std::fs::read_to_string(&path).is_ok_and(|written| written == text) {
            continue;
        }
        std::fs::write(&path, text).map_err(KitError::io(&path))?;
    }
    Ok(match run {
        RunAs::Import => project.kit().join("scenario_driver.py").into_os_string(),
        RunAs::Main => OsString::from("app.py"),
    })
}

/// What the driver reads.
pub(crate) fn kit_environment(project: &Project) -> [(&'static str, std::path::PathBuf); 2] {
    [
        ("PYTHONPATH", project.kit().to_owned()),
        ("JURIGGED_TEST_PROBE", project.kit().join("probe.py")),
    ]
}

fn listen(pipe: impl std::io::Read + Send + 'static, sender: Sender<Message>) {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n') {
            let Ok(line) = line else { break };
            let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
            let message = match (Answer::parse(&line), LogLine::parse(&line)) {
                (Some(reply), _) => Message::Reply(reply),
                (None, Some(log)) => Message::Log(Box::new(log), line),
                (None, None) => Message::Printed(line),
            };
            // Nobody listens any more once the test is over.
            if sender.send(message).is_err() {
                break;
            }
        }
    });
}
