//! The guards of operations: which branch of a block ran, and which one the new text chooses.

use jurigged_runtime::{Handle, Interpreter, Swap};
use rustc_hash::FxHashMap;

use super::Work;
use super::evidence::which_ran;
use super::namespaces::Scratch;
use super::prepare::Stop;
use super::units::{compile_to_run, execute_in, execute_quick, no_class};
use crate::pipeline::definitions::{BlockKind, BranchKind};
use crate::pipeline::edit_plan::{BlockQuestion, CHOSEN, Guard, Unit, When};

/// What is known of the blocks of one file.
#[derive(Debug, Default)]
pub struct Answers {
    /// For each block asked about: for each branch of the old text whether it ran, to its end; `None` where that is not
    /// known.
    ran: FxHashMap<usize, Vec<Option<bool>>>,
    /// For each block the branch of the new text, or none, that its tests lead to.
    chosen: FxHashMap<usize, Option<usize>>,
}

/// What the guards of an operation say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is done.
    Yes,
    /// A fresh start would not do it.
    No,
    /// It depends on tests that are evaluated after the commit.
    Later,
    /// Nobody knows which branch of this block ran.
    Unknown(usize),
}

impl Answers {
    /// Do all guards hold?
    ///
    /// # Errors
    /// When evaluating a test raises.
    pub fn verdict(
        &mut self,
        interpreter: &dyn Interpreter,
        work: &Work<'_>,
        guards: &[Guard],
        scratches: &[Scratch],
    ) -> Result<Verdict, Stop> {
        let mut verdict = Verdict::Yes;
        for guard in guards {
            match self.holds(interpreter, work, *guard, scratches)? {
                Verdict::Yes => {}
                // A block in a branch that is not there for a fresh start is not looked at.
                Verdict::No => return Ok(Verdict::No),
                other if verdict == Verdict::Yes => verdict = other,
                _ => {}
            }
        }
        Ok(verdict)
    }

    /// Remembers what the tests of the new text lead to.
    pub fn choose(&mut self, block: usize, branch: Option<usize>) {
        self.chosen.insert(block, branch);
    }

    fn holds(
        &mut self,
        interpreter: &dyn Interpreter,
        work: &Work<'_>,
        guard: Guard,
        scratches: &[Scratch],
    ) -> Result<Verdict, Stop> {
        let Some(question) = work.plan.blocks.get(guard.block) else {
            return Ok(Verdict::Yes);
        };
        let ran = match self.ran.get(&guard.block) {
            Some(known) => known,
            None => {
                let ran = which_ran(interpreter, work, question)?;
                self.ran.entry(guard.block).or_insert(ran)
            }
        };
        let (known, of) = (is_known(question, ran), |branch: usize| {
            ran.get(branch).copied().flatten()
        });
        let unknown = Verdict::Unknown(guard.block);
        match guard.when {
            When::Ran(branch) => return Ok(of(branch).map_or(unknown, Verdict::of)),
            When::NotRan(branch) => return Ok(of(branch).map_or(unknown, |ran| Verdict::of(!ran))),
            When::EndedBy(branch) if known => return Ok(Verdict::of(of(branch) == Some(true))),
            _ if !known => return Ok(unknown),
            When::Known | When::EndedBy(_) => return Ok(Verdict::Yes),
            When::Stayed(..) | When::Entered { .. } | When::NotChosen(_) | When::Moved(..) => {}
        }
        let before = ran.iter().position(|ran| *ran == Some(true));
        // Whatever is chosen now.
        if let When::Stayed(was, _) | When::Moved(was, _) = guard.when
            && before != Some(was)
        {
            return Ok(Verdict::No);
        }
        let chosen = match (self.chosen.get(&guard.block), &question.choice) {
            (Some(chosen), _) => *chosen,
            (None, Some(choice)) if choice.is_static => {
                let locals = overlay(interpreter, work, question, scratches)?;
                let chosen = evaluate(interpreter, work, (&choice.unit, true), locals)?;
                self.chosen.insert(guard.block, chosen);
                chosen
            }
            (None, _) => return Ok(Verdict::Later),
        };
        Ok(Verdict::of(match guard.when {
            When::Ran(_) | When::NotRan(_) | When::EndedBy(_) | When::Known => true,
            When::NotChosen(branch) => chosen != Some(branch),
            When::Stayed(_, branch) => chosen == Some(branch),
            When::Entered { branch, was } => chosen == Some(branch) && (before.is_none() || before != was),
            When::Moved(_, to) => chosen == to,
        }))
    }
}

impl Verdict {
    fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// Evaluates the tests of a block, which bind [`CHOSEN`], and reads it. The flag: they call no code of the user.
///
/// # Errors
/// When a test raises.
pub fn evaluate(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    (unit, is_static): (&Unit, bool),
    locals: Handle,
) -> Result<Option<usize>, Stop> {
    let code = compile_to_run(interpreter, work, unit)?;
    let execute = if is_static { execute_quick } else { execute_in };
    execute(interpreter, code, work.namespace, locals)?;
    let index = interpreter
        .entry(locals, CHOSEN)
        .and_then(|index| interpreter.integer(index));
    Ok(index.and_then(|index| usize::try_from(index).ok()))
}

/// A namespace to evaluate in: what this save has bound so far hides what the scope has.
fn overlay(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    question: &BlockQuestion,
    scratches: &[Scratch],
) -> Result<Handle, Stop> {
    let locals = own_locals(interpreter, work, question)?;
    if let Some(scratch) = scratches.iter().find(|scratch| scratch.scope == question.scope) {
        for (key, value) in interpreter.entries(scratch.locals) {
            if let Some(name) = interpreter.text(key) {
                interpreter.set_entry(locals, &name, value);
            }
        }
    }
    Ok(locals)
}

/// An empty namespace for the module, whose names are found as globals; a copy of a class's.
pub fn own_locals(interpreter: &dyn Interpreter, work: &Work<'_>, question: &BlockQuestion) -> Result<Handle, Stop> {
    if question.scope.classes.is_empty() {
        return Ok(interpreter.new_dict());
    }
    let scratch = Scratch::of(interpreter, work.namespace, &question.scope).ok_or_else(|| no_class(&question.scope))?;
    Ok(scratch.locals)
}

/// Is enough known to say what the block did?
fn is_known(question: &BlockQuestion, ran: &[Option<bool>]) -> bool {
    match question.kind {
        BlockKind::If | BlockKind::Match => ran.iter().all(Option::is_some),
        _ => {
            let mut branches = question.branches.iter().zip(ran);
            branches.any(|(branch, ran)| *ran == Some(true) && branch.kind != BranchKind::Finally)
        }
    }
}

/// Evaluates the tests of a block after the commit; what they bind is for the caller to commit.
///
/// # Errors
/// When a test raises, or the class of the scope is gone.
pub fn choose_late(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    question: &BlockQuestion,
) -> Result<(Option<usize>, Vec<Swap>), Stop> {
    let Some(choice) = &question.choice else {
        return Ok((None, Vec::new()));
    };
    let scratch = Scratch::of(interpreter, work.namespace, &question.scope).ok_or_else(|| no_class(&question.scope))?;
    let chosen = evaluate(interpreter, work, (&choice.unit, choice.is_static), scratch.locals)?;
    let mut swaps = scratch.swaps(interpreter, work.namespace)?;
    swaps.retain(|swap| {
        !matches!(swap, Swap::Entry { name, .. } | Swap::ClassAttribute { name, .. }
            if name == CHOSEN)
    });
    Ok((chosen, swaps))
}
