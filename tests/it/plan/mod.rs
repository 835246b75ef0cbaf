//! `plan`: what an upgrade will do, foretold and held against what it does.

mod locks;

use std::fs;

use crate::support::application::HEAD;
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
