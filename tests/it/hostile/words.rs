//! What a server, a migration or a driver says, where it stands in a line of levelhead's own.

use std::fs;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::postgres::server;
use crate::support::{Application, Backend, Levelhead};

/// Every line of a log is levelhead's own, and holds neither the password nor what a terminal would obey.
#[track_caller]
fn is_clean(text: &str) {
    for line in text.lines().filter(|line| line.starts_with("levelhead:")) {
        assert!(!line.contains("Zq-77") && !line.contains('\u{1b}'), "{line:?}");
        assert!(!line.starts_with("levelhead: at head"), "{line:?}");
    }
}

#[test]
fn what_a_server_raises_is_one_line() {
    let shop = Application::at(Backend::Postgres, REVISIONS[2]);
    let url = shop.database.url();
    let name = url.rsplit('/').next().unwrap();
    server().sql(
        name,
        "CREATE FUNCTION says() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', \
         E'no \\x1b[2J\\x1b]0;title\\x07write\\nlevelhead: at head, postgres://a:Zq-77@h/d'; END $$; \
         CREATE TRIGGER says BEFORE UPDATE ON alembic_version FOR EACH ROW EXECUTE FUNCTION says()",
    );
    let outcome = shop.levelhead(&["stamp", HEAD]).run();
    outcome.code(125).says("no write levelhead: at head, postgres://a:***@h/d");
    is_clean(&outcome.stderr);
    let json = shop.levelhead(&["stamp", HEAD, "--log-format", "json"]).run();
    assert!(!json.stderr.contains("Zq-77") && !json.stderr.contains("u001b"), "{json:#?}");
}

#[test]
fn what_an_exception_repeats_is_masked() {
    let shop = Application::at(Backend::Postgres, REVISIONS[3]);
    let said = "sqlalchemy.exc.OperationalError: (psycopg.OperationalError) could not translate host name \
                \"postgresql://app:Zq-77@h:1/d\" \u{1b}[31m to address: password='Zq-77'";
    let file = shop.folder().join("log");
    fs::write(&file, format!("Traceback (most recent call last):\n  File \"a.py\", line 3, in b\n{said}\n")).unwrap();
    for format in ["text", "json"] {
        let explain: Levelhead = shop.levelhead(&["explain", "--offline", "--format", format]);
        let mut command = explain.command();
        let output = command.stdin(fs::File::open(&file).unwrap()).output().unwrap();
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8_lossy(&all);
        assert!(!all.contains("Zq-77") && !all.contains('\u{1b}') && all.contains("app:***@h"), "{all}");
    }
}

/// Nothing of the session is set for a question.
#[test]
fn a_name_with_a_backslash_is_found_whatever_the_server_makes_of_one() {
    let shop = Application::at(Backend::Postgres, HEAD);
    let url = shop.database.url();
    let name = url.rsplit('/').next().unwrap();
    server().sql(name, r#"ALTER TABLE alembic_version RENAME TO "al\nembic""#);
    for setting in ["on", "off"] {
        let url = format!("{url}?options=-cstandard_conforming_strings%3D{setting}");
        let check = shop.levelhead(&["check", "--version-table", r"al\nembic"]).env("DATABASE_URL", url).run();
        check.success().prints_a(HEAD);
    }
}
