//! A program as a model that is edited, and its text.
//!
//! Only edits that jurigged applies in full are made: no bases, no decorators of what exists, no statement that reads
//! another one's value (an unchanged statement never runs again, so that a fresh start would differ).

use std::fmt::Write as _;

/// A generator of numbers that is the same on every machine: xorshift64*.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            dice.below(2);
        }
        dice
    }

    /// A number from 0 up to, not including, `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }

    fn often(&mut self) -> bool {
        self.below(3) > 0
    }

    fn rarely(&mut self) -> bool {
        self.below(4) == 0
    }
}

/// A module.
#[derive(Clone, Debug)]
pub struct Program {
    items: Vec<Item>,
    next_name: usize,
}

#[derive(Clone, Debug)]
struct Item {
    /// Lines of comments and blanks in front.
    space: usize,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Constant {
        name: String,
        value: usize,
    },
    Import {
        module: &'static str,
    },
    Function(Function),
    Lambda {
        name: String,
        value: usize,
    },
    Class {
        name: String,
        docstring: Option<usize>,
        members: Vec<Item>,
    },
}

#[derive(Clone, Debug)]
struct Function {
    name: String,
    decorator: Option<&'static str>,
    is_async: bool,
    yields: bool,
    /// Positional parameters with an optional default.
    parameters: Vec<(String, Option<usize>)>,
    keyword_default: Option<usize>,
    annotated: bool,
    docstring: Option<usize>,
    value: usize,
    nested: Option<usize>,
    comprehension: bool,
    extra_lines: usize,
}

const MODULES: [&str; 5] = ["json", "math", "string", "operator", "itertools"];

impl Program {
    /// Five to ten definitions and statements.
    pub fn new(dice: &mut Dice) -> Self {
        let mut program = Self {
            items: Vec::new(),
            next_name: 0,
        };
        for _ in 0..5 + dice.below(6) {
            let item = program.item(dice, true);
            program.items.push(item);
        }
        program
    }

    /// Changes one to three things; says what.
    pub fn edit(&mut self, dice: &mut Dice) -> String {
        let mut said = Vec::new();
        for _ in 0..=dice.below(3) {
            said.push(self.edit_once(dice));
        }
        said.join(", ")
    }

    fn edit_once(&mut self, dice: &mut Dice) -> String {
        let at = dice.below(self.items.len().max(1));
        match dice.below(8) {
            0 => {
                let item = self.item(dice, true);
                self.items.insert(at.min(self.items.len()), item);
                "add".to_owned()
            }
            1 if self.items.len() > 3 => {
                self.items.remove(at);
                "delete".to_owned()
            }
            2 if self.items.len() > 1 => {
                let item = self.items.remove(at);
                self.items.insert(dice.below(self.items.len() + 1), item);
                "move".to_owned()
            }
            3 => {
                self.items[at].space = dice.below(4);
                "layout".to_owned()
            }
            _ => {
                let mut item = self.items[at].clone();
                let said = self.edit_item(&mut item, dice);
                self.items[at] = item;
                said
            }
        }
    }

    fn edit_item(&mut self, item: &mut Item, dice: &mut Dice) -> String {
        match &mut item.kind {
            Kind::Constant { name, value } | Kind::Lambda { name, value } => {
                *value += 1;
                format!("value of {name}")
            }
            Kind::Import { module } => {
                *module = MODULES[dice.below(MODULES.len())];
                "import".to_owned()
            }
            Kind::Function(function) => edit_function(function, dice),
            Kind::Class {
                name,
                docstring,
                members,
            } => match dice.below(6) {
                0 => {
                    *docstring = dice.often().then(|| dice.below(100));
                    format!("docstring of {name}")
                }
                1 => {
                    let member = self.item(dice, false);
                    members.insert(dice.below(members.len() + 1), member);
                    format!("add to {name}")
                }
                2 if members.len() > 1 => {
                    members.remove(dice.below(members.len()));
                    format!("delete from {name}")
                }
                _ if !members.is_empty() => {
                    let at = dice.below(members.len());
                    let mut member = members[at].clone();
                    let said = self.edit_item(&mut member, dice);
                    members[at] = member;
                    said
                }
                _ => "nothing".to_owned(),
            },
        }
    }

    fn item(&mut self, dice: &mut Dice, at_module: bool) -> Item {
        self.next_name += 1;
        let name = self.next_name;
        let kind = match dice.below(if at_module { 9 } else { 6 }) {
            0 => Kind::Constant {
                name: format!("VALUE_{name}"),
                value: dice.below(100),
            },
            1 => Kind::Lambda {
                name: format!("short_{name}"),
                value: dice.below(100),
            },
            2..=5 => Kind::Function(function(format!("work_{name}"), dice, at_module)),
            6 => Kind::Import {
                module: MODULES[dice.below(MODULES.len())],
            },
            _ => {
                let members = (0..1 + dice.below(4)).map(|_| self.item(dice, false)).collect();
                Kind::Class {
                    name: format!("Class{name}"),
                    docstring: dice.rarely().then(|| dice.below(100)),
                    members,
                }
            }
        };
        Item {
            space: dice.below(3),
            kind,
        }
    }

    /// The text of the module.
    pub fn text(&self) -> String {
        let mut text = String::from("def passing(function):\n    return function\n");
        self.items.iter().for_each(|item| item.write(&mut text, 0));
        text
    }
}

fn function(name: String, dice: &mut Dice, at_module: bool) -> Function {
    let decorators: &[&'static str] = if at_module {
        &["passing"]
    } else {
        &["staticmethod", "classmethod", "property", "passing"]
    };
    let decorator = dice.rarely().then(|| decorators[dice.below(decorators.len())]);
    let is_property = decorator == Some("property");
    let mut parameters = Vec::new();
    if !at_module && decorator != Some("staticmethod") {
        parameters.push(("self".to_owned(), None));
    }
    if !is_property {
        let count = dice.below(3);
        parameters.extend((0..count).map(|number| (format!("p{number}"), None)));
        if dice.often() {
            parameters.push(("d0".to_owned(), Some(dice.below(100))));
        }
    }
    Function {
        name,
        decorator,
        is_async: !is_property && dice.rarely(),
        yields: dice.rarely(),
        parameters,
        keyword_default: (!is_property && dice.rarely()).then(|| dice.below(100)),
        annotated: dice.rarely(),
        docstring: dice.rarely().then(|| dice.below(100)),
        value: dice.below(100),
        nested: dice.rarely().then(|| dice.below(100)),
        comprehension: dice.rarely(),
        extra_lines: dice.below(3),
    }
}

fn edit_function(function: &mut Function, dice: &mut Dice) -> String {
    let what = match dice.below(8) {
        0 => {
            for (_, default) in &mut function.parameters {
                *default = default.map(|value| value + 1);
            }
            "defaults"
        }
        1 => {
            function.docstring = dice.often().then(|| dice.below(100));
            "docstring"
        }
        2 => {
            function.annotated = !function.annotated;
            "annotations"
        }
        3 => {
            function.extra_lines = dice.below(4);
            "lines"
        }
        4 => {
            function.comprehension = !function.comprehension;
            "comprehension"
        }
        5 => {
            function.nested = dice.often().then(|| dice.below(100));
            "nested function"
        }
        6 => {
            function.yields = !function.yields;
            "kind"
        }
        _ => {
            function.value += 1;
            "body"
        }
    };
    format!("{what} of {}", function.name)
}

impl Item {
    fn write(&self, text: &mut String, depth: usize) {
        let indent = "    ".repeat(depth);
        for number in 0..self.space {
            let _ = if number % 2 == 0 {
                writeln!(text)
            } else {
                writeln!(text, "{indent}# a comment")
            };
        }
        let _ = match &self.kind {
            Kind::Constant { name, value } => writeln!(text, "{indent}{name} = ({value}, 'text')"),
            Kind::Import { module } => writeln!(text, "{indent}import {module}"),
            Kind::Lambda { name, value } => writeln!(text, "{indent}{name} = lambda a, b={value}: (a, b, {value})"),
            Kind::Function(function) => {
                function.write(text, &indent);
                Ok(())
            }
            Kind::Class {
                name,
                docstring,
                members,
            } => {
                let _ = writeln!(text, "{indent}class {name}:");
                if let Some(words) = docstring {
                    let _ = writeln!(text, "{indent}    \"\"\"Words {words}.\"\"\"");
                }
                if docstring.is_none() && members.is_empty() {
                    let _ = writeln!(text, "{indent}    pass");
                }
                members.iter().for_each(|member| member.write(text, depth + 1));
                Ok(())
            }
        };
    }
}

impl Function {
    fn write(&self, text: &mut String, indent: &str) {
        if let Some(decorator) = self.decorator {
            let _ = writeln!(text, "{indent}@{decorator}");
        }
        let annotation = if self.annotated { ": int" } else { "" };
        let mut parameters: Vec<String> = Vec::new();
        for (name, default) in &self.parameters {
            let kind = if name == "self" { "" } else { annotation };
            parameters.push(match default {
                Some(value) => format!("{name}{kind} = {value}"),
                None => format!("{name}{kind}"),
            });
        }
        if let Some(value) = self.keyword_default {
            parameters.push(format!("*, k0{annotation} = {value}"));
        }
        let prefix = if self.is_async { "async " } else { "" };
        let result = if self.annotated { " -> str" } else { "" };
        let _ = writeln!(
            text,
            "{indent}{prefix}def {}({}){result}:",
            self.name,
            parameters.join(", ")
        );
        let mut line = |body: &str| {
            let _ = writeln!(text, "{indent}    {body}");
        };
        if let Some(words) = self.docstring {
            line(&format!("\"\"\"Words {words}.\"\"\""));
        }
        for number in 0..self.extra_lines {
            line(&format!("step_{number} = {number} + {}", self.value));
        }
        if let Some(value) = self.nested {
            line(&format!("local = {value}"));
            line("def inner(a, b=3):");
            line(&format!("    return local, a, b, {value}"));
        }
        if self.comprehension {
            line(&format!("found = [n + {} for n in range(3)]", self.value));
        }
        if self.yields {
            line(&format!("yield {}", self.value));
        } else {
            line(&format!("return {}", self.value));
        }
    }
}
