//! The checks that every scenario gets.

use std::fmt::Write as _;
use std::path::Path;

use crate::expected::difference;
use crate::report::normalise;
use crate::scenario::Files;
use crate::{
    Expected, Interpreter, KitError, Live, LiveOptions, Project, ReportLine, RuntimeKind, SaveBy, Scenario, Step,
    fresh_start,
};

/// Which checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    /// The report, the fresh start, the way back.
    Edit,
    /// A fault at each operation in turn, then the fresh start.
    Faults,
}

/// Saves after which a walk over all faults must have ended.
const MOST_FAULTS: usize = 500;

/// How often a scenario is started when its saves were split; see [`KitError::Split`].
const STARTS: usize = 5;

/// Runs one scenario on one Python.
///
/// # Errors
/// When a check fails, or cannot be made.
pub fn run(scenario: &Scenario, interpreter: &Interpreter, checks: Checks) -> Result<(), KitError> {
    for _ in 1..STARTS {
        match run_once(scenario, interpreter, checks) {
            Err(KitError::Split) => {}
            result => return result,
        }
    }
    run_once(scenario, interpreter, checks)
}

fn run_once(scenario: &Scenario, interpreter: &Interpreter, checks: Checks) -> Result<(), KitError> {
    let project = Project::new()?;
    for (name, text) in &scenario.before {
        project.save(name, text, SaveBy::InPlace)?;
    }
    let mut options = LiveOptions {
        run: scenario.manifest.run,
        ..LiveOptions::default()
    };
    if let Some(settings) = &scenario.manifest.settings {
        project.save("jurigged.toml", with_libraries(settings)?, SaveBy::InPlace)?;
        options.options = vec!["--config".into(), "jurigged.toml".into()];
    }
    if checks == Checks::Faults {
        options.environment = vec![("JURIGGED_INJECT_FAULTS".to_owned(), "1".to_owned())];
    }
    let live = Live::start_with(interpreter, &project, &scenario.probe, &options)?;
    let run = Run {
        scenario,
        interpreter,
        project: &project,
        live,
        files: scenario.before.clone(),
        reports: String::new(),
        probes: String::new(),
    };
    match checks {
        Checks::Edit => run.edit(),
        Checks::Faults => run.faults(),
    }
}

/// Settings in which `{libraries}/NAME` stands for the test library of that name: cargo leaves them beside the executable
/// of the tests.
fn with_libraries(settings: &str) -> Result<String, KitError> {
    let tests = std::env::current_exe().map_err(KitError::io("the test executable"))?;
    let folder = tests.parent().unwrap_or(Path::new("."));
    let mut text = String::new();
    let mut parts = settings.split("{libraries}/");
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find('"').unwrap_or(part.len());
        let file = format!(
            "{}{}{}",
            std::env::consts::DLL_PREFIX,
            &part[..end],
            std::env::consts::DLL_SUFFIX
        );
        text.push_str(&folder.join(file).to_string_lossy());
        text.push_str(&part[end..]);
    }
    Ok(text)
}

/// The part of a scenario that needs no jurigged: the probe on plain Python before and after, which must differ, and be
/// the expected one if nothing is special.
///
/// # Errors
/// When it does not run, or tells nothing.
pub fn run_plain(scenario: &Scenario, interpreter: &Interpreter) -> Result<String, KitError> {
    let project = Project::new()?;
    let steps = std::iter::once(("before", &scenario.before))
        .chain(scenario.steps.iter().map(|step| (step.name.as_str(), &step.files)));
    let mut probes = String::new();
    let mut last = None;
    let mut present = &Files::new();
    for (name, files) in steps {
        for (file, text) in files {
            project.save(file, text, SaveBy::InPlace)?;
        }
        for file in present.keys().filter(|file| !files.contains_key(*file)) {
            project.delete(file)?;
        }
        present = files;
        let may_fail = scenario.manifest.refused.contains_key(name);
        let probe = match fresh_start(interpreter, &project, &scenario.probe, scenario.manifest.run) {
            Err(_) if may_fail => continue,
            probe => probe?,
        };
        let _ = write!(probes, "--- {name}\n{probe}");
        if scenario.manifest.not_as_fresh.is_none() {
            must_tell(scenario, last.as_deref(), &probe)?;
        }
        last = Some(probe);
    }
    let manifest = &scenario.manifest;
    if manifest.not_as_fresh.is_none() && manifest.refused.is_empty() {
        Expected::new(&scenario.folder, &interpreter.label, interpreter.is_reference).check("probe", &probes)?;
    }
    Ok(probes)
}

struct Run<'a> {
    scenario: &'a Scenario,
    interpreter: &'a Interpreter,
    project: &'a Project,
    live: Live<'a>,
    /// What is on disk.
    files: Files,
    reports: String,
    probes: String,
}

impl Run<'_> {
    fn edit(mut self) -> Result<(), KitError> {
        let first = self.live.probe()?;
        let _ = write!(self.probes, "--- before\n{first}");
        let mut last = first.clone();
        for step in &self.scenario.steps {
            let reports = self.save(&step.files)?;
            last = self.after(step, &reports, &last)?;
        }
        if self.scenario.manifest.no_way_back.is_none() {
            self.save(&self.scenario.before)?;
            let back = self.live.probe()?;
            self.same(
                &first,
                &back,
                "going back to the old text does not restore the first probe",
            )?;
        }
        let (label, manifest) = (&self.interpreter.label, &self.scenario.manifest);
        let is_reference = self.interpreter.is_reference || !manifest.runtimes.contains(&RuntimeKind::Cpython);
        let expected = Expected::new(&self.scenario.folder, label, is_reference);
        expected.check("probe", &self.probes)?;
        expected.check("report", &self.reports)?;
        match self.live.finish()? {
            0 => Ok(()),
            code => Err(KitError::Check(format!("the program ended with {code}"))),
        }
    }

    fn faults(mut self) -> Result<(), KitError> {
        let first = self.live.probe()?;
        let step = &self.scenario.steps[0];
        let mut reports = self.save(&step.files)?;
        for fault in 0.. {
            let Some(last) = reports.last() else { break };
            if !last.has_code("injected") {
                break;
            }
            if fault == MOST_FAULTS {
                return Err(self.live.failed("the injected faults do not come to an end"));
            }
            if !last.undone {
                return Err(self.live.failed("an injected fault did not undo the save"));
            }
            let held = self.live.probe()?;
            self.same(
                &first,
                &held,
                &format!("after fault {fault} the program is not as before"),
            )?;
            reports = self.save_again(step)?;
        }
        self.after(step, &reports, &first).map(drop)
    }

    /// The checks after one step; gives the probe.
    fn after(&mut self, step: &Step, reports: &[ReportLine], last: &str) -> Result<String, KitError> {
        let manifest = &self.scenario.manifest;
        let probe = self.live.probe()?;
        let _ = write!(self.probes, "--- {}\n{probe}", step.name);
        let _ = writeln!(self.reports, "--- {}", step.name);
        for report in reports {
            self.reports.push_str(&normalise(&report.text(), self.project));
        }
        if let Some(code) = manifest.refused.get(&step.name) {
            if !reports.iter().any(|report| report.has_code(code)) {
                return Err(self
                    .live
                    .failed(&format!("the report of `{}` has no `{code}`", step.name)));
            }
            self.same(
                last,
                &probe,
                &format!("`{}` is refused, but the program is not as before", step.name),
            )?;
            return Ok(probe);
        }
        if manifest.not_as_fresh.is_none() {
            let fresh = fresh_start(self.interpreter, self.project, &self.scenario.probe, manifest.run)?;
            must_tell(self.scenario, Some(last), &fresh)?;
            self.same(
                &fresh,
                &probe,
                &format!("after `{}` the program differs from a fresh start", step.name),
            )?;
        }
        Ok(probe)
    }

    /// Saves the files that differ, and waits until each is answered for.
    fn save(&mut self, files: &Files) -> Result<Vec<ReportLine>, KitError> {
        let changed: Vec<_> = files
            .iter()
            .filter(|(name, text)| self.files.get(*name) != Some(text))
            .collect();
        self.live.forget_reports();
        let gone: Vec<String> = self
            .files
            .keys()
            .filter(|name| !files.contains_key(*name))
            .cloned()
            .collect();
        // Both ways of saving get their share: one file alone on the way back is written in place.
        match changed[..] {
            [(name, text)] if files == &self.scenario.before && gone.is_empty() => {
                self.project.save(name, text, SaveBy::InPlace)?
            }
            _ => {
                let together = changed.iter().map(|(name, text)| (name.as_str(), text.as_slice()));
                let project = self.project;
                self.live.paused(|| project.save_together(together, &gone))?;
            }
        }
        let known = |name: &&str| self.scenario.before.contains_key(*name) && self.is_watched(name);
        let awaited: Vec<_> = changed.iter().map(|(name, _)| name.as_str()).filter(known).collect();
        let reports = self.live.reports_of(&awaited)?;
        let paths: Vec<_> = awaited.iter().map(|name| self.project.path(name)).collect();
        let covers_all = |report: &ReportLine| paths.iter().all(|path| report.covers(path));
        if paths.len() > 1 && !reports.iter().any(covers_all) {
            return Err(KitError::Split);
        }
        for (name, text) in changed {
            self.files.insert(name.clone(), text.clone());
        }
        self.files.retain(|name, _| files.contains_key(name));
        Ok(reports)
    }

    /// The same text once more: what is pending is tried again.
    fn save_again(&mut self, step: &Step) -> Result<Vec<ReportLine>, KitError> {
        let is_edited = |(name, text): &(&String, &Vec<u8>)| {
            self.scenario.before.get(*name).is_some_and(|before| before != *text) && self.is_watched(name)
        };
        let Some((name, text)) = step.files.iter().find(is_edited) else {
            return Err(KitError::Check("no file of the step is edited".to_owned()));
        };
        self.live.forget_reports();
        self.project.save(name, text, SaveBy::Rename)?;
        self.live.reports_of(&[name])
    }

    fn is_watched(&self, name: &str) -> bool {
        !self
            .scenario
            .manifest
            .unwatched
            .iter()
            .any(|unwatched| unwatched == name)
    }

    fn same(&mut self, expected: &str, actual: &str, what: &str) -> Result<(), KitError> {
        if expected == actual {
            return Ok(());
        }
        let what = format!("{what} (- expected, + actual)\n{}", difference(expected, actual));
        Err(self.live.failed(&what))
    }
}

/// A probe that prints the same before and after proves nothing.
fn must_tell(scenario: &Scenario, last: Option<&str>, fresh: &str) -> Result<(), KitError> {
    if last == Some(fresh) && scenario.manifest.same_probe.is_none() {
        return Err(KitError::Check(
            "a fresh start prints the same before and after the edit: the probe proves nothing".to_owned(),
        ));
    }
    Ok(())
}
