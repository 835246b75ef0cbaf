//! The causes of a failed deployment, and what each means.

/// Why an upgrade or a start failed.
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
    /// The search path leads to no schema.
    NoSchema,
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
    /// A column's values do not become the new type by themselves.
    CannotCast,
    /// Something else needs what is to be dropped.
    DependentObjects,
    /// A label that an enum type does not have, or a text that is no value of its type.
    InvalidValue,
    /// An enum's new label is used in the transaction that adds it.
    EnumInTransaction,
    /// A statement that a transaction cannot hold.
    NeedsAutocommit,
    /// The server lacks an extension or a feature.
    NotSupported,
    /// The transaction holds more locks than the server has room for.
    OutOfMemory,
    /// SQLite cannot alter this.
    SqliteAlter,
    /// Somebody else holds a lock on the table.
    LockNotAvailable,
    /// Two transactions have waited for each other.
    Deadlock,
    /// A statement took longer than the server allows.
    QueryCanceled,
    /// No free connection.
    TooManyConnections,
    /// The application's own pool has no free connection.
    PoolExhausted,
    /// No connection.
    CannotConnect,
    /// The host's name leads nowhere.
    HostUnknown,
    /// The server is not ready yet.
    StartingUp,
    /// The password is wrong.
    WrongPassword,
    /// There is no password.
    NoPassword,
    /// There is no such role, or `pg_hba.conf` does not let it in.
    NotAdmitted,
    /// There is no such database.
    NoSuchDatabase,
    /// One side demands TLS and the other has none.
    NoTls,
    /// The connection broke.
    ConnectionLost,
    /// The SQLite file cannot be opened.
    NoSqliteFile,
    /// A value does not fit its column.
    ValueTooLong,
    /// The revision's id does not fit the version table.
    RevisionTooLong,
    /// A value does not fit a column that is as wide as the version table's; the statement is not shown.
    PerhapsRevisionTooLong,
    /// The database takes no writes.
    ReadOnly,
    /// Another process writes to the SQLite file.
    DatabaseLocked,
    /// No URL reaches the application.
    NoUrl,
    /// The URL is none.
    BadUrl,
    /// `postgres://`, which SQLAlchemy gave up.
    PostgresScheme,
    /// A dialect that SQLAlchemy does not have.
    NoDialect,
    /// A `%` in an ini file that is not doubled.
    PercentInIni,
    /// A row or an argument names a revision that no file has.
    UnknownRevision,
    /// The command asks for the head, and there are several.
    MultipleHeads,
    /// A row is an ancestor of another row.
    OverlappingRows,
    /// The version table has a row twice, or lost one.
    RowMismatch,
    /// A step leads to several revisions.
    AmbiguousWalk,
    /// Something else is to be done, and revisions are pending.
    NotUpToDate,
    /// A parent that no file has.
    MissingParent,
    /// Two files with one revision id.
    DuplicateRevision,
    /// Revisions that follow each other in a circle.
    Cycle,
    /// A branch label that is taken.
    LabelClash,
    /// A file that Python cannot load.
    BrokenFile,
    /// No migrations folder, or no configuration that names it.
    NoMigrations,
    /// A Python module is missing.
    MissingModule,
    /// The driver of the database is missing.
    MissingDriver,
    /// A module does not have what is imported from it.
    ImportFailed,
    /// A program is not on the PATH.
    CommandNotFound,
    /// Flask does not find the application.
    NoApplication,
    /// The module does not hold the application's name.
    NoAttribute,
    /// The application's factory cannot be called as it is.
    BadFactory,
    /// The database is used outside an application context.
    OutsideContext,
    /// Flask-Migrate is not part of the application.
    NoFlaskMigrate,
    /// gunicorn was not told which application to serve.
    NoModuleNamed,
    /// Somebody else listens on the port.
    AddressInUse,
    /// A worker did not answer in time.
    WorkerTimeout,
    /// A worker was killed.
    WorkerKilled,
    /// What gunicorn says once a worker has failed to start.
    WorkerFailed,
    /// What every further statement of a failed transaction answers.
    Consequence,
    /// Alembic begins, and nothing more is said.
    Silenced,
    /// An environment variable that the program asks for.
    MissingVariable,
    /// A key whose name is one of an environment variable; who has asked for it is not shown.
    PerhapsVariable,
    /// A key that is missing; of what is not shown.
    MissingKey,
    /// A revision is lost, and the files that were read are whole.
    OtherFiles,
    /// The application's own code is at fault.
    Fault,
    /// An exception that is not known here.
    Unknown,
}

impl Cause {
    /// Whether it only tells of an error that was said before.
    pub(super) fn follows_from(self, earlier: Self) -> bool {
        match self {
            Self::NoFlaskMigrate | Self::Consequence | Self::WorkerFailed => true,
            // Alembic warns of the files, and then fails at what follows from it.
            Self::Unknown => earlier == Self::MissingParent,
            Self::MultipleHeads => earlier == Self::DuplicateRevision,
            _ => false,
        }
    }

    /// The finding that has a page of its own about this.
    pub fn finding(self) -> Option<&'static str> {
        match self {
            Self::DuplicateTable | Self::DuplicateColumn | Self::DuplicateObject => Some("pending-exists"),
            Self::UndefinedTable | Self::UndefinedColumn | Self::UndefinedObject => Some("stamped-too-far"),
            Self::InsufficientPrivilege => Some("no-privilege"),
            Self::ReadOnly => Some("read-only"),
            Self::RevisionTooLong | Self::PerhapsRevisionTooLong => Some("narrow-version-column"),
            Self::UnknownRevision => Some("unknown-revision"),
            Self::MultipleHeads | Self::AmbiguousWalk => Some("multiple-heads"),
            Self::OverlappingRows => Some("overlapping-rows"),
            Self::RowMismatch => Some("duplicate-rows"),
            Self::NotUpToDate => Some("behind"),
            Self::MissingParent => Some("missing-parent"),
            Self::DuplicateRevision => Some("duplicate-revision"),
            Self::Cycle => Some("cycle"),
            Self::LabelClash => Some("label-clash"),
            Self::BrokenFile => Some("unreadable-migration"),
            _ => None,
        }
    }

    /// What it means; empty where the message says it all.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::DuplicateTable | Self::DuplicateColumn | Self::DuplicateObject => {
                "the schema is ahead of its version row, or this revision has run halfway before"
            }
            Self::UndefinedTable | Self::UndefinedColumn | Self::UndefinedObject => {
                "the version row is ahead of the schema, or the search_path is another"
            }
            Self::NoSchema => "the search_path of the role names no schema that is there and may be used",
            Self::InsufficientPrivilege => "the role of DATABASE_URL may not do it",
            Self::NotNullViolation => "rows that are there have no value for the column",
            Self::UniqueViolation => "rows that are there are not unique",
            Self::ForeignKeyViolation | Self::CheckViolation => "rows that are there break the constraint",
            Self::CannotCast => "PostgreSQL does not know how to turn the values into the new type",
            Self::DependentObjects => "a view, a key or another object still needs it",
            Self::EnumInTransaction => "a new label of an enum type can be used only after its transaction",
            Self::NeedsAutocommit => "this statement cannot run inside the transaction that Alembic opens",
            Self::NotSupported => "the server does not have this extension or feature",
            Self::OutOfMemory => "one transaction has locked more objects than the server has room for",
            Self::SqliteAlter => "SQLite cannot alter this; Alembic's batch mode makes the table anew instead",
            Self::LockNotAvailable => "somebody else is using the table",
            Self::Deadlock => "the upgrade and another transaction waited for each other",
            Self::QueryCanceled => "the statement took longer than the server lets it, or somebody cancelled it",
            Self::TooManyConnections => "the server had no connection left",
            Self::PoolExhausted => "every connection of the application's own pool is in use",
            Self::CannotConnect => "nothing that speaks PostgreSQL answers at the address that is used",
            Self::HostUnknown => "the host of the URL has no address here",
            Self::StartingUp => "the server is starting, stopping or recovering",
            Self::WrongPassword => "the server knows the role and refuses the password",
            Self::NoPassword => "the server asks for a password, and the URL has none",
            Self::NotAdmitted => "the server does not let this role in from here",
            Self::NoSuchDatabase => "the server is there, and has no database of this name",
            Self::NoTls => "one side demands TLS, and the other does not offer it",
            Self::ConnectionLost => "the server ended the connection",
            Self::NoSqliteFile => "the path of the URL leads to no SQLite file that can be opened",
            Self::RevisionTooLong => "the revision's id does not fit the version table",
            Self::PerhapsRevisionTooLong => "mostly the revision's id, which does not fit Alembic's version table",
            Self::ReadOnly => "the database takes no writes: a replica, or a default of the role or the database",
            Self::DatabaseLocked => "another process is writing to the file",
            Self::NoUrl => "the application starts without its database URL",
            Self::BadUrl => "the text that the application takes for a database URL is none",
            Self::PostgresScheme => "SQLAlchemy wants postgresql://; it gave postgres:// up in version 1.4",
            Self::NoDialect => "the URL names a kind of database that SQLAlchemy does not have here",
            Self::PercentInIni => "a % of the URL in alembic.ini is read as an interpolation",
            Self::UnknownRevision => "a row of the version table, or an argument, names a revision that no file has",
            Self::MultipleHeads => "the upgrade command asks for one head, and the files have several",
            Self::OverlappingRows => "the version table holds a revision and one of its ancestors",
            Self::RowMismatch => "the version table holds a revision twice, or lost it meanwhile",
            Self::AmbiguousWalk => "a relative step meets a fork of the revisions",
            Self::NotUpToDate => "revisions are pending, and a new one can only be made at head",
            Self::MissingParent => "a revision follows one whose file is not there",
            Self::DuplicateRevision => "two files have the same revision id",
            Self::Cycle => "revisions follow each other in a circle, so that none comes first",
            Self::LabelClash => "two revisions claim the same branch label",
            Self::BrokenFile => "Python cannot read the file: an editing accident, or a merge conflict left in it",
            Self::NoMigrations => "the migrations are not where the command looks for them",
            Self::MissingModule => "a package of the application is not installed in the environment that runs this",
            Self::MissingDriver => "the URL asks for a driver that is not installed",
            Self::ImportFailed => "the module is there, but not what is imported from it",
            Self::CommandNotFound => "the program is not installed, or its folder is not on the PATH",
            Self::NoApplication => "flask is not told which application it is for",
            Self::NoAttribute => "the module was imported, and does not hold this name",
            Self::BadFactory => "the factory or the object is not one that can be called as it is written",
            Self::OutsideContext => "the application uses the database before it has an application context",
            Self::NoFlaskMigrate => "Flask-Migrate is not installed, or the application does not initialise it",
            Self::NoModuleNamed => "gunicorn was not told which application to serve",
            Self::AddressInUse => "another process listens on this port",
            Self::WorkerTimeout => "a gunicorn worker gave no sign of life for longer than --timeout",
            Self::WorkerKilled => "the kernel, or somebody, killed a gunicorn worker: mostly for want of memory",
            Self::WorkerFailed => "gunicorn's worker could not load the application; the reason is said before it",
            Self::Consequence => "an earlier statement of the transaction has failed",
            Self::Silenced => "Alembic began and then said nothing; Flask-Migrate's own message was switched off",
            Self::MissingVariable => "the program asks for it, and the environment that it runs in does not have it",
            Self::PerhapsVariable => "mostly an environment variable that the program asks for and that is not set",
            Self::MissingKey => {
                "something was looked up by this name and is not there; the line alone does not tell in what"
            }
            Self::OtherFiles => "every file that levelhead has read has its parent, so that Alembic has read others",
            Self::InvalidValue | Self::ValueTooLong | Self::Fault | Self::Unknown => "",
        }
    }
}
