//! How alike two texts are: the share of their neighbouring words that both have.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

/// A text as the sorted hashes of all pairs of neighbouring words. Comments and layout do not count, a string is one word.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    /// How many words the text has.
    pub(super) count: usize,
    /// Sorted, with duplicates.
    pub(super) pairs: Vec<u64>,
}

impl Words {
    /// The words of a definition. `name`: its own, which counts as the same word in every text.
    pub(super) fn of(text: &str, name: &str) -> Self {
        let mut words = Self::default();
        let mut before = 0;
        each_word(text, &mut |word| {
            let now = hash(if word == name { "" } else { word });
            words.pairs.push(hash((before, now)));
            words.count += 1;
            before = now;
        });
        words.pairs.sort_unstable();
        words
    }

    /// Twice the pairs that both have, by the pairs of both (Sørensen and Dice): 1 for equal texts, 0 where nothing is
    /// common. The order of longer parts does not count.
    pub(super) fn similarity(&self, other: &Self) -> f64 {
        let total = self.pairs.len() + other.pairs.len();
        if total == 0 {
            return 0.0;
        }
        let (mut own, mut others, mut common) = (0, 0, 0);
        while let (Some(a), Some(b)) = (self.pairs.get(own), other.pairs.get(others)) {
            match a.cmp(b) {
                std::cmp::Ordering::Less => own += 1,
                std::cmp::Ordering::Greater => others += 1,
                std::cmp::Ordering::Equal => {
                    common += 1;
                    own += 1;
                    others += 1;
                }
            }
        }
        2.0 * f64::from(common) / total as f64
    }
}

/// Are two texts the same, but for layout and for words that are called something else in the second?
pub fn same_words(a: &str, b: &str, renamed: impl Fn(&str) -> Option<String>) -> bool {
    let words = |text: &str| {
        let mut words = Vec::new();
        each_word(text, &mut |word| words.push(word.to_owned()));
        words
    };
    let before = words(a).into_iter().map(|word| renamed(&word).unwrap_or(word));
    before.eq(words(b))
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Names and numbers, strings, and every other character by itself.
fn each_word(text: &str, take: &mut impl FnMut(&str)) {
    let bytes = text.as_bytes();
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'#' => {
                at += text[at..].find(['\n', '\r']).unwrap_or(text.len() - at);
                continue;
            }
            b'"' | b'\'' => at = end_of_string(bytes, start),
            byte if byte.is_ascii_whitespace() || byte == b'\\' => continue,
            byte if is_part(byte) => {
                while bytes.get(at).copied().is_some_and(is_part) {
                    at += 1;
                }
            }
            _ => {}
        }
        take(&text[start..at]);
    }
}

/// One past the string literal that begins with the quote at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let is_triple = bytes[start..].starts_with(&[quote; 3]);
    let mut at = start + if is_triple { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if byte == quote && !is_triple => return at + 1,
            _ if byte == quote && bytes[at..].starts_with(&[quote; 3]) => return at + 3,
            // Not closed: no more than its line.
            b'\n' | b'\r' if !is_triple => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        each_word(text, &mut |word| words.push(word.to_owned()));
        words
    }

    #[test]
    fn comments_are_no_words_and_strings_are_one() {
        assert_eq!(
            words("f(x) # 'no'\n'a # b' \"\"\"c\n'd'\"\"\"+é1"),
            ["f", "(", "x", ")", "'a # b'", "\"\"\"c\n'd'\"\"\"", "+", "é1"]
        );
        assert_eq!(words("'\\'' 'open\nx '''never"), ["'\\''", "'open", "x", "'''never"]);
        assert_eq!(words("'\\"), ["'\\"]);
    }

    #[test]
    fn similarity_counts_neighbours_and_not_the_own_name() {
        let of = |text: &str, name| Words::of(text, name);
        assert_eq!(of("def f(x): f(1)", "f").similarity(&of("def g(x):\n  g(1)", "g")), 1.0);
        assert_eq!(of("a b", "").similarity(&of("c d", "")), 0.0);
        assert_eq!(of("", "").similarity(&of("", "")), 0.0);
        let half = of("a b c d", "").similarity(&of("a b x y", ""));
        assert!((half - 0.5).abs() < 1e-9, "{half}");
    }
}
