//! Which names a piece of code binds and reads: the symbol table, as far as a reload needs it.
//!
//! Frames are pushed and popped as the builder walks the tree. A frame of an expression or statement hands everything
//! on to the frame around it; a frame of a function keeps its locals and hands on what is free.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

/// A name, mangled where Python mangles it.
pub(super) type Name<'a> = Cow<'a, str>;

/// The name that `name` has inside the class `class`: private names (two leading underscores, not two trailing ones, no
/// dot) become `_Class__name` (Python reference, 6.2.1 "Private name mangling").
pub fn mangle<'a>(class: &str, name: &'a str) -> Cow<'a, str> {
    let class = class.trim_start_matches('_');
    if class.is_empty() || !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return Cow::Borrowed(name);
    }
    Cow::Owned(format!("_{class}{name}"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// The module, an expression or a statement: no scope of its own.
    Open,
    Class,
    /// `def`, lambda.
    Function,
    /// A comprehension; generator expressions are scopes of their own on every version.
    Comprehension {
        is_generator: bool,
    },
}

/// A name that is read.
#[derive(Clone, Debug)]
struct Load<'a> {
    name: Name<'a>,
    /// In a scope inside: a class's own names are invisible there.
    is_nested: bool,
    /// In the body of a function inside, which runs when it is called.
    is_later: bool,
}

/// What was seen since a frame was pushed.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    kind: FrameKind,
    /// Names read, in order, with duplicates.
    loads: Vec<Load<'a>>,
    pub(super) stores: Vec<Name<'a>>,
    /// Targets of `:=`, which a comprehension hands on.
    walrus: Vec<Name<'a>>,
    pub(super) deletes: Vec<Name<'a>>,
    /// Declared `global` in this very scope.
    pub(super) globals: Vec<Name<'a>>,
    nonlocals: Vec<Name<'a>>,
    /// Declared `global` in this scope or in one inside it.
    pub(super) all_globals: Vec<Name<'a>>,
    /// Contains `from m import *`.
    pub(super) star: bool,
    /// A `yield` of this very scope.
    pub(super) yields: bool,
    /// Names `super` or `__class__`, nested functions included, nested classes not.
    pub(super) uses_super: bool,
    /// Names `super` in this very scope.
    pub(super) names_super: bool,
    /// A lambda anywhere inside.
    pub(super) has_lambda: bool,
    /// A generator expression anywhere inside.
    pub(super) has_generator: bool,
    /// Attributes of a variable `self` that are assigned in this very scope.
    pub(super) self_attributes: Vec<&'a str>,
    /// Likewise, in functions inside.
    pub(super) inner_self_attributes: Vec<&'a str>,
}

impl<'a> Frame<'a> {
    fn new(kind: FrameKind) -> Self {
        Self {
            kind,
            loads: Vec::new(),
            stores: Vec::new(),
            walrus: Vec::new(),
            deletes: Vec::new(),
            globals: Vec::new(),
            nonlocals: Vec::new(),
            all_globals: Vec::new(),
            star: false,
            yields: false,
            uses_super: false,
            names_super: false,
            has_lambda: false,
            has_generator: false,
            self_attributes: Vec::new(),
            inner_self_attributes: Vec::new(),
        }
    }

    /// All names read, without duplicates, in order.
    pub(super) fn reads(&self) -> Vec<String> {
        unique(self.loads.iter().map(|load| &load.name))
    }

    /// Those of them that only functions inside read, when they are called.
    pub(super) fn reads_later(&self) -> Vec<String> {
        let is_at_once = |load: &Load| {
            let mut loads = self.loads.iter();
            loads.any(|other| other.name == load.name && !other.is_later)
        };
        let later = self.loads.iter().filter(|load| load.is_later && !is_at_once(load));
        unique(later.map(|load| &load.name))
    }
}

/// The names as text, each once, in order of first occurrence.
pub(super) fn unique<'n, 'a: 'n>(names: impl IntoIterator<Item = &'n Name<'a>>) -> Vec<String> {
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    names
        .into_iter()
        .map(|name| name.as_ref())
        .filter(|name| seen.insert(name))
        .map(str::to_owned)
        .collect()
}

/// The stack of frames.
#[derive(Debug)]
pub(super) struct Names<'a> {
    frames: Vec<Frame<'a>>,
    /// Classes around the present place, innermost last; for mangling.
    classes: Vec<&'a str>,
}

impl<'a> Names<'a> {
    /// With the module's frame.
    pub(super) fn new() -> Self {
        Self {
            frames: vec![Frame::new(FrameKind::Open)],
            classes: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, kind: FrameKind) {
        self.frames.push(Frame::new(kind));
    }

    pub(super) fn enter_class(&mut self, name: &'a str) {
        self.classes.push(name);
        self.push(FrameKind::Class);
    }

    pub(super) fn leave_class(&mut self) -> Frame<'a> {
        let frame = self.pop();
        self.classes.pop();
        frame
    }

    /// The frame of the present place.
    pub(super) fn top(&mut self) -> &mut Frame<'a> {
        self.frames.last_mut().expect("the module's frame is never popped")
    }

    /// The name as Python sees it here.
    pub(super) fn mangled(&self, name: &'a str) -> Name<'a> {
        match self.classes.last() {
            Some(class) => mangle(class, name),
            None => Cow::Borrowed(name),
        }
    }

    pub(super) fn load(&mut self, name: &'a str) {
        let mangled = self.mangled(name);
        self.notice(name);
        self.top().loads.push(Load {
            name: mangled,
            is_nested: false,
            is_later: false,
        });
    }

    pub(super) fn store(&mut self, name: &'a str) {
        let mangled = self.mangled(name);
        self.notice(name);
        self.top().stores.push(mangled);
    }

    /// `name := ...`: inside a comprehension it binds in the scope around it.
    pub(super) fn store_walrus(&mut self, name: &'a str) {
        let mangled = self.mangled(name);
        self.notice(name);
        self.top().walrus.push(mangled);
    }

    pub(super) fn delete(&mut self, name: &'a str) {
        let mangled = self.mangled(name);
        self.top().deletes.push(mangled);
    }

    pub(super) fn global(&mut self, name: &'a str) {
        let mangled = self.mangled(name);
        self.top().globals.push(mangled.clone());
        self.top().all_globals.push(mangled);
    }

    pub(super) fn nonlocal(&mut self, name: &'a str) {
        let mangled = self.mangled(name);
        self.top().nonlocals.push(mangled);
    }

    fn notice(&mut self, name: &str) {
        let top = self.top();
        match name {
            "super" => {
                top.uses_super = true;
                top.names_super = true;
            }
            "__class__" => top.uses_super = true,
            _ => {}
        }
    }

    /// Closes a frame and hands on to the one around it what is not its own. The answer's [`reads`](Frame::reads) are
    /// what it handed on; the rest of it is as it was collected.
    pub(super) fn pop(&mut self) -> Frame<'a> {
        let mut frame = self.frames.pop().expect("push and pop come in pairs");
        let kind = frame.kind;
        if !matches!(kind, FrameKind::Comprehension { .. }) {
            frame.stores.append(&mut frame.walrus);
        }
        if kind != FrameKind::Open {
            frame.keep_free();
        }
        let around = self.top();
        around.has_lambda |= frame.has_lambda;
        around.has_generator |= frame.has_generator;
        around.all_globals.extend(frame.all_globals.iter().cloned());
        let is_open = kind == FrameKind::Open;
        around.loads.extend(frame.loads.iter().map(|load| Load {
            name: load.name.clone(),
            is_nested: load.is_nested || !is_open,
            is_later: load.is_later || kind == FrameKind::Function,
        }));
        let inner = match kind {
            FrameKind::Open => {
                around.self_attributes.extend(&frame.self_attributes);
                &[]
            }
            _ => frame.self_attributes.as_slice(),
        };
        if kind != FrameKind::Class {
            around.inner_self_attributes.extend(inner);
            around.inner_self_attributes.extend(&frame.inner_self_attributes);
        }
        match kind {
            FrameKind::Open => {
                around.stores.extend(frame.stores.iter().cloned());
                around.deletes.extend(frame.deletes.iter().cloned());
                around.globals.extend(frame.globals.iter().cloned());
                around.nonlocals.extend(frame.nonlocals.iter().cloned());
                around.star |= frame.star;
                around.yields |= frame.yields;
                around.uses_super |= frame.uses_super;
                around.names_super |= frame.names_super;
            }
            FrameKind::Comprehension { is_generator } => {
                around.walrus.append(&mut frame.walrus);
                around.uses_super |= frame.uses_super;
                around.names_super |= frame.names_super && !is_generator;
            }
            FrameKind::Function => around.uses_super |= frame.uses_super,
            FrameKind::Class => {}
        }
        frame
    }

    /// Closes a frame and forgets what it saw.
    pub(super) fn discard(&mut self) {
        self.frames.pop();
    }

    /// Takes the top frame off for a while: what comes now is seen by the scope around it.
    pub(super) fn suspend(&mut self) -> Frame<'a> {
        self.frames.pop().expect("a frame is suspended after it was pushed")
    }

    pub(super) fn resume(&mut self, frame: Frame<'a>) {
        self.frames.push(frame);
    }

    /// Is the name declared `global` in the scope of the present place?
    pub(super) fn is_global(&self, name: &str) -> bool {
        for frame in self.frames.iter().rev() {
            if frame.globals.iter().any(|global| global == name) {
                return true;
            }
            if frame.kind != FrameKind::Open {
                break;
            }
        }
        false
    }
}

impl Frame<'_> {
    /// Drops the loads that the scope's own names answer, and duplicates.
    fn keep_free(&mut self) {
        let own: FxHashSet<&str> = self
            .stores
            .iter()
            .chain(&self.deletes)
            .map(|name| name.as_ref())
            .filter(|name| !self.globals.iter().chain(&self.nonlocals).any(|outer| outer == name))
            .collect();
        let class = self.kind == FrameKind::Class;
        let mut seen: FxHashSet<(&str, bool)> = FxHashSet::default();
        let free: Vec<bool> = self
            .loads
            .iter()
            .map(|load| {
                let is_own = own.contains(load.name.as_ref()) && !(class && load.is_nested);
                !is_own && seen.insert((load.name.as_ref(), load.is_later))
            })
            .collect();
        let mut keep = free.into_iter();
        self.loads.retain(|_| keep.next().unwrap_or(true));
    }
}

#[cfg(test)]
mod tests {
    use super::mangle;

    #[test]
    fn private_names_are_mangled_as_python_does() {
        for (class, name, expected) in [
            ("C", "__x", "_C__x"),
            ("_C", "__x", "_C__x"),
            ("__", "__x", "__x"),
            ("C", "__x__", "__x__"),
            ("C", "_x", "_x"),
            ("C", "__", "__"),
        ] {
            assert_eq!(mangle(class, name), expected, "{name} in {class}");
        }
    }
}
