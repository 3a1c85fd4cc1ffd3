//! Making live objects agree with new code.

use crate::{Interest, Live, Object, Result};

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
}

/// One edit of one live function or class.
#[derive(Clone, Debug)]
pub struct Edit<'t> {
    data: EditData,
    function: Object<'t>,
    bound: Object<'t>,
    old_code: Option<Object<'t>>,
    new_code: Option<Object<'t>>,
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
