//! Programs, and what is expected of them.

mod patches;
mod programs;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::host::ROLE;

/// All cases by name.
pub const ALL: &[(&str, fn())] = &[
    ("exit_status_is_that_of_the_program", programs::exit_status),
    ("a_script_sees_what_python_shows_it", programs::script_environment),
    ("errors_are_those_of_python", programs::errors),
    ("a_module_runs_as_main", programs::module_as_main),
    ("ctrl_c_ends_the_process_by_signal", programs::interrupt),
    ("threads_and_atexit_end_before_the_engine_stops", programs::shutdown),
    ("a_loop_reads_evaluates_and_prints", programs::interactive),
    ("the_sink_hears_of_scripts_and_imports", programs::load_sink),
    ("a_missing_c_extension_is_explained", programs::native_extension),
    ("swaps_during_calls_are_never_torn", patches::stress),
    ("holders_are_found_wherever_they_hide", patches::holders),
    ("a_commit_is_all_or_nothing", patches::swaps),
    ("moved_lines_show_in_tracebacks", patches::lines),
    ("replaced_constants_make_new_closures", patches::constant),
    ("running_code_is_found", patches::running),
    ("a_blocked_thread_does_not_block_a_commit", patches::blocked),
    ("fork_and_commit_do_not_meet", patches::fork),
    ("a_thread_that_waits_for_the_engine_lets_it_commit", patches::detached),
    ("units_compile_like_files", patches::compile),
    ("objects_answer_as_python_would", patches::objects),
];

/// A folder with files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        write(folder.path(), name, text.as_bytes());
    }
    folder
}

fn write(folder: &Path, name: &str, text: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("inside the folder")).expect("can be made");
    std::fs::write(path, text).expect("can be written");
}

/// A child in a folder; the program is the first argument.
fn command(folder: &Path, role: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command
        .args(arguments)
        .current_dir(folder)
        .env(ROLE, role)
        .stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PYTHON")) {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, "none", arguments).output().expect("it starts")
}

fn start(command: &mut Command) -> Child {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a program with an engine; both must agree that all went well.
fn play(role: &str, program: &str) -> Output {
    let folder = folder(&[("app.py", program)]);
    let output = command(folder.path(), role, &["app.py"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    assert!(
        stdout(&output).ends_with("good\n"),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
    output
}

/// Lets the program wait for the engine.
const MEET: &str = "
import time
def meet(name='done', _globals=globals()):
    global ready
    ready = True
    while name not in _globals:
        time.sleep(0.001)
";
