//! The classes whose attributes follow from their place and from their methods.

use super::functions::decorator_name;
use super::scope::Names;
use super::{FileChange, LiveClass, NewAttributes, Scope};
use crate::pipeline::definitions::{DefinitionId, DefinitionKind};

/// The classes at module and class level that both texts have, outermost first.
pub(super) fn of(change: &FileChange, names: &Names) -> Vec<LiveClass> {
    let mut classes = Vec::new();
    collect(change, names, DefinitionId::MODULE, &Scope::default(), &mut classes);
    classes
}

fn collect(change: &FileChange, names: &Names, parent: DefinitionId, scope: &Scope, classes: &mut Vec<LiveClass>) {
    for &id in &change.new.get(parent).children {
        let definition = change.new.get(id);
        match (&definition.kind, change.matching.old_of(id)) {
            (DefinitionKind::Block(_) | DefinitionKind::Branch, _) => collect(change, names, id, scope, classes),
            (DefinitionKind::Class, Some(old)) => {
                let mut inside = scope.clone();
                inside.classes.extend(definition.name.as_deref().map(str::to_owned));
                let attributes = |facets: Option<&crate::pipeline::definitions::ClassFacets>| {
                    facets.map_or_else(Vec::new, |facets| facets.self_attributes.clone())
                };
                let before = attributes(change.old.get(old).facets.class());
                let after = attributes(definition.facets.class());
                let decorators = definition.facets.class().map(|facets| &facets.decorators[..]);
                classes.push(LiveClass {
                    decorators: decorators.unwrap_or_default().iter().map(decorator_name).collect(),
                    old,
                    new: id,
                    line: definition.first_line,
                    new_attributes: new_attributes(change, names, id, &inside, &before),
                    static_attributes: (before != after).then_some(after),
                    binds_hash: names.binds(&inside, "__hash__"),
                    scope: inside.clone(),
                });
                collect(change, names, id, &inside, classes);
            }
            _ => {}
        }
    }
}

/// What `__init__` of a class assigns that neither `before`, the assignments of the old class, nor the class body has.
fn new_attributes(
    change: &FileChange,
    names: &Names,
    class: DefinitionId,
    inside: &Scope,
    before: &[String],
) -> Option<NewAttributes> {
    let mut children = change.new.get(class).children.iter().rev();
    let init = children.find(|child| change.new.get(**child).name.as_deref() == Some("__init__"))?;
    let facets = change.new.get(*init).facets.function()?;
    let is_new = |name: &&String| !before.contains(name) && !names.binds(inside, name);
    let names: Vec<String> = facets.self_attributes.iter().filter(is_new).cloned().collect();
    (!names.is_empty()).then_some(NewAttributes { init: *init, names })
}
