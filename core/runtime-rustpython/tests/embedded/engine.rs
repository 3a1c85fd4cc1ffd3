//! What the engine thread of a child does. Each role meets its program (in `cases`) at the names `ready` and `done` of
//! the program's namespace.

use std::time::{Duration, Instant};

use jurigged_runtime::{
    CommitError, CompileUnit, Handle, Interpreter, ObjectKind, RunningKind, Runtime, RuntimeError, SoughtCode, Swap,
};

/// The work of a role; none for programs that run undisturbed.
pub fn role(name: &str) -> Option<fn(&dyn Runtime)> {
    Some(match name {
        "stress" => stress,
        "holders" => holders,
        "swaps" => swaps,
        "lines" => lines,
        "constant" => constant,
        "running" => running,
        "blocked" => blocked,
        "fork" => fork,
        "compile" => compile,
        "objects" => objects,
        "measure" => measure,
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
    python.namespace(python.module("__main__").expect("there is a program")).expect("a module has a namespace")
}

fn global(python: &dyn Interpreter, name: &str) -> Handle {
    python.entry(namespace(python), name).unwrap_or_else(|| panic!("the program has no {name}"))
}

fn get(python: &dyn Interpreter, object: Handle, name: &str) -> Handle {
    python.attribute(object, name).expect("no exception").unwrap_or_else(|| panic!("no attribute {name}"))
}

fn code_of(python: &dyn Interpreter, name: &str) -> Handle {
    get(python, global(python, name), "__code__")
}

fn wait_for(runtime: &dyn Runtime, name: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while with(runtime, |python| python.module("__main__").is_none() || python.entry(namespace(python), name).is_none()) {
        assert!(Instant::now() < deadline, "the program never set {name}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn set(runtime: &dyn Runtime, name: &str) {
    with(runtime, |python| {
        let swap =
            Swap::Entry { dict: namespace(python), name: name.to_owned(), expected: None, new: Some(python.none()) };
        python.commit(&[swap], None).expect("a new name can be set");
    });
}

fn unit(source: &str) -> CompileUnit<'_> {
    CompileUnit { source, file: "new.py", flags: 0, first_line: 1 }
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
    SoughtCode { code, known_functions: Vec::new(), known_references: 0 }
}

fn stress(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    let (a, b) = with(runtime, |python| {
        let source = "def work(x):\n    a = 'B'\n    b = [a for _ in range(3)]\n    return a, b[2], x + 2000\n";
        (python.pin(code_of(python, "work")), python.pin(new_code(python, source, "work")))
    });
    let started = Instant::now();
    for turn in 0..5000 {
        with(runtime, |python| {
            let (a, b) = (python.pinned(&a), python.pinned(&b));
            let (expected, new) = if turn % 2 == 0 { (a, b) } else { (b, a) };
            let old_default = get(python, global(python, "method"), "__defaults__");
            let number = python.new_integer(turn);
            let new_default = python.new_tuple(&[number, number]);
            let swaps = [
                Swap::Code { function: global(python, "work"), expected, new },
                Swap::Attribute {
                    object: global(python, "method"),
                    name: "__defaults__".to_owned(),
                    expected: Some(old_default),
                    new: Some(new_default),
                },
            ];
            python.commit(&swaps, None).expect("nothing else changes these");
        });
    }
    eprintln!("5000 commits in {:?}", started.elapsed());
    set(runtime, "done");
}

fn holders(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    let found = with(runtime, |python| {
        let code = code_of(python, "target");
        let found = python.find_holders(&[sought(python, code)]);
        assert_eq!(found.heap_passes, 1);
        let new = new_code(python, "def target():\n    return 'new'\n", "target");
        let swaps: Vec<Swap> = found.functions[0]
            .iter()
            .map(|function| Swap::Code { function: *function, expected: code, new })
            .collect();
        python.commit(&swaps, None).expect("all of them are functions");
        assert_eq!(python.find_holders(&[sought(python, code)]).functions[0], []);
        let conforming: Vec<String> =
            found.conforming[0].iter().map(|object| python.class_names(*object)[0].clone()).collect();
        assert_eq!(conforming, ["__main__.Conforming"]);
        found.functions[0].len()
    });
    assert_eq!(found, 9, "the program makes nine copies");
    with(runtime, |python| {
        // One function, its handle, and the constant of the module's code: no pass is needed to know all that.
        let alone = code_of(python, "alone");
        let known = SoughtCode { code: alone, known_functions: vec![global(python, "alone")], known_references: 1 };
        let found = python.find_holders(&[known]);
        assert_eq!((found.functions[0].len(), found.heap_passes), (1, 1), "a class has __conform__, so look");
    });
    set(runtime, "done");
}

fn swaps(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    with(runtime, |python| {
        let plain = global(python, "plain");
        let closure = global(python, "closure");
        let class = global(python, "Class");
        let plain_code = get(python, plain, "__code__");
        let new = new_code(python, "def plain(a, b=7):\n    return 'new', a, b\n", "plain");
        let text = |value: &str| python.new_text(value);

        // The function, its handle and the constant of the module's code: no pass is needed to know all that.
        let alone = code_of(python, "alone");
        let known = SoughtCode { code: alone, known_functions: vec![global(python, "alone")], known_references: 1 };
        let found = python.find_holders(&[known]);
        assert_eq!((found.functions[0].len(), found.heap_passes), (1, 0));
        let found = python.find_holders(&[sought(python, alone)]);
        assert_eq!((found.functions[0].len(), found.heap_passes), (1, 1));

        // Refused before anything happens.
        let refused = |swap: Swap, kind: &str| match python.commit(&[swap], None) {
            Err(CommitError::Refused { index: 0, source }) => assert_eq!(source.kind, kind, "{source}"),
            other => panic!("expected {kind}, got {other:?}"),
        };
        let closure_code = get(python, closure, "__code__");
        refused(Swap::Code { function: closure, expected: closure_code, new }, "ValueError");
        refused(Swap::Code { function: plain, expected: plain_code, new: closure_code }, "ValueError");
        refused(Swap::Closure { function: closure, expected: None, new: None }, "NotImplementedError");
        refused(Swap::Code { function: class, expected: plain_code, new }, "TypeError");
        let immutable = python.class_of(python.new_integer(1));
        let class_attribute = |class, name: &str, expected, new| Swap::ClassAttribute {
            class,
            name: name.to_owned(),
            expected,
            new,
        };
        refused(class_attribute(immutable, "x", None, Some(plain)), "TypeError");
        refused(Swap::Code { function: Handle(1), expected: plain_code, new }, "ReferenceError");

        let dict = global(python, "dictionary");
        let list = global(python, "listed");
        let cell = python.items(get(python, closure, "__closure__")).expect("a tuple")[0];
        let zero = python.new_integer(0);
        let defaults = python.new_tuple(&[python.new_integer(5)]);
        let method = python.entry(python.namespace(class).expect("a class has one"), "method").expect("defined");
        let swaps = [
            Swap::Code { function: plain, expected: plain_code, new },
            Swap::Attribute {
                object: plain,
                name: "__defaults__".to_owned(),
                expected: None,
                new: Some(defaults),
            },
            Swap::Attribute {
                object: plain,
                name: "__doc__".to_owned(),
                expected: Some(get(python, plain, "__doc__")),
                new: None,
            },
            Swap::Attribute { object: plain, name: "extra".to_owned(), expected: None, new: Some(text("extra")) },
            Swap::Attribute {
                object: global(python, "instance"),
                name: "value".to_owned(),
                expected: Some(get(python, global(python, "instance"), "value")),
                new: Some(text("by property")),
            },
            class_attribute(class, "method", Some(method), Some(plain)),
            class_attribute(class, "added", None, Some(text("added"))),
            class_attribute(class, "__len__", None, Some(global(python, "length"))),
            Swap::Entry { dict, name: "key".to_owned(), expected: python.entry(dict, "key"), new: Some(text("entry")) },
            Swap::Entry { dict, name: "gone".to_owned(), expected: python.entry(dict, "gone"), new: None },
            Swap::Item {
                container: list,
                key: zero,
                expected: python.items(list).expect("a list")[0],
                new: text("item"),
            },
            Swap::Cell { cell, expected: Some(get(python, cell, "cell_contents")), new: Some(text("cell")) },
        ];
        let check = |name: &str| {
            let done = python.call(global(python, name), &[]);
            assert!(done.is_ok(), "{name}: {}", done.map_or_else(|error| error_text(&error), |_| String::new()));
        };
        check("check_old");
        for fault in 0..swaps.len() {
            match python.commit(&swaps, Some(fault)) {
                Err(CommitError::Injected { index }) => assert_eq!(index, fault),
                other => panic!("expected a fault at {fault}, got {other:?}"),
            }
            check("check_old");
        }
        python.commit(&swaps, None).expect("it can be committed");
        check("check_new");
        match python.commit(&swaps, None) {
            Err(CommitError::Changed { index: 0 }) => {}
            other => panic!("expected a change, got {other:?}"),
        }
        python.undo(&swaps);
        check("check_old");
        // A setter of the program refuses: the swaps before it are taken back.
        let refusing = Swap::Attribute {
            object: global(python, "refusing"),
            name: "value".to_owned(),
            expected: Some(get(python, global(python, "refusing"), "value")),
            new: Some(zero),
        };
        match python.commit(&[swaps[0].clone(), swaps[8].clone(), refusing], None) {
            Err(CommitError::Refused { index: 2, source }) => {
                assert_eq!((source.kind.as_str(), source.message.as_str()), ("ValueError", "no"));
                assert!(source.traceback.contains("raise ValueError"), "{}", source.traceback);
            }
            other => panic!("expected a refusal, got {other:?}"),
        }
        check("check_old");
    });
    set(runtime, "done");
}

fn error_text(error: &RuntimeError) -> String {
    match error {
        RuntimeError::Python(error) => error.traceback.clone(),
        other => other.to_string(),
    }
}

fn lines(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    with(runtime, |python| {
        let code = code_of(python, "raises");
        let line = python.integer(get(python, code, "co_firstlineno")).expect("a number") as u32;
        let inner = python.items(get(python, code, "co_consts")).expect("a tuple");
        let inner = inner.into_iter().find(|constant| python.kind(*constant) == ObjectKind::Code).expect("nested");
        let inner_line = python.integer(get(python, inner, "co_firstlineno")).expect("a number") as u32;
        let suspended = get(python, global(python, "generator"), "gi_code");
        let generator_line = python.integer(get(python, suspended, "co_firstlineno")).expect("a number") as u32;
        let swaps = [
            Swap::FirstLine { code, expected: line, new: line + 100 },
            Swap::FirstLine { code: inner, expected: inner_line, new: inner_line + 100 },
            Swap::FirstLine { code: suspended, expected: generator_line, new: generator_line - 1 },
        ];
        python.commit(&swaps, None).expect("lines can be moved");
        match python.commit(&swaps, None) {
            Err(CommitError::Changed { index: 0 }) => {}
            other => panic!("expected a change, got {other:?}"),
        }
    });
    set(runtime, "done");
}

fn constant(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    with(runtime, |python| {
        let outer = code_of(python, "outer");
        let constants = python.items(get(python, outer, "co_consts")).expect("a tuple");
        let index = constants.iter().position(|item| python.kind(*item) == ObjectKind::Code).expect("nested");
        let source = "def outer():\n    def inner():\n        return 'new'\n    return inner\n";
        let new_outer = new_code(python, source, "outer");
        let new_inner = python.items(get(python, new_outer, "co_consts")).expect("a tuple");
        let new = new_inner.into_iter().find(|item| python.kind(*item) == ObjectKind::Code).expect("nested");
        let swap = Swap::Constant { code: outer, index, expected: constants[index], new };
        python.commit(&[swap], None).expect("the constant can be replaced");
    });
    set(runtime, "done");
}

fn running(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    // The program goes on from there to where it waits.
    std::thread::sleep(Duration::from_millis(100));
    with(runtime, |python| {
        let names = ["waits", "in_thread", "generates", "coroutine", "idle"];
        let codes: Vec<Handle> = names.iter().map(|name| code_of(python, name)).collect();
        let mut running: Vec<(usize, RunningKind, String, bool)> = python
            .running(&codes)
            .into_iter()
            .map(|one| (one.code, one.kind, format!("line {}", one.line), one.is_innermost))
            .collect();
        running.sort_by_key(|one| one.0);
        let line = |name: &str| {
            let first = python.integer(get(python, code_of(python, name), "co_firstlineno")).expect("a number");
            format!("line {}", first + 1)
        };
        assert_eq!(
            running,
            [
                (0, RunningKind::Frame, line("waits"), true),
                (1, RunningKind::Frame, line("in_thread"), false),
                (2, RunningKind::Suspended, line("generates"), true),
                (3, RunningKind::Suspended, line("coroutine"), true),
            ]
        );
        let instances = python.instances(global(python, "Base"));
        assert_eq!(instances.len(), 3);
        assert!(instances.iter().all(|object| python.class_names(*object).contains(&"__main__.Base".to_owned())));
    });
    set(runtime, "done");
}

fn blocked(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    for number in 0.. {
        let name = format!("block_{number}");
        if with(runtime, |python| python.entry(namespace(python), "last").is_some()) {
            break;
        }
        wait_for(runtime, &name);
        std::thread::sleep(Duration::from_millis(50));
        let started = Instant::now();
        set(runtime, &format!("swap_{number}"));
        let what = with(runtime, |python| python.text(global(python, &name)));
        eprintln!("committed during {} in {:?}", what.unwrap_or_default(), started.elapsed());
        wait_for(runtime, &format!("end_{number}"));
    }
    set(runtime, "done");
}

fn fork(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    let mut turns = 0;
    while with(runtime, |python| python.entry(namespace(python), "forked").is_none()) {
        with(runtime, |python| {
            let dict = namespace(python);
            let expected = python.entry(dict, "number");
            let new = Some(python.new_integer(turns));
            python.commit(&[Swap::Entry { dict, name: "number".to_owned(), expected, new }], None).expect("ours alone");
        });
        turns += 1;
    }
    assert!(turns > 10, "only {turns} commits while the program forked");
    set(runtime, "done");
}

fn compile(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    with(runtime, |python| {
        let wrong = CompileUnit { source: "x = 1\ny = (2 +\n", file: "wrong.py", flags: 0, first_line: 40 };
        let Err(RuntimeError::Python(error)) = python.compile(&wrong) else {
            panic!("it cannot be compiled");
        };
        assert_eq!((error.kind.as_str(), error.file.as_deref()), ("SyntaxError", Some("wrong.py")));
        assert_eq!((error.line, error.column), (Some(2), Some(5)), "{error:?}");
        assert_eq!(error.message, "'(' was never closed");
        assert!(error.traceback.contains("SyntaxError"), "{}", error.traceback);

        // The first line counts for nested code, too.
        let source = "def f():\n    def g():\n        raise KeyError('here')\n    g()\n";
        let code = python.compile(&CompileUnit { first_line: 40, ..unit(source) }).expect("it compiles");
        let dict = python.new_dict();
        python.execute(code, dict, dict).expect("it runs");
        let f = python.entry(dict, "f").expect("defined");
        let Err(RuntimeError::Python(error)) = python.call(f, &[]) else {
            panic!("it raises");
        };
        assert_eq!((error.kind.as_str(), error.message.as_str()), ("KeyError", "'here'"));
        assert_eq!((error.file.as_deref(), error.line), (Some("new.py"), Some(42)));
        let lines = python.call(get(python, get(python, f, "__code__"), "co_lines"), &[]).expect("it can be listed");
        let lines = python.items(lines).expect("triples").into_iter().filter_map(|triple| {
            python.integer(python.items(triple).expect("a triple")[2])
        });
        assert_eq!(lines.min(), Some(40));

        // `from __future__ import annotations` by flag: no name is bound, the docstring stays one.
        let source = "'doc'\ndef f(a: missing) -> 'x': pass\n";
        let code = python.compile(&CompileUnit { flags: 0x100_0000, ..unit(source) }).expect("it compiles");
        let dict = python.new_dict();
        python.execute(code, dict, dict).expect("it runs");
        assert_eq!(python.entry(dict, "annotations"), None);
        assert_eq!(python.text(python.entry(dict, "__doc__").expect("a docstring")).as_deref(), Some("doc"));
        let annotations = get(python, python.entry(dict, "f").expect("defined"), "__annotations__");
        assert_eq!(python.text(python.entry(annotations, "a").expect("annotated")).as_deref(), Some("missing"));

        // No warning about the escape sequence reaches stderr; the test looks.
        python.compile(&unit("x = '\\d'\n")).expect("it compiles");
    });
    set(runtime, "done");
}

fn objects(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    let (pin, old) = with(runtime, |python| {
        let kinds = [
            ("a_none", ObjectKind::None),
            ("a_function", ObjectKind::Function),
            ("A", ObjectKind::Class),
            ("Meta", ObjectKind::Class),
            ("sys", ObjectKind::Module),
            ("a_method", ObjectKind::BoundMethod),
            ("a_static", ObjectKind::StaticMethod),
            ("a_class", ObjectKind::ClassMethod),
            ("a_property", ObjectKind::Property),
            ("a_partial", ObjectKind::Partial),
            ("a_dict", ObjectKind::Dict),
            ("a_list", ObjectKind::List),
            ("a_tuple", ObjectKind::Tuple),
            ("a_set", ObjectKind::Set),
            ("a_text", ObjectKind::Text),
            ("an_int", ObjectKind::Integer),
            ("a_builtin", ObjectKind::Builtin),
            ("a_generator", ObjectKind::Generator),
            ("a_coroutine", ObjectKind::Coroutine),
            ("a_cell", ObjectKind::Cell),
            ("an_object", ObjectKind::Other),
            ("a_bool", ObjectKind::Other),
        ];
        for (name, kind) in kinds {
            assert_eq!(python.kind(global(python, name)), kind, "{name}");
        }
        let object = global(python, "an_object");
        assert_eq!(object, global(python, "an_object"), "one object, one handle");
        assert_eq!(python.class_names(object), ["__main__.A", "object"]);
        assert_eq!(python.class_names(global(python, "a_text")), ["str", "object"]);
        assert_eq!(python.attribute(object, "nothing").expect("no exception"), None);
        let Err(RuntimeError::Python(error)) = python.attribute(object, "broken") else {
            panic!("the property raises");
        };
        assert_eq!(error.kind, "ZeroDivisionError");
        assert_eq!(python.repr(object), "<unrepresentable A object>");
        assert_eq!(python.repr(global(python, "a_list")), "[1, 2]");
        let names: Vec<String> = python
            .entries(python.namespace(global(python, "A")).expect("a class has one"))
            .iter()
            .filter_map(|(key, _)| python.text(*key))
            .filter(|name| !name.starts_with("__"))
            .collect();
        assert_eq!(names, ["broken", "x"]);
        assert_eq!(python.entry(python.namespace(object).expect("an instance has one"), "own").map(|own| python.integer(own)), Some(Some(5)));
        assert_eq!(python.items(global(python, "a_list")).expect("a list").len(), 2);
        assert!(matches!(python.items(global(python, "an_int")), Err(RuntimeError::Python(_))));
        let function = global(python, "a_function");
        let code = get(python, function, "__code__");
        assert!(python.referents(function).contains(&code));
        assert!(python.referents(global(python, "a_list")).contains(&python.new_integer(1)));
        let cell = python.new_cell(None);
        assert!(matches!(python.attribute(cell, "cell_contents"), Err(RuntimeError::Python(_))));
        assert_eq!(get(python, python.new_cell(Some(code)), "cell_contents"), code);
        assert!(python.modules().iter().any(|(name, _)| name == "sys"));
        assert_eq!(python.module("no.such.module"), None);
        (python.pin(global(python, "pinned")), object)
    });
    with(runtime, |python| {
        assert_eq!(python.text(old), None);
        assert!(matches!(python.attribute(old, "x"), Err(RuntimeError::Gone(_))));
        assert_eq!(python.same(old, old), false);
        let again = python.pinned(&pin);
        assert_eq!(again, global(python, "pinned"));
    });
    // The program deletes its own reference; then ours is the last, dropped by a thread that is not attached.
    set(runtime, "pinned_seen");
    wait_for(runtime, "unpinned");
    drop(pin);
    with(runtime, |_| ());
    set(runtime, "done");
}

/// Prints what costs what; run by hand.
fn measure(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    let time = |what: &str, times: u32, work: &dyn Fn()| {
        let started = Instant::now();
        for _ in 0..times {
            work();
        }
        eprintln!("{what}: {:?}", started.elapsed() / times);
    };
    time("attach", 10_000, &|| with(runtime, |_| ()));
    time("find_holders", 10, &|| {
        with(runtime, |python| {
            let found = python.find_holders(&[sought(python, code_of(python, "target"))]);
            assert_eq!(found.functions[0].len(), 1);
        });
    });
    time("running", 10, &|| with(runtime, |python| assert!(python.running(&[code_of(python, "target")]).is_empty())));
    time("running, with generators", 10, &|| {
        with(runtime, |python| assert!(python.running(&[code_of(python, "generates")]).is_empty()));
    });
    time("commit", 1000, &|| {
        with(runtime, |python| {
            let function = global(python, "target");
            let code = get(python, function, "__code__");
            python.commit(&[Swap::Code { function, expected: code, new: code }], None).expect("it can be committed");
        });
    });
    set(runtime, "done");
}
