//! The order in which a batch of several files runs what runs after the commit.
//!
//! Not that of the paths: a statement may use what another file of the batch adds, and an import must not take the value
//! that this file is about to replace. It is the order of a fresh start: the bodies of the files from top to bottom, and
//! an import of a file that has not had its turn first runs that one. As there, files that import each other see each
//! other half done.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::{FileChange, FilePlan, StarImport};
use crate::pipeline::definitions::{DefinitionId, ImportFacet};

/// The modules that a batch changes, by name.
#[derive(Debug, Default)]
pub struct Batch {
    /// Indices of the changes, by module.
    by_module: FxHashMap<String, Vec<usize>>,
}

impl Batch {
    /// The modules of these changes.
    pub fn of(changes: &[FileChange]) -> Self {
        let mut batch = Self::default();
        for (index, change) in changes.iter().enumerate() {
            batch.by_module.entry(change.module.clone()).or_default().push(index);
        }
        batch
    }

    /// Does a statement of `importer` import from another module of the batch?
    pub fn is_imported(&self, importer: &FileChange, imports: &[ImportFacet]) -> bool {
        imports
            .iter()
            .flat_map(|import| imported_modules(&importer.module, &importer.path, import))
            .any(|module| self.is_other(importer, &module))
    }

    /// Does a star-import of `importer` import from another module of the batch?
    pub fn has_star_of(&self, importer: &FileChange, star: &StarImport) -> bool {
        let module = absolute_name(&importer.module, &importer.path, &star.module, star.level);
        module.is_some_and(|module| self.is_other(importer, &module))
    }

    fn is_other(&self, importer: &FileChange, module: &str) -> bool {
        module != importer.module && self.by_module.contains_key(module)
    }
}

/// Indices of files and of operations in them, in the order of a fresh start.
pub fn order(changes: &[FileChange], plans: &[FilePlan], batch: &Batch) -> Vec<(usize, usize)> {
    let mut run = FreshStart {
        changes,
        plans,
        batch,
        has_begun: vec![false; changes.len()],
        order: Vec::new(),
    };
    for file in 0..changes.len() {
        run.body(file);
    }
    run.order
}

/// A start of the program in which only the files of the batch exist.
struct FreshStart<'a> {
    changes: &'a [FileChange],
    plans: &'a [FilePlan],
    batch: &'a Batch,
    has_begun: Vec<bool>,
    order: Vec<(usize, usize)>,
}

impl FreshStart<'_> {
    fn body(&mut self, file: usize) {
        if std::mem::replace(&mut self.has_begun[file], true) {
            return;
        }
        let change = &self.changes[file];
        if let Some((package, _)) = change.module.rsplit_once('.') {
            self.import(package);
        }
        let statements = change.new.definitions.iter();
        let mut imports = statements
            .filter_map(|definition| {
                let facets = definition.facets.statement()?;
                (!facets.imports.is_empty()).then_some((definition.id, facets))
            })
            .peekable();
        for (index, operation) in self.plans[file].operations.iter().enumerate() {
            let reached = operation.new.unwrap_or(DefinitionId::MODULE);
            while let Some((_, facets)) = imports.next_if(|(id, _)| *id <= reached) {
                for import in &facets.imports {
                    for module in imported_modules(&change.module, &change.path, import) {
                        self.import(&module);
                    }
                }
            }
            self.order.push((file, index));
        }
    }

    /// A package is imported before what is in it.
    fn import(&mut self, module: &str) {
        let ends = module.match_indices('.').map(|(at, _)| at).chain([module.len()]);
        for end in ends {
            for file in self.batch.by_module.get(&module[..end]).into_iter().flatten() {
                self.body(*file);
            }
        }
    }
}

/// Full names of the modules that an import may load: of `from a import b` both `a` and `a.b`.
fn imported_modules(importer: &str, path: &Path, import: &ImportFacet) -> Vec<String> {
    let Some(module) = absolute_name(importer, path, &import.module, import.level) else {
        return Vec::new();
    };
    let submodule = import
        .name
        .as_deref()
        .filter(|name| *name != "*")
        .map(|name| format!("{module}.{name}"));
    std::iter::once(module).chain(submodule).collect()
}

/// The module that an import names, with its leading dots resolved (Lib/importlib/_bootstrap.py, `_resolve_name`);
/// `None` where they lead out of the top-level package.
fn absolute_name(importer: &str, path: &Path, module: &str, level: u32) -> Option<String> {
    if level == 0 {
        return Some(module.to_owned());
    }
    let is_package = path.file_stem().is_some_and(|stem| stem == "__init__");
    let mut package = importer;
    for _ in usize::from(is_package)..level as usize {
        package = package.rsplit_once('.')?.0;
    }
    Some(match module {
        "" => package.to_owned(),
        module => format!("{package}.{module}"),
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::pipeline::edit_plan::{PlanSettings, plan};
    use crate::pipeline::{definitions, diff};
    use crate::source::SourceText;

    /// `(path, old, new)` of each file, its module named after the path; gives the modules in which something runs.
    fn order_of(files: &[(&str, &str, &str)]) -> Vec<String> {
        let changes: Vec<_> = files
            .iter()
            .map(|(path, old, new)| {
                let parse = |text: &str| {
                    let source = SourceText::new(PathBuf::from(path), text.to_owned());
                    std::sync::Arc::new(definitions::parse(std::sync::Arc::new(source)))
                };
                let (old, new) = (parse(old), parse(new));
                let module = path
                    .trim_end_matches(".py")
                    .trim_end_matches("/__init__")
                    .replace('/', ".");
                FileChange {
                    path: PathBuf::from(path),
                    module,
                    matching: diff::match_trees(&old, &new, &[]),
                    reexecute: false,
                    has_moved: false,
                    is_joined: false,
                    old,
                    new,
                }
            })
            .collect();
        let plan = plan(&changes, &(), PlanSettings::default());
        let text = |(file, index): &(usize, usize)| {
            let file = &plan.files[*file];
            format!(
                "{}: {}",
                changes[plan.files.iter().position(|it| it.path == file.path).unwrap_or(0)].module,
                file.operations[*index].summary
            )
        };
        plan.order.iter().map(text).collect()
    }

    #[test]
    fn a_file_that_is_imported_comes_first() {
        let order = order_of(&[
            ("p/__init__.py", "", "from .keys import a\n"),
            ("p/keys.py", "", "from . import base\na = base.b()\n"),
            ("p/base.py", "", "b = 1\n"),
        ]);
        assert_eq!(
            order,
            [
                "p.base: b = 1",
                "p.keys: from . import base",
                "p.keys: a = base.b()",
                "p: from .keys import a"
            ]
        );
    }

    #[test]
    fn files_that_import_each_other_are_half_done() {
        let order = order_of(&[
            ("p/__init__.py", "", "version = f()\nfrom .core import g\nlast = f()\n"),
            ("p/core.py", "", "from . import version\ng = f()\n"),
        ]);
        let expected = [
            "p: version = f()",
            "p.core: from . import version",
            "p.core: g = f()",
            "p: from .core import g",
            "p: last = f()",
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn leading_dots_count_from_the_package() {
        let name =
            |importer: &str, path: &str, level, module: &str| absolute_name(importer, Path::new(path), module, level);
        assert_eq!(name("p.q.m", "p/q/m.py", 1, "n").as_deref(), Some("p.q.n"));
        assert_eq!(name("p.q.m", "p/q/m.py", 2, "").as_deref(), Some("p"));
        assert_eq!(name("p.q", "p/q/__init__.py", 1, "n").as_deref(), Some("p.q.n"));
        assert_eq!(name("p", "p/__init__.py", 2, "n"), None);
    }
}
