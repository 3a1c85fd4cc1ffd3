//! All modules that were loaded from watched files: the one owner of what runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use jurigged_runtime::LoadedModule;
use rustc_hash::FxHashMap;

use super::module::Module;
use super::stuck::Stuck;
use crate::pipeline::capture::{CaptureProblem, decode, hash_bytes};
use crate::pipeline::edit_plan::{Elsewhere, ModuleText, decorated_by};
use crate::source::SourceText;

/// The modules of the program, by file.
#[derive(Debug, Default)]
pub struct Program {
    by_file: FxHashMap<PathBuf, Vec<Module>>,
    /// Hash of the bytes that were last read of each file, and its modification time then; `None` for what was loaded.
    seen: FxHashMap<PathBuf, (u64, Option<SystemTime>)>,
    /// What is not tried again.
    pub stuck: Stuck,
    /// What statements of a batch have loaded that was undone: they load it no more when they run again.
    pub newcomers: Vec<ModuleText>,
}

impl Program {
    /// Takes in a module whose body is about to run. A module that is loaded again starts anew.
    ///
    /// # Errors
    /// When its bytes cannot be decoded, although the interpreter could.
    pub fn load(&mut self, loaded: LoadedModule) -> Result<(), CaptureProblem> {
        self.seen
            .insert(loaded.file.clone(), (hash_bytes(&loaded.source), None));
        let decoded = decode(&loaded.file, &loaded.source)?;
        let source = Arc::new(SourceText::new(loaded.file.clone(), decoded.text));
        let modules = self.by_file.entry(loaded.file.clone()).or_default();
        modules.retain(|module| module.name != loaded.name);
        modules.push(Module::new(loaded.name, loaded.file, source, loaded.code));
        Ok(())
    }

    /// Notes what was read of a file. False for a save that was handled already (one save can give several events), and
    /// for one that changes nothing, unless something of it is pending: then saving again means trying again.
    pub fn is_news(&mut self, file: &Path, hash: u64, modified: Option<SystemTime>) -> bool {
        match self.seen.insert(file.to_owned(), (hash, modified)) {
            Some((before, time)) if before == hash => {
                let is_same_save = time.is_none() || time == modified;
                !is_same_save && self.of_file(file).iter().any(|module| module.pending.is_some())
            }
            _ => true,
        }
    }

    /// The next look at these files is news, even if they are as they were.
    pub fn expect_again(&mut self, files: &[PathBuf]) {
        for file in files {
            self.seen.remove(file);
        }
    }

    /// Does every module run the text that it was loaded from, and is that the text of its file?
    pub fn is_as_loaded(&self) -> bool {
        let mut modules = self.by_file.values().flatten();
        modules.all(|module| module.pending.is_none() && module.baseline.text() == module.loaded.text())
    }

    /// Was any module loaded from this file?
    pub fn knows(&self, file: &Path) -> bool {
        self.by_file.contains_key(file)
    }

    /// The modules of a file.
    pub fn of_file(&mut self, file: &Path) -> &mut [Module] {
        self.by_file.get_mut(file).map_or(&mut [], Vec::as_mut_slice)
    }

    /// Lets a module follow its file to another path.
    pub fn relocate(&mut self, name: &str, from: &Path, to: &Path) {
        let Some(modules) = self.by_file.get_mut(from) else {
            return;
        };
        let at = modules.iter().position(|module| module.name == name);
        let moved = at.map(|at| modules.remove(at));
        if modules.is_empty() {
            self.by_file.remove(from);
            self.seen.remove(from);
        }
        if let Some(mut module) = moved {
            module.path = to.to_owned();
            module.has_moved = true;
            self.by_file.entry(to.to_owned()).or_default().push(module);
        }
    }

    /// Does the text of any module make copies of code objects?
    pub fn copies_code(&mut self) -> bool {
        self.by_file.values_mut().flatten().any(Module::copies_code)
    }

    /// Files of which something is pending, in order.
    pub fn pending_files(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> = self
            .by_file
            .iter()
            .filter(|(_, modules)| modules.iter().any(|module| module.pending.is_some()))
            .map(|(file, _)| file.clone())
            .collect();
        files.sort();
        files
    }

    /// All known files.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.by_file.keys()
    }
}

impl Program {
    fn texts_by(&self, text: impl Fn(&Module) -> &Arc<SourceText>) -> Vec<ModuleText> {
        let modules = self.by_file.values().flatten();
        let mut texts: Vec<ModuleText> = modules
            .map(|module| ModuleText {
                module: module.name.clone(),
                path: module.path.clone(),
                source: text(module).clone(),
            })
            .collect();
        texts.sort_by(|a, b| a.module.cmp(&b.module));
        texts
    }
}

/// The texts of modules that were loaded; those that cannot be decoded have none.
pub fn texts_of(loaded: &[LoadedModule]) -> Vec<ModuleText> {
    let texts = loaded.iter().filter_map(|module| {
        let decoded = decode(&module.file, &module.source).ok()?;
        Some(ModuleText {
            module: module.name.clone(),
            path: module.file.clone(),
            source: Arc::new(SourceText::new(module.file.clone(), decoded.text)),
        })
    });
    texts.collect()
}

impl Elsewhere for Program {
    /// Names with their modules, sorted.
    fn decorated_by(&self, module: &str, name: &str) -> Vec<String> {
        // The decorator itself, a name that it is imported by, or its module stands behind the `@`; its last part is in
        // the text in any case.
        let last = name.rsplit('.').next().unwrap_or(name);
        let others = self.by_file.values().flatten().filter(|other| other.name != module);
        let mut users: Vec<String> = others
            .filter(|other| other.baseline.text().contains('@'))
            .filter(|other| other.baseline.text().contains(last) || other.baseline.text().contains("import *"))
            .flat_map(|other| {
                let tree = other.parsed();
                let paths = decorated_by(&tree, module, name).into_iter();
                paths.map(|path| format!("{}.{path}", other.name)).collect::<Vec<_>>()
            })
            .collect();
        users.sort();
        users
    }

    fn texts(&self) -> Vec<ModuleText> {
        self.texts_by(|module| module.pending.as_ref().unwrap_or(&module.baseline))
    }

    fn running(&self) -> Vec<ModuleText> {
        self.texts_by(|module| &module.baseline)
    }
}
