//! The prompt of the embedded interpreter: `jurigged/_shell.py`, which CPython has, too, with the line editor of this crate.

use std::cell::RefCell;
use std::path::PathBuf;

use rustpython_vm::builtins::{PyDictRef, PyStrRef};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use crate::line_editor::LineEditor;
use crate::package;

/// Reads, evaluates and prints in the namespace `names`; `is_alone` says that no program ran before.
///
/// # Errors
/// `SystemExit`, and what makes the prompt itself fail.
pub(crate) fn run(vm: &VirtualMachine, names: PyDictRef, is_alone: bool) -> PyResult<()> {
    let interact = package::function(vm, "jurigged._shell", "interact")?;
    interact.call((names, is_alone, false, reader(vm)), vm).map(drop)
}

thread_local! {
    /// The editor of this thread's prompt: it lives on when a prompt is left and another one opens.
    static EDITOR: RefCell<Option<LineEditor>> = const { RefCell::new(None) };
}

/// `read_line(prompt, complete, history)`, as `_shell.py` wants it.
fn reader(vm: &VirtualMachine) -> PyObjectRef {
    let read = |prompt: PyStrRef, complete: PyObjectRef, history: PyStrRef, vm: &VirtualMachine| -> PyResult<String> {
        let known = EDITOR.take();
        let editor = match known {
            Some(editor) => editor,
            None => LineEditor::start(PathBuf::from(history.to_string_lossy().into_owned()))
                .map_err(|error| vm.new_os_error(error.to_string()))?,
        };
        let line = editor.read(vm, &prompt.to_string_lossy(), &complete);
        EDITOR.set(Some(editor));
        line
    };
    vm.new_function("read_line", read).into()
}
