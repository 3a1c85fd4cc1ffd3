//! What a function of the wider programs may have in addition.

use std::fmt::Write as _;

use super::dice::Dice;

/// See the module. The default has nothing of it.
#[derive(Clone, Debug, Default)]
pub struct More {
    /// One bit for each of [`SHAPES`] that the body has.
    pub shapes: usize,
    /// `*args` and `**kwargs`.
    pub is_starred: bool,
    /// The first parameter is positional only.
    pub is_positional: bool,
    /// Which annotation the parameters have, if any.
    pub annotation: usize,
    /// A setter, where it is a property.
    pub setter: Option<usize>,
    /// A definition of the same name in front of it: an overload, or one that is replaced.
    pub before: Option<bool>,
}

pub const MORE_METHOD_DECORATORS: [&str; 9] = [
    "staticmethod",
    "classmethod",
    "property",
    "passing",
    "wrapping",
    "functools.cached_property",
    "abc.abstractmethod",
    "functools.lru_cache(maxsize=None)",
    "named('a')",
];
pub const MORE_FUNCTION_DECORATORS: [&str; 6] = [
    "passing",
    "wrapping",
    "functools.lru_cache(maxsize=None)",
    "functools.lru_cache(maxsize=8)",
    "named('a')",
    "named('b')",
];

const ANNOTATIONS: [&str; 5] = [": int", ": str", ": 'Base'", ": typing.Optional[int]", ": Base"];

/// Lines of a body; `#` is the number of the function. The first two are for plain and for asynchronous ones.
const SHAPES: [&str; 11] = [
    "yield from ()",
    "await passing(#)",
    "try:\n    pass\nexcept ValueError as error:\n    print(error, #)\nfinally:\n    pass",
    "class Inner:\n    field = #\n    def method(self, a=#):\n        return super().__repr__(), a, #",
    "if (found := #) > 3:\n    print(f'{found!r} and {#:>5}')",
    "short = lambda a, b=#: (a, b, #)",
    "count = 0\ndef step(by: int = #):\n    nonlocal count\n    count += by\n    return lambda: count + #",
    "pairs = [[n + m + # for m in range(n)] for n in range(3)]",
    "with passing_by():\n    import json\n    json.dumps(#)",
    "async def later():\n    return [n async for n in passing(#)]",
    "__mangled = #\ntotal = sum(n * __mangled for n in range(3) if n)",
];

impl More {
    /// Two thirds have something of it.
    pub fn new(dice: &mut Dice) -> Self {
        let mut more = Self::default();
        for _ in 0..dice.below(3) {
            more.change(dice);
        }
        more
    }

    /// Changes one thing; says what.
    pub fn change(&mut self, dice: &mut Dice) -> &'static str {
        match dice.below(10) {
            0 => {
                self.is_starred = !self.is_starred;
                "star parameters"
            }
            1 => {
                self.is_positional = !self.is_positional;
                "positional parameters"
            }
            2 => {
                self.annotation = dice.below(ANNOTATIONS.len());
                "annotation"
            }
            3 => {
                self.setter = dice.often().then(|| dice.below(100));
                "setter"
            }
            4 => {
                self.before = dice.often().then(|| dice.often());
                "definition before it"
            }
            _ => {
                self.shapes ^= 1 << dice.below(SHAPES.len());
                "shape"
            }
        }
    }

    pub fn annotation(&self) -> &'static str {
        ANNOTATIONS[self.annotation]
    }

    pub fn end_positional(&self, parameters: &mut Vec<String>) {
        if self.is_positional && !parameters.is_empty() {
            parameters.insert(1, "/".to_owned());
        }
    }

    pub fn write_before(&self, text: &mut String, name: &str, indent: &str, value: usize) {
        let _ = match self.before {
            Some(true) => writeln!(text, "{indent}@typing.overload\n{indent}def {name}(a: int): ..."),
            Some(false) => writeln!(text, "{indent}def {name}(a={value}):\n{indent}    return {value}, a"),
            None => Ok(()),
        };
    }

    pub fn write_shapes(&self, line: &mut impl FnMut(&str), is_async: bool, value: usize) {
        let left_out = if is_async { 0 } else { 1 };
        for (at, shape) in SHAPES.iter().enumerate() {
            if self.shapes >> at & 1 == 1 && at != left_out {
                let shape = shape.replace('#', &value.to_string());
                shape.lines().for_each(&mut *line);
            }
        }
    }

    pub fn write_setter(&self, text: &mut String, name: &str, indent: &str) {
        if let Some(value) = self.setter {
            let _ = writeln!(
                text,
                "{indent}@{name}.setter\n{indent}def {name}(self, value, add={value}):\n{indent}    self.field = value + {value}"
            );
        }
    }
}
