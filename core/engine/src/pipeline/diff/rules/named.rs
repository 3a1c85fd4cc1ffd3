//! Functions and classes: by name.

use super::super::candidate::{Candidate, Matcher, Pairs};
use super::Sides;
use crate::pipeline::definitions::DefinitionKind;

/// Functions with functions and classes with classes of the same name. Of several definitions of one name (overloads,
/// property pairs, `singledispatch`, redefinitions) equal ones are paired already; equal decorators go first, then equal parameters,
/// then those with any decorators or without, then the same kind of function, each in order.
pub(super) struct SameName;

impl Matcher for SameName {
    fn pair(&self, old: &[Candidate<'_>], new: &[Candidate<'_>], pairs: &mut Pairs) -> Result<(), String> {
        let sides = Sides::new(old, new, |candidate| {
            matches!(candidate.kind, DefinitionKind::Class | DefinitionKind::Function { .. })
        });
        let is_class = |candidate: &Candidate<'_>| candidate.kind == DefinitionKind::Class;
        sides.pair_by(pairs, "same name and decorators", |it| {
            let calls: Vec<String> = it.calls.iter().map(ToString::to_string).collect();
            (!calls.is_empty()).then_some((is_class(it), it.name?.to_owned(), calls))
        });
        sides.pair_by(pairs, "same name and parameters", |it| {
            let parameters: Vec<String> = it.parameters.iter().map(ToString::to_string).collect();
            (!is_class(it)).then_some((it.name?.to_owned(), it.calls.is_empty(), parameters))
        });
        // An implementation is none of the stubs that it has got.
        sides.pair_by(pairs, "same name, both decorated or neither", |it| {
            Some((it.kind, it.name?.to_owned(), it.calls.is_empty()))
        });
        sides.pair_by(pairs, "same name", |it| Some((it.kind, it.name?.to_owned())));
        sides.pair_by(pairs, "same name", |it| Some((is_class(it), it.name?.to_owned())));
        Ok(())
    }
}
