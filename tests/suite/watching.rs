//! Saves as real editors and tools make them.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use jurigged_testkit::{Interpreter, KitError, Live, LiveOptions, PATIENCE, Project, SaveBy};
use libtest_mimic::Trial;

use crate::again::trial;
use crate::tier::Tier;
use crate::workspace::Workspace;

type Check = fn(&Interpreter) -> Result<(), KitError>;

const CHECKS: &[(&str, Check)] = &[
    ("written in place", in_place),
    ("renamed over", renamed),
    ("in the way of vim", like_vim),
    ("by vim itself", vim),
    ("by sed -i", sed),
    ("by git checkout, 200 files", git_checkout),
    ("through a symlinked file", symlinked_file),
    ("a symlink is pointed elsewhere", symlink_pointed_elsewhere),
    ("in a symlinked folder", symlinked_folder),
    ("a file that was created later", created_later),
    ("a folder that went and came back", folder_comes_back),
    ("a file that went and came back", file_comes_back),
    ("a module that becomes a package and back", becomes_a_package),
    ("a file of 100,000 lines", many_lines),
    ("a half-written file", half_written),
    ("an emptied file is not applied", emptied),
    ("a file that is not UTF-8", not_utf8),
    ("a file that may not be read", may_not_be_read),
    ("50 saves, 5 ms apart", many_saves),
    ("a name that the next file brings", brought_by_the_next),
    ("a touched file says nothing again", touched),
    ("with polling", polling),
    ("a rule that restarts the program", restarted),
];

/// On the embedded interpreter; from `--ci` on, on CPython as well.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let mut interpreters = vec![workspace.embedded()];
    if tier >= Tier::Ci {
        interpreters.extend(workspace.newest().map(|found| workspace.cpython(found)));
    }
    let mut trials = Vec::new();
    for interpreter in interpreters {
        for (name, check) in CHECKS {
            let interpreter = interpreter.clone();
            let name = format!("watching: {name} [{}]", interpreter.label);
            trials.push(trial(name, move || check(&interpreter)));
        }
    }
    trials
}

const OLD: &str = "def f():\n    return 'old'\n";
const NEW: &str = "def f():\n    return 'new'\n";
const PROBE: &str = "def probe(app, held):\n    print(app.f())\n";
/// Within this an event without a save has been dealt with.
const QUIET: Duration = Duration::from_millis(100);

/// Starts `app.py`, lets `save` change it, and expects the new text to be live.
fn becomes_new(interpreter: &Interpreter, save: impl Fn(&Project) -> Result<(), KitError>) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", OLD)])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    save(&project)?;
    soon_prints(&mut live, "new\n")
}

/// Some ways of saving make several events, and reports for some of them: what counts is what runs after the last.
fn soon_prints(live: &mut Live<'_>, expected: &str) -> Result<(), KitError> {
    let end = std::time::Instant::now() + PATIENCE;
    loop {
        let printed = live.probe()?;
        if printed == expected {
            return Ok(());
        }
        if std::time::Instant::now() > end {
            return Err(live.failed(&format!("the probe prints {printed:?}, not {expected:?}")));
        }
        live.next_report()?;
    }
}

fn restarted(interpreter: &Interpreter) -> Result<(), KitError> {
    let rule = "[[patch.rule]]\nfiles = 'app.py'\non-change = 'restart'\n";
    let project = Project::with(&[("app.py", OLD), ("jurigged.toml", rule)])?;
    let options = LiveOptions {
        options: vec!["--config".into(), "jurigged.toml".into()],
        ..LiveOptions::default()
    };
    let mut live = Live::start_with(interpreter, &project, PROBE, &options)?;
    let look = "import os, sys; print(os.getpid(), sys.argv, hasattr(app, 'marked'))";
    let before = live.run(look)?;
    live.run("app.marked = True")?;
    project.save("app.py", NEW, SaveBy::Rename)?;
    // The new start says that it is ready.
    live.answer()?;
    match (live.run(look)?, live.probe()?.as_str()) {
        (after, "new\n") if after == before => Ok(()),
        (after, printed) => Err(live.failed(&format!("{after:?} after {before:?}, and the probe prints {printed:?}"))),
    }
}

fn in_place(interpreter: &Interpreter) -> Result<(), KitError> {
    becomes_new(interpreter, |project| project.save("app.py", NEW, SaveBy::InPlace))
}

fn renamed(interpreter: &Interpreter) -> Result<(), KitError> {
    becomes_new(interpreter, |project| project.save("app.py", NEW, SaveBy::Rename))
}

fn like_vim(interpreter: &Interpreter) -> Result<(), KitError> {
    becomes_new(interpreter, |project| project.save("app.py", NEW, SaveBy::Vim))
}

fn vim(interpreter: &Interpreter) -> Result<(), KitError> {
    for writes_backup in [
        "set nowritebackup",
        "set writebackup backupcopy=no",
        "set writebackup backupcopy=yes",
    ] {
        becomes_new(interpreter, |project| {
            run(
                project.folder(),
                "vim",
                &[
                    "-es",
                    "-u",
                    "NONE",
                    "-c",
                    writes_backup,
                    "-c",
                    "%s/old/new/",
                    "-c",
                    "wq",
                    "app.py",
                ],
            )
        })?;
    }
    Ok(())
}

fn sed(interpreter: &Interpreter) -> Result<(), KitError> {
    becomes_new(interpreter, |project| {
        run(project.folder(), "sed", &["-i", "s/old/new/", "app.py"])
    })
}

fn git_checkout(interpreter: &Interpreter) -> Result<(), KitError> {
    const FILES: usize = 200;
    let project = Project::new()?;
    let git = |arguments: &[&str]| {
        let identity = [
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.org",
            "-c",
            "commit.gpgsign=false",
        ];
        run(project.folder(), "git", &[&identity[..], arguments].concat())
    };
    git(&["init", "--quiet", "--initial-branch", "one"])?;
    let names: Vec<_> = (0..FILES).map(|number| format!("m{number}.py")).collect();
    let write = |text: &str| {
        names
            .iter()
            .try_for_each(|name| project.save(name, text, SaveBy::InPlace))
    };
    let app = format!(
        "import importlib\nmodules = [importlib.import_module(f'm{{n}}') for n in range({FILES})]\n\n\ndef f():\n    return sorted({{m.f() for m in modules}})\n"
    );
    write(OLD)?;
    project.save("app.py", app, SaveBy::InPlace)?;
    git(&["add", "."])?;
    git(&["commit", "--quiet", "-m", "one"])?;
    git(&["checkout", "--quiet", "-b", "two"])?;
    write(NEW)?;
    git(&["commit", "--quiet", "-am", "two"])?;
    git(&["checkout", "--quiet", "one"])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    for (branch, expected) in [("two", "['new']\n"), ("one", "['old']\n"), ("two", "['new']\n")] {
        git(&["checkout", "--quiet", branch])?;
        soon_prints(&mut live, expected)?;
    }
    Ok(())
}

fn symlinked_file(interpreter: &Interpreter) -> Result<(), KitError> {
    for by in [SaveBy::InPlace, SaveBy::Rename, SaveBy::Vim] {
        let project = Project::with(&[("real/real_app.py", OLD)])?;
        let real = project.outside().join("elsewhere");
        fs::rename(project.path("real"), &real).map_err(KitError::io(&real))?;
        link(&real.join("real_app.py"), &project.path("app.py"))?;
        let mut live = Live::start(interpreter, &project, PROBE)?;
        let from_project = Path::new("../elsewhere/real_app.py").to_string_lossy().into_owned();
        project.save(&from_project, NEW, by)?;
        soon_prints(&mut live, "new\n")?;
    }
    Ok(())
}

fn symlink_pointed_elsewhere(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("one/real.py", OLD), ("two/real.py", NEW)])?;
    link(Path::new("one/real.py"), &project.path("app.py"))?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    link(Path::new("two/real.py"), &project.path("app.py.link"))?;
    fs::rename(project.path("app.py.link"), project.path("app.py")).map_err(KitError::io("app.py"))?;
    soon_prints(&mut live, "new\n")
}

fn symlinked_folder(interpreter: &Interpreter) -> Result<(), KitError> {
    for by in [SaveBy::InPlace, SaveBy::Rename] {
        let project = Project::with(&[
            ("app.py", "import pkg.m\n\n\ndef f():\n    return pkg.m.f()\n"),
            ("../elsewhere/m.py", OLD),
        ])?;
        link(&project.outside().join("elsewhere"), &project.path("pkg"))?;
        let mut live = Live::start(interpreter, &project, PROBE)?;
        project.save("../elsewhere/m.py", NEW, by)?;
        soon_prints(&mut live, "new\n")?;
    }
    Ok(())
}

fn created_later(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", "def f():\n    import late.deep.m as m\n    return m.f()\n")])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    for name in ["late/__init__.py", "late/deep/__init__.py"] {
        project.save(name, "", SaveBy::InPlace)?;
    }
    project.save("late/deep/m.py", OLD, SaveBy::InPlace)?;
    if live.probe()? != "old\n" {
        return Err(live.failed("the new file cannot be imported"));
    }
    project.save("late/deep/m.py", NEW, SaveBy::Rename)?;
    soon_prints(&mut live, "new\n")
}

fn folder_comes_back(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[
        ("app.py", "import pkg.m\n\n\ndef f():\n    return pkg.m.f()\n"),
        ("pkg/__init__.py", ""),
        ("pkg/m.py", OLD),
    ])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    fs::remove_dir_all(project.path("pkg")).map_err(KitError::io("pkg"))?;
    if live.probe()? != "old\n" {
        return Err(live.failed("a folder that goes changes nothing"));
    }
    project.save("pkg/__init__.py", "", SaveBy::InPlace)?;
    project.save("pkg/m.py", NEW, SaveBy::InPlace)?;
    soon_prints(&mut live, "new\n")?;
    project.save("pkg/m.py", OLD, SaveBy::Rename)?;
    soon_prints(&mut live, "old\n")
}

fn file_comes_back(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", OLD), ("grace.toml", "[watch]\ngrace = \"20ms\"\n")])?;
    let options = LiveOptions {
        options: vec!["--config".into(), "grace.toml".into()],
        ..LiveOptions::default()
    };
    let mut live = Live::start_with(interpreter, &project, PROBE, &options)?;
    fs::remove_file(project.path("app.py")).map_err(KitError::io("app.py"))?;
    live.diagnostic("vanish")?;
    if live.probe()? != "old\n" {
        return Err(live.failed("a file that goes changes nothing"));
    }
    project.save("app.py", NEW, SaveBy::InPlace)?;
    soon_prints(&mut live, "new\n")
}

/// The module object stays, and what is in it; its code names the new file.
fn becomes_a_package(interpreter: &Interpreter) -> Result<(), KitError> {
    const PROBE: &str = "\
import os

def hold(app):
    return app.m, app.m.f, app.m.g

def probe(app, held):
    m, f, g = held
    print(f(), g(), app.m is m and f is m.f, m.state, m.__name__)
    place = lambda name: os.path.relpath(name, os.path.dirname(app.__file__))
    print(place(m.__file__), place(f.__code__.co_filename), place(g.__code__.co_filename), m.__package__)
    print(hasattr(m, '__path__'), place(m.__spec__.origin))
";
    const MODULE: &str = "state = []\n\n\ndef f():\n    return 'old'\n\n\ndef g():\n    return 'same'\n";
    let package = format!("{}\nfrom .part import value\n", MODULE.replace("old", "new"));
    let project = Project::with(&[
        ("app.py", "import m\n"),
        ("m.py", MODULE),
        ("grace.toml", "[watch]\ngrace = \"20ms\"\n"),
    ])?;
    let options = LiveOptions {
        options: vec!["--config".into(), "grace.toml".into()],
        ..LiveOptions::default()
    };
    let mut live = Live::start_with(interpreter, &project, PROBE, &options)?;
    let before = live.probe()?;
    project.save("m/part.py", "value = 1\n", SaveBy::InPlace)?;
    project.save("m/__init__.py", &package, SaveBy::InPlace)?;
    fs::remove_file(project.path("m.py")).map_err(KitError::io("m.py"))?;
    live.diagnostic("package")?;
    let file = Path::new("m").join("__init__.py");
    let file = file.display();
    soon_prints(
        &mut live,
        &format!("new same True [] m\n{file} {file} {file} m\nTrue {file}\n"),
    )?;
    // The folder without an `__init__.py` would be a package, too, were there no file of the name.
    project.save("m.py", MODULE, SaveBy::InPlace)?;
    fs::remove_file(project.path("m/__init__.py")).map_err(KitError::io("m/__init__.py"))?;
    soon_prints(&mut live, &before)
}

fn many_lines(interpreter: &Interpreter) -> Result<(), KitError> {
    const FUNCTIONS: usize = 20_000;
    let text = |result: &str| {
        let mut text = String::new();
        for number in 0..FUNCTIONS {
            text.push_str(&format!("def f{number}():\n    # {number}\n    return {number}\n\n\n"));
        }
        let middle = format!("f{}", FUNCTIONS / 2);
        text.push_str(&format!("def f():\n    return {middle}()\n"));
        text.replace(
            &format!("    return {}\n", FUNCTIONS / 2),
            &format!("    return {result}\n"),
        )
    };
    let project = Project::with(&[("app.py", &text("'old'"))])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    project.save("app.py", text("'new'"), SaveBy::Rename)?;
    live.reports_of(&["app.py"])?;
    soon_prints(&mut live, "new\n")
}

fn half_written(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", OLD)])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    let path = project.path("app.py");
    let mut file = File::create(&path).map_err(KitError::io(&path))?;
    let (head, tail) = NEW.split_at(13);
    for part in [head, tail] {
        file.write_all(part.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(KitError::io(&path))?;
        // Half a `def` does not parse: it is reported at most, and what ran goes on.
        let printed = live.probe()?;
        if printed != "old\n" && printed != "new\n" {
            return Err(live.failed(&format!("the probe prints {printed:?}")));
        }
    }
    drop(file);
    soon_prints(&mut live, "new\n")
}

fn emptied(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", OLD), ("other.py", OLD)])?;
    let mut live = Live::start(
        interpreter,
        &project,
        "import other\n\ndef probe(app, held):\n    print(app.f(), other.f())\n",
    )?;
    let path = project.path("app.py");
    let mut file = File::create(&path).map_err(KitError::io(&path))?;
    // An answer for another save shows that the event of the truncation has been dealt with.
    for text in [NEW, OLD, NEW] {
        project.save("other.py", text, SaveBy::Rename)?;
        live.reports_of(&["other.py"])?;
        if !live.probe()?.starts_with("old ") {
            return Err(live.failed("an emptied file was applied"));
        }
    }
    file.write_all(NEW.as_bytes()).map_err(KitError::io(&path))?;
    drop(file);
    soon_prints(&mut live, "new new\n")
}

fn not_utf8(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", OLD)])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    project.save("app.py", b"def f():\n    return 'caf\xe9'\n", SaveBy::Rename)?;
    let reports = live.reports_of(&["app.py"])?;
    let says_where =
        |line: &jurigged_testkit::DiagnosticLine| line.place.as_ref().is_some_and(|place| place.line == Some(2));
    if !reports.iter().flat_map(|report| &report.diagnostics).any(says_where) || live.probe()? != "old\n" {
        return Err(live.failed("a file that cannot be decoded is reported with its line, and changes nothing"));
    }
    project.save("app.py", NEW, SaveBy::Rename)?;
    soon_prints(&mut live, "new\n")
}

/// A folder in the place of the file cannot be read by anybody; permissions do not hold the superuser back.
fn may_not_be_read(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", OLD)])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    let path = project.path("app.py");
    // SAFETY: `geteuid` has no preconditions.
    if unsafe { libc::geteuid() } == 0 {
        fs::remove_file(&path)
            .and_then(|()| fs::create_dir(&path))
            .map_err(KitError::io(&path))?;
        if live.probe()? != "old\n" {
            return Err(live.failed("a folder in the place of the file changes nothing"));
        }
        fs::remove_dir(&path).map_err(KitError::io(&path))?;
    } else {
        use std::os::unix::fs::PermissionsExt;
        let staged = project.path("staged.txt");
        fs::write(&staged, NEW).map_err(KitError::io(&staged))?;
        fs::set_permissions(&staged, fs::Permissions::from_mode(0o000)).map_err(KitError::io(&staged))?;
        fs::rename(&staged, &path).map_err(KitError::io(&path))?;
        let reports = live.reports_of(&["app.py"])?;
        if reports.iter().all(|report| report.diagnostics.is_empty()) || live.probe()? != "old\n" {
            return Err(live.failed("a file that may not be read is reported, and changes nothing"));
        }
    }
    project.save("app.py", NEW, SaveBy::Rename)?;
    soon_prints(&mut live, "new\n")
}

fn many_saves(interpreter: &Interpreter) -> Result<(), KitError> {
    const SAVES: usize = 50;
    let project = Project::with(&[("app.py", OLD)])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    for number in 1..=SAVES {
        let by = [SaveBy::Rename, SaveBy::InPlace][number % 2];
        project.save("app.py", format!("def f():\n    return {number}\n"), by)?;
        std::thread::sleep(Duration::from_millis(5));
    }
    soon_prints(&mut live, &format!("{SAVES}\n"))
}

/// The first of two files is complete, and is taken before the second one is there.
fn brought_by_the_next(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", "import lib\n\ndef f():\n    return 'old'\n"), ("lib.py", "")])?;
    let options = LiveOptions {
        options: vec!["--debounce".into(), "0.5".into()],
        ..LiveOptions::default()
    };
    let mut live = Live::start_with(interpreter, &project, PROBE, &options)?;
    let text = "import lib\n\nMADE = lib.make()\n\ndef f():\n    return MADE\n";
    project.save("app.py", text, SaveBy::Rename)?;
    std::thread::sleep(Duration::from_millis(50));
    project.save("lib.py", "def make():\n    return 'new'\n", SaveBy::Rename)?;
    let reports = live.reports_of(&["app.py", "lib.py"])?;
    if reports.iter().any(|report| !report.diagnostics.is_empty()) {
        return Err(live.failed("an error was told before the second file was there"));
    }
    soon_prints(&mut live, "new\n")
}

/// A refusal is told once, whatever is touched or saved before its file is saved again.
fn touched(interpreter: &Interpreter) -> Result<(), KitError> {
    let text = |number: u32, value: &str| {
        format!("import other\nfor _ in range(1):\n    y = {value}\n\n\ndef f():\n    return {number}\n")
    };
    let project = Project::with(&[("app.py", &text(1, "1")), ("other.py", OLD)])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    let mut told = Vec::new();
    let mut save = |file: &str, text: &str| {
        live.forget_reports();
        project.save(file, text, SaveBy::InPlace)?;
        let reports = live.reports_of(&[file])?;
        told.push(reports.iter().map(|report| report.diagnostics.len()).sum::<usize>());
        // An event without a save has no answer.
        project.save("other.py", OLD, SaveBy::InPlace)?;
        std::thread::sleep(QUIET);
        Ok(())
    };
    save("app.py", &text(2, "print(1)"))?;
    save("app.py", &text(3, "print(1)"))?;
    save("other.py", NEW)?;
    save("app.py", &text(4, "print(1)"))?;
    match told[..] {
        [1, 0, 0, 0] => Ok(()),
        _ => Err(live.failed(&format!("told {told:?} times, not once"))),
    }
}

fn polling(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", OLD)])?;
    let options = LiveOptions {
        options: vec!["--poll".into(), "0.02".into()],
        ..LiveOptions::default()
    };
    let mut live = Live::start_with(interpreter, &project, PROBE, &options)?;
    for (text, expected) in [(NEW, "new\n"), ("def f():\n    return 'newest'\n", "newest\n")] {
        project.save("app.py", text, SaveBy::Rename)?;
        soon_prints(&mut live, expected)?;
    }
    Ok(())
}

fn link(target: &Path, at: &Path) -> Result<(), KitError> {
    std::os::unix::fs::symlink(target, at).map_err(KitError::io(at))
}

/// Runs a tool, which must be there: a test that is left out proves nothing.
fn run(folder: &Path, tool: &str, arguments: &[&str]) -> Result<(), KitError> {
    let output = Command::new(tool)
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(KitError::io(tool))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(KitError::Check(format!("{tool} {arguments:?} failed\n{said}")))
}
