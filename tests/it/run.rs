//! `levelhead run`: the simple states, on both databases.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::database::BOTH;
use crate::support::process::ends;
use crate::support::{Application, Backend, python};

#[test]
fn at_head_becomes_the_command_at_once_and_says_so_in_one_line() {
    for backend in BOTH {
        let shop = Application::at(backend, "head");
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome
            .success()
            .prints("started\n")
            .says(&format!("levelhead: version table at head {HEAD}; 4 revisions read in "));
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:#?}");
    }
}

#[test]
fn an_empty_database_is_upgraded_by_the_application_itself() {
    for backend in BOTH {
        let shop = Application::new(backend);
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.success().prints("started\n").says("an empty database, 4 revisions pending: flask db upgrade");
        outcome.says("Running upgrade c30fa6d1be95 -> d8452b70fc16").says(&format!("at head {HEAD}, upgraded in"));
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
        assert_eq!(shop.database.sql("SELECT count(*) FROM products WHERE category_id = 1"), ["2"]);
    }
}

#[test]
fn a_database_that_is_behind_is_upgraded_from_where_it_is() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.success().says("at 9e7c52f3d8b4, 2 revisions pending").says_nothing_of("-> 9e7c52f3d8b4");
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

#[test]
fn without_a_command_it_reconciles_and_exits_with_0() {
    for backend in BOTH {
        let shop = Application::new(backend);
        shop.levelhead(&["run"]).run().success().prints("");
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
        shop.levelhead(&["run"]).run().success().says("at head");
    }
}

#[test]
fn skip_db_upgrade_reports_writes_nothing_and_starts() {
    for backend in BOTH {
        for (spelling, revision) in [("1", "base"), ("TRUE", REVISIONS[2])] {
            let shop = Application::at(backend, revision);
            let before = shop.database.rows();
            let outcome =
                shop.levelhead(&["run", "--", "printenv", "SKIP_DB_UPGRADE"]).env("SKIP_DB_UPGRADE", spelling).run();
            outcome
                .success()
                .prints(&format!("{spelling}\n"))
                .says("pending; SKIP_DB_UPGRADE is set: nothing is changed");
            assert_eq!(shop.database.rows(), before);
        }
    }
}

#[test]
fn skip_db_upgrade_starts_even_where_nothing_can_be_read() {
    let shop = Application::new(Backend::Sqlite);
    let skipping = |name: &str, value: &str| {
        let levelhead = shop.levelhead(&["run", "--skip-db-upgrade", "--", "echo", "started"]).env(name, value);
        levelhead.env("LEVELHEAD_WAIT_TIMEOUT", "0").run()
    };
    skipping("DATABASE_URL", "").success().prints("started\n").says("DATABASE_URL is set, but empty");
    skipping("LEVELHEAD_MIGRATIONS", "nowhere").success().prints("started\n").says("nowhere");
    skipping("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/d").success().prints("started\n").says("127.0.0.1");
    assert!(!shop.folder().join("shop.db").exists());
}

#[test]
fn the_application_is_told_not_to_upgrade_again() {
    let shop = Application::at(Backend::Sqlite, "head");
    shop.levelhead(&["run", "--", "printenv", "SKIP_DB_UPGRADE"]).run().success().prints("true\n");
}

/// The state that a restored backup, a `create_all` or a lost table leaves, and in which plain `flask db upgrade` fails.
#[test]
fn tables_without_version_rows_are_stamped_with_what_the_schema_proves_and_upgraded() {
    for backend in BOTH {
        for lost in ["DROP TABLE alembic_version", "DELETE FROM alembic_version"] {
            let shop = Application::at(backend, REVISIONS[1]);
            shop.database.sql(lost);
            let plain = shop.flask(&["db", "upgrade"]);
            assert!(!plain.status.success() && String::from_utf8_lossy(&plain.stderr).contains("already exists"));
            let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
            outcome.success().prints("started\n").says("the schema is at 9e7c52f3d8b4").says("adding 9e7c52f3d8b4");
            outcome.says("2 revisions pending").says_nothing_of("-> 9e7c52f3d8b4, count");
            assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
        }
    }
}

/// Whether the last revision, which only moves data, has run is nothing that a catalogue can tell.
#[test]
fn what_the_schema_cannot_tell_apart_is_left_to_a_person() {
    for backend in BOTH {
        let shop = Application::at(backend, "head");
        shop.database.sql("DROP TABLE alembic_version");
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(125).prints("").says("[unversioned]: tables exist (").says("no version table");
        outcome
            .says("the schema matches c30fa6d1be95 and d8452b70fc16 equally well")
            .says("Yes: levelhead stamp --purge d8452b70fc16");
        assert_eq!(shop.database.rows(), None);
        // The command that was printed, and what it promises.
        shop.levelhead(&["stamp", "--purge", HEAD]).run().success();
        shop.levelhead(&["run", "--", "echo", "started"]).run().success().says("at head");
    }
}

#[test]
fn a_row_that_no_file_has_is_replaced_by_what_the_schema_proves() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        shop.database.sql("UPDATE alembic_version SET version_num = 'feedc0ffee00'");
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome
            .success()
            .prints("started\n")
            .says("the version table says feedc0ffee00, but no migration file has that id");
        outcome.says("replacing feedc0ffee00 with 9e7c52f3d8b4").says("2 revisions pending");
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

/// A newer release has upgraded the database, and the image before it starts again.
#[test]
fn a_rolled_back_deploy_starts_and_writes_nothing() {
    for backend in BOTH {
        let shop = Application::rolled_back(backend);
        shop.database.sql("CREATE TABLE invoices (id INTEGER PRIMARY KEY)");
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.success().prints("started\n").says(&format!("warning[ahead]: the version table says {HEAD}"));
        outcome.says("a newer release has probably upgraded this database").says("no file makes table invoices");
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

/// The last revision of these files changes data alone: no schema shows whether this database has been there.
#[test]
fn a_row_that_no_file_has_is_not_called_newer_where_the_head_leaves_no_trace() {
    for backend in BOTH {
        let shop = Application::at(backend, "head");
        shop.database.sql("UPDATE alembic_version SET version_num = 'feedc0ffee00'");
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(125).prints("").says("[unknown-revision]: the version table says feedc0ffee00").says(HEAD);
        assert_eq!(shop.database.rows(), Some(vec!["feedc0ffee00".to_owned()]));
    }
}

#[test]
fn a_row_that_no_file_has_over_a_schema_that_proves_nothing_stops_the_start() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[2]);
        shop.database.sql("UPDATE alembic_version SET version_num = 'feedc0ffee00'");
        shop.database.sql("ALTER TABLE products RENAME TO articles");
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome
            .code(125)
            .prints("")
            .says("[unknown-revision]: the version table says feedc0ffee00")
            .says("note: if the file of feedc0ffee00 was lost: levelhead restore feedc0ffee00");
        assert_eq!(shop.database.rows(), Some(vec!["feedc0ffee00".to_owned()]));
    }
}

#[test]
fn the_tables_of_another_application_stop_the_start() {
    for backend in BOTH {
        let shop = Application::new(backend);
        shop.database.sql("CREATE TABLE invoices (id INTEGER PRIMARY KEY)");
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(125).prints("").says("error[wrong-database]: the database ").says("help: levelhead verify");
    }
}

#[test]
fn a_row_that_precedes_another_is_removed() {
    for backend in BOTH {
        let shop = Application::at(backend, "head");
        shop.database.sql(&format!("INSERT INTO alembic_version VALUES ('{}')", REVISIONS[0]));
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome
            .success()
            .prints("started\n")
            .says("overlapping-rows")
            .says("4b1d0c9a7e21 is an ancestor of another of them");
        outcome.says("removing 4b1d0c9a7e21").says(&format!("at head {HEAD}\n"));
        outcome.says_nothing_of("another instance");
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

#[test]
fn an_upgrade_that_exits_0_without_reaching_the_heads_is_a_failure() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[0]);
        let outcome = shop.levelhead(&["run", "--upgrade-command", "true", "--", "echo", "started"]).run();
        outcome.code(125).prints("").says("`true` exited with 0, but the version table holds 4b1d0c9a7e21");
    }
}

#[test]
fn a_failed_upgrade_ends_the_start_with_its_own_exit_code() {
    let shop = Application::new(Backend::Sqlite);
    let failing = |command: &str| {
        shop.levelhead(&["run", "--", "echo", "started"]).env("LEVELHEAD_UPGRADE_COMMAND", command).run()
    };
    failing("sh -c 'echo no such luck >&2; exit 77'").code(77).prints("").says("no such luck").says("exited with 77");
    failing("sh -c 'exit 3'").code(125).says("exited with 3");
    failing("sh -c 'kill -9 $$'").code(137).says("SIGKILL");
    failing("no-such-upgrade").code(127).says("no-such-upgrade: command not found");
}

#[test]
fn an_upgrade_that_takes_too_long_is_ended_with_its_children() {
    let shop = Application::new(Backend::Sqlite);
    let outcome = shop
        .levelhead(&["run", "--upgrade-timeout", "300ms", "--", "echo", "started"])
        .env("LEVELHEAD_UPGRADE_COMMAND", "sh -c 'sleep 600 & echo child $!; wait'")
        .run();
    outcome.code(124).says("LEVELHEAD_UPGRADE_TIMEOUT");
    let child = outcome.stdout.trim().strip_prefix("child ").unwrap().parse().unwrap();
    assert!(ends(child), "{child} is still running");
}

#[test]
fn plain_alembic_is_upgraded_with_alembic() {
    for backend in BOTH {
        let shop = Application::new(backend);
        fs::remove_dir_all(shop.folder().join("migrations")).unwrap();
        let project = |arguments: &[&str]| {
            let output = Command::new(python::binaries().join("alembic"))
                .args(arguments)
                .current_dir(shop.folder())
                .env("PATH", python::path())
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
        };
        project(&["init", "migrations"]);
        let ini = shop.folder().join("alembic.ini");
        let text = fs::read_to_string(&ini).unwrap();
        let url = shop.database.url().replace("postgresql://", "postgresql+psycopg://").replace('%', "%%");
        fs::write(&ini, text.replace("driver://user:pass@localhost/dbname", &url)).unwrap();
        project(&["revision", "-m", "first"]);
        project(&["revision", "-m", "second"]);
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.success().says("2 revisions pending: alembic").says("upgrade heads");
        shop.levelhead(&["run", "--", "echo", "started"]).run().success().says("at head");
    }
}

#[test]
fn the_upgrade_is_found_beside_a_start_command_of_a_virtualenv_that_is_not_on_the_path() {
    let shop = Application::new(Backend::Sqlite);
    let python = python::binaries().join("python");
    let outcome = shop
        .levelhead(&["run", "--", python.to_str().unwrap(), "-c", "print('started')"])
        .env("PATH", "/usr/bin:/bin")
        .run();
    outcome.success().prints("started\n").says("Running upgrade");
}

#[test]
fn a_pipe_into_levelhead_reaches_the_application_although_an_upgrade_ran() {
    use std::io::Write;
    let shop = Application::new(Backend::Sqlite);
    let mut child = shop.levelhead(&["run", "--", "cat"]).command();
    let mut child = child.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"piped\0bytes\n").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"piped\0bytes\n");
}

#[test]
fn many_that_start_at_once_upgrade_once() {
    for backend in BOTH {
        let shop = Application::new(backend);
        let started: Vec<_> = (0..8).map(|_| shop.levelhead(&["run", "--", "echo", "started"]).spawn()).collect();
        let outputs: Vec<_> = started.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        let mut upgrades = 0;
        for output in &outputs {
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && output.stdout == b"started\n", "{stderr}");
            upgrades += stderr.matches("Running upgrade  ->").count();
        }
        assert_eq!(upgrades, 1);
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

#[test]
fn at_head_no_lock_is_taken_and_nothing_is_written() {
    let shop = Application::at(Backend::Sqlite, "head");
    let database = shop.folder().join("shop.db");
    fs::set_permissions(&database, fs::Permissions::from_mode(0o444)).unwrap();
    let before = fs::read(&database).unwrap();
    shop.levelhead(&["run", "--", "echo", "started"]).run().success();
    assert_eq!(fs::read(&database).unwrap(), before);
    let files: Vec<_> = fs::read_dir(shop.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!files.iter().any(|name| name.to_string_lossy().starts_with("shop.db.")), "{files:?}");
}
