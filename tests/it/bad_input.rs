//! Bad input: each names the thing and the next command, exits as documented, and writes nothing.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::support::application::HEAD;
use crate::support::{Application, Backend, Outcome};

const PASSWORD: &str = "hunter2";

fn shop() -> Application {
    Application::new(Backend::Sqlite)
}

/// `run -- echo started` with one variable set.
fn run_with(shop: &Application, name: &str, value: impl AsRef<OsStr>) -> Outcome {
    shop.levelhead(&["run", "--", "echo", "started"]).env(name, value).run()
}

#[track_caller]
fn refused(outcome: &Outcome, code: i32, says: &str) {
    outcome.code(code).prints("").says(says).says("levelhead: ");
}

#[test]
fn no_database_url() {
    let outcome = shop().levelhead(&["run", "--", "echo", "started"]).env_remove("DATABASE_URL").run();
    refused(&outcome, 2, "DATABASE_URL is not set");
    refused(&run_with(&shop(), "DATABASE_URL", ""), 2, "DATABASE_URL is set, but empty");
}

#[test]
fn a_url_that_cannot_be_used_is_refused_without_showing_it() {
    for (url, says) in [
        ("hunter2", "does not begin with a scheme"),
        ("mysql://u:hunter2@h/d", "mysql"),
        ("postgresql://u:p@hunter2@h/d", "unescaped @"),
        ("postgresql://u:a:hunter2@h:x/d", "port"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
    ] {
        for level in ["error", "trace"] {
            let outcome = shop().levelhead(&["run", "--log", level]).env("DATABASE_URL", url).run();
            refused(&outcome, 2, says);
            outcome.says_nothing_of(PASSWORD);
        }
    }
}

/// It decides where things are written: no command goes on without it.
#[test]
fn what_chooses_another_database_is_refused_by_every_command() {
    let shop = Application::at(Backend::Postgres, HEAD);
    let url = shop.database.url();
    let name = url.rsplit('/').next().unwrap();
    let commands: [&[&str]; 9] = [
        &["run", "--", "echo", "started"],
        &["check"],
        &["current"],
        &["infer"],
        &["stamp", "base"],
        &["fix", HEAD, "--force", "--yes"],
        &["fix", HEAD, "--sql"],
        &["undo"],
        &["reset", "--no-backup", "--yes-i-mean", name],
    ];
    for arguments in commands {
        let in_url = shop.levelhead(arguments).env("DATABASE_URL", format!("{url}?service=depot")).run();
        refused(&in_url, 2, "service chooses a database elsewhere than in the URL");
        let in_variable = shop.levelhead(arguments).env("PGSERVICE", "depot").run();
        refused(&in_variable, 2, "PGSERVICE chooses a database elsewhere than in the URL");
        in_variable.says("postgresql://USER:PASSWORD@HOST:PORT/NAME");
    }
    shop.levelhead(&["verify"]).env("PGSERVICE", "depot").run().code(1).prints_a("PGSERVICE chooses a database");
    assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    // Alone it names a file, and nothing in it.
    shop.levelhead(&["current"]).env("PGSERVICEFILE", "/nonexistent").run().success();
    // Whoever skips the upgrade is started whatever is wrong.
    let skipped = shop.levelhead(&["run", "--", "echo", "started"]).env("PGSERVICE", "depot");
    skipped.env("SKIP_DB_UPGRADE", "true").run().success().prints("started\n").says("PGSERVICE chooses a database");
    // SQLite has no services.
    run_with(&self::shop(), "PGSERVICE", "depot").success().prints("started\n");
}

#[test]
fn a_password_is_never_printed_not_even_where_it_is_wrong_or_odd() {
    for password in ["hunter2", "hunter2%", "hunter2%zz", "a:hunter2", "%40hunter2", "a?hunter2", "a#hunter2"] {
        for host in ["127.0.0.1:1", "no-such-host.invalid"] {
            let url = format!("postgresql://shop:{password}@{host}/shop");
            let arguments = ["run", "--log", "trace", "--wait-timeout", "300ms", "--", "echo", "started"];
            let outcome = shop().levelhead(&arguments).env("DATABASE_URL", url).run();
            outcome.prints("").says("note: ").says_nothing_of(PASSWORD);
            assert_ne!(outcome.status.code(), Some(0));
        }
    }
}

#[test]
fn a_database_that_does_not_answer_ends_the_wait_with_124() {
    let shop = shop();
    let arguments = ["run", "--wait-timeout", "300ms", "--", "echo", "started"];
    let outcome = shop.levelhead(&arguments).env("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/d").run();
    refused(&outcome, 124, "127.0.0.1");
}

#[test]
fn no_migrations_folder() {
    let empty = tempfile::tempdir().unwrap();
    let outcome = shop().levelhead(&["run", "--", "echo", "started"]).current_dir(empty.path()).run();
    refused(&outcome, 125, "migrations");
    refused(&run_with(&shop(), "LEVELHEAD_MIGRATIONS", "elsewhere"), 125, "elsewhere");
}

#[test]
fn a_folder_without_revisions() {
    let shop = shop();
    fs::remove_dir_all(shop.folder().join("migrations/versions")).unwrap();
    refused(&run_with(&shop, "A", "b"), 125, "versions");
}

#[test]
fn a_file_with_a_syntax_error_is_named_with_its_line() {
    let shop = shop();
    let file = shop.folder().join("migrations/versions/broken.py");
    fs::write(&file, "revision = 'abc'\ndown_revision = (\n\n\ndef upgrade(:\n").unwrap();
    let outcome = run_with(&shop, "A", "b");
    refused(&outcome, 125, "broken.py");
    assert_eq!(shop.database.rows(), None);
}

#[test]
fn an_unknown_variable_of_levelheads() {
    for (name, says) in [
        ("LEVELHEAD_WAIT_TIMOUT", "did you mean LEVELHEAD_WAIT_TIMEOUT?"),
        ("LEVELHEAD_WAIT", "did you mean LEVELHEAD_WAIT_TIMEOUT?"),
        ("LEVELHEAD_VERSION", "rename LEVELHEAD_VERSION to LEVELHEAD_VERSION_TABLE or LEVELHEAD_VERSION_TABLE_SCHEMA"),
        ("LEVELHEAD_XYZZY_PLUGH", "help: levelhead run --help"),
    ] {
        refused(&run_with(&shop(), name, "3"), 2, says);
    }
}

#[test]
fn values_that_do_not_parse() {
    for (name, value, says) in [
        ("SKIP_DB_UPGRADE", "maybe", "neither yes (true, 1, yes, on) nor no (false, 0, no, off)"),
        ("LEVELHEAD_WAIT_TIMEOUT", "soon", "not a duration"),
        ("LEVELHEAD_LOG", "loud", "error, warn, info, debug, trace"),
        ("LEVELHEAD_LOG_FORMAT", "xml", "text, json"),
        ("LEVELHEAD_UPGRADE_COMMAND", "flask 'db", "quote"),
    ] {
        let outcome = run_with(&shop(), name, value);
        refused(&outcome, 2, name);
        outcome.says(says);
    }
}

#[test]
fn bytes_that_are_not_utf8() {
    let odd = OsStr::from_bytes(b"a\xffb");
    let shop = Application::at(Backend::Sqlite, "head");
    refused(&run_with(&shop, "DATABASE_URL", odd), 2, "DATABASE_URL is not valid UTF-8");
    run_with(&shop, "SOME_OTHER", odd).success();
    shop.levelhead(&["run"]).env(odd, odd).run().success();
    let printed = shop.levelhead(&["run", "--", "printf", "%s"]).arg(odd).command().output().unwrap();
    assert_eq!(printed.stdout, b"a\xffb");
    assert_eq!(shop.levelhead(&[]).arg(odd).run().status.code(), Some(2));
}

#[test]
fn a_command_that_cannot_be_started_is_known_before_anything_is_changed() {
    let shop = shop();
    fs::write(shop.folder().join("plain"), "echo\n").unwrap();
    let file = shop.folder().join("plain");
    for (command, code, says) in [
        ("no-such-command", 127, "no-such-command: command not found"),
        ("./no-such-command", 127, "./no-such-command: no such file in "),
        ("./migrations", 126, "is a folder"),
        (file.to_str().unwrap(), 126, "permission denied"),
    ] {
        refused(&shop.levelhead(&["run", "--", command]).run(), code, says);
        assert_eq!(shop.database.rows(), None);
    }
}

#[test]
fn no_flask_on_the_path_when_an_upgrade_is_pending() {
    let outcome = run_with(&shop(), "PATH", "/usr/bin:/bin");
    refused(&outcome, 127, "no upgrade command: flask: command not found");
    outcome.says("LEVELHEAD_UPGRADE_COMMAND");
}

#[test]
fn usage_errors_exit_with_2() {
    shop().levelhead(&[]).run().code(2);
    shop().levelhead(&["walk"]).run().code(2);
    shop().levelhead(&["run", "gunicorn"]).run().code(2);
    shop().levelhead(&["run", "--no-such-flag"]).run().code(2);
    shop().levelhead(&["--version"]).run().success().prints(concat!("levelhead ", env!("CARGO_PKG_VERSION"), "\n"));
}

/// A database that does not exist is refused at once, unless it is said to come late.
#[test]
fn what_the_server_refuses_is_waited_for_only_on_demand() {
    let shop = shop();
    let url = crate::support::postgres::server().url("no_such_database");
    let refused_by = |retry: &str| {
        let levelhead = shop.levelhead(&["run", "--wait-timeout", "1s", "--", "echo", "started"]);
        levelhead.env("DATABASE_URL", &url).env("LEVELHEAD_RETRY_AUTHENTICATION", retry).run()
    };
    refused(&refused_by("no"), 125, "no_such_database");
    refused(&refused_by("yes"), 124, "no_such_database");
}
