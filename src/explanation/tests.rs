//! What real upgrades have said, by Alembic 1.20 with psycopg 3, psycopg2 and SQLite; frames of packages are left out.

use std::collections::BTreeSet;

use super::{Cause, Explanation};

const OUTPUTS: &str = include_str!("../../tests/data/upgrade_failures.txt");

fn outputs() -> impl Iterator<Item = (&'static str, &'static str)> {
    OUTPUTS.split("== ").filter_map(|part| part.split_once('\n'))
}

/// By the name after the driver's; the words of the message that must be there, and of what to do.
const EXPECTED: [(&str, Cause, &str, &str); 38] = [
    ("duplicate-table", Cause::DuplicateTable, "products", "stillhead infer"),
    ("duplicate-column", Cause::DuplicateColumn, "name", "stillhead infer"),
    ("psycopg-duplicate-index", Cause::DuplicateTable, "relation \"ix_products_id\" already exists", "stillhead infer"),
    (
        "psycopg2-duplicate-index",
        Cause::DuplicateTable,
        "relation \"ix_products_id\" already exists",
        "stillhead infer",
    ),
    ("sqlite-duplicate-index", Cause::DuplicateObject, "index ix_products_id already exists", "stillhead infer"),
    ("duplicate-type", Cause::DuplicateObject, "type \"status\" already exists", "stillhead infer"),
    ("duplicate-constraint", Cause::DuplicateObject, "constraint \"ck_id\"", "stillhead infer"),
    ("undefined-table", Cause::UndefinedTable, "products", "stillhead infer"),
    ("undefined-column", Cause::UndefinedColumn, "name", "stillhead infer"),
    ("undefined-object", Cause::UndefinedObject, "constraint \"ck_name\"", "stillhead infer"),
    ("not-null", Cause::NotNullViolation, "column \"name\"", "server_default in b2c3d4e5f6a1_x.py:10"),
    ("not-null-row", Cause::NotNullViolation, "products.id", "server_default"),
    ("psycopg-unique", Cause::UniqueViolation, "\"uq_products_name\"", "HAVING count(*) > 1"),
    ("psycopg2-unique", Cause::UniqueViolation, "\"uq_products_name\"", "HAVING count(*) > 1"),
    ("sqlite-unique", Cause::UniqueViolation, "products.name", "HAVING count(*) > 1"),
    ("foreign-key", Cause::ForeignKeyViolation, "\"fk_c\"", "NOT VALID in b2c3d4e5f6a1_x.py:10"),
    ("check", Cause::CheckViolation, "\"ck_id\"", "NOT VALID"),
    ("statement-timeout", Cause::QueryCanceled, "timeout", "statement_timeout = 0"),
    ("psycopg-syntax", Cause::Unknown, "sqlalchemy.exc.ProgrammingError", "output above"),
    ("psycopg2-syntax", Cause::Unknown, "sqlalchemy.exc.ProgrammingError", "output above"),
    ("long-id", Cause::RevisionTooLong, "character varying(32)", "ALTER TABLE alembic_version"),
    ("privilege-schema", Cause::InsufficientPrivilege, "public", "GRANT CREATE ON SCHEMA public TO"),
    ("privilege-owner", Cause::InsufficientPrivilege, "products", "ALTER TABLE products OWNER TO"),
    ("privilege-table", Cause::InsufficientPrivilege, "products", "GRANT ALL ON TABLE products TO"),
    ("lock-timeout", Cause::LockNotAvailable, "lock timeout", "pg_stat_activity"),
    ("deadlock", Cause::Deadlock, "deadlock detected", "start again"),
    ("role-connections", Cause::TooManyConnections, "too many connections for role", "limit"),
    ("refused", Cause::CannotConnect, "Connection refused", "DATABASE_URL"),
    ("psycopg-terminated", Cause::ConnectionLost, "administrator command", "database's log"),
    ("psycopg2-terminated", Cause::ConnectionLost, "server closed the connection unexpectedly", "database's log"),
    ("sqlite-locked", Cause::DatabaseLocked, "database is locked", "other process"),
    ("alembic-cannot-locate", Cause::UnknownRevision, "'feedc0ffee00'", "git log --all --oneline -Sfeedc0ffee00"),
    ("alembic-multiple-heads", Cause::MultipleHeads, "Multiple head revisions", "merge heads"),
    (
        "alembic-overlap",
        Cause::OverlappingRows,
        "b2c3d4e5f6a1 overlaps with other requested revisions a1b2c3d4e5f6",
        "ancestor's row",
    ),
    ("alembic-two-rows", Cause::RowMismatch, "expected to match one row", "leave each revision once"),
    ("flask-missing-module", Cause::MissingModule, "No module named 'no_such_module'", "pip install"),
    ("flask-no-app", Cause::NoApplication, "Could not locate a Flask application", "FLASK_APP"),
    ("flask-no-db", Cause::NoFlaskMigrate, "No such command 'db'", "Flask-Migrate"),
];

#[test]
fn each_failure_is_recognised_and_says_what_to_do() {
    let mut unseen: BTreeSet<&str> = EXPECTED.iter().map(|(name, ..)| *name).collect();
    for (name, output) in outputs() {
        let after_driver = name.split_once('-').map_or(name, |(_, rest)| rest);
        let expected = EXPECTED.iter().find(|(wanted, ..)| [name, after_driver].contains(wanted));
        let (wanted, cause, message, next) = expected.unwrap_or_else(|| panic!("{name} is not expected"));
        unseen.remove(wanted);
        let explanation = Explanation::of(output).unwrap_or_else(|| panic!("{name} is not explained"));
        assert_eq!(explanation.cause, *cause, "{name}: {explanation}");
        assert!(explanation.message.contains(message), "{name}: {explanation}");
        assert!(explanation.next().contains(next), "{name}: {}", explanation.next());
    }
    assert!(unseen.is_empty(), "no output for {unseen:?}");
}

#[test]
fn the_revision_and_its_line_are_named_where_they_are_said() {
    for (name, output) in outputs() {
        let explanation = Explanation::of(output).unwrap();
        let (revision, place) = (explanation.revision.as_deref(), explanation.place.as_deref());
        if name.ends_with("long-id") {
            assert_eq!((revision, place), (Some("this_revision_has_a_name_that_is_too_long"), None), "{name}");
        } else if name.starts_with("alembic-two-rows") {
            assert_eq!((revision, place), (Some("b2c3d4e5f6a1"), None), "{name}");
        } else if output.contains("Running upgrade a1b2c3d4e5f6 -> ") {
            assert_eq!(revision, Some("b2c3d4e5f6a1"), "{name}");
            assert!(place.is_some_and(|place| place.starts_with("b2c3d4e5f6a1_x.py:1")), "{name}: {place:?}");
        } else if name != "sqlite-locked" {
            assert_eq!((revision, place), (None, None), "{name}");
        }
    }
}

#[test]
fn an_explanation_is_one_line() {
    let explain = |wanted: &str| {
        let output = outputs().find(|(name, _)| *name == wanted).unwrap().1;
        Explanation::of(output).unwrap().to_string()
    };
    assert_eq!(
        explain("psycopg-duplicate-table"),
        "revision b2c3d4e5f6a1 (b2c3d4e5f6a1_x.py:10): relation \"products\" already exists: the schema is ahead of its \
         version row, or this revision has run halfway before"
    );
    assert_eq!(
        explain("psycopg-syntax"),
        "revision b2c3d4e5f6a1 (b2c3d4e5f6a1_x.py:10): sqlalchemy.exc.ProgrammingError"
    );
}

#[test]
fn what_it_does_not_know_it_does_not_guess() {
    for quiet in ["", "INFO  [alembic.runtime.migration] Running upgrade  -> a1b2, first\n", "no such luck\n"] {
        assert_eq!(Explanation::of(quiet), None, "{quiet:?}");
    }
    // An exception's words may hold anything, its name does not.
    let unknown = Explanation::of("Traceback (most recent call last):\nshop.SecretError: postgresql://u:hunter2@h/d\n");
    assert_eq!(unknown.unwrap().to_string(), "shop.SecretError");
}

#[test]
fn the_last_error_counts_but_not_what_follows_from_it() {
    let handled = "psycopg.errors.DuplicateTable: relation \"a\" already exists\nKeyError: 'x'\n";
    assert_eq!(Explanation::of(handled).unwrap().cause, Cause::Unknown);
    let followed = "psycopg.errors.UndefinedTable: relation \"a\" does not exist\n\
                    sqlalchemy.exc.InternalError: (psycopg.errors.InFailedSqlTransaction) current transaction is aborted\n";
    assert_eq!(Explanation::of(followed).unwrap().cause, Cause::UndefinedTable);
}

#[test]
fn a_server_that_speaks_another_language_is_understood() {
    let german =
        "sqlalchemy.exc.ProgrammingError: (psycopg2.errors.DuplicateTable) Relation »products« existiert bereits\n";
    assert_eq!(Explanation::of(german).unwrap().cause, Cause::DuplicateTable);
    let asyncpg = "sqlalchemy.exc.ProgrammingError: (sqlalchemy.dialects.postgresql.asyncpg.ProgrammingError) \
                   <class 'asyncpg.exceptions.DuplicateTableError'>: relation \"products\" already exists\n";
    assert_eq!(Explanation::of(asyncpg).unwrap().message, "relation \"products\" already exists");
}
