//! What a database has to answer, whatever its kind: the one trait that each folder of a backend implements.

use std::future::{Future, ready};
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use crate::survey::{Count, Survey};
use schema::Schema;
use version_table::ledger::{Entry, Note, Recorded};
use version_table::{Change, Row, TableFacts, VersionRows, VersionTable};

use crate::lock::Holder;
use crate::watch::{Mark, Party, Sight, Whose};
use crate::{Connection, Contents, Cure, DatabaseError, Glance, Ownership};

/// An answer to come, which may borrow what was asked with.
pub(crate) type Later<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// One that may be an error instead.
pub(crate) type Answer<'a, T> = Later<'a, Result<T, DatabaseError>>;

/// An answer that needs no waiting.
pub(crate) fn at_once<'a, T: 'a>(answer: T) -> Later<'a, T> {
    Box::pin(ready(answer))
}

/// An open database of one kind.
///
/// Whatever is asked may fail because the database refuses, is cut off or does not answer in time; named below is what goes
/// beyond that. What only servers have has an answer for files.
pub(crate) trait Backend {
    /// Which database it is, for people: its name and its host, or its file.
    fn place(&self) -> String;

    /// Its version, in its own words or its pooler's; `None` where it does not say.
    fn server_version(&self) -> Option<&str>;

    /// How the connection came about; `None` where there is none, as for a file.
    fn connection(&self) -> Option<Connection> {
        None
    }

    /// Lets a read of the version table take as long as `limit`, for callers that wait for whoever has locked it.
    fn be_patient(&mut self, _limit: Duration) {}

    /// Looks at the place again, where what was not there may be there now.
    ///
    /// # Errors
    /// What opening it anew may end with.
    fn refresh(&mut self) -> Result<(), DatabaseError> {
        Ok(())
    }

    /// The rows of the version table, in one round trip. A table that is not there is no error.
    ///
    /// # Errors
    /// [`DatabaseError::Unreadable`] where the table cannot be read, and a statement would change that.
    fn version_rows<'a>(&'a self, table: &'a VersionTable) -> Answer<'a, VersionRows>;

    /// The same, and with them, in the same round trip, the names of the oldest tables: no more than [`Glance::TABLES`].
    fn glance<'a>(&'a self, table: &'a VersionTable) -> Answer<'a, Glance>;

    /// The whole schema without the version table and the ledger, in one round trip.
    ///
    /// # Errors
    /// Also where the catalogue's answer is not understood.
    fn schema<'a>(&'a self, version_table: &'a VersionTable) -> Answer<'a, Schema>;

    /// The tables and views that are neither the system's nor an extension's nor levelhead's nor the version table, sorted.
    fn tables<'a>(&'a self, version_table: &'a VersionTable) -> Answer<'a, Vec<String>>;

    /// The tables that look like a version table, wherever people have put them, sorted.
    fn version_tables(&self) -> Answer<'_, Vec<String>>;

    /// What decides whether the version table can be changed, in one round trip.
    ///
    /// # Errors
    /// Also where the answer is not understood.
    fn table_facts<'a>(&'a self, table: &'a VersionTable) -> Answer<'a, TableFacts>;

    /// Changes the version table in one transaction, which makes the table if it is not there and first reads the rows again.
    /// The entry in the ledger is part of the transaction; where it cannot be kept, the change is made all the same, and the
    /// answer says why.
    ///
    /// # Errors
    /// [`DatabaseError::RowsMoved`] where the rows are not those that are expected, [`DatabaseError::RowCount`] where a
    /// statement meets another number of rows than it has to. Nothing is changed then.
    fn change_rows<'a>(&'a self, table: &'a VersionTable, change: &'a Change) -> Answer<'a, Recorded>;

    /// The same, with statements of the schema, which is read again before them and after them.
    ///
    /// # Errors
    /// Also [`DatabaseError::SchemaMoved`], [`DatabaseError::NotCured`], and [`DatabaseError::Refused`] with the statement.
    fn cure<'a>(&'a self, table: &'a VersionTable, change: &'a Change, cure: &'a Cure<'a>) -> Answer<'a, Recorded>;

    /// Runs a statement that cannot run in a transaction.
    ///
    /// # Errors
    /// [`DatabaseError::Refused`] with the statement.
    fn run_apart<'a>(&'a self, statement: &'a str) -> Answer<'a, ()>;

    /// Adds to the ledger what somebody else has done to the rows: the application's upgrade.
    fn record<'a>(
        &'a self,
        table: &'a VersionTable,
        before: Option<&'a [Row]>,
        after: Option<&'a [Row]>,
        note: &'a Note,
    ) -> Answer<'a, Recorded>;

    /// The ledger's entries, newest first; none where there is no ledger, or one that this role may not read.
    ///
    /// # Errors
    /// Also where an entry is not understood.
    fn ledger(&self) -> Answer<'_, Vec<Entry>>;

    /// The statement that would let this role read the ledger that is there; `None` where it may, or where there is none.
    fn unreadable_ledger(&self) -> Answer<'_, Option<String>> {
        at_once(Ok(None))
    }

    /// Everything that it holds, with the rows of each table; the ledger is left out.
    fn contents(&self) -> Answer<'_, Contents>;

    /// Drops everything in one transaction.
    ///
    /// # Errors
    /// [`DatabaseError::ContentsMoved`] where it is no longer what was `seen`. Nothing is dropped then.
    fn drop_all<'a>(&'a self, seen: &'a Contents) -> Answer<'a, ()>;

    /// Who else uses it, in words; whoever holds levelhead's lock is left out.
    fn other_sessions(&self) -> Answer<'_, Vec<String>>;

    /// Writes a copy that is whole, where the database is a file. A server has a program of its own for that.
    ///
    /// # Errors
    /// Also where the copy cannot be written, or is not sound.
    fn copy_to(&self, _copy: &Path) -> Result<(), DatabaseError> {
        Ok(())
    }

    /// Tries to get the right to upgrade this database, and waits for nobody.
    fn try_lock(self: Box<Self>) -> Answer<'static, Locking>;

    /// Who has that right, if anybody has.
    fn lock_holder(&self) -> Answer<'_, Option<Holder>>;

    /// When the server was started, in its own words; `None` where there is no server.
    fn server_start(&self) -> Answer<'_, Option<String>> {
        at_once(Ok(None))
    }

    /// Who owns each table of people's own; empty where tables have no owners.
    fn owners(&self) -> Answer<'_, Vec<Ownership>> {
        at_once(Ok(Vec::new()))
    }

    /// How large its tables are, what depends on them and who holds locks on them.
    fn survey(&self) -> Answer<'_, Survey>;

    /// What the server sees of an upgrade.
    fn look<'a>(&'a self, _mark: &'a Mark) -> Answer<'a, Sight> {
        at_once(Ok(Sight::default()))
    }

    /// How far the long statements of an upgrade are, in words.
    fn progress<'a>(&'a self, _mark: &'a Mark) -> Answer<'a, Vec<String>> {
        at_once(Ok(Vec::new()))
    }

    /// Cancels what these sessions are at.
    fn cancel<'a>(&'a self, _pids: &'a [i64]) -> Answer<'a, ()> {
        at_once(Ok(()))
    }

    /// Ends sessions of an upgrade that are at work or in a transaction, and answers which.
    fn end<'a>(&'a self, _whose: Whose<'a>) -> Answer<'a, Vec<Party>> {
        at_once(Ok(Vec::new()))
    }

    /// Who is changing the version table in a transaction of their own.
    fn writers<'a>(&'a self, _table: &'a VersionTable) -> Answer<'a, Vec<Party>> {
        at_once(Ok(Vec::new()))
    }

    /// Asks the rows each of these questions, for a short time each.
    fn count<'a>(&'a self, questions: &'a [String]) -> Answer<'a, Vec<Count>>;

    /// Takes leave of the server, so that it does not have to notice on its own.
    fn close(self: Box<Self>) -> Later<'static, ()>;

    /// The same for a process that is about to end or to become another one: what can be left to the kernel is left to it.
    fn close_before_exec(self: Box<Self>) -> Later<'static, ()> {
        self.close()
    }
}

/// What became of an attempt to take the lock.
pub(crate) enum Locking {
    /// It is held from now on.
    Won(Box<dyn Lock>),
    /// Somebody else holds it, unless they have just ended.
    Lost(Box<dyn Backend>, Option<Holder>),
}

/// A lock that is held. A crash, or dropping it, frees it.
pub(crate) trait Lock {
    /// Resolves when it is held no longer, with the reason. One that is held as long as this process lives never does.
    fn lost(&mut self) -> Later<'_, String> {
        Box::pin(std::future::pending())
    }

    /// Whether it is held at this moment.
    fn is_held(&self) -> Later<'_, bool> {
        at_once(true)
    }

    /// How the sessions of an upgrade under this lock are to call themselves; `None` where there are no sessions.
    fn name(&self) -> Answer<'_, Option<String>> {
        at_once(Ok(None))
    }

    /// Frees it. A failure to say so changes nothing.
    fn release(self: Box<Self>) -> Later<'static, ()>;
}
