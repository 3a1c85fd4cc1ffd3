//! Programs that are edited side by side in one process.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jurigged_testkit::{
    DiagnosticLine, Interpreter, KitError, Live, LiveOptions, Project, ReportLine, RunAs, SaveBy, difference,
    fresh_start,
};

use super::dice::Dice;
use super::program::{Program, SIMPLER, Wider};

/// Prints everything that the modules hold, code objects recursively with their positions.
const PROBE: &str = include_str!("facts.py");

/// What is appended for a save that does not parse.
const BROKEN: &str = "def broken(:\n";

/// The module of a program that is alone in its process.
const MODULE: &str = "program_0";

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variety {
    /// Programs with the usual definitions, with the default settings.
    Plain,
    /// More kinds of definitions and of edits.
    Wider,
    /// What is listed by default is run.
    RunsAll,
}

/// What runs in [`Variety::RunsAll`].
const RUNS_ALL: &str = "[patch]\nblocks = \"run\"\nstale = \"run\"\n";

/// An interpreter and what is tried on it.
type On<'a> = (&'a Interpreter, Variety);

fn start<'a>(interpreter: &Interpreter, project: &'a Project, variety: Variety) -> Result<Live<'a>, KitError> {
    let mut options = LiveOptions::default();
    if variety == Variety::RunsAll {
        project.save("jurigged.toml", RUNS_ALL, SaveBy::InPlace)?;
        options.options = ["--config", "jurigged.toml"].map(Into::into).to_vec();
    }
    Live::start_with(interpreter, project, PROBE, &options)
}

struct Sequence {
    seed: u64,
    dice: Dice,
    program: Program,
    /// The programs that were saved so far, in order: one may matter long after it.
    saved: Vec<Program>,
    module: String,
    /// It has shown a difference: what follows says nothing new.
    is_out: bool,
}

impl Sequence {
    fn new(seed: u64, variety: Variety) -> Self {
        let mut dice = Dice::new(seed);
        let program = Program::new(&mut dice, (variety == Variety::Wider).then(Wider::default));
        Self {
            seed,
            saved: vec![program.clone()],
            program,
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
    said: String,
}

/// Edits all programs of some seeds so many times.
///
/// # Errors
/// When a program shows a difference, with the smallest pair of texts that does.
pub fn run(
    interpreter: &Interpreter,
    seeds: RangeInclusive<u64>,
    variety: Variety,
    edits: usize,
) -> Result<(), KitError> {
    let mut sequences: Vec<_> = seeds.map(|seed| Sequence::new(seed, variety)).collect();
    let mut failures: Vec<KitError> = Vec::new();
    let project = project_of(
        sequences
            .iter()
            .map(|sequence| (sequence.module.as_str(), &sequence.program)),
    )?;
    let mut live = start(interpreter, &project, variety)?;
    for number in 1..=edits {
        save_broken(&mut live, &project, &mut sequences)?;
        let changed: Vec<_> = sequences.iter_mut().map(edited).collect();
        let texts: Vec<_> = sequences.iter().flat_map(Sequence::texts).collect();
        let mut reports = save(&mut live, &project, &texts)?;
        while let Some(why) = undone(&reports) {
            let owns = |sequence: &Sequence| {
                reports
                    .iter()
                    .any(|it| it.undone && is_told([it], |file| sequence.owns(file)))
            };
            // Where the commit itself fails, no file is named.
            let fails_alone = |it: &Sequence| {
                let last = it.saved.len().saturating_sub(2);
                matches!(fails((interpreter, variety), &it.saved[last..]), Ok(Some(_)))
            };
            let alive = || sequences.iter().enumerate().filter(|(_, it)| !it.is_out);
            let named = alive().find(|(_, it)| owns(it));
            let Some((index, _)) = named.or_else(|| alive().find(|(_, it)| fails_alone(it))) else {
                return Err(KitError::Check(format!("edit {number}: {why}")));
            };
            failures.push(failure(
                (interpreter, variety),
                &sequences[index],
                number,
                &changed[index],
                &why,
            ));
            let sequence = &mut sequences[index];
            sequence.is_out = true;
            sequence.program = changed[index].before.clone();
            sequence.saved.push(changed[index].before.clone());
            reports = save(&mut live, &project, &sequence.texts())?;
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
                    failures.push(failure((interpreter, variety), sequence, number, &changed[index], how));
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
            sequences[index].saved.push(changed[index].before.clone());
        }
        if taken_back.is_empty() {
            continue;
        }
        let back: Vec<_> = taken_back.iter().flat_map(|index| sequences[*index].texts()).collect();
        let told = std::mem::replace(&mut reports, save(&mut live, &project, &back)?);
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
                let told: Vec<String> = diagnostics_of(&told, |file| sequences[index].owns(file))
                    .map(|diagnostic| format!("{}: {}\n", diagnostic.code, diagnostic.message))
                    .collect();
                let told = told.concat();
                let how = format!("refused, taken back, and something has stayed\n{told}{how}");
                failures.push(failure(
                    (interpreter, variety),
                    &sequences[index],
                    number,
                    &changed[index],
                    &how,
                ));
                sequences[index].is_out = true;
            }
        }
        if is_stuck {
            live = start(interpreter, &project, variety)?;
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
    sequence.saved.push(sequence.program.clone());
    Edit { before, said }
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
    let files = texts.iter().map(|(file, text)| (file.as_str(), text.as_bytes()));
    live.paused(|| project.save_together(files, &[]))?;
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

/// The probe begins each module with a mark and its name.
fn by_module(facts: &str) -> BTreeMap<String, String> {
    let parts = facts.split('\x1d').skip(1);
    let pairs = parts.filter_map(|part| part.split_once('\n'));
    pairs
        .map(|(module, facts)| (module.to_owned(), facts.to_owned()))
        .collect()
}

/// Why the last of these saves was undone. No program raises, so none may be; but where a save arrives in parts, an import
/// fails until the file that it needs is there.
fn undone(reports: &[ReportLine]) -> Option<String> {
    let report = reports.last().filter(|report| report.undone)?;
    Some(format!("a save was undone\n{}", report.text()))
}

/// Does a report say of one of these files that not all of it was applied?
fn is_told<'a>(reports: impl IntoIterator<Item = &'a ReportLine>, is_meant: impl Fn(&str) -> bool) -> bool {
    diagnostics_of(reports, is_meant).next().is_some()
}

/// Does a report refuse something in one of these files?
fn is_refused<'a>(reports: impl IntoIterator<Item = &'a ReportLine>, is_meant: impl Fn(&str) -> bool) -> bool {
    diagnostics_of(reports, is_meant).any(|diagnostic| diagnostic.severity == "error")
}

fn diagnostics_of<'a>(
    reports: impl IntoIterator<Item = &'a ReportLine>,
    is_meant: impl Fn(&str) -> bool,
) -> impl Iterator<Item = &'a DiagnosticLine> {
    let of_file = move |path: &str| path.rsplit('/').next().is_some_and(&is_meant);
    let all = reports.into_iter().flat_map(|report| &report.diagnostics);
    all.filter(move |diagnostic| diagnostic.place.as_ref().is_some_and(|place| of_file(&place.path)))
}

fn failure((interpreter, variety): On<'_>, sequence: &Sequence, number: usize, edit: &Edit, how: &str) -> KitError {
    let (programs, how) = match smallest((interpreter, variety), &sequence.saved) {
        Ok(Some(smallest)) => smallest,
        // It takes the other programs of the process, or refused saves before it: somebody who asks for a seed sees all.
        _ => {
            let few = if super::wished().is_some() { usize::MAX } else { 2 };
            let last = sequence.saved.len().saturating_sub(few);
            (sequence.saved[last..].to_vec(), how.to_owned())
        }
    };
    let shown = |program: &Program| {
        let texts = texts_of(MODULE, program).map(|(_, text)| text);
        format!("--- program\n{}", texts.join("--- numbers\n"))
    };
    let shown: Vec<String> = programs.iter().map(shown).collect();
    KitError::Check(format!(
        "seed {}, edit {number}: {}\n{how}\n{}",
        sequence.seed,
        edit.said,
        shown.concat()
    ))
}

/// The fewest programs, saved one after the other, and the fewest items and features in them that still fail; `None` where
/// not even all of them do.
fn smallest((interpreter, variety): On<'_>, saved: &[Program]) -> Result<Option<(Vec<Program>, String)>, KitError> {
    let mut found = None;
    let mut length = 2;
    while found.is_none() && length < 2 * saved.len() {
        let programs = &saved[saved.len().saturating_sub(length)..];
        found = fails((interpreter, variety), programs)?.map(|how| (programs.to_vec(), how));
        length *= 2;
    }
    let Some(mut found) = found else { return Ok(None) };
    let mut now = found.0.clone();
    let mut attempt = |shorter: Vec<Program>| {
        let texts = |programs: &[Program]| -> Vec<_> { programs.iter().map(|it| texts_of(MODULE, it)).collect() };
        // Without this item there may be nothing to run at all.
        if texts(&shorter) != texts(&found.0)
            && let Ok(Some(how)) = fails((interpreter, variety), &shorter)
        {
            found = (shorter, how);
        }
        found.0.clone()
    };
    for at in (0..now.len().saturating_sub(2)).rev() {
        let mut fewer = now.clone();
        fewer.remove(at);
        now = attempt(fewer);
    }
    let mut ids: Vec<usize> = now.iter().flat_map(Program::ids).collect();
    ids.sort_unstable();
    ids.dedup();
    for &id in &ids {
        now = attempt(now.iter().map(|program| program.without(id)).collect());
    }
    for which in 0..2 {
        now = attempt(now.iter().map(|program| program.plainer()[which].clone()).collect());
    }
    for id in ids {
        for step in 0..SIMPLER {
            now = attempt(now.iter().map(|program| program.simpler(id, step)).collect());
        }
    }
    Ok(Some(found))
}

/// The same check for programs that are saved one after the other in a process of their own: of the last one.
fn fails((interpreter, variety): On<'_>, programs: &[Program]) -> Result<Option<String>, KitError> {
    let [.., before, after] = programs else {
        return Ok(None);
    };
    let first = &programs[0];
    let project = project_of([(MODULE, first)].into_iter())?;
    let mut live = start(interpreter, &project, variety)?;
    let is_of_it = |file: &str| files_of(MODULE).iter().any(|own| own == file);
    for at in 1..programs.len() - 1 {
        let texts = |at: usize| texts_of(MODULE, &programs[at]);
        let reports = save(&mut live, &project, &texts(at))?;
        // As in the sequence: what is not applied is taken back, and then all is as it should be.
        if undone(&reports).is_some() || is_told(&reports, is_of_it) && texts(at + 1) != texts(at - 1) {
            return Ok(None);
        }
    }
    if programs.len() > 2 && !wrong_modules(interpreter, &mut live, &project)?.is_empty() {
        return Ok(None);
    }
    if texts_of(MODULE, before) == texts_of(MODULE, after) {
        return Ok(None);
    }
    let reports = save(&mut live, &project, &texts_of(MODULE, after))?;
    if let Some(why) = undone(&reports) {
        return Ok(Some(why));
    }
    let Some(how) = wrong_modules(interpreter, &mut live, &project)?.remove(MODULE) else {
        return Ok(None);
    };
    if !is_told(&reports, is_of_it) {
        return Ok(Some(how));
    }
    let reports = save(&mut live, &project, &texts_of(MODULE, before))?;
    let stayed = wrong_modules(interpreter, &mut live, &project)?.remove(MODULE);
    let stayed = stayed.filter(|_| !is_told(&reports, is_of_it));
    Ok(stayed.map(|how| format!("refused, taken back, and something has stayed\n{how}")))
}
