//! All modules that were loaded from watched files: the one owner of what runs.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use jurigged_runtime::LoadedModule;
use rustc_hash::{FxHashMap, FxHashSet};

use super::module::Module;
use super::stuck::Stuck;
use crate::pipeline::capture::{CaptureProblem, decode, hash_bytes};
use crate::pipeline::definitions::DefinitionTree;
use crate::pipeline::edit_plan::{Elsewhere, ModuleText, decorated_by};
use crate::source::SourceText;

/// The modules of the program, by file.
#[derive(Debug, Default)]
pub struct Program {
    by_file: FxHashMap<PathBuf, Vec<Module>>,
    /// Hash of the bytes that were last read of each file, and its modification time then; `None` for what was loaded.
    seen: FxHashMap<PathBuf, (u64, Option<SystemTime>)>,
    /// Files of which the disk does not say what runs: texts were given, or edits taken back, since they were saved.
    diverged: FxHashSet<PathBuf>,
    /// The last text that was given for a file since it was saved.
    given: FxHashMap<PathBuf, Arc<str>>,
    /// Files that do not exist, such as cells of a notebook.
    virtual_files: FxHashSet<PathBuf>,
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
        self.add(Module::new(loaded.name, loaded.file, source, loaded.code));
        Ok(())
    }

    /// Notes what was read of a file. False for a save that was handled already (one save can give several events), and
    /// for one that changes nothing, unless something of it is pending or was taken back: then saving again means trying
    /// again.
    pub fn is_news(&mut self, file: &Path, hash: u64, modified: Option<SystemTime>) -> bool {
        let is_news = self.would_be_news(file, hash, modified);
        self.seen.insert(file.to_owned(), (hash, modified));
        if is_news {
            self.diverged.remove(file);
            self.given.remove(file);
        }
        is_news
    }

    /// [`is_news`](Self::is_news), without noting anything.
    pub fn would_be_news(&self, file: &Path, hash: u64, modified: Option<SystemTime>) -> bool {
        match self.seen.get(file) {
            Some((before, time)) if *before == hash => {
                let is_same_save = time.is_none() || *time == modified;
                let mut modules = self.by_file.get(file).into_iter().flatten();
                !is_same_save && (self.is_diverged(file) || modules.any(|module| module.pending.is_some()))
            }
            _ => true,
        }
    }

    /// Is what runs of a file another text than that of its last save?
    pub fn is_diverged(&self, file: &Path) -> bool {
        self.diverged.contains(file)
    }

    /// A text was given that is to run instead of the file's.
    pub fn give(&mut self, file: &Path, text: Arc<str>) {
        if let Some((_, time @ None)) = self.seen.get_mut(file) {
            // From now on the next save counts, even of the same text.
            *time = std::fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
        }
        self.diverged.insert(file.to_owned());
        self.given.insert(file.to_owned(), text);
    }

    /// The text that was given for a file since it was saved.
    pub fn given(&self, file: &Path) -> Option<Arc<str>> {
        self.given.get(file).cloned()
    }

    /// Is this no file of the disk?
    pub fn is_virtual(&self, file: &Path) -> bool {
        self.virtual_files.contains(file)
    }

    /// What is pending of these files, and whether they have diverged, before something else is tried with them.
    pub fn standing<'a>(&mut self, files: impl Iterator<Item = &'a PathBuf>) -> Vec<Standing> {
        let standing = files.map(|file| Standing {
            is_diverged: self.is_diverged(file),
            given: self.given(file),
            pending: self.of_file(file).iter().map(|module| module.pending.clone()).collect(),
            file: file.clone(),
        });
        standing.collect()
    }

    /// It has failed, and is not to be tried again.
    pub fn restore(&mut self, standing: Vec<Standing>) {
        for Standing {
            file,
            pending,
            given,
            is_diverged,
        } in standing
        {
            for (module, pending) in self.of_file(&file).iter_mut().zip(pending) {
                module.pending = pending;
            }
            if !is_diverged {
                self.diverged.remove(&file);
            }
            match given {
                Some(text) => drop(self.given.insert(file, text)),
                None => drop(self.given.remove(&file)),
            }
        }
    }

    /// Takes in a module that runs already, with the text that it was made from.
    pub fn register(&mut self, name: String, file: PathBuf, text: String) {
        self.seen.insert(file.clone(), (hash_bytes(text.as_bytes()), None));
        if !file.is_file() {
            self.virtual_files.insert(file.clone());
        }
        let source = Arc::new(SourceText::new(file.clone(), text));
        self.add(Module::new(name, file, source, None));
    }

    fn add(&mut self, module: Module) {
        let modules = self.by_file.entry(module.path.clone()).or_default();
        modules.retain(|known| known.name != module.name);
        modules.push(module);
    }

    /// The known file that a path means: as its code names it, relative to the current folder, or by other links.
    pub fn find(&self, path: &Path) -> Option<PathBuf> {
        if self.knows(path) {
            return Some(path.to_owned());
        }
        let absolute = std::path::absolute(path).ok().filter(|path| self.knows(path));
        absolute.or_else(|| {
            let real = path.canonicalize().ok()?;
            let mut files = self.files();
            files
                .find(|file| file.canonicalize().is_ok_and(|file| file == real))
                .cloned()
        })
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

    /// Is this module of this file known?
    pub fn has(&self, name: &str, file: &Path) -> bool {
        let mut modules = self.by_file.get(file).into_iter().flatten();
        modules.any(|module| module.name == name)
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

/// See [`Program::standing`].
#[derive(Debug)]
pub struct Standing {
    file: PathBuf,
    /// Of each module of the file.
    pending: Vec<Option<Arc<SourceText>>>,
    given: Option<Arc<str>>,
    is_diverged: bool,
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

/// The program as the plan of one batch asks about it. Each text is parsed once, however many names are asked for: a
/// checkout asks for thousands.
pub struct Others<'p> {
    program: &'p Program,
    /// By the name of the module.
    parsed: RefCell<FxHashMap<&'p str, Arc<DefinitionTree>>>,
}

impl<'p> Others<'p> {
    /// To be asked until the program changes.
    pub fn of(program: &'p Program) -> Self {
        Self {
            program,
            parsed: RefCell::default(),
        }
    }

    fn tree(&self, module: &'p Module) -> Arc<DefinitionTree> {
        let mut parsed = self.parsed.borrow_mut();
        parsed.entry(&module.name).or_insert_with(|| module.parsed()).clone()
    }
}

impl Elsewhere for Others<'_> {
    /// Names with their modules, sorted.
    fn decorated_by(&self, module: &str, name: &str) -> Vec<String> {
        // The decorator itself, a name that it is imported by, or its module stands behind the `@`; its last part is in
        // the text in any case.
        let last = name.rsplit('.').next().unwrap_or(name);
        let modules = self.program.by_file.values().flatten();
        let others = modules.filter(|other| other.name != module);
        let mut users: Vec<String> = others
            .filter(|other| other.baseline.text().contains('@'))
            .filter(|other| other.baseline.text().contains(last) || other.baseline.text().contains("import *"))
            .flat_map(|other| {
                let tree = self.tree(other);
                let paths = decorated_by(&tree, module, name).into_iter();
                paths.map(|path| format!("{}.{path}", other.name)).collect::<Vec<_>>()
            })
            .collect();
        users.sort();
        users
    }

    fn texts(&self) -> Vec<ModuleText> {
        self.program
            .texts_by(|module| module.pending.as_ref().unwrap_or(&module.baseline))
    }

    fn running(&self) -> Vec<ModuleText> {
        self.program.texts_by(|module| &module.baseline)
    }
}
