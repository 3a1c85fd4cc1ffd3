//! Lambdas and comprehensions, wherever they stand.

use std::ops::Range;
use std::sync::Arc;

use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal, walk_expr};
use ruff_python_ast::{self as ast, AnyNodeRef, Expr, ExprContext};

use super::super::facets::{Facets, FunctionFacets, Shift};
use super::super::inert::has_inert_defaults;
use super::super::layout::{end, past_colon, start};
use super::super::names::FrameKind;
use super::super::tree::{ComprehensionKind, DefinitionKind};
use super::{Builder, Scope};

/// `lambda`, whose length is where its parameters may start.
const LAMBDA: &str = "lambda";

impl<'a> SourceOrderVisitor<'a> for Builder<'a> {
    fn enter_node(&mut self, _: AnyNodeRef<'a>) -> TraversalSignal {
        TraversalSignal::Traverse
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if self.too_deep {
            return;
        }
        match expr {
            Expr::Name(name) => match name.ctx {
                ExprContext::Load => self.names.load(&name.id),
                ExprContext::Store => self.names.store(&name.id),
                ExprContext::Del => self.names.delete(&name.id),
                ExprContext::Invalid => {}
            },
            Expr::Named(named) => {
                match &*named.target {
                    Expr::Name(name) => self.names.store_walrus(&name.id),
                    target => self.visit_expr(target),
                }
                self.visit_expr(&named.value);
            }
            // A generator expression that is the only argument has no brackets of its own: CPython counts it from those of
            // the call, and so does the line of its code object.
            Expr::Call(call) => {
                self.visit_expr(&call.func);
                match (&*call.arguments.args, &*call.arguments.keywords) {
                    ([argument @ Expr::Generator(generator)], []) if !generator.parenthesized => {
                        self.generator(argument, generator, start(&call.arguments)..end(&call.arguments));
                    }
                    _ => self.visit_arguments(&call.arguments),
                }
            }
            Expr::Lambda(lambda) => self.lambda(expr, lambda),
            Expr::ListComp(comp) => self.comprehension(expr, ComprehensionKind::List, [&comp.elt], &comp.generators),
            Expr::SetComp(comp) => self.comprehension(expr, ComprehensionKind::Set, [&comp.elt], &comp.generators),
            Expr::DictComp(comp) => {
                self.comprehension(
                    expr,
                    ComprehensionKind::Dict,
                    [&comp.key, &comp.value],
                    &comp.generators,
                );
            }
            Expr::Generator(generator) => self.generator(expr, generator, start(expr)..end(expr)),
            Expr::Attribute(attribute) => {
                let is_self = matches!(&*attribute.value, Expr::Name(name) if name.id == "self");
                if is_self && attribute.ctx == ExprContext::Store {
                    self.names.top().self_attributes.push(&attribute.attr);
                }
                walk_expr(self, expr);
            }
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                self.names.top().yields = true;
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }
}

impl<'a> Builder<'a> {
    fn lambda(&mut self, expr: &'a Expr, lambda: &'a ast::ExprLambda) {
        self.names.top().has_lambda = true;
        let id = self.open(DefinitionKind::Lambda, start(expr)..end(expr), Some("<lambda>"));
        let parameters = lambda.parameters.as_deref();
        let mut facets = FunctionFacets {
            parameters: match parameters {
                Some(parameters) => self.header(|this| this.parameters(parameters)),
                None => Vec::new(),
            },
            is_inert: parameters.is_none_or(has_inert_defaults),
            ..FunctionFacets::default()
        };

        let outside = self.enter(id, Scope::Function);
        self.names.push(FrameKind::Function);
        for parameter in parameters.into_iter().flat_map(|parameters| parameters.iter()) {
            self.names.store(parameter.name().as_str());
        }
        self.visit_expr(&lambda.body);
        let frame = self.names.pop();
        self.leave(outside);

        let mut body = self.fingerprinter("body");
        body.expr(&lambda.body);
        facets.body_fingerprint = body.finish();
        facets.body_range = start(&*lambda.body)..end(&*lambda.body);
        let signature = parameters.map_or(start(expr) + LAMBDA.len() as u32, end);
        facets.header_range = start(expr)..past_colon(self.text, signature, facets.body_range.start);
        facets.statement_count = 1;
        facets.is_stub = lambda.body.is_ellipsis_literal_expr();
        facets.take_names(&frame);
        let mut fingerprint = self.fingerprinter("lambda");
        fingerprint.parameters(parameters);
        fingerprint.add(body.finish());
        let fingerprint = fingerprint.finish();
        self.close(
            id,
            fingerprint,
            Facets::Function(Arc::new(facets.counted_from(start(expr)))),
        );
    }

    fn generator(&mut self, expr: &'a Expr, generator: &'a ast::ExprGenerator, range: Range<u32>) {
        self.comprehension_at(
            range,
            expr,
            ComprehensionKind::Generator,
            [&generator.elt],
            &generator.generators,
        );
    }

    fn comprehension<const N: usize>(
        &mut self,
        expr: &'a Expr,
        kind: ComprehensionKind,
        elements: [&'a Expr; N],
        generators: &'a [ast::Comprehension],
    ) {
        self.comprehension_at(start(expr)..end(expr), expr, kind, elements, generators);
    }

    fn comprehension_at<const N: usize>(
        &mut self,
        range: Range<u32>,
        expr: &'a Expr,
        kind: ComprehensionKind,
        elements: [&'a Expr; N],
        generators: &'a [ast::Comprehension],
    ) {
        let is_generator = kind == ComprehensionKind::Generator;
        self.names.top().has_generator |= is_generator;
        let name = match kind {
            ComprehensionKind::List => "<listcomp>",
            ComprehensionKind::Set => "<setcomp>",
            ComprehensionKind::Dict => "<dictcomp>",
            ComprehensionKind::Generator => "<genexpr>",
        };
        let id = self.open(DefinitionKind::Comprehension(kind), range, Some(name));
        // Only generator expressions appear in the qualified names of what is in them, and without `<locals>`: the others
        // are part of their scope's code (PEP 709).
        let prefix = match is_generator && !self.too_deep {
            true => format!("{}.", self.definitions[id.index()].path),
            false => self.prefix.clone(),
        };
        let around = std::mem::replace(&mut self.prefix, prefix);
        let in_header = std::mem::replace(&mut self.in_header, false);
        self.names.push(FrameKind::Comprehension { is_generator });
        for element in elements {
            self.visit_expr(element);
        }
        for (index, generator) in generators.iter().enumerate() {
            self.visit_expr(&generator.target);
            if index == 0 {
                // The first iterable is evaluated in the scope around the comprehension.
                let frame = self.names.suspend();
                let prefix = std::mem::replace(&mut self.prefix, around.clone());
                self.header(|this| this.visit_expr(&generator.iter));
                self.prefix = prefix;
                self.names.resume(frame);
            } else {
                self.visit_expr(&generator.iter);
            }
            for condition in &generator.ifs {
                self.visit_expr(condition);
            }
        }
        self.names.pop();
        self.prefix = around;
        self.in_header = in_header;
        let mut fingerprint = self.fingerprinter("comprehension");
        fingerprint.expr(expr);
        let fingerprint = fingerprint.finish();
        self.close(id, fingerprint, Facets::None);
    }
}
