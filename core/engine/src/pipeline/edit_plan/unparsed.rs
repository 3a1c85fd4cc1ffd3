//! The modules of the program that a plan has not parsed, and which of them may import a name.
//!
//! One or a few names are searched for in all texts, at the speed of memory. A checkout changes thousands of names in a program
//! of thousands of modules: then one look at each text makes an index of its words, in which each name is looked up.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::ModuleText;
use super::dependents::{ScopedName, is_word};

/// Names that are searched for; the index costs about as much as this many searches.
const MOST_SEARCHES: usize = 16;

/// See the module.
pub(super) struct Unparsed {
    /// `None` once taken.
    texts: Vec<Option<ModuleText>>,
    searches: usize,
    index: Option<Index>,
}

/// Where words stand.
#[derive(Default)]
struct Index {
    /// By the hash of a word, the texts that have it, ascending: of two words with one hash, a text too many is parsed.
    words: FxHashMap<u64, Vec<usize>>,
    /// Texts with a star-import, ascending.
    stars: Vec<usize>,
}

impl Unparsed {
    pub fn new(texts: Vec<ModuleText>) -> Self {
        Self {
            texts: texts.into_iter().map(Some).collect(),
            searches: 0,
            index: None,
        }
    }

    /// Those that were not taken.
    pub fn iter(&self) -> impl Iterator<Item = &ModuleText> {
        self.texts.iter().flatten()
    }

    /// Takes the modules that import the name from its module, or may.
    pub fn take_importers(&mut self, name: &ScopedName) -> Vec<ModuleText> {
        self.searches += 1;
        if self.searches > MOST_SEARCHES && self.index.is_none() {
            self.index = Some(Index::of(&self.texts));
        }
        let last = name.module.rsplit('.').next().unwrap_or(&name.module);
        // `from . import x` does not name the package.
        let is_inside = |text: &ModuleText| {
            let below = text.module.strip_prefix(&name.module);
            text.module == "__main__" || below.is_some_and(|below| below.starts_with('.'))
        };
        let found: Vec<usize> = match &self.index {
            None => {
                let may_import = |text: &ModuleText| {
                    let source = text.source.text();
                    (source.contains(&name.name) || source.contains(STAR))
                        && (source.contains(last) || is_inside(text))
                        && source.contains("import")
                };
                let texts = self.texts.iter().enumerate();
                texts
                    .filter(|(_, text)| text.as_ref().is_some_and(may_import))
                    .map(|(at, _)| at)
                    .collect()
            }
            Some(index) => {
                let naming = index.texts_with(last);
                let mut readers = [index.texts_with(&name.name), &index.stars].concat();
                readers.sort_unstable();
                readers.dedup();
                let may_import = |at: &usize| {
                    let text = self.texts[*at].as_ref();
                    text.is_some_and(|text| naming.binary_search(at).is_ok() || is_inside(text))
                };
                readers.into_iter().filter(may_import).collect()
            }
        };
        found.into_iter().filter_map(|at| self.texts[at].take()).collect()
    }
}

const STAR: &str = "import *";

impl Index {
    fn of(texts: &[Option<ModuleText>]) -> Self {
        let mut index = Self::default();
        for (at, text) in texts.iter().enumerate() {
            let Some(text) = text else { continue };
            let source = text.source.text();
            if source.contains(STAR) {
                index.stars.push(at);
            }
            for word in source.split(|it| !is_word(it)).filter(|word| !word.is_empty()) {
                let found = index.words.entry(hash(word)).or_default();
                if found.last() != Some(&at) {
                    found.push(at);
                }
            }
        }
        index
    }

    fn texts_with(&self, word: &str) -> &[usize] {
        self.words.get(&hash(word)).map_or(&[], Vec::as_slice)
    }
}

fn hash(word: &str) -> u64 {
    FxBuildHasher.hash_one(word)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::pipeline::edit_plan::Scope;
    use crate::source::SourceText;

    fn modules(texts: &[(&str, &str)]) -> Unparsed {
        let module = |(module, text): &(&str, &str)| ModuleText {
            module: (*module).to_owned(),
            path: format!("{module}.py").into(),
            source: Arc::new(SourceText::new(format!("{module}.py"), *text)),
        };
        Unparsed::new(texts.iter().map(module).collect())
    }

    fn importers(texts: &[(&str, &str)], searches: usize, module: &str, name: &str) -> Vec<String> {
        let mut unparsed = modules(texts);
        unparsed.searches = searches;
        let name = ScopedName {
            module: module.to_owned(),
            scope: Scope::default(),
            name: name.to_owned(),
        };
        let found = unparsed.take_importers(&name);
        found.into_iter().map(|text| text.module).collect()
    }

    #[test]
    fn a_search_and_the_index_find_the_same() {
        let texts = [
            ("app", "from shop.cart import total"),
            ("other", "from shop.cart import *"),
            ("shop.sub", "from . import limit"),
            ("shop.sub.deep", "from .. import limit, x"),
            ("apart", "limit = 5\ntotal = 3"),
        ];
        for searches in [0, MOST_SEARCHES] {
            assert_eq!(importers(&texts, searches, "shop.cart", "total"), ["app", "other"]);
            assert_eq!(
                importers(&texts, searches, "shop", "limit"),
                ["other", "shop.sub", "shop.sub.deep"]
            );
            assert!(
                importers(&texts, searches, "shop", "nothing")
                    .iter()
                    .all(|it| it == "other")
            );
        }
    }
}
