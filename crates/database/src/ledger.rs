//! Where the ledger is kept, and its statements, as far as they are the same everywhere.
//!
//! PostgreSQL: a table in a schema of its own, `levelhead.ledger`, which Alembic's autogenerate does not look at. SQLite has no
//! schemas, but attached files, which it does not look at either: `NAME.levelhead-ledger` beside the database, attached as
//! `levelhead`, so that the statements are the same.

use serde::Serialize;

use crate::statements::{literal, optional};
use version_table::Row;
use version_table::ledger::Note;

/// The schema, which is levelhead's alone.
pub(crate) const SCHEMA: &str = "levelhead";

/// Makes the ledger's table unless it is there, with a backend's types of a number, of a time, and of JSON.
pub(crate) fn create([number, at, json]: [&str; 3]) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {SCHEMA}.ledger (number {number}, at {at}, version_table_schema text, \
         version_table text NOT NULL, action text NOT NULL, rows_before {json}, rows_after {json}, finding text, \
         evidence {json} NOT NULL DEFAULT '[]', applied {json} NOT NULL DEFAULT '[]', image text, host text, \
         levelhead text NOT NULL)"
    )
}

/// Adds an entry. `table`: the schema, where there is one, and the name of the version table.
pub(crate) fn insert(
    (schema, name): (Option<&str>, &str),
    before: Option<&[Row]>,
    after: Option<&[Row]>,
    note: &Note,
) -> String {
    let Note { action, finding, evidence, applied, origin } = note;
    let values = [
        optional(schema),
        literal(name),
        literal(action.word()),
        before.map_or_else(|| "NULL".to_owned(), json),
        after.map_or_else(|| "NULL".to_owned(), json),
        optional(finding.as_deref()),
        json(evidence),
        json(applied),
        optional(origin.image.as_deref()),
        optional(origin.host.as_deref()),
        literal(&origin.levelhead),
    ];
    format!(
        "INSERT INTO {SCHEMA}.ledger (version_table_schema, version_table, action, rows_before, rows_after, finding, \
         evidence, applied, image, host, levelhead) VALUES ({})",
        values.join(", ")
    )
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    // Maps of text, lists and numbers: nothing that JSON cannot hold.
    literal(&serde_json::to_string(value).unwrap_or_default())
}
