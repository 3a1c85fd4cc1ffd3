//! Operations -> swaps, before anything of the program changes.

use jurigged_runtime::{CompileUnit, Handle, Interpreter, ObjectKind, PythonError, RuntimeError, Swap};
use rustc_hash::{FxHashMap, FxHashSet};

use super::namespaces::{Scratch, wrap};
use super::outcome::{Failure, ModuleOutcome, OperationOutcome};
use super::{Work, conform, functions};
use crate::pipeline::definitions::DefinitionId;
use crate::pipeline::edit_plan::{
    Action, HeaderUpdate, Outline, Phase, Refusal, RunStatement, Scope, Unit, UpdateCode, note, refusal,
};
use crate::pipeline::locate::{Bound, bind, bound_object, class_at, code_of_scope};
use crate::plugins::{LiveEdit, PluginSession};

/// One module, ready to commit.
#[derive(Debug, Default)]
pub struct Prepared {
    /// The steps of the commit.
    pub swaps: Vec<Swap>,
    /// What is known of the outcome so far.
    pub outcome: ModuleOutcome,
    /// Operations that run after the commit.
    pub late: Vec<usize>,
    /// Values that were removed from their names, for `__conform__(None)`.
    pub deleted: Vec<Handle>,
    /// Functions that got new code, with the operation.
    pub patched: Vec<(usize, Handle)>,
    /// What conformers are told, with the operation.
    pub edits: Vec<(usize, LiveEdit)>,
    /// Objects with `__conform__` that hold replaced code, with the operation.
    pub conforming: Vec<(usize, Handle)>,
}

/// Swaps in the order of the commit: additions before uses, removals last.
#[derive(Debug, Default)]
struct Steps {
    codes: Vec<Swap>,
    headers: Vec<Swap>,
    removals: Vec<Swap>,
}

/// What keeps an operation from being prepared.
pub enum Stop {
    /// This operation is not applied.
    Refused(Refusal),
    /// The whole batch is undone.
    Failed(Box<PythonError>),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<RuntimeError> for Stop {
    fn from(error: RuntimeError) -> Self {
        match error {
            RuntimeError::Python(error) => Self::Failed(error),
            error => Self::Refused(refusal(
                "runtime",
                "the edit is not applied",
                error.to_string(),
                "save again, or restart the program",
            )),
        }
    }
}

pub fn prepare(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    plugins: &mut PluginSession<'_>,
) -> Result<Prepared, Failure> {
    let mut module = Prepared::default();
    let mut steps = Steps::default();
    let mut scratches: Vec<Scratch> = Vec::new();
    for (index, operation) in work.plan.operations.iter().enumerate() {
        let mut outcome = OperationOutcome::default();
        let result = match &operation.action {
            Action::Update(update) => prepare_update(
                interpreter,
                work,
                index,
                update,
                &operation.name,
                plugins,
                &mut module,
                &mut steps,
                &mut outcome,
            ),
            Action::Run(statement) => prepare_statement(
                interpreter,
                work,
                index,
                statement,
                &mut module,
                &mut steps,
                &mut scratches,
            ),
            Action::Unbind { scope, names } => {
                unbind(interpreter, work, scope, names, &mut module, &mut steps.removals).map_err(Stop::from)
            }
            Action::Refuse(reason) => Err(Stop::Refused(reason.clone())),
        };
        match result {
            Ok(()) => {}
            Err(Stop::Refused(reason)) => outcome.refused = Some(reason),
            Err(Stop::Failed(error)) => {
                return Err(Failure::Python {
                    operation: (work.file, index),
                    error,
                });
            }
        }
        module.outcome.operations.push(outcome);
    }
    for scratch in &scratches {
        match scratch.swaps(interpreter, work.namespace) {
            Ok(swaps) => module.swaps.extend(swaps),
            Err(RuntimeError::Python(error)) => {
                return Err(Failure::Python {
                    operation: (work.file, 0),
                    error,
                });
            }
            Err(error) => return Err(Failure::Commit(error.to_string())),
        }
    }
    module.swaps.append(&mut steps.codes);
    module.swaps.append(&mut steps.headers);
    module.swaps.extend(shifts(interpreter, work));
    module.swaps.append(&mut steps.removals);
    Ok(module)
}

#[expect(
    clippy::too_many_arguments,
    reason = "one call; a struct would only name the same things again"
)]
fn prepare_update(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    index: usize,
    update: &UpdateCode,
    name: &str,
    plugins: &mut PluginSession<'_>,
    module: &mut Prepared,
    steps: &mut Steps,
    outcome: &mut OperationOutcome,
) -> Result<(), Stop> {
    let targets = &work.targets.operations[index];
    let bound = bind_unit(interpreter, work, &update.unit, &update.outline)?;
    let new_codes: FxHashMap<DefinitionId, Handle> = bound.iter().map(|bound| (bound.id, bound.code)).collect();
    let mut codes = functions::code_swaps(interpreter, targets, &new_codes, name)?;
    let outermost = targets
        .iter()
        .find(|target| Some(target.new) == work.plan.operations[index].new)
        .or(targets.last());
    let live = outermost.map_or(&[][..], |target| &target.functions);
    let mut headers = Vec::new();
    if let Some(header) = &update.header {
        if live.is_empty() {
            if work.executing.is_some() {
                return Err(Stop::Refused(not_defined_yet(name)));
            }
        } else {
            let template = run_template(interpreter, work, update, header)?;
            headers = functions::header_swaps(interpreter, live, template, header)?;
            let bound_to = update
                .binding
                .as_ref()
                .and_then(|binding| bound_object(interpreter, work.namespace, &update.scope, binding));
            for &function in live {
                let copies = functions::wrapper_swaps(interpreter, bound_to, function, &headers)?;
                headers.extend(copies);
            }
        }
    }
    if let (Some(descriptors), Some(binding)) = (&update.rewrap, &update.binding) {
        headers.push(rewrap(interpreter, work, update, descriptors, binding, live)?);
    }
    if outermost.is_none() {
        outcome.listed.push(note(
            "not-found",
            format!("`{name}` has no code object in this process"),
            "its code was never made here, or could not be told from other code on its line",
            "nothing to do if it is not used; else restart the program",
        ));
    }
    if let Some(edit) = conform::live_edit(interpreter, work, index, update, &new_codes) {
        headers.extend(conform::prepare(plugins, &edit)?);
        module.edits.push((index, edit));
    }
    outcome.functions = targets.iter().map(|target| target.functions.len()).sum();
    for target in targets {
        module
            .patched
            .extend(target.functions.iter().map(|function| (index, *function)));
        module
            .conforming
            .extend(target.conforming.iter().map(|object| (index, *object)));
    }
    module.outcome.bound.extend(relocated(bound, targets));
    steps.codes.append(&mut codes);
    steps.headers.append(&mut headers);
    Ok(())
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
fn relocated(mut bound: Vec<Bound>, targets: &[crate::pipeline::locate::CodeTarget]) -> Vec<Bound> {
    let codes: FxHashSet<Handle> = bound.iter().map(|bound| bound.code).collect();
    for bound in &mut bound {
        let is_nested = bound.parent.is_some_and(|(parent, _)| codes.contains(&parent));
        if !is_nested {
            bound.parent = targets
                .iter()
                .find(|target| target.new == bound.id)
                .and_then(|target| target.parent);
        }
    }
    bound
}

/// Compiles a unit, falling back to the whole file, and finds the code objects of its owners.
pub fn bind_unit(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    unit: &Unit,
    outline: &[Outline],
) -> Result<Vec<Bound>, Stop> {
    let scope = compile_scope(interpreter, work, unit)?;
    Ok(bind(interpreter, scope, outline))
}

/// Compiles a unit and descends to the code object of the scope that holds its definition.
pub fn compile_scope(interpreter: &dyn Interpreter, work: &Work<'_>, unit: &Unit) -> Result<Handle, Stop> {
    let file = work.plan.path.to_string_lossy();
    let code = interpreter.compile(&CompileUnit {
        source: &unit.source,
        file: &file,
        flags: work.plan.flags,
        first_line: unit.first_line,
    })?;
    code_of_scope(interpreter, code, &unit.classes).ok_or_else(|| {
        Stop::Refused(refusal(
            "unit",
            "the edit is not applied",
            "its enclosing class has no code object of its own",
            "restart the program",
        ))
    })
}

/// Runs the new `def` in a scratch copy of its scope and returns the function.
fn run_template(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    update: &UpdateCode,
    header: &HeaderUpdate,
) -> Result<Handle, Stop> {
    let name = update.binding.as_deref().unwrap_or_default();
    let scratch = Scratch::of(interpreter, work.namespace, &update.scope).ok_or_else(|| no_class(&update.scope))?;
    let code = compile_scope(interpreter, work, &header.template)?;
    execute_in(interpreter, code, work.namespace, scratch.locals)?;
    interpreter
        .entry(scratch.locals, name)
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

/// Runs a scope's code object, which must have no free variables (a generic class's body has).
pub fn execute_in(interpreter: &dyn Interpreter, code: Handle, globals: Handle, locals: Handle) -> Result<(), Stop> {
    let free = functions::names(interpreter, code, "co_freevars");
    if !free.is_empty() {
        return Err(Stop::Refused(refusal(
            "cls-bases",
            "the statement is not run",
            "it stands in the body of a class with type parameters, which cannot be run in parts",
            "restart the program",
        )));
    }
    Ok(interpreter.execute(code, globals, locals)?)
}

pub fn no_class(scope: &Scope) -> Refusal {
    refusal(
        "class-gone",
        format!("class `{}` is not changed", scope.classes.join(".")),
        "its name leads to no class that this file defined",
        "restart the program, or bind the name to the class again",
    )
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

fn prepare_statement(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    index: usize,
    statement: &RunStatement,
    module: &mut Prepared,
    steps: &mut Steps,
    scratches: &mut Vec<Scratch>,
) -> Result<(), Stop> {
    let operation = &work.plan.operations[index];
    if let Some(line) = work.executing
        && !statement.is_definition
        && statement.scope.classes.is_empty()
        && operation.line >= line
    {
        return Err(Stop::Refused(refusal(
            "executing",
            format!("`{}` is not run", operation.summary),
            format!(
                "the body of `{}` is still running, and has not come further than this",
                work.module
            ),
            "it runs at the next start; to run it now, move it above the running statement",
        )));
    }
    refuse_fields(interpreter, work, statement)?;
    unbind(
        interpreter,
        work,
        &statement.scope,
        &statement.unbinds,
        module,
        &mut steps.removals,
    )?;
    if statement.phase == Phase::Late {
        module.late.push(index);
        return Ok(());
    }
    let at = match scratches.iter().position(|scratch| scratch.scope == statement.scope) {
        Some(at) => at,
        None => {
            let scratch =
                Scratch::of(interpreter, work.namespace, &statement.scope).ok_or_else(|| no_class(&statement.scope))?;
            scratches.push(scratch);
            scratches.len() - 1
        }
    };
    let scratch = &mut scratches[at];
    let code = compile_scope(interpreter, work, &statement.unit)?;
    match execute_in(interpreter, code, work.namespace, scratch.locals) {
        // A name that another file of this batch adds: imported after the commit.
        Err(Stop::Failed(error)) if error.kind.ends_with("ImportError") || error.kind.ends_with("AttributeError") => {
            module.late.push(index);
            return Ok(());
        }
        result => result?,
    }
    scratch.binds_doc |= statement.binds.iter().any(|name| name == "__doc__");
    module
        .outcome
        .bound
        .extend(without_place(bind(interpreter, code, &statement.outline)));
    Ok(())
}

/// The unit is dropped, and with it the constants that its outermost code objects are.
pub fn without_place(mut bound: Vec<Bound>) -> Vec<Bound> {
    let codes: FxHashSet<Handle> = bound.iter().map(|bound| bound.code).collect();
    for bound in &mut bound {
        bound.parent = bound.parent.filter(|(parent, _)| codes.contains(parent));
    }
    bound
}

/// Classes whose attributes are generated into something else: changing the attribute alone would be half an edit.
fn refuse_fields(interpreter: &dyn Interpreter, work: &Work<'_>, statement: &RunStatement) -> Result<(), Stop> {
    if statement.scope.classes.is_empty() {
        return Ok(());
    }
    let class = class_at(interpreter, work.namespace, &statement.scope).ok_or_else(|| no_class(&statement.scope))?;
    let metaclasses = interpreter.class_names(class);
    let namespace = interpreter.namespace(class).ok_or_else(|| no_class(&statement.scope))?;
    let has = |name: &str| interpreter.entry(namespace, name).is_some();
    let is_abstract = statement.is_definition && metaclasses.iter().any(|name| name == "abc.ABCMeta");
    let kind = if metaclasses
        .iter()
        .any(|name| name == "enum.EnumType" || name == "enum.EnumMeta")
    {
        "an enum"
    } else if has("__slots__") && statement.binds.iter().any(|name| name == "__slots__") {
        "a class with `__slots__`"
    } else if has("_fields") && has("_field_defaults") {
        "a named tuple"
    } else if statement.is_definition {
        if is_abstract && touches_abstract(interpreter, namespace, statement) {
            return Err(Stop::Refused(refusal(
                "abstract",
                format!("`{}` is not changed", statement.binds.join(", ")),
                format!("it decides whether `{}` is abstract", statement.scope.classes.join(".")),
                "restart the program",
            )));
        }
        return Ok(());
    } else if [
        "__dataclass_fields__",
        "__attrs_attrs__",
        "__pydantic_fields__",
        "model_fields",
    ]
    .iter()
    .any(|name| has(name))
    {
        "a class with generated methods"
    } else if metaclasses.iter().any(|name| name.ends_with("_TypedDictMeta")) {
        "a typed dict"
    } else {
        return Ok(());
    };
    Err(Stop::Refused(refusal(
        "cls-fields",
        format!("`{}` is not changed", statement.binds.join(", ")),
        format!(
            "`{}` is {kind}, whose fields are fixed when the class is made",
            statement.scope.classes.join(".")
        ),
        "restart the program",
    )))
}

fn touches_abstract(interpreter: &dyn Interpreter, namespace: Handle, statement: &RunStatement) -> bool {
    let abstracts = interpreter
        .entry(namespace, "__abstractmethods__")
        .and_then(|names| interpreter.items(names).ok())
        .unwrap_or_default();
    statement.unit.source.contains("abstractmethod")
        || abstracts
            .iter()
            .filter_map(|name| interpreter.text(*name))
            .any(|name| statement.binds.contains(&name))
}

/// Removes names from a scope.
pub fn unbind(
    interpreter: &dyn Interpreter,
    work: &Work<'_>,
    scope: &Scope,
    names: &[String],
    module: &mut Prepared,
    swaps: &mut Vec<Swap>,
) -> Result<(), Refusal> {
    if names.is_empty() {
        return Ok(());
    }
    let class = if scope.classes.is_empty() {
        None
    } else {
        Some(class_at(interpreter, work.namespace, scope).ok_or_else(|| no_class(scope))?)
    };
    for name in names {
        let name = name.clone();
        let Some(value) = bound_object(interpreter, work.namespace, scope, &name) else {
            continue;
        };
        let is_submodule = class.is_none()
            && interpreter.kind(value) == ObjectKind::Module
            && interpreter.module(&format!("{}.{name}", work.module)) == Some(value);
        if is_submodule {
            continue;
        }
        // With `__eq__` goes the `__hash__ = None` that it implied (Objects/typeobject.c, `type_new_set_hash`).
        if let Some(class) = class
            && name == "__eq__"
            && let Some(hash) = bound_object(interpreter, work.namespace, scope, "__hash__")
            && interpreter.kind(hash) == ObjectKind::None
        {
            swaps.push(Swap::ClassAttribute {
                class,
                name: "__hash__".to_owned(),
                expected: Some(hash),
                new: None,
            });
        }
        // The docstring's name always exists.
        let new = (name == "__doc__").then(|| interpreter.none());
        module.deleted.push(value);
        swaps.push(match class {
            Some(class) => Swap::ClassAttribute {
                class,
                name,
                expected: Some(value),
                new,
            },
            None => Swap::Entry {
                dict: work.namespace,
                name,
                expected: Some(value),
                new,
            },
        });
    }
    Ok(())
}

/// New first lines for code that moved with the text above it.
fn shifts(interpreter: &dyn Interpreter, work: &Work<'_>) -> Vec<Swap> {
    let mut swaps = Vec::new();
    let mut hidden_done = FxHashSet::default();
    for unchanged in &work.plan.unchanged {
        let Some(binding) = work.bindings.get(unchanged.old) else {
            continue;
        };
        let line = i64::from(unchanged.line) + binding.skew;
        let delta = line - i64::from(binding.first_line);
        if delta == 0 {
            continue;
        }
        let code = interpreter.pinned(&binding.code);
        let Ok(line) = u32::try_from(line) else { continue };
        swaps.push(Swap::FirstLine {
            code,
            expected: binding.first_line,
            new: line,
        });
        // Scopes that the compiler makes around a definition have no owner in the text.
        if let Some(parent) = &binding.parent {
            let parent = interpreter.pinned(&parent.code);
            let name = crate::pipeline::locate::name_of(interpreter, parent);
            if crate::pipeline::locate::is_hidden_scope(&name) && hidden_done.insert(parent) {
                let first = crate::pipeline::locate::first_line_of(interpreter, parent);
                if let Ok(new) = u32::try_from(i64::from(first) + delta) {
                    swaps.push(Swap::FirstLine {
                        code: parent,
                        expected: first,
                        new,
                    });
                }
            }
        }
    }
    swaps
}
