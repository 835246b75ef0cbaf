//! The version table itself, locked by a migration that alters it, or by somebody's forgotten transaction.

use std::thread::Scope;

use super::name;
use crate::support::application::REVISIONS;
use crate::support::postgres::server;
use crate::support::running::{HELD, eventually, held_back, let_go};
use crate::support::{Application, Backend, Running};

/// Keeps `mode` on the version table for as many seconds, from before this returns on.
fn locked<'scope>(scope: &'scope Scope<'scope, '_>, database: &'scope str, mode: &str, seconds: u32) {
    let statement = format!("BEGIN; LOCK TABLE alembic_version IN {mode} MODE; SELECT pg_sleep({seconds}); ROLLBACK");
    scope.spawn(move || server().sql(database, &statement));
    eventually("the table is locked", || {
        // A copy of a database has its tables' numbers, too.
        let locks = "SELECT count(*) FROM pg_locks WHERE relation = 'alembic_version'::regclass AND granted
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                     AND mode IN ('AccessExclusiveLock', 'ShareLock') AND pid <> pg_backend_pid()";
        server().sql(database, locks)[0][0] == "1"
    });
}

#[test]
fn it_is_waited_for_and_the_wait_is_said() {
    let shop = Application::at(Backend::Postgres, REVISIONS[1]);
    std::thread::scope(|scope| {
        locked(scope, name(&shop), "ACCESS EXCLUSIVE", 8);
        let mut running = Running::start(shop.levelhead(&["run", "--", "echo", "started"]));
        running.until("s): another session has locked it");
        running.outcome().success().prints("started\n");
    });
}

#[test]
fn it_is_not_waited_for_for_ever() {
    let shop = Application::at(Backend::Postgres, REVISIONS[1]);
    std::thread::scope(|scope| {
        locked(scope, name(&shop), "ACCESS EXCLUSIVE", 12);
        let outcome = shop.levelhead(&["run", "--lock-timeout", "1s", "--", "echo", "started"]).run();
        outcome.code(124).prints("").says("another session has locked the version table for 1s");
        let next = outcome.stderr.lines().find_map(|line| line.split_once("run in the database: SELECT ")).unwrap().1;
        let shown = shop.database.sql(&format!(
            "SELECT {}",
            next.replace("pid, application_name, state, query", "query").trim_end_matches("; then start again")
        ));
        assert!(shown.iter().any(|query| query.contains("LOCK TABLE alembic_version")), "{shown:?}");
        shop.database.sql(&format!("ALTER DATABASE {} SET statement_timeout = '300ms'", name(&shop)));
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(125).prints("").says("statement timeout").says("note: wait until the other session is done");
    });
}

/// Whoever waits for the upgrade keeps to its own deadline, although the rows do not answer.
#[test]
fn the_upgrade_that_has_locked_it_is_named() {
    let shop = Application::at(Backend::Postgres, REVISIONS[1]);
    let mut holder =
        Running::start(shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", held_back(shop.folder())));
    holder.until(HELD);
    let mut waiter = Running::start(shop.levelhead(&["run", "--lock-timeout", "3s", "--", "echo", "started"]));
    waiter.until("waiting for another instance that upgrades");
    std::thread::scope(|scope| {
        locked(scope, name(&shop), "ACCESS EXCLUSIVE", 9);
        waiter.outcome().code(124).prints("").says("another instance has been upgrading for 3s: pid ");
    });
    let_go(shop.folder());
    holder.outcome().success();
}

#[test]
fn a_change_waits_a_moment_and_says_who_is_to_be_looked_for() {
    let shop = Application::at(Backend::Postgres, REVISIONS[1]);
    std::thread::scope(|scope| {
        locked(scope, name(&shop), "SHARE", 16);
        let outcome = shop.levelhead(&["stamp", REVISIONS[0]]).run();
        outcome.code(124).says("cannot change the version table: canceling statement due to lock timeout");
        outcome.says("note: to see which session it is, run in the database: SELECT pid");
    });
    assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
}
