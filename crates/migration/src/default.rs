//! `server_default`: whether the server keeps one, and which.

use super::Interpreter;
use super::sql_table::is_null;
use super::value::Value;
use schema::Dialect;

impl Interpreter<'_> {
    /// Whether a `server_default` is one for a column of this type. A sequence's next value is the column's own business, and
    /// so is an identity; a plain `FetchedValue` is one that no statement speaks of.
    pub(super) fn has_default(&self, value: &Value, kind: Option<&str>) -> Option<bool> {
        let text = match value {
            Value::None => return Some(false),
            Value::Ddl("IDENTITY" | "FETCHED", _) => return Some(false),
            Value::Ddl("COMPUTED", _) => return Some(self.keeps_computed()),
            Value::Expression => return Some(true),
            Value::Str(_) | Value::FinalName(_) | Value::Fragment(_) => return Some(true),
            Value::Member(_) | Value::Sql(_) => value.text()?,
            _ => return None,
        };
        if matches!(value, Value::Sql(_)) && is_null(&text) {
            return self.keeps_null(kind);
        }
        Some(!(matches!(value, Value::Sql(_)) && text.trim_start().to_lowercase().starts_with("nextval(")))
    }

    /// PostgreSQL forgets a plain NULL, unless a length makes a cast of it; SQLite keeps it.
    fn keeps_null(&self, kind: Option<&str>) -> Option<bool> {
        match self.dialect() {
            Dialect::Sqlite => Some(true),
            Dialect::PostgreSql => kind.filter(|kind| !kind.contains('(')).map(|_| false),
        }
    }

    /// PostgreSQL has a computed column's expression for its default.
    pub(super) fn keeps_computed(&self) -> bool {
        self.dialect() == Dialect::PostgreSql
    }
}

/// A `server_default` as SQL has it: a string is a literal there.
pub(super) fn default_text(value: &Value) -> Option<String> {
    match value {
        Value::Sql(_) => value.text().map(|text| text.to_string()),
        Value::Str(text) | Value::FinalName(text) => Some(format!("'{}'", text.replace('\'', "''"))),
        _ => None,
    }
}
