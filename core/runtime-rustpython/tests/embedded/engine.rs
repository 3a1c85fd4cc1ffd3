//! What the engine thread of a child does. Each role meets its program (in `cases`) at the names `ready` and `done` of
//! the program's namespace.

mod looking;
mod patching;
mod waiting;

use std::time::{Duration, Instant};

use jurigged_runtime::{CompileUnit, Handle, Interpreter, ObjectKind, Runtime, RuntimeError, SoughtCode, Swap};

pub use waiting::meet_detached;

/// The work of a role; none for programs that run undisturbed.
pub fn role(name: &str) -> Option<fn(&dyn Runtime)> {
    Some(match name {
        "stress" => patching::stress,
        "holders" => looking::holders,
        "swaps" => patching::swaps,
        "lines" => patching::lines,
        "constant" => patching::constant,
        "running" => looking::running,
        "blocked" => waiting::blocked,
        "fork" => waiting::fork,
        "detached" => waiting::detached,
        "compile" => looking::compile,
        "objects" => looking::objects,
        "measure" => looking::measure,
        _ => return None,
    })
}

/// One attachment that gives an answer.
fn with<R>(runtime: &dyn Runtime, work: impl FnOnce(&dyn Interpreter) -> R) -> R {
    let (mut work, mut answer) = (Some(work), None);
    let once = &mut |python: &dyn Interpreter| answer = Some(work.take().expect("runs once")(python));
    runtime.attach(once).expect("the interpreter runs");
    answer.expect("ran")
}

fn namespace(python: &dyn Interpreter) -> Handle {
    python
        .namespace(python.module("__main__").expect("there is a program"))
        .expect("a module has a namespace")
}

fn global(python: &dyn Interpreter, name: &str) -> Handle {
    python
        .entry(namespace(python), name)
        .unwrap_or_else(|| panic!("the program has no {name}"))
}

fn get(python: &dyn Interpreter, object: Handle, name: &str) -> Handle {
    python
        .attribute(object, name)
        .expect("no exception")
        .unwrap_or_else(|| panic!("no attribute {name}"))
}

fn code_of(python: &dyn Interpreter, name: &str) -> Handle {
    get(python, global(python, name), "__code__")
}

fn wait_for(runtime: &dyn Runtime, name: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while with(runtime, |python| {
        python.module("__main__").is_none() || python.entry(namespace(python), name).is_none()
    }) {
        assert!(Instant::now() < deadline, "the program never set {name}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn set(runtime: &dyn Runtime, name: &str) {
    with(runtime, |python| {
        let swap = Swap::Entry {
            dict: namespace(python),
            name: name.to_owned(),
            expected: None,
            new: Some(python.none()),
        };
        python.commit(&[swap], None).expect("a new name can be set");
    });
}

fn unit(source: &str) -> CompileUnit<'_> {
    CompileUnit {
        source,
        file: "new.py",
        flags: 0,
        first_line: 1,
    }
}

/// The namespace after running a source.
fn run(python: &dyn Interpreter, source: &str) -> Handle {
    let code = python.compile(&unit(source)).expect("it compiles");
    let dict = python.new_dict();
    python.execute(code, dict, dict).expect("it runs");
    dict
}

fn new_code(python: &dyn Interpreter, source: &str, name: &str) -> Handle {
    let function = python.entry(run(python, source), name).expect("the source defines it");
    get(python, function, "__code__")
}

fn sought(python: &dyn Interpreter, code: Handle) -> SoughtCode {
    assert_eq!(python.kind(code), ObjectKind::Code);
    SoughtCode {
        code,
        known_functions: Vec::new(),
        known_references: 0,
    }
}

fn error_text(error: &RuntimeError) -> String {
    match error {
        RuntimeError::Python(error) => error.traceback.clone(),
        other => other.to_string(),
    }
}
