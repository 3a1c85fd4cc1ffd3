//! A module whose file is gone, while its import name leads to another file: `m.py` became `m/__init__.py`, or was moved
//! along the import path. The module object is kept and follows.

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use jurigged_runtime::{Handle, Interpreter, ObjectKind, RuntimeError, Swap};

use super::Worker;
use crate::diagnostic::{Diagnostic, Place, shown_path};
use crate::watch::{FileEvent, FileEventKind};

impl Worker {
    /// Is there no such file any more? Then it waits for its grace, although its last event was a save.
    pub(super) fn is_gone(&mut self, path: &Path) -> bool {
        let is_gone = !self.program.is_virtual(path) && matches!(path.try_exists(), Ok(false));
        if is_gone {
            self.batcher.push(FileEvent {
                path: path.to_owned(),
                kind: FileEventKind::Vanished,
                at: Instant::now(),
            });
        }
        is_gone
    }

    /// A module that has become a package is found by what it misses before the system has told that its file is gone.
    pub(super) fn look_for_gone_files(&mut self) {
        let known: Vec<PathBuf> = self.program.files().cloned().collect();
        for file in &known {
            self.is_gone(file);
        }
    }

    /// Lets the modules of a file that is gone follow it, where their import names lead to another one. Gives the files
    /// to compare; lists what is orphaned.
    pub(super) fn vanished(&mut self, path: &Path) -> Vec<PathBuf> {
        let files = self.relocated(path);
        let orphans: Vec<String> = self.modules_of(path).map(|name| format!("`{name}`")).collect();
        if !orphans.is_empty() {
            let said = Diagnostic::warning("vanish", format!("{} has lost its file", orphans.join(", ")))
                .place(Place::file(path))
                .detail("nothing is unloaded: what it defined goes on running")
                .help("a file that returns is compared with what runs");
            self.log.diagnostic(&said);
            super::lock(&self.door.status).orphan(path, Some(&said), SystemTime::now());
        }
        files
    }

    /// Lets those modules of a file that is gone follow it whose import names lead to another one, which may be before it
    /// is sure that the file stays away: the import system has decided already. Gives the files to compare.
    pub(super) fn relocated(&mut self, path: &Path) -> Vec<PathBuf> {
        let names: Vec<String> = self.modules_of(path).collect();
        names.iter().filter_map(|name| self.relocate(name, path)).collect()
    }

    fn modules_of(&mut self, path: &Path) -> impl Iterator<Item = String> {
        self.program.of_file(path).iter().map(|module| module.name.clone())
    }

    /// Lets one module follow its file, which is gone. Its new file, if that is to be watched.
    fn relocate(&mut self, name: &str, from: &Path) -> Option<PathBuf> {
        let mut followed = None;
        let (program, watched) = (&mut self.program, self.door.watched());
        let mut follow = |interpreter: &dyn Interpreter| {
            let location = locate(interpreter, name).filter(|location| location.file != from);
            let Some(location) = location.filter(|location| watched.wants(&location.file)) else {
                return;
            };
            // What is found by the old path must be found now.
            if let Some(module) = program.of_file(from).iter_mut().find(|module| module.name == name) {
                module.bindings(interpreter);
            }
            followed = follow(interpreter, name, &location).map(|()| location.file);
        };
        // An interpreter that shuts down runs nothing that could be stale.
        let _ = self.runtime.attach(&mut follow);
        let to = followed?;
        self.program.relocate(name, from, &to);
        if let Some(watcher) = &self.watcher {
            let _ = watcher.follow(&to);
        }
        let notice = format!("`{name}` follows its file to {}", shown_path(&to));
        self.log.diagnostic(&Diagnostic::notice("package", notice));
        Some(to)
    }
}

/// Where the import system would load a module from now, with the module spec (PEP 451).
struct Location {
    file: PathBuf,
    spec: Handle,
}

/// Asks the import path for a module: not `sys.modules`, which has the old answer, nor finders of the user, whose modules
/// have no place of which a file could be missing.
fn locate(interpreter: &dyn Interpreter, name: &str) -> Option<Location> {
    let finder = interpreter
        .module("_frozen_importlib_external")
        .and_then(|system| interpreter.attribute(system, "PathFinder").ok().flatten())?;
    let call = |method: &str, arguments: &[Handle]| -> Result<Option<Handle>, RuntimeError> {
        match interpreter.attribute(finder, method)? {
            Some(method) => interpreter.call(method, arguments).map(Some),
            None => Ok(None),
        }
    };
    // The finders remember the content of folders by their modification times.
    call("invalidate_caches", &[]).ok()?;
    let path = match name.rsplit_once('.') {
        None => interpreter.none(),
        Some((package, _)) => interpreter
            .attribute(interpreter.module(package)?, "__path__")
            .ok()
            .flatten()?,
    };
    let spec = call("find_spec", &[interpreter.new_text(name), path]).ok().flatten()?;
    let origin = interpreter.attribute(spec, "origin").ok().flatten()?;
    let file = PathBuf::from(interpreter.text(origin)?);
    is_source(&file).then_some(Location { file, spec })
}

fn is_source(file: &Path) -> bool {
    file.extension()
        .is_some_and(|extension| extension == "py" || extension == "pyw")
}

/// Tells a module where it is now: what the import system sets when it loads one (importlib, `_init_module_attrs`).
///
/// `None` when the spec does not answer, or another thread changes the same names; nothing was changed then.
fn follow(interpreter: &dyn Interpreter, name: &str, location: &Location) -> Option<()> {
    let namespace = interpreter.namespace(interpreter.module(name)?)?;
    let mut swaps = Vec::new();
    for (variable, attribute) in [
        ("__file__", "origin"),
        ("__cached__", "cached"),
        ("__loader__", "loader"),
        ("__package__", "parent"),
        ("__path__", "submodule_search_locations"),
    ] {
        let value = interpreter.attribute(location.spec, attribute).ok()?;
        let new = value.filter(|value| interpreter.kind(*value) != ObjectKind::None);
        swaps.push(entry(interpreter, namespace, variable, new));
    }
    swaps.push(entry(interpreter, namespace, "__spec__", Some(location.spec)));
    // What is as it was needs no swap.
    swaps.retain(|swap| !matches!(swap, Swap::Entry { expected, new, .. } if expected == new));
    interpreter.commit(&swaps, None).ok()
}

fn entry(interpreter: &dyn Interpreter, dict: Handle, name: &str, new: Option<Handle>) -> Swap {
    Swap::Entry {
        dict,
        name: name.to_owned(),
        expected: interpreter.entry(dict, name),
        new,
    }
}
