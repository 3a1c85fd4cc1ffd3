//! A [`ChangeBatch`] in, a [`Snapshot`] out: each file read once, hashed and decoded.
//!
//! What cannot be read is a [`CaptureProblem`], data beside the files that could. A file that may be in the middle of
//! being written is neither: it is `unfinished`, to be looked at again.

mod cookie;
mod decode;
mod encodings;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::batch::ChangeBatch;
use crate::source::SourceText;
use crate::watch::FileStamp;
pub use decode::{Decoded, decode};

/// The files of one batch as they were at one moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Those that could be read and decoded, in the order of the batch.
    pub files: Vec<CapturedFile>,
    /// Those that could not.
    pub problems: Vec<CaptureProblem>,
    /// Those to give to [`Batcher::put_back`](super::batch::Batcher::put_back): empty, or changing while they were
    /// read.
    pub unfinished: Vec<PathBuf>,
}

/// One file.
#[derive(Clone, Debug)]
pub struct CapturedFile {
    /// As in the batch.
    pub path: PathBuf,
    /// Its text.
    pub source: Arc<SourceText>,
    /// [`hash_bytes`] of the file.
    pub hash: u64,
    /// Python's name of the codec, such as `utf-8` or `cp1252`.
    pub encoding: String,
    /// Its modification time when it was read; `None` for a text that was given.
    pub modified: Option<SystemTime>,
    /// Its text was not read but given; see [`ChangeBatch::given`].
    pub is_given: bool,
}

impl CapturedFile {
    fn given(path: &Path, text: &Arc<str>) -> Self {
        Self {
            path: path.to_owned(),
            source: Arc::new(SourceText::new(path, text.clone())),
            hash: hash_bytes(text.as_bytes()),
            encoding: "utf-8".to_owned(),
            modified: None,
            is_given: true,
        }
    }
}

/// Why a file gives no text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CaptureProblem {
    /// As in the batch.
    pub path: PathBuf,
    /// What kind of problem.
    pub code: ProblemCode,
    /// What Python would say, where it would say something; without path and position.
    pub message: String,
    /// 1-based.
    pub line: Option<u32>,
    /// 1-based, in characters.
    pub column: Option<u32>,
}

/// Kinds of [`CaptureProblem`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemCode {
    /// No such file any more.
    Vanished,
    /// The system refused to read it.
    Unreadable,
    /// A folder, a pipe, a device.
    NotAFile,
    /// More than 4 GiB of text: positions have 32 bits.
    TooLarge,
    /// Its coding cookie names no encoding, or contradicts the byte order mark.
    UnknownEncoding,
    /// Python knows the encoding, jurigged does not.
    UnsupportedEncoding,
    /// Bytes that its encoding does not have.
    Undecodable,
    /// A zero byte.
    NullByte,
}

impl ProblemCode {
    /// The stable name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vanished => "vanished",
            Self::Unreadable => "unreadable",
            Self::NotAFile => "not-a-file",
            Self::TooLarge => "too-large",
            Self::UnknownEncoding => "unknown-encoding",
            Self::UnsupportedEncoding => "unsupported-encoding",
            Self::Undecodable => "undecodable",
            Self::NullByte => "null-byte",
        }
    }
}

impl CaptureProblem {
    fn new(path: &Path, code: ProblemCode, message: impl Into<String>) -> Self {
        Self {
            path: path.to_path_buf(),
            code,
            message: message.into(),
            line: None,
            column: None,
        }
    }

    fn at(mut self, line: u32, column: u32) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }
}

/// Tells equal contents from different ones; the same in every process of one build.
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(bytes);
    // Without it a file and the same file with zero bytes at its end could be equal.
    hasher.write_usize(bytes.len());
    hasher.finish()
}

/// Reads every changed file of the batch.
///
/// An empty file is read twice, the second time after it was put back: a writer that truncates leaves an empty file
/// for a moment, and one that nobody closed since it was touched may stay so until it is closed. That one is left out
/// altogether; its close brings another batch.
pub fn capture(batch: &ChangeBatch) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for path in &batch.paths {
        if let Some(text) = batch.given.get(path) {
            snapshot.files.push(CapturedFile::given(path, text));
            continue;
        }
        let (bytes, modified) = match read_whole(path) {
            Ok(Whole::Read(bytes, modified)) => (bytes, modified),
            Ok(Whole::Changing) => {
                snapshot.unfinished.push(path.clone());
                continue;
            }
            Err(problem) => {
                snapshot.problems.push(problem);
                continue;
            }
        };
        if bytes.is_empty() && !(batch.confirmed.contains(path) && is_settled(modified)) {
            if !batch.unclosed.contains(path) {
                snapshot.unfinished.push(path.clone());
            }
            continue;
        }
        match decode(path, &bytes) {
            Ok(decoded) => snapshot.files.push(CapturedFile {
                path: path.clone(),
                hash: hash_bytes(&bytes),
                source: Arc::new(SourceText::new(path.clone(), decoded.text)),
                encoding: decoded.encoding,
                modified,
                is_given: false,
            }),
            Err(problem) => snapshot.problems.push(problem),
        }
    }
    snapshot
}

/// How long a file must have been empty to be taken at its word: a writer that truncates first can be held up for long on
/// a busy machine, and believing it would delete everything that the file defined.
const EMPTY_FOR: Duration = Duration::from_secs(1);

fn is_settled(modified: Option<SystemTime>) -> bool {
    // A time in the future is no time to count from.
    modified.is_none_or(|modified| modified.elapsed().is_ok_and(|age| age >= EMPTY_FOR))
}

/// How often a file that changes while it is read is read again at once; then it is `unfinished`.
const READ_ATTEMPTS: usize = 3;

enum Whole {
    Read(Vec<u8>, Option<SystemTime>),
    Changing,
}

fn read_whole(path: &Path) -> Result<Whole, CaptureProblem> {
    let failed = |error: std::io::Error| {
        let code = match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => ProblemCode::Vanished,
            _ => ProblemCode::Unreadable,
        };
        CaptureProblem::new(path, code, error.to_string())
    };
    for _ in 0..READ_ATTEMPTS {
        let mut file = open(path).map_err(failed)?;
        let before = file.metadata().map_err(failed)?;
        if !before.is_file() {
            let what = if before.is_dir() {
                "is a folder"
            } else {
                "is no regular file"
            };
            return Err(CaptureProblem::new(path, ProblemCode::NotAFile, what));
        }
        if before.len() > u64::from(u32::MAX) {
            return Err(too_large(path));
        }
        // One byte more, so that the end of a file that did not grow is seen without growing the buffer.
        let mut bytes = Vec::with_capacity(before.len() as usize + 1);
        file.read_to_end(&mut bytes).map_err(failed)?;
        let after = file.metadata().map_err(failed)?;
        if FileStamp::from(&before) == FileStamp::from(&after) && bytes.len() as u64 == after.len() {
            return Ok(Whole::Read(bytes, after.modified().ok()));
        }
    }
    Ok(Whole::Changing)
}

/// Opens for reading without waiting: the open of a pipe waits for its writer otherwise.
fn open(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}

fn too_large(path: &Path) -> CaptureProblem {
    CaptureProblem::new(path, ProblemCode::TooLarge, "larger than 4 GiB")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            Self(tempfile::tempdir().expect("temp folder"))
        }

        fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
            let path = self.0.path().join(name);
            fs::write(&path, bytes).expect("writable");
            path
        }
    }

    fn batch(paths: Vec<PathBuf>) -> ChangeBatch {
        ChangeBatch {
            paths,
            ..ChangeBatch::default()
        }
    }

    #[test]
    fn a_bad_file_does_not_stop_the_good_ones() {
        let folder = Folder::new();
        let good = folder.write("good.py", b"x = 1\n");
        let bad = folder.write("bad.py", b"x = '\xff'\n");
        let gone = folder.0.path().join("gone.py");
        let top = folder.0.path().to_path_buf();
        let below = good.join("below.py");
        let snapshot = capture(&batch(vec![good.clone(), bad, gone, top, below]));
        assert_eq!(snapshot.files.len(), 1);
        let file = &snapshot.files[0];
        assert_eq!((file.path.as_path(), file.source.text()), (good.as_path(), "x = 1\n"));
        assert_eq!(file.hash, hash_bytes(b"x = 1\n"));
        assert_eq!(file.encoding, "utf-8");
        assert_eq!(file.modified, fs::metadata(&good).unwrap().modified().ok());
        let codes: Vec<_> = snapshot.problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(codes, ["undecodable", "vanished", "not-a-file", "vanished"]);
    }

    #[test]
    fn an_empty_file_is_believed_only_when_confirmed() {
        let folder = Folder::new();
        let empty = folder.write("empty.py", b"");
        let mut batch = batch(vec![empty.clone()]);
        assert_eq!(capture(&batch).unfinished, batch.paths);

        batch.unclosed = vec![empty.clone()];
        let snapshot = capture(&batch);
        assert!(snapshot.unfinished.is_empty() && snapshot.files.is_empty());

        batch.unclosed.clear();
        batch.confirmed = vec![empty.clone()];
        assert_eq!(capture(&batch).unfinished, batch.paths, "emptied a moment ago");
        let long_ago = SystemTime::now() - 2 * EMPTY_FOR;
        File::options()
            .write(true)
            .open(&empty)
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
        assert_eq!(capture(&batch).files[0].source.text(), "");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_refused_without_waiting_for_its_writer() {
        let folder = Folder::new();
        let pipe = folder.0.path().join("pipe.py");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(
            made.is_ok_and(|status| status.success()),
            "mkfifo is part of every Unix"
        );
        assert_eq!(capture(&batch(vec![pipe])).problems[0].code, ProblemCode::NotAFile);
    }

    #[test]
    fn a_file_that_is_being_written_is_read_whole_or_not_at_all() {
        let folder = Folder::new();
        let line = b"x = 'a line that is long enough to take a while'\n";
        let contents = [line.repeat(40_000), line.repeat(60_000)];
        let path = folder.write("busy.py", &contents[0]);
        let stop = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut round = 0;
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    round += 1;
                    fs::write(&path, &contents[round % 2]).expect("writable");
                }
            });
            let mut whole = 0;
            for _ in 0..50 {
                let snapshot = capture(&batch(vec![path.clone()]));
                assert_eq!(snapshot.files.len() + snapshot.unfinished.len(), 1);
                whole += snapshot.files.len();
            }
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
            println!("{whole} of 50 captures found the file quiet");
        });
    }

    #[test]
    fn hashes_differ_by_length_too() {
        assert_ne!(hash_bytes(b"a"), hash_bytes(b"a\0"));
        assert_eq!(hash_bytes(b"abc"), hash_bytes(b"abc"));
    }
}
