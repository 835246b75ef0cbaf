//! The upgrade, watched: who is in its way, what becomes of those who wait behind it, and that nothing of it stays on the server.

mod project;

use std::fs;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::Running;
use crate::support::pooler::Pooler;
use crate::support::postgres::server;
use crate::support::running::eventually;
use project::{ADD_COLUMN, Project, Session};

const DRIVERS: [&str; 4] = ["psycopg2", "psycopg", "asyncpg", "pg8000"];

#[test]
fn who_is_in_the_way_is_named_with_those_who_wait_behind_and_the_upgrade_goes_on() {
    for driver in DRIVERS {
        let project = Project::new(driver, ADD_COLUMN);
        let blocker = Session::holding(&project, "SELECT 'secret', * FROM parcels");
        let mut running = Running::start(project.run());
        project.until_waiting(1);
        let begin = Instant::now();
        let _reader = Session::asking(&project, "SELECT count(*) FROM parcels;");
        running.until("warning: the upgrade waits for a lock on parcels");
        assert!(begin.elapsed() < Duration::from_secs(3), "{driver}: {:?}", begin.elapsed());
        let named = running.until("blocked by: pid ");
        assert!(named.contains(", old-worker, user postgres, idle in transaction for "), "{driver}: {named}");
        assert!(named.ends_with("SELECT ?, * FROM parcels;") && !named.contains("secret"), "{driver}: {named}");
        running.until("behind it: 1 session waits, first pid ");
        drop(blocker);
        running.outcome().success().prints("started\n");
        assert_eq!(project.rows(), [["a2"]], "{driver}");
    }
}

#[test]
fn after_a_deadline_the_blocker_is_named_and_nothing_waits_on_the_server() {
    let with = |driver: &str| {
        let project = Project::new(driver, ADD_COLUMN);
        let _blocker = Session::holding(&project, "SELECT * FROM parcels");
        let outcome = project.run().env("LEVELHEAD_UPGRADE_TIMEOUT", "25s").run();
        outcome.code(124).prints("").says("error: the upgrade `").says("  it waited for a lock on parcels");
        outcome.says("note: end the transaction that is in the way").says("SELECT pg_terminate_backend(");
        outcome.says_nothing_of("raise LEVELHEAD_UPGRADE_TIMEOUT");
        assert_eq!((project.waiting(), project.rows()), (0, vec![vec!["a1".to_owned()]]), "{driver}");
    };
    std::thread::scope(|scope| DRIVERS.iter().for_each(|driver| drop(scope.spawn(|| with(driver)))));
}

#[test]
fn readers_wait_no_longer_than_the_limit_and_the_upgrade_succeeds_when_the_way_is_free() {
    for driver in DRIVERS {
        let project = Project::new(driver, ADD_COLUMN);
        let blocker = Session::holding(&project, "SELECT * FROM parcels");
        let limit = Duration::from_secs(4);
        let run = project.run().env("LEVELHEAD_BLOCKED_TIMEOUT", "4s").env("LEVELHEAD_BLOCKED_RETRIES", "9");
        let mut running = Running::start(run);
        for _ in 0..2 {
            project.until_waiting(1);
            let begin = Instant::now();
            server().sql(&project.name, "SELECT count(*) FROM parcels");
            assert!(begin.elapsed() < limit, "{driver}: {:?}", begin.elapsed());
            running.until("its statement is cancelled (LEVELHEAD_BLOCKED_TIMEOUT)");
            running.until("nothing was changed; the upgrade is run again in ");
        }
        drop(blocker);
        running.outcome().success().prints("started\n");
        assert_eq!(project.rows(), [["a2"]], "{driver}");
    }
}

#[test]
fn without_another_try_the_blocker_stops_it_and_what_may_be_committed_is_not_tried_again() {
    let alone = format!(
        "with op.get_context().autocommit_block():\n    op.execute('UPDATE parcels SET code = 2')\n{ADD_COLUMN}"
    );
    for (upgrade, retries, says) in
        [(ADD_COLUMN, "0", "it waited for a lock on parcels"), (&alone, "5", "may have committed a part")]
    {
        let project = Project::new("psycopg2", upgrade);
        let _blocker = Session::holding(&project, "LOCK TABLE parcels IN ACCESS SHARE MODE");
        let run = project.run().env("LEVELHEAD_BLOCKED_TIMEOUT", "2s").env("LEVELHEAD_BLOCKED_RETRIES", retries);
        let outcome = run.run();
        outcome.code(1).prints("").says(says).says("old-worker").says("note: end the transaction that is in the way");
        outcome.says_nothing_of("run again in");
        assert_eq!(project.waiting(), 0);
    }
}

#[test]
fn whatever_ends_the_upgrade_nothing_of_it_waits_on_the_server() {
    for driver in DRIVERS {
        for signal in [Some(Signal::SIGTERM), Some(Signal::SIGINT), None] {
            let project = Project::new(driver, ADD_COLUMN);
            let _blocker = Session::holding(&project, "SELECT * FROM parcels");
            let mut running = Running::start(project.run());
            running.until("the upgrade waits for a lock on parcels");
            match signal {
                Some(signal) => kill(Pid::from_raw(running.pid().try_into().unwrap()), signal).unwrap(),
                // The lock is lost.
                None => drop(server().sql(
                    &project.name,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE application_name = 'levelhead' AND datname = current_database()",
                )),
            }
            let outcome = running.outcome();
            assert!(!outcome.status.success(), "{driver}: {outcome:#?}");
            assert_eq!(project.waiting(), 0, "{driver}, {signal:?}: {outcome:#?}");
        }
    }
}

/// Whoever is killed outright can end nothing; the next one does.
#[test]
fn what_a_killed_levelhead_has_left_is_ended_before_the_next_upgrade() {
    for driver in ["psycopg2", "psycopg"] {
        let project = Project::new(driver, "op.execute('COMMIT')\nop.execute('UPDATE parcels SET code = code + 1')");
        let blocker = Session::holding(&project, "SELECT * FROM parcels FOR UPDATE");
        let mut running = Running::start(project.run());
        running.until("the upgrade waits for a row");
        running.kill();
        let mut next = Running::start(project.run());
        next.until("ended a session of an upgrade whose levelhead has ended that was still at work: pid ");
        next.until("the upgrade waits for a row");
        drop(blocker);
        next.outcome().success().prints("started\n");
        assert_eq!(server().sql(&project.name, "SELECT code FROM parcels"), [["2"]], "{driver}: once");
    }
}

#[test]
fn an_advisory_lock_that_the_environment_waits_for_is_named_and_a_prepared_transaction_too() {
    let project = Project::new("psycopg2", ADD_COLUMN);
    let file = project.folder().join("migrations/env.py");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        text.replace(
            "        work(connection)",
            "        connection.exec_driver_sql('SELECT pg_advisory_lock(4200000042)')\n        work(connection)",
        ),
    )
    .unwrap();
    let blocker = Session::holding(&project, "SELECT pg_advisory_lock(4200000042)");
    let mut running = Running::start(project.run());
    running.until("the upgrade waits for advisory lock 4200000042");
    running.until("blocked by: pid ");
    drop(blocker);
    running.outcome().success().prints("started\n");
}

#[test]
fn behind_a_pooler_as_well() {
    let project = Project::new("psycopg2", ADD_COLUMN);
    let pooler = Pooler::start(&[&project.name], "pool_mode = transaction");
    let blocker = Session::holding(&project, "SELECT * FROM parcels");
    let url = project.driven(&pooler.url("app", &project.name));
    let mut running = Running::start(project.run().env("DATABASE_URL", &url));
    running.until("warning: the upgrade waits for a lock on parcels");
    running.until("blocked by: pid ");
    drop(blocker);
    running.outcome().success().prints("started\n");
    let again = Project::new("psycopg2", ADD_COLUMN);
    let pooler = Pooler::start(&[&again.name], "pool_mode = transaction");
    let _blocker = Session::holding(&again, "SELECT * FROM parcels");
    let url = again.driven(&pooler.url("app", &again.name));
    again.run().env("DATABASE_URL", url).env("LEVELHEAD_UPGRADE_TIMEOUT", "20s").run().code(124);
    eventually("nothing waits", || again.waiting() == 0);
}

#[test]
fn a_long_upgrade_says_how_far_it_is() {
    let project = Project::new("psycopg2", "op.execute('SELECT pg_sleep(32)')");
    let outcome = project.run().run();
    outcome.success().says("the upgrade is at a2, for ").says(": SELECT pg_sleep(?)");
}
