//! The tree of an edited text, from that of the text before: only the statements around the edit are parsed.
//!
//! A save changes a few lines of a file that may have ten thousand. Top-level statements before and after the edit are
//! taken over with their lines, offsets and ids shifted; their facets are shared. Whatever could make the cut visible
//! (an error in the part, a continued line, a future import) falls back to parsing everything, so the answer is always
//! that of [`parse`].

use std::sync::Arc;

use super::build::only_module;
use super::facets::Facets;
use super::module::{end_of, finish_module};
use super::parse::{Part, parse, read};
use super::tree::{Definition, DefinitionId, DefinitionKind, DefinitionTree, StatementKind};
use crate::source::SourceText;

/// The same as [`parse`], faster: the time depends on the edit, but for one comparison of the texts and one copy of the
/// list of definitions.
pub fn reparse(old: &DefinitionTree, source: Arc<SourceText>) -> DefinitionTree {
    match part_of(old, &source).and_then(|cut| splice(old, &source, &cut)) {
        Some(definitions) => DefinitionTree {
            source,
            definitions,
            problems: Vec::new(),
        },
        None => parse(source),
    }
}

/// The part of both texts that is to be read again.
struct Cut {
    /// Indices into the old module's children: those before `first` and from `last` on stay.
    first: usize,
    last: usize,
    /// Byte offset at which the part starts, in both texts.
    start: usize,
    /// Byte offsets at which it ends: the start of the line of child `last`, or the end of the text.
    old_end: usize,
    new_end: usize,
}

fn part_of(old: &DefinitionTree, source: &SourceText) -> Option<Cut> {
    if !old.problems.is_empty() || old.module().children.is_empty() || source.path() != old.source.path() {
        return None;
    }
    let (before, after) = (old.source.text().as_bytes(), source.text().as_bytes());
    u32::try_from(after.len()).ok()?;
    let shorter = before.len().min(after.len());
    let prefix = common(&before[..shorter], &after[..shorter]);
    let suffix = common_end(&before[prefix..], &after[prefix..]);

    let children = &old.module().children;
    let child = |index: usize| old.get(children[index]);
    // A statement can be cut off where it starts its own line, without indent.
    let line_start = |index: usize| -> Option<usize> {
        let own = child(index);
        let has_own_line = index == 0 || child(index - 1).last_line < own.first_line;
        (has_own_line && own.column == 0).then_some(own.range.start as usize)
    };
    // The statement in or after which the texts begin to differ. If its first line differs it may now belong to the one
    // before (an `else`, an indent), so that is read too.
    let touched = children
        .partition_point(|id| old.get(*id).range.start as usize <= prefix)
        .saturating_sub(1);
    let next_line = child(touched).first_line + 1;
    let keeps_first_line = next_line <= old.source.line_count() && old.source.line_start(next_line) as usize <= prefix;
    let first = if keeps_first_line {
        touched
    } else {
        touched.saturating_sub(1)
    };
    let first = (0..=first)
        .rev()
        .find(|index| line_start(*index).is_some())
        .unwrap_or(0);
    let start = if first == 0 { 0 } else { line_start(first)? };
    // The line end before it must be part of the unchanged text too.
    let unchanged = before.len() - suffix;
    let last = children.partition_point(|id| old.get(*id).range.start as usize <= unchanged);
    let last = (last.max(first + 1)..children.len()).find(|index| line_start(*index).is_some());
    let (last, old_end) = match last {
        Some(last) => (last, line_start(last)?),
        None => (children.len(), before.len()),
    };
    let new_end = old_end + after.len() - before.len();
    Some(Cut {
        first,
        last,
        start,
        old_end,
        new_end,
    })
}

fn splice(old: &DefinitionTree, source: &Arc<SourceText>, cut: &Cut) -> Option<Vec<Definition>> {
    let module = old.module();
    let future = match &module.facets {
        Facets::Module(facets) => facets.future.clone(),
        _ => return None,
    };
    let text = source.text().get(cut.start..cut.new_end)?;
    // A line that goes on after a backslash would go on in the text that is kept.
    let is_continued = text.trim_end_matches(['\n', '\r']).ends_with('\\');
    let imports_future = |id: &DefinitionId| {
        let definition = old.get(*id);
        definition.kind == DefinitionKind::Statement(StatementKind::ImportFrom)
            && definition
                .facets
                .statement()
                .is_some_and(|facets| facets.imports.iter().any(|it| it.module == "__future__"))
    };
    if is_continued || module.children[cut.first..cut.last].iter().any(imports_future) {
        return None;
    }
    let part = SourceText::new(source.path(), text);
    let place = Part {
        is_start: cut.first == 0,
        future: &future,
    };
    let (read, problems, own_future) = read(&part, Some(place)).ok()?;
    let is_empty_start = cut.first == 0 && read.len() == 1;
    if !problems.is_empty() || !own_future.is_empty() || is_empty_start {
        return None;
    }

    let index_of = |child: usize| {
        module
            .children
            .get(child)
            .map_or(old.definitions.len(), |id| id.index())
    };
    let mut definitions = Vec::with_capacity(old.definitions.len() + read.len());
    definitions.push(only_module(source));
    let lines = |from: &SourceText, old_offset: usize, new_offset: usize| {
        i64::from(source.line_of(new_offset as u32)) - i64::from(from.line_of(old_offset as u32))
    };
    append(&mut definitions, &old.definitions[1..index_of(cut.first)], 0, 0);
    append(
        &mut definitions,
        &read[1..],
        cut.start as i64,
        lines(&part, 0, cut.start),
    );
    let moved = cut.new_end as i64 - cut.old_end as i64;
    append(
        &mut definitions,
        &old.definitions[index_of(cut.last)..],
        moved,
        lines(&old.source, cut.old_end, cut.new_end),
    );
    let mut at = 1;
    while at < definitions.len() {
        definitions[0].children.push(DefinitionId(at as u32));
        at = end_of(&definitions, at);
    }
    finish_module(&mut definitions, future);
    Some(definitions)
}

/// Copies whole subtrees of a module behind what is there, moved by bytes and lines.
fn append(definitions: &mut Vec<Definition>, run: &[Definition], bytes: i64, lines: i64) {
    let Some(first) = run.first() else { return };
    let ids = definitions.len() as i64 - i64::from(first.id.0);
    // Every number stays inside the new text, which is smaller than 4 GB.
    let shifted = |number: u32, by: i64| (i64::from(number) + by) as u32;
    definitions.extend(run.iter().map(|definition| {
        let mut copy = definition.clone();
        copy.id = DefinitionId(shifted(copy.id.0, ids));
        copy.parent = copy.parent.map(|parent| match parent {
            DefinitionId::MODULE => parent,
            parent => DefinitionId(shifted(parent.0, ids)),
        });
        for child in &mut copy.children {
            child.0 = shifted(child.0, ids);
        }
        copy.range = shifted(copy.range.start, bytes)..shifted(copy.range.end, bytes);
        copy.first_line = shifted(copy.first_line, lines);
        copy.def_line = shifted(copy.def_line, lines);
        copy.last_line = shifted(copy.last_line, lines);
        copy
    }));
}

/// Bytes compared at a time: the compiler turns this into vector instructions.
const STRIDE: usize = 64;

/// Length of the common prefix.
fn common(a: &[u8], b: &[u8]) -> usize {
    let strides = a
        .chunks_exact(STRIDE)
        .zip(b.chunks_exact(STRIDE))
        .take_while(|(a, b)| a == b)
        .count();
    let done = strides * STRIDE;
    done + a[done..].iter().zip(&b[done..]).take_while(|(a, b)| a == b).count()
}

/// Length of the common suffix.
fn common_end(a: &[u8], b: &[u8]) -> usize {
    let strides = a
        .rchunks_exact(STRIDE)
        .zip(b.rchunks_exact(STRIDE))
        .take_while(|(a, b)| a == b)
        .count();
    let done = strides * STRIDE;
    let rest = |side: &[u8]| side.len() - done;
    done + a[..rest(a)]
        .iter()
        .rev()
        .zip(b[..rest(b)].iter().rev())
        .take_while(|(a, b)| a == b)
        .count()
}
