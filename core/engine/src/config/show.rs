//! The texts of `jurigged config show` and `jurigged config check`.

use std::fmt::Write;

use super::load::Loaded;
use super::settings::Settings;
use crate::diagnostic::{Diagnostic, Place, Severity, shown_path};

/// Every setting, its value as TOML and where it comes from, one a line.
pub fn show(settings: &Settings) -> String {
    let mut text = match settings.file() {
        Some(path) => format!("# {}\n", shown_path(path)),
        None => "# no configuration file\n".to_owned(),
    };
    let listing = settings.listing();
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "unset".to_owned());
    let key_width = listing
        .iter()
        .map(|listed| listed.key.chars().count())
        .max()
        .unwrap_or(0);
    let widths = listing.iter().map(|listed| value(&listed.value).chars().count());
    // One long list must not push every other line out of sight.
    let value_width = widths.filter(|width| *width <= 40).max().unwrap_or(0);
    for listed in &listing {
        let (key, value) = (&listed.key, value(&listed.value));
        writeln!(
            text,
            "{key:key_width$} = {value:value_width$}  # {}",
            listed.origin.shown()
        )
        .expect("writing to a String cannot fail");
    }
    text
}

/// What is wrong with the configuration, in words, and whether it can be used: `load`'s answer, and for valid settings
/// also globs that match nothing and paths that do not exist.
pub fn check(loaded: &Result<Loaded, Vec<Diagnostic>>, color: bool) -> (String, bool) {
    let (problems, name) = match loaded {
        Ok(loaded) => {
            let mut problems = loaded.notices.clone();
            problems.extend(loaded.settings.watch_filter().unmatched());
            problems.extend(missing_paths(&loaded.settings));
            (problems, loaded.settings.file().map(shown_path))
        }
        Err(problems) => (problems.clone(), None),
    };
    let mut text: String = problems.iter().map(|problem| problem.render(color) + "\n").collect();
    let of = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let name = name.as_deref().unwrap_or("the configuration");
    let summary = match (loaded, of(Severity::Error), of(Severity::Warning)) {
        (Err(_), errors, _) => format!("{name} is not valid: {}", counted(errors, "error")),
        (Ok(loaded), _, 0) => {
            let written = counted(loaded.settings.written_in_file(), "setting");
            match loaded.settings.file() {
                Some(_) => format!("{name} is valid: {written}"),
                None => "no configuration file: the defaults are used".to_owned(),
            }
        }
        (Ok(_), _, warnings) => format!("{name} is valid, with {}", counted(warnings, "warning")),
    };
    text.push_str(&summary);
    text.push('\n');
    (text, loaded.is_ok())
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

fn missing_paths(settings: &Settings) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for path in settings.plugins.path.value.iter().filter(|path| !path.is_dir()) {
        let message = format!("the plugin folder `{}` does not exist", shown_path(path));
        let warning = Diagnostic::warning("plugin-not-found", message);
        problems.push(warning.detail(format!("it is set by {}", settings.plugins.path.origin.shown())));
    }
    for (name, plugin) in &settings.plugins.each {
        let Some(library) = plugin.library.as_ref().filter(|library| !library.is_file()) else {
            continue;
        };
        let message = format!("the library of the plugin `{name}` does not exist");
        let place = plugin.places.get("library").cloned();
        let place = place.unwrap_or_else(|| Place::file(library));
        let warning = Diagnostic::warning("plugin-not-found", message).place(place);
        problems.push(warning.detail(format!("there is no file `{}`", shown_path(library))));
    }
    problems
}
