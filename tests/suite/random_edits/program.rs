//! A program as a model, and its text: a module, and a second one with numbers that it imports.
//!
//! No statement reads what another one binds, except for decorators, bases and imported numbers: an unchanged statement
//! never runs again, so that a fresh start would differ for a good reason. What a base or number is named is looked up
//! when the text is written; one that is not there, or comes later, is left out. So every program runs.

use std::fmt::Write as _;

use super::dice::Dice;
use super::function::Function;
use super::more::More;
use super::record::Record;
use super::statement::Statement;

/// A module, and a second one with numbers.
#[derive(Clone, Debug)]
pub struct Program {
    pub items: Vec<Item>,
    pub numbers: Vec<Number>,
    pub next_id: usize,
    /// What only the wider programs have.
    pub wider: Option<Wider>,
}

/// What only the wider programs have: a second file with definitions too, and more kinds of them in both. What a seed of
/// the others means does not depend on it.
#[derive(Clone, Debug, Default)]
pub struct Wider {
    /// The definitions of the second file, which the first one imports.
    pub others: Vec<Item>,
    /// Does the first file begin with `from __future__ import annotations`?
    pub has_future: bool,
    /// Is the second file imported by `*`?
    pub is_starred: bool,
}

/// A name of the second file.
#[derive(Clone, Debug)]
pub struct Number {
    /// The same before and after an edit.
    pub id: usize,
    pub name: String,
    pub value: usize,
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
        /// The number that is added.
        plus: Option<usize>,
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
        base: Base,
        docstring: Option<usize>,
        /// Of the wider programs: a decorator, and a number for a keyword.
        decorator: Option<&'static str>,
        keyword: Option<usize>,
        members: Vec<Item>,
    },
    Block {
        header: &'static str,
        members: Vec<Item>,
        /// What the `else` of an `if` holds.
        otherwise: Vec<Item>,
    },
    /// Of the wider programs.
    Record(Record),
    /// Of the wider programs.
    Statement(Statement),
}

/// The bases of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    None,
    /// Of those that never change.
    Fixed(&'static str),
    /// Another class of the module, by its number.
    Item(usize),
}

pub const MODULES: [&str; 5] = ["json", "math", "string", "operator", "itertools"];
pub const BASES: [&str; 3] = ["Base", "Other", "Base, Other"];
pub const HEADERS: [&str; 7] = [
    "if True:",
    "if not BASES:",
    "if LEVEL > 1:",
    "if len(BASES) == 2:",
    "try:",
    "with passing_by():",
    "for _ in range(1):",
];

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
LEVEL = 2
";

/// Bases, headers and class decorators that the wider programs have too.
pub const MORE_BASES: [&str; 8] = [
    "Base",
    "Other",
    "Base, Other",
    "Keyed",
    "Keyed, Base",
    "abc.ABC",
    "Slotted",
    "dict",
];
pub const MORE_HEADERS: [&str; 12] = [
    "if True:",
    "if not BASES:",
    "if LEVEL > 1:",
    "if len(BASES) == 2:",
    "try:",
    "with passing_by():",
    "for _ in range(1):",
    "if typing.TYPE_CHECKING:",
    "if sys.version_info >= (3, 0):",
    "if LEVEL == 1:",
    "for _ in range(2):",
    "while BASES:",
];
pub const CLASS_DECORATORS: [&str; 3] = ["marking", "labelled(1)", "labelled(2)"];

/// What both files of a wider program begin with.
const MORE_HEAD: &str = "\
import abc
import contextlib
import dataclasses
import enum
import functools
import sys
import typing


def passing(function):
    return function


def wrapping(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


def named(name):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return name, function(*args, **kwargs)
        return wrapper
    return decorate


def marking(cls):
    cls.mark = 1
    return cls


def labelled(label):
    def decorate(cls):
        cls.label = label
        return cls
    return decorate


@contextlib.contextmanager
def passing_by():
    yield


class Base:
    pass


class Other:
    pass


class Slotted:
    __slots__ = ()


class Keyed:
    def __init_subclass__(cls, key=0, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.key = key


class Meta(type):
    def __repr__(cls):
        return cls.__qualname__


BASES = [Base, Other]
LEVEL = 2
";

/// Where a definition stands: what can be decorated and how depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    Module,
    Class,
    Block,
}

impl Program {
    /// Five to ten definitions and statements, up to two numbers.
    pub fn new(dice: &mut Dice, wider: Option<Wider>) -> Self {
        let mut program = Self {
            items: Vec::new(),
            numbers: Vec::new(),
            next_id: 0,
            wider,
        };
        for _ in 0..dice.below(3) {
            program.add_number(dice);
        }
        for _ in 0..5 + dice.below(6) {
            let item = program.item(dice, Around::Module, 0);
            program.items.push(item);
        }
        if program.wider.is_some() {
            let others = (0..dice.below(4))
                .map(|_| program.item(dice, Around::Module, 1))
                .collect();
            let (has_future, is_starred) = (dice.rarely(), dice.rarely());
            program.wider = Some(Wider {
                others,
                has_future,
                is_starred,
            });
        }
        program
    }

    pub fn add_number(&mut self, dice: &mut Dice) -> String {
        self.next_id += 1;
        let (id, value) = (self.next_id, dice.below(100));
        let name = format!("NUMBER_{id}");
        self.numbers.push(Number {
            id,
            name: name.clone(),
            value,
        });
        name
    }

    /// One of the numbers.
    pub fn any_number(&self, dice: &mut Dice) -> Option<usize> {
        self.numbers.get(dice.below(self.numbers.len())).map(|number| number.id)
    }

    /// One of the bases that a class can be given.
    pub fn any_base(&self, dice: &mut Dice) -> Base {
        let is_class = |item: &&Item| item.is_base();
        let classes: Vec<usize> = self.items.iter().filter(is_class).map(|item| item.id).collect();
        let fixed: &[&'static str] = if self.wider.is_some() { &MORE_BASES } else { &BASES };
        match dice.below(4) {
            0 => Base::None,
            1 if !classes.is_empty() => Base::Item(classes[dice.below(classes.len())]),
            _ => Base::Fixed(fixed[dice.below(fixed.len())]),
        }
    }

    /// A new item; blocks and classes are filled down to a depth of two.
    pub fn item(&mut self, dice: &mut Dice, around: Around, depth: usize) -> Item {
        self.next_id += 1;
        let id = self.next_id;
        if self.wider.is_some() && dice.rarely() {
            let is_record = depth < 2 && dice.often();
            let (prefix, kind) = match is_record {
                true => {
                    let count = dice.below(3);
                    let members = (0..count).map(|_| self.item(dice, Around::Class, 2)).collect();
                    let base = self.any_base(dice);
                    ("Record", Kind::Record(Record::new(dice, base, members)))
                }
                false => ("stated", Kind::Statement(Statement::new(dice))),
            };
            return Item {
                id,
                space: dice.below(3),
                name: format!("{prefix}_{id}"),
                kind,
            };
        }
        let headers: &[&'static str] = if self.wider.is_some() { &MORE_HEADERS } else { &HEADERS };
        let kind_count = match (around, depth) {
            (_, 2..) => 6,
            (Around::Class, _) => 9,
            (Around::Module | Around::Block, _) => 11,
        };
        let (prefix, kind) = match dice.below(kind_count) {
            0 => (
                "VALUE",
                Kind::Constant {
                    value: id,
                    plus: dice.rarely().then(|| self.any_number(dice)).flatten(),
                },
            ),
            1 => ("short", Kind::Lambda { value: id }),
            6 | 7 => {
                let members = self.members(dice, Around::Class, depth);
                let base = match dice.rarely() {
                    true => self.any_base(dice),
                    false => Base::None,
                };
                let docstring = dice.rarely().then(|| dice.below(100));
                let (mut decorator, mut keyword) = (None, None);
                if self.wider.is_some() {
                    decorator = dice
                        .rarely()
                        .then(|| CLASS_DECORATORS[dice.below(CLASS_DECORATORS.len())]);
                    keyword = dice.rarely().then(|| dice.below(4));
                }
                (
                    "Class",
                    Kind::Class {
                        base,
                        docstring,
                        decorator,
                        keyword,
                        members,
                    },
                )
            }
            8 => {
                let inside = match around {
                    Around::Class => Around::Class,
                    _ => Around::Block,
                };
                let members = self.members(dice, inside, depth);
                let header = headers[dice.below(headers.len())];
                let otherwise = match dice.rarely() {
                    true => self.members(dice, inside, depth),
                    false => Vec::new(),
                };
                (
                    "block",
                    Kind::Block {
                        header,
                        members,
                        otherwise,
                    },
                )
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
            _ => {
                let number = self.any_number(dice);
                let mut function = Function::new(dice, around, number);
                if self.wider.is_some() {
                    function.more = More::new(dice);
                }
                ("work", Kind::Function(function))
            }
        };
        Item {
            id,
            space: dice.below(3),
            name: format!("{prefix}_{id}"),
            kind,
        }
    }

    fn members(&mut self, dice: &mut Dice, inside: Around, depth: usize) -> Vec<Item> {
        let count = 1 + dice.below(4);
        (0..count).map(|_| self.item(dice, inside, depth + 1)).collect()
    }

    /// The text of the module of this name.
    pub fn text(&self, module: &str) -> String {
        let mut text = String::new();
        let mut names = Names {
            numbers: &self.numbers,
            imported: &[],
            items: &self.items,
        };
        let mut is_starred = false;
        match &self.wider {
            None => text.push_str(HEAD),
            Some(wider) => {
                is_starred = wider.is_starred;
                names.imported = &wider.others;
                if wider.has_future {
                    text.push_str("from __future__ import annotations\n");
                }
                if is_starred {
                    let _ = writeln!(text, "from {module}_numbers import *");
                }
                text.push_str(MORE_HEAD);
            }
        }
        // Loaded also where nothing of it is used yet, so that all saves of it are answered.
        let _ = writeln!(text, "import {module}_numbers");
        if !is_starred {
            let imported = names.imported.iter().filter(|item| item.is_bound());
            let imported = imported.map(|item| &item.name);
            for name in self.numbers.iter().map(|number| &number.name).chain(imported) {
                let _ = writeln!(text, "from {module}_numbers import {name}");
            }
        }
        self.items.iter().for_each(|item| item.write(&mut text, 0, names));
        text
    }

    /// The text of the second file.
    pub fn numbers_text(&self) -> String {
        let mut text = String::from("\"\"\"Numbers.\"\"\"\n");
        for number in &self.numbers {
            let _ = writeln!(text, "{} = {}", number.name, number.value);
        }
        if let Some(wider) = &self.wider {
            text.push_str(MORE_HEAD);
            let names = Names {
                numbers: &self.numbers,
                imported: &[],
                items: &wider.others,
            };
            wider.others.iter().for_each(|item| item.write(&mut text, 0, names));
        }
        text
    }

    /// The items of the two files.
    pub fn files(&self) -> impl Iterator<Item = &Vec<Item>> {
        std::iter::once(&self.items).chain(self.wider.iter().map(|wider| &wider.others))
    }

    /// The same, to change.
    pub fn files_mut(&mut self) -> impl Iterator<Item = &mut Vec<Item>> {
        std::iter::once(&mut self.items).chain(self.wider.iter_mut().map(|wider| &mut wider.others))
    }

    /// The numbers of all items.
    pub fn ids(&self) -> Vec<usize> {
        fn collect(items: &[Item], ids: &mut Vec<usize>) {
            for item in items {
                ids.push(item.id);
                item.lists().for_each(|list| collect(list, ids));
            }
        }
        let mut ids = self.numbers.iter().map(|number| number.id).collect();
        self.files().for_each(|items| collect(items, &mut ids));
        ids
    }

    /// The program without one item.
    pub fn without(&self, id: usize) -> Self {
        fn remove(items: &mut Vec<Item>, id: usize) {
            items.retain(|item| item.id != id);
            items
                .iter_mut()
                .flat_map(Item::lists_mut)
                .for_each(|list| remove(list, id));
        }
        let mut program = self.clone();
        program.files_mut().for_each(|items| remove(items, id));
        program.numbers.retain(|number| number.id != id);
        program
    }
}

/// How many ways there are to make an item [simpler](Program::simpler).
pub const SIMPLER: usize = 15;

impl Program {
    /// The program in which one item has a feature less, if it had it.
    pub fn simpler(&self, id: usize, step: usize) -> Self {
        fn find(items: &mut [Item], id: usize) -> Option<&mut Item> {
            items.iter_mut().find_map(|item| match item.id == id {
                true => Some(item),
                false => item.lists_mut().find_map(|list| find(list, id)),
            })
        }
        let mut program = self.clone();
        if let Some(item) = program.files_mut().find_map(|items| find(items, id)) {
            item.leave_out(step);
        }
        program
    }

    /// The programs that have a feature of all less, if this one has it.
    pub fn plainer(&self) -> [Self; 2] {
        [true, false].map(|of_future| {
            let mut program = self.clone();
            if let Some(wider) = &mut program.wider {
                match of_future {
                    true => wider.has_future = false,
                    false => wider.is_starred = false,
                }
            }
            program
        })
    }
}

/// The names that the text of an item looks up.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    numbers: &'a [Number],
    /// The items of another file that are imported.
    imported: &'a [Item],
    items: &'a [Item],
}

impl Names<'_> {
    /// The name of a number.
    pub fn number(&self, id: Option<usize>) -> Option<&str> {
        let number = self.numbers.iter().find(|number| Some(number.id) == id)?;
        Some(&number.name)
    }

    /// The bases of the class `of`.
    pub fn base(&self, base: Base, of: usize) -> &str {
        match base {
            Base::None => "",
            Base::Fixed(names) => names,
            Base::Item(id) => {
                let before = self.items.iter().take_while(|item| !item.holds(of));
                let mut reached = self.imported.iter().chain(before);
                let found = reached.find(|item| item.id == id && item.is_base());
                found.map_or("", |item| &item.name)
            }
        }
    }
}

impl Item {
    /// The lists of items in a class or block.
    pub fn lists(&self) -> impl Iterator<Item = &Vec<Item>> {
        let (members, otherwise) = match &self.kind {
            Kind::Class { members, .. } => (Some(members), None),
            Kind::Block { members, otherwise, .. } => (Some(members), Some(otherwise)),
            Kind::Record(record) => (Some(&record.members), None),
            _ => (None, None),
        };
        members.into_iter().chain(otherwise)
    }

    /// The same, to change.
    pub fn lists_mut(&mut self) -> impl Iterator<Item = &mut Vec<Item>> {
        let (members, otherwise) = match &mut self.kind {
            Kind::Class { members, .. } => (Some(members), None),
            Kind::Block { members, otherwise, .. } => (Some(members), Some(otherwise)),
            Kind::Record(record) => (Some(&mut record.members), None),
            _ => (None, None),
        };
        members.into_iter().chain(otherwise)
    }

    fn leave_out(&mut self, step: usize) {
        match (&mut self.kind, step) {
            (_, 0) => self.space = 0,
            (Kind::Constant { plus, .. }, 1) => *plus = None,
            (Kind::Class { base, .. }, 1) => *base = Base::None,
            (Kind::Class { docstring, .. }, 2) => *docstring = None,
            (Kind::Class { decorator, .. }, 3) => *decorator = None,
            (Kind::Class { keyword, .. }, 4) => *keyword = None,
            (Kind::Record(record), step) => record.leave_out(step),
            (Kind::Block { otherwise, .. }, 1) => otherwise.clear(),
            (Kind::Function(function), step) => function.leave_out(step),
            _ => {}
        }
    }

    /// Can a class have this as its base?
    fn is_base(&self) -> bool {
        match &self.kind {
            Kind::Class { .. } => true,
            Kind::Record(record) => record.is_base(),
            _ => false,
        }
    }

    /// Does its statement bind its name?
    fn is_bound(&self) -> bool {
        match &self.kind {
            Kind::Block { .. } => false,
            Kind::Statement(statement) => statement.is_bound(),
            _ => true,
        }
    }

    /// Is this the item, or is the item in it?
    fn holds(&self, id: usize) -> bool {
        self.id == id || self.lists().flatten().any(|item| item.holds(id))
    }

    pub fn write(&self, text: &mut String, depth: usize, names: Names<'_>) {
        let (indent, name) = ("    ".repeat(depth), &self.name);
        for number in 0..self.space {
            let _ = if number % 2 == 0 {
                writeln!(text)
            } else {
                writeln!(text, "{indent}# a comment")
            };
        }
        let _ = match &self.kind {
            Kind::Constant { value, plus } => match names.number(*plus) {
                Some(number) => writeln!(text, "{indent}{name} = ({value} + {number}, 'text')"),
                None => writeln!(text, "{indent}{name} = ({value}, 'text')"),
            },
            Kind::Import { module } => writeln!(text, "{indent}import {module} as {name}"),
            Kind::Lambda { value } => writeln!(text, "{indent}{name} = lambda a, b={value}: (a, b, {value})"),
            Kind::Function(function) => {
                function.write(text, name, &indent, names);
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
                decorator,
                keyword,
                members,
            } => {
                if let Some(decorator) = decorator {
                    let _ = writeln!(text, "{indent}@{decorator}");
                }
                let heading = heading(names.base(*base, self.id), *keyword);
                let _ = writeln!(text, "{indent}class {name}{heading}:");
                if let Some(words) = docstring {
                    let _ = writeln!(text, "{indent}    \"\"\"Words {words}.\"\"\"");
                }
                let _ = writeln!(text, "{indent}    pass");
                members.iter().for_each(|member| member.write(text, depth + 1, names));
                Ok(())
            }
            Kind::Block {
                header,
                members,
                otherwise,
            } => {
                let _ = writeln!(text, "{indent}{header}\n{indent}    pass");
                members.iter().for_each(|member| member.write(text, depth + 1, names));
                if *header == "try:" {
                    let _ = writeln!(text, "{indent}finally:\n{indent}    pass");
                }
                if header.starts_with("if") && !otherwise.is_empty() {
                    let _ = writeln!(text, "{indent}else:");
                    otherwise.iter().for_each(|member| member.write(text, depth + 1, names));
                }
                if header.starts_with("while") {
                    let _ = writeln!(text, "{indent}    break");
                }
                Ok(())
            }
            Kind::Record(record) => {
                record.write(text, name, depth, names.base(record.base, self.id), names);
                Ok(())
            }
            Kind::Statement(statement) => {
                statement.write(text, name, &indent);
                Ok(())
            }
        };
    }
}

/// What follows the name of a class: a keyword only where the bases take it.
fn heading(bases: &str, keyword: Option<usize>) -> String {
    match keyword {
        Some(value) if bases.starts_with("Keyed") => format!("({bases}, key={value})"),
        Some(value) if bases.is_empty() && value % 2 == 0 => "(metaclass=Meta)".to_owned(),
        Some(_) if bases.is_empty() => "(metaclass=abc.ABCMeta)".to_owned(),
        _ if bases.is_empty() => String::new(),
        _ => format!("({bases})"),
    }
}
