//! `plan`: what an upgrade will do, foretold and held against what it does.

mod locks;

use std::fs;

use crate::support::application::HEAD;
use crate::support::database::Database;
use crate::support::postgres::server;
use crate::support::running::eventually;
use crate::support::{Application, Backend};

fn revision(shop: &Application, body: &str) {
    let head = format!(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'aaaa00000001'\ndown_revision = '{HEAD}'\n"
    );
    let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
    let text = format!("{head}\n\ndef upgrade():\n{body}");
    fs::write(shop.folder().join("migrations/versions/aaaa00000001_new.py"), text).unwrap();
}

#[test]
fn a_plan_names_locks_rows_in_the_way_losses_and_blockers_and_changes_nothing() {
    let shop = Application::at(Backend::Postgres, HEAD);
    shop.database.sql("INSERT INTO products (name, price) SELECT 'p' || g % 5, 1 FROM generate_series(1, 20) g");
    let (rows, schema) = (shop.database.rows(), "SELECT count(*) FROM pg_class");
    let before = shop.database.sql(schema);
    revision(
        &shop,
        "op.create_unique_constraint('u', 'products', ['name'])\nop.drop_column('products', 'name')\nop.execute('SELECT nobody_knows()')",
    );
    let plan = shop.levelhead(&["plan"]).run();
    plan.success().prints_a("danger  add a unique constraint").prints_a("ACCESS EXCLUSIVE on products");
    plan.prints_a("5 values of (name)").prints_a("unknown call nobody_knows()");
    let document = shop.levelhead(&["plan", "--format", "json"]).run().stdout.clone();
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let actions = |step: usize| document["revisions"][0]["steps"][step]["actions"][0].clone();
    assert_eq!(actions(1)["loss"]["column"], "name", "{document}");
    assert_eq!(document["verdict"], "danger");
    shop.levelhead(&["plan", "--format", "github"]).run().success().prints_a("_new.py,line=8,");
    assert_eq!((shop.database.rows(), shop.database.sql(schema)), (rows, before));
}

/// Who is in the way is named before the upgrade waits for them; no value of what they run is shown.
#[test]
fn a_session_that_holds_a_conflicting_lock_is_named_without_its_values() {
    let shop = Application::at(Backend::Postgres, HEAD);
    revision(&shop, "op.add_column('products', sa.Column('more', sa.Text()))");
    let Database::Postgres { name } = &shop.database else { unreachable!() };
    std::thread::scope(|scope| {
        let held =
            "BEGIN; SELECT name, pg_sleep(8) FROM (SELECT count(*) AS name FROM products WHERE name = 's3cr3t') p";
        let other = scope.spawn(|| server().sql(name, held));
        eventually("the other session reads the table", || {
            shop.database.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") != ["0"]
        });
        for format in ["text", "markdown", "json"] {
            let plan = shop.levelhead(&["plan", "--format", format]).run();
            plan.success().prints_a("pid").prints_a("WHERE name = ?");
            assert!(!plan.stdout.contains("s3cr3t"), "{}", plan.stdout);
        }
        other.join().unwrap();
    });
}

#[test]
fn run_says_what_comes_and_stops_before_a_loss_where_it_is_told_to() {
    for backend in [Backend::Postgres, Backend::Sqlite] {
        let shop = Application::at(backend, HEAD);
        shop.database.sql("INSERT INTO products (name, price) VALUES ('tea', 1)");
        revision(&shop, "op.execute('DELETE FROM products')");
        let rows = shop.database.rows();
        let stopped = shop.levelhead(&["run", "--", "true"]).env("LEVELHEAD_ON_LOSS", "stop").run();
        stopped.code(125).says("1 revision: ").says("would lose data").says("products").says("_new.py:8");
        assert_eq!(shop.database.rows(), rows);
        shop.levelhead(&["run", "--", "true"]).run().success().says("1 step loses data");
    }
}

/// What is not said in a way that can be read may be said either way.
#[test]
fn an_option_that_is_not_read_and_a_table_in_parts_are_not_known() {
    let shop = Application::at(Backend::Postgres, HEAD);
    shop.database.sql("CREATE TABLE events (at date NOT NULL, kind text) PARTITION BY RANGE (at)");
    shop.database.sql("CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2000-01-01') TO ('2001-01-01')");
    revision(
        &shop,
        "import os
told = os.environ.get('TOLD')
op.alter_column('products', 'price', type_=sa.Text(), postgresql_using=told)
op.alter_column('products', 'name', type_=sa.Text(), postgresql_using='lower(name)')
op.alter_column('products', 'name', type_=sa.Text())
op.create_check_constraint('c', 'products', 'price > 0', postgresql_not_valid=told)
op.create_check_constraint('d', 'products', 'price > 0', postgresql_not_valid=True)
op.create_index('i', 'products', ['name'], postgresql_concurrently=told)
op.create_index('e', 'events', ['kind'])
op.add_column('events_old', sa.Column('more', sa.Text()))",
    );
    let document = shop.levelhead(&["plan", "--format", "json"]).run().success().stdout.clone();
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let steps = document["revisions"][0]["steps"].as_array().unwrap();
    let seen: Vec<(u64, &str, bool)> = steps
        .iter()
        .map(|step| (&step["line"], &step["actions"][0]))
        .map(|(line, action)| (line.as_u64().unwrap(), action["work"].as_str().unwrap(), action["unknown"].is_string()))
        .collect();
    let expected = [
        (10, "unknown", true),
        (11, "rewrite", false),
        (12, "nothing", false),
        (13, "unknown", true),
        (14, "nothing", false),
        (15, "unknown", true),
        (16, "index", true),
        (17, "nothing", true),
    ];
    assert_eq!(seen, expected, "{document}");
    let safe = |step: &serde_json::Value| step["actions"][0]["verdict"] == "safe";
    assert!(!steps.iter().any(|step| step["actions"][0]["unknown"].is_string() && safe(step)), "{document}");
}
