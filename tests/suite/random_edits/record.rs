//! Classes of the wider programs whose fields are what they are made of.

use std::fmt::Write as _;

use super::dice::Dice;
use super::program::{Base, Item, Kind};
use super::text::Names;

/// See the module.
#[derive(Clone, Debug)]
pub struct Record {
    pub style: Style,
    pub fields: Vec<Field>,
    pub base: Base,
    pub members: Vec<Item>,
    /// For the names of new fields.
    next: usize,
}

#[derive(Clone, Debug)]
pub struct Field {
    name: String,
    annotation: &'static str,
    default: Option<usize>,
}

/// What makes the class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A class with annotated attributes.
    Plain,
    /// A dataclass, with arguments of the decorator.
    Data(&'static str),
    /// A base of `typing` with its keywords.
    Named,
    Typed(&'static str),
    /// A base of `enum`.
    Enum(&'static str),
    Slots,
}

const STYLES: [Style; 14] = [
    Style::Plain,
    Style::Data(""),
    Style::Data(""),
    Style::Data("(order=True)"),
    Style::Data("(frozen=True)"),
    Style::Data("(eq=False)"),
    Style::Named,
    Style::Typed(""),
    Style::Typed(", total=False"),
    Style::Enum("Enum"),
    Style::Enum("Enum"),
    Style::Enum("IntEnum"),
    Style::Enum("Flag"),
    Style::Slots,
];

const ANNOTATIONS: [&str; 4] = ["int", "str", "'Base'", "typing.Optional[int]"];

impl Record {
    pub fn new(dice: &mut Dice, base: Base, members: Vec<Item>) -> Self {
        let mut record = Self {
            style: STYLES[dice.below(STYLES.len())],
            fields: Vec::new(),
            base: if dice.rarely() { base } else { Base::None },
            members,
            next: 0,
        };
        for _ in 0..dice.below(4) {
            record.add_field(dice);
        }
        record
    }

    /// Changes one thing; says what. `base`: one that it may get.
    pub fn change(&mut self, base: Base, dice: &mut Dice) -> &'static str {
        let (roll, at) = (dice.below(9), dice.below(self.fields.len()));
        match roll {
            0 => {
                self.style = STYLES[dice.below(STYLES.len())];
                "style"
            }
            1 => {
                self.base = base;
                "bases of the record"
            }
            _ if roll < 4 || self.fields.is_empty() => {
                self.add_field(dice);
                "fields"
            }
            4 => {
                self.fields.remove(at);
                "fields"
            }
            5 => {
                self.fields[at].annotation = ANNOTATIONS[dice.below(ANNOTATIONS.len())];
                "annotation of a field"
            }
            6 => {
                let field = self.fields.remove(at);
                self.fields.insert(dice.below(self.fields.len() + 1), field);
                "order of the fields"
            }
            _ => {
                self.fields[at].default = dice.often().then(|| dice.below(100));
                "default of a field"
            }
        }
    }

    fn add_field(&mut self, dice: &mut Dice) {
        let field = Field {
            name: format!("field_{}", self.next),
            annotation: ANNOTATIONS[dice.below(ANNOTATIONS.len())],
            default: dice.often().then(|| dice.below(100)),
        };
        self.next += 1;
        self.fields.insert(dice.below(self.fields.len() + 1), field);
    }

    /// Takes one of its features away.
    pub fn leave_out(&mut self, feature: usize) {
        match feature {
            1 => self.base = Base::None,
            2.. if feature - 2 < self.fields.len() => drop(self.fields.remove(feature - 2)),
            _ => {}
        }
    }

    /// Can a class, or a dataclass that is not frozen, have this as its base?
    pub fn is_base(&self) -> bool {
        match self.style {
            Style::Plain => true,
            Style::Data(options) => !options.contains("frozen"),
            _ => false,
        }
    }

    pub fn write(&self, text: &mut String, name: &str, depth: usize, bases: &str, names: Names<'_>) {
        let indent = "    ".repeat(depth);
        let bases = match self.style {
            Style::Plain => bases.to_owned(),
            Style::Data(options) if !options.contains("frozen") => bases.to_owned(),
            Style::Data(_) | Style::Slots => String::new(),
            Style::Named => "typing.NamedTuple".to_owned(),
            Style::Typed(keywords) => format!("typing.TypedDict{keywords}"),
            Style::Enum(kind) => format!("enum.{kind}"),
        };
        if let Style::Data(options) = self.style {
            let _ = writeln!(text, "{indent}@dataclasses.dataclass{options}");
        }
        let heading = if bases.is_empty() {
            String::new()
        } else {
            format!("({bases})")
        };
        let _ = writeln!(text, "{indent}class {name}{heading}:\n{indent}    pass");
        // What has no default comes first, also before what a base has.
        let has_base = !bases.is_empty() && self.style != Style::Named;
        let default_of = |field: &Field| field.default.or(has_base.then_some(0));
        let (with, without): (Vec<_>, Vec<_>) = self.fields.iter().partition(|field| default_of(field).is_some());
        if self.style == Style::Slots {
            let slots: Vec<_> = self.fields.iter().map(|field| format!("'{}'", field.name)).collect();
            let _ = writeln!(text, "{indent}    __slots__ = [{}]", slots.join(", "));
        }
        for (at, field) in without.into_iter().chain(with).enumerate() {
            let Field { name, annotation, .. } = field;
            let _ = match (self.style, default_of(field)) {
                (Style::Slots, _) => Ok(()),
                (Style::Enum("Flag"), _) => {
                    let bit = field.default.map_or(8 + at, |value| value % 8);
                    writeln!(text, "{indent}    {name} = {}", 1 << bit)
                }
                (Style::Enum(_), Some(value)) if field.default.is_some() => {
                    writeln!(text, "{indent}    {name} = {value}")
                }
                (Style::Enum(_), _) => writeln!(text, "{indent}    {name} = {}", 100 + at),
                (Style::Typed(_), _) | (_, None) => writeln!(text, "{indent}    {name}: {annotation}"),
                (Style::Data(_), Some(value)) if value % 7 == 0 => writeln!(
                    text,
                    "{indent}    {name}: {annotation} = dataclasses.field(default_factory=list)"
                ),
                (_, Some(value)) => writeln!(text, "{indent}    {name}: {annotation} = {value}"),
            };
        }
        for member in &self.members {
            let is_taken = match self.style {
                Style::Plain | Style::Slots => true,
                // An annotation in it is a field, which may have no default.
                Style::Data(_) => !matches!(member.kind, Kind::Statement(_) | Kind::Block { .. }),
                Style::Enum(_) => matches!(member.kind, Kind::Function(_)),
                // `typing.NamedTuple` makes the class twice, and fails where a method uses `super()`.
                Style::Named => matches!(&member.kind, Kind::Function(function) if !function.calls_super),
                Style::Typed(_) => false,
            };
            if is_taken {
                member.write(text, depth + 1, names);
            }
        }
    }
}
