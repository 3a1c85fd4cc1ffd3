//! Python's codecs, by Python's names, giving what Python gives.
//!
//! `encoding_rs` implements the encodings of the web, which are not quite Python's: `latin-1` and `ascii` are
//! windows-1252 there, `shift_jis` is cp932. Each entry below was compared with CPython 3.12 over all one- and two-byte
//! sequences; where both give a character it is the same one, or corrected here. Encodings for which that would take
//! a table of their own (`big5`, `gb18030`, the DOS code pages) are refused by name: a wrong character would end up
//! in a constant of the running program.

use encoding_rs::{DecoderResult, Encoding};

/// A codec of Python, found by name.
#[derive(Clone, Copy)]
pub(super) struct Codec {
    /// As in `codecs.lookup(…).name`.
    pub(super) name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Utf8,
    Ascii,
    /// Every byte is the character of the same number.
    Latin1,
    /// The encoding of the web with this label.
    Web(&'static str, Difference),
}

/// How Python differs from the web.
#[derive(Clone, Copy)]
enum Difference {
    None,
    /// Bytes that the web reads as C1 controls are undefined.
    NoControls,
    /// Bytes 0x80 to 0x9f are C1 controls.
    Controls,
    /// These characters are others.
    Characters(&'static [(char, char)]),
}

/// Of JIS X 0208 Python has the original mapping, the web that of Microsoft.
const JIS: Difference = Difference::Characters(&[
    ('\u{ff5e}', '\u{301c}'),
    ('\u{2225}', '\u{2016}'),
    ('\u{ff0d}', '\u{2212}'),
    ('\u{ffe0}', '\u{a2}'),
    ('\u{ffe1}', '\u{a3}'),
    ('\u{ffe2}', '\u{ac}'),
]);
const GB2312: Difference = Difference::Characters(&[('\u{b7}', '\u{30fb}'), ('\u{2014}', '\u{2015}')]);
const KOI8_U: Difference = Difference::Characters(&[('\u{45e}', '\u{255d}'), ('\u{40e}', '\u{256c}')]);

/// What a name means.
pub(super) enum Lookup {
    Known(Codec),
    /// A text encoding of Python that is not supported here.
    Unsupported,
    Unknown,
}

/// Finds a codec as Python does: by `encodings.normalize_encoding`, then `encodings.aliases`.
pub(super) fn lookup(name: &str) -> Lookup {
    let mut key = String::new();
    let mut gap = false;
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() || letter == '.' {
            if gap && !key.is_empty() {
                key.push('_');
            }
            key.push(letter.to_ascii_lowercase());
            gap = false;
        } else {
            gap = true;
        }
    }
    match codec(&key) {
        Some(codec) => Lookup::Known(codec),
        None if is_python_codec(&key) => Lookup::Unsupported,
        None => Lookup::Unknown,
    }
}

fn codec(key: &str) -> Option<Codec> {
    use Difference::{Controls, NoControls, None as Same};
    let web = |name, label, difference| (name, Kind::Web(label, difference));
    let (name, kind) = match key {
        "utf_8" | "cp65001" | "u8" | "utf" | "utf8" | "utf8_ucs2" | "utf8_ucs4" | "utf_8_sig" => ("utf-8", Kind::Utf8),
        "ascii" | "646" | "ansi_x3.4_1968" | "ansi_x3.4_1986" | "ansi_x3_4_1968" | "cp367" | "csascii" | "ibm367"
        | "iso646_us" | "iso_646.irv_1991" | "iso_ir_6" | "us" | "us_ascii" => ("ascii", Kind::Ascii),
        "latin_1" | "8859" | "cp819" | "csisolatin1" | "ibm819" | "iso8859" | "iso8859_1" | "iso_8859_1"
        | "iso_8859_1_1987" | "iso_ir_100" | "l1" | "latin" | "latin1" => ("iso8859-1", Kind::Latin1),
        "cp1250" | "1250" | "windows_1250" => web("cp1250", "windows-1250", NoControls),
        "cp1251" | "1251" | "windows_1251" => web("cp1251", "windows-1251", NoControls),
        "cp1252" | "1252" | "windows_1252" => web("cp1252", "windows-1252", NoControls),
        "cp1253" | "1253" | "windows_1253" => web("cp1253", "windows-1253", NoControls),
        "cp1254" | "1254" | "windows_1254" => web("cp1254", "windows-1254", NoControls),
        "cp1255" | "1255" | "windows_1255" => web("cp1255", "windows-1255", NoControls),
        "cp1256" | "1256" | "windows_1256" => web("cp1256", "windows-1256", NoControls),
        "cp1257" | "1257" | "windows_1257" => web("cp1257", "windows-1257", NoControls),
        "cp1258" | "1258" | "windows_1258" => web("cp1258", "windows-1258", NoControls),
        "cp874" => web("cp874", "windows-874", NoControls),
        "cp866" | "866" | "csibm866" | "ibm866" => web("cp866", "ibm866", Same),
        "iso8859_2" | "csisolatin2" | "iso_8859_2" | "iso_8859_2_1987" | "iso_ir_101" | "l2" | "latin2" => {
            web("iso8859-2", "iso-8859-2", Same)
        }
        "iso8859_3" | "csisolatin3" | "iso_8859_3" | "iso_8859_3_1988" | "iso_ir_109" | "l3" | "latin3" => {
            web("iso8859-3", "iso-8859-3", Same)
        }
        "iso8859_4" | "csisolatin4" | "iso_8859_4" | "iso_8859_4_1988" | "iso_ir_110" | "l4" | "latin4" => {
            web("iso8859-4", "iso-8859-4", Same)
        }
        "iso8859_5" | "csisolatincyrillic" | "cyrillic" | "iso_8859_5" | "iso_8859_5_1988" | "iso_ir_144" => {
            web("iso8859-5", "iso-8859-5", Same)
        }
        "iso8859_6" | "arabic" | "asmo_708" | "csisolatinarabic" | "ecma_114" | "iso_8859_6" | "iso_8859_6_1987"
        | "iso_ir_127" => web("iso8859-6", "iso-8859-6", Same),
        "iso8859_7" | "csisolatingreek" | "ecma_118" | "elot_928" | "greek" | "greek8" | "iso_8859_7"
        | "iso_8859_7_1987" | "iso_ir_126" => web("iso8859-7", "iso-8859-7", Same),
        "iso8859_8" | "csisolatinhebrew" | "hebrew" | "iso_8859_8" | "iso_8859_8_1988" | "iso_ir_138" => {
            web("iso8859-8", "iso-8859-8", Same)
        }
        "iso8859_9" | "csisolatin5" | "iso_8859_9" | "iso_8859_9_1989" | "iso_ir_148" | "l5" | "latin5" => {
            web("iso8859-9", "windows-1254", Controls)
        }
        "iso8859_10" | "csisolatin6" | "iso_8859_10" | "iso_8859_10_1992" | "iso_ir_157" | "l6" | "latin6" => {
            web("iso8859-10", "iso-8859-10", Same)
        }
        "iso8859_11" | "iso_8859_11" | "iso_8859_11_2001" | "thai" => web("iso8859-11", "windows-874", Controls),
        "iso8859_13" | "iso_8859_13" | "l7" | "latin7" => web("iso8859-13", "iso-8859-13", Same),
        "iso8859_14" | "iso_8859_14" | "iso_8859_14_1998" | "iso_celtic" | "iso_ir_199" | "l8" | "latin8" => {
            web("iso8859-14", "iso-8859-14", Same)
        }
        "iso8859_15" | "iso_8859_15" | "l9" | "latin9" => web("iso8859-15", "iso-8859-15", Same),
        "iso8859_16" | "iso_8859_16" | "iso_8859_16_2001" | "iso_ir_226" | "l10" | "latin10" => {
            web("iso8859-16", "iso-8859-16", Same)
        }
        "koi8_r" | "cskoi8r" => web("koi8-r", "koi8-r", Same),
        "koi8_u" => web("koi8-u", "koi8-u", KOI8_U),
        "mac_roman" | "macintosh" | "macroman" => web("mac-roman", "macintosh", Same),
        "mac_cyrillic" | "maccyrillic" => web("mac-cyrillic", "x-mac-cyrillic", Same),
        "gbk" | "936" | "cp936" | "ms936" => web("gbk", "gbk", Same),
        "gb2312" | "chinese" | "csiso58gb231280" | "euc_cn" | "euccn" | "eucgb2312_cn" | "gb2312_1980"
        | "gb2312_80" | "iso_ir_58" | "x_mac_simp_chinese" => web("gb2312", "gbk", GB2312),
        "shift_jis" | "csshiftjis" | "s_jis" | "shiftjis" | "sjis" | "x_mac_japanese" => {
            web("shift_jis", "shift_jis", JIS)
        }
        "cp932" | "932" | "ms932" | "ms_kanji" | "mskanji" => web("cp932", "shift_jis", Same),
        "euc_jp" | "eucjp" | "u_jis" | "ujis" => web("euc_jp", "euc-jp", JIS),
        "euc_kr" | "euckr" | "korean" | "ks_c_5601" | "ks_c_5601_1987" | "ks_x_1001" | "ksc5601" | "ksx1001"
        | "x_mac_korean" => web("euc_kr", "euc-kr", Same),
        "cp949" | "949" | "ms949" | "uhc" => web("cp949", "euc-kr", Same),
        _ => return None,
    };
    Some(Codec { name, kind })
}

/// Does this look like one of the text encodings of Python's standard library that are not above?
fn is_python_codec(key: &str) -> bool {
    const FAMILIES: [&str; 14] = [
        "big5",
        "cp",
        "euc_ji",
        "gb18030",
        "hz",
        "ibm",
        "iso2022",
        "johab",
        "koi8",
        "kz1048",
        "mac_",
        "ptcp154",
        "shift_jis",
        "utf_",
    ];
    FAMILIES.iter().any(|family| {
        key.strip_prefix(family)
            .is_some_and(|rest| !family.ends_with(['p', 'm']) || rest.starts_with(|digit: char| digit.is_ascii_digit()))
    }) || matches!(key, "tis_620" | "tis620" | "utf16" | "utf32" | "utf7" | "hp_roman8")
}

/// A byte sequence that an encoding does not have.
#[derive(Debug)]
pub(super) struct Undecodable {
    /// Its offset in bytes.
    pub(super) position: usize,
    /// What Python says.
    pub(super) message: String,
}

impl Codec {
    pub(super) fn is_utf8(self) -> bool {
        matches!(self.kind, Kind::Utf8)
    }

    pub(super) fn decode(self, bytes: &[u8]) -> Result<String, Undecodable> {
        match self.kind {
            Kind::Utf8 => std::str::from_utf8(bytes)
                .map(str::to_owned)
                .map_err(|error| undecodable_utf8(bytes, error)),
            Kind::Ascii => match bytes.iter().position(|byte| !byte.is_ascii()) {
                None => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
                Some(at) => Err(Undecodable {
                    position: at,
                    message: format!(
                        "'ascii' codec can't decode byte {:#04x} in position {at}: ordinal not in range(128)",
                        bytes[at]
                    ),
                }),
            },
            Kind::Latin1 => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
            Kind::Web(label, difference) => {
                let encoding =
                    Encoding::for_label(label.as_bytes()).expect("the labels above are those of the standard");
                self.decode_web(encoding, difference, bytes)
            }
        }
    }

    fn decode_web(
        self,
        encoding: &'static Encoding,
        difference: Difference,
        bytes: &[u8],
    ) -> Result<String, Undecodable> {
        if encoding.is_single_byte() {
            return self.decode_single_bytes(encoding, difference, bytes);
        }
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
        let mut text = String::with_capacity(room.unwrap_or(bytes.len() * 3 + 16));
        match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
            (DecoderResult::InputEmpty, _) => {}
            (DecoderResult::Malformed(bad, after), read) => {
                return Err(self.undecodable(bytes, read - usize::from(bad) - usize::from(after)));
            }
            (DecoderResult::OutputFull, _) => unreachable!("room for the longest possible text was reserved"),
        }
        if let Difference::Characters(pairs) = difference {
            text = text.chars().map(|letter| other_character(pairs, letter)).collect();
        }
        Ok(text)
    }

    fn decode_single_bytes(
        self,
        encoding: &'static Encoding,
        difference: Difference,
        bytes: &[u8],
    ) -> Result<String, Undecodable> {
        let mut table = ['\0'; 256];
        let mut defined = [true; 256];
        for byte in 0..=u8::MAX {
            let letter = (encoding.decode_without_bom_handling_and_without_replacement(&[byte]))
                .and_then(|text| text.chars().next());
            let is_control = (0x80..=0x9f).contains(&byte);
            let letter = match difference {
                Difference::Controls if is_control => Some(char::from(byte)),
                Difference::NoControls => letter.filter(|letter| !('\u{80}'..='\u{9f}').contains(letter)),
                Difference::Characters(pairs) => letter.map(|letter| other_character(pairs, letter)),
                _ => letter,
            };
            table[usize::from(byte)] = letter.unwrap_or_default();
            defined[usize::from(byte)] = letter.is_some();
        }
        match bytes.iter().position(|byte| !defined[usize::from(*byte)]) {
            Some(at) => Err(self.undecodable(bytes, at)),
            None => Ok(bytes.iter().map(|byte| table[usize::from(*byte)]).collect()),
        }
    }

    fn undecodable(self, bytes: &[u8], position: usize) -> Undecodable {
        let is_table = matches!(self.kind, Kind::Web(label, _)
            if Encoding::for_label(label.as_bytes()).is_some_and(Encoding::is_single_byte));
        let (codec, reason) = if is_table {
            ("charmap", "character maps to <undefined>")
        } else if position + 1 == bytes.len() {
            (self.name, "incomplete multibyte sequence")
        } else {
            (self.name, "illegal multibyte sequence")
        };
        let byte = bytes.get(position).copied().unwrap_or_default();
        Undecodable {
            position,
            message: format!("'{codec}' codec can't decode byte {byte:#04x} in position {position}: {reason}"),
        }
    }
}

fn other_character(pairs: &[(char, char)], letter: char) -> char {
    pairs
        .iter()
        .find(|(web, _)| *web == letter)
        .map_or(letter, |(_, python)| *python)
}

/// The first error of a text in UTF-8, worded as `unicode_decode_call_errorhandler` of CPython has it.
pub(super) fn undecodable_utf8(bytes: &[u8], error: std::str::Utf8Error) -> Undecodable {
    let start = error.valid_up_to();
    let length = error.error_len().unwrap_or(bytes.len() - start);
    let reason = match (error.error_len(), bytes[start]) {
        (None, _) => "unexpected end of data",
        (Some(_), 0x80..=0xc1 | 0xf5..=0xff) => "invalid start byte",
        _ => "invalid continuation byte",
    };
    let place = if length == 1 {
        format!("byte {:#04x} in position {start}", bytes[start])
    } else {
        format!("bytes in position {start}-{}", start + length - 1)
    };
    Undecodable {
        position: start,
        message: format!("'utf-8' codec can't decode {place}: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(name: &str, bytes: &[u8]) -> Result<String, String> {
        match lookup(name) {
            Lookup::Known(codec) => codec.decode(bytes).map_err(|error| error.message),
            Lookup::Unsupported => Err("unsupported".into()),
            Lookup::Unknown => Err("unknown".into()),
        }
    }

    /// Expected values are those of CPython 3.12.
    #[test]
    fn characters_are_those_of_python() {
        let cases: [(&str, &[u8], &str); 14] = [
            ("latin-1", b"\x80\xe9\xff", "\u{80}\u{e9}\u{ff}"),
            ("ISO_8859-1", b"\x93", "\u{93}"),
            ("iso-8859-15", b"\xa4\x80", "\u{20ac}\u{80}"),
            ("cp1252", b"\x80\x93", "\u{20ac}\u{201c}"),
            ("Windows-1251", b"\xef", "\u{43f}"),
            ("latin5", b"\x80\xfd", "\u{80}\u{131}"),
            ("koi8_u", b"\xae\xa4", "\u{255d}\u{454}"),
            ("shift_jis", b"\x81\x60\x83\x65", "\u{301c}\u{30c6}"),
            ("cp932", b"\x81\x60", "\u{ff5e}"),
            ("euc-jp", b"\xa1\xc1", "\u{301c}"),
            ("gb2312", b"\xa1\xaa", "\u{2015}"),
            ("gbk", b"\xc4\xe3", "\u{4f60}"),
            ("euc_kr", b"\xb0\xa1", "\u{ac00}"),
            ("thai", b"\xa1", "\u{e01}"),
        ];
        for (name, bytes, text) in cases {
            assert_eq!(decoded(name, bytes).as_deref(), Ok(text), "{name}");
        }
    }

    #[test]
    fn errors_are_worded_as_by_python() {
        let cases: [(&str, &[u8], &str); 6] = [
            (
                "ascii",
                b"a\xe9",
                "'ascii' codec can't decode byte 0xe9 in position 1: ordinal not in range(128)",
            ),
            (
                "cp1252",
                b"ab\x81",
                "'charmap' codec can't decode byte 0x81 in position 2: character maps to <undefined>",
            ),
            (
                "shift_jis",
                b"x\x81\xff\"",
                "'shift_jis' codec can't decode byte 0x81 in position 1: illegal multibyte sequence",
            ),
            (
                "utf8",
                b"\"\xe9a",
                "'utf-8' codec can't decode byte 0xe9 in position 1: invalid continuation byte",
            ),
            (
                "utf8",
                b"\xe2\x82",
                "'utf-8' codec can't decode bytes in position 0-1: unexpected end of data",
            ),
            (
                "utf8",
                b"\xff",
                "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
            ),
        ];
        for (name, bytes, message) in cases {
            assert_eq!(decoded(name, bytes), Err(message.into()));
        }
    }

    #[test]
    fn what_python_knows_is_not_called_unknown() {
        for name in [
            "cp437",
            "big5",
            "gb18030",
            "utf-16",
            "utf_7",
            "mac-greek",
            "iso2022_jp",
            "shift_jis_2004",
        ] {
            assert_eq!(decoded(name, b""), Err("unsupported".into()), "{name}");
        }
        for name in ["foo", "cpython", "hex", "rot13", ""] {
            assert_eq!(decoded(name, b""), Err("unknown".into()), "{name}");
        }
    }
}
