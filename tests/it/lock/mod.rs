//! The lock: what it survives, and what it gets out of the way of.

mod migrations;
mod poolers;
mod silence;
mod table;
mod timeouts;

use crate::support::database::Database;
use crate::support::postgres::server;
use crate::support::running::{HELD, held_back, let_go};
use crate::support::{Application, Backend, Running};

/// The name of the application's database on the shared server.
fn name(shop: &Application) -> &str {
    match &shop.database {
        Database::Postgres { name } => name,
        Database::Sqlite { .. } => panic!("it is an SQLite file"),
    }
}

#[test]
fn whoever_has_it_is_shown_to_those_who_wait() {
    let shop = Application::new(Backend::Postgres);
    let upgrade = held_back(shop.folder());
    let mut holder = Running::start(shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", &upgrade));
    holder.until(HELD);
    let pid = shop.database.sql(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    let [pid] = pid.as_slice() else { panic!("{pid:?}") };
    let mut waiter = Running::start(shop.levelhead(&["run", "--", "echo", "started"]));
    let line = waiter.until("waiting for another instance that upgrades (");
    assert!(line.contains(&format!(": pid {pid}, levelhead, from 127.0.0.1, for ")), "{line}");
    let named = format!("{}?application_name=shop-web", shop.database.url());
    let late = shop.levelhead(&["run", "--lock-timeout", "1s", "--", "echo", "started"]).env("DATABASE_URL", named);
    let late = late.run();
    late.code(124).prints("").says(&format!("another instance has been upgrading for 1s: pid {pid}, levelhead"));
    assert_eq!(late.stderr.matches("waiting for").count(), 1, "an age that grows is no news: {late:#?}");
    let_go(shop.folder());
    holder.outcome().success();
    waiter
        .outcome()
        .success()
        .prints("started\n")
        .says("another instance has upgraded")
        .says_nothing_of("Running upgrade");
}

#[test]
fn the_servers_name_for_a_connection_is_the_urls_or_levelhead() {
    for (suffix, variable, expected) in
        [("", "", "levelhead"), ("", "from-env", "from-env"), ("?application_name=from-url", "from-env", "from-url")]
    {
        let shop = Application::new(Backend::Postgres);
        let levelhead = shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", held_back(shop.folder()));
        let url = format!("{}{suffix}", shop.database.url());
        let mut holder = Running::start(levelhead.env("DATABASE_URL", url).env("PGAPPNAME", variable));
        holder.until(HELD);
        let names = shop.database.sql(
            "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in %'",
        );
        assert_eq!(names, [expected]);
    }
}

#[test]
fn a_crash_frees_it() {
    for backend in [Backend::Postgres, Backend::Sqlite] {
        let shop = Application::new(backend);
        let upgrade = held_back(shop.folder());
        let mut holder = Running::start(shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", &upgrade));
        holder.until(HELD);
        let mut waiter = Running::start(shop.levelhead(&["run", "--", "echo", "started"]));
        waiter.until("waiting for another instance that upgrades");
        holder.kill();
        waiter.outcome().success().prints("started\n").says("Running upgrade");
    }
}

/// Tables that are committed before their rows look like a database that nobody has stamped.
#[test]
fn what_an_upgrade_is_in_the_middle_of_is_not_judged() {
    for backend in [Backend::Postgres, Backend::Sqlite] {
        let shop = Application::new(backend);
        let upgrade = held_back(shop.folder());
        let mut holder = Running::start(shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", &upgrade));
        holder.until(HELD);
        shop.database.sql("CREATE TABLE halfway (id integer)");
        let mut waiter = Running::start(shop.levelhead(&["run", "--", "echo", "started"]));
        waiter.until("waiting for another instance that upgrades");
        let_go(shop.folder());
        holder.outcome().success();
        waiter.outcome().success().prints("started\n");
    }
}

/// Of ten instances nine wait, and none of them keeps a connection that the tenth needs.
#[test]
fn a_role_with_five_connections_is_enough_for_ten_instances() {
    let shop = Application::new(Backend::Postgres);
    let (database, role) = (name(&shop), format!("limited_{}", name(&shop)));
    server().sql(database, &format!("CREATE ROLE {role} LOGIN PASSWORD 'secret' CONNECTION LIMIT 5"));
    server().sql(database, &format!("ALTER DATABASE {database} OWNER TO {role}; ALTER SCHEMA public OWNER TO {role}"));
    let url = format!("postgresql://{role}:secret@127.0.0.1:{}/{database}", server().port);
    let start = || shop.levelhead(&["run", "--", "echo", "started"]).env("DATABASE_URL", &url);
    let upgrade = held_back(shop.folder());
    let all: Vec<_> = (0..10).map(|_| Running::start(start().env("LEVELHEAD_UPGRADE_COMMAND", &upgrade))).collect();
    crate::support::running::eventually("one upgrades", || shop.folder().join("begun").exists());
    // So long that all of them wait.
    std::thread::sleep(std::time::Duration::from_secs(3));
    let_go(shop.folder());
    let outcomes: Vec<_> = all.into_iter().map(Running::outcome).collect();
    for outcome in &outcomes {
        outcome.success().prints("started\n");
    }
    let upgraded = outcomes.iter().filter(|outcome| outcome.stderr.contains("Running upgrade  -> ")).count();
    assert_eq!(upgraded, 1);
}
