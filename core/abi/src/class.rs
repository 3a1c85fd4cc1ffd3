//! A class out of whose body something is made: fields, members, generated methods.

use serde::{Deserialize, Serialize};

/// What a conformer answers for a class that it can make again: see [`Conformer::claim`](crate::Conformer::claim).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Claim {
    /// Whether the class was made by what the conformer knows, and whether it will be.
    pub when: Making,
    /// What the host makes aside and shows as [`Edit::made`](crate::Edit::made).
    pub aside: Aside,
    /// Methods whose change is left to [`remake`](crate::Conformer::remake) as well; `__*` stands for all names that
    /// begin so. All other definitions of the body follow by themselves.
    pub methods: Vec<String>,
    /// Full name of a decorator that the host evaluates, as the new text has it, and shows as
    /// [`Edit::decorator`](crate::Edit::decorator).
    pub decorator: Option<String>,
    /// Names that making the class writes into it besides those of its text. They are not in [`Aside::Body`] where the
    /// text does not bind them.
    pub generated: Vec<String>,
    /// A change of bases and keywords is left to [`remake`](crate::Conformer::remake), too: the live class does not get
    /// the new ones from the host.
    pub header: bool,
}

/// When a class is one of those that a conformer makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Making {
    /// Before the save and after it.
    #[default]
    Stays,
    /// From this save on: its body is that of a plain class so far, so the statements of it run as in any class.
    Begins,
    /// Until this save: [`unmake`](crate::Conformer::unmake) is called, and then the class is like any other.
    Ends,
}

/// What the host makes aside of a changed class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Aside {
    /// A dict of what the body binds now. Statements whose text changed have run, anew; all others keep what the live
    /// class has. `__annotations__` is a dict of its own. Nothing is made of it yet.
    #[default]
    Body,
    /// Another class: the whole statement has run aside, with its decorators, bases and keywords.
    Statement,
    /// Nothing.
    Nothing,
}

impl Claim {
    /// The conformer makes the class out of what its body binds: [`Aside::Body`].
    pub fn of_body() -> Self {
        Self::default()
    }

    /// The conformer needs another class that the same statement makes: [`Aside::Statement`].
    pub fn of_statement() -> Self {
        Self {
            aside: Aside::Statement,
            ..Self::default()
        }
    }

    /// It becomes such a class by this save: [`Making::Begins`].
    #[must_use]
    pub fn begins(mut self) -> Self {
        self.when = Making::Begins;
        self
    }

    /// It is no such class any more: [`Making::Ends`].
    #[must_use]
    pub fn ends(mut self) -> Self {
        self.when = Making::Ends;
        self
    }

    /// A change of these methods is left to `remake` too: see [`Claim::methods`].
    #[must_use]
    pub fn with_methods<const N: usize>(mut self, names: [&str; N]) -> Self {
        self.methods.extend(names.map(String::from));
        self
    }

    /// Show the decorator of this full name, evaluated: see [`Claim::decorator`].
    #[must_use]
    pub fn with_decorator(mut self, name: &str) -> Self {
        self.decorator = Some(name.into());
        self
    }

    /// What making the class writes into it: see [`Claim::generated`].
    #[must_use]
    pub fn with_generated<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.generated.extend(names.into_iter().map(String::from));
        self
    }

    /// Bases and keywords are left to `remake` too: see [`Claim::header`].
    #[must_use]
    pub fn with_header(mut self) -> Self {
        self.header = true;
        self
    }

    /// Is a change of this method left to `remake`?
    pub fn takes_method(&self, name: &str) -> bool {
        self.methods.iter().any(|wanted| match wanted.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == wanted,
        })
    }

    /// As it crosses the border.
    #[doc(hidden)]
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a claim holds only texts and booleans")
    }

    /// What [`to_toml`](Self::to_toml) wrote; a value that a newer interface has added is an error.
    #[doc(hidden)]
    pub fn from_toml(text: &str) -> Option<Self> {
        toml::from_str(text).ok()
    }
}

/// What a save changes of a class that may have to be made again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct ClassEdit {
    /// Bases, metaclass, keywords or type parameters changed.
    pub header_changed: bool,
    /// Something in the body changed that the class may be made from: a statement, the order of statements, or one of
    /// the methods of the claim.
    pub body_changed: bool,
    /// The class becomes one of those with this save ([`Claim::begins`]): the statements of its body have run in it.
    pub begins: bool,
    /// Nothing of its own text changed, but a class that it inherits from was made again. Then there is nothing
    /// [`made`](crate::Edit::made) aside, and `names` is empty: all is in the live class.
    pub inherited: bool,
    /// Names that its body annotated before the save, in order, without class variables.
    pub old_fields: Vec<String>,
    /// Names whose definition or assignment is gone from the body.
    pub gone: Vec<String>,
    /// What the new body binds or annotates, in order.
    pub names: Vec<BodyName>,
    /// The decorators of the new text, outermost first.
    pub decorators: Vec<ClassDecorator>,
    /// The decorators before, where they changed; else those of the new text.
    pub old_decorators: Vec<ClassDecorator>,
}

/// A name in the body of a class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct BodyName {
    /// As bound: private names are mangled.
    pub name: String,
    /// A `def` or `class` binds it.
    pub is_definition: bool,
    /// It is annotated, and not as a class variable.
    pub is_field: bool,
    /// What binds it is unchanged, or a definition that was there before.
    pub is_kept: bool,
    /// The live class has what the new text binds already.
    pub is_bound: bool,
}

/// A decorator of a class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct ClassDecorator {
    /// The full name of what it leads to (`dataclasses.dataclass`); as written where it leads to nothing.
    pub name: String,
    /// Its text, without `@`.
    pub text: String,
}

impl ClassEdit {
    /// The name in the new body.
    pub fn name(&self, name: &str) -> Option<&BodyName> {
        self.names.iter().find(|known| known.name == name)
    }

    /// Names that the live class must have as the class made aside has them, or lose: of changed statements (all where it
    /// [begins](Self::begins)) and of those that are gone; `__annotations__` first.
    pub fn changed(&self) -> Vec<&str> {
        let is_changed = |name: &&BodyName| match self.begins {
            true => !name.is_definition,
            false => !name.is_kept && !name.is_bound,
        };
        let bound = self.names.iter().filter(is_changed);
        let bound = bound.map(|name| name.name.as_str());
        let mut changed: Vec<&str> = bound.chain(self.gone.iter().map(String::as_str)).collect();
        if !changed.is_empty() {
            changed.insert(0, "__annotations__");
        }
        changed
    }

    /// Does the new text have a decorator of this full name?
    pub fn is_decorated_by(&self, name: &str) -> bool {
        self.decorators.iter().any(|decorator| decorator.name == name)
    }

    /// Had the text a decorator of this full name?
    pub fn was_decorated_by(&self, name: &str) -> bool {
        self.old_decorators.iter().any(|decorator| decorator.name == name)
    }

    /// Have the decorators, or their arguments, changed?
    pub fn decorators_changed(&self) -> bool {
        self.decorators != self.old_decorators
    }

    /// As it crosses the border.
    #[doc(hidden)]
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("an edit of a class holds only texts, booleans and lists of them")
    }

    /// What [`to_toml`](Self::to_toml) wrote. What a newer host has added is left out.
    #[doc(hidden)]
    pub fn from_toml(text: &str) -> Option<Self> {
        toml::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_and_answered_crosses_the_border() {
        let claim = Claim::of_statement()
            .ends()
            .with_methods(["__*", "make"])
            .with_decorator("dataclasses.dataclass")
            .with_header();
        assert_eq!(Claim::from_toml(&claim.to_toml()), Some(claim.clone()));
        assert!(claim.takes_method("__init__") && claim.takes_method("make") && !claim.takes_method("made"));
        let edit = ClassEdit {
            gone: vec!["größe".into()],
            names: vec![BodyName {
                name: "x".into(),
                is_field: true,
                ..BodyName::default()
            }],
            decorators: vec![ClassDecorator {
                name: "m.maker".into(),
                text: "maker(\"a\",\n 'b')".into(),
            }],
            ..ClassEdit::default()
        };
        assert_eq!(ClassEdit::from_toml(&edit.to_toml()), Some(edit));
    }

    #[test]
    fn what_a_newer_host_adds_is_left_out() {
        let edit = ClassEdit::from_toml("inherited = true\nnews = 1\n[[names]]\nname = 'x'\nnews = 2\n").unwrap();
        assert!(edit.inherited && edit.name("x").is_some());
    }
}
