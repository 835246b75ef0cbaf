//! What the database's schema refuses.

use super::{Reason, Sign, ToldBy, family};
use crate::findings::Kind;

const PRESENT: &[Reason] = &[
    Reason::run(
        "The version row is behind the schema: the version table was lost, emptied or restored on its own.",
        "`levelhead infer` names a later revision than `levelhead current`.",
        "levelhead infer",
    )
    .noting("this shows which revision your tables match")
    .told_by(ToldBy::Behind),
    Reason::run(
        "This revision ran halfway before: on SQLite or MySQL, or after a COMMIT, what it did stays.",
        "Some objects of the revision are there and some are not; `levelhead check` lists both.",
        "levelhead check",
    )
    .told_by(ToldBy::Halfway),
    Reason::run(
        "Something else made the objects: db.create_all() at the start, or statements by hand.",
        "The application's code calls create_all(), or the object differs from the migration's.",
        "grep -rn create_all . --include='*.py'",
    )
    .noting("take the call out of what the upgrade loads: the migrations create the tables")
    .told_by(ToldBy::CreateAll),
    Reason::run(
        "Two revisions create the same object, one on each branch of a merge.",
        "The name occurs in two files of the versions folder.",
        "grep -rn '{object}' --include='*.py' .",
    )
    .told_by(ToldBy::Revisions),
];

const STAMPED: Reason = Reason::run(
    "The version row is ahead of the schema: a stamp, or a restore of an older dump.",
    "`levelhead infer` names an earlier revision than `levelhead current`.",
    "levelhead infer",
)
.noting("this shows which revision your tables match")
.shown_by(&[Kind::STAMPED_TOO_FAR]);

const NOT_UPGRADED: Reason = Reason::run(
    "The upgrade has not run on this database yet, and the application or a script asks it already.",
    "`levelhead current` prints nothing.",
    "levelhead run",
)
.likely_by(&[Kind::FRESH_DATABASE], "this database has no tables");

const NEVER_MADE: Reason = Reason::run(
    "No revision creates it: the name is misspelled, or it belongs to another application.",
    "The name occurs in no create_table() or add_column() of the versions folder.",
    "grep -rn '{object}' --include='*.py' .",
)
.told_by(ToldBy::NeverMade);

const AT_LOAD: Reason = Reason::new(
    "The application asks for the table while it is loaded, before the upgrade has created it.",
    "The traceback ends in a module of yours, and not in a migration.",
    "move the query from the module's level into a function",
);

const ELSEWHERE: Reason = Reason::run(
    "DATABASE_URL names another database than the one that you think of.",
    "`levelhead verify` shows host and database, and what alembic.ini and the application say.",
    "levelhead verify",
)
.shown_by(&[Kind::WRONG_DATABASE]);

const ABSENT: &[Reason] = &[
    STAMPED,
    NOT_UPGRADED,
    Reason::new(
        "The search_path is another, so that the table is there and is not found.",
        "The table is listed, but under another schema.",
        "to find its schema, run in the database: SELECT schemaname, tablename FROM pg_tables WHERE tablename = '{name}'",
    ),
    ELSEWHERE,
    AT_LOAD,
    NEVER_MADE,
];

/// There is no search_path, and a path that is relative begins wherever the command is started.
pub(in crate::explanation) const ABSENT_IN_SQLITE: &[Reason] = &[
    STAMPED,
    NOT_UPGRADED,
    Reason::run(
        "DATABASE_URL leads to another file than the one that you think of: one that is missing is made anew, and empty.",
        "`levelhead verify` shows the file, and what alembic.ini and the application say.",
        "levelhead verify",
    )
    .shown_by(&[Kind::WRONG_DATABASE]),
    AT_LOAD,
    NEVER_MADE,
];

family! {
    /// What an interrupted batch migration has left.
    BATCH_LEFTOVER {
        code: "batch-leftover",
        meaning: "an interrupted batch migration left its table behind; it is a copy, or holds the only rows",
        finding: Some(Kind::LEFTOVER_TABLE),
        signs: &[Sign::SqliteIsThere("table _alembic_tmp_"), Sign::Worded(&["42P07"], &["\"_alembic_tmp_"])],
        reasons: &[Reason::run(
            "An earlier start failed or ended in the middle of batch_alter_table(), and SQLite kept what it had done.",
            "The rows of the table and of the leftover differ, or only one of both is there.",
            "levelhead fix",
        )
        .noting("this says which of both has the rows, and asks before it does anything")
        .shown_by(&[Kind::LEFTOVER_TABLE])],
    }

    /// A column that is to be added is there.
    DUPLICATE_COLUMN {
        code: "duplicate-column",
        meaning: "the schema is ahead of its version row, or this revision has run halfway before",
        finding: Some(Kind::PENDING_EXISTS),
        signs: &[Sign::State(&["42701"]),
            Sign::Sqlite("duplicate column name"),
        ],
        reasons: PRESENT,
    }

    /// A table or an index that is to be created is there.
    DUPLICATE_TABLE {
        code: "duplicate-table",
        meaning: "the schema is ahead of its version row, or this revision has run halfway before",
        finding: Some(Kind::PENDING_EXISTS),
        signs: &[Sign::State(&["42P07"]),
            Sign::SqliteIsThere("table "),
        ],
        reasons: PRESENT,
    }

    /// A type that is to be created is there.
    DUPLICATE_TYPE {
        code: "duplicate-type",
        meaning: "the type is left from an earlier run, or two revisions create it",
        finding: Some(Kind::PENDING_EXISTS),
        signs: &[Sign::Worded(&["42710"], &["type \""])],
        reasons: &[
            Reason::new(
                "A downgrade, or a DROP TABLE by hand, left the enum type of its table: drop_table does not drop it.",
                "No column uses it: \\dT+ in psql lists the type, \\d shows no table with it.",
                "where no column uses it, run in the database: DROP TYPE {object}",
            )
            .told_by(ToldBy::TypeUse),
            PRESENT[3],
            Reason::new(
                "One revision uses the Enum in two tables, and create_table creates the type each time.",
                "The name stands twice in {migration}.",
                "give the second one create_type=False: postgresql.ENUM(…, name='{object}', create_type=False)",
            ),
            PRESENT[0],
        ],
    }

    /// Another object that is to be created is there.
    DUPLICATE_OBJECT {
        code: "duplicate-object",
        meaning: "the schema is ahead of its version row, or this revision has run halfway before",
        finding: Some(Kind::PENDING_EXISTS),
        signs: &[Sign::State(&["42710", "42723", "42P06"]),
            Sign::SqliteIsThere("index "),
        ],
        reasons: PRESENT,
    }

    /// A table is missing.
    UNDEFINED_TABLE {
        code: "undefined-table",
        meaning: "it does not exist, or the search_path does not lead to it",
        finding: Some(Kind::STAMPED_TOO_FAR),
        signs: &[Sign::State(&["42P01"]),
            Sign::Sqlite("no such table"),
        ],
        reasons: ABSENT,
    }

    /// A column is missing.
    UNDEFINED_COLUMN {
        code: "undefined-column",
        meaning: "it does not exist, or the search_path does not lead to it",
        finding: Some(Kind::STAMPED_TOO_FAR),
        signs: &[Sign::State(&["42703"]),
            Sign::Sqlite("no such column"),
        ],
        reasons: ABSENT,
    }

    /// A type is missing.
    UNDEFINED_TYPE {
        code: "undefined-type",
        meaning: "the type was never created, or the version row is ahead of the schema",
        finding: Some(Kind::STAMPED_TOO_FAR),
        signs: &[Sign::Worded(&["42704"], &["type \""])],
        reasons: &[
            Reason::new(
                "add_column() and alter_column() do not create an enum type; only create_table() does.",
                "The [SQL: …] line is an ALTER TABLE, and no revision before it creates the type.",
                "create it first, in {migration}: postgresql.ENUM(…, name='{object}').create(op.get_bind(), checkfirst=True)",
            ),
            STAMPED,
            Reason::new(
                "The type is in a schema that the search_path leaves out.",
                "\\dT *.{object} in psql lists it with its schema.",
                "to find its schema, run in the database: SELECT typnamespace::regnamespace FROM pg_type WHERE typname = '{object}'",
            ),
        ],
    }

    /// Another object is missing.
    UNDEFINED_OBJECT {
        code: "undefined-object",
        meaning: "it does not exist, or the search_path does not lead to it",
        finding: Some(Kind::STAMPED_TOO_FAR),
        signs: &[Sign::State(&["42704", "42883"]), Sign::Sqlite("no such index"), Sign::Sqlite("No such constraint")],
        reasons: ABSENT,
    }

    /// The search path leads to no schema.
    NO_SCHEMA {
        code: "no-schema",
        meaning: "the search_path of the role names no schema that is there and may be used",
        signs: &[Sign::State(&["3F000"]),],
        reasons: &[
            Reason::new(
                "The schema that the search_path names was never created, or was dropped.",
                "SHOW search_path names a schema that \\dn in psql does not list.",
                "run in the database: CREATE SCHEMA IF NOT EXISTS public AUTHORIZATION CURRENT_USER",
            ),
            Reason::run(
                "The role has no USAGE on the schema.",
                "\\dn in psql lists it; `levelhead verify` says what is missing.",
                "levelhead verify",
            ),
        ],
    }

    /// The role may not do it.
    INSUFFICIENT_PRIVILEGE {
        code: "insufficient-privilege",
        meaning: "the role of DATABASE_URL may not do it",
        finding: Some(Kind::NO_PRIVILEGE),
        signs: &[Sign::State(&["42501"]),
        ],
        reasons: &[
            Reason::run(
                "The role of DATABASE_URL is not the owner, and was not granted the right.",
                "`levelhead verify` lists the rights of the role, and the statement for each that is missing.",
                "levelhead verify",
            ),
            Reason::new(
                "Since PostgreSQL 15 only the owner of a database may create tables in its schema public.",
                "The message says: permission denied for schema public.",
                "as the schema's owner: GRANT CREATE ON SCHEMA public TO the role of DATABASE_URL",
            ),
        ],
    }

    /// A column's values do not become the new type by themselves.
    CANNOT_CAST {
        code: "cannot-cast",
        meaning: "PostgreSQL does not know how to turn the values into the new type",
        signs: &[Sign::State(&["42804"]),],
        reasons: &[Reason::new(
            "The column's type changes to one that its values do not become by themselves.",
            "HINT names the expression that would do it.",
            "give alter_column a postgresql_using='column::type' in {migration}",
        )],
    }

    /// Something else needs what is to be dropped.
    DEPENDENT_OBJECTS {
        code: "dependent-objects",
        meaning: "a view, a key or another object still needs it",
        signs: &[Sign::State(&["2BP01"]),],
        reasons: &[Reason::new(
            "A view, a foreign key or a default still needs what is to be dropped.",
            "DETAIL names what depends on it.",
            "drop or change what DETAIL names first, in {migration}",
        )],
    }

    /// An enum's new label is used in the transaction that adds it.
    ENUM_IN_TRANSACTION {
        code: "enum-in-transaction",
        meaning: "a new label of an enum type can be used only after its transaction",
        signs: &[Sign::State(&["55P04"]),],
        reasons: &[Reason::new(
            "The label is added and used in the same transaction.",
            "Both statements are in one revision.",
            "add the label inside `with op.get_context().autocommit_block():` in {migration}",
        )],
    }

    /// A statement that a transaction cannot hold.
    NEEDS_AUTOCOMMIT {
        code: "needs-autocommit",
        meaning: "this statement cannot run inside the transaction that Alembic opens",
        signs: &[Sign::State(&["25001"]),],
        reasons: &[Reason::new(
            "CREATE INDEX CONCURRENTLY, VACUUM or another statement that manages transactions on its own.",
            "The [SQL: …] line shows it.",
            "put it inside `with op.get_context().autocommit_block():` in {migration}",
        )],
    }

    /// The server lacks an extension or a feature.
    NOT_SUPPORTED {
        code: "not-supported",
        meaning: "the server does not have this extension or feature",
        signs: &[Sign::State(&["0A000"]),],
        reasons: &[Reason::new(
            "The extension is not installed on the server, or the provider does not offer it.",
            "SELECT name FROM pg_available_extensions lists what there is.",
            "to list the extensions, run in the database: SELECT name FROM pg_available_extensions ORDER BY 1",
        )],
    }
}
