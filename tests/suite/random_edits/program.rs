//! A program as a model: a module, and a second one with numbers that it imports. Its text is written in [`super::text`].
//!
//! No statement reads what another one binds, except for decorators, bases and imported numbers: an unchanged statement
//! never runs again, so that a fresh start would differ for a good reason.

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
    pub fn is_base(&self) -> bool {
        match &self.kind {
            Kind::Class { .. } => true,
            Kind::Record(record) => record.is_base(),
            _ => false,
        }
    }

    /// Does its statement bind its name?
    pub fn is_bound(&self) -> bool {
        match &self.kind {
            Kind::Block { .. } => false,
            Kind::Statement(statement) => statement.is_bound(),
            _ => true,
        }
    }

    /// Is this the item, or is the item in it?
    pub fn holds(&self, id: usize) -> bool {
        self.id == id || self.lists().flatten().any(|item| item.holds(id))
    }
}
