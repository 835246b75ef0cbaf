//! SQLite, the embedded default: the same values from a file, which reading never creates.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::url::{LocatedFile, SqliteUrl};
use super::{DatabaseError, catalogue_sqlite};
use schema::Schema;
use version_table::{VersionRows, VersionTable, quoted};

/// An SQLite file, which may not exist yet.
pub struct Session {
    /// The path of the URL as written.
    named: PathBuf,
    pub(super) file: PathBuf,
    pub(super) connection: Option<Connection>,
    /// How long a change waits for another writer.
    pub(super) busy_timeout: Duration,
}

impl Session {
    /// Opens the file for reading. One that does not exist is an empty database, as SQLite itself has it.
    pub(super) fn open(url: &SqliteUrl) -> Result<Self, DatabaseError> {
        let named = url.path.clone();
        let file = match url.locate(Path::new("")) {
            LocatedFile::One(file) if file.exists() => file,
            LocatedFile::One(file) => return Self::absent(named, file, url),
            LocatedFile::Absent { working, .. } => return Self::absent(named, working, url),
            LocatedFile::Ambiguous { working, instance } => {
                return Err(DatabaseError::AmbiguousFile { working, instance });
            }
        };
        let opened = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(|connection| {
            // SQLite reads the schema with the first statement: better now, beside the migration files. What is wrong with
            // it is said where somebody asks.
            let _ = connection
                .busy_timeout(Duration::ZERO)
                .and_then(|()| connection.prepare("SELECT 1 FROM sqlite_master"));
            connection.busy_timeout(url.busy_timeout)?;
            Ok(connection)
        });
        match opened {
            Ok(connection) => Ok(Self { named, file, connection: Some(connection), busy_timeout: url.busy_timeout }),
            Err(source) => Err(DatabaseError::Sqlite { doing: "open", file, source }),
        }
    }

    fn absent(named: PathBuf, file: PathBuf, url: &SqliteUrl) -> Result<Self, DatabaseError> {
        match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() => Err(DatabaseError::NoFolder { file }),
            _ => Ok(Self { named, file, connection: None, busy_timeout: url.busy_timeout }),
        }
    }

    /// The file that is locked instead of the database: always named after the path as written, since every instance must
    /// lock the same one, wherever the database turns out to be.
    pub(super) fn lock_file(&self) -> PathBuf {
        let mut name = self.named.clone().into_os_string();
        name.push(".levelhead-lock");
        name.into()
    }

    pub(super) fn version_rows(&self, table: &VersionTable) -> Result<VersionRows, DatabaseError> {
        if self.connection.is_none() {
            return Ok(VersionRows::NoTable);
        }
        let query = format!("SELECT version_num FROM {}", quoted(&table.name));
        let mut rows = match self.strings(&query) {
            // A schema that was read before another connection wrote to it lacks the table, too: the names are read anew.
            Err(DatabaseError::Sqlite { source, .. }) if lacks_table(&source, &table.name) => {
                if !self.names()?.contains(&table.name) {
                    return Ok(VersionRows::NoTable);
                }
                self.strings(&query)?
            }
            rows => rows?,
        };
        rows.sort_unstable();
        Ok(VersionRows::Rows(rows))
    }

    pub(super) fn tables(&self, version_table: &VersionTable) -> Result<Vec<String>, DatabaseError> {
        let mut names = self.names()?;
        names.retain(|name| *name != version_table.name);
        Ok(names)
    }

    pub(super) fn schema(&self, version_table: &VersionTable) -> Result<Schema, DatabaseError> {
        let Some(connection) = &self.connection else { return Ok(Schema::default()) };
        let schema = catalogue_sqlite::read(connection, &version_table.name);
        schema.map_err(|source| DatabaseError::Sqlite { doing: "read the schema of", file: self.file.clone(), source })
    }

    pub(super) fn version_tables(&self) -> Result<Vec<String>, DatabaseError> {
        self.strings(
            "SELECT m.name FROM sqlite_master m WHERE m.type = 'table' AND EXISTS \
             (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'version_num') ORDER BY 1",
        )
    }

    fn names(&self) -> Result<Vec<String>, DatabaseError> {
        self.strings(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             ORDER BY name",
        )
    }

    /// The first column of a query's rows; NULLs are left out.
    fn strings(&self, query: &str) -> Result<Vec<String>, DatabaseError> {
        let Some(connection) = &self.connection else { return Ok(Vec::new()) };
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement = connection.prepare(query)?;
            let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0))?;
            rows.filter_map(Result::transpose).collect()
        };
        read().map_err(|source| DatabaseError::Sqlite { doing: "read", file: self.file.clone(), source })
    }
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
    use super::super::url::{DatabaseUrl, LibpqEnvironment};
    use super::*;

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
