//! Effects of statements that are gone, and names that follow from themselves.

use super::check;

#[test]
fn what_a_deleted_statement_did_is_taken_back_or_listed() {
    const CLASS: &str = "class C:\n x = 1\n def f(self): 0\n";
    let of_class = |rest: &str| format!("{CLASS}{rest}");
    for (rest, expected) in [
        ("C.y = 2", &["stmt unbind", "cls-attr C unbind y"][..]),
        ("C.x = 2", &["stmt unbind", "cls-attr C run early x"]),
        ("C.f.y = 2", &["stmt unbind", "stmt note stmt"]),
        ("C.y: int = 2", &["stmt unbind", "cls-attr C unbind y"]),
        ("C.y, z = 2, 3", &["stmt unbind z", "cls-attr C unbind y"]),
        ("C.y += 2", &["stmt unbind", "stmt note stmt"]),
        ("C[0] = 2", &["stmt unbind", "stmt note stmt"]),
        ("g(C)", &["stmt unbind", "stmt note stmt"]),
        ("del C.x", &["stmt unbind", "cls-attr C run early x"]),
        ("del C.f", &["stmt unbind", "cls-method C.f run early f"]),
        ("del C", &["stmt unbind", "stmt note stmt"]),
        ("if a: g(C)", &["stmt unbind", "stmt note stmt"]),
        ("if a: import b", &["stmt unbind b"]),
        ("'text'", &["stmt unbind"]),
    ] {
        check(&[(&of_class(rest), CLASS, expected)]);
    }
    check(&[
        ("x = 1\ndel x", "x = 1", &["stmt unbind", "stmt run early x"]),
        ("x = f()\ndel x", "x = f()", &["stmt unbind", "stmt note stmt"]),
        ("x = 1\ndel x", "x = 2", &["stmt unbind", "stmt run early x"]),
        ("x = 1\ndel x", "y = 1", &["stmt unbind", "stmt run early y -x"]),
        // It has moved: it runs, and what it does is wanted.
        (
            "g()\nif a: b = 1",
            "if a:\n b = 1\n g()",
            &["stmt unbind", "block run late ?0"],
        ),
    ]);
}

#[test]
fn what_a_changed_statement_does_no_more_is_taken_back() {
    const CLASS: &str = "class C: 0\n";
    for (old, new, expected) in [
        ("C.x = 1", "C.x = 2", &["stmt run late"][..]),
        ("C.x = y = 1", "y = 1", &["stmt run early y", "cls-attr C unbind x"]),
        (
            "y = C.x = 1",
            "y = C.z = 1",
            &["stmt run late y", "cls-attr C unbind x"],
        ),
    ] {
        let (old, new) = (format!("{CLASS}{old}"), format!("{CLASS}{new}"));
        check(&[(&old, &new, expected)]);
    }
    check(&[("f(1)", "f(2)", &["stmt run late"])]);
}

#[test]
fn a_name_that_is_made_from_itself_is_made_anew() {
    check(&[
        (
            "x = [1]\ny = 1\nx = f(x)",
            "x = [2]\ny = 1\nx = f(x)",
            &["stmt run late x", "stmt run late x"],
        ),
        (
            "x = [1]\nx += y",
            "x = [2]\nx += y",
            &["stmt run late x", "stmt run late x"],
        ),
        (
            "x = [1]\nx += y",
            "x = [2]\nx += z",
            &["stmt run late x", "stmt run late x"],
        ),
        (
            "from a import x\nx = f(x)",
            "from b import x\nx = f(x)",
            &["stmt run late x", "stmt run late x"],
        ),
        (
            "class C:\n x = 1\n x = f(x)",
            "class C:\n x = 2\n x = f(x)",
            &["cls-attr C run late x", "cls-attr C run late x"],
        ),
        (
            "x = 1\nx = x, x",
            "x = 2\nx = x, x",
            &["stmt run early x", "stmt run early x"],
        ),
        // The last one does not follow from it.
        ("x = [1]\nx = 3", "x = [2]\nx = 3", &["overloads refuse overloads"]),
        (
            "x = [1]\nx = lambda: x",
            "x = [2]\nx = lambda: x",
            &["overloads refuse overloads"],
        ),
        (
            "x = [1]\nx = y.z = x",
            "x = [2]\nx = y.z = x",
            &["overloads refuse overloads"],
        ),
        ("x = [1]\nx = f(x)", "x = [1]\nx = g(x)", &["stmt refuse stmt"]),
    ]);
}

#[test]
fn a_star_import_that_goes_takes_its_names_along() {
    check(&[
        ("from m import *", "", &["stmt unbind", "stmt unstar m"]),
        (
            "from m import *",
            "from m import a",
            &["stmt run early a", "stmt unstar m"],
        ),
        (
            "from m import *\nx = 1",
            "from m import *\nx = 2",
            &["stmt run early x"],
        ),
        (
            "from m import *\nif a: from m import *",
            "if a: from m import *",
            &["stmt unbind"],
        ),
    ]);
}

#[test]
fn what_imports_the_same_gives_the_same() {
    check(&[
        (
            "from a import x",
            "from a import x, y\nfrom a import x",
            &["stmt run early x y"],
        ),
        (
            "from a import x",
            "from b import x, y\nfrom a import x",
            &["overloads refuse overloads"],
        ),
        ("import a.b", "import a.c\nimport a.b", &["stmt run early a"]),
        ("import a.b\nimport a.c", "import a.c\nimport a.b", &[]),
        (
            "import a.b",
            "import a.c as a\nimport a.b",
            &["overloads refuse overloads"],
        ),
    ]);
}
