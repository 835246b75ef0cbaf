//! DO blocks: the statements inside, and those that EXECUTE puts together from plain text.
//!
//! Conditions are not evaluated. A statement under IF, in a loop or beside an exception handler may have run or not,
//! and then ensures its end state.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

use super::execute::is_ddl;
use super::sql_name::names;
use super::value::GAP;
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

    /// `EXECUTE` of a text that is written in the block is followed, as far as it is.
    fn execute_of_block(&mut self, node: &ast::PlpgsqlDynExecuteStmt) {
        let query = node.query().map(|query| query.syntax().clone());
        let text = query.and_then(|query| query.descendants().find_map(ast::Expr::cast)).map(|query| written(&query));
        match text {
            Some(text) if !text.contains(GAP) => {
                if !self.statements(&text) {
                    self.unparsed(&text);
                }
            }
            Some(text) if is_ddl(&text) => self.dynamic_sql(&text),
            Some(_) | None => {
                self.data = true;
                self.unread(UnreadKind::Either, "it executes a statement that a DO block puts together");
            }
        }
    }
}

/// The text that an expression makes, with a gap for each part that is not written in it.
fn written(expression: &ast::Expr) -> String {
    const WIDEST: usize = 64 << 10;
    let gap = || GAP.to_string();
    let text = match expression {
        ast::Expr::Literal(literal) => literal.string_value().unwrap_or_else(gap),
        ast::Expr::ParenExpr(inner) => {
            inner.syntax().children().find_map(ast::Expr::cast).map_or_else(gap, |inner| written(&inner))
        }
        ast::Expr::BinExpr(both)
            if both.syntax().children_with_tokens().any(|part| part.to_string().trim() == "||") =>
        {
            both.syntax().children().filter_map(ast::Expr::cast).map(|part| written(&part)).collect()
        }
        ast::Expr::CallExpr(call) => called(call).unwrap_or_else(gap),
        ast::Expr::ArrayExpr(_)
        | ast::Expr::BetweenExpr(_)
        | ast::Expr::BinExpr(_)
        | ast::Expr::CaseExpr(_)
        | ast::Expr::CastExpr(_)
        | ast::Expr::Collate(_)
        | ast::Expr::FieldExpr(_)
        | ast::Expr::IndexExpr(_)
        | ast::Expr::NameRef(_)
        | ast::Expr::PostfixExpr(_)
        | ast::Expr::PrefixExpr(_)
        | ast::Expr::SliceExpr(_)
        | ast::Expr::TupleExpr(_) => gap(),
    };
    if text.len() > WIDEST { gap() } else { text }
}

/// `format(template, …)` and `quote_ident(name)`.
fn called(call: &ast::CallExpr) -> Option<String> {
    let name = names(call.expr()?.syntax());
    let arguments: Vec<String> = call
        .arg_list()?
        .syntax()
        .descendants()
        .filter_map(ast::Expr::cast)
        .filter(|part| part.syntax().ancestors().skip(1).find_map(ast::ArgList::cast) == call.arg_list())
        .filter(|part| part.syntax().parent().is_none_or(|parent| ast::Expr::cast(parent).is_none()))
        .map(|part| written(&part))
        .collect();
    match (name.as_slice(), arguments.as_slice()) {
        ([name], [template, rest @ ..]) if name == "format" => formatted(template, rest),
        ([name], [text]) if name == "quote_ident" => Some(identifier(text)),
        ([name], [text]) if name == "quote_literal" => Some(literal(text)),
        (_, _) => None,
    }
}

/// What `format` makes of `%I`, `%L` and `%s`, with or without a place; `None` for what it would not take.
fn formatted(template: &str, values: &[String]) -> Option<String> {
    let mut text = String::new();
    let mut next = 0;
    let mut parts = template.split('%');
    text.push_str(parts.next()?);
    let mut rest: Vec<&str> = parts.rev().collect();
    while let Some(part) = rest.pop() {
        if part.is_empty() {
            // `%%`: what follows is no field.
            text.push('%');
            text.push_str(rest.pop()?);
            continue;
        }
        let digits = part.find(|c: char| !c.is_ascii_digit())?;
        let (place, part) = match part[digits..].strip_prefix('$') {
            Some(after) => (part[..digits].parse::<usize>().ok()?.checked_sub(1)?, after),
            None => (next, part),
        };
        next = place + 1;
        let value = values.get(place)?;
        let mut letters = part.chars();
        text.push_str(&match letters.next()? {
            's' => value.clone(),
            'I' => identifier(value),
            'L' => literal(value),
            _ => return None,
        });
        text.push_str(letters.as_str());
    }
    Some(text)
}

/// Quoted where the name would otherwise be read as another; a name that is not known stays what it is.
fn identifier(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_' || c == GAP)
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == GAP);
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn literal(text: &str) -> String {
    if text.contains(GAP) { GAP.to_string() } else { format!("'{}'", text.replace('\'', "''")) }
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
