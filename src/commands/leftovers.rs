//! Tables that an interrupted batch migration left behind, and what has become of those that they were to take the place of.

use crate::error::Error;
use crate::reconcile::{Fate, Leftover};
use database::{Contents, Database};
use schema::{Dialect, RevisionFacts, Schema};

/// What Alembic puts before a table's name while its batch mode makes it anew.
const PREFIX: &str = "_alembic_tmp_";

/// Whether a table's name, without its schema, is that of a leftover.
pub(super) fn is_leftover(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// The leftovers of a schema, the most dangerous first. Rows are only counted where there is one.
pub(super) async fn leftovers(
    database: &Database,
    schema: &Schema,
    pending: &[RevisionFacts],
) -> Result<Vec<Leftover>, Error> {
    let mut found: Vec<Leftover> = schema.tables.keys().filter_map(|table| leftover(table, schema)).collect();
    if found.iter().any(|leftover| leftover.fate != Fate::Gone) {
        let contents = database.contents().await?;
        for leftover in found.iter_mut().filter(|leftover| leftover.fate != Fate::Gone) {
            let [rows, all] = [&leftover.table, &leftover.original].map(|table| count(&contents, schema, table));
            if rows.zip(all).is_some_and(|(rows, all)| rows <= Contents::COUNTED && rows <= all) {
                leftover.fate = Fate::Whole;
            }
            // Elsewhere batch mode changes a table in its place.
            leftover.in_the_way = database.dialect() == Dialect::Sqlite && changes(pending, &leftover.original);
        }
    }
    found.sort_by_key(|leftover| match leftover.fate {
        Fate::Gone => 0,
        Fate::Doubtful => 1,
        Fate::Whole => 3 - u8::from(leftover.in_the_way),
    });
    Ok(found)
}

fn leftover(table: &str, schema: &Schema) -> Option<Leftover> {
    let (namespace, name) = match table.rsplit_once('.') {
        Some((namespace, name)) => (format!("{namespace}."), name),
        None => (String::new(), table),
    };
    let original = format!("{namespace}{}", name.strip_prefix(PREFIX)?);
    let fate = if schema.tables.contains_key(&original) { Fate::Doubtful } else { Fate::Gone };
    Some(Leftover { table: table.to_owned(), original, fate, in_the_way: false })
}

fn count(contents: &Contents, schema: &Schema, table: &str) -> Option<u64> {
    let qualified = format!("{}.{table}", schema.default_schema);
    let (_, count) = contents.tables.iter().find(|(name, _)| name == table || *name == qualified)?;
    *count
}

fn changes(pending: &[RevisionFacts], table: &str) -> bool {
    pending.iter().flat_map(|facts| &facts.changes).any(|(subject, _)| subject.table() == Some(table))
}
