//! Finding, reading, compiling.

use std::time::Duration;

use jurigged_runtime::{CompileUnit, Handle, ObjectKind, RunningKind, Runtime, RuntimeError, SoughtCode, Swap};

use super::{code_of, get, global, new_code, set, sought, unit, wait_for, with};

pub fn holders(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    let found = with(runtime, |python| {
        let code = code_of(python, "target");
        let found = python.find_holders(&[sought(python, code)]);
        assert_eq!(found.heap_passes, 1);
        let new = new_code(python, "def target():\n    return 'new'\n", "target");
        let swaps: Vec<Swap> = found.functions[0]
            .iter()
            .map(|function| Swap::Code {
                function: *function,
                expected: code,
                new,
            })
            .collect();
        python.commit(&swaps, None).expect("all of them are functions");
        assert_eq!(python.find_holders(&[sought(python, code)]).functions[0], []);
        let conforming: Vec<String> = found.conforming[0]
            .iter()
            .map(|object| python.class_names(*object)[0].clone())
            .collect();
        assert_eq!(conforming, ["__main__.Conforming"]);
        found.functions[0].len()
    });
    assert_eq!(found, 9, "the program makes nine copies");
    with(runtime, |python| {
        // One function, its handle, and the constant of the module's code: no pass is needed to know all that.
        let alone = code_of(python, "alone");
        let known = SoughtCode {
            code: alone,
            known_functions: vec![global(python, "alone")],
            known_references: 1,
        };
        let found = python.find_holders(&[known]);
        assert_eq!(
            (found.functions[0].len(), found.heap_passes),
            (1, 1),
            "a class has __conform__, so look"
        );
    });
    set(runtime, "done");
}

pub fn running(runtime: &dyn Runtime) {
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
            let first = python
                .integer(get(python, code_of(python, name), "co_firstlineno"))
                .expect("a number");
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
        let cells = |function: Handle| {
            let names = python.items(get(python, get(python, function, "__code__"), "co_freevars"));
            let names = names.expect("a tuple").into_iter();
            let names = names.map(|name| python.text(name).expect("a text"));
            let cells = python.items(get(python, function, "__closure__")).expect("a tuple");
            names.zip(cells).collect::<Vec<_>>()
        };
        let listed = |name: &str| python.items(global(python, name)).expect("a list");
        let mut found = python.running_variables(&[code_of(python, "shares"), code_of(python, "in_frame")]);
        found.sort_by_key(|it| (it.code, it.cells[0].1));
        let mut expected: Vec<_> = listed("closures")
            .into_iter()
            .map(|closure| (0, cells(closure)))
            .collect();
        expected.sort_by_key(|it| it.1[0].1);
        let frame = found.pop().expect("a frame");
        let found: Vec<_> = found.into_iter().map(|it| (it.code, it.cells)).collect();
        assert_eq!(found, expected);
        let by_name: Vec<_> = frame.cells.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((frame.code, by_name), (1, vec!["shared", "own"]));
        let own = cells(listed("late")[0]);
        assert_eq!(frame.cells[1], own[0]);
        let instances = python.instances(global(python, "Base"));
        assert_eq!(instances.len(), 3);
        assert!(
            instances
                .iter()
                .all(|object| python.class_names(*object).contains(&"__main__.Base".to_owned()))
        );
    });
    set(runtime, "done");
}

pub fn compile(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    with(runtime, |python| {
        let wrong = CompileUnit {
            source: "x = 1\ny = (2 +\n",
            file: "wrong.py",
            flags: 0,
            first_line: 40,
        };
        let Err(RuntimeError::Python(error)) = python.compile(&wrong) else {
            panic!("it cannot be compiled");
        };
        assert_eq!(
            (error.kind.as_str(), error.file.as_deref()),
            ("SyntaxError", Some("wrong.py"))
        );
        assert_eq!((error.line, error.column), (Some(2), Some(5)), "{error:?}");
        assert_eq!(error.message, "'(' was never closed");
        assert!(error.traceback.contains("SyntaxError"), "{}", error.traceback);

        // The first line counts for nested code, too.
        let source = "def f():\n    def g():\n        raise KeyError('here')\n    g()\n";
        let code = python
            .compile(&CompileUnit {
                first_line: 40,
                ..unit(source)
            })
            .expect("it compiles");
        let dict = python.new_dict();
        python.execute(code, dict, dict).expect("it runs");
        let f = python.entry(dict, "f").expect("defined");
        let Err(RuntimeError::Python(error)) = python.call(f, &[]) else {
            panic!("it raises");
        };
        assert_eq!((error.kind.as_str(), error.message.as_str()), ("KeyError", "'here'"));
        assert_eq!((error.file.as_deref(), error.line), (Some("new.py"), Some(42)));
        let lines = python
            .call(get(python, get(python, f, "__code__"), "co_lines"), &[])
            .expect("it can be listed");
        let lines = python
            .items(lines)
            .expect("triples")
            .into_iter()
            .filter_map(|triple| python.integer(python.items(triple).expect("a triple")[2]));
        assert_eq!(lines.min(), Some(40));

        // `from __future__ import annotations` by flag: no name is bound, the docstring stays one.
        let source = "'doc'\ndef f(a: missing) -> 'x': pass\n";
        let code = python
            .compile(&CompileUnit {
                flags: 0x100_0000,
                ..unit(source)
            })
            .expect("it compiles");
        let dict = python.new_dict();
        python.execute(code, dict, dict).expect("it runs");
        assert_eq!(python.entry(dict, "annotations"), None);
        assert_eq!(
            python
                .text(python.entry(dict, "__doc__").expect("a docstring"))
                .as_deref(),
            Some("doc")
        );
        let annotations = get(python, python.entry(dict, "f").expect("defined"), "__annotations__");
        assert_eq!(
            python
                .text(python.entry(annotations, "a").expect("annotated"))
                .as_deref(),
            Some("missing")
        );

        // No warning about the escape sequence reaches stderr; the test looks.
        python.compile(&unit("x = '\\d'\n")).expect("it compiles");
    });
    set(runtime, "done");
}

pub fn objects(runtime: &dyn Runtime) {
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
        assert_eq!(
            python
                .entry(python.namespace(object).expect("an instance has one"), "own")
                .map(|own| python.integer(own)),
            Some(Some(5))
        );
        assert_eq!(python.items(global(python, "a_list")).expect("a list").len(), 2);
        assert!(matches!(
            python.items(global(python, "an_int")),
            Err(RuntimeError::Python(_))
        ));
        let function = global(python, "a_function");
        let code = get(python, function, "__code__");
        assert!(python.referents(function).contains(&code));
        assert!(
            python
                .referents(global(python, "a_list"))
                .contains(&python.new_integer(1))
        );
        let cell = python.new_cell(None);
        assert!(matches!(
            python.attribute(cell, "cell_contents"),
            Err(RuntimeError::Python(_))
        ));
        assert_eq!(get(python, python.new_cell(Some(code)), "cell_contents"), code);
        assert!(python.modules().iter().any(|(name, _)| name == "sys"));
        assert_eq!(python.module("no.such.module"), None);
        (python.pin(global(python, "pinned")), object)
    });
    with(runtime, |python| {
        assert_eq!(python.text(old), None);
        assert!(matches!(python.attribute(old, "x"), Err(RuntimeError::Gone(_))));
        assert!(!python.same(old, old));
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
pub fn measure(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    // Time of this thread on a processor: the machine has other things to do.
    let clock = || {
        let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the clock exists on Linux and `now` can be written.
        assert_eq!(
            unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut now) },
            0
        );
        Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
    };
    let time = |what: &str, times: u32, work: &dyn Fn()| {
        let started = clock();
        for _ in 0..times {
            work();
        }
        eprintln!("{what}: {:?}", (clock() - started) / times);
    };
    time("attach", 10_000, &|| with(runtime, |_| ()));
    time("find_holders", 10, &|| {
        with(runtime, |python| {
            let found = python.find_holders(&[sought(python, code_of(python, "target"))]);
            assert_eq!(found.functions[0].len(), 1);
        });
    });
    time("running", 10, &|| {
        with(runtime, |python| {
            assert!(python.running(&[code_of(python, "target")]).is_empty())
        })
    });
    time("running, with generators", 10, &|| {
        with(runtime, |python| {
            assert!(python.running(&[code_of(python, "generates")]).is_empty())
        });
    });
    time("commit", 1000, &|| {
        with(runtime, |python| {
            let function = global(python, "target");
            let code = get(python, function, "__code__");
            python
                .commit(
                    &[Swap::Code {
                        function,
                        expected: code,
                        new: code,
                    }],
                    None,
                )
                .expect("it can be committed");
        });
    });
    set(runtime, "done");
}
