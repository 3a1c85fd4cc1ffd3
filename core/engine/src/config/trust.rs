//! Whose file is this? The rule that keeps another user's file from choosing what this user's program runs.
//!
//! A configuration names plugin libraries and a Python to execute. One that is found by searching upwards may lie in a
//! folder of somebody else (`/tmp/jurigged.toml`), so it counts only if nobody but the user and root could have written
//! it. The same rule holds for a `.venv` that is found, and for `JURIGGED_LIB`. Access control lists are not looked at.

use std::path::Path;

/// Succeeds if `path` (a file or a folder) and its folder belong to the user or to root, and nobody else can write to
/// them: neither the world, nor a group that is not the user's private one. For a symbolic link, what it points to and
/// the folder of that are held to the same rule.
///
/// Systems without Unix ownership trust every path.
///
/// # Errors
/// The reason, a sentence without a full stop that names the path at fault.
pub fn is_trusted(path: &Path) -> Result<(), String> {
    #[cfg(unix)]
    return unix::is_trusted(path);
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(())
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};

    use nix::unistd::{Gid, Group, Uid, User};

    use crate::diagnostic::shown_path;

    const GROUP_WRITES: u32 = 0o020;
    const WORLD_WRITES: u32 = 0o002;

    pub(super) fn is_trusted(path: &Path) -> Result<(), String> {
        let user = Uid::effective().as_raw();
        for path in questioned(path)? {
            let facts = std::fs::metadata(&path).map_err(|error| format!("{}: {error}", shown_path(&path)))?;
            let private = |group| is_private_group(group, user);
            if let Some(fault) = fault(user, facts.uid(), facts.gid(), facts.mode(), private) {
                return Err(format!("{} {fault}", shown_path(&path)));
            }
        }
        Ok(())
    }

    /// The path and its folder, both also behind symbolic links.
    fn questioned(path: &Path) -> Result<Vec<PathBuf>, String> {
        let complain = |error| format!("{}: {error}", shown_path(path));
        let absolute = std::path::absolute(path).map_err(complain)?;
        let real = absolute.canonicalize().map_err(complain)?;
        let mut paths = vec![real.clone()];
        paths.extend(real.parent().map(Path::to_owned));
        paths.extend(absolute.parent().map(Path::to_owned));
        paths.dedup();
        Ok(paths)
    }

    /// What is wrong with a file of this owner, group and mode, if anything.
    fn fault(user: u32, owner: u32, group: u32, mode: u32, is_private: impl Fn(u32) -> bool) -> Option<String> {
        if owner != user && owner != 0 {
            return Some(format!("belongs to {}", name_of(owner)));
        }
        if mode & WORLD_WRITES != 0 {
            return Some("can be written by everybody".to_owned());
        }
        if mode & GROUP_WRITES != 0 && !is_private(group) {
            return Some(format!("can be written by the group {}", group_name(group)));
        }
        None
    }

    /// A private group is the user's primary one, has the user's name or number, and lists nobody else: the scheme of
    /// Debian, Fedora and others, where files are group-writable by default (umask 002).
    ///
    /// Other users might still have it as their primary group; finding that out means to read the whole user database.
    fn is_private_group(group: u32, user: u32) -> bool {
        let Ok(Some(user)) = User::from_uid(Uid::from_raw(user)) else {
            return false;
        };
        let Ok(Some(group)) = Group::from_gid(Gid::from_raw(group)) else {
            return false;
        };
        let is_own = group.gid == user.gid && (group.name == user.name || group.gid.as_raw() == user.uid.as_raw());
        is_own && group.mem.iter().all(|member| *member == user.name)
    }

    fn name_of(user: u32) -> String {
        match User::from_uid(Uid::from_raw(user)) {
            Ok(Some(user)) => format!("the user {}", user.name),
            _ => format!("user {user}"),
        }
    }

    fn group_name(group: u32) -> String {
        match Group::from_gid(Gid::from_raw(group)) {
            Ok(Some(group)) => group.name,
            _ => group.to_string(),
        }
    }

    #[cfg(test)]
    mod tests {
        use std::fs::{self, Permissions};
        use std::os::unix::fs::{PermissionsExt, symlink};

        use super::*;

        #[test]
        fn owner_world_and_group_decide() {
            // The user is 4242; group 7 is private.
            for (owner, group, mode, expected) in [
                (4242, 9, 0o644, None),
                (0, 0, 0o755, None),
                (4242, 7, 0o664, None),
                (4242, 4294000001, 0o664, Some("can be written by the group 4294000001")),
                (0, 4294000001, 0o775, Some("can be written by the group 4294000001")),
                (4242, 7, 0o646, Some("can be written by everybody")),
                (4294000002, 7, 0o600, Some("belongs to user 4294000002")),
            ] {
                let found = fault(4242, owner, group, mode, |group| group == 7);
                assert_eq!(found.as_deref(), expected, "{owner} {group} {mode:o}");
            }
        }

        #[test]
        fn the_folder_and_the_target_of_a_link_count() {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let open = folder.path().join("open");
            fs::create_dir(&open).expect("create");
            let file = open.join("jurigged.toml");
            fs::write(&file, "").expect("write");
            fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("chmod");
            fs::set_permissions(&open, Permissions::from_mode(0o755)).expect("chmod");
            assert_eq!(is_trusted(&file), Ok(()));

            fs::set_permissions(&open, Permissions::from_mode(0o777)).expect("chmod");
            let reason = is_trusted(&file).expect_err("the folder is open to everybody");
            assert!(reason.ends_with("open can be written by everybody"), "{reason}");
            let link = folder.path().join("link.toml");
            symlink(&file, &link).expect("symlink");
            assert!(is_trusted(&link).is_err(), "a link into an open folder");

            fs::set_permissions(&open, Permissions::from_mode(0o755)).expect("chmod");
            fs::set_permissions(&file, Permissions::from_mode(0o666)).expect("chmod");
            assert!(is_trusted(&file).is_err_and(|reason| reason.contains("jurigged.toml can be written")));
            assert!(is_trusted(&folder.path().join("absent")).is_err());
        }

        #[test]
        fn the_primary_group_of_another_account_is_not_private() {
            let user = Uid::effective().as_raw();
            assert!(!is_private_group(4294000001, user));
            assert!(!is_private_group(0, 4294000002));
        }
    }
}
