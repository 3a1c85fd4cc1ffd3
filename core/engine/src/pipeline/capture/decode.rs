//! Bytes of a source file to text, as CPython's tokenizer does it.

use std::ops::Range;
use std::path::Path;

use super::cookie;
use super::encodings::{Lookup, Undecodable, lookup, undecodable_utf8};
use super::{CaptureProblem, ProblemCode, too_large};

/// A decoded source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Without the byte order mark; line ends as written.
    pub text: String,
    /// Python's name of the codec.
    pub encoding: String,
    /// The file begins with a UTF-8 byte order mark.
    pub had_bom: bool,
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Decodes a source file: byte order mark, then coding cookie (PEP 263), then UTF-8.
///
/// Bytes that are no UTF-8 are accepted in comments, where CPython accepts them too when it imports a file; each
/// becomes one `?`, so that byte offsets stay those of the file.
///
/// # Errors
/// A problem with Python's message and the place.
pub fn decode(path: &Path, bytes: &[u8]) -> Result<Decoded, CaptureProblem> {
    let (body, had_bom) = match bytes.strip_prefix(BOM) {
        Some(body) => (body, true),
        None => (bytes, false),
    };
    if let Some(at) = body.iter().position(|byte| *byte == 0) {
        let (line, column) = place(body, at);
        let message = "source code cannot contain null bytes";
        return Err(CaptureProblem::new(path, ProblemCode::NullByte, message).at(line, column));
    }
    let decoded = |text: String, encoding: &str| Decoded {
        text,
        encoding: encoding.to_owned(),
        had_bom,
    };
    let cookie = cookie::find(body);
    let is_default = cookie.as_ref().is_none_or(|cookie| cookie.name == "utf-8");
    let text = match cookie {
        Some(cookie) if !is_default => {
            let wrong = |code, message: String| CaptureProblem {
                line: Some(cookie.line),
                ..CaptureProblem::new(path, code, message)
            };
            if had_bom {
                let message = format!("encoding problem: {} with BOM", cookie.name);
                return Err(wrong(ProblemCode::UnknownEncoding, message));
            }
            let codec = match lookup(&cookie.name) {
                Lookup::Known(codec) => codec,
                Lookup::Unsupported => {
                    let message = format!(
                        "jurigged cannot read the encoding {}; save the file as UTF-8",
                        cookie.name
                    );
                    return Err(wrong(ProblemCode::UnsupportedEncoding, message));
                }
                Lookup::Unknown => {
                    let message = format!("unknown encoding: {}", cookie.name);
                    return Err(wrong(ProblemCode::UnknownEncoding, message));
                }
            };
            match codec.decode(body) {
                Ok(text) => decoded(text, codec.name),
                Err(mut error) => {
                    if codec.is_utf8() {
                        error.message.insert_str(0, UNICODE_ERROR);
                    }
                    return Err(undecodable(path, body, error));
                }
            }
        }
        _ => match std::str::from_utf8(body) {
            Ok(text) => decoded(text.to_owned(), "utf-8"),
            Err(_) => decoded(without_bad_comments(path, body)?, "utf-8"),
        },
    };
    if text.text.len() > u32::MAX as usize {
        return Err(too_large(path));
    }
    Ok(text)
}

const UNICODE_ERROR: &str = "(unicode error) ";

/// The text with each undecodable byte of a comment replaced; an error for any other.
fn without_bad_comments(path: &Path, bytes: &[u8]) -> Result<String, CaptureProblem> {
    let comments = comments(bytes);
    let mut mended = bytes.to_vec();
    loop {
        let error = match String::from_utf8(mended) {
            Ok(text) => return Ok(text),
            Err(error) => error,
        };
        let reason = error.utf8_error();
        mended = error.into_bytes();
        let start = reason.valid_up_to();
        let end = start + reason.error_len().unwrap_or(mended.len() - start);
        let next = comments.partition_point(|comment| comment.end <= start);
        if !comments.get(next).is_some_and(|comment| comment.contains(&start)) {
            let mut error = undecodable_utf8(&mended, reason);
            error.message.insert_str(0, UNICODE_ERROR);
            return Err(undecodable(path, bytes, error));
        }
        // A sequence that the comment's end cuts short ends there.
        let end = end.min(comments[next].end);
        mended[start..end].fill(b'?');
    }
}

/// The comments of a file, in order. Quotes nested in f-strings (PEP 701) are not followed: that could only make a
/// broken file look like a good one or the reverse if it is no UTF-8 as well.
fn comments(bytes: &[u8]) -> Vec<Range<usize>> {
    let is_line_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'#' => {
                let length = bytes[at..].iter().position(is_line_end).unwrap_or(bytes.len() - at);
                found.push(at..at + length);
                at += length;
            }
            quote @ (b'"' | b'\'') => at = string_end(bytes, at, quote),
            _ => at += 1,
        }
    }
    found
}

/// The offset after the string that starts at `at`; after its line if it is not closed.
fn string_end(bytes: &[u8], at: usize, quote: u8) -> usize {
    let triple = [quote; 3];
    let is_triple = bytes[at..].starts_with(&triple);
    let mut at = at + if is_triple { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote && !is_triple => return at + 1,
            _ if is_triple && bytes[at..].starts_with(&triple) => return at + 3,
            b'\n' | b'\r' if !is_triple => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn undecodable(path: &Path, bytes: &[u8], error: Undecodable) -> CaptureProblem {
    let (line, column) = place(bytes, error.position);
    CaptureProblem::new(path, ProblemCode::Undecodable, error.message).at(line, column)
}

/// 1-based line and column of a byte offset; the column counts characters where the line is UTF-8 so far.
fn place(bytes: &[u8], offset: usize) -> (u32, u32) {
    let before = &bytes[..offset.min(bytes.len())];
    let mut line = 1;
    let mut start = 0;
    for (at, byte) in before.iter().enumerate() {
        let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        if ends {
            line += 1;
            start = at + 1;
        }
    }
    let column = match std::str::from_utf8(&before[start..]) {
        Ok(text) => text.chars().count(),
        Err(_) => before.len() - start,
    };
    (line, column as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kind, message, line and column of a problem.
    type Problem = (ProblemCode, String, u32, Option<u32>);

    fn text(bytes: &[u8]) -> Result<(String, String), Problem> {
        match decode(Path::new("m.py"), bytes) {
            Ok(decoded) => Ok((decoded.text, decoded.encoding)),
            Err(problem) => Err((
                problem.code,
                problem.message,
                problem.line.expect("always known"),
                problem.column,
            )),
        }
    }

    #[test]
    fn text_is_decoded_as_declared() {
        let cases: [(&[u8], &str, &str); 7] = [
            ("x = 'é'\r\n".as_bytes(), "x = 'é'\r\n", "utf-8"),
            (b"\xef\xbb\xbfx = 1", "x = 1", "utf-8"),
            (b"\xef\xbb\xbf# coding: utf-8-sig\n", "# coding: utf-8-sig\n", "utf-8"),
            (b"# coding: latin-1\n'\xe9'", "# coding: latin-1\n'é'", "iso8859-1"),
            (b"# coding: utf8\n'\xc3\xa9'", "# coding: utf8\n'é'", "utf-8"),
            (
                b"#!x\n# vim: fileencoding=cp1252\n'\x80'",
                "#!x\n# vim: fileencoding=cp1252\n'€'",
                "cp1252",
            ),
            (b"", "", "utf-8"),
        ];
        for (bytes, expected, encoding) in cases {
            assert_eq!(text(bytes), Ok((expected.into(), encoding.into())));
        }
        assert!(decode(Path::new("m.py"), b"\xef\xbb\xbf").unwrap().had_bom);
    }

    type Case<'a> = (&'a [u8], ProblemCode, &'a str, u32, Option<u32>);

    #[test]
    fn problems_say_what_python_says_and_where() {
        use ProblemCode::{NullByte, Undecodable, UnknownEncoding, UnsupportedEncoding};
        let cases: &[Case<'_>] = &[
            (b"# coding: foo\n", UnknownEncoding, "unknown encoding: foo", 1, None),
            (
                b"\n# coding: cp437\n",
                UnsupportedEncoding,
                "jurigged cannot read the encoding cp437; save the file as UTF-8",
                2,
                None,
            ),
            (
                b"\xef\xbb\xbf# coding: latin-1\n",
                UnknownEncoding,
                "encoding problem: iso-8859-1 with BOM",
                1,
                None,
            ),
            (
                b"\xef\xbb\xbf# coding: utf8\n",
                UnknownEncoding,
                "encoding problem: utf8 with BOM",
                1,
                None,
            ),
            (
                b"x = 1\ny = '\xff'\n",
                Undecodable,
                "(unicode error) 'utf-8' codec can't decode byte 0xff in position 11: invalid start byte",
                2,
                Some(6),
            ),
            (
                "é = '\u{e9}\u{e9}".as_bytes().split_last().unwrap().1,
                Undecodable,
                "(unicode error) 'utf-8' codec can't decode byte 0xc3 in position 8: unexpected end of data",
                1,
                Some(7),
            ),
            (
                b"# coding: ascii\r'\xe9'",
                Undecodable,
                "'ascii' codec can't decode byte 0xe9 in position 17: ordinal not in range(128)",
                2,
                Some(2),
            ),
            (
                b"x = 1\r\n\0",
                NullByte,
                "source code cannot contain null bytes",
                2,
                Some(1),
            ),
            (
                b"'# \xff'",
                Undecodable,
                "(unicode error) 'utf-8' codec can't decode byte 0xff in position 3: invalid start byte",
                1,
                Some(4),
            ),
        ];
        for (bytes, code, message, line, column) in cases {
            assert_eq!(text(bytes), Err((*code, (*message).into(), *line, *column)));
        }
    }

    /// CPython 3.9 to 3.13 import all of these.
    #[test]
    fn bytes_in_comments_need_no_encoding() {
        let cases: [(&[u8], &str); 4] = [
            (b"# \xff\xe9\nx = 1", "# ??\nx = 1"),
            (b"x = '#' # \xe9", "x = '#' # ?"),
            (b"'''\n'#''' # \xe2\x82\ny", "'''\n'#''' # ??\ny"),
            (b"'\\'' # \xe9t\xe9 \xc3\xa9", "'\\'' # ?t? é"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(text(bytes).unwrap().0, expected);
            assert_eq!(expected.len(), bytes.len());
        }
    }
}
