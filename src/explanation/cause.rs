//! The causes of a failed upgrade, what each means, and what to do.

/// Why an upgrade failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A table or an index that is to be created is there.
    DuplicateTable,
    /// A column that is to be added is there.
    DuplicateColumn,
    /// Another object that is to be created is there.
    DuplicateObject,
    /// A table is missing.
    UndefinedTable,
    /// A column is missing.
    UndefinedColumn,
    /// Another object is missing.
    UndefinedObject,
    /// The role may not do it.
    InsufficientPrivilege,
    /// A column that must not be NULL is.
    NotNullViolation,
    /// Rows that must differ do not.
    UniqueViolation,
    /// A row refers to one that is not there.
    ForeignKeyViolation,
    /// A row breaks a check.
    CheckViolation,
    /// Somebody else holds a lock on the table.
    LockNotAvailable,
    /// Two transactions have waited for each other.
    Deadlock,
    /// A statement took longer than the server allows.
    QueryCanceled,
    /// No free connection.
    TooManyConnections,
    /// No connection.
    CannotConnect,
    /// The connection broke.
    ConnectionLost,
    /// A value does not fit its column.
    ValueTooLong,
    /// The revision's id does not fit the version table.
    RevisionTooLong,
    /// The database takes no writes.
    ReadOnly,
    /// Another process writes to the SQLite file.
    DatabaseLocked,
    /// A row or an argument names a revision that no file has.
    UnknownRevision,
    /// The command asks for the head, and there are several.
    MultipleHeads,
    /// A row is an ancestor of another row.
    OverlappingRows,
    /// The version table has a row twice, or lost one.
    RowMismatch,
    /// A Python module is missing.
    MissingModule,
    /// Flask does not find the application.
    NoApplication,
    /// Flask-Migrate is not part of the application.
    NoFlaskMigrate,
    /// What every further statement of a failed transaction answers.
    Consequence,
    /// An exception that is not known here.
    Unknown,
}

impl Cause {
    /// What it means; empty where the message says it all.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::DuplicateTable | Self::DuplicateColumn | Self::DuplicateObject => {
                "the schema is ahead of its version row, or this revision has run halfway before"
            }
            Self::UndefinedTable | Self::UndefinedColumn | Self::UndefinedObject => {
                "the version row is ahead of the schema, or the search_path is another"
            }
            Self::InsufficientPrivilege => "the role of DATABASE_URL may not do it",
            Self::NotNullViolation => "rows that are there have no value for the column",
            Self::UniqueViolation => "rows that are there are not unique",
            Self::ForeignKeyViolation | Self::CheckViolation => "rows that are there break the constraint",
            Self::LockNotAvailable => "somebody else is using the table",
            Self::Deadlock => "the upgrade and another transaction waited for each other",
            Self::QueryCanceled => "the statement took longer than the server lets it, or somebody cancelled it",
            Self::TooManyConnections => "there was no connection left for the upgrade",
            Self::CannotConnect => "the upgrade does not reach the database that stillhead has reached",
            Self::ConnectionLost => "the server ended the upgrade's connection",
            Self::RevisionTooLong => "the revision's id does not fit the version table",
            Self::ReadOnly => "the database takes no writes: a replica, or a default of the role or the database",
            Self::DatabaseLocked => "another process is writing to the file",
            Self::UnknownRevision => "a row of the version table, or an argument, names a revision that no file has",
            Self::MultipleHeads => "the upgrade command asks for one head, and the files have several",
            Self::OverlappingRows => "the version table holds a revision and one of its ancestors",
            Self::RowMismatch => "the version table holds a revision twice, or lost it meanwhile",
            Self::MissingModule => "a package of the application is not installed where the upgrade runs",
            Self::NoApplication => "the upgrade cannot be told which application it is for",
            Self::NoFlaskMigrate => "Flask-Migrate is not installed, or the application does not initialise it",
            Self::Consequence => "an earlier statement of the transaction has failed",
            Self::ValueTooLong | Self::Unknown => "",
        }
    }

    /// The one thing to do next. `message` names the object, `place` the migration's line.
    pub(super) fn next(self, message: &str, place: Option<&str>) -> String {
        let migration = place.unwrap_or("the migration");
        match self {
            Self::DuplicateTable
            | Self::DuplicateColumn
            | Self::DuplicateObject
            | Self::UndefinedTable
            | Self::UndefinedColumn
            | Self::UndefinedObject => "stillhead infer, to see which revision the schema is really at".to_owned(),
            Self::InsufficientPrivilege => grant(message),
            Self::NotNullViolation => {
                format!("give the column a server_default in {migration}, or fill the NULLs before it")
            }
            Self::UniqueViolation => {
                "find the rows, SELECT … GROUP BY … HAVING count(*) > 1, correct them, and start again".to_owned()
            }
            Self::ForeignKeyViolation | Self::CheckViolation => {
                format!("correct the rows, or create the constraint NOT VALID in {migration}, and start again")
            }
            Self::LockNotAvailable => {
                "SELECT pid, query FROM pg_stat_activity WHERE state <> 'idle', end what is in the way, and start again"
                    .to_owned()
            }
            Self::Deadlock => "start again: the database has undone the transaction".to_owned(),
            Self::QueryCanceled => {
                "ALTER ROLE … SET statement_timeout = 0 for the upgrade's role, and start again".to_owned()
            }
            Self::TooManyConnections => {
                "free connections, or raise max_connections or the role's limit, and start again".to_owned()
            }
            Self::CannotConnect => "check that the upgrade command uses this DATABASE_URL".to_owned(),
            Self::ConnectionLost => "look at the database's log, and start again".to_owned(),
            Self::ValueTooLong => format!("widen the column in {migration}, or shorten the values before it"),
            Self::RevisionTooLong => {
                "ALTER TABLE alembic_version ALTER COLUMN version_num TYPE varchar(255), and start again".to_owned()
            }
            Self::ReadOnly => "point DATABASE_URL at the primary, with a role that may write".to_owned(),
            Self::DatabaseLocked => {
                "stop the other process, or raise ?timeout= in DATABASE_URL, and start again".to_owned()
            }
            Self::UnknownRevision => match message.rsplit('\'').nth(1) {
                Some(revision) => {
                    format!("git log --all --oneline -S{revision} -- '*.py', to find the commit that has the file")
                }
                None => "SELECT version_num FROM alembic_version".to_owned(),
            },
            Self::MultipleHeads => "alembic merge heads (flask db merge heads), or upgrade to `heads`".to_owned(),
            Self::OverlappingRows => "remove the ancestor's row from alembic_version, and start again".to_owned(),
            Self::RowMismatch => "SELECT version_num FROM alembic_version, and leave each revision once".to_owned(),
            Self::MissingModule => {
                "pip install -r requirements.txt, in the environment of the upgrade command".to_owned()
            }
            Self::NoApplication => "set FLASK_APP, for example FLASK_APP=app".to_owned(),
            Self::NoFlaskMigrate => {
                "set STILLHEAD_UPGRADE_COMMAND='alembic upgrade heads', or install Flask-Migrate".to_owned()
            }
            Self::Consequence | Self::Unknown => {
                "read the upgrade's own output above: its last lines name the cause".to_owned()
            }
        }
    }
}

/// The statement that gives the role what the server has refused, as far as the refusal says what it was.
fn grant(message: &str) -> String {
    let after = |words: &str| message.split_once(words).map(|(_, rest)| rest.trim());
    if let Some(object) = after("must be owner of ") {
        return format!("as the owner: ALTER {} OWNER TO the role of DATABASE_URL", with_kind_in_capitals(object));
    }
    let Some(object) = after("permission denied for ") else {
        return "grant the role of DATABASE_URL what the server has refused".to_owned();
    };
    let right = if object.starts_with("schema ") { "CREATE" } else { "ALL" };
    format!("as the owner: GRANT {right} ON {} TO the role of DATABASE_URL", with_kind_in_capitals(object))
}

/// `table products` as `TABLE products`.
fn with_kind_in_capitals(object: &str) -> String {
    object.split_once(' ').map_or_else(|| object.to_owned(), |(kind, name)| format!("{} {name}", kind.to_uppercase()))
}
