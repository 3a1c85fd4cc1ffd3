//! New code, and a new header where the text has one, for the functions of one definition.

use jurigged_runtime::{Handle, Interpreter, ObjectKind, Swap};
use rustc_hash::{FxHashMap, FxHashSet};

use super::branches::Verdict;
use super::namespaces::{Scratch, wrap};
use super::outcome::OperationOutcome;
use super::prepare::{Prepared, Steps, Stop};
use super::statements::is_missing_name;
use super::units::{UnitRun, bind_unit, compile_to_run, no_class};
use super::{Work, codes, conform, functions, inner, redecorate, renames};
use crate::pipeline::definitions::DefinitionId;
use crate::pipeline::edit_plan::{Action, HeaderUpdate, Phase, Refusal, UpdateCode, note, refusal};
use crate::pipeline::locate::{Bound, CodeTarget, bind, bound_object, class_at, wrappers_of};
use crate::plugins::PluginSession;

/// One operation that updates code.
#[derive(Clone, Copy)]
pub struct Edited<'a> {
    /// The file and module.
    pub work: &'a Work<'a>,
    /// Of the operation in the plan.
    pub index: usize,
    /// The operation.
    pub update: &'a UpdateCode,
    /// Its reported name.
    pub name: &'a str,
}

impl Edited<'_> {
    /// Makes its swaps.
    ///
    /// # Errors
    /// When it is refused, or code of the user raised.
    pub fn prepare(
        &self,
        interpreter: &dyn Interpreter,
        plugins: &mut PluginSession<'_>,
        module: &mut Prepared,
        steps: &mut Steps,
        outcome: &mut OperationOutcome,
    ) -> Result<(), Stop> {
        let Self {
            work,
            index,
            update,
            name,
        } = *self;
        let targets = &work.targets.operations[index];
        let is_live = self.definition().is_some_and(|target| !target.functions.is_empty());
        let mut rerun = update.rerun.as_ref().filter(|rerun| is_live || !rerun.is_conditional);
        if let Some(wanted) = rerun {
            let verdict = module
                .answers
                .verdict(interpreter, work, &wanted.guards, &steps.scratches)?;
            // That its function lives tells more than a block of which nobody knows whether it ran.
            rerun = rerun.filter(|_| verdict != Verdict::No);
        }
        let compiled = rerun.map(|rerun| redecorate::compile(interpreter, work, rerun, name, is_live));
        let compiled = compiled.transpose()?;
        let bound = match compiled {
            Some(code) => bind(interpreter, code, &update.outline),
            None => bind_unit(interpreter, work, &update.unit, &update.outline)?,
        };
        let new_codes: FxHashMap<DefinitionId, Handle> = bound.iter().map(|bound| (bound.id, bound.code)).collect();
        let class = class_at(interpreter, work.namespace, &update.scope);
        let mut codes = codes::new_code(
            interpreter,
            targets,
            &new_codes,
            work.module,
            name,
            (class, self.has_moved()),
            &update.bound_once,
        )?;
        let followers = without(targets, &codes.left);
        let targets = &followers;
        let mut listed = std::mem::take(&mut codes.listed);
        let mut headers = inner::header_swaps(interpreter, work, update, targets, &new_codes, &mut listed)?;
        let outermost = self.outermost();
        let live = outermost.map_or(&[][..], |target| &target.functions);
        let mut is_late = false;
        if let Some(header) = &update.header
            && compiled.is_none()
        {
            if live.is_empty() {
                if work.executing.is_some() {
                    return Err(Stop::Refused(not_defined_yet(name)));
                }
            } else if header.phase == Phase::Late {
                is_late = true;
            } else {
                match self.header_swaps(interpreter, &steps.scratches) {
                    Ok(swaps) => headers.extend(swaps),
                    // A name that a statement of this batch binds after the commit.
                    Err(Stop::Failed(error)) if is_missing_name(&error.kind) => is_late = true,
                    Err(stop) => return Err(stop),
                }
            }
        }
        headers.extend(self.name_swaps(interpreter)?);
        if let (Some(descriptors), Some(binding)) = (&update.rewrap, &update.binding) {
            let rewrapped = rewrap(interpreter, work, update, descriptors, binding, live)?;
            // Made from the function as it still is.
            if let Swap::ClassAttribute { new, .. } = &rewrapped {
                for &function in live {
                    headers.extend(functions::wrapper_swaps(interpreter, *new, function, &headers)?);
                }
            }
            headers.push(rewrapped);
        }
        if outermost.is_none() && update.binding.is_none() && !update.positions_only {
            return Err(Stop::Refused(refusal(
                "ambiguous",
                format!("`{}` keeps its old code", work.plan.operations[index].summary.trim()),
                "its lambdas cannot be told apart: equal ones on one line share their code",
                "put them on lines of their own and save again",
            )));
        }
        if outermost.is_none() {
            listed.push(note(
                "not-found",
                format!("`{name}` has no code object in this process"),
                "its code was never made here, or could not be told from other code on its line",
                "nothing to do if it is not used; else restart the program",
            ));
        }
        if work.targets.altered_copies.contains(&index) {
            listed.push(note(
                "copies",
                format!("a copy of the code of `{name}` stays as it is"),
                "it was made from the old code and changed, which cannot be done again",
                "make the copy again, or restart the program",
            ));
        }
        if let Some(made) = self.made_of_what_is_gone(interpreter) {
            listed.push(note(
                "stale",
                format!("`{name}` may be stale"),
                format!(
                    "no function runs its old code any more: {} was made from it when it was decorated",
                    interpreter.repr(made)
                ),
                "restart the program",
            ));
        }
        let wrappers = self.inner_wrappers(interpreter);
        let mut edits = Vec::new();
        for edit in conform::live_edits(interpreter, self, &new_codes, &wrappers, plugins) {
            headers.extend(conform::prepare(plugins, &edit)?);
            edits.push((index, edit));
        }
        outcome.functions = targets.iter().map(|target| target.functions.len()).sum();
        outcome.listed.append(&mut listed);
        for target in targets {
            // Where only positions differ, an object that keeps the code itself wants the new one.
            let told = match (update.positions_only, target.functions.first()) {
                (true, _) | (false, None) => new_codes.get(&target.new).copied(),
                (false, function) => function.copied(),
            };
            if let Some(told) = told {
                let conforming = target.conforming.iter();
                module
                    .conforming
                    .extend(conforming.map(|object| (index, *object, told)));
            }
        }
        if let Some(code) = compiled {
            module.compiled.insert(index, code);
        }
        if is_late || compiled.is_some() {
            module.late.push(index);
        }
        module.edits.extend(edits);
        module
            .outcome
            .bound
            .extend(relocated(bound, targets, &codes.without_place));
        module.outcome.left_codes.append(&mut codes.left_codes);
        steps.codes.append(&mut codes.swaps);
        steps.headers.append(&mut headers);
        Ok(())
    }

    /// The definition itself among the targets.
    pub fn definition(&self) -> Option<&CodeTarget> {
        let new = self.work.plan.operations[self.index].new;
        let mut targets = self.work.targets.operations[self.index].iter();
        targets.find(|target| Some(target.new) == new)
    }

    /// The definition itself among the targets; of a statement with lambdas the last one.
    fn outermost(&self) -> Option<&CodeTarget> {
        let targets = &self.work.targets.operations[self.index];
        let new = self.work.plan.operations[self.index].new;
        targets.iter().find(|target| Some(target.new) == new).or(targets.last())
    }

    /// What the decorators made from a function that is gone: there is nothing to patch, and what it made knows nothing.
    fn made_of_what_is_gone(&self, interpreter: &dyn Interpreter) -> Option<Handle> {
        let update = self.update;
        let target = self.outermost()?;
        if update.positions_only || update.decorators.is_empty() {
            return None;
        }
        let name = update.binding.as_ref()?;
        let made = bound_object(interpreter, self.work.namespace, &update.scope, name)?;
        let is_gone = target.functions.is_empty() && target.conforming.is_empty();
        (is_gone && interpreter.kind(made) == ObjectKind::Other).then_some(made)
    }

    /// The swaps that give the live functions what the new `def` evaluates. `scratches`: what this save has bound so far.
    ///
    /// # Errors
    /// When evaluating raises.
    pub fn header_swaps(&self, interpreter: &dyn Interpreter, scratches: &[Scratch]) -> Result<Vec<Swap>, Stop> {
        let (work, update) = (self.work, self.update);
        let (Some(header), Some(target)) = (&update.header, self.outermost()) else {
            return Ok(Vec::new());
        };
        let template = run_template(interpreter, work, update, header, scratches)?;
        let mut swaps = functions::header_swaps(interpreter, target, template, header)?;
        let bound = update
            .binding
            .as_ref()
            .and_then(|binding| bound_object(interpreter, work.namespace, &update.scope, binding));
        for &function in &target.functions {
            swaps.extend(functions::wrapper_swaps(interpreter, bound, function, &swaps)?);
        }
        let wrappers = functions::wrappers_in(interpreter, work.namespace, &target.functions, bound);
        for (wrapper, function) in wrappers {
            swaps.extend(functions::wrapper_swaps(interpreter, Some(wrapper), function, &swaps)?);
        }
        Ok(swaps)
    }

    /// Is the definition bound in another scope than before?
    fn has_moved(&self) -> bool {
        let operations = &self.work.plan.operations;
        let mut renames = operations
            .iter()
            .filter(|other| other.new == operations[self.index].new);
        renames.any(|other| matches!(&other.action, Action::Rename(rename) if rename.old_scope != rename.scope))
    }

    /// The swaps that give live functions, and what wraps them, the qualified names of the new text.
    fn name_swaps(&self, interpreter: &dyn Interpreter) -> Result<Vec<Swap>, Stop> {
        let (work, update) = (self.work, self.update);
        if update.paths.is_empty() {
            return Ok(Vec::new());
        }
        let targets = &work.targets.operations[self.index];
        let functions = targets.iter().flat_map(|target| target.functions.iter().copied());
        let mut swaps = renames::function_swaps(interpreter, functions, &update.paths);
        let bound = update
            .binding
            .as_ref()
            .and_then(|binding| bound_object(interpreter, work.namespace, &update.scope, binding));
        for &function in self.outermost().map_or(&[][..], |target| &target.functions) {
            // Where the class around has another name too, they have got it already, and no longer equal the function.
            let wrappers = functions::named_wrappers(interpreter, bound, function).into_iter();
            let named = renames::function_swaps(interpreter, wrappers, &update.paths);
            let copied = functions::wrapper_swaps(interpreter, bound, function, &swaps)?;
            let is_new = |swap: &Swap| named.iter().all(|other| other.place() != swap.place());
            swaps.extend(copied.into_iter().filter(is_new).collect::<Vec<_>>());
            swaps.extend(named);
        }
        Ok(swaps)
    }

    /// What wraps the live closures of decorated nested functions: no name leads to them.
    fn inner_wrappers(&self, interpreter: &dyn Interpreter) -> FxHashMap<Handle, Handle> {
        let is_decorated = |target: &&CodeTarget| {
            let mut inner = self.update.inner.iter();
            inner.any(|inner| inner.new == target.new && !inner.decorators.is_empty())
        };
        let targets = self.work.targets.operations[self.index].iter();
        let functions: FxHashSet<Handle> = targets
            .filter(is_decorated)
            .flat_map(|target| target.functions.iter().copied())
            .collect();
        if functions.is_empty() || self.update.positions_only {
            return FxHashMap::default();
        }
        wrappers_of(interpreter, &functions)
    }
}

/// The targets without the functions that keep their old code.
fn without(targets: &[CodeTarget], left: &FxHashSet<Handle>) -> Vec<CodeTarget> {
    let mut targets = targets.to_vec();
    for target in &mut targets {
        target.functions.retain(|function| !left.contains(function));
    }
    targets
}

fn not_defined_yet(name: &str) -> Refusal {
    refusal(
        "executing",
        format!("`{name}` is defined with its old parameters when the program reaches it"),
        "the body of its module is still running and has not come to the definition yet",
        "save again when the module's body has ended, or restart the program",
    )
}

/// What stands where the old code objects stood in their parents' constants is found there again at the next edit.
fn relocated(mut bound: Vec<Bound>, targets: &[CodeTarget], without_place: &FxHashSet<DefinitionId>) -> Vec<Bound> {
    let codes: FxHashSet<Handle> = bound.iter().map(|bound| bound.code).collect();
    for bound in &mut bound {
        let is_nested = bound.parent.is_some_and(|(parent, _)| codes.contains(&parent));
        if !is_nested {
            bound.parent = targets
                .iter()
                .find(|target| target.new == bound.id && !without_place.contains(&bound.id))
                .and_then(|target| target.parent);
        }
    }
    bound
}

/// Runs the new `def` in a scratch copy of its scope and returns the function. `scratches`: what this save has bound so
/// far.
fn run_template(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    update: &UpdateCode,
    header: &HeaderUpdate,
    scratches: &[Scratch],
) -> Result<Handle, Stop> {
    let name = update.binding.as_deref().unwrap_or_default();
    let locals = if update.scope.classes.is_empty() {
        // What the statements of this save have bound hides what the module has; the rest is found as a global.
        interpreter.new_dict()
    } else {
        Scratch::of(interpreter, work.namespace, &update.scope)
            .ok_or_else(|| no_class(&update.scope))?
            .locals
    };
    if let Some(scratch) = scratches.iter().find(|scratch| scratch.scope == update.scope) {
        scratch.lay_over(interpreter, locals);
    }
    let code = compile_to_run(interpreter, work, &header.template)?;
    let run = UnitRun {
        unit: &header.template,
        is_quick: header.is_quick,
        binds_doc: false,
    };
    run.execute(interpreter, code, work.namespace, locals)?;
    interpreter
        .entry(locals, name)
        .filter(|function| interpreter.kind(*function) == ObjectKind::Function)
        .ok_or_else(|| {
            Stop::Refused(refusal(
                "unit",
                format!("`{name}` keeps its old parameters"),
                "running its `def` made no function",
                "restart the program",
            ))
        })
}

/// The old function in new built-in descriptors.
fn rewrap(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    update: &UpdateCode,
    descriptors: &[String],
    binding: &str,
    live: &[Handle],
) -> Result<Swap, Stop> {
    let class = class_at(interpreter, work.namespace, &update.scope).ok_or_else(|| no_class(&update.scope))?;
    let expected = bound_object(interpreter, work.namespace, &update.scope, binding);
    let inner = expected.and_then(|object| inner_function(interpreter, object));
    let Some(function) = inner.filter(|function| live.contains(function)) else {
        return Err(Stop::Refused(refusal(
            "fn-decorators",
            format!("`{binding}` keeps its old kind of method"),
            "what its name is bound to is not the function that the file defines",
            "restart the program",
        )));
    };
    let mut value = function;
    for descriptor in descriptors.iter().rev() {
        value = wrap(interpreter, descriptor, value)?;
    }
    Ok(Swap::ClassAttribute {
        class,
        name: binding.to_owned(),
        expected,
        new: Some(value),
    })
}

fn inner_function(interpreter: &dyn Interpreter, object: Handle) -> Option<Handle> {
    let attribute = match interpreter.kind(object) {
        ObjectKind::Function => return Some(object),
        ObjectKind::StaticMethod | ObjectKind::ClassMethod => "__func__",
        ObjectKind::Property => "fget",
        _ => return None,
    };
    let inner = interpreter.attribute(object, attribute).ok().flatten()?;
    inner_function(interpreter, inner)
}
