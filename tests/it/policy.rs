//! What `run` is allowed and told: repairs, older images, failures, verification, the target.

use std::fs;

use serde_json::{Value, json};

use crate::support::application::{HEAD, REVISIONS};
use crate::support::database::BOTH;
use crate::support::{Application, Backend, schemas};

fn row(application: &Application, revision: &str) {
    application.database.sql(&format!("UPDATE alembic_version SET version_num = '{revision}'"));
}

#[test]
fn without_repairs_what_is_proven_is_only_said() {
    for backend in BOTH {
        for broken in ["DROP TABLE alembic_version", "UPDATE alembic_version SET version_num = 'feedc0ffee00'"] {
            let shop = Application::at(backend, REVISIONS[1]);
            shop.database.sql(broken);
            let before = shop.database.rows();
            let none = shop.levelhead(&["run", "--", "echo", "started"]).env("LEVELHEAD_REPAIR", "none").run();
            none.code(125).prints("").says("the schema is at 9e7c52f3d8b4").says("help: levelhead fix");
            assert_eq!(shop.database.rows(), before);
            shop.levelhead(&["run", "--repair", "proven", "--", "echo", "started"]).run().success();
        }
    }
}

#[test]
fn an_older_image_may_be_told_to_stop() {
    for backend in BOTH {
        let shop = Application::rolled_back(backend);
        let stop = shop.levelhead(&["run", "--", "echo", "started"]).env("LEVELHEAD_ON_AHEAD", "stop").run();
        stop.code(125).prints("").says(&format!("[ahead]: the version table says {HEAD}")).says("LEVELHEAD_ON_AHEAD");
        shop.levelhead(&["run", "--on-ahead", "start", "--", "echo", "started"]).run().success();
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

#[test]
fn the_application_may_be_started_although_the_upgrade_failed() {
    let shop = Application::new(Backend::Sqlite);
    let start = |name: &str, value: &str| {
        let levelhead = shop.levelhead(&["run", "--", "echo", "started"]).env("LEVELHEAD_ON_FAILURE", "start");
        levelhead.env(name, value).run()
    };
    let going_on = "LEVELHEAD_ON_FAILURE=start, going on";
    start("LEVELHEAD_UPGRADE_COMMAND", "false").success().prints("started\n").says("exited with 1").says(going_on);
    start("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/d?connect_timeout=1").success().says(going_on);
    let stopped = shop.levelhead(&["run", "--", "no-such-command"]).env("LEVELHEAD_ON_FAILURE", "start").run();
    stopped.code(127);
}

#[test]
fn rows_at_head_are_held_against_the_schema_only_if_that_is_wanted() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        row(&shop, HEAD);
        shop.levelhead(&["run", "--", "echo", "started"]).run().success().says("at head");
        let always = shop.levelhead(&["run", "--verify", "always", "--", "echo", "started"]).run();
        always.code(125).prints("").says("stamped-too-far").says("is missing");
        row(&shop, REVISIONS[0]);
        let never = shop.levelhead(&["run", "--verify", "never", "--", "echo", "started"]).run();
        never.code(1).prints("").says("in_stock").says("the failed upgrade has left: the version table says ");
    }
}

/// What `check` says that `run` would do, `run` does.
#[test]
fn the_plan_of_a_check_at_head_is_what_run_does() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        row(&shop, HEAD);
        let check = |verify: &str| {
            let json = shop.levelhead(&["check", "--format", "json", "--verify", verify]).run();
            json.code(1);
            schemas::holds("check", &json.stdout);
            let document: Value = serde_json::from_str(&json.stdout).unwrap();
            assert_eq!(document["findings"][0]["code"], "stamped-too-far");
            document["plan"].clone()
        };
        let runs = |verify: &str| shop.levelhead(&["run", "--verify", verify, "--", "echo", "started"]).run();
        let stop = "stamped-too-far";
        assert_eq!(check("changed"), json!({ "steps": [], "obstacle": null, "obstacle_if_verified": stop }));
        runs("changed").success().prints("started\n");
        assert_eq!(check("always"), json!({ "steps": [], "obstacle": stop, "obstacle_if_verified": null }));
        runs("always").code(125).prints("");
        let text = shop.levelhead(&["check"]).run();
        text.code(1).prints_a("starting the application at once").prints_a("LEVELHEAD_VERIFY=always makes");
        shop.levelhead(&["check", "--verify", "always"]).run().code(1).prints_a("plan      stop: stamped-too-far");
    }
}

/// At head nothing is written, not even what could be repaired: a plan that says so would promise too much.
#[test]
fn the_plan_of_a_check_at_the_target_has_no_repair() {
    let shop = Application::at(Backend::Sqlite, REVISIONS[1]);
    shop.database.sql(&format!("INSERT INTO alembic_version VALUES ('{}')", REVISIONS[0]));
    let target = |words: &[&str]| shop.levelhead(words).env("LEVELHEAD_TARGET", REVISIONS[1]).run();
    let checked = target(&["check"]);
    checked.code(1).prints_a("overlapping-rows").prints_a("plan      starting the application at once\n");
    let before = shop.database.rows();
    target(&["run", "--", "echo", "started"]).success().prints("started\n");
    assert_eq!(shop.database.rows(), before);
}

#[test]
fn rows_that_an_upgrade_only_claims_are_no_success() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[0]);
        let lie = format!("flask db stamp {HEAD}");
        let lied = |verify: &str| {
            row(&shop, REVISIONS[0]);
            shop.levelhead(&["run", "--upgrade-command", &lie, "--verify", verify, "--", "echo", "started"]).run()
        };
        lied("changed").code(125).prints("").says("stamped-too-far");
        lied("never").success().prints("started\n");
    }
}

#[test]
fn a_target_is_upgraded_to_and_never_left_again() {
    for backend in BOTH {
        let shop = Application::new(backend);
        let to = |target: &str| shop.levelhead(&["run", "--", "echo", "started"]).env("LEVELHEAD_TARGET", target).run();
        to(REVISIONS[1]).success().says("2 revisions pending").says("at head 9e7c52f3d8b4, upgraded");
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
        to(REVISIONS[1]).success().says_nothing_of("pending");
        to("9e7c").success().says_nothing_of("pending");
        to("heads").success();
        to(REVISIONS[1]).success().says_nothing_of("pending");
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
        to("nowhere").code(125).says("nowhere");
        to("base").code(2).says("LEVELHEAD_TARGET");
        to("+1").code(2).says("LEVELHEAD_TARGET");
    }
}

#[test]
fn a_target_may_be_a_branch_of_several() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        let file = |id: &str, down: &str, label: &str| {
            let text = format!(
                "from alembic import op\n\nrevision = '{id}'\ndown_revision = {down}\nbranch_labels = {label}\n\n\n\
                 def upgrade():\n    op.execute('CREATE TABLE t_{id} (id integer)')\n"
            );
            fs::write(shop.folder().join(format!("migrations/versions/{id}_branch.py")), text).unwrap();
        };
        file("aaaa00000001", "None", "('audit',)");
        file("aaaa00000002", "'aaaa00000001'", "None");
        let to = |target: &str| shop.levelhead(&["run", "--", "echo", "started"]).env("LEVELHEAD_TARGET", target).run();
        let at =
            |rows: &[&str]| assert_eq!(shop.database.rows(), Some(rows.iter().map(|row| row.to_string()).collect()));
        to("audit").success().prints("started\n").says("1 revision pending");
        at(&[REVISIONS[1], "aaaa00000001"]);
        to("audit@head").success().says("1 revision pending");
        at(&[REVISIONS[1], "aaaa00000002"]);
        for reached in ["audit@head", "audit", "audit@aaaa00000001"] {
            to(reached).success().prints("started\n").says_nothing_of("pending");
        }
        to("head").code(125).prints("").says("note: name one of aaaa00000002, d8452b70fc16, or all of them with heads");
        to("heads").success().says("2 revisions pending");
        at(&["aaaa00000002", HEAD]);
    }
}
