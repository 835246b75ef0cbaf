//! Everything that a PostgreSQL database holds, and who else is connected to it.

use tokio_postgres::SimpleQueryMessage;

use super::conversation::{ANSWER, WORK, text};
use super::session::{Session, first_column};
use super::sql;
use crate::failure::RefusalKind;
use crate::{Contents, DatabaseError, Loss};

impl Session {
    pub(super) async fn contents(&self) -> Result<Contents, DatabaseError> {
        const TABLES_AT_ONCE: usize = 200;
        let losses = self.losses().await?;
        let found = self.look(sql::COUNTABLE).await?;
        let (mut tables, mut readable) = (Vec::new(), Vec::new());
        for [name, table] in rows(&found) {
            match table {
                Some(table) => readable.push((name.unwrap_or_default(), table)),
                None => tables.push((name.unwrap_or_default().to_owned(), None)),
            }
        }
        for readable in readable.chunks(TABLES_AT_ONCE) {
            let count = |(at, (_, table)): (usize, &(&str, &str))| {
                format!("SELECT {at}, count(*) FROM (SELECT FROM {table} LIMIT {}) counted", Contents::COUNTED + 1)
            };
            let counts: Vec<String> = readable.iter().enumerate().map(count).collect();
            // Whoever has locked one of them is told of, not waited for.
            let count = format!("SET LOCAL lock_timeout = '2s'; {}", counts.join(" UNION ALL "));
            let answer = match self.look(&count).await {
                Err(error) if error.refusal() == Some(RefusalKind::Locked) => {
                    tables.extend(readable.iter().map(|(name, _)| ((*name).to_owned(), None)));
                    continue;
                }
                answer => answer?,
            };
            for [at, count] in rows(&answer) {
                let name =
                    at.and_then(|at| readable.get(at.parse::<usize>().ok()?)).map(|(name, _)| (*name).to_owned());
                tables.extend(name.map(|name| (name, count.and_then(|count| count.parse().ok()))));
            }
        }
        tables.sort();
        let kept = first_column(&self.look(sql::KEPT).await?).map(str::to_owned).collect();
        Ok(Contents { losses, tables, kept })
    }

    async fn losses(&self) -> Result<Vec<Loss>, DatabaseError> {
        let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let loss = |[object, statement, owner]: [Option<&str>; 3]| Loss {
            object: owned(object),
            statement: owned(statement),
            foreign_owner: owner.map(str::to_owned),
        };
        Ok(rows(&self.look(sql::LOSSES).await?).map(loss).collect())
    }

    async fn look(&self, query: &str) -> Result<Vec<SimpleQueryMessage>, DatabaseError> {
        self.connection.ask("look at what the database holds", query, WORK).await
    }

    /// Drops everything in one transaction, unless it is no longer what was `seen`.
    pub(super) async fn drop_all(&self, seen: &Contents) -> Result<(), DatabaseError> {
        let dropped = self.drop_all_or_stop(seen).await;
        if dropped.is_err() {
            // The connection is not used again; a failed ROLLBACK ends the transaction all the same.
            let _ = self.connection.ask("take the reset back", "ROLLBACK", ANSWER).await;
        }
        dropped
    }

    async fn drop_all_or_stop(&self, seen: &Contents) -> Result<(), DatabaseError> {
        let ask = async |query: &str| match self.connection.ask("empty the database", query, WORK).await {
            Err(DatabaseError::Query { source, .. }) => {
                Err(DatabaseError::NotEmptied { statement: query.to_owned(), source })
            }
            answer => answer.map(drop),
        };
        // Whoever holds a table keeps the reset from waiting for ever.
        ask(&format!("{}; SET LOCAL lock_timeout = '10s'", sql::BEGIN)).await?;
        if self.losses().await? != seen.losses {
            return Err(DatabaseError::ContentsMoved);
        }
        for loss in &seen.losses {
            ask(&loss.statement).await?;
        }
        ask("COMMIT").await.map_err(DatabaseError::at_the_end)
    }

    /// Other clients of this database, as far as this role may see them; whoever holds levelhead's lock is not one.
    pub(super) async fn other_sessions(&self) -> Result<Vec<String>, DatabaseError> {
        Ok(first_column(&self.look(&sql::other_sessions()).await?).map(str::to_owned).collect())
    }
}

/// The rows of an answer, of so many columns.
fn rows<const N: usize>(answer: &[SimpleQueryMessage]) -> impl Iterator<Item = [Option<&str>; N]> {
    answer.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(std::array::from_fn(|column| text(row, column))),
        _ => None,
    })
}
