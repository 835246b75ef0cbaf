//! What two upgrades do to each other that run at the same time.

use super::{Reason, Sign, family};

/// Unique indexes of the server's own catalogue, and the version table's key.
const CATALOGUE: [&str; 12] = [
    "\"pg_type_typname_nsp_index\"",
    "\"pg_class_relname_nsp_index\"",
    "\"pg_namespace_nspname_index\"",
    "\"pg_extension_name_index\"",
    "\"pg_proc_",
    "\"pg_constraint_",
    "\"pg_enum_",
    "\"pg_attribute_",
    "\"pg_database_",
    "\"pg_index_",
    "\"alembic_version_pkc\"",
    "\"alembic_version_pkey\"",
];

const AT_ONCE: Reason = Reason::run(
    "Several instances or workers upgrade at once: replicas, gunicorn workers, a job beside the service.",
    "The log shows the upgrade begin twice within seconds.",
    "levelhead run",
)
.noting("this lets one instance upgrade at a time");

family! {
    /// Two upgrades at once, which make the same object.
    TWO_UPGRADES {
        code: "two-upgrades",
        meaning: "two upgrades ran at the same time and created the same object; the other one was faster",
        signs: &[
            Sign::Worded(&["23505"], &CATALOGUE),
            Sign::Worded(&["XX000"], &["tuple concurrently updated"]),
            Sign::Sqlite("UNIQUE constraint failed: alembic_version"),
        ],
        reasons: &[
            AT_ONCE,
            Reason::run(
                "create_all() of one worker runs beside another's.",
                "The application's code calls create_all().",
                "grep -rn create_all . --include='*.py'",
            ),
        ],
    }

    /// Alembic creates its version table, and it is there.
    VERSION_TABLE_EXISTS {
        code: "version-table-exists",
        meaning: "Alembic did not see its version table, and found one when it created it",
        signs: &[
            Sign::Worded(&["42P07"], &["\"alembic_version\""]),
            Sign::SqliteIsThere("table alembic_version "),
        ],
        reasons: &[
            AT_ONCE,
            Reason::run(
                "Alembic looks for the version table in another schema than the one in which it creates it.",
                "env.py sets version_table_schema or a search_path.",
                "grep -rnE 'version_table_schema|search_path' . --include='*.py' --include='*.ini'",
            ),
        ],
    }
}
