//! What the database's schema and rows refuse.

use super::{Reason, ToldBy};
use crate::explanation::Cause;

const PRESENT: &[Reason] = &[
    Reason::new(
        "The version row is behind the schema: the version table was lost, emptied or restored on its own.",
        "`levelhead infer` names a later revision than `levelhead current`.",
        "levelhead infer, to see which revision the schema is really at",
    )
    .shown_by(&["unversioned", "pending-exists", "unknown-revision"]),
    Reason::new(
        "This revision ran halfway before: on SQLite or MySQL, or after a COMMIT, what it did stays.",
        "Some objects of the revision are there and some are not; `levelhead check` lists both.",
        "levelhead check",
    )
    .shown_by(&["half-applied"]),
    Reason::new(
        "Something else made the objects: db.create_all() at the start, or a person.",
        "The application's code calls create_all(), or the object differs from the migration's.",
        "grep -rn create_all . --include='*.py'",
    ),
    Reason::new(
        "Two revisions create the same object, one on each branch of a merge.",
        "The name occurs in two files of the versions folder.",
        "grep -rn '{object}' --include='*.py' .",
    )
    .told_by(ToldBy::Revisions),
];

const STAMPED: Reason = Reason::new(
    "The version row is ahead of the schema: a stamp, or a restore of an older dump.",
    "`levelhead infer` names an earlier revision than `levelhead current`.",
    "levelhead infer, to see which revision the schema is really at",
)
.shown_by(&["stamped-too-far", "half-applied"]);

const ELSEWHERE: Reason = Reason::new(
    "DATABASE_URL names another database than the one that you think of.",
    "`levelhead verify` shows host and database, and what alembic.ini and the application say.",
    "levelhead verify",
)
.shown_by(&["wrong-database", "fresh-database"]);

const ABSENT: &[Reason] = &[
    STAMPED,
    Reason::new(
        "The search_path is another, so that the table is there and is not found.",
        "The table is listed, but under another schema.",
        "SELECT schemaname, tablename FROM pg_tables WHERE tablename = '{name}'",
    ),
    ELSEWHERE,
];

/// There is no search_path, and a path that is relative begins wherever the command is started.
pub(in crate::explanation) const ABSENT_IN_SQLITE: &[Reason] = &[
    STAMPED,
    Reason::new(
        "DATABASE_URL leads to another file than the one that you think of: one that is missing is made anew, and empty.",
        "`levelhead verify` shows the file, and what alembic.ini and the application say.",
        "levelhead verify",
    )
    .shown_by(&["wrong-database", "fresh-database"]),
];

const LONG_ID: Reason = Reason::new(
    "Alembic makes version_num varchar(32), and this revision's id is longer.",
    "`levelhead heads` shows the id.",
    "levelhead fix, which widens the column, as levelhead run does before it upgrades",
)
.shown_by(&["narrow-version-column"]);

const ROWS: &[Reason] = &[Reason::new(
    "Rows that are there break the new constraint.",
    "A constraint that is NOT VALID is accepted and holds for new rows only.",
    "correct the rows, or create the constraint NOT VALID in {migration}, and start again",
)];

pub(super) fn of(cause: Cause) -> Option<&'static [Reason]> {
    Some(match cause {
        Cause::DuplicateTable | Cause::DuplicateColumn | Cause::DuplicateObject => PRESENT,
        Cause::UndefinedTable | Cause::UndefinedColumn | Cause::UndefinedObject => ABSENT,
        Cause::NoSchema => {
            const {
                &[
                    Reason::new(
                        "The schema that the search_path names was never created, or was dropped.",
                        "SHOW search_path names a schema that \\dn in psql does not list.",
                        "CREATE SCHEMA IF NOT EXISTS public AUTHORIZATION CURRENT_USER",
                    ),
                    Reason::new(
                        "The role has no USAGE on the schema.",
                        "\\dn in psql lists it; `levelhead verify` says what is missing.",
                        "levelhead verify",
                    ),
                ]
            }
        }
        // The right depends on what was refused: see `Explanation::next`.
        Cause::InsufficientPrivilege => {
            const {
                &[
                    Reason::new(
                        "The role of DATABASE_URL is not the owner, and was not granted the right.",
                        "`levelhead verify` lists the rights of the role, and the statement for each that is missing.",
                        "levelhead verify",
                    ),
                    Reason::new(
                        "Since PostgreSQL 15 only the owner of a database may create tables in its schema public.",
                        "The message says: permission denied for schema public.",
                        "GRANT CREATE ON SCHEMA public TO the role of DATABASE_URL",
                    ),
                ]
            }
        }
        Cause::NotNullViolation => {
            const {
                &[Reason::new(
                    "The migration adds a column that must not be NULL to a table that has rows, or forbids NULLs that are there.",
                    "The table is not empty.",
                    "give the column a server_default in {migration}, or fill the NULLs before it",
                )]
            }
        }
        Cause::UniqueViolation => {
            const {
                &[Reason::new(
                    "Rows that are there are equal where the new key wants them to differ.",
                    "DETAIL names one of the values.",
                    "find the rows, SELECT … GROUP BY … HAVING count(*) > 1, correct them, and start again",
                )]
            }
        }
        Cause::ForeignKeyViolation | Cause::CheckViolation => ROWS,
        Cause::CannotCast => {
            const {
                &[Reason::new(
                    "The column's type changes to one that its values do not become by themselves.",
                    "HINT names the expression that would do it.",
                    "give alter_column a postgresql_using='column::type' in {migration}",
                )]
            }
        }
        Cause::DependentObjects => {
            const {
                &[Reason::new(
                    "A view, a foreign key or a default still needs what is to be dropped.",
                    "DETAIL names what depends on it.",
                    "drop or change what DETAIL names first, in {migration}",
                )]
            }
        }
        Cause::InvalidValue => {
            const {
                &[Reason::new(
                    "The migration writes a label that the enum type does not have, or a text that is no value of its type.",
                    "SELECT enum_range(NULL::TYPE) lists the labels that there are.",
                    "add the label before it is used, in {migration}: ALTER TYPE … ADD VALUE",
                )]
            }
        }
        Cause::EnumInTransaction => {
            const {
                &[Reason::new(
                    "The label is added and used in the same transaction.",
                    "Both statements are in one revision.",
                    "add the label inside `with op.get_context().autocommit_block():` in {migration}",
                )]
            }
        }
        Cause::NeedsAutocommit => {
            const {
                &[Reason::new(
                    "CREATE INDEX CONCURRENTLY, VACUUM or another statement that manages transactions on its own.",
                    "The [SQL: …] line shows it.",
                    "put it inside `with op.get_context().autocommit_block():` in {migration}",
                )]
            }
        }
        Cause::NotSupported => {
            const {
                &[Reason::new(
                    "The extension is not installed on the server, or the provider does not offer it.",
                    "SELECT name FROM pg_available_extensions lists what there is.",
                    "SELECT name FROM pg_available_extensions ORDER BY 1",
                )]
            }
        }
        Cause::OutOfMemory => {
            const {
                &[
                    Reason::new(
                        "One upgrade touches thousands of tables, partitions or large objects in one transaction.",
                        "HINT names max_locks_per_transaction.",
                        "set transaction_per_migration=True in env.py's context.configure(), and start again",
                    ),
                    Reason::new(
                        "The server has room for few locks.",
                        "SHOW max_locks_per_transaction answers 64, the default.",
                        "ALTER SYSTEM SET max_locks_per_transaction = 256, and restart the server",
                    ),
                ]
            }
        }
        Cause::SqliteAlter => {
            const {
                &[Reason::new(
                    "SQLite has no ALTER for columns' types, NOT NULL and constraints.",
                    "DATABASE_URL begins with sqlite.",
                    "use `with op.batch_alter_table(…)` in {migration}, or render_as_batch=True in env.py",
                )]
            }
        }
        Cause::LockNotAvailable => {
            const {
                &[Reason::new(
                    "A session of the application, or a forgotten transaction, holds the table.",
                    "pg_stat_activity shows it as active or idle in transaction.",
                    "SELECT pid, query FROM pg_stat_activity WHERE state <> 'idle', end what is in the way, and start again",
                )]
            }
        }
        Cause::Deadlock => {
            const {
                &[Reason::new(
                    "The running application locks the same tables in another order.",
                    "DETAIL names both processes.",
                    "start again: the database has undone the transaction",
                )]
            }
        }
        Cause::QueryCanceled => {
            const {
                &[
                    Reason::new(
                        "statement_timeout is shorter than the migration needs.",
                        "The message says: due to statement timeout.",
                        "ALTER ROLE … SET statement_timeout = 0 for the upgrade's role, and start again",
                    ),
                    Reason::new("Somebody cancelled it.", "The message says: due to user request.", "levelhead run"),
                ]
            }
        }
        Cause::ValueTooLong => {
            const {
                &[Reason::new(
                    "A value is longer than its column.",
                    "The [SQL: …] line shows which statement.",
                    "widen the column in {migration}, or shorten the values before it",
                )]
            }
        }
        Cause::RevisionTooLong => const { &[LONG_ID] },
        Cause::PerhapsRevisionTooLong => {
            const {
                &[
                    LONG_ID,
                    Reason::new(
                        "Another column takes 32 characters, and the migration writes more into it.",
                        "The [SQL: …] line names another table than alembic_version.",
                        "widen the column in {migration}, or shorten the values before it",
                    ),
                ]
            }
        }
        Cause::ReadOnly => {
            const {
                &[
                    Reason::new(
                        "DATABASE_URL leads to a replica.",
                        "SELECT pg_is_in_recovery() answers t.",
                        "point DATABASE_URL at the primary, with a role that may write",
                    )
                    .shown_by(&["in-recovery"]),
                    Reason::new(
                        "The role, the database or the URL's options set default_transaction_read_only.",
                        "SHOW default_transaction_read_only answers on.",
                        "ALTER ROLE … RESET default_transaction_read_only, or take it out of the URL's options",
                    )
                    .shown_by(&["read-only"]),
                ]
            }
        }
        Cause::Consequence => {
            const {
                &[Reason::new(
                    "An earlier statement failed; everything after it in the transaction answers this.",
                    "The first error of the output is the cause.",
                    "read the upgrade's own output above: its last lines name the cause",
                )]
            }
        }
        _ => return None,
    })
}
