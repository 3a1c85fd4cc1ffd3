//! What makes a class out of its body.

use jurigged_runtime::{Handle, Interpreter};

use crate::pipeline::edit_plan::{Action, EditCode, Operation, Scope};

/// Who generates what into a class when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassKind {
    /// Nobody: its attributes are those that its body binds.
    Plain,
    Dataclass,
    Enum,
    NamedTuple,
    TypedDict,
    /// A library that the engine does not know how to ask for the same again, as a part of a sentence.
    Foreign(&'static str),
}

/// Methods of an enum that take part in making its members (Lib/enum.py, `EnumType.__new__`).
const MAKES_MEMBERS: [&str; 4] = ["__new__", "__init__", "_generate_next_value_", "_ignore_"];

impl ClassKind {
    /// The kind of a live class. Of a class that inherits from a generated one, only its own counts.
    pub fn of(interpreter: &dyn Interpreter, class: Handle) -> Self {
        let Some(namespace) = interpreter.namespace(class) else {
            return Self::Plain;
        };
        let has = |name: &str| interpreter.entry(namespace, name).is_some();
        let metaclasses = interpreter.class_names(class);
        let is_made_by = |name: &str| metaclasses.iter().any(|metaclass| metaclass == name);
        // 3.9 and 3.10 say `EnumMeta`.
        if is_made_by("enum.EnumType") || is_made_by("enum.EnumMeta") {
            Self::Enum
        } else if has("_fields") && has("_field_defaults") {
            Self::NamedTuple
        } else if has("__attrs_attrs__") || has("__pydantic_fields__") || has("model_fields") {
            Self::Foreign("a class with generated methods")
        } else if has("__dataclass_fields__") {
            Self::Dataclass
        } else if metaclasses.iter().any(|name| name.ends_with("_TypedDictMeta")) {
            Self::TypedDict
        } else {
            Self::Plain
        }
    }

    /// Is something of such a class made out of its body, by a way that can be gone again?
    pub fn is_generated(self) -> bool {
        !matches!(self, Self::Plain | Self::Foreign(_))
    }

    /// Does this operation on the body of such a class change what is generated?
    pub fn is_made_from(self, operation: &Operation, scope: &Scope) -> bool {
        let (names, is_definition) = match &operation.action {
            Action::Run(statement) if statement.scope == *scope => (&statement.binds, statement.is_definition),
            Action::Unbind { scope: of, names, .. } if of == scope => (names, operation.edit == EditCode::ClsMethod),
            _ => return false,
        };
        match self {
            Self::Plain | Self::Foreign(_) => false,
            Self::NamedTuple | Self::TypedDict => !is_definition,
            // A method of the user's own takes the place of a generated one, or is called by one.
            Self::Dataclass => !is_definition || names.iter().any(|name| name.starts_with("__")),
            Self::Enum => !is_definition || names.iter().any(|name| MAKES_MEMBERS.contains(&name.as_str())),
        }
    }
}
