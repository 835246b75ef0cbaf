//! What real upgrades and starts have said, by Alembic 1.20 with psycopg 3, psycopg2 and SQLite, Flask-Migrate 4.1 and
//! gunicorn 27; frames of packages are left out.

use std::collections::BTreeSet;

use super::{Cause, Explanation};
use crate::help::Help;

/// Failed upgrades.
const OUTPUTS: &str = include_str!("../../tests/data/upgrade_failures.txt");
/// Whole logs of deployments that failed, before, in and after the upgrade.
const LOGS: &str = include_str!("../../tests/data/deploy_logs.txt");

/// Each text by its name.
fn texts(data: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    data.split("== ").filter_map(|part| part.split_once('\n'))
}

fn outputs() -> impl Iterator<Item = (&'static str, &'static str)> {
    texts(OUTPUTS)
}

/// By the name after the driver's; the words of the message that must be there, and of what to do.
const EXPECTED: [(&str, Cause, &str, &str); 38] = [
    ("duplicate-table", Cause::DUPLICATE_TABLE, "products", "levelhead infer"),
    ("duplicate-column", Cause::DUPLICATE_COLUMN, "name", "levelhead infer"),
    (
        "psycopg-duplicate-index",
        Cause::DUPLICATE_TABLE,
        "relation \"ix_products_id\" already exists",
        "levelhead infer",
    ),
    (
        "psycopg2-duplicate-index",
        Cause::DUPLICATE_TABLE,
        "relation \"ix_products_id\" already exists",
        "levelhead infer",
    ),
    ("sqlite-duplicate-index", Cause::DUPLICATE_OBJECT, "index ix_products_id already exists", "levelhead infer"),
    ("duplicate-type", Cause::DUPLICATE_TYPE, "type \"status\" already exists", "DROP TYPE status"),
    ("duplicate-constraint", Cause::DUPLICATE_OBJECT, "constraint \"ck_id\"", "levelhead infer"),
    ("undefined-table", Cause::UNDEFINED_TABLE, "products", "levelhead infer"),
    ("undefined-column", Cause::UNDEFINED_COLUMN, "name", "levelhead infer"),
    ("undefined-object", Cause::UNDEFINED_OBJECT, "constraint \"ck_name\"", "levelhead infer"),
    ("not-null", Cause::NOT_NULL_VIOLATION, "column \"name\"", "server_default in b2c3d4e5f6a1_x.py:10"),
    ("not-null-row", Cause::NOT_NULL_VIOLATION, "products.id", "server_default"),
    ("psycopg-unique", Cause::UNIQUE_VIOLATION, "\"uq_products_name\"", "HAVING count(*) > 1"),
    ("psycopg2-unique", Cause::UNIQUE_VIOLATION, "\"uq_products_name\"", "HAVING count(*) > 1"),
    ("sqlite-unique", Cause::UNIQUE_VIOLATION, "products.name", "HAVING count(*) > 1"),
    ("foreign-key", Cause::FOREIGN_KEY_VIOLATION, "\"fk_c\"", "NOT VALID in b2c3d4e5f6a1_x.py:10"),
    ("check", Cause::CHECK_VIOLATION, "\"ck_id\"", "NOT VALID"),
    ("statement-timeout", Cause::QUERY_CANCELED, "timeout", "statement_timeout = 0"),
    ("psycopg-syntax", Cause::BAD_STATEMENT, "syntax error at or near \"SELCT\"", "correct the statement"),
    ("psycopg2-syntax", Cause::BAD_STATEMENT, "syntax error at or near \"SELCT\"", "correct the statement"),
    ("long-id", Cause::REVISION_TOO_LONG, "character varying(32)", "this widens the column"),
    ("privilege-schema", Cause::INSUFFICIENT_PRIVILEGE, "public", "GRANT CREATE ON SCHEMA public TO"),
    ("privilege-owner", Cause::INSUFFICIENT_PRIVILEGE, "products", "ALTER TABLE products OWNER TO"),
    ("privilege-table", Cause::INSUFFICIENT_PRIVILEGE, "products", "GRANT ALL ON TABLE products TO"),
    ("lock-timeout", Cause::LOCK_NOT_AVAILABLE, "lock timeout", "pg_stat_activity"),
    ("deadlock", Cause::DEADLOCK, "deadlock detected", "start again"),
    ("role-connections", Cause::TOO_MANY_CONNECTIONS, "too many connections for role", "limit"),
    ("refused", Cause::CANNOT_CONNECT, "Connection refused", "DATABASE_URL"),
    ("psycopg-terminated", Cause::CONNECTION_LOST, "administrator command", "database's log"),
    ("psycopg2-terminated", Cause::CONNECTION_LOST, "server closed the connection unexpectedly", "database's log"),
    ("sqlite-locked", Cause::DATABASE_LOCKED, "database is locked", "other process"),
    ("alembic-cannot-locate", Cause::UNKNOWN_REVISION, "'feedc0ffee00'", "levelhead restore feedc0ffee00"),
    ("alembic-multiple-heads", Cause::MULTIPLE_HEADS, "Multiple head revisions", "levelhead merge"),
    (
        "alembic-overlap",
        Cause::OVERLAPPING_ROWS,
        "b2c3d4e5f6a1 overlaps with other requested revisions a1b2c3d4e5f6",
        "levelhead fix\nnote: this removes the ancestor's row",
    ),
    ("alembic-two-rows", Cause::ROW_MISMATCH, "expected to match one row", "leave each revision once"),
    ("flask-missing-module", Cause::MISSING_MODULE, "No module named 'no_such_module'", "pip install"),
    ("flask-no-app", Cause::NO_APPLICATION, "Could not locate a Flask application", "FLASK_APP"),
    ("flask-no-db", Cause::NO_FLASK_MIGRATE, "No such command 'db'", "Flask-Migrate"),
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
        assert!(explanation.help().to_string().contains(next), "{name}: {}", explanation.help());
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
        "revision b2c3d4e5f6a1 (b2c3d4e5f6a1_x.py:10): syntax error at or near \"SELCT\": the server does not accept the statement"
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
    assert_eq!(Explanation::of(handled).unwrap().cause, Cause::MISSING_KEY);
    let followed = "psycopg.errors.UndefinedTable: relation \"a\" does not exist\n\
                    sqlalchemy.exc.InternalError: (psycopg.errors.InFailedSqlTransaction) current transaction is aborted\n";
    assert_eq!(Explanation::of(followed).unwrap().cause, Cause::UNDEFINED_TABLE);
}

#[test]
fn a_server_that_speaks_another_language_is_understood() {
    let german =
        "sqlalchemy.exc.ProgrammingError: (psycopg2.errors.DuplicateTable) Relation »products« existiert bereits\n";
    assert_eq!(Explanation::of(german).unwrap().cause, Cause::DUPLICATE_TABLE);
    let asyncpg = "sqlalchemy.exc.ProgrammingError: (sqlalchemy.dialects.postgresql.asyncpg.ProgrammingError) \
                   <class 'asyncpg.exceptions.DuplicateTableError'>: relation \"products\" already exists\n";
    assert_eq!(Explanation::of(asyncpg).unwrap().message, "relation \"products\" already exists");
}

/// By the log's name, or by what follows the driver's; a word of the message.
const EXPECTED_OF_LOGS: &[(&str, Cause, &str)] = &[
    ("ambiguous-walk", Cause::AMBIGUOUS_WALK, "Ambiguous walk"),
    ("command-not-found", Cause::COMMAND_NOT_FOUND, "alembic: command not found"),
    ("command-not-found-bash", Cause::COMMAND_NOT_FOUND, "flask: command not found"),
    ("conflict-markers", Cause::BROKEN_FILE, "SyntaxError"),
    ("cycle", Cause::CYCLE, "Cycle is detected in revisions (a1b2c3d4e5f6, b2c3d4e5f6a1)"),
    ("driver-missing", Cause::MISSING_DRIVER, "'asyncpg'"),
    ("driver-missing-mysql", Cause::MISSING_DRIVER, "'MySQLdb'"),
    ("duplicate-revision", Cause::DUPLICATE_REVISION, "Revision a1b2c3d4e5f6 is present more than once"),
    ("flask-app-context", Cause::OUTSIDE_CONTEXT, "Working outside of application context"),
    ("flask-cannot-locate", Cause::UNKNOWN_REVISION, "'feedc0ffee00'"),
    ("flask-factory-arguments", Cause::BAD_FACTORY, "Detected factory 'create_app'"),
    ("flask-migrate-not-initialised", Cause::NO_FLASK_MIGRATE, "No such command 'db'"),
    ("flask-multiple-heads", Cause::MULTIPLE_HEADS, "Multiple head revisions"),
    ("flask-no-attribute", Cause::NO_ATTRIBUTE, "Failed to find attribute 'application' in 'app'"),
    ("flask-no-database-url", Cause::NO_URL, "DATABASE_URL"),
    ("flask-no-folder", Cause::NO_MIGRATIONS, "Path doesn't exist: migrations"),
    ("flask-no-module", Cause::NO_APPLICATION, "'shop'"),
    ("flask-no-uri", Cause::NO_URL, "SQLALCHEMY_DATABASE_URI"),
    ("flask-silenced", Cause::SILENCED, "nothing is said"),
    ("gunicorn-address-in-use", Cause::ADDRESS_IN_USE, "Address already in use"),
    ("gunicorn-create-all-refused", Cause::CANNOT_CONNECT, "Connection refused"),
    ("gunicorn-factory", Cause::NO_ATTRIBUTE, "'create_application' in 'app'"),
    ("gunicorn-import-name", Cause::IMPORT_FAILED, "cannot import name 'no_such' from 'app'"),
    ("gunicorn-killed", Cause::WORKER_KILLED, "was sent SIGKILL!"),
    ("gunicorn-missing-module", Cause::MISSING_DRIVER, "'psycopg2cffi'"),
    ("gunicorn-no-app", Cause::NO_MODULE_NAMED, "No application module specified"),
    ("gunicorn-no-attribute", Cause::NO_ATTRIBUTE, "'app' in 'app'"),
    ("gunicorn-no-database-url", Cause::NO_URL, "DATABASE_URL"),
    ("gunicorn-no-module", Cause::MISSING_MODULE, "'shop'"),
    ("gunicorn-not-callable", Cause::BAD_FACTORY, "Application object must be callable"),
    ("gunicorn-syntax", Cause::BROKEN_FILE, "SyntaxError"),
    ("gunicorn-timeout", Cause::WORKER_TIMEOUT, "WORKER TIMEOUT"),
    ("import-name", Cause::IMPORT_FAILED, "'no_such_name' from 'alembic'"),
    ("indentation", Cause::BROKEN_FILE, "IndentationError"),
    ("label-clash", Cause::LABEL_CLASH, "Branch name 'shop' in revision b2c3d4e5f6a1"),
    ("missing-parent", Cause::MISSING_PARENT, "'a1b2c3d4e5f6'"),
    ("mysterious", Cause::UNKNOWN, "LookupError"),
    ("no-env-py", Cause::NO_MIGRATIONS, "Can't find Python file /srv/shop/migrations/env.py"),
    ("no-extension", Cause::EXTENSION_UNAVAILABLE, "\"no_such_extension\" is not available"),
    ("no-folder", Cause::NO_MIGRATIONS, "Path doesn't exist: /srv/shop/migrations"),
    ("no-ini", Cause::NO_MIGRATIONS, "No 'script_location' key found"),
    ("no-module-app", Cause::MISSING_MODULE, "'shop'"),
    ("no-script-location", Cause::NO_MIGRATIONS, "No 'script_location' key found"),
    ("not-null-alter", Cause::NOT_NULL_VIOLATION, "contains null values"),
    ("not-up-to-date", Cause::NOT_UP_TO_DATE, "not up to date"),
    ("out-of-shared-memory", Cause::OUT_OF_MEMORY, "out of shared memory"),
    ("bad-cast", Cause::CANNOT_CAST, "cannot be cast automatically to type integer"),
    ("concurrently", Cause::NEEDS_AUTOCOMMIT, "CREATE INDEX CONCURRENTLY cannot run inside"),
    ("dependent", Cause::DEPENDENT_OBJECTS, "cannot drop table products"),
    ("enum-in-transaction", Cause::ENUM_IN_TRANSACTION, "unsafe use of new value \"b\""),
    ("enum-value", Cause::INVALID_VALUE, "invalid input value for enum status: \"b\""),
    ("no-database", Cause::NO_SUCH_DATABASE, "\"shoop\" does not exist"),
    ("no-host", Cause::HOST_UNKNOWN, "db.invalid"),
    ("no-password", Cause::NO_PASSWORD, "no password supplied"),
    ("no-role", Cause::NOT_ADMITTED, "role \"shopkeeper\" does not exist"),
    ("no-schema", Cause::NO_SCHEMA, "no schema has been selected"),
    ("no-socket", Cause::CANNOT_CONNECT, "No such file or directory"),
    ("read-only", Cause::READ_ONLY, "read-only transaction"),
    ("tls-demanded", Cause::NO_TLS, "SSL was required"),
    ("wrong-password", Cause::WRONG_PASSWORD, "password authentication failed for user \"postgres\""),
    ("queue-pool", Cause::POOL_EXHAUSTED, "QueuePool limit of size 1"),
    ("revision-multiple-heads", Cause::MULTIPLE_HEADS, "Multiple heads are present"),
    ("scheme-postgres", Cause::POSTGRES_SCHEME, "sqlalchemy.dialects:postgres"),
    ("self-loop", Cause::CYCLE, "Self-loop is detected in revisions (a1b2c3d4e5f6)"),
    ("sqlite-alter", Cause::SQLITE_ALTER, "near \"ALTER\""),
    ("sqlite-constraint", Cause::SQLITE_ALTER, "No support for ALTER of constraints"),
    ("sqlite-no-folder", Cause::NO_SQLITE_FILE, "unable to open database file"),
    ("sqlite-not-a-database", Cause::NO_SQLITE_FILE, "file is not a database"),
    ("syntax", Cause::BROKEN_FILE, "was never closed"),
    ("unknown-argument", Cause::UNKNOWN_REVISION, "'zzzz'"),
    ("url-empty", Cause::BAD_URL, "Could not parse"),
    ("url-none", Cause::NO_URL, "got None"),
    ("url-percent", Cause::PERCENT_IN_INI, "must be followed by"),
    ("url-placeholder", Cause::NO_DIALECT, "sqlalchemy.dialects:driver"),
    ("url-unparsable", Cause::BAD_URL, "Could not parse"),
    ("url-unset", Cause::NO_URL, "DATABASE_URL"),
];

#[test]
fn each_log_is_recognised_wherever_it_was_collected() {
    let mut unseen: BTreeSet<&str> = EXPECTED_OF_LOGS.iter().map(|(name, ..)| *name).collect();
    for (name, log) in texts(LOGS) {
        let after_driver = name.split_once('-').filter(|(driver, _)| driver.starts_with("psycopg"));
        let wanted = after_driver.map_or(name, |(_, rest)| rest);
        let expected = EXPECTED_OF_LOGS.iter().find(|(name, ..)| *name == wanted);
        let (wanted, cause, message) = expected.unwrap_or_else(|| panic!("{name} is not expected"));
        unseen.remove(wanted);
        for prefix in ["", "web-1  | ", "Nov 23 10:15:01 AM  ", "2026-11-23T10:15:01.5Z app[web.1]: "] {
            let collected: String = log.lines().map(|line| format!("{prefix}{line}\n")).collect();
            let explanation = Explanation::of(&collected).unwrap_or_else(|| panic!("{name} is not explained"));
            assert_eq!(explanation.cause, *cause, "{prefix}{name}: {explanation}");
            assert!(explanation.message.contains(message), "{prefix}{name}: {explanation}");
        }
    }
    assert!(unseen.is_empty(), "no log for {unseen:?}");
}

#[test]
fn each_reason_says_how_to_tell_and_what_to_run() {
    for (name, text) in texts(OUTPUTS).chain(texts(LOGS)) {
        let explanation = Explanation::of(text).unwrap();
        assert!(!explanation.reasons().is_empty(), "{name}");
        for reason in explanation.reasons() {
            for text in [reason.what, reason.tell, &[reason.run, reason.note].concat()] {
                let filled = explanation.fill(text);
                assert!(!filled.is_empty() && !filled.contains("{name}") && !filled.contains("{migration}"), "{name}");
            }
            assert!(reason.what.ends_with('.'), "{name}: {}", reason.what);
        }
        assert!(
            !explanation.help().to_string().contains("NAME") || explanation.help().to_string().contains("DATABASE_URL"),
            "{name}: {}",
            explanation.help()
        );
    }
}

#[test]
fn a_piece_of_a_url_is_not_repeated() {
    let (_, log) = texts(LOGS).find(|(name, _)| *name == "url-percent").unwrap();
    assert!(log.contains("%40ss"));
    assert!(!Explanation::of(log).unwrap().message.contains("40ss"));
}

#[test]
fn what_the_pages_for_emergencies_quote_is_known() {
    let page = include_str!("../../docs/TROUBLESHOOTING.md");
    let table =
        include_str!("../../docs/QUICK_REFERENCE.md").lines().skip_while(|line| !line.starts_with("| The error"));
    let in_table = table.filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let quoted: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("    ")).chain(in_table).collect();
    assert!(quoted.len() > 20, "{quoted:?}");
    for text in quoted {
        let explanation = Explanation::of(text).unwrap_or_else(|| panic!("{text} is not explained"));
        assert_ne!(explanation.cause, Cause::UNKNOWN, "{text}");
    }
}

/// A person pastes one line, and mostly not the whole of it.
#[test]
fn what_alembic_and_sqlite_say_is_known_without_what_stands_before_it() {
    let cause = |text: &str| Explanation::of(text).map(|explanation| explanation.cause);
    let key = Explanation::of("KeyError: 'd4c3f6a5b7e8'").unwrap();
    assert_eq!((key.cause, key.reasons()[1].run), (Cause::MISSING_PARENT, "levelhead restore {name}"));
    assert!(key.message.contains("'d4c3f6a5b7e8'") && key.fill("{name}") == "d4c3f6a5b7e8", "{key}");
    let from =
        |file: &str| format!("Traceback (most recent call last):\n  File \"{file}\", line 3, in f\nKeyError: '0042'\n");
    assert_eq!(cause(&from("/v/site-packages/alembic/script/revision.py")), Some(Cause::MISSING_PARENT));
    for other in ["KeyError: 'x'", "KeyError: 'c0ffee'"] {
        assert_eq!(cause(other), Some(Cause::MISSING_KEY), "{other}");
    }
    assert_eq!(cause(&from("/srv/shop/app.py").replace("0042", "d4c3f6a5b7e8")), Some(Cause::FAULT));
    let too_long = "value too long for type character varying(32)";
    assert_eq!(cause(too_long), Some(Cause::PERHAPS_REVISION_TOO_LONG));
    let statement = |sql: &str| cause(&format!("psycopg.errors.StringDataRightTruncation: {too_long}\n[SQL: {sql}]\n"));
    assert_eq!(statement("INSERT INTO users (name) VALUES (%s)"), Some(Cause::VALUE_TOO_LONG));
    assert_eq!(statement("UPDATE alembic_version SET version_num='a'"), Some(Cause::REVISION_TOO_LONG));
    assert_eq!(cause("value too long for type character varying(40)"), Some(Cause::VALUE_TOO_LONG));
    assert_eq!(cause("no such table: users"), Some(Cause::UNDEFINED_TABLE));
    assert_eq!(cause("table users already exists"), Some(Cause::DUPLICATE_TABLE));
    assert_eq!(cause("duplicate column name: price"), Some(Cause::DUPLICATE_COLUMN));
    assert_eq!(cause("is there no such table: users"), None);
}

/// A command is to be copied.
#[test]
fn the_names_that_stand_in_the_text_stand_in_the_commands() {
    for (text, grep) in [
        ("relation \"products\" already exists", "'products'"),
        ("column \"price\" of relation \"products\" already exists", "'price'"),
        ("type \"order_status\" already exists", "'order_status'"),
        ("sqlite3.OperationalError: table products already exists", "'products'"),
        ("sqlite3.OperationalError: index ix_products_id already exists", "'ix_products_id'"),
        ("sqlite3.OperationalError: duplicate column name: price", "'price'"),
        ("psycopg.errors.DuplicateTable: Relation »products« existiert bereits", "'products'"),
    ] {
        let explanation = Explanation::of(text).unwrap();
        let commands: Vec<String> = explanation.reasons().iter().map(|one| explanation.fill(one.run)).collect();
        assert!(commands.iter().any(|one| one == &format!("grep -rn {grep} --include='*.py' .")), "{commands:?}");
    }
    for (text, table) in [
        ("relation \"products\" does not exist", "'products'"),
        ("column products.price does not exist", "'products'"),
        ("column \"price\" of relation \"products\" does not exist", "'products'"),
    ] {
        let explanation = Explanation::of(text).unwrap();
        assert!(explanation.fill(explanation.reasons()[2].note).ends_with(&format!("tablename = {table}")), "{text}");
    }
}

#[test]
fn sqlite_has_no_search_path() {
    for text in ["no such table: users", "sqlite3.OperationalError: no such column: users.price", "no such index: ix"] {
        let explanation = Explanation::of(text).unwrap();
        let said: String =
            explanation.reasons().iter().map(|one| [one.what, one.tell, one.run, one.note].concat()).collect();
        for word in ["search_path", "pg_tables", "schemaname"] {
            assert!(!said.contains(word) && !explanation.meaning().contains(word), "{said}");
        }
    }
    assert!(Explanation::of("relation \"users\" does not exist").unwrap().meaning().contains("search_path"));
}

#[test]
fn bare_words_are_known_alone_and_mean_nothing_among_others() {
    for text in ["permission denied for schema public", "  Connection refused\n"] {
        assert!(Explanation::of(text).is_some(), "{text}");
        assert_eq!(Explanation::of(&format!("redis: {text}\nit goes on")), None);
    }
}
