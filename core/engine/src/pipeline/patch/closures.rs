//! Cells for live functions whose new code reads other variables of the scopes around it than the old code did.
//!
//! A cell belongs to one call of the function that owns the variable. It is taken only from where that call is proved:
//! from the function itself, or from another live closure, or a frame, that shares a cell of the same call, or of one
//! inside it, with it, or from the frame whose own variable, bound by the `def` alone, leads to it. Values are never looked
//! up by name elsewhere: a second call of the outer function has variables of the same names.

use std::cell::OnceCell;

use jurigged_runtime::{Handle, Interpreter, ObjectKind, Swap};
use rustc_hash::{FxHashMap, FxHashSet};

use super::functions::names;
use crate::pipeline::definitions::DefinitionId;
use crate::pipeline::locate::{CodeTarget, constants, leads_to, name_of};

/// Where a function keeps the cells that an edit took from it, by variable: `(name of the owner, cell)`. On the function
/// itself, so that they die with it.
pub const LOST_CELLS: &str = "__jurigged_cells__";

/// The variable behind `super()` and `__class__` (PEP 3135).
const CLASS: &str = "__class__";

/// The scopes around the functions of one edit, as they were and as they will be.
pub struct Surroundings<'a> {
    interpreter: &'a dyn Interpreter,
    targets: &'a [CodeTarget],
    new_codes: &'a FxHashMap<DefinitionId, Handle>,
    /// The class around the outermost definition.
    class: Option<Handle>,
    /// The outermost definition stood in another class, or in none.
    has_moved: bool,
    old: CodeTree,
    new: CodeTree,
    /// The old code objects of the new ones.
    old_of: FxHashMap<Handle, Handle>,
    /// See [`UpdateCode::bound_once`](crate::pipeline::edit_plan::UpdateCode::bound_once).
    bound_once: &'a [DefinitionId],
    near: OnceCell<Vec<Closure>>,
    everywhere: OnceCell<Vec<Closure>>,
    in_frames: OnceCell<Vec<Frame>>,
    classes: OnceCell<FxHashMap<String, Vec<Handle>>>,
}

/// A call that runs, or waits to go on.
struct Frame {
    closure: Closure,
    /// Its other variables.
    locals: Vec<(String, Handle)>,
}

/// A live function, or a frame of one, with its cells.
struct Closure {
    /// The code object of its definition in the old tree.
    code: Handle,
    cells: FxHashMap<String, Handle>,
}

impl<'a> Surroundings<'a> {
    /// `class`: the class around the outermost definition, at module level or in classes only. `has_moved`: it is another
    /// one than before.
    pub fn of(
        interpreter: &'a dyn Interpreter,
        targets: &'a [CodeTarget],
        new_codes: &'a FxHashMap<DefinitionId, Handle>,
        (class, has_moved): (Option<Handle>, bool),
        bound_once: &'a [DefinitionId],
    ) -> Self {
        let mut old = CodeTree::default();
        let mut new = CodeTree::default();
        let mut old_of = FxHashMap::default();
        for target in targets {
            old.add(interpreter, target.code);
            if let Some(&code) = new_codes.get(&target.new) {
                new.add(interpreter, code);
                // The first target of a definition is the one that its text stands for.
                old_of.entry(code).or_insert(target.code);
            }
        }
        Self {
            interpreter,
            targets,
            new_codes,
            class,
            has_moved,
            old,
            new,
            old_of,
            bound_once,
            near: OnceCell::new(),
            everywhere: OnceCell::new(),
            in_frames: OnceCell::new(),
            classes: OnceCell::new(),
        }
    }

    /// The swaps that give a function, which runs the code of `target`, the cells that `new_code` wants.
    ///
    /// # Errors
    /// The variables that have no value any more.
    pub fn closure_swaps(
        &self,
        function: Handle,
        target: &CodeTarget,
        new_code: Handle,
    ) -> Result<Vec<Swap>, Vec<String>> {
        let mut own = cells_of(self.interpreter, function, target.code);
        if self.has_moved {
            own.remove(CLASS);
        }
        let lost = lost_cells(self.interpreter, function);
        for (name, (owner, cell)) in &lost {
            let now = self.new.owner(self.interpreter, new_code, name);
            if now.is_none_or(|now| name_of(self.interpreter, now) == *owner) {
                own.entry(name.clone()).or_insert(*cell);
            }
        }
        let cells = self.cells(function, target, &own, new_code)?;
        let names = names(self.interpreter, new_code, "co_freevars");
        let before = attribute_of_kind(self.interpreter, function, LOST_CELLS, ObjectKind::Dict);
        let kept = self.interpreter.new_dict();
        let mut is_kept = false;
        for (name, cell) in own.iter().filter(|(name, _)| *name != CLASS && !names.contains(name)) {
            let owner = match self.old_of.get(&new_code) {
                Some(code) if !lost.contains_key(name) => self.old.owner(self.interpreter, *code, name),
                _ => None,
            };
            let owner = owner.map(|owner| name_of(self.interpreter, owner));
            let Some(owner) = owner.or_else(|| Some(lost.get(name)?.0.clone())) else {
                continue;
            };
            let entry = [self.interpreter.new_text(&owner), *cell];
            self.interpreter
                .set_entry(kept, name, self.interpreter.new_tuple(&entry));
            is_kept = true;
        }
        let mut swaps = Vec::new();
        if is_kept || before.is_some() {
            swaps.push(Swap::Attribute {
                object: function,
                name: LOST_CELLS.to_owned(),
                expected: before,
                new: is_kept.then_some(kept),
            });
        }
        // Last: the code has to follow at once.
        swaps.push(Swap::Closure {
            function,
            expected: attribute_of_kind(self.interpreter, function, "__closure__", ObjectKind::Tuple),
            new: (!cells.is_empty()).then(|| self.interpreter.new_tuple(&cells)),
        });
        Ok(swaps)
    }

    fn cells(
        &self,
        function: Handle,
        target: &CodeTarget,
        own: &FxHashMap<String, Handle>,
        new_code: Handle,
    ) -> Result<Vec<Handle>, Vec<String>> {
        let mut gone = Vec::new();
        let mut cells = Vec::new();
        for name in names(self.interpreter, new_code, "co_freevars") {
            let cell = own.get(&name).copied().or_else(|| match name.as_str() {
                CLASS => self.class_cell(function, own, new_code),
                name => {
                    let shared = self.sibling_cell(name, own, new_code);
                    shared.or_else(|| self.cell_of_maker(name, function, target, new_code))
                }
            });
            match cell {
                Some(cell) => cells.push(cell),
                None => gone.push(name),
            }
        }
        if gone.is_empty() { Ok(cells) } else { Err(gone) }
    }

    /// The cell of a variable in a closure or a frame of the same call.
    fn sibling_cell(&self, name: &str, own: &FxHashMap<String, Handle>, new_code: Handle) -> Option<Handle> {
        let owner = self.new.owner(self.interpreter, new_code, name)?;
        let owner = *self.old_of.get(&owner)?;
        let code = *self.old_of.get(&new_code)?;
        let proofs: FxHashSet<Handle> = own
            .iter()
            .filter(|(shared, _)| {
                let theirs = self.old.owner(self.interpreter, code, shared);
                theirs.is_some_and(|theirs| self.old.is_inside(theirs, owner))
            })
            .map(|(_, cell)| *cell)
            .collect();
        if proofs.is_empty() {
            return None;
        }
        let find = |closure: &Closure| {
            let cell = self.cell_of_owner(closure, name, owner)?;
            closure.cells.values().any(|cell| proofs.contains(cell)).then_some(cell)
        };
        let near = self.near.get_or_init(|| self.closures_near());
        let everywhere = || self.everywhere.get_or_init(|| self.closures_everywhere());
        let found = near.iter().find_map(find);
        let found = found.or_else(|| everywhere().iter().find_map(find));
        found.or_else(|| self.frames().iter().map(|frame| &frame.closure).find_map(find))
    }

    /// The cell of a variable that a function does not share yet, in the call that has made it: the one whose variable of
    /// its name leads to it, where nothing but its `def` binds that name.
    fn cell_of_maker(&self, name: &str, function: Handle, target: &CodeTarget, new_code: Handle) -> Option<Handle> {
        if !self.bound_once.contains(&target.new) {
            return None;
        }
        let (around, _) = target.parent?;
        let owner = *self.old_of.get(&self.new.owner(self.interpreter, new_code, name)?)?;
        let own_name = name_of(self.interpreter, target.code);
        let content = |cell: Handle| self.interpreter.attribute(cell, "cell_contents").ok().flatten();
        let holds = |frame: &&Frame| {
            let cell = frame.closure.cells.get(&own_name).and_then(|cell| content(*cell));
            let mut locals = frame.locals.iter();
            frame.closure.code == around
                && (cell == Some(function) || locals.any(|(name, value)| *name == own_name && *value == function))
        };
        let maker = self.frames().iter().find(holds)?;
        self.cell_of_owner(&maker.closure, name, owner)
    }

    /// The cell of a variable of `owner`, if the function or frame has it.
    fn cell_of_owner(&self, closure: &Closure, name: &str, owner: Handle) -> Option<Handle> {
        let cell = *closure.cells.get(name)?;
        let is_meant = closure.code == owner || self.old.owner(self.interpreter, closure.code, name) == Some(owner);
        is_meant.then_some(cell)
    }

    /// The live closures of the edited definitions.
    fn closures_near(&self) -> Vec<Closure> {
        let functions = self.targets.iter().flat_map(|target| {
            let with_code = |function: &Handle| (*function, target.code);
            target.functions.iter().map(with_code)
        });
        let closure = |(function, code)| Closure {
            code,
            cells: cells_of(self.interpreter, function, code),
        };
        functions.map(closure).collect()
    }

    /// The live closures of all definitions in the outer function, those included that the edit has removed: by one pass
    /// over the heap.
    fn closures_everywhere(&self) -> Vec<Closure> {
        let some_function = self.targets.iter().find_map(|target| target.functions.first());
        let Some(class) = some_function.map(|function| self.interpreter.class_of(*function)) else {
            return Vec::new();
        };
        let functions = self.interpreter.instances(class).into_iter();
        functions
            .filter_map(|function| {
                let code = self.interpreter.attribute(function, "__code__").ok().flatten()?;
                self.old.parents.contains_key(&code).then(|| Closure {
                    code,
                    cells: cells_of(self.interpreter, function, code),
                })
            })
            .collect()
    }

    /// The calls of the outer function and of all functions in it.
    fn frames(&self) -> &[Frame] {
        self.in_frames.get_or_init(|| {
            let codes: Vec<Handle> = self.old.parents.keys().copied().collect();
            let frames = self.interpreter.running_variables(&codes).into_iter();
            frames
                .map(|frame| Frame {
                    closure: Closure {
                        code: codes[frame.code],
                        cells: frame.cells.into_iter().collect(),
                    },
                    locals: frame.locals,
                })
                .collect()
        })
    }

    /// A cell that holds the class of a method, or of the method around a function.
    fn class_cell(&self, function: Handle, own: &FxHashMap<String, Handle>, new_code: Handle) -> Option<Handle> {
        if self.new.owner(self.interpreter, new_code, CLASS).is_some() {
            // A class inside a function: which one of those that its calls have made?
            return self
                .sibling_cell(CLASS, own, new_code)
                .or_else(|| Some(self.cell_of_class(self.class_that_owns(function)?)));
        }
        let is_method = |class: &Handle| {
            let outermost = self.targets.iter().filter(|target| self.is_outermost(target));
            let mut methods = outermost.flat_map(|target| &target.functions);
            methods.all(|method| owns(self.interpreter, *class, *method))
        };
        let class = self
            .class
            .filter(is_method)
            .or_else(|| self.class_that_owns(function))?;
        Some(self.cell_of_class(class))
    }

    /// Does a function with these free variables need the cell of another class?
    pub fn changes_class(&self, variables: &[String]) -> bool {
        self.has_moved && variables.iter().any(|name| name == CLASS)
    }

    /// Is this a function that the edit itself names, not one inside it?
    pub fn is_outermost(&self, target: &CodeTarget) -> bool {
        let code = self.new_codes.get(&target.new);
        code.is_some_and(|code| self.new.parents.get(code) == Some(&None))
    }

    /// The class in whose namespace a function is, by one pass over the heap for all functions.
    fn class_that_owns(&self, function: Handle) -> Option<Handle> {
        let qualified = text_of(self.interpreter, function, "__qualname__")?;
        let (class_name, _) = qualified.rsplit_once('.')?;
        let classes = self.classes.get_or_init(|| self.classes_by_name());
        let classes = classes.get(class_name)?.iter().copied();
        let mut owners = classes.filter(|class| owns(self.interpreter, *class, function));
        let owner = owners.next()?;
        // One function in two classes has the class of one of them only, and nobody knows of which.
        owners.next().is_none().then_some(owner)
    }

    /// All classes, by qualified name.
    fn classes_by_name(&self) -> FxHashMap<String, Vec<Handle>> {
        let builtins = self.interpreter.module("builtins");
        let metaclass = builtins.and_then(|builtins| self.interpreter.attribute(builtins, "type").ok().flatten());
        let classes = metaclass.map_or_else(Vec::new, |metaclass| self.interpreter.instances(metaclass));
        let mut by_name: FxHashMap<String, Vec<Handle>> = FxHashMap::default();
        for class in classes {
            if let Some(name) = text_of(self.interpreter, class, "__qualname__") {
                by_name.entry(name).or_default().push(class);
            }
        }
        by_name
    }

    /// The cell that the methods of a class share, or one like it.
    fn cell_of_class(&self, class: Handle) -> Handle {
        let methods = self.interpreter.namespace(class).into_iter();
        let methods = methods.flat_map(|namespace| self.interpreter.entries(namespace));
        let shared = methods.map(|(_, value)| value).find_map(|value| {
            if self.interpreter.kind(value) != ObjectKind::Function {
                return None;
            }
            let code = self.interpreter.attribute(value, "__code__").ok().flatten()?;
            let cell = *cells_of(self.interpreter, value, code).get(CLASS)?;
            let content = self.interpreter.attribute(cell, "cell_contents").ok().flatten();
            (content == Some(class)).then_some(cell)
        });
        shared.unwrap_or_else(|| self.interpreter.new_cell(Some(class)))
    }
}

/// Is a function, bare or wrapped, an attribute of the class's own?
fn owns(interpreter: &dyn Interpreter, class: Handle, function: Handle) -> bool {
    let Some(namespace) = interpreter.namespace(class) else {
        return false;
    };
    let by_name = text_of(interpreter, function, "__name__").and_then(|name| interpreter.entry(namespace, &name));
    if by_name.is_some_and(|value| leads_to(interpreter, value, function)) {
        return true;
    }
    let entries = interpreter.entries(namespace).into_iter();
    entries
        .map(|(_, value)| value)
        .any(|value| leads_to(interpreter, value, function))
}

/// The cells of a function by the names that its code has for them.
fn cells_of(interpreter: &dyn Interpreter, function: Handle, code: Handle) -> FxHashMap<String, Handle> {
    let cells = attribute_of_kind(interpreter, function, "__closure__", ObjectKind::Tuple)
        .and_then(|closure| interpreter.items(closure).ok())
        .unwrap_or_default();
    names(interpreter, code, "co_freevars").into_iter().zip(cells).collect()
}

/// The cells that edits took from a function, with the names of their owners.
fn lost_cells(interpreter: &dyn Interpreter, function: Handle) -> FxHashMap<String, (String, Handle)> {
    let Some(lost) = attribute_of_kind(interpreter, function, LOST_CELLS, ObjectKind::Dict) else {
        return FxHashMap::default();
    };
    let entries = interpreter.entries(lost).into_iter();
    entries
        .filter_map(|(name, entry)| match interpreter.items(entry).ok()?[..] {
            [owner, cell] if interpreter.kind(cell) == ObjectKind::Cell => {
                Some((interpreter.text(name)?, (interpreter.text(owner)?, cell)))
            }
            _ => None,
        })
        .collect()
}

fn text_of(interpreter: &dyn Interpreter, object: Handle, name: &str) -> Option<String> {
    interpreter.text(interpreter.attribute(object, name).ok().flatten()?)
}

fn attribute_of_kind(interpreter: &dyn Interpreter, object: Handle, name: &str, kind: ObjectKind) -> Option<Handle> {
    let value = interpreter.attribute(object, name).ok().flatten();
    value.filter(|value| interpreter.kind(*value) == kind)
}

/// Code objects and the code objects whose constants they are.
#[derive(Default)]
struct CodeTree {
    /// `None` for the outermost ones.
    parents: FxHashMap<Handle, Option<Handle>>,
}

impl CodeTree {
    /// Adds a code object, unless it is known as a constant of another one, and all that are nested in it.
    fn add(&mut self, interpreter: &dyn Interpreter, code: Handle) {
        if self.parents.contains_key(&code) {
            return;
        }
        self.parents.insert(code, None);
        let mut waiting = vec![code];
        while let Some(code) = waiting.pop() {
            for nested in constants(interpreter, code) {
                if interpreter.kind(nested) == ObjectKind::Code
                    && self.parents.insert(nested, Some(code)) != Some(Some(code))
                {
                    waiting.push(nested);
                }
            }
        }
    }

    /// The code around this one that makes the cell of a free variable; `None` where that is outside of the tree.
    fn owner(&self, interpreter: &dyn Interpreter, code: Handle, variable: &str) -> Option<Handle> {
        let mut around = self.parents.get(&code).copied().flatten();
        while let Some(code) = around {
            if names(interpreter, code, "co_cellvars")
                .iter()
                .any(|name| name == variable)
            {
                return Some(code);
            }
            around = self.parents.get(&code).copied().flatten();
        }
        None
    }

    /// Is a code object `outer`, or somewhere inside of it?
    fn is_inside(&self, code: Handle, outer: Handle) -> bool {
        let mut current = Some(code);
        while let Some(code) = current {
            if code == outer {
                return true;
            }
            current = self.parents.get(&code).copied().flatten();
        }
        false
    }
}
