//! `jurigged.toml`, or `[tool.jurigged]` of `pyproject.toml`, as [`Options`]. Every problem is reported, not the first.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::discovery::FileForm;
use super::option_table::{self, Kind, OPTIONS, OptionDoc, PLUGIN_LIBRARY, PLUGIN_PYTHON};
use super::options::{Options, Origin, PluginOptions, Written};
use super::problem::{locate, nearest, place_of};
use super::value::{BadText, Item, RuleItem, Value, check_item, shown_list, shown_text};
use crate::diagnostic::Diagnostic;
use crate::source::SourceText;

/// Reads a file; what is wrong with it comes in the order of the file. The options are those that are valid.
pub(super) fn read(source: &SourceText, form: FileForm) -> (Options, Vec<Diagnostic>) {
    let (document, errors) = DeTable::parse_recoverable(source.text());
    let mut reader = Reader::new(source);
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        let diagnostic = Diagnostic::error("config-syntax", format!("this is not TOML: {}", error.message()));
        reader.note_broken_header(&span);
        reader.complain(diagnostic, span);
    }
    let root = match form {
        FileForm::Own => Some(document.get_ref()),
        FileForm::Pyproject => reader.tool_table(document.get_ref()),
    };
    if let Some(root) = root {
        reader.read_root(root);
    }
    reader.finish()
}

/// Does this text of a `pyproject.toml` have a `[tool.jurigged]`? Also true when the file is broken and names it.
pub(super) fn has_tool_table(text: &str) -> bool {
    if !text.contains("jurigged") {
        return false;
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    let tool = document
        .get_ref()
        .get("tool")
        .and_then(|tool| tool.get_ref().as_table());
    let named = text.lines().any(|line| line.trim_start().starts_with("[tool.jurigged"));
    tool.is_some_and(|tool| tool.contains_key("jurigged")) || (!errors.is_empty() && named)
}

/// Reads the defaults of the option table, which are TOML values, as if a file said them.
pub(super) fn read_defaults() -> (Options, Vec<Diagnostic>) {
    let mut options = Options::default();
    let mut problems = Vec::new();
    for (option, default) in OPTIONS.iter().filter_map(|option| Some((option, option.default?))) {
        let source = SourceText::new(option.key, default);
        let mut reader = Reader::new(&source);
        match DeValue::parse(default) {
            Ok(value) => reader.read_value(option, &value),
            Err(error) => reader.complain(Diagnostic::error("config-syntax", error.message()), 0..0),
        }
        let (read, found) = reader.finish();
        let default = |(key, written): (_, Written)| {
            (
                key,
                Written {
                    origin: Origin::Default,
                    ..written
                },
            )
        };
        options.values.extend(read.values.into_iter().map(default));
        problems.extend(found);
    }
    (options, problems)
}

/// Collects options and problems while it walks one document.
struct Reader<'s> {
    source: &'s SourceText,
    options: Options,
    /// With the offset that orders them: tables come out of the parser sorted by name.
    problems: Vec<(usize, Diagnostic)>,
    /// Where the first broken `[section]` is: the keys below it are in no section that can be told.
    broken_header: Option<usize>,
}

type Key<'a, 'i> = &'a Spanned<std::borrow::Cow<'i, str>>;

impl<'s> Reader<'s> {
    fn new(source: &'s SourceText) -> Self {
        Self {
            source,
            options: Options::default(),
            problems: Vec::new(),
            broken_header: None,
        }
    }

    fn note_broken_header(&mut self, span: &Range<usize>) {
        let line = place_of(self.source, span).line.unwrap_or_default();
        if self.source.line(line).trim_start().starts_with('[') {
            let before = self.broken_header.unwrap_or(usize::MAX);
            self.broken_header = Some(before.min(span.start));
        }
    }

    fn finish(mut self) -> (Options, Vec<Diagnostic>) {
        self.problems.sort_by_key(|(offset, _)| *offset);
        (
            self.options,
            self.problems.into_iter().map(|(_, problem)| problem).collect(),
        )
    }

    fn complain(&mut self, diagnostic: Diagnostic, span: Range<usize>) {
        self.problems.push((span.start, locate(diagnostic, self.source, &span)));
    }

    /// `[tool.jurigged]`, or `None` after a complaint that there is none.
    fn tool_table<'a, 'i>(&mut self, document: &'a DeTable<'i>) -> Option<&'a DeTable<'i>> {
        let tool = document.get("tool").and_then(|tool| tool.get_ref().as_table());
        let Some(found) = tool.and_then(|tool| tool.get("jurigged")) else {
            if self.problems.is_empty() {
                let diagnostic = Diagnostic::error("config-not-found", "this file has no `[tool.jurigged]`");
                self.complain(diagnostic, 0..0);
            }
            return None;
        };
        let table = found.get_ref().as_table();
        if table.is_none() {
            self.complain(wrong_type("tool.jurigged", "a table", found.get_ref()), found.span());
        }
        table
    }

    fn read_root(&mut self, root: &DeTable<'_>) {
        let sections = option_table::sections();
        for (key, value) in root {
            let name = key.get_ref().as_ref();
            let Some(section) = sections.iter().find(|section| **section == name) else {
                self.unknown_key(key, None);
                continue;
            };
            let Some(table) = value.get_ref().as_table() else {
                let diagnostic = wrong_type(section, "a table", value.get_ref());
                self.complain(
                    diagnostic.help(format!("write `[{section}]` on a line of its own")),
                    key.span(),
                );
                continue;
            };
            for (key, value) in table {
                let full = format!("{section}.{}", key.get_ref());
                match option_table::find(&full) {
                    Some(option) => self.read_value(option, value),
                    None => match value.get_ref().as_table() {
                        Some(plugin) if *section == "plugins" => self.read_plugin(key, plugin),
                        _ => self.unknown_key(key, Some(section)),
                    },
                }
            }
        }
    }

    fn unknown_key(&mut self, key: Key<'_, '_>, section: Option<&str>) {
        if self.broken_header.is_some_and(|header| key.span().start >= header) {
            return;
        }
        let name = key.get_ref().as_ref();
        let (message, candidates) = match section {
            Some(section) => {
                let of_section = OPTIONS.iter().filter(|option| option.section() == section);
                let names: Vec<&str> = of_section.map(OptionDoc::name).collect();
                (format!("`[{section}]` has no option `{name}`"), names)
            }
            None => (format!("there is no section `{name}`"), option_table::sections()),
        };
        let normal = name.to_lowercase().replace('_', "-");
        let elsewhere: Vec<&str> = OPTIONS
            .iter()
            .filter(|o| o.name() == normal)
            .map(OptionDoc::section)
            .collect();
        let mut help = match (nearest(name, &candidates), elsewhere.first()) {
            (Some(near), _) if normal == near || elsewhere.is_empty() => format!("did you mean `{near}`?"),
            (_, Some(other)) => format!("`{normal}` belongs to `[{other}]`"),
            (Some(near), None) => format!("did you mean `{near}`?"),
            (None, None) => {
                let names: Vec<String> = candidates.iter().map(|name| format!("`{name}`")).collect();
                let names = names.join(", ");
                section.map_or_else(
                    || format!("the sections are {names}"),
                    |_| format!("its options are {names}"),
                )
            }
        };
        if section == Some("plugins") {
            help.push_str("; the options of a plugin go into a table of its own, `[plugins.NAME]`");
        }
        self.complain(Diagnostic::error("config-unknown-key", message).help(help), key.span());
    }

    fn read_value(&mut self, option: &'static OptionDoc, value: &Spanned<DeValue<'_>>) {
        if let Some(value) = self.value(option, value) {
            self.options.values.insert(option.key, value);
        }
    }

    /// The value of an option, or `None` after a complaint.
    fn value(&mut self, option: &OptionDoc, value: &Spanned<DeValue<'_>>) -> Option<Written> {
        let span = value.span();
        let read = match (option.kind, value.get_ref()) {
            (kind, DeValue::Array(array)) if kind.is_list() => {
                // All entries are looked at, so that all bad ones are reported.
                let items: Vec<Option<Item>> = array.iter().map(|item| self.item(option, item)).collect();
                Value::List(items.into_iter().collect::<Option<_>>()?)
            }
            (Kind::Interval, DeValue::Boolean(false)) => Value::Interval(None),
            (Kind::Switch, DeValue::Boolean(value)) => Value::Switch(*value),
            (Kind::Switch, DeValue::String(_)) => {
                self.complain(wrong_type(option.key, &option.kind.expected(), value.get_ref()), span);
                return None;
            }
            (Kind::Rules(words), DeValue::Array(array)) => {
                let rules: Vec<Option<RuleItem>> = array.iter().map(|rule| self.rule(option, words, rule)).collect();
                Value::Rules(rules.into_iter().collect::<Option<_>>()?)
            }
            (kind, DeValue::String(text)) if !kind.is_list() => match Value::from_text(kind, text) {
                Ok(value) => value,
                Err(bad) => {
                    self.bad_text(option, text, bad, span);
                    return None;
                }
            },
            (kind, other) => {
                let diagnostic = wrong_type(option.key, &kind.expected(), other);
                self.complain(diagnostic.help(better(option, other)), span);
                return None;
            }
        };
        let origin = Origin::File(place_of(self.source, &span));
        Some(Written { value: read, origin })
    }

    /// One `[[patch.rule]]`, or `None` after a complaint.
    fn rule(
        &mut self,
        option: &OptionDoc,
        words: &'static [&'static str],
        rule: &Spanned<DeValue<'_>>,
    ) -> Option<RuleItem> {
        let key = format!("every `{}`", option.key);
        let Some(table) = rule.get_ref().as_table() else {
            self.complain(
                wrong_type(&key, "a table with `files` and `on-change`", rule.get_ref()),
                rule.span(),
            );
            return None;
        };
        let (mut files, mut on_change) = (None, None);
        for (key, value) in table {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("files", DeValue::String(text)) => match check_item(Kind::Globs, text) {
                    Ok(()) => {
                        files = Some(Item {
                            text: text.to_string(),
                            place: Some(place_of(self.source, &value.span())),
                        });
                    }
                    Err(bad) => self.bad_text(option, text, bad, value.span()),
                },
                ("on-change", DeValue::String(text)) => match Value::from_text(Kind::Choice(words), text) {
                    Ok(_) => on_change = Some(text.to_string()),
                    Err(bad) => self.bad_text(option, text, bad, value.span()),
                },
                (name @ ("files" | "on-change"), other) => {
                    self.complain(
                        wrong_type(&format!("{}.{name}", option.key), "a text", other),
                        value.span(),
                    );
                }
                (name, _) => {
                    let message = format!("`[[{}]]` has no option `{name}`", option.key);
                    let help = match nearest(name, &["files", "on-change"]) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "its options are `files`, `on-change`".to_owned(),
                    };
                    self.complain(Diagnostic::error("config-unknown-key", message).help(help), key.span());
                }
            }
        }
        match (files, on_change) {
            (Some(files), Some(on_change)) => Some(RuleItem { files, on_change }),
            (files, on_change) => {
                let has = |name: &str| table.iter().any(|(key, _)| key.get_ref().as_ref() == name);
                for (name, value) in [("files", files.is_some()), ("on-change", on_change.is_some())] {
                    // A value that is there and wrong was complained about.
                    if !value && !has(name) {
                        let message = format!("{key} needs `{name}`");
                        self.complain(Diagnostic::error("config-bad-value", message), rule.span());
                    }
                }
                None
            }
        }
    }

    fn item(&mut self, option: &OptionDoc, item: &Spanned<DeValue<'_>>) -> Option<Item> {
        let span = item.span();
        let DeValue::String(text) = item.get_ref() else {
            let key = format!("every entry of `{}`", option.key);
            let message = format!("{key} must be a text, not {}", type_of(item.get_ref()));
            self.complain(Diagnostic::error("config-wrong-type", message), span);
            return None;
        };
        if let Err(bad) = check_item(option.kind, text) {
            self.bad_text(option, text, bad, span);
            return None;
        }
        Some(Item {
            text: text.to_string(),
            place: Some(place_of(self.source, &span)),
        })
    }

    fn bad_text(&mut self, option: &OptionDoc, text: &str, bad: BadText, span: Range<usize>) {
        let message = format!("{} in `{}` {}", shown_text(text), option.key, bad.reason);
        let diagnostic = Diagnostic::error(bad.code, message);
        let help = bad.help.unwrap_or_else(|| format!("for example {}", option.example));
        self.complain(diagnostic.help(help), span);
    }

    fn read_plugin(&mut self, name: Key<'_, '_>, table: &DeTable<'_>) {
        let mut plugin = PluginOptions::default();
        for (key, value) in table {
            let place = place_of(self.source, &value.span());
            match key.get_ref().as_ref() {
                which @ (PLUGIN_LIBRARY | PLUGIN_PYTHON) => {
                    let full = format!("plugins.{}.{which}", name.get_ref());
                    let text = match value.get_ref() {
                        DeValue::String(text) if !text.is_empty() => text.to_string(),
                        other => {
                            let wanted = match which {
                                PLUGIN_LIBRARY => "the path of a plugin library",
                                _ => "the name of a Python module",
                            };
                            self.complain(wrong_type(&full, wanted, other), value.span());
                            continue;
                        }
                    };
                    let written = Written {
                        value: Value::Text(text),
                        origin: Origin::File(place),
                    };
                    match which {
                        PLUGIN_LIBRARY => plugin.library = Some(written),
                        _ => plugin.python = Some(written),
                    }
                }
                own => {
                    // Only the parser's rest of broken text cannot be read, and that is reported already.
                    if let Ok(read) = toml::Value::deserialize(ValueDeserializer::from(value.clone())) {
                        plugin.own.insert(own.to_owned(), (read, place));
                    }
                }
            }
        }
        if plugin.library.is_some() && plugin.python.is_some() {
            let message = format!("the plugin `{}` is both a library and a Python module", name.get_ref());
            let diagnostic = Diagnostic::error("config-bad-value", message);
            self.complain(diagnostic.help("keep one of `library` and `python`"), name.span());
        }
        self.options.plugins.insert(name.get_ref().to_string(), plugin);
    }
}

fn wrong_type(key: &str, expected: &str, found: &DeValue<'_>) -> Diagnostic {
    let message = format!("`{key}` must be {expected}, not {}", type_of(found));
    Diagnostic::error("config-wrong-type", message)
}

fn type_of(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.is_empty() => "an empty text".to_owned(),
        DeValue::String(_) => "a text".to_owned(),
        DeValue::Integer(_) => "an integer".to_owned(),
        DeValue::Float(_) => "a float".to_owned(),
        DeValue::Boolean(value) => format!("`{value}`"),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// What was probably meant by a value of the wrong type.
fn better(option: &OptionDoc, found: &DeValue<'_>) -> String {
    let name = option.name();
    match (option.kind, found) {
        (kind, DeValue::String(text)) if kind.is_list() => {
            format!("write `{name} = {}`", shown_list(std::iter::once(text.as_ref())))
        }
        (Kind::Duration | Kind::Limit | Kind::Interval, DeValue::Integer(number)) => {
            format!("write \"{number}s\" for seconds or \"{number}ms\" for milliseconds")
        }
        (Kind::Python, DeValue::Float(version)) => format!("write `{name} = \"{version}\"`"),
        _ => format!("for example `{name} = {}`", option.example),
    }
}
