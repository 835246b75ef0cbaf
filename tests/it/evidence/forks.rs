//! Beside a fork: what one side shows says nothing of the other.

use std::path::PathBuf;

use super::alembic::infer;
use super::answer::Answer;
use super::small::Small;
use crate::support::Levelhead;
use crate::support::database::{BOTH, Backend, Database};

const USERS: &str =
    "op.create_table(\"users\", sa.Column(\"id\", sa.Integer, primary_key=True), sa.Column(\"name\", sa.Text))";
const PHONE: &str = "op.add_column(\"users\", sa.Column(\"phone\", sa.Text))";
const EMAIL: &str = "op.add_column(\"users\", sa.Column(\"email\", sa.Text))";
const DATA: &str = "op.execute(\"UPDATE users SET name = 'somebody'\")";

/// Two sides of a fork after r1: on the left `a1`, on the right `z1`.
fn fork(left: &str, right: &str) -> Small {
    let history = Small::new(&[USERS]);
    history.branch("r1", "a1", left);
    history.branch("r1", "z1", right);
    history
}

fn users(backend: Backend, folder: &tempfile::TempDir, columns: &str) -> Database {
    let database = Database::create(backend, folder.path());
    database.sql(&format!("CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, name TEXT{columns})"));
    database
}

/// What is answered about a table with these columns beside its first two.
fn answers(history: &Small, columns: &str) -> Vec<Answer> {
    let answer = |backend| {
        let folder = tempfile::tempdir().unwrap();
        infer(&history.checkout(), &users(backend, &folder, columns))
    };
    BOTH.into_iter().map(answer).collect()
}

fn levelhead(history: &Small, database: &Database, arguments: &[&str]) -> Levelhead {
    Levelhead::new(arguments)
        .current_dir(&history.checkout())
        .env("DATABASE_URL", database.url())
        .env("ALEMBIC_CONFIG", PathBuf::from("../alembic.ini"))
}

#[test]
fn a_side_that_leaves_no_trace_is_open_wherever_it_stands() {
    // Whichever side Alembic takes first.
    for (history, silent, shown) in [(fork(DATA, PHONE), "a1", "z1"), (fork(PHONE, DATA), "z1", "a1")] {
        for answer in answers(&history, ", phone TEXT") {
            assert!(answer.revisions.iter().any(|revision| revision == shown), "{answer:#?}");
            let named = answer.revisions.iter().chain(&answer.open);
            assert!(named.into_iter().any(|revision| revision == silent), "{answer:#?}");
            assert!(!answer.settled, "{answer:#?}");
        }
    }
}

#[test]
fn each_side_alone_and_both_are_named_where_both_leave_a_trace() {
    let history = fork(EMAIL, PHONE);
    for (columns, names) in [(", email TEXT", ["a1"]), (", phone TEXT", ["z1"])] {
        for answer in answers(&history, columns) {
            assert_eq!(
                (answer.verdict.as_str(), answer.revisions.as_slice()),
                ("exact", &names.map(str::to_owned)[..])
            );
            assert!(answer.settled && answer.open.is_empty(), "{answer:#?}");
        }
    }
    for answer in answers(&history, ", email TEXT, phone TEXT") {
        assert!(answer.verdict == "exact" && answer.settled && answer.open.is_empty(), "{answer:#?}");
        assert_eq!(answer.rows, Some(vec!["a1".to_owned(), "z1".to_owned()]));
    }
}

#[test]
fn both_heads_are_named_and_neither_speaks_against_the_other() {
    let history = fork(EMAIL, PHONE);
    for backend in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let database = users(backend, &folder, ", email TEXT, phone TEXT");
        levelhead(&history, &database, &["infer"]).run().success().prints_a("the schema is at a1, z1");
        for side in ["a1", "z1"] {
            let explained = levelhead(&history, &database, &["infer", "--explain", side]).run();
            explained.success().prints_a(&format!("nothing contradicts {side}"));
        }
        // A merge does nothing: it is as if it had been applied.
        history.branch("a1\", \"z1", "m1", "pass");
        levelhead(&history, &database, &["infer"]).run().success().prints_a("the schema is at m1");
        std::fs::remove_file(history.checkout().join("versions/m1.py")).unwrap();
    }
}

#[test]
fn what_both_sides_make_proves_neither() {
    let both = format!("{PHONE}\n{EMAIL}");
    for (history, doubled) in [(fork(PHONE, &both), "a1"), (fork(&both, PHONE), "z1")] {
        for answer in answers(&history, ", phone TEXT, email TEXT") {
            let named = answer.revisions.iter().chain(&answer.open);
            assert!(named.into_iter().any(|revision| revision == doubled), "{answer:#?}");
            assert!(!answer.settled, "{answer:#?}");
        }
    }
}

#[test]
fn in_an_empty_database_nothing_is_open() {
    let history = Small::new(&[DATA, USERS]);
    history.branch("r1", "z1", "op.execute(\"SELECT 1\")");
    for backend in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let answer = infer(&history.checkout(), &Database::create(backend, folder.path()));
        assert!(answer.verdict == "before-first" && answer.settled && answer.open.is_empty(), "{answer:#?}");
    }
}

#[test]
fn a_side_in_doubt_is_a_persons_decision() {
    let history = fork(DATA, PHONE);
    for backend in BOTH {
        for rows in [&["z1"][..], &["a1", "z1"]] {
            let folder = tempfile::tempdir().unwrap();
            let database = users(backend, &folder, ", phone TEXT");
            let outcome = levelhead(&history, &database, &["run"]).run();
            outcome.code(125).says("the schema is at z1, and does not show whether a1 was applied");
            let next = format!("levelhead stamp --purge {}", rows.join(" "));
            outcome.says(&next);
            assert_eq!(database.rows(), None, "nothing is written");
            let next: Vec<&str> = next.split(' ').skip(1).collect();
            levelhead(&history, &database, &next).run().success();
            assert_eq!(database.rows().unwrap(), rows);
        }
    }
}

#[test]
fn a_side_that_shows_alone_is_written() {
    let history = fork(EMAIL, PHONE);
    for backend in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let database = users(backend, &folder, ", phone TEXT");
        levelhead(&history, &database, &["fix", "--yes"]).run().success();
        assert_eq!(database.rows().unwrap(), ["z1"]);
    }
}
