//! Which Python runs the program, and handing the process over to it.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jurigged_engine::config::{PythonChoice, Settings, is_trusted};
use jurigged_engine::diagnostic::{Diagnostic, start_folder};
use jurigged_engine::plugins::bundled_folders;
use jurigged_engine::session::Relaunch;

/// Set for the Python that takes over, and removed by it before the program runs: it must not hand over again.
pub const TAKEN_OVER: &str = "JURIGGED_TAKEN_OVER";

/// The library of the extension module, for a Python package that is not installed.
pub const EXTENSION: &str = "JURIGGED_EXTENSION";

/// Who runs the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// The embedded interpreter. True when nobody chose it: one line then says what runs.
    Embedded { by_default: bool },
    /// This executable.
    CPython(PathBuf),
}

/// Decides by `--python`, `[runtime] python`, or the environment around the project.
///
/// # Errors
/// When the chosen Python is missing; the message lists those that were found.
pub fn choose(settings: &Settings) -> Result<Chosen, Box<Diagnostic>> {
    match &settings.runtime.python.value {
        PythonChoice::Embedded => Ok(Chosen::Embedded { by_default: false }),
        PythonChoice::Auto => {
            Ok(environment_python(settings.folder()).map_or(Chosen::Embedded { by_default: true }, Chosen::CPython))
        }
        PythonChoice::Path(path) => {
            let executable = if path.is_dir() {
                path.join("bin/python")
            } else {
                path.clone()
            };
            if executable.is_file() {
                Ok(Chosen::CPython(executable))
            } else {
                Err(missing(&path.display().to_string()))
            }
        }
        PythonChoice::Named(name) => named(name, settings.folder())
            .map(Chosen::CPython)
            .ok_or_else(|| missing(name)),
    }
}

/// A version or a name on PATH; else an environment of that name in the project (`.venv`, written without `./`).
fn named(name: &str, project: &Path) -> Option<PathBuf> {
    let is_version = name.starts_with(|first: char| first.is_ascii_digit());
    let command = if is_version {
        format!("python{name}")
    } else {
        name.to_owned()
    };
    let environment = || Some(project.join(name).join("bin/python")).filter(|python| python.is_file());
    on_path(&command, std::env::var_os("PATH")).or_else(environment)
}

/// The first command of that name which starts a Python. One in a folder of shims (pyenv, asdf, mise) starts whatever
/// version is chosen for the current folder, or none: it would fail only after this process was replaced by it.
fn on_path(command: &str, folders: Option<OsString>) -> Option<PathBuf> {
    let folder = start_folder().unwrap_or(Path::new("."));
    let is_shim = |path: &Path| path.parent().is_some_and(|folder| folder.ends_with("shims"));
    let mut found = which::which_in_all(command, folders, folder).ok()?;
    found.find_map(|path| if is_shim(&path) { behind_shim(&path) } else { Some(path) })
}

/// What a shim starts; `None` where it starts nothing.
fn behind_shim(shim: &Path) -> Option<PathBuf> {
    let mut ask = Command::new(shim);
    ask.args(["-I", "-c", "import sys; print(sys.executable)"])
        .stdin(Stdio::null());
    let output = ask.output().ok().filter(|output| output.status.success())?;
    let path = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(path.trim_end())).filter(|python| python.is_file())
}

/// The Python of the active environment, or of a `.venv` in the project folder or above, up to the repository's root.
fn environment_python(project: &Path) -> Option<PathBuf> {
    let python_of = |folder: &Path| Some(folder.join("bin/python")).filter(|python| python.is_file());
    for variable in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
        if let Some(python) = std::env::var_os(variable).and_then(|folder| python_of(Path::new(&folder))) {
            return Some(python);
        }
    }
    for folder in project.ancestors() {
        let environment = folder.join(".venv");
        if environment.join("pyvenv.cfg").is_file() && is_trusted(&environment).is_ok() {
            return python_of(&environment);
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    None
}

fn missing(wanted: &str) -> Box<Diagnostic> {
    let found = installed_pythons();
    let found = if found.is_empty() {
        "none".to_owned()
    } else {
        found.join(", ")
    };
    Box::new(
        Diagnostic::error("python-missing", format!("there is no Python `{wanted}`"))
            .detail(format!("found on PATH: {found}"))
            .help("name one of these, a path, or `--runtime embedded`"),
    )
}

/// Names of the Pythons on PATH that could be meant, newest first.
fn installed_pythons() -> Vec<String> {
    (9..=14)
        .rev()
        .map(|minor| format!("python3.{minor}"))
        .chain(["python3".to_owned(), "python".to_owned()])
        .filter(|name| on_path(name, std::env::var_os("PATH")).is_some())
        .collect()
}

/// How this process was started. To be asked before the environment is cleared of what concerns the start only.
pub fn relaunch() -> Relaunch {
    Relaunch {
        arguments: std::env::args_os().collect(),
        environment: std::env::vars_os().collect(),
        folder: start_folder().map(Path::to_owned),
    }
}

/// Replaces this process by a Python that runs the same command line. Process id, signals and exit code are the
/// program's from then on.
///
/// # Errors
/// When the parts that it needs are not to be found, or the system refuses.
pub fn hand_over(python: &Path, arguments: &[OsString], package: Option<&Path>) -> Box<Diagnostic> {
    // The extension is abi3: the installed package serves every other Python too.
    let installed = package.and_then(Parts::installed);
    let Some(parts) = installed.or_else(Parts::find) else {
        return Box::new(
            Diagnostic::error(
                "parts-missing",
                "CPython cannot be used: jurigged's Python package is not to be found",
            )
            .detail("a `cargo install`ed jurigged has the embedded interpreter only")
            .help(format!(
                "run `{} -m pip install jurigged`, and then `jurigged` from there",
                python.display()
            )),
        );
    };
    let mut command = Command::new(python);
    command
        .arg(parts.package.join("__main__.py"))
        .args(arguments)
        .env(TAKEN_OVER, "1");
    if let Some(extension) = &parts.extension {
        command.env(EXTENSION, extension);
    }
    let error = command.exec();
    Box::new(
        Diagnostic::error("python-missing", format!("{} cannot be started", python.display()))
            .detail(error.to_string())
            .help("name another Python with `--python`, or use `--runtime embedded`"),
    )
}

/// Where the Python package and the extension are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The folder of the package `jurigged`.
    pub package: PathBuf,
    /// The extension's library where it is not inside the package (`cargo run`).
    pub extension: Option<PathBuf>,
}

impl Parts {
    /// Looks in `JURIGGED_LIB`, `../lib/jurigged` beside the executable, and the folder of the executable.
    pub fn find() -> Option<Self> {
        let executable = std::env::current_exe().and_then(|path| path.canonicalize()).ok()?;
        let folder = executable.parent()?;
        if let Some(named) = std::env::var_os("JURIGGED_LIB").map(PathBuf::from)
            && is_trusted(&named).is_ok()
            && let Some(parts) = Self::installed(&named)
        {
            return Some(parts);
        }
        Self::installed(&folder.join("../lib/jurigged")).or_else(|| Self::built(folder))
    }

    /// A package with the extension inside.
    fn installed(folder: &Path) -> Option<Self> {
        let has_extension = std::fs::read_dir(folder)
            .ok()?
            .flatten()
            .any(|entry| is_extension(&entry.file_name()));
        (has_extension && folder.join("__main__.py").is_file()).then(|| Self {
            package: folder.to_owned(),
            extension: None,
        })
    }

    /// The sources of the package, with the extension that cargo built beside the executable.
    fn built(folder: &Path) -> Option<Self> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python/jurigged");
        // Cargo writes the second whenever it builds the library, and the first only where it was asked for it by name:
        // the first may be of another day.
        let names = ["lib_jurigged.so", "deps/lib_jurigged.so"];
        let found = names.iter().map(|name| folder.join(name)).filter(|path| path.is_file());
        let extension = found.max_by_key(|path| path.metadata().and_then(|data| data.modified()).ok())?;
        package.join("__main__.py").is_file().then(|| Self {
            package: package.canonicalize().unwrap_or(package),
            extension: Some(extension),
        })
    }
}

fn is_extension(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("_jurigged") && name.ends_with(".so")
}

/// The embedded interpreter was asked for where there is none.
pub fn no_embedded() -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error("parts-missing", "the Python package has no embedded interpreter")
            .help("use the standalone command, or leave `--runtime embedded` out"),
    )
}

/// Folders that may hold the bundled plugins, in the order of the search; `extension` is the library that we are in, if
/// a Python has loaded us.
pub fn plugin_folders(extension: Option<&Path>) -> Vec<PathBuf> {
    let given = std::env::var_os("JURIGGED_LIB").map(PathBuf::from);
    let given = given.filter(|folder| is_trusted(folder).is_ok());
    let executable = std::env::current_exe().and_then(|path| path.canonicalize()).ok();
    bundled_folders(given.as_deref(), extension.or(executable.as_deref()), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_in_the_project_needs_no_dot_and_slash() {
        let project = tempfile::tempdir().expect("a temporary folder");
        let folder = project.path().join("my-env/bin");
        std::fs::create_dir_all(&folder).expect("create");
        assert_eq!(named("my-env", project.path()), None);
        std::fs::write(folder.join("python"), "").expect("write");
        assert_eq!(named("my-env", project.path()), Some(folder.join("python")));
        assert_eq!(named("3.77", project.path()), None);
    }

    #[test]
    fn a_shim_that_starts_no_python_is_passed_over() {
        use std::os::unix::fs::PermissionsExt as _;
        let scratch = tempfile::tempdir().expect("a temporary folder");
        let write = |file: &str, text: &str| {
            let path = scratch.path().join(file);
            std::fs::create_dir_all(path.parent().expect("in a folder")).expect("create");
            std::fs::write(&path, text).expect("write");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("allow");
            path
        };
        let shim = write("shims/python3.77", "#!/bin/sh\nexit 127\n");
        let folders =
            std::env::join_paths([scratch.path().join("shims"), scratch.path().join("bin")]).expect("folders");
        assert_eq!(on_path("python3.77", Some(folders.clone())), None);
        let real = write("bin/python3.77", "#!/bin/sh\n");
        assert_eq!(on_path("python3.77", Some(folders.clone())), Some(real.clone()));
        std::fs::write(&shim, format!("#!/bin/sh\necho {}\n", real.display())).expect("write");
        std::fs::remove_file(scratch.path().join("bin/python3.77")).expect("remove");
        assert_eq!(on_path("python3.77", Some(folders.clone())), None);
        let real = write("versions/python3.77", "#!/bin/sh\n");
        std::fs::write(&shim, format!("#!/bin/sh\necho {}\n", real.display())).expect("write");
        assert_eq!(on_path("python3.77", Some(folders)), Some(real));
    }
}
