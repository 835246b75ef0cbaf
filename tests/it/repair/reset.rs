//! `reset`: what it shows, everything that it refuses, and what is left when it does not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use crate::support::application::{Application, HEAD};
use crate::support::database::{BOTH, Database};
use crate::support::postgres::{PASSWORD, binaries, server, tool};
use crate::support::{Backend, Levelhead, python};

/// `reset` on the application's database, with the PostgreSQL tools on the PATH.
pub(super) fn reset(application: &Application, arguments: &[&str]) -> Levelhead {
    let tools = tool("pg_dump");
    let path = format!("{}:{}", tools.parent().unwrap().display(), python::path());
    application.levelhead(&[&["reset"], arguments].concat()).env("PATH", path)
}

pub(super) fn name(application: &Application) -> String {
    match &application.database {
        Database::Postgres { name } => name.clone(),
        Database::Sqlite { file } => file.file_name().unwrap().to_str().unwrap().to_owned(),
    }
}

/// How much there is, as a sum that any loss changes.
fn products(application: &Application) -> Vec<String> {
    application.database.sql("SELECT count(*) FROM products")
}

#[test]
fn nothing_happens_unless_everything_is_said() {
    for backend in BOTH {
        let application = Application::at(backend, HEAD);
        let name = name(&application);
        let yes = ["--yes-i-mean", &name];
        let cases: [(&[&str], i32, &str); 6] = [
            (&[], 125, "no backup is asked for"),
            (&yes, 125, "add --backup FILE, or --no-backup"),
            (&["--no-backup"], 125, &format!("the database is called {name}")),
            (&["--no-backup", "--yes-i-mean", "other"], 125, &format!("{name}, not \"other\"")),
            (&["--no-backup", "--backup", "x", "--yes-i-mean", "x"], 2, "cannot be used with"),
            (&["--dry-run"], 0, ""),
        ];
        for (arguments, code, said) in cases {
            let outcome = reset(&application, arguments).run();
            outcome.code(code).says(said);
            assert_eq!(products(&application).len(), 1, "{arguments:?}");
            assert_eq!(application.database.rows(), Some(vec![HEAD.to_owned()]));
            if code != 2 {
                assert!(outcome.stdout.contains("products") && outcome.stdout.contains("row"), "{outcome:#?}");
            }
        }
        let all = ["--no-backup", "--yes-i-mean", &name];
        for (variable, value) in [
            ("RENDER", "true"),
            ("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
            ("FLY_APP_NAME", "shop"),
            ("DYNO", "run.1"),
            ("RAILWAY_ENVIRONMENT_NAME", "main"),
            ("CONTAINER_APP_NAME", "shop"),
            ("APP_ENV", "Production"),
            ("FLASK_CONFIG", "prod"),
            ("APP_SETTINGS", "config.ProductionConfig"),
            ("SENTRY_ENVIRONMENT", "eu-production"),
        ] {
            let refused = reset(&application, &all).env(variable, value).run();
            refused.code(125).says("this looks like production").says(variable).says("--even-in-production").prints("");
        }
        let staging = [("APP_ENV", "staging"), ("APP_SETTINGS", "config.ReproductionConfig"), ("RENDER", "")];
        let asked = reset(&application, &["--no-backup"]);
        staging
            .into_iter()
            .fold(asked, |asked, (name, value)| asked.env(name, value))
            .run()
            .says("the database is called");
        assert_eq!(products(&application).len(), 1);
        reset(&application, &[&all[..], &["--even-in-production"]].concat()).env("RENDER", "true").run().success();
        assert_eq!(application.database.rows(), None);
    }
}

#[test]
fn it_empties_the_database_so_that_an_upgrade_begins_anew() {
    for backend in BOTH {
        let application = Application::at(backend, HEAD);
        let name = name(&application);
        if backend == Backend::Postgres {
            application.database.sql(
                "CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('a'); CREATE DOMAIN d AS citext;
                 CREATE VIEW v AS SELECT 1 AS x; CREATE MATERIALIZED VIEW m AS SELECT 1 AS x;
                 CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                 CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int);
                 CREATE TRIGGER t BEFORE INSERT ON products FOR EACH ROW EXECUTE FUNCTION f();
                 CREATE SCHEMA \"Odd name\"; CREATE TABLE \"Odd name\".\"t 1\" (m mood, c citext);
                 CREATE SEQUENCE s; CREATE TYPE pair AS (a int, b mood);
                 CREATE TABLE parts (id int) PARTITION BY RANGE (id);
                 CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (9)",
            );
        } else {
            application.database.sql(
                "CREATE VIEW v AS SELECT 1; CREATE VIRTUAL TABLE words USING fts5(w); INSERT INTO words VALUES ('x');
                 CREATE TRIGGER t AFTER INSERT ON products BEGIN SELECT 1; END",
            );
        }
        let done = reset(&application, &["--no-backup", "--yes-i-mean", &name]).run();
        done.success().says(&format!("{name} is empty now; to make it anew: levelhead run"));
        let left = match backend {
            Backend::Postgres => application.database.sql(
                "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
                 WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
                 UNION ALL SELECT nspname FROM pg_namespace WHERE nspname ~ 'Odd'
                 UNION ALL SELECT typname FROM pg_type WHERE typname IN ('mood', 'd', 'pair')
                 UNION ALL SELECT proname FROM pg_proc WHERE proname IN ('f', 'total')",
            ),
            Backend::Sqlite => application.database.sql("SELECT name FROM sqlite_master"),
        };
        assert_eq!(left, Vec::<String>::new());
        if backend == Backend::Postgres {
            assert_eq!(application.database.sql("SELECT extname FROM pg_extension ORDER BY 1"), ["citext", "plpgsql"]);
        }
        application.levelhead(&["run"]).run().success();
        assert_eq!(application.database.rows(), Some(vec![HEAD.to_owned()]));
        reset(&application, &["--no-backup", "--yes-i-mean", &name]).run().success();
        reset(&application, &["--no-backup", "--yes-i-mean", &name]).run().success().says("is empty already");
    }
}

#[test]
fn the_backup_is_whole_and_never_written_over_a_file() {
    for backend in BOTH {
        let application = Application::at(backend, HEAD);
        let (name, before) = (name(&application), products(&application));
        let arguments = ["--backup", "before.dump", "--yes-i-mean", &name];
        let backup = application.folder().join("before.dump");
        fs::write(&backup, "precious").unwrap();
        reset(&application, &arguments).run().code(125).says("before.dump is not written: it exists");
        assert_eq!(
            (fs::read_to_string(&backup).unwrap().as_str(), products(&application)),
            ("precious", before.clone())
        );
        fs::remove_file(&backup).unwrap();
        if backend == Backend::Postgres {
            let refused = reset(&application, &arguments).env("PATH", "/nonexistent").run();
            let client = format!("help: apt-get install -y postgresql-client-{}\n", server().version());
            refused.code(125).says("pg_dump: command not found").says(&client).says("--no-backup");
            assert_eq!(products(&application), before);
        }
        let done = reset(&application, &arguments).run();
        done.success().says("backup: before.dump").says_nothing_of("s3cr");
        assert_eq!(application.database.rows(), None);
        match &application.database {
            Database::Sqlite { file } => drop(fs::copy(&backup, file).unwrap()),
            Database::Postgres { .. } => {
                let printed = done.stderr.split("to put it back: ").nth(1).unwrap().lines().next().unwrap();
                let restored = Command::new("sh")
                    .args(["-c", printed])
                    .current_dir(application.folder())
                    .env("PATH", format!("{}:/usr/bin:/bin", tool("pg_restore").parent().unwrap().display()))
                    .env("PGPASSWORD", PASSWORD)
                    .output()
                    .unwrap();
                assert!(restored.status.success(), "{restored:?}");
            }
        }
        assert_eq!((products(&application), application.database.rows()), (before, Some(vec![HEAD.to_owned()])));
        assert!(!names(application.folder()).iter().any(|name| name.ends_with(".tmp")));
    }
}

/// A folder with a pg_dump that writes half a file and then runs `script`; the last word it is given is `$file`.
fn pg_dump(script: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("pg_dump");
    fs::write(&program, format!("#!/bin/sh\nfor file; do :; done; echo half >\"$file\"\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_dump_that_fails_changes_nothing_and_leaves_no_part_of_itself() {
    let application = Application::at(Backend::Postgres, HEAD);
    let (name, before, files) = (name(&application), products(&application), names(application.folder()));
    let arguments = ["reset", "--backup", "before.dump", "--yes-i-mean", &name];
    let client = format!("help: apt-get install -y postgresql-client-{}\n", server().version());
    let cases = [
        (
            "echo 'pg_dump: error: aborting because of server version mismatch
                   pg_dump: detail: server version: 99.4; pg_dump version: 9.6' >&2; exit 1",
            "server version mismatch; pg_dump: detail",
            client.as_str(),
        ),
        (
            "echo 'pg_dump: error: permission denied for table t' >&2; exit 1",
            "for table t",
            "note: use a role that may",
        ),
        (
            "echo 'pg_dump: error: canceling statement due to lock timeout' >&2; exit 1",
            "",
            "note: stop the application",
        ),
        ("echo 'pg_dump: error: could not write: No space left on device' >&2; exit 1", "", "note: make room"),
        ("echo 'pg_dump: error: something new' >&2; exit 1", "something new", "note: put right what it says"),
        ("exit 3", "exit status: 3", "note: put right what it says"),
        // It says that it has written the dump, and pg_restore does not find one.
        ("exit 0", "pg_restore: error: ", "note: put right what it says"),
    ];
    for (script, said, next) in cases {
        let folder = pg_dump(script);
        let path = format!("{}:{}:{}", folder.path().display(), binaries().display(), python::path());
        let refused = application.levelhead(&arguments).env("PATH", path).run();
        refused
            .code(125)
            .says("the backup before.dump is not written: ")
            .says(said)
            .says(next)
            .says_nothing_of("VERSION");
        assert_eq!((products(&application), names(application.folder())), (before.clone(), files.clone()), "{script}");
    }
    for (signal, number) in [("INT", 2), ("TERM", 15)] {
        let folder = pg_dump(&format!("kill -{signal} $PPID; exec sleep 600"));
        let path = format!("{}:{}:{}", folder.path().display(), binaries().display(), python::path());
        let ended = application.levelhead(&arguments).env("PATH", path).run();
        assert_eq!(ended.status.signal(), Some(number), "{ended:#?}");
        ended.says(&format!("stopped by SIG{signal}; there is no backup, and nothing is dropped"));
        assert_eq!((products(&application), names(application.folder())), (before.clone(), files.clone()));
    }
}

#[test]
fn others_who_are_connected_keep_it_from_happening() {
    let application = Application::at(Backend::Postgres, HEAD);
    let name = name(&application);
    let mut other = Command::new(tool("psql"))
        .args([
            "-qAt",
            "-d",
            &server().url(&name),
            "-c",
            "SET application_name = 'the shop'",
            "-c",
            "SELECT pg_sleep(60)",
        ])
        .spawn()
        .unwrap();
    crate::support::running::eventually("psql sleeps", || {
        application.database.sql("SELECT count(*) FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'") == ["1"]
            || application.database.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'the shop'")
                == ["1"]
    });
    let arguments = ["--no-backup", "--yes-i-mean", name.as_str()];
    let refused = reset(&application, &arguments).run();
    refused
        .code(125)
        .says(&format!("others are connected to {name}: pid "))
        .says("the shop")
        .says("--even-if-connected");
    assert_eq!(products(&application).len(), 1);
    reset(&application, &[&arguments[..], &["--even-if-connected"]].concat()).run().success().says("the shop");
    assert_eq!(application.database.rows(), None);
    other.kill().unwrap();
    other.wait().unwrap();

    let application = Application::at(Backend::Sqlite, HEAD);
    let Database::Sqlite { file } = &application.database else { unreachable!() };
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.query_row("SELECT count(*) FROM products", [], |row| row.get::<_, i64>(0)).unwrap();
    let refused = reset(&application, &["--no-backup", "--yes-i-mean", "shop.db"]).run();
    refused.code(125).says(&format!("others are connected to shop.db: pid {}", std::process::id()));
    drop(connection);
    reset(&application, &["--no-backup", "--yes-i-mean", "shop.db"]).run().success();
}

#[test]
fn the_version_table_alone() {
    for backend in BOTH {
        let application = Application::at(backend, HEAD);
        let before = products(&application);
        reset(&application, &["--versions-only"]).run().code(125).says("the database is called").says("--yes-i-mean");
        let name = name(&application);
        let done = reset(&application, &["--versions-only", "--yes-i-mean", &name]).run();
        done.success().says(&format!("removing {HEAD}"));
        assert_eq!((application.database.rows(), products(&application)), (Some(Vec::new()), before));
    }
}
