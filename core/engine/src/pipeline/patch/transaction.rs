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
    /// Nothing is done yet.
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

/// Name, present value, wanted value.
pub type NameChange = (String, Option<Handle>, Option<Handle>);

/// Every text key in which two lists of entries differ.
pub fn changes(
    interpreter: &dyn Interpreter,
    now: &[(Handle, Handle)],
    wanted: &[(Handle, Handle)],
) -> Vec<NameChange> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use jurigged_runtime::Runtime;
    use jurigged_runtime::fake::FakeRuntime;

    fn set(dict: Handle, name: &str, expected: Option<Handle>, new: Option<Handle>) -> Swap {
        Swap::Entry {
            dict,
            name: name.to_owned(),
            expected,
            new,
        }
    }

    /// Two commits with a statement between them; the step of index `fault` fails.
    fn run(fault: Option<usize>) -> (Vec<NameChange>, Vec<isize>, bool) {
        let runtime = FakeRuntime::default();
        let mut left = Vec::new();
        let mut succeeded = false;
        let mut work = |interpreter: &dyn Interpreter| {
            let (dict, one, two) = (
                interpreter.new_dict(),
                interpreter.new_integer(1),
                interpreter.new_integer(2),
            );
            interpreter.set_entry(dict, "a", one);
            interpreter.set_entry(dict, "gone", one);
            let before = interpreter.entries(dict);
            let mut transaction = Transaction::new(interpreter, Fault(fault));
            let mut steps = || -> Result<(), ()> {
                let first = vec![set(dict, "a", Some(one), Some(two)), set(dict, "b", None, Some(one))];
                transaction.commit(first).map_err(drop)?;
                transaction.before_statement(dict).map_err(drop)?;
                interpreter.set_entry(dict, "statement", two);
                transaction
                    .commit(vec![set(dict, "gone", Some(one), None)])
                    .map_err(drop)
            };
            succeeded = steps().is_ok();
            if !succeeded {
                transaction.undo();
            }
            left = changes(interpreter, &before, &interpreter.entries(dict));
        };
        runtime.attach(&mut work).expect("the twin never shuts down");
        (left, runtime.history(), succeeded)
    }

    #[test]
    fn a_fault_at_any_step_leaves_what_was_before() {
        for fault in 0..4 {
            let (left, _, succeeded) = run(Some(fault));
            assert!(!succeeded, "step {fault} was to fail");
            assert_eq!(left, [], "after a fault at step {fault}");
        }
    }

    #[test]
    fn without_a_fault_all_steps_are_applied_in_order() {
        let (left, history, succeeded) = run(None);
        assert!(succeeded);
        let names: Vec<_> = left.iter().map(|(name, _, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b", "statement", "gone"]);
        assert_eq!(history, [0, 1, 0]);
    }

    #[test]
    fn steps_are_taken_back_last_first() {
        let (_, history, _) = run(Some(2));
        assert_eq!(history[..2], [0, 1]);
        // The undo of the first commit, after that of the statement's namespace.
        assert_eq!(history[history.len() - 2..], [!1, !0]);
    }

    #[test]
    fn a_value_that_another_thread_changed_stops_the_commit() {
        let runtime = FakeRuntime::default();
        let mut work = |interpreter: &dyn Interpreter| {
            let (dict, one) = (interpreter.new_dict(), interpreter.new_integer(1));
            let mut transaction = Transaction::new(interpreter, Fault::default());
            let error = transaction.commit(vec![set(dict, "a", Some(one), None)]).unwrap_err();
            assert!(matches!(error, CommitError::Changed { index: 0 }));
        };
        runtime.attach(&mut work).expect("the twin never shuts down");
    }
}
