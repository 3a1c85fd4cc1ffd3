//! A function of a random program.

use std::fmt::Write as _;

use super::dice::Dice;
use super::more::More;
use super::program::Around;
use super::text::Names;

#[derive(Clone, Debug)]
pub struct Function {
    pub decorator: Option<&'static str>,
    pub is_async: bool,
    pub yields: bool,
    /// Positional parameters with an optional default.
    pub parameters: Vec<(String, Option<usize>)>,
    pub keyword_default: Option<usize>,
    /// The number that is the default of one more parameter.
    pub number: Option<usize>,
    pub annotated: bool,
    pub docstring: Option<usize>,
    pub value: usize,
    pub nested: Option<usize>,
    pub comprehension: bool,
    pub calls_super: bool,
    pub extra_lines: usize,
    pub more: More,
}

pub const METHOD_DECORATORS: [&str; 5] = ["staticmethod", "classmethod", "property", "passing", "wrapping"];
pub const FUNCTION_DECORATORS: [&str; 2] = ["passing", "wrapping"];

impl Function {
    /// `number`: one that it may read.
    pub fn new(dice: &mut Dice, around: Around, number: Option<usize>) -> Self {
        let is_method = around == Around::Class;
        let decorators: &[&'static str] = if is_method {
            &METHOD_DECORATORS
        } else {
            &FUNCTION_DECORATORS
        };
        let decorator = dice.rarely().then(|| decorators[dice.below(decorators.len())]);
        let is_property = decorator == Some("property");
        let mut parameters = Vec::new();
        if is_method && decorator != Some("staticmethod") {
            parameters.push(("self".to_owned(), None));
        }
        if !is_property {
            let count = dice.below(3);
            parameters.extend((0..count).map(|number| (format!("p{number}"), None)));
            if dice.often() {
                parameters.push(("d0".to_owned(), Some(dice.below(100))));
            }
        }
        Self {
            decorator,
            is_async: !is_property && dice.rarely(),
            yields: dice.rarely(),
            parameters,
            keyword_default: (!is_property && dice.rarely()).then(|| dice.below(100)),
            number: number.filter(|_| !is_property && dice.rarely()),
            annotated: dice.rarely(),
            docstring: dice.rarely().then(|| dice.below(100)),
            value: dice.below(100),
            nested: dice.rarely().then(|| dice.below(100)),
            comprehension: dice.rarely(),
            calls_super: false,
            extra_lines: dice.below(3),
            more: More::default(),
        }
    }

    /// Takes one of its features away.
    pub fn leave_out(&mut self, feature: usize) {
        match feature {
            1 => self.decorator = None,
            2 => self.is_async = false,
            3 => self.yields = false,
            4 => self.parameters.retain(|(name, _)| name == "self"),
            5 => self.keyword_default = None,
            6 => self.number = None,
            7 => self.annotated = false,
            8 => self.docstring = None,
            9 => self.nested = None,
            10 => self.comprehension = false,
            11 => self.calls_super = false,
            12 => self.extra_lines = 0,
            13 => self.more = More::default(),
            14 => self.more.shapes = 0,
            _ => {}
        }
    }

    pub fn write(&self, text: &mut String, name: &str, indent: &str, names: Names<'_>) {
        self.more.write_before(text, name, indent, self.value);
        if let Some(decorator) = self.decorator {
            let _ = writeln!(text, "{indent}@{decorator}");
        }
        let annotation = if self.annotated { self.more.annotation() } else { "" };
        let mut parameters: Vec<String> = Vec::new();
        for (name, default) in &self.parameters {
            let kind = if name == "self" { "" } else { annotation };
            parameters.push(match default {
                Some(value) => format!("{name}{kind} = {value}"),
                None => format!("{name}{kind}"),
            });
        }
        self.more.end_positional(&mut parameters);
        let has_keywords = self.keyword_default.is_some() || names.number(self.number).is_some();
        match self.more.is_starred {
            true => parameters.push("*args".to_owned()),
            false if has_keywords => parameters.push("*".to_owned()),
            false => {}
        }
        if let Some(value) = self.keyword_default {
            parameters.push(format!("k0{annotation} = {value}"));
        }
        if let Some(number) = names.number(self.number) {
            parameters.push(format!("n0{annotation} = {number}"));
        }
        if self.more.is_starred {
            parameters.push("**kwargs".to_owned());
        }
        let prefix = if self.is_async { "async " } else { "" };
        let result = if self.annotated { " -> str" } else { "" };
        let _ = writeln!(text, "{indent}{prefix}def {name}({}){result}:", parameters.join(", "));
        let mut line = |body: &str| {
            let _ = writeln!(text, "{indent}    {body}");
        };
        if let Some(words) = self.docstring {
            line(&format!("\"\"\"Words {words}.\"\"\""));
        }
        for number in 0..self.extra_lines {
            line(&format!("step_{number} = {number} + {}", self.value));
        }
        if self.calls_super {
            line("super().__repr__()");
        }
        if let Some(value) = self.nested {
            line(&format!("local = {value}"));
            line("def inner(a, b=3):");
            line(&format!("    return local, a, b, {value}"));
        }
        if self.comprehension {
            line(&format!("found = [n + {} for n in range(3)]", self.value));
        }
        self.more.write_shapes(&mut line, self.is_async, self.value);
        let last = if self.yields { "yield" } else { "return" };
        line(&format!("{last} {}", self.value));
        if self.decorator == Some("property") {
            self.more.write_setter(text, name, indent);
        }
    }
}
