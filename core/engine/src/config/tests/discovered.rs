//! Which file is found, and whose file counts.

use std::path::Path;

use super::super::{FileForm, Request, load, search_folder};
use super::{Project, set_mode};

/// The file that is used, relative to the project.
fn found(project: &Project, from: &str) -> Option<String> {
    let loaded = project.load(from).expect("a valid configuration");
    let file = loaded.settings.file()?;
    Some(
        file.strip_prefix(&project.root)
            .expect("inside the project")
            .to_string_lossy()
            .into_owned(),
    )
}

#[test]
fn the_nearest_file_upwards_is_used_alone() {
    let project = Project::new(&[
        ("jurigged.toml", "[watch]\ngrace = '9s'\n[log]\nlevel = 'debug'\n"),
        ("a/jurigged.toml", "[watch]\ngrace = '3s'\n"),
        ("a/b/c/", ""),
        ("d/", ""),
    ]);
    assert_eq!(found(&project, "a/b/c").as_deref(), Some("a/jurigged.toml"));
    assert_eq!(found(&project, "d").as_deref(), Some("jurigged.toml"));
    let settings = project.load("a/b").expect("valid").settings;
    assert_eq!(settings.watch.grace.value.as_secs(), 3);
    assert_eq!(settings.log.level.value.word(), "warn", "parents are not merged");
}

#[test]
fn pyproject_counts_with_a_table_and_loses_to_its_neighbour() {
    let table = "[project]\nname = 'x'\n[tool.jurigged.watch]\ngrace = '4s'\n";
    let project = Project::new(&[
        ("pyproject.toml", table),
        (
            "plain/pyproject.toml",
            "[tool.ruff]\nline-length = 3 # jurigged is not configured here\n",
        ),
        ("both/pyproject.toml", table),
        ("both/jurigged.toml", ""),
        ("broken/pyproject.toml", "[project\nname = jurigged\n"),
    ]);
    assert_eq!(found(&project, "plain").as_deref(), Some("pyproject.toml"));
    assert_eq!(
        project
            .load("plain")
            .expect("valid")
            .settings
            .watch
            .grace
            .value
            .as_secs(),
        4
    );
    assert_eq!(found(&project, "both").as_deref(), Some("both/jurigged.toml"));
    assert_eq!(
        found(&project, "broken").as_deref(),
        Some("pyproject.toml"),
        "a broken one is not ours to report"
    );
}

#[test]
fn slips_in_pyproject_have_their_place_in_it() {
    let text = "[tool.jurigged]\nwatch.debounce = 3\n\n[tool.jurigged.logs]\nlevel = 'info'\n";
    let project = Project::new(&[
        ("pyproject.toml", text),
        ("b/pyproject.toml", "[tool.jurigged]\nx = \n"),
    ]);
    let rendered = project.rendered(&project.load("").expect_err("two slips"));
    assert_eq!(
        rendered,
        "\
error[config-wrong-type]: `watch.debounce` must be a duration, a text such as \"5ms\", not an integer
  --> pyproject.toml:2:18
   |
 2 | watch.debounce = 3
   |                  ^
   = help: write \"3s\" for seconds or \"3ms\" for milliseconds
error[config-unknown-key]: there is no section `logs`
  --> pyproject.toml:4:16
   |
 4 | [tool.jurigged.logs]
   |                ^^^^
   = help: did you mean `log`?
"
    );
    let broken = project.rendered(&project.load("b").expect_err("not TOML, and names jurigged"));
    assert!(broken.contains("b/pyproject.toml:2:"), "{broken}");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_write_is_ignored_with_a_notice() {
    let project = Project::new(&[("p/jurigged.toml", "[watch]\ngrace = '3s'\n")]);
    set_mode(&project.path("p/jurigged.toml"), 0o666);
    let loaded = project.load("p").expect("a notice, no error");
    assert_eq!(loaded.settings.file(), None);
    assert_eq!(loaded.settings.watch.grace.value.as_secs(), 2);
    assert_eq!(
        project.rendered(&loaded.notices),
        "\
notice[config-not-trusted]: the configuration `p/jurigged.toml` is ignored
   | p/jurigged.toml can be written by everybody
   = help: to use it all the same: `--config p/jurigged.toml`
"
    );

    set_mode(&project.path("p/jurigged.toml"), 0o644);
    set_mode(&project.path("p"), 0o777);
    let loaded = project.load("p").expect("a notice, no error");
    assert_eq!(
        (loaded.settings.file(), loaded.notices.len()),
        (None, 1),
        "the folder is open to everybody"
    );

    let named = with_config(&project, "p/jurigged.toml").expect("named files are trusted");
    assert_eq!(named.settings.watch.grace.value.as_secs(), 3);
}

/// Needs root to give a file away; where the tests run as another user, the rule itself is tested in `trust`.
#[cfg(unix)]
#[test]
fn a_file_of_another_user_is_ignored() {
    let project = Project::new(&[("p/jurigged.toml", "[watch]\ngrace = '3s'\n")]);
    let file = project.path("p/jurigged.toml");
    let given_away = std::os::unix::fs::chown(&file, Some(4294000002), None).is_ok();
    let loaded = project.load("p").expect("a notice at most");
    assert_eq!(loaded.settings.file().is_none(), given_away);
    assert_eq!(
        project.rendered(&loaded.notices).contains("belongs to user 4294000002"),
        given_away
    );
}

fn with_config(project: &Project, config: &str) -> Result<super::Loaded, Vec<super::Diagnostic>> {
    load(&Request {
        config: Some(&project.path(config)),
        search_from: &project.root,
        current_folder: &project.root,
        environment: Vec::new(),
        command_line: super::CommandLine::default(),
    })
}

#[test]
fn a_named_file_must_be_there_and_be_text() {
    let project = Project::new(&[
        ("other.toml", "[log]\nlevel = 'info'\n"),
        ("p/pyproject.toml", "[project]\n"),
    ]);
    assert_eq!(
        with_config(&project, "other.toml")
            .expect("valid")
            .settings
            .log
            .level
            .value
            .word(),
        "info"
    );
    let rendered = |config| project.rendered(&with_config(&project, config).expect_err("not usable"));
    assert_eq!(
        rendered("absent.toml"),
        "error[config-not-found]: there is no such configuration file\n  --> absent.toml\n"
    );
    assert!(rendered("p/pyproject.toml").starts_with("error[config-not-found]: this file has no `[tool.jurigged]`"));
    assert!(rendered("p").starts_with("error[config-unreadable]: the configuration file cannot be read\n  --> p\n"));

    std::fs::write(project.path("latin.toml"), b"# \xe9\n[log]\nfile = 'caf\xe9'\n").expect("write");
    assert_eq!(
        rendered("latin.toml"),
        "error[config-unreadable]: the configuration file is not UTF-8: byte 0xe9\n  --> latin.toml:1:3\n"
    );
    assert_eq!(FileForm::of(Path::new("a/pyproject.toml")), FileForm::Pyproject);
}

#[test]
fn the_search_starts_at_the_script() {
    let project = Project::new(&[("a/b/", ""), ("c/", "")]);
    let from = |script: Option<&str>| search_folder(script.map(Path::new), &project.path("c"));
    assert_eq!(from(None), project.path("c"));
    assert_eq!(from(Some("x.py")), project.path("c"));
    assert_eq!(from(Some("../a/b/x.py")), project.path("a/b"));
    assert_eq!(from(Some("absent/x.py")), project.path("c/absent"));
}
