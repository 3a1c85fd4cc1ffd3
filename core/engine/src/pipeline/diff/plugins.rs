//! Matchers of the plugin interface among our own: those of plugins, and the engine's rule that needs no more than they
//! get to see.

use std::sync::Mutex;

use jurigged_abi::Definition;

use super::candidate::{Candidate, Matcher, Pairs};
use crate::pipeline::definitions::DefinitionKind;
use crate::plugins::Plugins;

/// All matchers of all plugins, as one.
pub struct PluginMatchers<'a> {
    plugins: Mutex<&'a mut Plugins>,
}

impl<'a> PluginMatchers<'a> {
    /// Asks these plugins.
    pub fn new(plugins: &'a mut Plugins) -> Self {
        Self {
            plugins: Mutex::new(plugins),
        }
    }
}

impl Matcher for PluginMatchers<'_> {
    fn pair(&self, old: &[Candidate<'_>], new: &[Candidate<'_>], pairs: &mut Pairs) -> Result<(), String> {
        let mut plugins = self.plugins.lock().map_err(|error| error.to_string())?;
        // Nearly always there is none: then no text is copied.
        if !plugins.has_matchers() {
            return Ok(());
        }
        for pair in plugins.pair(&definitions(old), &definitions(new)) {
            pairs
                .pair(pair.old, pair.new, pair.reason)
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// A matcher that is written against the plugin interface, called directly.
pub(super) struct Adapted<M>(pub M);

impl<M: jurigged_abi::Matcher> Matcher for Adapted<M> {
    fn pair(&self, old: &[Candidate<'_>], new: &[Candidate<'_>], pairs: &mut Pairs) -> Result<(), String> {
        let mut found = jurigged_abi::Pairs::default();
        self.0
            .pair(&definitions(old), &definitions(new), &mut found)
            .map_err(|error| error.to_string())?;
        for pair in found.into_vec() {
            pairs
                .pair(pair.old, pair.new, pair.reason)
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

fn definitions(candidates: &[Candidate<'_>]) -> Vec<Definition> {
    candidates
        .iter()
        .map(|candidate| {
            let kind = match candidate.kind {
                DefinitionKind::Function { .. } => "function",
                DefinitionKind::Class => "class",
                _ => "statement",
            };
            let mut definition = Definition::new(kind, candidate.name.unwrap_or_default(), candidate.text);
            definition.path = candidate.path.to_owned();
            definition.fingerprint = candidate.fingerprint;
            definition
        })
        .collect()
}
