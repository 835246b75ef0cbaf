//! The statements on the version table, the same for whoever runs them: the one writer, or a person who pastes them.

use crate::DatabaseError;
use crate::registry::sql;
use schema::Dialect;
use version_table::{COLUMN, Change, ROOM, Row, RowChange, Rows, VersionTable, quoted, revisions};

/// What these statements have of a database's own.
pub(crate) trait Sql: Sync {
    /// Keeps others from writing to the table until the transaction ends; `None` where the transaction itself does.
    fn lock(&self, table: &VersionTable) -> Option<String>;

    /// Gives `version_num` room for `width` characters; `None` where a width is not enforced.
    fn widen(&self, table: &VersionTable, width: u32) -> Option<String>;
}

/// Gives the column of a table that is there room for `width` characters; `None` where the database enforces no width.
#[must_use]
pub fn wider(dialect: Dialect, table: &VersionTable, width: u32) -> Option<String> {
    sql(dialect).widen(table, width)
}

/// A change as one transaction, a statement each. `exists`: whether the table is there.
///
/// The writer runs the same statements, and between them makes sure that the rows are still those that it expects; for a
/// person who pastes them, `pasted` puts that into the statements.
#[must_use]
pub fn script(dialect: Dialect, table: &VersionTable, change: &Change, exists: bool) -> Vec<String> {
    let mut statements = vec!["BEGIN".to_owned()];
    statements.extend(opening(sql(dialect), table, change, exists));
    statements.extend(widen(sql(dialect), table, change, exists));
    statements.extend(rows(&table.quoted(), &change.rows).into_iter().map(|(statement, _)| statement));
    statements.push("COMMIT".to_owned());
    statements
}

/// Makes the table if it has to be made, and keeps others from writing to it.
pub(crate) fn opening(sql: &dyn Sql, table: &VersionTable, change: &Change, exists: bool) -> Vec<String> {
    // Where the table is there, IF NOT EXISTS is no help: without the right to create it fails all the same.
    let create = (!exists).then(|| create(table, change));
    create.into_iter().chain(sql.lock(table)).collect()
}

/// Makes the table as Alembic does, wide enough for the longest id.
fn create(table: &VersionTable, change: &Change) -> String {
    let added: Vec<String> = match &change.rows {
        Rows::Changed(changes) => changes.iter().filter_map(RowChange::added).map(str::to_owned).collect(),
        Rows::PutBack(rows) => revisions(rows.as_deref()),
    };
    let width =
        added.iter().map(|id| id.chars().count()).max().unwrap_or(0).max(ROOM).max(change.widen.unwrap_or(0) as usize);
    let key = match table.primary_key {
        true => format!(", CONSTRAINT {} PRIMARY KEY ({COLUMN})", quoted(&format!("{}_pkc", table.name))),
        false => String::new(),
    };
    format!("CREATE TABLE IF NOT EXISTS {} ({COLUMN} VARCHAR({width}) NOT NULL{key})", table.quoted())
}

/// Makes the column of a table that is there wider.
pub(crate) fn widen(sql: &dyn Sql, table: &VersionTable, change: &Change, exists: bool) -> Option<String> {
    sql.widen(table, change.widen.filter(|_| exists)?)
}

/// The statements that change the rows, each with the change whose row it has to meet.
pub(crate) fn rows<'a>(name: &str, rows: &'a Rows) -> Vec<(String, Option<&'a RowChange>)> {
    match rows {
        Rows::Changed(changes) => changes.iter().map(|change| (row(name, change), Some(change))).collect(),
        Rows::PutBack(None) => vec![(format!("DROP TABLE {name}"), None)],
        Rows::PutBack(Some(rows)) => {
            let all = format!("DELETE FROM {name}");
            [all]
                .into_iter()
                .chain(rows.iter().map(|row| restore(name, row)))
                .map(|statement| (statement, None))
                .collect()
        }
    }
}

fn row(name: &str, change: &RowChange) -> String {
    match change {
        RowChange::Insert(id) => format!("INSERT INTO {name} ({COLUMN}) VALUES ({})", literal(id)),
        RowChange::Delete(id) => format!("DELETE FROM {name} WHERE {COLUMN} = {}", literal(id)),
        RowChange::Update { from, to } => {
            format!("UPDATE {name} SET {COLUMN} = {} WHERE {COLUMN} = {}", literal(to), literal(from))
        }
    }
}

/// A row with each of its columns. Text becomes every type's value as the database once wrote it.
fn restore(name: &str, row: &Row) -> String {
    let columns: Vec<String> = row.keys().map(|column| quoted(column)).collect();
    let values: Vec<String> = row.values().map(|value| optional(value.as_deref())).collect();
    format!("INSERT INTO {name} ({}) VALUES ({})", columns.join(", "), values.join(", "))
}

/// The rows have to be those that the changes were made for.
pub(crate) fn expect(expected: &[String], mut found: Vec<String>) -> Result<(), DatabaseError> {
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    found.sort_unstable();
    if expected == found {
        return Ok(());
    }
    let shown = |rows: Vec<String>| if rows.is_empty() { "nothing".to_owned() } else { rows.join(", ") };
    Err(DatabaseError::RowsMoved { expected: shown(expected), found: shown(found) })
}

/// One row for each change; a deletion may take the same row as often as it is there.
pub(crate) fn expect_count(change: &RowChange, rows: &[String], count: u64) -> Result<(), DatabaseError> {
    let fits = match change {
        RowChange::Delete(id) => count > 0 && count == rows.iter().filter(|row| *row == id).count() as u64,
        RowChange::Insert(_) | RowChange::Update { .. } => count == 1,
    };
    if fits { Ok(()) } else { Err(DatabaseError::RowCount { change: change.to_string(), count }) }
}

/// Text as SQL writes it; `standard_conforming_strings` has to be on.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Text or NULL.
pub(crate) fn optional(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), literal)
}
