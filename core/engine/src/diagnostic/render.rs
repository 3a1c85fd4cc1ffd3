//! The text form of a diagnostic, in the shape of rustc and ty.

use std::borrow::Cow;
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

use super::{Diagnostic, Severity};

/// Width of the gutter before `|`, unless the line number needs more: ` --> ` of short files stays aligned.
const GUTTER: usize = 2;
/// Source lines wider than this are cut around the marked columns: a minified line must not flood the terminal.
const WIDEST: usize = 140;
/// Columns that stay visible before the marked ones in a line that is cut.
const BEFORE_MARK: usize = 40;
/// A tab is this wide: terminals disagree, and the carets below must line up.
const TAB: &str = "    ";

pub(super) fn render(diagnostic: &Diagnostic, color: bool) -> String {
    let paint = |style: Style, text: &str| match color {
        true => format!("{style}{text}{style:#}"),
        false => text.to_owned(),
    };
    let frame = Style::new().fg_color(Some(AnsiColor::BrightBlue.into())).bold();
    let loud = Style::new()
        .fg_color(Some(severity_color(diagnostic.severity).into()))
        .bold();

    let line = diagnostic.place.as_ref().and_then(|place| place.line);
    let gutter = line.map_or(0, |line| line.to_string().len()).max(GUTTER);
    let bar = paint(frame, "|");

    let mut text = String::new();
    let mut message = diagnostic.message.lines().map(printable);
    let head = format!("{}[{}]", diagnostic.severity.word(), diagnostic.code);
    let first = paint(
        Style::new().bold(),
        &format!(": {}", message.next().unwrap_or_default()),
    );
    put(&mut text, format_args!("{}{first}", paint(loud, &head)));
    if let Some(place) = &diagnostic.place {
        put(
            &mut text,
            format_args!("{:gutter$}{} {}", "", paint(frame, "-->"), place.shown()),
        );
        if let (Some(source), Some(line)) = (&diagnostic.source_line, place.line) {
            let marked = mark(source, place.column, place.end_column);
            put(&mut text, format_args!("{:gutter$} {bar}", ""));
            let number = paint(frame, &format!("{line:gutter$}"));
            put(&mut text, format_args!("{number} {bar} {}", marked.text));
            if let Some(carets) = marked.carets {
                put(&mut text, format_args!("{:gutter$} {bar} {}", "", paint(loud, &carets)));
            }
        }
    }
    for detail in message.chain(
        diagnostic
            .details
            .iter()
            .flat_map(|detail| detail.lines().map(printable)),
    ) {
        put(&mut text, format_args!("{:gutter$} {bar} {detail}", ""));
    }
    let labelled = |label: &'static str| move |note: &String| (label, note.clone());
    let notes = diagnostic.running_now.iter().map(labelled("running now: "));
    let notes = notes.chain(diagnostic.also.iter().map(labelled("")));
    let notes = notes.chain(diagnostic.help.iter().map(labelled("help: ")));
    for (label, note) in notes {
        let mut lines = note.lines().map(printable);
        let first = lines.next().unwrap_or_default();
        let sign = paint(frame, "=");
        put(
            &mut text,
            format_args!("{:gutter$} {sign} {}{first}", "", paint(Style::new().bold(), label)),
        );
        for line in lines {
            put(&mut text, format_args!("{:gutter$}   {:2$}{line}", "", "", label.len()));
        }
    }
    text
}

fn severity_color(severity: Severity) -> AnsiColor {
    match severity {
        Severity::Error => AnsiColor::BrightRed,
        Severity::Warning => AnsiColor::BrightYellow,
        Severity::Notice => AnsiColor::BrightCyan,
    }
}

/// Adds a line without blanks at its end (an empty detail would leave some).
fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{}", line.to_string().trim_end()).expect("writing to a String cannot fail");
}

/// Makes control characters visible: a message may quote a file or an exception, and an escape sequence in it must
/// not reach the terminal. Bidirectional controls would show the reader another text than the one that runs
/// (CVE-2021-42574).
pub(super) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\t' => shown.push_str(TAB),
            '\0'..='\x1f' => shown.push(char::from_u32(0x2400 + char as u32).expect("a control picture exists")),
            '\x7f' => shown.push('\u{2421}'),
            '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => shown.push('\u{fffd}'),
            _ => shown.push(char),
        }
    }
    shown
}

/// A source line as shown, and the carets below it.
struct Marked {
    text: String,
    carets: Option<String>,
}

/// Lays out a source line; columns are 1-based characters, and may lie one past the end (something is missing there).
fn mark(source: &str, column: Option<u32>, end_column: Option<u32>) -> Marked {
    let source = source.trim_end_matches(['\r', '\n']);
    let shown: Vec<Cow<'_, str>> = source
        .split_inclusive(|_| true)
        .map(|char| printable(char).into())
        .collect();
    let Some(column) = column else {
        let mut text = shown.concat();
        if width(&text) > WIDEST {
            text = take_width(&shown, WIDEST) + "…";
        }
        return Marked { text, carets: None };
    };
    let from = (column.max(1) as usize - 1).min(shown.len());
    let to = end_column
        .map_or(from + 1, |end| end as usize - 1)
        .clamp(from, shown.len());

    let total: usize = shown.iter().map(|piece| width(piece)).sum();
    let mut first = 0;
    if total > WIDEST {
        let mut room = shown[..from].iter().map(|piece| width(piece)).sum::<usize>();
        while room > BEFORE_MARK {
            room -= width(&shown[first]);
            first += 1;
        }
    }
    let cut = if first > 0 { "…" } else { "" };
    let mut text = format!("{cut}{}", take_width(&shown[first..], WIDEST));
    if width(&text) < width(cut) + shown[first..].iter().map(|piece| width(piece)).sum::<usize>() {
        text.push('…');
    }
    let before = width(cut) + shown[first..from].iter().map(|piece| width(piece)).sum::<usize>();
    let carets = shown[from..to]
        .iter()
        .map(|piece| width(piece))
        .sum::<usize>()
        .clamp(1, WIDEST);
    Marked {
        text,
        carets: Some(format!("{:before$}{:^<carets$}", "", "")),
    }
}

/// The longest start of the pieces that is not wider than `limit`.
fn take_width(pieces: &[Cow<'_, str>], limit: usize) -> String {
    let mut used = 0;
    let fitting = pieces.iter().take_while(|piece| {
        used += width(piece);
        used <= limit
    });
    fitting.map(AsRef::as_ref).collect()
}

/// Terminal columns of a text without control characters.
fn width(text: &str) -> usize {
    text.chars().map(|char| char.width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::{Diagnostic, Place};

    #[test]
    fn the_shape_is_that_of_the_specification() {
        let diagnostic = Diagnostic::error("closure-gone", "`shop.cart.total` keeps its old code")
            .place(Place::at("shop/cart.py", 41, 5))
            .detail("it now reads `rate`; the call that made this closure is over, so `rate` has no value")
            .running_now("revision 6 of `shop.cart`; the rest of this save was applied")
            .help("call `make_total()` again, or make `rate` a parameter");
        assert_eq!(
            diagnostic.render(false),
            "\
error[closure-gone]: `shop.cart.total` keeps its old code
  --> shop/cart.py:41:5
   | it now reads `rate`; the call that made this closure is over, so `rate` has no value
   = running now: revision 6 of `shop.cart`; the rest of this save was applied
   = help: call `make_total()` again, or make `rate` a parameter
"
        );
    }

    fn marked(source: &str, line: u32, column: u32, end: u32) -> String {
        Diagnostic::error("x", "m")
            .place(Place::at("f", line, column).to(end))
            .source_line(source)
            .render(false)
    }

    #[test]
    fn carets_stand_below_tabs_and_wide_characters() {
        let expected = "error[x]: m\n  --> f:7:12\n   |\n 7 |     名 = '値' + b\n   |                 ^\n";
        assert_eq!(marked("\t名 = '値' + b", 7, 12, 13), expected);
        assert!(marked("名 = 値", 7, 5, 6).ends_with("\n   |      ^^\n"));
    }

    #[test]
    fn a_longer_line_number_widens_the_gutter() {
        let expected = "error[x]: m\n    --> f:1234:1\n     |\n1234 | abc\n     | ^^\n";
        assert_eq!(marked("abc", 1234, 1, 3), expected);
    }

    #[test]
    fn a_mark_past_the_end_of_the_line_is_one_caret() {
        assert!(marked("ab", 1, 3, 3).ends_with("   |   ^\n"));
        assert!(marked("ab", 1, 99, 120).ends_with("   |   ^\n"));
        assert!(marked("ab", 1, 2, 99).ends_with("   |  ^\n"));
        assert!(marked("", 1, 1, 1).ends_with(" 1 |\n   | ^\n"));
        assert!(
            marked("abc", 1, 3, 1).ends_with("   |   ^\n"),
            "an end before the start"
        );
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_mark() {
        let line = format!("{}MARK{}", "a".repeat(500), "b".repeat(500));
        let text = marked(&line, 1, 501, 505);
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[3].starts_with(" 1 | …aaaa") && lines[3].ends_with("bbb…"),
            "{text}"
        );
        assert_eq!(lines[4].find("^^^^"), lines[3].replace('…', ".").find("MARK"), "{text}");
        assert!(lines[3].chars().count() < 160);
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let text = Diagnostic::warning("x", "m\x1b[2J\nsecond")
            .place(Place::at("a\x1b[0mb\nc", 1, 1))
            .source_line("x = '\x1b]0;t\x07\u{202e}'")
            .detail("one\n\ntwo")
            .help("first\nsecond")
            .also("plain")
            .render(false);
        assert_eq!(
            text,
            "\
warning[x]: m␛[2J
  --> a␛[0mb␊c:1:1
   |
 1 | x = '␛]0;t␇\u{fffd}'
   | ^
   | second
   | one
   |
   | two
   = plain
   = help: first
           second
"
        );
    }

    #[test]
    fn colour_adds_styles_and_changes_no_text() {
        let diagnostic = Diagnostic::notice("x", "m")
            .place(Place::at("f", 1, 1))
            .source_line("abc")
            .help("h");
        let styled = diagnostic.render(true);
        assert!(styled.starts_with("\x1b[1m\x1b[96mnotice[x]\x1b[0m"), "{styled:?}");
        let mut plain = String::new();
        let mut inside = false;
        for char in styled.chars() {
            match char {
                '\x1b' => inside = true,
                'm' if inside => inside = false,
                _ if inside => {}
                _ => plain.push(char),
            }
        }
        assert_eq!(plain, diagnostic.render(false));
    }

    #[test]
    fn the_json_form_leaves_out_what_is_absent() {
        let diagnostic = Diagnostic::error("x", "m").place(Place::line("f", 3)).help("h");
        let json = serde_json::to_string(&diagnostic).expect("serialises");
        assert_eq!(
            json,
            r#"{"severity":"error","code":"x","message":"m","place":{"path":"f","line":3},"help":"h"}"#
        );
    }
}
