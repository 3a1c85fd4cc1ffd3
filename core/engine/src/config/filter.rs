//! Which files are watched: `include`, `ignore`, and what everybody ignores.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::gitignore::Gitignore;
use rustc_hash::FxHashMap;

use super::glob::{CompiledGlob, WatchGlob, normal};
use super::options::Origin;
use crate::diagnostic::{Diagnostic, shown_path};

/// How many folder entries [`WatchFilter::unmatched`] looks at before it gives up: it may not delay a start in a home
/// folder, and what was not looked at is not said to match nothing.
const ENTRIES_LOOKED_AT: usize = 20_000;

/// Decides whether a file is watched.
///
/// A file is watched when a glob of `include` matches it, none of `ignore` does, and nothing between the start of that
/// glob and the file is ignored by default: hidden files and folders, `__pycache__`, virtual environments, and what
/// `.gitignore` (or `.git/info/exclude`) names. A name that the glob itself spells out is not ignored by default.
///
/// What is known of a folder is remembered, so that each question costs a lookup and the globs: this is asked for every
/// import. [`WatchFilter::forget_folders`] drops it, for a changed `.gitignore`.
#[derive(Debug)]
pub struct WatchFilter {
    include: Vec<CompiledGlob>,
    ignore: Vec<CompiledGlob>,
    files: HashSet<PathBuf>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// By root of a glob, then by folder. The keys are texts, since a `Path` is hashed component by component.
    folders: FxHashMap<OsString, FxHashMap<OsString, Arc<Folder>>>,
    /// Folders without symbolic links; `None` where that is the folder itself.
    real: FxHashMap<OsString, Option<PathBuf>>,
}

/// A folder below the root of a glob.
#[derive(Debug, Default)]
struct Folder {
    /// The names between the root and here, this one included, that are ignored by default.
    ignored_names: Vec<OsString>,
    /// The `.gitignore` rules in force here.
    rules: Option<Arc<Rules>>,
}

/// The rules of one folder, then those of the folders above.
#[derive(Debug)]
struct Rules {
    own: Gitignore,
    above: Option<Arc<Rules>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// No glob of `include` matches.
    Outside,
    Ignored,
    Wanted,
}

impl WatchFilter {
    /// Globs that are not valid match nothing; those of [`super::Settings`] are valid.
    pub fn new(include: &[WatchGlob], ignore: &[WatchGlob]) -> Self {
        Self {
            include: include.iter().filter_map(CompiledGlob::new).collect(),
            ignore: ignore.iter().filter_map(CompiledGlob::new).collect(),
            files: HashSet::new(),
            known: Mutex::default(),
        }
    }

    /// Wants this very file whatever the globs say; the absolute path under which the program knows it.
    pub fn add_file(&mut self, path: &Path) {
        self.files.insert(normal(path).into_owned());
    }

    /// Is this file watched? The path is absolute and is that under which the program knows the file; the file need not
    /// exist.
    pub fn wants(&self, path: &Path) -> bool {
        let path = normal(path);
        if self.files.contains(&*path) {
            return true;
        }
        let known = &mut *self.known();
        match self.verdict(known, &path) {
            Verdict::Wanted => true,
            Verdict::Ignored => false,
            // The program may know its folders by other links than the configuration.
            Verdict::Outside => {
                real_path(known, &path).is_some_and(|real| self.verdict(known, &real) == Verdict::Wanted)
            }
        }
    }

    /// Can a file in this folder, at any depth, be watched? The watcher passes over folders for which this is false.
    pub fn enters(&self, folder: &Path) -> bool {
        let folder = normal(folder);
        if self.files.iter().any(|file| file.starts_with(&*folder)) {
            return true;
        }
        let known = &mut *self.known();
        self.include.iter().any(|glob| {
            if glob.roots.iter().any(|root| root.starts_with(&*folder)) {
                return true;
            }
            let Some((root, rest)) = glob.under(&folder) else {
                return false;
            };
            let reachable = glob.reaches(rest.components().count());
            reachable && {
                let facts = known.folder(root, &folder);
                facts.ignored_names.iter().all(|name| glob.names(name))
                    && !self.ignore.iter().any(|ignore| ignore.covers(&folder))
            }
        })
    }

    /// The folders to watch, recursively as far as [`WatchFilter::enters`]; they may not exist yet. None lies below
    /// another, unless something between them is ignored by default.
    pub fn roots(&self) -> Vec<PathBuf> {
        let parent_of_file = |path: &PathBuf| match path.is_dir() || path.extension().is_none() {
            true => path.clone(),
            false => path.parent().unwrap_or(path).to_owned(),
        };
        let of_globs = self
            .include
            .iter()
            .filter_map(|glob| glob.roots.first())
            .map(parent_of_file);
        let of_files = self.files.iter().filter_map(|file| file.parent()).map(Path::to_owned);
        let mut roots: Vec<PathBuf> = of_globs.chain(of_files).collect();
        roots.sort();
        roots.dedup();
        let known = &mut *self.known();
        let mut kept: Vec<PathBuf> = Vec::new();
        for root in roots {
            let inside = kept.iter().any(|above| {
                root.starts_with(above) && known.folder(above, &root).ignored_names.is_empty() && {
                    // A glob without `**` does not reach every folder below its start.
                    let from_above = self.include.iter().filter(|glob| glob.roots.contains(above));
                    let depth = root.components().count() - above.components().count();
                    from_above.into_iter().any(|glob| glob.reaches(depth))
                }
            });
            if !inside {
                kept.push(root);
            }
        }
        kept
    }

    /// A warning for every glob of `include` that matches no file now. Reads folders: not for a hot path.
    ///
    /// After 20,000 entries the globs without a match are taken to have one.
    pub fn unmatched(&self) -> Vec<Diagnostic> {
        let mut budget = ENTRIES_LOOKED_AT;
        let mut warnings = Vec::new();
        for glob in &self.include {
            if self.finds(glob, &mut budget) || budget == 0 {
                continue;
            }
            warnings.push(nothing_matches(&glob.glob));
        }
        warnings
    }

    fn finds(&self, glob: &CompiledGlob, budget: &mut usize) -> bool {
        let Some(root) = glob.roots.first() else {
            return false;
        };
        if root.is_file() {
            return self.wants(root);
        }
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else {
                continue;
            };
            for entry in entries.flatten() {
                if *budget == 0 {
                    return false;
                }
                *budget -= 1;
                let path = entry.path();
                let kind = entry.file_type();
                if kind.as_ref().is_ok_and(|kind| kind.is_dir()) {
                    if self.enters(&path) {
                        folders.push(path);
                    }
                } else if glob.matches(&path).is_some() && self.wants(&path) && path.is_file() {
                    return true;
                }
            }
        }
        false
    }

    /// Forgets what is known of folders: a `.gitignore` changed, or a virtual environment was made.
    pub fn forget_folders(&self) {
        *self.known() = Known::default();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // What is remembered is complete entry by entry, so that a panic elsewhere leaves nothing half done.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn verdict(&self, known: &mut Known, path: &Path) -> Verdict {
        let mut verdict = Verdict::Outside;
        for glob in &self.include {
            let Some(root) = glob.matches(path) else {
                continue;
            };
            if verdict == Verdict::Outside && self.ignore.iter().any(|ignore| ignore.covers(path)) {
                return Verdict::Ignored;
            }
            if root == path || !ignored_by_default(known, glob, root, path) {
                return Verdict::Wanted;
            }
            verdict = Verdict::Ignored;
        }
        verdict
    }
}

fn ignored_by_default(known: &mut Known, glob: &CompiledGlob, root: &Path, path: &Path) -> bool {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return true;
    };
    let folder = known.folder(root, parent);
    let by_name = is_hidden(name) || Rules::ignore(folder.rules.as_deref(), path, false);
    (by_name && !glob.names(name)) || !folder.ignored_names.iter().all(|name| glob.names(name))
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// The path with its folder free of symbolic links, where that differs.
fn real_path(known: &mut Known, path: &Path) -> Option<PathBuf> {
    let (folder, name) = (path.parent()?, path.file_name()?);
    let key = folder.as_os_str();
    if !known.real.contains_key(key) {
        let real = folder.canonicalize().ok().filter(|real| real != folder);
        known.real.insert(key.to_owned(), real);
    }
    known.real.get(key)?.as_ref().map(|real| real.join(name))
}

impl Known {
    /// What is known of a folder at or below `root`.
    fn folder(&mut self, root: &Path, folder: &Path) -> Arc<Folder> {
        let key = folder.as_os_str();
        if let Some(known) = self.folders.get(root.as_os_str()).and_then(|folders| folders.get(key)) {
            return known.clone();
        }
        let facts = match folder.parent() {
            Some(parent) if folder != root && folder.starts_with(root) => {
                let above = self.folder(root, parent);
                Arc::new(Folder::below(&above, folder))
            }
            _ => Arc::new(Folder::start(root)),
        };
        let folders = self.folders.entry(root.as_os_str().to_owned()).or_default();
        folders.insert(key.to_owned(), facts.clone());
        facts
    }
}

impl Folder {
    /// The root of a glob: named by it, so that nothing above can ignore it. The rules of the repository hold from its
    /// top on; where they ignore the root itself, only rules from the root on do.
    fn start(root: &Path) -> Self {
        let mut rules = None;
        let top = root.ancestors().find(|folder| folder.join(".git").exists());
        let ancestors: Vec<&Path> = root.ancestors().collect();
        let from_top = ancestors
            .iter()
            .rev()
            .skip_while(|folder| top.is_some_and(|top| **folder != top));
        for folder in from_top.filter(|folder| top.is_some() || **folder == root) {
            if Rules::ignore(rules.as_deref(), folder, true) {
                rules = None;
            }
            rules = Rules::add(rules, folder);
        }
        Self {
            ignored_names: Vec::new(),
            rules,
        }
    }

    fn below(above: &Folder, folder: &Path) -> Self {
        let name = folder.file_name().unwrap_or_default();
        let is_environment =
            || folder.join("pyvenv.cfg").exists() || folder.join("conda-meta").join("history").exists();
        let ignored = is_hidden(name)
            || name == "__pycache__"
            || Rules::ignore(above.rules.as_deref(), folder, true)
            || is_environment();
        let mut ignored_names = above.ignored_names.clone();
        if ignored {
            ignored_names.push(name.to_owned());
        }
        // Another repository inside this one, and what a glob names inside an ignored folder, have rules of their own.
        let inherited = match ignored || folder.join(".git").exists() {
            true => None,
            false => above.rules.clone(),
        };
        Self {
            ignored_names,
            rules: Rules::add(inherited, folder),
        }
    }
}

impl Rules {
    /// Adds the rules that a folder has.
    fn add(above: Option<Arc<Rules>>, folder: &Path) -> Option<Arc<Rules>> {
        let mut rules = above;
        // The exclude file is relative to the top of the repository, and .gitignore wins over it.
        let exclude = folder.join(".git").join("info").join("exclude");
        let own = folder.join(".gitignore");
        for file in [exclude, own] {
            if !file.is_file() {
                continue;
            }
            let mut builder = ignore::gitignore::GitignoreBuilder::new(folder);
            // A line that is no pattern is passed over, as git does.
            let _bad_line: Option<ignore::Error> = builder.add(&file);
            if let Ok(own) = builder.build()
                && !own.is_empty()
            {
                rules = Some(Arc::new(Rules { own, above: rules }));
            }
        }
        rules
    }

    /// The nearest rule that speaks of the path decides.
    fn ignore(mut rules: Option<&Rules>, path: &Path, is_folder: bool) -> bool {
        while let Some(here) = rules {
            match here.own.matched(path, is_folder) {
                ignore::Match::None => rules = here.above.as_deref(),
                found => return found.is_ignore(),
            }
        }
        false
    }
}

fn nothing_matches(glob: &WatchGlob) -> Diagnostic {
    let message = match &glob.origin {
        Origin::Default => format!(
            "nothing is watched: there are no Python files below `{}`",
            shown_path(&glob.base)
        ),
        _ => format!("the glob `{}` matches no file", glob.text),
    };
    let warning = Diagnostic::warning("glob-matches-nothing", message);
    match &glob.origin {
        Origin::Default => warning.help("name the files to watch with `--watch`, or with `include` in jurigged.toml"),
        Origin::File(place) => warning.place(place.clone()).detail(relative_to(glob)),
        origin => warning
            .detail(format!("given by {}", origin.shown()))
            .detail(relative_to(glob)),
    }
}

fn relative_to(glob: &WatchGlob) -> String {
    format!("it is relative to `{}`", shown_path(&glob.base))
}
