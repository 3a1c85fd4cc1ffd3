//! Command line, environment, file, default: the first that speaks wins, and is named.

use std::time::Duration;

use super::super::{CommandLine, LogFormat, LogLevel, Origin, PythonChoice, check, show};
use super::Project;

const FILE: &str = "\
[watch]
debounce = '10ms'
poll = '1s'
ignore = ['gen/**']
[runtime]
python = './env/bin/python'
[log]
level = 'info'
file = 'out/log.txt'
[plugins]
path = ['plugins']
disable = ['numba']
[plugins.functools]
clear-caches = true
[plugins.mine]
library = 'target/libmine.so'
weights = [1, 2.0, 'x']
nested = { a = 1979-05-27, 'b c' = false }
";

#[test]
fn without_any_configuration_the_defaults_hold() {
    let project = Project::new(&[]);
    let settings = project.load("").expect("defaults").settings;
    assert_eq!(settings.watch.debounce.value, Duration::from_millis(5));
    assert_eq!(settings.watch.debounce.origin, Origin::Default);
    assert_eq!(settings.watch.poll.value, None);
    assert_eq!(settings.watch.include.value[0].text, "**/*.py");
    assert_eq!(settings.watch.include.value[0].base, project.root);
    assert_eq!(settings.runtime.python.value, PythonChoice::Auto);
    assert_eq!(settings.patch.statement_limit.value, Duration::from_secs(5));
    assert_eq!(settings.log.file.value, None);
    assert!(settings.plugins.each.is_empty());
}

#[test]
fn values_of_the_file_are_relative_to_it() {
    let project = Project::new(&[("jurigged.toml", FILE), ("sub/deep/", "")]);
    let settings = project.load("sub/deep").expect("valid").settings;
    assert_eq!(settings.folder(), project.root);
    assert_eq!(settings.watch.include.value[0].base, project.root, "the default too");
    assert_eq!(
        settings.runtime.python.value,
        PythonChoice::Path(project.path("./env/bin/python"))
    );
    assert_eq!(settings.log.file.value, Some(project.path("out/log.txt")));
    assert_eq!(settings.plugins.path.value, [project.path("plugins")]);
    let mine = &settings.plugins.each["mine"];
    assert_eq!(mine.library, Some(project.path("target/libmine.so")));
    assert_eq!(mine.options["weights"].as_array().map(Vec::len), Some(3));
    assert_eq!(mine.places["weights"].line, Some(17));
    assert!(!mine.options.contains_key("library"));
}

#[test]
fn higher_sources_win_key_by_key() {
    let project = Project::new(&[("jurigged.toml", FILE)]);
    let environment = [
        ("JURIGGED_WATCH_DEBOUNCE", "20ms"),
        ("JURIGGED_WATCH_POLL", "false"),
        ("JURIGGED_WATCH_IGNORE", "a/**:{b,c}/*.py"),
        ("JURIGGED_LOG_LEVEL", "debug"),
        ("JURIGGED_LOG_FORMAT", ""),
        ("JURIGGED_PLUGINS_DISABLE", "flask, attrs"),
        ("JURIGGED_LIB", "somewhere"),
    ];
    let command_line = CommandLine {
        watch: vec!["../x/*.py".to_owned()],
        debounce: Some(Duration::from_millis(30)),
        python: Some("3.12".to_owned()),
        runtime: None,
        disable_plugin: vec!["numpy".to_owned()],
        log_format: Some(LogFormat::Json),
        ..CommandLine::default()
    };
    let loaded = project.load_with("", &environment, command_line).expect("valid");
    assert!(loaded.notices.is_empty());
    let settings = loaded.settings;
    assert_eq!(settings.watch.debounce.value, Duration::from_millis(30));
    assert_eq!(settings.watch.debounce.origin, Origin::CommandLine("--debounce"));
    assert_eq!(settings.watch.poll.value, None);
    assert_eq!(
        settings.watch.poll.origin,
        Origin::Environment("JURIGGED_WATCH_POLL".to_owned())
    );
    let ignore: Vec<&str> = settings
        .watch
        .ignore
        .value
        .iter()
        .map(|glob| glob.text.as_str())
        .collect();
    assert_eq!(ignore, ["a/**", "{b,c}/*.py"]);
    assert_eq!(settings.log.level.value, LogLevel::Debug);
    assert_eq!(settings.log.format.value, LogFormat::Json);
    assert_eq!(settings.runtime.python.value, PythonChoice::Named("3.12".to_owned()));
    assert_eq!(settings.watch.include.value.len(), 1, "--watch replaces");
    assert_eq!(
        settings.plugins.disable.value,
        ["attrs", "flask", "numpy"],
        "--disable-plugin adds"
    );
    assert_eq!(
        settings.plugins.disable.origin.shown(),
        "JURIGGED_PLUGINS_DISABLE, --disable-plugin"
    );
}

#[test]
fn slips_in_the_environment_and_the_command_line_are_reported_together() {
    let project = Project::new(&[("jurigged.toml", "[log]\nlevl = 'info'\n")]);
    let environment = [
        ("JURIGGED_WATCH_GRACE", "5"),
        ("JURIGGED_LOG_LEVEL", "inf"),
        ("JURIGGED_WATCH_DEBONCE", "1s"),
    ];
    let command_line = CommandLine {
        watch: vec!["src/[".to_owned()],
        ..CommandLine::default()
    };
    let problems = project.load_with("", &environment, command_line).expect_err("slips");
    assert_eq!(
        project.rendered(&problems),
        "\
error[config-unknown-key]: `[log]` has no option `levl`
  --> jurigged.toml:2:1
   |
 2 | levl = 'info'
   | ^^^^
   = help: did you mean `level`?
error[config-bad-duration]: the environment variable `JURIGGED_WATCH_GRACE` has no unit
   | its value is `5`
   = help: write \"5s\" for seconds or \"5ms\" for milliseconds
error[config-bad-value]: the environment variable `JURIGGED_LOG_LEVEL` is not one of \"error\", \"warn\", \"info\", \"debug\"
   | its value is `inf`
   = help: did you mean \"info\"?
warning[config-unknown-key]: the environment variable `JURIGGED_WATCH_DEBONCE` is no setting of jurigged
   = help: did you mean `JURIGGED_WATCH_DEBOUNCE`?
error[config-bad-glob]: `--watch src/[` is not a glob: unclosed character class; missing ']'
"
    );
}

#[test]
fn show_names_every_setting_and_its_origin() {
    let project = Project::new(&[("jurigged.toml", FILE)]);
    let command_line = CommandLine {
        poll: Some(Duration::ZERO),
        log_level: Some(LogLevel::Error),
        runtime: Some("embedded".to_owned()),
        ..CommandLine::default()
    };
    let loaded = project
        .load_with("", &[("JURIGGED_WATCH_GRACE", "90s")], command_line)
        .expect("valid");
    let text = show(&loaded.settings).replace(&format!("{}/", project.root.display()), "");
    assert_eq!(
        text,
        "\
# jurigged.toml
watch.include                  = [\"**/*.py\"]                        # default
watch.ignore                   = [\"gen/**\"]                         # jurigged.toml:4
watch.debounce                 = \"10ms\"                             # jurigged.toml:2
watch.poll                     = false                              # --poll
watch.grace                    = \"90s\"                              # JURIGGED_WATCH_GRACE
runtime.python                 = \"embedded\"                         # --runtime
sync.mode                      = \"immediate\"                        # default
patch.propagate                = true                               # default
patch.blocks                   = \"list\"                             # default
patch.stale                    = \"list\"                             # default
patch.rule                     = unset                              # default
patch.statement-limit          = \"5s\"                               # default
log.level                      = \"error\"                            # --quiet
log.format                     = \"text\"                             # default
log.file                       = \"out/log.txt\"                      # jurigged.toml:9
plugins.path                   = [\"plugins\"]                        # jurigged.toml:11
plugins.disable                = [\"numba\"]                          # jurigged.toml:12
plugins.functools.clear-caches = true                               # jurigged.toml:14
plugins.mine.library           = \"target/libmine.so\"                # jurigged.toml:16
plugins.mine.nested            = { a = 1979-05-27, \"b c\" = false }  # jurigged.toml:18
plugins.mine.weights           = [1, 2.0, \"x\"]                      # jurigged.toml:17
"
    );
}

#[test]
fn check_says_what_is_wrong_and_what_will_not_work() {
    let project = Project::new(&[
        (
            "jurigged.toml",
            "[watch]\ninclude = ['src/**/*.py', 'scr/**/*.py']\n[plugins]\npath = ['none']\n",
        ),
        ("src/a.py", ""),
        ("bad/jurigged.toml", "[wath]\n"),
        ("good/jurigged.toml", "[log]\nlevel = 'info'\n"),
        ("good/a.py", ""),
    ]);
    let checked = |from: &str| {
        let (text, valid) = check(&project.load(from), false);
        (text.replace(&format!("{}/", project.root.display()), ""), valid)
    };
    assert_eq!(
        checked("good"),
        ("good/jurigged.toml is valid: 1 setting\n".to_owned(), true)
    );
    let (text, valid) = checked("");
    assert!(valid);
    assert_eq!(
        text.replace(&project.root.display().to_string(), "ROOT"),
        "\
warning[glob-matches-nothing]: the glob `scr/**/*.py` matches no file
  --> jurigged.toml:2:27
   | it is relative to `ROOT`

warning[plugin-not-found]: the plugin folder `none` does not exist
   | it is set by jurigged.toml:4

jurigged.toml is valid, with 2 warnings
"
    );
    let (text, valid) = checked("bad");
    assert!(
        !valid && text.ends_with("the configuration is not valid: 1 error\n"),
        "{text}"
    );
}
