//! Two texts in, pairs out.

use std::sync::Arc;

use super::*;
use crate::pipeline::definitions::parse;
use crate::source::SourceText;

fn tree(text: &str) -> DefinitionTree {
    parse(Arc::new(SourceText::new("app.py", text)))
}

/// The pairs besides the module and those of equal text, as `old -> new (relation)`.
fn changes(old: &str, new: &str) -> Vec<String> {
    let (old, new) = (tree(old), tree(new));
    let matching = match_trees(&old, &new, &[]);
    assert_complete(&old, &new, &matching);
    lines(&old, &new, &matching)
}

fn lines(old: &DefinitionTree, new: &DefinitionTree, matching: &Matching) -> Vec<String> {
    let first_line = |tree: &DefinitionTree, id| tree.text(id).lines().next().unwrap_or("").to_owned();
    let mut lines = Vec::new();
    for pair in &matching.pairs {
        let before = pair.old.map(|id| first_line(old, id));
        let after = pair.new.map(|id| first_line(new, id));
        if pair.new == Some(DefinitionId::MODULE) || pair.relation == Relation::Same && before == after {
            continue;
        }
        let side = |text: Option<String>| text.unwrap_or_else(|| "nothing".into());
        lines.push(format!("{} -> {} ({:?})", side(before), side(after), pair.relation));
    }
    lines
}

/// Every definition of both trees in exactly one pair, and the look-ups say the same.
fn assert_complete(old: &DefinitionTree, new: &DefinitionTree, matching: &Matching) {
    let mut old_seen: Vec<DefinitionId> = matching.pairs.iter().filter_map(|pair| pair.old).collect();
    let mut new_seen: Vec<DefinitionId> = matching.pairs.iter().filter_map(|pair| pair.new).collect();
    old_seen.sort_unstable();
    new_seen.sort_unstable();
    assert!(old_seen.iter().copied().eq(old.definitions.iter().map(|it| it.id)));
    assert!(new_seen.iter().copied().eq(new.definitions.iter().map(|it| it.id)));
    for pair in &matching.pairs {
        if let Some(id) = pair.old {
            assert_eq!(matching.new_of(id), pair.new);
        }
        if let Some(id) = pair.new {
            assert_eq!(matching.old_of(id), pair.old);
        }
        let (Some(old_id), Some(new_id)) = (pair.old, pair.new) else {
            continue;
        };
        let parents = (old.get(old_id).parent, new.get(new_id).parent);
        assert_eq!(
            parents.0.and_then(|parent| matching.new_of(parent)),
            parents.1,
            "parents are paired too"
        );
    }
}

fn assert_changes(cases: &[(&str, &str, &[&str])]) {
    for (old, new, expected) in cases {
        assert_eq!(&changes(old, new), expected, "\n{old}\n=>\n{new}");
    }
}

#[test]
fn layout_is_no_change() {
    let text =
        "import a\n\n@b\ndef f(x, y=lambda: 1):\n  return [x for x in y]\n\nclass C(D):\n  'doc'\n  x = lambda: 2\n";
    let formatted = "# c\nimport a\n@b\ndef f(\n    x,\n    y=lambda: (1),\n):\n    # c\n    return [\n        x for x in y\n    ]\n\n\nclass \
                     C(D):\n    \"doc\"\n    x = lambda: 2\n";
    let (old, new) = (tree(text), tree(formatted));
    let matching = match_trees(&old, &new, &[]);
    assert_complete(&old, &new, &matching);
    assert!(matching.pairs.iter().all(|pair| pair.relation == Relation::Same));
}

#[test]
fn named_definitions_pair_by_name() {
    assert_changes(&[
        ("def f(): a", "def f(): b", &["def f(): a -> def f(): b (Changed)"]),
        (
            "def f(): a",
            "async def f(): yield",
            &["def f(): a -> async def f(): yield (Changed)"],
        ),
        (
            "def f(): a\ndef g(): b",
            "def g(): c\ndef f(): a",
            &["def g(): b -> def g(): c (Changed)"],
        ),
        (
            "def f(): a",
            "class f: a",
            &[
                "nothing -> class f: a (Added)",
                "nothing -> a (Added)",
                "def f(): a -> nothing (Removed)",
            ],
        ),
        (
            "def f(): a",
            "def g(): a",
            &["nothing -> def g(): a (Added)", "def f(): a -> nothing (Removed)"],
        ),
        (
            "class A:\n def f(self): a",
            "class A(B):\n def f(self): b",
            &[
                "class A: -> class A(B): (Changed)",
                "def f(self): a -> def f(self): b (Changed)",
            ],
        ),
        (
            "def f():\n def g(): a",
            "def f():\n x\n def g(): b",
            &["def f(): -> def f(): (Changed)", "def g(): a -> def g(): b (Changed)"],
        ),
    ]);
}

#[test]
fn definitions_of_one_name_find_their_own() {
    assert_changes(&[
        // A duplicate in front.
        (
            "def f(): a\ndef f(): b",
            "def f(): c\ndef f(): a\ndef f(): b",
            &["nothing -> def f(): c (Added)"],
        ),
        (
            "def f(): a\ndef f(): b",
            "def f(): b",
            &["def f(): a -> nothing (Removed)"],
        ),
        (
            "def f(): a\ndef f(): b",
            "def f(): c\ndef f(): b",
            &["def f(): a -> def f(): c (Changed)"],
        ),
        // The getter goes, the setter changes.
        (
            "class A:\n @property\n def x(self): a\n @x.setter\n def x(self, v): b",
            "class A:\n @x.setter\n def x(self, v): c",
            &[
                "class A: -> class A: (Changed)",
                "@x.setter -> @x.setter (Changed)",
                "@property -> nothing (Removed)",
            ],
        ),
        (
            "@f.register(int)\ndef _(x): a\n@f.register(str)\ndef _(x): b",
            "@f.register(str)\ndef _(x): c\n@f.register(int)\ndef _(x): d",
            &[
                "@f.register(str) -> @f.register(str) (Changed)",
                "@f.register(int) -> @f.register(int) (Changed)",
            ],
        ),
        // Equal parameters go before order.
        (
            "def f(a): x\ndef f(b): y",
            "def f(c): 1\ndef f(b): z\ndef f(a): w",
            &[
                "nothing -> def f(c): 1 (Added)",
                "def f(b): y -> def f(b): z (Changed)",
                "def f(a): x -> def f(a): w (Changed)",
            ],
        ),
        // The same kind goes before order.
        (
            "def f(a): x\nasync def f(a, b): y",
            "async def f(b): z\ndef f(c): w",
            &[
                "async def f(a, b): y -> async def f(b): z (Changed)",
                "def f(a): x -> def f(c): w (Changed)",
            ],
        ),
    ]);
}

#[test]
fn statements_pair_by_meaning_names_and_place() {
    assert_changes(&[
        ("a = 1\nb = 2", "b = 2\na = 1", &[]),
        ("f()\ng()", "g()\nf()", &[]),
        ("f()\nf()\nf()", "f()\nf()", &["f() -> nothing (Removed)"]),
        ("a = 1", "a = 2", &["a = 1 -> a = 2 (Changed)"]),
        (
            "a = 1\nb = 1",
            "c = 0\nb = 2\na = 2",
            &[
                "nothing -> c = 0 (Added)",
                "b = 1 -> b = 2 (Changed)",
                "a = 1 -> a = 2 (Changed)",
            ],
        ),
        ("a = 1\na = 2", "a = 1\na = 3", &["a = 2 -> a = 3 (Changed)"]),
        (
            "from m import a",
            "from m import a, b",
            &["from m import a -> from m import a, b (Changed)"],
        ),
        (
            "import a, b\nimport c",
            "import c, d\nimport b",
            &["import c -> import c, d (Changed)", "import a, b -> import b (Changed)"],
        ),
        ("a: int", "a: str", &["a: int -> a: str (Changed)"]),
        (
            "class A:\n x: int\n y: int",
            "class A:\n y: str\n x: int",
            &["class A: -> class A: (Changed)", "y: int -> y: str (Changed)"],
        ),
        // An expression that calls the same thing at the same place changed; another one is new.
        ("app.add(1)", "app.add(2)", &["app.add(1) -> app.add(2) (Changed)"]),
        (
            "f(1)",
            "g(1)",
            &["nothing -> g(1) (Added)", "f(1) -> nothing (Removed)"],
        ),
        (
            "x\ny = 1",
            "z\ny = 1",
            &["nothing -> z (Added)", "x -> nothing (Removed)"],
        ),
        // Between anchors only.
        (
            "f(1)\ndef g(): pass",
            "def g(): pass\nf(2)",
            &["nothing -> f(2) (Added)", "f(1) -> nothing (Removed)"],
        ),
        (
            "a = 1",
            "import a",
            &["nothing -> import a (Added)", "a = 1 -> nothing (Removed)"],
        ),
        // A docstring is no expression.
        (
            "'a'",
            "b = 1\n'a'",
            &[
                "nothing -> b = 1 (Added)",
                "nothing -> 'a' (Added)",
                "'a' -> nothing (Removed)",
            ],
        ),
        ("'a'\nx = 1", "'b'\nx = 1", &["'a' -> 'b' (Changed)"]),
        ("raise a", "raise b", &["raise a -> raise b (Changed)"]),
    ]);
}

#[test]
fn statements_that_differ_inside_lambdas_pair_by_shape() {
    assert_changes(&[
        (
            "on(1, lambda: a)\non(2, lambda: b)",
            "on(2, lambda: c)\non(1, lambda: a)",
            &[
                "on(2, lambda: b) -> on(2, lambda: c) (Changed)",
                "lambda: b -> lambda: c (Changed)",
            ],
        ),
        (
            "[1, lambda: a]\nx",
            "y\n[1, lambda: b]",
            &[
                "nothing -> y (Added)",
                "[1, lambda: a] -> [1, lambda: b] (Changed)",
                "lambda: a -> lambda: b (Changed)",
                "x -> nothing (Removed)",
            ],
        ),
    ]);
}

#[test]
fn blocks_pair_by_header_names_and_place() {
    assert_changes(&[
        (
            "if a:\n x = 1",
            "if a:\n x = 2",
            &[
                "if a: -> if a: (Changed)",
                "if a: -> if a: (Changed)",
                "x = 1 -> x = 2 (Changed)",
            ],
        ),
        (
            "if a: x = 1\nif b: y = 1",
            "if c: pass\nif b: y = 2\nif a: x = 2",
            &[
                "nothing -> if c: pass (Added)",
                "nothing -> if c: pass (Added)",
                "nothing -> pass (Added)",
                "if b: y = 1 -> if b: y = 2 (Changed)",
                "if b: y = 1 -> if b: y = 2 (Changed)",
                "y = 1 -> y = 2 (Changed)",
                "if a: x = 1 -> if a: x = 2 (Changed)",
                "if a: x = 1 -> if a: x = 2 (Changed)",
                "x = 1 -> x = 2 (Changed)",
            ],
        ),
        (
            "try:\n def f(): a\nexcept E: pass",
            "try: g\nexcept E: pass\ntry:\n def f(): b\nexcept E: pass",
            &[
                "nothing -> try: g (Added)",
                "nothing -> try: g (Added)",
                "nothing -> g (Added)",
                "nothing -> except E: pass (Added)",
                "nothing -> pass (Added)",
                "try: -> try: (Changed)",
                "try: -> try: (Changed)",
                "def f(): a -> def f(): b (Changed)",
            ],
        ),
        ("while a: b", "while c: b", &["while a: b -> while c: b (Changed)"]),
        (
            "for a in b: c",
            "while b: c",
            &[
                "nothing -> while b: c (Added)",
                "nothing -> c (Added)",
                "nothing -> c (Added)",
                "for a in b: c -> nothing (Removed)",
                "c -> nothing (Removed)",
                "c -> nothing (Removed)",
            ],
        ),
    ]);
}

#[test]
fn branches_pair_by_test() {
    assert_changes(&[
        (
            "if a: x\nelif b: y\nelse: z",
            "if c: w\nelif a: x\nelif b: y\nelse: z",
            &[
                "if a: x -> if c: w (Changed)",
                "nothing -> if c: w (Added)",
                "nothing -> w (Added)",
                "if a: x -> elif a: x (Changed)",
            ],
        ),
        (
            "try: a\nexcept B: b\nexcept C: c",
            "try: a\nexcept C: c\nfinally: d",
            &[
                "try: a -> try: a (Changed)",
                "nothing -> finally: d (Added)",
                "nothing -> d (Added)",
                "except B: b -> nothing (Removed)",
                "b -> nothing (Removed)",
            ],
        ),
        (
            "if a: x\nelse: y",
            "if b: x\nelse: y",
            &["if a: x -> if b: x (Changed)", "if a: x -> if b: x (Changed)"],
        ),
        (
            "match a:\n case 1: x = 1\n case 2: x = 2",
            "match a:\n case 2: x = 3\n case 1: x = 1",
            &[
                "match a: -> match a: (Changed)",
                "case 2: x = 2 -> case 2: x = 3 (Changed)",
                "x = 2 -> x = 3 (Changed)",
            ],
        ),
    ]);
}

#[test]
fn lambdas_and_comprehensions_pair_by_meaning_and_place() {
    assert_changes(&[
        (
            "x = [lambda: a, lambda: b]",
            "x = [lambda: b, lambda: c]",
            &[
                "x = [lambda: a, lambda: b] -> x = [lambda: b, lambda: c] (Changed)",
                "lambda: a -> lambda: c (Changed)",
            ],
        ),
        (
            "x = [lambda: a, lambda: b]",
            "x = [lambda: c, lambda: d]",
            &[
                "x = [lambda: a, lambda: b] -> x = [lambda: c, lambda: d] (Changed)",
                "lambda: a -> lambda: c (Changed)",
                "lambda: b -> lambda: d (Changed)",
            ],
        ),
        // A different number: only equal parameters.
        (
            "x = [lambda p: a, lambda q: b]",
            "x = [lambda q: c]",
            &[
                "x = [lambda p: a, lambda q: b] -> x = [lambda q: c] (Changed)",
                "lambda q: b -> lambda q: c (Changed)",
                "lambda p: a -> nothing (Removed)",
            ],
        ),
        (
            "x = f(lambda: a)",
            "x = f([y for y in a])",
            &[
                "x = f(lambda: a) -> x = f([y for y in a]) (Changed)",
                "nothing -> [y for y in a] (Added)",
                "lambda: a -> nothing (Removed)",
            ],
        ),
        (
            "x = [y for y in a]",
            "x = (y for y in a)",
            &[
                "x = [y for y in a] -> x = (y for y in a) (Changed)",
                "nothing -> (y for y in a) (Added)",
                "[y for y in a] -> nothing (Removed)",
            ],
        ),
        // Those of a header stay apart from those of the body.
        (
            "def f(a=lambda: 1): return lambda: 2",
            "def f(a=lambda: 2): return lambda: 1",
            &[
                "def f(a=lambda: 1): return lambda: 2 -> def f(a=lambda: 2): return lambda: 1 (Changed)",
                "lambda: 1 -> lambda: 2 (Changed)",
                "lambda: 2 -> lambda: 1 (Changed)",
            ],
        ),
    ]);
}

#[test]
fn equal_definitions_may_differ_inside() {
    // The same text, but annotations are text now and have no code.
    let old = "import x\ndef f(a: (lambda: 0)): pass";
    let new = "from __future__ import annotations\nimport x\ndef f(a: (lambda: 0)): pass";
    assert_eq!(
        changes(old, new),
        [
            "nothing -> from __future__ import annotations (Added)",
            "lambda: 0 -> nothing (Removed)"
        ]
    );
}

/// Pairs functions of any name, by position.
struct ByPlace;

impl Matcher for ByPlace {
    fn pair(&self, old: &[Candidate<'_>], new: &[Candidate<'_>], pairs: &mut Pairs) -> Result<(), String> {
        for index in 0..old.len().min(new.len()) {
            pairs
                .pair(index, index, "the plugin says so")
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// Answers well first, and then as it is told.
struct Unreliable(fn(&mut Pairs) -> Result<(), String>);

impl Matcher for Unreliable {
    fn pair(&self, old: &[Candidate<'_>], new: &[Candidate<'_>], pairs: &mut Pairs) -> Result<(), String> {
        let class = |side: &[Candidate<'_>], name| side.iter().position(|it| it.name == Some(name));
        if let (Some(old), Some(new)) = (class(old, "A"), class(new, "A")) {
            return pairs.pair(old, new, "unreliable").map_err(|error| error.to_string());
        }
        (self.0)(pairs)
    }
}

#[test]
fn matchers_of_plugins_go_first() {
    let (old, new) = (tree("def f(): a\nx = 1"), tree("def g(): b\nx = 1"));
    let matching = match_trees(&old, &new, &[&ByPlace]);
    assert_eq!(lines(&old, &new, &matching), ["def f(): a -> def g(): b (Renamed)"]);
    assert_eq!(matching.pairs[1].reason, "the plugin says so");
    assert_eq!(matching.complaints, []);
}

#[test]
fn matchers_that_fail_or_lie_are_reported_and_dropped() {
    let (old, new) = (
        tree("class A:\n def f(self): a"),
        tree("class A:\n def g(self): a\n x = 1"),
    );
    let honest = match_trees(&old, &new, &[]).pairs;
    let cases: [(Unreliable, &str); 5] = [
        (Unreliable(|_| Err("broken".into())), "broken"),
        (
            Unreliable(|pairs| pairs.pair(7, 0, "").map_err(|_| "said so".into())),
            "said so",
        ),
        // The refusal cannot be hidden.
        (
            Unreliable(|pairs| {
                let _ = pairs.pair(0, 7, "");
                Ok(())
            }),
            "there is no new definition 7",
        ),
        (
            Unreliable(|pairs| {
                let _ = (pairs.pair(0, 0, ""), pairs.pair(0, 0, ""));
                Ok(())
            }),
            "old definition 0 is paired twice",
        ),
        (
            Unreliable(|pairs| {
                let _ = pairs.pair(0, 1, "");
                Ok(())
            }),
            "a definition of kind `function` cannot become one of kind `assignment`",
        ),
    ];
    for (unreliable, complaint) in &cases {
        let matching = match_trees(&old, &new, &[unreliable]);
        assert_eq!(matching.complaints, [(0, complaint.to_string())]);
        assert_eq!(matching.pairs, honest);
        let matching = match_trees(&old, &new, &[unreliable, &ByPlace]);
        assert_eq!(matching.complaints.len(), 1);
        let said = matching
            .pairs
            .iter()
            .filter(|pair| pair.reason == "the plugin says so")
            .count();
        assert_eq!(said, 2, "the other plugin is still asked: for the class and its method");
    }
}

#[test]
fn large_files_pair_in_linear_time() {
    // Everything changed, many alike: quadratic would take minutes.
    let text = |value: usize| -> String {
        (0..5_000)
            .map(|n| {
                format!(
                    "def f{n}(): {value}\nx = {}\nfor i in y: z({value})\nlog({n}, {value})\n",
                    n + value
                )
            })
            .collect()
    };
    let (old, new) = (tree(&text(1)), tree(&text(2)));
    let begin = std::time::Instant::now();
    let matching = match_trees(&old, &new, &[]);
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
    assert_complete(&old, &new, &matching);
    let functions = matching
        .pairs
        .iter()
        .filter_map(|pair| Some((old.get(pair.old?), new.get(pair.new?))));
    assert!(
        functions
            .filter(|(old, _)| old.name.is_some())
            .all(|(old, new)| old.name == new.name)
    );
}
