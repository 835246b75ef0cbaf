//! Many instances at once: one upgrades, all of them start, whatever happens to the one and to the server.

use std::collections::BTreeMap;
use std::fs;
use std::process::Child;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::postgres::Server;
use crate::support::running::eventually;
use crate::support::{Application, Backend, Levelhead};

const INSTANCES: usize = 50;

/// Starts many of them at once.
fn start(levelhead: impl Fn() -> Levelhead) -> BTreeMap<u32, Child> {
    (0..INSTANCES).map(|_| levelhead().spawn()).map(|child| (child.id(), child)).collect()
}

/// Waits for all of them, asserts that each has become its command without an error, and answers what they said.
#[track_caller]
fn all_start(instances: BTreeMap<u32, Child>) -> String {
    let mut said = String::new();
    for child in instances.into_values() {
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && output.stdout == b"started\n", "{}: {stderr}", output.status);
        assert!(!stderr.contains("levelhead: error"), "{stderr}");
        said.push_str(&stderr);
    }
    said
}

/// An upgrade command that says who runs it, behind its supervisor, and hangs, the first time; then it is the application's own.
fn hanging_once(shop: &Application) -> String {
    let script = shop.folder().join("hanging-once.sh");
    let text = "if mkdir once 2>/dev/null; then read -r _ _ _ parent _ </proc/$PPID/stat; echo $parent >pid; mv pid once/; exec sleep 600; fi; exec flask db upgrade\n";
    fs::write(&script, text).unwrap();
    format!("sh {}", script.display())
}

/// The instance whose upgrade hangs.
fn upgrading(shop: &Application) -> u32 {
    let file = shop.folder().join("once/pid");
    eventually("an upgrade begins", || file.exists());
    fs::read_to_string(file).unwrap().trim().parse().unwrap()
}

#[test]
fn one_upgrades_and_all_start() {
    let shop = Application::at(Backend::Postgres, REVISIONS[1]);
    let said = all_start(start(|| shop.levelhead(&["run", "--", "echo", "started"])));
    assert_eq!(said.matches("Running upgrade 9e7c52f3d8b4 -> ").count(), 1, "{said}");
    assert_eq!(said.matches(" at head ").count(), INSTANCES, "{said}");
    assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
}

#[test]
fn the_one_that_upgrades_is_killed_and_another_takes_over() {
    let shop = Application::at(Backend::Postgres, REVISIONS[1]);
    let upgrade = hanging_once(&shop);
    let mut instances =
        start(|| shop.levelhead(&["run", "--", "echo", "started"]).env("LEVELHEAD_UPGRADE_COMMAND", &upgrade));
    let killed = upgrading(&shop);
    kill(Pid::from_raw(killed.cast_signed()), Signal::SIGKILL).unwrap();
    let mut killed = instances.remove(&killed).expect("it is one of them");
    assert!(!killed.wait().unwrap().success());
    let said = all_start(instances);
    assert_eq!(said.matches("Running upgrade 9e7c52f3d8b4 -> ").count(), 1, "{said}");
    assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
}

#[test]
fn the_server_is_restarted_in_the_middle_and_all_start() {
    let server = Server::start(&[]);
    let shop = Application::new(Backend::Sqlite);
    let url = server.url(&server.create_database());
    let upgrade = hanging_once(&shop);
    let instances = start(|| {
        let levelhead = shop.levelhead(&["run", "--", "echo", "started"]).env("DATABASE_URL", &url);
        levelhead.env("LEVELHEAD_UPGRADE_COMMAND", &upgrade)
    });
    upgrading(&shop);
    server.restart();
    let said = all_start(instances);
    assert_eq!(said.matches("Running upgrade  -> ").count(), 1, "{said}");
    assert!(said.contains("the database was restarted meanwhile: the lock was lost"), "{said}");
}

#[test]
fn at_head_a_hundred_starts_ask_the_server_one_question_each() {
    let server = Server::start(&["log_statement=all", "log_line_prefix=%a|"]);
    let shop = Application::new(Backend::Sqlite);
    let url = server.url(&server.create_database());
    let levelhead = || shop.levelhead(&["run", "--", "echo", "started"]).env("DATABASE_URL", &url);
    levelhead().run().success();
    let log = || fs::read_to_string(server.folder.join("log")).unwrap();
    let before = log();
    assert!(before.contains("pg_try_advisory_xact_lock"), "the log shows a lock that is taken:\n{before}");
    for _ in 0..2 {
        all_start(start(levelhead));
    }
    let after = log();
    let statements: Vec<_> = after[before.len()..].lines().filter(|line| line.contains("statement: ")).collect();
    assert_eq!(statements.len(), 2 * INSTANCES);
    for statement in statements {
        assert!(statement.starts_with("levelhead|LOG:  statement: SELECT version_num, (SELECT "), "{statement}");
    }
}
