//! What runs of one module: the baseline.

use std::path::PathBuf;
use std::sync::Arc;

use jurigged_runtime::{Interpreter, Pin};

use crate::pipeline::definitions::{DefinitionId, DefinitionTree, parse};
use crate::pipeline::edit_plan::Outline;
use crate::pipeline::locate::{Bindings, copies_code};
use crate::source::SourceText;

/// A module of the program and the text that it runs.
#[derive(Debug)]
pub struct Module {
    /// Its name in `sys.modules`.
    pub name: String,
    /// The file, as `co_filename` has it.
    pub path: PathBuf,
    /// The text that runs: what was loaded, with every applied edit; where an edit was refused, the old text of that
    /// definition inside the new file.
    pub baseline: Arc<SourceText>,
    /// What was loaded. The module's own code object keeps its positions.
    pub loaded: Arc<SourceText>,
    /// The text that was last read from disk, if it differs from the baseline: some of it is pending or refused.
    pub pending: Option<Arc<SourceText>>,
    /// The module's code object; `None` for modules that were loaded before the watch began.
    pub code: Option<Pin>,
    /// The module has followed its file to `path`, and its code still names the file that it was loaded from.
    pub has_moved: bool,
    /// Counts the saves that were applied.
    pub revision: u64,
    /// The baseline is joined of two texts: its lines are those of no code object.
    is_joined: bool,
    /// The text makes copies of code objects, as far as known.
    copies_code: Option<bool>,
    tree: Option<Arc<DefinitionTree>>,
    loaded_tree: Option<Arc<DefinitionTree>>,
    bindings: Option<Bindings>,
}

impl Module {
    /// A module as it was loaded.
    pub fn new(name: String, path: PathBuf, source: Arc<SourceText>, code: Option<Pin>) -> Self {
        Self {
            name,
            path,
            baseline: source.clone(),
            loaded: source,
            pending: None,
            code,
            has_moved: false,
            revision: 0,
            is_joined: false,
            copies_code: None,
            tree: None,
            loaded_tree: None,
            bindings: None,
        }
    }

    /// Does the program run this text, positions included?
    pub fn runs(&self, text: &str) -> bool {
        !self.is_joined && !self.has_moved && self.baseline.text() == text
    }

    /// Is the baseline joined of two texts, since something of the last save is refused?
    pub fn is_joined(&self) -> bool {
        self.is_joined
    }

    /// Does its text make copies of code objects? Looked at once for each baseline.
    pub fn copies_code(&mut self) -> bool {
        *self
            .copies_code
            .get_or_insert_with(|| copies_code(self.baseline.text()))
    }

    /// The tree of the baseline, parsed at the first edit.
    pub fn tree(&mut self) -> Arc<DefinitionTree> {
        self.tree
            .get_or_insert_with(|| Arc::new(parse(self.baseline.clone())))
            .clone()
    }

    /// The tree of the baseline, parsed for this call where it is not known yet.
    pub fn parsed(&self) -> Arc<DefinitionTree> {
        let known = self.tree.clone();
        known.unwrap_or_else(|| Arc::new(parse(self.baseline.clone())))
    }

    /// The tree of what was loaded, parsed at the first edit while the module's body runs.
    pub fn loaded_tree(&mut self) -> Arc<DefinitionTree> {
        if Arc::ptr_eq(&self.loaded, &self.baseline) {
            return self.tree();
        }
        self.loaded_tree
            .get_or_insert_with(|| Arc::new(parse(self.loaded.clone())))
            .clone()
    }

    /// Which code object belongs to which definition of the baseline, found at the first edit.
    pub fn bindings(&mut self, interpreter: &dyn Interpreter) -> &Bindings {
        let tree = self.tree();
        self.bindings.get_or_insert_with(|| {
            let outline = Outline::of_scope(&tree, DefinitionId::MODULE);
            match &self.code {
                Some(code) => Bindings::of_module(interpreter, code, &outline),
                None => Bindings::of_file(interpreter, &self.path, &outline),
            }
        })
    }

    /// The bindings that [`bindings`](Self::bindings) has found.
    pub fn known_bindings(&self) -> Option<&Bindings> {
        self.bindings.as_ref()
    }

    /// Moves the baseline on, after a commit.
    pub fn advance(&mut self, tree: Arc<DefinitionTree>, bindings: Bindings, disk: &Arc<SourceText>) {
        self.baseline = tree.source.clone();
        self.pending = (self.baseline.text() != disk.text()).then(|| disk.clone());
        self.is_joined = self.pending.is_some();
        self.tree = Some(tree);
        self.bindings = Some(bindings);
        self.has_moved = false;
        // What copied before has copied.
        self.copies_code = self.copies_code.filter(|copies| *copies);
        self.revision += 1;
    }
}
