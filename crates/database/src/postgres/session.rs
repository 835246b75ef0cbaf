//! An open connection, and what is only read over it.

use std::time::Duration;

use tokio_postgres::SimpleQueryMessage;

use super::connect::{Connected, connect};
use super::conversation::{ANSWER, WORK, text};
use super::url::PostgresUrl;
use super::{catalogue, sql};
use crate::connect::Progress;
use crate::error::READ_ROWS;
use crate::failure::{Refusal, RefusalKind};
use crate::wait::Wait;
use crate::{DatabaseError, Glance, Ownership};
use schema::Schema;
use version_table::{TableFacts, VersionRows, VersionTable};

/// A connection for reading.
pub(super) struct Session {
    pub(super) connection: Connected,
    /// The database's name.
    pub(super) database: String,
    /// How long a read of the version table may take, which somebody may have locked.
    patience: Duration,
}

impl Session {
    /// Connects, waiting as `wait` says; `waiting` is told the last answer.
    pub(super) async fn open(
        url: &PostgresUrl,
        wait: &Wait,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<Self, DatabaseError> {
        let mut tell = |progress: &Progress<'_>| {
            if let Some(failure) = progress.failures.last() {
                waiting(&failure.to_string());
            }
        };
        let database = url.database.clone();
        Ok(Self { connection: connect(url, wait, &mut tell).await?, database, patience: ANSWER })
    }

    pub(super) fn be_patient(&mut self, limit: Duration) {
        self.patience = self.patience.max(limit);
    }

    pub(super) async fn version_rows(&self, table: &VersionTable) -> Result<VersionRows, DatabaseError> {
        let query = format!("SELECT version_num FROM {}", table.quoted());
        Ok(rows_of(self.read(table, &query).await?.as_deref()))
    }

    pub(super) async fn glance(&self, table: &VersionTable) -> Result<Glance, DatabaseError> {
        let answer = self.read(table, &sql::glance(table)).await?;
        let tables = answer.iter().flatten().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => text(row, 1),
            _ => None,
        });
        Ok(Glance::new(rows_of(answer.as_deref()), tables))
    }

    /// The answer to a query of the version table; `None` where there is no such table.
    async fn read(&self, table: &VersionTable, query: &str) -> Result<Option<Vec<SimpleQueryMessage>>, DatabaseError> {
        match self.connection.ask(READ_ROWS, query, self.patience).await {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.refusal() == Some(RefusalKind::NoTable) => Ok(None),
            Err(DatabaseError::Query { source, .. }) => Err(self.unreadable(table, source).await),
            Err(error) => Err(error),
        }
    }

    /// Why the version table cannot be read: with the statement that would change it, where the server's answer has one.
    async fn unreadable(&self, table: &VersionTable, source: Refusal) -> DatabaseError {
        let is_explained =
            matches!(source.kind, RefusalKind::Forbidden | RefusalKind::NoColumn | RefusalKind::WrongKind);
        let facts = if is_explained { self.table_facts(table).await.ok() } else { None };
        let Some((problem, statement)) = facts.and_then(|facts| facts.unreadable()) else {
            return DatabaseError::Query { doing: READ_ROWS, source };
        };
        DatabaseError::Unreadable { problem, statement }
    }

    pub(super) async fn tables(&self, version_table: &VersionTable) -> Result<Vec<String>, DatabaseError> {
        let answer = self.connection.ask("list the tables", sql::TABLES, WORK).await?;
        Ok(first_column(&answer)
            .filter(|table| table.rsplit('.').next() != Some(&version_table.name))
            .map(str::to_owned)
            .collect())
    }

    pub(super) async fn schema(&self, version_table: &VersionTable) -> Result<Schema, DatabaseError> {
        let answer = self.connection.ask("read the catalogue", sql::CATALOGUE, WORK).await?;
        let text = first_column(&answer).next().unwrap_or_default();
        Ok(catalogue::read(text, version_table)?)
    }

    pub(super) async fn version_tables(&self) -> Result<Vec<String>, DatabaseError> {
        let answer = self.connection.ask("look for version tables", sql::VERSION_TABLES, WORK).await?;
        Ok(first_column(&answer).map(str::to_owned).collect())
    }

    pub(super) async fn table_facts(&self, table: &VersionTable) -> Result<TableFacts, DatabaseError> {
        let answer = self.connection.ask("look at the version table", &sql::table_facts(table), ANSWER).await?;
        Ok(serde_json::from_str(first_column(&answer).next().unwrap_or_default())?)
    }

    pub(super) async fn server_start(&self) -> Result<String, DatabaseError> {
        let answer = self.connection.ask("ask when the server was started", sql::SERVER_START, ANSWER).await?;
        Ok(first_column(&answer).next().unwrap_or_default().to_owned())
    }

    pub(super) async fn owners(&self) -> Result<Vec<Ownership>, DatabaseError> {
        let answer = self.connection.ask("ask who owns the tables", sql::OWNERS, WORK).await?;
        Ok(serde_json::from_str(first_column(&answer).next().unwrap_or("[]")).unwrap_or_default())
    }
}

/// The rows that an answer names in its first column.
fn rows_of(answer: Option<&[SimpleQueryMessage]>) -> VersionRows {
    let Some(answer) = answer else { return VersionRows::NoTable };
    let mut rows: Vec<String> = first_column(answer).map(str::to_owned).collect();
    rows.sort_unstable();
    VersionRows::Rows(rows)
}

/// The first column of each row; NULLs are left out.
pub(super) fn first_column(answer: &[SimpleQueryMessage]) -> impl Iterator<Item = &str> {
    answer.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => text(row, 0),
        _ => None,
    })
}
