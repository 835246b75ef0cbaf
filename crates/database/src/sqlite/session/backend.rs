//! The answers of a file. None of them has to be waited for.

use std::path::Path;

use super::{Session, lock};
use crate::backend::{Answer, Backend, Later, Locking, at_once};
use crate::lock::Holder;
use crate::survey::{Count, Survey};
use crate::{Contents, Cure, DatabaseError, Glance};
use schema::Schema;
use version_table::ledger::{Entry, Note, Recorded};
use version_table::{Change, Row, TableFacts, VersionRows, VersionTable};

impl Backend for Session {
    fn place(&self) -> String {
        self.file.display().to_string()
    }

    fn server_version(&self) -> Option<&str> {
        Some(rusqlite::version())
    }

    fn refresh(&mut self) -> Result<(), DatabaseError> {
        *self = Self::open(&self.url)?;
        Ok(())
    }

    fn version_rows<'a>(&'a self, table: &'a VersionTable) -> Answer<'a, VersionRows> {
        at_once(self.version_rows(table))
    }

    fn glance<'a>(&'a self, table: &'a VersionTable) -> Answer<'a, Glance> {
        at_once(self.glance(table))
    }

    fn schema<'a>(&'a self, version_table: &'a VersionTable) -> Answer<'a, Schema> {
        at_once(self.schema(version_table))
    }

    fn tables<'a>(&'a self, version_table: &'a VersionTable) -> Answer<'a, Vec<String>> {
        at_once(self.tables(version_table))
    }

    fn version_tables(&self) -> Answer<'_, Vec<String>> {
        at_once(self.version_tables())
    }

    fn table_facts<'a>(&'a self, table: &'a VersionTable) -> Answer<'a, TableFacts> {
        at_once(self.table_facts(table))
    }

    fn change_rows<'a>(&'a self, table: &'a VersionTable, change: &'a Change) -> Answer<'a, Recorded> {
        at_once(self.change_rows(table, change))
    }

    fn record<'a>(
        &'a self,
        table: &'a VersionTable,
        before: Option<&'a [Row]>,
        after: Option<&'a [Row]>,
        note: &'a Note,
    ) -> Answer<'a, Recorded> {
        at_once(self.record(table, before, after, note))
    }

    fn cure<'a>(&'a self, table: &'a VersionTable, change: &'a Change, cure: &'a Cure<'a>) -> Answer<'a, Recorded> {
        at_once(self.cure(table, change, cure))
    }

    fn run_apart<'a>(&'a self, statement: &'a str) -> Answer<'a, ()> {
        at_once(self.run_apart(statement))
    }

    fn ledger(&self) -> Answer<'_, Vec<Entry>> {
        at_once(self.ledger())
    }

    fn contents(&self) -> Answer<'_, Contents> {
        at_once(self.contents())
    }

    fn drop_all<'a>(&'a self, seen: &'a Contents) -> Answer<'a, ()> {
        at_once(self.drop_all(seen))
    }

    fn other_sessions(&self) -> Answer<'_, Vec<String>> {
        at_once(Ok(self.other_sessions()))
    }

    fn copy_to(&self, copy: &Path) -> Result<(), DatabaseError> {
        Self::copy_to(self, copy)
    }

    fn try_lock(self: Box<Self>) -> Answer<'static, Locking> {
        at_once((*self).try_lock())
    }

    fn lock_holder(&self) -> Answer<'_, Option<Holder>> {
        at_once(Ok(lock::holder(&self.lock_file())))
    }

    fn survey(&self) -> Answer<'_, Survey> {
        at_once(self.survey())
    }

    fn count<'a>(&'a self, questions: &'a [String]) -> Answer<'a, Vec<Count>> {
        at_once(Ok(self.count(questions)))
    }

    fn close(self: Box<Self>) -> Later<'static, ()> {
        drop(self);
        at_once(())
    }

    /// The library's memory, the file, and the lock that it shares on one in WAL mode are left to the kernel.
    fn close_before_exec(self: Box<Self>) -> Later<'static, ()> {
        std::mem::forget(self);
        at_once(())
    }
}
