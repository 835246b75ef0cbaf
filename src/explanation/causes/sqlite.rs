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

    /// SQLite cannot alter this.
    SQLITE_ALTER {
        code: "sqlite-alter",
        meaning: "SQLite cannot alter this; Alembic's batch mode makes the table anew instead",
        signs: &[
            Sign::Sqlite("near \"ALTER\""),
            Sign::Sqlite("near \"DROP\""),
            Sign::Text("No support for ALTER of constraints in SQLite"),
        ],
        reasons: &[Reason::new(
            "SQLite has no ALTER for columns' types, NOT NULL and constraints.",
            "DATABASE_URL begins with sqlite.",
            "use `with op.batch_alter_table(…)` in {migration}, or render_as_batch=True in env.py",
        )],
    }
}
