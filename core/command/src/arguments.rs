//! The arguments of `jurigged`, as an [`Invocation`].
//!
//! Everything after SCRIPT or MODULE belongs to the program, `-v` and `--help` included. clap has no notion of an
//! option (`-m`) that ends the options, and keeps or drops a later `--` as it sees fit. So `border` first finds where
//! the program starts, and clap sees only what is before; which options take a value is asked of clap's own table.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueHint};
pub use clap_complete::Shell;
use jurigged_engine::config::{CommandLine, LogFormat, LogLevel, SyncMode, parse_seconds};

use crate::exit_status::ExitStatus;

const NAME: &str = "jurigged";

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invocation {
    /// Run a program and reload what changes.
    Run(RunArguments),
    /// `jurigged plan OLD NEW`: the plan of an edit.
    Plan {
        /// The file before the edit.
        old: PathBuf,
        /// The file after it.
        new: PathBuf,
        /// As JSON, not as text.
        json: bool,
        /// Options before the subcommand.
        common: Common,
    },
    /// `jurigged config …`.
    Config {
        /// What about it.
        action: ConfigAction,
        /// Options before the subcommand.
        common: Common,
    },
    /// `jurigged plugin …`.
    Plugin {
        /// What about them.
        action: PluginAction,
        /// Options before the subcommand.
        common: Common,
    },
    /// `jurigged completions SHELL`: see [`completions`].
    Completions {
        /// For which shell.
        shell: Shell,
    },
}

/// A program to run, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunArguments {
    /// The program and its arguments.
    pub program: Program,
    /// `-i`: a prompt in the program's namespace when it has ended.
    pub interactive: bool,
    /// Functions to run again at each edit.
    pub develoop: Develoop,
    /// `--dry-run`: show the plan of every save, apply nothing.
    pub dry_run: bool,
    /// What configures the run.
    pub common: Common,
}

/// What is run; `arguments` are those after it, untouched, without its own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// `jurigged SCRIPT ARGS…`; the path as given. Whether it can be run is [`crate::script::check_script`]'s answer.
    Script {
        /// The script.
        path: PathBuf,
        /// `sys.argv[1:]`.
        arguments: Vec<OsString>,
    },
    /// `jurigged -m MODULE ARGS…`.
    Module {
        /// The dotted name.
        name: String,
        /// `sys.argv[1:]`.
        arguments: Vec<OsString>,
    },
    /// `jurigged -m MODULE:FUNC ARGS…`.
    Function {
        /// The dotted name of the module.
        module: String,
        /// The function in it, dotted where it belongs to a class.
        function: String,
        /// `sys.argv[1:]`.
        arguments: Vec<OsString>,
    },
    /// `jurigged` without a program: a live prompt.
    Prompt,
}

impl Program {
    /// The script, for where the search for a configuration starts; `None` for a module and for the prompt.
    pub fn script(&self) -> Option<&Path> {
        match self {
            Self::Script { path, .. } => Some(path),
            Self::Module { .. } | Self::Function { .. } | Self::Prompt => None,
        }
    }
}

/// Functions that run again at each edit, once the program has called them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Develoop {
    /// `--loop`: from the first call on. `func`, `Class.method`, `module:func` or `/module/Class/method`.
    pub always: Vec<String>,
    /// `--xloop`: only when the call raises.
    pub on_error: Vec<String>,
    /// `--loop-interface`: `rich` or `basic`; `None` takes what there is.
    pub interface: Option<String>,
}

impl Develoop {
    /// Is no function named?
    pub fn is_empty(&self) -> bool {
        self.always.is_empty() && self.on_error.is_empty()
    }
}

/// What configures any invocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Common {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// The flags that set options.
    pub settings: CommandLine,
}

/// `jurigged config show` or `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum ConfigAction {
    /// Print every setting, its value and where it comes from
    Show,
    /// Look for mistakes, globs that match nothing and missing files
    Check,
}

/// `jurigged plugin list`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum PluginAction {
    /// Print every plugin, what it applies to and where it comes from
    List,
}

/// Why there is nothing to do: help and version, or wrong usage.
#[derive(Debug)]
pub struct Exit {
    error: clap::Error,
}

impl Exit {
    /// [`ExitStatus::Success`] for help and version, else [`ExitStatus::Usage`].
    pub fn status(&self) -> ExitStatus {
        match self.error.use_stderr() {
            true => ExitStatus::Usage,
            false => ExitStatus::Success,
        }
    }

    /// Is the text an error, for stderr? Help and version go to stdout.
    pub fn to_stderr(&self) -> bool {
        self.error.use_stderr()
    }

    /// What to print, ending in a line end; `color` adds ANSI styles.
    pub fn text(&self, color: bool) -> String {
        let styled = self.error.render();
        match color {
            true => styled.ansi().to_string(),
            false => styled.to_string(),
        }
    }
}

/// Reload Python code while it runs
///
/// Runs a program; when a source file is saved, the definitions that changed, and only those, are patched into the
/// running process.
#[derive(Debug, Parser)]
#[command(
    name = NAME,
    version,
    disable_help_subcommand = true,
    override_usage = "jurigged [OPTIONS] [SCRIPT] [ARGS]...\n       \
                      jurigged [OPTIONS] -m MODULE[:FUNC] [ARGS]...\n       \
                      jurigged [OPTIONS] COMMAND",
    after_help = "Without a program: a prompt at which edits of imported files are live. Everything after SCRIPT or \
                  MODULE belongs to the program. A script that is named like a command is run as ./plan, or after `--`.",
)]
struct Arguments {
    #[command(flatten)]
    flags: Flags,
    /// The program to run
    #[arg(value_hint = ValueHint::FilePath)]
    script: Option<PathBuf>,
    /// Its arguments
    #[arg(value_name = "ARGS", value_hint = ValueHint::FilePath)]
    arguments: Vec<OsString>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Flags {
    /// Configuration [default: nearest jurigged.toml, or [tool.jurigged] in pyproject.toml]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, global = true)]
    config: Option<PathBuf>,
    /// Module, or function of a module, to run (the rest are its arguments)
    #[arg(short, value_name = "MODULE[:FUNC]", value_parser = module_name)]
    module: Option<String>,
    /// A prompt in the program's namespace after the program ends
    #[arg(short, long)]
    interactive: bool,
    /// When the program calls this function, run it again at each edit; repeatable
    #[arg(short, long, value_name = "FUNC")]
    r#loop: Vec<String>,
    /// The same, only when the function raises
    #[arg(short, long, value_name = "FUNC")]
    xloop: Vec<String>,
    /// How looping looks [default: rich, where it is installed]
    #[arg(long, value_name = "INTERFACE", value_parser = ["rich", "basic"])]
    loop_interface: Option<String>,
    /// What to watch, relative to the current folder; repeatable [default: **/*.py]
    #[arg(short, long, value_name = "GLOB")]
    watch: Vec<String>,
    /// How long to wait after a write to a file that stays open [default: 0.005]
    #[arg(short, long, value_name = "SECS", value_parser = seconds, allow_negative_numbers = true)]
    debounce: Option<Duration>,
    /// Look at the files this often, instead of asking the system to tell
    #[arg(long, value_name = "SECS", value_parser = seconds, allow_negative_numbers = true)]
    poll: Option<Duration>,
    /// Report every edit; twice: also why
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Report only what could not be done
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Run the program with this Python: a version, a name on PATH, or a path
    #[arg(long, value_name = "PYTHON", value_hint = ValueHint::ExecutablePath, conflicts_with = "runtime")]
    python: Option<String>,
    /// Which runtime, where no Python is named
    #[arg(long, value_name = "RUNTIME", value_parser = ["auto", "embedded"])]
    runtime: Option<String>,
    /// Do not use this plugin; repeatable
    #[arg(long, value_name = "NAME")]
    disable_plugin: Vec<String>,
    /// When saves are applied: at once, on the main thread, or by jurigged.refresh() [default: immediate]
    #[arg(long, value_name = "MODE", value_parser = ["immediate", "main-thread", "manual"])]
    sync: Option<String>,
    /// The form of the reports
    #[arg(long, value_name = "FORMAT", value_parser = ["text", "json"])]
    log_format: Option<String>,
    /// Show the plan of every save, apply nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the plan of an edit, without running anything
    Plan {
        /// The file before the edit
        #[arg(value_hint = ValueHint::FilePath)]
        old: PathBuf,
        /// The file after it
        #[arg(value_hint = ValueHint::FilePath)]
        new: PathBuf,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Look at the configuration
    Config {
        #[command(subcommand)]
        action: ConfigAction,
    },
    /// Look at the plugins
    Plugin {
        #[command(subcommand)]
        action: PluginAction,
    },
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Reads the arguments; the first of `argv` is the name of the command and is not looked at.
///
/// # Errors
/// Help and version, and wrong usage, with the text to print and the status to end with.
pub fn parse(argv: impl IntoIterator<Item = OsString>) -> Result<Invocation, Exit> {
    let argv: Vec<OsString> = argv.into_iter().skip(1).collect();
    let mut command = Arguments::command();
    let border = border(&command, &argv);
    let ours = std::iter::once(OsStr::new(NAME)).chain(argv[..border.ours].iter().map(OsString::as_os_str));
    let parsed = command
        .try_get_matches_from_mut(ours)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let mut arguments = parsed.map_err(|error| Exit { error })?;
    let mut fail = |kind, message: &str| Exit {
        error: command.error(kind, message),
    };

    let module = arguments.flags.module.take();
    let (dry_run, interactive) = (arguments.flags.dry_run, arguments.flags.interactive);
    let develoop = arguments.flags.develoop();
    let has_program = module.is_some() || border.theirs < argv.len();
    for (flag, is_given, is_possible) in [
        ("--dry-run", dry_run, arguments.command.is_none()),
        ("--interactive", interactive, arguments.command.is_none()),
        (
            "--loop",
            !develoop.is_empty(),
            arguments.command.is_none() && has_program,
        ),
    ] {
        if is_given && !is_possible {
            return Err(fail(
                ErrorKind::ArgumentConflict,
                &format!("`{flag}` needs a program to run"),
            ));
        }
    }
    let common = arguments.flags.common();
    let mut rest = argv[border.theirs..].to_vec();
    let program = match (arguments.command, module) {
        (Some(command), _) => {
            return Ok(match command {
                Command::Plan { old, new, json } => Invocation::Plan { old, new, json, common },
                Command::Config { action } => Invocation::Config { action, common },
                Command::Plugin { action } => Invocation::Plugin { action, common },
                Command::Completions { shell } => Invocation::Completions { shell },
            });
        }
        (None, Some(name)) => match name.split_once(':') {
            Some((module, function)) => Program::Function {
                module: module.to_owned(),
                function: function.to_owned(),
                arguments: rest,
            },
            None => Program::Module { name, arguments: rest },
        },
        (None, None) if rest.is_empty() => Program::Prompt,
        (None, None) => Program::Script {
            path: PathBuf::from(rest.remove(0)),
            arguments: rest,
        },
    };
    Ok(Invocation::Run(RunArguments {
        program,
        interactive,
        develoop,
        dry_run,
        common,
    }))
}

/// The completion script of a shell.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut script);
    String::from_utf8(script).expect("completions are made of our own texts")
}

impl Flags {
    fn develoop(&mut self) -> Develoop {
        Develoop {
            always: std::mem::take(&mut self.r#loop),
            on_error: std::mem::take(&mut self.xloop),
            interface: self.loop_interface.take(),
        }
    }

    fn common(self) -> Common {
        let log_level = match (self.quiet, self.verbose) {
            (true, _) => Some(LogLevel::Error),
            (false, 0) => None,
            (false, 1) => Some(LogLevel::Info),
            (false, _) => Some(LogLevel::Debug),
        };
        Common {
            config: self.config,
            settings: CommandLine {
                watch: self.watch,
                debounce: self.debounce,
                poll: self.poll,
                python: self.python,
                runtime: self.runtime,
                disable_plugin: self.disable_plugin,
                log_level,
                sync: self.sync.as_deref().and_then(SyncMode::from_word),
                log_format: self.log_format.as_deref().and_then(LogFormat::from_word),
            },
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    parse_seconds(text).map_err(|reason| format!("it {reason}"))
}

fn module_name(text: &str) -> Result<String, &'static str> {
    match text.split_once(':') {
        _ if text.is_empty() => Err("it is empty"),
        Some(("", _)) => Err("there is no module before the `:`"),
        Some((_, "")) => Err("there is no function behind the `:`"),
        _ => Ok(text.to_owned()),
    }
}

/// Where our arguments end and the program's start. Between them is at most a `--`.
#[derive(Debug, PartialEq, Eq)]
struct Border {
    /// Number of arguments that are for clap.
    ours: usize,
    /// Index of the first argument for the program: of the script itself, or of what follows the module.
    theirs: usize,
}

fn border(command: &clap::Command, argv: &[OsString]) -> Border {
    let at = |ours: usize, theirs: usize| Border {
        ours: ours.min(argv.len()),
        theirs: theirs.min(argv.len()),
    };
    let takes_value = |argument: &clap::Arg| argument.get_action().takes_values();
    let mut index = 0;
    while let Some(argument) = argv.get(index) {
        let bytes = argument.as_encoded_bytes();
        let mut next = index + 1;
        match bytes {
            b"--" => return at(index, index + 1),
            [b'-', b'-', long @ ..] => {
                let name = long.split(|byte| *byte == b'=').next().unwrap_or(long);
                let mut known = command.get_arguments().filter(|known| takes_value(known));
                let separate = known.any(|known| known.get_long().is_some_and(|long| long.as_bytes() == name));
                if separate && !long.contains(&b'=') {
                    next += 1;
                }
            }
            // Letters, until one takes the rest, or the next argument, as its value: `-vd5`, `-vm module`.
            [b'-', letters @ ..] if !letters.is_empty() => {
                for (position, letter) in letters.iter().enumerate() {
                    let letter = char::from(*letter);
                    let known = command.get_arguments().find(|known| known.get_short() == Some(letter));
                    let Some(known) = known.filter(|known| takes_value(known)) else {
                        continue;
                    };
                    if position + 1 == letters.len() {
                        next += 1;
                    }
                    if known.get_id() == "module" {
                        return at(next, next);
                    }
                    break;
                }
            }
            name => {
                let is_command = command
                    .get_subcommands()
                    .any(|known| known.get_name().as_bytes() == name);
                return if is_command {
                    at(argv.len(), argv.len())
                } else {
                    at(index, index)
                };
            }
        }
        index = next;
    }
    at(argv.len(), argv.len())
}

#[cfg(test)]
mod tests;
