//! Finds the places in the text that the syntax tree does not keep: colons and keywords.

use ruff_python_ast::Stmt;
use ruff_text_size::Ranged;

/// Byte offset of the first byte at or after `from` that is no space, line end, comment, semicolon or line
/// continuation; the end of the text where there is none.
pub(super) fn skip_trivia(text: &str, from: u32) -> u32 {
    let bytes = text.as_bytes();
    let mut at = from as usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\x0c' | b'\n' | b'\r' | b'\\' | b';' => at += 1,
            b'#' => at = skip_comment(bytes, at),
            _ => break,
        }
    }
    at.min(bytes.len()) as u32
}

/// One past the first colon at or after `from` that is not in a comment; `limit` where there is none before it.
///
/// Right only from the end of the last expression of a header on, where nothing but brackets, commas and trivia can come
/// before the colon.
pub(super) fn past_colon(text: &str, from: u32, limit: u32) -> u32 {
    let bytes = text.as_bytes();
    let mut at = from as usize;
    while at < limit as usize {
        match bytes.get(at) {
            Some(b':') => return at as u32 + 1,
            Some(b'#') => at = skip_comment(bytes, at),
            Some(_) => at += 1,
            None => break,
        }
    }
    limit
}

fn skip_comment(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    at + rest
        .iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))
        .unwrap_or(rest.len())
}

/// Start of the first and end of the last statement of a suite; `fallback` for the empty suite of a broken text.
pub(super) fn suite_range(body: &[Stmt], fallback: u32) -> std::ops::Range<u32> {
    match (body.first(), body.last()) {
        (Some(first), Some(last)) => start(first)..end(last),
        _ => fallback..fallback,
    }
}

/// Byte offset at which a node starts.
pub(super) fn start(node: &impl Ranged) -> u32 {
    node.start().into()
}

/// Byte offset at which a node ends.
pub(super) fn end(node: &impl Ranged) -> u32 {
    node.end().into()
}
