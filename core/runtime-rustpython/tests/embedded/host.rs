//! The child process: the interpreter, a program, and an engine thread with a role.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use jurigged_runtime::{LoadSink, LoadedModule, Runtime};
use jurigged_runtime_rustpython::{Embedded, Hooks, Loops, Program, ProgramKind, RustPythonRuntime};

use crate::engine;

/// Names the role; its presence makes this process a child.
pub const ROLE: &str = "JURIGGED_TEST_ROLE";

/// Runs the program of the command line, `-m` as in `python`, with the engine of this role.
pub fn run(role: &str) -> i32 {
    let mut arguments = std::env::args_os().skip(1);
    let first = arguments.next().expect("the test names a program");
    let what = if first == "-i" {
        ProgramKind::Interactive
    } else if first == "-m" {
        let module = arguments
            .next()
            .expect("-m has an argument")
            .into_string()
            .expect("modules are text");
        match module.split_once(':') {
            Some((module, function)) => ProgramKind::Function {
                module: module.into(),
                function: function.into(),
            },
            None => ProgramKind::Module(module),
        }
    } else {
        ProgramKind::Script(first.into())
    };
    let program = Program {
        what,
        arguments: arguments.collect(),
        inspect: false,
        loops: Loops::default(),
    };
    let host = Arc::new(Host {
        role: role.to_owned(),
        parent: std::process::id(),
        state: Mutex::default(),
    });
    let status = Embedded::run(program, host);
    std::io::stdout().flush().expect("stdout is open");
    status
}

struct Host {
    role: String,
    parent: u32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    thread: Option<JoinHandle<()>>,
    sink: Option<Arc<Sink>>,
    runtime: Option<Arc<RustPythonRuntime>>,
}

impl Hooks for Host {
    fn started(&self, runtime: Arc<RustPythonRuntime>) -> Arc<dyn LoadSink> {
        let sink = Arc::new(Sink {
            loaded: Mutex::default(),
            runtime: runtime.clone(),
        });
        let mut state = self.state.lock().expect("nobody panicked");
        state.runtime = Some(runtime.clone());
        state.sink = Some(sink.clone());
        if let Some(work) = engine::role(&self.role) {
            let thread = std::thread::Builder::new().name("engine".into()).stack_size(16 << 20);
            let run = move || {
                // A failed assertion must fail the test, not only this thread.
                if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&*runtime))).is_err() {
                    std::process::exit(99);
                }
            };
            state.thread = Some(thread.spawn(run).expect("a thread can be started"));
        }
        sink
    }

    fn forked(&self) {
        assert_ne!(std::process::id(), self.parent);
        println!("forked");
        // The thread is not there to be joined.
        std::mem::forget(self.state.lock().expect("nobody panicked").thread.take());
    }

    fn stopping(&self) {
        let mut state = self.state.lock().expect("nobody panicked");
        if let Some(thread) = state.thread.take() {
            thread.join().expect("the engine does not panic");
        }
        let runtime = state.runtime.take().expect("started first");
        // The main thread may attach here, too.
        runtime.attach(&mut |_| ()).expect("the interpreter still runs");
        if std::env::var_os("JURIGGED_TEST_LOADED").is_some() {
            for line in state
                .sink
                .take()
                .expect("started first")
                .loaded
                .lock()
                .expect("nobody panicked")
                .iter()
            {
                eprintln!("{line}");
            }
        }
    }
}

/// Remembers what was loaded; wants the files that do not say otherwise in their name.
struct Sink {
    loaded: Mutex<Vec<String>>,
    runtime: Arc<RustPythonRuntime>,
}

impl LoadSink for Sink {
    fn wants(&self, file: &Path) -> bool {
        !file.to_string_lossy().contains("unwanted")
    }

    fn loaded(&self, module: LoadedModule) {
        let name = module
            .file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name == "detached.py" {
            // As a native function would that Python calls and that waits for the engine.
            self.runtime.detached(|| engine::meet_detached(&*self.runtime));
        }
        let line = format!(
            "loaded {} {name} {:?}",
            module.name,
            String::from_utf8_lossy(&module.source)
        );
        self.loaded.lock().expect("nobody panicked").push(line);
    }
}
