//! The text of a program.
//!
//! What a base or number is named is looked up here; one that is not there, or comes later, is left out. So every program
//! runs.

use std::fmt::Write as _;

use super::program::{Base, Item, Kind, Number, Program};

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

impl Program {
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
    /// Writes its statement, indented so many times.
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
                // Annotations that move into a block, or stand in one that does not run, are not followed (README).
                let is_written = |member: &&Item| !matches!(&member.kind, Kind::Statement(it) if it.is_annotated());
                let (members, otherwise) = (members.iter().filter(is_written), otherwise.iter().filter(is_written));
                let has_otherwise = otherwise.clone().next().is_some();
                members.for_each(|member| member.write(text, depth + 1, names));
                if *header == "try:" {
                    let _ = writeln!(text, "{indent}finally:\n{indent}    pass");
                }
                if header.starts_with("if") && has_otherwise {
                    let _ = writeln!(text, "{indent}else:");
                    otherwise.for_each(|member| member.write(text, depth + 1, names));
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
