//! Commits of every kind of swap.

use std::time::Instant;

use jurigged_runtime::{CommitError, Handle, ObjectKind, Runtime, SoughtCode, Swap};

use super::{code_of, error_text, get, global, new_code, set, sought, wait_for, with};

pub fn stress(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    let (a, b) = with(runtime, |python| {
        let source = "def work(x):\n    a = 'B'\n    b = [a for _ in range(3)]\n    return a, b[2], x + 2000\n";
        (
            python.pin(code_of(python, "work")),
            python.pin(new_code(python, source, "work")),
        )
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
                Swap::Code {
                    function: global(python, "work"),
                    expected,
                    new,
                },
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

pub fn swaps(runtime: &dyn Runtime) {
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
        let known = SoughtCode {
            code: alone,
            known_functions: vec![global(python, "alone")],
            known_references: 1,
        };
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
        refused(
            Swap::Code {
                function: closure,
                expected: closure_code,
                new,
            },
            "ValueError",
        );
        refused(
            Swap::Code {
                function: plain,
                expected: plain_code,
                new: closure_code,
            },
            "ValueError",
        );
        let without_cells = Swap::Closure {
            function: closure,
            expected: None,
            new: None,
        };
        match python.commit(&[without_cells], None) {
            Err(CommitError::Changed { index: 0 }) => {}
            other => panic!("the closure has cells: {other:?}"),
        }
        refused(
            Swap::Code {
                function: class,
                expected: plain_code,
                new,
            },
            "TypeError",
        );
        let immutable = python.class_of(python.new_integer(1));
        let class_attribute = |class, name: &str, expected, new| Swap::ClassAttribute {
            class,
            name: name.to_owned(),
            expected,
            new,
        };
        refused(class_attribute(immutable, "x", None, Some(plain)), "TypeError");
        refused(
            Swap::Code {
                function: Handle(1),
                expected: plain_code,
                new,
            },
            "ReferenceError",
        );

        let dict = global(python, "dictionary");
        let list = global(python, "listed");
        let cell = python.items(get(python, closure, "__closure__")).expect("a tuple")[0];
        let zero = python.new_integer(0);
        let defaults = python.new_tuple(&[python.new_integer(5)]);
        let method = python
            .entry(python.namespace(class).expect("a class has one"), "method")
            .expect("defined");
        let first = text("first");
        let swaps = [
            Swap::Code {
                function: plain,
                expected: plain_code,
                new,
            },
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
            Swap::Attribute {
                object: plain,
                name: "extra".to_owned(),
                expected: None,
                new: Some(text("extra")),
            },
            Swap::Attribute {
                object: global(python, "instance"),
                name: "value".to_owned(),
                expected: Some(get(python, global(python, "instance"), "value")),
                new: Some(text("by property")),
            },
            class_attribute(class, "method", Some(method), Some(plain)),
            class_attribute(class, "added", None, Some(first)),
            class_attribute(class, "added", Some(first), Some(text("added"))),
            class_attribute(class, "__len__", None, Some(global(python, "length"))),
            Swap::Entry {
                dict,
                name: "key".to_owned(),
                expected: python.entry(dict, "key"),
                new: Some(text("entry")),
            },
            Swap::Entry {
                dict,
                name: "gone".to_owned(),
                expected: python.entry(dict, "gone"),
                new: None,
            },
            Swap::Item {
                container: list,
                key: zero,
                expected: Some(python.items(list).expect("a list")[0]),
                new: Some(text("item")),
            },
            Swap::Cell {
                cell,
                expected: Some(get(python, cell, "cell_contents")),
                new: Some(text("cell")),
            },
        ];
        let check = |name: &str| {
            let done = python.call(global(python, name), &[]);
            assert!(
                done.is_ok(),
                "{name}: {}",
                done.map_or_else(|error| error_text(&error), |_| String::new())
            );
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
        match python.commit(&[swaps[0].clone(), swaps[9].clone(), refusing], None) {
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

pub fn lines(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    with(runtime, |python| {
        let code = code_of(python, "raises");
        let line = python.integer(get(python, code, "co_firstlineno")).expect("a number") as u32;
        let inner = python.items(get(python, code, "co_consts")).expect("a tuple");
        let inner = inner
            .into_iter()
            .find(|constant| python.kind(*constant) == ObjectKind::Code)
            .expect("nested");
        let inner_line = python.integer(get(python, inner, "co_firstlineno")).expect("a number") as u32;
        let suspended = get(python, global(python, "generator"), "gi_code");
        let generator_line = python
            .integer(get(python, suspended, "co_firstlineno"))
            .expect("a number") as u32;
        let swaps = [
            Swap::FirstLine {
                code,
                expected: line,
                new: line + 100,
            },
            Swap::FirstLine {
                code: inner,
                expected: inner_line,
                new: inner_line + 100,
            },
            Swap::FirstLine {
                code: suspended,
                expected: generator_line,
                new: generator_line - 1,
            },
        ];
        python.commit(&swaps, None).expect("lines can be moved");
        match python.commit(&swaps, None) {
            Err(CommitError::Changed { index: 0 }) => {}
            other => panic!("expected a change, got {other:?}"),
        }
    });
    set(runtime, "done");
}

pub fn constant(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    with(runtime, |python| {
        let outer = code_of(python, "outer");
        let constants = python.items(get(python, outer, "co_consts")).expect("a tuple");
        let index = constants
            .iter()
            .position(|item| python.kind(*item) == ObjectKind::Code)
            .expect("nested");
        let source = "def outer():\n    def inner():\n        return 'new'\n    return inner\n";
        let new_outer = new_code(python, source, "outer");
        let new_inner = python.items(get(python, new_outer, "co_consts")).expect("a tuple");
        let new = new_inner
            .into_iter()
            .find(|item| python.kind(*item) == ObjectKind::Code)
            .expect("nested");
        let swap = Swap::Constant {
            code: outer,
            index,
            expected: constants[index],
            new,
        };
        python.commit(&[swap], None).expect("the constant can be replaced");
    });
    set(runtime, "done");
}
