//! Texts to compile: the changed definition alone, at its place.
//!
//! Compiling a whole file costs 66 ms for 1,000 functions, one function 10 to 19 microseconds. A definition compiled
//! alone equals the whole file's code object, positions included, if it keeps its enclosing headers (private names,
//! `__class__`, qualified names), its decorators (they own the first line), the `__future__` flags, the names that the
//! module imports (since 3.12 they decide which call bytecode is used) and whether the module names `super`.

use std::ops::Range;

use serde::Serialize;

use crate::pipeline::definitions::{Definition, DefinitionId, DefinitionKind, DefinitionTree, ExprFacet};

/// A text to compile and where its result is.
#[derive(Clone, Debug, Serialize)]
pub struct Unit {
    /// Python source.
    #[serde(skip)]
    pub source: String,
    /// The 1-based line of the file that the source's first line stands for.
    pub first_line: u32,
    /// Names of the class headers around the definition, outermost first: the code objects to descend through.
    pub classes: Vec<String>,
    /// True when the source is the whole file: the fallback where a definition cannot be compiled alone. Its code objects
    /// are of use; running it would run every statement.
    pub is_whole_file: bool,
    /// Names that the class around binds only here or further down: what runs here does not find them in the class.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hides: Vec<String>,
}

impl Unit {
    /// The name that [`Unit::value`] binds.
    pub const VALUE: &'static str = "_value";

    /// The unit of one definition or statement, as written.
    pub fn of(tree: &DefinitionTree, id: DefinitionId) -> Self {
        Self::with_text(tree, id, tree.get(id).range.clone(), &[])
    }

    /// A part of a statement, from its start to this offset in the file.
    pub fn beginning(tree: &DefinitionTree, id: DefinitionId, end: u32) -> Self {
        Self::with_text(tree, id, tree.get(id).range.start..end, &[])
    }

    /// The unit of a block in which each suite only binds a name to the suite's index: running it tells which suite the
    /// tests lead to.
    pub fn choosing(tree: &DefinitionTree, block: DefinitionId, name: &str) -> Self {
        let branches = tree
            .get(block)
            .children
            .iter()
            .filter(|child| tree.get(**child).kind == DefinitionKind::Branch);
        let suites: Vec<_> = branches
            .enumerate()
            .filter_map(|(index, branch)| {
                let suite = &tree.get(*branch).facets.branch()?.body_range;
                Some((tree.absolute(*branch, suite), format!("{name} = {index}")))
            })
            .collect();
        Self::with_text(tree, block, tree.get(block).range.clone(), &suites)
    }

    /// The unit of a block with other texts, of one line each, for these byte ranges; they are in order.
    pub fn replacing(tree: &DefinitionTree, block: DefinitionId, replaced: &[(Range<u32>, String)]) -> Self {
        Self::with_text(tree, block, tree.get(block).range.clone(), replaced)
    }

    /// The unit of a `def` without its decorators and with these byte ranges of its header (defaults that keep their
    /// value) replaced by `0` and blanks, so that all positions stay.
    pub fn template(tree: &DefinitionTree, id: DefinitionId, from: u32, blanked: &[Range<u32>]) -> Self {
        let range = from..tree.get(id).range.end;
        Self::with_text(tree, id, range, &blanks(blanked))
    }

    /// An expression of a definition's header, evaluated by itself: it binds [`Unit::VALUE`].
    pub fn value(tree: &DefinitionTree, id: DefinitionId, expression: &ExprFacet) -> Self {
        let text = tree.text_of(id, &expression.range);
        Self {
            first_line: tree.source.line_of(tree.absolute(id, &expression.range).start),
            ..Self::of_text(format!("{} = ({text}\n)\n", Self::VALUE))
        }
    }

    /// The text of the expression that [`Unit::value`] evaluates.
    pub fn value_text(&self) -> Option<&str> {
        let text = self.source.strip_prefix(Self::VALUE)?.strip_prefix(" = (")?;
        text.strip_suffix("\n)\n")
    }

    /// Bases and keywords of a class, evaluated by themselves: see [`RemakeClass::arguments`](super::RemakeClass).
    pub fn arguments(tree: &DefinitionTree, class: DefinitionId) -> Option<Self> {
        let facets = tree.get(class).facets.class()?;
        let header = tree.text_of(class, &facets.header_range);
        let name = tree.get(class).name.as_deref().unwrap_or_default();
        if facets.type_params.is_some() {
            // The bases may name the parameters.
            return Some(Self {
                first_line: tree.get(class).def_line,
                ..Self::of_text(format!("{header} pass\n{} = {name}\n", Self::VALUE))
            });
        }
        let arguments = header[header.find('(')?..].trim_end().strip_suffix(':')?;
        let value = Self::VALUE;
        let source = format!("{value} = (lambda *bases, **keywords: (bases, keywords)){arguments}\n");
        Some(Self {
            first_line: tree.get(class).def_line,
            ..Self::of_text(source)
        })
    }

    /// The same unit, run where these names are not yet bound.
    pub fn hiding(self, hides: Vec<String>) -> Self {
        Self { hides, ..self }
    }

    /// A text of our own, which is nowhere in a file.
    pub fn of_text(source: String) -> Self {
        Self {
            source,
            first_line: 1,
            classes: Vec::new(),
            is_whole_file: false,
            hides: Vec::new(),
        }
    }

    /// The whole file, to take the code objects of a definition from.
    fn whole_file(tree: &DefinitionTree, id: DefinitionId) -> Self {
        let mut classes: Vec<String> = tree
            .ancestors(id)
            .filter(|around| around.kind == DefinitionKind::Class)
            .filter_map(|class| class.name.as_deref().map(str::to_owned))
            .collect();
        classes.reverse();
        Self {
            source: tree.source.text().to_owned(),
            first_line: 1,
            classes,
            is_whole_file: true,
            hides: Vec::new(),
        }
    }

    fn with_text(
        tree: &DefinitionTree,
        id: DefinitionId,
        range: Range<u32>,
        replaced: &[(Range<u32>, String)],
    ) -> Self {
        let text = tree.source.text();
        let start_line = tree.source.line_of(range.start);
        let column = tree.source.column_of(range.start);
        if is_global_in_class(tree, id) {
            // Its qualified name has no class in it, which only the `global` statement tells the compiler.
            return Self::whole_file(tree, id);
        }
        let headers = headers(tree, id, column);
        let classes = headers.iter().filter_map(|header| header.class.clone()).collect();
        // Headers go on the lines right above: only the definition's own lines must be right.
        let room = start_line - 1;
        let above = headers.len().min(room as usize);
        let mut source = String::with_capacity(range.len() + 256);
        for header in &headers[..above] {
            source.push_str(&header.indent);
            source.push_str(&header.text);
            source.push('\n');
        }
        let before = indent_before(tree, range.start);
        match &headers[above..] {
            [] if headers.is_empty() && column > 0 => {
                // Behind a `;` at module level, which leaves room for two bytes at least.
                source.push_str("0;");
                source.push_str(before.get(2..).unwrap_or_default());
            }
            [] => source.push_str(&before),
            // The file has no line above: a suite behind the colon of a header on the first lines.
            [header] if header.indent.len() + header.text.len() <= before.len() => {
                source.push_str(&header.indent);
                source.push_str(&header.text);
                source.push_str(&before[header.indent.len() + header.text.len()..]);
            }
            _ => return Self::whole_file(tree, id),
        }
        let first_line = start_line - above as u32;
        push_replaced(&mut source, text, range, replaced);
        source.push('\n');
        push_context(&mut source, tree);
        Self {
            source,
            first_line,
            classes,
            is_whole_file: false,
            hides: Vec::new(),
        }
    }
}

/// Does the class around a definition declare its name `global`?
fn is_global_in_class(tree: &DefinitionTree, id: DefinitionId) -> bool {
    let class = tree.get(tree.enclosing_scope(id));
    let globals = class.facets.class().map_or(&[][..], |facets| &facets.globals);
    tree.get(id)
        .name
        .as_ref()
        .is_some_and(|name| globals.iter().any(|global| **global == **name))
}

/// One line that stands for an enclosing class or block.
struct Header {
    indent: String,
    text: String,
    class: Option<String>,
}

/// Enclosing headers, outermost first, with strictly growing indents below `column`.
fn headers(tree: &DefinitionTree, id: DefinitionId, column: u32) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    let mut innermost_column = column;
    for definition in tree.ancestors(id) {
        let header = match &definition.kind {
            DefinitionKind::Class => Header {
                indent: indent_before(tree, definition.range.start),
                text: class_header(tree, definition),
                class: definition.name.as_deref().map(str::to_owned),
            },
            DefinitionKind::Block(_) => Header {
                indent: indent_before(tree, definition.range.start),
                text: "if 1:".to_owned(),
                class: None,
            },
            _ => continue,
        };
        // A block written behind another one on the same line, or an indent that does not shrink (a suite behind the
        // colon): a header that is not needed for names can be left out.
        let header_column = header.indent.len() as u32;
        if header_column < innermost_column {
            innermost_column = header_column;
        } else if header.class.is_none() {
            continue;
        }
        headers.push(header);
    }
    headers.reverse();
    headers
}

/// `class Name[T]:`: the type parameters make free variables of the body, the bases do not.
fn class_header(tree: &DefinitionTree, definition: &Definition) -> String {
    let name = definition.name.as_deref().unwrap_or_default();
    let facets = definition.facets.class().expect("a class has class facets");
    let type_params = facets
        .type_params
        .as_ref()
        .map_or("", |facet| tree.text_of(definition.id, &facet.range));
    // The header must stay one line, or the lines below it shift.
    let type_params = type_params.replace(['\n', '\r'], " ");
    format!("class {name}{type_params}:")
}

/// What stands before this offset in its line, other characters than blanks replaced by blanks: one per byte, since
/// columns are counted in UTF-8 bytes.
fn indent_before(tree: &DefinitionTree, offset: u32) -> String {
    let start = tree.source.line_start(tree.source.line_of(offset));
    tree.source.text()[start as usize..offset as usize]
        .bytes()
        .map(|byte| match byte {
            b'\t' | b'\x0c' => byte as char,
            _ => ' ',
        })
        .collect()
}

/// Each of these ranges is replaced by `0`.
fn blanks(ranges: &[Range<u32>]) -> Vec<(Range<u32>, String)> {
    ranges.iter().map(|range| (range.clone(), "0".to_owned())).collect()
}

/// The text of a range, with other texts in some places; all lines keep their numbers, and what is replaced by one
/// character its columns. In a text that does not parse they may lie beyond the range: what is made of it is never run.
fn push_replaced(source: &mut String, text: &str, range: Range<u32>, replaced: &[(Range<u32>, String)]) {
    let mut at = range.start as usize;
    let is_inside = |blank: &Range<u32>, at: usize| blank.start as usize >= at && blank.end <= range.end;
    for (blank, by) in replaced {
        if !is_inside(blank, at) {
            continue;
        }
        source.push_str(&text[at..blank.start as usize]);
        source.push_str(by);
        for byte in text[blank.start as usize..blank.end as usize].bytes().skip(1) {
            source.push(if matches!(byte, b'\n' | b'\r') {
                byte as char
            } else {
                ' '
            });
        }
        at = blank.end as usize;
    }
    source.push_str(&text[at..range.end as usize]);
}

/// What the rest of the module says about the compilation of one definition.
fn push_context(source: &mut String, tree: &DefinitionTree) {
    let Some(facets) = tree.module().facets.module() else {
        return;
    };
    if !facets.module_imports.is_empty() {
        source.push_str("if 0: import ");
        source.push_str(&facets.module_imports.join(", "));
        source.push('\n');
    }
    if facets.mentions_super {
        source.push_str("if 0: super\n");
    }
}
