//! A database schema as a plain value, and what migrations make of it.
//!
//! - A [`Schema`] is tables, columns, constraints, indexes and whatever else has a name; it comes from a live catalogue.
//! - A [`Tape`] is what one Alembic revision does, operation by operation, and what of it could not be read.
//!   [`Simulation`](simulation::Simulation) follows tapes, one [`Operation`](operation::Operation) after the other.
//! - [`evidence`] compares the two: which revision is this schema at, and what speaks for it?
//!
//! Everything is three-valued. What a tape leaves open is [`Belief::Unknown`], which never matches and never contradicts.
//! Names are as the catalogue spells them: `schema.name` outside the default schema, `name` inside it. This crate is pure:
//! it opens no file and no connection, and knows no clock.
//!
//! ```
//! use levelhead_schema::operation::{ColumnSpec, Operation, OperationKind, SqlType, TableSpec};
//! use levelhead_schema::simulation::Simulation;
//! use levelhead_schema::{Dialect, Subject, TableSubject};
//!
//! let integer = SqlType { text: Some("integer".to_owned()), enumeration: None };
//! let id = ColumnSpec { primary_key: true, nullable: Some(false), ..ColumnSpec::plain("id", integer) };
//! let table = TableSpec { name: Some("users".to_owned()), columns: vec![id], constraints: Vec::new(), open: false };
//! let kind = OperationKind::CreateTable { table, if_not_exists: false };
//! let mut expected = Simulation::new(Dialect::PostgreSql, "public");
//! expected.apply(&Operation::certain(kind, 12));
//!
//! let facts = expected.facts_of("users");
//! assert!(facts.iter().any(|(fact, _)| *fact == Subject::Table("users".to_owned(), TableSubject::PrimaryKey)));
//! ```

pub mod evidence;
mod facts;
pub mod operation;
pub mod simulation;
mod subject;
mod tape;
mod value;

use serde::{Serialize, Serializer};

pub use facts::{RevisionFacts, Setting, revision_facts};
pub use subject::{Fact, State, Subject, TableSubject, table_facts};
pub use tape::{Entry, Tape, Unread, UnreadKind};
pub use value::{Check, Column, ConstraintName, ForeignKey, Index, Schema, Table, Unique, declared_type};

/// The database's dialect of SQL, which decides how types and constraints come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL 12-18.
    PostgreSql,
    /// SQLite 3.
    Sqlite,
}

impl Dialect {
    /// SQLAlchemy's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PostgreSql => "postgresql",
            Self::Sqlite => "sqlite",
        }
    }

    /// The schema that unqualified names fall into where nobody has chosen another.
    pub fn usual_schema(self) -> &'static str {
        match self {
            Self::PostgreSql => "public",
            Self::Sqlite => "main",
        }
    }
}

/// Something that is known, or is not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Belief<T> {
    /// It is this.
    Known(T),
    /// Nobody can say from the files.
    Unknown,
}

impl<T> Belief<T> {
    /// The value, when it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown => None,
        }
    }
}

impl<T: Serialize> Serialize for Belief<T> {
    /// The value, or null.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.known().serialize(serializer)
    }
}

impl<T> From<Option<T>> for Belief<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unknown, Self::Known)
    }
}
