//! What a plugin answers, with objects as raw numbers.

/// A step, with objects as raw numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step64 {
    /// See [`Step::Attribute`](crate::Step::Attribute).
    Attribute {
        object: u64,
        name: String,
        expected: Option<u64>,
        new: Option<u64>,
    },
    /// See [`Step::Item`](crate::Step::Item).
    Item {
        container: u64,
        key: u64,
        expected: u64,
        new: u64,
    },
    /// See [`Step::Code`](crate::Step::Code).
    Code { function: u64, expected: u64, new: u64 },
    /// See [`Step::Entry`](crate::Step::Entry).
    Entry {
        dict: u64,
        name: String,
        expected: Option<u64>,
        new: Option<u64>,
    },
    /// See [`Change::adopt`](crate::Change::adopt).
    Adopt { class: u64, made: u64, name: String },
    /// See [`Change::cells`](crate::Change::cells).
    Cells { class: u64, made: u64 },
    /// See [`Change::note`](crate::Change::note).
    Note { what: String, why: String, help: String },
}

impl From<crate::Step<'_>> for Step64 {
    fn from(step: crate::Step<'_>) -> Self {
        use crate::{Object, Step};
        match step {
            Step::Attribute {
                object,
                name,
                expected,
                new,
            } => Self::Attribute {
                object: object.number(),
                name,
                expected: expected.map(Object::number),
                new: new.map(Object::number),
            },
            Step::Item {
                container,
                key,
                expected,
                new,
            } => Self::Item {
                container: container.number(),
                key: key.number(),
                expected: expected.number(),
                new: new.number(),
            },
            Step::Code {
                function,
                expected,
                new,
            } => Self::Code {
                function: function.number(),
                expected: expected.number(),
                new: new.number(),
            },
            Step::Entry {
                dict,
                name,
                expected,
                new,
            } => Self::Entry {
                dict: dict.number(),
                name,
                expected: expected.map(Object::number),
                new: new.map(Object::number),
            },
            Step::Adopt { class, made, name } => Self::Adopt {
                class: class.number(),
                made: made.number(),
                name,
            },
            Step::Cells { class, made } => Self::Cells {
                class: class.number(),
                made: made.number(),
            },
            Step::Note { what, why, help } => Self::Note { what, why, help },
        }
    }
}

/// What `prepare`, `remake` or `unmake` asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrepareAnswer {
    /// The steps, in order.
    pub steps: Vec<Step64>,
    /// The key of [`settle_once`](crate::Change::settle_once).
    pub settle_once: Option<String>,
}

/// A place, with objects as raw numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot64 {
    /// `container[index]`.
    Index(u64, usize),
    /// `container[key]`.
    Key(u64, u64),
    /// `object.name`.
    Attribute(u64, String),
    /// It cannot be written.
    ReadOnly,
}

/// Something that a crawler found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found64 {
    /// What is held.
    pub object: u64,
    /// Where.
    pub slot: Slot64,
}

impl From<crate::FoundObject<'_>> for Found64 {
    fn from(found: crate::FoundObject<'_>) -> Self {
        use crate::Slot;
        let slot = match found.slot {
            Slot::Index(container, index) => Slot64::Index(container.number(), index),
            Slot::Key(container, key) => Slot64::Key(container.number(), key.number()),
            Slot::Attribute(holder, name) => Slot64::Attribute(holder.number(), name),
            Slot::ReadOnly => Slot64::ReadOnly,
        };
        Self {
            object: found.object.number(),
            slot,
        }
    }
}

/// Everything that a crawler found in one holder.
pub type CrawlAnswer = Vec<Found64>;
