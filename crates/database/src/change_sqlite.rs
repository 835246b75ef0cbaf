//! The one writer of an SQLite file's version table and ledger, and whether it may write at all.

use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, types::Value};

use super::sqlite::Session;
use super::{DatabaseError, ledger, statements};
use schema::Dialect;
use version_table::ledger::{Entry, Note, Recorded, Remedy};
use version_table::{
    Change, Column, ReadOnly, Relation, RelationKind, Row, Rows, TableFacts, VersionTable, quoted, revisions,
};

impl Session {
    /// The file that holds the ledger.
    fn ledger_file(&self) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push(".levelhead-ledger");
        name.into()
    }

    pub(super) fn table_facts(&self, table: &VersionTable) -> Result<TableFacts, DatabaseError> {
        let found = match &self.connection {
            Some(connection) => relation(connection, &table.name).map_err(|source| self.failed("read", source))?,
            None => None,
        };
        Ok(TableFacts {
            name: table.name.clone(),
            schema: None,
            schema_exists: true,
            schema_rights: [].into(),
            relation: found,
            role: String::new(),
            database: self.file.display().to_string(),
            server_version: None,
            in_recovery: false,
            read_only: unwritable(&self.file).map(ReadOnly::Path),
        })
    }

    /// Makes the change in one transaction, with its entry in the ledger.
    pub(super) fn change_rows(&self, table: &VersionTable, change: &Change) -> Result<Recorded, DatabaseError> {
        let refused = |source| self.failed("change", source);
        let mut connection = self.open_for_writing().map_err(refused)?;
        let attached = self.attach(&connection, change.note.as_ref());
        // Dropped without a commit, it is rolled back.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(refused)?;
        let exists = relation(&transaction, &table.name).map_err(refused)?.is_some();
        for statement in statements::opening(Dialect::Sqlite, table, change, exists) {
            transaction.execute_batch(&statement).map_err(refused)?;
        }
        let found = whole_rows(&transaction, table).map_err(refused)?;
        let expected = revisions(Some(&found));
        statements::expect(&change.expected, expected.clone())?;
        for (statement, change) in statements::rows(&table.quoted(), &change.rows) {
            let count = transaction.execute(&statement, []).map_err(refused)? as u64;
            change.map_or(Ok(()), |change| statements::expect_count(change, &expected, count))?;
        }
        let recorded = match (&change.note, attached) {
            (None, _) => Recorded::Off,
            (Some(note), Ok(())) => {
                let gone = matches!(change.rows, Rows::PutBack(None));
                let after = if gone { None } else { Some(whole_rows(&transaction, table).map_err(refused)?) };
                let before = exists.then_some(found);
                self.enter(&transaction, table, before.as_deref(), after.as_deref(), note).map_err(refused)?
            }
            (Some(_), Err(source)) => self.not_recorded(&source),
        };
        transaction.commit().map_err(refused)?;
        Ok(recorded)
    }

    /// Notes what somebody else has changed, the application's upgrade.
    pub(super) fn record(
        &self,
        table: &VersionTable,
        before: Option<&[Row]>,
        after: Option<&[Row]>,
        note: &Note,
    ) -> Result<Recorded, DatabaseError> {
        let refused = |source| self.failed("change", source);
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
        let failed = |source| DatabaseError::Sqlite { doing: "read", file: file.clone(), source };
        let read = || -> rusqlite::Result<Vec<String>> {
            let connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            connection.busy_timeout(self.busy_timeout)?;
            // One file alone is `main`; the statements know it as an attached one.
            connection.execute("ATTACH ?1 AS levelhead", [file.to_string_lossy()])?;
            let mut statement = connection.prepare(ledger::select(Dialect::Sqlite))?;
            let texts = statement.query_map([], |row| row.get(0))?;
            texts.collect()
        };
        read().map_err(failed)?.iter().map(|text| Ok(serde_json::from_str(text)?)).collect()
    }

    pub(super) fn open_for_writing(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(self.busy_timeout)?;
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
        let mut statements = ledger::create(Dialect::Sqlite, true);
        statements.push(ledger::insert((None, &table.name), before, after, note));
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

    pub(super) fn failed(&self, doing: &'static str, source: rusqlite::Error) -> DatabaseError {
        DatabaseError::Sqlite { doing, file: self.file.clone(), source }
    }
}

/// Whatever has the table's name.
fn relation(connection: &Connection, name: &str) -> rusqlite::Result<Option<Relation>> {
    let kind = "SELECT type FROM sqlite_master WHERE name = ?1 AND type IN ('table', 'view')";
    let mut kind = connection.prepare(kind)?;
    let Some(kind) = kind.query_map([name], |row| row.get::<_, String>(0))?.next().transpose()? else {
        return Ok(None);
    };
    let kind = if kind == "view" { RelationKind::View } else { RelationKind::Table };
    let mut column = None;
    let mut required = Vec::new();
    let mut keys = 0;
    let mut keyed = false;
    let query = "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk FROM pragma_table_info(?1)";
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query([name])?;
    while let Some(row) = rows.next()? {
        let (label, not_null, default, key): (String, bool, bool, i64) =
            (row.get(0)?, row.get(2)?, row.get(3)?, row.get(4)?);
        keys += i64::from(key > 0);
        if label == version_table::COLUMN {
            keyed = key > 0;
            column = Some(Column { kind: row.get(1)?, length: None, nullable: !not_null });
        } else if not_null && !default {
            required.push(label);
        }
    }
    Ok(Some(Relation {
        kind,
        owner: String::new(),
        owned: true,
        rights: [].into(),
        writable: kind == RelationKind::Table,
        row_security: false,
        column,
        required,
        has_key: keyed && keys == 1,
    }))
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

/// The file, or else its folder, that this user may not write to.
fn unwritable(file: &Path) -> Option<PathBuf> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let places = [file, folder];
    let refused = places.into_iter().find(|place| place.exists() && access(*place, AccessFlags::W_OK).is_err());
    refused.map(Path::to_path_buf)
}
