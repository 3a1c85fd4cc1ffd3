//! Compiling the engine's units.
//!
//! `vm.compile` is not used: it has no `__future__` flags, and it parses everything a second time to warn about escape
//! sequences, which the engine would repeat at every save.

use ruff_source_file::SourceFileBuilder;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyCode};
use rustpython_vm::bytecode::{CodeObject, ConstantData, Instruction};
use rustpython_vm::compiler::ast::{Alias, AtomicNodeIndex, Expr, Identifier, Mod, ModModule, Stmt, StmtImportFrom};
use rustpython_vm::compiler::codegen::compile::compile_top;
use rustpython_vm::compiler::core::{Mode, OneIndexed};
use rustpython_vm::compiler::{CompileError, parser};
use rustpython_vm::{PyRef, VirtualMachine};

use jurigged_runtime::CompileUnit;

use crate::code_object::moved;

/// `__future__.annotations.compiler_flag`, the one flag that still changes code (CPython `Include/cpython/code.h`).
const FUTURE_ANNOTATIONS: u32 = 0x100_0000;

/// Compiles a unit; the error is the `SyntaxError`, in the unit's own lines.
pub(crate) fn compile(vm: &VirtualMachine, unit: &CompileUnit<'_>) -> Result<PyRef<PyCode>, PyBaseExceptionRef> {
    // A class body stores `__firstlineno__`, a line number that is a constant like any other: moving lines misses it.
    if unit.first_line > 1 && unit.source.contains("class") {
        let padded = format!("{}{}", "\n".repeat(unit.first_line as usize - 1), unit.source);
        let placed = CompileUnit {
            source: &padded,
            first_line: 1,
            ..*unit
        };
        if let Ok(code) = compile_moved(vm, &placed) {
            return Ok(code);
        }
        // Once more as it is written, for an error in the unit's own lines.
    }
    compile_moved(vm, unit)
}

fn compile_moved(vm: &VirtualMachine, unit: &CompileUnit<'_>) -> Result<PyRef<PyCode>, PyBaseExceptionRef> {
    let syntax_error = |error: CompileError| vm.new_syntax_error(&error, Some(unit.source));
    let file = SourceFileBuilder::new(unit.file, unit.source).finish();
    let parsed = parser::parse(unit.source, parser::Mode::Module.into())
        .map_err(|error| syntax_error(CompileError::from_ruff_parse_error(error, &file)))?;
    let mut tree = parsed.into_syntax();
    let mut imported = false;
    if let Mod::Module(module) = &mut tree
        && unit.flags & FUTURE_ANNOTATIONS != 0
        && !imports_annotations(module)
    {
        insert_import(module);
        imported = true;
    }
    let mut code =
        compile_top(tree, file, Mode::Exec, vm.compile_opts()).map_err(|error| syntax_error(error.into()))?;
    if imported {
        erase_import(&code);
    }
    if unit.first_line != 1 {
        move_lines(&mut code, i64::from(unit.first_line) - 1);
    }
    Ok(vm.ctx.new_code(code))
}

fn imports_annotations(module: &ModModule) -> bool {
    module.body.iter().any(|statement| {
        matches!(statement, Stmt::ImportFrom(import) if import.module.as_deref() == Some("__future__")
            && import.names.iter().any(|alias| alias.name.as_str() == "annotations"))
    })
}

/// Puts `from __future__ import annotations` where Python allows it. RustPython takes the flag from that statement only.
fn insert_import(module: &mut ModModule) {
    let identifier = |name: &str| Identifier::new(name, Default::default());
    let statement = Stmt::ImportFrom(StmtImportFrom {
        node_index: AtomicNodeIndex::default(),
        range: Default::default(),
        module: Some(identifier("__future__")),
        names: vec![Alias {
            node_index: AtomicNodeIndex::default(),
            range: Default::default(),
            name: identifier("annotations"),
            asname: None,
        }],
        level: 0,
        is_lazy: false,
    });
    let is_docstring = |statement: &Stmt| matches!(statement, Stmt::Expr(expression) if matches!(*expression.value, Expr::StringLiteral(_)));
    let at = usize::from(module.body.first().is_some_and(is_docstring));
    module.body.insert(at, statement);
}

/// Takes back what the inserted statement would do when it runs: bind `annotations` in the namespace.
fn erase_import(code: &CodeObject) {
    let instructions = &code.instructions;
    let Some(import) =
        (2..instructions.len()).find(|index| matches!(instructions.read_op(*index), Instruction::ImportName { .. }))
    else {
        return;
    };
    // Level, names, the import, the name out of it, its store, and the module popped: together they leave the stack as
    // it was. Being the first statement, it needs no `EXTENDED_ARG`.
    for index in import - 2..(import + 4).min(instructions.len()) {
        // SAFETY: in bounds; nobody else has the code object yet, and `NOP` takes any argument.
        unsafe { instructions.replace_op(index, Instruction::Nop) };
    }
}

/// Moves all lines of a code object and of those inside it.
fn move_lines(code: &mut CodeObject, lines: i64) {
    let moved_line = |line: OneIndexed| {
        usize::try_from(line.get() as i64 + lines)
            .ok()
            .and_then(OneIndexed::new)
            .unwrap_or(OneIndexed::MIN)
    };
    code.first_line_number = code.first_line_number.map(moved_line);
    for (start, end) in &mut code.locations {
        *start = moved(*start, lines);
        *end = moved(*end, lines);
    }
    let constants = std::mem::replace(&mut code.constants, std::iter::empty().collect());
    code.constants = constants
        .iter()
        .cloned()
        .map(|mut constant| {
            if let ConstantData::Code { code } = &mut constant {
                move_lines(code, lines);
            }
            constant
        })
        .collect();
}
