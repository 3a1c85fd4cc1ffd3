//! One decoded source file, with its lines.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The text of a file as the interpreter sees it: decoded, without a byte order mark, line ends as written.
#[derive(Clone, Debug)]
pub struct SourceText {
    path: PathBuf,
    text: Arc<str>,
    /// Byte offset of the start of each line; the first is 0. Lines end at `\n`, `\r\n` and `\r` only: a form feed or
    /// U+2028 is no line end (Python reference, 2.1.2).
    line_starts: Arc<[u32]>,
}

impl SourceText {
    /// Takes a decoded text; see `pipeline::capture` for decoding bytes.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let bytes = text.as_bytes();
        let mut line_starts = vec![0];
        let mut at = 0;
        while at < bytes.len() {
            at += match bytes[at] {
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => 2,
                b'\n' | b'\r' => 1,
                _ => {
                    at += 1;
                    continue;
                }
            };
            line_starts.push(at as u32);
        }
        Self {
            path: path.into(),
            text,
            line_starts: line_starts.into(),
        }
    }

    /// The file, as it is named in reports and in `co_filename`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Number of lines; a text that ends in a line end has one more, empty, line.
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    /// The 1-based line of a byte offset.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|start| *start <= offset) as u32
    }

    /// The byte offset at which a 1-based line starts.
    ///
    /// # Panics
    /// When there is no such line.
    pub fn line_start(&self, line: u32) -> u32 {
        self.line_starts[line as usize - 1]
    }

    /// The byte column (0-based) of a byte offset in its line.
    pub fn column_of(&self, offset: u32) -> u32 {
        offset - self.line_start(self.line_of(offset))
    }

    /// The text of a 1-based line without its line end; empty where there is no such line.
    pub fn line(&self, line: u32) -> &str {
        let Some(&start) = self.line_starts.get((line as usize).wrapping_sub(1)) else {
            return "";
        };
        let end = self
            .line_starts
            .get(line as usize)
            .map_or(self.text.len(), |end| *end as usize);
        self.text[start as usize..end].trim_end_matches(['\n', '\r'])
    }
}
