//! Which names a piece of Python binds or mentions, found by looking, not by following.

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, ExprContext, Pattern, Stmt};

/// Every name that running some of these statements may bind or delete. Bodies of functions and classes are not
/// looked into: they bind their own.
pub(super) fn bound_names(body: &[Stmt]) -> Vec<&str> {
    let mut bound = Bound(Vec::new());
    body.iter().for_each(|statement| bound.visit_stmt(statement));
    bound.0
}

/// The names that a function body declares `global`, at any depth.
pub(super) fn declared_global(body: &[Stmt]) -> Vec<&str> {
    let mut global = Global(Vec::new());
    body.iter().for_each(|statement| global.visit_stmt(statement));
    global.0
}

/// Whether an expression holds a name for which `matches` is true.
pub(super) fn mentions(expression: &Expr, matches: &dyn Fn(&str) -> bool) -> bool {
    let mut mention = Mention { matches, found: false };
    mention.visit_expr(expression);
    mention.found
}

struct Bound<'a>(Vec<&'a str>);

impl<'a> Visitor<'a> for Bound<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.0.push(&function.name),
            Stmt::ClassDef(class) => self.0.push(&class.name),
            Stmt::Import(import) => {
                let name = |alias: &'a ruff_python_ast::Alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                self.0.extend(import.names.iter().map(|alias| name(alias).split('.').next().unwrap_or_default()));
            }
            Stmt::ImportFrom(import) => {
                self.0.extend(import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str()));
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression
            && name.ctx != ExprContext::Load
        {
            self.0.push(name.id.as_str());
        }
        walk_expr(self, expression);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        self.0.extend(inner.name.as_ref().map(|name| name.as_str()));
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        self.0.extend(name.map(|name| name.as_str()));
        walk_pattern(self, pattern);
    }
}

struct Global<'a>(Vec<&'a str>);

impl<'a> Visitor<'a> for Global<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::Global(global) = statement {
            self.0.extend(global.names.iter().map(|name| name.as_str()));
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

struct Mention<'m> {
    matches: &'m dyn Fn(&str) -> bool,
    found: bool,
}

impl Visitor<'_> for Mention<'_> {
    fn visit_expr(&mut self, expression: &Expr) {
        if let Expr::Name(name) = expression {
            self.found |= (self.matches)(name.id.as_str());
        }
        walk_expr(self, expression);
    }
}
