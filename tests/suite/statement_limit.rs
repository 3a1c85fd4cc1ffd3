//! `[patch] statement-limit`: what a save runs and what does not return holds nothing up, and is told.

use std::time::{Duration, Instant};

use jurigged_testkit::{Interpreter, KitError, Live, LiveOptions, Project, ReportLine, SaveBy};
use libtest_mimic::Trial;

use crate::again::trial;
use crate::tier::Tier;
use crate::workspace::Workspace;

type Check = fn(&Interpreter) -> Result<(), KitError>;

const CHECKS: [(&str, Check); 6] = [
    ("a statement that goes on stands", late_statement),
    ("an import that goes on is refused", endless_import),
    ("a class attribute that goes on is refused", class_attribute),
    ("a decorator that is left behind binds nothing", decorator),
    ("a default that goes on is refused with its whole edit", default),
    ("a program ends while its code goes on", ends_meanwhile),
];

/// Longer than any save takes on a busy machine, shorter than a test may.
const LIMIT: &str = "1500ms";
/// What waits until the test lets it go on. A program that was started anew would not wait.
const BEFORE: &str = "\
import threading
gate = threading.Event()
def wait(value):
    gate.wait(60)
    return value
def f():
    return 1
x = 1
class C:
    y = 1
";
const PROBE: &str = "def probe(app, held):\n    print(app.f(), app.x, app.C.y)\n";

/// Each check on each Python of the tier.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let mut trials = Vec::new();
    for interpreter in workspace.interpreters(tier) {
        for (name, check) in CHECKS {
            let interpreter = interpreter.clone();
            let name = format!("statement-limit: {name} [{}]", interpreter.label);
            trials.push(trial(name, move || check(&interpreter)));
        }
    }
    trials
}

fn late_statement(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = project()?;
    let mut live = start(interpreter, &project)?;
    let edited = BEFORE
        .replace("return 1", "return 2")
        .replace("x = 1", "x = wait(1) / 0");
    let report = save(&mut live, &project, &edited)?;
    let code = ["statement-limit"];
    expect(report.diagnostics.iter().map(|it| &it.code).eq(code), &report)?;
    let place = report.diagnostics[0].place.as_ref().and_then(|place| place.line);
    expect(place == Some(8), &report)?;
    let where_it_is = report.diagnostics[0].details.join(" ");
    expect(where_it_is.contains(":4 in `wait`"), &report)?;
    probe(&mut live, "2 1 1\n")?;
    // A later save neither waits for it nor runs it again.
    let report = save_soon(&mut live, &project, &edited.replace("return 2", "return 3"))?;
    expect(
        report.done() == ["update app.f"] && report.diagnostics.is_empty(),
        &report,
    )?;
    live.run("app.gate.set()")?;
    let told = live.diagnostic("fail")?;
    expect_text(&told.message, "ZeroDivisionError")?;
    expect_text(&live.run("import jurigged\nprint(jurigged.status())")?, "has failed")?;
    probe(&mut live, "3 1 1\n")?;
    finish(live)
}

fn endless_import(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = project()?;
    project.save("endless.py", "import app\nz = app.wait(5)\n", SaveBy::InPlace)?;
    let mut live = start(interpreter, &project)?;
    let edited = BEFORE.replace("return 1", "return 2");
    let report = save(&mut live, &project, &format!("{edited}import endless\n"))?;
    expect_refused(&report, "`import endless` is not applied")?;
    probe(&mut live, "2 1 1\n")?;
    // Another text is tried at once; the same one is not tried again.
    let edited = edited.replace("return 2", "return 3");
    let report = save_soon(&mut live, &project, &format!("{edited}import endless\n"))?;
    expect(report.done() == ["update app.f"], &report)?;
    let report = save_soon(&mut live, &project, &format!("{edited}import string\n"))?;
    expect(report.done() == ["run app"] && report.diagnostics.is_empty(), &report)?;
    probe(&mut live, "3 1 1\n")?;
    finish(live)
}

fn class_attribute(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = project()?;
    let mut live = start(interpreter, &project)?;
    let edited = BEFORE
        .replace("return 1", "return 2")
        .replace("    y = 1", "    y = wait(2)");
    let report = save(&mut live, &project, &edited)?;
    expect_refused(&report, "`y = wait(2)` is not applied")?;
    probe(&mut live, "2 1 1\n")?;
    live.run("app.gate.set()")?;
    let report = save_soon(&mut live, &project, &edited.replace("wait(2)", "wait(3)"))?;
    expect(report.diagnostics.is_empty(), &report)?;
    probe(&mut live, "2 1 3\n")?;
    finish(live)
}

fn decorator(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = project()?;
    let mut live = start(interpreter, &project)?;
    let edited = BEFORE.replace("x = 1", "x = 2").replace("def f():", "@wait\ndef f():");
    let edited = edited.replace("return 1", "return 2");
    let report = save(&mut live, &project, &edited)?;
    expect_refused(&report, "is not applied")?;
    probe(&mut live, "1 2 1\n")?;
    live.run("app.before = app.f\napp.gate.set()\nimport time\ntime.sleep(.3)")?;
    expect_text(&live.run("print(app.f is app.before)")?, "True")?;
    probe(&mut live, "1 2 1\n")?;
    finish(live)
}

fn default(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = project()?;
    let mut live = start(interpreter, &project)?;
    let edited = BEFORE
        .replace("x = 1", "x = 2")
        .replace("def f():\n    return 1", "def f(a=wait(7)):\n    return a");
    let report = save(&mut live, &project, &edited)?;
    expect_refused(&report, "is not applied")?;
    probe(&mut live, "1 2 1\n")?;
    live.run("app.gate.set()")?;
    let report = save_soon(&mut live, &project, &edited.replace("wait(7)", "wait(8)"))?;
    expect(report.diagnostics.is_empty(), &report)?;
    probe(&mut live, "8 2 1\n")?;
    finish(live)
}

fn ends_meanwhile(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = project()?;
    let mut live = start(interpreter, &project)?;
    project.save("app.py", BEFORE.replace("x = 1", "x = wait(1)"), SaveBy::Rename)?;
    live.run("import time\ntime.sleep(.2)")?;
    finish(live)?;
    let project = self::project()?;
    let mut live = start(interpreter, &project)?;
    project.save("app.py", BEFORE.replace("    y = 1", "    y = wait(1)"), SaveBy::Rename)?;
    live.reports_of(&["app.py"])?;
    finish(live)
}

fn project() -> Result<Project, KitError> {
    Project::with(&[("app.py", BEFORE)])
}

fn start<'p>(interpreter: &Interpreter, project: &'p Project) -> Result<Live<'p>, KitError> {
    let environment = vec![("JURIGGED_PATCH_STATEMENT_LIMIT".to_owned(), LIMIT.to_owned())];
    let options = LiveOptions {
        environment,
        ..LiveOptions::default()
    };
    Live::start_with(interpreter, project, PROBE, &options)
}

fn save(live: &mut Live<'_>, project: &Project, text: &str) -> Result<ReportLine, KitError> {
    project.save("app.py", text, SaveBy::Rename)?;
    let mut reports = live.reports_of(&["app.py"])?;
    Ok(reports.pop().expect("a report that answers for the file"))
}

/// A save that waits for nothing.
fn save_soon(live: &mut Live<'_>, project: &Project, text: &str) -> Result<ReportLine, KitError> {
    let start = Instant::now();
    let report = save(live, project, text)?;
    expect(start.elapsed() < Duration::from_millis(1400), &report)?;
    Ok(report)
}

fn expect_refused(report: &ReportLine, message: &str) -> Result<(), KitError> {
    let mut refused = report.diagnostics.iter().filter(|it| it.code == "statement-limit");
    expect(!report.undone && refused.any(|it| it.message.contains(message)), report)
}

fn expect(is_so: bool, report: &ReportLine) -> Result<(), KitError> {
    match is_so {
        true => Ok(()),
        false => Err(KitError::Check(format!("another report was expected: {report:#?}"))),
    }
}

fn expect_text(text: &str, part: &str) -> Result<(), KitError> {
    match text.contains(part) {
        true => Ok(()),
        false => Err(KitError::Check(format!("`{part}` was expected in: {text}"))),
    }
}

fn probe(live: &mut Live<'_>, expected: &str) -> Result<(), KitError> {
    let probe = live.probe()?;
    match probe == expected {
        true => Ok(()),
        false => Err(KitError::Check(format!("the probe prints {probe:?}, not {expected:?}"))),
    }
}

fn finish(mut live: Live<'_>) -> Result<(), KitError> {
    match live.finish()? {
        0 => Ok(()),
        other => Err(KitError::Check(format!("exit status {other}\n{}", live.transcript()))),
    }
}
