//! The environment variables that configure plain `python`.
//!
//! RustPython reads them only together with its own command line (`parse_opts`), so this repeats the part that has
//! nothing to do with arguments; see `rustpython-0.5.0/src/settings.rs` and <https://docs.python.org/3/using/cmdline.html>.

use std::ffi::OsString;

use rustpython_vm::Settings;

use crate::program::Program;

/// The settings for a program, from the process environment.
pub(crate) fn from_environment(program: &Program) -> Settings {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let is_set = |name: &str| variable(name).is_some();
    let text = |name: &str| variable(name).and_then(|value| value.into_string().ok());
    // A word counts as 1.
    let level = |name: &str| text(name).map_or(0, |value| value.parse::<u8>().unwrap_or(1));

    let mut settings = Settings::default();
    settings.path_list = variable("PYTHONPATH")
        .map(|value| split_paths(&value))
        .unwrap_or_default();
    settings.optimize = level("PYTHONOPTIMIZE");
    settings.verbose = level("PYTHONVERBOSE");
    settings.debug = level("PYTHONDEBUG");
    settings.user_site_directory = !is_set("PYTHONNOUSERSITE");
    settings.write_bytecode = !is_set("PYTHONDONTWRITEBYTECODE");
    settings.safe_path = is_set("PYTHONSAFEPATH");
    settings.inspect = program.inspect || is_set("PYTHONINSPECT");
    settings.interactive = program.inspect;
    settings.buffered_stdio = !is_set("PYTHONUNBUFFERED");
    settings.dev_mode = is_set("PYTHONDEVMODE");
    settings.faulthandler = settings.dev_mode || is_set("PYTHONFAULTHANDLER");
    settings.warn_default_encoding = is_set("PYTHONWARNDEFAULTENCODING");
    settings.code_debug_ranges = !is_set("PYTHONNODEBUGRANGES");
    // RustPython knows no locale encodings, hence UTF-8 unless it is switched off.
    settings.utf8_mode = if text("PYTHONUTF8").as_deref() == Some("0") {
        0
    } else {
        1
    };
    settings.hash_seed = text("PYTHONHASHSEED").and_then(|seed| seed.parse().ok());
    if let Some(digits @ (0 | 640..)) = text("PYTHONINTMAXSTRDIGITS").and_then(|digits| digits.parse().ok()) {
        settings.int_max_str_digits = digits;
    }
    if let Some(value) = text("PYTHONIOENCODING") {
        let (encoding, errors) = value.split_once(':').unwrap_or((&value, ""));
        let given = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        settings.stdio_encoding = given(encoding);
        settings.stdio_errors = given(errors);
    }
    if settings.dev_mode {
        settings.warnoptions.push("default".to_owned());
    }
    if let Some(filters) = text("PYTHONWARNINGS") {
        settings
            .warnoptions
            .extend(filters.split(',').map(|filter| filter.trim().to_owned()));
    }
    // `sys.argv` is set again, exactly, once the interpreter can decode file names.
    let arguments = std::iter::once(program.name()).chain(program.arguments.iter().cloned());
    settings.argv = arguments
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    settings
}

fn split_paths(paths: &OsString) -> Vec<String> {
    std::env::split_paths(paths)
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}
