//! A program as a model, and its text.
//!
//! No statement reads what another one binds, except for decorators and bases that never change: an unchanged statement
//! never runs again, so that a fresh start would differ for a good reason.

use std::fmt::Write as _;

use super::dice::Dice;

/// A module.
#[derive(Clone, Debug)]
pub struct Program {
    pub items: Vec<Item>,
    pub next_id: usize,
}

/// A statement or definition.
#[derive(Clone, Debug)]
pub struct Item {
    /// The same before and after an edit.
    pub id: usize,
    /// Lines of comments and blanks in front.
    pub space: usize,
    pub name: String,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Constant {
        value: usize,
    },
    Import {
        module: &'static str,
    },
    Lambda {
        value: usize,
    },
    Function(Function),
    /// A function that makes a function, and the name of one that it made.
    Closure {
        value: usize,
        reads_second: bool,
        default: Option<usize>,
    },
    Class {
        base: Option<&'static str>,
        docstring: Option<usize>,
        members: Vec<Item>,
    },
    Block {
        header: &'static str,
        members: Vec<Item>,
    },
}

#[derive(Clone, Debug)]
pub struct Function {
    pub decorator: Option<&'static str>,
    pub is_async: bool,
    pub yields: bool,
    /// Positional parameters with an optional default.
    pub parameters: Vec<(String, Option<usize>)>,
    pub keyword_default: Option<usize>,
    pub annotated: bool,
    pub docstring: Option<usize>,
    pub value: usize,
    pub nested: Option<usize>,
    pub comprehension: bool,
    pub calls_super: bool,
    pub extra_lines: usize,
}

pub const MODULES: [&str; 5] = ["json", "math", "string", "operator", "itertools"];
pub const BASES: [&str; 2] = ["Base", "Other"];
pub const HEADERS: [&str; 4] = ["if True:", "if not BASES:", "try:", "with passing_by():"];
pub const METHOD_DECORATORS: [&str; 5] = ["staticmethod", "classmethod", "property", "passing", "wrapping"];
pub const FUNCTION_DECORATORS: [&str; 2] = ["passing", "wrapping"];

/// What all programs begin with; it never changes.
const HEAD: &str = "\
import contextlib
import functools


def passing(function):
    return function


def wrapping(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


@contextlib.contextmanager
def passing_by():
    yield


class Base:
    pass


class Other:
    pass


BASES = [Base, Other]
";

/// Where a definition stands: what can be decorated and how depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    Module,
    Class,
    Block,
}

impl Program {
    /// Five to ten definitions and statements.
    pub fn new(dice: &mut Dice) -> Self {
        let mut program = Self {
            items: Vec::new(),
            next_id: 0,
        };
        for _ in 0..5 + dice.below(6) {
            let item = program.item(dice, Around::Module, 0);
            program.items.push(item);
        }
        program
    }

    /// A new item; blocks and classes are filled down to a depth of two.
    pub fn item(&mut self, dice: &mut Dice, around: Around, depth: usize) -> Item {
        self.next_id += 1;
        let id = self.next_id;
        let kind_count = match (around, depth) {
            (_, 2..) => 6,
            (Around::Class, _) => 8,
            (Around::Module | Around::Block, _) => 11,
        };
        let roll = dice.below(kind_count);
        let mut members = |program: &mut Self, inside| {
            let count = 1 + dice.below(4);
            (0..count)
                .map(|_| program.item(dice, inside, depth + 1))
                .collect::<Vec<_>>()
        };
        let (prefix, kind) = match roll {
            0 => ("VALUE", Kind::Constant { value: id }),
            1 => ("short", Kind::Lambda { value: id }),
            6 | 7 => {
                let members = members(self, Around::Class);
                let base = dice.rarely().then(|| BASES[dice.below(BASES.len())]);
                let docstring = dice.rarely().then(|| dice.below(100));
                (
                    "Class",
                    Kind::Class {
                        base,
                        docstring,
                        members,
                    },
                )
            }
            8 => {
                let members = members(self, Around::Block);
                let header = HEADERS[dice.below(HEADERS.len())];
                ("block", Kind::Block { header, members })
            }
            9 => (
                "closure",
                Kind::Closure {
                    value: id,
                    reads_second: dice.rarely(),
                    default: dice.rarely().then_some(1),
                },
            ),
            10 => (
                "import",
                Kind::Import {
                    module: MODULES[dice.below(MODULES.len())],
                },
            ),
            _ => ("work", Kind::Function(Function::new(dice, around))),
        };
        Item {
            id,
            space: dice.below(3),
            name: format!("{prefix}_{id}"),
            kind,
        }
    }

    /// The text of the module.
    pub fn text(&self) -> String {
        let mut text = String::from(HEAD);
        self.items.iter().for_each(|item| item.write(&mut text, 0));
        text
    }

    /// The numbers of all items.
    pub fn ids(&self) -> Vec<usize> {
        fn collect(items: &[Item], ids: &mut Vec<usize>) {
            for item in items {
                ids.push(item.id);
                collect(item.members(), ids);
            }
        }
        let mut ids = Vec::new();
        collect(&self.items, &mut ids);
        ids
    }

    /// The program without one item.
    pub fn without(&self, id: usize) -> Self {
        fn remove(items: &mut Vec<Item>, id: usize) {
            items.retain(|item| item.id != id);
            items
                .iter_mut()
                .filter_map(Item::members_mut)
                .for_each(|members| remove(members, id));
        }
        let mut program = self.clone();
        remove(&mut program.items, id);
        program
    }
}

impl Function {
    fn new(dice: &mut Dice, around: Around) -> Self {
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
            annotated: dice.rarely(),
            docstring: dice.rarely().then(|| dice.below(100)),
            value: dice.below(100),
            nested: dice.rarely().then(|| dice.below(100)),
            comprehension: dice.rarely(),
            calls_super: false,
            extra_lines: dice.below(3),
        }
    }

    fn write(&self, text: &mut String, name: &str, indent: &str) {
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
        let last = if self.yields { "yield" } else { "return" };
        line(&format!("{last} {}", self.value));
    }
}

impl Item {
    /// What a class or block holds.
    pub fn members(&self) -> &[Item] {
        match &self.kind {
            Kind::Class { members, .. } | Kind::Block { members, .. } => members,
            _ => &[],
        }
    }

    /// The same, to change.
    pub fn members_mut(&mut self) -> Option<&mut Vec<Item>> {
        match &mut self.kind {
            Kind::Class { members, .. } | Kind::Block { members, .. } => Some(members),
            _ => None,
        }
    }

    fn write(&self, text: &mut String, depth: usize) {
        let (indent, name) = ("    ".repeat(depth), &self.name);
        for number in 0..self.space {
            let _ = if number % 2 == 0 {
                writeln!(text)
            } else {
                writeln!(text, "{indent}# a comment")
            };
        }
        let _ = match &self.kind {
            Kind::Constant { value } => writeln!(text, "{indent}{name} = ({value}, 'text')"),
            Kind::Import { module } => writeln!(text, "{indent}import {module} as {name}"),
            Kind::Lambda { value } => writeln!(text, "{indent}{name} = lambda a, b={value}: (a, b, {value})"),
            Kind::Function(function) => {
                function.write(text, name, &indent);
                Ok(())
            }
            Kind::Closure {
                value,
                reads_second,
                default,
            } => {
                let second = if *reads_second { ", second" } else { "" };
                let default = default.map_or_else(String::new, |value| format!("b={value}"));
                writeln!(
                    text,
                    "{indent}def make_{name}():\n{indent}    first, second = 1, 2\n{indent}    def inner({default}):\n\
                     {indent}        return first{second}, {value}\n{indent}    return inner\n\
                     {indent}{name} = make_{name}()"
                )
            }
            Kind::Class {
                base,
                docstring,
                members,
            } => {
                let bases = base.map_or_else(String::new, |base| format!("({base})"));
                let _ = writeln!(text, "{indent}class {name}{bases}:");
                if let Some(words) = docstring {
                    let _ = writeln!(text, "{indent}    \"\"\"Words {words}.\"\"\"");
                }
                let _ = writeln!(text, "{indent}    pass");
                members.iter().for_each(|member| member.write(text, depth + 1));
                Ok(())
            }
            Kind::Block { header, members } => {
                let _ = writeln!(text, "{indent}{header}\n{indent}    pass");
                members.iter().for_each(|member| member.write(text, depth + 1));
                if *header == "try:" {
                    let _ = writeln!(text, "{indent}finally:\n{indent}    pass");
                }
                Ok(())
            }
        };
    }
}
