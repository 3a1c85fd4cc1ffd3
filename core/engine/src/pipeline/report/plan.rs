//! A plan as text: what `jurigged plan` and `--dry-run` show.

use std::fmt::Write as _;

use super::Event;
use crate::pipeline::definitions::DefinitionKind;
use crate::pipeline::edit_plan::{Action, Dependent, FilePlan, Follow, Guard, Plan, ScopedName, When};

/// What a plan would do: a text for each file, with a line for each operation, then one for what depends on names of which
/// the value may change. `modules` are the names of the files' modules. What only the running program can tell stands
/// behind `only if`.
pub fn plan_texts(modules: &[&str], plan: &Plan) -> Vec<String> {
    let files = modules.iter().zip(&plan.files);
    let mut texts: Vec<String> = files.map(|(module, file)| file_text(module, file)).collect();
    texts.push(plan.dependents.iter().map(dependent_line).collect());
    texts.retain(|text| !text.is_empty());
    texts
}

fn file_text(module: &str, plan: &FilePlan) -> String {
    let mut text = String::new();
    for operation in &plan.operations {
        let edit = operation.edit.as_str();
        let what = match &operation.action {
            Action::Refuse(reason) if reason.is_note => format!("listed: {}; {}", reason.message, reason.why),
            Action::Refuse(reason) => format!("not applied: {}; {}", reason.message, reason.why),
            _ => match Event::of(module, operation) {
                Some(event) => event.to_string(),
                None => format!("positions only: {}", operation.name),
            },
        };
        // Writing to a text does not fail.
        let _ = writeln!(text, "{edit:<18} {what}{}", conditions(plan, &operation.guards));
    }
    text
}

/// `; only if branch 2 of `if` @L7 ran`, or nothing.
fn conditions(plan: &FilePlan, guards: &[Guard]) -> String {
    let known = guards.iter().filter(|guard| guard.when != When::Known);
    let conditions: Vec<String> = known.filter_map(|guard| condition(plan, *guard)).collect();
    match conditions.is_empty() {
        true => String::new(),
        false => format!("; only if {}", conditions.join(" and ")),
    }
}

/// Branches are counted from 1.
fn condition(plan: &FilePlan, guard: Guard) -> Option<String> {
    let question = plan.blocks.get(guard.block)?;
    let block = format!(
        "`{}` @L{}",
        DefinitionKind::Block(question.kind).as_str(),
        question.line
    );
    let branch = |index: usize| format!("branch {} of {block}", index + 1);
    Some(match guard.when {
        When::Known => return None,
        When::Ran(index) => format!("{} ran", branch(index)),
        When::NotRan(index) => format!("{} did not run", branch(index)),
        When::EndedBy(index) => format!("{block} ended with its branch {}", index + 1),
        When::Stayed(was, now) => format!("{} ran and its branch {} is chosen now", branch(was), now + 1),
        When::Entered { branch: index, .. } => format!("{} is chosen now", branch(index)),
        When::NotChosen(index) => format!("{} is not chosen", branch(index)),
        When::Moved(was, Some(now)) => format!("{} ran and its branch {} is chosen now", branch(was), now + 1),
        When::Moved(was, None) => format!("{} ran and none is chosen now", branch(was)),
    })
}

fn dependent_line(dependent: &Dependent) -> String {
    let (module, line, text) = (&dependent.module, dependent.line, &dependent.summary);
    let inside = |function: &str| {
        let mut path = vec![module.clone()];
        path.extend(dependent.scope.classes.iter().cloned());
        path.push(function.to_owned());
        path.join(".")
    };
    let what = match &dependent.follow {
        Follow::Import { .. } | Follow::Star | Follow::Formula { .. } | Follow::Variable { .. } => {
            format!("Run {module} @L{line}: {text}")
        }
        Follow::Default { function, .. } | Follow::Annotation { function, .. } => {
            format!("Update {} @L{line}", inside(function))
        }
        Follow::Stale { why, .. } => format!("listed: `{text}` of `{module}` @L{line}; {why}"),
    };
    let names: Vec<String> = dependent.reads.iter().map(dotted).collect();
    format!(
        "{:<18} {what}; only if the value of {} changes\n",
        "constant",
        names.join(" or ")
    )
}

fn dotted(name: &ScopedName) -> String {
    let classes = name
        .scope
        .classes
        .iter()
        .map(|class| format!("{class}."))
        .collect::<String>();
    format!("`{}.{classes}{}`", name.module, name.name)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::pipeline::{definitions::parse, plan_of};
    use crate::source::SourceText;

    fn shown(old: &str, new: &str) -> String {
        let tree = |text: &str| parse(Arc::new(SourceText::new("m.py", text)));
        plan_texts(&["m"], &plan_of("m", tree(old), tree(new), "m.py".as_ref())).concat()
    }

    #[test]
    fn a_plan_is_a_table_of_edits() {
        assert_eq!(
            shown(
                "def f():\n    return 1\nclass C:\n    pass\n",
                "def f():\n    return 2\nclass C(dict):\n    pass\nprint(f())\n",
            ),
            "fn-body            Update m.f @L1\n\
             cls-bases          Update m.C @L3\n\
             stmt               Run m @L5: print(f())\n"
        );
    }

    #[test]
    fn what_only_the_program_knows_is_a_condition() {
        assert_eq!(
            shown(
                "import os\nif os.sep:\n    a = 1\nelse:\n    a = 2\n",
                "import os\nif os.sep:\n    a = 1\nelse:\n    a = 3\n",
            ),
            "block              Run m @L5: a = 3; only if branch 2 of `if` @L2 ran\n"
        );
    }

    #[test]
    fn what_reads_a_changed_name_stands_at_the_end() {
        assert_eq!(
            shown(
                "LIMIT = 1\nTWICE = LIMIT * 2\ndef f(n=LIMIT): pass\nprint(LIMIT)\n",
                "LIMIT = 2\nTWICE = LIMIT * 2\ndef f(n=LIMIT): pass\nprint(LIMIT)\n",
            ),
            "stmt               Run m @L1: LIMIT = 2\n\
             constant           Run m @L2: TWICE = LIMIT * 2; only if the value of `m.LIMIT` changes\n\
             constant           Update m.f @L3; only if the value of `m.LIMIT` changes\n\
             constant           listed: `print(LIMIT)` of `m` @L4; it read the old value when it ran, and does not run \
             again; only if the value of `m.LIMIT` changes\n"
        );
    }
}
