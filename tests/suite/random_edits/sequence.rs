//! Programs that are edited side by side in one process.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jurigged_testkit::{Interpreter, KitError, Live, Project, ReportLine, RunAs, SaveBy, difference, fresh_start};

use super::dice::Dice;
use super::program::Program;

/// Prints everything that the modules hold, code objects recursively with their positions.
const PROBE: &str = include_str!("facts.py");

/// What is appended for a save that does not parse.
const BROKEN: &str = "def broken(:\n";

struct Sequence {
    seed: u64,
    dice: Dice,
    program: Program,
    module: String,
    /// It has shown a difference: what follows says nothing new.
    is_out: bool,
}

impl Sequence {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        Self {
            seed,
            program: Program::new(&mut dice),
            dice,
            module: format!("program_{seed}"),
            is_out: false,
        }
    }

    fn file(&self) -> String {
        format!("{}.py", self.module)
    }
}

/// An edit of one program of a process.
struct Edit {
    before: Program,
    after: Program,
    said: String,
}

/// Edits all programs of some seeds so many times.
///
/// # Errors
/// When a program shows a difference, with the smallest pair of texts that does.
pub fn run(interpreter: &Interpreter, seeds: RangeInclusive<u64>, edits: usize) -> Result<(), KitError> {
    let mut sequences: Vec<_> = seeds.map(Sequence::new).collect();
    let mut failures: Vec<KitError> = Vec::new();
    let project = project_of(
        sequences
            .iter()
            .map(|sequence| (sequence.module.as_str(), &sequence.program)),
    )?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    for number in 1..=edits {
        save_broken(&mut live, &project, &mut sequences)?;
        let changed: Vec<_> = sequences.iter_mut().map(edited).collect();
        let texts = texts(&sequences, |_, sequence| sequence.program.text());
        let reports = save(&mut live, &project, &texts)?;
        if let Some(undone) = reports.iter().find(|report| report.undone) {
            // No program raises.
            let why = undone.text();
            return Err(KitError::Check(format!("edit {number}: a save was undone\n{why}")));
        }
        let wrong = wrong_modules(interpreter, &mut live, &project)?;
        let (mut taken_back, mut out) = (Vec::new(), Vec::new());
        for (index, sequence) in sequences.iter().enumerate() {
            let Some(how) = wrong.get(&sequence.module).filter(|_| !sequence.is_out) else {
                continue;
            };
            if !is_told(&reports, &sequence.file()) {
                failures.push(failure(interpreter, sequence, number, &changed[index], how));
                out.push(index);
                continue;
            }
            taken_back.push(index);
        }
        out.into_iter().for_each(|index| sequences[index].is_out = true);
        for &index in &taken_back {
            sequences[index].program = changed[index].before.clone();
        }
        if taken_back.is_empty() {
            continue;
        }
        let mut back = self::texts(&sequences, |_, sequence| sequence.program.text());
        back.retain(|(file, _)| taken_back.iter().any(|index| sequences[*index].file() == *file));
        save(&mut live, &project, &back)?;
        let wrong = wrong_modules(interpreter, &mut live, &project)?;
        for index in taken_back {
            if let Some(how) = wrong.get(&sequences[index].module) {
                let how = format!("refused, taken back, and something has stayed\n{how}");
                failures.push(failure(interpreter, &sequences[index], number, &changed[index], &how));
                sequences[index].is_out = true;
            }
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    let texts: Vec<_> = failures.iter().map(ToString::to_string).collect();
    Err(KitError::Check(texts.join("\n")))
}

fn edited(sequence: &mut Sequence) -> Edit {
    let before = sequence.program.clone();
    let said = match sequence.is_out {
        true => String::new(),
        false => sequence.program.edit(&mut sequence.dice),
    };
    Edit {
        before,
        after: sequence.program.clone(),
        said,
    }
}

fn project_of<'a>(programs: impl Iterator<Item = (&'a str, &'a Program)>) -> Result<Project, KitError> {
    let project = Project::new()?;
    let mut imports = String::new();
    for (module, program) in programs {
        project.save(&format!("{module}.py"), program.text(), SaveBy::InPlace)?;
        imports.push_str(&format!("import {module}\n"));
    }
    project.save("app.py", imports, SaveBy::InPlace)?;
    Ok(project)
}

fn texts(sequences: &[Sequence], text: impl Fn(usize, &Sequence) -> String) -> Vec<(String, String)> {
    sequences
        .iter()
        .enumerate()
        .map(|(index, sequence)| (sequence.file(), text(index, sequence)))
        .collect()
}

/// Now and then a program is saved half typed: nothing may change, and the next save must be compared with what runs.
fn save_broken(live: &mut Live<'_>, project: &Project, sequences: &mut [Sequence]) -> Result<(), KitError> {
    let broken: Vec<_> = sequences
        .iter_mut()
        .filter_map(|sequence| {
            let is_chosen = sequence.dice.below(6) == 0;
            is_chosen.then(|| (sequence.file(), sequence.program.text() + BROKEN))
        })
        .collect();
    if broken.is_empty() {
        return Ok(());
    }
    let before = live.probe()?;
    save(live, project, &broken)?;
    let after = live.probe()?;
    if before != after {
        let how = difference(&before, &after);
        return Err(KitError::Check(format!(
            "a save that does not parse changed something\n{how}"
        )));
    }
    Ok(())
}

/// Saves files at once; gives the reports of those that differ from what is on disk.
fn save(live: &mut Live<'_>, project: &Project, texts: &[(String, String)]) -> Result<Vec<ReportLine>, KitError> {
    let is_news =
        |(file, text): &&(String, String)| std::fs::read_to_string(project.path(file)).map_or(true, |now| now != *text);
    let texts: Vec<_> = texts.iter().filter(is_news).collect();
    let names: Vec<_> = texts.iter().map(|(file, _)| file.as_str()).collect();
    live.forget_reports();
    project.save_together(texts.iter().map(|(file, text)| (file.as_str(), text.as_bytes())), &[])?;
    live.reports_of(&names)
}

/// Modules that are not what they are in a fresh process, with the difference.
fn wrong_modules(
    interpreter: &Interpreter,
    live: &mut Live<'_>,
    project: &Project,
) -> Result<BTreeMap<String, String>, KitError> {
    let (actual, fresh) = (live.probe()?, fresh_start(interpreter, project, PROBE, RunAs::Import)?);
    if actual == fresh {
        return Ok(BTreeMap::new());
    }
    let (actual, fresh) = (by_module(&actual), by_module(&fresh));
    let wrong = fresh
        .iter()
        .filter(|(module, facts)| actual.get(*module) != Some(*facts));
    let how = |module: &str, facts: &str| difference(facts, actual.get(module).map_or("", String::as_str));
    Ok(wrong
        .map(|(module, facts)| (module.clone(), how(module, facts)))
        .collect())
}

/// The probe begins each module with `== module`.
fn by_module(facts: &str) -> BTreeMap<String, String> {
    let parts = facts.split("== ").skip(1);
    let pairs = parts.filter_map(|part| part.split_once('\n'));
    pairs
        .map(|(module, facts)| (module.to_owned(), facts.to_owned()))
        .collect()
}

/// Does a report say of this file that not all of it was applied?
fn is_told(reports: &[ReportLine], file: &str) -> bool {
    let of_file = |path: &str| path.rsplit('/').next() == Some(file);
    reports
        .iter()
        .flat_map(|report| &report.diagnostics)
        .any(|diagnostic| diagnostic.place.as_ref().is_some_and(|place| of_file(&place.path)))
}

fn failure(interpreter: &Interpreter, sequence: &Sequence, number: usize, edit: &Edit, how: &str) -> KitError {
    let (before, after, how) = match smallest(interpreter, edit) {
        Ok(Some((before, after, how))) => (before.text(), after.text(), how),
        // It takes more than the last edit.
        _ => (edit.before.text(), edit.after.text(), how.to_owned()),
    };
    KitError::Check(format!(
        "seed {}, edit {number}: {}\n{how}\n--- before\n{before}--- after\n{after}",
        sequence.seed, edit.said
    ))
}

/// Leaves out items as long as the rest still fails; `None` when the last edit alone does not.
fn smallest(interpreter: &Interpreter, edit: &Edit) -> Result<Option<(Program, Program, String)>, KitError> {
    let Some(mut how) = fails(interpreter, &edit.before, &edit.after)? else {
        return Ok(None);
    };
    let (mut before, mut after) = (edit.before.clone(), edit.after.clone());
    let mut ids = before.ids();
    ids.extend(after.ids());
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let (shorter_before, shorter_after) = (before.without(id), after.without(id));
        // Without this item there may be nothing to run at all.
        if let Ok(Some(now)) = fails(interpreter, &shorter_before, &shorter_after) {
            (before, after, how) = (shorter_before, shorter_after, now);
        }
    }
    Ok(Some((before, after, how)))
}

/// The same check for one edit of one program in a process of its own.
fn fails(interpreter: &Interpreter, before: &Program, after: &Program) -> Result<Option<String>, KitError> {
    const MODULE: &str = "program_0";
    let file = format!("{MODULE}.py");
    let project = project_of([(MODULE, before)].into_iter())?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    if before.text() == after.text() {
        return Ok(None);
    }
    let reports = save(&mut live, &project, &[(file.clone(), after.text())])?;
    let Some(how) = wrong_modules(interpreter, &mut live, &project)?.remove(MODULE) else {
        return Ok(None);
    };
    if !is_told(&reports, &file) {
        return Ok(Some(how));
    }
    save(&mut live, &project, &[(file, before.text())])?;
    let stayed = wrong_modules(interpreter, &mut live, &project)?.remove(MODULE);
    Ok(stayed.map(|how| format!("refused, taken back, and something has stayed\n{how}")))
}
