//! Every option: key, type, default, meaning, example. The only place where an option is described.

/// What an option holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A list of globs; relative ones belong to the folder of the file, or to the current one.
    Globs,
    /// A list of paths, relative like globs.
    Paths,
    /// A list of plain names.
    Names,
    /// A duration with its unit; zero is allowed.
    Duration,
    /// A duration above zero.
    Limit,
    /// `false`, or a duration above zero.
    Interval,
    /// `true` or `false`.
    Switch,
    /// A list of tables: `files`, a glob, and `on-change`, one of these words.
    Rules(&'static [&'static str]),
    /// A path, relative like globs.
    Path,
    /// A Python: `auto`, `embedded`, a version, a name on PATH, or a path.
    Python,
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl Kind {
    /// What a value of this kind is, for "`key` must be …".
    pub fn expected(self) -> String {
        match self {
            Self::Globs => "a list of globs".to_owned(),
            Self::Paths => "a list of paths".to_owned(),
            Self::Names => "a list of names".to_owned(),
            Self::Duration | Self::Limit => "a duration, a text such as \"5ms\"".to_owned(),
            Self::Interval => "`false` or a duration, a text such as \"500ms\"".to_owned(),
            Self::Switch => "`true` or `false`".to_owned(),
            Self::Rules(_) => "a list of tables with `files` and `on-change`".to_owned(),
            Self::Path => "a path, a text".to_owned(),
            Self::Python => "a Python, a text such as \"auto\" or \"3.12\"".to_owned(),
            Self::Choice(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                format!("one of {}", words.join(", "))
            }
        }
    }

    /// The type column of the README table.
    pub fn shown(self) -> String {
        match self {
            Self::Globs => "list of globs".to_owned(),
            Self::Paths => "list of paths".to_owned(),
            Self::Names => "list of names".to_owned(),
            Self::Duration | Self::Limit => "duration".to_owned(),
            Self::Interval => "`false` or duration".to_owned(),
            Self::Switch => "`true` or `false`".to_owned(),
            Self::Rules(_) => "tables of `files`, `on-change`".to_owned(),
            Self::Path => "path".to_owned(),
            Self::Python => "Python".to_owned(),
            Self::Choice(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
                words.join(", ")
            }
        }
    }

    /// True for the kinds that are written as a TOML array.
    pub fn is_list(self) -> bool {
        matches!(self, Self::Globs | Self::Paths | Self::Names)
    }
}

/// The description of one option.
#[derive(Clone, Copy, Debug)]
pub struct OptionDoc {
    /// `section.name`, as in the file.
    pub key: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Its default as a TOML value; `None` where the option is unset by default.
    pub default: Option<&'static str>,
    /// What it means; one paragraph of plain text.
    pub doc: &'static str,
    /// A value, as TOML, that differs from the default.
    pub example: &'static str,
    /// The flag of the command line that sets it.
    pub flag: Option<&'static str>,
    /// True where a change has no effect on a program that already runs.
    pub needs_restart: bool,
}

impl OptionDoc {
    /// The part of the key before the dot.
    pub fn section(&self) -> &'static str {
        self.split().0
    }

    /// The part of the key after the dot.
    pub fn name(&self) -> &'static str {
        self.split().1
    }

    fn split(&self) -> (&'static str, &'static str) {
        self.key.split_once('.').expect("every key of the table has a section")
    }

    /// The environment variable that sets it, such as `JURIGGED_PATCH_STATEMENT_LIMIT`.
    pub fn variable(&self) -> String {
        format!("JURIGGED_{}", self.key.to_uppercase().replace(['.', '-'], "_"))
    }
}

/// The option of a key.
pub fn find(key: &str) -> Option<&'static OptionDoc> {
    OPTIONS.iter().find(|option| option.key == key)
}

/// The sections, in the order of the table.
pub fn sections() -> Vec<&'static str> {
    let mut sections: Vec<&'static str> = OPTIONS.iter().map(OptionDoc::section).collect();
    sections.dedup();
    sections
}

/// The key that names the plugin library of a `[plugins.NAME]` table.
pub const PLUGIN_LIBRARY: &str = "library";
/// The key that names the Python module of a `[plugins.NAME]` table.
pub const PLUGIN_PYTHON: &str = "python";

/// What a save of a file can do.
pub const ON_CHANGE: [&str; 4] = ["patch", "reexecute", "ignore", "restart"];

/// All options, by section. Besides these, `[plugins.NAME]` holds `library` or `python` and the plugin's own options.
pub const OPTIONS: &[OptionDoc] = &[
    OptionDoc {
        key: "watch.include",
        kind: Kind::Globs,
        default: Some(r#"["**/*.py"]"#),
        doc: "Files to watch, as globs relative to the folder of this file; those of the command line and of the \
              environment are relative to the current folder. `**` crosses folders, `*` does not; a folder stands for \
              everything below it. Without any configuration the files below the current folder are watched.",
        example: r#"["src/**/*.py", "../shared/**/*.py"]"#,
        flag: Some("-w, --watch GLOB"),
        needs_restart: false,
    },
    OptionDoc {
        key: "watch.ignore",
        kind: Kind::Globs,
        default: Some("[]"),
        doc: "Files and folders that are not watched although `include` has them. Hidden folders, `__pycache__`, \
              virtual environments and what `.gitignore` names are ignored anyway, unless `include` names them.",
        example: r#"["**/tests/**"]"#,
        flag: None,
        needs_restart: false,
    },
    OptionDoc {
        key: "watch.debounce",
        kind: Kind::Duration,
        default: Some(r#""5ms""#),
        doc: "How long to wait for more, after a write to a file that is still open. A file that was closed or renamed \
              into place is complete, and is read at once.",
        example: r#""50ms""#,
        flag: Some("-d, --debounce SECS"),
        needs_restart: false,
    },
    OptionDoc {
        key: "watch.poll",
        kind: Kind::Interval,
        default: Some("false"),
        doc: "Look at the files every so often instead of asking the system to tell. Without it, polling starts by \
              itself on network file systems and when the system's watches run out.",
        example: r#""500ms""#,
        flag: Some("--poll SECS"),
        needs_restart: false,
    },
    OptionDoc {
        key: "watch.grace",
        kind: Kind::Duration,
        default: Some(r#""2s""#),
        doc: "How long a file may be gone before its module counts as orphaned: editors and git replace files by \
              removing them first.",
        example: r#""10s""#,
        flag: None,
        needs_restart: false,
    },
    OptionDoc {
        key: "runtime.python",
        kind: Kind::Python,
        default: Some(r#""auto""#),
        doc: "Which Python runs the program: \"auto\" (the active or nearest virtual environment, else the embedded \
              Python), \"embedded\", a version such as \"3.12\", a name on PATH such as \"python3.12\", or a path. A \
              change needs a restart.",
        example: r#""python3.12""#,
        flag: Some("--python PATH, --runtime auto|embedded"),
        needs_restart: true,
    },
    OptionDoc {
        key: "sync.mode",
        kind: Kind::Choice(&["immediate", "main-thread", "manual"]),
        default: Some(r#""immediate""#),
        doc: "When a save is applied, and on which thread the code that it runs (statements, defaults, decorators): \
              \"immediate\" (at once, on a thread of its own), \"main-thread\" (on the main thread, between two of its \
              instructions or on its event loop, so that `signal.signal` and `asyncio.get_running_loop` work there), \
              \"manual\" (when the program calls `jurigged.refresh()`, on the thread that calls it).",
        example: r#""main-thread""#,
        flag: Some("--sync MODE"),
        needs_restart: false,
    },
    OptionDoc {
        key: "patch.propagate",
        kind: Kind::Switch,
        default: Some("true"),
        doc: "When a name gets another value, names imported from it, and numbers and texts that are computed from it, \
              follow, in all modules. What cannot follow is listed.",
        example: "false",
        flag: None,
        needs_restart: false,
    },
    OptionDoc {
        key: "patch.blocks",
        kind: Kind::Choice(&["list", "run"]),
        default: Some(r#""list""#),
        doc: "What happens to a changed `for`, `while`, `with` or `try` at module or class level: \"list\" (it is \
              reported) or \"run\" (it runs again as a whole).",
        example: r#""run""#,
        flag: None,
        needs_restart: false,
    },
    OptionDoc {
        key: "patch.stale",
        kind: Kind::Choice(&["list", "run"]),
        default: Some(r#""list""#),
        doc: "What happens to an assignment, or to the default of a parameter, that was computed from a name with another \
              value now, and not from numbers and texts alone (`re.compile(PATTERN)`): \"list\" (it is reported) or \
              \"run\" (it is computed again). Calls that are no assignment, decorators and bases are always reported.",
        example: r#""run""#,
        flag: None,
        needs_restart: false,
    },
    OptionDoc {
        key: "patch.rule",
        kind: Kind::Rules(&ON_CHANGE),
        default: None,
        doc: "What a save of these files does, the first `[[patch.rule]]` that matches: \"patch\" (what changed), \
              \"reexecute\" (all statements of the module and its classes run \
              again; functions and classes are patched in place), \
              \"ignore\" (nothing), \"restart\" (the program is started again). `files` is a glob like those of \
              `watch.include`.",
        example: r#"[{ files = "app/models/**", on-change = "reexecute" }]"#,
        flag: None,
        needs_restart: false,
    },
    OptionDoc {
        key: "patch.statement-limit",
        kind: Kind::Limit,
        default: Some(r#""5s""#),
        doc: "How long a piece of code that a save runs (a statement, an import, a default, a decorator) may take. One \
              that takes longer is not stopped, but reported with the line that it is at, and nothing waits for it: a \
              statement of a module goes on, anything else is refused until its text changes; the rest of the save, \
              and later saves, are applied.",
        example: r#""30s""#,
        flag: None,
        needs_restart: false,
    },
    OptionDoc {
        key: "log.level",
        kind: Kind::Choice(&["error", "warn", "info", "debug"]),
        default: Some(r#""warn""#),
        doc: "What is reported: \"error\" (what could not be done), \"warn\" (also what deserves a look), \"info\" \
              (also every edit that was applied), \"debug\" (also why).",
        example: r#""info""#,
        flag: Some("-q, -v, -vv"),
        needs_restart: false,
    },
    OptionDoc {
        key: "log.format",
        kind: Kind::Choice(&["text", "json"]),
        default: Some(r#""text""#),
        doc: "The form of the reports: text for people, or one JSON object a line.",
        example: r#""json""#,
        flag: Some("--log-format text|json"),
        needs_restart: false,
    },
    OptionDoc {
        key: "log.file",
        kind: Kind::Path,
        default: None,
        doc: "A file that reports are appended to, relative to the folder of this file. Unset, they go to stderr.",
        example: r#""jurigged.log""#,
        flag: None,
        needs_restart: false,
    },
    OptionDoc {
        key: "plugins.path",
        kind: Kind::Paths,
        default: Some("[]"),
        doc: "Folders searched for plugin libraries, besides the one with the bundled plugins; relative to the folder \
              of this file.",
        example: r#"["plugins"]"#,
        flag: None,
        needs_restart: false,
    },
    OptionDoc {
        key: "plugins.disable",
        kind: Kind::Names,
        default: Some("[]"),
        doc: "Plugins that are not used. The command line adds to this list.",
        example: r#"["numba"]"#,
        flag: Some("--disable-plugin NAME"),
        needs_restart: false,
    },
];
