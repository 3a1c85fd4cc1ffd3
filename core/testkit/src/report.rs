//! Reports as `--log-format json` writes them, and the text in which tests keep them.

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use crate::Project;

/// One line that jurigged wrote to stderr.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum LogLine {
    /// What one batch of saves did.
    Report(ReportLine),
    /// A file is watched.
    Watch {
        /// Its path.
        name: String,
    },
    /// Something outside any batch.
    Diagnostic(DiagnosticLine),
}

impl LogLine {
    /// Reads a line; `None` for one that the program itself wrote.
    pub fn parse(line: &str) -> Option<Self> {
        line.starts_with('{').then(|| serde_json::from_str(line).ok()).flatten()
    }
}

/// What one batch of saves did.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ReportLine {
    /// What was applied, in order.
    pub events: Vec<EventLine>,
    /// What was not, and why.
    pub diagnostics: Vec<DiagnosticLine>,
    /// The whole batch was undone.
    pub undone: bool,
    /// The known files that the batch answers for, changed or not.
    #[serde(default)]
    pub files: Vec<String>,
    /// The modules that changed.
    #[serde(default)]
    pub modules: Vec<String>,
}

/// One thing that was done.
#[derive(Clone, Debug, Deserialize)]
pub struct EventLine {
    /// `update`, `add`, `delete`, `run`, `running`.
    pub verb: String,
    /// The row of the table of edits.
    pub edit: Option<String>,
    /// Module and path.
    pub name: String,
    /// Of `rename`: the new name.
    pub to: Option<String>,
    /// 1-based.
    pub line: Option<u32>,
    /// First line of a statement.
    pub text: Option<String>,
}

/// One thing that was not done, or that is worth knowing.
#[derive(Clone, Debug, Deserialize)]
pub struct DiagnosticLine {
    /// `error`, `warning`, `notice`.
    pub severity: String,
    /// Stable code.
    pub code: String,
    /// What cannot happen to which name.
    pub message: String,
    /// Where.
    pub place: Option<PlaceLine>,
    /// The text of that line.
    pub source_line: Option<String>,
    /// Why.
    #[serde(default)]
    pub details: Vec<String>,
    /// What the program runs now.
    pub running_now: Option<String>,
    /// Further facts.
    #[serde(default)]
    pub also: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

/// Where a diagnostic belongs.
#[derive(Clone, Debug, Deserialize)]
pub struct PlaceLine {
    /// File or folder.
    pub path: String,
    /// 1-based.
    pub line: Option<u32>,
    /// 1-based.
    pub column: Option<u32>,
}

impl ReportLine {
    /// Does it answer for a save of this file?
    pub fn covers(&self, path: &Path) -> bool {
        self.files.iter().any(|file| Path::new(file) == path)
    }

    /// Is there a diagnostic of this code?
    pub fn has_code(&self, code: &str) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.code == code)
    }

    /// `update app.f`, for short assertions.
    pub fn done(&self) -> Vec<String> {
        self.events
            .iter()
            .map(|event| format!("{} {}", event.verb, event.name))
            .collect()
    }

    /// The text in which tests keep it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for event in &self.events {
            let _ = write!(text, "{} {}", capitalised(&event.verb), event.name);
            if let Some(to) = &event.to {
                let _ = write!(text, " -> {to}");
            }
            if let Some(line) = event.line {
                let _ = write!(text, " @L{line}");
            }
            if let Some(statement) = &event.text {
                let _ = write!(text, ": {statement}");
            }
            if let Some(edit) = &event.edit {
                let _ = write!(text, " [{edit}]");
            }
            text.push('\n');
        }
        for diagnostic in &self.diagnostics {
            text.push_str(&diagnostic.text());
        }
        if self.undone {
            text.push_str("the whole save is undone\n");
        }
        if text.is_empty() {
            text.push_str("nothing to do\n");
        }
        text
    }
}

impl DiagnosticLine {
    /// The text in which tests keep it.
    pub fn text(&self) -> String {
        let mut text = format!("{}[{}]: {}\n", self.severity, self.code, self.message);
        if let Some(place) = &self.place {
            let _ = write!(text, "  --> {}", place.path);
            for number in [place.line, place.column].into_iter().flatten() {
                let _ = write!(text, ":{number}");
            }
            text.push('\n');
        }
        for detail in self.source_line.iter().chain(&self.details) {
            let _ = writeln!(text, "   | {detail}");
        }
        let running_now = self.running_now.iter().map(|running| format!("running now: {running}"));
        let help = self.help.iter().map(|help| format!("help: {help}"));
        for line in running_now.chain(self.also.iter().cloned()).chain(help) {
            let _ = writeln!(text, "   = {line}");
        }
        text
    }
}

fn capitalised(verb: &str) -> String {
    let mut letters = verb.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Takes out of a text what differs from run to run: the temporary folder, revisions (a batch may arrive in two parts)
/// and the marker lines below the lines of a traceback, which only some Pythons draw.
pub fn normalise(text: &str, project: &Project) -> String {
    let mut kept = String::new();
    for (folder, name) in [(project.folder(), ""), (project.kit(), "<kit>/")] {
        let shown = format!("{}/", folder.display());
        kept = if kept.is_empty() { text } else { &kept }.replace(&shown, name);
    }
    let is_marker = |line: &&str| {
        let drawn = line.trim_start_matches([' ', '|']);
        !drawn.is_empty() && drawn.chars().all(|letter| matches!(letter, '^' | '~' | ' '))
    };
    let mut lines = String::new();
    for line in kept.lines().filter(|line| !is_marker(line)) {
        lines.push_str(&without_revision(line));
        lines.push('\n');
    }
    lines
}

fn without_revision(line: &str) -> String {
    const WORD: &str = "revision ";
    let Some(at) = line.find(WORD) else {
        return line.to_owned();
    };
    let (head, rest) = line.split_at(at + WORD.len());
    format!(
        "{head}N{}",
        rest.trim_start_matches(|letter: char| letter.is_ascii_digit())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"kind":"report","events":[{"verb":"update","edit":"fn-body","name":"app.f","line":3},
        {"verb":"run","edit":"stmt","name":"app","line":7,"text":"LIMIT = 5"}],
        "diagnostics":[{"severity":"error","code":"cls-bases","message":"class `C` keeps its old definition",
        "place":{"path":"app.py","line":9,"column":1},"details":["its bases changed"],
        "running_now":"revision 12 of `app`","help":"restart"}],"undone":false,"files":["/p/app.py"]}"#;

    #[test]
    fn a_report_reads_like_the_text_log() {
        let Some(LogLine::Report(report)) = LogLine::parse(LINE) else {
            panic!("not a report")
        };
        assert!(report.covers(Path::new("/p/app.py")) && !report.covers(Path::new("/p/other.py")));
        assert_eq!(report.done(), ["update app.f", "run app"]);
        let project = Project::new().expect("a temporary folder");
        assert_eq!(
            normalise(&report.text(), &project),
            "Update app.f @L3 [fn-body]\n\
             Run app @L7: LIMIT = 5 [stmt]\n\
             error[cls-bases]: class `C` keeps its old definition\n  \
             --> app.py:9:1\n   \
             | its bases changed\n   \
             = running now: revision N of `app`\n   \
             = help: restart\n"
        );
    }

    #[test]
    fn paths_and_markers_are_taken_out() {
        let project = Project::new().expect("a temporary folder");
        let text = format!(
            "   | File \"{}\", line 1\n   |     1 / 0\n   |     ~~^~~\n",
            project.path("app.py").display()
        );
        assert_eq!(
            normalise(&text, &project),
            "   | File \"app.py\", line 1\n   |     1 / 0\n"
        );
    }

    #[test]
    fn lines_of_the_program_are_no_log() {
        assert!(LogLine::parse("Traceback (most recent call last):").is_none());
        assert!(LogLine::parse("{'kind': 1}").is_none());
    }
}
