//! PostgreSQL's catalogue as a [`Schema`]: the reading of what [`QUERY`] answers.
//!
//! It opens no connection itself.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::CatalogueError;
use schema::{Belief, Check, Column, ConstraintName, ForeignKey, Index, Schema, Table, Unique};
use version_table::VersionTable;

pub use super::sql::CATALOGUE as QUERY;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    default_schema: Option<String>,
    tables: BTreeMap<String, Kind>,
    columns: Vec<Row>,
    constraints: Vec<Row>,
    indexes: Vec<Row>,
    enums: BTreeMap<String, Vec<String>>,
    extensions: Vec<String>,
    sequences: Vec<String>,
    functions: BTreeMap<String, String>,
    triggers: Vec<(String, String)>,
    schemas: Vec<String>,
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
}

/// One row of a list, by position.
type Row = Vec<serde_json::Value>;

fn text(row: &Row, at: usize) -> &str {
    row.get(at).and_then(serde_json::Value::as_str).unwrap_or_default()
}

fn truth(row: &Row, at: usize) -> bool {
    row.get(at).and_then(serde_json::Value::as_bool).unwrap_or_default()
}

fn texts(row: &Row, at: usize) -> Vec<String> {
    let items = row.get(at).and_then(serde_json::Value::as_array).into_iter().flatten();
    items.map(|item| item.as_str().unwrap_or_default().to_owned()).collect()
}

/// The schema that the answer describes, names relative to the connection's default schema, without the version table.
///
/// Where `version_table` says which schema is the default one, the answer does not.
///
/// # Errors
/// When `answer` is not what [`QUERY`] answers.
pub fn read(answer: &str, version_table: &VersionTable) -> Result<Schema, CatalogueError> {
    let answer: Answer = serde_json::from_str(answer)?;
    let named = version_table.default_schema().or(answer.default_schema.as_deref());
    let default = named.unwrap_or("public").to_owned();
    let prefix = format!("{default}.");
    let name = |name: &str| name.strip_prefix(&prefix).unwrap_or(name).to_owned();
    let version_table = version_table.seen_from(&default);
    let mut schema = Schema { default_schema: default, ..Schema::default() };
    for (table, kind) in &answer.tables {
        match kind.kind.as_str() {
            "v" | "m" => {
                schema.views.insert(name(table));
            }
            _ => {
                schema.tables.insert(name(table), Table::default());
            }
        }
    }
    schema.tables.remove(&version_table);
    for row in &answer.columns {
        let Some(table) = schema.tables.get_mut(&name(text(row, 0))) else { continue };
        let kind = text(row, 2).replace('"', "").to_lowercase();
        // A serial column's default is its own sequence.
        let default = row.get(4).and_then(serde_json::Value::as_str).is_some_and(|text| !text.starts_with("nextval("));
        table.columns.push(Column {
            name: text(row, 1).to_owned(),
            kind: Belief::Known(name(&kind)),
            nullable: Belief::Known(!truth(row, 3)),
            default: Belief::Known(default),
        });
    }
    for row in &answer.constraints {
        let Some(table) = schema.tables.get_mut(&name(text(row, 0))) else { continue };
        let label = ConstraintName { name: text(row, 1).to_owned(), explicit: true };
        let columns = Belief::Known(texts(row, 3));
        match text(row, 2) {
            "p" => {
                table.primary_key = Some(columns);
                table.primary_key_name = Some(label);
            }
            "u" => table.uniques.push(Unique { name: Some(label), columns }),
            "f" => table.foreign_keys.push(ForeignKey {
                name: Some(label),
                columns,
                target: Belief::Known(name(text(row, 4))),
                on_delete: text(row, 6).chars().next().into(),
            }),
            _ => table.checks.push(Check { name: label, condition: None }),
        }
    }
    for row in &answer.indexes {
        let Some(table) = schema.tables.get_mut(&name(text(row, 0))) else { continue };
        let columns = texts(row, 5).into_iter().map(|part| plain(&part)).collect();
        let index = Index {
            columns: Belief::Known(columns),
            unique: Belief::Known(truth(row, 2)),
            valid: row.get(9).is_none_or(|valid| valid.as_bool() != Some(false)),
        };
        table.indexes.insert(text(row, 1).to_owned(), index);
    }
    schema.enums =
        answer.enums.into_iter().map(|(label, labels)| (name(&label).to_lowercase(), Belief::Known(labels))).collect();
    schema.extensions = answer.extensions.into_iter().collect();
    schema.sequences = answer.sequences.iter().map(|label| name(label)).collect();
    schema.functions = answer.functions.keys().map(|label| name(label.split('(').next().unwrap_or_default())).collect();
    schema.triggers = answer.triggers.iter().map(|(table, label)| (name(table), label.clone())).collect();
    schema.namespaces = answer.schemas.into_iter().collect();
    Ok(schema)
}

/// The column of an index part; `None` when the part is an expression.
fn plain(part: &str) -> Option<String> {
    let unquoted = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
    let name = unquoted.unwrap_or(part);
    let word = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (unquoted.is_some() || word).then(|| name.replace("\"\"", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_becomes_a_schema_without_the_version_table() {
        let answer = r#"{"default_schema": "app", "schemas": ["app", "public"], "extensions": ["citext"],
          "enums": {"app.Mood": ["ok", "sad"]}, "sequences": ["app.t_id_seq"], "functions": {"public.f(integer)": "x"},
          "triggers": [["app.t", "touch"]], "tables": {"app.t": {"kind": "r"}, "public.u": {"kind": "p"},
          "app.v": {"kind": "v"}, "app.alembic_version": {"kind": "r"}},
          "columns": [["app.t", "id", "integer", true, "nextval('t_id_seq'::regclass)", null, null],
                      ["app.t", "mood", "app.\"Mood\"", false, "'ok'::app.\"Mood\"", null, null]],
          "constraints": [["app.t", "t_pkey", "p", ["id"], null, null, null],
                          ["app.t", "t_u", "f", ["id"], "public.u", ["id"], "ca"]],
          "indexes": [["app.t", "ix", true, false, "btree", ["lower(mood)", "\"Id\""], null, false, "", false]]}"#;
        let schema = read(answer, &VersionTable::default()).unwrap();
        assert_eq!(schema.tables.keys().collect::<Vec<_>>(), ["public.u", "t"]);
        let table = &schema.tables["t"];
        assert_eq!(table.columns[0].default, Belief::Known(false));
        assert_eq!(table.columns[1].kind, Belief::Known("mood".to_owned()));
        assert_eq!(table.columns[1].default, Belief::Known(true));
        assert_eq!(table.foreign_keys[0].target, Belief::Known("public.u".to_owned()));
        assert_eq!(table.foreign_keys[0].on_delete, Belief::Known('c'));
        assert_eq!(table.indexes["ix"].columns, Belief::Known(vec![None, Some("Id".to_owned())]));
        assert!(!table.indexes["ix"].valid);
        assert!(schema.enums.contains_key("mood") && schema.views.contains("v"));
        assert!(schema.functions.contains("public.f"));
    }

    #[test]
    fn what_is_no_catalogue_is_refused() {
        assert!(read("[]", &VersionTable::default()).is_err());
    }
}
