//! The child process: the interpreter, a program, and an engine thread with a role.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use jurigged_runtime::{LoadSink, LoadedModule, Runtime};
use jurigged_runtime_rustpython::{Embedded, Hooks, Program, ProgramKind, RustPythonRuntime};

use crate::engine;

/// Names the role; its presence makes this process a child.
pub const ROLE: &str = "JURIGGED_TEST_ROLE";

/// Runs the program of the command line, `-m` as in `python`, with the engine of this role.
pub fn run(role: &str) -> i32 {
    let mut arguments = std::env::args_os().skip(1);
    let first = arguments.next().expect("the test names a program");
    let what = if first == "-m" {
        let module = arguments.next().expect("-m has an argument").into_string().expect("modules are text");
        match module.split_once(':') {
            Some((module, function)) => ProgramKind::Function { module: module.into(), function: function.into() },
            None => ProgramKind::Module(module),
        }
    } else {
        ProgramKind::Script(first.into())
    };
    let program = Program { what, arguments: arguments.collect(), inspect: false };
    let mut hooks = Host { role: role.to_owned(), thread: None, sink: Arc::default(), runtime: None };
    let status = Embedded::run(program, &mut hooks);
    std::io::stdout().flush().expect("stdout is open");
    status
}

struct Host {
    role: String,
    thread: Option<JoinHandle<()>>,
    sink: Arc<Sink>,
    runtime: Option<Arc<RustPythonRuntime>>,
}

impl Hooks for Host {
    fn started(&mut self, runtime: Arc<RustPythonRuntime>) -> Arc<dyn LoadSink> {
        self.runtime = Some(runtime.clone());
        if let Some(work) = engine::role(&self.role) {
            let thread = std::thread::Builder::new().name("engine".into()).stack_size(16 << 20);
            let run = move || {
                // A failed assertion must fail the test, not only this thread.
                if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&*runtime))).is_err() {
                    std::process::exit(99);
                }
            };
            self.thread = Some(thread.spawn(run).expect("a thread can be started"));
        }
        self.sink.clone()
    }

    fn stopping(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the engine does not panic");
        }
        let runtime = self.runtime.take().expect("started first");
        // The main thread may attach here, too.
        runtime.attach(&mut |_| ()).expect("the interpreter still runs");
        if std::env::var_os("JURIGGED_TEST_LOADED").is_some() {
            for line in self.sink.0.lock().expect("nobody panicked").iter() {
                eprintln!("{line}");
            }
        }
    }
}

/// Remembers what was loaded; wants the files that do not say otherwise in their name.
#[derive(Default)]
struct Sink(Mutex<Vec<String>>);

impl LoadSink for Sink {
    fn wants(&self, file: &Path) -> bool {
        !file.to_string_lossy().contains("unwanted")
    }

    fn loaded(&self, module: LoadedModule) {
        let name = module.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let line = format!("loaded {} {name} {:?}", module.name, String::from_utf8_lossy(&module.source));
        self.0.lock().expect("nobody panicked").push(line);
    }
}
