//! Statements run into scratch namespaces; what they bound becomes swaps.

use jurigged_runtime::{Handle, Interpreter, ObjectKind, RuntimeError, Swap};

use super::transaction::changes;
use crate::pipeline::edit_plan::Scope;
use crate::pipeline::locate::{class_at, resolve};

/// Names that running a part of a class body writes and that belong to the whole body.
const OWNED_BY_CLASS_BODY: [&str; 8] = [
    "__module__",
    "__qualname__",
    "__dict__",
    "__weakref__",
    "__firstlineno__",
    "__static_attributes__",
    "__classcell__",
    "__classdictcell__",
];

/// A copy of one scope's namespace in which statements run before the commit.
#[derive(Debug)]
pub struct Scratch {
    /// The scope.
    pub scope: Scope,
    /// The dict to run in.
    pub locals: Handle,
    /// The class of the scope; `None` for the module.
    pub class: Option<Handle>,
    /// The namespace as it was when the copy was made.
    before: Vec<(Handle, Handle)>,
    /// `__doc__` is bound by a statement of the batch: elsewhere it is a by-product of running a part of a body.
    pub binds_doc: bool,
}

impl Scratch {
    /// Copies the namespace of a scope; `None` when the scope's class is not to be found.
    pub fn of(interpreter: &dyn Interpreter, namespace: Handle, scope: &Scope) -> Option<Self> {
        let class = if scope.classes.is_empty() {
            None
        } else {
            Some(class_at(interpreter, namespace, scope)?)
        };
        let before = interpreter.entries(resolve(interpreter, namespace, scope)?);
        let locals = interpreter.new_dict();
        for (key, value) in &before {
            let Some(name) = interpreter.text(*key) else { continue };
            if class.is_some() && OWNED_BY_CLASS_BODY.contains(&name.as_str()) {
                continue;
            }
            // Annotated assignments write into the dict itself.
            let value = if name == "__annotations__" {
                copy_of(interpreter, *value)
            } else {
                *value
            };
            interpreter.set_entry(locals, &name, value);
        }
        Some(Self {
            scope: scope.clone(),
            locals,
            class,
            before,
            binds_doc: false,
        })
    }

    /// The swaps that make the real namespace what the scratch copy has become.
    pub fn swaps(&self, interpreter: &dyn Interpreter, namespace: Handle) -> Result<Vec<Swap>, RuntimeError> {
        let mut swaps = Vec::new();
        if let (Some(class), Some(cell)) = (self.class, interpreter.entry(self.locals, "__classcell__")) {
            // New methods that use `super()` share a cell that the class statement would have filled.
            swaps.push(Swap::Cell {
                cell,
                expected: None,
                new: Some(class),
            });
        }
        let after = interpreter.entries(self.locals);
        for (name, expected, new) in changes(interpreter, &self.before, &after) {
            let is_by_product = (self.class.is_some() && OWNED_BY_CLASS_BODY.contains(&name.as_str()))
                || (name == "__doc__" && !self.binds_doc)
                || name == "__builtins__"
                || (name == "__annotations__" && self.same_annotations(interpreter, expected, new));
            if is_by_product {
                continue;
            }
            match (self.class, new) {
                (Some(class), Some(value)) => {
                    let value = as_class_attribute(interpreter, &name, value)?;
                    announce_name(interpreter, class, &name, value)?;
                    swaps.push(Swap::ClassAttribute {
                        class,
                        name,
                        expected,
                        new: Some(value),
                    });
                }
                (Some(class), None) => swaps.push(Swap::ClassAttribute {
                    class,
                    name,
                    expected,
                    new: None,
                }),
                (None, new) => swaps.push(Swap::Entry {
                    dict: namespace,
                    name,
                    expected,
                    new,
                }),
            }
        }
        if let Some(class) = self.class {
            self.implicit_hash(interpreter, class, &mut swaps);
        }
        Ok(swaps)
    }

    fn same_annotations(&self, interpreter: &dyn Interpreter, old: Option<Handle>, new: Option<Handle>) -> bool {
        match (old, new) {
            (Some(old), Some(new)) => {
                changes(interpreter, &interpreter.entries(old), &interpreter.entries(new)).is_empty()
            }
            (None, Some(new)) => interpreter.entries(new).is_empty(),
            _ => false,
        }
    }

    /// A class that defines `__eq__` and no `__hash__` gets `__hash__ = None` (Objects/typeobject.c, `type_new_set_hash`).
    fn implicit_hash(&self, interpreter: &dyn Interpreter, class: Handle, swaps: &mut Vec<Swap>) {
        let had = |name: &str| {
            self.before
                .iter()
                .any(|(key, _)| interpreter.text(*key).as_deref() == Some(name))
        };
        let has = |name: &str| interpreter.entry(self.locals, name).is_some();
        let current = interpreter.entry(interpreter.namespace(class).unwrap_or(self.locals), "__hash__");
        let hash_is_none = current.is_some_and(|hash| interpreter.kind(hash) == ObjectKind::None);
        if has("__eq__") && !had("__eq__") && !has("__hash__") {
            swaps.push(Swap::ClassAttribute {
                class,
                name: "__hash__".to_owned(),
                expected: None,
                new: Some(interpreter.none()),
            });
        } else if had("__eq__") && !has("__eq__") && hash_is_none {
            swaps.push(Swap::ClassAttribute {
                class,
                name: "__hash__".to_owned(),
                expected: current,
                new: None,
            });
        }
    }
}

fn copy_of(interpreter: &dyn Interpreter, dict: Handle) -> Handle {
    let copy = interpreter.new_dict();
    for (key, value) in interpreter.entries(dict) {
        if let Some(name) = interpreter.text(key) {
            interpreter.set_entry(copy, &name, value);
        }
    }
    copy
}

/// Functions under these names are converted by `type.__new__` (Objects/typeobject.c, `type_new_staticmethod`,
/// `type_new_classmethod`).
fn as_class_attribute(interpreter: &dyn Interpreter, name: &str, value: Handle) -> Result<Handle, RuntimeError> {
    let wrapper = match name {
        "__new__" => "staticmethod",
        "__init_subclass__" | "__class_getitem__" => "classmethod",
        _ => return Ok(value),
    };
    if interpreter.kind(value) != ObjectKind::Function {
        return Ok(value);
    }
    wrap(interpreter, wrapper, value)
}

/// `staticmethod(value)` and the like.
pub fn wrap(interpreter: &dyn Interpreter, builtin: &str, value: Handle) -> Result<Handle, RuntimeError> {
    let builtins = interpreter.module("builtins").ok_or(RuntimeError::ShuttingDown)?;
    let wrapper = interpreter
        .attribute(builtins, builtin)?
        .ok_or(RuntimeError::ShuttingDown)?;
    interpreter.call(wrapper, &[value])
}

/// `type(value).__set_name__(value, class, name)` (PEP 487), as the class statement would have called it.
fn announce_name(interpreter: &dyn Interpreter, class: Handle, name: &str, value: Handle) -> Result<(), RuntimeError> {
    if matches!(interpreter.kind(value), ObjectKind::Class | ObjectKind::Function) {
        return Ok(());
    }
    let Some(set_name) = interpreter.attribute(interpreter.class_of(value), "__set_name__")? else {
        return Ok(());
    };
    interpreter
        .call(set_name, &[value, class, interpreter.new_text(name)])
        .map(drop)
}
