//! What decides whether the version table of an SQLite file can be changed.

use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};
use rusqlite::Connection;

use super::{Session, sql};
use crate::DatabaseError;
use version_table::{COLUMN, Column, ReadOnly, Relation, RelationKind, TableFacts, VersionTable};

impl Session {
    pub(super) fn table_facts(&self, table: &VersionTable) -> Result<TableFacts, DatabaseError> {
        let found = match &self.connection {
            Some(connection) => relation(connection, &table.name).map_err(|error| self.failed("read", &error))?,
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
}

/// Whatever has the table's name.
pub(super) fn relation(connection: &Connection, name: &str) -> rusqlite::Result<Option<Relation>> {
    let mut kind = connection.prepare(sql::KIND)?;
    let Some(kind) = kind.query_map([name], |row| row.get::<_, String>(0))?.next().transpose()? else {
        return Ok(None);
    };
    let kind = if kind == "view" { RelationKind::View } else { RelationKind::Table };
    let mut column = None;
    let mut required = Vec::new();
    let mut keys = 0;
    let mut keyed = false;
    let mut statement = connection.prepare(sql::COLUMNS_OF)?;
    let mut rows = statement.query([name])?;
    while let Some(row) = rows.next()? {
        let (label, not_null, default, key): (String, bool, bool, i64) =
            (row.get(0)?, row.get(2)?, row.get(3)?, row.get(4)?);
        keys += i64::from(key > 0);
        if label == COLUMN {
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

/// The file, or else its folder, that this user may not write to.
fn unwritable(file: &Path) -> Option<PathBuf> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let places = [file, folder];
    let refused = places.into_iter().find(|place| place.exists() && access(*place, AccessFlags::W_OK).is_err());
    refused.map(Path::to_path_buf)
}
