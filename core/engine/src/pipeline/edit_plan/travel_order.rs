//! The order in which values travel: who reads a value comes after who makes it.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::dependents::{Dependent, ScopedName};

/// What depends on another dependent comes after it; what depends on itself stays where it is.
pub(super) fn in_order(left: Vec<Dependent>) -> Vec<Dependent> {
    let mut targets: FxHashMap<ScopedName, Vec<usize>> = FxHashMap::default();
    for (at, dependent) in left.iter().enumerate() {
        if let Some(target) = dependent.target() {
            targets.entry(target).or_default().push(at);
        }
    }
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); left.len()];
    let mut awaited = vec![0_usize; left.len()];
    for (at, dependent) in left.iter().enumerate() {
        let own = dependent.target();
        let reads = dependent.reads.iter().filter(|name| Some(*name) != own.as_ref());
        for &source in reads.filter_map(|name| targets.get(name)).flatten() {
            readers[source].push(at);
            awaited[at] += 1;
        }
    }
    let mut ready: Vec<usize> = (0..left.len()).filter(|at| awaited[*at] == 0).collect();
    let mut waiting: BTreeSet<usize> = (0..left.len()).filter(|at| awaited[*at] > 0).collect();
    let mut ordered = Vec::with_capacity(left.len());
    loop {
        if ready.is_empty() {
            // A circle of imports: any order.
            ready.extend(waiting.pop_first());
        }
        let mut next = Vec::new();
        for &reader in ready.iter().flat_map(|at| &readers[*at]) {
            awaited[reader] -= 1;
            if awaited[reader] == 0 && waiting.remove(&reader) {
                next.push(reader);
            }
        }
        if ready.is_empty() {
            break;
        }
        ordered.append(&mut ready);
        next.sort_unstable();
        ready = next;
    }
    let mut left: Vec<Option<Dependent>> = left.into_iter().map(Some).collect();
    ordered.into_iter().filter_map(|at| left[at].take()).collect()
}
