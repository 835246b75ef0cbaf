//! DO blocks: the statements inside, and those that EXECUTE puts together from plain text.
//!
//! Conditions are not evaluated. A statement under IF, in a loop or beside an exception handler may have run or not,
//! and then ensures its end state.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Interpreter;
use super::execute::is_ddl;

impl Interpreter<'_> {
    pub(super) fn do_block(&mut self, node: &ast::Do) {
        let Some(body) = node.plpgsql() else {
            self.data = true;
            return;
        };
        if !body.errors().is_empty() {
            self.data = true;
            let text = node.syntax().text().to_string();
            self.opaque.push("it runs a DO block that cannot be read".to_owned());
            self.open_mentioned(&text);
            return;
        }
        let root = body.syntax().clone();
        let handled = root.descendants().any(|node| ast::PlpgsqlExceptionSection::can_cast(node.kind()));
        for node in root.descendants() {
            let conditional = handled || is_conditional(&node);
            self.simulation.guarded += u32::from(conditional);
            if let Some(statement) = ast::Stmt::cast(node.clone()) {
                self.statement_of_sql(&statement);
            } else if let Some(dynamic) = ast::PlpgsqlDynExecuteStmt::cast(node) {
                self.execute_of_block(&dynamic);
            }
            self.simulation.guarded = self.simulation.guarded.saturating_sub(u32::from(conditional));
        }
    }

    /// `EXECUTE 'text'` is followed; anything put together is not.
    fn execute_of_block(&mut self, node: &ast::PlpgsqlDynExecuteStmt) {
        let literals: Vec<String> =
            node.syntax().descendants().filter_map(ast::Literal::cast).filter_map(|l| l.string_value()).collect();
        let plain = !node.syntax().descendants_with_tokens().any(|element| {
            matches!(element.kind(), SyntaxKind::CALL_EXPR | SyntaxKind::BIN_EXPR | SyntaxKind::NAME_REF)
        });
        match literals.as_slice() {
            [text] if plain => {
                if !self.statements(text) {
                    self.data = true;
                }
            }
            [text, ..] if is_ddl(text) => self.dynamic_sql(&node.syntax().text().to_string().replace('\'', " ")),
            _ => self.data = true,
        }
    }
}

fn is_conditional(node: &SyntaxNode) -> bool {
    node.ancestors().any(|ancestor| {
        let kind = ancestor.kind();
        ast::PlpgsqlIfStmt::can_cast(kind)
            || ast::PlpgsqlCaseStmt::can_cast(kind)
            || ast::PlpgsqlLoopStmt::can_cast(kind)
            || ast::PlpgsqlWhileStmt::can_cast(kind)
            || ast::PlpgsqlForQueryStmt::can_cast(kind)
            || ast::PlpgsqlForIStmt::can_cast(kind)
            || ast::PlpgsqlForDynStmt::can_cast(kind)
            || ast::PlpgsqlForEachStmt::can_cast(kind)
    })
}
