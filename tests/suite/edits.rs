//! `core/EDITS.md`: edit by edit, what happens on each runtime, with the scenarios that show it.
//!
//! Generated from the reviewed reports of the scenarios, by `UPDATE_EXPECTED=1 cargo test --locked -- --ci 'table of
//! edits'`; a trial fails when it is stale. An edit is taken from the codes in a report (`[fn-body]`, `error[slots]`)
//! and, for those that a report has no line for, from the folder.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jurigged_testkit::{KitError, Manifest, RuntimeKind, difference, find_scenarios, wants_update};
use libtest_mimic::Trial;

use crate::tier::Tier;
use crate::workspace::{Workspace, failed};

/// The rows: code, edit, and the folder of the scenarios that show it whatever their reports say.
const EDITS: [(&str, &str, Option<&str>); 39] = [
    ("fn-body", "body of a function or method", None),
    (
        "fn-signature",
        "parameters, defaults, annotations, docstring, type parameters",
        None,
    ),
    ("fn-kind", "`def` to `async def` or generator, and back", None),
    ("fn-decorators", "decorators added, removed, reordered, changed", None),
    ("fn-decorated-body", "body under decorators", None),
    ("fn-wrapper", "the code of a decorator itself", None),
    ("fn-closure", "nested functions and their free variables", None),
    ("fn-super", "a method gains or loses `super()`", None),
    ("fn-lambda", "lambdas, comprehensions, generator expressions", None),
    ("add", "a definition appears", None),
    ("delete", "a definition disappears", None),
    ("rename", "a definition gets another name", None),
    ("move", "a definition goes elsewhere", None),
    ("overloads", "several definitions of one name", None),
    ("cls-attr", "class attributes", None),
    (
        "cls-method",
        "methods and properties added, deleted, turned into each other",
        None,
    ),
    ("cls-bases", "bases, metaclass, class keywords", None),
    ("cls-decorators", "class decorators", None),
    ("cls-fields", "fields, enum members, `__slots__`", None),
    ("abstract", "abstract methods", None),
    ("stmt", "any other statement", None),
    (
        "block",
        "inside `if`, `try`, `with`, `for`, `while`, `match`",
        Some("blocks"),
    ),
    ("main-block", "under `if __name__ == \"__main__\":`", None),
    ("constant", "the value of a name that others have read", None),
    ("layout", "comments, blank lines, formatting", Some("layout")),
    ("lines", "definitions shift", Some("lines")),
    ("syntax", "the file does not parse", None),
    ("fail", "a statement, default or decorator raises", None),
    ("vanish", "the file is deleted or renamed away", None),
    ("running", "functions that run meanwhile", Some("running")),
    ("executing", "the file's own body still runs", Some("executing")),
    ("future", "a `from __future__` import", None),
    ("copies", "one file under several names, copied code", None),
    ("init", "`__init__` sets a new attribute", None),
    ("importers", "a name that other files import disappears", None),
    ("package", "`m.py` becomes `m/__init__.py`", None),
    (
        "ambiguous",
        "one of several lambdas on a line that cannot be told apart",
        None,
    ),
    (
        "closure-gone",
        "a closure whose new variable has no value any more",
        None,
    ),
    ("stale", "what read a changed value when it ran", None),
];

const HEAD: &str = "\
# Edits

What happens on each runtime, edit by edit, as the scenarios of the test suite show it: *applied*, *listed* (applied, or
left alone, with a line in the report about what is not as in a fresh start) or *refused*. The README says what cannot be
reloaded and why. Generated: `UPDATE_EXPECTED=1 cargo test --locked -- --ci 'table of edits'`.

| code | edit | embedded | CPython | shown by |
|---|---|---|---|---|
";

/// With `--ci`: whoever adds a scenario need not think of the table at once.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    if tier < Tier::Ci {
        return Vec::new();
    }
    vec![Trial::test("table of edits: the one in the docs is current", || {
        check(workspace).map_err(failed)
    })]
}

fn check(workspace: &Workspace) -> Result<(), KitError> {
    let path = workspace.root.join("core/EDITS.md");
    let table = table(&workspace.root)?;
    if wants_update() {
        return std::fs::write(&path, table).map_err(KitError::io(&path));
    }
    let present = std::fs::read_to_string(&path).map_err(KitError::io(&path))?;
    if present == table {
        return Ok(());
    }
    Err(KitError::Check(format!(
        "core/EDITS.md is stale: UPDATE_EXPECTED=1 cargo test --locked -- --ci 'table of edits'\n{}",
        difference(&present, &table)
    )))
}

/// What one report says of each code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Applied,
    Listed,
    Refused,
}

/// One scenario on one runtime.
struct Shown {
    runtime: RuntimeKind,
    /// From the root of the repository.
    folder: String,
    code: String,
    fate: Fate,
}

fn table(root: &Path) -> Result<String, KitError> {
    let mut shown = Vec::new();
    let mut folders = vec![root.join("tests/scenarios")];
    let plugins = root.join("plugins");
    let plugins = std::fs::read_dir(&plugins).map_err(KitError::io(&plugins))?;
    folders.extend(plugins.flatten().map(|plugin| plugin.path().join("scenarios")));
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        for scenario in find_scenarios(folder)? {
            collect(root, &scenario.folder, &scenario.manifest, &mut shown);
        }
    }
    let mut table = HEAD.to_owned();
    for (code, edit, _) in EDITS {
        let of_code: Vec<_> = shown.iter().filter(|shown| shown.code == code).collect();
        let fates = |runtime| {
            let of_runtime = of_code.iter().filter(|shown| shown.runtime == runtime);
            let fates: BTreeSet<Fate> = of_runtime.map(|shown| shown.fate).collect();
            let words: Vec<_> = fates.into_iter().map(word).collect();
            if words.is_empty() {
                "-".to_owned()
            } else {
                words.join(", ")
            }
        };
        let links: BTreeSet<_> = of_code.iter().map(|shown| link(&shown.folder)).collect();
        let links: Vec<_> = links.into_iter().collect();
        let (embedded, cpython) = (fates(RuntimeKind::Embedded), fates(RuntimeKind::Cpython));
        let links = if links.is_empty() {
            "-".to_owned()
        } else {
            links.join(", ")
        };
        let _ = writeln!(table, "| `{code}` | {edit} | {embedded} | {cpython} | {links} |");
    }
    Ok(table)
}

fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Applied => "applied",
        Fate::Listed => "listed",
        Fate::Refused => "refused",
    }
}

fn link(folder: &str) -> String {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    format!("[{}](../{folder})", name.replace('_', " "))
}

fn collect(root: &Path, folder: &Path, manifest: &Manifest, shown: &mut Vec<Shown>) {
    let below = folder
        .strip_prefix(root)
        .unwrap_or(folder)
        .to_string_lossy()
        .replace('\\', "/");
    let area = below.split('/').rev().nth(1).unwrap_or_default();
    for &runtime in &manifest.runtimes {
        let mut codes = Vec::new();
        for line in report(folder, runtime).lines() {
            codes.extend(code_of(line));
        }
        let of_area = EDITS.iter().filter(|(_, _, of)| *of == Some(area));
        codes.extend(of_area.map(|(code, _, _)| ((*code).to_owned(), Fate::Applied)));
        codes.sort();
        codes.dedup();
        shown.extend(codes.into_iter().map(|(code, fate)| Shown {
            runtime,
            folder: below.clone(),
            code,
            fate,
        }));
    }
}

/// The reviewed report of a runtime: its own where it differs from the common one.
fn report(folder: &Path, runtime: RuntimeKind) -> String {
    let common: PathBuf = folder.join("expected/report.txt");
    let own = folder.join("expected/report.embedded.txt");
    let path = if runtime == RuntimeKind::Embedded && own.is_file() {
        own
    } else {
        common
    };
    std::fs::read_to_string(path).unwrap_or_default()
}

/// `Update app.f @L3 [fn-body]`, `error[slots]: …`.
fn code_of(line: &str) -> Option<(String, Fate)> {
    for (severity, fate) in [
        ("error[", Fate::Refused),
        ("warning[", Fate::Listed),
        ("notice[", Fate::Listed),
    ] {
        if let Some(code) = line.strip_prefix(severity).and_then(|rest| rest.split(']').next()) {
            return Some((code.to_owned(), fate));
        }
    }
    let code = line.strip_suffix(']')?.rsplit_once(" [")?.1;
    let is_event = ["Update ", "Add ", "Delete ", "Run ", "Rename ", "Move "]
        .iter()
        .any(|verb| line.starts_with(verb));
    is_event.then(|| (code.to_owned(), Fate::Applied))
}
