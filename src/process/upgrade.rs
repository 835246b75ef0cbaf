//! The upgrade's child process: the application's own command, in a process group of its own.

use std::ffi::{OsStr, OsString};
use std::future::Future;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::prctl;
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpid, getppid};
use thiserror::Error;
use tokio::process::{Child, Command};

use super::exec::SKIP_DB_UPGRADE;
use super::program::{self, Program, ProgramError};
pub use super::relay::{Begins, Timed};
use super::relay::{Ends, Relay};
use super::signals::Watch;

/// How long the upgrade may take to end after SIGTERM. Together with the kill it stays under the 30 s that platforms
/// leave a container by default.
const GRACE: Duration = Duration::from_secs(10);

/// How many milliseconds a killed process may take to disappear before it is left alone.
const REAPING_ROUNDS: u32 = 1000;

/// What a service manager addresses to the start command, not to the upgrade.
const ADDRESSED_TO_THE_APPLICATION: [&str; 6] =
    ["NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// How an upgrade failed. `command` is the command as it would be typed.
#[derive(Debug, Error)]
pub enum UpgradeError {
    /// It could not be executed.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// It exited with a code other than 0.
    #[error("the upgrade failed: `{command}` exited with {code}")]
    Exited {
        /// The command.
        command: String,
        /// Its exit code.
        code: u8,
        /// The end of its output, as far as it was seen.
        said: String,
    },
    /// It was ended by a signal that levelhead did not send.
    #[error("the upgrade failed: `{command}` was ended by {signal}")]
    Signalled {
        /// The command.
        command: String,
        /// The signal.
        signal: Signal,
    },
    /// It took longer than LEVELHEAD_UPGRADE_TIMEOUT and was ended.
    #[error("the upgrade `{command}` was ended after {}: LEVELHEAD_UPGRADE_TIMEOUT", humantime::format_duration(*.limit))]
    TimedOut {
        /// The command.
        command: String,
        /// The limit.
        limit: Duration,
    },
    /// levelhead was asked to end and ended the upgrade first.
    #[error("stopped by {signal}; the upgrade `{command}` was ended too")]
    Interrupted {
        /// The command.
        command: String,
        /// The signal that levelhead got.
        signal: Signal,
    },
    /// The connection that holds the lock died: another instance may begin, so this upgrade was ended.
    #[error("the lock was lost ({reason}); the upgrade `{command}` was ended")]
    LockLost {
        /// The command.
        command: String,
        /// What happened to the guard connection.
        reason: String,
    },
    /// The kernel refused something that has to work.
    #[error("cannot run the upgrade `{command}`: {source}")]
    Io {
        /// The command.
        command: String,
        /// The answer.
        source: std::io::Error,
    },
}

impl UpgradeError {
    /// Whether levelhead itself was asked to end.
    pub fn is_interruption(&self) -> bool {
        matches!(self, Self::Interrupted { .. })
    }
}

/// The upgrade command. It is looked up beside a start command that was given with its folder (a virtualenv that is not on
/// the PATH), then along `path`.
pub fn find(words: &[OsString], start: Option<&Program>, path: Option<&OsStr>) -> Result<Program, ProgramError> {
    let beside = start.filter(|start| start.words[0].as_bytes().contains(&b'/')).and_then(|start| start.file.parent());
    match beside.map(|folder| program::find(words, Some(folder.as_os_str()))) {
        Some(Ok(found)) => Ok(found),
        _ => program::find(words, path),
    }
}

/// Runs the upgrade to its end. Its output passes through, and its end comes with a failure; its standard input is empty, so
/// that what is piped into levelhead reaches the application. It is ended, with all of its process group, by a signal to
/// levelhead, by `limit`, and when `lock_lost` resolves. Answers how long each revision took of which a line of it `begins`.
pub async fn upgrade(
    program: &Program,
    limit: Duration,
    lock_lost: impl Future<Output = String>,
    begins: Begins,
) -> Result<Vec<Timed>, UpgradeError> {
    let command = program.command_line();
    let io = |source| UpgradeError::Io { command: command.clone(), source };
    // A lock that was lost while the rows were read again is not upgraded under.
    let lock_lost = async { UpgradeError::LockLost { command: command.clone(), reason: lock_lost.await } };
    let mut lock_lost = std::pin::pin!(lock_lost);
    tokio::select! {
        biased;
        lost = &mut lock_lost => return Err(lost),
        () = std::future::ready(()) => {}
    }
    let watch = Watch::start().map_err(io)?;
    let (mut relay, ends) = Relay::new(begins).map_err(io)?;
    let mut child = spawn(program, &watch, ends)?;
    let group = Pid::from_raw(child.id().and_then(|id| id.try_into().ok()).expect("has not been waited for"));
    let running = async {
        tokio::select! {
            status = child.wait() => Ok(status.map_err(io)?),
            signal = watch.arrived() => Err(UpgradeError::Interrupted { command: command.clone(), signal }),
            () = tokio::time::sleep(limit) => Err(UpgradeError::TimedOut { command: command.clone(), limit }),
            lost = lock_lost => Err(lost),
        }
    };
    let status = match relay.during(running).await {
        Ok(status) => Ok(status),
        Err(reason) => {
            relay.during(stop(&mut child, group)).await.map_err(io)?;
            Err(reason)
        }
    };
    relay.during(end_strays(group)).await;
    let (said, timed) = relay.finish().await;
    let ended = status.and_then(|status| outcome(&command, status, said));
    match watch.stop() {
        Some(signal) => Err(UpgradeError::Interrupted { command: command.clone(), signal }),
        None => ended.map(|()| timed),
    }
}

#[allow(unsafe_code)]
fn spawn(program: &Program, watch: &Watch, ends: Ends) -> Result<Child, UpgradeError> {
    let mut command = Command::new(&program.file);
    command.args(&program.words[1..]).stdin(Stdio::null()).process_group(0).kill_on_drop(true);
    command.stdout(ends.stdout).stderr(ends.stderr);
    command.env(SKIP_DB_UPGRADE, "true");
    for name in ADDRESSED_TO_THE_APPLICATION {
        command.env_remove(name);
    }
    let restore = watch.restore_child_action();
    let blocked = nix::sys::signal::SigSet::thread_get_mask();
    let parent = getpid();
    // SAFETY: only async-signal-safe calls between fork and exec.
    unsafe {
        command.pre_exec(move || {
            restore();
            // std clears the mask of a child; the upgrade is to find the one that levelhead was started with.
            if let Ok(blocked) = &blocked {
                blocked.thread_set_mask()?;
            }
            // If levelhead is killed outright, the upgrade must not go on without the lock.
            prctl::set_pdeathsig(Signal::SIGTERM)?;
            if getppid() == parent { Ok(()) } else { Err(nix::errno::Errno::ECANCELED.into()) }
        });
    }
    command.spawn().map_err(|source| ProgramError::of_execve(&program.file, source).into())
}

fn outcome(command: &str, status: ExitStatus, said: String) -> Result<(), UpgradeError> {
    let command = command.to_owned();
    match (status.code(), status.signal().map(Signal::try_from)) {
        (Some(0), _) => Ok(()),
        (Some(code), _) => Err(UpgradeError::Exited { command, code: u8::try_from(code).unwrap_or(u8::MAX), said }),
        (None, Some(Ok(signal))) => Err(UpgradeError::Signalled { command, signal }),
        (None, _) => Err(UpgradeError::Signalled { command, signal: Signal::SIGKILL }),
    }
}

/// SIGTERM to the whole group, time to end, then SIGKILL.
async fn stop(child: &mut Child, group: Pid) -> std::io::Result<()> {
    let _ = killpg(group, Signal::SIGTERM);
    if tokio::time::timeout(GRACE, child.wait()).await.is_err() {
        let _ = killpg(group, Signal::SIGKILL);
        child.wait().await?;
    }
    Ok(())
}

/// Ends what the upgrade left running in its group, and reaps those of it that have become children of this process, as
/// orphans become PID 1's: the application is to find nothing left to wait for.
async fn end_strays(group: Pid) {
    let _ = killpg(group, Signal::SIGKILL);
    let members = Pid::from_raw(-group.as_raw());
    for _ in 0..REAPING_ROUNDS {
        match waitpid(members, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => tokio::time::sleep(Duration::from_millis(1)).await,
            Ok(_) => {}
            Err(_) => break,
        }
    }
}
