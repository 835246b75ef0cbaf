//! Real programs behind levelhead.

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::http::get;
use crate::support::postgres::free_port;
use crate::support::process::{children, ends};
use crate::support::{Application, Backend};

fn signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id() as i32), signal).unwrap();
}

#[track_caller]
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "not within a minute: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn gunicorn_reloads_its_workers_on_hup_and_drains_on_term() {
    let shop = Application::new(Backend::Sqlite);
    let port = free_port();
    let address = format!("127.0.0.1:{port}");
    let arguments = ["run", "--", "gunicorn", "--workers", "3", "--bind", &address, "app:create_app()"];
    let mut gunicorn = shop.levelhead(&arguments).spawn();
    get(port, "/healthz");
    wait_until("three workers", || children(gunicorn.id()).len() == 3);
    let before = children(gunicorn.id());
    signal(&gunicorn, Signal::SIGHUP);
    wait_until("three other workers", || {
        let now = children(gunicorn.id());
        now.len() == 3 && now.iter().all(|worker| !before.contains(worker))
    });
    let workers = children(gunicorn.id());
    assert!(get(port, "/healthz").0.ends_with("200 OK"));
    signal(&gunicorn, Signal::SIGTERM);
    assert_eq!(gunicorn.wait().unwrap().code(), Some(0));
    assert!(workers.into_iter().all(ends));
}

#[test]
fn waitress_serves_under_levelheads_pid() {
    let shop = Application::at(Backend::Sqlite, "head");
    let port = free_port();
    let listen = format!("--listen=127.0.0.1:{port}");
    let mut waitress = shop.levelhead(&["run", "--", "waitress-serve", &listen, "--call", "app:create_app"]).spawn();
    let (_, health) = get(port, "/healthz");
    assert!(health.contains(&format!(r#""pid":{}"#, waitress.id())), "{health}");
    signal(&waitress, Signal::SIGINT);
    waitress.wait().unwrap();
}

#[test]
fn a_shell_that_execs_gunicorn_expands_the_port() {
    let shop = Application::at(Backend::Sqlite, "head");
    let port = free_port();
    let script = "exec gunicorn --bind 127.0.0.1:$PORT 'app:create_app()'";
    let levelhead = shop.levelhead(&["run", "--", "sh", "-c", script]).env("PORT", port.to_string());
    let mut gunicorn = levelhead.spawn();
    let (_, health) = get(port, "/healthz");
    assert!(health.contains(&format!(r#""parent":{}"#, gunicorn.id())), "{health}");
    signal(&gunicorn, Signal::SIGTERM);
    assert_eq!(gunicorn.wait().unwrap().code(), Some(0));
}

#[test]
fn a_script_with_a_shebang() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Application::at(Backend::Sqlite, "head");
    let script = shop.folder().join("start.sh");
    fs::write(&script, "#!/bin/sh\necho \"$0\" \"$@\"\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    shop.levelhead(&["run", "--", "./start.sh", "a b"]).run().success().prints("./start.sh a b\n");
}
