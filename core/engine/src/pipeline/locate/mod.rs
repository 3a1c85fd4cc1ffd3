//! Plan, Runtime -> Targets: the live objects that each operation acts on.
//!
//! Functions are found by what they run, not by where they are: the code object of a definition is known from the code
//! tree of its module ([`bindings`]), and every function with that code object is a target, wherever it hides. Most
//! edits need no pass over the heap: the functions that the structure of the program shows ([`structure`]) explain all
//! references to the code object.

mod bindings;
mod codes;
mod copies;
mod crawlers;
mod structure;

pub use bindings::{Binding, Bindings, ParentConstant};
pub use codes::{Bound, bind, code_of_scope, constants, first_line_of, is_hidden_scope, name_of};
pub use copies::copies_code;
pub use crawlers::add_crawlers;
pub use structure::{bound_object, class_at, functions_in, leads_to, resolve, wrappers_of};

use jurigged_runtime::{Handle, Interpreter, Pin, SoughtCode};
use rustc_hash::FxHashSet;

use crate::pipeline::definitions::DefinitionId;
use crate::pipeline::edit_plan::{Action, EditCode, FilePlan, Operation, UpdateCode};
use crate::plugins::PluginSession;

/// One module of the program that was loaded from a changed file.
#[derive(Debug)]
pub struct ModuleTarget<'a> {
    /// Its name in `sys.modules`.
    pub name: &'a str,
    /// The module's `__dict__`.
    pub namespace: Handle,
    /// Which code object belongs to which definition of the baseline.
    pub bindings: &'a Bindings,
}

/// The live objects of one file's plan in one module: runs parallel to the plan's operations.
#[derive(Debug, Default)]
pub struct Targets {
    /// For each operation its code objects; empty for operations that have none.
    pub operations: Vec<Vec<CodeTarget>>,
    /// Operations of which somebody has made a copy of the code that differs from it.
    pub altered_copies: Vec<usize>,
    /// Who has to do with the code of functions that are deleted.
    pub gone: Vec<GoneCode>,
    /// Passes over the heap that were needed.
    pub heap_passes: u32,
}

/// The code object of a deleted function.
#[derive(Clone, Debug)]
pub struct GoneCode {
    /// The operation that deletes it.
    pub operation: usize,
    /// The functions that run it, and the objects with `__conform__` that hold it.
    pub holders: Vec<Handle>,
}

/// A code object of the baseline and everything that runs it. A definition of which some functions could not follow an
/// earlier edit has several: first the one that its text stands for, then those that were left behind.
#[derive(Clone, Debug)]
pub struct CodeTarget {
    /// The definition in the baseline's tree.
    pub old: DefinitionId,
    /// The definition in the new tree.
    pub new: DefinitionId,
    /// The code object that runs now.
    pub code: Handle,
    /// The constant from which it is made.
    pub parent: Option<(Handle, usize)>,
    /// Functions that run it.
    pub functions: Vec<Handle>,
    /// Objects with `__conform__` that hold it.
    pub conforming: Vec<Handle>,
    /// Sets that hold it.
    pub sets: Vec<Handle>,
}

/// Finds the targets of every module, with one search for all of them. `copies_code`: the program's own text makes copies
/// of code objects.
pub fn locate(
    interpreter: &dyn Interpreter,
    modules: &[(&FilePlan, ModuleTarget<'_>)],
    plugins: &mut PluginSession<'_>,
    copies_code: bool,
) -> Vec<Targets> {
    let mut all: Vec<Targets> = modules
        .iter()
        .map(|(plan, module)| Targets {
            operations: plan
                .operations
                .iter()
                .map(|operation| match &operation.action {
                    Action::Update(update) => code_targets(interpreter, update, module),
                    _ => Vec::new(),
                })
                .collect(),
            altered_copies: Vec::new(),
            gone: Vec::new(),
            heap_passes: 0,
        })
        .collect();
    if copies_code || copies::copier_is_loaded(interpreter) {
        copies::add_copies(interpreter, modules, &mut all);
    }
    let mut sought = Vec::new();
    for (targets, (plan, module)) in all.iter_mut().zip(modules) {
        let wanted = targets.operations.iter().flatten().map(|target| target.code).collect();
        let inside = structure::functions_in_containers(interpreter, module.namespace, &wanted, plugins);
        for (operation, codes) in plan.operations.iter().zip(&mut targets.operations) {
            let Action::Update(update) = &operation.action else {
                continue;
            };
            let wanted: FxHashSet<Handle> = codes.iter().map(|target| target.code).collect();
            let binding = update.binding.as_deref().map(|name| (&update.scope, name));
            let mut known = structure::functions_at(interpreter, module.namespace, binding, &wanted, plugins);
            known.extend(inside.iter().filter(|held| wanted.contains(&held.1)));
            known.sort_unstable();
            known.dedup();
            for target in codes {
                let known_functions = known
                    .iter()
                    .filter(|(_, code)| *code == target.code)
                    .map(|(function, _)| *function)
                    .collect();
                sought.push(SoughtCode {
                    code: target.code,
                    known_functions,
                    // Our own pin, and the parent's constant.
                    known_references: 1 + usize::from(target.parent.is_some()),
                });
            }
        }
    }
    for (targets, (plan, module)) in all.iter_mut().zip(modules) {
        for (index, operation) in plan.operations.iter().enumerate() {
            if let Some(gone) = gone_code(interpreter, operation, module, plugins) {
                sought.push(gone);
                targets.gone.push(GoneCode {
                    operation: index,
                    holders: Vec::new(),
                });
            }
        }
    }
    if sought.is_empty() {
        return all;
    }
    let found = interpreter.find_holders(&sought);
    let mut answers = found.functions.into_iter().zip(found.conforming).zip(found.sets);
    for targets in &mut all {
        targets.heap_passes += found.heap_passes;
        for target in targets.operations.iter_mut().flatten() {
            let ((functions, conforming), sets) = answers.next().expect("one answer for each sought code object");
            target.functions = functions;
            target.conforming = conforming;
            target.sets = sets;
        }
    }
    for gone in all.iter_mut().flat_map(|targets| &mut targets.gone) {
        let ((functions, conforming), _) = answers.next().expect("one answer for each sought code object");
        gone.holders = [functions, conforming].concat();
    }
    all
}

/// The code of a function that an operation deletes; its name may still be bound, by another definition.
fn gone_code(
    interpreter: &dyn Interpreter,
    operation: &Operation,
    module: &ModuleTarget<'_>,
    plugins: &mut PluginSession<'_>,
) -> Option<SoughtCode> {
    let Action::Unbind { scope, names, .. } = &operation.action else {
        return None;
    };
    if !matches!(operation.edit, EditCode::Delete | EditCode::ClsMethod) {
        return None;
    }
    let binding = module.bindings.get(operation.old?)?;
    let code = interpreter.pinned(&binding.code);
    let wanted = std::iter::once(code).collect();
    let bound = names.first().map(|name| (scope, name.as_str()));
    let known = structure::functions_at(interpreter, module.namespace, bound, &wanted, plugins);
    Some(SoughtCode {
        code,
        known_functions: known.into_iter().map(|(function, _)| function).collect(),
        known_references: 1 + usize::from(binding.parent.is_some()),
    })
}

fn code_targets(interpreter: &dyn Interpreter, update: &UpdateCode, module: &ModuleTarget<'_>) -> Vec<CodeTarget> {
    update
        .pairs
        .iter()
        .filter_map(|&(old, new)| Some((old, new, module.bindings.get(old)?)))
        .flat_map(|(old, new, binding)| {
            let target = |code: &Pin| CodeTarget {
                old,
                new,
                code: interpreter.pinned(code),
                parent: None,
                functions: Vec::new(),
                conforming: Vec::new(),
                sets: Vec::new(),
            };
            let parent = binding.parent.as_ref();
            let current = CodeTarget {
                parent: parent.map(|parent| (interpreter.pinned(&parent.code), parent.index)),
                ..target(&binding.code)
            };
            std::iter::once(current).chain(binding.left_behind.iter().map(target).collect::<Vec<_>>())
        })
        .collect()
}
