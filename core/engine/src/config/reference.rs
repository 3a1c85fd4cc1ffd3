//! The option table as documentation: the root `jurigged.toml` and the table in the README.

use std::fmt::Write;

use super::option_table::{self, OPTIONS, OptionDoc};

/// Width of the comments in the generated file.
const WIDTH: usize = 100;

/// What this repository itself sets: key, value, reason.
const OWN_USE: &[(&str, &str, &str)] = &[(
    "watch.ignore",
    r#"["target/**"]"#,
    "Set for this repository: nothing that cargo builds is watched.",
)];

/// The root `jurigged.toml`: every option with its default, its documentation and an example, and what this repository
/// sets for itself. Valid as it is; a test keeps the committed file equal to it.
pub fn reference_toml() -> String {
    let mut text = String::new();
    comment(
        &mut text,
        "Every option of jurigged, with its default. This file is also the configuration of this repository, so that \
         `cargo run --release --locked -- --config jurigged.toml FILE.py` uses it.",
    );
    comment(
        &mut text,
        "Generated from core/engine/src/config/option_table.rs: change it there, then run \
         `UPDATE_REFERENCE=1 cargo test -p jurigged-engine --lib reference`.",
    );
    for section in option_table::sections() {
        put(&mut text, format_args!("\n[{section}]"));
        for option in OPTIONS.iter().filter(|option| option.section() == section) {
            comment(&mut text, option.doc);
            let mut facts = option
                .flag
                .map_or(String::new(), |flag| format!("Command line: {flag}. "));
            facts.push_str(&format!("Environment: {}. ", option.variable()));
            facts.push_str(&format!("Example: {}", option.example));
            comment(&mut text, &facts);
            let own = OWN_USE.iter().find(|(key, _, _)| *key == option.key);
            match (own, option.default) {
                (Some((_, value, why)), default) => {
                    comment(&mut text, &format!("Default: {}. {why}", default.unwrap_or("unset")));
                    put(&mut text, format_args!("{} = {value}", option.name()));
                }
                (None, Some(default)) => put(&mut text, format_args!("{} = {default}", option.name())),
                (None, None) => put(&mut text, format_args!("# {} = {}", option.name(), option.example)),
            }
            text.push('\n');
        }
        text.pop();
    }
    text.push('\n');
    comment(
        &mut text,
        "A plugin's own options go into a table of its own; the plugin checks them. `library` (a path relative to this \
         file) or `python` (a module name) says where a plugin of your own is. Examples:",
    );
    text.push_str(
        "#
# [plugins.functools]
# clear-caches = true
#
# [plugins.mine]
# library = \"target/release/libmine.so\"
",
    );
    text
}

/// The table of all options for the README, in Markdown.
pub fn reference_table() -> String {
    let mut text = String::from("| Option | Type | Default | Flag | Meaning |\n|---|---|---|---|---|\n");
    for option in OPTIONS {
        let default = option
            .default
            .map_or("unset".to_owned(), |default| format!("`{default}`"));
        let flag = option.flag.map_or(String::new(), |flag| format!("`{}`", escaped(flag)));
        let OptionDoc { key, kind, doc, .. } = option;
        let (kind, doc) = (kind.shown(), escaped(doc));
        put(
            &mut text,
            format_args!("| `{key}` | {kind} | {default} | {flag} | {doc} |"),
        );
    }
    text
}

/// A bar would end the cell, in code too.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

fn comment(text: &mut String, words: &str) {
    let mut line = String::from("#");
    for word in words.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            put(text, format_args!("{line}"));
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    put(text, format_args!("{line}"));
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a String cannot fail");
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{CommandLine, Request, load, show};
    use super::*;

    fn root_file() -> std::path::PathBuf {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        root.canonicalize().expect("the repository").join("jurigged.toml")
    }

    #[test]
    fn the_committed_reference_is_current() {
        let file = root_file();
        if std::env::var_os("UPDATE_REFERENCE").is_some() {
            std::fs::write(&file, reference_toml()).expect("the repository can be written");
        }
        let committed = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            committed == reference_toml(),
            "jurigged.toml is stale: UPDATE_REFERENCE=1 cargo test -p jurigged-engine --lib reference"
        );
    }

    /// The lines of the README between which [`reference_table`] stands.
    const MARKS: (&str, &str) = (
        "<!-- options: UPDATE_REFERENCE=1 cargo test -p jurigged-engine --lib reference -->\n",
        "<!-- end of options -->\n",
    );

    #[test]
    fn the_table_in_the_readme_is_current() {
        let file = root_file().with_file_name("README.md");
        let committed = std::fs::read_to_string(&file).expect("the README");
        let (before, rest) = committed.split_once(MARKS.0).expect("the mark before the table");
        let (_, after) = rest.split_once(MARKS.1).expect("the mark after the table");
        let current = format!("{before}{}{}{}{after}", MARKS.0, reference_table(), MARKS.1);
        if std::env::var_os("UPDATE_REFERENCE").is_some() {
            std::fs::write(&file, &current).expect("the repository can be written");
            return;
        }
        assert!(
            committed == current,
            "the table of options in README.md is stale: UPDATE_REFERENCE=1 cargo test -p jurigged-engine --lib reference"
        );
    }

    #[test]
    fn the_reference_is_valid_and_changes_only_what_this_repository_sets() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("reference.toml");
        std::fs::write(&file, reference_toml()).expect("write");
        let settings = |config: Option<&Path>| {
            let request = Request {
                config,
                search_from: folder.path(),
                current_folder: folder.path(),
                environment: Vec::new(),
                command_line: CommandLine::default(),
            };
            load(&request).expect("valid").settings
        };
        let values = |text: String| -> Vec<String> {
            let values = text
                .lines()
                .skip(1)
                .map(|line| line.split("  # ").next().unwrap_or(line).trim().to_owned());
            values
                .filter(|line| !OWN_USE.iter().any(|(key, _, _)| line.starts_with(key)))
                .collect()
        };
        assert_eq!(values(show(&settings(Some(&file)))), values(show(&settings(None))));
        assert_eq!(settings(Some(&file)).watch.ignore.value[0].text, "target/**");
    }

    #[test]
    fn every_example_is_a_valid_value() {
        for option in OPTIONS {
            let text = format!("{} = {}\n", option.key, option.example);
            let source = crate::source::SourceText::new("example.toml", text);
            let (options, problems) = super::super::toml_file::read(&source, super::super::FileForm::Own);
            assert!(problems.is_empty(), "{problems:?}");
            assert_ne!(
                Some(options.get(option.key).expect("read").value.shown().as_str()),
                option.default
            );
        }
    }

    #[test]
    fn the_table_has_a_row_for_every_option() {
        let table = reference_table();
        assert_eq!(table.lines().count(), OPTIONS.len() + 2);
        for line in table.lines() {
            let cells = line.replace("\\|", "").matches('|').count();
            assert_eq!(cells, 6, "{line}");
        }
        assert!(
            table.contains("| `watch.debounce` | duration | `\"5ms\"` | `-d, --debounce SECS` |"),
            "{table}"
        );
    }
}
