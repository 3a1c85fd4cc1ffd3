//! Programs that fork, run threads or event loops, or end while an edit arrives: they neither hang nor crash.

use jurigged_testkit::{Interpreter, KitError, Live, LiveOptions, Project, SaveBy};
use libtest_mimic::Trial;

use crate::again::trial;
use crate::tier::Tier;
use crate::workspace::Workspace;

type Check = fn(&Interpreter) -> Result<(), KitError>;

const CHECKS: [(&str, Check); 10] = [
    ("a forked child is patched as well", forked_child),
    ("an event loop sees the edit", event_loop),
    ("a busy main thread sees the edit", busy_main_thread),
    ("a program ends while an edit arrives", ends_while_edited),
    (
        "a program ends with daemon threads while an edit arrives",
        ends_with_daemon_threads,
    ),
    ("a program that changes its folder is patched", changed_folder),
    ("a child process that is not ours is left alone", child_process),
    ("a thread that imports while an edit arrives", importing_thread),
    ("a save waits for the end of an import", save_during_import),
    ("an import that never ends holds no save up", import_without_end),
];

/// Each check on each Python of the tier.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let mut trials = Vec::new();
    for interpreter in workspace.interpreters(tier) {
        for (name, check) in CHECKS {
            let interpreter = interpreter.clone();
            let name = format!("processes: {name} [{}]", interpreter.label);
            trials.push(trial(name, move || check(&interpreter)));
        }
    }
    trials
}

const OLD: &str = "def f():\n    return 'old'\n";
const NEW: &str = "def f():\n    return 'new'\n";
const PROBE: &str = "def probe(app, held):\n    print(app.f())\n";

fn forked_child(interpreter: &Interpreter) -> Result<(), KitError> {
    const FORK: &str = "
import os, time
global pid
# A fork in the middle of what the session does leaves a child that is not reloaded, and is told of.
import jurigged
jurigged.refresh()
pid = os.fork()
if pid == 0:
    end = time.monotonic() + 45
    while app.f() != 'new' and time.monotonic() < end:
        time.sleep(0.002)
    os._exit(0 if app.f() == 'new' else 1)
app.pid = pid
";
    const WAIT: &str = "import os\nprint(os.waitpid(app.pid, 0)[1])";
    let project = Project::with(&[("app.py", OLD)])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    live.run(FORK)?;
    project.save("app.py", NEW, SaveBy::Rename)?;
    expect(&mut live, WAIT, "0\n")?;
    live.reports_of(&["app.py"])?;
    ends(live, 0, "new\n")
}

fn event_loop(interpreter: &Interpreter) -> Result<(), KitError> {
    const LOOP: &str = "
import asyncio

async def until_new():
    turns = 0
    while await app.f() != 'new':
        turns += 1
        if turns == 1:
            print('waiting', file=__import__('sys').stderr, flush=True)
        await asyncio.sleep(0.001)
    return 'seen'

async def main():
    return await asyncio.wait_for(asyncio.gather(until_new(), until_new()), 15)

print(asyncio.run(main()))
";
    let project = Project::with(&[("app.py", "async def f():\n    return 'old'\n")])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    live.begin(LOOP)?;
    live.printed_line()?;
    project.save("app.py", "async def f():\n    return 'new'\n", SaveBy::Rename)?;
    let answer = live.answer()?;
    check(answer == "['seen', 'seen']\n", &answer)?;
    finish(live, 0)
}

fn busy_main_thread(interpreter: &Interpreter) -> Result<(), KitError> {
    const LOOP: &str = "
import sys, time
print('busy', file=sys.stderr, flush=True)
end = time.monotonic() + 45
while app.f() != 'new' and time.monotonic() < end:
    pass
print(app.f())
";
    let project = Project::with(&[("app.py", OLD)])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    live.begin(LOOP)?;
    live.printed_line()?;
    project.save("app.py", NEW, SaveBy::InPlace)?;
    let answer = live.answer()?;
    check(answer == "new\n", &answer)?;
    finish(live, 0)
}

fn ends_while_edited(interpreter: &Interpreter) -> Result<(), KitError> {
    for turn in 0..8_u64 {
        let project = Project::with(&[("app.py", OLD)])?;
        let live = Live::start(interpreter, &project, PROBE)?;
        project.save("app.py", NEW, SaveBy::Rename)?;
        // The end meets the reload at another of its stages in each turn.
        std::thread::sleep(std::time::Duration::from_micros(turn * 400));
        finish(live, 0)?;
    }
    Ok(())
}

fn ends_with_daemon_threads(interpreter: &Interpreter) -> Result<(), KitError> {
    const THREADS: &str = "
import threading

def work():
    while True:
        app.f()

for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
";
    for _ in 0..3 {
        let project = Project::with(&[("app.py", OLD)])?;
        let mut live = Live::start(interpreter, &project, PROBE)?;
        live.run(THREADS)?;
        project.save("app.py", NEW, SaveBy::Rename)?;
        finish(live, 0)?;
    }
    Ok(())
}

fn changed_folder(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", OLD)])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    live.run("import os\nos.chdir('/')")?;
    project.save("app.py", NEW, SaveBy::Rename)?;
    live.reports_of(&["app.py"])?;
    ends(live, 0, "new\n")
}

fn child_process(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", OLD)])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    let executable = serde_json::to_string(&interpreter.executable().to_string_lossy()).expect("text is JSON");
    let script = "import os; print(sorted(k for k in os.environ if 'JURIGGED' in k and 'TEST' not in k))";
    let path = project.kit().join("child.py");
    std::fs::write(&path, script).map_err(KitError::io(&path))?;
    let run = format!(
        "import subprocess, sys\nout = subprocess.run([{executable}, {:?}], capture_output=True, text=True)\nprint(out.returncode, out.stdout, out.stderr)",
        path.display().to_string()
    );
    let answer = live.run(&run)?;
    check(answer.starts_with("0 []\n"), &answer)?;
    project.save("app.py", NEW, SaveBy::Rename)?;
    live.reports_of(&["app.py"])?;
    ends(live, 0, "new\n")
}

fn importing_thread(interpreter: &Interpreter) -> Result<(), KitError> {
    const MODULES: usize = 30;
    const IMPORT: &str = "
import importlib, threading

def work():
    app.seen = [importlib.import_module(f'm{n}').f() for n in range(30)]

app.thread = threading.Thread(target=work)
app.thread.start()
";
    const JOIN: &str = "
app.thread.join()
import sys
print(set(app.seen) <= {'old', 'new'}, sum(sys.modules[f'm{n}'].f() == 'new' for n in range(30)))
";
    let project = Project::with(&[("app.py", OLD)])?;
    let names: Vec<_> = (0..MODULES).map(|number| format!("m{number}.py")).collect();
    for name in &names {
        project.save(name, OLD, SaveBy::InPlace)?;
    }
    let mut live = Live::start(interpreter, &project, PROBE)?;
    live.run(IMPORT)?;
    for name in &names {
        project.save(name, NEW, SaveBy::Rename)?;
    }
    project.save("app.py", NEW, SaveBy::Rename)?;
    live.reports_of(&["app.py"])?;
    // A module that was imported after its save answers nothing, and one whose save is still under way shall be live soon.
    let end = std::time::Instant::now() + jurigged_testkit::PATIENCE;
    loop {
        let answer = live.run(JOIN)?;
        if answer == format!("True {MODULES}\n") {
            return ends(live, 0, "new\n");
        }
        if std::time::Instant::now() > end {
            return Err(live.failed(&format!("not all modules are new: {answer}")));
        }
    }
}

/// The old text of a module whose import waits for the test between its two definitions.
const SLOW: &str = "import app\nfirst = 1\napp.gate.wait(60)\ndef f():\n    return 'old'\nlast = f()\n";
const BEGIN_SLOW: &str = "
import threading
app.gate = threading.Event()
app.thread = threading.Thread(target=lambda: __import__('slow'))
app.thread.start()
import sys, time
while not hasattr(sys.modules.get('slow'), 'first'):
    time.sleep(.01)
";
const SLOW_NOW: &str = "
import slow
print(slow.first, slow.f(), slow.last)
";

fn save_during_import(interpreter: &Interpreter) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", OLD), ("slow.py", SLOW)])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    live.run(BEGIN_SLOW)?;
    let edited = SLOW.replace("'old'", "'new'").replace("first = 1", "first = 2");
    project.save(
        "slow.py",
        edited.replace("last = f()", "last = f() + '!'"),
        SaveBy::Rename,
    )?;
    live.diagnostic("executing")?;
    // Saves of other files do not wait.
    project.save("app.py", NEW, SaveBy::Rename)?;
    live.reports_of(&["app.py"])?;
    live.run("app.gate.set()\napp.thread.join()")?;
    let reports = live.reports_of(&["slow.py"])?;
    check(
        reports.iter().all(|report| report.diagnostics.is_empty()),
        &format!("{reports:?}"),
    )?;
    expect(&mut live, SLOW_NOW, "2 new new!\n")?;
    ends(live, 0, "new\n")
}

fn import_without_end(interpreter: &Interpreter) -> Result<(), KitError> {
    let text = SLOW.replace("import app\n", "import app\ndef g():\n    return 1\n");
    let project = Project::with(&[("app.py", OLD), ("slow.py", &text)])?;
    let environment = vec![("JURIGGED_PATCH_STATEMENT_LIMIT".to_owned(), "300ms".to_owned())];
    let options = LiveOptions {
        environment,
        ..LiveOptions::default()
    };
    let mut live = Live::start_with(interpreter, &project, PROBE, &options)?;
    live.run(BEGIN_SLOW)?;
    project.save("slow.py", text.replace("return 1", "return 2"), SaveBy::Rename)?;
    live.reports_of(&["slow.py"])?;
    expect(&mut live, "import sys\nprint(sys.modules['slow'].g())", "2\n")?;
    live.run("app.gate.set()\napp.thread.join()")?;
    finish(live, 0)
}

fn expect(live: &mut Live<'_>, statements: &str, expected: &str) -> Result<(), KitError> {
    let answer = live.run(statements)?;
    if answer == expected {
        Ok(())
    } else {
        Err(live.failed(&format!("expected {expected:?}, got {answer:?}")))
    }
}

fn ends(mut live: Live<'_>, code: i32, probe: &str) -> Result<(), KitError> {
    let answer = live.probe()?;
    if answer != probe {
        return Err(live.failed(&format!("the probe prints {answer:?}, not {probe:?}")));
    }
    finish(live, code)
}

fn finish(mut live: Live<'_>, expected: i32) -> Result<(), KitError> {
    let code = live.finish()?;
    if code == expected {
        Ok(())
    } else {
        Err(live.failed(&format!("the program ended with {code}")))
    }
}

fn check(holds: bool, what: &str) -> Result<(), KitError> {
    if holds {
        Ok(())
    } else {
        Err(KitError::Check(what.to_owned()))
    }
}
