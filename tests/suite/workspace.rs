//! What the tests work with: the built command, the unit tests of the other crates, the Pythons of this machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jurigged_testkit::{FoundPython, Interpreter, KitError, Venvs, find_pythons};
use serde::Deserialize;

use crate::tier::Tier;

/// A command to test instead of the one that is built here, such as that of a release; the unit tests are left out.
const COMMAND: &str = "TEST_COMMAND";

/// Everything that trials share.
#[derive(Debug)]
pub struct Workspace {
    /// The root of the repository.
    pub root: PathBuf,
    /// The `jurigged` command that was built.
    pub jurigged: PathBuf,
    /// Test executables of the other crates: package and target, path, package folder.
    pub units: Vec<Unit>,
    /// CPythons, oldest first.
    pub pythons: Vec<FoundPython>,
    /// Where environments are made.
    pub venvs: Venvs,
    /// Where releases of packages and the results of their replay are kept.
    pub replay_folder: PathBuf,
    /// Where the wheel is built.
    pub wheel_folder: PathBuf,
}

/// One test executable of another crate.
#[derive(Debug)]
pub struct Unit {
    /// Package and target.
    pub name: String,
    /// The executable.
    pub path: PathBuf,
    /// The current folder that cargo would give it.
    pub folder: PathBuf,
}

impl Workspace {
    /// Builds what is to be tested and looks for Pythons. The outer cargo has released its lock by now.
    pub fn prepare(tier: Tier, only_list: bool) -> Result<Self, KitError> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("tests/ lies in the root")
            .to_owned();
        let target = target_folder()?;
        let pythons = find_pythons();
        let mut workspace = Self {
            jurigged: target.join(profile_folder()?).join("jurigged"),
            units: Vec::new(),
            venvs: Venvs::new(target.join("venvs")),
            replay_folder: target.join("replay"),
            wheel_folder: target.join("wheel"),
            pythons,
            root,
        };
        if !only_list {
            workspace.tell_pythons();
        }
        match std::env::var_os(COMMAND) {
            Some(command) => workspace.jurigged = command.into(),
            None if tier != Tier::Plain && !only_list => workspace.build(&target)?,
            None => {}
        }
        Ok(workspace)
    }

    /// The embedded interpreter.
    pub fn embedded(&self) -> Interpreter {
        Interpreter::embedded(&self.jurigged)
    }

    /// A CPython without packages.
    pub fn cpython(&self, found: &FoundPython) -> Interpreter {
        Interpreter {
            is_reference: Some(found) == self.newest(),
            ..Interpreter::cpython(&self.jurigged, &found.path, (found.version.0, found.version.1))
        }
    }

    /// The embedded interpreter and the CPythons of a tier.
    pub fn interpreters(&self, tier: Tier) -> Vec<Interpreter> {
        let pythons = self.pythons_of(tier).into_iter().map(|found| self.cpython(found));
        std::iter::once(self.embedded()).chain(pythons).collect()
    }

    /// The executables of a tier's CPythons, separated as in PATH.
    pub fn python_paths(&self, tier: Tier) -> OsString {
        let paths = self.pythons_of(tier).into_iter().map(|found| &found.path);
        // A path that has the separator in it cannot be passed on.
        std::env::join_paths(paths).unwrap_or_default()
    }

    /// The folder of the newest CPython's standard library; empty where there is none.
    pub fn standard_library(&self) -> PathBuf {
        let of = |found: &FoundPython| {
            let prefix = found.path.ancestors().nth(2)?;
            Some(prefix.join(format!("lib/python{}.{}", found.version.0, found.version.1)))
        };
        self.newest().and_then(of).unwrap_or_default()
    }

    /// The newest CPython, 3.12 or later.
    pub fn newest(&self) -> Option<&FoundPython> {
        self.pythons.last().filter(|python| python.version >= (3, 12, 0))
    }

    /// The CPythons of a tier.
    pub fn pythons_of(&self, tier: Tier) -> Vec<&FoundPython> {
        if tier >= Tier::Ci {
            self.pythons.iter().collect()
        } else {
            self.newest().into_iter().collect()
        }
    }

    fn tell_pythons(&self) {
        let found: Vec<_> = self
            .pythons
            .iter()
            .map(|python| format!("{}.{}.{}", python.version.0, python.version.1, python.version.2))
            .collect();
        let is_missing = |minor: &u8| !self.pythons.iter().any(|python| python.version.1 == *minor);
        let missing: Vec<_> = (9..=14).filter(is_missing).map(|minor| format!("3.{minor}")).collect();
        eprintln!("CPython found: {}; not found: {}", or_none(&found), or_none(&missing));
    }

    /// One command builds the binary, its extension and plugins, and the tests of all other crates, so that features
    /// resolve once and nothing is built twice.
    fn build(&mut self, target: &Path) -> Result<(), KitError> {
        let exclude = ["--workspace", "--exclude", "jurigged-tests"];
        let built = self.cargo(target, &["build", "--bins", "--tests", "--examples"], &exclude)?;
        // Libraries with `test = false`, whose own harness would not understand the flags of this suite. A test
        // executable of the extension would lack the symbols of Python.
        let libraries = self.cargo(
            target,
            &["test", "--no-run", "--lib"],
            &[&exclude[..], &["--exclude", "jurigged-python"]].concat(),
        )?;
        for artifact in built.into_iter().chain(libraries) {
            let Some(executable) = artifact.executable else {
                continue;
            };
            if !artifact.profile.test {
                if artifact.target.name == "jurigged" {
                    self.jurigged = executable;
                }
                continue;
            }
            let folder = artifact.manifest_path.parent().unwrap_or(&self.root).to_owned();
            let package = folder.strip_prefix(&self.root).unwrap_or(&folder).display().to_string();
            // Material of tests, without tests of its own.
            if package.starts_with("tests/") {
                continue;
            }
            if self.units.iter().all(|unit| unit.path != executable) {
                self.units.push(Unit {
                    name: format!("{package} {}", artifact.target.name),
                    path: executable,
                    folder,
                });
            }
        }
        Ok(())
    }

    fn cargo(&self, target: &Path, command: &[&str], packages: &[&str]) -> Result<Vec<Artifact>, KitError> {
        let mut cargo = nested_cargo();
        cargo
            .args(command)
            .args(packages)
            .args([
                "--locked",
                "--message-format",
                "json-render-diagnostics",
                "--target-dir",
            ])
            .arg(target)
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit());
        if profile_folder()? == "release" {
            cargo.arg("--release");
        }
        let name = format!("cargo {}", command.join(" "));
        let output = cargo.output().map_err(KitError::io("cargo"))?;
        if !output.status.success() {
            return Err(KitError::Check(format!("`{name}` failed; see above")));
        }
        let lines = String::from_utf8_lossy(&output.stdout);
        // Other messages, such as those of build scripts, have other fields.
        Ok(lines
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect())
    }
}

/// The cargo that runs this suite, without the variables that it set for the suite: build scripts watch some of them, and
/// would run again.
pub fn nested_cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        let is_of_this_package = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
            "CARGO_PRIMARY_",
        ]
        .iter()
        .any(|prefix| name_text.starts_with(prefix));
        if is_of_this_package || name_text == "LD_LIBRARY_PATH" {
            cargo.env_remove(&name);
        }
    }
    cargo
}

fn or_none(items: &[String]) -> String {
    if items.is_empty() {
        "none".to_owned()
    } else {
        items.join(", ")
    }
}

/// This executable is `<target>/<profile>/deps/suite-<hash>`.
fn target_folder() -> Result<PathBuf, KitError> {
    let executable = std::env::current_exe().map_err(KitError::io("the test executable"))?;
    let target = executable.ancestors().nth(3);
    target
        .map(Path::to_owned)
        .ok_or_else(|| KitError::Check(format!("{} does not lie in a target folder", executable.display())))
}

fn profile_folder() -> Result<String, KitError> {
    let executable = std::env::current_exe().map_err(KitError::io("the test executable"))?;
    let profile = executable.ancestors().nth(2).and_then(Path::file_name);
    Ok(profile.unwrap_or_default().to_string_lossy().into_owned())
}

#[derive(Deserialize)]
struct Artifact {
    manifest_path: PathBuf,
    target: ArtifactTarget,
    profile: ArtifactProfile,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct ArtifactTarget {
    name: String,
}

#[derive(Deserialize)]
struct ArtifactProfile {
    test: bool,
}

/// A failed check, as libtest has it.
pub fn failed(error: KitError) -> libtest_mimic::Failed {
    error.to_string().into()
}
