//! What is wrong with a configuration, as diagnostics.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Place};
use crate::source::SourceText;

/// A name is offered as "did you mean" from this similarity up (Jaro-Winkler; `includ` and `include` have 0.97).
const SIMILAR: f64 = 0.8;

/// The most similar of the candidates, if any is similar enough to be what was meant.
pub(super) fn nearest<'a>(text: &str, candidates: &[&'a str]) -> Option<&'a str> {
    // Names are compared as they would be spelled here: `Statement_Limit` is `statement-limit`.
    let text = text.to_lowercase().replace('_', "-");
    let rated = candidates
        .iter()
        .map(|candidate| (strsim::jaro_winkler(&text, candidate), *candidate));
    let best = rated.max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(similarity, _)| *similarity >= SIMILAR)
        .map(|(_, candidate)| candidate)
}

/// The place of a byte range, cut to its first line. Offsets past the end, or inside a character, are moved.
pub(super) fn place_of(source: &SourceText, range: &Range<usize>) -> Place {
    let text = source.text();
    let start = text.floor_char_boundary(range.start.min(text.len()));
    let end = text.ceil_char_boundary(range.end.clamp(start, text.len()));
    let line = source.line_of(start as u32);
    let line_start = source.line_start(line) as usize;
    let line_end = line_start + source.line(line).len();
    let column = |offset: usize| text[line_start..offset.max(line_start)].chars().count() as u32 + 1;
    Place::at(source.path(), line, column(start.min(line_end))).to(column(end.min(line_end)))
}

/// Puts a diagnostic at a byte range of the file, with the text of its line.
pub(super) fn locate(diagnostic: Diagnostic, source: &SourceText, range: &Range<usize>) -> Diagnostic {
    let place = place_of(source, range);
    let line = source.line(place.line.unwrap_or_default()).to_owned();
    diagnostic.place(place).source_line(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_must_be_near() {
        let names = ["include", "ignore", "debounce", "statement-limit"];
        assert_eq!(nearest("includ", &names), Some("include"));
        assert_eq!(nearest("Statement_Limit", &names), Some("statement-limit"));
        assert_eq!(nearest("debouce", &names), Some("debounce"));
        assert_eq!(nearest("colour", &names), None);
        assert_eq!(nearest("x", &[]), None);
    }

    #[test]
    fn a_place_counts_characters_and_stays_on_its_line() {
        let source = SourceText::new("f", "é = 1\r\nb = '''x\ny'''");
        let place = |range| place_of(&source, &range);
        assert_eq!(place(0..2), Place::at("f", 1, 1).to(2));
        assert_eq!(place(5..6), Place::at("f", 1, 5).to(6));
        assert_eq!(place(12..21), Place::at("f", 2, 5).to(9));
        assert_eq!(place(900..901), Place::at("f", 3, 5).to(5));
        assert_eq!(place(1..1), Place::at("f", 1, 1).to(2), "inside a character");
    }
}
