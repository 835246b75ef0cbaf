//! A current revision that no file has: when it is a newer release, and what that one forbids this one.

use serde_json::{Value, json};

use crate::support::Backend;
use crate::support::database::BOTH;
use crate::support::depot::{Depot, OWNER, PARCELS};

fn report(depot: &Depot) -> Value {
    serde_json::from_str(&depot.check()).unwrap()
}

fn codes(report: &Value) -> Vec<&str> {
    report["findings"].as_array().unwrap().iter().filter_map(|finding| finding["code"].as_str()).collect()
}

/// A database at head whose row is another one's, changed by `sql`.
fn rolled_back(backend: Backend, sql: &str) -> Depot {
    let bodies = [
        "op.create_table('crates', sa.Column('id', sa.Integer, primary_key=True), \
         sa.Column('state', sa.String(20), server_default='new'), sa.Column('load', sa.Integer, server_default='1'))",
        PARCELS,
        OWNER,
    ];
    let depot = Depot::new(backend, &bodies);
    depot.alembic(&["upgrade", "heads"]);
    depot.set_row("zz9");
    depot.database.sql(sql);
    depot
}

#[test]
fn what_a_newer_schema_forbids_is_named_and_the_application_started() {
    for (sql, named) in [
        ("ALTER TABLE parcels ADD colour text NOT NULL", "parcels.colour is new, NOT NULL"),
        ("ALTER TABLE parcels ALTER code SET NOT NULL", "parcels.code is NOT NULL"),
        ("ALTER TABLE crates ALTER state TYPE varchar(5)", "the type of crates.state is character varying(5)"),
        ("ALTER TABLE parcels ALTER code TYPE smallint", "the type of parcels.code is smallint"),
        ("ALTER TABLE crates ALTER load DROP DEFAULT", "crates.load has lost its default"),
        ("ALTER TABLE parcels ADD UNIQUE (code)", "parcels (code) must be unique"),
        ("CREATE UNIQUE INDEX u ON parcels (code, owner)", "parcels (code, owner) must be unique"),
        ("ALTER TABLE parcels ADD CONSTRAINT heavy CHECK (code > 9)", "constraint heavy of parcels is new"),
        ("ALTER TABLE parcels RENAME owner TO holder", "parcels.owner is missing, probably renamed to parcels.holder"),
    ] {
        let depot = rolled_back(Backend::Postgres, sql);
        let report = report(&depot);
        // A head whose own column is gone is there by the ledger's word alone.
        if !sql.contains("RENAME") {
            assert_eq!(codes(&report), ["ahead"], "{sql}: {report:#}");
            assert_eq!(report["compatible"], json!(false), "{sql}: {report:#}");
            assert!(report["reasons"].to_string().contains(named), "{sql}: {report:#}");
            depot.run().success().prints("started\n").says(named);
        }
        depot.has_rows(&["zz9"]);
    }
}

#[test]
fn what_a_newer_schema_only_adds_forbids_nothing() {
    for sql in [
        "ALTER TABLE parcels ADD colour text",
        "ALTER TABLE parcels ADD colour text NOT NULL DEFAULT 'red'",
        "ALTER TABLE parcels ADD number serial",
        "ALTER TABLE parcels ADD number int GENERATED ALWAYS AS IDENTITY",
        "ALTER TABLE parcels ADD colour text UNIQUE",
        "ALTER TABLE parcels ALTER code TYPE bigint",
        "ALTER TABLE crates ALTER state TYPE text",
        "CREATE UNIQUE INDEX u ON parcels (id, code)",
        "CREATE INDEX i ON parcels (code)",
        "CREATE TABLE later (id int NOT NULL)",
    ] {
        let depot = rolled_back(Backend::Postgres, sql);
        let report = report(&depot);
        assert_eq!(codes(&report), ["ahead"], "{sql}: {report:#}");
        assert_eq!(report["compatible"], json!(true), "{sql}: {report:#}");
    }
}

#[test]
fn a_renamed_column_is_named() {
    for backend in BOTH {
        let depot = rolled_back(backend, "ALTER TABLE parcels RENAME COLUMN code TO ref");
        let report = report(&depot);
        assert_eq!(report["compatible"], json!(false), "{report:#}");
        depot.run().success().prints("started\n").says("parcels.code is missing, probably renamed to parcels.ref");
    }
}

#[test]
fn exactly_at_head_both_causes_of_an_unknown_row_are_said() {
    for backend in BOTH {
        let depot = rolled_back(backend, "SELECT 1");
        let report = report(&depot);
        let said = report["findings"][0]["message"].as_str().unwrap();
        assert!(said.contains("newer release") && said.contains("renamed or squashed"), "{said}");
        assert_eq!(report["compatible"], json!(true));
    }
}

#[test]
fn a_row_that_no_release_could_have_is_not_ahead() {
    for backend in BOTH {
        for (row, named) in [("", "an empty row"), ("  ", "white space"), ("a3 ", "a3 with white space around it")] {
            let depot = rolled_back(backend, "SELECT 1");
            depot.set_row(row);
            let report = report(&depot);
            assert_eq!(codes(&report), ["unknown-revision"], "{row:?}: {report:#}");
            assert!(report["findings"][0]["message"].as_str().unwrap().contains(named), "{report:#}");
            depot.run().success().prints("started\n");
            depot.has_rows(&["a3"]);
        }
    }
}

/// That something is gone is so in every database that never had it.
#[test]
fn a_head_that_only_takes_away_proves_nothing() {
    for backend in BOTH {
        let drop = "with op.batch_alter_table('parcels') as batch:\n    batch.drop_column('code')";
        let mut depot = Depot::new(backend, &[PARCELS, OWNER]);
        depot.alembic(&["upgrade", "heads"]);
        depot.add(drop);
        depot.set_row("zz9");
        depot.database.sql("ALTER TABLE parcels DROP COLUMN code; ALTER TABLE parcels DROP COLUMN owner");
        assert!(!codes(&report(&depot)).contains(&"ahead"));
        depot.run().code(125).prints("");
    }
}

#[test]
fn a_row_of_other_migrations_beside_ours_is_never_touched() {
    for backend in BOTH {
        let depot = rolled_back(backend, "SELECT 1");
        depot.set_row("a3");
        depot.database.sql("INSERT INTO alembic_version VALUES ('zz9')");
        let at_head = report(&depot);
        assert!(at_head["findings"][0]["message"].as_str().unwrap().contains("other migrations share"), "{at_head:#}");
        depot.run().success().prints("started\n");
        depot.has_rows(&["a3", "zz9"]);
    }
}
