//! Which objects and edits a crawler or conformer wants to see.
//!
//! Data, not code: the manifest carries it, so the host decides without opening the library, and a plugin whose framework
//! is not in use costs nothing. Classes are compared by name against `type(x).__mro__`, never by `isinstance`, because
//! proxies answer that with the class of what they wrap; a name is never imported.

use serde::{Deserialize, Serialize};

/// Any one of several conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Interest {
    /// Full class names: the object is an instance of one of them or of a subclass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instance_of: Vec<String>,
    /// Full class names: the object is a class and one of them is among its bases, or it is that class itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subclass_of: Vec<String>,
    /// Full names of decorators: the definition carries one of them, called or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decorated_by: Vec<String>,
    /// Names: the object is a class that has one of them in its own `__dict__`. Since ABI 1.2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub class_with: Vec<String>,
    /// Everything.
    #[serde(default, skip_serializing_if = "is_false")]
    pub any: bool,
    /// Also edits that only move lines (a conformer of debuggers or coverage); those never clear caches otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub positions: bool,
    /// Also instances of the named classes that wrap an edited function while its name is bound to something else.
    #[serde(default, skip_serializing_if = "is_false")]
    pub anywhere: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Interest {
    /// Instances of the class or a subclass: `Interest::instance_of("numba.core.dispatcher.Dispatcher")`.
    pub fn instance_of(class: &str) -> Self {
        Self {
            instance_of: vec![class.into()],
            ..Self::default()
        }
    }

    /// The class itself and its subclasses: `Interest::subclass_of("pydantic.main.BaseModel")`.
    pub fn subclass_of(class: &str) -> Self {
        Self {
            subclass_of: vec![class.into()],
            ..Self::default()
        }
    }

    /// Definitions under the decorator: `Interest::decorated_by("functools.lru_cache")`.
    pub fn decorated_by(decorator: &str) -> Self {
        Self {
            decorated_by: vec![decorator.into()],
            ..Self::default()
        }
    }

    /// Classes that have such a name in their own `__dict__`, not by inheritance:
    /// `Interest::class_with("__attrs_attrs__")`. Since ABI 1.2; an older host refuses a manifest with it.
    pub fn class_with(name: &str) -> Self {
        Self {
            class_with: vec![name.into()],
            ..Self::default()
        }
    }

    /// Everything. The library is opened at the first edit: prefer a narrower interest.
    pub fn any() -> Self {
        Self {
            any: true,
            ..Self::default()
        }
    }

    /// This or the other.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.instance_of.extend(other.instance_of);
        self.subclass_of.extend(other.subclass_of);
        self.decorated_by.extend(other.decorated_by);
        self.class_with.extend(other.class_with);
        self.any |= other.any;
        self.positions |= other.positions;
        self.anywhere |= other.anywhere;
        self
    }

    /// Ask for edits that only move lines too.
    #[must_use]
    pub fn with_positions(mut self) -> Self {
        self.positions = true;
        self
    }

    /// Also be shown, as what is bound, every instance of the classes of [`instance_of`](Self::instance_of) whose
    /// `__wrapped__` is an edited function, whatever its name: `fast = njit(slow)`, a method that a class decorator
    /// compiled. It costs a pass over the heap for each class and save, while the class is loaded: only for frameworks
    /// whose own work takes longer.
    #[must_use]
    pub fn anywhere(mut self) -> Self {
        self.anywhere = true;
        self
    }

    /// Does one of the conditions hold? [`positions`](Self::positions) is not asked here.
    pub fn matches(&self, subject: &Subject<'_>) -> bool {
        let meets = |wanted: &[String], names: &[String]| wanted.iter().any(|name| names.contains(name));
        self.any
            || meets(&self.instance_of, subject.classes)
            || meets(&self.subclass_of, subject.bases)
            || meets(&self.decorated_by, subject.decorators)
            || meets(&self.class_with, subject.own_names)
    }
}

/// What an [`Interest`] is compared with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    /// Full names of `type(object).__mro__`.
    pub classes: &'a [String],
    /// Full names of `object.__mro__` where the object is a class.
    pub bases: &'a [String],
    /// Full names of the decorators of the definition.
    pub decorators: &'a [String],
    /// Names in the object's own `__dict__` where it is a class. Since ABI 1.2.
    pub own_names: &'a [String],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).into()).collect()
    }

    #[test]
    fn conditions_are_compared_with_their_own_names_only() {
        let dispatcher = names(&["numba.core.dispatcher.Dispatcher", "object"]);
        let subject = Subject {
            classes: &dispatcher,
            ..Subject::default()
        };
        assert!(Interest::instance_of("numba.core.dispatcher.Dispatcher").matches(&subject));
        assert!(!Interest::subclass_of("numba.core.dispatcher.Dispatcher").matches(&subject));
        assert!(!Interest::decorated_by("numba.core.dispatcher.Dispatcher").matches(&subject));
        assert!(!Interest::instance_of("Dispatcher").matches(&subject));
    }

    #[test]
    fn any_one_of_several_is_enough() {
        let interest =
            Interest::instance_of("functools._lru_cache_wrapper").or(Interest::decorated_by("functools.cache"));
        let cache = names(&["functools.cache"]);
        assert!(interest.matches(&Subject {
            decorators: &cache,
            ..Subject::default()
        }));
        assert!(!interest.matches(&Subject::default()));
        assert!(Interest::any().matches(&Subject::default()));
        assert!(!Interest::default().matches(&Subject::default()));
    }
}
