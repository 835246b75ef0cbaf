//! The one writer of an SQLite file's version table and ledger.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, types::Value};

use super::facts::relation;
use super::{Session, catalogue, failed, sql};
use crate::failure::{Refusal, RefusalKind};
use crate::{Cure, DatabaseError, ledger, statements};
use version_table::ledger::{Entry, Note, Recorded, Remedy};
use version_table::{Change, Row, Rows, VersionTable, quoted, revisions};

impl Session {
    /// The file that holds the ledger.
    fn ledger_file(&self) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push(".levelhead-ledger");
        name.into()
    }

    /// Makes the change in one transaction, with its entry in the ledger.
    pub(super) fn change_rows(&self, table: &VersionTable, change: &Change) -> Result<Recorded, DatabaseError> {
        self.change(table, change, None)
    }

    /// The same with statements of the schema.
    pub(super) fn cure(
        &self,
        table: &VersionTable,
        change: &Change,
        cure: &Cure<'_>,
    ) -> Result<Recorded, DatabaseError> {
        self.change(table, change, Some(cure))
    }

    /// Runs a statement that needs no transaction.
    pub(super) fn run_apart(&self, statement: &str) -> Result<(), DatabaseError> {
        let connection = self.open_for_writing().map_err(|error| self.failed("change", &error))?;
        connection.execute_batch(statement).map_err(|error| statement_refused(statement, &error))
    }

    fn change(
        &self,
        table: &VersionTable,
        change: &Change,
        cure: Option<&Cure<'_>>,
    ) -> Result<Recorded, DatabaseError> {
        let refused = |error| self.failed("change", &error);
        let mut connection = self.open_for_writing().map_err(refused)?;
        let attached = self.attach(&connection, change.note.as_ref());
        if cure.is_some() {
            // Cannot be changed inside the transaction, and a table that others refer to could not be made anew.
            connection.pragma_update(None, "foreign_keys", false).map_err(refused)?;
        }
        // Dropped without a commit, it is rolled back.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(refused)?;
        let exists = relation(&transaction, &table.name).map_err(refused)?.is_some();
        let is_wanted = exists || !matches!(&change.rows, Rows::Changed(changes) if changes.is_empty());
        let mut found = Vec::new();
        if is_wanted {
            for statement in statements::opening(&crate::sqlite::SQL, table, change, exists) {
                transaction.execute_batch(&statement).map_err(refused)?;
            }
            found = whole_rows(&transaction, table).map_err(refused)?;
        }
        let expected = revisions(Some(&found));
        statements::expect(&change.expected, expected.clone())?;
        if let Some(cure) = cure {
            self.carry_out(&transaction, table, cure)?;
        }
        for (statement, change) in statements::rows(&table.quoted(), &change.rows) {
            let count = transaction.execute(&statement, []).map_err(refused)? as u64;
            change.map_or(Ok(()), |change| statements::expect_count(change, &expected, count))?;
        }
        let recorded = match (&change.note, attached) {
            (None, _) => Recorded::Off,
            (Some(note), Ok(())) => {
                let gone = !is_wanted || matches!(change.rows, Rows::PutBack(None));
                let after = if gone { None } else { Some(whole_rows(&transaction, table).map_err(refused)?) };
                let before = exists.then_some(found);
                self.enter(&transaction, table, before.as_deref(), after.as_deref(), note).map_err(refused)?
            }
            (Some(_), Err(source)) => self.not_recorded(&source),
        };
        transaction.commit().map_err(refused)?;
        Ok(recorded)
    }

    /// Runs the statements of a cure inside the transaction, where the schema is what it has to be before and after them, and
    /// no foreign key is broken that was whole.
    fn carry_out(
        &self,
        transaction: &Transaction<'_>,
        table: &VersionTable,
        cure: &Cure<'_>,
    ) -> Result<(), DatabaseError> {
        let refused = |error| self.failed("change", &error);
        let schema = || catalogue::read(transaction, &table.name).map_err(refused);
        cure.expect_before(&schema()?)?;
        let before = broken_keys(transaction).map_err(refused)?;
        for statement in cure.statements {
            transaction.execute_batch(statement).map_err(|error| statement_refused(statement, &error))?;
        }
        let after = broken_keys(transaction).map_err(refused)?;
        if let Some((table, _)) = after.iter().find(|(table, count)| before.get(*table).unwrap_or(&0) < count) {
            return Err(DatabaseError::NotCured { what: format!("a foreign key of {table}") });
        }
        cure.expect_after(&schema()?)
    }

    /// Notes what somebody else has changed, the application's upgrade.
    pub(super) fn record(
        &self,
        table: &VersionTable,
        before: Option<&[Row]>,
        after: Option<&[Row]>,
        note: &Note,
    ) -> Result<Recorded, DatabaseError> {
        let refused = |error| self.failed("change", &error);
        let mut connection = self.open_for_writing().map_err(refused)?;
        if let Err(source) = self.attach(&connection, Some(note)) {
            return Ok(self.not_recorded(&source));
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(refused)?;
        let recorded = self.enter(&transaction, table, before, after, note).map_err(refused)?;
        transaction.commit().map_err(refused)?;
        Ok(recorded)
    }

    /// The ledger's entries, newest first; none where there is no ledger.
    pub(super) fn ledger(&self) -> Result<Vec<Entry>, DatabaseError> {
        let file = self.ledger_file();
        if !file.exists() {
            return Ok(Vec::new());
        }
        let read = || -> rusqlite::Result<Vec<String>> {
            let connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            connection.busy_timeout(self.url.busy_timeout)?;
            // One file alone is `main`; the statements know it as an attached one.
            connection.execute("ATTACH ?1 AS levelhead", [file.to_string_lossy()])?;
            let mut statement = connection.prepare(sql::LEDGER)?;
            let texts = statement.query_map([], |row| row.get(0))?;
            texts.collect()
        };
        read()
            .map_err(|error| failed("read", &file, &error))?
            .iter()
            .map(|text| Ok(serde_json::from_str(text)?))
            .collect()
    }

    pub(super) fn open_for_writing(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(self.url.busy_timeout)?;
        Ok(connection)
    }

    /// Attaches the ledger's file, where an entry is to be kept: inside a transaction it is too late.
    fn attach(&self, connection: &Connection, note: Option<&Note>) -> rusqlite::Result<()> {
        if note.is_some() {
            connection.execute("ATTACH ?1 AS levelhead", [self.ledger_file().to_string_lossy()])?;
        }
        Ok(())
    }

    /// Adds an entry inside the transaction, behind a savepoint: a ledger that cannot be kept stops no change. Unless the
    /// database is in WAL mode, both files are committed together.
    fn enter(
        &self,
        transaction: &Transaction<'_>,
        table: &VersionTable,
        before: Option<&[Row]>,
        after: Option<&[Row]>,
        note: &Note,
    ) -> rusqlite::Result<Recorded> {
        transaction.execute_batch("SAVEPOINT ledger")?;
        let statements = [ledger::create(sql::LEDGER_TYPES), ledger::insert((None, &table.name), before, after, note)];
        match statements.iter().try_for_each(|statement| transaction.execute_batch(statement)) {
            Ok(()) => Ok(Recorded::Yes),
            Err(source) => {
                transaction.execute_batch("ROLLBACK TO ledger")?;
                Ok(self.not_recorded(&source))
            }
        }
    }

    fn not_recorded(&self, source: &rusqlite::Error) -> Recorded {
        let file = self.ledger_file();
        let reason = format!("{}: {source}", file.display());
        Recorded::No { reason, remedy: Remedy::LookAtFile(file) }
    }
}

/// How many rows of each table refer to what is not there.
fn broken_keys(connection: &Connection) -> rusqlite::Result<BTreeMap<String, u64>> {
    let mut statement = connection.prepare(sql::BROKEN_KEYS)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
    rows.collect()
}

fn statement_refused(statement: &str, error: &rusqlite::Error) -> DatabaseError {
    let source = Refusal { kind: RefusalKind::Other, words: error.to_string() };
    DatabaseError::Refused { statement: statement.to_owned(), source }
}

fn whole_rows(connection: &Connection, table: &VersionTable) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare(&format!("SELECT * FROM {}", quoted(&table.name)))?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let rows = statement.query_map([], |row| {
        names.iter().enumerate().map(|(at, name)| Ok((name.clone(), text(row.get(at)?)))).collect()
    })?;
    rows.collect()
}

/// A value as text, which the column's affinity makes a number of again. Bytes that are no text are beyond a version table.
fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Text(text) => Some(text),
        Value::Blob(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
    }
}
