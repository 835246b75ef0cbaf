//! What a block does that may not have run, as far as its text shows: how it is left, and whether it calls anything.

#![deny(clippy::wildcard_enum_match_arm)]

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprAttribute, ExprName, Stmt, StmtFor, StmtWhile};

use super::departure::Departures;
use super::known;

/// Whether a block may fail before its end: it calls or imports something, or takes a part of something.
pub(super) fn may_fail(body: &[Stmt]) -> bool {
    struct Fails(bool);
    impl<'a> Visitor<'a> for Fails {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            self.0 |= matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::Raise(_) | Stmt::Assert(_));
            walk_stmt(self, statement);
        }

        fn visit_expr(&mut self, expression: &'a Expr) {
            self.0 |= matches!(expression, Expr::Call(_) | Expr::Subscript(_) | Expr::Attribute(_));
            walk_expr(self, expression);
        }
    }
    let mut fails = Fails(false);
    fails.visit_body(body);
    fails.0
}

/// Whether a block can only end with an exception.
pub(super) fn fails(body: &[Stmt]) -> bool {
    let mut leaving = Leaving::default();
    leaving.visit_body(body);
    matches!(body.last(), Some(Stmt::Raise(_))) && leaving.found == Departures::default()
}

/// The words in a block that leave it, and not only a loop or a function inside; and whether it calls anything.
#[derive(Default)]
pub(super) struct Leaving {
    pub(super) found: Departures,
    loops: u32,
    pub(super) calls: bool,
    /// Something is called that may do more than look, by its name.
    pub(super) acts: bool,
}

/// Whether what is called can do no more than look, as far as its name shows.
fn only_looks_by_name(callee: &Expr) -> bool {
    let plain = |name: &ExprName| known::is(&name.id, known::PLAIN);
    let keeps = |attribute: &ExprAttribute| known::is(&attribute.attr, known::KEEPS_DATA);
    callee.as_name_expr().is_some_and(plain) || callee.as_attribute_expr().is_some_and(keeps)
}

impl<'a> Visitor<'a> for Leaving {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Return(_) => {
                self.found.returns += 1;
                walk_stmt(self, statement);
            }
            Stmt::Break(_) => self.found.breaks += u32::from(self.loops == 0),
            Stmt::Continue(_) => self.found.continues += u32::from(self.loops == 0),
            // Its `else` is outside of the loop.
            Stmt::For(StmtFor { iter, body, orelse, .. }) | Stmt::While(StmtWhile { test: iter, body, orelse, .. }) => {
                self.visit_expr(iter);
                self.loops += 1;
                self.visit_body(body);
                self.loops -= 1;
                self.visit_body(orelse);
            }
            Stmt::If(_)
            | Stmt::With(_)
            | Stmt::Try(_)
            | Stmt::Match(_)
            | Stmt::Expr(_)
            | Stmt::Assign(_)
            | Stmt::AugAssign(_)
            | Stmt::AnnAssign(_)
            | Stmt::TypeAlias(_)
            | Stmt::Delete(_)
            | Stmt::Raise(_)
            | Stmt::Assert(_)
            | Stmt::Import(_)
            | Stmt::ImportFrom(_)
            | Stmt::Global(_)
            | Stmt::Nonlocal(_)
            | Stmt::Pass(_)
            | Stmt::IpyEscapeCommand(_) => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            self.calls = true;
            self.acts |= !only_looks_by_name(&call.func);
        }
        walk_expr(self, expression);
    }
}
