//! Text in, tree out.

use std::sync::Arc;

use super::*;
use crate::source::SourceText;

/// A little of everything, as a user writes it.
const PROGRAM: &str = r#""""A shop."""
from __future__ import generator_stop
import os, os.path as path
from .prices import (PRICE as P)
if __name__ == "__main__":
    import sys
else:
    sys = None

RATE: float = 0.2
key = lambda item: item.price


@total.register(int)
@functools.wraps(lambda: 0)
class Cart(dict, metaclass=Meta):
    """Holds items."""
    limit = [n for n in range(3)]

    @property
    def total(self, rate=lambda: RATE, /, *rest: int, tax: float = P, **named) -> float:
        """Sums up."""
        def add(a):
            return a + rate() + super().total
        for item in (x for x in self):
            yield add(item)

    async def save(self): ...

    class Inner:
        if os.name == "nt":
            def f(self): pass

try:
    import fast
except ImportError as error:
    fast = None
"#;

fn tree(text: &str) -> DefinitionTree {
    parse(Arc::new(SourceText::new("app.py", text)))
}

/// The first definition of a path.
fn at<'t>(tree: &'t DefinitionTree, path: &str) -> &'t Definition {
    let found = tree
        .definitions
        .iter()
        .find(|it| &*it.path == path && it.kind.owns_code());
    found.unwrap_or_else(|| {
        panic!(
            "no {path} in {:?}",
            tree.definitions.iter().map(|it| &it.path).collect::<Vec<_>>()
        )
    })
}

fn function(text: &str) -> FunctionFacets {
    let tree = tree(text);
    let found = tree.definitions.iter().find_map(|it| it.facets.function().cloned());
    found.unwrap_or_else(|| panic!("no function in {text}"))
}

/// The facets of the last statement.
fn statement(text: &str) -> StatementFacets {
    let tree = tree(text);
    let found = tree
        .definitions
        .iter()
        .rev()
        .find_map(|it| it.facets.statement().cloned());
    found.unwrap_or_else(|| panic!("no statement in {text}"))
}

fn outline(tree: &DefinitionTree) -> Vec<String> {
    let line = |it: &Definition| {
        let depth = tree.ancestors(it.id).count();
        let mark = if it.in_header { "^" } else { "" };
        let what = match &it.facets {
            Facets::Branch(facets) => facets.kind.as_str(),
            _ => it.kind.as_str(),
        };
        let name = if it.kind.owns_code() { it.path.as_ref() } else { "" };
        format!("{}{mark}{what} {name}", "  ".repeat(depth))
            .trim_end()
            .to_owned()
    };
    tree.definitions.iter().map(line).collect()
}

#[test]
fn the_outline_lists_statements_of_scopes_and_code_of_functions() {
    let tree = tree(PROGRAM);
    assert_eq!(tree.problems, []);
    let expected = [
        "module",
        "  docstring",
        "  import from",
        "  import",
        "  import from",
        "  if",
        "    if",
        "      import",
        "    else",
        "      assignment",
        "  annotated assignment",
        "  assignment",
        "    lambda <lambda>",
        "  class Cart",
        "    ^lambda <lambda>",
        "    docstring",
        "    assignment",
        "      list comprehension Cart.<listcomp>",
        "    function Cart.total",
        "      ^lambda Cart.<lambda>",
        "      function Cart.total.<locals>.add",
        "      generator expression Cart.total.<locals>.<genexpr>",
        "    function Cart.save",
        "    class Cart.Inner",
        "      if",
        "        if",
        "          function Cart.Inner.f",
        "  try",
        "    try",
        "      import",
        "    except",
        "      assignment",
    ];
    assert_eq!(outline(&tree), expected);
    for (index, definition) in tree.definitions.iter().enumerate() {
        assert_eq!(definition.id.index(), index);
        for child in &definition.children {
            assert_eq!(tree.get(*child).parent, Some(definition.id));
        }
    }
}

#[test]
fn positions_are_those_of_the_file() {
    let tree = tree(PROGRAM);
    let cart = at(&tree, "Cart");
    assert_eq!(
        (cart.first_line, cart.def_line, cart.last_line, cart.column),
        (14, 16, 32, 0)
    );
    assert!(tree.text(cart.id).starts_with("@total.register(int)"));
    assert!(tree.text(cart.id).ends_with("def f(self): pass"));
    let total = at(&tree, "Cart.total");
    assert_eq!(
        (total.first_line, total.def_line, total.last_line, total.column),
        (20, 21, 26, 4)
    );
    let facets = total.facets.function().expect("total is a function");
    let header = tree.text_of(total.id, &facets.header_range);
    assert!(
        header.starts_with("def total(") && header.ends_with("-> float:"),
        "{header}"
    );
    assert!(tree.text_of(total.id, &facets.body_range).starts_with("\"\"\"Sums up."));
    assert!(tree.text_of(total.id, &facets.body_range).ends_with("yield add(item)"));
    let facets = cart.facets.class().expect("Cart is a class");
    assert_eq!(
        tree.text_of(cart.id, &facets.header_range),
        "class Cart(dict, metaclass=Meta):"
    );
    // As in CPython, the brackets of the call are those of its only argument.
    let call = self::tree("x = sum(\n    y for y in z)");
    let generator = at(&call, "<genexpr>");
    assert_eq!(
        (call.text(generator.id), generator.first_line),
        ("(\n    y for y in z)", 1)
    );
    assert_eq!(&*tree.get(tree.definition_at_line(24)).path, "Cart.total.<locals>.add");
    assert_eq!(tree.definition_at_line(12), DefinitionId::MODULE);
}

#[test]
fn headers_end_at_their_colon() {
    for (text, expected) in [
        (
            "async def f(a: {1: 2} = {3: 4}): pass",
            "async def f(a: {1: 2} = {3: 4}):",
        ),
        ("@d  # :\n# :\ndef f() -> (int # :\n): pass", "def f() -> (int # :\n):"),
        ("def f[T: int](a): pass", "def f[T: int](a):"),
        ("x = lambda: {1: 2}", "lambda:"),
        ("x = lambda a=(1), *b: 0", "lambda a=(1), *b:"),
    ] {
        let tree = tree(text);
        let found = tree
            .definitions
            .iter()
            .find_map(|it| Some((it.id, it.facets.function()?)));
        assert_eq!(
            found.map(|(id, facets)| tree.text_of(id, &facets.header_range)),
            Some(expected),
            "{text}"
        );
    }
    let branches = |text: &str| -> Vec<String> {
        let tree = tree(text);
        let branches = tree
            .definitions
            .iter()
            .filter_map(|it| Some((it.id, it.facets.branch()?)));
        branches
            .map(|(id, it)| tree.text_of(id, &it.header_range).to_owned())
            .collect()
    };
    assert_eq!(
        branches("if (a): b;\nelif c: d\n# else:\nelse : e"),
        ["if (a):", "elif c:", "else :"]
    );
    assert_eq!(
        branches("try: a\nexcept (B) as c: d\nexcept: e\nelse: f\nfinally: g"),
        ["try:", "except (B) as c:", "except:", "else:", "finally:"]
    );
    assert_eq!(branches("for a in (b): c\nelse: d"), ["", "else:"]);
    assert_eq!(branches("with (a as b,): c"), [""]);
    let block = |text: &str| {
        let tree = tree(text);
        let found = tree.definitions.iter().find_map(|it| Some((it.id, it.facets.block()?)));
        found.map(|(id, it)| tree.text_of(id, &it.header_range).to_owned())
    };
    assert_eq!(block("for a in (b): c\nelse: d").as_deref(), Some("for a in (b):"));
    assert_eq!(block("\nwith (a as b,): c").as_deref(), Some("with (a as b,):"));
    assert_eq!(branches("match a:\n case {1: 2} if (b): c"), ["case {1: 2} if (b):"]);
}

#[test]
fn paths_are_qualified_names() {
    // As CPython 3.12 and 3.13 print them.
    let text = "class C:\n def m(self):\n  [lambda: 1 for i in a]\n  (lambda: 2 for i in a)\n  global g\n  def g(): pass\n \
                g = lambda: (lambda: 0)\n def d(self, a=lambda: 1): pass\n __p = [x for x in (lambda: 3)()]\n";
    let tree = tree(text);
    let paths: Vec<&str> = tree
        .definitions
        .iter()
        .filter(|it| it.kind.owns_code())
        .map(|it| it.path.as_ref())
        .collect();
    let expected = [
        "",
        "C",
        "C.m",
        "C.m.<locals>.<listcomp>",
        "C.m.<locals>.<lambda>",
        "C.m.<locals>.<genexpr>",
        "C.m.<locals>.<genexpr>.<lambda>",
        "g",
        "C.<lambda>",
        "C.<lambda>.<locals>.<lambda>",
        "C.d",
        "C.<lambda>",
        "C.<listcomp>",
        "C.<lambda>",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn code_owners_are_the_constants_of_the_scope() {
    let tree = tree(PROGRAM);
    let owners = |id| -> Vec<&str> {
        tree.code_owners(id)
            .iter()
            .map(|id| tree.get(*id).path.as_ref())
            .collect()
    };
    assert_eq!(owners(DefinitionId::MODULE), ["<lambda>", "Cart", "<lambda>"]);
    assert_eq!(
        owners(at(&tree, "Cart").id),
        [
            "Cart.<listcomp>",
            "Cart.total",
            "Cart.<lambda>",
            "Cart.save",
            "Cart.Inner"
        ]
    );
    assert_eq!(owners(at(&tree, "Cart.Inner").id), ["Cart.Inner.f"]);
    assert_eq!(
        owners(at(&tree, "Cart.total").id),
        ["Cart.total.<locals>.add", "Cart.total.<locals>.<genexpr>"]
    );
    let f = at(&tree, "Cart.Inner.f");
    assert_eq!(&*tree.get(tree.enclosing_scope(f.id)).path, "Cart.Inner");
    let default = at(&tree, "Cart.<lambda>");
    assert_eq!(&*tree.get(tree.enclosing_scope(default.id)).path, "Cart");
    assert_eq!(tree.enclosing_scope(DefinitionId::MODULE), DefinitionId::MODULE);
    // Annotations that are only text make no code.
    let text =
        "from __future__ import annotations\ndef f(a: (lambda: 0), b=lambda: 1) -> (lambda: 2): x: (lambda: 3) = 4";
    assert_eq!(
        outline(&self::tree(text))[2..],
        ["  function f", "    ^lambda <lambda>"]
    );
}

#[test]
fn functions_tell_their_signature_and_names() {
    let tree = tree(PROGRAM);
    let total = at(&tree, "Cart.total");
    assert_eq!(
        total.kind,
        DefinitionKind::Function {
            is_async: false,
            is_generator: true
        }
    );
    assert_eq!(
        at(&tree, "Cart.save").kind,
        DefinitionKind::Function {
            is_async: true,
            is_generator: false
        }
    );
    let facets = total.facets.function().expect("total is a function");
    let parameters: Vec<(&str, ParameterKind, &str, &str)> = facets
        .parameters
        .iter()
        .map(|it| {
            let text =
                |facet: &Option<ExprFacet>| facet.as_ref().map_or("", |facet| tree.text_of(total.id, &facet.range));
            (it.name.as_str(), it.kind, text(&it.annotation), text(&it.default))
        })
        .collect();
    assert_eq!(
        parameters,
        [
            ("self", ParameterKind::PositionalOnly, "", ""),
            ("rate", ParameterKind::PositionalOnly, "", "lambda: RATE"),
            ("rest", ParameterKind::VarPositional, "int", ""),
            ("tax", ParameterKind::KeywordOnly, "float", "P"),
            ("named", ParameterKind::VarKeyword, "", ""),
        ]
    );
    assert_eq!(facets.decorators[0].text.as_deref(), Some("property"));
    assert_eq!(
        facets.returns.as_ref().map(|it| tree.text_of(total.id, &it.range)),
        Some("float")
    );
    assert_eq!(
        facets.docstring.as_ref().map(|it| tree.text_of(total.id, &it.range)),
        Some("\"\"\"Sums up.\"\"\"")
    );
    assert!(facets.uses_super && !facets.is_stub && !facets.is_inert);
    assert_eq!(facets.statement_count, 4);
    assert_eq!(facets.reads, ["super"]);
    let save = at(&tree, "Cart.save").facets.function().expect("save is a function");
    assert!(save.is_stub && save.is_inert && !save.uses_super);
    let id = at(&tree, "Cart").id;
    let cart = tree.get(id).facets.class().expect("Cart is a class");
    let docstring = cart.docstring.as_ref().map(|it| tree.text_of(id, &it.range));
    assert_eq!(docstring, Some("\"\"\"Holds items.\"\"\""));
    let arguments: Vec<&str> = cart.arguments.iter().map(|it| tree.text_of(id, &it.range)).collect();
    assert_eq!(arguments, ["dict", "Meta"]);
    assert_eq!(cart.keywords, [None, Some("metaclass".to_owned())]);
    let decorators: Vec<_> = cart.decorators.iter().map(|it| it.text.as_deref()).collect();
    assert_eq!(decorators, [Some("total.register"), Some("functools.wraps")]);
    assert!(cart.docstring.is_some());
}

#[test]
fn functions_read_what_they_do_not_bind() {
    for (text, reads) in [
        ("def f(a):\n b = a + c\n return b(d)", vec!["c", "d"]),
        ("def f():\n global n\n n = n + 1", vec!["n"]),
        ("def f(): n += m", vec!["m"]),
        ("def f():\n def g(x): return x + y + z\n y = 1", vec!["z"]),
        ("def f(): return [a + b for a in c if (w := a)] + [w]", vec!["c", "b"]),
        ("def f(): return lambda a, b=d: a + b + e", vec!["d", "e"]),
        ("def f():\n import a.b, c as d\n a, c, d", vec!["c"]),
        (
            "def f():\n try: g()\n except E as e: e\n with h as i: i\n for j in k: j\n del l",
            vec!["g", "E", "h", "k"],
        ),
        (
            "def f():\n match a:\n  case B(c, d=[e, *g]) | {'x': h, **i} as j if k: c, e, g, h, i, j",
            vec!["a", "B", "k"],
        ),
        (
            "def f():\n class A(B):\n  x = 1\n  y = x\n  def m(self): return x",
            vec!["B", "x"],
        ),
        ("def f[T](a: T) -> T:\n x: T = U", vec!["U"]),
        ("class C:\n def f(self): return __x + self.__y", vec!["_C__x"]),
        ("def f(): f'{a!r:{b}}'", vec!["a", "b"]),
    ] {
        assert_eq!(function(text).reads, reads, "{text}");
    }
    assert_eq!(function("def f():\n def g():\n  global a\n  a = 1").globals, ["a"]);
    assert!(function("def f(): return lambda: super()").uses_super);
    assert!(!function("def f():\n class A:\n  def m(self): super()").uses_super);
    let is_generator = |text| {
        matches!(
            at(&tree(text), "f").kind,
            DefinitionKind::Function { is_generator: true, .. }
        )
    };
    assert!(is_generator("def f():\n if a:\n  x = yield"));
    assert!(is_generator("def f():\n def g(a=(yield)): pass"));
    assert!(!is_generator(
        "def f():\n def g(): yield\n lambda: (yield)\n (x for x in y)"
    ));
}

#[test]
fn statements_tell_what_they_bind_and_read() {
    type Row = (
        &'static str,
        &'static [&'static str],
        &'static [&'static str],
        &'static [&'static str],
    );
    let rows: [Row; 15] = [
        // text, binds, reads, deletes
        ("a = b = c", &["a", "b"], &["c"], &[]),
        ("a, (b, *c) = d", &["a", "b", "c"], &["d"], &[]),
        ("a.b[c] = d", &[], &["a", "c", "d"], &[]),
        ("a += 1", &["a"], &["a"], &[]),
        ("a: b = c", &["a"], &["b", "c"], &[]),
        ("a: b", &[], &["b"], &[]),
        ("print((a := b))", &["a"], &["print", "b"], &[]),
        ("[(x := y) for y in z]", &["x"], &["z"], &[]),
        ("a = lambda b: b + c", &["a"], &["c"], &[]),
        ("import a.b, c.d as e", &["a", "e"], &[], &[]),
        ("from .m import a, b as c", &["a", "c"], &[], &[]),
        ("del a, (b, c.d), e[f]", &[], &["c", "e", "f"], &["a", "b"]),
        ("type A[T] = dict[T, B]", &["A"], &["dict", "B"], &[]),
        ("assert a, b", &[], &["a", "b"], &[]),
        ("class C:\n __x = __y", &["_C__x"], &["_C__y"], &[]),
    ];
    for (text, binds, reads, deletes) in rows {
        let facets = statement(text);
        assert_eq!(
            (facets.binds, facets.reads, facets.deletes),
            (own(binds), own(reads), own(deletes)),
            "{text}"
        );
    }
    for (text, later) in [
        ("a = lambda: b", &["b"][..]),
        ("a = [b, lambda: b, lambda: c]", &["c"]),
        ("a = lambda b=c: (b, d)", &["d"]),
        ("a = [b for c in d]", &[]),
        ("a = [lambda: b for c in d if b]", &[]),
    ] {
        assert_eq!(statement(text).reads_later, own(later), "{text}");
    }
    assert_eq!(statement("a: b").annotates.as_deref(), Some("a"));
    assert_eq!(statement("a.b(c)").calls.as_deref(), Some("a.b"));
    assert!(statement("from m import *").binds_star);
    let import = |module: &str, level, name: Option<&str>, bound_as: &str| ImportFacet {
        module: module.into(),
        level,
        name: name.map(str::to_owned),
        bound_as: bound_as.into(),
    };
    assert_eq!(
        statement("import a.b, c.d as e").imports,
        [import("a.b", 0, None, "a"), import("c.d", 0, None, "e")]
    );
    assert_eq!(
        statement("from ..m import a as b").imports,
        [import("m", 2, Some("a"), "b")]
    );
    assert_eq!(statement("from . import *").imports, [import("", 1, Some("*"), "*")]);
}

fn own(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn inert_is_what_calls_no_user_code() {
    for (text, expected) in [
        ("a = 1", true),
        ("a = -1 + 2 * 3, 'x' 'y', b'z', None, ...", true),
        ("a = [b, {'c': d, 2: e}, {1, 2}]", true),
        ("a = lambda b=c: d()", true),
        ("a: int = 1", true),
        ("a, b = 1, c", true),
        ("'text'", true),
        ("pass", true),
        ("type A = b()", true),
        ("a = b()", false),
        ("a = b.c", false),
        ("a = b + 1", false),
        ("a = {b: 1}", false),
        ("a = {b}", false),
        ("a = {**b}", false),
        ("a = [*b]", false),
        ("a = f'{b}'", false),
        ("a = lambda b=c(): d", false),
        ("a: b() = 1", false),
        ("from __future__ import annotations\na: b() = 1", true),
        ("a, b = c", false),
        ("a.b = 1", false),
        ("a += 1", false),
        ("import a", false),
        ("del a", false),
        ("assert a", false),
    ] {
        assert_eq!(statement(text).is_inert, expected, "{text}");
    }
    for (text, expected) in [
        ("class A:\n x = 1\n def f(self, a=1): g()", true),
        ("class A():\n class B: pass", true),
        ("class A(B): pass", false),
        ("class A(metaclass=B): pass", false),
        ("@a\nclass A: pass", false),
        ("class A:\n x = y()", false),
        ("class A:\n @x\n def f(self): pass", false),
        ("class A:\n def f(self, a=b()): pass", false),
        ("class A:\n if x: y = 1", false),
    ] {
        assert_eq!(
            at(&tree(text), "A").facets.class().map(|it| it.is_inert),
            Some(expected),
            "{text}"
        );
    }
    for (text, expected) in [
        ("a = B * 2 + -C, 'x'", true),
        ("a = b if c else d < e", true),
        ("a = f'{B}'", true),
        ("a = b()", false),
        ("a = b.c", false),
        ("a = [b]", false),
    ] {
        assert_eq!(statement(text).value.map(|it| it.is_formula), Some(expected), "{text}");
    }
}

#[test]
fn fingerprints_ignore_layout_and_nothing_else() {
    let fingerprint = |text: &str| tree(text).module().fingerprint;
    for (a, b) in [
        ("a = 'x' \"y\"", "a = (\n  'xy'  # comment\n)"),
        ("a = f(1, 2)", "a = f(\n    1,\n    2,\n)"),
        ("class A():\n  pass", "class A: pass"),
        ("def f(a): return (a)", "def f(\n  a,\n):\n\n    return a"),
        ("del (a, b)", "del a, b"),
        (
            "a = 0XFF, 1E5, 10L if 0 else 1".trim_end_matches("10L if 0 else 1"),
            "a = 0xff, 1e5,",
        ),
        ("for (x, y) in z: pass", "for x, y in z: pass"),
        ("with (open(a)) as b: pass", "with open(a) as b: pass"),
        ("a = U'x', B'y', r'z'", "a = 'x', b'y', 'z'"),
        ("a = 1  # type: int", "a = 1"),
        ("a = lambda: 0", "a = lambda : (0)"),
        ("x[1, 2]", "x[(1, 2)]"),
    ] {
        assert_eq!(fingerprint(a), fingerprint(b), "{a:?} and {b:?}");
    }
    let different = [
        "a = 1",
        "a = 1.0",
        "a = True",
        "a = 1j",
        "a = '1'",
        "a = b'1'",
        "a = f'1'",
        "a = f'{1}'",
        "a = f'{1!r}'",
        "a = f'{1=}'",
        "a = f'{1:2}'",
        "a = t'{1}'",
        "a = -1",
        "a = [1]",
        "a = (1,)",
        "a = {1}",
        "a = b",
        "a == b",
        "a: b",
        "(a): b",
        "a += b",
        "a -= b",
        "a = x[1:]",
        "a = x[:1]",
        "a = x[1]",
        "a = '\\ud800'",
        "a = '\\ud801'",
        "a = '\\ufffd'",
        "def f(a, /, b): pass",
        "def f(a, b, /): pass",
        "def f(a, b): pass",
        "def f(a, *, b): pass",
        "def f(*a, b): pass",
        "def f(a, b=1): pass",
        "def f(a, b: int): pass",
        "def f(a, b) -> int: pass",
        "async def f(a, b): pass",
        "@d\ndef f(a, b): pass",
        "@d()\ndef f(a, b): pass",
        "def f(a, b): 'doc'",
        "def f(a, b): 'doc'; pass",
        "def f(a, b): return",
        "def f(a, b): yield",
        "def f[T](a, b): pass",
        "class f: pass",
        "class f(a): pass",
        "class f(a=b): pass",
        "if a: b",
        "if a: b\nelse: c",
        "if a: b\nelif c: d",
        "if a: b\nelif c: d\nelse: e",
        "if a:\n b\n c",
        "if a: b\nc",
        "for a in b: c",
        "for a in b: c\nelse: d",
        "async for a in b: c",
        "while a: b",
        "while a: b\nelse: c",
        "with a, b: c",
        "with a as b: c",
        "with (a, b): c\nc",
        "with (a, b) as c: c",
        "try: a\nexcept b: c",
        "try: a\nexcept* b: c",
        "try: a\nexcept b as d: c",
        "try: a\nfinally: c",
        "try: a\nexcept: c",
        "try: a\nexcept b: c\nelse: d",
        "try: a\nexcept b: c\nfinally: d",
        "match a:\n case 1: b",
        "match a:\n case 1 if c: b",
        "match a:\n case c: b",
        "match a:\n case [1]: b",
        "match a:\n case (1 | 2): b",
        "import a",
        "import a as b",
        "from a import b",
        "from .a import b",
        "from a import b as c",
        "from a import *",
        "global a",
        "del a",
        "del a.b",
        "pass",
        "...",
        "raise a",
        "raise a from b",
        "assert a",
        "assert a, b",
        "lambda: 0",
        "lambda a: 0",
        "[a for a in b]",
        "{a for a in b}",
        "{a: a for a in b}",
        "(a for a in b)",
        "[a async for a in b]",
        "[a for a in b if c]",
        "a if b else c",
        "a and b",
        "a or b",
        "not a",
        "await a",
        "(a := b)",
        "type a = b",
        "type a[T] = b",
        "a()",
        "a(b)",
        "a(*b)",
        "a(**b)",
        "a(b=c)",
        "a.b",
        "a[b]",
        "a is b",
        "a is not b",
        "a in b",
        "a < b < c",
    ];
    let mut seen = std::collections::HashMap::new();
    for text in different {
        if let Some(other) = seen.insert(fingerprint(text), text) {
            panic!("{text:?} looks like {other:?}");
        }
    }
}

#[test]
fn functions_have_fingerprints_of_their_parts() {
    let old = function("@a\ndef f(b, c=1):\n 'doc'\n return b");
    let new = function("@a\ndef f(b, c=2):\n 'other'\n return b");
    assert_eq!(old.body_fingerprint, new.body_fingerprint);
    assert_eq!(old.decorators[0].fingerprint, new.decorators[0].fingerprint);
    assert_ne!(
        old.parameters[1].default.as_ref().map(|it| it.fingerprint),
        new.parameters[1].default.as_ref().map(|it| it.fingerprint)
    );
    let class = |text| at(&tree(text), "A").facets.class().map(|it| it.body_fingerprint);
    assert_eq!(class("class A:\n x = 1"), class("@b\nclass A(C):\n 'doc'\n x = 1"));
    assert_ne!(class("class A:\n x = 1"), class("class A:\n x = 2"));
}

#[test]
fn shapes_leave_out_what_runs_later() {
    let shape = |text: &str| statement(text).shape_fingerprint;
    let lambda_free = |text: &str| statement(text).lambda_free_fingerprint;
    assert_eq!(shape("a = f(lambda x: x, 1)"), shape("a = f(lambda y, z=2: g(y), 1)"));
    assert_eq!(
        lambda_free("a = f(lambda x: x, 1)"),
        lambda_free("a = f(lambda y, z=2: g(y), 1)")
    );
    assert_ne!(shape("a = f(lambda x: x, 1)"), shape("a = f(lambda x: x, 2)"));
    assert_eq!(
        shape("a = (x for x in b)"),
        shape("a = (y + 1 for y in b if y for z in y)")
    );
    assert_ne!(shape("a = (x for x in b)"), shape("a = (x for x in c)"));
    assert_ne!(lambda_free("a = (x for x in b)"), lambda_free("a = (y for y in b)"));
    assert_ne!(shape("a = [x for x in b]"), shape("a = [y for y in b]"));
    let plain = statement("a = 1");
    assert_eq!(plain.shape_fingerprint, plain.lambda_free_fingerprint);
}

#[test]
fn tests_of_branches_are_judged() {
    let branch = |text: &str, index: usize| -> (bool, bool) {
        let tree = tree(text);
        let found = tree.definitions.iter().filter_map(|it| it.facets.branch()).nth(index);
        found
            .map(|it| (it.main_guard, it.static_test))
            .unwrap_or_else(|| panic!("no branch {index} in {text}"))
    };
    for (test, main_guard, static_test) in [
        ("__name__ == '__main__'", true, true),
        ("(\"__main__\") == __name__", true, true),
        ("__name__ in {'__main__'}", true, true),
        ("not __name__ != '__main__'", true, true),
        ("__name__ == '__main__' and f()", true, false),
        ("__name__ == '__main__' or a", false, true),
        ("__name__ != '__main__'", false, true),
        ("__name__ == 'm'", false, true),
        ("TYPE_CHECKING", false, true),
        ("typing.TYPE_CHECKING", false, true),
        ("sys.version_info >= (3, 12)", false, true),
        ("sys.version_info[:2] < (3, 9) or not DEBUG", false, true),
        ("sys.version_info.major == 3", false, true),
        ("sys.platform.startswith('win')", false, true),
        ("sys.argv", false, false),
        ("f()", false, false),
        ("a[0]", false, false),
        ("a + 1", false, false),
    ] {
        assert_eq!(
            branch(&format!("if {test}: pass"), 0),
            (main_guard, static_test),
            "{test}"
        );
    }
    assert_eq!(branch("if __name__ != '__main__': a\nelse: b", 1), (true, true));
    assert_eq!(branch("if a(): b\nelse: c", 1), (false, false));
    assert_eq!(branch("if a: b\nelif c(): d\nelse: e", 2), (false, false));
}

#[test]
fn blocks_bind_for_their_scope() {
    let block = |text: &str| -> BlockFacets {
        let tree = tree(text);
        let found = tree.definitions.iter().find_map(|it| it.facets.block().cloned());
        found.unwrap_or_else(|| panic!("no block in {text}"))
    };
    for (text, binds) in [
        ("if a:\n b = 1\n def c(): d = 1\nelse:\n import e", vec!["b", "c", "e"]),
        ("for a, b in c: d = a", vec!["a", "b", "d"]),
        ("with a as b, c as (d, e): pass", vec!["b", "d", "e"]),
        ("try: a = 1\nexcept B as c: pass", vec!["a", "c"]),
        ("match a:\n case [b, *c]: d = 1", vec!["b", "c", "d"]),
    ] {
        assert_eq!(block(text).binds, binds, "{text}");
    }
    assert!(block("if a: from b import *").binds_star);
    assert_eq!(
        block("for a in b: pass").header.map(|it| it.reads),
        Some(vec!["b".to_owned()])
    );
    assert_eq!(block("try: a\nfinally: b").header, None);
}

#[test]
fn the_module_knows_its_imports() {
    let tree = tree(PROGRAM);
    let facets = tree.module().facets.module().expect("the module has module facets");
    assert_eq!(facets.future, ["generator_stop"]);
    assert_eq!(
        facets.module_imports,
        ["generator_stop", "os", "path", "P", "sys", "fast"]
    );
    assert!(facets.docstring.is_some() && !facets.mentions_super);
    for (text, expected) in [
        ("super", true),
        ("if a: b = super", true),
        ("[super for x in y]", true),
        ("def f():\n global super\n super = 1", true),
        ("def f(): super()", false),
        ("class A: super", false),
        ("a = lambda: super", false),
    ] {
        let tree = self::tree(text);
        assert_eq!(
            tree.module().facets.module().map(|it| it.mentions_super),
            Some(expected),
            "{text}"
        );
    }
}

#[test]
fn names_are_bound_mangled() {
    let tree = tree("class _C:\n if a:\n  def __f(self):\n   def __g(): pass\ndef __h(): pass");
    let bound = |path| tree.bound_name(at(&tree, path).id).map(|name| name.into_owned());
    assert_eq!(bound("_C.__f").as_deref(), Some("_C__f"));
    assert_eq!(bound("_C.__f.<locals>.__g").as_deref(), Some("_C__g"));
    assert_eq!(bound("__h").as_deref(), Some("__h"));
}

#[test]
fn a_broken_text_keeps_what_is_whole() {
    let tree = tree("def a(): pass\n\nx = = 'é' )\ndef b(): pass\n");
    let problem = tree.problems.first().expect("the text is broken");
    assert_eq!(
        (problem.kind, problem.line, problem.column),
        (ProblemKind::Syntax, 3, 5)
    );
    assert!(!problem.message.is_empty());
    assert_eq!(at(&tree, "a").last_line, 1);
    assert_eq!(at(&tree, "b").first_line, 4);
}

#[test]
fn newer_syntax_is_no_problem() {
    for text in [
        "def f[T = int](*args: *T): pass",
        "x = f'{a['b']}' f\"{'\\n'.join(c)}\"",
        "try: a\nexcept A, B: c",
        "x = t'{a}'",
        "type A[*T] = tuple[*T]",
        "with (a as b, c as d): pass",
        "match = case = type = lazy = 1",
    ] {
        assert_eq!(tree(text).problems, [], "{text}");
    }
}

#[test]
fn deep_texts_are_refused_and_long_ones_are_not() {
    let refused = |text: &str| {
        tree(text)
            .problems
            .iter()
            .any(|problem| problem.kind == ProblemKind::TooDeep)
    };
    let nested = |depth: usize| format!("x = {}1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(!refused(&nested(10_000)));
    assert!(refused(&nested(50_000)));
    assert!(!refused(&format!("x = a{}", "+a".repeat(10_000))));
    assert!(refused(&format!("x = a{}", " + a".repeat(100_000))));
    assert!(!refused(&format!("if a: pass\n{}", "elif a: pass\n".repeat(5_000))));
    assert!(!refused(&format!("x = [{}]", "lambda a, b: a, ".repeat(5_000))));
    assert!(refused(&format!("x = {}1", "lambda: ".repeat(1_000))));
    let blocks: String = (0..90).map(|depth| format!("{}if a:\n", " ".repeat(depth))).collect();
    assert!(!refused(&format!(
        "{blocks}{}b = lambda: [c for c in d]",
        " ".repeat(90)
    )));
    assert!(!refused(""));
}

/// A repeatable stream of numbers below a bound.
fn numbers() -> impl FnMut(usize) -> usize {
    let mut state = 1_u64;
    move |below| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    }
}

#[test]
fn reading_an_edit_gives_the_tree_of_the_whole_text() {
    let mut number = numbers();
    let snippets = [
        "",
        "\n",
        "    ",
        "x = 1\n",
        "else:\n    y\n",
        "(",
        "\"\"\"",
        "\\\n",
        "# c",
        "'doc'\n",
        "from __future__ import annotations\n",
        "@d\n",
        "if a:\n",
        ";",
        "def f(a: (lambda: 0)): super\n",
        "global super\n",
        "import q\n",
        "\r\n",
    ];
    let mut shared = 0;
    for round in 0..1_000 {
        let before = if round % 2 == 0 {
            PROGRAM.to_owned()
        } else {
            format!("{PROGRAM}\r\nb = 1; c = 2\nif b: d\n")
        };
        let mut after: Vec<&str> = before.split_inclusive('\n').collect();
        let snippet = snippets[number(snippets.len())];
        let at = number(after.len());
        match number(3) {
            0 => after.insert(at, snippet),
            1 => after[at] = snippet,
            _ => drop(after.drain(at..(at + number(4)).min(after.len()))),
        }
        let mut after = after.concat();
        if number(2) == 0 {
            let at = number(after.len());
            after.insert_str(at, snippets[number(snippets.len())]);
        }
        let old = tree(&before);
        let source = Arc::new(SourceText::new("app.py", after.as_str()));
        let whole = parse(source.clone());
        let read = reparse(&old, source);
        assert_eq!(read.definitions, whole.definitions, "{before}\n=>\n{after}");
        assert_eq!(read.problems, whole.problems);
        let is_shared = |it: &Definition| match (&it.facets, &at_end(&old).facets) {
            (Facets::Block(new), Facets::Block(old)) => Arc::ptr_eq(new, old),
            _ => false,
        };
        shared += usize::from(read.definitions.iter().any(is_shared));
    }
    for (before, after) in [
        ("", "a = 1"),
        ("a = 1", ""),
        ("# c\n", "# d\n"),
        ("a", "b"),
        ("'doc'", "x = 1\n'doc'"),
    ] {
        let source = Arc::new(SourceText::new("app.py", after));
        assert_eq!(
            reparse(&tree(before), source.clone()).definitions,
            parse(source).definitions,
            "{before} => {after}"
        );
    }
    assert!(shared > 100, "only {shared} edits were read in part");
}

/// The last block of the program.
fn at_end(tree: &DefinitionTree) -> &Definition {
    let blocks = tree.definitions.iter().rev();
    blocks
        .into_iter()
        .find(|it| it.facets.block().is_some())
        .expect("the program has blocks")
}

#[test]
fn one_expression_is_told_from_statements() {
    for text in [
        "1",
        " f(x)  # comment",
        "a\n+ b",
        "x if y else z",
        "'text'",
        "lambda: 1",
    ] {
        assert!(is_expression(text), "{text:?}");
    }
    let deep = format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000));
    for text in [
        "",
        "x = 1",
        "f(); g()",
        "result = 1",
        "for x in y:\n    pass",
        "1 +",
        "1) + (2\n3",
        &deep,
    ] {
        assert!(!is_expression(text), "{text:?}");
    }
}
