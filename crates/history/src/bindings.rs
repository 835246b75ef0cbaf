//! Which names a piece of Python binds or mentions, found by looking, not by following.

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{Alias, ExceptHandler, Expr, ExprContext, Pattern, Stmt, StmtFunctionDef};

/// The names in some statements or an expression. Bodies of functions are not looked into: they do not run there.
#[derive(Default)]
pub(super) struct Uses<'a> {
    /// What running some part of it may bind or delete. Bodies of classes bind their own.
    pub(super) bound: Vec<&'a str>,
    /// Every name that stands there.
    pub(super) mentioned: Vec<&'a str>,
}

impl<'a> Uses<'a> {
    pub(super) fn of_statements(body: &'a [Stmt]) -> Self {
        let mut uses = Self::default();
        uses.visit_body(body);
        uses
    }

    pub(super) fn of_expression(expression: &'a Expr) -> Self {
        let mut uses = Self::default();
        uses.visit_expr(expression);
        uses
    }
}

/// Visits what is evaluated where a function is defined.
pub(super) fn visit_signature<'a>(visitor: &mut impl Visitor<'a>, function: &'a StmtFunctionDef) {
    function.decorator_list.iter().for_each(|decorator| visitor.visit_decorator(decorator));
    function.type_params.iter().for_each(|parameters| visitor.visit_type_params(parameters));
    visitor.visit_parameters(&function.parameters);
    function.returns.iter().for_each(|annotation| visitor.visit_annotation(annotation));
}

impl<'a> Visitor<'a> for Uses<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.bound.push(&function.name);
                visit_signature(self, function);
            }
            Stmt::ClassDef(class) => {
                self.bound.push(&class.name);
                class.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                class.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
                let outside = self.bound.len();
                self.visit_body(&class.body);
                self.bound.truncate(outside);
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression {
            self.mentioned.push(name.id.as_str());
            if name.ctx != ExprContext::Load {
                self.bound.push(name.id.as_str());
            }
        }
        walk_expr(self, expression);
    }

    fn visit_alias(&mut self, alias: &'a Alias) {
        let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
        self.bound.push(name.split('.').next().unwrap_or(name));
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        self.bound.extend(inner.name.as_ref().map(|name| name.as_str()));
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        self.bound.extend(name.map(|name| name.as_str()));
        walk_pattern(self, pattern);
    }
}
