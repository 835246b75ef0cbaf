//! The upgrade: the application's own command, from its start to what its end means.

use std::ffi::{OsStr, OsString};
use std::future::Future;
use std::os::fd::RawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use thiserror::Error;

use super::program::{self, Program, ProgramError};
pub use super::relay::Begins;
use super::relay::Relay;
use super::running::{Ended, Running};
pub use super::shown::{Shown, Timed};
use super::signals::Watch;

/// How many milliseconds a killed process may take to disappear before it is left alone.
const REAPING_ROUNDS: u32 = 1000;

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
    #[error("the upgrade failed: `{command}` was ended by {}", name(*.signal))]
    Signalled {
        /// The command.
        command: String,
        /// The signal's number.
        signal: i32,
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

/// What is to be run, and how.
#[derive(Debug)]
pub struct Task<'a> {
    /// The upgrade command.
    pub program: &'a Program,
    /// How long it may take.
    pub limit: Duration,
    /// What a line of its output says has begun.
    pub begins: Begins,
    /// How many descriptors, from 3 on, a service manager has opened for the application.
    pub sockets: RawFd,
    /// DATABASE_URL, where it was understood in another way than it is written.
    pub database_url: Option<&'a str>,
    /// What its sessions are to call themselves on the server, where they are to be known there.
    pub application_name: Option<&'a str>,
    /// Where others see how it goes.
    pub shown: &'a Shown,
}

/// Runs the upgrade to its end. Its output passes through, and its end comes with a failure; its standard input is empty, so
/// that what is piped into levelhead reaches the application. It is ended, with all that it has started, by a signal to
/// levelhead, by its limit, and when `lock_lost` resolves. Answers how long each revision took of which a line of it begins.
pub async fn upgrade(task: &Task<'_>, lock_lost: impl Future<Output = String>) -> Result<Vec<Timed>, UpgradeError> {
    let command = task.program.command_line();
    let io = |source| UpgradeError::Io { command: command.clone(), source };
    // A lock that was lost while the rows were read again is not upgraded under.
    let lock_lost = async { UpgradeError::LockLost { command: command.clone(), reason: lock_lost.await } };
    let mut lock_lost = std::pin::pin!(lock_lost);
    tokio::select! {
        biased;
        lost = &mut lock_lost => return Err(lost),
        () = std::future::ready(()) => {}
    }
    let mut watch = Watch::start().map_err(io)?;
    let (mut relay, ends) = Relay::new(task.begins, task.shown).map_err(io)?;
    let mut running = Running::start(task, &mut watch, ends)?;
    task.shown.runs(Some(running.group));
    let until_it_ends = async {
        tokio::select! {
            status = running.wait(&watch) => match status.map_err(io)? {
                Ended::Alone(status) => Ok(status),
                Ended::Asked(signal) => Err(UpgradeError::Interrupted { command: command.clone(), signal }),
            },
            () = tokio::time::sleep(task.limit) => {
                Err(UpgradeError::TimedOut { command: command.clone(), limit: task.limit })
            }
            lost = lock_lost => Err(lost),
        }
    };
    let status = match relay.during(until_it_ends).await {
        Ok(status) => Ok(status),
        Err(reason) => {
            task.shown.look_at_sockets();
            relay.during(running.stop(&watch)).await.map_err(io)?;
            Err(reason)
        }
    };
    relay.during(end_strays(running.group)).await;
    task.shown.runs(None);
    drop(running);
    let timed = task.shown.timed();
    let said = relay.finish().await;
    let ended = status.and_then(|status| outcome(&command, status, said));
    match watch.stop() {
        Some(signal) => Err(UpgradeError::Interrupted { command: command.clone(), signal }),
        None => ended.map(|()| timed),
    }
}

fn outcome(command: &str, status: ExitStatus, said: String) -> Result<(), UpgradeError> {
    let command = command.to_owned();
    match (status.code(), status.signal()) {
        (Some(0), _) => Ok(()),
        (None, Some(signal)) => Err(UpgradeError::Signalled { command, signal }),
        (code, _) => {
            let code = code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX);
            Err(UpgradeError::Exited { command, code, said })
        }
    }
}

/// A signal's name, where it has one: those of real time have none.
fn name(signal: i32) -> String {
    Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |signal| signal.to_string())
}

/// Ends what the upgrade left running in its group, and reaps those of it that have become children of this process, as
/// orphans become PID 1's: the application is to find nothing left to wait for.
async fn end_strays(group: Pid) {
    let _ = killpg(group, Signal::SIGKILL);
    let members = Pid::from_raw(-group.as_raw());
    for _ in 0..REAPING_ROUNDS {
        match waitpid(members, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => tokio::time::sleep(Duration::from_millis(1)).await,
            // nix does not know the signal that ended it.
            Ok(_) | Err(Errno::EINVAL) => {}
            Err(_) => break,
        }
    }
}
