//! Has a file changed? Asked of its metadata alone.

use std::fs::Metadata;
use std::path::Path;
use std::time::SystemTime;

/// What differs after every change that can be told without reading the file.
///
/// The change time is part of it because a size and modification time can be set at will (`cp -p`, `rsync -t`), it
/// cannot; the identity because a re-pointed symlink may lead to a file of the same size and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileStamp {
    /// Device and inode.
    pub(crate) id: (u64, u64),
    /// Bytes.
    pub(crate) size: u64,
    /// Time of the last write, as anyone may set it.
    pub(crate) modified: Option<SystemTime>,
    /// Time of the last change of content or metadata, which only the system sets; Unix only.
    pub(crate) changed: Option<SystemTime>,
}

impl FileStamp {
    /// The stamp of the file that the path leads to, through symlinks; `None` when there is none.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|metadata| Self::from(&metadata))
    }
}

impl From<&Metadata> for FileStamp {
    fn from(metadata: &Metadata) -> Self {
        Self {
            id: identity(metadata),
            size: metadata.len(),
            modified: metadata.modified().ok(),
            changed: changed(metadata),
        }
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

#[cfg(unix)]
fn changed(metadata: &Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt;
    use std::time::Duration;
    let seconds = Duration::from_secs(u64::try_from(metadata.ctime()).ok()?);
    let nanoseconds = Duration::from_nanos(u64::try_from(metadata.ctime_nsec()).ok()?);
    SystemTime::UNIX_EPOCH.checked_add(seconds + nanoseconds)
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> Option<SystemTime> {
    None
}
