//! Pairing old definitions with new ones.

use crate::Result;

/// Pairs definitions that the engine could not pair by name; sees text only.
pub trait Matcher: Send + Sync + 'static {
    /// Pairs some of the unpaired siblings of one scope. `old` and `new` are in the order of the source; whatever is
    /// left unpaired is deleted and added.
    ///
    /// # Errors
    /// Any error switches the plugin off; the engine's own answer stands.
    fn pair(&self, old: &[Definition], new: &[Definition], pairs: &mut Pairs) -> Result;
}

/// One definition or statement, as a matcher sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Definition {
    /// `function`, `class` or `statement`.
    pub kind: String,
    /// The name in its scope; empty for a statement.
    pub name: String,
    /// The dotted path from the module on, module excluded.
    pub path: String,
    /// The source text, decorators included.
    pub text: String,
    /// A hash of the text without layout: equal means equal code. Valid in one process.
    pub fingerprint: u64,
    /// The line of the first character, 1-based.
    pub line: u32,
}

impl Definition {
    /// A definition of this kind, name and text; set the other fields as needed.
    pub fn new(kind: &str, name: &str, text: &str) -> Self {
        Self {
            kind: kind.into(),
            name: name.into(),
            path: name.into(),
            text: text.into(),
            ..Self::default()
        }
    }
}

/// The answer of a [`Matcher`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    pairs: Vec<Pair>,
}

/// One old definition that continues as a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Index into the old definitions.
    pub old: usize,
    /// Index into the new definitions.
    pub new: usize,
    /// Why, as the report says it.
    pub reason: String,
}

impl Pairs {
    /// Says that `old[old]` continues as `new[new]`. Each index may be used once.
    pub fn pair(&mut self, old: usize, new: usize, reason: impl Into<String>) {
        self.pairs.push(Pair {
            old,
            new,
            reason: reason.into(),
        });
    }

    /// All pairs, in the order in which they were made.
    pub fn into_vec(self) -> Vec<Pair> {
        self.pairs
    }
}
