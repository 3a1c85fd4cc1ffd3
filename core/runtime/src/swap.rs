//! The steps of a commit: plain data, each with the value that it expects to replace.

use std::mem::{Discriminant, discriminant};

use crate::Handle;

/// One replacement in the live program. `None` means "absent" for names and entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Swap {
    /// `function.__code__`. Both code objects must have equal `co_freevars` (names and order): RustPython does not check
    /// it and panics, CPython checks only the number and then reads the wrong cell. The runtime checks again.
    Code {
        function: Handle,
        expected: Handle,
        new: Handle,
    },
    /// An attribute of a function or another object, by `setattr` / `delattr`. Where the expected value of a function
    /// attribute is absent or `None`, both count as equal.
    Attribute {
        object: Handle,
        name: String,
        expected: Option<Handle>,
        new: Option<Handle>,
    },
    /// An entry of a class's own `__dict__`, written by `type.__setattr__` / `type.__delattr__`, past a `__setattr__` of
    /// the metaclass.
    ClassAttribute {
        class: Handle,
        name: String,
        expected: Option<Handle>,
        new: Option<Handle>,
    },
    /// An entry of a dict with a text key (a module's namespace).
    Entry {
        dict: Handle,
        name: String,
        expected: Option<Handle>,
        new: Option<Handle>,
    },
    /// `container[key]` by `__getitem__`, `__setitem__` and `__delitem__`: lists, dicts with any key, object arrays. Of a
    /// set, whether the key is in it: its value is the key itself.
    Item {
        container: Handle,
        key: Handle,
        expected: Option<Handle>,
        new: Option<Handle>,
    },
    /// The content of a cell.
    Cell {
        cell: Handle,
        expected: Option<Handle>,
        new: Option<Handle>,
    },
    /// The code object at this index of `code.co_consts`, in place, so that an outer function that still runs makes new
    /// closures from the new code.
    Constant {
        code: Handle,
        index: usize,
        expected: Handle,
        new: Handle,
    },
    /// `code.co_firstlineno`, in place: all lines of this one code object move by the difference. Nested code objects
    /// need swaps of their own. 1-based.
    FirstLine { code: Handle, expected: u32, new: u32 },
    /// `function.__closure__`, where the runtime can (CPython: `PyFunction_SetClosure`); committed right before the
    /// `Code` swap that needs it.
    Closure {
        function: Handle,
        expected: Option<Handle>,
        new: Option<Handle>,
    },
}

/// What a swap writes: equal for all swaps of one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place<'a> {
    kind: Discriminant<Swap>,
    object: Handle,
    name: &'a str,
    key: Option<Handle>,
    index: usize,
}

impl Swap {
    /// The place that this swap writes.
    pub fn place(&self) -> Place<'_> {
        let (object, name, key, index) = match self {
            Self::Code { function: object, .. }
            | Self::Cell { cell: object, .. }
            | Self::FirstLine { code: object, .. }
            | Self::Closure { function: object, .. } => (*object, "", None, 0),
            Self::Attribute { object, name, .. }
            | Self::ClassAttribute {
                class: object, name, ..
            }
            | Self::Entry { dict: object, name, .. } => (*object, name.as_str(), None, 0),
            Self::Item { container, key, .. } => (*container, "", Some(*key), 0),
            Self::Constant { code, index, .. } => (*code, "", None, *index),
        };
        Place {
            kind: discriminant(self),
            object,
            name,
            key,
            index,
        }
    }

    /// The swap that takes this one back.
    pub fn inverted(&self) -> Self {
        let mut swap = self.clone();
        match &mut swap {
            Self::Code { expected, new, .. } | Self::Constant { expected, new, .. } => std::mem::swap(expected, new),
            Self::Attribute { expected, new, .. }
            | Self::ClassAttribute { expected, new, .. }
            | Self::Entry { expected, new, .. }
            | Self::Item { expected, new, .. }
            | Self::Cell { expected, new, .. }
            | Self::Closure { expected, new, .. } => std::mem::swap(expected, new),
            Self::FirstLine { expected, new, .. } => std::mem::swap(expected, new),
        }
        swap
    }
}
