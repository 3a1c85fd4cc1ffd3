//! What the configuration says about plugins, and where bundled ones lie.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jurigged_abi::OptionValue;

/// How long one call of a native plugin may take, Python that the host runs for it not counted.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(1);

/// `[plugins]`, resolved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PluginSettings {
    /// `[plugins] path`, absolute. Plugins found here go before bundled ones of the same name.
    pub search: Vec<PathBuf>,
    /// Folders that may hold bundled plugins; see [`bundled_folders`]. Those that do not exist are passed over.
    pub bundled: Vec<PathBuf>,
    /// `[plugins] disable` and `--disable-plugin`.
    pub disable: Vec<String>,
    /// `[plugins.NAME]`.
    pub plugins: BTreeMap<String, PluginTable>,
}

/// `[plugins.NAME]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PluginTable {
    /// `library`, absolute.
    pub library: Option<PathBuf>,
    /// `python`: a module name; at most one of this and `library` is set.
    pub python: Option<String>,
    /// Everything else, as written; checked against the plugin's manifest. `limit` is an option of every plugin.
    pub options: BTreeMap<String, OptionValue>,
}

/// The folders that may hold the bundled plugins, in the order in which they are searched.
///
/// `given` is `JURIGGED_LIB`, already checked for its owner; `executable` the real path of the running `jurigged`;
/// `package` the folder of the installed Python package.
pub fn bundled_folders(given: Option<&Path>, executable: Option<&Path>, package: Option<&Path>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = given.map(Path::to_path_buf).into_iter().collect();
    if let Some(folder) = executable.and_then(Path::parent) {
        // Tarball and prefix first, then a cargo target folder.
        folders.extend(folder.parent().map(|prefix| prefix.join("lib").join("jurigged")));
        folders.extend([folder.to_path_buf(), folder.join("deps")]);
    }
    folders.extend(package.map(Path::to_path_buf));
    folders
}

/// Reads a duration such as `200ms`, `1s`, `1.5s`, `2m`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|letter: char| letter.is_ascii_alphabetic())?;
    let number: f64 = text[..unit].trim().parse().ok()?;
    let seconds = match &text[unit..] {
        "ms" => number / 1000.0,
        "s" => number,
        "m" => number * 60.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundled_plugins_are_looked_for_in_this_order() {
        let folders = bundled_folders(
            Some(Path::new("/given")),
            Some(Path::new("/opt/j/bin/jurigged")),
            Some(Path::new("/site/jurigged")),
        );
        let expected = [
            "/given",
            "/opt/j/lib/jurigged",
            "/opt/j/bin",
            "/opt/j/bin/deps",
            "/site/jurigged",
        ];
        assert_eq!(folders, expected.map(PathBuf::from));
    }

    #[test]
    fn limits_are_durations() {
        assert_eq!(duration("200ms"), Some(Duration::from_millis(200)));
        assert_eq!(duration("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(duration("2m"), Some(Duration::from_secs(120)));
        for wrong in ["", "1", "s", "-1s", "0s", "1h", "1e400s", "nans"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
