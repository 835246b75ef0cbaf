//! The one writer of PostgreSQL's version table and ledger.

use std::time::Duration;

use tokio_postgres::SimpleQueryMessage;

use super::conversation::{ANSWER, text};
use super::ledger::Standing;
use super::session::{Session, first_column};
use super::sql::{self, BEGIN};
use crate::failure::RefusalKind;
use crate::{Cure, DatabaseError, ledger, statements};
use version_table::ledger::{Entry, Note, Recorded, Remedy};
use version_table::{Change, Row, Rows, VersionTable, quoted, revisions};

/// How long a change waits for whoever is changing the rows.
const LOCK_TIMEOUT: &str = "10s";

/// How long a statement of the schema may take: as long as a table is large. The server's own limits hold.
const SCHEMA: Duration = Duration::from_hours(24);

impl Session {
    /// Makes the change in one transaction, with its entry in the ledger.
    pub(super) async fn change_rows(&self, table: &VersionTable, change: &Change) -> Result<Recorded, DatabaseError> {
        self.or_roll_back(self.change_or_stop(table, change, None)).await
    }

    /// The same with statements of the schema.
    pub(super) async fn cure(
        &self,
        table: &VersionTable,
        change: &Change,
        cure: &Cure<'_>,
    ) -> Result<Recorded, DatabaseError> {
        self.or_roll_back(self.change_or_stop(table, change, Some(cure))).await
    }

    async fn or_roll_back(
        &self,
        change: impl Future<Output = Result<Recorded, DatabaseError>>,
    ) -> Result<Recorded, DatabaseError> {
        let changed = change.await;
        if changed.is_err() {
            // The connection is not used again; a failed ROLLBACK ends the transaction all the same.
            let _ = self.ask("ROLLBACK").await;
        }
        changed
    }

    async fn change_or_stop(
        &self,
        table: &VersionTable,
        change: &Change,
        cure: Option<&Cure<'_>>,
    ) -> Result<Recorded, DatabaseError> {
        self.ask(&format!(
            "{BEGIN}; SET LOCAL standard_conforming_strings = on; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"
        ))
        .await?;
        let named = table;
        let (table, exists) = self.resolve(table).await?;
        let is_wanted = exists || !matches!(&change.rows, Rows::Changed(changes) if changes.is_empty());
        let mut found = Vec::new();
        if is_wanted {
            for statement in statements::opening(&super::SQL, &table, change, exists) {
                self.ask(&statement).await?;
            }
            found = self.whole_rows(&table).await?;
        }
        let expected = revisions(Some(&found));
        statements::expect(&change.expected, expected.clone())?;
        if let Some(cure) = cure {
            self.carry_out(named, cure).await?;
        }
        if let Some(statement) = statements::widen(&super::SQL, &table, change, exists) {
            self.ask(&statement).await?;
        }
        for (statement, change) in statements::rows(&table.quoted(), &change.rows) {
            let count = completed(&self.ask(&statement).await?);
            change.map_or(Ok(()), |change| statements::expect_count(change, &expected, count))?;
        }
        let recorded = match &change.note {
            None => Recorded::Off,
            Some(note) => {
                let gone = !is_wanted || matches!(change.rows, Rows::PutBack(None));
                let after = if gone { None } else { Some(self.whole_rows(&table).await?) };
                let before = exists.then_some(found);
                self.enter(&table, before.as_deref(), after.as_deref(), note).await?
            }
        };
        self.ask("COMMIT").await.map_err(DatabaseError::at_the_end)?;
        Ok(recorded)
    }

    /// Runs the statements of a cure inside the transaction, where the schema is what it has to be before and after them.
    async fn carry_out(&self, table: &VersionTable, cure: &Cure<'_>) -> Result<(), DatabaseError> {
        if let Some(schema) = table.default_schema() {
            self.ask(&format!("SET LOCAL search_path = {}, public", quoted(schema))).await?;
        }
        cure.expect_before(&self.schema(table).await?)?;
        for statement in cure.statements {
            self.run_schema(statement).await?;
        }
        cure.expect_after(&self.schema(table).await?)
    }

    /// Runs a statement of the schema.
    pub(super) async fn run_schema(&self, statement: &str) -> Result<(), DatabaseError> {
        match self.connection.ask("change the schema", statement, SCHEMA).await {
            Err(DatabaseError::Query { source, .. }) => {
                Err(DatabaseError::Refused { statement: statement.to_owned(), source })
            }
            answer => answer.map(drop),
        }
    }

    /// Notes what somebody else has changed, the application's upgrade.
    pub(super) async fn record(
        &self,
        table: &VersionTable,
        before: Option<&[Row]>,
        after: Option<&[Row]>,
        note: &Note,
    ) -> Result<Recorded, DatabaseError> {
        self.ask(&format!("{BEGIN}; SET LOCAL standard_conforming_strings = on")).await?;
        let (table, _) = self.resolve(table).await?;
        let recorded = self.enter(&table, before, after, note).await?;
        self.ask("COMMIT").await.map_err(DatabaseError::at_the_end)?;
        Ok(recorded)
    }

    /// The table with its schema, and whether it is there.
    async fn resolve(&self, table: &VersionTable) -> Result<(VersionTable, bool), DatabaseError> {
        let answer = self.ask(&sql::place_of(table)).await?;
        let row =
            answer.iter().find_map(|message| if let SimpleQueryMessage::Row(row) = message { Some(row) } else { None });
        let schema = row.and_then(|row| text(row, 0)).map(str::to_owned);
        let exists = row.and_then(|row| text(row, 1)) == Some("true");
        Ok((VersionTable { schema, ..table.clone() }, exists))
    }

    /// Adds an entry inside the transaction, behind a savepoint: a ledger that cannot be kept stops no change.
    async fn enter(
        &self,
        table: &VersionTable,
        before: Option<&[Row]>,
        after: Option<&[Row]>,
        note: &Note,
    ) -> Result<Recorded, DatabaseError> {
        let standing = self.standing().await?;
        if standing.would_take_tables() {
            let reason = "your role is called levelhead, and a schema of its name would take the application's tables";
            return Ok(Recorded::No { reason: reason.to_owned(), remedy: Remedy::AnotherRole });
        }
        if let Some(grant) = standing.grant() {
            let reason = "this role may not write to it".to_owned();
            return Ok(Recorded::No { reason, remedy: Remedy::Grant(grant) });
        }
        let insert = ledger::insert((table.schema.as_deref(), &table.name), before, after, note);
        self.ask("SAVEPOINT ledger").await?;
        for statement in standing.create().into_iter().chain([insert]) {
            if let Err(error) = self.ask(&statement).await {
                let DatabaseError::Query { source, .. } = error else { return Err(error) };
                self.ask("ROLLBACK TO SAVEPOINT ledger").await?;
                return Ok(Recorded::No { reason: source.words, remedy: Remedy::LookAtTable });
            }
        }
        Ok(Recorded::Yes)
    }

    /// The ledger's entries, newest first; none where there is no ledger, or one that this role may not read.
    pub(super) async fn ledger(&self) -> Result<Vec<Entry>, DatabaseError> {
        let answer = match self.connection.ask("read the ledger", sql::LEDGER, ANSWER).await {
            Err(error) if is_missing_or_forbidden(&error) => return Ok(Vec::new()),
            answer => answer?,
        };
        first_column(&answer).map(|text| Ok(serde_json::from_str(text)?)).collect()
    }

    /// The statement that lets this role read the ledger that is there; `None` where it may, or where there is none.
    pub(super) async fn unreadable_ledger(&self) -> Result<Option<String>, DatabaseError> {
        let standing = self.standing().await?;
        Ok(standing.grant().filter(|_| standing.table))
    }

    async fn standing(&self) -> Result<Standing, DatabaseError> {
        let answer = self.ask(sql::LEDGER_STANDING).await?;
        Ok(Standing::read(first_column(&answer).next().unwrap_or_default())?)
    }

    async fn whole_rows(&self, table: &VersionTable) -> Result<Vec<Row>, DatabaseError> {
        let answer = self.ask(&format!("SELECT * FROM {}", table.quoted())).await?;
        let rows = answer.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                let named = row.columns().iter().enumerate();
                Some(named.map(|(at, column)| (column.name().to_owned(), text(row, at).map(str::to_owned))).collect())
            }
            _ => None,
        });
        Ok(rows.collect())
    }

    async fn ask(&self, query: &str) -> Result<Vec<SimpleQueryMessage>, DatabaseError> {
        self.connection.ask("change the version table", query, ANSWER).await
    }
}

/// How many rows a statement has met.
fn completed(answer: &[SimpleQueryMessage]) -> u64 {
    let count = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::CommandComplete(count) => Some(*count),
        _ => None,
    });
    count.unwrap_or(0)
}

/// A missing schema answers as a missing table does.
fn is_missing_or_forbidden(error: &DatabaseError) -> bool {
    matches!(error.refusal(), Some(RefusalKind::NoTable | RefusalKind::Forbidden))
}
