//! Errors that are made for real, with each SQLAlchemy and driver that is installed, and what `explain` says of each.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::explain::piped;
use crate::support::database::Database;
use crate::support::postgres::server;
use crate::support::{Backend, Levelhead, python};

/// Where the virtualenv with SQLAlchemy 2.0 is; the other one has 2.1.
fn sqlalchemy_2_0() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv-sqlalchemy-2.0/bin");
    let made_by = "tests/support/virtualenv target/venv-sqlalchemy-2.0 tests/requirements-sqlalchemy-2.0.txt";
    assert!(folder.join("python").exists(), "no virtualenv at {}; make it: {made_by}", folder.display());
    folder
}

/// What each error says, with its driver and the cause that it is made by.
fn errors(python: &Path) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create(Backend::Postgres, folder.path());
    let Database::Postgres { name } = &database else { unreachable!() };
    database.sql(&format!("CREATE ROLE other_{name} LOGIN PASSWORD 'secret'"));
    let other = format!("postgresql://other_{name}:secret@127.0.0.1:{}/{name}", server().port);
    let made = Command::new(python.join("python"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/errors/errors.py"))
        .args([&database.url(), &other])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let said = String::from_utf8_lossy(&made.stdout).into_owned();
    let errors = said.split("\n== ").filter_map(|part| part.trim_start_matches("== ").split_once('\n'));
    errors.map(|(head, text)| (head.to_owned(), text.to_owned())).collect()
}

fn all_are_known(python: &Path) {
    let errors = errors(python);
    let mut wrong = Vec::new();
    for (head, text) in &errors {
        let (_, cause) = head.split_once(' ').unwrap();
        let outcome = piped(Levelhead::new(&["explain", "--offline", "--format", "json"]), text.as_bytes());
        let told = serde_json::from_str::<Value>(&outcome.stdout).map(|document| document["cause"].clone());
        if !told.as_ref().is_ok_and(|told| told == cause) {
            wrong.push(format!("{head}: {told:?}: {text}"));
        }
    }
    assert!(errors.len() > 170, "{}", errors.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), errors.len(), wrong.join("\n"));
}

#[test]
fn each_is_known_with_sqlalchemy_2_1() {
    all_are_known(&python::binaries());
}

#[test]
fn each_is_known_with_sqlalchemy_2_0() {
    all_are_known(&sqlalchemy_2_0());
}
