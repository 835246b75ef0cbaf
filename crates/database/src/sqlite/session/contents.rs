//! Everything that an SQLite file holds, and who else has it open.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{Session, sql};
use crate::{Contents, DatabaseError, Loss};
use version_table::quoted;

impl Session {
    pub(super) fn contents(&self) -> Result<Contents, DatabaseError> {
        let Some(connection) = &self.connection else { return Ok(Contents::default()) };
        let read = || -> rusqlite::Result<Contents> {
            let mut tables = Vec::new();
            let mut names = connection.prepare(sql::COUNTABLE)?;
            for name in names.query_map([], |row| row.get::<_, String>(0))? {
                let name = name?;
                let count =
                    format!("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT {})", quoted(&name), Contents::COUNTED + 1);
                let count: i64 = connection.query_row(&count, [], |row| row.get(0))?;
                tables.push((name, Some(count.unsigned_abs())));
            }
            tables.sort();
            Ok(Contents { losses: losses(connection)?, tables, kept: Vec::new() })
        };
        read().map_err(|error| self.failed("read", &error))
    }

    /// Drops everything in one transaction, unless it is no longer what was `seen`.
    pub(super) fn drop_all(&self, seen: &Contents) -> Result<(), DatabaseError> {
        let refused = |error| self.failed("empty", &error);
        let mut connection = self.open_for_writing().map_err(refused)?;
        // Cannot be changed inside the transaction, and a table that others refer to would not go.
        connection.pragma_update(None, "foreign_keys", false).map_err(refused)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive).map_err(refused)?;
        if losses(&transaction).map_err(refused)? != seen.losses {
            return Err(DatabaseError::ContentsMoved);
        }
        for loss in &seen.losses {
            transaction.execute_batch(&loss.statement).map_err(refused)?;
        }
        transaction.commit().map_err(refused)
    }

    /// Other processes that have the file open, as far as /proc shows them.
    pub(super) fn other_sessions(&self) -> Vec<String> {
        let Ok(file) = self.file.canonicalize() else { return Vec::new() };
        let own = std::process::id().to_string();
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
        let is_other = |process: &Path| {
            let pid = process.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            pid.bytes().all(|byte| byte.is_ascii_digit()) && pid != own
        };
        let has_it_open = |process: &Path| {
            let mut open = std::fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
            open.any(|fd| std::fs::read_link(fd.path()).is_ok_and(|target| target == file))
        };
        let named = |process: &Path| {
            let name = std::fs::read_to_string(process.join("comm")).unwrap_or_default();
            format!("pid {}, {}", process.file_name().unwrap_or_default().display(), name.trim())
        };
        let mut others: Vec<String> = processes
            .filter(|process| is_other(process) && has_it_open(process))
            .map(|process| named(&process))
            .collect();
        others.sort();
        others
    }

    /// Writes a copy that is whole, whoever writes meanwhile, and looks whether it is sound.
    pub(super) fn copy_to(&self, copy: &Path) -> Result<(), DatabaseError> {
        let refused = |error| self.failed("copy", &error);
        let Some(connection) = &self.connection else { return Ok(()) };
        connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()]).map_err(refused)?;
        let made = Connection::open(copy).map_err(refused)?;
        made.query_row("PRAGMA quick_check", [], |row| row.get::<_, String>(0)).map(drop).map_err(refused)
    }
}

fn losses(connection: &Connection) -> rusqlite::Result<Vec<Loss>> {
    let mut objects = connection.prepare(sql::LOSSES)?;
    let loss = |kind: String, name: String| Loss {
        statement: format!("DROP {} IF EXISTS {}", kind.to_ascii_uppercase(), quoted(&name)),
        object: format!("{kind} {name}"),
        foreign_owner: None,
    };
    let losses = objects.query_map([], |row| Ok(loss(row.get(0)?, row.get(1)?)))?;
    losses.collect()
}
