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

/// Functions through which a module can set its names without naming them.
const REFLECTION: [&str; 6] = ["exec", "eval", "globals", "locals", "vars", "setattr"];

/// Whether a function of this name can set any name of the module.
pub(super) fn is_reflection(name: &str) -> bool {
    REFLECTION.contains(&name)
}

/// What the functions of some statements may do to the module's names once somebody calls them.
#[derive(Debug, Clone, Default)]
pub(super) struct Deferred<'a> {
    /// The names that are declared `global`, at any depth.
    pub(super) global: Vec<&'a str>,
    /// Whether any other may be rebound, too.
    pub(super) anything: bool,
    /// Whether there are functions at all: each may change what can be changed in place.
    pub(super) functions: bool,
    depth: u32,
}

impl<'a> Deferred<'a> {
    /// Looks into one more statement.
    pub(super) fn add(&mut self, statement: &'a Stmt) {
        self.visit_stmt(statement);
    }
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

impl<'a> Visitor<'a> for Deferred<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let inside = u32::from(statement.is_function_def_stmt());
        if let Stmt::Global(global) = statement {
            self.global.extend(global.names.iter().map(|name| name.as_str()));
        }
        self.functions |= inside > 0;
        self.depth += inside;
        walk_stmt(self, statement);
        self.depth -= inside;
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let inside = u32::from(expression.is_lambda_expr());
        self.functions |= inside > 0;
        self.depth += inside;
        if let Expr::Name(name) = expression {
            self.anything |= self.depth > 0 && (is_reflection(&name.id) || name.id == "__name__");
        }
        walk_expr(self, expression);
        self.depth -= inside;
    }
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
