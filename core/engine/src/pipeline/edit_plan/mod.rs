//! Decides: Matching -> Plan. Text in, data out; no interpreter.
//!
//! Every pair of definitions becomes operations of one row of the table of edits. What a row of the table cannot do (or
//! not yet) becomes [`Action::Refuse`]: the new text of that definition then does not count as live, so that the next
//! save is compared with what really runs.

mod anew;
mod annotated;
mod blocks;
mod bound_in_blocks;
mod chained;
mod class_lines;
mod class_statements;
mod compatible_branches;
mod decorated;
mod deleted_again;
mod dependents;
mod elsewhere;
mod emptied;
mod followers;
mod functions;
mod guard;
mod headers;
mod importers;
mod leftovers;
mod live_classes;
mod operation;
mod order;
mod origin;
mod other_file;
mod outline;
mod overloads;
mod questions;
mod readers;
mod reasons;
mod reexecute;
mod renames;
mod reruns;
mod scope;
mod spared;
mod stars;
mod statements;
mod travel_order;
mod tries;
mod unit;
mod unparsed;

pub use decorated::decorated_by;
pub use dependents::{Dependent, Follow, ScopedName, VALUE};
pub use elsewhere::{Elsewhere, ModuleText};
pub use guard::{BlockQuestion, BranchQuestion, CHOSEN, Choice, Guard, Tells, Trace, TraceValue, When};
pub use operation::{
    Action, BodyName, BoundAgain, DefaultSource, EditCode, FilePlan, HeaderUpdate, InnerDefault, InnerFunction,
    InnerSource, LiveClass, NewAttributes, Operation, PathChange, Phase, Plan, REACHED, Refusal, RemakeClass, Rename,
    Rerun, RunStatement, Scope, Unchanged, UpdateCode,
};
pub use origin::{Departure, MovedClass, MovedFunction, Origin};
pub use other_file::departures;
pub use outline::Outline;
pub use readers::contains_name;
pub use reasons::{bound_again, may_be_bound_again, note, refusal};
pub use spared::{KEPT, Spared};
pub use stars::{StarImport, Unstar};
pub use unit::Unit;

use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::pipeline::definitions::{
    BlockKind, Definition, DefinitionId, DefinitionKind, DefinitionTree, StatementKind,
};
use crate::pipeline::diff::Matching;
use anew::Anew;
use blocks::is_main_guard;
use bound_in_blocks::BoundInBlocks;
use order::Batch;
use overloads::Overloads;
use scope::Names;
use statements::bound_names;

/// One changed file, matched.
#[derive(Debug)]
pub struct FileChange {
    /// The file, as `co_filename` has it.
    pub path: PathBuf,
    /// The module that was loaded from it, by its name in `sys.modules`.
    pub module: String,
    /// The tree of what runs.
    pub old: Arc<DefinitionTree>,
    /// The tree of what was saved.
    pub new: Arc<DefinitionTree>,
    /// Which definition is which.
    pub matching: Matching,
    /// The whole module runs again (`on-change = "reexecute"`).
    pub reexecute: bool,
    /// The module has followed its file to another path: every code object names the file.
    pub has_moved: bool,
    /// Something of the file is refused: the old tree is joined of two texts, and its lines are those of no code object.
    pub is_joined: bool,
}

/// What `[patch]` says about plans.
#[derive(Clone, Copy, Debug)]
pub struct PlanSettings {
    /// `propagate`: other values follow a name whose value changed.
    pub propagate: bool,
    /// `blocks = "run"`: changed loops, `with` and `try` at module and class level run again.
    pub run_blocks: bool,
    /// `stale = "run"`: assignments and defaults that read a name with another value are computed again, whatever they call.
    pub run_stale: bool,
    /// The body of a class has its line among its constants (`__firstlineno__`, since 3.13).
    pub class_lines: bool,
}

/// The defaults of the configuration.
impl Default for PlanSettings {
    fn default() -> Self {
        Self {
            propagate: true,
            run_blocks: false,
            run_stale: false,
            class_lines: false,
        }
    }
}

/// Plans all files of a batch.
pub fn plan(changes: &[FileChange], elsewhere: &dyn Elsewhere, settings: PlanSettings) -> Plan {
    let batch = Batch::of(changes);
    let mut files: Vec<FilePlan> = changes
        .iter()
        .map(|change| plan_file(change, &batch, elsewhere, settings))
        .collect();
    other_file::find(changes, &mut files);
    importers::note(changes, &mut files, elsewhere);
    let order = order::order(changes, &files, &batch);
    let dependents = match settings.propagate {
        true => dependents::dependents(changes, &files, elsewhere, settings.run_stale),
        false => Vec::new(),
    };
    Plan {
        files,
        order,
        dependents,
    }
}

fn plan_file(change: &FileChange, batch: &Batch, elsewhere: &dyn Elsewhere, settings: PlanSettings) -> FilePlan {
    let mut planner = Planner {
        elsewhere,
        batch,
        change,
        old: &change.old,
        new: &change.new,
        names: Names::of(&change.new),
        old_names: None,
        overloads: Overloads::default(),
        bound_late: Default::default(),
        bound_aside: Default::default(),
        bound_in_blocks: BoundInBlocks::default(),
        restored: Default::default(),
        opened: Default::default(),
        not_restored: Default::default(),
        fleeting: Default::default(),
        emptied: Vec::new(),
        run_blocks: settings.run_blocks,
        blocks: Vec::new(),
        guards: Vec::new(),
        operations: Vec::new(),
        unchanged: Vec::new(),
        anew: Anew::of(change),
        stars: stars::stars(&change.new),
        class_lines: match settings.class_lines {
            true => class_lines::moved(change),
            false => FxHashSet::default(),
        },
    };
    planner.plan_overloads();
    planner.restore_deleted();
    let place = Place {
        // Everything runs in the order of the text.
        is_late: change.reexecute,
        ..Place::default()
    };
    planner.walk(DefinitionId::MODULE, DefinitionId::MODULE, &place);
    planner.find_bound_again();
    planner.settle_lost_names();
    planner.note_reordered();
    FilePlan {
        path: change.path.clone(),
        operations: planner.operations,
        blocks: planner.blocks,
        unchanged: planner.unchanged,
        classes: live_classes::of(change, &planner.names),
        annotated: planner.names.annotated(),
        stars: planner.stars,
        is_joined: change.is_joined,
        fleeting: planner.fleeting,
        emptied: planner.emptied,
        flags: anew::future_flags(&change.new),
    }
}

/// Where the walk is.
#[derive(Clone, Default)]
struct Place {
    scope: Scope,
    /// Inside an `if`, `try`, `for` … of this scope.
    in_block: bool,
    /// In a class whose name has other definitions too: definitions are patched, statements are listed.
    is_ambiguous: bool,
    /// Inside a `for`, `while`, `with` or `try`, no part of which is run alone if it has effects.
    partial: Option<BlockKind>,
    /// The branch around, in the new text.
    branch: Option<DefinitionId>,
    /// In a branch that is chosen after the commit.
    is_late: bool,
    /// Inside `if __name__ == "__main__":`, or in a loop that reads its body itself: definitions are patched, statements
    /// are never run.
    in_main_guard: bool,
    /// In a loop over `reloading(...)`.
    reads_itself: bool,
}

struct Planner<'a> {
    elsewhere: &'a dyn Elsewhere,
    batch: &'a Batch,
    change: &'a FileChange,
    old: &'a DefinitionTree,
    new: &'a DefinitionTree,
    /// What the new text binds, by scope.
    names: Names,
    /// What the old text binds, where it was asked for.
    old_names: Option<Names>,
    /// What is decided about names with several definitions.
    overloads: Overloads,
    /// What the late statements so far bind.
    bound_late: FxHashSet<(Scope, String)>,
    /// Names of the module that its other statements so far bind: aside, where the body of a class does not look.
    bound_aside: FxHashSet<String>,
    /// Names whose value depends on the branches that ran.
    bound_in_blocks: BoundInBlocks,
    /// Unchanged statements and definitions that run again, since a `del` of their name is gone.
    restored: FxHashSet<DefinitionId>,
    /// Names that the text deletes again and that do not come back for a statement that reads them.
    not_restored: FxHashSet<(Scope, String)>,
    /// See [`FilePlan::fleeting`].
    fleeting: FxHashSet<(Scope, String)>,
    /// See [`FilePlan::emptied`].
    emptied: Vec<(DefinitionId, String)>,
    /// What is around them: it is looked into although it did not change.
    opened: FxHashSet<DefinitionId>,
    run_blocks: bool,
    /// Questions about blocks, and the guards of what is planned now.
    blocks: Vec<BlockQuestion>,
    guards: Vec<Guard>,
    operations: Vec<Operation>,
    unchanged: Vec<Unchanged>,
    /// Whether definitions whose text is the same are compiled anew.
    anew: Anew,
    /// The star-imports of the new text.
    stars: Vec<StarImport>,
    /// Definitions that only move, with a line among the constants of what is in them.
    class_lines: FxHashSet<DefinitionId>,
}

impl Planner<'_> {
    /// Plans the children of one pair of parents: a module, class, block or branch.
    fn walk(&mut self, old_parent: DefinitionId, new_parent: DefinitionId, place: &Place) {
        let old = self.old;
        let new = self.new;
        let is_half = self.adds_listed(new_parent, place);
        for &child in &old.get(old_parent).children {
            if !old.get(child).in_header && self.change.matching.new_of(child).is_none() {
                // What is removed could not be added again, and what was to take its place is not added.
                match place.partial {
                    Some(kind) if is_half && !self.runs_in_part(old.get(child), kind, true) => {
                        self.refuse_in_block(Some(child), None, place);
                    }
                    _ => self.removed(child, place),
                }
            }
        }
        for &child in &new.get(new_parent).children {
            match self.change.matching.old_of(child) {
                None => self.added(child, place),
                Some(before) if self.change.reexecute => self.again(before, child, place),
                Some(before) if self.restored.contains(&child) => {
                    // What was made of it before may live on under other names.
                    if self.is_untouched(before, child) {
                        self.keep(before, child);
                    }
                    self.added(child, place);
                }
                Some(before)
                    if self.anew == Anew::No
                        && self.is_untouched(before, child)
                        && !self.overloads.made_anew.contains(&child)
                        && !self.opened.contains(&child)
                        && !self.class_lines.contains(&child) =>
                {
                    self.keep(before, child);
                }
                Some(before) if self.is_elsewhere(before, child) => self.bound_elsewhere(before, child, place),
                Some(before) => self.paired(before, child, place),
            }
        }
    }

    fn paired(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        match &self.new.get(new).kind {
            DefinitionKind::Function { .. } => self.function(old, new, place),
            DefinitionKind::Class => self.class(old, new, place),
            DefinitionKind::Block(_) => self.block(old, new, place),
            // Walked from its block, which knows when it runs.
            DefinitionKind::Branch => {}
            DefinitionKind::Statement(_) => self.statement(old, new, place),
            // The header of a class (bases, decorators) or of a block: its own row decided about it.
            DefinitionKind::Lambda | DefinitionKind::Comprehension(_) | DefinitionKind::Module => {
                if self.is_same(old, new) {
                    self.update_positions(old, new, place);
                }
            }
        }
    }

    /// Same meaning, by fingerprint.
    fn is_same(&self, old: DefinitionId, new: DefinitionId) -> bool {
        self.old.get(old).fingerprint == self.new.get(new).fingerprint
    }

    /// Same text at the same column and with the same qualified name: at most the line differs.
    fn is_untouched(&self, old: DefinitionId, new: DefinitionId) -> bool {
        self.is_same(old, new)
            && self.old.get(old).path == self.new.get(new).path
            && self.old.get(old).column == self.new.get(new).column
            && self.old.text(old) == self.new.text(new)
    }

    /// Records everything in an untouched definition as the same code at a line of its own.
    fn keep(&mut self, old: DefinitionId, new: DefinitionId) {
        let mut stack = vec![(old, new)];
        while let Some((old, new)) = stack.pop() {
            if self.new.get(new).kind.owns_code() {
                self.unchanged.push(Unchanged {
                    old,
                    new,
                    line: self.new.get(new).first_line,
                });
            }
            // Equal text has equal structure: the children correspond one by one, whatever the matchers said.
            let pairs = self.old.get(old).children.iter().zip(&self.new.get(new).children);
            stack.extend(pairs.map(|(old, new)| (*old, *new)).rev());
        }
    }

    fn class(&mut self, old: DefinitionId, new: DefinitionId, place: &Place) {
        let after = self.new.get(new);
        let name = after.name.as_deref().unwrap_or_default().to_owned();
        // Which of several definitions the name leads to is known to the program only.
        let is_ambiguous = self.names.definition_count(&place.scope, &name) > 1 && !self.is_alone(&name, place);
        let edit = self.header_edit(old, new);
        self.unchanged.push(Unchanged {
            old,
            new,
            line: after.first_line,
        });
        if is_ambiguous || place.is_ambiguous || place.in_main_guard || place.partial.is_some() {
            let why = match edit {
                Some(EditCode::ClsBases) => Some(reasons::class_bases(&after.path)),
                Some(_) => Some(reasons::class_decorators(&after.path)),
                None => None,
            };
            if let (Some(edit), Some(why)) = (edit, why) {
                // It keeps its old definition, in its new lines.
                for &child in &self.new.get(new).children {
                    if let Some(before) = self.change.matching.old_of(child)
                        && self.is_untouched(before, child)
                    {
                        self.keep(before, child);
                    }
                }
                return self.refuse(edit, Some(old), Some(new), why);
            }
        }
        let mut inside = Place {
            scope: place.scope.clone(),
            is_ambiguous,
            in_main_guard: place.in_main_guard,
            reads_itself: place.reads_itself,
            is_late: place.is_late,
            ..Place::default()
        };
        inside.scope.classes.push(name);
        if let Some(edit) = edit {
            return self.remake_header(old, new, &inside, edit);
        }
        let first = self.operations.len();
        self.walk(old, new, &inside);
        self.remake_fields(old, new, &inside, first);
    }

    fn added(&mut self, id: DefinitionId, place: &Place) {
        let definition = self.new.get(id);
        if definition.in_header || does_nothing(definition) {
            return;
        }
        let is_listed = |kind| !self.runs_in_part(definition, kind, true);
        if place.in_main_guard || place.is_ambiguous || place.partial.is_some_and(is_listed) {
            return self.refuse_in_block(None, Some(id), place);
        }
        match &definition.kind {
            DefinitionKind::Block(_) if is_main_guard(self.new, id) => {
                self.refuse(EditCode::MainBlock, None, Some(id), reasons::main_block());
            }
            DefinitionKind::Branch => self.refuse_in_block(None, Some(id), place),
            _ => self.run(None, id, place),
        }
    }

    fn removed(&mut self, id: DefinitionId, place: &Place) {
        let definition = self.old.get(id);
        if does_nothing(definition) {
            return;
        }
        let is_listed = |_| {
            !matches!(definition.kind, DefinitionKind::Function { .. } | DefinitionKind::Class)
                && bound_names(self.old, id).is_empty()
        };
        if place.in_main_guard || place.is_ambiguous || place.partial.is_some_and(is_listed) {
            return self.refuse_in_block(Some(id), None, place);
        }
        match &definition.kind {
            DefinitionKind::Block(_) if is_main_guard(self.old, id) => {
                self.refuse(EditCode::MainBlock, Some(id), None, reasons::main_block());
            }
            DefinitionKind::Branch => self.refuse_in_block(Some(id), None, place),
            kind => {
                self.unbind(id, place);
                match kind {
                    DefinitionKind::Statement(_) => {
                        self.take_back(id, None, place);
                        self.unstar(id, None, place);
                    }
                    DefinitionKind::Block(_) => self.list_leftovers_of_block(id, place),
                    _ => {}
                }
            }
        }
    }

    fn push(&mut self, edit: EditCode, old: Option<DefinitionId>, new: Option<DefinitionId>, action: Action) {
        let operation = self.operation(edit, old, new, action);
        self.operations.push(operation);
    }

    fn operation(
        &self,
        edit: EditCode,
        old: Option<DefinitionId>,
        new: Option<DefinitionId>,
        action: Action,
    ) -> Operation {
        let (tree, id) = match (old, new) {
            (_, Some(new)) => (self.new, new),
            (Some(old), None) => (self.old, old),
            (None, None) => (self.new, DefinitionId::MODULE),
        };
        let definition = tree.get(id);
        let edit = match edit {
            EditCode::Stmt | EditCode::ClsAttr if self.guards.iter().any(|it| it.when != When::Known) => {
                EditCode::Block
            }
            edit => edit,
        };
        // Code is replaced wherever it lives.
        let is_update = matches!(action, Action::Update(_));
        let guards = self
            .guards
            .iter()
            .filter(|guard| !is_update || guard.when == When::Known);
        Operation {
            guards: guards.copied().collect(),
            edit,
            name: reported_name(tree, definition),
            line: definition.first_line,
            summary: first_line(tree.text(id)),
            old,
            new,
            action,
        }
    }

    fn refuse(&mut self, edit: EditCode, old: Option<DefinitionId>, new: Option<DefinitionId>, why: Refusal) {
        self.push(edit, old, new, Action::Refuse(why));
    }
}

/// `pass` and `global`: neither coming nor going, they change what a running program is.
fn does_nothing(definition: &Definition) -> bool {
    matches!(
        definition.kind,
        DefinitionKind::Statement(StatementKind::Pass | StatementKind::Global)
    )
}

/// The path of a definition; for statements and blocks that of the scope that they stand in.
fn reported_name(tree: &DefinitionTree, definition: &Definition) -> String {
    match definition.kind {
        DefinitionKind::Function { .. } | DefinitionKind::Class => definition.path.to_string(),
        _ => {
            let scope = tree.get(tree.enclosing_scope(definition.id));
            match scope.kind {
                DefinitionKind::Module => String::new(),
                _ => scope.path.to_string(),
            }
        }
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_end().to_owned()
}

#[cfg(test)]
mod tests;
