//! A server that nothing comes from any more, although the connection stays: a firewall has forgotten it.

use std::time::{Duration, Instant};

use super::name;
use crate::support::application::REVISIONS;
use crate::support::postgres::server;
use crate::support::proxy::Proxy;
use crate::support::running::{HELD, held_back, let_go};
use crate::support::{Application, Backend, Levelhead, Running};

const RESET: [&str; 4] = ["reset", "--no-backup", "--yes-i-mean", "NAME"];

/// On the application's database, through the proxy.
fn through(proxy: &Proxy, shop: &Application, arguments: &[&str]) -> Levelhead {
    let url = server().url(name(shop)).replace(&format!(":{}/", server().port), &format!(":{}/", proxy.port));
    shop.levelhead(arguments).env("DATABASE_URL", url)
}

#[test]
fn an_upgrade_that_has_succeeded_starts_the_application_without_its_guard() {
    let shop = Application::new(Backend::Postgres);
    let proxy = Proxy::start(server().port);
    let run = through(&proxy, &shop, &["run", "--", "echo", "started"]);
    let mut running = Running::start(run.env("LEVELHEAD_UPGRADE_COMMAND", held_back(shop.folder())));
    running.until(HELD);
    // Only the guard's connection is there.
    proxy.silence();
    let_go(shop.folder());
    running.until("upgraded in");
    let clock = Instant::now();
    running.outcome().success().prints("started\n");
    assert!(clock.elapsed() < Duration::from_secs(8), "{:?}", clock.elapsed());
}

/// The guard's silence is not taken for a restart of the server, and not waited for.
#[test]
fn an_upgrade_that_has_failed_says_so_without_its_guard() {
    let shop = Application::new(Backend::Postgres);
    let proxy = Proxy::start(server().port);
    let run = through(&proxy, &shop, &["run", "--", "echo", "started"]);
    let fails = "sh -c 'touch begun; echo held-$((40 + 2)) >&2; until [ -e go ]; do sleep 0.05; done; exit 7'";
    let mut running = Running::start(run.env("LEVELHEAD_UPGRADE_COMMAND", fails));
    running.until(HELD);
    proxy.silence();
    let_go(shop.folder());
    let clock = Instant::now();
    running.outcome().code(7).prints("");
    assert!(clock.elapsed() < Duration::from_secs(10), "{:?}", clock.elapsed());
}

/// Each at another question. Once the limit has passed nothing else is asked: one limit is the whole wait.
#[test]
fn a_command_whose_server_stops_answering_says_what_it_has_asked_for() {
    let read = "30s to: read the version table";
    let change = "30s to: change the version table";
    let cases: [(&[&str], &str, &str, &str); 11] = [
        (&["check"], "SELECT version_num", read, "check the network and the firewall"),
        (&["current"], "SELECT version_num", read, "check the network and the firewall"),
        (&["infer"], "pg_attribute", "1m to: read the catalogue", "check the network, the firewall"),
        (&["verify"], "SELECT version_num", read, ""),
        (&["stamp", REVISIONS[0]], "pg_try_advisory", "30s to: take the lock", "check the network, the firewall"),
        (&["stamp", REVISIONS[0]], "LOCK TABLE", change, "check the network, the firewall"),
        (&["stamp", REVISIONS[0]], "COMMIT\0", change, "note: either all of it was written or nothing"),
        (&["fix", REVISIONS[0], "--force", "--yes"], "LOCK TABLE", change, "check the network, the firewall"),
        (&["undo"], "levelhead.ledger", "30s to: read the ledger", "check the network, the firewall"),
        (&RESET, "DROP TABLE", "1m to: empty the database", "check the network, the firewall"),
        (&RESET, "COMMIT\0", "1m to: empty the database", "note: either all of it was written or nothing"),
    ];
    std::thread::scope(|scope| {
        for (arguments, trigger, says, next) in cases {
            scope.spawn(move || {
                let shop = Application::at(Backend::Postgres, REVISIONS[1]);
                let proxy = Proxy::start(server().port);
                proxy.silence_at(trigger);
                let clock = Instant::now();
                let named = arguments.iter().map(|word| if *word == "NAME" { name(&shop) } else { *word });
                let outcome = through(&proxy, &shop, &named.collect::<Vec<_>>()).run();
                assert!(clock.elapsed() < Duration::from_secs(90), "{arguments:?}: {:?}", clock.elapsed());
                if arguments != ["verify"] {
                    outcome.code(124).says("the server has stopped answering").says(says).says(next);
                } else {
                    outcome.code(1).prints_a("the server has stopped answering");
                }
                drop(proxy);
                assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]), "{arguments:?}");
            });
        }
    });
}

/// A silent connection is told from a table that somebody has locked: on another one the rows answer.
#[test]
fn a_start_looks_again_over_another_connection() {
    let shop = Application::at(Backend::Postgres, REVISIONS[3]);
    let proxy = Proxy::start(server().port);
    proxy.silence_at("SELECT version_num");
    let outcome = through(&proxy, &shop, &["run", "--", "echo", "started"]).run();
    outcome.success().prints("started\n").says("the server has stopped answering").says("looking again");
}
