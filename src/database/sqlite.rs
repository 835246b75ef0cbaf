//! SQLite, the embedded default: the same values from a file. It is only read here, and never created.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::url::{LocatedFile, SqliteUrl};
use super::{DatabaseError, VersionRows};
use crate::version_table::VersionTable;

/// An SQLite file, which may not exist yet.
pub struct Session {
    /// The path of the URL as written.
    named: PathBuf,
    file: PathBuf,
    connection: Option<Connection>,
}

impl Session {
    /// Opens the file for reading. One that does not exist is an empty database, as SQLite itself has it.
    pub(super) fn open(url: &SqliteUrl) -> Result<Self, DatabaseError> {
        let named = url.path.clone();
        let file = match url.locate(Path::new("")) {
            LocatedFile::One(file) if file.exists() => file,
            LocatedFile::One(file) => return Self::absent(named, file),
            LocatedFile::Absent { working, .. } => return Self::absent(named, working),
            LocatedFile::Ambiguous { working, instance } => {
                return Err(DatabaseError::AmbiguousFile { working, instance });
            }
        };
        let opened = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .and_then(|connection| connection.busy_timeout(url.busy_timeout).map(|()| connection));
        match opened {
            Ok(connection) => Ok(Self { named, file, connection: Some(connection) }),
            Err(source) => Err(DatabaseError::Sqlite { doing: "open", file, source }),
        }
    }

    fn absent(named: PathBuf, file: PathBuf) -> Result<Self, DatabaseError> {
        match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() => Err(DatabaseError::NoFolder { file }),
            _ => Ok(Self { named, file, connection: None }),
        }
    }

    /// The file that is locked instead of the database: always named after the path as written, since every instance must
    /// lock the same one, wherever the database turns out to be.
    pub(super) fn lock_file(&self) -> PathBuf {
        let mut name = self.named.clone().into_os_string();
        name.push(".stillhead-lock");
        name.into()
    }

    pub(super) fn version_rows(&self, table: &VersionTable) -> Result<VersionRows, DatabaseError> {
        if !self.names()?.contains(&table.name) {
            return Ok(VersionRows::NoTable);
        }
        let mut rows = self.strings(&format!("SELECT version_num FROM {}", quoted(&table.name)))?;
        rows.sort_unstable();
        Ok(VersionRows::Rows(rows))
    }

    pub(super) fn tables(&self, version_table: &VersionTable) -> Result<Vec<String>, DatabaseError> {
        let mut names = self.names()?;
        names.retain(|name| *name != version_table.name);
        Ok(names)
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

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
