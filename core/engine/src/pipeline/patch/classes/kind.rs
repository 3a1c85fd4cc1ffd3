//! How a live class was made, for what is done with a class whatever its body is: bases, decorators, moves.

use jurigged_runtime::{Handle, Interpreter};

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

/// What libraries leave in the classes that they make, with what such a class is.
pub const FOREIGN: [(&str, &str); 3] = [
    ("__attrs_attrs__", "a class with generated methods"),
    ("__pydantic_fields__", "a class with generated methods"),
    ("model_fields", "a class with generated methods"),
];

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
        } else if let Some((_, kind)) = FOREIGN.iter().find(|(name, _)| has(name)) {
            Self::Foreign(kind)
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
}
