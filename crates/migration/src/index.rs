//! How an index is made, out of the options that Alembic and SQLAlchemy take, and out of `CREATE INDEX`.

use squawk_syntax::ast::{self, AstNode};

use super::construct::{column_name, is_word};
use super::spec::{Arguments, IndexOptions};
use super::value::Value;

/// An index's columns and options; `parts`: its key parts, where all of them are known.
pub(super) fn index_of(arguments: &Arguments, parts: Option<&[Value]>) -> (Option<Vec<Option<String>>>, IndexOptions) {
    let text = |name: &str| arguments.keyword(name).and_then(Value::text).map(|text| text.to_string());
    let plain =
        |part: &Value| matches!(part, Value::Str(_) | Value::FinalName(_) | Value::Column(_) | Value::Member(_));
    let written = !parts.is_some_and(|parts| parts.iter().all(plain));
    let parts = parts.and_then(|parts| parts.iter().map(key_parts).collect::<Option<Vec<_>>>()).map(|all| all.concat());
    let expressions = parts.iter().flatten().filter_map(|part| part.expression.clone());
    let options = IndexOptions {
        unique: arguments.keyword("unique").map_or(Some(false), Value::truth),
        method: text("postgresql_using"),
        expressions: expressions.collect(),
        written,
        predicate: text("postgresql_where").or_else(|| text("sqlite_where")),
        concurrently: arguments.keyword("postgresql_concurrently").and_then(Value::truth) == Some(true),
    };
    (parts.map(|parts| parts.into_iter().map(|part| part.column).collect()), options)
}

/// A part of an index's key: a column, or an expression, as SQL has it where it is written so.
#[derive(Clone, Default)]
struct Part {
    column: Option<String>,
    expression: Option<String>,
}

/// The key parts that one argument stands for: a text may hold several. `None`: nobody knows how many.
fn key_parts(value: &Value) -> Option<Vec<Part>> {
    match value {
        Value::Sql(_) => Some(top_level(&value.text()?).into_iter().map(written).collect()),
        Value::Expression => Some(vec![Part::default()]),
        Value::Str(_) | Value::FinalName(_) | Value::Column(_) | Value::ColumnName(_) | Value::Member(_) => {
            Some(vec![Part { column: Some(column_name(value)?), expression: None }])
        }
        // A name, whatever it is.
        Value::Fragment(_) | Value::Unknown => Some(vec![Part::default()]),
        _ => None,
    }
}

/// A key part as SQL writes it: a column, perhaps with an order or a class of operators behind it, or an expression.
fn written(text: &str) -> Part {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let quoted = first.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let name = quoted.map(str::to_owned).or_else(|| is_word(first).then(|| first.to_owned()));
    let operators = |word: &str| word.chars().any(|c| !(c.is_alphanumeric() || c == '_'));
    match name {
        Some(name) if !words.any(operators) => Part { column: Some(name), expression: None },
        _ => Part { column: None, expression: Some(text.to_owned()) },
    }
}

/// What commas part that stand in no parentheses and no quotes.
fn top_level(text: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut from, mut parts) = (0_i32, None, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[from..].trim());
    parts
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
        written: true,
        predicate: written(&|| {
            let condition = node.where_clause()?;
            let text = condition.syntax().text().to_string();
            text.get("WHERE".len()..).map(str::to_owned)
        }),
        concurrently: head.split_whitespace().any(|word| word == "CONCURRENTLY"),
    }
}
