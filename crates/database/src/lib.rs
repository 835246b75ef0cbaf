//! Asks the database of an application that uses Alembic where it is, and changes what Alembic notes there.
//!
//! Alembic keeps the revision that a database is at in a small table of the database itself, `alembic_version`. This crate
//! reads the rows of that table and the schema around it, changes the rows in one transaction, and keeps a ledger of each
//! such change beside them. It takes a lock for whoever is about to upgrade, and can empty a throwaway database. Nothing here
//! knows of migration files, and no Python is needed.
//!
//! It begins with a URL as SQLAlchemy writes it, [`url::DatabaseUrl`]. [`Database::open`] connects, waiting for as long as
//! [`wait::Wait`] allows, and each method of [`Database`] asks one thing. What comes back are plain values, never a query:
//!
//! ```no_run
//! use levelhead_database::Database;
//! use levelhead_database::url::{DatabaseUrl, LibpqEnvironment};
//! use levelhead_database::wait::Wait;
//! use version_table::VersionTable;
//!
//! # async fn shown() -> Result<(), Box<dyn std::error::Error>> {
//! let url = DatabaseUrl::parse("postgresql://app:secret@localhost/shop", &LibpqEnvironment::default())?;
//! let database = Database::open(&url, &Wait::up_to(std::time::Duration::from_secs(30)), &mut |_| {}).await?;
//! println!("{:?}", database.version_rows(&VersionTable::default()).await?);
//! database.close().await;
//! # Ok(())
//! # }
//! ```
//!
//! A kind of database is a folder, which implements one trait, and a line in `registry.rs`. PostgreSQL is always there;
//! SQLite, which brings its own copy of the library along, with the feature `sqlite`.

mod backend;
pub mod connect;
mod contents;
mod cure;
mod error;
pub mod failure;
mod glance;
mod inspection;
mod ledger;
pub mod lock;
mod password;
pub mod pasted;
pub mod postgres;
mod registry;
mod sqlite;
pub mod statements;
pub mod survey;
pub mod url;
pub mod wait;
pub mod watch;

use std::path::Path;
use std::time::Duration;

use backend::{Backend, Locking};
pub use contents::{Contents, Loss};
pub use cure::Cure;
pub use error::{CatalogueError, DatabaseError, READ_ROWS};
pub use glance::Glance;
pub use inspection::{Connection, Ownership};
use lock::{Attempt, Guard, Holder};
pub use password::Password;
use schema::{Dialect, Schema};
use survey::{Count, Survey};
use url::DatabaseUrl;
use version_table::ledger::{Entry, Note, Recorded};
use version_table::{Change, TableFacts, VersionRows, VersionTable};
use wait::Wait;
use watch::{Mark, Party, Sight, Whose};

/// An open database.
pub struct Database {
    dialect: Dialect,
    backend: Box<dyn Backend>,
}

/// Whatever is asked fails where the database refuses, is cut off or does not answer in time; named below is what goes beyond
/// that.
impl Database {
    /// Opens the database, waiting for it as `wait` says; `waiting` is told the last answer.
    ///
    /// # Errors
    /// When there is no connection in time, or waiting would not help.
    pub async fn open(url: &DatabaseUrl, wait: &Wait, waiting: &mut dyn FnMut(&str)) -> Result<Self, DatabaseError> {
        Ok(Self { dialect: url.dialect(), backend: url.open(wait, waiting).await? })
    }

    /// Which database it is, for people: its name and its host, or its file.
    #[must_use]
    pub fn place(&self) -> String {
        self.backend.place()
    }

    /// Which dialect of SQL it speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Its version, in its own words or its pooler's.
    #[must_use]
    pub fn server_version(&self) -> Option<&str> {
        self.backend.server_version()
    }

    /// How the connection came about; `None` where there is none, as for a file.
    #[must_use]
    pub fn connection(&self) -> Option<Connection> {
        self.backend.connection()
    }

    /// Lets a read of the version table take as long as `limit`, for callers that wait for whoever has locked it.
    #[must_use]
    pub fn patient(mut self, limit: Duration) -> Self {
        self.backend.be_patient(limit);
        self
    }

    /// Looks at the place again: a file that was not there may have been created.
    ///
    /// # Errors
    /// What opening it anew may end with.
    pub fn refresh(&mut self) -> Result<(), DatabaseError> {
        self.backend.refresh()
    }

    /// The rows of the version table, in one round trip.
    ///
    /// # Errors
    /// [`DatabaseError::Unreadable`] where the table is there and cannot be read as one.
    pub async fn version_rows(&self, table: &VersionTable) -> Result<VersionRows, DatabaseError> {
        self.backend.version_rows(table).await
    }

    /// The rows of the version table and, in the same round trip, a few tables: all that is asked at head.
    ///
    /// # Errors
    /// As [`Self::version_rows`].
    pub async fn glance(&self, table: &VersionTable) -> Result<Glance, DatabaseError> {
        self.backend.glance(table).await
    }

    /// The whole schema without the version table, in one round trip.
    ///
    /// # Errors
    /// Also where the catalogue's answer is not understood.
    pub async fn schema(&self, version_table: &VersionTable) -> Result<Schema, DatabaseError> {
        self.backend.schema(version_table).await
    }

    /// The tables and views that are neither the system's nor an extension's nor levelhead's nor the version table, sorted.
    pub async fn tables(&self, version_table: &VersionTable) -> Result<Vec<String>, DatabaseError> {
        self.backend.tables(version_table).await
    }

    /// The tables that look like a version table, wherever people have put them, sorted.
    pub async fn version_tables(&self) -> Result<Vec<String>, DatabaseError> {
        self.backend.version_tables().await
    }

    /// What decides whether the version table can be changed, in one round trip. Asked only where it is to be changed.
    ///
    /// # Errors
    /// Also where the answer is not understood.
    pub async fn table_facts(&self, table: &VersionTable) -> Result<TableFacts, DatabaseError> {
        self.backend.table_facts(table).await
    }

    /// Changes the version table in one transaction, which makes the table if it is not there and first reads the rows again:
    /// unless they are still those that are expected, nothing is changed. The entry in the ledger is part of the transaction;
    /// where it cannot be kept, the change is made all the same, and the answer says why.
    ///
    /// # Errors
    /// When the rows have moved, a statement meets another number of rows than it has to, or the server refuses.
    pub async fn change_rows(&self, table: &VersionTable, change: &Change) -> Result<Recorded, DatabaseError> {
        self.backend.change_rows(table, change).await
    }

    /// Runs statements of the schema and changes the version table, all in one transaction: rows and schema are read again
    /// first, and the schema once more at the end; unless each is what it has to be, nothing is changed. On SQLite no foreign
    /// key may be broken that was whole before. A version table that is not there is made only where rows are to be in it.
    ///
    /// # Errors
    /// As [`Self::change_rows`]; when the schema has moved, or has not become what it has to be; with the statement that was
    /// refused.
    pub async fn cure(
        &self,
        table: &VersionTable,
        change: &Change,
        cure: &Cure<'_>,
    ) -> Result<Recorded, DatabaseError> {
        self.backend.cure(table, change, cure).await
    }

    /// Runs a statement that cannot run in a transaction.
    ///
    /// # Errors
    /// With the statement, where it was refused.
    pub async fn run_apart(&self, statement: &str) -> Result<(), DatabaseError> {
        self.backend.run_apart(statement).await
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
        self.backend.record(table, before.as_deref(), after.as_deref(), note).await
    }

    /// The ledger's entries, newest first; none where there is no ledger, or one that this role may not read.
    ///
    /// # Errors
    /// Also where an entry is not understood.
    pub async fn ledger(&self) -> Result<Vec<Entry>, DatabaseError> {
        self.backend.ledger().await
    }

    /// The statement that would let this role read the ledger that is there; `None` where it may, or where there is none.
    pub async fn unreadable_ledger(&self) -> Result<Option<String>, DatabaseError> {
        self.backend.unreadable_ledger().await
    }

    /// Everything that it holds, with the rows of each table; the ledger is left out.
    pub async fn contents(&self) -> Result<Contents, DatabaseError> {
        self.backend.contents().await
    }

    /// Drops everything in one transaction, unless it is no longer what was `seen`.
    ///
    /// # Errors
    /// [`DatabaseError::ContentsMoved`]; [`DatabaseError::NotEmptied`] with the statement that was refused.
    pub async fn drop_all(&self, seen: &Contents) -> Result<(), DatabaseError> {
        self.backend.drop_all(seen).await
    }

    /// Who else uses it, in words; whoever holds levelhead's lock is left out.
    pub async fn other_sessions(&self) -> Result<Vec<String>, DatabaseError> {
        self.backend.other_sessions().await
    }

    /// Writes a copy of a database that is a file. A server has a program of its own for that, as PostgreSQL has `pg_dump`:
    /// there, nothing is written.
    ///
    /// # Errors
    /// Also when the copy cannot be written, or is not sound.
    pub fn copy_to(&self, copy: &Path) -> Result<(), DatabaseError> {
        self.backend.copy_to(copy)
    }

    /// Tries to get the right to upgrade this database. The connection becomes the one that holds the lock.
    pub async fn try_lock(self) -> Result<Attempt, DatabaseError> {
        let dialect = self.dialect;
        Ok(match self.backend.try_lock().await? {
            Locking::Won(lock) => Attempt::Won(Guard(lock)),
            Locking::Lost(backend, holder) => Attempt::Lost(Box::new(Self { dialect, backend }), holder),
        })
    }

    /// Who is upgrading this database, if anybody is.
    pub async fn lock_holder(&self) -> Result<Option<Holder>, DatabaseError> {
        self.backend.lock_holder().await
    }

    /// When the server was started, in its own words: another answer is another server, or the same one started anew.
    /// `None` where there is no server.
    pub async fn server_start(&self) -> Result<Option<String>, DatabaseError> {
        self.backend.server_start().await
    }

    /// Who owns each table of people's own; empty where tables have no owners.
    pub async fn owners(&self) -> Result<Vec<Ownership>, DatabaseError> {
        self.backend.owners().await
    }

    /// How large its tables are, what depends on them and who holds locks on them, in one round trip.
    ///
    /// # Errors
    /// Also where the answer is not understood.
    pub async fn survey(&self) -> Result<Survey, DatabaseError> {
        self.backend.survey().await
    }

    /// Asks the rows each of these questions, queries that answer one number, for a few seconds at most. None of them can
    /// write, or waits for a lock.
    pub async fn count(&self, questions: &[String]) -> Result<Vec<Count>, DatabaseError> {
        self.backend.count(questions).await
    }

    /// What the server sees of an upgrade. It takes a snapshot, so it is not for a transaction that stays open: an index that is
    /// created concurrently waits for the end of each transaction that has had an older one.
    ///
    /// # Errors
    /// Also where the answer is not understood.
    pub async fn look(&self, mark: &Mark) -> Result<Sight, DatabaseError> {
        self.backend.look(mark).await
    }

    /// How far the long statements of an upgrade are, in words.
    pub async fn progress(&self, mark: &Mark) -> Result<Vec<String>, DatabaseError> {
        self.backend.progress(mark).await
    }

    /// Cancels what these sessions are at.
    ///
    /// # Errors
    /// Also where this role may not.
    pub async fn cancel(&self, pids: &[i64]) -> Result<(), DatabaseError> {
        self.backend.cancel(pids).await
    }

    /// Who is changing the version table in a transaction of their own.
    pub async fn writers(&self, table: &VersionTable) -> Result<Vec<Party>, DatabaseError> {
        self.backend.writers(table).await
    }

    /// Ends sessions of an upgrade that are at work or in a transaction, and answers which; waits for their end, for some
    /// seconds.
    pub async fn end(&self, whose: Whose<'_>) -> Result<Vec<Party>, DatabaseError> {
        lock::ended(async || self.backend.end(whose).await).await
    }

    /// Takes leave of the server, so that it does not have to notice on its own.
    pub async fn close(self) {
        self.backend.close().await;
    }

    /// As [`Self::close`], for a process that is about to end or to become another one: what SQLite has in memory, its file, and
    /// the lock that it shares on one in WAL mode are left to the kernel.
    pub async fn close_before_exec(self) {
        self.backend.close_before_exec().await;
    }
}
