//! How large tables are, and what their rows answer.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::{Session, sql};
use crate::DatabaseError;
use crate::survey::{Count, Survey, TableSize};
use version_table::quoted;

/// How long one question may take.
const QUESTION: Duration = Duration::from_secs(5);
/// Rows are counted up to here: the catalogue holds no estimate.
const COUNTED: u64 = 1_000_000;

impl Session {
    pub(super) fn survey(&self) -> Result<Survey, DatabaseError> {
        let Some(connection) = &self.connection else { return Ok(Survey::default()) };
        let names = self.strings(sql::TABLES).map_err(|error| self.failed("read", &error))?;
        let bytes =
            connection.query_row("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", [], |row| {
                row.get::<_, i64>(0)
            });
        let whole = bytes.ok().map(i64::unsigned_abs);
        let mut tables = BTreeMap::new();
        for name in names {
            let count = format!("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT {COUNTED})", quoted(&name));
            let rows = match self.count(&[count]).pop() {
                Some(Count::Rows(rows)) => Some(rows),
                _ => None,
            };
            // Where the library was built without the table of pages, the file's size is the most that a table can have.
            let bytes = connection.query_row("SELECT sum(pgsize) FROM dbstat WHERE name = ?1", [&name], |row| {
                row.get::<_, Option<i64>>(0)
            });
            let bytes = bytes.ok().flatten().map(i64::unsigned_abs).or(whole);
            tables.insert(name, TableSize { rows, bytes, ..TableSize::default() });
        }
        Ok(Survey { tables, ..Survey::default() })
    }

    /// Asks each question by itself, for a short time.
    pub(super) fn count(&self, questions: &[String]) -> Vec<Count> {
        let Some(connection) = &self.connection else {
            return questions.iter().map(|_| Count::Rows(0)).collect();
        };
        questions.iter().map(|question| ask(connection, question)).collect()
    }
}

/// Asks one question; a thread of its own interrupts it where it takes too long.
fn ask(connection: &Connection, question: &str) -> Count {
    let handle = connection.get_interrupt_handle();
    let (done, waiting) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        if waiting.recv_timeout(QUESTION) == Err(mpsc::RecvTimeoutError::Timeout) {
            handle.interrupt();
        }
    });
    let answer = connection.query_row(question, [], |row| row.get::<_, i64>(0));
    drop(done);
    let _ = watch.join();
    match answer {
        Ok(count) => Count::Rows(count.unsigned_abs()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
            Count::Unanswered(format!("counting takes longer than {} s", QUESTION.as_secs()))
        }
        Err(error) => Count::Unanswered(error.to_string()),
    }
}
