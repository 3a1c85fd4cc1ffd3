//! What the plan asks about a block: what each branch leaves behind, and the tests.

use rustc_hash::FxHashMap;

use super::blocks::branches;
use super::guard::{BlockQuestion, BranchQuestion, CHOSEN, Choice, Guard, Tells, Trace, TraceValue};
use super::scope::Names;
use super::statements::bound_names;
use super::{Place, Planner, Unit};
use crate::pipeline::definitions::{
    BlockKind, BranchFacets, BranchKind, Definition, DefinitionId, DefinitionKind, DefinitionTree, StatementKind,
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
        let elsewhere = self.elsewhere;
        let is_assigned = |name: &str| {
            let own = self.old.source.text();
            is_attribute_assigned(own, name)
                || elsewhere
                    .running()
                    .iter()
                    .any(|other| is_attribute_assigned(other.source.text(), name))
        };
        let mut known = FxHashMap::default();
        let asked = branches(self.old, old)
            .into_iter()
            .map(|branch| BranchQuestion {
                kind: facets(self.old, branch).map_or(BranchKind::Body, |facets| facets.kind),
                raises: raises(self.old, branch),
                traces: traces(self.old, names, (old, branch), (place, &is_assigned), &mut known),
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
                && !reads.any(|name| {
                    self.is_bound_late(name, place)
                        || self.is_bound_aside(name, &place.scope)
                        || self.may_follow(name, &place.scope)
                }),
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

/// Does a branch end by raising, with nothing around it that would catch that?
fn raises(tree: &DefinitionTree, branch: DefinitionId) -> bool {
    let is_raise = |id: &DefinitionId| {
        let is_other = tree.get(*id).kind == DefinitionKind::Statement(StatementKind::Other);
        is_other && tree.text(*id).starts_with("raise")
    };
    let may_catch = |around: &Definition| {
        let is_body = facets(tree, around.id).is_some_and(|facets| facets.kind == BranchKind::Try);
        // A manager can do that, too, and a loop may have gone on before.
        let may_end = [BlockKind::With, BlockKind::For, BlockKind::While];
        is_body || may_end.iter().any(|kind| around.kind == DefinitionKind::Block(*kind))
    };
    tree.get(branch).children.last().is_some_and(is_raise)
        && !may_catch(tree.get(branch))
        && !tree.ancestors(branch).any(may_catch)
}

/// The last binding in a branch of each name that this block binds last. `known`: whose the names of the block are; each
/// branch of a long chain may bind the same.
fn traces(
    tree: &DefinitionTree,
    names: &Names,
    (block, branch): (DefinitionId, DefinitionId),
    (place, is_assigned): (&Place, &dyn Fn(&str) -> bool),
    known: &mut FxHashMap<String, Whose>,
) -> Vec<Trace> {
    let mut whose = |name: &String| match known.get(name) {
        Some(whose) => *whose,
        None => *known
            .entry(name.clone())
            .or_insert(whose_is(tree, names, block, name, (place, is_assigned))),
    };
    let mut traces: Vec<Trace> = Vec::new();
    for &child in tree.get(branch).children.iter().rev() {
        let definition = tree.get(child);
        if definition.in_header {
            continue;
        }
        if matches!(definition.kind, DefinitionKind::Block(_)) {
            for (inner, name) in bound_inside(tree, child) {
                if whose(&name) == Whose::OfBlock {
                    traces.push(Trace {
                        value: trace_value(tree, inner, &name),
                        name,
                        tells: Tells::Presence,
                    });
                }
            }
            continue;
        }
        for name in bound_names(tree, child) {
            if traces
                .iter()
                .any(|trace| trace.name == name && trace.tells != Tells::Presence)
            {
                continue;
            }
            let value = trace_value(tree, child, &name);
            let tells = match whose(&name) {
                Whose::OfBlock => Tells::All,
                Whose::BoundAbove if matches!(value, TraceValue::Literal(_)) => Tells::Absence,
                Whose::BoundAbove | Whose::Other => continue,
            };
            traces.push(Trace { name, value, tells });
        }
    }
    traces
}

/// What the statements and definitions of a block bind in its scope, and what its headers do.
fn bound_inside(tree: &DefinitionTree, block: DefinitionId) -> Vec<(DefinitionId, String)> {
    let mut found = Vec::new();
    for &child in &tree.get(block).children {
        let definition = tree.get(child);
        match definition.kind {
            _ if definition.in_header => {}
            DefinitionKind::Block(_) | DefinitionKind::Branch => found.extend(bound_inside(tree, child)),
            _ => found.extend(bound_names(tree, child).into_iter().map(|name| (child, name))),
        }
    }
    let of_header = bound_names(tree, block).into_iter();
    let of_header: Vec<String> = of_header
        .filter(|name| !found.iter().any(|(_, found)| found == name))
        .collect();
    found.extend(of_header.into_iter().map(|name| (block, name)));
    found
}

/// `is_assigned`: does any text of the program assign an attribute of this name?
fn whose_is(
    tree: &DefinitionTree,
    names: &Names,
    block: DefinitionId,
    name: &str,
    (place, is_assigned): (&Place, &dyn Fn(&str) -> bool),
) -> Whose {
    let inside = block.index() + 1..tree.end_of(block);
    let in_blocks = names.block_binders(&place.scope, name).iter();
    let mut outside = in_blocks
        .filter(|binder| !inside.contains(&binder.index()))
        .copied()
        .chain(names.last_binder(&place.scope, name))
        .peekable();
    if names.is_touched_elsewhere(&place.scope, name) {
        Whose::Other
    } else if outside.peek().is_none() {
        Whose::OfBlock
    } else if outside.all(|binder| binder < block) && !is_assigned(name) {
        Whose::BoundAbove
    } else {
        Whose::Other
    }
}

/// Does a text assign an attribute of this name, such as that of a module?
fn is_attribute_assigned(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let rest = text[at + name.len()..].trim_start_matches([' ', '\t']);
        // The longest operator that an augmented assignment has is three bytes long: `**=`.
        let operator = rest.len() - rest.trim_start_matches(|it: char| "+-*/%@&|^<>".contains(it)).len();
        let rest = &rest[operator..];
        text[..at].ends_with('.') && operator < 3 && rest.starts_with('=') && !rest.starts_with("==")
    })
}

/// Who binds a name that a branch of a block binds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Only this block.
    OfBlock,
    /// Also statements above the block, and nothing below it.
    BoundAbove,
    /// Nothing can be told from its value.
    Other,
}

/// What a definition or statement binds a name to.
pub(super) fn trace_value(tree: &DefinitionTree, id: DefinitionId, name: &str) -> TraceValue {
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
