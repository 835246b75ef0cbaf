//! The instant before exec: at whichever moment a signal comes, either levelhead dies of it or the application gets it.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::database::Database;
use crate::support::{Application, Backend};

/// How many moments are tried on each road.
const ROUNDS: u32 = 300;

/// Sends SIGTERM after a random part of `span` and asserts that the process dies of it: as levelhead, or as the `sleep`
/// that it has become.
fn is_never_swallowed(span: Duration, mut start: impl FnMut() -> Command) {
    let seed = rand::random::<u64>();
    for round in 0..ROUNDS {
        let moment = span.mul_f64(rand::random());
        let mut child = start().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let pid = Pid::from_raw(child.id() as i32);
        let begin = Instant::now();
        while begin.elapsed() < moment {
            std::hint::spin_loop();
        }
        kill(pid, Signal::SIGTERM).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(15), "round {round} of {seed}, after {moment:?}: {status}");
    }
}

/// How long a start takes until the application runs.
fn duration_of(mut command: Command) -> Duration {
    let begin = Instant::now();
    assert!(command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
    begin.elapsed()
}

#[test]
fn at_head() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let shop = Application::at(backend, "head");
        let span = duration_of(shop.levelhead(&["run", "--", "true"]).command()) * 2;
        is_never_swallowed(span, || shop.levelhead(&["run", "--", "sleep", "60"]).command());
    }
}

#[test]
fn around_an_upgrade() {
    let shop = Application::at(Backend::Sqlite, "head");
    let Database::Sqlite { file } = &shop.database else { unreachable!() };
    let (behind, head) = (shop.folder().join("behind.db"), shop.folder().join("head.db"));
    fs::copy(file, &head).unwrap();
    shop.database.sql(&format!("UPDATE alembic_version SET version_num = '{}'", REVISIONS[2]));
    fs::copy(file, &behind).unwrap();
    let upgrade = format!("cp {} {}", head.display(), file.display());
    let span = duration_of(shop.levelhead(&["run", "--upgrade-command", &upgrade, "--", "true"]).command()) * 2;
    assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    is_never_swallowed(span, || {
        fs::copy(&behind, file).unwrap();
        shop.levelhead(&["run", "--upgrade-command", &upgrade, "--", "sleep", "60"]).command()
    });
}

/// As PID 1 a signal that is left to its default is dropped by the kernel, so at every moment from its first line on
/// until it is another program, levelhead must have a handler.
#[test]
fn pid_1_has_a_handler_until_the_very_end() {
    let shop = Application::at(Backend::Sqlite, "head");
    let levelhead = fs::canonicalize(crate::support::levelhead::binary()).unwrap();
    let (mut seen, mut without) = (0, 0);
    for _ in 0..ROUNDS {
        let inner = shop.levelhead(&["run", "--", "true"]).command();
        let mut command = super::interruption::inside_a_pid_namespace(&inner);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut caught = false;
        while child.try_wait().unwrap().is_none() {
            let Some(pid) = crate::support::process::children(child.id()).first().copied() else { continue };
            let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else { continue };
            if fs::read_link(format!("/proc/{pid}/exe")).ok().as_deref() != Some(&*levelhead) {
                continue;
            }
            let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
            let has_handler = u64::from_str_radix(mask.trim(), 16).unwrap() & (1 << 14) != 0;
            caught |= has_handler;
            seen += 1;
            // Before `main` the loader runs, without a handler; after the first sight of one it must not go.
            without += u32::from(caught && !has_handler);
        }
    }
    assert_eq!(without, 0, "of {seen} looks");
    assert!(seen > ROUNDS, "{seen} looks are too few to mean anything");
}
