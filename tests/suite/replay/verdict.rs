//! What was right: the columns, the floors that they must not fall below, and the failures by cause.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;

use jurigged_testkit::{KitError, wants_update};
use serde::{Deserialize, Serialize};

use super::Tool;
use super::packages::Pair;

/// The columns of the table, as `compare.py` describes them.
const COLUMNS: [&str; 8] = [
    "edits",
    "behaviour",
    "facts",
    "held",
    "positions",
    "state",
    "unchanged",
    "no refusal",
];

/// What `pair.py` prints.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PairVerdict {
    /// The replay could not be carried out: the program died or hung.
    error: Option<String>,
    /// By column.
    #[serde(default)]
    failures: BTreeMap<String, Vec<Failure>>,
    /// What the tool said that it did not do.
    #[serde(default)]
    diagnostics: Vec<Said>,
}

/// One fact that is not as in a fresh process.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Failure {
    path: String,
    kind: String,
    now: String,
    fresh: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Said {
    code: String,
    severity: String,
    message: String,
    #[serde(default)]
    details: Vec<String>,
}

impl PairVerdict {
    fn is_right(&self, column: &str) -> bool {
        self.error.is_none()
            && match column {
                "no refusal" => self.diagnostics.iter().all(|said| said.severity != "error"),
                _ => self.failures.get(column).is_none_or(Vec::is_empty),
            }
    }
}

/// The verdicts of one package, or of the bounded pairs.
pub struct Results {
    verdicts: Vec<(String, PairVerdict)>,
}

impl Results {
    /// Verdicts in the order of their pairs.
    pub fn of(pairs: &[Pair], verdicts: Vec<PairVerdict>) -> Self {
        let names = pairs.iter().map(ToString::to_string);
        Self {
            verdicts: names.zip(verdicts).collect(),
        }
    }

    /// How many pairs are right, by column.
    fn right(&self) -> Counts {
        let count = |column: &str| {
            self.verdicts
                .iter()
                .filter(|(_, verdict)| verdict.is_right(column))
                .count()
        };
        Counts {
            pairs: self.verdicts.len(),
            right: COLUMNS
                .iter()
                .map(|column| ((*column).to_owned(), count(column)))
                .collect(),
        }
    }

    /// Keeps the counts for the table, and writes what is wrong for who wants to know the causes.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path, tool: Tool, job: &str) -> Result<(), KitError> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock();
        let results = folder.join("results").join(tool.name());
        std::fs::create_dir_all(&results).map_err(KitError::io(&results))?;
        let write = |path: &Path, text: &str| std::fs::write(path, text).map_err(KitError::io(path));
        let counts = serde_json::to_string(&self.right()).expect("counts are always JSON");
        write(&results.join(format!("{job}.json")), &counts)?;
        write(&results.join(format!("{job}.txt")), &self.causes())?;
        write(&folder.join("table.md"), &table(folder)?)
    }

    /// Failures grouped by what was said about the pair and by the kind of fact, the commonest first, with an example.
    fn causes(&self) -> String {
        let mut text = String::new();
        for (pair, verdict) in &self.verdicts {
            let wrong: Vec<_> = COLUMNS.into_iter().filter(|column| !verdict.is_right(column)).collect();
            if wrong.is_empty() {
                continue;
            }
            let _ = writeln!(text, "{pair}: not right: {}", wrong.join(", "));
            if let Some(error) = &verdict.error {
                let _ = writeln!(text, "    {error}");
            }
            for said in &verdict.diagnostics {
                let details = said.details.join("; ");
                let _ = writeln!(
                    text,
                    "    {}[{}]: {}: {details}",
                    said.severity, said.code, said.message
                );
            }
            let mut groups: BTreeMap<(&str, &str), Vec<&Failure>> = BTreeMap::new();
            for (column, failures) in verdict.failures.iter().filter(|(column, _)| *column != "edits") {
                for failure in failures {
                    groups.entry((column, &failure.kind)).or_default().push(failure);
                }
            }
            let mut groups: Vec<_> = groups.into_iter().collect();
            groups.sort_by_key(|(_, failures)| std::cmp::Reverse(failures.len()));
            for ((column, kind), failures) in groups {
                let Failure { path, now, fresh, .. } = failures[0];
                let _ = writeln!(text, "    {column}: {} x {kind}, such as {path}", failures.len());
                let _ = writeln!(text, "        now   {now}\n        fresh {fresh}");
            }
        }
        text
    }
}

/// Right pairs of one package with one tool.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Counts {
    pairs: usize,
    right: BTreeMap<String, usize>,
}

/// Shares of all pairs that were replayed so far, tool by tool; the bounded ones are among those of the packages.
fn table(folder: &Path) -> Result<String, KitError> {
    let mut text = format!(
        "| tool | pairs | {} |\n|---|---|{}\n",
        COLUMNS.join(" | "),
        "---|".repeat(COLUMNS.len())
    );
    for tool in Tool::ALL {
        let results = folder.join("results").join(tool.name());
        let mut sum = Counts::default();
        for entry in std::fs::read_dir(&results).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_package = path.extension().is_some_and(|extension| extension == "json")
                && path.file_stem().is_some_and(|stem| stem != "bounded");
            if !is_package {
                continue;
            }
            let kept = std::fs::read_to_string(&path).map_err(KitError::io(&path))?;
            // One that an older suite wrote says nothing.
            let counts: Counts = serde_json::from_str(&kept).unwrap_or_default();
            sum.pairs += counts.pairs;
            for (column, right) in counts.right {
                *sum.right.entry(column).or_default() += right;
            }
        }
        let share = |column: &str| match sum.right.get(column) {
            Some(right) if sum.pairs > 0 => format!("{:.1} %", 100.0 * *right as f64 / sum.pairs as f64),
            _ => "-".to_owned(),
        };
        let shares: Vec<_> = COLUMNS.iter().map(|column| share(column)).collect();
        let _ = writeln!(text, "| {} | {} | {} |", tool.name(), sum.pairs, shares.join(" | "));
    }
    Ok(text)
}

/// `floors.toml`: how many pairs of each package must be right, by column.
pub struct Floors;

impl Floors {
    /// Compares results with their floors; with `UPDATE_EXPECTED=1` the results become the floors.
    ///
    /// # Errors
    /// When a column has fallen below its floor.
    pub fn check(path: &Path, job: &str, results: &Results) -> Result<(), KitError> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock();
        let text = std::fs::read_to_string(path).map_err(KitError::io(path))?;
        let invalid = |error: toml::de::Error| KitError::Manifest {
            path: path.to_owned(),
            message: error.to_string(),
        };
        let mut floors: BTreeMap<String, Counts> = toml::from_str(&text).map_err(invalid)?;
        let counts = results.right();
        if wants_update() {
            let head: String = text
                .lines()
                .take_while(|line| line.starts_with('#'))
                .map(|line| format!("{line}\n"))
                .collect();
            floors.insert(job.to_owned(), counts);
            let floors = toml::to_string(&floors).expect("counts are always TOML");
            return std::fs::write(path, format!("{head}\n{floors}")).map_err(KitError::io(path));
        }
        let floor = floors.remove(job).unwrap_or_default();
        let fallen: Vec<String> = floor
            .right
            .iter()
            .filter(|(column, floor)| counts.right.get(*column).is_none_or(|right| right < floor))
            .map(|(column, floor)| {
                format!(
                    "{column}: {:?} of {}, floor {floor}",
                    counts.right.get(column),
                    counts.pairs
                )
            })
            .collect();
        if fallen.is_empty() {
            return Ok(());
        }
        Err(KitError::Check(format!("{}\n{}", fallen.join("\n"), results.causes())))
    }
}
