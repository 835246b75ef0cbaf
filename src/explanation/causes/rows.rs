//! What rows, locks and transactions refuse.

use super::{Follows, Reason, Sign, family};
use crate::findings::Kind;

const LONG_ID: Reason = Reason::run(
    "Alembic makes version_num varchar(32), and this revision's id is longer.",
    "`levelhead heads` shows the id.",
    "levelhead fix",
)
.noting("this widens the column, as `levelhead run` does before it upgrades")
.shown_by(&[Kind::NARROW_VERSION_COLUMN]);

const ROWS: &[Reason] = &[Reason::new(
    "Rows that are there break the new constraint.",
    "A constraint that is NOT VALID is accepted and holds for new rows only.",
    "correct the rows, or create the constraint NOT VALID in {migration}, and start again",
)];

family! {
    /// A column that must not be NULL is.
    NOT_NULL_VIOLATION {
        code: "not-null-violation",
        meaning: "rows that are there have no value for the column",
        signs: &[Sign::State(&["23502"]),
            Sign::Sqlite("NOT NULL constraint failed"),
            Sign::Sqlite("Cannot add a NOT NULL column"),
        ],
        reasons: &[Reason::new(
            "The migration adds a column that must not be NULL to a table that has rows, or forbids NULLs that are there.",
            "The table is not empty.",
            "give the column a server_default in {migration}, or fill the NULLs before it",
        )],
    }

    /// Rows that must differ do not.
    UNIQUE_VIOLATION {
        code: "unique-violation",
        meaning: "rows that are there are not unique",
        signs: &[Sign::State(&["23505"]),
            Sign::Sqlite("UNIQUE constraint failed"),
        ],
        reasons: &[Reason::new(
            "Rows that are there are equal where the new key wants them to differ.",
            "DETAIL names one of the values.",
            "find the rows, SELECT … GROUP BY … HAVING count(*) > 1, correct them, and start again",
        )],
    }

    /// A row refers to one that is not there.
    FOREIGN_KEY_VIOLATION {
        code: "foreign-key-violation",
        meaning: "rows that are there break the constraint",
        signs: &[Sign::State(&["23503"]), Sign::Sqlite("FOREIGN KEY constraint failed")],
        reasons: ROWS,
    }

    /// A row breaks a check.
    CHECK_VIOLATION {
        code: "check-violation",
        meaning: "rows that are there break the constraint",
        signs: &[Sign::State(&["23514"]), Sign::Sqlite("CHECK constraint failed")],
        reasons: ROWS,
    }

    /// A label that an enum type does not have, or a text that is no value of its type.
    INVALID_VALUE {
        code: "invalid-value",
        signs: &[Sign::State(&["22P02"]),],
        reasons: &[Reason::new(
            "The migration writes a label that the enum type does not have, or a text that is no value of its type.",
            "SELECT enum_range(NULL::TYPE) lists the labels that there are.",
            "add the label before it is used, in {migration}: ALTER TYPE … ADD VALUE",
        )],
    }

    /// A value does not fit its column.
    VALUE_TOO_LONG {
        code: "value-too-long",
        signs: &[Sign::State(&["22001"]),],
        reasons: &[Reason::new(
            "A value is longer than its column.",
            "The [SQL: …] line shows which statement.",
            "widen the column in {migration}, or shorten the values before it",
        )],
    }

    /// The revision's id does not fit the version table.
    REVISION_TOO_LONG {
        code: "revision-too-long",
        meaning: "the revision's id does not fit the version table",
        finding: Some(Kind::NARROW_VERSION_COLUMN),
        reasons: &[LONG_ID],
    }

    /// A value does not fit a column that is as wide as the version table's; the statement is not shown.
    PERHAPS_REVISION_TOO_LONG {
        code: "perhaps-revision-too-long",
        meaning: "mostly the revision's id, which does not fit Alembic's version table",
        finding: Some(Kind::NARROW_VERSION_COLUMN),
        reasons: &[
            LONG_ID,
            Reason::new(
                "Another column takes 32 characters, and the migration writes more into it.",
                "The [SQL: …] line names another table than alembic_version.",
                "widen the column in {migration}, or shorten the values before it",
            ),
        ],
    }

    /// The server has no memory left, for locks or for a statement.
    OUT_OF_MEMORY {
        code: "out-of-memory",
        meaning: "the server had no memory left: for the locks of one transaction, or for one statement",
        signs: &[Sign::State(&["53200"]),],
        reasons: &[
            Reason::new(
                "One upgrade touches thousands of tables, partitions or large objects in one transaction.",
                "HINT names max_locks_per_transaction.",
                "set transaction_per_migration=True in env.py's context.configure(), and start again",
            ),
            Reason::new(
                "The server has room for few locks.",
                "SHOW max_locks_per_transaction answers 64, the default.",
                "raise the limit and restart the server: ALTER SYSTEM SET max_locks_per_transaction = 256",
            ),
            Reason::new(
                "A statement needed more memory than the server has.",
                "DETAIL names a memory context, and no HINT names locks.",
                "lower work_mem and maintenance_work_mem for the upgrade's role, or give the server more memory",
            ),
            Reason::new(
                "The database runs in a container with little shared memory.",
                "The message is: could not resize shared memory segment.",
                "start the database's container with more of it: --shm-size=256m",
            ),
        ],
    }

    /// Two transactions have waited for each other.
    DEADLOCK {
        code: "deadlock",
        meaning: "the upgrade and another transaction waited for each other",
        signs: &[Sign::State(&["40P01"]),],
        reasons: &[Reason::new(
            "The running application locks the same tables in another order.",
            "DETAIL names both processes.",
            "start again: the database has undone the transaction",
        )],
    }

    /// Another session holds a lock on the table.
    LOCK_NOT_AVAILABLE {
        code: "lock-not-available",
        meaning: "another session is using the table",
        signs: &[Sign::State(&["55P03"]),],
        reasons: &[Reason::new(
            "A session of the application, or a forgotten transaction, holds the table.",
            "pg_stat_activity shows it as active or idle in transaction.",
            "find the session, end it, and start again: SELECT pid, query FROM pg_stat_activity WHERE state <> 'idle'",
        )],
    }

    /// A statement took longer than the server allows.
    QUERY_CANCELED {
        code: "query-canceled",
        meaning: "the statement took longer than the server allows, or it was cancelled",
        signs: &[Sign::State(&["57014"]),],
        reasons: &[
            Reason::new(
                "statement_timeout is shorter than the migration needs.",
                "The message says: due to statement timeout.",
                "lift the limit for the upgrade's role, ALTER ROLE … SET statement_timeout = 0, and start again",
            ),
            Reason::run("It was cancelled by hand.", "The message says: due to user request.", "levelhead run"),
        ],
    }

    /// What every further statement of a failed transaction answers.
    CONSEQUENCE {
        code: "consequence",
        meaning: "an earlier statement of the transaction has failed",
        signs: &[Sign::State(&["25P02"]), Sign::Line("Can't reconnect until invalid transaction is rolled back")],
        follows: Follows::Anything,
        reasons: &[Reason::new(
            "An earlier statement failed; everything after it in the transaction answers this.",
            "The first error of the output is the cause.",
            "read the upgrade's own output above: its last lines name the cause",
        )],
    }
}
