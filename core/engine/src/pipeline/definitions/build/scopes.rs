//! Functions and classes.

use std::sync::Arc;

use ruff_python_ast::visitor::source_order::SourceOrderVisitor;
use ruff_python_ast::{self as ast, Expr, Stmt};

use super::super::facets::{ClassFacets, ExprFacet, Facets, FunctionFacets, Parameter, ParameterKind, Shift};
use super::super::inert::has_inert_defaults;
use super::super::layout::{end, past_colon, skip_trivia, start, suite_range};
use super::super::names::{Frame, FrameKind, unique};
use super::super::tree::{Definition, DefinitionId, DefinitionKind};
use super::{Builder, Scope, docstring_of};

impl<'a> Builder<'a> {
    pub(super) fn function(&mut self, function: &'a ast::StmtFunctionDef) -> u64 {
        let kind = DefinitionKind::Function {
            is_async: function.is_async,
            is_generator: false,
        };
        let id = self.open(kind, start(function)..end(function), Some(&function.name));
        let keyword = self.keyword(id, &function.decorator_list);
        let mut facets = FunctionFacets::default();
        let type_names = self.header(|this| {
            facets.decorators = this.decorators(&function.decorator_list);
            let type_names = this.enter_type_params(function.type_params.as_deref());
            facets.type_params = function
                .type_params
                .as_deref()
                .map(|params| this.type_params_facet(params));
            facets.parameters = this.parameters(&function.parameters);
            facets.returns = function.returns.as_deref().map(|returns| this.annotation(returns));
            type_names
        });
        for facet in facets.expressions_mut() {
            facet.reads.retain(|name| !type_names.contains(&name.as_str()));
        }
        facets.is_inert = facets.decorators.is_empty()
            && has_inert_defaults(&function.parameters)
            && (self.annotations_are_text()
                || facets.returns.iter().all(|returns| returns.is_inert)
                    && facets
                        .parameters
                        .iter()
                        .filter_map(|p| p.annotation.as_ref())
                        .all(|a| a.is_inert));

        let outside = self.enter(id, Scope::Function);
        self.names.push(FrameKind::Function);
        for parameter in function.parameters.iter() {
            self.names.store(parameter.name().as_str());
        }
        let docstring = docstring_of(&function.body);
        facets.docstring = docstring.map(|(_, expr)| self.expr_facet(expr));
        let before = self.statements;
        let mut body = self.fingerprinter("body");
        self.suite(&function.body[usize::from(docstring.is_some())..], false, &mut body);
        let frame = self.names.pop();
        self.leave(outside);
        if function.type_params.is_some() {
            self.names.pop();
        }

        let mut fingerprint = self.fingerprinter("function");
        fingerprint.add((function.name.as_str(), function.is_async));
        fingerprint.decorators(&function.decorator_list);
        fingerprint.type_params(function.type_params.as_deref());
        fingerprint.parameters(Some(&function.parameters));
        fingerprint.optional_expr(function.returns.as_deref());
        fingerprint.add((
            facets.docstring.as_ref().map(|docstring| docstring.fingerprint),
            body.finish(),
        ));
        let fingerprint = fingerprint.finish();

        facets.body_fingerprint = body.finish();
        facets.body_range = suite_range(&function.body, end(function));
        let signature = function.returns.as_deref().map_or(end(&*function.parameters), end);
        facets.header_range = keyword..past_colon(self.text, signature, facets.body_range.start);
        facets.statement_count = self.statements - before;
        facets.is_stub = is_stub(&function.body);
        facets.take_names(&frame);
        self.definitions[id.index()].kind = DefinitionKind::Function {
            is_async: function.is_async,
            is_generator: frame.yields,
        };
        self.close(
            id,
            fingerprint,
            Facets::Function(Arc::new(facets.counted_from(start(function)))),
        );
        self.names.store(&function.name);
        fingerprint
    }

    pub(super) fn class(&mut self, class: &'a ast::StmtClassDef) -> u64 {
        let id = self.open(DefinitionKind::Class, start(class)..end(class), Some(&class.name));
        let keyword = self.keyword(id, &class.decorator_list);
        let mut facets = ClassFacets::default();
        let type_names = self.header(|this| {
            facets.decorators = this.decorators(&class.decorator_list);
            let type_names = this.enter_type_params(class.type_params.as_deref());
            facets.type_params = class
                .type_params
                .as_deref()
                .map(|params| this.type_params_facet(params));
            for argument in class
                .arguments
                .iter()
                .flat_map(|arguments| arguments.arguments_source_order())
            {
                let (keyword, value) = match argument {
                    ast::ArgOrKeyword::Arg(value) => (None, value),
                    ast::ArgOrKeyword::Keyword(keyword) => (keyword.arg.as_ref(), &keyword.value),
                };
                facets.arguments.push(this.expr_facet(value));
                facets.keywords.push(keyword.map(ToString::to_string));
            }
            type_names
        });
        for facet in facets.arguments.iter_mut().chain(&mut facets.type_params) {
            facet.reads.retain(|name| !type_names.contains(&name.as_str()));
        }

        let outside = self.enter(id, Scope::Class);
        self.names.enter_class(&class.name);
        let docstring = docstring_of(&class.body);
        let mut body = self.fingerprinter("body");
        self.suite(&class.body, true, &mut body);
        let frame = self.names.leave_class();
        self.leave(outside);
        if class.type_params.is_some() {
            self.names.pop();
        }

        let mut fingerprint = self.fingerprinter("class");
        fingerprint.add(class.name.as_str());
        fingerprint.decorators(&class.decorator_list);
        fingerprint.type_params(class.type_params.as_deref());
        fingerprint.arguments(class.arguments.as_deref());
        fingerprint.add(body.finish());
        let fingerprint = fingerprint.finish();

        facets.body_range = suite_range(&class.body, end(class));
        let header = match (&class.arguments, &class.type_params) {
            (Some(arguments), _) => end(&**arguments),
            (None, Some(type_params)) => end(&**type_params),
            (None, None) => end(&class.name),
        };
        facets.header_range = keyword..past_colon(self.text, header, facets.body_range.start);
        facets.globals = unique(&frame.globals);
        facets.self_attributes = sorted(&frame.inner_self_attributes);
        self.finish_class(id, &mut facets, docstring.is_some());
        self.close(
            id,
            fingerprint,
            Facets::Class(Arc::new(facets.counted_from(start(class)))),
        );
        self.names.store(&class.name);
        fingerprint
    }

    /// What of a class is known from its children.
    fn finish_class(&mut self, id: DefinitionId, facets: &mut ClassFacets, has_docstring: bool) {
        let body = self.definitions[id.index()]
            .children
            .iter()
            .map(|child| &self.definitions[child.index()]);
        let body: Vec<&Definition> = body.filter(|child| !child.in_header).collect();
        if has_docstring {
            facets.docstring = body
                .first()
                .and_then(|first| Some(first.facets.statement()?.value.clone()?.in_file(first.range.start)));
        }
        let mut fingerprint = self.fingerprinter("body");
        for child in &body[usize::from(has_docstring)..] {
            fingerprint.add(child.fingerprint);
        }
        facets.body_fingerprint = fingerprint.finish();
        facets.is_inert = facets.decorators.is_empty()
            && facets.arguments.is_empty()
            && body.iter().all(|child| match &child.facets {
                Facets::Function(facets) => facets.is_inert,
                Facets::Class(facets) => facets.is_inert,
                Facets::Statement(facets) => facets.is_inert,
                _ => false,
            });
    }

    /// Offset of the `def`, `async` or `class` of the open definition, whose line is noted.
    fn keyword(&mut self, id: DefinitionId, decorators: &[ast::Decorator]) -> u32 {
        let definition = &mut self.definitions[id.index()];
        let Some(last) = decorators.last() else {
            return definition.range.start;
        };
        let keyword = skip_trivia(self.text, end(last)).min(definition.range.end);
        definition.def_line = self.source.line_of(keyword);
        keyword
    }

    fn decorators(&mut self, decorators: &'a [ast::Decorator]) -> Vec<ExprFacet> {
        decorators
            .iter()
            .map(|decorator| self.expr_facet(&decorator.expression))
            .collect()
    }

    /// Opens the scope of type parameters, if there are any; the caller pops it after the body. Their names.
    fn enter_type_params(&mut self, type_params: Option<&'a ast::TypeParams>) -> Vec<&'a str> {
        let Some(type_params) = type_params else {
            return Vec::new();
        };
        self.names.push(FrameKind::Function);
        type_params.iter().map(|param| param.name().as_str()).collect()
    }

    fn type_params_facet(&mut self, type_params: &'a ast::TypeParams) -> ExprFacet {
        self.names.push(FrameKind::Open);
        self.type_params(type_params);
        let frame = self.names.pop();
        let mut fingerprint = self.fingerprinter("type parameters");
        fingerprint.type_params(Some(type_params));
        ExprFacet {
            range: start(type_params)..end(type_params),
            fingerprint: fingerprint.finish(),
            reads: frame.reads(),
            // Bounds and defaults are evaluated when they are first asked for (PEP 695, PEP 696).
            is_inert: true,
            ..ExprFacet::default()
        }
    }

    pub(super) fn type_params(&mut self, type_params: &'a ast::TypeParams) {
        for param in type_params.iter() {
            self.names.store(param.name());
            self.visit_type_param(param);
        }
    }

    pub(super) fn parameters(&mut self, parameters: &'a ast::Parameters) -> Vec<Parameter> {
        let mut answer = Vec::with_capacity(parameters.len());
        let plain = |list: &'a [ast::ParameterWithDefault], kind| {
            list.iter()
                .map(move |parameter| (kind, &parameter.parameter, parameter.default.as_deref()))
        };
        let variadic = |parameter: &'a Option<Box<ast::Parameter>>, kind| {
            parameter
                .as_deref()
                .map(|parameter| (kind, parameter, None))
                .into_iter()
        };
        let all = plain(&parameters.posonlyargs, ParameterKind::PositionalOnly)
            .chain(plain(&parameters.args, ParameterKind::Positional))
            .chain(variadic(&parameters.vararg, ParameterKind::VarPositional))
            .chain(plain(&parameters.kwonlyargs, ParameterKind::KeywordOnly))
            .chain(variadic(&parameters.kwarg, ParameterKind::VarKeyword));
        for (kind, parameter, default) in all {
            let annotation = parameter
                .annotation
                .as_deref()
                .map(|annotation| self.annotation(annotation));
            answer.push(Parameter {
                name: parameter.name.to_string(),
                kind,
                annotation,
                default: default.map(|default| self.expr_facet(default)),
            });
        }
        answer
    }

    /// An annotation in a header: evaluated with it, or only text.
    fn annotation(&mut self, annotation: &'a Expr) -> ExprFacet {
        if !self.annotations_are_text() {
            return self.expr_facet(annotation);
        }
        // Walked for the names alone: no code comes of it, and nothing is read.
        let definitions = self.definitions.len();
        let children = self.definitions[self.parent.index()].children.len();
        self.names.push(FrameKind::Open);
        let mut facet = self.expr_facet(annotation);
        self.names.discard();
        self.definitions.truncate(definitions);
        self.definitions[self.parent.index()].children.truncate(children);
        facet.is_inert = true;
        facet
    }
}

impl FunctionFacets {
    fn expressions_mut(&mut self) -> impl Iterator<Item = &mut ExprFacet> {
        let parameters = self.parameters.iter_mut();
        parameters
            .flat_map(|parameter| parameter.annotation.iter_mut().chain(&mut parameter.default))
            .chain(&mut self.returns)
            .chain(&mut self.type_params)
    }

    pub(super) fn take_names(&mut self, frame: &Frame<'_>) {
        self.reads = frame.reads();
        self.uses_super = frame.uses_super;
        self.globals = unique(&frame.all_globals);
        self.self_attributes = sorted(&frame.self_attributes);
    }
}

/// Each name once.
fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn is_stub(body: &[Stmt]) -> bool {
    body.iter().all(|statement| match statement {
        Stmt::Pass(_) => true,
        Stmt::Expr(statement) => statement.value.is_ellipsis_literal_expr() || statement.value.is_string_literal_expr(),
        _ => false,
    })
}
