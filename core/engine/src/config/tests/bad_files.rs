//! Every slip in a file is reported with its place and what to write instead, all of them at once.

use super::Project;

/// The text of all problems of a `jurigged.toml`.
fn problems(text: &str) -> String {
    let project = Project::new(&[("jurigged.toml", text)]);
    match project.load("") {
        Ok(loaded) => panic!("accepted: {:?}", loaded.settings),
        Err(problems) => project.rendered(&problems),
    }
}

macro_rules! rejects {
    ($($name:ident: $text:expr => $expected:expr;)*) => {$(
        #[test]
        fn $name() {
            let found = problems($text);
            assert_eq!(found, $expected.strip_prefix('\n').unwrap_or($expected), "\n{found}");
        }
    )*};
}

rejects! {
    unknown_key_is_near_another: "[watch]\nincludes = ['a.py']\n" => r#"
error[config-unknown-key]: `[watch]` has no option `includes`
  --> jurigged.toml:2:1
   |
 2 | includes = ['a.py']
   | ^^^^^^^^
   = help: did you mean `include`?
"#;
    unknown_key_of_another_section: "[watch]\nlevel = 'info'\n" => r#"
error[config-unknown-key]: `[watch]` has no option `level`
  --> jurigged.toml:2:1
   |
 2 | level = 'info'
   | ^^^^^
   = help: `level` belongs to `[log]`
"#;
    unknown_key_like_none: "[log]\ncolour = true\n" => r#"
error[config-unknown-key]: `[log]` has no option `colour`
  --> jurigged.toml:2:1
   |
 2 | colour = true
   | ^^^^^^
   = help: its options are `level`, `format`, `file`
"#;
    underscore_for_dash: "patch.statement_limit = '1s'\n" => r#"
error[config-unknown-key]: `[patch]` has no option `statement_limit`
  --> jurigged.toml:1:7
   |
 1 | patch.statement_limit = '1s'
   |       ^^^^^^^^^^^^^^^
   = help: did you mean `statement-limit`?
"#;
    rule_with_slips: "[[patch.rule]]\nfiles = 'a/['\non_change = 'patch'\n[[patch.rule]]\nfiles = 'a.py'\non-change = 'run'\n" => r#"
error[config-bad-value]: every `patch.rule` needs `on-change`
  --> jurigged.toml:1:1
   |
 1 | [[patch.rule]]
   | ^^^^^^^^^^^^^^
error[config-bad-glob]: "a/[" in `patch.rule` is not a glob: unclosed character class; missing ']'
  --> jurigged.toml:2:9
   |
 2 | files = 'a/['
   |         ^^^^^
   = help: for example [{ files = "app/models/**", on-change = "reexecute" }]
error[config-unknown-key]: `[[patch.rule]]` has no option `on_change`
  --> jurigged.toml:3:1
   |
 3 | on_change = 'patch'
   | ^^^^^^^^^
   = help: did you mean `on-change`?
error[config-bad-value]: "run" in `patch.rule` is not one of "patch", "reexecute", "ignore", "restart"
  --> jurigged.toml:6:13
   |
 6 | on-change = 'run'
   |             ^^^^^
   = help: for example [{ files = "app/models/**", on-change = "reexecute" }]
"#;
    unknown_section: "[wach]\npoll = false\n" => r#"
error[config-unknown-key]: there is no section `wach`
  --> jurigged.toml:1:2
   |
 1 | [wach]
   |  ^^^^
   = help: did you mean `watch`?
"#;
    key_without_section: "include = ['*.py']\n" => r#"
error[config-unknown-key]: there is no section `include`
  --> jurigged.toml:1:1
   |
 1 | include = ['*.py']
   | ^^^^^^^
   = help: `include` belongs to `[watch]`
"#;
    section_is_no_table: "watch = ['*.py']\n" => r#"
error[config-wrong-type]: `watch` must be a table, not a list
  --> jurigged.toml:1:1
   |
 1 | watch = ['*.py']
   | ^^^^^
   = help: write `[watch]` on a line of its own
"#;
    array_of_tables: "[[log]]\nlevel = 'info'\n" => r#"
error[config-wrong-type]: `log` must be a table, not a list
  --> jurigged.toml:1:3
   |
 1 | [[log]]
   |   ^^^
   = help: write `[log]` on a line of its own
"#;
    text_for_a_list: "[watch]\ninclude = '**/*.py'\n" => r#"
error[config-wrong-type]: `watch.include` must be a list of globs, not a text
  --> jurigged.toml:2:11
   |
 2 | include = '**/*.py'
   |           ^^^^^^^^^
   = help: write `include = ["**/*.py"]`
"#;
    number_in_a_list: "[watch]\ninclude = ['a.py', 3, 'b[']\n" => r#"
error[config-wrong-type]: every entry of `watch.include` must be a text, not an integer
  --> jurigged.toml:2:20
   |
 2 | include = ['a.py', 3, 'b[']
   |                    ^
error[config-bad-glob]: "b[" in `watch.include` is not a glob: unclosed character class; missing ']'
  --> jurigged.toml:2:23
   |
 2 | include = ['a.py', 3, 'b[']
   |                       ^^^^
   = help: for example ["src/**/*.py", "../shared/**/*.py"]
"#;
    number_for_a_duration: "[watch]\ndebounce = 5\n" => r#"
error[config-wrong-type]: `watch.debounce` must be a duration, a text such as "5ms", not an integer
  --> jurigged.toml:2:12
   |
 2 | debounce = 5
   |            ^
   = help: write "5s" for seconds or "5ms" for milliseconds
"#;
    duration_without_unit: "[watch]\ndebounce = '5'\n" => r#"
error[config-bad-duration]: "5" in `watch.debounce` has no unit
  --> jurigged.toml:2:12
   |
 2 | debounce = '5'
   |            ^^^
   = help: write "5s" for seconds or "5ms" for milliseconds
"#;
    duration_with_a_strange_unit: "[watch]\n\tgrace = \"5 minutes\" # tab before\n" => r#"
error[config-bad-duration]: "5 minutes" in `watch.grace` has no known unit: `minutes` is none of us, ms, s, m, h
  --> jurigged.toml:2:10
   |
 2 |     grace = "5 minutes" # tab before
   |             ^^^^^^^^^^^
   = help: for example "10s"
"#;
    limit_of_zero: "[patch]\nstatement-limit = '0s'\n" => r#"
error[config-bad-duration]: "0s" in `patch.statement-limit` is not above zero
  --> jurigged.toml:2:19
   |
 2 | statement-limit = '0s'
   |                   ^^^^
   = help: for example "30s"
"#;
    poll_is_true: "[watch]\npoll = true\n" => r#"
error[config-wrong-type]: `watch.poll` must be `false` or a duration, a text such as "500ms", not `true`
  --> jurigged.toml:2:8
   |
 2 | poll = true
   |        ^^^^
   = help: for example `poll = "500ms"`
"#;
    poll_of_zero: "[watch]\npoll = '0ms'\n" => r#"
error[config-bad-duration]: "0ms" in `watch.poll` is not above zero
  --> jurigged.toml:2:8
   |
 2 | poll = '0ms'
   |        ^^^^^
   = help: `false` turns it off
"#;
    version_as_a_float: "[runtime]\npython = 3.12\n" => r#"
error[config-wrong-type]: `runtime.python` must be a Python, a text such as "auto" or "3.12", not a float
  --> jurigged.toml:2:10
   |
 2 | python = 3.12
   |          ^^^^
   = help: write `python = "3.12"`
"#;
    empty_python: "[runtime]\npython = ''\n" => r#"
error[config-bad-value]: "" in `runtime.python` is empty
  --> jurigged.toml:2:10
   |
 2 | python = ''
   |          ^^
   = help: for example "python3.12"
"#;
    level_near_another: "[log]\nlevel = 'warning'\n" => r#"
error[config-bad-value]: "warning" in `log.level` is not one of "error", "warn", "info", "debug"
  --> jurigged.toml:2:9
   |
 2 | level = 'warning'
   |         ^^^^^^^^^
   = help: did you mean "warn"?
"#;
    level_like_none: "[log]\nlevel = 'loud'\n" => r#"
error[config-bad-value]: "loud" in `log.level` is not one of "error", "warn", "info", "debug"
  --> jurigged.toml:2:9
   |
 2 | level = 'loud'
   |         ^^^^^^
   = help: for example "info"
"#;
    bad_glob_after_wide_characters: "watch = { include = ['名前/*.py', 'x/{a,b'] }\n" => r#"
error[config-bad-glob]: "x/{a,b" in `watch.include` is not a glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)
  --> jurigged.toml:1:33
   |
 1 | watch = { include = ['名前/*.py', 'x/{a,b'] }
   |                                   ^^^^^^^^
   = help: for example ["src/**/*.py", "../shared/**/*.py"]
"#;
    plugin_of_two_kinds: "[plugins.mine]\nlibrary = 'a.so'\npython = 'a'\n" => r#"
error[config-bad-value]: the plugin `mine` is both a library and a Python module
  --> jurigged.toml:1:10
   |
 1 | [plugins.mine]
   |          ^^^^
   = help: keep one of `library` and `python`
"#;
    plugin_library_is_no_text: "[plugins.mine]\nlibrary = 3\npython = ''\n" => r#"
error[config-wrong-type]: `plugins.mine.library` must be the path of a plugin library, not an integer
  --> jurigged.toml:2:11
   |
 2 | library = 3
   |           ^
error[config-wrong-type]: `plugins.mine.python` must be the name of a Python module, not an empty text
  --> jurigged.toml:3:10
   |
 3 | python = ''
   |          ^^
"#;
    plugin_option_outside_its_table: "[plugins]\nclear-caches = true\ndisable = 'numba'\n" => r#"
error[config-unknown-key]: `[plugins]` has no option `clear-caches`
  --> jurigged.toml:2:1
   |
 2 | clear-caches = true
   | ^^^^^^^^^^^^
   = help: its options are `path`, `disable`; the options of a plugin go into a table of its own, `[plugins.NAME]`
error[config-wrong-type]: `plugins.disable` must be a list of names, not a text
  --> jurigged.toml:3:11
   |
 3 | disable = 'numba'
   |           ^^^^^^^
   = help: write `disable = ["numba"]`
"#;
    not_toml: "[watch]\ndebounce = 5ms\n\n[log\nlevel = 'info'\n" => r#"
error[config-syntax]: this is not TOML: string values must be quoted, expected literal string
  --> jurigged.toml:2:12
   |
 2 | debounce = 5ms
   |            ^^^
error[config-syntax]: this is not TOML: unclosed table, expected `]`
  --> jurigged.toml:4:5
   |
 4 | [log
   |     ^
"#;
    duplicate_key: "[log]\nlevel = 'info'\nlevel = 'warn'\n" => r#"
error[config-syntax]: this is not TOML: duplicate key
  --> jurigged.toml:3:1
   |
 3 | level = 'warn'
   | ^^^^^
"#;
    unfinished_text: "[log]\nlevel = 'info\nfile = 'x'\n" => r#"
error[config-syntax]: this is not TOML: invalid literal string, expected `'`
  --> jurigged.toml:2:14
   |
 2 | level = 'info
   |              ^
"#;
    everything_at_once: "[watch]\nincluded = []\ndebounce = 1\n[log]\nlevel = 'x'\n[nothing]\n" => r#"
error[config-unknown-key]: `[watch]` has no option `included`
  --> jurigged.toml:2:1
   |
 2 | included = []
   | ^^^^^^^^
   = help: did you mean `include`?
error[config-wrong-type]: `watch.debounce` must be a duration, a text such as "5ms", not an integer
  --> jurigged.toml:3:12
   |
 3 | debounce = 1
   |            ^
   = help: write "1s" for seconds or "1ms" for milliseconds
error[config-bad-value]: "x" in `log.level` is not one of "error", "warn", "info", "debug"
  --> jurigged.toml:5:9
   |
 5 | level = 'x'
   |         ^^^
   = help: for example "info"
error[config-unknown-key]: there is no section `nothing`
  --> jurigged.toml:6:2
   |
 6 | [nothing]
   |  ^^^^^^^
   = help: the sections are `watch`, `runtime`, `sync`, `patch`, `log`, `plugins`
"#;
}
