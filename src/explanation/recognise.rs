//! Recognising errors in what an upgrade has said, a line at a time.

use super::Cause;

/// The names that psycopg and psycopg2 give to SQLSTATEs; asyncpg appends `Error`.
const BY_NAME: [(&str, Cause); 25] = [
    ("DuplicateTable", Cause::DuplicateTable),
    ("DuplicateColumn", Cause::DuplicateColumn),
    ("DuplicateObject", Cause::DuplicateObject),
    ("DuplicateFunction", Cause::DuplicateObject),
    ("DuplicateSchema", Cause::DuplicateObject),
    ("UndefinedTable", Cause::UndefinedTable),
    ("UndefinedColumn", Cause::UndefinedColumn),
    ("UndefinedObject", Cause::UndefinedObject),
    ("UndefinedFunction", Cause::UndefinedObject),
    ("InvalidSchemaName", Cause::UndefinedObject),
    ("InsufficientPrivilege", Cause::InsufficientPrivilege),
    ("NotNullViolation", Cause::NotNullViolation),
    ("UniqueViolation", Cause::UniqueViolation),
    ("ForeignKeyViolation", Cause::ForeignKeyViolation),
    ("CheckViolation", Cause::CheckViolation),
    ("LockNotAvailable", Cause::LockNotAvailable),
    ("DeadlockDetected", Cause::Deadlock),
    ("QueryCanceled", Cause::QueryCanceled),
    ("TooManyConnections", Cause::TooManyConnections),
    ("AdminShutdown", Cause::ConnectionLost),
    ("CrashShutdown", Cause::ConnectionLost),
    ("StringDataRightTruncation", Cause::ValueTooLong),
    ("ReadOnlySqlTransaction", Cause::ReadOnly),
    ("InFailedSqlTransaction", Cause::Consequence),
    ("IdleInTransactionSessionTimeout", Cause::ConnectionLost),
];

/// Texts of libpq, for failures that come before there is an SQLSTATE.
const BY_LIBPQ: [(&str, Cause); 5] = [
    ("too many connections", Cause::TooManyConnections),
    ("too many clients", Cause::TooManyConnections),
    ("remaining connection slots", Cause::TooManyConnections),
    ("server closed the connection", Cause::ConnectionLost),
    ("connection to server", Cause::CannotConnect),
];

/// SQLite's texts, which are the same in every language.
const BY_SQLITE: [(&str, Cause); 13] = [
    ("duplicate column name", Cause::DuplicateColumn),
    ("table ", Cause::DuplicateTable),
    ("index ", Cause::DuplicateObject),
    ("no such table", Cause::UndefinedTable),
    ("no such column", Cause::UndefinedColumn),
    ("no such index", Cause::UndefinedObject),
    ("NOT NULL constraint failed", Cause::NotNullViolation),
    ("Cannot add a NOT NULL column", Cause::NotNullViolation),
    ("UNIQUE constraint failed", Cause::UniqueViolation),
    ("FOREIGN KEY constraint failed", Cause::ForeignKeyViolation),
    ("CHECK constraint failed", Cause::CheckViolation),
    ("database is locked", Cause::DatabaseLocked),
    ("attempt to write a readonly database", Cause::ReadOnly),
];

/// Alembic's and Flask's texts.
const BY_TEXT: [(&str, Cause); 7] = [
    ("Can't locate revision identified by ", Cause::UnknownRevision),
    ("Multiple head revisions are present", Cause::MultipleHeads),
    ("Online migration expected to match one row", Cause::RowMismatch),
    ("No module named ", Cause::MissingModule),
    ("Could not locate a Flask application", Cause::NoApplication),
    ("Failed to find Flask application", Cause::NoApplication),
    ("No such command 'db'", Cause::NoFlaskMigrate),
];

/// The longest part of a line that is repeated.
const LONGEST: usize = 300;

/// The error that a line tells of, and its words.
pub(super) fn line(line: &str) -> Option<(Cause, String)> {
    by_name(line)
        .or_else(|| by_driver(line, "(psycopg", &BY_LIBPQ))
        .or_else(|| by_driver(line, "(sqlite3.", &BY_SQLITE))
        .or_else(|| by_text(line))
        .or_else(|| exception(line).map(|name| (Cause::Unknown, name.to_owned())))
        .map(|(cause, message)| (cause, message.trim().chars().take(LONGEST).collect()))
}

/// `psycopg.errors.NAME: words`, or the same in brackets within SQLAlchemy's exception.
fn by_name(line: &str) -> Option<(Cause, String)> {
    BY_NAME.iter().find_map(|(name, cause)| {
        let (before, rest) = line.split_once(name)?;
        let rest = rest.strip_prefix("Error").unwrap_or(rest);
        let words = [": ", ") ", "'>: "].iter().find_map(|end| rest.strip_prefix(end))?;
        before.ends_with('.').then(|| (*cause, words.to_owned()))
    })
}

/// SQLAlchemy's exception, with the driver's class in brackets and its words.
fn by_driver(line: &str, driver: &str, texts: &[(&str, Cause)]) -> Option<(Cause, String)> {
    let (_, rest) = exception(line).and_then(|_| line.split_once(driver))?;
    let (_, words) = rest.split_once(") ")?;
    let (_, cause) = texts.iter().find(|(text, cause)| match cause {
        Cause::DuplicateTable | Cause::DuplicateObject => words.starts_with(text) && words.ends_with("already exists"),
        _ => words.contains(text),
    })?;
    Some((*cause, words.to_owned()))
}

fn by_text(line: &str) -> Option<(Cause, String)> {
    if let Some(at) = line.find("Requested revision ")
        && line.contains(" overlaps with other requested revisions ")
    {
        return Some((Cause::OverlappingRows, line[at..].to_owned()));
    }
    let (text, cause) = BY_TEXT.iter().find(|(text, _)| line.contains(text))?;
    let words = &line[line.find(text)?..];
    Some((*cause, words.split(['.', ';']).next().unwrap_or(words).to_owned()))
}

/// The class of the exception that a line at the left margin names, as a traceback ends.
fn exception(line: &str) -> Option<&str> {
    let name = line.split(':').next()?;
    let is_a_class = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    let last = name.rsplit('.').next()?;
    let is_an_exception = last.ends_with("Error") || last.ends_with("Exception");
    (is_a_class && is_an_exception && last.len() > "Error".len()).then_some(name)
}

/// The revision of the last line that says `Running upgrade A -> B, message`.
pub(super) fn revision(output: &str) -> Option<String> {
    let (_, rest) = output.rsplit_once("Running upgrade ")?;
    let (_, after) = rest.lines().next()?.split_once("-> ")?;
    let revision = after.split(',').next()?.trim();
    (!revision.is_empty()).then(|| revision.to_owned())
}

/// The last line of a migration's own `upgrade` in a traceback.
pub(super) fn place(output: &str) -> Option<String> {
    let frames = output.lines().rev().filter_map(|line| line.trim().strip_prefix("File \""));
    frames.filter(|frame| frame.ends_with(", in upgrade") && !frame.contains("-packages/")).find_map(|frame| {
        let (path, rest) = frame.split_once("\", line ")?;
        let line = rest.split(',').next()?;
        Some(format!("{}:{line}", path.rsplit('/').next()?))
    })
}
