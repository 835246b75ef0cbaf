//! The harness that anyone can run on a checkout of theirs, on histories of tests/histories that the installed Alembic upgrades.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{examples, python};

/// The end of an `env.py` that drops a table as soon as `library` is at its head.
const LOST: &str = "
    if connection.exec_driver_sql('SELECT version_num FROM alembic_version').scalar() == '0ba7e39d45f2':
        connection.exec_driver_sql('DROP TABLE reader')
        connection.commit()
";

/// Judges a history of tests/histories on an SQLite file.
fn judge(history: &Path) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:///{}", folder.path().join("judged.db").display());
    Command::new(examples::built("judge"))
        .arg(history)
        .arg("versions")
        .arg(url)
        .arg(python::binaries().join("alembic"))
        .args(["upgrade", "{}"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap()
}

/// A history with an `alembic.ini` and an `env.py` of its own.
fn checkout(name: &str, folder: &Path) -> PathBuf {
    let histories = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories");
    let copy = folder.join(name);
    let copied = Command::new("cp").arg("-r").arg(histories.join(name)).arg(&copy).status().unwrap();
    assert!(copied.success());
    for file in ["alembic.ini", "env.py"] {
        std::fs::copy(histories.join(file), copy.join(file)).unwrap();
    }
    copy
}

#[test]
fn a_history_is_judged_without_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let judged = judge(&checkout("library", folder.path()));
    let text = String::from_utf8_lossy(&judged.stdout).into_owned();
    assert!(judged.status.success(), "{text}{}", String::from_utf8_lossy(&judged.stderr));
    for line in ["library/versions: 10 states", "true row        0     10      0 |", "wrong stamp"] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn a_fault_has_a_line_and_an_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let history = checkout("library", folder.path());
    // At its head it loses a table that its files make.
    let env = history.join("env.py");
    let text = std::fs::read_to_string(&env).unwrap();
    std::fs::write(&env, text + LOST).unwrap();
    let judged = judge(&history);
    let text = String::from_utf8_lossy(&judged.stdout).into_owned();
    assert_eq!(judged.status.code(), Some(1), "{text}{}", String::from_utf8_lossy(&judged.stderr));
    assert!(
        text.contains(
            "  false drift, true row, 1 state(s) from 0ba7e39d45f2: edited-revision: table reader is missing"
        ),
        "{text}"
    );
}
