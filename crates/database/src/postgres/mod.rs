//! PostgreSQL, over the simple query protocol only, so that every pooler mode works.

pub mod catalogue;
mod change;
pub mod connect;
mod contents;
mod conversation;
mod failure;
mod ledger;
mod lock;
mod session;
mod sql;
mod survey;
mod tls;
pub(crate) mod url;
mod watch;

use std::time::Duration;

use schema::Schema;
use version_table::ledger::{Entry, Note, Recorded};
use version_table::{Change, Row, TableFacts, VersionRows, VersionTable};

use crate::backend::{Answer, Backend, Later, Locking};
use crate::lock::Holder;
use crate::survey::{Count, Survey};
use crate::url::UrlError;
use crate::url::parts::UrlParts;
use crate::wait::Wait;
use crate::watch::{Mark, Party, Sight, Whose};
use crate::{Connection, Contents, Cure, DatabaseError, Glance, Ownership};
use session::Session;
use sql::Postgres;
use url::{LibpqEnvironment, PostgresUrl};

/// What the statements on the version table have of their own here.
pub(crate) const SQL: Postgres = Postgres;

/// What a URL's parts say, with what libpq would take from its environment.
pub(crate) fn read(parts: UrlParts, defaults: &LibpqEnvironment) -> Result<Box<PostgresUrl>, UrlError> {
    Ok(Box::new(PostgresUrl::from_parts(parts, defaults)?))
}

/// Connects, waiting as `wait` says; `waiting` is told the last answer.
pub(crate) async fn open(
    url: &PostgresUrl,
    wait: &Wait,
    waiting: &mut dyn FnMut(&str),
) -> Result<Box<dyn Backend>, DatabaseError> {
    Ok(Box::new(Session::open(url, wait, waiting).await?))
}

impl Backend for Session {
    fn place(&self) -> String {
        format!("{} on {}", self.database, self.connection.endpoint)
    }

    fn server_version(&self) -> Option<&str> {
        self.connection.server_version.as_deref()
    }

    fn connection(&self) -> Option<Connection> {
        Some(Connection { endpoint: self.connection.endpoint.to_string(), encrypted: self.connection.encrypted })
    }

    fn be_patient(&mut self, limit: Duration) {
        Self::be_patient(self, limit);
    }

    fn version_rows<'a>(&'a self, table: &'a VersionTable) -> Answer<'a, VersionRows> {
        Box::pin(self.version_rows(table))
    }

    fn glance<'a>(&'a self, table: &'a VersionTable) -> Answer<'a, Glance> {
        Box::pin(self.glance(table))
    }

    fn schema<'a>(&'a self, version_table: &'a VersionTable) -> Answer<'a, Schema> {
        Box::pin(self.schema(version_table))
    }

    fn tables<'a>(&'a self, version_table: &'a VersionTable) -> Answer<'a, Vec<String>> {
        Box::pin(self.tables(version_table))
    }

    fn version_tables(&self) -> Answer<'_, Vec<String>> {
        Box::pin(self.version_tables())
    }

    fn table_facts<'a>(&'a self, table: &'a VersionTable) -> Answer<'a, TableFacts> {
        Box::pin(self.table_facts(table))
    }

    fn change_rows<'a>(&'a self, table: &'a VersionTable, change: &'a Change) -> Answer<'a, Recorded> {
        Box::pin(self.change_rows(table, change))
    }

    fn cure<'a>(&'a self, table: &'a VersionTable, change: &'a Change, cure: &'a Cure<'a>) -> Answer<'a, Recorded> {
        Box::pin(self.cure(table, change, cure))
    }

    fn run_apart<'a>(&'a self, statement: &'a str) -> Answer<'a, ()> {
        Box::pin(self.run_schema(statement))
    }

    fn record<'a>(
        &'a self,
        table: &'a VersionTable,
        before: Option<&'a [Row]>,
        after: Option<&'a [Row]>,
        note: &'a Note,
    ) -> Answer<'a, Recorded> {
        Box::pin(self.record(table, before, after, note))
    }

    fn ledger(&self) -> Answer<'_, Vec<Entry>> {
        Box::pin(self.ledger())
    }

    fn unreadable_ledger(&self) -> Answer<'_, Option<String>> {
        Box::pin(self.unreadable_ledger())
    }

    fn contents(&self) -> Answer<'_, Contents> {
        Box::pin(self.contents())
    }

    fn drop_all<'a>(&'a self, seen: &'a Contents) -> Answer<'a, ()> {
        Box::pin(self.drop_all(seen))
    }

    fn other_sessions(&self) -> Answer<'_, Vec<String>> {
        Box::pin(self.other_sessions())
    }

    fn try_lock(self: Box<Self>) -> Answer<'static, Locking> {
        Box::pin((*self).try_lock())
    }

    fn lock_holder(&self) -> Answer<'_, Option<Holder>> {
        Box::pin(self.lock_holder())
    }

    fn server_start(&self) -> Answer<'_, Option<String>> {
        Box::pin(async { self.server_start().await.map(Some) })
    }

    fn owners(&self) -> Answer<'_, Vec<Ownership>> {
        Box::pin(self.owners())
    }

    fn survey(&self) -> Answer<'_, Survey> {
        Box::pin(self.survey())
    }

    fn look<'a>(&'a self, mark: &'a Mark) -> Answer<'a, Sight> {
        Box::pin(self.sight(mark))
    }

    fn progress<'a>(&'a self, mark: &'a Mark) -> Answer<'a, Vec<String>> {
        Box::pin(self.progress(mark))
    }

    fn cancel<'a>(&'a self, pids: &'a [i64]) -> Answer<'a, ()> {
        Box::pin(self.cancel(pids))
    }

    fn writers<'a>(&'a self, table: &'a VersionTable) -> Answer<'a, Vec<Party>> {
        Box::pin(self.writers(table))
    }

    fn end<'a>(&'a self, whose: Whose<'a>) -> Answer<'a, Vec<Party>> {
        Box::pin(self.end(whose))
    }

    fn count<'a>(&'a self, questions: &'a [String]) -> Answer<'a, Vec<Count>> {
        Box::pin(self.count(questions))
    }

    fn close(self: Box<Self>) -> Later<'static, ()> {
        Box::pin(self.connection.close())
    }
}
