//! The words of refusals: what cannot happen, why, and what to do.

use super::importers::Importer;
use super::{EditCode, Refusal};
use crate::diagnostic::shown_path;
use crate::pipeline::definitions::{BlockKind, DefinitionKind};

/// Something that is not applied; the old text goes on counting as live.
pub fn refusal(code: &str, message: impl Into<String>, why: impl Into<String>, help: impl Into<String>) -> Refusal {
    Refusal {
        code: code.to_owned(),
        message: message.into(),
        why: why.into(),
        help: help.into(),
        is_note: false,
        line: None,
    }
}

/// Something worth knowing about an edit that counts as live.
pub fn note(code: &str, message: impl Into<String>, why: impl Into<String>, help: impl Into<String>) -> Refusal {
    Refusal {
        is_note: true,
        ..refusal(code, message, why, help)
    }
}

pub fn class_decorators(name: &str) -> Refusal {
    refusal(
        "cls-decorators",
        format!("class `{name}` keeps its old definition"),
        "its decorators changed, and which class its name leads to is known to the program only",
        "restart the program to use the new decorators",
    )
}

pub fn class_bases(name: &str) -> Refusal {
    refusal(
        "cls-bases",
        format!("class `{name}` keeps its old definition"),
        "its bases, metaclass, keywords or type parameters changed, and which class its name leads to is \
         known to the program only",
        "restart the program to use the new bases",
    )
}

pub fn function_decorators(name: &str) -> Refusal {
    refusal(
        "fn-decorators",
        format!("`{name}` keeps its old code and decorators"),
        "its decorators changed, and other statements bind or delete the name as well, so they do not run again",
        "restart the program to apply the new decorators",
    )
}

pub fn main_block() -> Refusal {
    note(
        "main-block",
        "the main block does not run again",
        "statements under `if __name__ == \"__main__\":` run only when the program starts",
        "restart the program to run them",
    )
}

pub fn reads_its_body() -> Refusal {
    note(
        "block",
        "the loop over `reloading(...)` reads its body again",
        "the loop itself does that, before an iteration; one that has ended does not run again",
        "restart the program to run a loop that has ended",
    )
}

pub fn in_block(what: &str) -> Refusal {
    refusal(
        "block",
        format!("{what} is not run"),
        "it stands in a block (`if`, `try`, `for`, `while`, `with`, `match`) that has run already",
        "move it out of the block, or restart the program",
    )
}

/// Of an `if` or `match` whose tests change.
pub fn too_many_branches(count: usize) -> Refusal {
    refusal(
        "block",
        "the changed block is not run",
        format!("its tests changed, and between {count} branches it is not worked out what each change would undo"),
        "restart the program, or make the block smaller",
    )
}

/// In a loop, `with` or `try`, of which no part is run alone.
pub fn in_part(what: &str, kind: BlockKind) -> Refusal {
    let kind = DefinitionKind::Block(kind).as_str();
    refusal(
        "block",
        format!("{what} is not run"),
        format!("it stands in a `{kind}` that has run already, and would run as a part of it only"),
        "set `blocks = \"run\"` under `[patch]` to run changed blocks again, move it out of the block, or restart the program",
    )
}

pub fn bound_again(name: &str, line: u32) -> Refusal {
    refusal(
        "overloads",
        format!("the new definition of `{name}` is not run"),
        format!("line {line} binds `{name}` again and does not run again, so the name would end with the wrong value"),
        "restart the program",
    )
}

pub fn may_be_bound_again(name: &str, line: u32, why: &str) -> Refusal {
    note(
        "block",
        format!("`{name}` may have another value at the next start"),
        format!("line {line} binds it again in a branch, and {why}"),
        "restart the program if that matters",
    )
}

pub fn deleted_again(edit: EditCode, name: &str, line: u32) -> Refusal {
    refusal(
        edit.as_str(),
        format!("the statement that binds `{name}` is not run"),
        format!("line {line} deletes the name again and does not run again, so the name would stay"),
        "restart the program",
    )
}

pub fn reads_deleted(edit: EditCode, what: &str, name: &str, line: u32) -> Refusal {
    refusal(
        edit.as_str(),
        format!("`{what}` is not run"),
        format!("it reads `{name}`, which line {line} deletes again; what binds it does not run again"),
        "restart the program",
    )
}

pub fn reads_itself(name: &str) -> Refusal {
    refusal(
        "stmt",
        format!("the statement that changes `{name}` is not run"),
        format!("it starts from the value that `{name}` had before, and the old statement has changed that already"),
        format!("change the statement that first binds `{name}` as well, or restart the program"),
    )
}

pub fn left_registered(name: &str) -> Refusal {
    note(
        "overloads",
        format!("a definition of `{name}` is gone from the text only"),
        "its decorators ran when it was defined, and what they did with it is still there",
        "restart the program if that matters",
    )
}

/// A statement is gone that did more than to bind names.
pub fn left_behind(edit: EditCode, statement: &str) -> Refusal {
    note(
        edit.as_str(),
        format!("what `{statement}` did stays"),
        "it is gone from the text, but it did more than to bind names, and there is no telling how to take that back",
        "restart the program if that matters",
    )
}

pub fn last_binding_removed(name: &str) -> Refusal {
    refusal(
        "overloads",
        format!("`{name}` keeps its last definition"),
        "the definition that won was removed, and the earlier one of that name does not run again",
        "restart the program",
    )
}

pub fn last_block_removed(name: &str) -> Refusal {
    note(
        "overloads",
        format!("`{name}` keeps its value"),
        "the block that bound it last was removed, and what binds it before that does not run again",
        "restart the program if that matters",
    )
}

/// Something that a branch binds loses the statement that bound it too, in a way that no question to the program settles.
pub fn bound_in_a_block(name: &str) -> Refusal {
    refusal(
        "block",
        format!("`{name}` stays as it is"),
        "only blocks bind it now, and it is not known whether they have",
        "restart the program",
    )
}

pub fn reordered(name: &str, line: u32) -> Refusal {
    note(
        "overloads",
        format!("`{name}` keeps its value"),
        format!("line {line} is the last that binds it now, and a statement that only moved does not run again"),
        "restart the program if the order matters",
    )
}

pub fn decorator_outside_wrapper(name: &str, users: &[String]) -> Refusal {
    note(
        "fn-wrapper",
        format!("`{name}` does not decorate again"),
        format!(
            "its code outside the wrapper that it returns changed; what it did for {} stays as it was",
            users
                .iter()
                .map(|user| format!("`{user}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        "restart the program if that part of the decorator matters",
    )
}

/// `importers` is not empty.
pub fn importers(module: &str, name: &str, importers: &[Importer]) -> Refusal {
    const SHOWN: usize = 8;
    let places = |at_load: bool| {
        let places: Vec<String> = importers
            .iter()
            .filter(|importer| importer.at_load == at_load)
            .map(|importer| format!("{}:{}", shown_path(&importer.path), importer.line))
            .collect();
        let more = places.len().saturating_sub(SHOWN);
        let shown = places.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
        match more {
            0 => shown,
            more => format!("{shown} and {more} more"),
        }
    };
    let (at_load, at_call) = (places(true), places(false));
    let why = match (at_load.is_empty(), at_call.is_empty()) {
        (false, true) => format!("the next start fails at {at_load}"),
        (true, false) => format!("the next call fails at {at_call}"),
        _ => format!("the next start fails at {at_load}, the next call at {at_call}"),
    };
    note(
        "importers",
        format!("`{module}.{name}` is gone, and other files still use it"),
        why,
        "change these files as well, or bring the name back",
    )
}

pub fn moved_to_another_file(name: &str, from: &str, to: &str) -> Refusal {
    note(
        "move",
        format!("`{name}` is another object in `{to}` than it was in `{from}`"),
        "it stands in a block, or cannot be made of parts, and is made anew; who holds the old one keeps it, with its old \
         code",
        "get it from its new module wherever it is held, or restart the program",
    )
}
