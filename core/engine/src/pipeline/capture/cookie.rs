//! The coding cookie of PEP 263, as CPython's tokenizer finds it.
//!
//! Taken from `check_coding_spec`, `get_coding_spec` and `get_normal_name` in CPython's `Parser/tokenizer/helpers.c`
//! (`tokenize.detect_encoding` agrees, except that it splits lines at `\n` only).

/// A cookie: the name after normalisation, and its 1-based line.
pub(super) struct Cookie {
    pub(super) name: String,
    pub(super) line: u32,
}

/// The cookie in the first two lines; in the second only if the first is blank or a comment.
pub(super) fn find(bytes: &[u8]) -> Option<Cookie> {
    let mut rest = bytes;
    for number in 1..=2 {
        let end = rest
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))
            .unwrap_or(rest.len());
        let line = &rest[..end];
        let first = line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'));
        match first.map(|at| &line[at..]) {
            Some(comment) if comment[0] == b'#' => {
                if let Some(name) = name_in(comment) {
                    return Some(Cookie { name, line: number });
                }
            }
            Some(_) => return None,
            None => {}
        }
        rest = match &rest[end..] {
            [b'\r', b'\n', rest @ ..] | [_, rest @ ..] => rest,
            [] => return None,
        };
    }
    None
}

/// The name in `#.*?coding[:=][ \t]*([-\w.]+)`.
fn name_in(comment: &[u8]) -> Option<String> {
    const KEY: &[u8] = b"coding";
    (0..comment.len()).find_map(|at| {
        let after = comment[at..].strip_prefix(KEY)?;
        let (b':' | b'=', value) = after.split_first()? else {
            return None;
        };
        let start = value.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
        let name: Vec<u8> = (value[start..].iter())
            .copied()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            .collect();
        let name = String::from_utf8(name).ok().filter(|name| !name.is_empty())?;
        Some(normalise(name))
    })
}

/// CPython knows the variants of UTF-8 and Latin-1 by sight, so that Emacs' `utf-8-unix` is UTF-8.
fn normalise(name: String) -> String {
    let start: String = (name.chars().take(12))
        .map(|letter| {
            if letter == '_' {
                '-'
            } else {
                letter.to_ascii_lowercase()
            }
        })
        .collect();
    let is = |known: &str| start == known || start.strip_prefix(known).is_some_and(|rest| rest.starts_with('-'));
    if is("utf-8") {
        "utf-8".into()
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        "iso-8859-1".into()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(String, u32)> {
        find(text.as_bytes()).map(|cookie| (cookie.name, cookie.line))
    }

    #[test]
    fn cookies_of_the_first_two_lines_count() {
        let cases = [
            ("# -*- coding: cp1252 -*-", Some(("cp1252", 1))),
            (
                "#!/usr/bin/python\n# vim: set fileencoding=euc_jp :\n",
                Some(("euc_jp", 2)),
            ),
            ("\n#coding=cp1251", Some(("cp1251", 2))),
            ("\r# coding: cp1251\rx", Some(("cp1251", 2))),
            ("\r\n# coding: cp1251\r\nx", Some(("cp1251", 2))),
            ("\x0c \t# coding:\tcp1251", Some(("cp1251", 1))),
            ("#coding:\n#coding:cp1251", Some(("cp1251", 2))),
            ("# coding coding:: encoding: cp1251", Some(("cp1251", 1))),
            ("x = 1\n# coding: cp1251", None),
            ("x = 1  # coding: cp1251", None),
            ("\\\n# coding: cp1251", None),
            ("\n\n# coding: cp1251", None),
            ("# coding : cp1251", None),
            ("", None),
        ];
        for (text, cookie) in cases {
            assert_eq!(found(text), cookie.map(|(name, line)| (name.into(), line)), "{text:?}");
        }
    }

    #[test]
    fn variants_of_utf_8_and_latin_1_are_normalised() {
        let cases = [
            ("UTF_8", "utf-8"),
            ("utf-8-unix", "utf-8"),
            ("utf8", "utf8"),
            ("Latin-1", "iso-8859-1"),
            ("iso_latin_1-dos", "iso-8859-1"),
            ("iso-8859-15", "iso-8859-15"),
        ];
        for (cookie, name) in cases {
            assert_eq!(found(&format!("# coding: {cookie}")).unwrap().0, name);
        }
    }
}
