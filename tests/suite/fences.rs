//! What must not be in the repository: forbidden dependencies, foreign types behind the wrong door, paths of a machine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use libtest_mimic::{Failed, Trial};
use serde::Deserialize;

use crate::workspace::{Workspace, nested_cargo};

/// The fences of the style guide.
pub fn all(workspace: &'static Workspace) -> Vec<Trial> {
    vec![
        Trial::test("fences: crates depend along the arrows", move || arrows(workspace)),
        Trial::test("fences: foreign types stop at the door", move || doors(workspace)),
        Trial::test("fences: no tracked file names a path of one machine", move || {
            machine_paths(workspace)
        }),
        Trial::test("fences: files hold one idea", move || long_files(workspace)),
        Trial::test("fences: the repository's own configuration is valid", move || {
            configuration(workspace)
        }),
    ]
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

/// What each of our crates may import of ours.
const ARROWS: [(&str, &[&str]); 10] = [
    ("jurigged-abi", &[]),
    ("jurigged-runtime", &["jurigged-abi"]),
    ("jurigged-engine", &["jurigged-abi", "jurigged-runtime"]),
    ("jurigged-runtime-cpython", &["jurigged-abi", "jurigged-runtime"]),
    ("jurigged-runtime-rustpython", &["jurigged-abi", "jurigged-runtime"]),
    (
        "jurigged-testkit",
        &["jurigged-abi", "jurigged-runtime", "jurigged-engine"],
    ),
    ("jurigged-plugin-functools", &["jurigged-abi"]),
    ("jurigged-plugin-numba", &["jurigged-abi"]),
    ("jurigged-plugin-numpy", &["jurigged-abi"]),
    ("jurigged-tests", &["jurigged-abi", "jurigged-testkit", "jurigged-cli"]),
];

/// Interpreters, which only their own runtime crate and the programs around it may name.
const INTERPRETERS: [&str; 3] = ["pyo3", "rustpython", "rustpython-vm"];
const NAME_INTERPRETERS: [&str; 4] = [
    "jurigged-runtime-cpython",
    "jurigged-runtime-rustpython",
    "jurigged-python",
    "jurigged-cli",
];

fn arrows(workspace: &Workspace) -> Result<(), Failed> {
    let mut cargo = nested_cargo();
    cargo
        .args(["metadata", "--format-version", "1", "--no-deps", "--locked"])
        .current_dir(&workspace.root);
    let metadata: Metadata = serde_json::from_slice(&cargo.output()?.stdout)?;
    let allowed: BTreeMap<_, _> = ARROWS.into_iter().collect();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let names: BTreeSet<_> = package
            .dependencies
            .iter()
            .map(|dependency| dependency.name.as_str())
            .collect();
        let is_plugin = package.name.starts_with("jurigged-plugin-");
        let may_import = match allowed.get(package.name.as_str()) {
            Some(names) => Some(*names),
            None if is_plugin => Some(&["jurigged-abi"][..]),
            None => None,
        };
        let ours = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.name.starts_with("jurigged"));
        for dependency in ours {
            // Dev-dependencies that are libraries to load are listed only so that cargo builds them.
            let is_dev = dependency.kind.as_deref() == Some("dev");
            let is_allowed = may_import.is_none_or(|names| names.contains(&dependency.name.as_str()));
            if !is_allowed && !is_dev {
                wrong.push(format!("{} imports {}", package.name, dependency.name));
            }
        }
        for interpreter in INTERPRETERS.iter().filter(|interpreter| names.contains(*interpreter)) {
            if !NAME_INTERPRETERS.contains(&package.name.as_str()) {
                wrong.push(format!("{} imports {interpreter}", package.name));
            }
        }
    }
    none(wrong)
}

/// A word of the source, and the folders in which alone it may stand.
const DOORS: [(&str, &[&str]); 4] = [
    (
        "ruff_python_",
        &[
            "core/engine/src/pipeline/definitions/",
            "core/engine/src/pipeline/definitions.rs",
        ],
    ),
    ("notify::", &["core/engine/src/watch/", "core/engine/src/watch.rs"]),
    ("rustpython_vm::", &["core/runtime-rustpython/"]),
    ("use jurigged_plugin_", &[]),
];

fn doors(workspace: &Workspace) -> Result<(), Failed> {
    let mut wrong = Vec::new();
    for file in tracked(workspace)?
        .iter()
        .filter(|file| file.ends_with(".rs") && *file != "tests/suite/fences.rs")
    {
        let Ok(text) = std::fs::read_to_string(workspace.root.join(file)) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            for (word, doors) in DOORS {
                let is_code = !line.trim_start().starts_with("//");
                if is_code && line.contains(word) && !doors.iter().any(|door| file.starts_with(door)) {
                    wrong.push(format!("{file}:{}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    none(wrong)
}

fn machine_paths(workspace: &Workspace) -> Result<(), Failed> {
    // Put together here, so that this file does not name them.
    let roots = ["home", "Users", "work", "root"].map(|root| format!("/{root}/"));
    let mut wrong = Vec::new();
    for file in tracked(workspace)? {
        // Texts only; a path inside a longer one, such as a URL, is not meant.
        let Ok(text) = std::fs::read_to_string(workspace.root.join(&file)) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            let names_machine = |root: &String| {
                line.match_indices(root.as_str()).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    before.is_none_or(|before| !(before.is_alphanumeric() || "._-/<>}~*".contains(before)))
                })
            };
            if roots.iter().any(names_machine) {
                wrong.push(format!("{file}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    none(wrong)
}

fn long_files(workspace: &Workspace) -> Result<(), Failed> {
    const MOST_LINES: usize = 600;
    let mut wrong = Vec::new();
    for file in tracked(workspace)?.iter().filter(|file| file.ends_with(".rs")) {
        // A table of cases is one idea, however long.
        if file.ends_with("/tests.rs") {
            continue;
        }
        let text = std::fs::read_to_string(workspace.root.join(file)).unwrap_or_default();
        let lines = text.lines().count();
        if lines > MOST_LINES {
            wrong.push(format!("{file} has {lines} lines; look for its second idea"));
        }
    }
    none(wrong)
}

fn configuration(workspace: &Workspace) -> Result<(), Failed> {
    let output = Command::new(&workspace.jurigged)
        .args(["config", "check", "--config", "jurigged.toml"])
        .current_dir(&workspace.root)
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
}

fn tracked(workspace: &Workspace) -> Result<Vec<String>, Failed> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(&workspace.root)
        .output()?;
    if output.status.success() {
        let names = String::from_utf8_lossy(&output.stdout);
        return Ok(names
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect());
    }
    // A source archive has no repository: every file but what was built.
    let mut files = Vec::new();
    collect(&workspace.root, &workspace.root, &mut files)?;
    Ok(files)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        if name == "target" || name.starts_with(".git") {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            files.push(name);
        }
    }
    Ok(())
}

fn none(wrong: Vec<String>) -> Result<(), Failed> {
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n").into())
    }
}
