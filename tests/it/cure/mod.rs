//! `diff`, `fix --finish`, `fix --take-back`, `fix --schema`: what departs is named with its line, and led back.

mod catalogue;
mod deviations;
mod killed;
mod proof;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::database::BOTH;
use crate::support::{Application, Backend};

/// A revision after the head whose three operations each leave something.
const CRATES: &str = "import sqlalchemy as sa
from alembic import op

revision = 'c0ffee00c0ff'
down_revision = '{HEAD}'


def upgrade():
    op.create_table('crates', sa.Column('name', sa.String(20), nullable=False))
    op.create_table('lids', sa.Column('name', sa.String(20), nullable=False))
    op.create_index('ix_lids_name', 'lids', ['name'])
{more}
";
const ID: &str = "c0ffee00c0ff";

/// At head, with one more revision that has stopped after its first operation.
fn stopped(backend: Backend, more: &str) -> Application {
    let shop = Application::at(backend, HEAD);
    let text = CRATES.replace("{HEAD}", HEAD).replace("{more}", more);
    std::fs::write(shop.folder().join("migrations/versions/crates.py"), text).unwrap();
    shop.database.sql("CREATE TABLE crates (name VARCHAR(20) NOT NULL)");
    shop
}

#[test]
fn a_schema_as_alembic_leaves_it_does_not_depart() {
    for backend in BOTH {
        for revision in REVISIONS {
            let shop = Application::at(backend, revision);
            let outcome = shop.levelhead(&["diff", "--exit-code"]).run();
            outcome.success();
            assert!(outcome.stdout.contains(&format!("no differences from {revision}")), "{outcome:?}");
        }
    }
}

#[test]
fn a_revision_that_stopped_is_finished_and_its_row_written() {
    for backend in BOTH {
        let shop = stopped(backend, "");
        let dry = shop.levelhead(&["fix", "--finish", ID, "--dry-run"]).run();
        dry.success();
        assert!(dry.stdout.contains("crates.py:10") && !dry.stdout.contains("TABLE crates"), "{dry:?}");
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
        shop.levelhead(&["fix", "--finish", ID]).run().code(1);
        shop.levelhead(&["fix", "--finish", ID, "--yes"]).run().success();
        assert_eq!(shop.database.rows(), Some(vec![ID.to_owned()]));
        shop.levelhead(&["diff", "--exit-code"]).run().success();
    }
}

#[test]
fn a_revision_that_stopped_is_taken_back_with_what_it_made() {
    for backend in BOTH {
        let shop = stopped(backend, "");
        shop.levelhead(&["fix", "--take-back", ID, "--yes"]).run().success();
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
        let departs = shop.levelhead(&["diff", "--exit-code"]).run();
        departs.success();
        assert!(!departs.stdout.contains("crates"), "{departs:?}");
    }
}

#[test]
fn what_a_revision_does_to_rows_is_a_persons_to_say() {
    for backend in BOTH {
        let shop = stopped(backend, "    op.execute(\"INSERT INTO lids VALUES ('made')\")");
        let refused = shop.levelhead(&["fix", "--finish", ID, "--yes"]).run();
        refused.code(125).says("crates.py:12").says("--data-todo");
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
        shop.levelhead(&["fix", "--finish", ID, "--yes", "--data-todo"]).run().success();
        shop.database.sql("DELETE FROM lids WHERE name = 'made'");
        assert_eq!(shop.database.rows(), Some(vec![ID.to_owned()]));
    }
}

#[test]
fn a_table_that_is_gone_is_made_again_and_nothing_is_dropped() {
    for backend in BOTH {
        let shop = stopped(backend, "");
        shop.levelhead(&["fix", "--finish", ID, "--yes"]).run().success();
        shop.database.sql("DROP TABLE lids");
        shop.database.sql("ALTER TABLE crates ADD COLUMN hand INTEGER");
        let departs = shop.levelhead(&["diff", "--exit-code"]).run();
        departs.code(1);
        assert!(departs.stdout.contains("lids") && departs.stdout.contains("crates.py:10"), "{departs:?}");
        assert!(departs.stdout.contains("crates.hand"), "{departs:?}");
        shop.levelhead(&["fix", "--schema", "--yes"]).run().success();
        let left = shop.levelhead(&["diff"]).run();
        assert!(left.stdout.contains("crates.hand") && !left.stdout.contains("lids"), "{left:?}");
        shop.levelhead(&["fix", "--schema", "--with-drops", "--yes"]).run().success();
        shop.levelhead(&["diff", "--exit-code"]).run().success();
    }
}

/// `run` finishes what is certain where it is told to, then upgrades on; what changes data it leaves alone, and what drops
/// something where LEVELHEAD_ON_LOSS=stop.
#[test]
fn a_start_finishes_what_is_certain_where_it_is_told_to() {
    const START: [&str; 5] = ["run", "--repair", "finish", "--", "true"];
    for backend in BOTH {
        let shop = stopped(backend, "");
        shop.levelhead(&["run", "--", "true"]).run().code(125).says("[half-applied]");
        shop.levelhead(&START).run().success().says("crates.py:10").says(&format!("at head {ID}"));
        assert_eq!(shop.database.rows(), Some(vec![ID.to_owned()]));
        shop.levelhead(&["diff", "--exit-code"]).run().success();

        let shop = stopped(backend, "    op.execute(\"INSERT INTO lids VALUES ('made')\")");
        let refused = shop.levelhead(&START).run();
        refused.code(125).says("LEVELHEAD_REPAIR=finish leaves").says("crates.py:12").says("[half-applied]");
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));

        let shop = stopped(backend, "    op.drop_column('products', 'in_stock')");
        let stop = shop.levelhead(&START).env("LEVELHEAD_ON_LOSS", "stop").run();
        stop.code(125).says("LEVELHEAD_ON_LOSS=stop");
        shop.levelhead(&START).run().success();
        assert_eq!(shop.database.rows(), Some(vec![ID.to_owned()]));
    }
}
