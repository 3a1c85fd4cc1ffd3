//! `[[patch.rule]]`: what a save of a file does.

use std::path::Path;
use std::sync::Arc;

use super::glob::{CompiledGlob, WatchGlob, normal};

/// What a save of a file does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnChange {
    /// What changed is patched.
    #[default]
    Patch,
    /// The whole module runs again.
    Reexecute,
    /// Nothing.
    Ignore,
    /// The program is started again.
    Restart,
}

impl OnChange {
    /// The word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Reexecute => "reexecute",
            Self::Ignore => "ignore",
            Self::Restart => "restart",
        }
    }

    /// What a word means.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Patch, Self::Reexecute, Self::Ignore, Self::Restart];
        all.into_iter().find(|it| it.word() == word)
    }
}

/// The rules in their order.
#[derive(Clone, Debug, Default)]
pub struct PatchRules(Arc<[(CompiledGlob, OnChange)]>);

impl PatchRules {
    /// Globs that are not valid match nothing; those of [`super::Settings`] are valid.
    pub fn new(rules: impl Iterator<Item = (WatchGlob, OnChange)>) -> Self {
        Self(
            rules
                .filter_map(|(glob, on_change)| Some((CompiledGlob::new(&glob)?, on_change)))
                .collect(),
        )
    }

    /// What the first rule that matches the file says; the path is absolute.
    pub fn of(&self, file: &Path) -> OnChange {
        let file = normal(file);
        let rule = self.0.iter().find(|(glob, _)| glob.matches(&file).is_some());
        rule.map_or(OnChange::default(), |(_, on_change)| *on_change)
    }
}
