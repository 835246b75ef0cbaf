//! `run --wait` and LEVELHEAD_MODE=wait: somebody else upgrades, and nothing is written here.

use crate::support::application::{HEAD, REVISIONS};
use crate::support::database::{BOTH, Database};
use crate::support::postgres::server;
use crate::support::running::{HELD, held_back, let_go};
use crate::support::{Application, Backend, Running};

/// A role that may read the version table and nothing else; its URL.
fn reader(shop: &Application) -> String {
    let Database::Postgres { name } = &shop.database else { panic!("it is an SQLite file") };
    shop.database.sql(&format!("CREATE ROLE reader_{name} LOGIN PASSWORD 'secret'"));
    shop.database.sql(&format!("GRANT SELECT ON alembic_version TO reader_{name}"));
    format!("postgresql://reader_{name}:secret@127.0.0.1:{}/{name}", server().port)
}

#[test]
fn a_role_that_may_only_read_the_version_table_waits_for_the_upgrade() {
    let shop = Application::at(Backend::Postgres, REVISIONS[1]);
    let url = reader(&shop);
    let follower = |arguments: &[&str]| shop.levelhead(arguments).env("DATABASE_URL", &url);
    let mut by_flag = Running::start(follower(&["run", "--wait", "--", "echo", "started"]));
    by_flag.until(&format!(
        "waiting for another instance to upgrade (0 s): at 9e7c52f3d8b4, 2 revisions pending; waiting for {HEAD}; no upgrade is running"
    ));
    let upgrade = held_back(shop.folder());
    let mut upgrading = Running::start(shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", &upgrade));
    upgrading.until(HELD);
    by_flag.until(&format!("; waiting for {HEAD}; upgraded by pid "));
    let by_variable = Running::start(follower(&["run", "--", "echo", "started"]).env("LEVELHEAD_MODE", "wait"));
    let_go(shop.folder());
    for follower in [by_flag, by_variable] {
        let outcome = follower.outcome();
        outcome.success().prints("started\n").says(&format!("at head {HEAD}")).says_nothing_of("Running upgrade");
    }
    upgrading.outcome().success();
    // At head it starts at once.
    follower(&["run", "--wait", "--lock-timeout", "0", "--", "echo", "started"]).run().success().prints("started\n");
}

#[test]
fn an_upgrade_by_other_means_is_seen_too() {
    for backend in BOTH {
        let shop = Application::new(backend);
        let mut follower = Running::start(shop.levelhead(&["run", "--wait", "--", "echo", "started"]));
        follower.until("an empty database, 4 revisions pending");
        assert_eq!(shop.database.rows(), None, "nothing was written");
        assert!(shop.flask(&["db", "upgrade"]).status.success());
        follower.outcome().success().prints("started\n");
    }
}

#[test]
fn it_does_not_wait_for_ever() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        let arguments = ["run", "--wait", "--lock-timeout", "600ms", "--", "echo", "started"];
        let outcome = shop.levelhead(&arguments).run();
        outcome.code(124).prints("");
        outcome.says(&format!(
            "error: {HEAD} not reached after 600ms: at 9e7c52f3d8b4, 2 revisions pending; no upgrade is running"
        ));
        outcome.says("note: start an instance that upgrades");
        let upgrade = held_back(shop.folder());
        let mut upgrading = Running::start(shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", &upgrade));
        upgrading.until(HELD);
        let outcome = shop.levelhead(&arguments).run();
        outcome.code(124).prints("").says("; upgraded by ").says("note: wait for that upgrade");
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
    }
}

/// A migration may hold the version table's own lock for long: the deadline holds even then.
#[test]
fn a_version_table_that_does_not_answer_is_not_waited_for_for_ever_either() {
    let shop = Application::at(Backend::Postgres, REVISIONS[1]);
    let mut follower =
        Running::start(shop.levelhead(&["run", "--wait", "--lock-timeout", "3s", "--", "echo", "started"]));
    follower.until("no upgrade is running");
    let Database::Postgres { name } = shop.database else { unreachable!() };
    std::thread::scope(|scope| {
        scope.spawn(|| server().sql(&name, "BEGIN; LOCK TABLE alembic_version; SELECT pg_sleep(6); ROLLBACK"));
        follower.outcome().code(124).prints("").says("not reached after 3s");
    });
}

#[test]
fn what_no_upgrade_leads_out_of_stops_it_at_once() {
    for backend in BOTH {
        let shop = Application::at(backend, "head");
        shop.database.sql("UPDATE alembic_version SET version_num = 'feedc0ffee00'");
        let outcome = shop.levelhead(&["run", "--wait", "--", "echo", "started"]).run();
        outcome
            .code(125)
            .prints("")
            .says("error[unknown-revision]: the version table says feedc0ffee00")
            .says("help: ");
    }
}

#[test]
fn tables_without_rows_may_be_an_upgrade_on_its_way() {
    for backend in BOTH {
        let shop = Application::new(backend);
        shop.database.sql("CREATE TABLE halfway (id integer)");
        let mut follower = Running::start(shop.levelhead(&["run", "--wait", "--", "echo", "started"]));
        follower.until("halfway), but there is no version table; ");
        assert!(shop.flask(&["db", "upgrade"]).status.success());
        follower.outcome().success().prints("started\n");
    }
}

#[test]
fn skip_db_upgrade_waits_for_nobody() {
    let shop = Application::at(Backend::Postgres, REVISIONS[1]);
    let outcome = shop.levelhead(&["run", "--wait", "--skip-db-upgrade", "--", "echo", "started"]).run();
    outcome.success().prints("started\n").says("SKIP_DB_UPGRADE is set: nothing is changed");
}

#[test]
fn two_modes_at_once_are_a_mistake() {
    let shop = Application::new(Backend::Sqlite);
    shop.levelhead(&["run", "--wait", "--mode", "upgrade"]).run().code(2);
    shop.levelhead(&["run", "--mode", "lead"]).run().code(2).says("(upgrade, wait)");
    shop.levelhead(&["run"]).env("LEVELHEAD_MODE", "lead").run().code(2).says("LEVELHEAD_MODE: \"lead\" is not a mode");
}
