//! The code owners of a text without the text: what is needed to find their code objects.

use crate::pipeline::definitions::{DefinitionId, DefinitionKind, DefinitionTree};

/// One owner of a code object and the owners nested in it, in source order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// In the tree that the outline was made from.
    pub id: DefinitionId,
    /// `co_name`.
    pub name: String,
    /// 1-based line that `co_firstlineno` has for a definition; for anonymous owners the line where they start.
    pub first_line: u32,
    /// Byte column where an anonymous owner starts, to tell several on one line apart.
    pub column: u32,
    /// A list, set or dict comprehension: it has no code object of its own where the interpreter inlines it (PEP 709).
    pub may_be_inlined: bool,
    /// Owners whose code objects are constants of this one's.
    pub nested: Vec<Outline>,
}

impl Outline {
    /// The owners whose code objects are constants of this scope's code object, in source order.
    pub fn of_scope(tree: &DefinitionTree, scope: DefinitionId) -> Vec<Self> {
        let mut owners = Vec::new();
        for &child in &tree.get(scope).children {
            if !tree.get(child).in_header {
                Self::collect(tree, child, &mut owners);
            }
        }
        owners
    }

    /// The owners of one statement or definition: those of its decorators and defaults, then itself.
    pub fn of_definition(tree: &DefinitionTree, id: DefinitionId) -> Vec<Self> {
        let mut owners = Vec::new();
        Self::collect(tree, id, &mut owners);
        owners
    }

    fn collect(tree: &DefinitionTree, id: DefinitionId, owners: &mut Vec<Self>) {
        let definition = tree.get(id);
        if !definition.kind.owns_code() {
            for &child in &definition.children {
                Self::collect(tree, child, owners);
            }
            return;
        }
        for &child in &definition.children {
            if tree.get(child).in_header {
                Self::collect(tree, child, owners);
            }
        }
        owners.push(Self {
            id,
            name: definition.name.as_deref().unwrap_or_default().to_owned(),
            first_line: definition.first_line,
            column: definition.column,
            may_be_inlined: is_inlinable(&definition.kind),
            nested: Self::of_scope(tree, id),
        });
    }

    /// This outline and all below it, outermost first.
    pub fn walk(&self) -> impl Iterator<Item = &Self> {
        let mut stack = vec![self];
        std::iter::from_fn(move || {
            let next = stack.pop()?;
            stack.extend(next.nested.iter().rev());
            Some(next)
        })
    }
}

fn is_inlinable(kind: &DefinitionKind) -> bool {
    use crate::pipeline::definitions::ComprehensionKind as Kind;
    matches!(kind, DefinitionKind::Comprehension(Kind::List | Kind::Set | Kind::Dict))
}
