//! Which file systems report all changes.

use std::path::Path;

/// The name of the file system that a folder is on, if changes can be made to it behind this kernel's back.
///
/// Local ones, overlayfs and tmpfs included, report everything and give `None`; so does a folder that cannot be asked.
#[cfg(target_os = "linux")]
pub(super) fn remote(folder: &Path) -> Option<&'static str> {
    use std::os::unix::ffi::OsStrExt;
    let path = std::ffi::CString::new(folder.as_os_str().as_bytes()).ok()?;
    let mut answer = std::mem::MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: `path` is a C string and `answer` has room for the structure, which is read only after success.
    let magic = unsafe {
        if libc::statfs(path.as_ptr(), answer.as_mut_ptr()) != 0 {
            return None;
        }
        answer.assume_init().f_type
    };
    // The type's width and sign differ between architectures; magic numbers have 32 bits.
    name_of(magic as u32)
}

/// Other systems are not asked.
#[cfg(not(target_os = "linux"))]
pub(super) fn remote(_: &Path) -> Option<&'static str> {
    None
}

/// The numbers are those of `statfs(2)` and `linux/magic.h`.
#[cfg(target_os = "linux")]
fn name_of(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x6969 => "nfs",
        0x517B => "smb",
        0xFF53_4D42 => "cifs",
        0xFE53_4D42 => "smb2",
        0x0102_1997 => "9p",
        // sshfs, and the shared folders of Docker Desktop and virtiofs. A local FUSE file system has the same number:
        // it is polled for nothing, but its own events still come at once.
        0x6573_5546 => "fuse",
        0x786F_4256 => "vboxsf",
        0x7C7C_6673 => "prl_fs",
        0x5346_414F => "afs",
        0x7375_7245 => "coda",
        0x00C3_6400 => "ceph",
        0x0BD0_0BD0 => "lustre",
        0x4750_4653 => "gpfs",
        0x0116_1970 => "gfs2",
        0x7461_636F => "ocfs2",
        _ => return None,
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_named_and_local_ones_are_not() {
        assert_eq!(name_of(0x6969), Some("nfs"));
        assert_eq!(name_of(0xFF53_4D42), Some("cifs"));
        for (local, magic) in [("ext4", 0xEF53), ("overlayfs", 0x794C_7630), ("tmpfs", 0x0102_1994)] {
            assert_eq!(name_of(magic), None, "{local}");
        }
        assert_eq!(remote(Path::new("/proc")), None);
        assert_eq!(remote(Path::new("/no/such/folder")), None);
    }
}
