//! The text that runs after a save of which a part was refused: the new file with the old text of that part.
//!
//! With it the next save is compared to what really runs, by the same pipeline, and a refused edit stays visible until
//! it is fixed. Positions are not read from this text but from the code objects.

use std::ops::Range;
use std::sync::Arc;

use crate::pipeline::definitions::{DefinitionId, DefinitionKind, DefinitionTree, parse};
use crate::pipeline::edit_plan::{FileChange, FilePlan};
use crate::source::SourceText;
use rustc_hash::FxHashSet;

/// A replacement of a byte range of the new text.
struct Splice {
    at: Range<u32>,
    text: String,
}

/// The tree of the next baseline. `refused` are indices of the plan's operations that were not applied.
///
/// `None` when the texts cannot be joined.
pub fn next_baseline(change: &FileChange, plan: &FilePlan, refused: &[usize]) -> Option<Arc<DefinitionTree>> {
    if refused.is_empty() {
        return Some(change.new.clone());
    }
    let mut splices = Vec::new();
    // Of one definition several operations may be refused: its text counts once, or it would double with every save.
    let mut seen = FxHashSet::default();
    for &index in refused {
        let operation = &plan.operations[index];
        if !seen.insert((operation.old, operation.new)) {
            continue;
        }
        splices.push(match (operation.old, operation.new) {
            (_, Some(new)) if change.new.get(new).kind == DefinitionKind::Module => {
                return Some(change.old.clone());
            }
            (Some(old), Some(new)) => Splice {
                at: change.new.get(new).range.clone(),
                text: indented(&change.old, old, &indent_of(&change.new, new)),
            },
            (None, Some(new)) => remove(&change.new, new),
            (Some(old), None) => put_back(change, old)?,
            (None, None) => return Some(change.old.clone()),
        });
    }
    let text = joined(change.new.source.text(), splices);
    let tree = parse(Arc::new(SourceText::new(change.path.clone(), text)));
    tree.problems.is_empty().then(|| Arc::new(tree))
}

/// The text with all splices. What lies inside another one's range is replaced with it.
fn joined(text: &str, mut splices: Vec<Splice>) -> String {
    // Stable: what is put back at one place stays in order, and comes before what is replaced there.
    splices.sort_by_key(|splice| (splice.at.start, !splice.at.is_empty(), std::cmp::Reverse(splice.at.end)));
    let mut joined = String::with_capacity(text.len());
    let mut at = 0;
    for splice in splices {
        if splice.at.start < at {
            continue;
        }
        joined.push_str(&text[at as usize..splice.at.start as usize]);
        joined.push_str(&splice.text);
        at = splice.at.end;
    }
    joined.push_str(&text[at as usize..]);
    joined
}

/// What stands before a definition in its line, if that is only blanks; as many blanks where it is not.
fn indent_of(tree: &DefinitionTree, id: DefinitionId) -> String {
    let definition = tree.get(id);
    let start = tree.source.line_start(definition.first_line) as usize;
    let before = &tree.source.text()[start..definition.range.start as usize];
    let is_blank = |byte: u8| matches!(byte, b' ' | b'\t' | b'\x0c');
    before
        .bytes()
        .map(|byte| if is_blank(byte) { byte as char } else { ' ' })
        .collect()
}

/// The text of a definition, its lines below the first moved to another indent.
fn indented(tree: &DefinitionTree, id: DefinitionId, indent: &str) -> String {
    let own = indent_of(tree, id);
    let text = tree.text(id);
    if own == indent {
        return text.to_owned();
    }
    let mut moved = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        match line.strip_prefix(own.as_str()) {
            Some(rest) if index > 0 => {
                moved.push_str(indent);
                moved.push_str(rest);
            }
            _ => moved.push_str(line),
        }
    }
    moved
}

fn remove(tree: &DefinitionTree, id: DefinitionId) -> Splice {
    Splice {
        at: tree.get(id).range.clone(),
        text: "pass".to_owned(),
    }
}

/// Puts a definition that is in the old text only behind the sibling that it stood behind.
fn put_back(change: &FileChange, old: DefinitionId) -> Option<Splice> {
    let before = change.old.get(old);
    let old_parent = before.parent?;
    let new_parent = change.matching.new_of(old_parent)?;
    let siblings = &change.old.get(old_parent).children;
    let position = siblings.iter().position(|sibling| *sibling == old)?;
    let children: Vec<DefinitionId> = change.new.get(new_parent).children.clone();
    let children: Vec<_> = children
        .into_iter()
        .filter(|child| !change.new.get(*child).in_header)
        .collect();
    let anchor = siblings[..position].iter().rev().find_map(|sibling| {
        let new = change.matching.new_of(*sibling)?;
        children.iter().position(|child| *child == new)
    });
    let Some(mut anchor) = anchor else {
        let Some(first) = children.first() else {
            let end = change.new.source.text().len() as u32;
            return (new_parent == DefinitionId::MODULE).then(|| Splice {
                at: end..end,
                text: format!("\n{}\n", indented(&change.old, old, "")),
            });
        };
        let indent = indent_of(&change.new, *first);
        let at = change.new.get(*first).range.start;
        return Some(Splice {
            at: at..at,
            text: format!("{}\n{indent}", indented(&change.old, old, &indent)),
        });
    };
    // Behind all that shares a line with it, or a `;` would follow a compound statement.
    let shares_a_line = |at: usize| {
        let next = children.get(at + 1).map(|next| change.new.get(*next).first_line);
        next == Some(change.new.get(children[at]).last_line)
    };
    while shares_a_line(anchor) {
        anchor += 1;
    }
    let end = change.new.get(children[anchor]).range.end;
    // A suite behind its colon; of a loop's body the definition begins with its first statement only.
    let first = change.new.get(children[0]).range.start;
    let line_start = change.new.source.line_start(change.new.source.line_of(first));
    let is_inline = !change.new.slice(&(line_start..first)).trim().is_empty();
    if is_inline {
        return Some(Splice {
            at: end..end,
            text: format!("; {}", change.old.text(old)),
        });
    }
    let indent = indent_of(&change.new, children[0]);
    Some(Splice {
        at: end..end,
        text: format!("\n{indent}{}", indented(&change.old, old, &indent)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::diff::match_trees;
    use crate::pipeline::edit_plan::{Action, PlanSettings, plan};

    /// The text that runs when everything that the plan itself refuses was refused.
    fn baseline(old: &str, new: &str) -> Option<String> {
        let tree = |text: &str| Arc::new(parse(Arc::new(SourceText::new("m.py", text))));
        let (old, new) = (tree(old), tree(new));
        let matching = match_trees(&old, &new, &[]);
        let change = FileChange {
            path: "m.py".into(),
            module: "m".to_owned(),
            old,
            new,
            matching,
            reexecute: false,
            has_moved: false,
            is_joined: false,
        };
        let plan = plan(std::slice::from_ref(&change), &(), PlanSettings::default());
        let operations = plan.files[0].operations.iter().enumerate();
        let refused: Vec<usize> = operations
            .filter(|(_, operation)| matches!(&operation.action, Action::Refuse(reason) if !reason.is_note))
            .map(|(index, _)| index)
            .collect();
        assert!(!refused.is_empty(), "the plan was to refuse something");
        Some(
            next_baseline(&change, &plan.files[0], &refused)?
                .source
                .text()
                .to_owned(),
        )
    }

    #[test]
    fn what_was_refused_keeps_its_old_text_in_the_new_file() {
        let old = "f = 0\ndef f(): return 1\ndef g(): return 1\n";
        let new = "# new\nf = 0\n@d\ndef f(): return 2\ndef g(): return 2\n";
        assert_eq!(
            baseline(old, new).unwrap(),
            "# new\nf = 0\ndef f(): return 1\ndef g(): return 2\n"
        );
    }

    #[test]
    fn another_indent_is_followed() {
        let old = "f = 0\nif a:\n  @d\n  def f():\n    return 1\n";
        let new = "f = 0\nif a:\n        def f():\n            return 2\n";
        let expected = "f = 0\nif a:\n        @d\n        def f():\n          return 1\n";
        assert_eq!(baseline(old, new).unwrap(), expected);
    }

    #[test]
    fn a_removed_part_of_a_block_is_put_back() {
        let old = "for a in b:\n    x.a = 1\n    y.a = 1\n";
        let new = "for a in b:\n    x.a = 1; z.a = 2\n";
        let expected = "for a in b:\n    x.a = 1; y.a = 1\n";
        assert_eq!(baseline(old, new).unwrap(), expected);
    }

    #[test]
    fn a_removed_first_statement_is_put_back_first() {
        let old = "for a in b:\n    x.a = 1\n    y.a = 1\n";
        let new = "for a in b:\n    y.a = 1\n";
        assert_eq!(baseline(old, new).unwrap(), old);
    }

    #[test]
    fn what_is_put_back_stays_although_the_new_first_statement_goes() {
        let old = "with a:\n    @d\n    def f(): pass\n";
        let new = "with a:\n    @e\n    def g(): return 1\n";
        let expected = "with a:\n    @d\n    def f(): pass\n    pass\n";
        assert_eq!(baseline(old, new).unwrap(), expected);
    }

    #[test]
    fn a_block_in_a_block_keeps_its_old_header() {
        let old = "for a in b:\n    pass\n\n    # one\n    for c in d:\n        pass\n\n        def f():\n            return 1\n";
        let new = "for a in b:\n    pass\n\n    # one\n    if c == d:\n        pass\n\n        def f():\n            return 1\n";
        let expected = "for a in b:\n    pass\n    for c in d:\n        pass\n\n        def f():\n            return 1\n\n    # one\n    pass\n";
        assert_eq!(baseline(old, new).unwrap(), expected);
    }

    #[test]
    fn what_is_refused_twice_is_put_back_once() {
        let old = "a = b = c()\nfor a in d:\n    pass\nfor b in d:\n    pass\na = b = c()\n";
        let new = "a = b = c()\nfor a in d:\n    pass\nfor b in d:\n    pass\n";
        assert_eq!(
            baseline(
                &old.replacen("a = b = c()\n", "", 1),
                &new.replacen("a = b = c()\n", "", 1)
            )
            .unwrap()
            .matches("c()")
            .count(),
            1
        );
    }

    #[test]
    fn a_suite_behind_its_colon_stays_there() {
        let old = "for a in b: x.a = 1; y.a = 1\n";
        let new = "for a in b: x.a = 1\n";
        assert_eq!(baseline(old, new).unwrap(), old);
    }
}
