//! Lambdas and comprehensions: they have no names, so meaning and place must do.

use super::super::candidate::{Candidate, Matcher, Pairs};
use super::Sides;
use crate::pipeline::definitions::{ComprehensionKind, DefinitionKind};

/// Each kind for itself: equal ones in order; then by position if as many are left on both sides, else those with equal
/// parameter names in order.
pub(super) struct CodeExpressions;

impl Matcher for CodeExpressions {
    fn pair(&self, old: &[Candidate<'_>], new: &[Candidate<'_>], pairs: &mut Pairs) -> Result<(), String> {
        for kind in [
            DefinitionKind::Lambda,
            DefinitionKind::Comprehension(ComprehensionKind::List),
            DefinitionKind::Comprehension(ComprehensionKind::Set),
            DefinitionKind::Comprehension(ComprehensionKind::Dict),
            DefinitionKind::Comprehension(ComprehensionKind::Generator),
        ] {
            let sides = Sides::new(old, new, |candidate| candidate.kind == kind);
            sides.pair_in_order_by(pairs, "equal", |it| Some(it.fingerprint));
            sides.pair_by(pairs, "moved", |it| Some(it.fingerprint));
            let old_left = sides.old_at.iter().filter(|at| pairs.old_is_free(**at)).count();
            let new_left = sides.new_at.iter().filter(|at| pairs.new_is_free(**at)).count();
            if old_left == new_left {
                sides.pair_by(pairs, "same place", |_| Some(()));
            } else {
                sides.pair_by(pairs, "same parameters", |it| {
                    Some(it.parameters.iter().map(ToString::to_string).collect::<Vec<_>>())
                });
            }
        }
        Ok(())
    }
}
