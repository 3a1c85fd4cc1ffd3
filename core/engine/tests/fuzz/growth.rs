//! Time near-linear in the size of the texts, for shapes that invite comparing everything with everything.

use std::time::Duration;

use super::{planned, processor_time};

/// How much larger the second pair of texts is.
const TIMES: u32 = 4;
/// What is near-linear takes at most so many times as long; comparing all pairs would take sixteen times.
const FACTOR: u32 = 9;
/// A time below this is noise.
const FLOOR: Duration = Duration::from_millis(60);

/// A shape of program: its name, and the two texts with so many parts.
type Shape = (&'static str, fn(usize) -> (String, String));

const SHAPES: [Shape; 18] = [
    ("every function renamed", |n| {
        both(n, |i| body(&format!("f{i}"), i), |i| body(&format!("g{i}"), i))
    }),
    ("every function edited", |n| {
        both(n, |i| body(&format!("f{i}"), i), |i| body(&format!("f{i}"), i + 1))
    }),
    ("one name for all functions", |n| {
        both(n, |i| body("f", i), |i| body("f", i + 1))
    }),
    ("reversed", |n| {
        (
            text(0..n, |i| body(&format!("f{i}"), i)),
            text((0..n).rev(), |i| body(&format!("f{i}"), i)),
        )
    }),
    ("all methods move out of their class", |n| {
        let method = |i: usize| body(&format!("f{i}"), i);
        let indented = text(0..n, |i| method(i).replace('\n', "\n    ").replace("def", "    def"));
        (
            format!("class C:\n{indented}\n"),
            format!("class C:\n    pass\n{}", text(0..n, method)),
        )
    }),
    ("all constants change", |n| {
        both(n, |i| format!("x{i} = {i}\n"), |i| format!("x{i} = {i} + 1\n"))
    }),
    ("each constant reads the one before", |n| {
        let chain = |first: usize| format!("x0 = {first}\n") + &text(1..n, |i| format!("x{i} = x{} + 1\n", i - 1));
        (chain(0), chain(1))
    }),
    ("one name in all constants", |n| {
        both(n, |i| format!("x = {i}\n"), |i| format!("x = {i} + 1\n"))
    }),
    ("one name in all blocks", |n| {
        both(
            n,
            |i| format!("if c{i}:\n    x = {i}\n"),
            |i| format!("if c{i}:\n    x = {i} + 1\n"),
        )
    }),
    ("one name leaves every second block", |n| {
        both(
            n,
            |i| format!("if c{i}:\n    x = {i}\n    y{i} = 1\n"),
            |i| match i % 2 {
                0 => format!("if c{i}:\n    y{i} = 1\n"),
                _ => format!("if c{i}:\n    x = {i}\n    y{i} = 1\n"),
            },
        )
    }),
    ("all tests change", |n| {
        both(
            n,
            |i| format!("if c{i}:\n    x{i} = {i}\n"),
            |i| format!("if d{i}:\n    x{i} = {i}\n"),
        )
    }),
    ("one chain of branches, all edited", |n| {
        let chain = |plus: usize| {
            let branch = |i: usize| format!("elif c{i}:\n    x = {i} + {plus}\n    y{i} = {i}\n");
            format!("if c:\n    x = 0\n{}", text(0..n, branch))
        };
        (chain(0), chain(1))
    }),
    ("one chain of branches, a name leaves every second", |n| {
        let chain = |is_old: bool| {
            let branch = |i: usize| match is_old || i % 2 == 1 {
                true => format!("elif c{i}:\n    x = {i}\n    y{i} = {i}\n"),
                false => format!("elif c{i}:\n    y{i} = {i}\n"),
            };
            format!("if c:\n    x = 0\n{}", text(0..n, branch))
        };
        (chain(true), chain(false))
    }),
    ("one chain of branches, all tests change", |n| {
        let chain = |test: &str| {
            let branch = |i: usize| format!("elif {test}{i}:\n    x = {i}\n    y{i} = {i}\n");
            format!("if c:\n    x = 0\n{}", text(0..n, branch))
        };
        (chain("c"), chain("d"))
    }),
    ("each name leaves a place beside twenty nested blocks", |n| {
        let nested = |i: usize| format!("if a{i}:\n    if b{i}:\n        x{} = {i}\n", i / 20);
        let left = text(0..n / 20, |i| format!("x{i} = 0\n"));
        (text(0..n, nested) + &left, text(0..n, nested))
    }),
    ("all lambdas of one statement", |n| {
        let table = |plus: usize| {
            format!(
                "x = [\n{}]\n",
                text(0..n, |i| format!("    lambda a: a + {},\n", i + plus))
            )
        };
        (table(0), table(1))
    }),
    ("all bases change", |n| {
        both(
            n,
            |i| format!("class C{i}(A):\n    x = {i}\n"),
            |i| format!("class C{i}(B):\n    x = {i}\n"),
        )
    }),
    ("all imports go", |n| {
        (text(0..n, |i| format!("from m import x{i}\n")), String::from("x = 1\n"))
    }),
];

/// A function with enough in it to be told from another one.
fn body(name: &str, number: usize) -> String {
    format!(
        "def {name}(a, b={number}):\n    total{number} = a.value{number} * b\n    for item in a:\n        \
         total{number} += item\n    return total{number}\n"
    )
}

fn text(numbers: impl Iterator<Item = usize>, part: impl Fn(usize) -> String) -> String {
    numbers.map(part).collect()
}

fn both(n: usize, old: impl Fn(usize) -> String, new: impl Fn(usize) -> String) -> (String, String) {
    (text(0..n, old), text(0..n, new))
}

fn time_of(shape: &Shape, parts: usize) -> Duration {
    let (old, new) = (shape.1)(parts);
    let start = processor_time();
    planned(&old, &new).unwrap_or_else(|why| panic!("{}: {why}", shape.0));
    processor_time().saturating_sub(start)
}

#[test]
fn time_grows_with_the_text() {
    let parts = super::number("JURIGGED_FUZZ_PARTS").unwrap_or(250) as usize;
    let mut slow = Vec::new();
    for shape in &SHAPES {
        let (small, large) = (time_of(shape, parts), time_of(shape, parts * TIMES as usize));
        println!("{}: {small:?}, {large:?}", shape.0);
        if large > FLOOR.max(small * FACTOR) {
            slow.push(format!(
                "{}: {small:?} for {parts} parts, {large:?} for {TIMES} times as many",
                shape.0
            ));
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}
