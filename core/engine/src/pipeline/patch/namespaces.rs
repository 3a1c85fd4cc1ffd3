//! Statements run into scratch namespaces; what they bound becomes swaps.

use std::cell::OnceCell;

use jurigged_runtime::{Handle, Interpreter, ObjectKind, RuntimeError, Swap};
use rustc_hash::FxHashMap;

use super::transaction::changes;
use super::units::call_in;
use crate::pipeline::edit_plan::{Action, Operation, Scope};
use crate::pipeline::locate::{class_at, resolve};

/// Names that running a part of a class body writes and that belong to the whole body.
const OWNED_BY_CLASS_BODY: [&str; 10] = [
    "__module__",
    "__qualname__",
    "__dict__",
    "__weakref__",
    "__firstlineno__",
    "__static_attributes__",
    "__classcell__",
    "__classdictcell__",
    "__classdict__",
    CONDITIONAL,
];

/// Which annotations of a module or class have been reached, where not all need be: read by what evaluates them.
const CONDITIONAL: &str = "__conditional_annotations__";

/// Where a module keeps its annotations once they were evaluated.
const KEPT_BY_MODULE: &str = "__annotations__";

/// Where a class keeps its annotations once they were evaluated.
pub const KEPT_BY_CLASS: &str = "__annotations_cache__";

/// Under which a class body leaves the function that evaluates its annotations.
pub const ANNOTATE: [&str; 2] = ["__annotate__", "__annotate_func__"];

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
    /// Names that lose their annotation.
    pub unannotated: Vec<String>,
    /// Names with an annotation, in the order of the new text.
    pub annotated: Vec<String>,
    /// Functions that evaluate the annotations of the statements that ran, in order.
    annotates: Vec<Handle>,
    /// The name whose `__set_name__` raised.
    pub failed: OnceCell<String>,
    /// The `__class__` cells of methods that the statements which ran have made: one for each.
    cells: Vec<Handle>,
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
            unannotated: Vec::new(),
            annotated: Vec::new(),
            annotates: Vec::new(),
            failed: OnceCell::new(),
            cells: Vec::new(),
        })
    }

    /// Copies all of it into the dict in which something else is evaluated: what the save has bound is found there first.
    pub fn lay_over(&self, interpreter: &dyn Interpreter, locals: Handle) {
        add_entries(interpreter, locals, self.locals);
    }

    /// Takes what the next statement would overwrite, after each that ran.
    pub fn note_ran(&mut self, interpreter: &dyn Interpreter) {
        let cell = interpreter.entry(self.locals, "__classcell__");
        self.cells.extend(cell.filter(|cell| !self.cells.contains(cell)));
        for name in ANNOTATE {
            let made = interpreter.entry(self.locals, name);
            let function = made.filter(|made| interpreter.kind(*made) == ObjectKind::Function);
            let before = self
                .before
                .iter()
                .find(|(key, _)| interpreter.text(*key).as_deref() == Some(name));
            let is_new = |function: &Handle| {
                before.is_none_or(|(_, value)| !interpreter.same(*value, *function))
                    && !self.annotates.contains(function)
            };
            if let Some(function) = function.filter(is_new) {
                self.annotates.push(function);
            }
        }
    }

    /// The swaps that make the real namespace what the scratch copy has become.
    pub fn swaps(&self, interpreter: &dyn Interpreter, namespace: Handle) -> Result<Vec<Swap>, RuntimeError> {
        let mut swaps = Vec::new();
        if let Some(class) = self.class {
            // The cells of new methods that use `super()`, which the class statement would have filled.
            swaps.extend(self.cells.iter().map(|cell| Swap::Cell {
                cell: *cell,
                expected: None,
                new: Some(class),
            }));
        }
        let after = interpreter.entries(self.locals);
        let mut changed = changes(interpreter, &self.before, &after);
        if !self.unannotated.is_empty()
            && let Some((_, annotations)) = after.iter().find(|(key, _)| is_annotations(interpreter, *key))
            && !changed.iter().any(|(name, ..)| name == "__annotations__")
        {
            changed.push(("__annotations__".to_owned(), Some(*annotations), Some(*annotations)));
        }
        if let Some(class) = self.class
            && interpreter.facts().version >= (3, 14, 0)
        {
            // Of a file that keeps annotations as text, in a class that was made by one that does not: to put them where
            // such a class has them would make it forget how it evaluates its own, and no undo could give that back. What a
            // statement of this save has left is in the same place.
            let at = changed.iter().position(|(name, expected, new)| {
                let is_new = name == "__annotations__" && expected.is_none() && new.is_some();
                is_new && (self.is_lazy(interpreter) || kept_by_class(interpreter, class).is_some())
            });
            let texts = at.and_then(|at| changed.remove(at).2);
            if texts.is_some() || !(self.annotates.is_empty() && self.unannotated.is_empty()) {
                swaps.extend(self.lazy_annotations(interpreter, class, texts)?);
            }
        }
        if self.class.is_none()
            && !(self.annotates.is_empty() && self.unannotated.is_empty())
            && let Some(before) = LazyModule::of(interpreter, namespace)
        {
            changed.retain(|(name, ..)| name != KEPT_BY_MODULE);
            let (made, places) = (&self.annotates, (namespace, self.locals));
            swaps.extend(before.with(interpreter, places, made, &self.unannotated, &self.annotated)?);
        }
        for (name, expected, new) in changed {
            let is_by_product = (self.class.is_some() && OWNED_BY_CLASS_BODY.contains(&name.as_str()))
                || (self.class.is_some() && ANNOTATE.contains(&name.as_str()))
                || (name == "__doc__" && !self.binds_doc)
                || name == "__builtins__";
            if is_by_product {
                continue;
            }
            let mut new = new;
            if name == "__annotations__" {
                new = self.annotations(interpreter, expected, new);
                if new.is_none() {
                    continue;
                }
            }
            match (self.class, new) {
                (Some(class), Some(value)) => {
                    let value = as_class_attribute(interpreter, &name, value)?;
                    announce_name(interpreter, class, &name, value).inspect_err(|_| {
                        self.failed.get_or_init(|| name.clone());
                    })?;
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
        Ok(swaps)
    }

    /// Does the class have a function that evaluates its annotations?
    fn is_lazy(&self, interpreter: &dyn Interpreter) -> bool {
        let own = self.class.and_then(|class| interpreter.namespace(class));
        let mut functions = ANNOTATE.iter().filter_map(|name| interpreter.entry(own?, name));
        functions.any(|function| interpreter.kind(function) == ObjectKind::Function)
    }

    /// Since 3.14 a class evaluates its annotations when they are asked for (PEP 649), by a function that knows all of them;
    /// the one that a part of the body makes knows that part only. So the answer is made here, and kept where the
    /// interpreter keeps it once it was asked.
    fn lazy_annotations(
        &self,
        interpreter: &dyn Interpreter,
        class: Handle,
        texts: Option<Handle>,
    ) -> Result<Option<Swap>, RuntimeError> {
        let new = interpreter.new_dict();
        // Asking makes the class keep the answer.
        if let Some(annotations) = interpreter.attribute(class, "__annotations__")? {
            add_entries(interpreter, new, annotations);
        }
        for &annotate in &self.annotates {
            add_entries(interpreter, new, annotations_by(interpreter, annotate)?);
        }
        if let Some(texts) = texts {
            add_entries(interpreter, new, texts);
        }
        let kept = kept_by_class(interpreter, class);
        let swap = |new| Swap::ClassAttribute {
            class,
            name: KEPT_BY_CLASS.to_owned(),
            expected: kept,
            new: Some(new),
        };
        Ok(self.annotations(interpreter, kept, Some(new)).map(swap))
    }

    fn annotations(&self, interpreter: &dyn Interpreter, old: Option<Handle>, new: Option<Handle>) -> Option<Handle> {
        left_annotations(interpreter, old, new, &self.unannotated, &self.annotated)
    }
}

fn kept_by_class(interpreter: &dyn Interpreter, class: Handle) -> Option<Handle> {
    interpreter.entry(interpreter.namespace(class)?, KEPT_BY_CLASS)
}

/// The annotations without those of statements that are gone, in the order of the text; `None` where there is nothing
/// to do.
fn left_annotations(
    interpreter: &dyn Interpreter,
    old: Option<Handle>,
    new: Option<Handle>,
    gone: &[String],
    order: &[String],
) -> Option<Handle> {
    let entries = interpreter.entries(new?).into_iter();
    let entries = entries.filter_map(|(key, value)| Some((interpreter.text(key)?, value)));
    let mut entries: Vec<(String, Handle)> = entries.filter(|(name, _)| !gone.contains(name)).collect();
    let places: FxHashMap<&str, usize> = order.iter().map(String::as_str).zip(0..).collect();
    entries.sort_by_key(|(name, _)| places.get(name.as_str()).copied().unwrap_or(usize::MAX));
    let left = interpreter.new_dict();
    for (name, value) in &entries {
        interpreter.set_entry(left, name, *value);
    }
    let before = old.map_or_else(Vec::new, |old| interpreter.entries(old));
    let names = before.iter().filter_map(|(key, _)| interpreter.text(*key));
    let is_same_order = names.eq(entries.iter().map(|(name, _)| name.clone()));
    (!is_same_order || !changes(interpreter, &before, &interpreter.entries(left)).is_empty()).then_some(left)
}

/// How a module answers for its annotations since 3.14: see [`Scratch::lazy_annotations`].
#[derive(Clone, Copy)]
pub struct LazyModule {
    /// The function that evaluates them.
    annotate: Option<Handle>,
    /// What it gave when it was asked.
    kept: Option<Handle>,
}

impl LazyModule {
    /// As it is now; `None` where annotations are evaluated when their statements run.
    pub fn of(interpreter: &dyn Interpreter, namespace: Handle) -> Option<Self> {
        (interpreter.facts().version >= (3, 14, 0)).then(|| Self {
            annotate: interpreter
                .entry(namespace, ANNOTATE[0])
                .filter(|annotate| interpreter.kind(*annotate) == ObjectKind::Function),
            kept: interpreter.entry(namespace, KEPT_BY_MODULE),
        })
    }

    /// The swap that lets the module answer as well for what these functions evaluate, each of which one statement has
    /// made in the place of the function of the module; without what is gone. `ran`: the namespace in which the
    /// statements ran.
    ///
    /// # Errors
    /// When an annotation raises.
    pub fn with(
        self,
        interpreter: &dyn Interpreter,
        (namespace, ran): (Handle, Handle),
        made: &[Handle],
        gone: &[String],
        order: &[String],
    ) -> Result<Option<Swap>, RuntimeError> {
        let all = interpreter.new_dict();
        match (self.kept, self.annotate) {
            (Some(kept), _) => add_entries(interpreter, all, kept),
            (None, Some(annotate)) => add_entries(interpreter, all, annotations_by(interpreter, annotate)?),
            (None, None) => {}
        }
        // What statements have left as text (PEP 563).
        if let Some(texts) = interpreter.entry(ran, KEPT_BY_MODULE) {
            add_entries(interpreter, all, texts);
        }
        // The functions ask the module for this one, which may be beside it still.
        let live = interpreter.entry(namespace, CONDITIONAL);
        if let Some(conditional) = interpreter.entry(ran, CONDITIONAL) {
            interpreter.set_entry(namespace, CONDITIONAL, conditional);
        }
        let added = made.iter().try_for_each(|annotate| {
            add_entries(interpreter, all, annotations_by(interpreter, *annotate)?);
            Ok(())
        });
        match live {
            Some(live) => interpreter.set_entry(namespace, CONDITIONAL, live),
            None if interpreter.entry(namespace, CONDITIONAL).is_some() => {
                if let Some(pop) = interpreter.attribute(namespace, "pop")? {
                    call_in(interpreter, pop, &[interpreter.new_text(CONDITIONAL)])?;
                }
            }
            None => {}
        }
        added?;
        let new = left_annotations(interpreter, self.kept, Some(all), gone, order);
        Ok(new.map(|new| Swap::Entry {
            dict: namespace,
            name: KEPT_BY_MODULE.to_owned(),
            expected: self.kept,
            new: Some(new),
        }))
    }

    /// The function that a statement has put in the place of the one of the module.
    pub fn made(self, interpreter: &dyn Interpreter, namespace: Handle) -> Option<Handle> {
        let now = interpreter.entry(namespace, ANNOTATE[0])?;
        (self.annotate != Some(now) && interpreter.kind(now) == ObjectKind::Function).then_some(now)
    }
}

/// What a function that evaluates annotations gives.
fn annotations_by(interpreter: &dyn Interpreter, annotate: Handle) -> Result<Handle, RuntimeError> {
    /// `annotationlib.Format.VALUE`.
    const VALUE: i64 = 1;
    call_in(interpreter, annotate, &[interpreter.new_integer(VALUE)])
}

/// Copies all of a dict with text keys into another one.
fn add_entries(interpreter: &dyn Interpreter, to: Handle, from: Handle) {
    for (key, value) in interpreter.entries(from) {
        if let Some(name) = interpreter.text(key) {
            interpreter.set_entry(to, &name, value);
        }
    }
}

/// The swap that puts the annotations of a module into the order of its text; `None` where they are.
pub fn annotations_in_order(interpreter: &dyn Interpreter, namespace: Handle, order: &[String]) -> Option<Swap> {
    const NAME: &str = "__annotations__";
    let present = interpreter.entry(namespace, NAME)?;
    let places: FxHashMap<&str, usize> = order.iter().map(String::as_str).zip(0..).collect();
    let place = |(key, _): &(Handle, Handle)| {
        let name = interpreter.text(*key);
        name.and_then(|name| places.get(name.as_str()).copied())
            .unwrap_or(usize::MAX)
    };
    let mut entries = interpreter.entries(present);
    if entries.is_sorted_by_key(place) {
        return None;
    }
    entries.sort_by_key(place);
    let new = interpreter.new_dict();
    for (key, value) in entries {
        interpreter.set_entry(new, &interpreter.text(key)?, value);
    }
    Some(Swap::Entry {
        dict: namespace,
        name: NAME.to_owned(),
        expected: Some(present),
        new: Some(new),
    })
}

/// The swap that removes the annotations of a module of which these operations have removed the last: a module without
/// annotations has no such name before Python 3.14.
pub fn no_annotations(interpreter: &dyn Interpreter, namespace: Handle, operations: &[Operation]) -> Option<Swap> {
    let removes = |operation: &Operation| {
        let scope = operation.action.scope().is_some_and(|scope| scope.classes.is_empty());
        scope
            && match &operation.action {
                Action::Unbind { annotations, .. } => !annotations.is_empty(),
                Action::Run(statement) => !statement.unannotates.is_empty(),
                _ => false,
            }
    };
    let name = "__annotations__";
    let present = interpreter.entry(namespace, name)?;
    let is_left = interpreter.facts().version < (3, 14, 0)
        && interpreter.entries(present).is_empty()
        && operations.iter().any(removes);
    is_left.then(|| Swap::Entry {
        dict: namespace,
        name: name.to_owned(),
        expected: Some(present),
        new: None,
    })
}

/// A class that defines `__eq__` and no `__hash__` gets `__hash__ = None` (Objects/typeobject.c, `type_new_set_hash`).
/// Adapts the swaps of a class that change one of the two. `binds_hash`: the new text of the class binds `__hash__`.
pub fn follow_hash(interpreter: &dyn Interpreter, class: Handle, binds_hash: bool, swaps: &mut Vec<Swap>) {
    let changes_to = |swap: &Swap, wanted: &str| match swap {
        Swap::ClassAttribute {
            class: of, name, new, ..
        } if *of == class && name == wanted => Some(*new),
        _ => None,
    };
    let after = |wanted: &str| swaps.iter().rev().find_map(|swap| changes_to(swap, wanted));
    let (equal, hash) = (after("__eq__"), after("__hash__"));
    if binds_hash || (equal.is_none() && hash.is_none()) {
        return;
    }
    let Some(namespace) = interpreter.namespace(class) else {
        return;
    };
    let has_equal = equal
        .unwrap_or_else(|| interpreter.entry(namespace, "__eq__"))
        .is_some();
    let new = has_equal.then(|| interpreter.none());
    let expected = interpreter.entry(namespace, "__hash__");
    swaps.retain(|swap| changes_to(swap, "__hash__").is_none());
    if new != expected {
        swaps.push(Swap::ClassAttribute {
            class,
            name: "__hash__".to_owned(),
            expected,
            new,
        });
    }
}

fn is_annotations(interpreter: &dyn Interpreter, key: Handle) -> bool {
    interpreter.text(key).as_deref() == Some("__annotations__")
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
    call_in(interpreter, set_name, &[value, class, interpreter.new_text(name)]).map(drop)
}

/// The swap of a name in a class, or in a module's namespace where there is none around it.
pub fn name_swap(
    class: Option<Handle>,
    dict: Handle,
    name: &str,
    expected: Option<Handle>,
    new: Option<Handle>,
) -> Swap {
    let name = name.to_owned();
    match class {
        Some(class) => Swap::ClassAttribute {
            class,
            name,
            expected,
            new,
        },
        None => Swap::Entry {
            dict,
            name,
            expected,
            new,
        },
    }
}
