//! What the plan asks about a block: what each branch leaves behind, and the tests.

use rustc_hash::FxHashMap;

use super::blocks::branches;
use super::guard::{BlockQuestion, BranchQuestion, CHOSEN, Choice, Guard, Trace, TraceValue};
use super::scope::Names;
use super::statements::bound_names;
use super::{Place, Planner, Unit};
use crate::pipeline::definitions::{
    BlockKind, BranchFacets, BranchKind, DefinitionId, DefinitionKind, DefinitionTree, StatementKind,
};

impl Planner<'_> {
    /// Asks which branch of a block ran; the index of the question. `old` and `new` are the block in both texts.
    pub(super) fn question(
        &mut self,
        old: DefinitionId,
        new: DefinitionId,
        place: &Place,
        choice: Option<Choice>,
    ) -> usize {
        let DefinitionKind::Block(kind) = self.old.get(old).kind else {
            unreachable!("only blocks are asked about");
        };
        let names = self.old_names.get_or_insert_with(|| Names::of(self.old));
        let mut is_own = FxHashMap::default();
        let asked = branches(self.old, old)
            .into_iter()
            .map(|branch| BranchQuestion {
                kind: facets(self.old, branch).map_or(BranchKind::Body, |facets| facets.kind),
                traces: traces(self.old, names, (old, branch), place, &mut is_own),
            })
            .collect();
        let test = is_static(self.old, old).then(|| Unit::choosing(self.old, old, CHOSEN));
        self.blocks.push(BlockQuestion {
            kind,
            scope: place.scope.clone(),
            line: self.new.get(new).first_line,
            last_line: self.new.get(new).last_line,
            branches: asked,
            test,
            is_fixed: is_fixed(self.old, old),
            choice,
        });
        let index = self.blocks.len() - 1;
        self.bound_in_blocks.note_question(new, index);
        index
    }

    /// How the new text of a block chooses.
    pub(super) fn choice(&self, new: DefinitionId, place: &Place) -> Choice {
        let tests = branches(self.new, new).into_iter();
        let reads = tests.filter_map(|branch| facets(self.new, branch)?.test.as_ref());
        let mut reads = reads.flat_map(|test| &test.reads);
        Choice {
            unit: Unit::choosing(self.new, new, CHOSEN),
            is_static: is_static(self.new, new)
                && !reads.any(|name| self.is_bound_late(name, place) || self.may_follow(name, &place.scope)),
        }
    }

    /// Everything that `plan` pushes is done only if the guard holds.
    pub(super) fn guarded(&mut self, guard: Guard, plan: impl FnOnce(&mut Self)) {
        self.guards.push(guard);
        plan(self);
        self.guards.pop();
    }
}

fn facets(tree: &DefinitionTree, branch: DefinitionId) -> Option<&BranchFacets> {
    tree.get(branch).facets.branch()
}

/// Does evaluating the tests again tell which branch ran?
fn is_static(tree: &DefinitionTree, block: DefinitionId) -> bool {
    tree.get(block).kind == DefinitionKind::Block(BlockKind::If)
        && branches(tree, block)
            .into_iter()
            .all(|branch| facets(tree, branch).is_some_and(|facets| facets.static_test))
}

/// The last binding in a branch of each name that this block alone binds. `is_own`: what is known of names of the block.
fn traces(
    tree: &DefinitionTree,
    names: &Names,
    (block, branch): (DefinitionId, DefinitionId),
    place: &Place,
    is_own: &mut FxHashMap<String, bool>,
) -> Vec<Trace> {
    let parent_is_branch = |binder: &DefinitionId| {
        let parent = tree.get(*binder).parent;
        parent.is_some_and(|parent| tree.get(parent).parent == Some(block))
    };
    let mut traces: Vec<Trace> = Vec::new();
    for &child in tree.get(branch).children.iter().rev() {
        if tree.get(child).in_header {
            continue;
        }
        for name in bound_names(tree, child) {
            // Each branch of a long chain may bind it.
            let is_of_this_block = *is_own.entry(name.clone()).or_insert_with(|| {
                names.last_binder(&place.scope, &name).is_none()
                    && names.block_binders(&place.scope, &name).iter().all(parent_is_branch)
                    && !names.is_touched_elsewhere(&place.scope, &name)
            });
            if is_of_this_block && !traces.iter().any(|trace| trace.name == name) {
                let value = trace_value(tree, child, &name);
                traces.push(Trace { name, value });
            }
        }
    }
    traces
}

fn trace_value(tree: &DefinitionTree, id: DefinitionId, name: &str) -> TraceValue {
    let definition = tree.get(id);
    match &definition.kind {
        DefinitionKind::Function { .. } => TraceValue::Code { id, method: None },
        DefinitionKind::Class => {
            let is_method = |child: &&DefinitionId| matches!(tree.get(**child).kind, DefinitionKind::Function { .. });
            let method = definition.children.iter().find(is_method);
            method.map_or(TraceValue::Unknown, |method| TraceValue::Code {
                id: *method,
                method: tree.bound_name(*method).map(|name| name.into_owned()),
            })
        }
        DefinitionKind::Statement(StatementKind::Import | StatementKind::ImportFrom) => {
            let imports = definition.facets.statement().map_or(&[][..], |facets| &facets.imports);
            let Some(import) = imports.iter().find(|import| import.bound_as == name) else {
                return TraceValue::Unknown;
            };
            // `import a.b` binds `a`.
            let is_root = import.name.is_none() && import.module.split('.').next() == Some(name);
            TraceValue::Import {
                module: if is_root {
                    name.to_owned()
                } else {
                    import.module.clone()
                },
                level: import.level,
                name: import.name.clone(),
            }
        }
        DefinitionKind::Statement(StatementKind::Assign | StatementKind::AnnAssign) => {
            let facets = definition.facets.statement();
            let value = facets.and_then(|facets| facets.value.as_ref().filter(|_| facets.binds.len() == 1));
            let literal = value.filter(|value| value.is_inert && value.reads.is_empty());
            literal.map_or(TraceValue::Unknown, |value| {
                let text = tree.text_of(id, &value.range);
                TraceValue::Literal(Unit::of_text(format!("{CHOSEN} = (\n{text}\n)")))
            })
        }
        _ => TraceValue::Unknown,
    }
}

/// Do the tests read only names of what is the same as long as the process runs? `sys` and `typing` stand for the attributes
/// that a [static](is_static) test may read of them.
fn is_fixed(tree: &DefinitionTree, block: DefinitionId) -> bool {
    const FIXED: [&str; 3] = ["sys", "typing", "TYPE_CHECKING"];
    let branches = branches(tree, block).into_iter();
    let tests = branches.filter_map(|branch| facets(tree, branch)?.test.as_ref());
    tests
        .flat_map(|test| &test.reads)
        .all(|name| FIXED.contains(&name.as_str()))
}
