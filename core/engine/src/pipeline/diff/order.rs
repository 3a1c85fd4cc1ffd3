//! Pairing in order, near-linear: hash for candidates, then the longest increasing run.

use std::collections::VecDeque;
use std::hash::Hash;

use rustc_hash::FxHashMap;

/// The longest part of `pairs` that increases on both sides, sorted.
pub(super) fn increasing(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut pairs = pairs.to_vec();
    pairs.sort_unstable();
    // Patience sorting: `tails[n]` ends the run of length n + 1 that ends lowest.
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; pairs.len()];
    for at in 0..pairs.len() {
        let length = tails.partition_point(|tail| pairs[*tail].1 < pairs[at].1);
        before[at] = length.checked_sub(1).map(|shorter| tails[shorter]);
        match tails.get_mut(length) {
            Some(tail) => *tail = at,
            None => tails.push(at),
        }
    }
    let mut run = Vec::with_capacity(tails.len());
    let mut at = tails.last().copied();
    while let Some(index) = at {
        run.push(pairs[index]);
        at = before[index];
    }
    run.reverse();
    run
}

/// For each of `len` positions the number of anchors before it; `anchors` ascend.
pub(super) fn gaps(len: usize, anchors: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut gaps = vec![0; len];
    for anchor in anchors {
        if let Some(gap) = gaps.get_mut(anchor + 1) {
            *gap += 1;
        }
    }
    let mut sum = 0;
    for gap in &mut gaps {
        sum += *gap;
        *gap = sum;
    }
    gaps
}

/// Pairs equal keys: the first old with the first new, the second with the second, and so on. `None` is equal to nothing.
pub(super) fn by_key<K: Hash + Eq>(
    old: impl IntoIterator<Item = (usize, Option<K>)>,
    new: impl IntoIterator<Item = (usize, Option<K>)>,
) -> Vec<(usize, usize)> {
    let mut waiting: FxHashMap<K, VecDeque<usize>> = FxHashMap::default();
    for (index, key) in new {
        if let Some(key) = key {
            waiting.entry(key).or_default().push_back(index);
        }
    }
    let paired = old.into_iter().filter_map(|(index, key)| {
        let new = waiting.get_mut(&key?)?.pop_front()?;
        Some((index, new))
    });
    paired.collect()
}

#[cfg(test)]
mod tests {
    use super::{by_key, gaps, increasing};

    #[test]
    fn the_longest_run_in_order_is_kept() {
        assert_eq!(increasing(&[(0, 3), (1, 0), (2, 1), (3, 2)]), [(1, 0), (2, 1), (3, 2)]);
        assert_eq!(increasing(&[(2, 2), (0, 0), (1, 1)]), [(0, 0), (1, 1), (2, 2)]);
        assert_eq!(increasing(&[]), []);
    }

    #[test]
    fn gaps_count_the_anchors_before() {
        assert_eq!(gaps(5, [1, 3].into_iter()), [0, 0, 1, 1, 2]);
        assert_eq!(gaps(2, [1].into_iter()), [0, 0]);
    }

    #[test]
    fn equal_keys_pair_in_turn() {
        let old = [(0, Some('a')), (1, Some('b')), (2, Some('a')), (3, None)];
        let new = [(0, Some('a')), (1, Some('a')), (2, Some('a')), (3, None)];
        assert_eq!(by_key(old, new), [(0, 0), (2, 1)]);
    }
}
