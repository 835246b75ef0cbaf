//! `infer --explain`: how one revision fares, fact by fact.

use std::path::PathBuf;

use super::small::Small;
use crate::support::database::{BOTH, Database};
use crate::support::schemas;
use crate::support::{Levelhead, Outcome};

const BODIES: [&str; 3] = [
    "op.create_table(\"users\", sa.Column(\"id\", sa.Integer, primary_key=True), sa.Column(\"name\", sa.Text))",
    "op.add_column(\"users\", sa.Column(\"email\", sa.Text, nullable=False))\nop.execute(open(\"grants.sql\").read())",
    "op.create_table(\"bills\", sa.Column(\"id\", sa.Integer, primary_key=True))",
];

fn explain(history: &Small, database: &Database, arguments: &[&str]) -> Outcome {
    Levelhead::new(&[&["infer", "--explain"], arguments].concat())
        .current_dir(&history.checkout())
        .env("DATABASE_URL", database.url())
        .env("ALEMBIC_CONFIG", PathBuf::from("../alembic.ini"))
        .run()
}

#[test]
fn what_speaks_for_and_against_a_revision_is_said_fact_by_fact() {
    let history = Small::new(&BODIES);
    for backend in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::create(backend, folder.path());
        database.sql("CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, name TEXT, email TEXT)");
        database.sql("CREATE TABLE bills (id INTEGER NOT NULL PRIMARY KEY)");
        let second = explain(&history, &database, &["r2"]);
        second.success();
        assert!(second.stdout.starts_with("2 facts contradict r2\n"), "{second:#?}");
        let (held, against) = second.stdout.split_once("against it:").unwrap();
        // Its own come first.
        assert!(held.contains("for it:\n  users.email exists, which r2 creates\n"), "{held}");
        assert!(against.contains("users.email takes NULL, and r2 makes it NOT NULL"), "{against}");
        assert!(
            against.contains("table bills exists, but the revision that adds it is not recorded as applied"),
            "{against}"
        );
        assert!(!against.contains("bills.id"), "a table says what its columns would say: {against}");
        assert!(against.contains("not followed:\n"), "{against}");

        let document = explain(&history, &database, &["r2", "--format", "json"]).stdout;
        schemas::holds("infer", &document);
        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
        let of = |list: &str, text: &str| {
            let found = document[list].as_array().unwrap().iter().find(|claim| claim["text"] == text);
            found.unwrap_or_else(|| panic!("{text} is not in {document:#}"))["revision"].clone()
        };
        assert_eq!(of("for", "users.email exists, which r2 creates"), "r2");
        assert_eq!(of("for", "table users exists, which r1 creates"), "r1");
        assert_eq!(of("against", "users.email takes NULL, and r2 makes it NOT NULL"), "r2");

        // A missing column is one fact, whatever else is said about it.
        database.sql("ALTER TABLE users DROP COLUMN name");
        let first = explain(&history, &database, &["r1"]);
        assert_eq!(first.stdout.matches("users.name").count(), 1, "{first:#?}");
        first.prints_a("users.name is missing, which r1 creates");
        explain(&history, &database, &["r9"]).says("r9");
    }
}
