//! How deep a text can nest, before anything recursive touches it.
//!
//! Parser, syntax tree and its destructor recurse once per level, on a thread of the user's process, where a stack
//! overflow cannot be caught. Lines or bytes say nothing (a data file is one statement of a million tokens, three levels
//! deep), so the tokens are counted: whatever can add a level adds one, and a separator gives back what came before it.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// What is open at one bracket.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Tokens that may each be one level of the tree, since the last separator.
    tokens: usize,
    /// Lambdas whose colon is still to come: a comma between their parameters separates nothing, or
    /// `lambda a, b: lambda a, b: ...` would count as flat.
    lambda_headers: usize,
}

/// An upper bound for the depth of the syntax tree of `source`. Long flat chains (`a or b or c`) count like deep ones.
pub(super) fn depth_bound(source: &str) -> usize {
    let mut lexer = lexer::lex(source, Mode::Module);
    let mut blocks = 0_usize;
    let mut outer = Vec::new();
    let mut level = Level::default();
    let mut total = 0;
    let mut deepest = 0;
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return deepest,
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            TokenKind::Newline | TokenKind::Semi => {
                outer.clear();
                level = Level::default();
                total = 0;
            }
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                level.tokens += 1;
                total += 1;
                outer.push(std::mem::take(&mut level));
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                total -= level.tokens;
                level = outer.pop().unwrap_or_default();
            }
            TokenKind::Comma if level.lambda_headers == 0 => {
                total -= level.tokens;
                level.tokens = 0;
            }
            TokenKind::Comma
            | TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline => {}
            kind => {
                match kind {
                    TokenKind::Lambda => level.lambda_headers += 1,
                    TokenKind::Colon => level.lambda_headers = level.lambda_headers.saturating_sub(1),
                    _ => {}
                }
                level.tokens += 1;
                total += 1;
            }
        }
        deepest = deepest.max(total + blocks);
    }
}

#[cfg(test)]
mod tests {
    use super::depth_bound;

    #[test]
    fn depth_counts_what_nests_and_not_what_is_long() {
        for (source, at_least, at_most) in [
            ("x = 1\n".repeat(1000), 1, 2),
            (format!("x = [{}]", "1, ".repeat(1000)), 1, 3),
            (format!("x = {{{}}}", "1: lambda a, b: a, ".repeat(1000)), 3, 6),
            (format!("x = {}1{}", "(".repeat(500), ")".repeat(500)), 500, 502),
            (format!("x = a{}", " + a".repeat(500)), 500, 502),
            (format!("x = {}1", "lambda a, b: ".repeat(500)), 500, 1002),
            (format!("x = {}1", "not ".repeat(500)), 500, 502),
            (format!("x = a{}", "()".repeat(500)), 500, 502),
            (format!("if a:\n{}", " pass\nelif a:\n".repeat(500)), 2, 6),
            (
                (0..50).map(|n| format!("{}if a:\n", " ".repeat(n))).collect::<String>(),
                49,
                53,
            ),
            (")".repeat(500), 0, 0),
        ] {
            let bound = depth_bound(&source);
            assert!(
                (at_least..=at_most).contains(&bound),
                "{bound} for {}",
                &source[..source.len().min(40)]
            );
        }
    }
}
