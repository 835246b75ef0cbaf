//! A change as a person pastes it into a database shell.
//!
//! Nobody reads the rows again there before something is written, and a shell goes on after an error. So each statement says
//! which rows it was made for, those that the statement before it leaves, and changes nothing where they are others.

use std::collections::BTreeMap;

use crate::registry::sql;
use crate::statements::{literal, opening, widen};
use schema::Dialect;
use version_table::{COLUMN, Change, RowChange, VersionTable};

/// One transaction that turns the rows that `change` expects into what `changes` make of them, and shows what is there then.
/// `exists`: whether the table is there.
#[must_use]
pub fn pasted(
    dialect: Dialect,
    table: &VersionTable,
    change: &Change,
    changes: &[RowChange],
    exists: bool,
) -> Vec<String> {
    let name = table.quoted();
    let mut statements = vec!["BEGIN".to_owned()];
    statements.extend(opening(sql(dialect), table, change, exists));
    statements.extend(widen(sql(dialect), table, change, exists));
    let mut rows = change.expected.clone();
    for change in changes {
        statements.push(guarded(&name, change, &rows));
        rows.retain(|id| Some(id.as_str()) != change.removed());
        rows.extend(change.added().map(str::to_owned));
    }
    statements.push("COMMIT".to_owned());
    statements.push(format!("SELECT {COLUMN} FROM {name}"));
    statements
}

/// The statement of one change, which needs the rows to be `rows`.
fn guarded(name: &str, change: &RowChange, rows: &[String]) -> String {
    let unmoved = unmoved(name, rows, change.removed());
    match change {
        RowChange::Insert(id) => format!("INSERT INTO {name} ({COLUMN}) SELECT {} WHERE {unmoved}", literal(id)),
        RowChange::Delete(id) => format!("DELETE FROM {name} WHERE {COLUMN} = {} AND {unmoved}", literal(id)),
        RowChange::Update { from, to } => {
            let (from, to) = (literal(from), literal(to));
            format!("UPDATE {name} SET {COLUMN} = {to} WHERE {COLUMN} = {from} AND {unmoved}")
        }
    }
}

/// Whether the rows are these: as many, and each as often. What the statement itself asks for follows from the others.
fn unmoved(name: &str, rows: &[String], asked_for: Option<&str>) -> String {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    rows.iter().for_each(|id| *times.entry(id).or_default() += 1);
    let others = times.iter().filter(|(id, _)| Some(**id) != asked_for);
    let each = others
        .map(|(id, count)| format!(" AND (SELECT count(*) FROM {name} WHERE {COLUMN} = {}) = {count}", literal(id)));
    format!("(SELECT count({COLUMN}) FROM {name}) = {}{}", rows.len(), each.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::{RowChange, guarded};

    #[test]
    fn each_statement_names_the_rows_that_it_was_made_for() {
        let shown = |change, rows: &[&str]| {
            let rows: Vec<String> = rows.iter().map(|id| (*id).to_owned()).collect();
            guarded("t", &change, &rows)
        };
        assert_eq!(
            shown(RowChange::Insert("a".to_owned()), &[]),
            "INSERT INTO t (version_num) SELECT 'a' WHERE (SELECT count(version_num) FROM t) = 0"
        );
        assert_eq!(
            shown(RowChange::Update { from: "a".to_owned(), to: "b".to_owned() }, &["a"]),
            "UPDATE t SET version_num = 'b' WHERE version_num = 'a' AND (SELECT count(version_num) FROM t) = 1"
        );
        assert_eq!(
            shown(RowChange::Delete("a".to_owned()), &["a", "b", "b", "c"]),
            "DELETE FROM t WHERE version_num = 'a' AND (SELECT count(version_num) FROM t) = 4 \
             AND (SELECT count(*) FROM t WHERE version_num = 'b') = 2 AND (SELECT count(*) FROM t WHERE version_num = 'c') = 1"
        );
    }
}
