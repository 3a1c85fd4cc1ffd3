//! Code objects and the code objects nested in them.

use jurigged_runtime::{Handle, Interpreter, ObjectKind};
use rustc_hash::FxHashMap;

use crate::pipeline::definitions::DefinitionId;
use crate::pipeline::edit_plan::Outline;

/// A code object that is a constant of another one.
#[derive(Clone, Debug)]
pub struct NestedCode {
    /// The code object.
    pub code: Handle,
    /// The code object whose constant it is; not always the asked one (see [`nested_codes`]).
    pub parent: Handle,
    /// Index in the parent's `co_consts`.
    pub index: usize,
    /// `co_name`.
    pub name: String,
    /// `co_firstlineno`, 1-based.
    pub first_line: u32,
}

/// A definition and its code object.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The definition.
    pub id: DefinitionId,
    /// Its code object.
    pub code: Handle,
    /// Where it is a constant; `None` when that place is of no use (a unit that is dropped).
    pub parent: Option<(Handle, usize)>,
    /// `co_firstlineno`, 1-based.
    pub first_line: u32,
    /// The line that the parser gives, 1-based.
    pub text_line: u32,
}

/// `co_firstlineno` of a code object, 0 where that cannot be read.
pub fn first_line_of(interpreter: &dyn Interpreter, code: Handle) -> u32 {
    interpreter
        .attribute(code, "co_firstlineno")
        .ok()
        .flatten()
        .and_then(|line| interpreter.integer(line))
        .and_then(|line| u32::try_from(line).ok())
        .unwrap_or(0)
}

/// `co_name` of a code object.
pub fn name_of(interpreter: &dyn Interpreter, code: Handle) -> String {
    interpreter
        .attribute(code, "co_name")
        .ok()
        .flatten()
        .and_then(|name| interpreter.text(name))
        .unwrap_or_default()
}

/// The constants of a code object.
pub fn constants(interpreter: &dyn Interpreter, code: Handle) -> Vec<Handle> {
    let constants = interpreter.attribute(code, "co_consts").ok().flatten();
    constants
        .and_then(|constants| interpreter.items(constants).ok())
        .unwrap_or_default()
}

/// The code objects in the constants of a code object, in order. The hidden scopes of type parameters (PEP 695,
/// `<generic parameters of f>`) are looked through: what they hold belongs to the scope around them.
pub fn nested_codes(interpreter: &dyn Interpreter, code: Handle) -> Vec<NestedCode> {
    let mut nested = Vec::new();
    collect_nested(interpreter, code, &mut nested);
    nested
}

fn collect_nested(interpreter: &dyn Interpreter, parent: Handle, nested: &mut Vec<NestedCode>) {
    for (index, code) in constants(interpreter, parent).into_iter().enumerate() {
        if interpreter.kind(code) != ObjectKind::Code {
            continue;
        }
        let name = name_of(interpreter, code);
        if is_hidden_scope(&name) {
            collect_nested(interpreter, code, nested);
            continue;
        }
        nested.push(NestedCode {
            code,
            parent,
            index,
            name,
            first_line: first_line_of(interpreter, code),
        });
    }
}

/// Is this the name of a scope that the compiler makes around another one?
pub fn is_hidden_scope(name: &str) -> bool {
    name.starts_with("<generic parameters of")
}

/// Gives every owner of an outline its code object, outermost first. Owners whose code object cannot be told from
/// another one are left out: a guess could patch the wrong function.
pub fn bind(interpreter: &dyn Interpreter, scope_code: Handle, outline: &[Outline]) -> Vec<Bound> {
    let mut bound = Vec::new();
    bind_scope(interpreter, scope_code, outline, &mut bound);
    bound
}

fn bind_scope(interpreter: &dyn Interpreter, scope_code: Handle, outline: &[Outline], bound: &mut Vec<Bound>) {
    if outline.is_empty() {
        return;
    }
    let mut by_name: FxHashMap<String, Vec<NestedCode>> = FxHashMap::default();
    for nested in nested_codes(interpreter, scope_code) {
        by_name.entry(nested.name.clone()).or_default().push(nested);
    }
    let owners = without_inlined(outline, &by_name);
    let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
    let mut counts_on_line: FxHashMap<(&str, u32), usize> = FxHashMap::default();
    for owner in &owners {
        *counts.entry(&owner.name).or_default() += 1;
        *counts_on_line.entry((&owner.name, owner.first_line)).or_default() += 1;
    }
    for codes in by_name.values_mut() {
        // Constants stand in the order of compilation, which is not always that of the text: decorators and the tests
        // of conditional expressions come first. Sorting is stable, so owners on one line keep their order.
        codes.sort_by_key(|code| code.first_line);
    }
    // Equal constants of one scope are merged (CPython 3.9 and 3.12.1: also equal lambdas of one line).
    let mut uses: FxHashMap<Handle, usize> = FxHashMap::default();
    for nested in by_name.values().flatten() {
        *uses.entry(nested.code).or_default() += 1;
    }
    let mut next: FxHashMap<&str, usize> = FxHashMap::default();
    for owner in &owners {
        let Some(codes) = by_name.get(&owner.name) else {
            continue;
        };
        let nested = if counts[owner.name.as_str()] == codes.len() {
            let at = next.entry(&owner.name).or_default();
            *at += 1;
            &codes[*at - 1]
        } else {
            let start = codes.partition_point(|code| code.first_line < owner.first_line);
            let mut on_line = codes[start..]
                .iter()
                .take_while(|code| code.first_line == owner.first_line);
            match (on_line.next(), on_line.next()) {
                (Some(only), None) if counts_on_line[&(owner.name.as_str(), owner.first_line)] == 1 => only,
                _ => continue,
            }
        };
        if uses.get(&nested.code).is_some_and(|uses| *uses > 1) {
            continue;
        }
        bound.push(Bound {
            id: owner.id,
            code: nested.code,
            parent: Some((nested.parent, nested.index)),
            first_line: nested.first_line,
            text_line: owner.first_line,
        });
        bind_scope(interpreter, nested.code, &owner.nested, bound);
    }
}

/// Gives the owners of an outline their code objects where the module's own code object is gone: by name and line among
/// code objects that functions run.
pub fn bind_loose(interpreter: &dyn Interpreter, codes: &[Handle], outline: &[Outline]) -> Vec<Bound> {
    let mut by_place: FxHashMap<(String, u32), Vec<Handle>> = FxHashMap::default();
    for &code in codes {
        let place = (name_of(interpreter, code), first_line_of(interpreter, code));
        by_place.entry(place).or_default().push(code);
    }
    let mut bound = Vec::new();
    let mut pending: Vec<&Outline> = outline.iter().rev().collect();
    while let Some(owner) = pending.pop() {
        let place = (owner.name.clone(), owner.first_line);
        match by_place.get(&place).map(Vec::as_slice) {
            Some([code]) => {
                bound.push(Bound {
                    id: owner.id,
                    code: *code,
                    parent: None,
                    first_line: owner.first_line,
                    text_line: owner.first_line,
                });
                bind_scope(interpreter, *code, &owner.nested, &mut bound);
            }
            // A class body's code object does not outlive the class statement.
            None => pending.extend(owner.nested.iter().rev()),
            Some(_) => {}
        }
    }
    bound
}

/// Comprehensions that the interpreter inlined (PEP 709) have no code object: what is nested in them belongs to the scope.
fn without_inlined<'a>(outline: &'a [Outline], by_name: &FxHashMap<String, Vec<NestedCode>>) -> Vec<&'a Outline> {
    let mut owners = Vec::new();
    for owner in outline {
        if owner.may_be_inlined && !by_name.contains_key(&owner.name) {
            owners.extend(without_inlined(&owner.nested, by_name));
        } else {
            owners.push(owner);
        }
    }
    owners.sort_by_key(|owner| (owner.first_line, owner.column));
    owners
}

/// Descends from the code object of a compiled unit through its class headers to the scope that holds the definition.
pub fn code_of_scope(interpreter: &dyn Interpreter, unit_code: Handle, classes: &[String]) -> Option<Handle> {
    classes.iter().try_fold(unit_code, |scope, class| {
        nested_codes(interpreter, scope)
            .into_iter()
            .find(|nested| nested.name == *class)
            .map(|nested| nested.code)
    })
}
