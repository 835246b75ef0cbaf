//! Looking at an upgrade from outside, in short transactions.

use tokio_postgres::SimpleQueryMessage;

use super::conversation::ANSWER;
use super::session::{Session, first_column};
use super::sql::watch as sql;
use crate::DatabaseError;
use crate::watch::{Mark, Party, Sight, Whose};
use version_table::VersionTable;

impl Session {
    pub(super) async fn sight(&self, mark: &Mark) -> Result<Sight, DatabaseError> {
        let answer = self.connection.ask("look at the upgrade", &sql::sight(mark), ANSWER).await?;
        Ok(serde_json::from_str(first_column(&answer).next().unwrap_or_default())?)
    }

    pub(super) async fn progress(&self, mark: &Mark) -> Result<Vec<String>, DatabaseError> {
        let answer = self.connection.ask("ask how far the upgrade is", &sql::progress(mark), ANSWER).await?;
        Ok(first_column(&answer).map(str::to_owned).collect())
    }

    pub(super) async fn cancel(&self, pids: &[i64]) -> Result<(), DatabaseError> {
        self.connection.ask("cancel a statement", &sql::cancel(pids), ANSWER).await.map(drop)
    }

    pub(super) async fn end(&self, whose: Whose<'_>) -> Result<Vec<Party>, DatabaseError> {
        Ok(parties(&self.connection.ask("end what an upgrade has left", &sql::end(whose), ANSWER).await?))
    }

    pub(super) async fn writers(&self, table: &VersionTable) -> Result<Vec<Party>, DatabaseError> {
        Ok(parties(&self.connection.ask("ask who changes the version table", &sql::writers(table), ANSWER).await?))
    }
}

fn parties(answer: &[SimpleQueryMessage]) -> Vec<Party> {
    first_column(answer).filter_map(|text| serde_json::from_str(text).ok()).collect()
}
