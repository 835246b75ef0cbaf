//! Signals before exec: while the database is awaited, while the lock is, while the upgrade runs; as PID 1 and not.

use std::io::{BufRead, BufReader};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};

use crate::support::postgres::server;
use crate::support::process::{children, ends, is_running};
use crate::support::running::eventually;
use crate::support::{Application, Backend, Levelhead};

const SIGNALS: [Signal; 4] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGHUP];

/// What the upgrade commands of these tests say; levelhead prints the command, but not this.
const UPGRADING: &str = "running-42";

/// levelhead as somebody's child, or as PID 1 of a PID namespace.
#[derive(Debug, Clone, Copy)]
enum Place {
    Child,
    Init,
}

/// A running levelhead and what it says.
struct Running {
    child: Child,
    pid: Pid,
    place: Place,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
}

impl Running {
    fn start(levelhead: Levelhead, place: Place) -> Self {
        let inner = levelhead.command();
        let mut command = match place {
            Place::Child => inner,
            Place::Init => inside_a_pid_namespace(&inner),
        };
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("unshare is missing; install it: apt-get install -y util-linux");
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { pid: Pid::from_raw(child.id() as i32), child, place, lines }
    }

    /// Reads on until a line holds `text`.
    fn until(&mut self, text: &str) {
        let found = self.lines.by_ref().map(Result::unwrap).find(|line| line.contains(text));
        assert!(found.is_some(), "{text:?} was never said");
        if let Place::Init = self.place {
            self.pid = Pid::from_raw(children(self.child.id())[0]);
        }
    }

    /// Sends the signal and holds the end against what is promised.
    #[track_caller]
    fn ends_by(mut self, signal: Signal) {
        kill(self.pid, signal).unwrap();
        let status = self.child.wait().unwrap();
        match self.place {
            // `unshare` exits with the code of its child.
            Place::Init => assert_eq!(status.code(), Some(128 + signal as i32), "{signal}"),
            Place::Child => assert_eq!(died_of(status), Some(signal), "{status}"),
        }
        let output = std::io::read_to_string(self.child.stdout.take().unwrap()).unwrap();
        assert!(!output.contains("started"), "the application was started after {signal}");
    }
}

fn died_of(status: ExitStatus) -> Option<Signal> {
    status.signal().and_then(|number| Signal::try_from(number).ok())
}

pub(super) fn inside_a_pid_namespace(inner: &Command) -> Command {
    let mut command = Command::new("unshare");
    if !Uid::effective().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.args(["--pid", "--fork", "--mount-proc", "--"]).arg(inner.get_program()).args(inner.get_args());
    command.env_clear().envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(inner.get_current_dir().unwrap()).process_group(0);
    command
}

fn in_each_place(test: impl Fn(Place, Signal)) {
    for place in [Place::Child, Place::Init] {
        for signal in SIGNALS {
            test(place, signal);
        }
    }
}

#[test]
fn while_the_database_is_awaited() {
    let shop = Application::new(Backend::Sqlite);
    in_each_place(|place, signal| {
        let levelhead = shop.levelhead(&["run", "--", "echo", "started"]);
        let nobody =
            levelhead.env("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/d").env("LEVELHEAD_WAIT_TIMEOUT", "none");
        let mut running = Running::start(nobody, place);
        running.until("waiting for the database");
        running.ends_by(signal);
    });
}

#[test]
fn while_the_lock_is_awaited() {
    for backend in [Backend::Postgres, Backend::Sqlite] {
        let shop = Application::new(backend);
        let holder = shop
            .levelhead(&["run"])
            .env("LEVELHEAD_UPGRADE_COMMAND", "sh -c 'echo running-$((40 + 2)) >&2; exec sleep 600'");
        let mut holder = Running::start(holder, Place::Child);
        holder.until(UPGRADING);
        in_each_place(|place, signal| {
            let mut waiter = Running::start(shop.levelhead(&["run", "--", "echo", "started"]), place);
            waiter.until("waiting for another instance that upgrades");
            waiter.ends_by(signal);
        });
        holder.ends_by(Signal::SIGTERM);
    }
}

#[test]
fn while_the_upgrade_runs() {
    for backend in [Backend::Postgres, Backend::Sqlite] {
        let shop = Application::new(backend);
        in_each_place(|place, signal| {
            let marker = format!("{}.{}", 600 + signal as i32, std::process::id());
            let upgrade = format!("sh -c 'sleep {marker} & echo running-$((40 + 2)) >&2; wait'");
            let levelhead = shop.levelhead(&["run", "--", "echo", "started"]).env("LEVELHEAD_UPGRADE_COMMAND", upgrade);
            let mut running = Running::start(levelhead, place);
            running.until(UPGRADING);
            let upgrade = children(running.pid.as_raw() as u32)[0];
            let grandchild = children(upgrade as u32)[0];
            running.ends_by(signal);
            // A killed process that is nobody's child here takes a moment to disappear.
            eventually("the upgrade ends", || !is_running(upgrade) && !is_running(grandchild));
            if let crate::support::database::Database::Postgres { name } = &shop.database {
                assert_no_lock(name);
            }
        });
        // The lock is free: the next start gets it at once.
        shop.levelhead(&["run", "--lock-timeout", "0", "--", "echo", "started"]).run().success();
    }
}

/// The server notices a closed connection a moment later.
#[track_caller]
fn assert_no_lock(database: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while server().sql(database, held)[0][0] != "0" {
        assert!(Instant::now() < deadline, "the lock is still held");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_upgrade_that_does_not_obey_is_killed() {
    let shop = Application::new(Backend::Sqlite);
    let upgrade = "sh -c 'trap \"\" TERM; echo running-$((40 + 2)) >&2; while :; do sleep 1; done'";
    let mut running = Running::start(shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", upgrade), Place::Child);
    running.until(UPGRADING);
    let upgrade = children(running.pid.as_raw() as u32)[0];
    running.ends_by(Signal::SIGTERM);
    assert!(ends(upgrade));
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let shop = Application::new(Backend::Sqlite);
    let upgrade = "sh -c 'echo running-$((40 + 2)) >&2; exec sleep 600'";
    let inner = shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", upgrade).command();
    let mut nohup = Command::new("sh");
    nohup.env_clear().args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(inner.get_program()).args(inner.get_args());
    nohup.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    nohup.current_dir(shop.folder()).stderr(Stdio::piped());
    let mut child = nohup.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == UPGRADING));
    let pid = Pid::from_raw(child.id() as i32);
    kill(pid, Signal::SIGHUP).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none(), "it ended by a signal that it was told to ignore");
    kill(pid, Signal::SIGTERM).unwrap();
    assert_eq!(died_of(child.wait().unwrap()), Some(Signal::SIGTERM));
}

#[test]
fn killed_outright_it_takes_the_upgrade_along() {
    let shop = Application::new(Backend::Sqlite);
    let upgrade = "sh -c 'echo running-$((40 + 2)) >&2; exec sleep 600'";
    let mut running = Running::start(shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", upgrade), Place::Child);
    running.until(UPGRADING);
    let upgrade = children(running.pid.as_raw() as u32)[0];
    kill(running.pid, Signal::SIGKILL).unwrap();
    running.child.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while is_running(upgrade) {
        assert!(Instant::now() < deadline, "the upgrade goes on without its lock");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn killed_outright_it_takes_all_of_the_upgrade_along() {
    let shop = Application::new(Backend::Sqlite);
    for wrapper in ["sleep 600; exit $?", "timeout 600 sleep 600; exit $?", "setsid -w sleep 600; exit $?"] {
        let upgrade = format!("sh -c 'echo running-$((40 + 2)) >&2; {wrapper}'");
        let levelhead = shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", upgrade);
        let mut running = Running::start(levelhead, Place::Child);
        running.until(UPGRADING);
        let shell = children(children(running.pid.as_raw() as u32)[0] as u32)[0];
        eventually("the shell's child", || !children(shell as u32).is_empty());
        let child = children(shell as u32)[0];
        kill(running.pid, Signal::SIGKILL).unwrap();
        running.child.wait().unwrap();
        assert!(ends(shell) && ends(child), "{wrapper}");
    }
}

#[test]
fn a_connection_that_holds_the_lock_and_dies_stops_the_upgrade() {
    let shop = Application::new(Backend::Postgres);
    let levelhead = shop.levelhead(&["run", "--", "echo", "started"]);
    let upgrade = "sh -c 'echo running-$((40 + 2)) >&2; exec sleep 600'";
    let mut running = Running::start(levelhead.env("LEVELHEAD_UPGRADE_COMMAND", upgrade), Place::Child);
    running.until(UPGRADING);
    let child = children(running.pid.as_raw() as u32)[0];
    let crate::support::database::Database::Postgres { name } = &shop.database else { unreachable!() };
    server().sql(
        name,
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    running.until("the lock was lost (");
    assert_eq!(running.child.wait().unwrap().code(), Some(125));
    assert!(ends(child));
}
