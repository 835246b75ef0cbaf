//! The project's own histories on real databases: applied by Alembic, their version table taken away, named again.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::support::database::{BOTH, Backend, Database};
use super::support::{python, stillhead};

/// Each history, the backends it runs on, and how many of its states a catalogue cannot tell from a neighbour's.
const HISTORIES: [(&str, &[Backend], usize); 13] = [
    ("every_op", &[Backend::Postgres], 0),
    ("batch", &BOTH, 0),
    ("renames", &BOTH, 0),
    ("enums", &[Backend::Postgres], 0),
    ("two_schemas", &[Backend::Postgres], 0),
    ("names", &[Backend::Postgres], 0),
    ("raw_sql", &[Backend::Postgres], 0),
    ("data", &BOTH, 3),
    ("guarded", &BOTH, 0),
    ("helpers", &BOTH, 0),
    ("branches", &BOTH, 2),
    ("loops", &BOTH, 0),
    ("traps", &[Backend::Postgres], 0),
];

/// Replays a history; answers what `infer` said after each revision, and after `drift`.
fn replay(history: &str, backend: Backend, drift: Option<&str>) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories");
    fs::copy(source.join("env.py"), folder.path().join("env.py")).unwrap();
    fs::create_dir(folder.path().join("versions")).unwrap();
    for part in ["", "versions"] {
        for entry in fs::read_dir(source.join(history).join(part)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), folder.path().join(part).join(entry.file_name())).unwrap();
            }
        }
    }
    let database = Database::create(backend, folder.path());
    let output = Command::new(python::binaries().join("python"))
        .arg(source.join("replay.py"))
        .arg(folder.path())
        .arg(stillhead::binary())
        .args(drift)
        .env_clear()
        .env("DATABASE_URL", database.url())
        .env("PYTHONPATH", folder.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{history}: {}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_state_of_every_history_is_named() {
    for (history, backends, alike) in HISTORIES {
        for &backend in backends {
            let mut runs = 0;
            for answer in replay(history, backend, None) {
                let revisions = answer["revisions"].as_array().unwrap();
                assert!(revisions.contains(&answer["revision"]), "{history} on {backend:?}: {answer:#}");
                match answer["verdict"].as_str() {
                    Some("exact") => {}
                    Some("run") => runs += 1,
                    _ => panic!("{history} on {backend:?}: {answer:#}"),
                }
                assert_eq!(answer["code"], 0);
            }
            assert!(runs <= alike, "{history} on {backend:?}: {runs} states in runs");
        }
    }
}

#[test]
fn a_schema_that_drifted_is_named_rightly_or_not_at_all_and_what_deviates_is_named() {
    let cases = [
        ("every_op", "ALTER TABLE articles DROP COLUMN headline", "articles.headline"),
        ("every_op", "DROP INDEX ix_posts_slug", "ix_posts_slug"),
        ("raw_sql", "ALTER TABLE t ALTER COLUMN n TYPE integer", "t.n"),
        ("loops", "ALTER TABLE three RENAME TO four", "three"),
        ("batch", "CREATE TABLE stranger (a integer)", "stranger"),
    ];
    for (history, drift, named) in cases {
        let answers = replay(history, Backend::Postgres, Some(drift));
        let (last, before) = (&answers[answers.len() - 1], &answers[answers.len() - 2]);
        if matches!(last["verdict"].as_str(), Some("exact" | "run")) {
            assert!(last["revisions"].as_array().unwrap().contains(&before["revision"]), "{drift}: {last:#}");
        }
        let said = last.to_string();
        assert!(said.contains(named), "{drift}: {last:#}");
    }
}
