//! Commits with their undo.

use jurigged_runtime::{CommitError, Handle, Interpreter, ObjectKind, Swap};

use super::outcome::Failure;

/// Makes the swap of this index fail, counted over all commits and late statements of a batch; for tests of undo.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fault(pub Option<usize>);

/// All commits of one batch, so that they can be taken back together.
pub struct Transaction<'a> {
    interpreter: &'a dyn Interpreter,
    fault: Fault,
    /// Swaps and late statements seen so far.
    steps: usize,
    done: Vec<Vec<Swap>>,
    /// Real namespaces in which late statements run, as they were before: dict, keys and values.
    snapshots: Vec<(Handle, Vec<(Handle, Handle)>)>,
}

impl<'a> Transaction<'a> {
    pub fn new(interpreter: &'a dyn Interpreter, fault: Fault) -> Self {
        Self {
            interpreter,
            fault,
            steps: 0,
            done: Vec::new(),
            snapshots: Vec::new(),
        }
    }

    /// Applies all swaps, or none.
    pub fn commit(&mut self, swaps: Vec<Swap>) -> Result<(), CommitError> {
        if swaps.is_empty() {
            return Ok(());
        }
        let fault = self
            .fault
            .0
            .and_then(|at| at.checked_sub(self.steps))
            .filter(|at| *at < swaps.len());
        self.interpreter.commit(&swaps, fault)?;
        self.steps += swaps.len();
        self.done.push(swaps);
        Ok(())
    }

    /// Remembers a namespace in which a statement is about to run, and counts the statement as a step that can fail.
    pub fn before_statement(&mut self, namespace: Handle) -> Result<(), Failure> {
        if self.fault.0 == Some(self.steps) {
            return Err(Failure::Injected);
        }
        self.steps += 1;
        if !self.snapshots.iter().any(|(known, _)| *known == namespace) {
            self.snapshots.push((namespace, self.interpreter.entries(namespace)));
        }
        Ok(())
    }

    /// Takes everything back, last first.
    pub fn undo(&mut self) {
        for (namespace, before) in std::mem::take(&mut self.snapshots) {
            let swaps = restoring(self.interpreter, namespace, &before);
            if let Err(error) = self.interpreter.commit(&swaps, None) {
                // Another thread changes the same names: the values that it wrote last stay.
                debug_assert!(matches!(error, CommitError::Changed { .. }), "{error}");
            }
        }
        for swaps in std::mem::take(&mut self.done).into_iter().rev() {
            self.interpreter.undo(&swaps);
        }
    }
}

/// The swaps that bring a dict back to what it was.
fn restoring(interpreter: &dyn Interpreter, namespace: Handle, before: &[(Handle, Handle)]) -> Vec<Swap> {
    let now = interpreter.entries(namespace);
    changes(interpreter, &now, before)
        .into_iter()
        .map(|(name, expected, new)| Swap::Entry {
            dict: namespace,
            name,
            expected,
            new,
        })
        .collect()
}

/// Name, present value, wanted value of every text key in which two lists of entries differ.
pub fn changes(
    interpreter: &dyn Interpreter,
    now: &[(Handle, Handle)],
    wanted: &[(Handle, Handle)],
) -> Vec<(String, Option<Handle>, Option<Handle>)> {
    let name = |key: Handle| {
        (interpreter.kind(key) == ObjectKind::Text)
            .then(|| interpreter.text(key))
            .flatten()
    };
    let mut present: rustc_hash::FxHashMap<String, Handle> = now
        .iter()
        .filter_map(|(key, value)| Some((name(*key)?, *value)))
        .collect();
    let mut changes = Vec::new();
    for (key, value) in wanted {
        let Some(name) = name(*key) else { continue };
        match present.remove(&name) {
            Some(current) if current == *value => {}
            current => changes.push((name, current, Some(*value))),
        }
    }
    let mut gone: Vec<_> = present
        .into_iter()
        .map(|(name, value)| (name, Some(value), None))
        .collect();
    gone.sort_by(|a, b| a.0.cmp(&b.0));
    changes.extend(gone);
    changes
}
