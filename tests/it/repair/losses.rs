//! `reset`: what is shown of a database that holds more than an application's tables, and what is refused before a dump.

use std::process::Command;

use serde_json::{Value, json};

use super::reset::{name, reset};
use crate::support::application::{Application, HEAD};
use crate::support::database::Backend;
use crate::support::postgres::{server, tool};
use crate::support::running::eventually;
use crate::support::schemas;

#[test]
fn what_would_be_lost_for_scripts() {
    let application = Application::at(Backend::Postgres, HEAD);
    application.database.sql("CREATE TABLE many AS SELECT g FROM generate_series(1, 100001) g");
    let shown = reset(&application, &["--dry-run", "--format", "json"]).run();
    schemas::holds("reset", &shown.stdout);
    let document: Value = serde_json::from_str(&shown.success().stdout).unwrap();
    let tables = document["tables"].as_array().unwrap();
    let many = tables.iter().find(|table| table["name"] == "public.many").unwrap();
    assert_eq!((&many["rows"], &many["is_more"]), (&Value::from(100_000), &Value::from(true)));
    assert!(document["statements"].to_string().contains("DROP TABLE IF EXISTS public.products CASCADE"));
}

#[test]
fn whatever_is_lost_is_named_and_so_is_what_stays() {
    let application = Application::at(Backend::Postgres, HEAD);
    application.database.sql(
        "CREATE EXTENSION citext; CREATE FOREIGN DATA WRAPPER dummy; CREATE SERVER far FOREIGN DATA WRAPPER dummy;
         CREATE FOREIGN TABLE elsewhere (id int) SERVER far; CREATE SCHEMA crm; CREATE TABLE crm.leads (id int);
         INSERT INTO crm.leads VALUES (1), (2); CREATE MATERIALIZED VIEW many AS SELECT 1 AS x;
         CREATE TABLE parts (id int) PARTITION BY RANGE (id); CREATE VIEW v AS SELECT * FROM parts;
         CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (9); INSERT INTO parts VALUES (1);
         SELECT lo_create(0)",
    );
    let shown = reset(&application, &["--dry-run"]).run();
    shown.success().prints_a(
        "holds 5 tables:
  crm.leads               2 rows
  public.alembic_version  1 row
  public.categories       1 row
  public.parts            1 row
  public.products         3 rows
and 4 other objects:
  materialized view public.many, view public.v, foreign table public.elsewhere,
  schema crm
What stays: 1 large object, extension citext, foreign server far",
    );
    let document = reset(&application, &["--dry-run", "--format", "json"]).run();
    schemas::holds("reset", &document.success().stdout);
    let document: Value = serde_json::from_str(&document.stdout).unwrap();
    assert_eq!(document["others"][3], "schema crm");
    assert_eq!(document["kept"], json!(["1 large object", "extension citext", "foreign server far"]));
    reset(&application, &["--no-backup", "--yes-i-mean", &name(&application)]).run().success();
    let left = reset(&application, &["--dry-run"]).run();
    left.success().prints_a("holds 0 tables\n").prints_a("extension citext");
}

#[test]
fn what_only_its_owner_may_drop_is_refused_before_a_dump() {
    let application = Application::at(Backend::Postgres, HEAD);
    let name = name(&application);
    let role = format!("lodger_{name}");
    application.database.sql(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'secret'; GRANT CREATE ON SCHEMA public TO {role}; SET ROLE {role};
         CREATE TABLE mine (id int); INSERT INTO mine VALUES (1); CREATE VIEW a_view AS SELECT 1 AS x"
    ));
    let url = format!("postgresql://{role}:secret@127.0.0.1:{}/{name}", server().port);
    let lodger = |arguments: &[&str]| reset(&application, arguments).env("DATABASE_URL", &url).run();
    let refused = lodger(&["--backup", "x.dump", "--yes-i-mean", &name]);
    refused
        .code(125)
        .prints_a("public.mine             1 row\n")
        .prints_a("public.products         an unknown number of rows\n")
        .says(
            "this role may not drop what belongs to others: table public.alembic_version (postgres's), table public.c",
        )
        .says("with the DATABASE_URL of a role that may act as postgres")
        .says_nothing_of("public.mine (");
    assert!(!application.folder().join("x.dump").exists());
    assert_eq!(application.database.rows(), Some(vec![HEAD.to_owned()]));
    // Whoever owns the schema may drop what is in it, whoever that belongs to.
    application.database.sql(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"));
    application.database.sql(&format!("ALTER SCHEMA public OWNER TO {role}"));
    lodger(&["--no-backup", "--yes-i-mean", &name]).success().prints_a("public.products         3 rows\n");
    assert_eq!(application.database.rows(), None);
}

#[test]
fn whoever_has_locked_a_table_is_not_waited_for() {
    let application = Application::at(Backend::Postgres, HEAD);
    let name = name(&application);
    let mut other = Command::new(tool("psql"))
        .args(["-qAt", "-d", &server().url(&name), "-c", "BEGIN; LOCK TABLE products; SELECT pg_sleep(600)"])
        .spawn()
        .unwrap();
    let locked = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'products'::regclass";
    eventually("the table is locked", || application.database.sql(locked) == ["1"]);
    let shown = reset(&application, &["--no-backup", "--yes-i-mean", &name]).run();
    shown.code(125).prints_a("public.products         an unknown number of rows\n").says("others are connected");
    let all_the_same = ["--yes-i-mean", &name, "--even-if-connected"];
    let refused = reset(&application, &[&all_the_same[..], &["--no-backup"]].concat()).run();
    refused
        .code(124)
        .says("the database is as it was: DROP TABLE IF EXISTS public.")
        .says("stop the sessions that use it: SELECT");
    let refused = reset(&application, &[&all_the_same[..], &["--backup", "x.dump"]].concat()).run();
    refused
        .code(125)
        .says("the backup x.dump is not written")
        .says("stop the application first: it has locked a table");
    assert_eq!(application.database.rows(), Some(vec![HEAD.to_owned()]));
    other.kill().unwrap();
    other.wait().unwrap();
}
