//! What a simple statement does besides binding names.

use ruff_python_ast::{Expr, Stmt};

use super::facets::Effects;
use super::inert::{dotted, is_inert};

impl Effects {
    /// Those of a statement of a module or class.
    pub(super) fn of(statement: &Stmt) -> Self {
        let mut effects = Self::default();
        match statement {
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| effects.set(target)),
            Stmt::AnnAssign(assign) if assign.value.is_some() => effects.set(&assign.target),
            Stmt::AugAssign(assign) => effects.others = !assign.target.is_name_expr(),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| effects.remove(target)),
            Stmt::Expr(statement) => effects.others = !is_inert(&statement.value),
            _ => {}
        }
        effects
    }

    fn set(&mut self, target: &Expr) {
        match target {
            Expr::Name(_) => {}
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| self.set(target)),
            Expr::List(list) => list.elts.iter().for_each(|target| self.set(target)),
            Expr::Starred(starred) => self.set(&starred.value),
            _ => match attribute(target) {
                Some(name) => self.sets.push(name),
                None => self.others = true,
            },
        }
    }

    fn remove(&mut self, target: &Expr) {
        match target {
            Expr::Name(_) => {}
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| self.remove(target)),
            Expr::List(list) => list.elts.iter().for_each(|target| self.remove(target)),
            _ => match attribute(target) {
                Some(name) => self.removes.push(name),
                None => self.others = true,
            },
        }
    }
}

/// The dotted name of an attribute.
fn attribute(expr: &Expr) -> Option<String> {
    dotted(expr).filter(|_| expr.is_attribute_expr())
}
