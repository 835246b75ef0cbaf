//! Which table holds the database's revisions, what the server says of it, and changes of it: values that the files
//! decide and the database is asked with.

mod facts;
pub mod ledger;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crate::ledger::Note;
pub use facts::joined;
pub use facts::{Column, Privilege, ReadOnly, Relation, RelationKind, TableFacts};

/// Alembic's version table.
///
/// The name and schema are the literals of `context.configure(...)` in `env.py`, or the configuration's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionTable {
    /// `version_table_schema`; `None` means that the connection's `search_path` decides.
    pub schema: Option<String>,
    /// `version_table`.
    pub name: String,
    /// Whether unqualified names lead to that schema, too: `env.py` sets the search path of its connection.
    pub leads: bool,
    /// `version_table_pk`: whether a table that has to be created gets its primary key `<name>_pkc`.
    pub primary_key: bool,
}

impl Default for VersionTable {
    fn default() -> Self {
        Self { schema: None, leads: false, name: "alembic_version".to_owned(), primary_key: true }
    }
}

impl fmt::Display for VersionTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl VersionTable {
    /// The schema that unqualified names lead to, where that is not the connection's own.
    #[must_use]
    pub fn default_schema(&self) -> Option<&str> {
        self.schema.as_deref().filter(|_| self.leads)
    }

    /// The name among the tables of a schema whose unqualified names lead to `default_schema`.
    #[must_use]
    pub fn seen_from(&self, default_schema: &str) -> String {
        match &self.schema {
            Some(schema) if schema != default_schema => format!("{schema}.{}", self.name),
            _ => self.name.clone(),
        }
    }

    /// The name as SQL writes it.
    #[must_use]
    pub fn quoted(&self) -> String {
        qualified(self.schema.as_deref(), &self.name)
    }
}

fn qualified(schema: Option<&str>, name: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(name)),
        None => quoted(name),
    }
}

/// A name as SQL writes it.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Every column of one row, by name, as the database writes it in text. People add columns to their version table, and what
/// is put back has to be what was there.
pub type Row = BTreeMap<String, Option<String>>;

/// The column that holds the revision.
pub const COLUMN: &str = "version_num";

/// The characters that Alembic gives it.
pub const ROOM: usize = 32;

/// The revisions of whole rows, sorted. A NULL is none: Alembic reads it as base.
#[must_use]
pub fn revisions(rows: Option<&[Row]>) -> Vec<String> {
    let column = rows.into_iter().flatten().filter_map(|row| row.get(COLUMN).cloned().flatten());
    let mut revisions: Vec<String> = column.collect();
    revisions.sort_unstable();
    revisions
}

/// What the version table says. NULL rows are left out: Alembic reads them as base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionRows {
    /// There is no such table where the connection looks for it.
    NoTable,
    /// `version_num` of every row, sorted; empty at base.
    Rows(Vec<String>),
}

impl VersionRows {
    /// The revisions; none where there is no table.
    pub fn revisions(&self) -> &[String] {
        match self {
            Self::NoTable => &[],
            Self::Rows(rows) => rows,
        }
    }

    /// The same as rows of one column.
    pub fn whole(&self) -> Option<Vec<Row>> {
        match self {
            Self::NoTable => None,
            Self::Rows(rows) => {
                Some(rows.iter().map(|row| Row::from([(COLUMN.to_owned(), Some(row.clone()))])).collect())
            }
        }
    }
}

/// The statement that gives `version_num` room for `width` characters. PostgreSQL does not rewrite the table for it.
#[must_use]
pub fn alter_width(name: &str, width: u32) -> String {
    format!("ALTER TABLE {name} ALTER COLUMN {COLUMN} TYPE VARCHAR({width})")
}

/// What is to become of the version table, all of it in one transaction, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The revisions that the change was made for, in any order: unless they are still these, nothing is changed.
    pub expected: Vec<String>,
    /// Characters that `version_num` has to have room for; `None` leaves its type alone. A table that is missing is made wide
    /// enough in any case.
    pub widen: Option<u32>,
    /// What happens to the rows. The table is made first if it is missing.
    pub rows: Rows,
    /// What the ledger says about it; `None` where it is not kept.
    pub note: Option<Note>,
}

/// What happens to the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// Each of these, in this order.
    Changed(Vec<RowChange>),
    /// All of them go and these come back as they were: what undoes a change. `None`: there was no table, and it goes again.
    PutBack(Option<Vec<Row>>),
}

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(changes) => {
                f.write_str(&changes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
            Self::PutBack(None) => f.write_str("removing the table, which was not there before"),
            Self::PutBack(Some(rows)) if rows.is_empty() => f.write_str("removing all rows"),
            Self::PutBack(Some(rows)) => {
                let shown = rows.iter().map(|row| row.get(COLUMN).and_then(Option::as_deref).unwrap_or("NULL"));
                write!(f, "putting back {}", shown.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// One statement on the version table. Each must meet exactly one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowChange {
    /// A new row.
    Insert(String),
    /// A row that goes.
    Delete(String),
    /// A row that becomes another.
    Update {
        /// What it was.
        from: String,
        /// What it becomes.
        to: String,
    },
}

impl RowChange {
    /// The revision that is in the table no more.
    #[must_use]
    pub fn removed(&self) -> Option<&str> {
        match self {
            Self::Delete(id) | Self::Update { from: id, .. } => Some(id),
            Self::Insert(_) => None,
        }
    }

    /// The revision that is new in the table.
    #[must_use]
    pub fn added(&self) -> Option<&str> {
        match self {
            Self::Insert(id) | Self::Update { to: id, .. } => Some(id),
            Self::Delete(_) => None,
        }
    }
}

impl fmt::Display for RowChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insert(id) => write!(f, "adding {id}"),
            Self::Delete(id) => write!(f, "removing {}", visible(id)),
            Self::Update { from, to } => write!(f, "replacing {} with {to}", visible(from)),
        }
    }
}

/// An id, in quotes where it would not be seen without them.
#[must_use]
pub fn visible(id: &str) -> Cow<'_, str> {
    if id.is_empty() || id.trim() != id { format!("'{id}'").into() } else { id.into() }
}
