//! Live instances that an edited `__init__` came too late for.

use jurigged_runtime::{Handle, Interpreter};

use super::Work;
use super::prepare::Prepared;
use crate::pipeline::edit_plan::{Refusal, note};
use crate::pipeline::locate::class_at;

/// Lists the attributes that `__init__` sets from now on and that live instances do not have: one pass over the heap for
/// each such class, and none where there is no new attribute.
pub fn note_missing(interpreter: &dyn Interpreter, work: &Work<'_>, prepared: &mut Prepared) {
    for edited in &work.plan.classes {
        let Some(attributes) = &edited.new_attributes else {
            continue;
        };
        let is_init = |at: &usize| work.plan.operations[*at].new == Some(attributes.init);
        let Some(at) = (0..work.plan.operations.len()).find(is_init) else {
            continue;
        };
        let outcome = &mut prepared.outcome.operations[at];
        let Some(class) = class_at(interpreter, work.namespace, &edited.scope) else {
            continue;
        };
        if outcome.refused.is_some() {
            continue;
        }
        let instances = interpreter.instances(class);
        let missing: Vec<(&str, usize)> = attributes
            .names
            .iter()
            .map(|name| (name.as_str(), lacking(interpreter, class, &instances, name)))
            .filter(|(_, count)| *count > 0)
            .collect();
        if !missing.is_empty() {
            outcome.listed.push(listed(&edited.scope.classes.join("."), &missing));
        }
    }
}

/// How many of the instances have no such attribute.
fn lacking(interpreter: &dyn Interpreter, class: Handle, instances: &[Handle], name: &str) -> usize {
    let in_class = interpreter.attribute(class, name).ok().flatten().is_some();
    let has = |instance: &&Handle| match interpreter.namespace(**instance) {
        // Asking the instance could run its `__getattr__`.
        Some(namespace) => interpreter.entry(namespace, name).is_some() || in_class,
        None => matches!(interpreter.attribute(**instance, name), Ok(Some(_)) | Err(_)),
    };
    instances.iter().filter(|instance| !has(instance)).count()
}

fn listed(class: &str, missing: &[(&str, usize)]) -> Refusal {
    let counts: Vec<String> = missing
        .iter()
        .map(|(name, count)| match count {
            1 => format!("1 has no `{name}`"),
            count => format!("{count} have no `{name}`"),
        })
        .collect();
    note(
        "init",
        format!("live instances of `{class}` lack what `__init__` sets now"),
        format!("it ran for them before this save: {}", counts.join(", ")),
        "make them anew, give the class a default, or set the attribute on them",
    )
}
