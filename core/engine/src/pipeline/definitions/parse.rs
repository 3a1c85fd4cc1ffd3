//! From text to tree: runs the parser where it cannot harm the process, and keeps what it did not understand.

use std::ops::Range;
use std::sync::Arc;
use std::thread;

use ruff_python_ast::{Mod, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

use super::build::{Builder, future_imports, only_module};
use super::module::finish_module;
use super::nesting::depth_bound;
use super::tree::{Definition, DefinitionTree};
use crate::source::SourceText;

/// Stack that one level of nesting may take in the parser, the builder or the syntax tree's destructor. Measured: at most
/// 5.6 kB without optimisation (nested `if`, `def`, `try`), 2.8 kB for brackets.
const STACK_PER_LEVEL: usize = 8 * 1024;
/// Stack for everything else.
const STACK_BASE: usize = 1024 * 1024;
/// Files below this size are not counted: their stack is reserved for the worst case, one level per byte.
const UNCOUNTED_BYTES: usize = 16 * 1024;
/// Deeper files are refused. CPython itself gives up far earlier (100 indents, 200 brackets, a recursion limit of some
/// thousands for operators), so this refuses no program that runs.
const DEEPEST: usize = 40_000;

/// Why the tree of a file is not to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum ProblemKind {
    /// The parser's opinion: the running interpreter's compiler decides whether it is right.
    Syntax,
    /// The text nests too deep, or no thread could be had to parse it: the tree holds the module alone, so the save
    /// cannot be applied whatever the compiler says.
    TooDeep,
}

/// A place that does not parse.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SyntaxProblem {
    pub kind: ProblemKind,
    /// Without file and position, in the parser's words.
    pub message: String,
    /// Bytes.
    pub range: Range<u32>,
    /// 1-based.
    pub line: u32,
    /// 1-based, in characters.
    pub column: u32,
}

/// Is the text a single expression, as `eval` takes it, over several lines perhaps? False for what does not parse.
pub fn is_expression(text: &str) -> bool {
    /// Fits on the stack of the session. The bound counts tokens rather than levels, of which no compiler allows as many.
    const DEEPEST_EXPRESSION: usize = 1500;
    // Parentheses around nothing would be a tuple. The line end lets it end in a comment.
    let inside = format!("({text}\n)");
    let options = ParseOptions::from(Mode::Expression).with_target_version(PythonVersion::latest());
    !text.trim().is_empty()
        && depth_bound(&inside) <= DEEPEST_EXPRESSION
        && parse_unchecked(&inside, options).errors().is_empty()
}

/// The definitions of a text. Never fails and never panics on a text: see [`DefinitionTree::problems`].
///
/// It takes time in proportion to the text. The text is parsed as the newest Python that the parser knows.
pub fn parse(source: Arc<SourceText>) -> DefinitionTree {
    let read = read(&source, None);
    match read {
        Ok((mut definitions, problems, future)) => {
            finish_module(&mut definitions, future);
            DefinitionTree {
                source,
                definitions,
                problems,
            }
        }
        Err(message) => DefinitionTree {
            definitions: vec![only_module(&source)],
            problems: vec![problem(&source, ProblemKind::TooDeep, message, 0..0)],
            source,
        },
    }
}

/// Definitions with an unfinished module in front, problems, and the names of future imports.
pub(super) type Read = (Vec<Definition>, Vec<SyntaxProblem>, Vec<String>);

/// Where a run of statements stands that is read apart from its file.
pub(super) struct Part<'f> {
    /// It is the start of the file.
    pub(super) is_start: bool,
    /// The future imports of the file.
    pub(super) future: &'f [String],
}

/// Reads a whole file, or a part of one. The error says why it cannot be done.
pub(super) fn read(source: &SourceText, part: Option<Part<'_>>) -> Result<Read, String> {
    match with_stack(source, || read_here(source, part))? {
        Some(read) => Ok(read),
        None => Err("the definitions of the file nest too deep".into()),
    }
}

/// What `work` makes of the statements of a text, as far as the parser understood them.
pub(super) fn with_syntax<T: Send>(source: &SourceText, work: impl FnOnce(&[Stmt]) -> T + Send) -> Result<T, String> {
    with_stack(source, || {
        let parsed = parse_unchecked(source.text(), options());
        work(body_of(parsed.syntax()))
    })
}

/// Runs what walks the syntax of a text with enough stack for its nesting. The error says why it cannot be done.
fn with_stack<T: Send>(source: &SourceText, work: impl FnOnce() -> T + Send) -> Result<T, String> {
    let text = source.text();
    if u32::try_from(text.len()).is_err() {
        return Err("the file is larger than 4 GB".into());
    }
    let depth = if text.len() < UNCOUNTED_BYTES {
        text.len()
    } else {
        depth_bound(text)
    };
    if depth > DEEPEST {
        return Err(format!(
            "the file nests up to {depth} levels deep; {DEEPEST} can be read"
        ));
    }
    // A thread of its own: this one may be any thread of the user's program, with any rest of its stack. The pages that
    // are not touched cost nothing.
    let stack = STACK_BASE + depth * STACK_PER_LEVEL;
    let done = thread::scope(|scope| {
        thread::Builder::new()
            .name("jurigged-parse".into())
            .stack_size(stack)
            .spawn_scoped(scope, work)
            .map(|thread| thread.join())
    });
    match done {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(error) => Err(format!("no thread to parse it in: {error}")),
    }
}

/// The text is parsed as the newest Python that the parser knows.
fn options() -> ParseOptions {
    let newest = PythonVersion::iter().max().unwrap_or_default();
    ParseOptions::from(Mode::Module).with_target_version(newest)
}

fn body_of(syntax: &Mod) -> &[Stmt] {
    match syntax {
        Mod::Module(module) => module.body.as_slice(),
        Mod::Expression(_) => &[],
    }
}

fn read_here(source: &SourceText, part: Option<Part<'_>>) -> Option<Read> {
    let parsed = parse_unchecked(source.text(), options());
    let mut problems: Vec<SyntaxProblem> = parsed
        .errors()
        .iter()
        .map(|error| {
            let range = u32::from(error.location.start())..u32::from(error.location.end());
            problem(source, ProblemKind::Syntax, error.error.to_string(), range)
        })
        .collect();
    problems.sort_by_key(|problem| problem.range.start);
    let body = body_of(parsed.syntax());
    let future = future_imports(body);
    let builder = Builder::new(source);
    let definitions = match part {
        None => builder.statements(body, true, &future),
        Some(part) => builder.statements(body, part.is_start, part.future),
    };
    Some((definitions?, problems, future))
}

fn problem(source: &SourceText, kind: ProblemKind, message: String, range: Range<u32>) -> SyntaxProblem {
    let line = source.line_of(range.start);
    let start = source.line_start(line) as usize;
    let before = source.text().get(start..range.start as usize).unwrap_or("");
    SyntaxProblem {
        kind,
        message,
        line,
        column: before.chars().count() as u32 + 1,
        range,
    }
}
