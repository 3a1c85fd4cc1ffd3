//! What a loaded plugin is told of a save, of one that fails, and at the end.

use jurigged_testkit::{Interpreter, KitError, Live, LiveOptions, Project, SaveBy};
use libtest_mimic::Trial;

use crate::tier::Tier;
use crate::workspace::{Workspace, failed};

type Check = fn(&Interpreter) -> Result<(), KitError>;

const CHECKS: [(&str, Check); 3] = [
    ("classes and deletions are edits, and the end is told", told),
    ("what a failed save left in caches is taken back", undone),
    ("a class whose edit is refused stays as it was", refused),
];

/// On both runtimes.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let mut trials = Vec::new();
    for interpreter in workspace.interpreters(tier) {
        for (name, check) in CHECKS {
            let interpreter = interpreter.clone();
            let name = format!("plugins: {name} [{}]", interpreter.label);
            trials.push(Trial::test(name, move || check(&interpreter).map_err(failed)));
        }
    }
    trials
}

const PROGRAM: &str = "\
import functools

events = []


@functools.lru_cache
def price(x):
    return x + 1


@functools.lru_cache
def gone(x):
    return x


class Shop:
    size = 1

    def open(self):
        return 1

    class Shelf:
        width = 1
";
const PROBE: &str = "def probe(app, held):\n    print(app.price(1), *app.events, sep='\\n')\n    app.events.clear()\n";

/// The program under jurigged with the plugin that writes down what it is told; `options` are those of the plugin.
fn start<'a>(interpreter: &Interpreter, project: &'a Project, options: &str) -> Result<Live<'a>, KitError> {
    let deps = std::env::current_exe().map_err(KitError::io("the test executable"))?;
    let library = deps.with_file_name(format!(
        "{}misbehaving_records{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    ));
    let file = project.outside().join("notified.txt");
    let settings = format!("[plugins.records]\nlibrary = {library:?}\nfile = {file:?}\n{options}");
    project.save("jurigged.toml", settings, SaveBy::InPlace)?;
    let options = LiveOptions {
        options: vec!["--config".into(), "jurigged.toml".into()],
        ..LiveOptions::default()
    };
    Live::start_with(interpreter, project, PROBE, &options)
}

fn told(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", PROGRAM)])?;
    let mut live = start(interpreter, &project, "")?;
    live.probe()?;
    let edited = PROGRAM
        .replace("x + 1", "x + 2")
        .replace("@functools.lru_cache\ndef gone(x):\n    return x\n", "")
        .replace("size = 1", "size = 2\n    color = 'red'")
        .replace("width = 1", "width = 2");
    project.save("app.py", &edited, SaveBy::Rename)?;
    live.reports_of(&["app.py"])?;
    let cache = match interpreter.python {
        Some(_) => "_lru_cache_wrapper",
        // RustPython's cache is a function.
        None => "function",
    };
    let expected = format!(
        "3\n('deleted app.gone (true, false)', '{cache}', 'function')\n\
         ('body app.price (true, true)', '{cache}', 'function')\n\
         ('class app.Shop (false, false)', 'type', 'type')\n\
         ('class app.Shop.Shelf (false, false)', 'type', 'type')\n"
    );
    same(&mut live, &expected)?;
    let noted = live.run("print(app.Shop.note, app.Shop.size, app.Shop.Shelf.note)")?;
    if noted != "prepared 2 prepared\n" {
        return Err(live.failed(&format!("the steps for classes were not taken: {noted}")));
    }
    let file = project.outside().join("notified.txt");
    let notified = std::fs::read_to_string(&file).map_err(KitError::io(&file))?;
    let expected = "revision 1: deleted app.gone, body app.price, class app.Shop, class app.Shop.Shelf\n";
    if notified != expected {
        return Err(live.failed(&format!("notified of {notified:?}, not of {expected:?}")));
    }
    Ok(())
}

fn undone(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", PROGRAM)])?;
    let mut live = start(interpreter, &project, "")?;
    live.probe()?;
    let fails = PROGRAM.replace("x + 1", "x + 2") + "\n\nprice(1)\nprice(1) / 0\n";
    project.save("app.py", &fails, SaveBy::Rename)?;
    live.reports_of(&["app.py"])?;
    let printed = live.probe()?;
    // The statements had filled the cache by the new code.
    if !printed.starts_with("2\n") || !printed.contains("'body app.price (true, true) reverted'") {
        return Err(live.failed(&format!("after the undo the probe prints {printed}")));
    }
    Ok(())
}

fn refused(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", PROGRAM)])?;
    let mut live = start(interpreter, &project, "refuse = \"app.Shop\"\n")?;
    live.probe()?;
    let edited = PROGRAM
        .replace("x + 1", "x + 2")
        .replace("size = 1", "size = 2\n    color = 'red'");
    project.save("app.py", &edited, SaveBy::Rename)?;
    let reports = live.reports_of(&["app.py"])?;
    if !reports.iter().any(|report| report.has_code("plugin")) {
        return Err(live.failed("the refusal is not reported"));
    }
    let seen = live.run("print(app.price(1), app.Shop.size, hasattr(app.Shop, 'color'), hasattr(app.Shop, 'note'))")?;
    match seen.as_str() {
        "3 1 False False\n" => Ok(()),
        _ => Err(live.failed(&format!("the class is not as before: {seen}"))),
    }
}

fn same(live: &mut Live<'_>, expected: &str) -> Result<(), KitError> {
    let printed = live.probe()?;
    if printed == expected {
        return Ok(());
    }
    Err(live.failed(&format!("the probe prints\n{printed}not\n{expected}")))
}
