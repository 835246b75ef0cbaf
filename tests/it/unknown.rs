//! Current revisions that no file has: what is said of them, and that no row of others is ever written over.

use std::fs;
use std::process::Command;

use crate::support::Backend;
use crate::support::database::BOTH;
use crate::support::depot::{Depot, OWNER, PARCELS};

const CRATES: &str = "op.create_table('crates', sa.Column('id', sa.Integer, primary_key=True))";

/// Three revisions, a database after `at` of them, and these rows.
fn depot(backend: Backend, at: &str, rows: &[&str], sql: &str) -> Depot {
    let depot = Depot::new(backend, &[PARCELS, OWNER, CRATES]);
    depot.alembic(&["upgrade", at]);
    depot.database.sql("DELETE FROM alembic_version");
    for row in rows {
        depot.database.sql(&format!("INSERT INTO alembic_version VALUES ('{row}')"));
    }
    depot.database.sql(sql);
    depot
}

fn leaves_the_rows(depot: &Depot, rows: &[&str]) {
    for words in [&["fix", "--yes"][..], &["check", "--auto-fix"]] {
        assert!(!depot.levelhead(words).run().status.success(), "{words:?}");
        depot.has_rows(rows);
    }
    depot.levelhead(&["fix", "--yes", "a1"]).run().code(125).says("--force");
    depot.has_rows(rows);
}

#[test]
fn an_unknown_row_beside_a_known_one_is_never_removed() {
    for backend in BOTH {
        for (at, known, place) in [("a1", "a1", "is at a1"), ("a2", "a1", "is at a2"), ("a2", "a2", "is at a2")] {
            let depot = depot(backend, at, &[known, "zz9"], "SELECT 1");
            let outcome = depot.run();
            outcome.code(125).prints("").says(&format!("it also says {known}; the schema {place}"));
            outcome.says("zz9 may belong to other migrations").says("version_table=NAME").says("restore zz9");
            leaves_the_rows(&depot, &[known, "zz9"]);
        }
    }
}

#[test]
fn an_unknown_row_beside_what_no_file_makes_is_never_removed() {
    for backend in BOTH {
        for (sql, what) in [
            ("CREATE TABLE boxes (id integer)", "table boxes"),
            ("ALTER TABLE parcels ADD COLUMN colour text", "parcels.colour"),
        ] {
            let depot = depot(backend, "a2", &["zz9"], sql);
            let what = format!("no file makes {what}");
            depot.run().code(125).prints("").says(&what).says("stamp --purge a2");
            leaves_the_rows(&depot, &["zz9"]);
        }
        let several = depot(backend, "a2", &["yy8", "zz9"], "SELECT 1");
        several.run().code(125).prints("").says("may belong to other migrations");
        leaves_the_rows(&several, &["yy8", "zz9"]);
        // Nothing but these migrations was here: the row is one of theirs that is lost.
        let lost = depot(backend, "a2", &["zz9"], "SELECT 1");
        lost.run().success().prints("started\n").says("replacing zz9 with a2");
        lost.has_rows(&["a3"]);
    }
}

#[test]
fn an_empty_row_is_named_and_goes() {
    for backend in BOTH {
        for (row, name) in [("", "'' (an empty row)"), ("  ", "white space")] {
            for rows in [&[row][..], &[row, "a2"]] {
                let depot = depot(backend, "a2", rows, "SELECT 1");
                depot.run().success().prints("started\n").says(name);
                depot.has_rows(&["a3"]);
            }
        }
    }
}

#[test]
fn revisions_that_fit_alike_are_listed_each_with_its_command() {
    let data = "op.execute('UPDATE parcels SET code = 1')";
    for backend in BOTH {
        let depot = Depot::new(backend, &[PARCELS, data, data, CRATES]);
        depot.alembic(&["upgrade", "a2"]);
        depot.set_row("zz9");
        let outcome = depot.run();
        outcome.code(125).prints("").says("matches a1, a2, a3 equally well");
        for id in ["a1", "a2", "a3"] {
            outcome.says(&format!("stamp --purge {id}"));
        }
        depot.has_rows(&["zz9"]);
    }
}

#[test]
fn a_revision_that_cannot_be_narrowed_down_is_said_to_be_so() {
    for backend in BOTH {
        let depot = depot(backend, "a3", &["zz9"], "DROP TABLE parcels");
        depot.run().code(125).prints("").says("cannot narrow down");
        depot.has_rows(&["zz9"]);
    }
}

fn git(depot: &Depot, words: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"])
        .args(words)
        .current_dir(depot.folder.path())
        .output()
        .unwrap();
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// The application in a repository, with a branch that has `zz9` after the last revision; or a commit that has deleted it.
fn in_git(depot: &Depot, is_deleted: bool) {
    let file = depot.folder.path().join("migrations/versions/zz9_later.py");
    git(depot, &["init", "-q"]);
    git(depot, &["add", "migrations", "alembic.ini"]);
    git(depot, &["commit", "-qm", "First"]);
    if !is_deleted {
        git(depot, &["checkout", "-qb", "feature"]);
    }
    fs::write(&file, "revision = 'zz9'\ndown_revision = 'a3'\n\n\ndef upgrade():\n    pass\n").unwrap();
    git(depot, &["add", "migrations"]);
    git(depot, &["commit", "-qm", "Later"]);
    match is_deleted {
        true => {
            git(depot, &["rm", "-q", "migrations/versions/zz9_later.py"]);
            git(depot, &["commit", "-qm", "Squash"]);
        }
        false => git(depot, &["checkout", "-q", "main"]),
    }
}

#[test]
fn git_tells_a_newer_release_from_a_file_that_was_deleted() {
    for backend in BOTH {
        for (is_deleted, cause, said) in [
            (true, "was renamed, squashed or removed", "(\"Squash\") deleted the file of zz9"),
            (false, "another branch or a newer release", "git: feature has the file of zz9"),
        ] {
            let at_head = depot(backend, "a3", &["zz9"], "SELECT 1");
            in_git(&at_head, is_deleted);
            at_head.run().success().prints("started\n").says(cause).says(said);
            at_head.has_rows(&["zz9"]);
        }
        // A revision of another branch is not lost.
        let branch = depot(backend, "a2", &["zz9"], "SELECT 1");
        in_git(&branch, false);
        branch.run().code(125).prints("").says("git: feature has the file of zz9").says("restore zz9");
        leaves_the_rows(&branch, &["zz9"]);
    }
}
