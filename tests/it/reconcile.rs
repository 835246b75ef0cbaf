//! `run` on states that rows, files and schema tell apart only together.

use std::fs;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::database::{BOTH, Database};
use crate::support::postgres::server;
use crate::support::{Application, Backend};

fn row(application: &Application, revision: &str) {
    application.database.sql(&format!("UPDATE alembic_version SET version_num = '{revision}'"));
}

/// "relation already exists": the tables were made by `create_all`, or the row was set back.
#[test]
fn a_pending_revision_that_is_there_already_moves_the_row_forward() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        row(&shop, REVISIONS[0]);
        let plain = shop.flask(&["db", "upgrade"]);
        let said = String::from_utf8_lossy(&plain.stderr);
        assert!(!plain.status.success() && (said.contains("already exists") || said.contains("duplicate column")));
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.success().prints("started\n").says("[pending-exists]: the version table says 4b1d0c9a7e21, but ");
        outcome.says("products.in_stock exists, which 9e7c52f3d8b4").says("replacing 4b1d0c9a7e21 with 9e7c52f3d8b4");
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

/// The last revision only moves data: that its neighbours' tables are there says nothing about the data.
#[test]
fn a_row_is_not_moved_over_a_revision_that_may_change_data() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        let file = fs::read_dir(shop.folder().join("migrations/versions")).unwrap().flatten().map(|entry| entry.path());
        let file = file.into_iter().find(|path| path.to_string_lossy().contains(REVISIONS[1])).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let text =
            text.replace("def upgrade():\n", "def upgrade():\n    op.execute(\"DELETE FROM products WHERE id < 0\")\n");
        fs::write(&file, text).unwrap();
        row(&shop, REVISIONS[0]);
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(125).prints("").says("pending-exists").says("9e7c52f3d8b4 also changes data");
        outcome.says("Did 9e7c52f3d8b4 already change the data? Yes: levelhead stamp --purge 9e7c52f3d8b4");
        outcome.says("No: levelhead fix --finish 9e7c52f3d8b4 --data-todo").says(".py:");
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[0].to_owned()]));
        shop.levelhead(&["stamp", "--purge", REVISIONS[1]]).run().success();
        shop.levelhead(&["run", "--", "echo", "started"]).run().success();
    }
}

#[test]
fn a_row_that_claims_what_is_not_there_stops_the_start() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[0]);
        row(&shop, REVISIONS[2]);
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(125).prints("").says("[stamped-too-far]: the version table says c30fa6d1be95, but ");
        outcome.says("is missing").says("the schema is at 4b1d0c9a7e21");
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[2].to_owned()]));
    }
}

#[test]
fn a_version_table_without_a_schema_stops_the_start() {
    for backend in BOTH {
        let shop = Application::new(backend);
        shop.levelhead(&["stamp", REVISIONS[0]]).run().success();
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(125).prints("").says("stamped-too-far").says("the schema holds nothing of the migrations");
    }
}

#[test]
fn a_revision_that_is_there_in_part_stops_the_start_and_is_named() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        shop.database.sql("DROP INDEX ix_products_name");
        row(&shop, REVISIONS[0]);
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(125).prints("").says("[half-applied]: ").says("operations of 9e7c52f3d8b4 ");
        outcome.says("index ix_products_name of products is missing");
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[0].to_owned()]));
    }
}

#[test]
fn a_deviation_that_no_upgrade_depends_on_is_named_and_stops_nothing() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[2]);
        shop.database.sql("DROP INDEX ix_products_name");
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.success().prints("started\n").says("warning[drift]: ").says("index ix_products_name");
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

#[test]
fn several_heads_are_all_upgraded_and_named() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[2]);
        let second = "from alembic import op\nimport sqlalchemy as sa\n\nrevision = 'ffff00000001'\n\
                      down_revision = 'c30fa6d1be95'\n\ndef upgrade():\n    op.create_table('wishes', sa.Column('id', sa.Integer))\n";
        fs::write(shop.folder().join("migrations/versions/ffff00000001_wishes.py"), second).unwrap();
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.success().says("[multiple-heads]: the migration files have 2 heads: d8452b70fc16, ffff00000001");
        outcome.says("which split after c30fa6d1be95").says("levelhead merge");
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned(), "ffff00000001".to_owned()]));
        shop.levelhead(&["run", "--", "echo", "started"]).run().success().says("at head");
    }
}

#[test]
fn an_index_that_a_failed_create_index_concurrently_left_is_named() {
    let shop = Application::at(Backend::Postgres, REVISIONS[2]);
    shop.database.sql("CREATE TABLE doubles (a integer)");
    shop.database.sql("INSERT INTO doubles VALUES (1), (1)");
    let Database::Postgres { name } = &shop.database else { unreachable!() };
    server().try_sql(name, "CREATE UNIQUE INDEX CONCURRENTLY ix_doubles ON doubles (a)").unwrap_err();
    let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
    outcome.success().says("invalid-index").says("ix_doubles");
}

/// The revision that made it has failed: that it is there, and unique by its name, proves nothing.
#[test]
fn an_invalid_index_is_no_proof_of_the_revision_that_makes_it() {
    let shop = Application::at(Backend::Postgres, "head");
    let unique = format!(
        "from alembic import op\n\nrevision = 'ffff00000001'\ndown_revision = '{HEAD}'\n\n\ndef upgrade():\n    \
         with op.get_context().autocommit_block():\n        \
         op.create_index('ix_Price', 'products', ['price'], unique=True, postgresql_concurrently=True)\n"
    );
    fs::write(shop.folder().join("migrations/versions/ffff00000001_unique.py"), unique).unwrap();
    shop.database.sql("INSERT INTO products (name, price) VALUES ('cup', 1), ('saucer', 1)");
    let run = || shop.levelhead(&["run", "--", "echo", "started"]).run();
    let drop = "note: this asks first, then runs: DROP INDEX CONCURRENTLY \"ix_Price\"";
    let failed = run();
    failed.code(1).prints("").says("the failed upgrade has left: at d8452b70fc16").says(drop);
    shop.database.sql("DELETE FROM products WHERE name = 'cup'");
    for _ in 0..2 {
        let again = run();
        again.code(1).prints("").says("[invalid-index]: ").says("a pending revision creates ix_Price").says(drop);
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
    // Without rows it is a question.
    shop.database.sql("DELETE FROM alembic_version");
    run().code(125).says("equally well");
    shop.database.sql(&format!("INSERT INTO alembic_version VALUES ('{HEAD}')"));
    shop.levelhead(&["fix", "--yes"]).run().success().says("DROP INDEX CONCURRENTLY \"ix_Price\"");
    assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    run().success().prints("started\n");
    assert_eq!(shop.database.rows(), Some(vec!["ffff00000001".to_owned()]));
}

/// An upgrade command that claims what it has not done.
/// A plugin's migrations, which this image lacks, may share the version table.
#[test]
fn an_unknown_row_that_nothing_takes_the_place_of_is_not_removed() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        shop.database
            .sql("INSERT INTO alembic_version VALUES ('feedc0ffee00'); CREATE TABLE plugin_events (id integer)");
        let before = shop.database.rows();
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(125).prints("").says("[unknown-revision]: the version table says feedc0ffee00");
        outcome.says("the schema is at 9e7c52f3d8b4").says("feedc0ffee00 may belong to other migrations");
        outcome.says("no file makes table").says("stamp --purge 9e7c52f3d8b4");
        shop.levelhead(&["fix", "--yes"]).run().code(125);
        assert_eq!(shop.database.rows(), before);
        let by_name = shop.levelhead(&["fix", "--yes", REVISIONS[1]]).run();
        by_name.code(125).says("feedc0ffee00 may belong to other migrations");
        assert_eq!(shop.database.rows(), before);
        shop.levelhead(&["fix", "--yes", "--force", REVISIONS[1]]).run().success();
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
        shop.levelhead(&["undo"]).run().success();
        assert_eq!(shop.database.rows(), before);
    }
}

/// The same without a ledger: that the newer release was here is not known, but what is missing is.
#[test]
fn what_the_heads_need_and_is_gone_is_named_where_nothing_tells_of_a_newer_release() {
    for backend in BOTH {
        let shop = Application::at(backend, "head");
        row(&shop, "feedc0ffee00");
        shop.database.sql("ALTER TABLE products DROP COLUMN in_stock");
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(125).prints("").says("[unknown-revision]: the version table says feedc0ffee00");
        outcome.says("d8452b70fc16 needs what is missing: products.in_stock is missing, which 9e7c52f3d8b4 creates");
    }
}

/// A deploy with one more migration, and then the image before it: with plain Alembic it crash-loops.
#[test]
fn an_image_that_is_rolled_back_knows_the_newer_release_by_the_ledger() {
    let newer = |statement: &str| {
        format!(
            "from alembic import op\nimport sqlalchemy as sa\n\nrevision = 'ffff00000001'\ndown_revision = '{HEAD}'\n\n\
             def upgrade():\n    {statement}\n"
        )
    };
    for backend in BOTH {
        for (statement, lacking) in [
            ("op.create_index('ix_products_id_name', 'products', ['id', 'name'])", None),
            ("op.drop_column('products', 'in_stock')", Some("products.in_stock is missing, which 9e7c52f3d8b4")),
        ] {
            let shop = Application::at(backend, "head");
            let file = shop.folder().join("migrations/versions/ffff00000001_newer.py");
            fs::write(&file, newer(statement)).unwrap();
            shop.levelhead(&["run", "--", "echo", "started"]).run().success();
            fs::remove_file(&file).unwrap();
            let plain = shop.flask(&["db", "upgrade"]);
            assert!(!plain.status.success(), "{plain:?}");
            let older = shop.levelhead(&["run", "--", "echo", "started"]).run();
            match lacking {
                None => older.success().prints("started\n").says("a newer release has upgraded this database"),
                Some(lacking) => older.code(125).prints("").says("[ahead]: ").says(lacking),
            };
            assert_eq!(shop.database.rows(), Some(vec!["ffff00000001".to_owned()]));
        }
    }
}
