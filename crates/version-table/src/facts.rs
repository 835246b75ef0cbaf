//! What the server says of the version table and of this role's rights on it. Asked only where something is to be changed.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use super::{COLUMN, qualified, quoted};

/// What decides whether the version table can be changed, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TableFacts {
    /// The table's name.
    pub name: String,
    /// The schema that the table is in, or would be made in. `None` where the search path leads to no schema that is there
    /// and that this role may use; always on SQLite.
    pub schema: Option<String>,
    /// Whether that schema is there.
    pub schema_exists: bool,
    /// This role's rights on that schema: [`Usage`](Privilege::Usage), [`Create`](Privilege::Create).
    pub schema_rights: BTreeSet<Privilege>,
    /// Whatever has the table's name; `None` where nothing has.
    pub relation: Option<Relation>,
    /// The role that asks; empty on SQLite.
    pub role: String,
    /// The database's name, or the SQLite file.
    pub database: String,
    /// PostgreSQL's version, 150004 for 15.4; `None` on SQLite.
    pub server_version: Option<u32>,
    /// Whether the server is a standby, which nobody can write to.
    pub in_recovery: bool,
    /// Why this connection may not write; `None` where it may.
    pub read_only: Option<ReadOnly>,
}

/// What has the name of the version table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Relation {
    /// What it is.
    pub kind: RelationKind,
    /// Its owner; empty on SQLite.
    pub owner: String,
    /// Whether this role may alter it: the owner, a member of the owner, a superuser.
    pub owned: bool,
    /// This role's rights on it, of those that [`writable`](Self::writable) leaves.
    pub rights: BTreeSet<Privilege>,
    /// Whether rows can be added, changed and removed at all: a view may be one that cannot.
    pub writable: bool,
    /// Whether policies decide which rows this role sees and writes.
    pub row_security: bool,
    /// The column `version_num`, where there is one.
    pub column: Option<Column>,
    /// Other columns that a new row must name: NOT NULL, and without a default.
    pub required: Vec<String>,
    /// Whether a primary key or unique index keeps `version_num` unique.
    pub has_key: bool,
}

/// The column `version_num`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Column {
    /// Its type as the server writes it; a domain's base type.
    pub kind: String,
    /// How many characters it takes; `None` without a limit.
    pub length: Option<u32>,
    /// Whether NULL may be in it.
    pub nullable: bool,
}

/// What has the name of the version table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum RelationKind {
    /// An ordinary table.
    #[serde(rename = "r")]
    Table,
    /// A partitioned table.
    #[serde(rename = "p")]
    PartitionedTable,
    /// A view.
    #[serde(rename = "v")]
    View,
    /// A materialized view.
    #[serde(rename = "m")]
    MaterializedView,
    /// A foreign table.
    #[serde(rename = "f")]
    ForeignTable,
    /// A sequence.
    #[serde(rename = "S")]
    Sequence,
    /// An index.
    #[serde(rename = "i", alias = "I")]
    Index,
    /// A composite type.
    #[serde(rename = "c")]
    Type,
}

impl RelationKind {
    /// The word that follows ALTER.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Table | Self::PartitionedTable => "TABLE",
            Self::View => "VIEW",
            Self::MaterializedView => "MATERIALIZED VIEW",
            Self::ForeignTable => "FOREIGN TABLE",
            Self::Sequence => "SEQUENCE",
            Self::Index => "INDEX",
            Self::Type => "TYPE",
        }
    }
}

impl fmt::Display for RelationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "a table",
            Self::PartitionedTable => "a partitioned table",
            Self::View => "a view",
            Self::MaterializedView => "a materialized view",
            Self::ForeignTable => "a foreign table",
            Self::Sequence => "a sequence",
            Self::Index => "an index",
            Self::Type => "a composite type",
        })
    }
}

/// A right, in the words of GRANT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "PostgreSQL's own names")]
pub enum Privilege {
    Usage,
    Create,
    Select,
    Insert,
    Update,
    Delete,
}

impl fmt::Display for Privilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Usage => "USAGE",
            Self::Create => "CREATE",
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        })
    }
}

/// Why a connection may not write.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadOnly {
    /// `default_transaction_read_only` is on; holds `pg_settings.source`, which says where it was set.
    Setting(String),
    /// This user may not write to the SQLite file, or to the folder that SQLite keeps its journal in.
    Path(PathBuf),
}

impl TableFacts {
    /// The table as SQL writes it, with its schema.
    #[must_use]
    pub fn quoted(&self) -> String {
        qualified(self.schema.as_deref(), &self.name)
    }

    /// The table as a person writes it, with its schema.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None => self.name.clone(),
        }
    }

    /// Why the table cannot be read, and the statement that changes it; `None` where it can.
    #[must_use]
    pub fn unreadable(&self) -> Option<(String, String)> {
        let usage = self.schema_exists && !self.schema_rights.contains(&Privilege::Usage);
        let mut missing: BTreeSet<Privilege> = usage.then_some(Privilege::Usage).into_iter().collect();
        let mut owner = String::new();
        if let Some(relation) = &self.relation {
            if relation.column.is_none() {
                let problem = format!("{}, {}, has no column {COLUMN}", self.shown(), relation.kind);
                return Some((problem, self.set_aside(relation.kind)));
            }
            missing.extend((!relation.rights.contains(&Privilege::Select)).then_some(Privilege::Select));
            owner = format!(", which belongs to {}", relation.owner);
        }
        let lacks = joined(missing.iter().copied());
        (!missing.is_empty())
            .then(|| (format!("{} lacks {lacks} on {}{owner}", self.role, self.shown()), self.grant(&missing)))
    }

    /// The statement that makes room for a version table where something else has its name. SQLite renames no view.
    #[must_use]
    pub fn set_aside(&self, kind: RelationKind) -> String {
        if self.server_version.is_none() && kind == RelationKind::View {
            return format!("DROP VIEW {}", self.quoted());
        }
        let aside = quoted(&format!("{}_aside", self.name));
        format!("ALTER {} {} RENAME TO {aside}", kind.keyword(), self.quoted())
    }

    /// The statements that give this role `missing`, each right where it belongs: on the table, or on its schema.
    #[must_use]
    pub fn grant(&self, missing: &BTreeSet<Privilege>) -> String {
        let role = quoted(&self.role);
        let (schema, table): (Vec<Privilege>, Vec<Privilege>) =
            missing.iter().partition(|right| matches!(right, Privilege::Usage | Privilege::Create));
        let mut statements = Vec::new();
        if let Some(name) = self.schema.as_deref().filter(|_| !schema.is_empty()) {
            statements.push(format!("GRANT {} ON SCHEMA {} TO {role}", joined(schema), quoted(name)));
        }
        if !table.is_empty() {
            statements.push(format!("GRANT {} ON TABLE {} TO {role}", joined(table), self.quoted()));
        }
        statements.join("; ")
    }
}

/// Rights as GRANT lists them.
pub fn joined(rights: impl IntoIterator<Item = Privilege>) -> String {
    rights.into_iter().map(|right| right.to_string()).collect::<Vec<_>>().join(", ")
}
