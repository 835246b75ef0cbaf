//! The database: from a URL to plain values. Nothing here knows of migration files.
//!
//! What crosses this seam are values ([`VersionRows`], names of tables), never a query, so that another database means
//! another module beside `postgres` and `sqlite` and no change anywhere else.

pub mod catalogue;
#[cfg(feature = "sqlite")]
pub mod catalogue_sqlite;
mod change;
#[cfg(feature = "sqlite")]
mod change_sqlite;
pub mod connect;
mod contents;
#[cfg(feature = "sqlite")]
mod contents_sqlite;
mod conversation;
pub mod error;
mod facts;
pub mod failure;
mod inspection;
pub mod ledger;
pub mod lock;
pub mod password;
pub mod pasted;
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
pub mod statements;
pub mod tls;
pub mod url;
pub mod wait;

use std::path::Path;
use std::time::Duration;

pub use contents::{Contents, Loss};
pub use error::DatabaseError;
pub use inspection::{Connection, Ownership};
use lock::{Attempt, Holder};
use schema::{Dialect, Schema};
use url::DatabaseUrl;
use version_table::ledger::{Entry, Note, Recorded};
use version_table::{Change, TableFacts, VersionRows, VersionTable};
use wait::Wait;

/// An open database.
pub enum Database {
    /// PostgreSQL, over the simple query protocol only, so that every pooler mode works.
    Postgres(postgres::Session),
    /// An SQLite file.
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Session),
}

impl Database {
    /// Opens the database, waiting for it as `wait` says; `waiting` is told the last answer.
    pub async fn open(url: &DatabaseUrl, wait: &Wait, waiting: &mut dyn FnMut(&str)) -> Result<Self, DatabaseError> {
        match url {
            DatabaseUrl::Postgres(url) => postgres::Session::open(url, wait, waiting).await.map(Self::Postgres),
            #[cfg(feature = "sqlite")]
            DatabaseUrl::Sqlite(url) => sqlite::Session::open(url).map(Self::Sqlite),
            #[cfg(not(feature = "sqlite"))]
            DatabaseUrl::Sqlite(_) => Err(DatabaseError::NoSqlite),
        }
    }

    /// Which database it is, for people: its name and its host, or its file.
    pub fn place(&self) -> String {
        match self {
            Self::Postgres(session) => format!("{} on {}", session.database, session.connection.endpoint),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => session.file.display().to_string(),
        }
    }

    /// Lets a read of the version table take as long as `limit`, for callers that wait for whoever has locked it.
    #[must_use]
    pub fn patient(self, limit: Duration) -> Self {
        match self {
            Self::Postgres(session) => Self::Postgres(session.patient(limit)),
            #[cfg(feature = "sqlite")]
            sqlite @ Self::Sqlite(_) => sqlite,
        }
    }

    /// The rows of the version table, in one round trip.
    pub async fn version_rows(&self, table: &VersionTable) -> Result<VersionRows, DatabaseError> {
        match self {
            Self::Postgres(session) => session.version_rows(table).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => session.version_rows(table),
        }
    }

    /// The whole schema without the version table, in one round trip.
    pub async fn schema(&self, version_table: &VersionTable) -> Result<Schema, DatabaseError> {
        match self {
            Self::Postgres(session) => session.schema(version_table).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => session.schema(version_table),
        }
    }

    /// The server's version, in its own words or its pooler's.
    pub fn server_version(&self) -> Option<&str> {
        match self {
            Self::Postgres(session) => session.connection.server_version.as_deref(),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Some(rusqlite::version()),
        }
    }

    /// Which dialect of SQL it speaks.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Postgres(_) => Dialect::PostgreSql,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// The tables and views that are neither the system's nor an extension's nor the version table, sorted.
    pub async fn tables(&self, version_table: &VersionTable) -> Result<Vec<String>, DatabaseError> {
        match self {
            Self::Postgres(session) => session.tables(version_table).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => session.tables(version_table),
        }
    }

    /// The tables that look like a version table, wherever they are, sorted.
    pub async fn version_tables(&self) -> Result<Vec<String>, DatabaseError> {
        match self {
            Self::Postgres(session) => session.version_tables().await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => session.version_tables(),
        }
    }

    /// What decides whether the version table can be changed, in one round trip. Asked only where it is to be changed.
    pub async fn table_facts(&self, table: &VersionTable) -> Result<TableFacts, DatabaseError> {
        match self {
            Self::Postgres(session) => session.table_facts(table).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => session.table_facts(table),
        }
    }

    /// Changes the version table in one transaction, which makes the table if it is not there and first reads the rows again:
    /// unless they are still those that are expected, nothing is changed. The entry in the ledger is part of the transaction;
    /// where it cannot be kept, the change is made all the same, and the answer says why.
    ///
    /// # Errors
    /// When the rows have moved, a statement meets another number of rows than it has to, or the server refuses.
    pub async fn change_rows(&self, table: &VersionTable, change: &Change) -> Result<Recorded, DatabaseError> {
        match self {
            Self::Postgres(session) => session.change_rows(table, change).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => session.change_rows(table, change),
        }
    }

    /// Adds to the ledger what somebody else has done to the rows: the application's upgrade.
    pub async fn record(
        &self,
        table: &VersionTable,
        before: &VersionRows,
        after: &VersionRows,
        note: &Note,
    ) -> Result<Recorded, DatabaseError> {
        let (before, after) = (before.whole(), after.whole());
        match self {
            Self::Postgres(session) => session.record(table, before.as_deref(), after.as_deref(), note).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => session.record(table, before.as_deref(), after.as_deref(), note),
        }
    }

    /// The ledger's entries, newest first; none where there is no ledger, or one that this role may not read.
    pub async fn ledger(&self) -> Result<Vec<Entry>, DatabaseError> {
        match self {
            Self::Postgres(session) => session.ledger().await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => session.ledger(),
        }
    }

    /// The statement that would let this role read the ledger that is there; `None` where it may, or where there is none.
    pub async fn unreadable_ledger(&self) -> Result<Option<String>, DatabaseError> {
        match self {
            Self::Postgres(session) => session.unreadable_ledger().await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Ok(None),
        }
    }

    /// Everything that it holds, with the rows of each table; the ledger is left out.
    pub async fn contents(&self) -> Result<Contents, DatabaseError> {
        match self {
            Self::Postgres(session) => session.contents().await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => session.contents(),
        }
    }

    /// Drops everything in one transaction, unless it is no longer what was `seen`.
    pub async fn drop_all(&self, seen: &Contents) -> Result<(), DatabaseError> {
        match self {
            Self::Postgres(session) => session.drop_all(seen).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => session.drop_all(seen),
        }
    }

    /// Who else uses it, in words; whoever holds levelhead's lock is left out.
    pub async fn other_sessions(&self) -> Result<Vec<String>, DatabaseError> {
        match self {
            Self::Postgres(session) => session.other_sessions().await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => Ok(session.other_sessions()),
        }
    }

    /// Writes a copy of an SQLite file. PostgreSQL has `pg_dump` for that.
    #[cfg_attr(not(feature = "sqlite"), expect(unused_variables))]
    pub fn copy_to(&self, copy: &Path) -> Result<(), DatabaseError> {
        match self {
            Self::Postgres(_) => Ok(()),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => session.copy_to(copy),
        }
    }

    /// Tries to get the right to upgrade this database. The connection becomes the one that holds the lock.
    pub async fn try_lock(self) -> Result<Attempt, DatabaseError> {
        match self {
            Self::Postgres(session) => lock::postgres(session).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => lock::sqlite(session),
        }
    }

    /// Who is upgrading this database, if anybody is.
    pub async fn lock_holder(&self) -> Result<Option<Holder>, DatabaseError> {
        match self {
            Self::Postgres(session) => lock::postgres_holder(session).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => Ok(lock::sqlite_holder(&session.lock_file())),
        }
    }

    /// When the server was started, in its own words: another answer is another server, or the same one started anew.
    /// `None` where there is no server.
    pub async fn server_start(&self) -> Result<Option<String>, DatabaseError> {
        match self {
            Self::Postgres(session) => session.server_start().await.map(Some),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Ok(None),
        }
    }

    /// How the connection came about; `None` where there is none, as for a file.
    pub fn connection(&self) -> Option<Connection> {
        match self {
            Self::Postgres(session) => Some(session.inspect()),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => None,
        }
    }

    /// Who owns each table; empty where tables have no owners.
    pub async fn owners(&self) -> Result<Vec<Ownership>, DatabaseError> {
        match self {
            Self::Postgres(session) => session.owners().await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Ok(Vec::new()),
        }
    }

    /// Looks at `url` again: an SQLite file that was not there may have been created.
    #[cfg_attr(not(feature = "sqlite"), expect(unused_variables))]
    pub fn refresh(&mut self, url: &DatabaseUrl) -> Result<(), DatabaseError> {
        #[cfg(feature = "sqlite")]
        if let (Self::Sqlite(session), DatabaseUrl::Sqlite(url)) = (self, url) {
            *session = sqlite::Session::open(url)?;
        }
        Ok(())
    }

    /// Takes leave of the server, so that it does not have to notice on its own.
    pub async fn close(self) {
        match self {
            Self::Postgres(session) => session.close().await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => {}
        }
    }

    /// As [`Self::close`], for a process that is about to end or to become another one: what SQLite has in memory, its file, and
    /// the lock that it shares on one in WAL mode are left to the kernel.
    pub async fn close_before_exec(self) {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(session) => std::mem::forget(session),
            postgres @ Self::Postgres(_) => postgres.close().await,
        }
    }
}
