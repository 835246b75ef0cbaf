//! LEVELHEAD_LIVENESS_PORT: a platform's port check is answered until the application can answer it itself.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::application::REVISIONS;
use crate::support::database::BOTH;
use crate::support::postgres::free_port;
use crate::support::running::{HELD, held_back, let_go};
use crate::support::{Application, Backend, Running, http};

#[track_caller]
fn assert_answers(port: u16) {
    for (path, status) in [("/live", " 200 OK"), ("/", " 503 "), ("/healthz", " 503 "), ("/live?probe=1", " 200 OK")] {
        let (line, _) = http::get(port, path);
        assert!(line.contains(status), "{path}: {line}");
    }
}

#[test]
fn while_it_upgrades_and_then_the_application_has_the_port() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        let port = free_port();
        let address = format!("0.0.0.0:{port}");
        let levelhead = shop
            .levelhead(&["run", "--", "gunicorn", "--bind", &address, "app:create_app()"])
            .env("LEVELHEAD_UPGRADE_COMMAND", held_back(shop.folder()))
            .env("LEVELHEAD_LIVENESS_PORT", "PORT")
            .env("PORT", port.to_string());
        let mut running = Running::start(levelhead);
        running.until(HELD);
        assert_answers(port);
        // A load balancer goes on asking all the time; connections that are open must not be in gunicorn's way.
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        let idle = std::net::TcpStream::connect(("127.0.0.1", port));
                        // The application's one worker may be with the idle one.
                        let _ = http::try_within(Duration::from_secs(1), port, "/live");
                        drop(idle);
                    }
                });
            }
            let_go(shop.folder());
            running.until("Listening at: ");
            done.store(true, Ordering::Relaxed);
        });
        let (status, page) = http::get(port, "/");
        assert!(status.ends_with("200 OK") && page.contains("kettle"), "{status} {page}");
        kill(Pid::from_raw(running.pid().cast_signed()), Signal::SIGTERM).unwrap();
        let outcome = running.outcome();
        outcome.success().says_nothing_of("in use").says_nothing_of("Connection in use");
    }
}

#[test]
fn while_the_database_is_awaited() {
    let shop = Application::new(Backend::Sqlite);
    let port = free_port();
    let levelhead = shop.levelhead(&["run", "--liveness-port", &port.to_string(), "--", "echo", "started"]);
    let mut running = Running::start(levelhead.env("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/d"));
    running.until("waiting for the database");
    assert_answers(port);
}

#[test]
fn while_another_instance_upgrades() {
    let shop = Application::new(Backend::Postgres);
    let upgrade = held_back(shop.folder());
    let mut upgrading = Running::start(shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", upgrade));
    upgrading.until(HELD);
    for mode in ["upgrade", "wait"] {
        let port = free_port();
        let arguments = ["run", "--mode", mode, "--liveness-port", &port.to_string()];
        let mut waiting = Running::start(shop.levelhead(&arguments));
        waiting.until("waiting for another instance");
        assert_answers(port);
    }
}

#[test]
fn at_head_nothing_is_opened() {
    let shop = Application::at(Backend::Postgres, "head");
    let taken = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let arguments = ["run", "--liveness-port", &port, "--", "echo", "started"];
    let outcome = shop.levelhead(&arguments).run();
    outcome.success().prints("started\n").says_nothing_of("port");
}

/// More than are answered at the same time.
#[test]
fn connections_that_say_nothing_keep_no_check_waiting() {
    let shop = Application::new(Backend::Sqlite);
    let port = free_port();
    let levelhead = shop
        .levelhead(&["run", "--liveness-port", &port.to_string(), "--", "echo", "started"])
        .env("LEVELHEAD_UPGRADE_COMMAND", held_back(shop.folder()));
    let mut running = Running::start(levelhead);
    running.until(HELD);
    let silent: Vec<_> = (0..200).map(|_| std::net::TcpStream::connect(("127.0.0.1", port)).unwrap()).collect();
    let clock = Instant::now();
    assert_answers(port);
    assert!(clock.elapsed() < Duration::from_secs(3), "{:?}", clock.elapsed());
    drop(silent);
    let_go(shop.folder());
    running.outcome().success().prints("started\n");
}

#[test]
fn a_port_that_is_taken_stops_the_start_before_anything_is_changed() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        for address in ["0.0.0.0:0", "127.0.0.1:0"] {
            let taken = TcpListener::bind(address).unwrap();
            let port = taken.local_addr().unwrap().port();
            let arguments = ["run", "--liveness-port", &port.to_string(), "--", "echo", "started"];
            let outcome = shop.levelhead(&arguments).run();
            outcome.code(125).prints("").says(&format!("LEVELHEAD_LIVENESS_PORT: cannot listen on port {port}: "));
            outcome.says(&format!("help: ss -ltnp 'sport = :{port}'")).says_nothing_of("Running upgrade");
        }
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
    }
}

#[test]
fn the_word_port_without_a_value_means_none_and_a_wrong_value_is_an_error() {
    let shop = Application::new(Backend::Sqlite);
    let levelhead = || shop.levelhead(&["run"]).env("LEVELHEAD_LIVENESS_PORT", "PORT");
    levelhead().env("PORT", "http").run().code(2).says("PORT: \"http\" is not a port");
    levelhead().run().success().says_nothing_of("answering on port");
}
