//! How an index is made, out of the options that Alembic and SQLAlchemy take, and out of `CREATE INDEX`.

use squawk_syntax::ast::{self, AstNode};

use super::spec::{Arguments, IndexOptions};
use super::value::Value;

/// `parts`: the key parts, as arguments.
pub(super) fn index_options(arguments: &Arguments, parts: &[Value]) -> IndexOptions {
    let text = |name: &str| arguments.keyword(name).and_then(Value::text).map(|text| text.to_string());
    IndexOptions {
        unique: arguments.keyword("unique").map_or(Some(false), Value::truth),
        method: text("postgresql_using"),
        expressions: parts.iter().filter_map(expression).collect(),
        predicate: text("postgresql_where").or_else(|| text("sqlite_where")),
        concurrently: arguments.keyword("postgresql_concurrently").and_then(Value::truth) == Some(true),
    }
}

/// A key part that is an expression in SQL, and no column.
fn expression(part: &Value) -> Option<String> {
    let text = part.text().filter(|_| matches!(part, Value::Sql(_)))?;
    let column = text.chars().all(|c| c.is_alphanumeric() || c == '_');
    (!column).then(|| text.to_string())
}

pub(super) fn index_options_of_sql(node: &ast::CreateIndex) -> IndexOptions {
    let written = |node: &dyn Fn() -> Option<String>| node().map(|text| text.trim().to_owned());
    let items = node.partition_item_list();
    let parts = items.iter().flat_map(|items| items.partition_items()).filter_map(|item| item.expr());
    let expressions = parts.filter(|part| !matches!(part, ast::Expr::NameRef(_)));
    let words = node.syntax().text().to_string();
    let head = words.split('(').next().unwrap_or_default().to_uppercase();
    IndexOptions {
        unique: Some(node.unique_token().is_some()),
        method: written(&|| {
            let words: Vec<&str> = head.split_whitespace().collect();
            let using = words.iter().position(|word| *word == "USING")?;
            words.get(using + 1).map(|method| method.to_lowercase())
        }),
        expressions: expressions.map(|part| part.syntax().text().to_string()).collect(),
        predicate: written(&|| {
            let condition = node.where_clause()?;
            let text = condition.syntax().text().to_string();
            text.get("WHERE".len()..).map(str::to_owned)
        }),
        concurrently: head.split_whitespace().any(|word| word == "CONCURRENTLY"),
    }
}
