//! Which code object belongs to which definition of the text that runs.

use std::path::Path;

use jurigged_runtime::{Handle, Interpreter, Pin};
use rustc_hash::FxHashMap;

use super::codes::{Bound, bind, bind_loose};
use crate::pipeline::definitions::{DefinitionId, DefinitionKind, DefinitionTree};
use crate::pipeline::diff::Matching;
use crate::pipeline::edit_plan::Outline;

/// The code objects of one module's definitions.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    by_definition: FxHashMap<DefinitionId, Binding>,
}

/// The code object of one definition.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The code object.
    pub code: Pin,
    /// Where it is a constant of the code object around it; `None` for what was added while the program ran.
    pub parent: Option<ParentConstant>,
    /// `co_firstlineno`, 1-based.
    pub first_line: u32,
    /// `co_firstlineno` minus the line that the parser gives; 0 but for anonymous owners that start on a bracket.
    pub skew: i64,
    /// Older code objects of this definition that some live functions may still run, because they could not get the
    /// newer one.
    pub left_behind: Vec<Pin>,
}

/// A place in `co_consts`.
#[derive(Clone, Debug)]
pub struct ParentConstant {
    /// The code object around.
    pub code: Pin,
    /// Index in its `co_consts`.
    pub index: usize,
}

impl Binding {
    /// The binding after its definition moved to another line, 1-based.
    pub fn moved_to(&self, text_line: u32) -> Self {
        let first_line = u32::try_from(i64::from(text_line) + self.skew).unwrap_or(self.first_line);
        Self {
            first_line,
            ..self.clone()
        }
    }
}

impl Bindings {
    /// Walks the code tree of a module along the outline of its text.
    pub fn of_module(interpreter: &dyn Interpreter, module_code: &Pin, outline: &[Outline]) -> Self {
        let mut bindings = Self::default();
        for bound in bind(interpreter, interpreter.pinned(module_code), outline) {
            bindings.insert(interpreter, &bound);
        }
        bindings
    }

    /// The bindings of a module whose body ran before anybody listened, from the functions that live.
    pub fn of_file(interpreter: &dyn Interpreter, file: &Path, outline: &[Outline]) -> Self {
        let mut bindings = Self::default();
        let file = file.to_string_lossy().into_owned();
        let codes = interpreter.codes_of_files(&[file]).pop().unwrap_or_default();
        for bound in bind_loose(interpreter, &codes, outline) {
            bindings.insert(interpreter, &bound);
        }
        bindings
    }

    /// The binding of a definition; `None` where the code object could not be told apart or was never made.
    pub fn get(&self, id: DefinitionId) -> Option<&Binding> {
        self.by_definition.get(&id)
    }

    /// All code objects that are bound.
    pub fn codes(&self) -> impl Iterator<Item = &Pin> {
        self.by_definition.values().map(|binding| &binding.code)
    }

    /// Binds a definition to what [`bind`] found.
    pub fn insert(&mut self, interpreter: &dyn Interpreter, bound: &Bound) {
        let parent = bound.parent.map(|(code, index)| ParentConstant {
            code: interpreter.pin(code),
            index,
        });
        let binding = Binding {
            code: interpreter.pin(bound.code),
            parent,
            first_line: bound.first_line,
            skew: i64::from(bound.first_line) - i64::from(bound.text_line),
            left_behind: Vec::new(),
        };
        self.by_definition.insert(bound.id, binding);
    }

    /// Remembers that functions of a definition may still run this older code object.
    pub fn leave_behind(&mut self, interpreter: &dyn Interpreter, id: DefinitionId, code: Handle) {
        if let Some(binding) = self.by_definition.get_mut(&id) {
            binding.left_behind.push(interpreter.pin(code));
        }
    }

    /// Carries over the bindings of all definitions of another tree that have the same text in this one, but for its
    /// indent, and those of classes, whose text may be of both.
    pub fn carry_same_text(&mut self, other: &Self, from: &DefinitionTree, to: &DefinitionTree, matching: &Matching) {
        for definition in &to.definitions {
            if let Some(source) = matching.old_of(definition.id)
                && (definition.kind == DefinitionKind::Class || is_same_but_indent((from, source), (to, definition.id)))
                && let Some(binding) = other.get(source)
            {
                self.by_definition.insert(definition.id, binding.clone());
            }
        }
    }

    /// Carries a binding over to the tree of the next baseline.
    pub fn carry(&mut self, id: DefinitionId, binding: Binding) {
        self.by_definition.insert(id, binding);
    }
}

/// Are two texts the same once each is moved to the left margin? What is refused stands in the new text at its new indent.
fn is_same_but_indent(one: (&DefinitionTree, DefinitionId), other: (&DefinitionTree, DefinitionId)) -> bool {
    fn lines((tree, id): (&DefinitionTree, DefinitionId)) -> impl Iterator<Item = &str> {
        let definition = tree.get(id);
        let start = tree.source.line_start(definition.first_line) as usize;
        let before = &tree.source.text()[start..definition.range.start as usize];
        let indent = if before.trim().is_empty() { before } else { "" };
        let lines = tree.text(id).split_inclusive('\n').enumerate();
        lines.map(move |(index, line)| match index {
            0 => line,
            _ => line.strip_prefix(indent).unwrap_or(line),
        })
    }
    lines(one).eq(lines(other))
}
