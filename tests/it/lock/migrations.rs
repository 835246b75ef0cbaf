//! Migrations that take locks of their own, or wait for other transactions to end.

use std::fs;

use super::name;
use crate::support::postgres::server;
use crate::support::{Application, Backend, Running};

/// Adds a revision after the shop's head.
fn add_revision(shop: &Application, id: &str, upgrade: &str) {
    let text = format!(
        "import os, time\n\nfrom alembic import op\n\nrevision = \"{id}\"\ndown_revision = \"d8452b70fc16\"\n\n\n\
         def upgrade():\n{upgrade}\n\n\ndef downgrade():\n    pass\n"
    );
    fs::write(shop.folder().join(format!("migrations/versions/{id}_added.py")), text).unwrap();
}

/// It waits for every transaction with an older snapshot: neither the guard nor those who wait may have one.
#[test]
fn an_index_that_is_created_concurrently_does_not_wait_for_the_lock() {
    let shop = Application::at(Backend::Postgres, "head");
    add_revision(
        &shop,
        "aa11bb22cc33",
        "    with op.get_context().autocommit_block():\n        while not os.path.exists('go'):\n            time.sleep(0.05)\n        \
         for number in range(30):\n            op.execute('CREATE INDEX CONCURRENTLY ix_name ON products (name)')\n            \
         op.execute('DROP INDEX CONCURRENTLY ix_name')\n        \
         op.execute('CREATE INDEX CONCURRENTLY ix_name ON products (name)')",
    );
    let mut first = Running::start(shop.levelhead(&["run", "--", "echo", "started"]));
    first.until("-> aa11bb22cc33");
    let mut others: Vec<_> = (0..4)
        .map(|_| Running::start(shop.levelhead(&["run", "--lock-timeout", "50s", "--", "echo", "started"])))
        .collect();
    for other in &mut others {
        other.until("waiting for another instance that upgrades");
    }
    crate::support::running::let_go(shop.folder());
    for other in others {
        other.outcome().success().prints("started\n").says("another instance has upgraded");
    }
    first.outcome().success().prints("started\n");
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_name'::regclass";
    assert_eq!(shop.database.sql(valid), ["t"]);
}

/// With `repeatable read` as the default a transaction keeps its first snapshot: the guard's must not be such a one.
#[test]
fn a_stricter_default_isolation_does_not_make_it_wait_either() {
    for isolation in ["repeatable read", "serializable"] {
        let shop = Application::at(Backend::Postgres, "head");
        let database = name(&shop);
        server().sql(database, &format!("ALTER DATABASE {database} SET default_transaction_isolation = '{isolation}'"));
        add_revision(
            &shop,
            "aa11bb22cc33",
            "    with op.get_context().autocommit_block():\n        \
             op.execute('CREATE INDEX CONCURRENTLY ix_name ON products (name)')",
        );
        let outcome = shop.levelhead(&["run", "--upgrade-timeout", "40s", "--", "echo", "started"]).run();
        outcome.success().prints("started\n");
    }
}

/// The worst that an env.py can choose: the bigint whose halves are levelhead's two integers.
#[test]
fn a_lock_that_env_py_takes_itself_is_another_one() {
    let shop = Application::new(Backend::Postgres);
    let env = shop.folder().join("migrations/env.py");
    let text = fs::read_to_string(&env).unwrap();
    let number = (i64::from(i32::from_be_bytes(*b"lvlh")) << 32) | 1;
    let connect = "    with migrate.db.engine.connect() as connection:\n";
    assert!(text.contains(connect));
    let locked = format!(
        "{connect}        connection.exec_driver_sql(\"SELECT pg_advisory_lock({number})\")\n        \
         connection.exec_driver_sql(\"SET lock_timeout = '20s'\")\n        connection.commit()\n"
    );
    fs::write(&env, text.replace(connect, &locked)).unwrap();
    let outcome = shop.levelhead(&["run", "--upgrade-timeout", "40s", "--", "echo", "started"]).run();
    outcome.success().prints("started\n");
}
