//! What the patch stage tells plugins of an edit.

use jurigged_abi::{ClassEdit, EditKind};
use jurigged_runtime::Handle;

/// One edit of one live function or class, as the patch stage tells it.
#[derive(Clone, Debug)]
pub struct LiveEdit {
    /// Module and dotted path.
    pub name: String,
    /// The source file, as in `co_filename`.
    pub file: String,
    /// What changed.
    pub kind: EditKind,
    /// Is this an undo or a revert? Then `old_code` and `new_code` are exchanged.
    pub reverted: bool,
    /// The inner function, or the class.
    pub function: Handle,
    /// What the name is bound to, below built-in descriptors; the function itself if nothing wraps it.
    pub bound: Handle,
    /// `None` for a class.
    pub old_code: Option<Handle>,
    /// `None` for a class or a deletion.
    pub new_code: Option<Handle>,
    /// The decorators as the source writes them, without `@`; calls may be left in.
    pub decorators: Vec<String>,
    /// The namespace in which the decorators' names are looked up, to learn what they really are.
    pub namespace: Option<Handle>,
    /// What a save changes of a class that may be made again.
    pub class: Option<ClassEdit>,
    /// What was made aside of it.
    pub made: Option<Handle>,
    /// The decorator that its claim asks for.
    pub decorator: Option<Handle>,
}
