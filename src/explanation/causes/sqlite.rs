//! What SQLite and its file refuse.

use super::{Reason, Sign, family};

family! {
    /// Another process writes to the SQLite file.
    DATABASE_LOCKED {
        code: "database-locked",
        meaning: "another process is writing to the file",
        signs: &[Sign::Sqlite("database is locked")],
        reasons: &[Reason::new(
            "Another process has the file open for writing: the old release, a shell, a cron job.",
            "fuser FILE names it.",
            "stop the other process, or raise ?timeout= in DATABASE_URL, and start again",
        )],
    }

    /// The SQLite file cannot be opened.
    NO_SQLITE_FILE {
        code: "no-sqlite-file",
        meaning: "the path of the URL leads to no SQLite file that can be opened",
        signs: &[Sign::Sqlite("unable to open database file"), Sign::Sqlite("file is not a database")],
        reasons: &[
            Reason::run(
                "The folder does not exist here, or may not be written to.",
                "Three slashes begin a relative path, four an absolute one.",
                "levelhead verify",
            ),
            Reason::new(
                "The disk that holds the file is not mounted.",
                "The folder is empty where it should not be.",
                "check the service's disk or volume, and its mount path",
            ),
        ],
    }

    /// The file is damaged.
    DAMAGED_FILE {
        code: "damaged-file",
        meaning: "the SQLite file is damaged, or its disk is failing",
        signs: &[Sign::Sqlite("database disk image is malformed"), Sign::Sqlite("disk I/O error")],
        reasons: &[Reason::new(
            "The file was copied while it was written, or lies on a network file system.",
            "PRAGMA integrity_check answers anything but ok.",
            "restore the file from a backup",
        )],
    }

    /// SQLite cannot alter this.
    SQLITE_ALTER {
        code: "sqlite-alter",
        meaning: "SQLite cannot alter this; Alembic's batch mode makes the table anew instead",
        signs: &[
            Sign::Sqlite("near \"ALTER\""),
            Sign::Sqlite("near \"CONSTRAINT\""),
            Sign::Sqlite("Cannot add a column with non-constant default"),
            Sign::Sqlite("Cannot add a UNIQUE column"),
            Sign::Sqlite("Cannot add a PRIMARY KEY column"),
            Sign::Sqlite("near \"DROP\""),
            Sign::Text("No support for ALTER of constraints in SQLite"),
        ],
        reasons: &[Reason::new(
            "SQLite has no ALTER for columns' types, NOT NULL and constraints.",
            "DATABASE_URL begins with sqlite.",
            "use `with op.batch_alter_table(…)` in {migration}, or render_as_batch=True in env.py",
        )],
    }

    /// A statement that SQLite does not understand.
    SQLITE_STATEMENT {
        code: "sqlite-statement",
        meaning: "SQLite does not accept the statement",
        signs: &[
            Sign::Sqlite("has no column named"),
            Sign::Sqlite("foreign key mismatch"),
            Sign::Sqlite("no such function"),
            Sign::Sqlite("no such module"),
            Sign::Sqlite("datatype mismatch"),
            Sign::Sqlite("cannot drop column"),
            Sign::Sqlite("error in "),
            Sign::Sqlite("You can only execute one statement at a time"),
            Sign::Sqlite("default value of column"),
            Sign::Sqlite("unknown function"),
            Sign::Sqlite("near \""),
            Sign::Sqlite("unrecognized token"),
            Sign::Sqlite("incomplete input"),
            Sign::Sqlite("no such collation sequence"),
        ],
        reasons: &[Reason::new(
            "The statement does not fit this table, or is written for another database.",
            "The [SQL: …] line shows it.",
            "correct the statement in {migration}",
        )],
    }
}
