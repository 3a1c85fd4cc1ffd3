//! What runs in the interpreter, and the reading of scripts.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A program with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// What to run.
    pub what: ProgramKind,
    /// `sys.argv[1:]`.
    pub arguments: Vec<OsString>,
    /// Start a read-eval-print loop in `__main__` when the program has ended (`-i`).
    pub inspect: bool,
    /// Functions that run again at each edit.
    pub loops: Loops,
}

/// What `jurigged/_dev.py` is told of `--loop`, `--xloop` and `--loop-interface`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loops {
    /// Functions that loop from their first call on.
    pub always: Vec<String>,
    /// Functions that loop when a call raises.
    pub on_error: Vec<String>,
    /// `rich` or `basic`, if it was chosen.
    pub interface: Option<String>,
}

/// How a program is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramKind {
    /// A file, a folder or zip file with `__main__.py`, or `-` for standard input.
    Script(PathBuf),
    /// `-m`: a module or package on `sys.path`.
    Module(String),
    /// `-m MODULE:FUNC`: import a module, and call one of its functions without arguments; what it returns is dropped.
    /// `sys.argv[0]` is the module's file.
    Function {
        /// The module.
        module: String,
        /// The dotted name of the function in it.
        function: String,
    },
    /// No program: a read-eval-print loop.
    Interactive,
}

impl Program {
    /// A script with arguments.
    pub fn script(path: impl Into<PathBuf>, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self {
            what: ProgramKind::Script(path.into()),
            arguments: arguments.into_iter().map(Into::into).collect(),
            inspect: false,
            loops: Loops::default(),
        }
    }

    /// `sys.argv[0]` as it is before `-m` has found its module.
    pub(crate) fn name(&self) -> OsString {
        match &self.what {
            ProgramKind::Script(path) => path.clone().into(),
            ProgramKind::Module(_) | ProgramKind::Function { .. } => "-m".into(),
            ProgramKind::Interactive => OsString::new(),
        }
    }
}

/// The text of a script, as bytes, with the name that its code gets.
pub(crate) struct ScriptFile {
    pub(crate) path: PathBuf,
    pub(crate) source: Vec<u8>,
}

impl ScriptFile {
    /// Reads a script.
    ///
    /// # Errors
    /// The absolute path and what the system said.
    pub(crate) fn read(path: &Path) -> Result<Self, (PathBuf, std::io::Error)> {
        if path == Path::new("-") {
            let mut source = Vec::new();
            let path = PathBuf::from("<stdin>");
            return match std::io::stdin().read_to_end(&mut source) {
                Ok(_) => Ok(Self { path, source }),
                Err(error) => Err((path, error)),
            };
        }
        let path = absolute(path);
        match std::fs::read(&path) {
            Ok(source) => Ok(Self { path, source }),
            Err(error) => Err((path, error)),
        }
    }

    /// `sys.path[0]`: the folder of the real file, as `_PyPathConfig_ComputeSysPath0` in CPython's
    /// `Python/pathconfig.c` has it.
    pub(crate) fn folder(&self) -> PathBuf {
        let real = self.path.canonicalize();
        let real = real.as_deref().unwrap_or(&self.path);
        real.parent().map(Path::to_owned).unwrap_or_default()
    }
}

/// A path made absolute as CPython does it for a script (`_Py_abspath`): the current folder in front, one leading `./`
/// dropped, nothing else changed.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    if path.is_absolute() {
        return path.to_owned();
    }
    let relative = path.strip_prefix("./").unwrap_or(path);
    match std::env::current_dir() {
        Ok(folder) => folder.join(relative),
        Err(_) => path.to_owned(),
    }
}
