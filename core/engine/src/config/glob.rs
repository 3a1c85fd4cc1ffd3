//! One glob of `watch.include` or `watch.ignore`.
//!
//! A glob is split at its first wildcard: what is before is a folder to start at, what is after is matched against the
//! rest of a path. So a folder name may hold any character, and the watcher knows where to look.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobMatcher};

use super::options::Origin;

/// A glob as written, and what it is relative to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchGlob {
    /// As written.
    pub text: String,
    /// The folder that a relative glob starts at; absolute.
    pub base: PathBuf,
    /// Where it is written.
    pub origin: Origin,
}

/// Is this text a glob?
///
/// # Errors
/// What is wrong, to be read after the text.
pub(super) fn check(text: &str) -> Result<(), String> {
    Pattern::parse(text).map(drop)
}

/// A glob in two parts, without its base.
#[derive(Clone, Debug)]
struct Pattern {
    /// The components before the first wildcard.
    start: PathBuf,
    /// The components from the first wildcard on.
    rest: Vec<String>,
    matcher: Option<GlobMatcher>,
    /// The components of `rest` that name something: neither `**` nor starting with a wildcard.
    names: Vec<GlobMatcher>,
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, String> {
        let components = split(text);
        let first_wild = components
            .iter()
            .position(|component| is_wild(component))
            .unwrap_or(components.len());
        let (start, rest) = components.split_at(first_wild);
        if rest.contains(&"..") {
            return Err("has `..` after a wildcard".to_owned());
        }
        let rest: Vec<String> = rest
            .iter()
            .filter(|part| !part.is_empty() && **part != ".")
            .map(|p| p.to_string())
            .collect();
        let matcher = match rest.is_empty() {
            true => None,
            false => Some(build(&rest.join("/"))?.compile_matcher()),
        };
        // Leading wildcards do not name hidden folders, as in a shell.
        let named = rest.iter().filter(|part| !part.starts_with(['*', '?']));
        let mut start: PathBuf = start.iter().filter(|part| !part.is_empty()).collect();
        if text.starts_with('/') {
            start = Path::new("/").join(start);
        }
        Ok(Self {
            start,
            names: named
                .filter_map(|part| build(part).ok())
                .map(|glob| glob.compile_matcher())
                .collect(),
            matcher,
            rest,
        })
    }
}

fn build(text: &str) -> Result<Glob, String> {
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    glob.map_err(|error| format!("is not a glob: {}", error.kind()))
}

fn is_wild(component: &str) -> bool {
    component.contains(['*', '?', '[', ']', '{', '}', '\\'])
}

/// Splits at the slashes that are not inside braces or brackets.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(|char| {
        match char {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        char == '/' && depth == 0
    })
    .collect()
}

/// A glob that is ready to match absolute paths.
#[derive(Debug)]
pub(super) struct CompiledGlob {
    pub glob: WatchGlob,
    /// The folder (or file, when there is no wildcard) that it starts at, and the same without symbolic links where
    /// that differs: the program may know its files by either.
    pub roots: Vec<PathBuf>,
    pattern: Pattern,
}

impl CompiledGlob {
    /// `None` for a text that [`check`] refuses.
    pub fn new(glob: &WatchGlob) -> Option<Self> {
        let pattern = Pattern::parse(&glob.text).ok()?;
        let root = normal(&glob.base.join(expand_home(&pattern.start))).into_owned();
        let real = real(&root).filter(|real| *real != root);
        Some(Self {
            glob: glob.clone(),
            roots: std::iter::once(root).chain(real).collect(),
            pattern,
        })
    }

    /// The root that the path lies under, and the rest of it.
    pub fn under<'p>(&self, path: &'p Path) -> Option<(&Path, &'p Path)> {
        self.roots
            .iter()
            .find_map(|root| Some((root.as_path(), path.strip_prefix(root).ok()?)))
    }

    /// The root under which the glob matches this file.
    pub fn matches(&self, path: &Path) -> Option<&Path> {
        let (root, rest) = self.under(path)?;
        let matched = self
            .pattern
            .matcher
            .as_ref()
            .is_none_or(|matcher| matcher.is_match(rest));
        matched.then_some(root)
    }

    /// Does the glob match this file, or a folder that it is in?
    pub fn covers(&self, path: &Path) -> bool {
        let Some((_, rest)) = self.under(path) else {
            return false;
        };
        let Some(matcher) = &self.pattern.matcher else {
            return true;
        };
        rest.ancestors()
            .any(|part| !part.as_os_str().is_empty() && matcher.is_match(part))
    }

    /// Does the glob name a file or folder of this name after its first wildcard?
    pub fn names(&self, name: &std::ffi::OsStr) -> bool {
        self.pattern.names.iter().any(|matcher| matcher.is_match(name))
    }

    /// Can anything inside a folder at this depth below the root match (0: the root itself)?
    pub fn reaches(&self, depth: usize) -> bool {
        let deep = self
            .pattern
            .rest
            .iter()
            .any(|part| part.contains("**") || part.contains('{'));
        self.pattern.matcher.is_none() || deep || depth < self.pattern.rest.len()
    }
}

pub(super) fn expand_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// The path without symbolic links, as far as it exists.
fn real(path: &Path) -> Option<PathBuf> {
    path.ancestors().find_map(|above| {
        let rest = path.strip_prefix(above).ok()?;
        above.canonicalize().ok().map(|real| {
            if rest.as_os_str().is_empty() {
                real
            } else {
                real.join(rest)
            }
        })
    })
}

/// Resolves `.` and `..` by text, as the program's `os.path.abspath` does.
pub(super) fn normal(path: &Path) -> Cow<'_, Path> {
    let bytes = path.as_os_str().as_encoded_bytes();
    let doubtful = |pair: &[u8]| pair == b"/." || pair == b"//";
    if bytes.starts_with(b"/") && !bytes.windows(2).any(doubtful) && !bytes.ends_with(b"/") {
        return Cow::Borrowed(path);
    }
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    Cow::Owned(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(text: &str) -> CompiledGlob {
        let glob = WatchGlob {
            text: text.to_owned(),
            base: PathBuf::from("/base/[odd]"),
            origin: Origin::Default,
        };
        CompiledGlob::new(&glob).expect("a glob")
    }

    #[test]
    fn a_glob_starts_at_its_last_plain_folder() {
        for (text, root) in [
            ("**/*.py", "/base/[odd]"),
            ("src/**/*.py", "/base/[odd]/src"),
            ("./src/./a.py", "/base/[odd]/src/a.py"),
            ("../lib/*.py", "/base/lib"),
            ("/abs/x?/y", "/abs"),
            ("/", "/"),
            ("{a,b/c}/*.py", "/base/[odd]"),
            (".", "/base/[odd]"),
        ] {
            assert_eq!(compiled(text).roots, [Path::new(root)], "{text}");
        }
    }

    #[test]
    fn stars_stop_at_slashes_and_double_stars_do_not() {
        for (text, path, expected) in [
            ("**/*.py", "/base/[odd]/a.py", true),
            ("**/*.py", "/base/[odd]/a/b/c.py", true),
            ("**/*.py", "/base/o/a.py", false),
            ("src/*.py", "/base/[odd]/src/a.py", true),
            ("src/*.py", "/base/[odd]/src/b/a.py", false),
            ("src", "/base/[odd]/src/b/a.py", true),
            ("src/a.py", "/base/[odd]/src/a.py", true),
            ("src/a.py", "/base/[odd]/src/b.py", false),
            ("{a,b/c}/*.py", "/base/[odd]/b/c/d.py", true),
            ("../*.py", "/base/a.py", true),
        ] {
            assert_eq!(
                compiled(text).matches(Path::new(path)).is_some(),
                expected,
                "{text} {path}"
            );
        }
    }

    #[test]
    fn an_ignored_folder_covers_what_is_in_it() {
        for (text, path, expected) in [
            ("build", "/base/[odd]/build/a.py", true),
            ("**/tests", "/base/[odd]/x/tests/a/b.py", true),
            ("**/tests/**", "/base/[odd]/x/tests/a/b.py", true),
            ("**/tests/**", "/base/[odd]/x/tests.py", false),
            ("*_old.py", "/base/[odd]/a_old.py", true),
            ("*_old.py", "/base/[odd]/x/a_old.py", false),
        ] {
            assert_eq!(compiled(text).covers(Path::new(path)), expected, "{text} {path}");
        }
    }

    #[test]
    fn bad_globs_are_named() {
        assert!(
            check("src/[").is_err_and(|reason| reason.starts_with("is not a glob: ")),
            "{:?}",
            check("src/[")
        );
        assert!(check("{a,b").is_err());
        assert_eq!(check("*/../x"), Err("has `..` after a wildcard".to_owned()));
        assert_eq!(check("a/{b,c}/**/*.py"), Ok(()));
    }
}
