//! What stands between levelhead and the upgrade: nothing of the upgrade outlives it, and the lock is held until then.

use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::process::{children, ends};
use crate::support::running::{Running, eventually};
use crate::support::{Application, Backend, Behind};

/// A wrapper that runs what it is told to in a child, and waits: as `uv run` and Poetry do.
fn runner(own_session: &str) -> String {
    format!("import subprocess, sys\nsys.exit(subprocess.call(sys.argv[1:], start_new_session={own_session}))\n")
}

fn number(file: &Path) -> Option<i32> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

fn signal(running: &Running, signal: Signal) {
    kill(Pid::from_raw(running.pid() as i32), signal).unwrap();
}

#[test]
fn killed_outright_it_takes_along_what_wrappers_have_started() {
    let shop = Application::new(Backend::Sqlite);
    let pid = shop.folder().join("pid");
    let env = shop.folder().join("migrations/env.py");
    let waits = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)\n";
    fs::write(&env, format!("{waits}{}", fs::read_to_string(&env).unwrap())).unwrap();
    fs::write(shop.folder().join("runner.py"), runner("False")).unwrap();
    fs::write(shop.folder().join("session.py"), runner("True")).unwrap();
    for upgrade in [
        "flask db upgrade",
        "sh -c 'flask db upgrade; exit $?'",
        "python runner.py flask db upgrade",
        "python session.py flask db upgrade",
    ] {
        let _ = fs::remove_file(&pid);
        let running = Running::start(shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", upgrade));
        eventually("Alembic runs", || number(&pid).is_some());
        running.kill();
        assert!(ends(number(&pid).unwrap()), "{upgrade}");
    }
}

#[test]
fn the_lock_is_held_until_the_upgrade_of_a_killed_levelhead_is_gone() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let behind = Behind::new(backend);
        let deaf = "trap '' TERM; echo $$ >first; while :; do sleep 0.1; done\n";
        let command = behind.shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", behind.script(deaf));
        let first = Running::start(command);
        let file = behind.shop.folder().join("first");
        eventually("the first upgrades", || number(&file).is_some());
        first.kill();
        let alone = format!("kill -0 $(cat first) 2>/dev/null && echo both; {}\n", behind.upgrade());
        let second = behind.shop.levelhead(&["run", "--", "echo", "started"]);
        let second = second.env("LEVELHEAD_UPGRADE_COMMAND", behind.script(&alone)).run();
        second.success().says("waiting for another instance").prints("started\n");
    }
}

#[test]
fn what_has_left_the_upgrades_group_is_asked_before_it_is_killed() {
    let shop = Application::new(Backend::Sqlite);
    let stray = "trap 'touch asked; exit' TERM; touch ready; while :; do sleep 0.05; done";
    fs::write(shop.folder().join("stray.sh"), stray).unwrap();
    let upgrade = "sh -c 'setsid -w sh stray.sh; exit $?'";
    let running = Running::start(shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", upgrade));
    eventually("it runs", || shop.folder().join("ready").exists());
    signal(&running, Signal::SIGTERM);
    running.outcome();
    assert!(shop.folder().join("asked").exists());
}

#[test]
fn it_does_not_go_by_levelheads_name_and_holds_no_pipe() {
    let shop = Application::new(Backend::Sqlite);
    let upgrade = "sh -c 'echo running-$((40 + 2)) >&2; exec sleep 600'";
    let mut running = Running::start(shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", upgrade));
    running.until("running-42");
    let supervisor = children(running.pid())[0];
    assert_eq!(fs::read_to_string(format!("/proc/{supervisor}/comm")).unwrap(), "supervisor\n");
    let pipes = fs::read_dir(format!("/proc/{supervisor}/fd")).unwrap().flatten();
    let pipes = pipes.filter(|file| file.file_name().to_str().unwrap().parse::<i32>().unwrap() > 2);
    let pipes = pipes.filter(|file| fs::read_link(file.path()).is_ok_and(|to| to.starts_with("pipe:")));
    assert_eq!(pipes.count(), 0);
    running.kill();
    assert!(ends(supervisor));
}

#[test]
fn an_upgrade_that_is_ended_by_a_signal_of_real_time_has_ended() {
    let shop = Application::new(Backend::Sqlite);
    let upgrade = "sh -c 'kill -40 $$; sleep 600'";
    let outcome = shop.levelhead(&["run", "--", "echo", "started"]).env("LEVELHEAD_UPGRADE_COMMAND", upgrade).run();
    outcome.code(168).says("was ended by signal 40").prints("");
}

#[test]
fn both_children_find_the_database_url_without_white_space_at_its_end() {
    let behind = Behind::new(Backend::Sqlite);
    let url = format!("{}?timeout=9", behind.shop.database.url());
    let script = format!("[ \"$DATABASE_URL\" = \"$EXPECTED\" ] || exit 9\n{}\n", behind.upgrade());
    let levelhead = behind.shop.levelhead(&["run", "--", "printenv", "DATABASE_URL"]);
    let levelhead = levelhead.env("DATABASE_URL", format!("{url}\n")).env("EXPECTED", &url);
    let outcome = levelhead.env("LEVELHEAD_UPGRADE_COMMAND", behind.script(&script)).run();
    outcome.success().prints(&format!("{url}\n")).says("white space at the end of the database URL");
}

#[test]
#[allow(unsafe_code)]
fn a_service_managers_sockets_are_the_applications_alone() {
    let behind = Behind::new(Backend::Sqlite);
    let held = "for n in 3 4; do [ ! -e /proc/$$/fd/$n ] || echo holds $n; done";
    let script = format!("{held}\n[ -z \"$LISTEN_FDS\" ] || echo is told\n{}\n", behind.upgrade());
    let mut command = behind.shop.levelhead(&["run", "--", "sh", "-c", held]).command();
    command.env("LISTEN_FDS", "2").env("LEVELHEAD_UPGRADE_COMMAND", behind.script(&script));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    // SAFETY: async-signal-safe system calls between fork and exec.
    unsafe {
        let number = listener.as_raw_fd();
        command.pre_exec(move || {
            // From a number that is neither: a descriptor that is copied to itself stays close-on-exec.
            let socket = nix::libc::fcntl(number, nix::libc::F_DUPFD_CLOEXEC, 10);
            nix::libc::dup2(socket, 3);
            nix::libc::dup2(socket, 4);
            Ok(())
        });
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "holds 3\nholds 4\n");
}
