//! Making live objects agree with new code.

use crate::{Claim, ClassEdit, Interest, Live, Object, Result};

/// Makes what was derived from a function or class agree with its new code: caches, compiled versions, registries.
///
/// The host commits between [`prepare`](Self::prepare) and [`settle`](Self::settle); no plugin code runs meanwhile.
pub trait Conformer: Send + Sync + 'static {
    /// Which edits to show to the other methods.
    fn interest(&self) -> Interest;

    /// Before the commit: read, run Python on scratch objects, add steps, or refuse the edit. It runs again when another
    /// thread changed a value that a step replaces.
    ///
    /// # Errors
    /// [`Refuse`](crate::PluginError::Refuse) refuses the edit and those that need it; so does any other error, which
    /// also names the plugin.
    fn prepare<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        let _ = (edit, live, change);
        Ok(())
    }

    /// After the commit: run any Python. Not undone: after an undo or a revert it runs again, with old and new exchanged
    /// and [`Edit::reverted`] true, so it must be repeatable.
    ///
    /// # Errors
    /// The edit stays; its target is listed as stale, with the plugin named.
    fn settle<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result {
        let _ = (edit, live);
        Ok(())
    }

    /// After everything: look at what was applied.
    fn notify(&self, applied: &Applied) {
        let _ = applied;
    }

    /// Is this a class whose making you know? Then the statements of its body do not run in the live class; they are
    /// left to [`remake`](Self::remake). The first conformer that answers with a claim makes the class. Since ABI 1.2.
    ///
    /// Asked of a class whose body or header a save changes, before anything of the save is live; [`Edit::class`] says
    /// what changed. Asked again after the commit where nobody claimed a class that gets other decorators, since the
    /// save may only have imported them.
    ///
    /// # Errors
    /// [`Refuse`](crate::PluginError::Refuse): the class keeps its old definition, methods included. The first line of
    /// the reason says why, a second one what the user can do.
    fn claim<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result<Option<Claim>> {
        let _ = (edit, live);
        Ok(None)
    }

    /// Makes the live class, which stays the same object, follow its changed body: add steps, best by
    /// [`Change::adopt`]. Since ABI 1.2.
    ///
    /// Called for a class with a claim, after the functions and statements of the save are live, because making a class
    /// can call them. The steps are committed at once, and taken back with the whole save if something of it fails.
    /// Classes that inherit from the class are shown next ([`ClassEdit::inherited`]), bases first, each after it was
    /// claimed.
    ///
    /// # Errors
    /// [`Refuse`](crate::PluginError::Refuse): what is made from the body stays as it was, and the reason is reported;
    /// its first line says why, a second one what the user can do. What Python raises undoes the whole save.
    fn remake<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        let _ = (edit, live, change);
        Ok(())
    }

    /// Takes away what making the class gave to it, which the new text does not ask for any more
    /// ([`Claim::ends`]). Otherwise as [`remake`](Self::remake). Since ABI 1.2.
    ///
    /// # Errors
    /// As [`remake`](Self::remake).
    fn unmake<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        let _ = (edit, live, change);
        Ok(())
    }
}

/// What kind of change an edit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EditKind {
    /// The body of a function or method.
    Body,
    /// Parameters, defaults, annotations, docstring or type parameters, perhaps the body too.
    Signature,
    /// A class: its attributes, methods or bases.
    Class,
    /// Lines moved, nothing else; shown only to those who ask by [`Interest::with_positions`].
    Lines,
    /// The definition is gone from the file.
    Deleted,
    /// A kind that this version of the interface does not know.
    Other,
}

impl EditKind {
    /// The word for it: `body`, `signature`, `class`, `lines`, `deleted`, `other`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Signature => "signature",
            Self::Class => "class",
            Self::Lines => "lines",
            Self::Deleted => "deleted",
            Self::Other => "other",
        }
    }

    /// The kind of a word; [`Other`](Self::Other) for one that a newer host invented.
    pub fn from_word(word: &str) -> Self {
        match word {
            "body" => Self::Body,
            "signature" => Self::Signature,
            "class" => Self::Class,
            "lines" => Self::Lines,
            "deleted" => Self::Deleted,
            _ => Self::Other,
        }
    }
}

/// One edit as data, with objects as raw numbers; what the host fills in to make an [`Edit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditData {
    /// The live function or class.
    pub function: u64,
    /// What the name is bound to.
    pub bound: u64,
    /// The code object before the edit.
    pub old_code: Option<u64>,
    /// The code object after the edit.
    pub new_code: Option<u64>,
    /// Module and dotted path.
    pub name: String,
    /// The file, as in `co_filename`.
    pub file: String,
    /// What changed.
    pub kind: EditKind,
    /// Is this an undo or a revert?
    pub reverted: bool,
    /// See [`Edit::class`].
    pub class: Option<ClassEdit>,
    /// See [`Edit::made`].
    pub made: Option<u64>,
    /// See [`Edit::decorator`].
    pub decorator: Option<u64>,
}

/// One edit of one live function or class.
#[derive(Clone, Debug)]
pub struct Edit<'t> {
    data: EditData,
    function: Object<'t>,
    bound: Object<'t>,
    old_code: Option<Object<'t>>,
    new_code: Option<Object<'t>>,
    made: Option<Object<'t>>,
    decorator: Option<Object<'t>>,
}

impl<'t> Edit<'t> {
    /// The edit that the data describes, in the transaction of `live`.
    pub fn new(data: EditData, live: &Live<'t>) -> Self {
        let of = |number| live.object(number);
        Self {
            function: of(data.function),
            bound: of(data.bound),
            old_code: data.old_code.map(of),
            new_code: data.new_code.map(of),
            made: data.made.map(of),
            decorator: data.decorator.map(of),
            data,
        }
    }

    /// The live inner function whose code changes (after the commit: has changed), or the class.
    pub fn function(&self) -> Object<'t> {
        self.function
    }

    /// The object that the name is bound to, such as the `lru_cache` wrapper; the function itself if nothing wraps it.
    /// `staticmethod`, `classmethod` and `property` are looked through.
    pub fn bound(&self) -> Object<'t> {
        self.bound
    }

    /// The code object before the edit; `None` for a class.
    pub fn old_code(&self) -> Option<Object<'t>> {
        self.old_code
    }

    /// The code object after the edit; `None` for a class or a deletion.
    pub fn new_code(&self) -> Option<Object<'t>> {
        self.new_code
    }

    /// Module and dotted path: `shop.cart.Cart.total`.
    pub fn name(&self) -> &str {
        &self.data.name
    }

    /// The source file, as in `co_filename`.
    pub fn file(&self) -> &str {
        &self.data.file
    }

    /// What changed.
    pub fn kind(&self) -> EditKind {
        self.data.kind
    }

    /// Is this an undo or a revert? Then old and new are exchanged.
    pub fn reverted(&self) -> bool {
        self.data.reverted
    }

    /// What a save changes of a class; in [`claim`](Conformer::claim), [`remake`](Conformer::remake) and
    /// [`unmake`](Conformer::unmake) only. Since ABI 1.2.
    pub fn class(&self) -> Option<&ClassEdit> {
        self.data.class.as_ref()
    }

    /// What the changed body gives, made aside: a dict or another class, as [`Claim::aside`] asked. In
    /// [`remake`](Conformer::remake) of a class whose own text changed. Since ABI 1.2.
    pub fn made(&self) -> Option<Object<'t>> {
        self.made
    }

    /// The decorator that [`Claim::decorator`] names, evaluated; `None` where the new text has no such one. In
    /// [`remake`](Conformer::remake). Since ABI 1.2.
    pub fn decorator(&self) -> Option<Object<'t>> {
        self.decorator
    }
}

/// The steps that a [`Conformer`] asks the host to take inside the commit.
///
/// Each carries the value that it expects to replace: if another thread changed it meanwhile, the commit is taken back
/// and [`Conformer::prepare`] runs again; and undo is exact.
#[derive(Debug, Default)]
pub struct Change<'t> {
    steps: Vec<Step<'t>>,
    settle_once: Option<String>,
}

/// One step of a commit.
#[derive(Clone, Debug)]
pub enum Step<'t> {
    /// `object.name = new`, or its deletion. `None` means absent.
    Attribute {
        object: Object<'t>,
        name: String,
        expected: Option<Object<'t>>,
        new: Option<Object<'t>>,
    },
    /// `container[key] = new`.
    Item {
        container: Object<'t>,
        key: Object<'t>,
        expected: Object<'t>,
        new: Object<'t>,
    },
    /// `function.__code__ = new`.
    Code {
        function: Object<'t>,
        expected: Object<'t>,
        new: Object<'t>,
    },
    /// `dict[name] = new`, or its deletion. `None` means absent.
    Entry {
        dict: Object<'t>,
        name: String,
        expected: Option<Object<'t>>,
        new: Option<Object<'t>>,
    },
    /// See [`Change::adopt`].
    Adopt {
        class: Object<'t>,
        made: Object<'t>,
        name: String,
    },
    /// See [`Change::cells`].
    Cells { class: Object<'t>, made: Object<'t> },
    /// See [`Change::note`].
    Note { what: String, why: String, help: String },
}

impl<'t> Change<'t> {
    /// `object.name = new`, where it is `expected` now (`None`: it has no such attribute).
    pub fn set_attr(&mut self, object: Object<'t>, name: &str, expected: Option<Object<'t>>, new: Object<'t>) {
        self.steps.push(Step::Attribute {
            object,
            name: name.into(),
            expected,
            new: Some(new),
        });
    }

    /// `del object.name`, where it is `expected` now.
    pub fn del_attr(&mut self, object: Object<'t>, name: &str, expected: Object<'t>) {
        self.steps.push(Step::Attribute {
            object,
            name: name.into(),
            expected: Some(expected),
            new: None,
        });
    }

    /// `container[key] = new`, where it is `expected` now.
    pub fn set_item(&mut self, container: Object<'t>, key: Object<'t>, expected: Object<'t>, new: Object<'t>) {
        self.steps.push(Step::Item {
            container,
            key,
            expected,
            new,
        });
    }

    /// `function.__code__ = new`, where it is `expected` now. Both must have the same `co_freevars`.
    pub fn swap_code(&mut self, function: Object<'t>, expected: Object<'t>, new: Object<'t>) {
        self.steps.push(Step::Code {
            function,
            expected,
            new,
        });
    }

    /// `dict[name] = new`, or `del dict[name]` (`new` is `None`), where it is `expected` now (`None`: it has no such key).
    /// With the `__dict__` of an instance this goes past a `__setattr__` of its class. Since ABI 1.2.
    pub fn set_entry(&mut self, dict: Object<'t>, name: &str, expected: Option<Object<'t>>, new: Option<Object<'t>>) {
        self.steps.push(Step::Entry {
            dict,
            name: name.into(),
            expected,
            new,
        });
    }

    /// In `remake`: the live class gets the attribute as the class made aside has it in its own `__dict__`, or loses it.
    /// A generated function stays the same object and gets the new code, for who holds it; cells that hold the class
    /// made aside (`__class__` of methods) hold the live one. Since ABI 1.2.
    pub fn adopt(&mut self, class: Object<'t>, made: Object<'t>, name: &str) {
        self.steps.push(Step::Adopt {
            class,
            made,
            name: name.into(),
        });
    }

    /// In `remake`: in everything that the steps give to the live class, cells that hold the class made aside hold the
    /// live one. [`adopt`](Self::adopt) does so by itself. Since ABI 1.2.
    pub fn cells(&mut self, class: Object<'t>, made: Object<'t>) {
        self.steps.push(Step::Cells { class, made });
    }

    /// In `remake`: the report says that something could not follow: what, why, and what the user can do. Since ABI 1.2.
    pub fn note(&mut self, what: impl Into<String>, why: impl Into<String>, help: impl Into<String>) {
        self.steps.push(Step::Note {
            what: what.into(),
            why: why.into(),
            help: help.into(),
        });
    }

    /// Merges work that many edits ask for: of all edits of a save that give the same key, `settle` runs for the first.
    pub fn settle_once(&mut self, key: impl Into<String>) {
        self.settle_once = Some(key.into());
    }

    /// The steps, in order, and the key of [`settle_once`](Self::settle_once).
    pub fn into_parts(self) -> (Vec<Step<'t>>, Option<String>) {
        (self.steps, self.settle_once)
    }
}

/// What a save did, when all is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// The revision that now runs.
    pub revision: u64,
    /// The edits that were applied.
    pub edits: Vec<AppliedEdit>,
}

impl Applied {
    /// These edits made this revision.
    pub fn new(revision: u64, edits: Vec<AppliedEdit>) -> Self {
        Self { revision, edits }
    }
}

/// One edit that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedEdit {
    /// Module and dotted path.
    pub name: String,
    /// The source file, as in `co_filename`.
    pub file: String,
    /// What changed.
    pub kind: EditKind,
}
