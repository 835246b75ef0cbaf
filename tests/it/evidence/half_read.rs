//! Revisions that can be read in part: one operation is no proof of the rest of them.

use std::fs;

use tempfile::TempDir;

use super::alembic::infer;
use super::answer::Answer;
use super::history;
use crate::support::database::{BOTH, Backend, Database};
use crate::support::{Levelhead, python};

/// A statement that is put together when it runs.
const UNREADABLE: &str = "op.execute(open(\"grants.sql\").read())";

/// Revisions r1, r2 and so on, each with the statements of its upgrade.
fn checkout(upgrades: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in history::SHARED {
        fs::copy(history::root().join(file), folder.path().join(file)).unwrap();
    }
    let versions = folder.path().join("pantry/versions");
    fs::create_dir_all(&versions).unwrap();
    for (number, upgrade) in (1..).zip(upgrades) {
        let parent = if number == 1 { "None".to_owned() } else { format!("\"r{}\"", number - 1) };
        let text = format!(
            "from alembic import op\nimport sqlalchemy as sa\n\nrevision = \"r{number}\"\ndown_revision = {parent}\n\n\n\
             def upgrade():\n    {upgrade}\n"
        );
        fs::write(versions.join(format!("r{number}.py")), text).unwrap();
    }
    folder
}

/// What is answered about a schema made by `sql`.
fn answer(folder: &TempDir, backend: Backend, sql: &[&str]) -> Answer {
    let held = tempfile::tempdir().unwrap();
    let database = Database::create(backend, held.path());
    for statement in sql {
        database.sql(statement);
    }
    infer(&folder.path().join("pantry"), &database)
}

const SHELVES: &str = "op.create_table(\"shelves\", sa.Column(\"id\", sa.Integer, primary_key=True), \
                       sa.Column(\"room\", sa.Text))";
const HEIGHT: &str = "op.add_column(\"shelves\", sa.Column(\"height\", sa.Integer))";
const JARS: &str = "op.create_table(\"jars\", sa.Column(\"id\", sa.Integer, primary_key=True))";
const MADE: &str = "CREATE TABLE shelves (id INTEGER NOT NULL PRIMARY KEY, room TEXT)";
const MADE_WITH_HEIGHT: &str = "CREATE TABLE shelves (id INTEGER NOT NULL PRIMARY KEY, room TEXT, height INTEGER)";

#[test]
fn one_operation_does_not_tell_whether_the_unread_rest_has_run() {
    let half_read = format!("{UNREADABLE}\n    {HEIGHT}");
    let folder = checkout(&[SHELVES, &half_read, JARS]);
    for backend in BOTH {
        for made in [MADE, MADE_WITH_HEIGHT] {
            let answer = answer(&folder, backend, &[made]);
            assert_eq!(answer.verdict, "run", "{answer:#?}");
            assert_eq!(answer.revisions, ["r1", "r2"]);
            assert!(!answer.settled);
        }
    }
}

#[test]
fn a_column_that_is_back_does_not_take_the_unread_rest_back() {
    let half_read = format!("{UNREADABLE}\n    op.drop_column(\"shelves\", \"room\")");
    let folder = checkout(&[SHELVES, JARS, &half_read]);
    for backend in BOTH {
        let answer = answer(&folder, backend, &[MADE, "CREATE TABLE jars (id INTEGER NOT NULL PRIMARY KEY)"]);
        assert_eq!((answer.verdict.as_str(), answer.revisions.as_slice()), ("run", &["r2".into(), "r3".into()][..]));
        assert!(!answer.settled);
    }
}

#[test]
fn two_operations_that_agree_tell() {
    let half_read = format!("{UNREADABLE}\n    {HEIGHT}\n    {JARS}");
    let folder = checkout(&[SHELVES, &half_read]);
    for backend in BOTH {
        let before = answer(&folder, backend, &[MADE]);
        assert_eq!((before.revisions.as_slice(), before.settled), (&["r1".to_owned()][..], true), "{before:#?}");
    }
}

#[test]
fn a_table_that_is_unclear_for_a_while_hides_nothing_before() {
    let name = "op.add_column(\"shelves\", sa.Column(open(\"name\").read(), sa.Text))";
    let folder = checkout(&[SHELVES, JARS, name]);
    for backend in BOTH {
        let answer = answer(&folder, backend, &[MADE_WITH_HEIGHT]);
        assert_eq!(answer.revisions, ["r1"], "{answer:#?}");
        assert!(answer.deviations().contains("shelves.height"), "{answer:#?}");
    }
}

/// A first revision that changes a table which something else has made, and one that follows.
fn changes_another_table() -> TempDir {
    checkout(&[&format!("{UNREADABLE}\n    {HEIGHT}"), JARS])
}

#[test]
fn before_the_first_is_no_certainty_where_the_first_is_read_in_part() {
    let folder = changes_another_table();
    for backend in BOTH {
        for made in [MADE, MADE_WITH_HEIGHT] {
            let answer = answer(&folder, backend, &[made]);
            assert_eq!((answer.verdict.as_str(), answer.settled), ("run", false), "{answer:#?}");
            assert_eq!(answer.revisions, ["base", "r1"]);
        }
        let empty = answer(&folder, backend, &["CREATE TABLE shelves (id INTEGER)", "DROP TABLE shelves"]);
        assert_eq!((empty.verdict.as_str(), empty.settled), ("before-first", true), "{empty:#?}");
    }
}

#[test]
fn what_is_ahead_holds_no_more_than_can_be_told() {
    let half_read = format!("{UNREADABLE}\n    {HEIGHT}");
    let folder = checkout(&[SHELVES, &half_read]);
    for backend in BOTH {
        let answer = answer(&folder, backend, &[MADE_WITH_HEIGHT, "ALTER TABLE shelves ADD COLUMN notes TEXT"]);
        assert_eq!((answer.verdict.as_str(), answer.settled), ("ahead", false), "{answer:#?}");
        assert_eq!(answer.revisions, ["r1"]);
    }
}

#[test]
fn a_person_is_not_told_to_stamp_what_may_not_have_run() {
    let folder = changes_another_table();
    for backend in BOTH {
        let held = tempfile::tempdir().unwrap();
        let database = Database::create(backend, held.path());
        database.sql(MADE);
        let checked = Levelhead::new(&["check"])
            .current_dir(&folder.path().join("pantry"))
            .env("PATH", python::path())
            .env("DATABASE_URL", database.url())
            .env("ALEMBIC_CONFIG", "../alembic.ini")
            .run();
        let said = checked.code(1).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("the schema matches no revision"), "{said}");
        assert!(!said.contains("stamp"), "{said}");
    }
}
