//! Names that disappear from a module although other files of the program still take them from there.
//!
//! They go all the same: that is what the text says. But the program would not start again, and that is better known now.

use std::path::Path;

use super::guard::When;
use super::scope::Names;
use super::{
    Action, EditCode, Elsewhere, FileChange, FilePlan, Guard, ModuleText, Operation, Scope, first_line, reasons,
};
use crate::pipeline::definitions::{DefinitionId, ModuleUse, module_uses};

/// A place that the next start, or the next call, fails at.
pub(super) struct Importer {
    pub path: std::path::PathBuf,
    /// 1-based.
    pub line: u32,
    pub at_load: bool,
}

/// Adds a note for each name that goes and is imported elsewhere. The other files of the batch count with their new text.
pub(super) fn note(changes: &[FileChange], files: &mut [FilePlan], elsewhere: &dyn Elsewhere) {
    let mut texts: Option<Vec<ModuleText>> = None;
    for (change, plan) in changes.iter().zip(files) {
        let mut gone = gone(plan);
        let names = Names::of(&change.new);
        // A block that runs anew may bind it again.
        gone.retain(|(name, .., guards)| {
            !names.binds(&Scope::default(), name)
                || guards
                    .iter()
                    .any(|it| matches!(it.when, When::NotRan(_) | When::NotChosen(_)))
        });
        if gone.is_empty() || may_still_have_them(change) {
            continue;
        }
        let texts = texts.get_or_insert_with(|| texts_after(changes, elsewhere));
        for (name, old, line, guards) in gone {
            let importers = importers(texts, &change.module, &change.path, &name);
            if importers.is_empty() {
                continue;
            }
            plan.operations.push(Operation {
                edit: EditCode::Importers,
                name: name.clone(),
                line,
                summary: first_line(change.old.text(old)),
                old: Some(old),
                new: None,
                guards,
                action: Action::Refuse(reasons::importers(&change.module, &name, &importers)),
            });
        }
    }
}

/// The names that a plan takes out of its module, each with the definition that it had, its 1-based line, and what must
/// be so for it to go.
fn gone(plan: &FilePlan) -> Vec<(String, DefinitionId, u32, Vec<Guard>)> {
    let module = Scope::default();
    let mut gone = Vec::new();
    for operation in &plan.operations {
        let names = match &operation.action {
            Action::Unbind { scope, names, .. } if *scope == module => names.as_slice(),
            Action::Run(statement) if statement.scope == module => statement.unbinds.as_slice(),
            Action::Rename(rename) if rename.old_scope == module && !rename.keeps_old => {
                std::slice::from_ref(&rename.from)
            }
            _ => continue,
        };
        if let Some(old) = operation.old {
            let guards = &operation.guards;
            gone.extend(
                names
                    .iter()
                    .map(|name| (name.clone(), old, operation.line, guards.clone())),
            );
        }
    }
    gone.sort_by(|a, b| a.0.cmp(&b.0));
    gone.dedup_by(|a, b| a.0 == b.0);
    gone
}

/// A module-level `__getattr__` (PEP 562) answers for names that are not there, a star-import may bring them.
fn may_still_have_them(change: &FileChange) -> bool {
    let has_star = change.new.definitions.iter().any(|definition| {
        let statement = definition.facets.statement().is_some_and(|facets| facets.binds_star);
        let block = definition.facets.block().is_some_and(|facets| facets.binds_star);
        statement || block
    });
    has_star || Names::of(&change.new).binds(&Scope::default(), "__getattr__")
}

/// All texts of the program once the batch is live.
fn texts_after(changes: &[FileChange], elsewhere: &dyn Elsewhere) -> Vec<ModuleText> {
    let mut texts = elsewhere.texts();
    for text in &mut texts {
        if let Some(change) = changes.iter().find(|change| change.path == text.path) {
            text.source = change.new.source.clone();
        }
    }
    texts
}

/// The places in other files that take `name` from `module`.
fn importers(texts: &[ModuleText], module: &str, path: &Path, name: &str) -> Vec<Importer> {
    let submodule = format!("{module}.{name}");
    // `from package import submodule` loads it.
    if texts.iter().any(|text| text.module == submodule) {
        return Vec::new();
    }
    let mut found: Vec<Importer> = Vec::new();
    for text in texts
        .iter()
        .filter(|text| text.path != path && text.source.text().contains(name))
    {
        for used in module_uses(&text.source) {
            let is_known = found.iter().any(|it| it.path == text.path && it.line == used.line);
            if used.name == name && !is_known && is_module(&used, text, module) {
                found.push(Importer {
                    path: text.path.clone(),
                    line: used.line,
                    at_load: used.at_load,
                });
            }
        }
    }
    found
}

/// Does a place in `text` mean this module?
fn is_module(used: &ModuleUse, text: &ModuleText, module: &str) -> bool {
    module_meant(&text.module, &text.path, &used.module, used.level, module)
}

/// Does an import in the module `own`, of `written` below so many dots, mean this module?
pub(super) fn module_meant(own: &str, path: &Path, written: &str, level: u32, module: &str) -> bool {
    if level == 0 {
        return written == module;
    }
    if own == "__main__" {
        // Its package is known to the program only: a name too many is listed rather than none.
        return format!(".{module}").ends_with(&format!(".{written}"));
    }
    let is_package = path.file_stem().is_some_and(|stem| stem == "__init__");
    let up = level - u32::from(is_package);
    let mut around = Some(own);
    for _ in 0..up {
        around = around.and_then(|module| Some(module.rsplit_once('.')?.0));
    }
    match (around, written) {
        (Some(package), "") => package == module,
        (Some(package), rest) => module
            .strip_prefix(package)
            .and_then(|tail| tail.strip_prefix('.'))
            .is_some_and(|tail| tail == rest),
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::SourceText;

    #[test]
    fn relative_imports_are_resolved() {
        for (module, file, text, is_meant) in [
            ("p.a", "p/a.py", "from .m import f", true),
            ("p.a", "p/a.py", "from . import m\nm.f", true),
            ("p.q.a", "p/q/a.py", "from ..m import f", true),
            ("p.q", "p/q/__init__.py", "from ..m import f", true),
            ("p", "p/__init__.py", "from .m import f", true),
            ("p.q.a", "p/q/a.py", "from .m import f", false),
            ("a", "a.py", "from .m import f", false),
            ("a", "a.py", "from p.m import f", true),
            ("__main__", "p/a.py", "from .m import f", true),
            ("a", "a.py", "from m import f", false),
            ("a", "a.py", "from p.m import g", false),
        ] {
            let text = ModuleText {
                module: module.to_owned(),
                path: file.into(),
                source: Arc::new(SourceText::new(file, text)),
            };
            let found = importers(std::slice::from_ref(&text), "p.m", Path::new("p/m.py"), "f");
            assert_eq!(!found.is_empty(), is_meant, "{module}: {}", text.source.text());
        }
    }

    #[test]
    fn a_submodule_of_the_name_is_still_found() {
        let text = |module: &str, file: &str, text: &str| ModuleText {
            module: module.to_owned(),
            path: file.into(),
            source: Arc::new(SourceText::new(file, text)),
        };
        let texts = [text("a", "a.py", "from p import f"), text("p.f", "p/f.py", "")];
        assert!(importers(&texts, "p", Path::new("p/__init__.py"), "f").is_empty());
        assert_eq!(importers(&texts[..1], "p", Path::new("p/__init__.py"), "f").len(), 1);
    }
}
