//! Which configuration file counts: the nearest one upwards, if nobody else could have written it.

use std::io;
use std::path::{Path, PathBuf};

use super::{toml_file, trust};
use crate::diagnostic::{Diagnostic, Place, shown_path};
use crate::source::SourceText;

const OWN_FILE: &str = "jurigged.toml";
const PYPROJECT: &str = "pyproject.toml";

/// What kind of file holds the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileForm {
    /// `jurigged.toml`, or any file given by `--config`.
    Own,
    /// The table `[tool.jurigged]` of a `pyproject.toml`.
    Pyproject,
}

impl FileForm {
    /// Decided by the file's name alone.
    pub fn of(path: &Path) -> Self {
        match path.file_name() {
            Some(name) if name == PYPROJECT => Self::Pyproject,
            _ => Self::Own,
        }
    }
}

/// The configuration file in use.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// Absolute path.
    pub path: PathBuf,
    /// Which part of it counts.
    pub form: FileForm,
    /// Its text when it was found.
    pub source: SourceText,
}

impl ConfigFile {
    /// The folder that relative paths and globs of the file belong to.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    /// Reads a file that the user named (`--config`): no question of trust.
    ///
    /// # Errors
    /// A diagnostic when there is no such file, or it cannot be read as UTF-8.
    pub fn open(path: &Path) -> Result<Self, Box<Diagnostic>> {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let bytes = std::fs::read(&absolute).map_err(|error| Box::new(unreadable(&absolute, &error)))?;
        let text = String::from_utf8(bytes).map_err(|error| Box::new(not_utf8(&absolute, &error)))?;
        Ok(Self {
            form: FileForm::of(&absolute),
            source: SourceText::new(absolute.clone(), text),
            path: absolute,
        })
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let diagnostic = match error.kind() {
        io::ErrorKind::NotFound => Diagnostic::error("config-not-found", "there is no such configuration file"),
        _ => Diagnostic::error("config-unreadable", "the configuration file cannot be read").detail(error.to_string()),
    };
    diagnostic.place(Place::file(path))
}

fn not_utf8(path: &Path, error: &std::string::FromUtf8Error) -> Diagnostic {
    let at = error.utf8_error().valid_up_to();
    let before = String::from_utf8_lossy(&error.as_bytes()[..at]);
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) as u32 + 1;
    let message = format!(
        "the configuration file is not UTF-8: byte 0x{:02x}",
        error.as_bytes()[at]
    );
    Diagnostic::error("config-unreadable", message).place(Place::at(path, line, column))
}

/// The folder from which a configuration is searched: that of the script, or the current one with `-m` or no script.
pub fn search_folder(script: Option<&Path>, current_folder: &Path) -> PathBuf {
    let Some(folder) = script
        .map(|script| current_folder.join(script))
        .and_then(|s| s.parent().map(Path::to_owned))
    else {
        return current_folder.to_owned();
    };
    // `a/../b` must be searched through `b` and its real parents.
    folder.canonicalize().unwrap_or(folder)
}

/// The nearest `jurigged.toml`, or `pyproject.toml` with a `[tool.jurigged]`, from a folder upwards; the former wins in
/// one folder. The nearest one decides: if it is not trusted (see [`trust::is_trusted`]), none is used.
///
/// # Errors
/// As [`ConfigFile::open`]. A file that is not trusted is not an error: the answer is `None` with a notice.
pub fn discover(from: &Path) -> Result<(Option<ConfigFile>, Option<Diagnostic>), Box<Diagnostic>> {
    let Some(path) = from.ancestors().find_map(candidate) else {
        return Ok((None, None));
    };
    if let Err(reason) = trust::is_trusted(&path) {
        let shown = shown_path(&path);
        let notice = Diagnostic::notice("config-not-trusted", format!("the configuration `{shown}` is ignored"))
            .detail(reason)
            .help(format!("to use it all the same: `--config {shown}`"));
        return Ok((None, Some(notice)));
    }
    ConfigFile::open(&path).map(|file| (Some(file), None))
}

fn candidate(folder: &Path) -> Option<PathBuf> {
    let own = folder.join(OWN_FILE);
    // Not `exists`: a dangling link, or a file that cannot be looked at, must be reported and not passed over.
    if own.symlink_metadata().is_ok() {
        return Some(own);
    }
    let pyproject = folder.join(PYPROJECT);
    let text = std::fs::read(&pyproject).ok()?;
    toml_file::has_tool_table(&String::from_utf8_lossy(&text)).then_some(pyproject)
}
