//! Which table holds the database's revisions, and changes of its rows: values that the files decide and the database
//! is asked with.

use std::fmt;

/// Alembic's version table.
///
/// The name and schema are the literals of `context.configure(...)` in `env.py`, or the configuration's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionTable {
    /// `version_table_schema`; `None` means that the connection's `search_path` decides.
    pub schema: Option<String>,
    /// `version_table`.
    pub name: String,
    /// `version_table_pk`: whether a table that has to be created gets its primary key `<name>_pkc`.
    pub primary_key: bool,
}

impl Default for VersionTable {
    fn default() -> Self {
        Self { schema: None, name: "alembic_version".to_owned(), primary_key: true }
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

impl fmt::Display for RowChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insert(id) => write!(f, "adding {id}"),
            Self::Delete(id) => write!(f, "removing {id}"),
            Self::Update { from, to } => write!(f, "replacing {from} with {to}"),
        }
    }
}
