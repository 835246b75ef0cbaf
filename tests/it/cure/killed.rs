//! `kill -9` in the middle of a cure: nothing of it stays, and the same command then does all of it.

use super::{HEAD, ID, catalogue::catalogue, stopped};
use crate::support::database::Database;
use crate::support::postgres::server;
use crate::support::running::eventually;
use crate::support::{Application, Backend, Running};

/// A revision whose last operation waits for whoever holds `products`.
fn held() -> &'static str {
    "    op.add_column('products', sa.Column('crate', sa.String(20)))"
}

fn nothing_is_left_then_all_is_done(shop: &Application, before: &[String]) {
    eventually("nothing of it is left", || catalogue(&shop.database) == before);
    assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    shop.levelhead(&["fix", "--finish", ID, "--yes"]).run().success();
    assert_eq!(shop.database.rows(), Some(vec![ID.to_owned()]));
    shop.levelhead(&["diff", "--exit-code"]).run().success();
}

#[test]
fn a_cure_that_is_killed_leaves_nothing_on_postgresql() {
    let shop = stopped(Backend::Postgres, held());
    let before = catalogue(&shop.database);
    let Database::Postgres { name } = &shop.database else { unreachable!() };
    let (holds, lets_go) = std::sync::mpsc::channel::<()>();
    let url = server().url(name);
    let holder = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
            let connection = tokio::spawn(connection);
            client.batch_execute("BEGIN; LOCK TABLE products IN ACCESS EXCLUSIVE MODE").await.unwrap();
            tokio::task::spawn_blocking(move || lets_go.recv()).await.unwrap().unwrap_err();
            drop(client);
            let _ = connection.await;
        });
    });
    let waits = "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation \
                 WHERE c.relname = 'products' AND NOT l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = \
                 current_database())";
    let held = "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'products' \
                AND l.mode = 'AccessExclusiveLock' AND l.granted";
    eventually("products is held", || shop.database.sql(held) == ["1"]);
    let fix = Running::start(shop.levelhead(&["fix", "--finish", ID, "--yes"]));
    eventually("the cure waits", || shop.database.sql(waits) == ["1"]);
    fix.kill();
    drop(holds);
    holder.join().unwrap();
    nothing_is_left_then_all_is_done(&shop, &before);
}

#[test]
fn a_cure_that_is_killed_leaves_nothing_on_sqlite() {
    let shop = stopped(Backend::Sqlite, held());
    let before = catalogue(&shop.database);
    let Database::Sqlite { file } = &shop.database else { unreachable!() };
    let reader = rusqlite::Connection::open(file).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let _: i64 = reader.query_row("SELECT count(*) FROM products", [], |row| row.get(0)).unwrap();
    let journal = file.with_extension("db-journal");
    // Who reads keeps it from being committed, and its journal shows that it is there.
    let fix = Running::start(shop.levelhead(&["fix", "--finish", ID, "--yes"]));
    eventually("the cure is in the middle", || journal.exists());
    fix.kill();
    drop(reader);
    nothing_is_left_then_all_is_done(&shop, &before);
}
