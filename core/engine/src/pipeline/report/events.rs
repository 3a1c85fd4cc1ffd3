//! One line for each applied operation, in the shape of jurigged 0.6.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::diagnostic::shown_path;
use crate::pipeline::edit_plan::{Action, EditCode, Operation};
use crate::pipeline::patch::Followed;

/// What happened to a definition or a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// A file is watched.
    Watch,
    /// New code in an old object.
    Update,
    /// A new definition.
    Add,
    /// A name is gone.
    Delete,
    /// A definition has another name.
    Rename,
    /// A definition is in another scope.
    Move,
    /// A statement was run.
    Run,
    /// An activation finishes with its old code.
    Running,
}

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// What.
    pub verb: Verb,
    /// The row of the table of edits; `None` for [`Verb::Watch`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<EditCode>,
    /// Module and path, such as `shop.cart.Cart.total`; the file for [`Verb::Watch`].
    pub name: String,
    /// Of [`Verb::Rename`] and [`Verb::Move`]: the new name, with its module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// First line of a statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The module that it happened in; empty for [`Verb::Watch`].
    #[serde(skip)]
    pub module: String,
    /// Its file, where that is known.
    #[serde(skip)]
    pub file: Option<PathBuf>,
}

impl Event {
    /// The same, with its file.
    pub fn in_file(self, path: &Path) -> Self {
        Self {
            file: Some(path.to_owned()),
            ..self
        }
    }

    /// The path of the definition in its module, such as `Cart.total`; empty for the module itself.
    pub fn qualname(&self) -> &str {
        let path = self.name.strip_prefix(self.module.as_str());
        path.map_or("", |path| path.trim_start_matches('.'))
    }

    /// A file is watched.
    pub fn watch(path: &Path) -> Self {
        Self {
            verb: Verb::Watch,
            edit: None,
            name: path.display().to_string(),
            to: None,
            line: None,
            text: None,
            module: String::new(),
            file: Some(path.to_owned()),
        }
    }

    /// The event of an applied operation; `None` for those that nobody needs to hear of.
    pub fn of(module: &str, operation: &Operation) -> Option<Self> {
        if let Action::Run(statement) = &operation.action
            && let Some(origin) = &statement.origin
        {
            return Some(Self {
                verb: Verb::Move,
                edit: Some(operation.edit),
                name: dotted(&origin.module, &operation.name),
                to: Some(dotted(module, &operation.name)),
                line: Some(operation.line),
                text: None,
                module: origin.module.clone(),
                file: None,
            });
        }
        let (verb, text) = match &operation.action {
            Action::Update(update) if update.positions_only => return None,
            Action::Update(_) | Action::Remake(_) => (Verb::Update, None),
            Action::Run(statement) if statement.is_definition => (Verb::Add, None),
            Action::Run(_) | Action::Choose { .. } => (Verb::Run, Some(operation.summary.clone())),
            // What has moved is said where it arrives.
            Action::Unbind { names, .. } if names.is_empty() || operation.edit == EditCode::Move => return None,
            Action::Unbind { names, .. } => {
                let is_definition = matches!(operation.edit, EditCode::Delete | EditCode::ClsMethod);
                return Some(Self {
                    verb: Verb::Delete,
                    edit: Some(operation.edit),
                    name: if is_definition {
                        dotted(module, &operation.name)
                    } else {
                        dotted(&dotted(module, &operation.name), &names.join(", "))
                    },
                    to: None,
                    line: Some(operation.line),
                    text: None,
                    module: module.to_owned(),
                    file: None,
                });
            }
            Action::Unstar(_) => {
                return Some(Self {
                    verb: Verb::Delete,
                    edit: Some(operation.edit),
                    name: dotted(module, "*"),
                    to: None,
                    line: Some(operation.line),
                    text: None,
                    module: module.to_owned(),
                    file: None,
                });
            }
            Action::Rename(rename) => {
                return Some(Self {
                    verb: match operation.edit {
                        EditCode::Move => Verb::Move,
                        _ => Verb::Rename,
                    },
                    edit: Some(operation.edit),
                    name: dotted(module, &rename.path.from),
                    to: Some(dotted(module, &rename.path.to)),
                    line: Some(operation.line),
                    text: None,
                    module: module.to_owned(),
                    file: None,
                });
            }
            Action::Refuse(_) => return None,
        };
        Some(Self {
            verb,
            edit: Some(operation.edit),
            name: dotted(module, &operation.name),
            to: None,
            line: Some(operation.line),
            text,
            module: module.to_owned(),
            file: None,
        })
    }

    /// Something followed from a name with another value.
    pub fn followed(followed: &Followed) -> Self {
        let (verb, name, text) = match &followed.function {
            Some(function) => (Verb::Update, dotted(&followed.module, function), None),
            None => (Verb::Run, followed.module.clone(), Some(followed.text.clone())),
        };
        Self {
            verb,
            edit: Some(EditCode::Constant),
            name,
            line: Some(followed.line),
            text,
            to: None,
            module: followed.module.clone(),
            file: None,
        }
    }

    /// A call in flight.
    pub fn running(module: &str, operation: &Operation, line: u32) -> Self {
        Self {
            verb: Verb::Running,
            edit: Some(operation.edit),
            name: dotted(module, &operation.name),
            to: None,
            line: Some(line),
            text: None,
            module: module.to_owned(),
            file: None,
        }
    }
}

fn dotted(module: &str, path: &str) -> String {
    if path.is_empty() {
        module.to_owned()
    } else {
        format!("{module}.{path}")
    }
}

impl std::fmt::Display for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verb = match self.verb {
            Verb::Watch => return write!(f, "Watch {}", shown_path(self.name.as_ref())),
            Verb::Update => "Update",
            Verb::Add => "Add",
            Verb::Delete => "Delete",
            Verb::Rename => "Rename",
            Verb::Move => "Move",
            Verb::Run => "Run",
            Verb::Running => {
                let line = self.line.unwrap_or(0);
                return write!(
                    f,
                    "Running {} @L{line}: this call finishes with its old code",
                    self.name
                );
            }
        };
        write!(f, "{verb} {}", self.name)?;
        if let Some(to) = &self.to {
            write!(f, " -> {to}")?;
        }
        if let Some(line) = self.line {
            write!(f, " @L{line}")?;
        }
        if let Some(text) = &self.text {
            write!(f, ": {text}")?;
        }
        Ok(())
    }
}
