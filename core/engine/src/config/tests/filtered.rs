//! Which files are watched.

use std::path::Path;

use super::super::{Settings, WatchFilter};
use super::Project;

fn settings(project: &Project, from: &str) -> Settings {
    project.load(from).expect("a valid configuration").settings
}

/// Asks twice, so that what is remembered is asked too.
fn wants(filter: &WatchFilter, path: &Path) -> bool {
    let first = filter.wants(path);
    assert_eq!(filter.wants(path), first, "{}", path.display());
    first
}

fn assert_wanted(project: &Project, filter: &WatchFilter, expected: &[(&str, bool)]) {
    for (path, expected) in expected {
        assert_eq!(wants(filter, &project.path(path)), *expected, "{path}");
    }
}

#[test]
fn python_files_below_are_watched_unless_everybody_ignores_them() {
    let project = Project::new(&[
        (".git/info/exclude", "private/\n"),
        (".gitignore", "build/\n*_pb2.py\n!keep_pb2.py\n"),
        ("sub/.gitignore", "/local.py\n"),
        ("env/pyvenv.cfg", ""),
        ("conda/conda-meta/history", ""),
        ("vendored/.git/HEAD", ""),
    ]);
    let filter = settings(&project, "").watch_filter();
    let expected = [
        ("app.py", true),
        ("deep/er/app.py", true),
        ("app.txt", false),
        ("../elsewhere.py", false),
        (".hidden/app.py", false),
        (".hidden.py", false),
        ("pkg/__pycache__/app.py", false),
        ("env/lib/python3.12/site-packages/x.py", false),
        ("conda/lib/x.py", false),
        ("build/x.py", false),
        ("deep/build/x/y.py", false),
        ("a_pb2.py", false),
        ("sub/keep_pb2.py", true),
        ("sub/local.py", false),
        ("sub/deep/local.py", true),
        ("private/x.py", false),
        ("vendored/build/x.py", true),
        ("pkg/../app.py", true),
    ];
    assert_wanted(&project, &filter, &expected);
    for (folder, expected) in [
        ("pkg", true),
        ("env", false),
        (".git", false),
        ("build", false),
        ("..", true),
    ] {
        assert_eq!(filter.enters(&project.path(folder)), expected, "{folder}");
    }
    assert_eq!(filter.roots(), std::slice::from_ref(&project.root));
}

#[test]
fn what_include_names_is_not_ignored_by_default() {
    let project = Project::new(&[
        (
            "jurigged.toml",
            "[watch]\ninclude = ['src/**/*.py', 'src/.venv/lib/mine/**/*.py', '**/.hooks/*.py', 'gen/one.py']\n\
             ignore = ['**/tests', 'src/old*.py']\n",
        ),
        (".git/HEAD", ""),
        (".gitignore", "gen\n.venv\n"),
        ("src/.venv/pyvenv.cfg", ""),
    ]);
    let filter = settings(&project, "").watch_filter();
    let expected = [
        ("src/a.py", true),
        ("src/.venv/lib/mine/a.py", true),
        ("src/.venv/lib/mine/.x/a.py", false),
        ("src/.venv/lib/other/a.py", false),
        ("a/.hooks/x.py", true),
        (".other/.hooks/x.py", false),
        ("gen/one.py", true),
        ("gen/two.py", false),
        ("src/tests/a.py", false),
        ("src/old_a.py", false),
        ("src/x/old_a.py", true),
        ("a.py", false),
    ];
    assert_wanted(&project, &filter, &expected);
    let roots = ["", "gen", "src/.venv/lib/mine"].map(|path| project.path(path));
    assert_eq!(filter.roots(), roots);
    assert!(filter.enters(&project.path("a/.hooks")) && !filter.enters(&project.path("a/.other")));
    assert!(filter.enters(&project.path("src/.venv")), "on the way to what is named");
    assert!(!filter.enters(&project.path("src/.venv/lib/other")));
    assert!(!filter.enters(&project.path("src/tests")));
}

#[test]
fn a_project_inside_an_ignored_folder_is_watched() {
    let project = Project::new(&[
        (".git/HEAD", ""),
        (".gitignore", "*\n"),
        (".config/tool/jurigged.toml", ""),
        (".config/tool/.gitignore", "skip.py\n"),
    ]);
    let filter = settings(&project, ".config/tool").watch_filter();
    let expected = [
        (".config/tool/a.py", true),
        (".config/tool/b/c.py", true),
        (".config/tool/skip.py", false),
        ("a.py", false),
    ];
    assert_wanted(&project, &filter, &expected);
}

#[test]
fn a_folder_stands_for_what_is_in_it_and_a_file_can_be_added() {
    let project = Project::new(&[
        ("jurigged.toml", "[watch]\ninclude = ['lib', 'tool']\n"),
        ("lib/", ""),
        ("tool", ""),
    ]);
    let mut filter = settings(&project, "").watch_filter();
    assert_wanted(
        &project,
        &filter,
        &[("lib/a/b.py", true), ("tool", true), ("tools", false), ("run", false)],
    );
    filter.add_file(&project.path("bin/run"));
    assert_wanted(&project, &filter, &[("bin/run", true), ("bin/other", false)]);
    assert!(filter.roots().contains(&project.path("bin")) && filter.enters(&project.path("bin")));
}

#[cfg(unix)]
#[test]
fn files_are_known_by_any_link_to_their_folder() {
    let project = Project::new(&[
        ("real/jurigged.toml", "[watch]\nignore = ['no.py']\n"),
        ("real/pkg/", ""),
    ]);
    std::os::unix::fs::symlink(project.path("real"), project.path("link")).expect("symlink");
    let expected = [
        ("link/pkg/a.py", true),
        ("real/pkg/a.py", true),
        ("link/no.py", false),
        ("real/no.py", false),
    ];
    for from in ["real", "link"] {
        assert_wanted(&project, &settings(&project, from).watch_filter(), &expected);
    }
}

#[test]
fn a_changed_gitignore_counts_after_forgetting() {
    let project = Project::new(&[("a.py", "")]);
    let filter = settings(&project, "").watch_filter();
    assert!(filter.wants(&project.path("a.py")));
    project.write(".gitignore", "a.py\n");
    filter.forget_folders();
    assert!(!filter.wants(&project.path("a.py")));
}

#[test]
fn globs_without_a_match_are_named() {
    let project = Project::new(&[("src/a.py", ""), ("src/.x/b.py", ""), ("empty/", "")]);
    let unmatched = |from: &str, globs: &[&str]| {
        let command_line = super::CommandLine {
            watch: globs.iter().map(ToString::to_string).collect(),
            ..super::CommandLine::default()
        };
        let loaded = project.load_with(from, &[], command_line).expect("valid");
        let text = project.rendered(&loaded.settings.watch_filter().unmatched());
        text.replace(&project.root.display().to_string(), "ROOT")
    };
    assert_eq!(
        unmatched("", &["src/*.py", "src", "src/a.py", "src/.x/*.py", "**/a.py"]),
        ""
    );
    assert_eq!(
        unmatched("", &["src/*.py", "lib/*.py", "src/b.py"]),
        "\
warning[glob-matches-nothing]: the glob `lib/*.py` matches no file
   | given by --watch
   | it is relative to `ROOT`
warning[glob-matches-nothing]: the glob `src/b.py` matches no file
   | given by --watch
   | it is relative to `ROOT`
"
    );
    assert_eq!(unmatched("", &[]), "");
    let empty = unmatched("empty", &[]);
    assert!(empty.starts_with("warning[glob-matches-nothing]: nothing is watched: there are no Python files below"));
}
