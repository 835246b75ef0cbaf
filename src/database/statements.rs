//! The statements on the version table, the same for every database, and what each has to meet.

use super::DatabaseError;
use crate::version_table::{RowChange, VersionTable};

/// Makes the table as Alembic does, wide enough for the longest id, unless it is there.
pub(super) fn create(table: &VersionTable, name: &str, changes: &[RowChange]) -> String {
    let added = changes.iter().filter_map(|change| match change {
        RowChange::Insert(id) | RowChange::Update { to: id, .. } => Some(id.chars().count()),
        RowChange::Delete(_) => None,
    });
    let width = added.max().unwrap_or(0).max(32);
    let key = match table.primary_key {
        true => format!(", CONSTRAINT {} PRIMARY KEY (version_num)", quoted(&format!("{}_pkc", table.name))),
        false => String::new(),
    };
    format!("CREATE TABLE IF NOT EXISTS {name} (version_num VARCHAR({width}) NOT NULL{key})")
}

/// One change of one row.
pub(super) fn change(name: &str, change: &RowChange) -> String {
    match change {
        RowChange::Insert(id) => format!("INSERT INTO {name} (version_num) VALUES ({})", literal(id)),
        RowChange::Delete(id) => format!("DELETE FROM {name} WHERE version_num = {}", literal(id)),
        RowChange::Update { from, to } => {
            format!("UPDATE {name} SET version_num = {} WHERE version_num = {}", literal(to), literal(from))
        }
    }
}

/// The rows have to be those that the changes were made for.
pub(super) fn expect(expected: &[String], mut found: Vec<String>) -> Result<(), DatabaseError> {
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
pub(super) fn expect_count(change: &RowChange, rows: &[String], count: u64) -> Result<(), DatabaseError> {
    let fits = match change {
        RowChange::Delete(id) => count > 0 && count == rows.iter().filter(|row| *row == id).count() as u64,
        RowChange::Insert(_) | RowChange::Update { .. } => count == 1,
    };
    if fits { Ok(()) } else { Err(DatabaseError::RowCount { change: change.to_string(), count }) }
}

/// A name as SQL writes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
