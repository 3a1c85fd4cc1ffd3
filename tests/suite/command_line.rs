//! The command line, and what a program sees of it: stdout, stderr and exit code, in full.

mod parity;

use std::process::Command;

use jurigged_testkit::{Finished, KitError, Project, clean_environment, normalise, run_to_end};
use libtest_mimic::Trial;

use crate::tier::Tier;
use crate::workspace::{Workspace, failed};

type Check = fn(&Workspace) -> Result<(), KitError>;

const CHECKS: [(&str, Check); 14] = [
    ("--version", version),
    ("--help names every option and command", help),
    ("a function of a module", function_of_module),
    ("a program on stdin is typed at a prompt", prompt_of_pipe),
    ("a missing script", missing_script),
    ("a folder as script", folder_as_script),
    ("an unknown option", unknown_option),
    ("a missing Python", missing_python),
    ("a configuration with two mistakes", wrong_configuration),
    ("a glob that matches nothing", glob_without_match),
    ("plan, as text", plan_text),
    ("plan, as JSON", plan_json),
    ("config check and show", config_check),
    ("plugin list", plugin_list),
];

/// The command's own answers, and the programs that must see plain Python.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let trial = |(name, check): (&str, Check)| {
        Trial::test(format!("command line: {name}"), move || {
            check(workspace).map_err(failed)
        })
    };
    let own = CHECKS.into_iter().map(trial);
    own.chain(parity::all(workspace, tier)).collect()
}

/// Runs the command in a project, without input.
fn jurigged(workspace: &Workspace, project: &Project, arguments: &[&str]) -> Result<Finished, KitError> {
    let mut command = Command::new(&workspace.jurigged);
    clean_environment(&mut command)
        .current_dir(project.folder())
        .args(arguments);
    run_to_end(&mut command, b"")
}

/// Compares all that a process left behind.
fn expect(project: &Project, finished: &Finished, code: i32, stdout: &str, stderr: &str) -> Result<(), KitError> {
    let actual = (
        finished.code(),
        normalise(&finished.stdout, project),
        normalise(&finished.stderr, project),
    );
    let expected = (code, stdout.to_owned(), stderr.to_owned());
    if actual == expected {
        return Ok(());
    }
    let show = |(code, stdout, stderr): &(i32, String, String)| {
        format!("exit code {code}\n--- stdout\n{stdout}--- stderr\n{stderr}")
    };
    Err(KitError::Check(format!(
        "expected {}\ngot {}",
        show(&expected),
        show(&actual)
    )))
}

fn contains(text: &str, parts: &[&str]) -> Result<(), KitError> {
    match parts.iter().find(|part| !text.contains(*part)) {
        None => Ok(()),
        Some(part) => Err(KitError::Check(format!("`{part}` is missing in\n{text}"))),
    }
}

fn version(workspace: &Workspace) -> Result<(), KitError> {
    let project = Project::new()?;
    for flag in ["--version", "-V"] {
        let finished = jurigged(workspace, &project, &[flag])?;
        expect(
            &project,
            &finished,
            0,
            concat!("jurigged ", env!("CARGO_PKG_VERSION"), "\n"),
            "",
        )?;
    }
    Ok(())
}

fn help(workspace: &Workspace) -> Result<(), KitError> {
    let project = Project::new()?;
    let finished = jurigged(workspace, &project, &["--help"])?;
    if finished.code() != 0 || !finished.stderr.is_empty() {
        return Err(KitError::Check(format!("{finished:?}")));
    }
    let named = [
        "Usage: jurigged [OPTIONS] [SCRIPT] [ARGS]...",
        "plan ",
        "config ",
        "plugin ",
        "completions ",
        "-c, --config <FILE>",
        "-m <MODULE[:FUNC]>",
        "-i, --interactive",
        "-l, --loop <FUNC>",
        "-x, --xloop <FUNC>",
        "--loop-interface <INTERFACE>",
        "-w, --watch <GLOB>",
        "-d, --debounce <SECS>",
        "--poll <SECS>",
        "-v, --verbose",
        "-q, --quiet",
        "--python <PYTHON>",
        "--runtime <RUNTIME>",
        "--disable-plugin <NAME>",
        "--log-format <FORMAT>",
        "--dry-run",
        "belongs to the program",
    ];
    contains(&finished.stdout, &named)
}

/// Imports the module and calls the function, whose result is dropped; what it raises is the program's traceback.
fn function_of_module(workspace: &Workspace) -> Result<(), KitError> {
    const MODULE: &str = "import sys\n\n\ndef main():\n    print(__name__, sys.argv[1:], sys.path[0] == sys.argv[0][:-5])\n    return 3\n\n\n\
                          class C:\n    @classmethod\n    def fail(cls):\n        raise ValueError('wrong')\n";
    let project = Project::with(&[("m.py", MODULE)])?;
    for interpreter in workspace.interpreters(Tier::Default) {
        let run = |function: &str| {
            let mut command = interpreter.command(&project);
            run_to_end(command.args(["-m", function, "-v", "x"]), b"")
        };
        expect(&project, &run("m:main")?, 0, "m ['-v', 'x'] True\n", "")?;
        for (function, parts) in [
            ("m:C.fail", &["m.py\", line 12, in fail", "ValueError: wrong"][..]),
            ("m:gone", &["AttributeError: module 'm' has no attribute 'gone'"]),
            ("nowhere:main", &["ModuleNotFoundError: No module named 'nowhere'"]),
        ] {
            let finished = run(function)?;
            contains(&finished.stderr, parts)?;
            if finished.code() != 1 || finished.stderr.contains("importlib") {
                return Err(KitError::Check(format!("{function}: {finished:?}")));
            }
        }
    }
    Ok(())
}

/// Without a program, and after one with `-i`, also if it raised or called `sys.exit`.
fn prompt_of_pipe(workspace: &Workspace) -> Result<(), KitError> {
    let project = Project::with(&[
        ("m.py", "def f():\n    return 'f ran'\n"),
        ("app.py", "import sys\nnumber = 41\nsys.exit(3)\n"),
    ])?;
    let typed = b"import m, sys\nprint(m.f(), sys.argv, sys.path[0] == '', __name__)\nexit(4)\n";
    for interpreter in workspace.interpreters(Tier::Default) {
        let alone = run_to_end(&mut interpreter.command(&project), typed)?;
        contains(&alone.stdout, &["f ran [''] True __main__\n"])?;
        contains(&alone.stderr, &["saved files are live at the next line"])?;
        let after = run_to_end(
            interpreter.command(&project).args(["-i", "app.py"]),
            b"print(number + 1)\n",
        )?;
        contains(&after.stdout, &["42\n"])?;
        contains(&after.stderr, &["SystemExit: 3"])?;
        let inside = run_to_end(
            interpreter.command(&project).args(["-i", "-m", "m:f"]),
            b"print(f(), __name__)\n",
        )?;
        contains(&inside.stdout, &["f ran m\n"])?;
        let codes = [alone.code(), after.code(), inside.code()];
        if codes != [4, 0, 0] {
            return Err(KitError::Check(format!(
                "exit codes {codes:?} on {}",
                interpreter.label
            )));
        }
    }
    Ok(())
}

fn missing_script(workspace: &Workspace) -> Result<(), KitError> {
    let project = Project::new()?;
    let finished = jurigged(workspace, &project, &["gone.py"])?;
    contains(
        &finished.stderr,
        &["error[script-not-found]: there is no file `gone.py`"],
    )?;
    let said = finished.stderr.clone();
    expect(&project, &finished, 2, "", &said)
}

fn folder_as_script(workspace: &Workspace) -> Result<(), KitError> {
    let project = Project::with(&[("pkg/m.py", "")])?;
    let finished = jurigged(workspace, &project, &["pkg"])?;
    expect(
        &project,
        &finished,
        2,
        "",
        "error[script-is-folder]: the script `pkg` is a folder\n   = help: give a file, or `-m MODULE` for a package\n",
    )
}

fn unknown_option(workspace: &Workspace) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", "")])?;
    let finished = jurigged(workspace, &project, &["--confg", "x.toml", "app.py"])?;
    contains(&finished.stderr, &["unexpected argument '--confg'", "--config"])?;
    let said = finished.stderr.clone();
    expect(&project, &finished, 2, "", &said)
}

fn missing_python(workspace: &Workspace) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", "print('ran')\n")])?;
    let finished = jurigged(workspace, &project, &["--python", "python9.9", "app.py"])?;
    contains(
        &finished.stderr,
        &["error[python-missing]: there is no Python `python9.9`", "= help:"],
    )?;
    if finished.code() == 0 || finished.stdout.contains("ran") {
        return Err(KitError::Check(format!("{finished:?}")));
    }
    Ok(())
}

fn wrong_configuration(workspace: &Workspace) -> Result<(), KitError> {
    let project = Project::with(&[
        ("app.py", "print('ran')\n"),
        ("wrong.toml", "[watch]\ninclud = [\"a\"]\ndebounce = 3\n"),
    ])?;
    let finished = jurigged(workspace, &project, &["--config", "wrong.toml", "app.py"])?;
    expect(
        &project,
        &finished,
        2,
        "",
        "error[config-unknown-key]: `[watch]` has no option `includ`\n  --> wrong.toml:2:1\n   |\n \
         2 | includ = [\"a\"]\n   = help: did you mean `include`?\n\
         error[config-wrong-type]: `watch.debounce` must be a duration, a text such as \"5ms\", not an integer\n  \
         --> wrong.toml:3:12\n   |\n \
         3 | debounce = 3\n   = help: write \"3s\" for seconds or \"3ms\" for milliseconds\n",
    )
}

fn glob_without_match(workspace: &Workspace) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", "print('ran')\n")])?;
    let finished = jurigged(
        workspace,
        &project,
        &["--runtime", "embedded", "-w", "nothing/**", "app.py"],
    )?;
    contains(
        &finished.stderr,
        &["warning[glob-matches-nothing]: the glob `nothing/**` matches no file"],
    )?;
    let said = normalise(&finished.stderr, &project);
    expect(&project, &finished, 0, "ran\n", &said)
}

const OLD: &str = "LIMIT = 1\n\n\ndef f():\n    return 1\n\n\nclass C:\n    def gone(self):\n        return 1\n";
const NEW: &str = "LIMIT = 2\n\n\ndef f():\n    return 2\n\n\nclass C(dict):\n    def gone(self):\n        return 1\n\n\ndef g():\n    return 3\n";

fn plan_text(workspace: &Workspace) -> Result<(), KitError> {
    let project = Project::with(&[("old.py", OLD), ("new.py", NEW)])?;
    let finished = jurigged(workspace, &project, &["plan", "old.py", "new.py"])?;
    let lines: Vec<_> = finished
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let expected = [
        "stmt Run new @L1: LIMIT = 2",
        "fn-body Update new.f @L4",
        "cls-bases Update new.C @L8",
        "add Add new.g @L13",
    ];
    if finished.code() == 0 && lines == expected {
        return Ok(());
    }
    Err(KitError::Check(format!(
        "{}\n{}{}",
        finished.code(),
        finished.stdout,
        finished.stderr
    )))
}

fn plan_json(workspace: &Workspace) -> Result<(), KitError> {
    let project = Project::with(&[("old.py", OLD), ("new.py", NEW)])?;
    let finished = jurigged(workspace, &project, &["plan", "--json", "old.py", "new.py"])?;
    let wrong = |_| KitError::Check(finished.stdout.clone());
    let plan: serde_json::Value = serde_json::from_str(&finished.stdout).map_err(wrong)?;
    let operations = plan["files"][0]["operations"].as_array().cloned().unwrap_or_default();
    let edits: Vec<_> = operations
        .iter()
        .filter_map(|operation| operation["edit"].as_str())
        .collect();
    let actions: Vec<_> = operations
        .iter()
        .filter_map(|operation| operation["action"]["do"].as_str())
        .collect();
    if edits == ["stmt", "fn-body", "cls-bases", "add"] && actions == ["run", "update", "remake", "run"] {
        return Ok(());
    }
    Err(KitError::Check(finished.stdout))
}

fn config_check(workspace: &Workspace) -> Result<(), KitError> {
    let project = Project::with(&[("jurigged.toml", "[watch]\ngrace = \"3s\"\n"), ("app.py", "")])?;
    let checked = jurigged(workspace, &project, &["config", "check"])?;
    let shown = jurigged(workspace, &project, &["config", "show"])?;
    if checked.code() != 0 || shown.code() != 0 {
        return Err(KitError::Check(format!("{checked:?}\n{shown:?}")));
    }
    contains(
        &shown.stdout,
        &["grace", "3s", "jurigged.toml", "debounce", "5ms", "default"],
    )
}

fn plugin_list(workspace: &Workspace) -> Result<(), KitError> {
    let project = Project::new()?;
    let listed = jurigged(workspace, &project, &["plugin", "list"])?;
    contains(&listed.stdout, &["functools", "numba", "numpy"])?;
    let disabled = jurigged(workspace, &project, &["--disable-plugin", "numba", "plugin", "list"])?;
    let is_off = |line: &str| line.starts_with("numba") && line.contains("disabled");
    if listed.code() == 0 && disabled.code() == 0 && disabled.stdout.lines().any(is_off) {
        return Ok(());
    }
    Err(KitError::Check(format!("{}\n{}", listed.stdout, disabled.stdout)))
}
