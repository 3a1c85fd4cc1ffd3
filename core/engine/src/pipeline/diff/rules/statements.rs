//! Simple statements: by meaning, by what they bind, by place.

use super::super::candidate::{Candidate, Matcher, Pairs};
use super::Sides;
use crate::pipeline::definitions::{DefinitionKind, StatementKind};

/// Equal statements first, in order and then moved ones: an unchanged statement must never run again. Then the same kind
/// binding the same names; then the same shape, and between two paired siblings the same kind by position. An
/// expression statement that calls something else now is another statement.
pub(super) struct Statements;

impl Matcher for Statements {
    fn pair(&self, old: &[Candidate<'_>], new: &[Candidate<'_>], pairs: &mut Pairs) -> Result<(), String> {
        let mut sides = Sides::new(old, new, |candidate| {
            matches!(candidate.kind, DefinitionKind::Statement(_))
        });
        sides.pair_in_order_by(pairs, "equal", |it| Some((it.kind, it.fingerprint)));
        sides.pair_by(pairs, "moved", |it| Some((it.kind, it.fingerprint)));
        sides.refine(pairs);
        let bound = |it: &Candidate<'_>| {
            let mut names: Vec<String> = it.binds.iter().map(ToString::to_string).collect();
            names.sort_unstable();
            // With an annotation or without one, it binds the same.
            let kind = match it.kind {
                DefinitionKind::Statement(StatementKind::AnnAssign) => DefinitionKind::Statement(StatementKind::Assign),
                kind => kind,
            };
            (!names.is_empty()).then_some((kind, names))
        };
        sides.pair_in_gaps_by(pairs, "binds the same names", bound);
        sides.pair_by(pairs, "binds the same names", bound);
        sides.refine(pairs);
        sides.share_a_name(pairs, "binds a same name");
        sides.refine(pairs);
        let shape = |it: &Candidate<'_>| Some((it.kind, it.shape));
        sides.pair_in_gaps_by(pairs, "differs only inside lambdas", shape);
        sides.pair_by(pairs, "differs only inside lambdas", shape);
        sides.refine(pairs);
        sides.pair_in_gaps_by(pairs, "same place", |it| {
            let calls = it.calls.first().map(ToString::to_string);
            let is_expression = it.kind == DefinitionKind::Statement(StatementKind::Expression);
            (!is_expression || calls.is_some()).then_some((it.kind, calls))
        });
        Ok(())
    }
}
