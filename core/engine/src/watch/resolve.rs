//! Follows a path by hand, to learn what it depends on.
//!
//! `canonicalize` tells where a path leads, not which names on the way could be re-pointed, nor how far a path that
//! does not exist (yet, or any more) can be followed.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

/// As in the kernel (`path_resolution(7)`).
const MAX_SYMLINKS: usize = 40;

/// A name in a real folder; when it changes, a path that goes through it leads elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hinge {
    /// A folder without symlinks in its path.
    pub(super) folder: PathBuf,
    /// A symlink in it, or a name that is not there.
    pub(super) name: OsString,
}

/// Where a path leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Resolution {
    /// The real path; `None` when something on the way is missing, is no folder, or loops.
    pub(super) real: Option<PathBuf>,
    /// Everything on the way that can make it lead elsewhere, except plain folders being renamed.
    pub(super) hinges: Vec<Hinge>,
}

/// Resolves an absolute path.
pub(super) fn resolve(path: &Path) -> Resolution {
    let mut real = PathBuf::new();
    let mut hinges = Vec::new();
    let mut rest: VecDeque<OsString> = VecDeque::new();
    push_front(&mut rest, &mut real, path);
    let mut symlinks = 0;
    while let Some(name) = rest.pop_front() {
        if name == OsStr::new("..") {
            real.pop();
            continue;
        }
        let here = real.join(&name);
        let hinge = || Hinge {
            folder: real.clone(),
            name: name.clone(),
        };
        let target = match std::fs::symlink_metadata(&here) {
            Ok(metadata) if metadata.is_symlink() && symlinks < MAX_SYMLINKS => {
                symlinks += 1;
                std::fs::read_link(&here).ok()
            }
            // A file in the place of a folder is as good as missing, until something takes its place.
            Ok(metadata) if !metadata.is_symlink() && (metadata.is_dir() || rest.is_empty()) => {
                real = here;
                continue;
            }
            _ => None,
        };
        hinges.push(hinge());
        match target {
            Some(target) => push_front(&mut rest, &mut real, &target),
            None => return Resolution { real: None, hinges },
        }
    }
    Resolution {
        real: Some(real),
        hinges,
    }
}

/// Puts the parts of `path` before the rest; an absolute one starts over from its root.
fn push_front(rest: &mut VecDeque<OsString>, real: &mut PathBuf, path: &Path) {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Prefix(_) | Component::RootDir => {
                if component == Component::RootDir && real.has_root() {
                    *real = PathBuf::new();
                }
                real.push(component.as_os_str());
            }
            Component::CurDir => {}
            Component::ParentDir | Component::Normal(_) => names.push(component.as_os_str().to_owned()),
        }
    }
    for name in names.into_iter().rev() {
        rest.push_front(name);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("temp folder");
        let path = folder.path().canonicalize().expect("it exists");
        (folder, path)
    }

    #[test]
    fn a_plain_path_has_no_hinges() {
        let (_keep, top) = folder();
        fs::create_dir_all(top.join("a/b")).unwrap();
        let found = resolve(&top.join("a/./b/../b"));
        assert_eq!(found.real, Some(top.join("a/b")));
        assert_eq!(found.hinges, []);
    }

    #[test]
    fn symlinks_on_the_way_are_hinges() {
        let (_keep, top) = folder();
        fs::create_dir_all(top.join("releases/1/pkg")).unwrap();
        symlink("releases/1", top.join("current")).unwrap();
        symlink(top.join("current/pkg"), top.join("pkg")).unwrap();
        let found = resolve(&top.join("pkg"));
        assert_eq!(found.real, Some(top.join("releases/1/pkg")));
        let names: Vec<_> = found.hinges.iter().map(|hinge| hinge.name.to_str().unwrap()).collect();
        assert_eq!(names, ["pkg", "current"]);
        assert!(found.hinges.iter().all(|hinge| hinge.folder == top));
    }

    #[test]
    fn a_missing_part_is_a_hinge_in_the_nearest_folder() {
        let (_keep, top) = folder();
        fs::write(top.join("file"), "").unwrap();
        for missing in ["gone/below", "file/below"] {
            let found = resolve(&top.join(missing));
            assert_eq!(found.real, None);
            assert_eq!(found.hinges.len(), 1);
            assert_eq!(found.hinges[0].folder, top);
        }
    }

    #[test]
    fn a_loop_ends() {
        let (_keep, top) = folder();
        symlink("b", top.join("a")).unwrap();
        symlink("a", top.join("b")).unwrap();
        assert_eq!(resolve(&top.join("a")).real, None);
    }
}
