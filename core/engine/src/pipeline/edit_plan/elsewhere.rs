//! What the planner asks about the rest of the program.

use std::path::PathBuf;
use std::sync::Arc;

use crate::source::SourceText;

/// The modules of the program besides the one that is planned. Asked only where an edit concerns them.
pub trait Elsewhere {
    /// What a decorator, by its module and its name, decorates in other modules: qualified names.
    fn decorated_by(&self, module: &str, name: &str) -> Vec<String>;
    /// The text of every module as it is on disk, in order of the names.
    fn texts(&self) -> Vec<ModuleText>;
    /// The text that every module runs, in order of the names.
    fn running(&self) -> Vec<ModuleText>;
}

/// A module of the program.
#[derive(Clone, Debug)]
pub struct ModuleText {
    /// Its name in `sys.modules`.
    pub module: String,
    /// The file, as `co_filename` has it.
    pub path: PathBuf,
    /// Of [`Elsewhere::texts`] what the next start reads, of [`Elsewhere::running`] what was loaded and patched.
    pub source: Arc<SourceText>,
}

/// No other modules.
impl Elsewhere for () {
    fn decorated_by(&self, _: &str, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn texts(&self) -> Vec<ModuleText> {
        Vec::new()
    }

    fn running(&self) -> Vec<ModuleText> {
        Vec::new()
    }
}
