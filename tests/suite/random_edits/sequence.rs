//! Programs that are edited side by side in one process.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jurigged_testkit::{
    DiagnosticLine, Interpreter, KitError, Live, Project, ReportLine, RunAs, SaveBy, difference, fresh_start,
};

use super::dice::Dice;
use super::program::{Program, SIMPLER};

/// Prints everything that the modules hold, code objects recursively with their positions.
const PROBE: &str = include_str!("facts.py");

/// What is appended for a save that does not parse.
const BROKEN: &str = "def broken(:\n";

/// The module of a program that is alone in its process.
const MODULE: &str = "program_0";

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

    /// The files with their texts.
    fn texts(&self) -> [(String, String); 2] {
        texts_of(&self.module, &self.program)
    }

    /// Is this the name of one of its files?
    fn owns(&self, file: &str) -> bool {
        files_of(&self.module).iter().any(|own| own == file)
    }
}

fn files_of(module: &str) -> [String; 2] {
    [format!("{module}.py"), format!("{module}_numbers.py")]
}

fn texts_of(module: &str, program: &Program) -> [(String, String); 2] {
    let [file, numbers] = files_of(module);
    [(file, program.text(module)), (numbers, program.numbers_text())]
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
        let texts: Vec<_> = sequences.iter().flat_map(Sequence::texts).collect();
        let reports = save(&mut live, &project, &texts)?;
        // No program raises. Where a save arrives in parts, an import fails until the file that it needs is there.
        if let Some(undone) = reports.last().filter(|report| report.undone) {
            let why = undone.text();
            return Err(KitError::Check(format!("edit {number}: a save was undone\n{why}")));
        }
        let wrong = wrong_modules(interpreter, &mut live, &project)?;
        let (mut taken_back, mut out) = (Vec::new(), Vec::new());
        for (index, sequence) in sequences.iter().enumerate() {
            if sequence.is_out {
                continue;
            }
            let of_it = |file: &str| sequence.owns(file);
            match wrong.get(&sequence.module) {
                Some(how) if !is_told(&reports, of_it) => {
                    failures.push(failure(interpreter, sequence, number, &changed[index], how));
                    out.push(index);
                }
                Some(_) => taken_back.push(index),
                // It happens to be right, but its text is not what runs.
                None if is_refused(&reports, of_it) => taken_back.push(index),
                None => {}
            }
        }
        out.into_iter().for_each(|index| sequences[index].is_out = true);
        for &index in &taken_back {
            sequences[index].program = changed[index].before.clone();
        }
        if taken_back.is_empty() {
            continue;
        }
        let back: Vec<_> = taken_back.iter().flat_map(|index| sequences[*index].texts()).collect();
        let reports = save(&mut live, &project, &back)?;
        let wrong = wrong_modules(interpreter, &mut live, &project)?;
        let mut is_stuck = false;
        for index in taken_back {
            let Some(how) = wrong.get(&sequences[index].module) else {
                continue;
            };
            // What was removed from a block, say, cannot be put back there in a running program.
            let is_listed = is_told(&reports, |file| sequences[index].owns(file));
            is_stuck |= is_listed;
            if !is_listed {
                let how = format!("refused, taken back, and something has stayed\n{how}");
                failures.push(failure(interpreter, &sequences[index], number, &changed[index], &how));
                sequences[index].is_out = true;
            }
        }
        if is_stuck {
            live = Live::start(interpreter, &project, PROBE)?;
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
        for (file, text) in texts_of(module, program) {
            project.save(&file, text, SaveBy::InPlace)?;
        }
        imports.push_str(&format!("import {module}\n"));
    }
    project.save("app.py", imports, SaveBy::InPlace)?;
    Ok(project)
}

/// Now and then a program is saved half typed: nothing may change, and the next save must be compared with what runs.
fn save_broken(live: &mut Live<'_>, project: &Project, sequences: &mut [Sequence]) -> Result<(), KitError> {
    let broken: Vec<_> = sequences
        .iter_mut()
        .filter_map(|sequence| {
            let is_chosen = sequence.dice.below(6) == 0;
            let [(file, text), _] = sequence.texts();
            is_chosen.then(|| (file, text + BROKEN))
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

/// Does a report say of one of these files that not all of it was applied?
fn is_told(reports: &[ReportLine], is_meant: impl Fn(&str) -> bool) -> bool {
    diagnostics_of(reports, is_meant).next().is_some()
}

/// Does a report refuse something in one of these files?
fn is_refused(reports: &[ReportLine], is_meant: impl Fn(&str) -> bool) -> bool {
    diagnostics_of(reports, is_meant).any(|diagnostic| diagnostic.severity == "error")
}

fn diagnostics_of(reports: &[ReportLine], is_meant: impl Fn(&str) -> bool) -> impl Iterator<Item = &DiagnosticLine> {
    let of_file = move |path: &str| path.rsplit('/').next().is_some_and(&is_meant);
    let all = reports.iter().flat_map(|report| &report.diagnostics);
    all.filter(move |diagnostic| diagnostic.place.as_ref().is_some_and(|place| of_file(&place.path)))
}

fn failure(interpreter: &Interpreter, sequence: &Sequence, number: usize, edit: &Edit, how: &str) -> KitError {
    let (before, after, how) = match smallest(interpreter, edit) {
        Ok(Some(smallest)) => smallest,
        // It takes more than the last edit.
        _ => (edit.before.clone(), edit.after.clone(), how.to_owned()),
    };
    let shown = |program: &Program| texts_of(MODULE, program).map(|(_, text)| text).join("--- numbers\n");
    KitError::Check(format!(
        "seed {}, edit {number}: {}\n{how}\n--- before\n{}--- after\n{}",
        sequence.seed,
        edit.said,
        shown(&before),
        shown(&after)
    ))
}

/// Leaves out items, and then their features, as long as the rest still fails; `None` when the last edit alone does not.
fn smallest(interpreter: &Interpreter, edit: &Edit) -> Result<Option<(Program, Program, String)>, KitError> {
    let Some(how) = fails(interpreter, &edit.before, &edit.after)? else {
        return Ok(None);
    };
    let mut found = (edit.before.clone(), edit.after.clone(), how);
    let mut attempt = |shorter: &dyn Fn(&Program) -> Program| {
        let (before, after) = (shorter(&found.0), shorter(&found.1));
        let is_other = |(a, b): (&Program, &Program)| texts_of(MODULE, a) != texts_of(MODULE, b);
        // Without this item there may be nothing to run at all.
        if (is_other((&before, &found.0)) || is_other((&after, &found.1)))
            && let Ok(Some(how)) = fails(interpreter, &before, &after)
        {
            found = (before, after, how);
        }
    };
    let mut ids = edit.before.ids();
    ids.extend(edit.after.ids());
    ids.sort_unstable();
    ids.dedup();
    for &id in &ids {
        attempt(&|program| program.without(id));
    }
    for id in ids {
        (0..SIMPLER).for_each(|step| attempt(&|program| program.simpler(id, step)));
    }
    Ok(Some(found))
}

/// The same check for one edit of one program in a process of its own.
fn fails(interpreter: &Interpreter, before: &Program, after: &Program) -> Result<Option<String>, KitError> {
    let project = project_of([(MODULE, before)].into_iter())?;
    let mut live = Live::start(interpreter, &project, PROBE)?;
    if texts_of(MODULE, before) == texts_of(MODULE, after) {
        return Ok(None);
    }
    let reports = save(&mut live, &project, &texts_of(MODULE, after))?;
    let Some(how) = wrong_modules(interpreter, &mut live, &project)?.remove(MODULE) else {
        return Ok(None);
    };
    if !is_told(&reports, |file| files_of(MODULE).iter().any(|own| own == file)) {
        return Ok(Some(how));
    }
    let reports = save(&mut live, &project, &texts_of(MODULE, before))?;
    let stayed = wrong_modules(interpreter, &mut live, &project)?.remove(MODULE);
    let stayed = stayed.filter(|_| !is_told(&reports, |file| files_of(MODULE).iter().any(|own| own == file)));
    Ok(stayed.map(|how| format!("refused, taken back, and something has stayed\n{how}")))
}
