//! Can this script be run? Asked before an interpreter starts, so that the answer is ours and clear.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jurigged_engine::diagnostic::{Diagnostic, shown_path};

/// Another file of the folder is offered from this similarity up (Jaro-Winkler of the names).
const SIMILAR: f64 = 0.85;

/// Succeeds if the path is something that can be read: a file, a pipe (`<(…)`) or a device.
///
/// # Errors
/// `script-not-found`, `script-is-folder` or `script-unreadable`, with what to do.
pub fn check_script(path: &Path) -> Result<(), Box<Diagnostic>> {
    let shown = shown_path(path);
    if path == Path::new("-") {
        let diagnostic = Diagnostic::error("script-not-found", "the program cannot be read from standard input");
        return Err(Box::new(
            diagnostic.help("write it to a file: only files can be reloaded"),
        ));
    }
    let unreadable = |error: io::Error| {
        let diagnostic = Diagnostic::error("script-unreadable", format!("the script `{shown}` cannot be read"));
        Box::new(diagnostic.detail(error.to_string()))
    };
    match path.metadata() {
        Ok(facts) if facts.is_dir() => Err(Box::new(folder(path, &shown))),
        // Not pipes: to open one would take its text from the interpreter.
        Ok(facts) if facts.is_file() => File::open(path).map(drop).map_err(unreadable),
        Ok(_) => Ok(()),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Err(Box::new(missing(path, &shown)))
        }
        Err(error) => Err(unreadable(error)),
    }
}

fn folder(path: &Path, shown: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("script-is-folder", format!("the script `{shown}` is a folder"));
    let main = path.join("__main__.py");
    if main.is_file() {
        return diagnostic.help(format!("run `jurigged {}`", shown_path(&main)));
    }
    diagnostic.help("give a file, or `-m MODULE` for a package")
}

fn missing(path: &Path, shown: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("script-not-found", format!("there is no file `{shown}`"));
    if let Some(near) = nearest(path) {
        return diagnostic.help(format!("did you mean `{}`?", shown_path(&near)));
    }
    let is_module_name =
        |name: &str| !name.ends_with(".py") && name.split('.').all(|part| !part.is_empty() && is_identifier(part));
    match path.to_str().filter(|name| is_module_name(name)) {
        Some(name) => diagnostic.help(format!("a module is run with `jurigged -m {name}`")),
        None => diagnostic,
    }
}

fn is_identifier(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_numeric()) && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// The file of the same folder whose name is most like this one.
fn nearest(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let entries = folder.read_dir().ok()?.flatten();
    let python = |entry: &std::fs::DirEntry| entry.path().extension().is_some_and(|extension| extension == "py");
    let rated = entries.filter(python).map(|entry| {
        let other = entry.file_name();
        (
            strsim::jaro_winkler(name, &other.to_string_lossy()),
            path.with_file_name(other),
        )
    });
    let best = rated.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
    best.filter(|(similarity, _)| *similarity >= SIMILAR)
        .map(|(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(path: &Path) -> String {
        check_script(path).expect_err("cannot be run").render(false)
    }

    #[test]
    fn scripts_that_cannot_be_run_say_what_to_do() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path();
        let shown = root.display();
        std::fs::write(root.join("server.py"), "").expect("write");
        std::fs::create_dir_all(root.join("app")).expect("create");
        std::fs::write(root.join("app/__main__.py"), "").expect("write");

        assert_eq!(check_script(&root.join("server.py")), Ok(()));
        assert_eq!(
            problem(&root.join("servre.py")),
            format!(
                "error[script-not-found]: there is no file `{shown}/servre.py`\n   \
                 = help: did you mean `{shown}/server.py`?\n"
            )
        );
        assert_eq!(
            problem(&root.join("other.txt")),
            format!("error[script-not-found]: there is no file `{shown}/other.txt`\n")
        );
        assert!(problem(&root.join("server.py/x.py")).starts_with("error[script-not-found]"));
        assert_eq!(
            problem(&root.join("app")),
            format!(
                "error[script-is-folder]: the script `{shown}/app` is a folder\n   \
                 = help: run `jurigged {shown}/app/__main__.py`\n"
            )
        );
        assert!(problem(root).ends_with("   = help: give a file, or `-m MODULE` for a package\n"));
        assert!(problem(Path::new("-")).contains("standard input"));
        assert!(problem(Path::new("http.servre")).ends_with("`jurigged -m http.servre`\n"));
        assert_eq!(
            problem(Path::new("nothing_like_it.py")),
            "error[script-not-found]: there is no file `nothing_like_it.py`\n"
        );
        assert!(problem(Path::new("")).starts_with("error[script-not-found]"));
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_unreadable_files() {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(check_script(Path::new("/dev/null")), Ok(()));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = folder.path().join("secret.py");
        std::fs::write(&script, "").expect("write");
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o000)).expect("chmod");
        // Root reads everything: then the script can be run, and is not refused.
        let readable = File::open(&script).is_ok();
        assert_eq!(check_script(&script).is_ok(), readable);
        if !readable {
            assert!(
                problem(&script).starts_with("error[script-unreadable]"),
                "{}",
                problem(&script)
            );
        }
    }
}
