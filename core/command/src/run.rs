//! From the command line to a session and a program; everything but the interpreter itself.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jurigged_engine::config::{self, Loaded, Request, load, search_folder};
use jurigged_engine::diagnostic::{Diagnostic, shown_path, start_folder, use_color};
use jurigged_engine::pipeline::{definitions, edit_plan, plan_of, report};
use jurigged_engine::plugins::{PluginState, Plugins};
use jurigged_engine::session::{Relaunch, Session, SessionSettings, plugin_settings};
use jurigged_engine::source::SourceText;

use crate::arguments::{self, Common, ConfigAction, Invocation, PluginAction, RunArguments};
use crate::exit_status::ExitStatus;
use crate::launch::{self, Chosen};
use crate::script::check_script;

/// Makes the first save fail at its first step, the next one at its second, and so on; for tests of undo.
const INJECT_FAULTS: &str = "JURIGGED_INJECT_FAULTS";

/// Where the command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// The standalone command: it has the embedded interpreter, and hands over to any other.
    Standalone,
    /// A Python to which the standalone command has handed over: it runs the program.
    TakenOver,
    /// A Python that was started with the installed package: it runs the program unless another one is named.
    Installed,
}

/// Who can run a program: the embedded interpreter of the standalone command, or the Python that has loaded us.
pub trait Interpreter {
    /// Where the command runs.
    fn home(&self) -> Home;
    /// The folder of the Python package, if a Python has loaded us from it.
    fn package(&self) -> Option<PathBuf>;
    /// The library that we are in, if a Python has loaded us.
    fn extension(&self) -> Option<PathBuf>;
    /// The `jurigged X:` line that says what runs when nobody chose it; `None` where that needs no saying.
    fn notice(&self) -> Option<String>;
    /// How this process was started.
    fn relaunch(&self) -> Relaunch;
    /// Runs the program to its end with a session that is not started yet, and returns the exit code.
    fn run(&mut self, arguments: &RunArguments, session: Arc<Session>) -> i32;
}

/// The whole command: parses, and does what was asked for. Returns the exit code.
pub fn main(argv: Vec<OsString>, interpreter: &mut dyn Interpreter) -> i32 {
    // Paths in reports are relative to the folder in which the user started, wherever the program goes.
    start_folder();
    let invocation = match arguments::parse(argv.iter().cloned()) {
        Ok(invocation) => invocation,
        Err(exit) => {
            let text = exit.text(use_color(is_terminal(exit.to_stderr())));
            write(&text, exit.to_stderr());
            return exit.status().code().into();
        }
    };
    let result = match invocation {
        Invocation::Run(arguments) => run(arguments, &argv, interpreter),
        Invocation::Plan { old, new, json, .. } => plan(&old, &new, json),
        Invocation::Config { action, common } => configuration(action, &common),
        Invocation::Plugin {
            action: PluginAction::List,
            common,
        } => list_plugins(&common, interpreter.extension().as_deref()),
        Invocation::Completions { shell } => {
            write(&arguments::completions(shell), false);
            Ok(0)
        }
    };
    result.unwrap_or_else(|(diagnostics, status)| {
        show(&diagnostics);
        status.code().into()
    })
}

type Done = Result<i32, (Vec<Diagnostic>, ExitStatus)>;

fn run(arguments: RunArguments, argv: &[OsString], interpreter: &mut dyn Interpreter) -> Done {
    let usage = |problem: Box<Diagnostic>| (vec![*problem], ExitStatus::Usage);
    if let Some(script) = arguments.program.script() {
        check_script(script).map_err(usage)?;
    }
    let loaded = settings(&arguments.common, arguments.program.script())?;
    let mut settings = loaded.settings;
    let package = interpreter.package();
    let is_named = !matches!(
        settings.runtime.python.origin,
        config::Origin::Default | config::Origin::File(_)
    );
    if interpreter.home() == Home::Standalone || (interpreter.home() == Home::Installed && is_named) {
        let unavailable = |problem: Box<Diagnostic>| (vec![*problem], ExitStatus::Unavailable);
        match launch::choose(&settings).map_err(unavailable)? {
            Chosen::CPython(python) => {
                let arguments = argv.get(1..).unwrap_or_default();
                return Err(unavailable(launch::hand_over(&python, arguments, package.as_deref())));
            }
            Chosen::Embedded { by_default: false } if interpreter.home() == Home::Installed => {
                return Err(unavailable(launch::no_embedded()));
            }
            Chosen::Embedded { by_default } => {
                if by_default
                    && is_terminal(true)
                    && let Some(notice) = interpreter.notice()
                {
                    write(&format!("{notice}\n"), true);
                }
            }
        }
    }
    show(&loaded.notices);
    let filter = settings.watch_filter();
    show(&filter.unmatched());
    if let Some(script) = arguments.program.script() {
        let script = std::path::absolute(script).unwrap_or_else(|_| script.to_owned());
        if !filter.wants(&script) && settings.watch.include.origin == config::Origin::Default {
            settings.watch_script(&script);
        }
    }
    let session = Session::new(SessionSettings {
        plugin_folders: launch::plugin_folders(interpreter.extension().as_deref()),
        watches: true,
        dry_run: arguments.dry_run,
        relaunch: interpreter.relaunch(),
        inject_faults: std::env::var_os(INJECT_FAULTS).is_some(),
        settings,
    })
    .map_err(|error| {
        let problem = Diagnostic::error("log", "the log file cannot be opened").detail(error.to_string());
        (vec![problem], ExitStatus::Usage)
    })?;
    Ok(interpreter.run(&arguments, session))
}

/// The configuration for a command line.
fn settings(common: &Common, script: Option<&Path>) -> Result<Loaded, (Vec<Diagnostic>, ExitStatus)> {
    let current_folder = start_folder().map(Path::to_owned).unwrap_or_default();
    load(&Request {
        config: common.config.as_deref(),
        search_from: &search_folder(script, &current_folder),
        current_folder: &current_folder,
        environment: std::env::vars_os().collect(),
        command_line: common.settings.clone(),
    })
    .map_err(|problems| (problems, ExitStatus::Usage))
}

/// `jurigged plan OLD NEW`.
fn plan(old: &Path, new: &Path, json: bool) -> Done {
    let read = |path: &Path| -> Result<Arc<SourceText>, (Vec<Diagnostic>, ExitStatus)> {
        check_script(path).map_err(|problem| (vec![*problem], ExitStatus::Usage))?;
        let bytes = std::fs::read(path).map_err(|error| {
            let problem = Diagnostic::error("unreadable", format!("`{}` cannot be read", shown_path(path)));
            (vec![problem.detail(error.to_string())], ExitStatus::Usage)
        })?;
        let decoded = jurigged_engine::pipeline::capture::decode(path, &bytes)
            .map_err(|problem| (vec![report::unreadable(&problem)], ExitStatus::Failure))?;
        Ok(Arc::new(SourceText::new(path, decoded.text)))
    };
    let (old, new) = (definitions::parse(read(old)?), definitions::parse(read(new)?));
    for tree in [&old, &new] {
        if let Some(problem) = tree.problems.first() {
            return Err((vec![report::unparsable(tree, problem)], ExitStatus::Failure));
        }
    }
    let module = new
        .source
        .path()
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let path = new.source.path().to_owned();
    let plan: edit_plan::Plan = plan_of(&module, old, new, &path);
    let text = if json {
        let json = serde_json::to_string_pretty(&plan).expect("a plan has only text keys");
        format!("{json}\n")
    } else {
        report::plan_texts(&[&module], &plan).concat()
    };
    write(&text, false);
    Ok(0)
}

/// `jurigged config show` and `check`.
fn configuration(action: ConfigAction, common: &Common) -> Done {
    let loaded = settings(common, None);
    match action {
        ConfigAction::Show => {
            let loaded = loaded?;
            show(&loaded.notices);
            write(&config::show(&loaded.settings), false);
            Ok(0)
        }
        ConfigAction::Check => {
            let loaded = loaded.map_err(|(problems, _)| problems);
            let (text, is_good) = config::check(&loaded, use_color(is_terminal(false)));
            write(&text, false);
            let status = if is_good {
                ExitStatus::Success
            } else {
                ExitStatus::Usage
            };
            Ok(status.code().into())
        }
    }
}

/// `jurigged plugin list`.
fn list_plugins(common: &Common, extension: Option<&Path>) -> Done {
    let loaded = settings(common, None)?;
    show(&loaded.notices);
    let folders: Vec<PathBuf> = launch::plugin_folders(extension);
    let (plugins, problems) = Plugins::discover(plugin_settings(&loaded.settings, &folders));
    let mut text = String::new();
    for plugin in plugins.list() {
        let state = match &plugin.state {
            PluginState::Waiting | PluginState::Running => "on".to_owned(),
            PluginState::Disabled => "disabled".to_owned(),
            PluginState::Off(problem) => format!("off: {problem}"),
        };
        let manifest = &plugin.manifest;
        let library = plugin.library.as_deref().map(shown_path).unwrap_or_default();
        text.push_str(&format!(
            "{:<12} {:<8} {:<16} {state:<9} {library}\n",
            manifest.name, manifest.version, manifest.applies
        ));
    }
    write(&text, false);
    let problems: Vec<_> = problems.iter().map(jurigged_engine::session::plugin_problem).collect();
    show(&problems);
    Ok(0)
}

fn show(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        write(&diagnostic.render(use_color(is_terminal(true))), true);
    }
}

fn is_terminal(stderr: bool) -> bool {
    use std::io::IsTerminal as _;
    if stderr {
        std::io::stderr().is_terminal()
    } else {
        std::io::stdout().is_terminal()
    }
}

/// Prints; a closed stream is the reader's wish.
fn write(text: &str, stderr: bool) {
    use std::io::Write as _;
    let _ = if stderr {
        std::io::stderr().write_all(text.as_bytes())
    } else {
        std::io::stdout().write_all(text.as_bytes())
    };
}
