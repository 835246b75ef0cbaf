//! What the rows are asked before a statement runs into them.

use crate::names::{quoted, quoted_relation};

/// A question to the rows: any row that it finds is one that breaks the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What the rows that it finds are, after their number: `of orders have no customer`.
    pub trouble: Trouble,
    /// The table that is asked.
    pub table: String,
    /// Each table that it reads and the columns that it needs of it, where they are known.
    pub needs: Vec<(String, Vec<String>)>,
    /// What follows SELECT and a list: `FROM … WHERE …`.
    pub from: String,
}

/// What is wrong with rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// They are there at all.
    Present,
    /// A column of them is NULL.
    Null(String),
    /// Several share a key: each group is counted once.
    Duplicate(Vec<String>),
    /// What they refer to is not there.
    Orphan(Vec<String>, String),
    /// They contradict a condition.
    Check(String),
    /// A value does not fit a type.
    Fit(String, String),
}

impl Question {
    /// For people, after a number and `row` or `rows`.
    #[must_use]
    pub fn words(&self, many: bool) -> String {
        let table = &self.table;
        let (have, are, refer) = if many { ("have", "are", "refer") } else { ("has", "is", "refers") };
        match &self.trouble {
            Trouble::Present => format!("of {table} {are} there"),
            Trouble::Null(column) => format!("of {table} {have} no {column}"),
            Trouble::Duplicate(columns) => {
                let values = if many { "values" } else { "value" };
                format!("{values} of ({}) in {table} {are} there more than once", columns.join(", "))
            }
            Trouble::Orphan(columns, target) => {
                format!("of {table} {refer} by ({}) to no row of {target}", columns.join(", "))
            }
            Trouble::Check(condition) => format!("of {table} {have} not: {condition}"),
            Trouble::Fit(column, kind) => format!("of {table} {have} a {column} that does not fit {kind}"),
        }
    }

    /// The noun that its number counts: groups are no rows.
    #[must_use]
    pub fn counts_rows(&self) -> bool {
        !matches!(self.trouble, Trouble::Duplicate(_))
    }

    /// Whether there is any, and how many up to a bound: one query.
    #[must_use]
    pub fn count(&self, bound: u64) -> String {
        format!("SELECT count(*) FROM (SELECT 1 {} LIMIT {bound}) AS found", self.from)
    }

    /// The rows themselves, for people.
    #[must_use]
    pub fn select(&self) -> String {
        match &self.trouble {
            Trouble::Duplicate(columns) => {
                let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
                format!("SELECT {}, count(*) {}", columns.join(", "), self.from)
            }
            Trouble::Orphan(..) => format!("SELECT held.* {}", self.from),
            _ => format!("SELECT * {}", self.from),
        }
    }

    fn new(table: &str, columns: &[String], trouble: Trouble, from: String) -> Self {
        Self { trouble, table: table.to_owned(), needs: vec![(table.to_owned(), columns.to_vec())], from }
    }

    /// Whether there is any row at all.
    pub(crate) fn any(table: &str) -> Self {
        Self::new(table, &[], Trouble::Present, format!("FROM {}", quoted_relation(table)))
    }

    /// Rows without a value.
    pub(crate) fn null(table: &str, column: &str) -> Self {
        let from = format!("FROM {} WHERE {} IS NULL", quoted_relation(table), quoted(column));
        Self::new(table, &[column.to_owned()], Trouble::Null(column.to_owned()), from)
    }

    /// Keys that are there more than once.
    pub(crate) fn duplicate(table: &str, columns: &[String], only: Option<&str>) -> Self {
        let listed: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
        let held = listed.iter().map(|column| format!("{column} IS NOT NULL"));
        let held: Vec<String> = held.chain(only.map(|only| format!("({only})"))).collect();
        let (table_name, listed) = (quoted_relation(table), listed.join(", "));
        let from = format!("FROM {table_name} WHERE {} GROUP BY {listed} HAVING count(*) > 1", held.join(" AND "));
        Self::new(table, columns, Trouble::Duplicate(columns.to_vec()), from)
    }

    /// Rows that refer to nothing.
    pub(crate) fn orphan(table: &str, columns: &[String], target: &str, keys: &[String]) -> Self {
        let held: Vec<String> = columns.iter().map(|column| format!("held.{} IS NOT NULL", quoted(column))).collect();
        let pairs = columns.iter().zip(keys);
        let joined: Vec<String> =
            pairs.map(|(column, key)| format!("target.{} = held.{}", quoted(key), quoted(column))).collect();
        let from = format!(
            "FROM {} AS held WHERE {} AND NOT EXISTS (SELECT 1 FROM {} AS target WHERE {})",
            quoted_relation(table),
            held.join(" AND "),
            quoted_relation(target),
            joined.join(" AND ")
        );
        let mut question = Self::new(table, columns, Trouble::Orphan(columns.to_vec(), target.to_owned()), from);
        question.needs.push((target.to_owned(), keys.to_vec()));
        question
    }

    /// Rows that contradict a condition.
    pub(crate) fn check(table: &str, condition: &str) -> Self {
        let from = format!("FROM {} WHERE NOT ({condition})", quoted_relation(table));
        Self::new(table, &[], Trouble::Check(condition.to_owned()), from)
    }

    /// Rows of which a value does not fit.
    pub(crate) fn fit(table: &str, column: &str, kind: &str, condition: &str) -> Self {
        let from = format!("FROM {} WHERE {condition}", quoted_relation(table));
        Self::new(table, &[column.to_owned()], Trouble::Fit(column.to_owned(), kind.to_owned()), from)
    }
}
