//! PostgreSQL: the queries, all over the simple protocol.

use std::time::Duration;

use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::error::SqlState;

use super::connect::{Connected, Progress, connect};
use super::conversation::{ANSWER, WORK};
use super::error::READ_ROWS;
use super::url::PostgresUrl;
use super::wait::Wait;
use super::{DatabaseError, catalogue, facts};
use schema::Schema;
use version_table::{TableFacts, VersionRows, VersionTable};

/// A connection for reading.
pub struct Session {
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

    pub(super) fn patient(self, limit: Duration) -> Self {
        Self { patience: self.patience.max(limit), ..self }
    }

    pub(super) async fn version_rows(&self, table: &VersionTable) -> Result<VersionRows, DatabaseError> {
        let query = format!("SELECT version_num FROM {}", table.quoted());
        match self.connection.ask(READ_ROWS, &query, self.patience).await {
            Ok(answer) => {
                let mut rows: Vec<String> = first_column(&answer).map(str::to_owned).collect();
                rows.sort_unstable();
                Ok(VersionRows::Rows(rows))
            }
            // A missing schema answers as a missing table does.
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => Ok(VersionRows::NoTable),
            Err(DatabaseError::Query { source, .. }) => Err(self.unreadable(table, source).await),
            Err(error) => Err(error),
        }
    }

    /// Why the version table cannot be read: with the statement that would change it, where the server's answer has one.
    async fn unreadable(&self, table: &VersionTable, source: tokio_postgres::Error) -> DatabaseError {
        let is_explained = source.code().is_some_and(|code| {
            [SqlState::INSUFFICIENT_PRIVILEGE, SqlState::UNDEFINED_COLUMN, SqlState::WRONG_OBJECT_TYPE].contains(code)
        });
        let facts = if is_explained { self.table_facts(table).await.ok() } else { None };
        let Some((problem, statement)) = facts.and_then(|facts| facts.unreadable()) else {
            return DatabaseError::Query { doing: READ_ROWS, source };
        };
        DatabaseError::Unreadable { problem, statement }
    }

    pub(super) async fn tables(&self, version_table: &VersionTable) -> Result<Vec<String>, DatabaseError> {
        let answer = self.connection.ask("list the tables", TABLES, WORK).await?;
        Ok(first_column(&answer)
            .filter(|table| table.rsplit('.').next() != Some(&version_table.name))
            .map(str::to_owned)
            .collect())
    }

    pub(super) async fn schema(&self, version_table: &VersionTable) -> Result<Schema, DatabaseError> {
        let answer = self.connection.ask("read the catalogue", catalogue::QUERY, WORK).await?;
        let text = first_column(&answer).next().unwrap_or_default();
        Ok(catalogue::read(text, None, &version_table.to_string())?)
    }

    pub(super) async fn version_tables(&self) -> Result<Vec<String>, DatabaseError> {
        let answer = self.connection.ask("look for version tables", VERSION_TABLES, WORK).await?;
        Ok(first_column(&answer).map(str::to_owned).collect())
    }

    pub(super) async fn table_facts(&self, table: &VersionTable) -> Result<TableFacts, DatabaseError> {
        let answer = self.connection.ask("look at the version table", &facts::query(table), ANSWER).await?;
        Ok(facts::read(first_column(&answer).next().unwrap_or_default())?)
    }

    pub(super) async fn server_start(&self) -> Result<String, DatabaseError> {
        let query = "SELECT pg_catalog.pg_postmaster_start_time()";
        let answer = self.connection.ask("ask when the server was started", query, ANSWER).await?;
        Ok(first_column(&answer).next().unwrap_or_default().to_owned())
    }

    pub(super) async fn close(self) {
        self.connection.close().await;
    }
}

/// Ordinary and partitioned tables, views, materialized views and foreign tables of people's own schemas; that of the ledger is not one.
const TABLES: &str = "
    SELECT n.nspname || '.' || c.relname
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND n.nspname NOT IN ('information_schema', 'levelhead') AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1";

/// Tables with a column `version_num`: nothing but Alembic has one.
const VERSION_TABLES: &str = "
    SELECT n.nspname || '.' || c.relname
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      AND EXISTS (SELECT FROM pg_catalog.pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attname = 'version_num' AND NOT a.attisdropped)
    ORDER BY 1";

/// The first column of each row; NULLs are left out.
pub(super) fn first_column(answer: &[SimpleQueryMessage]) -> impl Iterator<Item = &str> {
    answer.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    })
}
