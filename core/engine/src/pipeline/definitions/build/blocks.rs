//! Compound statements: blocks and their branches.
//!
//! Where statements are definitions (modules, classes) a block and each of its suites are definitions too; in functions
//! the same walk only collects names, code owners and the fingerprint.

use std::ops::Range;

use ruff_python_ast::visitor::source_order::SourceOrderVisitor;
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Pattern, Stmt};
use ruff_text_size::Ranged;

use super::super::facets::{BlockFacets, BranchFacets, BranchKind, ExprFacet, Facets};
use super::super::fingerprint::Fingerprinter;
use super::super::inert::{MainGuard, is_static_test, main_guard};
use super::super::layout::{end, past_colon, skip_trivia, start, suite_range};
use super::super::names::{FrameKind, unique};
use super::super::tree::{BlockKind, DefinitionKind};
use super::Builder;

/// A clause and its suite, before it is walked.
struct Clause<'a> {
    kind: BranchKind,
    /// Byte offset of the keyword; of a loop's or a `with`'s body that of its first statement.
    start: u32,
    /// From the keyword to the colon.
    header: Range<u32>,
    test: Test<'a>,
    main_guard: bool,
    static_test: bool,
    body: &'a [Stmt],
}

/// What leads to a suite.
enum Test<'a> {
    None,
    Expr(&'a Expr),
    Except(Option<&'a Expr>, Option<&'a str>),
    Case(&'a Pattern, Option<&'a Expr>),
}

/// The open block.
struct Block<'a> {
    facets: BlockFacets,
    fingerprint: Fingerprinter<'a>,
}

impl<'a> Builder<'a> {
    /// Opens a block, lets `walk` fill it, and closes it.
    fn block(
        &mut self,
        statement: &'a impl Ranged,
        kind: BlockKind,
        walk: impl FnOnce(&mut Self, &mut Block<'a>),
    ) -> u64 {
        let range = start(statement)..end(statement);
        let id = self
            .lists_statements()
            .then(|| self.open(DefinitionKind::Block(kind), range, None));
        self.names.push(FrameKind::Open);
        let mut block = Block {
            facets: BlockFacets::default(),
            fingerprint: self.fingerprinter(DefinitionKind::Block(kind).as_str()),
        };
        walk(self, &mut block);
        let frame = self.names.pop();
        let fingerprint = block.fingerprint.finish();
        if let Some(id) = id {
            block.facets.binds = unique(&frame.stores);
            block.facets.binds_star = frame.star;
            self.close(id, fingerprint, Facets::Block(Box::new(block.facets)));
        }
        fingerprint
    }

    fn branch(&mut self, block: &mut Block<'a>, clause: Clause<'a>) {
        block.fingerprint.add(clause.kind.as_str());
        let body_range = suite_range(clause.body, clause.header.end);
        let range = clause.start..body_range.end.max(clause.start);
        let id = self
            .lists_statements()
            .then(|| self.open(DefinitionKind::Branch, range, None));
        self.names.push(FrameKind::Open);
        let test = self.clause(|this| this.test(&clause.test));
        let frame = self.names.pop();
        block.fingerprint.add(test.as_ref().map(|test| test.fingerprint));
        self.suite(clause.body, false, &mut block.fingerprint);
        if let Some(id) = id {
            let mut own = self.fingerprinter("branch");
            own.add((clause.kind.as_str(), test.as_ref().map(|test| test.fingerprint)));
            for child in &self.definitions[id.index()].children {
                let child = &self.definitions[child.index()];
                if !child.in_header {
                    own.add(child.fingerprint);
                }
            }
            let facets = BranchFacets {
                kind: clause.kind,
                test,
                binds: unique(&frame.stores),
                main_guard: clause.main_guard,
                static_test: clause.static_test,
                header_range: clause.header,
                body_range,
            };
            self.close(id, own.finish(), Facets::Branch(Box::new(facets)));
        }
    }

    /// Like [`Builder::header`], where blocks are definitions: in a function what stands in a clause is a child of the
    /// function, in its body.
    fn clause<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        if self.lists_statements() {
            self.header(work)
        } else {
            work(self)
        }
    }

    fn test(&mut self, test: &Test<'a>) -> Option<ExprFacet> {
        match test {
            Test::None => None,
            Test::Expr(test) => Some(self.expr_facet(test)),
            Test::Except(exception, name) => {
                let mut facet = exception.map(|exception| self.expr_facet(exception));
                if let Some(name) = name {
                    self.names.store(name);
                    let mut fingerprint = self.fingerprinter("except");
                    fingerprint.add((facet.as_ref().map(|facet| facet.fingerprint), name));
                    if let Some(facet) = &mut facet {
                        facet.fingerprint = fingerprint.finish();
                    }
                }
                facet
            }
            Test::Case(pattern, guard) => {
                self.names.push(FrameKind::Open);
                self.visit_pattern(pattern);
                self.captures(pattern);
                if let Some(guard) = guard {
                    self.visit_expr(guard);
                }
                let frame = self.names.pop();
                let mut fingerprint = self.fingerprinter("case");
                fingerprint.pattern(pattern);
                fingerprint.optional_expr(*guard);
                Some(ExprFacet {
                    range: start(*pattern)..guard.map_or(end(*pattern), end),
                    fingerprint: fingerprint.finish(),
                    reads: frame.reads(),
                    ..ExprFacet::default()
                })
            }
        }
    }

    /// Names that a pattern binds.
    fn captures(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(sequence) => sequence.patterns.iter().for_each(|pattern| self.captures(pattern)),
            Pattern::MatchMapping(mapping) => {
                mapping.patterns.iter().for_each(|pattern| self.captures(pattern));
                mapping.rest.iter().for_each(|name| self.names.store(name));
            }
            Pattern::MatchClass(class) => {
                class
                    .arguments
                    .patterns
                    .iter()
                    .for_each(|pattern| self.captures(pattern));
                class
                    .arguments
                    .keywords
                    .iter()
                    .for_each(|keyword| self.captures(&keyword.pattern));
            }
            Pattern::MatchStar(star) => star.name.iter().for_each(|name| self.names.store(name)),
            Pattern::MatchAs(capture) => {
                capture.pattern.iter().for_each(|pattern| self.captures(pattern));
                capture.name.iter().for_each(|name| self.names.store(name));
            }
            Pattern::MatchOr(choice) => choice.patterns.iter().for_each(|pattern| self.captures(pattern)),
        }
    }

    /// Visits the header of a block, from `first` to `last`, and keeps what is known of it.
    fn block_header(&mut self, block: &mut Block<'a>, expressions: &[&'a Expr]) {
        let facets: Vec<ExprFacet> = self.clause(|this| expressions.iter().map(|expr| this.expr_facet(expr)).collect());
        let mut fingerprint = self.fingerprinter("header");
        for facet in &facets {
            fingerprint.add(facet.fingerprint);
        }
        block.fingerprint.add(fingerprint.finish());
        block.facets.header = match facets.len() {
            0 | 1 => facets.into_iter().next(),
            _ => Some(ExprFacet {
                range: facets[0].range.start..facets[facets.len() - 1].range.end,
                fingerprint: fingerprint.finish(),
                reads: {
                    let mut reads: Vec<String> = Vec::new();
                    for name in facets.into_iter().flat_map(|facet| facet.reads) {
                        if !reads.contains(&name) {
                            reads.push(name);
                        }
                    }
                    reads
                },
                ..ExprFacet::default()
            }),
        };
    }

    pub(super) fn if_block(&mut self, statement: &'a ast::StmtIf) -> u64 {
        self.block(statement, BlockKind::If, |this, block| {
            let mut static_test = is_static_test(&statement.test);
            let guard = main_guard(&statement.test);
            let limit = suite_range(&statement.body, end(statement)).start;
            let header = start(statement)..past_colon(this.text, end(&*statement.test), limit);
            block.facets.header_range = header.clone();
            let first = Clause {
                kind: BranchKind::If,
                start: header.start,
                header,
                test: Test::Expr(&statement.test),
                main_guard: guard == MainGuard::Main,
                static_test,
                body: &statement.body,
            };
            let id = this.definitions.len();
            this.branch(block, first);
            if this.lists_statements() {
                block.facets.header = this.definitions[id]
                    .facets
                    .branch()
                    .and_then(|branch| branch.test.clone());
            }
            for clause in &statement.elif_else_clauses {
                let from = clause.test.as_ref().map_or(start(clause), end);
                let limit = suite_range(&clause.body, end(clause)).start;
                static_test &= clause.test.as_ref().is_none_or(is_static_test);
                let own_guard = clause.test.as_ref().map_or(MainGuard::Unrelated, main_guard);
                let branch = Clause {
                    kind: if clause.test.is_some() {
                        BranchKind::Elif
                    } else {
                        BranchKind::Else
                    },
                    start: start(clause),
                    header: start(clause)..past_colon(this.text, from, limit),
                    test: clause.test.as_ref().map_or(Test::None, Test::Expr),
                    // What comes after `if __name__ != "__main__":` runs in the main program alone.
                    main_guard: own_guard == MainGuard::Main || guard == MainGuard::NotMain,
                    static_test,
                    body: &clause.body,
                };
                this.branch(block, branch);
            }
        })
    }

    pub(super) fn for_block(&mut self, statement: &'a ast::StmtFor) -> u64 {
        self.block(statement, BlockKind::For, |this, block| {
            block.facets.is_async = statement.is_async;
            block.fingerprint.add(statement.is_async);
            this.block_header(block, &[&statement.target, &statement.iter]);
            let keyword = start(statement);
            this.body(block, keyword, end(&*statement.iter), &statement.body, end(statement));
            this.trailing(block, BranchKind::Else, &statement.body, &statement.orelse);
        })
    }

    pub(super) fn while_block(&mut self, statement: &'a ast::StmtWhile) -> u64 {
        self.block(statement, BlockKind::While, |this, block| {
            this.block_header(block, &[&statement.test]);
            let keyword = start(statement);
            this.body(block, keyword, end(&*statement.test), &statement.body, end(statement));
            this.trailing(block, BranchKind::Else, &statement.body, &statement.orelse);
        })
    }

    pub(super) fn with_block(&mut self, statement: &'a ast::StmtWith) -> u64 {
        self.block(statement, BlockKind::With, |this, block| {
            block.facets.is_async = statement.is_async;
            block.fingerprint.add(statement.is_async);
            let mut expressions: Vec<&Expr> = Vec::new();
            for item in &statement.items {
                // `with a, b:` must not look like `with a as b:`.
                block.fingerprint.add(item.optional_vars.is_some());
                expressions.push(&item.context_expr);
                expressions.extend(item.optional_vars.as_deref());
            }
            this.block_header(block, &expressions);
            let header = statement.items.last().map_or(start(statement), end);
            this.body(block, start(statement), header, &statement.body, end(statement));
        })
    }

    pub(super) fn try_block(&mut self, statement: &'a ast::StmtTry) -> u64 {
        self.block(statement, BlockKind::Try, |this, block| {
            block.fingerprint.add(statement.is_star);
            let limit = suite_range(&statement.body, end(statement)).start;
            let header = start(statement)..past_colon(this.text, start(statement), limit);
            block.facets.header_range = header.clone();
            let clause = plain_clause(BranchKind::Try, header, &statement.body);
            this.branch(block, clause);
            let mut last = &statement.body;
            for handler in &statement.handlers {
                let ExceptHandler::ExceptHandler(handler) = handler;
                let from = match (&handler.name, &handler.type_) {
                    (Some(name), _) => end(name),
                    (None, Some(exception)) => end(&**exception),
                    (None, None) => start(handler),
                };
                let limit = suite_range(&handler.body, end(handler)).start;
                let clause = Clause {
                    test: Test::Except(handler.type_.as_deref(), handler.name.as_deref()),
                    ..plain_clause(
                        BranchKind::Except,
                        start(handler)..past_colon(this.text, from, limit),
                        &handler.body,
                    )
                };
                this.branch(block, clause);
                last = &handler.body;
            }
            this.trailing(block, BranchKind::Else, last, &statement.orelse);
            let last = if statement.orelse.is_empty() {
                last
            } else {
                &statement.orelse
            };
            this.trailing(block, BranchKind::Finally, last, &statement.finalbody);
        })
    }

    pub(super) fn match_block(&mut self, statement: &'a ast::StmtMatch) -> u64 {
        self.block(statement, BlockKind::Match, |this, block| {
            this.block_header(block, &[&statement.subject]);
            let limit = statement.cases.first().map_or(end(statement), start);
            block.facets.header_range = start(statement)..past_colon(this.text, end(&*statement.subject), limit);
            for case in &statement.cases {
                let from = case.guard.as_deref().map_or(end(&case.pattern), end);
                let limit = suite_range(&case.body, end(case)).start;
                let clause = Clause {
                    test: Test::Case(&case.pattern, case.guard.as_deref()),
                    ..plain_clause(
                        BranchKind::Case,
                        start(case)..past_colon(this.text, from, limit),
                        &case.body,
                    )
                };
                this.branch(block, clause);
            }
        })
    }

    /// The suite of a loop or `with`: its clause is the block's own header.
    fn body(&mut self, block: &mut Block<'a>, keyword: u32, header_end: u32, body: &'a [Stmt], limit: u32) {
        let suite = suite_range(body, limit);
        let header = keyword..past_colon(self.text, header_end, suite.start);
        block.facets.header_range = header.clone();
        let clause = Clause {
            start: suite.start,
            ..plain_clause(BranchKind::Body, header, body)
        };
        self.branch(block, clause);
    }

    /// `else` or `finally` after the suite `before`, if it is there.
    fn trailing(&mut self, block: &mut Block<'a>, kind: BranchKind, before: &'a [Stmt], body: &'a [Stmt]) {
        let Some(first) = body.first() else { return };
        let keyword = before
            .last()
            .map_or(start(first), |last| skip_trivia(self.text, end(last)));
        let keyword = keyword.min(start(first));
        let header = keyword..past_colon(self.text, keyword, start(first));
        self.branch(block, plain_clause(kind, header, body));
    }
}

fn plain_clause<'a>(kind: BranchKind, header: Range<u32>, body: &'a [Stmt]) -> Clause<'a> {
    Clause {
        kind,
        start: header.start,
        header,
        test: Test::None,
        main_guard: false,
        static_test: false,
        body,
    }
}
