//! Rows that another session changes between the look and the change: nothing is written over them. `run` is not among these
//! commands: under the lock it waits first for any transaction that has changed the version table.

use crate::support::application::{HEAD, REVISIONS};
use crate::support::database::Database;
use crate::support::postgres::server;
use crate::support::running::eventually;
use crate::support::{Application, Backend, Running};

/// Changes the rows in a transaction that commits once somebody waits for the version table.
fn meanwhile(statement: &str) -> String {
    format!(
        "BEGIN; {statement}; DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted \
         AND relation = 'alembic_version'::regclass \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) LOOP PERFORM pg_sleep(0.02); END LOOP; END $$; COMMIT"
    )
}

/// Runs `arguments` while the rows change, and answers what is in the table then.
#[track_caller]
fn is_refused(shop: &Application, statement: &str, arguments: &[&str], found: &str) {
    let Database::Postgres { name } = &shop.database else { unreachable!() };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| server().sql(name, &meanwhile(statement)));
        eventually("the other session has changed the rows", || {
            let waits =
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
            shop.database.sql(waits) == ["1"]
        });
        let outcome = Running::start(shop.levelhead(arguments)).outcome();
        outcome
            .code(125)
            .says_nothing_of("started")
            .says("the version table has changed meanwhile: it holds")
            .says(found);
        outcome.says("help: levelhead current");
        other.join().unwrap();
    });
}

#[test]
fn a_row_that_comes_in_between_is_not_joined_by_another() {
    for isolation in ["read committed", "repeatable read", "serializable"] {
        let shop = Application::at(Backend::Postgres, REVISIONS[1]);
        let Database::Postgres { name } = &shop.database else { unreachable!() };
        server().sql(name, &format!("ALTER DATABASE {name} SET default_transaction_isolation = '{isolation}'"));
        shop.database.sql("DELETE FROM alembic_version");
        let insert = format!("INSERT INTO alembic_version VALUES ('{HEAD}')");
        for arguments in [&["stamp", REVISIONS[0]] as &[&str], &["fix", "--yes"]] {
            is_refused(&shop, &insert, arguments, HEAD);
            assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]), "{arguments:?}");
            shop.database.sql("DELETE FROM alembic_version");
        }
    }
}

#[test]
fn a_row_that_moves_in_between_is_left_where_it_is() {
    let shop = Application::at(Backend::Postgres, REVISIONS[1]);
    shop.levelhead(&["stamp", REVISIONS[0]]).run().success();
    let update = format!("UPDATE alembic_version SET version_num = '{}'", REVISIONS[2]);
    for arguments in [&["undo"] as &[&str], &["stamp", "--purge", HEAD]] {
        is_refused(&shop, &update, arguments, REVISIONS[2]);
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[2].to_owned()]), "{arguments:?}");
        shop.database.sql(&format!("UPDATE alembic_version SET version_num = '{}'", REVISIONS[0]));
    }
}

/// Where the other transaction does not wait for it, `run` waits for its end, and goes by what it has left.
#[test]
fn run_waits_for_a_transaction_that_has_changed_the_rows() {
    let shop = Application::at(Backend::Postgres, HEAD);
    let Database::Postgres { name } = &shop.database else { unreachable!() };
    shop.database.sql(&format!("UPDATE alembic_version SET version_num = '{}'", REVISIONS[1]));
    let update = format!("BEGIN; UPDATE alembic_version SET version_num = '{HEAD}'; SELECT pg_sleep(4); COMMIT");
    std::thread::scope(|scope| {
        let other = scope.spawn(|| server().sql(name, &update));
        eventually("the other session has changed the rows", || {
            let waits =
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
            shop.database.sql(waits) == ["1"]
        });
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.success().prints("started\n").says("waiting for a transaction that has changed the version table");
        outcome.says(&format!("at head {HEAD}: another instance has upgraded")).says_nothing_of("Running upgrade");
        other.join().unwrap();
    });
}
