//! The package `jurigged` of the embedded interpreter: the same Python files as on CPython, compiled into the binary, and
//! the module `jurigged._jurigged` with the same functions over [`Host`].
//!
//! Every function lets go of the interpreter while it waits: the engine's thread stops the world for its answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jurigged_runtime::host::{Answer, Ask, AskError, Host, Listener, Moment, Wants, WatchRequest};
use jurigged_runtime::{Interpreter, Runtime};
use rustpython_vm::builtins::PyStr;
use rustpython_vm::frozen::FrozenModule;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::vm::thread::with_vm;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, TryFromObject, VirtualMachine};

use crate::{RustPythonRuntime, loader};

/// Full name of the native module.
const NATIVE: &str = "jurigged._jurigged";

/// The Python files of the package, for [`rustpython_vm::InterpreterBuilder::add_frozen_modules`].
pub(crate) fn frozen() -> impl Iterator<Item = (&'static str, FrozenModule)> {
    let files = rustpython_vm::py_freeze!(dir = "../../python/jurigged");
    files.decode().map(|(path, module)| {
        // They are named from their own folder on; names live as long as the interpreter.
        let name: &'static str = match path {
            "" => "jurigged",
            path => format!("jurigged.{path}").leak(),
        };
        (name, module)
    })
}

/// A function of a module of the package.
///
/// # Errors
/// What the import of the module raises.
pub(crate) fn function(vm: &VirtualMachine, module: &'static str, name: &'static str) -> PyResult {
    vm.import(module, 0)?;
    let modules = vm.sys_module.get_attr("modules", vm)?;
    modules.get_item(module, vm)?.get_attr(name, vm)
}

/// What the functions work with.
#[derive(Clone)]
struct Native {
    runtime: Arc<RustPythonRuntime>,
    host: Arc<dyn Host>,
}

/// Makes the native module, for the life of the interpreter.
///
/// # Errors
/// An exception when the interpreter is not the expected one.
pub(crate) fn install(vm: &VirtualMachine, runtime: &Arc<RustPythonRuntime>, host: Arc<dyn Host>) -> PyResult<()> {
    let module = vm.new_module(NATIVE, vm.ctx.new_dict(), None);
    let object = module.as_object();
    object.set_attr("__version__", vm.ctx.new_str(env!("CARGO_PKG_VERSION")), vm)?;
    object.set_attr("__file__", vm.ctx.new_str("jurigged"), vm)?;
    let native = Native {
        runtime: runtime.clone(),
        host,
    };
    for (name, function) in FUNCTIONS {
        let native = native.clone();
        let call = move |mut arguments: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let answer = function(&native, &mut arguments, vm)?;
            match !(arguments.args.is_empty() && arguments.kwargs.is_empty()) {
                true => Err(vm.new_type_error(format!("{name}() got an argument that it does not have"))),
                false => Ok(answer),
            }
        };
        object.set_attr(*name, vm.new_function(name, call), vm)?;
    }
    vm.sys_module
        .get_attr("modules", vm)?
        .set_item(NATIVE, module.into(), vm)
}

type Function = fn(&Native, &mut FuncArgs, &VirtualMachine) -> PyResult;

/// By name, as in `_jurigged.pyi`.
const FUNCTIONS: &[(&str, Function)] = &[
    ("attach", |_, arguments, vm| {
        // The session of the command runs from the start.
        take::<String>(arguments, "extension", vm)?;
        Ok(vm.ctx.none())
    }),
    ("status", |native, _, vm| {
        Ok(vm.ctx.new_str(native.host.status()).into())
    }),
    ("mode", |native, _, vm| Ok(vm.ctx.new_str(native.host.mode()).into())),
    ("watch", watch),
    ("unwatch", |native, arguments, vm| {
        let number = take(arguments, "number", vm)?;
        Ok(vm.ctx.new_bool(native.host.unwatch(number)).into())
    }),
    ("watches", |native, arguments, vm| {
        let number: Option<u64> = optional(arguments, "number", vm)?;
        let file: String = take(arguments, "file", vm)?;
        let watches = || number.is_some_and(|number| native.host.watches(number, file.as_ref()));
        Ok(vm.ctx.new_bool(native.runtime.detached(watches)).into())
    }),
    ("refresh", |native, arguments, vm| {
        let timeout = seconds(arguments, "timeout", vm)?;
        let file: Option<String> = optional(arguments, "file", vm)?;
        native.ask(Ask::Refresh(file.map(PathBuf::from)), timeout, vm)
    }),
    ("plan", |native, _, vm| native.ask(Ask::Plan, None, vm)),
    ("undo", |native, _, vm| native.ask(Ask::Undo, None, vm)),
    ("history", |native, _, vm| native.ask(Ask::History, None, vm)),
    ("apply", |native, arguments, vm| {
        let file = PathBuf::from(take::<String>(arguments, "file", vm)?);
        let text = take(arguments, "text", vm)?;
        native.ask(Ask::Apply { file, text }, None, vm)
    }),
    ("register", |native, arguments, vm| {
        let module = take(arguments, "module_name", vm)?;
        let file = PathBuf::from(take::<String>(arguments, "file", vm)?);
        let text = take(arguments, "text", vm)?;
        native.ask(Ask::Register { module, file, text }, None, vm)
    }),
    ("running_text", |native, arguments, vm| {
        let file: String = take(arguments, "file", vm)?;
        native.ask(Ask::RunningText(file.into()), None, vm)
    }),
    ("files", |native, _, vm| native.ask(Ask::Files, None, vm)),
    ("set_passive", |native, arguments, vm| {
        let passive = take(arguments, "passive", vm)?;
        native.ask(Ask::SetPassive(passive), None, vm)
    }),
    ("subscribe", |native, arguments, vm| {
        let callback = given(arguments, "callback", vm)?;
        let before: Option<bool> = optional(arguments, "before", vm)?;
        let moment = match before {
            Some(true) => Moment::Before,
            _ => Moment::After,
        };
        let number = native.host.subscribe(native.listener(callback), moment);
        Ok(vm.ctx.new_int(number).into())
    }),
    ("unsubscribe", |native, arguments, vm| {
        let number = take(arguments, "number", vm)?;
        Ok(vm.ctx.new_bool(native.host.unsubscribe(number)).into())
    }),
];

fn watch(native: &Native, arguments: &mut FuncArgs, vm: &VirtualMachine) -> PyResult {
    let patterns = given(arguments, "patterns", vm)?;
    let patterns = vm.extract_elements_with(&patterns, |pattern| String::try_from_object(vm, pattern))?;
    take::<String>(arguments, "extension", vm)?;
    let request = WatchRequest {
        patterns,
        wants: keyword(arguments, "filter", vm).map(|filter| native.wants(filter)),
        debounce: seconds(arguments, "debounce", vm)?,
        poll: seconds(arguments, "poll", vm)?,
        verbose: optional(arguments, "verbose", vm)?.unwrap_or(true),
    };
    let watched = native.runtime.detached(|| native.host.watch(request));
    let number = watched.map_err(|error| unanswered(&error, vm))?;
    loader::register_loaded(vm, &*native.host.sink())?;
    Ok(vm.ctx.new_int(number).into())
}

impl Native {
    fn ask(&self, what: Ask, timeout: Option<Duration>, vm: &VirtualMachine) -> PyResult {
        let answer = self.runtime.detached(|| self.host.ask(what, timeout));
        Ok(match answer.map_err(|error| unanswered(&error, vm))? {
            Answer::Json(json) => vm.ctx.new_str(json).into(),
            Answer::Text(text) => text.map_or_else(|| vm.ctx.none(), |text| vm.ctx.new_str(text).into()),
            Answer::Files(files) => {
                let text = |file: &PathBuf| vm.ctx.new_str(file.to_string_lossy()).into();
                vm.ctx.new_list(files.iter().map(text).collect()).into()
            }
            Answer::Done => vm.ctx.none(),
        })
    }

    /// Calls a Python function with a text, on this thread, attached, and takes its answer there; what it raises is told as
    /// of a callback.
    fn call<R>(
        &self,
        function: &PyObjectRef,
        argument: &str,
        take: fn(PyObjectRef, &VirtualMachine) -> R,
    ) -> Option<R> {
        let mut taken = None;
        let mut call = |_: &dyn Interpreter| {
            let answer = with_vm(function, |vm| {
                let argument = vm.ctx.new_str(argument);
                match function.call((argument,), vm) {
                    Ok(answer) => Some(take(answer, vm)),
                    Err(error) => {
                        vm.run_unraisable(error, None, function.clone());
                        None
                    }
                }
            });
            taken = answer.flatten();
        };
        // An interpreter that shuts down wants to hear of nothing.
        let _ = self.runtime.attach(&mut call);
        taken
    }

    fn listener(&self, callback: PyObjectRef) -> Listener {
        let native = self.clone();
        Arc::new(move |json: &str| {
            native.call(&callback, json, |_, _| ());
        })
    }

    /// A Python function as a filter; where it raises, the file is not watched.
    fn wants(&self, filter: PyObjectRef) -> Wants {
        let native = self.clone();
        Arc::new(move |file: &Path| {
            let is_true = |answer: PyObjectRef, vm: &VirtualMachine| answer.try_to_bool(vm).unwrap_or(false);
            native.call(&filter, &file.to_string_lossy(), is_true).unwrap_or(false)
        })
    }
}

/// The exception for a question without an answer.
fn unanswered(error: &AskError, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let text = error.to_string();
    let exceptions = &vm.ctx.exceptions;
    let class = match error {
        AskError::TimedOut(_) => exceptions.timeout_error,
        AskError::UnknownFile(_) => exceptions.key_error,
        AskError::Watch(_) => exceptions.value_error,
        AskError::Stopped | AskError::Busy | AskError::NothingToUndo => exceptions.runtime_error,
    };
    vm.new_exception_msg(class.to_owned(), text.into())
}

fn keyword(arguments: &mut FuncArgs, name: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let argument = arguments.take_positional_keyword(name);
    argument.filter(|argument| !vm.is_none(argument))
}

fn given(arguments: &mut FuncArgs, name: &str, vm: &VirtualMachine) -> PyResult {
    let argument = arguments.take_positional_keyword(name);
    argument.ok_or_else(|| vm.new_type_error(format!("missing argument '{name}'")))
}

fn take<T: TryFromObject>(arguments: &mut FuncArgs, name: &str, vm: &VirtualMachine) -> PyResult<T> {
    T::try_from_object(vm, text_of_path(given(arguments, name, vm)?, vm)?)
}

fn optional<T: TryFromObject>(arguments: &mut FuncArgs, name: &str, vm: &VirtualMachine) -> PyResult<Option<T>> {
    let argument = keyword(arguments, name, vm);
    argument
        .map(|argument| T::try_from_object(vm, text_of_path(argument, vm)?))
        .transpose()
}

/// `os.fspath` for what has it; anything else as it is.
fn text_of_path(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if object.downcastable::<PyStr>() {
        return Ok(object);
    }
    match vm.get_attribute_opt(object.clone(), "__fspath__")? {
        Some(fspath) => fspath.call((), vm),
        None => Ok(object),
    }
}

fn seconds(arguments: &mut FuncArgs, name: &str, vm: &VirtualMachine) -> PyResult<Option<Duration>> {
    let value = keyword(arguments, name, vm);
    let value = value.map(|value| value.try_float(vm)).transpose()?;
    let time = value
        .map(|value| Duration::try_from_secs_f64(value.to_f64()))
        .transpose();
    time.map_err(|error| vm.new_value_error(error.to_string()))
}
