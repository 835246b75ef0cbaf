//! No trace: a program that writes down all it inherits finds the same, started directly and through `levelhead run`.

#![allow(unsafe_code)]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use nix::libc;
use nix::sys::signal::Signal;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::behind::forward;
use crate::support::database::Database;
use crate::support::{Application, Backend, examples};

/// The example `dump-state`.
fn dump_state() -> &'static Path {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| examples::built("dump-state"));
    &BUILT
}

/// What is changed in the process before it becomes levelhead, or the program. Runs between fork and exec.
type Surroundings = fn();

/// What the program finds. `through` are the words of levelhead before it; none means directly.
fn state(application: &Application, through: &[&str], surroundings: Surroundings) -> (u32, String) {
    let file = application.folder().join("state");
    let mut command = match through {
        [] => {
            let through = application.levelhead(&[]).env("SKIP_DB_UPGRADE", "true").command();
            let mut command = Command::new(dump_state());
            command.env_clear().envs(through.get_envs().filter_map(|(name, value)| Some((name, value?))));
            command.current_dir(application.folder());
            command
        }
        words => {
            let mut command = application.levelhead(words).command();
            command.arg("--").arg(dump_state());
            command
        }
    };
    // Its own open file: O_NONBLOCK belongs to the file, and would be seen by every process that shares it.
    command.stdin(fs::File::open("/dev/null").unwrap()).stdout(Stdio::null()).stderr(Stdio::null());
    command.arg(&file).env("ODD", OsStr::from_bytes(b"\xff\xfe=\n"));
    // SAFETY: every `Surroundings` of this module calls only async-signal-safe functions.
    unsafe {
        command.pre_exec(move || {
            surroundings();
            Ok(())
        });
    }
    let _ = fs::remove_file(&file);
    let mut child = command.spawn().unwrap();
    let pid = child.id();
    let status = child.wait().unwrap();
    assert!(status.success(), "{through:?}: {status}");
    (pid, fs::read_to_string(file).unwrap())
}

/// The lines that must be equal: all but the process's own number and those of sockets and pipes; sorted, since levelhead
/// adds SKIP_DB_UPGRADE at the end.
fn comparable(state: &str) -> BTreeSet<String> {
    let without_inode = |line: &str| line.split(":[").next().unwrap_or_default().to_owned();
    state.lines().filter(|line| !line.starts_with("pid ")).map(without_inode).collect()
}

#[track_caller]
fn assert_no_trace(application: &Application, through: &[&str], surroundings: Surroundings) {
    let (_, direct) = state(application, &[], surroundings);
    let (pid, wrapped) = state(application, through, surroundings);
    let (directly, through_levelhead) = (comparable(&direct), comparable(&wrapped));
    let traces: Vec<_> = directly.symmetric_difference(&through_levelhead).collect();
    assert!(traces.is_empty(), "through levelhead {through:?}: {traces:#?}");
    assert!(wrapped.contains(&format!("\npid {pid} parent {}\n", std::process::id())), "{wrapped}");
}

/// At head, after an upgrade, and with the upgrade skipped.
#[track_caller]
fn assert_no_trace_on_any_road(surroundings: Surroundings) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let application = Application::at(backend, "head");
        assert_no_trace(&application, &["run"], surroundings);
        assert_no_trace(&application, &["run", "--skip-db-upgrade"], surroundings);
        let back = format!("UPDATE alembic_version SET version_num = '{}'", REVISIONS[2]);
        application.database.sql(&back);
        // It leaves an orphan behind in its process group.
        let forward = format!("sh -c 'sleep 600 & exec {}'", forward(&application));
        assert_no_trace(&application, &["run", "--upgrade-command", &forward], surroundings);
        assert_eq!(application.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

#[test]
fn as_it_is() {
    assert_no_trace_on_any_road(|| {});
}

#[test]
fn nothing_holds_an_sqlite_file_in_wal_mode() {
    let application = Application::at(Backend::Sqlite, "head");
    let Database::Sqlite { file } = &application.database else { unreachable!("asked for") };
    let log = PathBuf::from(format!("{}-wal", file.display()));
    application.database.sql("PRAGMA journal_mode = WAL");
    assert_no_trace(&application, &["run"], || {});
    // The last one out takes the log along: nobody else is left inside.
    application.database.sql("CREATE TABLE later (id INTEGER)");
    assert!(!log.exists(), "{} is still there", log.display());
    let mut other = application.levelhead(&["run", "--", "sleep", "600"]).command().spawn().unwrap();
    wait_for_exec(&other, "sleep");
    application.database.sql("CREATE TABLE meanwhile (id INTEGER)");
    let is_left = log.exists();
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(!is_left, "{} is still there", log.display());
}

/// Waits until the child has become `program`.
fn wait_for_exec(child: &std::process::Child, program: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    let name = format!("/proc/{}/comm", child.id());
    while fs::read_to_string(&name).unwrap().trim() != program {
        assert!(Instant::now() < deadline, "it does not become {program}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn whatever_was_ignored_or_blocked() {
    let application = Application::at(Backend::Sqlite, "head");
    macro_rules! matrix {
        ($($signal:ident),*) => { $(
            assert_no_trace(&application, &["run"], || ignore(Signal::$signal));
            assert_no_trace(&application, &["run"], || block(Signal::$signal));
        )* };
    }
    matrix!(SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGCHLD, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH, SIGTSTP, SIGTTOU);
}

#[test]
fn whatever_was_ignored_or_blocked_when_an_upgrade_ran() {
    assert_no_trace_on_any_road(|| {
        for signal in [Signal::SIGHUP, Signal::SIGPIPE, Signal::SIGCHLD] {
            ignore(signal);
        }
        for signal in [Signal::SIGUSR1, Signal::SIGTERM, Signal::SIGCHLD] {
            block(signal);
        }
    });
}

#[test]
fn whichever_standard_streams_were_closed() {
    let application = Application::at(Backend::Sqlite, "head");
    macro_rules! matrix {
        ($([$($stream:literal),*]),*) => { $( assert_no_trace(&application, &["run"], || close(&[$($stream),*])); )* };
    }
    matrix!([0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]);
    assert_no_trace_on_any_road(|| close(&[0, 1, 2]));
}

#[test]
fn descriptors_that_were_handed_down() {
    assert_no_trace_on_any_road(|| {
        // SAFETY: async-signal-safe system calls. 3 is a socket that a service manager hands over, 7 an ordinary file.
        unsafe {
            let socket = libc::socket(libc::AF_UNIX, libc::SOCK_STREAM, 0);
            libc::dup2(socket, 3);
            libc::dup2(0, 7);
            if socket != 3 {
                libc::close(socket);
            }
        }
    });
}

#[test]
fn umask_limits_priority_subreaper_and_blocking_streams() {
    assert_no_trace_on_any_road(|| {
        // SAFETY: async-signal-safe system calls.
        unsafe {
            libc::umask(0o027);
            libc::nice(3);
            libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1);
            libc::fcntl(0, libc::F_SETFL, libc::fcntl(0, libc::F_GETFL) | libc::O_NONBLOCK);
            let limit = libc::rlimit { rlim_cur: 200, rlim_max: 300 };
            libc::setrlimit(libc::RLIMIT_NOFILE, &limit);
        }
    });
}

#[test]
fn a_session_of_its_own() {
    assert_no_trace_on_any_road(|| {
        // SAFETY: an async-signal-safe system call.
        unsafe { libc::setsid() };
    });
}

fn ignore(signal: Signal) {
    // SAFETY: an async-signal-safe system call.
    unsafe { libc::signal(signal as i32, libc::SIG_IGN) };
}

fn block(signal: Signal) {
    // SAFETY: async-signal-safe calls on a local set.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, signal as i32);
        libc::sigprocmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
    }
}

fn close(streams: &[i32]) {
    for stream in streams {
        // SAFETY: an async-signal-safe system call; std has no use for the stream between fork and exec.
        unsafe { libc::close(*stream) };
    }
}

/// A socket that took the number of a closed standard error would be sent the log.
#[test]
fn nothing_else_takes_the_number_of_a_closed_stream() {
    let application = Application::new(Backend::Sqlite);
    let levelhead = application.levelhead(&["run"]).env("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/d");
    let mut command = levelhead.command();
    // SAFETY: only an async-signal-safe system call between fork and exec.
    unsafe {
        command.pre_exec(|| {
            close(&[0, 1, 2]);
            Ok(())
        });
    }
    let mut child = command.spawn().unwrap();
    let stream = |number: u32| fs::read_link(format!("/proc/{}/fd/{number}", child.id()));
    let deadline = Instant::now() + Duration::from_secs(60);
    // Once there is a fourth descriptor, the first three have been dealt with.
    while stream(3).is_err() {
        assert!(Instant::now() < deadline, "it never opened anything");
    }
    let streams = [0, 1, 2].map(|number| stream(number).unwrap());
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(streams, ["/dev/null"; 3].map(PathBuf::from));
}
