//! Blocks at module and class level.

use super::check;

#[test]
fn what_depends_on_branches_is_guarded() {
    check(&[
        ("if a:\n def f(): 1", "if a:\n def f(): 2", &["fn-body f update"]),
        ("if a:\n x = 1", "if a:\n x = 2", &["block run early x ?0"]),
        (
            "if a:\n x = 1",
            "if b:\n x = 1",
            &["block choose", "block unbind x ?0>-", "block run early x ?>0"],
        ),
        (
            "if a:\n x = 1\nelse: x = 2",
            "if a():\n x = 3\nelse: x = 2",
            &[
                "block choose",
                "block run late x ?0=0",
                "block run late x ?>0",
                "block run late x ?>1",
            ],
        ),
        ("if a:\n x = 1", "if a:\n x = 1\n def f(): 0", &["add f run early f ?0"]),
        ("if a:\n x = 1", "", &["stmt unbind x"]),
        (
            "if a: x = 1; y = 1\nelse: x = 2",
            "if a: y = 1\nelse: x = 2",
            &["block unbind x ?0"],
        ),
        ("x = 1\nif a: x = 2", "if a: x = 2", &["block unbind x ?!0"]),
        (
            "if a: x = 2\nx = 1",
            "if a: x = 2",
            &["block refuse overloads ?0", "block unbind x ?!0"],
        ),
        (
            "x = 1\nif a:\n if b: x = 2",
            "if a:\n if b: x = 2",
            &["block unbind x ?!0", "block unbind x ?0 ?!0"],
        ),
        (
            "x = 1\nif a: x = 2\nelif b: x = 3",
            "if a: x = 2\nelif b: x = 3",
            &["block unbind x ?!0 ?!1"],
        ),
        (
            "x = 1\nif a: x = 2",
            "if b: x = 2",
            &[
                "block choose",
                "block unbind x ?0>-",
                "block run early x ?>0",
                "block unbind x ?!=0",
            ],
        ),
        (
            "x = y = 1\nif a: y = 2",
            "x = 1\nif a: y = 2",
            &["stmt run early x", "block unbind y ?!0"],
        ),
        (
            "if a: x = 1\nif b: x = 2",
            "if not a: pass\nif b: x = 2",
            &["block choose", "block unbind x ?0>- ?!0", "block unbind x ?0=0 ?!0"],
        ),
        ("x = 1", "if a: x = 2", &["stmt run late x", "stmt unbind x"]),
        (
            "x = 0\nif a: x = 1; y = 1",
            "x = 0\nif a: y = 1",
            &["overloads refuse overloads ?0"],
        ),
        (
            "if a:\n class C:\n  x = 1",
            "if a:\n class C:\n  x = 2",
            &["block C run early x ?0"],
        ),
        (
            "if a:\n class C: x = 1\nelse:\n class C: x = 2",
            "if a:\n class C: x = 1\nelse:\n class C: x = 3",
            &["block C run early x ?1"],
        ),
        (
            "if a:\n class C: x = 1\nclass C: x = 2",
            "if a:\n class C: x = 3\nclass C: x = 2",
            &["block C refuse block ?0"],
        ),
        (
            "for i in a: f(i)",
            "for i in a: g(i)",
            &["block refuse block ?0", "block refuse block ?0"],
        ),
        ("for i in a: f(i)", "for i in b: f(i)", &["block refuse block"]),
        (
            "for i in a: x = 1",
            "for i in a: x = 1; y = 2",
            &["block run early y ?0"],
        ),
        ("with a: x = 1", "with a: x = 2", &["block refuse block ?0"]),
        (
            "try: x = 1\nexcept E: x = 2",
            "try: x = 3\nexcept E: x = 2",
            &["block run early x ?0"],
        ),
        (
            "try: import a as x\nexcept E: x = 2",
            "try: import b as x\nexcept E: x = 2",
            &["block run early x ?.0", "block run early x ?.1"],
        ),
        (
            "if __name__ == '__main__':\n f()",
            "if __name__ == '__main__':\n g()",
            &["main-block note main-block", "main-block note main-block"],
        ),
        (
            "if __name__ == '__main__':\n def f(): 1",
            "if __name__ == '__main__':\n def f(): 2",
            &["fn-body f update"],
        ),
    ]);
}

#[test]
fn a_loop_that_reads_its_body_itself_is_left_to_it() {
    check(&[
        (
            "for i in reloading(a):\n f(1)\n x = 1",
            "for i in reloading(a):\n f(2)\n x = 2",
            &["block note block", "block note block"],
        ),
        (
            "for i in jurigged.reloading(a):\n def f(): 1",
            "for i in jurigged.reloading(a):\n def f(): 2",
            &["fn-body f update"],
        ),
        (
            "for i in reloads(a): f(1)",
            "for i in reloads(a): f(2)",
            &["block refuse block ?0"],
        ),
    ]);
}
