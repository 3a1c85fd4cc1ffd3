//! Judgements about expressions: what can call user code, what can be computed again, which branch must have run.

use ruff_python_ast::{CmpOp, Expr, InterpolatedStringElement, Operator, Parameters, Stmt};

/// Can evaluating it call no user code?
///
/// Strict: an attribute may be a property, an operator on a name may be `__add__`, a name as a dictionary key or set
/// element may have `__hash__`.
pub(super) fn is_inert(expr: &Expr) -> bool {
    match expr {
        Expr::Name(_) => true,
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_inert),
        Expr::List(list) => list.elts.iter().all(is_inert),
        Expr::Set(set) => set.elts.iter().all(is_plain),
        Expr::Dict(dict) => dict
            .items
            .iter()
            .all(|item| item.key.as_ref().is_some_and(is_plain) && is_inert(&item.value)),
        Expr::Lambda(lambda) => lambda.parameters.as_deref().is_none_or(has_inert_defaults),
        Expr::Named(named) => is_inert(&named.value),
        _ => is_plain(expr),
    }
}

/// Are all defaults and annotations inert?
pub(super) fn has_inert_defaults(parameters: &Parameters) -> bool {
    parameters
        .iter_non_variadic_params()
        .filter_map(|parameter| parameter.default.as_deref())
        .all(is_inert)
}

/// Is it made of literals alone: numbers, text, arithmetic on them, tuples of them?
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::FString(string) => string
            .value
            .elements()
            .all(|element| matches!(element, InterpolatedStringElement::Literal(_))),
        Expr::UnaryOp(unary) => is_plain(&unary.operand),
        Expr::BinOp(binary) => binary.op != Operator::MatMult && is_plain(&binary.left) && is_plain(&binary.right),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_plain),
        _ => expr.is_literal_expr(),
    }
}

/// Is it computed from names, literals and operators only?
pub(super) fn is_formula(expr: &Expr) -> bool {
    match expr {
        Expr::Name(_) => true,
        Expr::UnaryOp(unary) => is_formula(&unary.operand),
        Expr::BinOp(binary) => is_formula(&binary.left) && is_formula(&binary.right),
        Expr::BoolOp(operation) => operation.values.iter().all(is_formula),
        Expr::Compare(compare) => is_formula(&compare.left) && compare.comparators.iter().all(is_formula),
        Expr::If(choice) => is_formula(&choice.test) && is_formula(&choice.body) && is_formula(&choice.orelse),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_formula),
        Expr::FString(string) => string.value.elements().all(|element| match element {
            InterpolatedStringElement::Literal(_) => true,
            InterpolatedStringElement::Interpolation(part) => {
                part.format_spec.is_none() && is_formula(&part.expression)
            }
        }),
        _ => expr.is_literal_expr(),
    }
}

/// Can a simple statement run without calling user code? `annotations_run`: not under
/// `from __future__ import annotations`.
pub(super) fn is_inert_statement(statement: &Stmt, annotations_run: bool) -> bool {
    match statement {
        Stmt::Assign(assign) => {
            is_inert(&assign.value) && assign.targets.iter().all(|target| fits(target, &assign.value))
        }
        Stmt::AnnAssign(assign) => {
            assign.target.is_name_expr()
                && assign.value.as_deref().is_none_or(is_inert)
                && (!annotations_run || is_inert(&assign.annotation))
        }
        Stmt::Expr(statement) => is_inert(&statement.value),
        // Its value is evaluated when it is first asked for (PEP 695).
        Stmt::TypeAlias(_) | Stmt::Pass(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => true,
        _ => false,
    }
}

/// A name takes anything; a tuple of names only a display of the same length, for which no `__iter__` is called.
fn fits(target: &Expr, value: &Expr) -> bool {
    fn elements(expr: &Expr) -> Option<&[Expr]> {
        match expr {
            Expr::Tuple(tuple) => Some(&tuple.elts),
            Expr::List(list) => Some(&list.elts),
            _ => None,
        }
    }
    match (target, elements(target), elements(value)) {
        (Expr::Name(_), _, _) => true,
        (_, Some(targets), Some(values)) => {
            targets.len() == values.len()
                && targets
                    .iter()
                    .zip(values)
                    .all(|(target, value)| !value.is_starred_expr() && fits(target, value))
        }
        _ => false,
    }
}

/// Is the test made only of names, literals, comparisons, `TYPE_CHECKING`, `sys.version_info`, `sys.platform` (SPEC
/// section 3, `block`)?
pub(super) fn is_static_test(test: &Expr) -> bool {
    match test {
        Expr::Name(_) => true,
        Expr::BoolOp(operation) => operation.values.iter().all(is_static_test),
        Expr::UnaryOp(unary) => is_static_test(&unary.operand),
        Expr::Compare(compare) => is_static_test(&compare.left) && compare.comparators.iter().all(is_static_test),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_static_test),
        Expr::List(list) => list.elts.iter().all(is_static_test),
        Expr::Set(set) => set.elts.iter().all(is_static_test),
        // `typing.TYPE_CHECKING` under any name of the module.
        Expr::Attribute(attribute) if attribute.attr.as_str() == "TYPE_CHECKING" => attribute.value.is_name_expr(),
        // `sys.version_info.major`.
        Expr::Attribute(attribute) => is_of_sys(test) || is_version_info(&attribute.value),
        // `sys.version_info[0]`, `sys.version_info[:2]`.
        Expr::Subscript(subscript) => {
            is_version_info(&subscript.value)
                && match &*subscript.slice {
                    Expr::Slice(slice) => [&slice.lower, &slice.upper, &slice.step]
                        .into_iter()
                        .flatten()
                        .all(|bound| is_plain(bound)),
                    index => is_plain(index),
                }
        }
        // `sys.platform.startswith("win")`, the spelling that type checkers ask for.
        Expr::Call(call) => {
            call.arguments.keywords.is_empty()
                && call.arguments.args.iter().all(is_plain)
                && matches!(&*call.func, Expr::Attribute(method)
                    if method.attr.as_str() == "startswith" && is_of_sys(&method.value))
        }
        _ => test.is_literal_expr(),
    }
}

fn is_of_sys(expr: &Expr) -> bool {
    matches!(expr, Expr::Attribute(attribute)
        if matches!(attribute.attr.as_str(), "version_info" | "platform")
            && matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == "sys"))
}

fn is_version_info(expr: &Expr) -> bool {
    is_of_sys(expr) && matches!(expr, Expr::Attribute(attribute) if attribute.attr.as_str() == "version_info")
}

/// What a test says about being the main program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MainGuard {
    /// True only in the main program.
    Main,
    /// True everywhere else, and only there.
    NotMain,
    Unrelated,
}

/// Judges a test: `__name__ == "__main__"` either way round, `in ("__main__",)`, `not`, `!=`, and `and` of these.
pub(super) fn main_guard(test: &Expr) -> MainGuard {
    match test {
        Expr::Compare(compare) => {
            let ([op], [right]) = (&*compare.ops, &*compare.comparators) else {
                return MainGuard::Unrelated;
            };
            let left = &*compare.left;
            let right = match (op, right) {
                (CmpOp::In | CmpOp::NotIn, Expr::Tuple(tuple)) => tuple.elts.as_slice(),
                (CmpOp::In | CmpOp::NotIn, Expr::List(list)) => list.elts.as_slice(),
                (CmpOp::In | CmpOp::NotIn, Expr::Set(set)) => set.elts.as_slice(),
                (CmpOp::Eq | CmpOp::NotEq | CmpOp::Is | CmpOp::IsNot, right) => std::slice::from_ref(right),
                _ => return MainGuard::Unrelated,
            };
            let [right] = right else { return MainGuard::Unrelated };
            if !(is_name(left) && is_main(right) || is_main(left) && is_name(right)) {
                return MainGuard::Unrelated;
            }
            match op {
                CmpOp::Eq | CmpOp::Is | CmpOp::In => MainGuard::Main,
                _ => MainGuard::NotMain,
            }
        }
        Expr::UnaryOp(unary) if unary.op == ruff_python_ast::UnaryOp::Not => match main_guard(&unary.operand) {
            MainGuard::Main if !unary.operand.is_bool_op_expr() => MainGuard::NotMain,
            MainGuard::NotMain => MainGuard::Main,
            _ => MainGuard::Unrelated,
        },
        Expr::BoolOp(operation) if operation.op == ruff_python_ast::BoolOp::And => {
            if operation
                .values
                .iter()
                .any(|value| main_guard(value) == MainGuard::Main)
            {
                MainGuard::Main
            } else {
                MainGuard::Unrelated
            }
        }
        _ => MainGuard::Unrelated,
    }
}

fn is_name(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(name) if name.id.as_str() == "__name__")
}

fn is_main(expr: &Expr) -> bool {
    matches!(expr, Expr::StringLiteral(text) if text.value.to_str() == "__main__")
}

/// The dotted name that an expression is, or that it calls.
pub(super) fn dotted(expr: &Expr) -> Option<String> {
    let mut parts = Vec::new();
    let mut at = match expr {
        Expr::Call(call) => &*call.func,
        _ => expr,
    };
    while let Expr::Attribute(attribute) = at {
        parts.push(attribute.attr.as_str());
        at = &attribute.value;
    }
    let Expr::Name(name) = at else { return None };
    parts.push(name.id.as_str());
    parts.reverse();
    Some(parts.join("."))
}
