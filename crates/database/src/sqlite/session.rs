//! An open file, and what is only read of it: all that needs the library.

mod backend;
mod catalogue;
mod change;
mod contents;
mod facts;
mod lock;
mod sql;
mod survey;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::url::{LocatedFile, SqliteUrl};
use crate::backend::Backend;
use crate::failure::{Refusal, RefusalKind};
use crate::{DatabaseError, Glance};
use schema::Schema;
use version_table::{VersionRows, VersionTable, quoted};

/// Opens the file for reading.
pub(super) fn open(url: &SqliteUrl) -> Result<Box<dyn Backend>, DatabaseError> {
    Ok(Box::new(Session::open(url)?))
}

/// An SQLite file, which may not exist yet.
struct Session {
    url: SqliteUrl,
    file: PathBuf,
    connection: Option<Connection>,
}

impl Session {
    /// Opens the file for reading. One that does not exist is an empty database, as SQLite itself has it.
    fn open(url: &SqliteUrl) -> Result<Self, DatabaseError> {
        let file = match url.locate(Path::new("")) {
            LocatedFile::One(file) if file.exists() => file,
            LocatedFile::One(file) => return Self::absent(file, url),
            LocatedFile::Absent { working, .. } => return Self::absent(working, url),
            LocatedFile::Ambiguous { working, instance } => {
                return Err(DatabaseError::AmbiguousFile { working, instance });
            }
        };
        let opened = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(|connection| {
            // SQLite reads the schema with the first statement: better now, beside the migration files. What is wrong with
            // it is said where somebody asks.
            let _ = connection.busy_timeout(Duration::ZERO).and_then(|()| connection.prepare(sql::FIRST));
            connection.busy_timeout(url.busy_timeout)?;
            Ok(connection)
        });
        match opened {
            Ok(connection) => Ok(Self { url: url.clone(), file, connection: Some(connection) }),
            Err(error) => Err(failed("open", &file, &error)),
        }
    }

    fn absent(file: PathBuf, url: &SqliteUrl) -> Result<Self, DatabaseError> {
        match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() => Err(DatabaseError::NoFolder { file }),
            _ => Ok(Self { url: url.clone(), file, connection: None }),
        }
    }

    /// The file that is locked instead of the database: always named after the path as written, since every instance must
    /// lock the same one, wherever the database turns out to be.
    fn lock_file(&self) -> PathBuf {
        let mut name = self.url.path.clone().into_os_string();
        name.push(".levelhead-lock");
        name.into()
    }

    fn version_rows(&self, table: &VersionTable) -> Result<VersionRows, DatabaseError> {
        if self.connection.is_none() {
            return Ok(VersionRows::NoTable);
        }
        let query = format!("SELECT version_num FROM {}", quoted(&table.name));
        let mut rows = match self.strings(&query) {
            // A schema that was read before another connection wrote to it lacks the table, too: the names are read anew.
            Err(error) if lacks_table(&error, &table.name) => {
                if !self.strings(sql::TABLES).map_err(|error| self.failed("read", &error))?.contains(&table.name) {
                    return Ok(VersionRows::NoTable);
                }
                self.strings(&query)
            }
            rows => rows,
        }
        .map_err(|error| self.failed("read", &error))?;
        rows.sort_unstable();
        Ok(VersionRows::Rows(rows))
    }

    /// A file needs no round trips: the tables are asked for by themselves, and only where there are rows.
    fn glance(&self, table: &VersionTable) -> Result<Glance, DatabaseError> {
        let rows = self.version_rows(table)?;
        let mut tables = Vec::new();
        if let (Some(connection), false) = (&self.connection, rows.revisions().is_empty()) {
            let most = i64::try_from(Glance::TABLES).unwrap_or(i64::MAX);
            let named = || {
                let mut statement = connection.prepare(sql::OLDEST_TABLES)?;
                statement.query_map((&table.name, most), |row| row.get(0))?.collect::<rusqlite::Result<_>>()
            };
            tables = named().map_err(|error| self.failed("read", &error))?;
        }
        Ok(Glance { rows, tables })
    }

    fn tables(&self, version_table: &VersionTable) -> Result<Vec<String>, DatabaseError> {
        let mut names = self.strings(sql::TABLES).map_err(|error| self.failed("read", &error))?;
        names.retain(|name| *name != version_table.name);
        Ok(names)
    }

    fn schema(&self, version_table: &VersionTable) -> Result<Schema, DatabaseError> {
        let Some(connection) = &self.connection else { return Ok(Schema::default()) };
        let schema = catalogue::read(connection, &version_table.name);
        schema.map_err(|error| self.failed("read the schema of", &error))
    }

    fn version_tables(&self) -> Result<Vec<String>, DatabaseError> {
        self.strings(sql::VERSION_TABLES).map_err(|error| self.failed("read", &error))
    }

    /// The first column of a query's rows; NULLs are left out.
    fn strings(&self, query: &str) -> rusqlite::Result<Vec<String>> {
        let Some(connection) = &self.connection else { return Ok(Vec::new()) };
        let mut statement = connection.prepare(query)?;
        let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0))?;
        rows.filter_map(Result::transpose).collect()
    }

    /// What came of the file, as an error.
    fn failed(&self, doing: &'static str, error: &rusqlite::Error) -> DatabaseError {
        failed(doing, &self.file, error)
    }
}

fn failed(doing: &'static str, file: &Path, error: &rusqlite::Error) -> DatabaseError {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => RefusalKind::NotADatabase,
        Some(ErrorCode::DatabaseBusy) => RefusalKind::Busy,
        _ => RefusalKind::Other,
    };
    DatabaseError::File { doing, file: file.to_owned(), source: Refusal { kind, words: error.to_string() } }
}

/// Whether a statement failed because this table is not there. SQLite has no code of its own for that.
fn lacks_table(error: &rusqlite::Error, table: &str) -> bool {
    let (rusqlite::Error::SqlInputError { msg: message, .. } | rusqlite::Error::SqliteFailure(_, Some(message))) =
        error
    else {
        return false;
    };
    message.strip_prefix("no such table: ") == Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::url::{DatabaseUrl, LibpqEnvironment};

    #[test]
    fn a_version_table_that_is_made_after_the_opening_is_not_taken_for_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("CREATE TABLE t (id INTEGER)").unwrap();
        let none = LibpqEnvironment::from_lookup(|_| None, None, || None);
        let url = DatabaseUrl::parse(&format!("sqlite:///{}?timeout=0.001", path.display()), &none);
        let Ok(DatabaseUrl::Sqlite(url)) = url else { panic!("{url:?}") };
        let session = Session::open(&url).unwrap();
        let table = VersionTable::default();
        assert_eq!(session.version_rows(&table).unwrap(), VersionRows::NoTable);
        let make = "CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('a')";
        other.execute_batch(&format!("{make}; BEGIN EXCLUSIVE")).unwrap();
        let locked = session.version_rows(&table);
        assert!(matches!(&locked, Err(error) if error.to_string().contains("locked")), "{locked:?}");
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(session.version_rows(&table).unwrap(), VersionRows::Rows(vec!["a".to_owned()]));
    }
}
