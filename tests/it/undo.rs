//! The ledger, and `undo`: exactly the rows of before come back, unless somebody else has changed them since.

use crate::support::application::{HEAD, REVISIONS};
use crate::support::database::BOTH;
use crate::support::{Application, Backend};

/// Everything that the version table holds, a text a row.
fn everything(shop: &Application) -> Vec<String> {
    let columns = "version_num || ' ' || coalesce(note, '-') || ' ' || at";
    shop.database.sql(&format!("SELECT coalesce({columns}, 'none ' || at) FROM alembic_version ORDER BY at"))
}

#[test]
fn the_rows_come_back_as_they_were_whatever_else_is_in_them() {
    for backend in BOTH {
        let shop = Application::new(backend);
        let (row, other) = (REVISIONS[1], REVISIONS[2]);
        shop.database.sql(&format!(
            "CREATE TABLE alembic_version (version_num varchar(32), note text, at int DEFAULT 7); \
             INSERT INTO alembic_version VALUES ('{row}', 'it''s', 1), ('{row}', NULL, 2), (NULL, NULL, 3), ('gone', 'x', 4)"
        ));
        let before = everything(&shop);
        assert_eq!(before.len(), 4);
        shop.levelhead(&["stamp", "--purge", other]).run().success().says("to take it back: levelhead undo");
        let after = everything(&shop);
        assert_eq!(shop.database.sql("SELECT count(*) FROM alembic_version WHERE version_num IS NOT NULL"), ["1"]);
        let would = shop.levelhead(&["undo", "--dry-run"]).run();
        would.success().says("would take back the stamp of ").says("putting back ");
        assert_eq!(everything(&shop), after);
        let undone = shop.levelhead(&["undo"]).run();
        undone.success().says("took back the stamp of ").says(&format!("putting back {row}, {row}, NULL, gone"));
        assert_eq!(everything(&shop), before);
        // It is a change itself.
        shop.levelhead(&["undo"]).run().success().says("took back the undo of ");
        assert_eq!(everything(&shop), after);
    }
}

#[test]
fn the_statements_of_a_dry_run_do_the_same() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[0]);
        shop.levelhead(&["stamp", "head"]).run().success();
        let would = shop.levelhead(&["undo", "--dry-run"]).run();
        shop.database.sql(&would.success().stdout);
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[0].to_owned()]));
    }
}

#[test]
fn a_table_that_was_not_there_goes_again() {
    for backend in BOTH {
        let shop = Application::new(backend);
        shop.levelhead(&["stamp", "head"]).run().success();
        shop.levelhead(&["undo"]).run().success().says("removing the table, which was not there before");
        assert_eq!(shop.database.rows(), None);
        shop.levelhead(&["undo"]).run().success().says(&format!("putting back {HEAD}"));
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

#[test]
fn what_run_has_repaired_comes_back_and_what_was_upgraded_does_not() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        shop.database.sql("UPDATE alembic_version SET version_num = 'feedc0ffee00'");
        let target = |words: &[&str]| shop.levelhead(words).env("LEVELHEAD_TARGET", REVISIONS[1]).run();
        target(&["run", "--", "echo", "started"])
            .success()
            .says(&format!("replacing feedc0ffee00 with {}", REVISIONS[1]));
        shop.levelhead(&["undo"]).run().success().says("took back the repair of ").says("putting back feedc0ffee00");
        assert_eq!(shop.database.rows(), Some(vec!["feedc0ffee00".to_owned()]));

        shop.levelhead(&["run", "--", "echo", "started"]).run().success();
        let refused = shop.levelhead(&["undo"]).run();
        refused.code(125).says("the last change was the application's upgrade of ");
        refused.says(&format!("from {} to {HEAD}", REVISIONS[1])).says(&format!("flask db downgrade {}", REVISIONS[1]));
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
        // The upgrade is taken back as it says, and then the repair before it.
        assert!(shop.flask(&["db", "downgrade", REVISIONS[1]]).status.success());
        shop.levelhead(&["undo"]).run().success().says("putting back feedc0ffee00");
    }
}

/// Alembic says when each revision begins, as long as its log is left on.
#[test]
fn an_upgrade_is_noted_with_what_each_revision_took() {
    let upgraded = |upgrade: &str| {
        let shop = Application::at(Backend::Postgres, REVISIONS[1]);
        shop.levelhead(&["run", "--upgrade-command", upgrade]).run().success();
        let noted = "SELECT a ->> 'revision' || ' ' || (a ->> 'parents') || ' ' || coalesce(jsonb_typeof(a -> 'milliseconds'), '') \
                     FROM levelhead.ledger, jsonb_array_elements(applied) a";
        shop.database.sql(noted)
    };
    let expected = |kind: &str| [2, 3].map(|at| format!("{} [\"{}\"] {kind}", REVISIONS[at], REVISIONS[at - 1]));
    assert_eq!(upgraded("flask db upgrade"), expected("number"));
    assert_eq!(upgraded("sh -c 'exec flask db upgrade 2>/dev/null'"), expected("null"));
}

/// With a transaction for each migration, those before the one that fails stay, and are the newer release's all the same.
#[test]
fn what_a_failed_upgrade_has_committed_is_noted() {
    let shop = Application::at(Backend::Postgres, "head");
    let env = shop.folder().join("migrations/env.py");
    let text = std::fs::read_to_string(&env).unwrap();
    let configure = "connection=connection, ";
    assert!(text.contains(configure));
    std::fs::write(env, text.replace(configure, "connection=connection, transaction_per_migration=True, ")).unwrap();
    let file = |id: &str| shop.folder().join(format!("migrations/versions/{id}_new.py"));
    for (id, down, sql) in [
        ("ffff00000001", HEAD, "CREATE INDEX ix_price ON products (price)"),
        ("ffff00000002", "ffff00000001", "ALTER TABLE products ADD COLUMN sku text NOT NULL"),
    ] {
        let text = format!(
            "from alembic import op\n\nrevision = '{id}'\ndown_revision = '{down}'\n\n\ndef upgrade():\n    op.execute('{sql}')\n"
        );
        std::fs::write(file(id), text).unwrap();
    }
    let failed = shop.levelhead(&["run", "--", "echo", "started"]).run();
    failed.code(1).says("revision ffff00000002 (ffff00000002_new.py:8): column \"sku\"").says("null values");
    failed.says("the failed upgrade has left: at ffff00000001, 1 revision pending");
    let noted = "SELECT action || ' ' || string_agg(a ->> 'revision', ' ') FROM levelhead.ledger, jsonb_array_elements(applied) a \
                 GROUP BY action";
    assert_eq!(shop.database.sql(noted), ["upgrade ffff00000001"]);
    shop.levelhead(&["run"]).run().code(1);
    assert_eq!(shop.database.sql(noted), ["upgrade ffff00000001"], "the second time it has committed nothing");
    for id in ["ffff00000001", "ffff00000002"] {
        std::fs::remove_file(file(id)).unwrap();
    }
    let older = shop.levelhead(&["run", "--", "echo", "started"]).run();
    older.success().prints("started\n").says("a newer release has upgraded this database");
}

#[test]
fn rows_that_have_moved_since_are_left_alone() {
    for backend in BOTH {
        let shop = Application::new(backend);
        shop.levelhead(&["undo"]).run().code(125).says("the ledger has nothing to undo").says("help: levelhead check");
        shop.levelhead(&["stamp", REVISIONS[0]]).run().success();
        shop.levelhead(&["stamp", REVISIONS[1]]).run().success();
        shop.database.sql(&format!("UPDATE alembic_version SET version_num = '{HEAD}'"));
        let refused = shop.levelhead(&["undo"]).run();
        refused.code(125).says("the rows have moved since: the stamp of ");
        refused.says(&format!("left {}, and now the version table holds {HEAD}", REVISIONS[1]));
        refused.says(&format!("levelhead stamp --purge {}", REVISIONS[0]));
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

/// To empty the rows of a database whose tables an upgrade has made would leave nobody who knows where it is.
#[test]
fn nobody_is_told_to_take_an_upgrade_back_by_its_rows() {
    for backend in BOTH {
        for before in [None, Some(REVISIONS[1])] {
            let shop = before.map_or_else(|| Application::new(backend), |before| Application::at(backend, before));
            shop.levelhead(&["run"]).run().success();
            shop.database.sql("INSERT INTO alembic_version VALUES ('feedc0ffee00')");
            let refused = shop.levelhead(&["undo"]).run();
            refused.code(125).says("the rows have moved since: the upgrade of ").says_nothing_of("--purge");
            refused.says("help: levelhead check");
        }
        // Nor is a stamp of what had no rows, for the same reason.
        let shop = Application::at(backend, "head");
        shop.database.sql("DELETE FROM alembic_version");
        shop.levelhead(&["stamp", HEAD]).run().success();
        shop.database.sql("INSERT INTO alembic_version VALUES ('feedc0ffee00')");
        shop.levelhead(&["undo"]).run().code(125).says("the stamp of ").says_nothing_of("--purge");
    }
}

#[test]
fn a_role_that_may_not_keep_the_ledger_changes_the_rows_and_is_told_so() {
    let shop = Application::new(Backend::Postgres);
    let database = shop.database.sql("SELECT current_database()").remove(0);
    shop.database.sql(
        "CREATE ROLE keeper LOGIN PASSWORD 'secret'; CREATE ROLE second LOGIN PASSWORD 'secret'; \
         GRANT ALL ON SCHEMA public TO keeper; CREATE TABLE alembic_version (version_num varchar(32)); \
         GRANT ALL ON alembic_version TO keeper, second",
    );
    let url = shop.database.url();
    let place = &url[url.find('@').unwrap()..];
    let stamp = |role: &str, revision: &str| {
        shop.levelhead(&["stamp", revision]).env("DATABASE_URL", format!("postgresql://{role}:secret{place}")).run()
    };
    for (role, grant) in [
        ("keeper", format!("GRANT CREATE ON DATABASE \"{database}\" TO \"keeper\"")),
        (
            "second",
            "GRANT USAGE ON SCHEMA levelhead TO \"second\"; GRANT SELECT, INSERT ON TABLE levelhead.ledger TO \"second\""
                .to_owned(),
        ),
    ] {
        let told = stamp(role, REVISIONS[0]);
        told.success().says("so levelhead undo cannot take it back").says(&format!("owner: {grant}\n"));
        told.says_nothing_of("to take it back");
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[0].to_owned()]));
        if role == "second" {
            let url = format!("postgresql://second:secret{place}");
            let refused = shop.levelhead(&["undo"]).env("DATABASE_URL", url).run();
            refused.code(125).says("this role may not read the ledger").says(&format!("owner: {grant}\n"));
        }
        shop.database.sql(&grant);
        stamp(role, REVISIONS[1]).success().says("to take it back: levelhead undo");
        let undo = shop.levelhead(&["undo"]).env("DATABASE_URL", format!("postgresql://{role}:secret{place}")).run();
        undo.success();
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[0].to_owned()]));
        shop.database.sql("DELETE FROM alembic_version");
    }
    shop.database.sql("DROP OWNED BY keeper, second; DROP ROLE keeper, second");
}

#[test]
fn a_ledger_that_is_turned_off_or_of_another_shape_stops_nothing() {
    for backend in BOTH {
        let shop = Application::new(backend);
        let stamp = || shop.levelhead(&["stamp", "head"]);
        stamp().env("LEVELHEAD_LEDGER", "off").run().success().says_nothing_of("undo");
        shop.levelhead(&["undo"]).run().code(125).says("the ledger has nothing to undo");
        if backend == Backend::Sqlite {
            assert!(!shop.folder().join("shop.db.levelhead-ledger").exists());
            std::fs::write(shop.folder().join("shop.db.levelhead-ledger"), "no database, but long enough to be one")
                .unwrap();
        } else {
            assert_eq!(shop.database.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'levelhead'"), ["0"]);
            shop.database.sql("CREATE SCHEMA levelhead; CREATE TABLE levelhead.ledger (pages int)");
        }
        let told = shop.levelhead(&["stamp", REVISIONS[0]]).run();
        told.success().says("this change is not in the ledger");
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[0].to_owned()]));
    }
}

/// Nobody takes the ledger for a part of the application.
#[test]
fn the_ledger_is_no_table_of_the_applications() {
    for backend in BOTH {
        let shop = Application::at(backend, "head");
        let before = shop.flask(&["db", "check"]);
        let facts = shop.levelhead(&["infer", "--format", "json"]).run().stdout;
        shop.levelhead(&["stamp", REVISIONS[2]]).run().success();
        shop.levelhead(&["undo"]).run().success();
        let after = shop.flask(&["db", "check"]);
        assert_eq!((before.status, before.stdout), (after.status, after.stdout));
        assert_eq!(shop.levelhead(&["infer", "--format", "json"]).run().stdout, facts);

        let empty = Application::new(backend);
        empty.levelhead(&["stamp", "head"]).run().success();
        empty.levelhead(&["undo"]).run().success();
        empty.levelhead(&["run", "--skip-db-upgrade"]).run().success().says("an empty database");
    }
}

#[test]
fn an_image_without_a_newer_releases_files_reads_where_its_row_comes_from() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        shop.levelhead(&["run"]).env("RENDER_GIT_COMMIT", "5eeda11").run().success();
        let entry = "SELECT image || ' ' || action FROM levelhead.ledger";
        if backend == Backend::Postgres {
            assert_eq!(shop.database.sql(entry), ["5eeda11 upgrade"]);
        }
        // The older image; an index that is gone keeps the schema from proving that all is there, and is nothing to miss.
        for file in std::fs::read_dir(shop.folder().join("migrations/versions")).unwrap().flatten() {
            let name = file.file_name().into_string().unwrap();
            if name.starts_with(REVISIONS[2]) || name.starts_with(REVISIONS[3]) {
                std::fs::remove_file(file.path()).unwrap();
            }
        }
        shop.database.sql("DROP INDEX ix_products_name");
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.success().prints("started\n").says("a newer release has upgraded this database");
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
        // Without the ledger nothing says so.
        if backend == Backend::Postgres {
            shop.database.sql("DROP TABLE levelhead.ledger");
        } else {
            std::fs::remove_file(shop.folder().join("shop.db.levelhead-ledger")).unwrap();
        }
        shop.levelhead(&["run", "--", "echo", "started"]).run().code(125).says("[unknown-revision]: ");
    }
}
