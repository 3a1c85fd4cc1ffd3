//! The file changes while the program runs.

use std::time::Duration;

use super::super::{CommandLine, PythonChoice};
use super::Project;

#[test]
fn a_valid_change_names_the_keys_that_differ() {
    let project = Project::new(&[("jurigged.toml", "[watch]\ngrace = '1s'\n[plugins.a]\nx = 1\n")]);
    let command_line = CommandLine {
        debounce: Some(Duration::from_millis(7)),
        ..CommandLine::default()
    };
    let settings = project.load_with("", &[], command_line).expect("valid").settings;
    let text = "# comment\n[watch]\ngrace = '1000ms'\ndebounce = '9ms'\nignore = ['b/**']\n[plugins.b]\ny = 'z'\n";
    let reloaded = settings.reload(text).expect("valid");
    assert_eq!(reloaded.changed, ["watch.ignore", "plugins.a.x", "plugins.b.y"]);
    assert!(reloaded.needs_restart.is_empty() && reloaded.notices.is_empty());
    assert_eq!(
        reloaded.settings.watch.debounce.value,
        Duration::from_millis(7),
        "the command line still wins"
    );
    assert_eq!(reloaded.settings.file(), settings.file());
    assert!(
        settings
            .reload("[watch]\ngrace = '1s'\n[plugins.a]\nx = 1\n")
            .expect("valid")
            .changed
            .is_empty()
    );
}

#[test]
fn a_changed_python_needs_a_restart() {
    let project = Project::new(&[("jurigged.toml", "")]);
    let settings = project.load("").expect("valid").settings;
    let reloaded = settings.reload("[runtime]\npython = '3.12'\n").expect("valid");
    assert_eq!(reloaded.needs_restart, ["runtime.python"]);
    assert_eq!(
        reloaded.settings.runtime.python.value,
        PythonChoice::Named("3.12".to_owned())
    );
    assert_eq!(
        project.rendered(&reloaded.notices),
        "\
notice[config-needs-restart]: `runtime.python` is now \"3.12\"
  --> jurigged.toml:2:10
   |
 2 | python = '3.12'
   |          ^^^^^^
   = running now: the program still has \"auto\"
   = help: restart the program to use it
"
    );
    let back = reloaded.settings.reload("").expect("valid");
    assert_eq!(back.needs_restart, ["runtime.python"]);
    assert_eq!(back.notices.len(), 1);
}

#[test]
fn an_invalid_change_is_reported_and_changes_nothing() {
    let project = Project::new(&[("pyproject.toml", "[tool.jurigged.watch]\ngrace = '1s'\n")]);
    let settings = project.load("").expect("valid").settings;
    let problems = settings
        .reload("[tool.jurigged.watch]\ngrace = 1\nx = 2\n")
        .expect_err("two slips");
    assert_eq!(problems.len(), 2);
    assert_eq!(settings.watch.grace.value, Duration::from_secs(1));
}
