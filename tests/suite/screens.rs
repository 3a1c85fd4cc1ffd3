//! The screens in `core/python/README.md` are those that programs give.

use std::collections::BTreeMap;

use jurigged_testkit::{KitError, difference, wants_update};

use crate::workspace::Workspace;

/// Compares screens by their names with those in the documentation; `UPDATE_EXPECTED=1` writes them.
pub fn are_current(workspace: &Workspace, screens: &BTreeMap<String, String>) -> Result<(), KitError> {
    let path = workspace.root.join("core/python/README.md");
    let before = std::fs::read_to_string(&path).map_err(KitError::io(&path))?;
    let mut after = before.clone();
    for (name, screen) in screens {
        let (start, end) = (format!("<!-- screen: {name} -->\n"), "<!-- end of screen -->");
        let missing = || KitError::Check(format!("README.md has no place for the screen `{name}`"));
        let from = after.find(&start).ok_or_else(missing)? + start.len();
        let to = from + after[from..].find(end).ok_or_else(missing)?;
        after.replace_range(from..to, &format!("```text\n{screen}\n```\n"));
    }
    if after == before {
        return Ok(());
    }
    if wants_update() {
        return std::fs::write(&path, after).map_err(KitError::io(&path));
    }
    Err(KitError::Check(format!(
        "the screens of core/python/README.md are old (- there, + now); UPDATE_EXPECTED=1 writes them\n{}",
        difference(&before, &after)
    )))
}
