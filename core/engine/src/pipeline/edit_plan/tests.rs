//! Two texts in, a compact text of the operations out: one line an operation.
//!
//! `cls-attr C run early x -y` is the row, the name, what is done, when, what it binds and (`-`) unbinds.

mod blocks;
mod leftovers;

use std::sync::Arc;

use super::*;
use crate::pipeline::definitions::parse;
use crate::pipeline::diff::match_trees;
use crate::source::SourceText;

fn plan_of(old: &str, new: &str) -> FilePlan {
    let tree = |text: &str| Arc::new(parse(Arc::new(SourceText::new("m.py", text))));
    let (old, new) = (tree(old), tree(new));
    let matching = match_trees(&old, &new, &[]);
    let change = FileChange {
        path: "m.py".into(),
        module: "m".to_owned(),
        old,
        new,
        matching,
        reexecute: false,
        has_moved: false,
        is_joined: false,
    };
    plan(&[change], &(), PlanSettings::default()).files.remove(0)
}

fn compact(plan: &FilePlan) -> Vec<String> {
    plan.operations.iter().map(line).collect()
}

fn line(operation: &Operation) -> String {
    let mut words = vec![operation.edit.to_string()];
    if !operation.name.is_empty() {
        words.push(operation.name.clone());
    }
    match &operation.action {
        Action::Update(update) => {
            words.push(if update.positions_only { "positions" } else { "update" }.to_owned());
            if let Some(header) = &update.header {
                let source = |it: &DefaultSource| format!("{}{}", it.parameter, if it.evaluate { "!" } else { "" });
                if header.defaults_changed {
                    words.extend(header.defaults.iter().map(source));
                    words.extend(header.keyword_defaults.iter().map(|it| format!("*{}", source(it))));
                }
                let changed = [
                    (header.annotations_changed, "annotations"),
                    (header.docstring_changed, "docstring"),
                    (header.type_params_changed, "type-params"),
                ];
                words.extend(changed.iter().filter(|it| it.0).map(|it| it.1.to_owned()));
            }
            words.extend(update.rerun.as_ref().map(|_| "again".to_owned()));
            words.extend(update.rewrap.iter().map(|kinds| format!("as {}", kinds.join("."))));
            for inner in &update.inner {
                let defaults = inner.defaults.iter().chain(&inner.keyword_defaults);
                let defaults: Vec<_> = defaults.map(|it| format!("{}={:?}", it.parameter, it.source)).collect();
                words.push(format!("inner {}({})", inner.name, defaults.join(", ")));
            }
        }
        Action::Run(statement) => {
            words.push("run".to_owned());
            words.push(
                if statement.phase == Phase::Early {
                    "early"
                } else {
                    "late"
                }
                .to_owned(),
            );
            words.extend(statement.binds.iter().cloned());
            words.extend(statement.unbinds.iter().map(|name| format!("-{name}")));
            words.extend(statement.unannotates.iter().map(|name| format!("-:{name}")));
        }
        Action::Remake(remake) => {
            words.push(if remake.reordered { "remake reordered" } else { "remake" }.to_owned());
            let changed = remake.names.iter().filter(|name| !name.is_kept);
            words.extend(changed.map(|name| name.name.clone()));
        }
        Action::Unbind { names, annotations, .. } => {
            words.push("unbind".to_owned());
            words.extend(names.iter().cloned());
            words.extend(annotations.iter().map(|name| format!(":{name}")));
        }
        Action::Rename(rename) => {
            words.push(format!("{} -> {}", rename.from, rename.to));
            words.extend(rename.keeps_old.then(|| "keeps".to_owned()));
            words.extend(rename.addition.as_ref().map(|_| "or anew".to_owned()));
        }
        Action::Choose { .. } => words.push("choose".to_owned()),
        Action::Unstar(unstar) => words.push(format!("unstar {}", unstar.from.module)),
        Action::Refuse(reason) => {
            words.push(if reason.is_note { "note" } else { "refuse" }.to_owned());
            words.push(reason.code.clone());
        }
    }
    words.extend(
        operation
            .guards
            .iter()
            .filter(|it| it.when != When::Known)
            .map(|guard| match guard.when {
                When::Ran(branch) => format!("?{branch}"),
                When::NotRan(branch) => format!("?!{branch}"),
                When::NotChosen(branch) => format!("?!={branch}"),
                When::EndedBy(branch) => format!("?.{branch}"),
                When::Known => String::new(),
                When::Stayed(was, branch) => format!("?{was}={branch}"),
                When::Entered { branch, .. } => format!("?>{branch}"),
                When::Moved(from, to) => format!("?{from}>{}", to.map_or("-".to_owned(), |to| to.to_string())),
            }),
    );
    words.join(" ")
}

/// Old text, new text, one line an operation.
type Row<'t> = (&'t str, &'t str, &'t [&'t str]);

fn check(rows: &[Row<'_>]) {
    for (old, new, expected) in rows {
        let planned = compact(&plan_of(old, new));
        assert_eq!(planned, *expected, "from\n{old}\nto\n{new}");
    }
}

#[test]
fn functions() {
    check(&[
        ("def f(): return 1", "def f(): return 2", &["fn-body f update"]),
        ("async def f(): pass", "def f(): pass", &["fn-kind f update"]),
        ("def f(): return 1", "def f(): yield 1", &["fn-kind f update"]),
        (
            "def f(a=1, b=2): 0",
            "def f(b=2, a=3, *, c=4): 0",
            &["fn-signature f update b a! *c!"],
        ),
        ("def f(a, b=1): 0", "def f(b=1): 0", &["fn-body f update"]),
        (
            "def f(a: x) -> y: 0",
            "def f(a: z) -> y: 0",
            &["fn-signature f update annotations"],
        ),
        ("def f():\n 'a'", "def f():\n 'b'", &["fn-signature f update docstring"]),
        ("def f[T](): 0", "def f[U](): 0", &["fn-signature f update type-params"]),
        (
            "@d\ndef f(): return 1",
            "@d\ndef f(): return 2",
            &["fn-decorated-body f update"],
        ),
        ("@d\ndef f(): 0", "@e\ndef f(): 0", &["fn-decorators f update again"]),
        ("def f(): 0", "@d\ndef f(): 0", &["fn-decorators f update again"]),
        (
            "class C:\n def m(self, __a=1): 0",
            "class C:\n def m(self, __a=2): 0",
            &["fn-signature C.m update _C__a!"],
        ),
    ]);
}

#[test]
fn nested_functions_say_where_their_defaults_come_from() {
    check(&[
        (
            "def f(k):\n def g(a=1, b=k): 0",
            "def f(k):\n def g(a=2, b=k, c=k): 0",
            &["fn-body f update inner f.<locals>.g(a=Literal(\"2\"), b=Kept, c=OutOfReach)"],
        ),
        (
            "def f():\n return lambda: 1",
            "def f():\n return lambda: 2",
            &["fn-body f update"],
        ),
        (
            "def f():\n @d\n def g(): return 1",
            "def f():\n @d\n def g(): return 2",
            &["fn-body f update inner f.<locals>.g()"],
        ),
    ]);
}

#[test]
fn a_decorator_that_changed_outside_its_wrapper_is_listed() {
    let text = |mark: u8, result: u8| {
        format!("def d(f):\n f.x = {mark}\n def w(): return {result}\n return w\n@d\ndef g(): 0")
    };
    assert_eq!(compact(&plan_of(&text(1, 1), &text(1, 2))), ["fn-body d update"]);
    assert_eq!(
        compact(&plan_of(&text(1, 1), &text(2, 1))),
        ["fn-wrapper d note fn-wrapper", "fn-body d update"]
    );
}

#[test]
fn lambdas() {
    check(&[
        ("x = [lambda: 1, 2]", "x = [lambda: 3, 2]", &["fn-lambda update"]),
        ("x = [lambda: 1, 2]", "x = [lambda: 1, 3]", &["stmt run early x"]),
        ("x = lambda a=1: a", "x = lambda a=2: a", &["stmt run early x"]),
        ("x = lambda a=1: a", "x = lambda *, a=1: a", &["stmt run early x"]),
        (
            "class C:\n x = lambda: 1",
            "class C:\n x = lambda: 2",
            &["fn-lambda C update"],
        ),
    ]);
}

#[test]
fn definitions_come_and_go() {
    check(&[
        ("", "def f(): 0", &["add f run early f"]),
        ("", "@d\ndef f(): 0", &["add f run late f"]),
        ("", "class C: pass", &["add C run late C"]),
        (
            "def f(): 0\nclass C: pass",
            "",
            &["delete f unbind f", "delete C unbind C"],
        ),
        ("def f(): 0", "f = 1", &["delete f unbind", "stmt run early f"]),
        (
            "def f(): 1\ndef f(): 2",
            "def f(): 1",
            &["delete f unbind", "overloads f update again"],
        ),
        (
            "def f(): 1",
            "def f(): 2
def f(): 1",
            &["add f run early f"],
        ),
        (
            "def f(): 1
def f(): 2",
            "def f(): 2
def f(): 1",
            &["overloads f update again"],
        ),
        (
            "def f(): 1
@d
def f(): 2",
            "@d
def f(): 2
def f(): 1",
            &["overloads f update again"],
        ),
        (
            "@d
def f(): 1
def f(): 2",
            "@d
def f(): 1",
            &["overloads f refuse overloads"],
        ),
        (
            "class C:\n @property\n def x(s): 1\n @x.setter\n def x(s, v): 2",
            "class C:\n @property\n def x(s): 1",
            &["cls-method C.x unbind", "overloads C.x update again"],
        ),
        (
            "f = 0\ndef f(): 0",
            "f = 0\n@d\ndef f(): 0",
            &["fn-decorators f refuse fn-decorators"],
        ),
        (
            "def f(): 1\ndef f(): 2",
            "f = 0\ndef f(): 1\ndef f(): 2",
            &["overloads refuse overloads"],
        ),
    ]);
}

#[test]
fn annotations_alone() {
    check(&[
        ("x = f()", "x: int = f()", &["stmt run late"]),
        ("x: int = f()", "x: str = f()", &["stmt run late"]),
        ("x: int = f()", "x = f()", &["stmt unbind :x"]),
        ("x = f()", "x: int = g()", &["stmt run late x"]),
        // These bind something else, or more.
        ("x, = f()", "x: int = f()", &["stmt run late x"]),
        ("a[0] = x = f()", "x: int = f()", &["stmt run late x", "stmt note stmt"]),
    ]);
}

#[test]
fn classes() {
    check(&[
        ("class C:\n x = 1", "class C:\n x = 2", &["cls-attr C run early x"]),
        ("class C:\n x = 1\n y = 1", "class C:\n x = 1", &["cls-attr C unbind y"]),
        (
            "class C:\n x: int = 1",
            "class C:\n x = 1",
            &["cls-attr C run early x -:x"],
        ),
        (
            "class C:\n x: int\n y = 1",
            "class C:\n y = 1",
            &["cls-attr C unbind :x"],
        ),
        ("class C:\n 'a'", "class C:\n 'b'", &["cls-attr C run early __doc__"]),
        (
            "class C:\n x = 1",
            "class C:\n x = 1\n def __m(self): 0",
            &["cls-method C.__m run early _C__m"],
        ),
        (
            "class C:\n x = 1\n def m(self): 0",
            "class C:\n x = 1",
            &["cls-method C.m unbind m"],
        ),
        (
            "class C:\n @staticmethod\n def m(): 0",
            "class C:\n @classmethod\n def m(): 0",
            &["cls-method C.m update as classmethod"],
        ),
        (
            "class C:\n @property\n def m(self): 0",
            "class C:\n def m(self): 0",
            &["cls-method C.m update as "],
        ),
        (
            "class C: x = 1",
            "class C(B): x = 2",
            &["cls-bases C remake x", "cls-attr C run early x"],
        ),
        (
            "class C: x = 1",
            "class C[T]: x = 2",
            &["cls-bases C remake x", "cls-attr C run early x"],
        ),
        (
            "class C: x = 1",
            "@d\nclass C: x = 2",
            &["cls-decorators C remake x", "cls-attr C run early x"],
        ),
        (
            "class C:\n x = 1\n del x",
            "class C:\n x = 2\n del x",
            &["cls-attr C run late x", "cls-attr C run late"],
        ),
    ]);
}

#[test]
fn classes_derive_attributes_from_their_bodies() {
    let plan = plan_of(
        "class C:\n def m(self): self.a = 1\nclass D:\n def m(self): self.a = 1",
        "class C:\n def m(self):\n  def g(): self.b = self.c.d = 1\n  self.e += 1\n\nclass D:\n def m(self): self.a = 1",
    );
    let classes: Vec<_> = plan
        .classes
        .iter()
        .map(|class| {
            (
                class.scope.classes.join("."),
                class.line,
                class.static_attributes.clone(),
            )
        })
        .collect();
    let changed = Some(vec!["b".to_owned()]);
    assert_eq!(classes, [("C".to_owned(), 1, changed), ("D".to_owned(), 6, None)]);
}

#[test]
fn statements() {
    check(&[
        ("x = 1", "x = 2", &["stmt run early x"]),
        ("x = 1", "x = f()", &["stmt run late x"]),
        ("x = 1", "y = 1", &["stmt run early y -x"]),
        ("import a, b", "import a", &["stmt run early a -b"]),
        ("x = 1\nx = 2", "x = 1", &["overloads refuse overloads"]),
        ("x = 1\nx = 2", "x = 1\ny = 2", &["overloads refuse overloads"]),
        ("x = 1\nx = 2", "x = 2\nx = 1", &["overloads note overloads"]),
        ("import a.b\nimport a.c", "import a.b", &["stmt unbind"]),
        ("def f():\n global x\nx = 1", "def f():\n global x", &["stmt unbind"]),
        ("x = 1\nx += 1", "x = 1\nx += 2", &["stmt refuse stmt"]),
        ("x = 1\ndel x", "x = 2\ndel x", &["stmt run late x", "stmt run late"]),
        (
            "x = 1\ny = x\ndel x",
            "x = 1\ny = x + 1\ndel x",
            &["stmt run late x", "stmt run late y", "stmt run late"],
        ),
        ("x = 1\ny = 2\ndel x", "x = 1\ny = 3\ndel x", &["stmt run early y"]),
        (
            "x = f()\ny = x\ndel x",
            "x = f()\ny = x + 1\ndel x",
            &["stmt refuse stmt"],
        ),
        (
            "x = f()\nz = 1\ndel x, z",
            "x = f()\nz = 2\ndel x, z",
            &["stmt refuse stmt"],
        ),
        ("'a'", "'b'", &["stmt run early __doc__"]),
        ("pass", "pass\npass", &[]),
    ]);
}

#[test]
fn layout_runs_nothing() {
    check(&[
        ("def f(): 0\nx = 1", "# c\n\ndef f(): 0\n\nx = 1 # d", &[]),
        (
            "def f(a): return a",
            "def f( a ):\n    return (a)",
            &["layout f positions"],
        ),
        ("x = [lambda: 1]", "x = [\n  lambda: 1]", &["layout positions"]),
        ("x = [1,2]", "x = [1, 2]", &[]),
    ]);
    let plan = plan_of(
        "def f():\n def g(): 0\nclass C:\n def m(self): 0",
        "\n\ndef f():\n def g(): 0\nclass C:\n def m(self): 0",
    );
    let lines: Vec<u32> = plan.unchanged.iter().map(|unchanged| unchanged.line).collect();
    assert_eq!(lines, [3, 4, 5, 6]);
}

#[test]
fn a_future_import_compiles_everything_anew() {
    check(&[(
        "class C:\n x: int = f()\n def m(self, a: int): [x for x in a]\ny = lambda: 1\nz = 1",
        "from __future__ import annotations\nclass C:\n x: int = f()\n def m(self, a: int): [x for x in a]\ny = lambda: 1\nz = 1",
        &[
            "stmt run early annotations",
            "future C run early",
            "future C.m update annotations",
            "layout positions",
        ],
    )]);
    let plan = plan_of(
        "from __future__ import annotations",
        "from __future__ import annotations\nx = 1",
    );
    assert_eq!(
        (plan.flags, compact(&plan)),
        (0x100_0000, vec!["stmt run early x".to_owned()])
    );
}

#[test]
fn renamed_and_moved_definitions_keep_their_objects() {
    let body = "(a, b=1):\n  x = a\n  y = x\n  return y\n";
    let class = |name: &str, method: &str| format!("class {name}:\n def {method}{body}");
    for (old, new, expected) in [
        (
            format!("def f{body}"),
            format!("def g{body}"),
            &["rename g f -> g", "layout g positions"][..],
        ),
        (
            format!("def f{body}"),
            format!("def g{body}f = g"),
            &["rename g f -> g keeps", "layout g positions", "stmt run early f"],
        ),
        (
            format!("@d\ndef f{body}"),
            format!("@d\ndef g{}", body.replace("= x", "= 2")),
            &["rename g f -> g or anew", "fn-decorated-body g update"],
        ),
        (
            class("C", "f"),
            class("D", "g"),
            &["rename D C -> D", "rename D.g f -> g", "layout D.g positions"],
        ),
        (
            class("C", "f") + &class("D", "h"),
            format!("class C: pass\n{}", class("D", "h") + &format!(" def f{body}")),
            &["move D.f f -> f", "layout D.f positions"],
        ),
        (
            class("C", "f"),
            format!("class C: pass\ndef f{body}"),
            &["move f f -> f", "layout f positions"],
        ),
        // Where its branch ran; a name that something else binds, too, is decided for itself.
        (
            format!("if a:\n def f{body}"),
            format!("if a:\n def g{body}"),
            &["rename g f -> g or anew ?0", "layout g positions"],
        ),
        (
            format!("g = 1\nif a:\n def f{body}"),
            format!("g = 1\nif a:\n def g{body}"),
            &["delete f unbind f ?0", "add g run early g ?0"],
        ),
        (
            format!("if a:\n def f{}\nelse: b", body.replace("\n ", "\n  ")),
            format!("if a: c\nelse: b\ndef f{body}"),
            &[
                "block run early ?0",
                "move f f -> f keeps or anew",
                "layout f positions",
            ],
        ),
    ] {
        assert_eq!(compact(&plan_of(&old, &new)), expected, "from\n{old}\nto\n{new}");
    }
}

#[test]
fn units_stand_at_their_place() {
    let source = |old: &str, new: &str| match &plan_of(old, new).operations[0].action {
        Action::Run(statement) => (statement.unit.source.clone(), statement.unit.first_line),
        action => panic!("it was to run: {action:?}"),
    };
    assert_eq!(source("x = 1", "x = 2"), ("x = 2\n".to_owned(), 1));
    assert_eq!(source("a; x = 1", "a; x = 2"), ("0; x = 2\n".to_owned(), 1));
    assert_eq!(
        source("class C: x = 1", "class C: x = 2"),
        ("class C: x = 2\n".to_owned(), 1)
    );
    assert_eq!(
        source("#\nclass C:\n    #\n    x = 1", "#\nclass C:\n    #\n    x = 2"),
        ("class C:\n    x = 2\n".to_owned(), 3)
    );
}

/// What two files of one save do; each with its old and its new text.
fn batch(files: [(&str, &str); 2]) -> Vec<Vec<String>> {
    let tree = |text: &str| Arc::new(parse(Arc::new(SourceText::new("m.py", text))));
    let changes: Vec<FileChange> = files
        .iter()
        .zip(["a", "b"])
        .map(|((old, new), module)| {
            let (old, new) = (tree(old), tree(new));
            FileChange {
                path: format!("{module}.py").into(),
                module: module.to_owned(),
                matching: match_trees(&old, &new, &[]),
                old,
                new,
                reexecute: false,
                has_moved: false,
                is_joined: false,
            }
        })
        .collect();
    let plan = plan(&changes, &(), PlanSettings::default());
    plan.files.iter().map(compact).collect()
}

#[test]
fn moves_to_another_file() {
    let f = "def f(x):\n    y = x\n    z = y\n    return z\n";
    let moved = [vec!["move f unbind f"], vec!["move f run early f"]];
    assert_eq!(batch([(f, ""), ("", f)]), moved);
    // Nearly the same, and small but equal.
    assert_eq!(batch([(f, ""), ("", &f.replace("z = y", "z = x"))]), moved);
    let small = "def f(): return 1\n";
    assert_eq!(batch([(small, ""), ("", small)]), moved);
    let other = [vec!["delete f unbind f"], vec!["add f run early f"]];
    assert_eq!(batch([(small, ""), ("", "def f(): return 2\n")]), other);
    // Which one of two it is nobody knows.
    let two = format!("{f}{f}");
    assert_eq!(batch([(f, ""), ("", &two)])[0], ["delete f unbind f"]);
    // The branch that it stands in may not have run.
    let branch = format!("if x:\n    {}", f.replace('\n', "\n    "));
    let planned = batch([(f, ""), ("if x:\n    y = 1\n", &format!("{branch}\n    y = 1\n"))]);
    assert_eq!(planned[0], ["delete f unbind f"]);
    assert_eq!(planned[1], ["add f run early f ?0", "move f note move ?0"]);
}
