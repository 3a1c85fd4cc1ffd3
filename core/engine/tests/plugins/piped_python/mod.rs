//! A real CPython in a process of its own, behind the `Interpreter` trait: slow, and true.
//!
//! The engine cannot import a runtime, and plugins are about what Python really does. What only the patch stage needs
//! (commit, holders, running frames) is not answered.

use std::cell::{OnceCell, RefCell};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use jurigged_runtime::{
    CommitError, CompileUnit, FoundHolders, FramePlace, Handle, Interpreter, Limiter, ObjectKind, Pin, PythonError,
    Running, RunningVariables, RuntimeError, RuntimeFacts, SoughtCode, Swap,
};
use serde_json::{Value, json};

pub struct PipedPython {
    process: RefCell<(Child, ChildStdin, BufReader<ChildStdout>)>,
    facts: RuntimeFacts,
    limiter: OnceCell<Limiter>,
}

impl PipedPython {
    /// Starts `JURIGGED_TEST_PYTHON`, else `python3`, and runs the program in its module `shop`.
    pub fn start(program: &str) -> Self {
        let python = std::env::var_os("JURIGGED_TEST_PYTHON").unwrap_or_else(|| "python3".into());
        let server = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/plugins/piped_python/server.py");
        let mut child = Command::new(python)
            .args(["-u", server])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a Python to test with");
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let facts = RuntimeFacts {
            implementation: "cpython",
            version: (3, 9, 0),
            free_threaded: false,
        };
        let python = Self {
            process: RefCell::new((child, stdin, BufReader::new(stdout))),
            facts,
            limiter: OnceCell::new(),
        };
        python.define(program);
        python
    }

    /// Runs more of the program in the module `shop`.
    pub fn define(&self, program: &str) {
        self.ask("define", json!([program])).unwrap();
    }

    /// Can the program import this module? It does, if so.
    pub fn imports(&self, module: &str) -> bool {
        self.define(&format!("try:\n    import {module}\nexcept ImportError:\n    pass\n"));
        self.module(module).is_some()
    }

    /// A name of the program.
    pub fn get(&self, name: &str) -> Handle {
        let shop = self.module("shop").unwrap();
        self.attribute(shop, name)
            .unwrap()
            .unwrap_or_else(|| panic!("the program has no `{name}`"))
    }

    /// The `repr` of an expression in the program.
    pub fn eval(&self, expression: &str) -> String {
        self.define(&format!("_ = {expression}"));
        self.repr(self.get("_"))
    }

    /// Ends the attachment: handles are of no more use, and hold nothing any more.
    pub fn forget(&self) {
        self.sure("forget", json!([]));
    }

    fn ask(&self, question: &str, arguments: Value) -> Result<Value, PythonError> {
        let mut process = self.process.borrow_mut();
        writeln!(process.1, "{}", json!([question, arguments])).unwrap();
        process.1.flush().unwrap();
        let mut line = String::new();
        process.2.read_line(&mut line).unwrap();
        let mut answer: Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{question}: {error}: {line}"));
        let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
        if answer.get("kind").is_some() {
            return Err(PythonError {
                kind: text("kind"),
                message: text("message"),
                traceback: text("traceback"),
                file: None,
                line: None,
                column: None,
                end_column: None,
            });
        }
        Ok(answer["answer"].take())
    }

    fn sure(&self, question: &str, arguments: Value) -> Value {
        self.ask(question, arguments)
            .unwrap_or_else(|error| panic!("{question}: {}", error.traceback))
    }

    fn handle(&self, question: &str, arguments: Value) -> Handle {
        handle(&self.sure(question, arguments)).expect("an object")
    }
}

impl Drop for PipedPython {
    fn drop(&mut self) {
        let process = self.process.get_mut();
        let _ = process.0.kill();
        let _ = process.0.wait();
    }
}

fn handle(value: &Value) -> Option<Handle> {
    value.as_u64().map(Handle)
}

fn handles(value: &Value) -> Vec<Handle> {
    value.as_array().into_iter().flatten().filter_map(handle).collect()
}

fn raised(error: PythonError) -> RuntimeError {
    RuntimeError::Python(Box::new(error))
}

impl Interpreter for PipedPython {
    fn facts(&self) -> &RuntimeFacts {
        &self.facts
    }

    fn pin(&self, object: Handle) -> Pin {
        Pin::new(self.sure("pin", json!([object])).as_u64().unwrap())
    }

    fn pinned(&self, pin: &Pin) -> Handle {
        self.handle("pinned", json!([pin.reference::<u64>()]))
    }

    fn attribute(&self, object: Handle, name: &str) -> Result<Option<Handle>, RuntimeError> {
        self.ask("attribute", json!([object, name]))
            .map(|value| handle(&value))
            .map_err(raised)
    }

    fn namespace(&self, object: Handle) -> Option<Handle> {
        handle(&self.sure("namespace", json!([object])))
    }

    fn entry(&self, mapping: Handle, name: &str) -> Option<Handle> {
        handle(&self.sure("entry", json!([mapping, name])))
    }

    fn entries(&self, mapping: Handle) -> Vec<(Handle, Handle)> {
        let pairs = self.sure("entries", json!([mapping]));
        pairs
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (handle(&pair[0]).unwrap(), handle(&pair[1]).unwrap()))
            .collect()
    }

    fn items(&self, object: Handle) -> Result<Vec<Handle>, RuntimeError> {
        self.ask("items", json!([object]))
            .map(|value| handles(&value))
            .map_err(raised)
    }

    fn class_of(&self, object: Handle) -> Handle {
        self.handle("class_of", json!([object]))
    }

    fn kind(&self, object: Handle) -> ObjectKind {
        match self.sure("kind", json!([object])).as_str().unwrap() {
            "None" => ObjectKind::None,
            "Function" => ObjectKind::Function,
            "Code" => ObjectKind::Code,
            "Class" => ObjectKind::Class,
            "Module" => ObjectKind::Module,
            "Cell" => ObjectKind::Cell,
            "BoundMethod" => ObjectKind::BoundMethod,
            "StaticMethod" => ObjectKind::StaticMethod,
            "ClassMethod" => ObjectKind::ClassMethod,
            "Property" => ObjectKind::Property,
            "Dict" => ObjectKind::Dict,
            "List" => ObjectKind::List,
            "Tuple" => ObjectKind::Tuple,
            "Set" => ObjectKind::Set,
            "Text" => ObjectKind::Text,
            "Integer" => ObjectKind::Integer,
            "Builtin" => ObjectKind::Builtin,
            _ => ObjectKind::Other,
        }
    }

    fn class_names(&self, object: Handle) -> Vec<String> {
        serde_json::from_value(self.sure("class_names", json!([object]))).unwrap()
    }

    fn same(&self, a: Handle, b: Handle) -> bool {
        a == b
    }

    fn referents(&self, object: Handle) -> Vec<Handle> {
        handles(&self.sure("referents", json!([object])))
    }

    fn text(&self, object: Handle) -> Option<String> {
        self.sure("text", json!([object])).as_str().map(str::to_owned)
    }

    fn integer(&self, object: Handle) -> Option<i64> {
        self.sure("integer", json!([object])).as_i64()
    }

    fn repr(&self, object: Handle) -> String {
        self.sure("repr", json!([object])).as_str().unwrap().to_owned()
    }

    fn none(&self) -> Handle {
        self.handle("new", json!([null]))
    }

    fn new_text(&self, text: &str) -> Handle {
        self.handle("new", json!([text]))
    }

    fn new_integer(&self, value: i64) -> Handle {
        self.handle("new", json!([value]))
    }

    fn new_tuple(&self, items: &[Handle]) -> Handle {
        self.handle("new_tuple", json!([items]))
    }

    fn new_dict(&self) -> Handle {
        self.handle("new_dict", json!([]))
    }

    fn set_entry(&self, dict: Handle, name: &str, value: Handle) {
        self.sure("set_entry", json!([dict, name, value]));
    }

    fn new_cell(&self, _: Option<Handle>) -> Handle {
        unimplemented!("no plugin makes cells")
    }

    fn call(&self, function: Handle, arguments: &[Handle]) -> Result<Handle, RuntimeError> {
        let answer = self.ask("call", json!([function, arguments])).map_err(raised)?;
        Ok(handle(&answer).unwrap())
    }

    fn modules(&self) -> Vec<(String, Handle)> {
        unimplemented!("plugins ask for modules by name")
    }

    fn module(&self, name: &str) -> Option<Handle> {
        handle(&self.sure("module", json!([name])))
    }

    fn compile(&self, unit: &CompileUnit<'_>) -> Result<Handle, RuntimeError> {
        let answer = self.ask("compile", json!([unit.source, unit.file])).map_err(raised)?;
        Ok(handle(&answer).unwrap())
    }

    fn execute(&self, code: Handle, globals: Handle, _: Handle) -> Result<(), RuntimeError> {
        self.ask("execute", json!([code, globals])).map(drop).map_err(raised)
    }

    fn limiter(&self) -> &OnceCell<Limiter> {
        &self.limiter
    }

    fn detached(&self, work: &(dyn Fn() + Sync)) {
        work();
    }

    fn thread(&self) -> u64 {
        0
    }

    fn stack(&self, _: u64) -> Vec<FramePlace> {
        Vec::new()
    }

    fn find_holders(&self, _: &[SoughtCode]) -> FoundHolders {
        unimplemented!("the locate stage's")
    }

    fn codes_of_files(&self, _: &[String]) -> Vec<Vec<Handle>> {
        unimplemented!("the locate stage's")
    }

    fn running(&self, _: &[Handle]) -> Vec<Running> {
        unimplemented!("the patch stage's")
    }

    fn running_variables(&self, _: &[Handle]) -> Vec<RunningVariables> {
        unimplemented!("the patch stage's")
    }

    fn instances(&self, class: Handle) -> Vec<Handle> {
        handles(&self.sure("instances", json!([class])))
    }

    fn commit(&self, _: &[Swap], _: Option<usize>) -> Result<(), CommitError> {
        unimplemented!("the patch stage's")
    }

    fn undo(&self, _: &[Swap]) {
        unimplemented!("the patch stage's")
    }
}
