//! DO blocks: the statements inside, and those that EXECUTE puts together from plain text.
//!
//! Conditions are not evaluated. A statement under IF, in a loop or beside an exception handler may have run or not,
//! and then ensures its end state.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

use super::execute::is_ddl;
use super::{Interpreter, UnreadKind};

impl Interpreter<'_> {
    pub(super) fn do_block(&mut self, node: &ast::Do) {
        let Some(body) = node.plpgsql() else {
            self.data = true;
            self.unread(UnreadKind::Either, "it runs a DO block in a language that is not read");
            return;
        };
        let written = body.syntax().clone();
        let root = if body.errors().is_empty() { Some(written) } else { performed(&written) };
        let Some(root) = root else {
            let text = node.syntax().text().to_string();
            self.data = true;
            self.unread(UnreadKind::Either, "it runs a DO block that cannot be read");
            self.open_mentioned(&text);
            return;
        };
        let handled = root.descendants().any(|node| ast::PlpgsqlExceptionSection::can_cast(node.kind()));
        let before = self.recorder.guarded;
        for node in root.descendants() {
            let conditional = handled || is_conditional(&node);
            if ast::PlpgsqlReturnStmt::can_cast(node.kind()) {
                if !conditional {
                    break;
                }
                // What follows may not have run.
                self.recorder.guarded += 1;
            }
            self.recorder.guarded += u32::from(conditional);
            if let Some(statement) = ast::Stmt::cast(node.clone()) {
                self.statement_of_sql(&statement);
            } else if let Some(dynamic) = ast::PlpgsqlDynExecuteStmt::cast(node) {
                self.execute_of_block(&dynamic);
            }
            self.recorder.guarded = self.recorder.guarded.saturating_sub(u32::from(conditional));
        }
        self.recorder.guarded = before;
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
                    self.unparsed(text);
                }
            }
            [text, ..] if is_ddl(text) => {
                let put_together = node.syntax().text().to_string().replace('\'', " ");
                self.dynamic_sql(put_together.trim_start().get("EXECUTE".len()..).unwrap_or_default());
            }
            _ => {
                self.data = true;
                self.unread(UnreadKind::Either, "it executes a statement that a DO block puts together");
            }
        }
    }
}

/// The block again with `PERFORM …` for each `SELECT … INTO variable`: the grammar does not know the statement.
fn performed(body: &SyntaxNode) -> Option<SyntaxNode> {
    use SyntaxKind::{BEGIN_KW, COMMA, DOT, ELSE_KW, INTO_KW, LOOP_KW, SELECT_KW, SEMICOLON, STRICT_KW, THEN_KW};
    const TAG: &str = "$block$";
    let mut text = String::new();
    let (mut last, mut selects, mut targets) = (SEMICOLON, false, false);
    for token in body.descendants_with_tokens().filter_map(|element| element.into_token()) {
        let kind = token.kind();
        if kind.is_trivia() {
            text.push_str(token.text());
            continue;
        }
        let begins = matches!(last, BEGIN_KW | SEMICOLON | THEN_KW | ELSE_KW | LOOP_KW);
        selects = if begins { kind == SELECT_KW } else { selects };
        targets = (selects && kind == INTO_KW)
            || (targets && (matches!(kind, COMMA | DOT) || matches!(last, COMMA | DOT | INTO_KW | STRICT_KW)));
        if begins && selects {
            text.push_str("PERFORM");
        } else if !targets {
            text.push_str(token.text());
        }
        last = kind;
    }
    if text.contains(TAG) {
        return None;
    }
    let again = SourceFile::parse(&format!("DO {TAG}{text}{TAG}"));
    let body = again.tree().syntax().descendants().find_map(ast::Do::cast)?.plpgsql()?;
    body.errors().is_empty().then(|| body.syntax().clone())
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
