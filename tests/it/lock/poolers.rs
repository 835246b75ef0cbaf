//! PgBouncer in transaction mode, where a session's lock would be lost with the next query.

use super::name;
use crate::support::pooler::Pooler;
use crate::support::running::{HELD, held_back, let_go};
use crate::support::{Application, Backend, Running};

#[test]
fn one_upgrades_and_the_others_wait() {
    let shop = Application::new(Backend::Postgres);
    let pooler = Pooler::start(&[name(&shop)], "pool_mode = transaction");
    let through = |arguments: &[&str]| {
        let url = pooler.url("app", name(&shop));
        shop.levelhead(arguments).env("DATABASE_URL", url).env("LEVELHEAD_UPGRADE_COMMAND", held_back(shop.folder()))
    };
    let mut holder = Running::start(through(&["run", "--", "echo", "started"]));
    holder.until(HELD);
    let mut waiters: Vec<_> = (0..8).map(|_| Running::start(through(&["run", "--", "echo", "started"]))).collect();
    for waiter in &mut waiters {
        let line = waiter.until("waiting for another instance that upgrades");
        assert!(line.contains("pid ") && line.contains(", levelhead"), "{line}");
    }
    // Those who wait hold no connection of the pool: the guard's is the only one in a transaction.
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in %'";
    assert_eq!(shop.database.sql(busy), ["1"]);
    let_go(shop.folder());
    let upgraded = holder.outcome();
    upgraded.success().prints("started\n").says("Running upgrade  -> ");
    for waiter in waiters {
        waiter.outcome().success().prints("started\n").says_nothing_of("Running upgrade");
    }
}

#[test]
fn a_crash_frees_it_through_the_pooler_too() {
    let shop = Application::new(Backend::Postgres);
    let pooler = Pooler::start(&[name(&shop)], "pool_mode = transaction");
    let through =
        || shop.levelhead(&["run", "--", "echo", "started"]).env("DATABASE_URL", pooler.url("app", name(&shop)));
    let mut holder = Running::start(through().env("LEVELHEAD_UPGRADE_COMMAND", held_back(shop.folder())));
    holder.until(HELD);
    let mut waiter = Running::start(through());
    waiter.until("waiting for another instance that upgrades");
    holder.kill();
    waiter.outcome().success().prints("started\n").says("Running upgrade  -> ");
}

/// The lock's connection is the only one that the pool has, so that no upgrade could ever get one.
#[test]
fn a_pool_of_one_connection_is_too_small_and_one_of_two_is_not() {
    let shop = Application::new(Backend::Postgres);
    let run = |size: u8| {
        let settings = format!("pool_mode = transaction\ndefault_pool_size = {size}\nquery_wait_timeout = 1");
        let pooler = Pooler::start(&[name(&shop)], &settings);
        shop.levelhead(&["run", "--", "echo", "started"]).env("DATABASE_URL", pooler.url("app", name(&shop))).run()
    };
    let outcome = run(1);
    outcome.code(124).prints("").says("error: the pooler gives no second connection: the lock holds one");
    outcome.says("note: raise PgBouncer's default_pool_size").says_nothing_of("rights");
    assert_eq!(shop.database.rows(), None);
    run(2).success().prints("started\n").says("upgraded in");
}
