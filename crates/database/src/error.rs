//! What can go wrong once a database was named.

use std::path::PathBuf;
use std::time::Duration;

use super::connect::ConnectError;
use super::failure::{Refusal, RefusalKind};
use super::lock::Holder;
use thiserror::Error;

/// The database cannot be opened, read or locked.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The server refused a query.
    #[error("cannot {doing}: {source}")]
    Query {
        /// What the query was for.
        doing: &'static str,
        /// The server's answer.
        source: Refusal,
    },
    /// The connection is there, and a question was not answered.
    #[error("the server has stopped answering: no answer within {} to: {doing}", humantime::format_duration(*.waited))]
    Silent {
        /// What the question was for.
        doing: &'static str,
        /// For how long.
        waited: Duration,
        /// Whether it was the end of a transaction, which the server may have got all the same.
        may_be_done: bool,
    },
    /// The lock's connection answers, and another one does not: what stands between has no more to give.
    #[error("the pooler gives no second connection: the lock holds one, and the upgrade needs another")]
    NoRoom,
    /// The version table is there, and cannot be read as one.
    #[error("cannot read the version table: {problem}")]
    Unreadable {
        /// What is in the way.
        problem: String,
        /// The statement that removes it.
        statement: String,
    },
    /// A statement of a reset failed. Nothing was dropped.
    #[error("the database is as it was: {statement}: {source}")]
    NotEmptied {
        /// The statement.
        statement: String,
        /// The server's answer.
        source: Refusal,
    },
    /// The catalogue's answer is not understood.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// What the server says of the version table, or what the ledger holds, is not understood.
    #[error("the database's answer cannot be read: {source}")]
    Shape {
        /// What the JSON reader says.
        #[from]
        source: serde_json::Error,
    },
    /// A file cannot be used as a database.
    #[error("cannot {doing} {file}: {source}")]
    File {
        /// What was to be done.
        doing: &'static str,
        /// The file.
        file: PathBuf,
        /// Why not.
        source: Refusal,
    },
    /// A relative path that SQLAlchemy and Flask-SQLAlchemy resolve differently, and both files are there.
    #[error("the SQLite path is relative, and both {working} and {instance} exist")]
    AmbiguousFile {
        /// The path as SQLAlchemy resolves it.
        working: PathBuf,
        /// The path as Flask-SQLAlchemy resolves it.
        instance: PathBuf,
    },
    /// The folder of an SQLite file that is not there yet.
    #[error("{file} does not exist, and neither does its folder")]
    NoFolder {
        /// The file.
        file: PathBuf,
    },
    /// The rows are not those that the change was made for. Nothing was changed.
    #[error("the version table has changed meanwhile: it holds {found}, not {expected}")]
    RowsMoved {
        /// The rows that the change was made for.
        expected: String,
        /// The rows that are there.
        found: String,
    },
    /// The database no longer holds what was shown. Nothing was changed.
    #[error("the database has changed meanwhile")]
    ContentsMoved,
    /// The schema is not the one that statements were made for. Nothing was changed.
    #[error("the schema has changed meanwhile")]
    SchemaMoved,
    /// Statements have not led to what they were made for. Nothing was changed.
    #[error("{what} would not have become what it has to be")]
    NotCured {
        /// What.
        what: String,
    },
    /// A statement of a cure was refused.
    #[error("{statement}: {source}")]
    Refused {
        /// The statement.
        statement: String,
        /// The database's answer.
        source: Refusal,
    },
    /// A statement on the version table met no row, or several. Nothing was changed.
    #[error("{change} met {count} rows of the version table")]
    RowCount {
        /// The change.
        change: String,
        /// How many rows.
        count: u64,
    },
    /// The lock beside an SQLite file cannot be taken.
    #[error("cannot lock {file}: {source}")]
    LockFile {
        /// The lock file.
        file: PathBuf,
        /// The answer.
        source: std::io::Error,
    },
    /// Somebody else upgraded for longer than the lock's limit.
    #[error("another instance has been upgrading for {}{}", humantime::format_duration(*.waited), named(.holder.as_ref()))]
    LockTimeout {
        /// Who holds the lock; `None` where they have just ended.
        holder: Option<Holder>,
        /// The limit.
        waited: Duration,
    },
    /// Somebody else has locked the version table itself for longer than the lock's limit.
    #[error("another session has locked the version table for {}", humantime::format_duration(*.waited))]
    TableLocked {
        /// The limit.
        waited: Duration,
    },
    /// Built without the `sqlite` feature.
    #[error("this levelhead was built without SQLite")]
    NoSqlite,
}

/// Why a catalogue is not a schema.
#[derive(Debug, Error)]
pub enum CatalogueError {
    /// The text is not what the query for it answers.
    #[error("the catalogue's answer cannot be read: {source}")]
    Shape {
        /// What the JSON reader says.
        #[from]
        source: serde_json::Error,
    },
}

/// What a read of the version table is for, which may wait for a lock as well as for a server.
pub const READ_ROWS: &str = "read the version table";

/// Whether a statement that takes no time was ended for having waited: by its own limit, or by the role's.
fn is_locked_out(source: &Refusal) -> bool {
    matches!(source.kind, RefusalKind::Locked | RefusalKind::Cancelled)
}

fn named(holder: Option<&Holder>) -> String {
    holder.map(|holder| format!(": {holder}")).unwrap_or_default()
}

impl DatabaseError {
    /// Whether a pooler has refused a query for its own mode's sake.
    #[must_use]
    pub fn is_poolers(&self) -> bool {
        matches!(self, Self::Query { source, .. } if source.kind == RefusalKind::PoolerMode)
    }

    /// Whether a statement was ended for having waited for somebody else's lock.
    #[must_use]
    pub fn is_locked_out(&self) -> bool {
        match self {
            Self::Query { source, .. } | Self::NotEmptied { source, .. } | Self::Refused { source, .. } => {
                is_locked_out(source)
            }
            _ => false,
        }
    }

    /// What kind of refusal it is, where a query was refused.
    pub(crate) fn refusal(&self) -> Option<RefusalKind> {
        match self {
            Self::Query { source, .. } => Some(source.kind),
            _ => None,
        }
    }

    /// The same, where it was COMMIT that failed: one that is not answered may have been carried out.
    pub(crate) fn at_the_end(self) -> Self {
        match self {
            Self::Silent { doing, waited, .. } => Self::Silent { doing, waited, may_be_done: true },
            other => other,
        }
    }

    /// Whether the connection broke, or the server could serve no more, after it had been opened.
    pub fn is_cut_off(&self) -> bool {
        match self {
            Self::Query { source, .. } => matches!(source.kind, RefusalKind::CutOff | RefusalKind::PoolerWaiting),
            _ => matches!(self, Self::Silent { .. } | Self::NoRoom),
        }
    }

    /// Whether a question found no connection of the server's behind a pooler, or got no answer at all.
    #[must_use]
    pub fn may_lack_room(&self) -> bool {
        self.is_poolers_wait() || matches!(self, Self::Silent { .. })
    }

    /// Whether a pooler answers that its server is away: it has let the session in all the same, so that nothing of it was
    /// known when the connection was made.
    pub fn is_poolers_wait(&self) -> bool {
        matches!(self, Self::Query { source, .. } if source.kind == RefusalKind::PoolerWaiting)
    }

    /// Whether a deadline passed, rather than something being refused.
    pub fn is_deadline(&self) -> bool {
        match self {
            Self::Connect(source) => source.is_deadline(),
            Self::Query { source, .. } | Self::NotEmptied { source, .. } | Self::Refused { source, .. } => {
                matches!(source.kind, RefusalKind::Locked | RefusalKind::PoolerWaiting)
            }
            _ => {
                matches!(self, Self::LockTimeout { .. } | Self::TableLocked { .. } | Self::Silent { .. } | Self::NoRoom)
            }
        }
    }
}
