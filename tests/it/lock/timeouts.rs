//! Limits of the server that end transactions which do nothing: the lock's does nothing on purpose.

use std::fs;

use super::name;
use crate::support::application::HEAD;
use crate::support::postgres::server;
use crate::support::{Application, Backend};

#[test]
fn an_idle_transactions_limit_does_not_end_it() {
    let shop = Application::new(Backend::Postgres);
    let limit = |setting: &str| {
        let name = name(&shop);
        server().sql(name, &format!("ALTER DATABASE {name} SET {setting} = '500ms'"));
    };
    limit("idle_in_transaction_session_timeout");
    let version: u32 = server().sql("postgres", "SHOW server_version_num")[0][0].parse().unwrap();
    if version >= 170_000 {
        limit("transaction_timeout");
    }
    // Three times the limit, and without a transaction of its own that the limit would end.
    let script = format!(
        "import time, psycopg\ntime.sleep(1.5)\nc = psycopg.connect('{}', autocommit=True)\n\
         c.execute(\"CREATE TABLE alembic_version AS SELECT text '{HEAD}' AS version_num\")\n",
        shop.database.url()
    );
    fs::write(shop.folder().join("upgrade.py"), script).unwrap();
    let upgrade = "python upgrade.py";
    let levelhead = shop.levelhead(&["run", "--verify", "never", "--", "echo", "started"]);
    let outcome = levelhead.env("LEVELHEAD_UPGRADE_COMMAND", upgrade).run();
    outcome.success().prints("started\n");
}

#[test]
fn the_limit_is_real() {
    let shop = Application::new(Backend::Postgres);
    let name = name(&shop);
    server().sql(name, &format!("ALTER DATABASE {name} SET idle_in_transaction_session_timeout = '500ms'"));
    // What the guard does, without what keeps it alive.
    let script = "import sys, time, psycopg; c = psycopg.connect(sys.argv[1]); c.execute('SELECT 1'); time.sleep(1.5); \
                  c.execute('SELECT 1')";
    let python = crate::support::python::binaries().join("python");
    let ended = std::process::Command::new(python).args(["-c", script, &shop.database.url()]).output().unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(stderr.contains("IdleInTransactionSessionTimeout"), "{stderr}");
}
