//! Edits under load: busy threads never see half a save.

use jurigged_testkit::{Interpreter, KitError, Live, Project, SaveBy};
use libtest_mimic::Trial;

use crate::tier::Tier;
use crate::workspace::{Workspace, failed};

/// One trial for each Python of the tier.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let edits = tier.pick(50, 1_000, 5_000);
    let trial = |interpreter: Interpreter| {
        let name = format!("stress: {edits} edits below four busy threads [{}]", interpreter.label);
        Trial::test(name, move || busy(&interpreter, edits).map_err(failed))
    };
    workspace.interpreters(tier).into_iter().map(trial).collect()
}

/// All of it changes in one save.
fn text(version: usize) -> String {
    format!(
        "VERSION = {version}\n\n\n\
         def one():\n    return {version}\n\n\n\
         class Two:\n    number = {version}\n\n    def get(self, extra={version}):\n        return {version} if extra == {version} else -1\n\n\n\
         def make():\n    return lambda: {version}\n"
    )
}

/// Versions only grow, so if two looks at `one()` agree, everything between them must be of that version.
const PROBE: &str = "
import threading

def hold(app):
    state = {'wrong': [], 'looks': 0, 'stop': False}
    two = app.Two()
    three = app.make()

    def look():
        looks = 0
        while not state['stop']:
            first = app.one()
            seen = (app.VERSION, two.get(), two.number, three())
            last = app.one()
            if (first == last and seen != (first,) * 4 or last < first) and len(state['wrong']) < 5:
                state['wrong'].append((first, seen, last))
            looks += 1
        state['looks'] += looks

    state['threads'] = [threading.Thread(target=look) for _ in range(4)]
    for thread in state['threads']:
        thread.start()
    return state

def probe(app, held):
    print(app.one(), held['wrong'])
";

const STOP: &str = "
held['stop'] = True
for thread in held['threads']:
    thread.join()
print(held['looks'] > 100)
";

fn busy(interpreter: &Interpreter, edits: usize) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", &text(0))])?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    for version in 1..=edits {
        let by = [SaveBy::Rename, SaveBy::InPlace, SaveBy::Vim][version % 3];
        live.forget_reports();
        project.save("app.py", text(version), by)?;
        let reports = live.reports_of(&["app.py"])?;
        if reports.iter().any(|report| report.undone) {
            return Err(live.failed(&format!("save {version} was undone")));
        }
    }
    let answer = live.probe()?;
    if answer != format!("{edits} []\n") {
        return Err(live.failed(&format!("the threads saw a mixture: {answer}")));
    }
    if live.run(STOP)? != "True\n" {
        return Err(live.failed("the threads hardly ran"));
    }
    match live.finish()? {
        0 => Ok(()),
        code => Err(KitError::Check(format!("the program ended with {code}"))),
    }
}
