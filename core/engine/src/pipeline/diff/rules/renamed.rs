//! Functions and classes that have another name now.
//!
//! A rename is told from a deletion and an addition by this rule: among the siblings that no other rule has paired,
//! exactly one deleted and one added definition match. They match if
//!
//! 1. they are of the same kind: class or function, plain, generator, `async`;
//! 2. they have the same decorators, and a function the same required parameters, a class bases of the same names, the
//!    same keywords and `__slots__`, in the same order;
//! 3. each has at least three statements or twenty words, and does something;
//! 4. their [similarity](Words::similarity), in which the own name counts as the same word, is 0.8 or more;
//! 5. no other deleted or added definition of the kind comes closer than 0.6 to either of them.
//!
//! Names that mean something to Python (`__eq__`) are what they are, and a name with several definitions says nothing of
//! each: these are never renamed. Nor is a class of which a decorator, or an annotation, shows private names (`__x`): the
//! name of the class is in them.

use rustc_hash::FxHashMap;

use super::super::candidate::{Candidate, Matcher, Pairs};
use super::super::words::Words;
use crate::pipeline::definitions::DefinitionKind;

/// From here on two definitions can be one.
const SIMILAR: f64 = 0.8;
/// From here on a second candidate makes it doubtful which one is meant.
const DOUBTFUL: f64 = 0.6;
/// Smaller definitions resemble each other by chance.
const FEWEST_STATEMENTS: u32 = 3;
const FEWEST_WORDS: usize = 20;
/// Up to so many comparisons all are made.
const COMPARE_ALL: usize = 4096;
/// Where more are left, pairs of words that more definitions than this have in common lead to no candidate. A definition
/// that consists of such pairs so far that an unseen candidate could be doubtful is deleted and added.
const COMMON: usize = 64;
/// Of the others, so many are compared: those with which a definition has most rare pairs in common.
const LOOK_AT: usize = 16;

/// Looks for renamed definitions among what is left over.
pub(super) struct Renamed;

impl Matcher for Renamed {
    fn pair(&self, old: &[Candidate<'_>], new: &[Candidate<'_>], pairs: &mut Pairs) -> Result<(), String> {
        let (old, new) = (Side::of(old), Side::of(new));
        if old.members.is_empty() || new.members.is_empty() {
            return Ok(());
        }
        for (before, after) in certain(&old, &new) {
            let (before, after) = (&old.members[before], &new.members[after]);
            // Each is in one pair at most, and both are of one kind.
            let _ = pairs.pair(before.at, after.at, "renamed");
        }
        Ok(())
    }
}

/// Are two definitions so much alike that one can be the other with another name, or in another place?
pub(in super::super) fn alike(old: &Candidate<'_>, new: &Candidate<'_>) -> bool {
    let (old, new) = (Member::of(0, old), Member::of(0, new));
    old.may_be(&new) && old.words.similarity(&new.words) >= SIMILAR
}

/// The functions and classes of one side.
struct Side<'c, 't> {
    members: Vec<Member<'c, 't>>,
}

struct Member<'c, 't> {
    /// Index among the candidates.
    at: usize,
    candidate: &'c Candidate<'t>,
    words: Words,
    /// Large enough, and no special name.
    is_eligible: bool,
}

impl<'c, 't> Side<'c, 't> {
    fn of(candidates: &'c [Candidate<'t>]) -> Self {
        let mut uses: FxHashMap<&str, usize> = FxHashMap::default();
        for name in candidates.iter().filter_map(|candidate| candidate.name) {
            *uses.entry(name).or_default() += 1;
        }
        let is_named = |kind| matches!(kind, DefinitionKind::Class | DefinitionKind::Function { .. });
        let members = candidates
            .iter()
            .enumerate()
            .filter(|(_, candidate)| is_named(candidate.kind))
            .map(|(at, candidate)| {
                let mut member = Member::of(at, candidate);
                member.is_eligible &= candidate.name.is_some_and(|name| uses[name] == 1);
                member.is_eligible &= !candidate.shows_private_names;
                member
            });
        Self {
            members: members.collect(),
        }
    }
}

/// The pairs of which both sides think alike.
fn certain(old: &Side<'_, '_>, new: &Side<'_, '_>) -> Vec<(usize, usize)> {
    let mut best_of_old: Vec<Best> = vec![Best::default(); old.members.len()];
    let mut best_of_new: Vec<Best> = vec![Best::default(); new.members.len()];
    let mut compare = |before: usize, after: usize| {
        let (a, b) = (&old.members[before], &new.members[after]);
        if a.candidate.kind != b.candidate.kind {
            return;
        }
        let similarity = a.words.similarity(&b.words);
        best_of_old[before].see(after, similarity);
        best_of_new[after].see(before, similarity);
    };
    let mut unclear = (Vec::new(), Vec::new());
    if old.members.len() * new.members.len() <= COMPARE_ALL {
        for before in 0..old.members.len() {
            (0..new.members.len()).for_each(|after| compare(before, after));
        }
    } else {
        unclear = compare_by_rare_words(old, new, &mut compare);
    }
    let mut pairs = Vec::new();
    for (before, best) in best_of_old.iter().enumerate() {
        let Some(after) = best.clear() else { continue };
        let is_unclear = [&unclear.0[..], &unclear.1[..]]
            .iter()
            .zip([before, after])
            .any(|(side, at)| side.get(at).copied().unwrap_or(false));
        let (a, b) = (&old.members[before], &new.members[after]);
        if best_of_new[after].clear() == Some(before) && !is_unclear && a.may_be(b) {
            pairs.push((before, after));
        }
    }
    pairs
}

/// Compares only definitions that have some pair of words in common that few others have. The answer says of each side
/// whose text is so common that it may resemble others unseen.
fn compare_by_rare_words(
    old: &Side<'_, '_>,
    new: &Side<'_, '_>,
    compare: &mut impl FnMut(usize, usize),
) -> (Vec<bool>, Vec<bool>) {
    let mut holders: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    let mut holders_of_old: FxHashMap<u64, usize> = FxHashMap::default();
    for (at, member) in new.members.iter().enumerate() {
        for pair in member.distinct() {
            holders.entry(pair).or_default().push(at);
        }
    }
    for pair in old.members.iter().flat_map(Member::distinct) {
        *holders_of_old.entry(pair).or_default() += 1;
    }
    let is_common = |pair: &u64| {
        holders.get(pair).is_some_and(|holders| holders.len() > COMMON)
            || holders_of_old.get(pair).is_some_and(|count| *count > COMMON)
    };
    let mut shared = vec![0_usize; new.members.len()];
    for (before, member) in old.members.iter().enumerate() {
        let mut candidates = Vec::new();
        for pair in member.distinct().filter(|pair| !is_common(pair)) {
            for &after in holders.get(&pair).into_iter().flatten() {
                if shared[after] == 0 {
                    candidates.push(after);
                }
                shared[after] += 1;
            }
        }
        candidates.sort_by_key(|after| std::cmp::Reverse(shared[*after]));
        candidates
            .iter()
            .take(LOOK_AT)
            .for_each(|after| compare(before, *after));
        candidates.into_iter().for_each(|after| shared[after] = 0);
    }
    let unclear = |side: &Side<'_, '_>| -> Vec<bool> {
        let of = |member: &Member<'_, '_>| {
            let common = member.words.pairs.iter().filter(|pair| is_common(pair)).count();
            // What shares nothing but these is closest if it consists of them alone.
            2.0 * common as f64 / (member.words.pairs.len() + common).max(1) as f64 > DOUBTFUL
        };
        side.members.iter().map(of).collect()
    };
    (unclear(old), unclear(new))
}

impl<'c, 't> Member<'c, 't> {
    fn of(at: usize, candidate: &'c Candidate<'t>) -> Self {
        let name = candidate.name.unwrap_or_default();
        let words = Words::of(candidate.text, name);
        let is_large = candidate.statements >= FEWEST_STATEMENTS || words.count >= FEWEST_WORDS;
        let is_special = name.starts_with("__") && name.ends_with("__");
        Self {
            at,
            candidate,
            words,
            is_eligible: is_large && !is_special && !candidate.is_stub,
        }
    }

    /// Points 1 to 3 of the rule.
    fn may_be(&self, other: &Self) -> bool {
        let (a, b) = (self.candidate, other.candidate);
        let is_same_header = a.calls == b.calls && a.required == b.required && a.arguments == b.arguments;
        self.is_eligible && other.is_eligible && a.kind == b.kind && is_same_header
    }

    fn distinct(&self) -> impl Iterator<Item = u64> {
        let pairs = &self.words.pairs;
        let is_first = |at: &usize| *at == 0 || pairs[*at] != pairs[*at - 1];
        (0..pairs.len()).filter(is_first).map(|at| pairs[at])
    }
}

/// The closest candidate so far, and how close the second one comes.
#[derive(Clone, Copy, Debug, Default)]
struct Best {
    at: usize,
    similarity: f64,
    second: f64,
}

impl Best {
    fn see(&mut self, at: usize, similarity: f64) {
        if similarity > self.similarity {
            self.second = self.similarity;
            (self.at, self.similarity) = (at, similarity);
        } else {
            self.second = self.second.max(similarity);
        }
    }

    /// The candidate that is similar, if no other one is.
    fn clear(&self) -> Option<usize> {
        (self.similarity >= SIMILAR && self.second <= DOUBTFUL).then_some(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use super::super::super::{Relation, match_trees};
    use crate::pipeline::definitions::parse;
    use crate::source::SourceText;

    /// The renames between two texts, as `old -> new`.
    fn renames(old: &str, new: &str) -> Vec<String> {
        let tree = |text: &str| parse(Arc::new(SourceText::new("app.py", text)));
        let (old, new) = (tree(old), tree(new));
        let matching = match_trees(&old, &new, &[]);
        let renamed = matching.pairs.iter().filter(|pair| pair.relation == Relation::Renamed);
        renamed
            .filter_map(|pair| Some(format!("{} -> {}", old.get(pair.old?).path, new.get(pair.new?).path)))
            .collect()
    }

    const BODY: &str =
        "    total = tax * 2\n    for item in items:\n        total += item.price * item.amount\n    return total\n";

    fn total(header: &str) -> String {
        format!("{header}\n{BODY}")
    }

    #[test]
    fn a_similar_definition_is_renamed() {
        let old = total("def f(items, tax):");
        assert_eq!(renames(&old, &total("def g(items, tax):")), ["f -> g"]);
        assert_eq!(
            renames(&old, &total("def g(items, tax):").replace("* 2", "* 3 ")),
            ["f -> g"]
        );
        assert_eq!(renames(&old, &total("# new\ndef g(items, tax, more=1):")), ["f -> g"]);
        let class = |text: &str| format!("class A(B):\n    x = 1\n{}", text.replace('\n', "\n    "));
        assert_eq!(
            renames(
                &class(&format!("\n{old}")),
                &class(&format!("\n{old}")).replace("class A", "class C")
            ),
            ["A -> C"]
        );
        let nested = |name: &str| {
            format!(
                "def outer():\n    x = 1\n    {}",
                total(&format!("def {name}(items, tax):")).replace('\n', "\n    ")
            )
        };
        assert_eq!(
            renames(&nested("f"), &nested("g")),
            ["outer.<locals>.f -> outer.<locals>.g"]
        );
    }

    #[test]
    fn what_the_rule_does_not_allow_is_deleted_and_added() {
        let old = total("def f(items, tax):");
        for new in [
            // Another kind, other parameters, other decorators.
            total("async def g(items, tax):"),
            total("def g(items, tax, more):"),
            total("def g(tax, items):"),
            total("@d\ndef g(items, tax):"),
            // Too different.
            total("def g(items, tax):")
                .replace("total +=", "yield_ = yield_ or")
                .replace("items:", "[1, 2, 3]:"),
            // Two candidates.
            total("def g(items, tax):") + &total("def h(items, tax):"),
            total("def g(items, tax):") + &total("def h(items, tax):").replace("* 2", "* 3"),
            // Two definitions of one name.
            total("def g(items, tax):") + "def g(): pass\n",
            // A special name.
            total("def __call__(items, tax):"),
        ] {
            assert!(renames(&old, &new).is_empty(), "{new}");
        }
        // Two that could be it.
        let two = total("def f(items, tax):") + &total("def e(items, tax):");
        assert!(renames(&two, &total("def g(items, tax):")).is_empty());
        // Another layout of instances.
        let slots = |name: &str, slots: &str| {
            format!("class {name}:\n    __slots__ = {slots}\n    y = 2\n    def f(self): return self.x, self.z\n")
        };
        assert_eq!(renames(&slots("A", "'x', 'z'"), &slots("B", "'x', 'z'")), ["A -> B"]);
        assert!(renames(&slots("A", "'x', 'z'"), &slots("B", "'x', 'w'")).is_empty());
        // Too small.
        assert!(renames("def f(x): return x", "def g(x): return x").is_empty());
        assert!(renames("def f(): ...", "def g(): ...").is_empty());
        let private = |name: &str| format!("class {name}:\n    x = 1\n    y = 2\n    def f(self): return self.__x\n");
        assert_eq!(renames(&private("A"), &private("B")), ["A -> B"]);
        let decorated = |name: &str| format!("@d\n{}", private(name));
        assert!(renames(&decorated("A"), &decorated("B")).is_empty());
        let public = |name: &str| decorated(name).replace("__x", "x");
        assert_eq!(renames(&public("A"), &public("B")), ["A -> B"]);
        let annotated = |name: &str| private(name).replace("x = 1", "__x: int = 1");
        assert!(renames(&annotated("A"), &annotated("B")).is_empty());
    }

    #[test]
    fn five_thousand_renames_take_no_time_for_each_pair() {
        let text = |prefix: &str| -> String {
            (0..5_000)
                .map(|n| {
                    format!("def {prefix}{n}(a):\n    x{n} = a.b{n}(c{n})\n    y{n} = d{n}[x{n}]\n    return e{n}\n")
                })
                .collect()
        };
        let begin = Instant::now();
        assert_eq!(renames(&text("f"), &text("g")).len(), 5_000);
        // Definitions that nothing but a number tells apart resemble all the others.
        let alike = |prefix: &str| text(prefix).replace(|it: char| it.is_ascii_digit(), "");
        let numbered = |prefix: &str| -> String {
            alike(prefix)
                .split("def ")
                .enumerate()
                .map(|(n, part)| part.replacen('(', &format!("{n}("), 1))
                .collect::<Vec<_>>()
                .join("def ")
        };
        assert!(renames(&numbered("f"), &numbered("g")).is_empty());
        assert!(begin.elapsed().as_secs() < 40, "{:?}", begin.elapsed());
    }
}
