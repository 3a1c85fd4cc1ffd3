//! A line goes to a terminal without taking ctrl-c with it.
//!
//! `TextIOWrapper.write` of RustPython flushes the buffer below it after each line, the buffer runs the handlers of signals
//! after each write, and what they raise is thrown away with the result of that flush (`_io.rs` of rustpython-vm 0.5). So
//! ctrl-c was lost while a line was written: a program that prints a lot could hardly be interrupted. CPython raises it
//! there, in the call of `print`; here it is raised by the next instruction.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::signal::UserSignalSender;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

/// Keeps what handlers raise while `sys.stdout` or `sys.stderr` is flushed, for the main thread. The two may be missing or
/// closed.
pub(crate) fn keep_interrupts(vm: &VirtualMachine, to_main: &UserSignalSender) -> PyResult<()> {
    for name in ["stdout", "stderr"] {
        let stream = vm.sys_module.get_attr(name, vm)?;
        if let Ok(buffer) = stream.get_attr("buffer", vm)
            && buffer.dict().is_some()
        {
            let flush = flush_of(&buffer, vm, to_main.clone())?;
            buffer.set_attr("flush", flush, vm)?;
        }
    }
    Ok(())
}

/// The function that flushes this buffer. An attribute of the buffer, since its class is not ours.
fn flush_of(buffer: &PyObjectRef, vm: &VirtualMachine, to_main: UserSignalSender) -> PyResult<PyObjectRef> {
    let flush = buffer.get_attr("flush", vm)?;
    let flush = move |arguments: FuncArgs, vm: &VirtualMachine| match flush.call_with_args(arguments, vm) {
        Err(exception) if is_of_handler(&exception, vm) => {
            // What is not written yet stays in the buffer, as in CPython.
            let again = to_main.clone();
            let raise = move |_: &VirtualMachine| {
                // What stands behind it in the channel would wait for the next signal.
                let _ = again.send(Box::new(|_| Ok(())));
                Err(exception)
            };
            // The receiver is the interpreter, which is there.
            let _ = to_main.send(Box::new(raise));
            Ok(vm.ctx.none())
        }
        result => result,
    };
    Ok(vm.new_function("flush", flush).into())
}

/// Did a handler raise this, not the writing? It is ctrl-c, or a function of Python has raised it.
fn is_of_handler(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> bool {
    exception.fast_isinstance(vm.ctx.exceptions.keyboard_interrupt) || exception.__traceback__().is_some()
}
