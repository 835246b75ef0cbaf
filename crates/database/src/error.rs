//! What can go wrong once a database was named.

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;
use tokio_postgres::error::SqlState;

use super::catalogue::CatalogueError;
use super::connect::ConnectError;
use super::failure::{FailureKind, classify, in_words};
use super::lock::Holder;

/// The database cannot be opened, read or locked.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The server refused a query.
    #[error("cannot {doing}: {}", in_words(.source))]
    Query {
        /// What the query was for.
        doing: &'static str,
        /// The server's answer.
        source: tokio_postgres::Error,
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
    /// The version table is there, and cannot be read as one.
    #[error("cannot read the version table: {problem}")]
    Unreadable {
        /// What is in the way.
        problem: String,
        /// The statement that removes it.
        statement: String,
    },
    /// A statement of a reset failed. Nothing was dropped.
    #[error("the database is as it was: {statement}: {}", in_words(.source))]
    NotEmptied {
        /// The statement.
        statement: String,
        /// The server's answer.
        source: tokio_postgres::Error,
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
    /// SQLite refused.
    #[cfg(feature = "sqlite")]
    #[error("cannot {doing} {file}: {source}")]
    Sqlite {
        /// What was to be done.
        doing: &'static str,
        /// The file.
        file: PathBuf,
        /// SQLite's answer.
        source: rusqlite::Error,
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

/// What a read of the version table is for, which may wait for a lock as well as for a server.
pub const READ_ROWS: &str = "read the version table";

/// Whether a statement that takes no time was ended for having waited: by its own limit, or by the role's.
fn is_locked_out(source: &tokio_postgres::Error) -> bool {
    source.code().is_some_and(|code| [SqlState::LOCK_NOT_AVAILABLE, SqlState::QUERY_CANCELED].contains(code))
}

fn named(holder: Option<&Holder>) -> String {
    holder.map(|holder| format!(": {holder}")).unwrap_or_default()
}

/// What SQLite has found wrong with its file, as far as it decides what to do.
#[cfg(feature = "sqlite")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFault {
    /// It is another program's.
    NotADatabase,
    /// Another process writes to it.
    Busy,
    /// Anything else.
    Other,
}

/// What SQLite's answer says of the file.
#[cfg(feature = "sqlite")]
#[must_use]
pub fn file_fault(source: &rusqlite::Error) -> FileFault {
    match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => FileFault::NotADatabase,
        Some(rusqlite::ErrorCode::DatabaseBusy) => FileFault::Busy,
        _ => FileFault::Other,
    }
}

impl DatabaseError {
    /// Whether a pooler has refused a query for its own mode's sake.
    #[must_use]
    pub fn is_poolers(&self) -> bool {
        matches!(self, Self::Query { source, .. } if classify(source) == FailureKind::PoolerMode)
    }

    /// Whether a statement was ended for having waited for somebody else's lock.
    #[must_use]
    pub fn is_locked_out(&self) -> bool {
        match self {
            Self::Query { source, .. } | Self::NotEmptied { source, .. } => is_locked_out(source),
            _ => false,
        }
    }

    /// The server's code, where it has refused a query.
    pub(super) fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Query { source, .. } => source.code(),
            _ => None,
        }
    }

    /// The same, where it was COMMIT that failed: one that is not answered may have been carried out.
    pub(super) fn at_the_end(self) -> Self {
        match self {
            Self::Silent { doing, waited, .. } => Self::Silent { doing, waited, may_be_done: true },
            other => other,
        }
    }

    /// Whether the connection broke, or the server could serve no more, after it had been opened.
    pub fn is_cut_off(&self) -> bool {
        match self {
            Self::Query { source, .. } => classify(source).is_passing(false),
            _ => matches!(self, Self::Silent { .. }),
        }
    }

    /// Whether a deadline passed, rather than something being refused.
    pub fn is_deadline(&self) -> bool {
        match self {
            Self::Connect(source) => source.is_deadline(),
            Self::Query { source, .. } | Self::NotEmptied { source, .. } => {
                source.code() == Some(&SqlState::LOCK_NOT_AVAILABLE)
            }
            _ => matches!(self, Self::LockTimeout { .. } | Self::TableLocked { .. } | Self::Silent { .. }),
        }
    }
}
