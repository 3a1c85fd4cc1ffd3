//! Containers that a statement made empty, and that it throws away when it changes, with all that was put into them.
//!
//! `registry = {}` may be filled by decorators, by `__init_subclass__`, by calls: none of these runs again when the
//! statement does. What is lost only the program knows; the patch asks it.

use super::{Action, Operation, Planner};
use crate::pipeline::definitions::{DefinitionId, DefinitionTree};

/// What makes an empty container; `defaultdict` and `deque` may have arguments.
const EMPTY: [&str; 6] = ["{}", "[]", "dict()", "list()", "set()", "OrderedDict()"];

impl Planner<'_> {
    /// Remembers that the last operation, which runs a changed statement, gives a name another container than the one that
    /// its old text had made empty.
    pub(super) fn note_emptied(&mut self, old: DefinitionId, new: DefinitionId) {
        let Some(Operation {
            new: Some(ran),
            action: Action::Run(statement),
            ..
        }) = self.operations.last()
        else {
            return;
        };
        let [name] = &statement.binds[..] else { return };
        if *ran == new && !self.change.reexecute && starts_empty(self.old, old, name) {
            self.emptied.push((new, name.clone()));
        }
    }
}

/// Does the statement bind the name to an empty container?
fn starts_empty(tree: &DefinitionTree, id: DefinitionId, name: &str) -> bool {
    let Some(facets) = tree.get(id).facets.statement() else {
        return false;
    };
    let Some(value) = facets.value.as_ref().filter(|_| facets.binds == [name]) else {
        return false;
    };
    let text = tree.text_of(id, &value.range);
    let text = text.strip_prefix("collections.").unwrap_or(text);
    let maker = text.split('(').next().unwrap_or_default();
    EMPTY.contains(&text) || maker == "defaultdict" || text == "deque()"
}
