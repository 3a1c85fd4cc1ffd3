//! The main thread of the program, as a place to do something.
//!
//! RustPython has a channel for that, served between two bytecodes. But it is served in the middle of the handling of
//! signals, whose table is locked then: `signal.signal` would panic there. So what comes through the channel only traces the
//! next instruction, and the work is done in that event, when the lock is gone.

use std::sync::Mutex;

use rustpython_vm::frame::FrameRef;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::signal::UserSignalSender;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

type Work = Box<dyn FnOnce() + Send>;

/// Asks the main thread to do something. False when it has ended.
pub(crate) fn call(to_main: &UserSignalSender, work: Work) -> bool {
    let again = to_main.clone();
    let call = move |vm: &VirtualMachine| {
        match Traced::next_instruction(vm) {
            Some(traced) => traced.install(vm, work, again),
            // Between two programs: nothing is locked by a frame that does not run.
            None => {
                work();
                Ok(())
            }
        }
    };
    to_main.send(Box::new(call)).is_ok()
}

/// What the tracing of the program itself was.
struct Traced {
    frame: FrameRef,
    function: PyObjectRef,
    is_on: bool,
    f_trace: PyObjectRef,
    f_trace_opcodes: PyObjectRef,
}

impl Traced {
    fn next_instruction(vm: &VirtualMachine) -> Option<Self> {
        let frame = vm.current_frame()?;
        let of_frame = |name: &'static str| frame.as_object().get_attr(name, vm).ok();
        Some(Self {
            function: vm.trace_func.borrow().clone(),
            is_on: vm.use_tracing.get(),
            f_trace: of_frame("f_trace")?,
            f_trace_opcodes: of_frame("f_trace_opcodes")?,
            frame,
        })
    }

    fn install(self, vm: &VirtualMachine, work: Work, again: UserSignalSender) -> PyResult<()> {
        let frame = self.frame.clone();
        let waiting = Mutex::new(Some((self, work, again)));
        let event = move |_: FuncArgs, vm: &VirtualMachine| -> PyResult<PyObjectRef> {
            let taken = waiting.lock().ok().and_then(|mut waiting| waiting.take());
            if let Some((before, work, again)) = taken {
                let is_on = before.is_on;
                before.restore(vm)?;
                work();
                // The interpreter switches tracing on again when this event ends.
                let _ = again.send(Box::new(move |vm: &VirtualMachine| {
                    vm.use_tracing.set(is_on);
                    Ok(())
                }));
            }
            Ok(vm.ctx.none())
        };
        let event: PyObjectRef = vm.new_function("jurigged_safe_point", event).into();
        vm.trace_func.replace(event.clone());
        vm.use_tracing.set(true);
        frame.as_object().set_attr("f_trace", event, vm)?;
        frame.as_object().set_attr("f_trace_opcodes", vm.ctx.new_bool(true), vm)
    }

    fn restore(self, vm: &VirtualMachine) -> PyResult<()> {
        vm.trace_func.replace(self.function);
        let frame = self.frame.as_object();
        frame.set_attr("f_trace_opcodes", self.f_trace_opcodes, vm)?;
        match vm.is_none(&self.f_trace) {
            true => frame.del_attr("f_trace", vm),
            false => frame.set_attr("f_trace", self.f_trace, vm),
        }
    }
}
