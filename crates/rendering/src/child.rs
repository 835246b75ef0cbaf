//! The driver's process: started in the sandbox, heard on a pipe of its own, ended after its time.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::Serialize;

use crate::request::Request;
use crate::run::{Heard, Limits};
use crate::sandbox::{Sandbox, confine};

const DRIVER: &str = include_str!("../driver/render.py");
/// How much of its report is read.
const LONGEST_REPORT: usize = 64 << 20;
/// How much is kept of what the application prints.
const LAST_WORDS: usize = 16 << 10;

#[derive(Serialize)]
struct Sent<'a> {
    report: RawFd,
    #[serde(flatten)]
    request: &'a Request,
}

/// Starts it, and hears it to its end.
pub(crate) fn run(
    python: &Path,
    request: &Request,
    variables: &[(OsString, Option<OsString>)],
    sandbox: Sandbox,
    limits: Limits,
) -> io::Result<Heard> {
    let deadline = Instant::now() + limits.time;
    let (child, streams) = spawn(python, request, variables, sandbox, limits)?;
    hear(child, streams, deadline)
}

/// The ends of the pipes: the report, and what the application prints.
struct Streams {
    report: OwnedFd,
    printed: OwnedFd,
}

fn spawn(
    python: &Path,
    request: &Request,
    variables: &[(OsString, Option<OsString>)],
    sandbox: Sandbox,
    limits: Limits,
) -> io::Result<(Child, Streams)> {
    let (report, reports) = io::pipe()?;
    let (printed, prints) = io::pipe()?;
    let mut command = Command::new(python);
    command.args(["-c", DRIVER]).stdin(sent(&Sent { report: reports.as_raw_fd(), request })?);
    command.stdout(prints.try_clone()?).stderr(prints);
    command.env("SKIP_DB_UPGRADE", "true").env("PYTHONDONTWRITEBYTECODE", "1");
    for (name, value) in variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    confine(&mut command, sandbox, limits, reports.as_raw_fd())?;
    let child = command.spawn()?;
    Ok((child, Streams { report: report.into(), printed: printed.into() }))
}

/// A file without a name: however long the request is, nobody waits until it is read.
fn sent(request: &Sent<'_>) -> io::Result<Stdio> {
    let name = nix::sys::memfd::MFdFlags::MFD_CLOEXEC;
    let mut file = File::from(nix::sys::memfd::memfd_create("request", name)?);
    file.write_all(&serde_json::to_vec(request)?)?;
    file.rewind()?;
    Ok(file.into())
}

fn hear(mut child: Child, streams: Streams, deadline: Instant) -> io::Result<Heard> {
    let (mut report, mut printed) = (Vec::new(), Vec::new());
    let ended = listen(streams, deadline, &mut report, &mut printed);
    // It has closed its streams, and may go on all the same.
    let ended = ended.is_ok_and(|ended| ended) && has_ended(&mut child, deadline)?;
    if !ended {
        // Nothing that it could have started is left: it is a session of its own, and starts no process.
        let _ = killpg(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL);
        child.kill()?;
    }
    let status = child.wait()?;
    Ok(Heard { report, printed, status: ended.then_some(status) })
}

/// Reads both streams to their ends, or until the deadline: whether they have ended.
fn listen(streams: Streams, deadline: Instant, report: &mut Vec<u8>, printed: &mut Vec<u8>) -> io::Result<bool> {
    let mut open = [Some(File::from(streams.report)), Some(File::from(streams.printed))];
    let mut chunk = vec![0; 1 << 16];
    while open.iter().any(Option::is_some) {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || report.len() > LONGEST_REPORT {
            return Ok(false);
        }
        let mut places: Vec<usize> = (0..open.len()).filter(|&place| open[place].is_some()).collect();
        let mut polled: Vec<PollFd> =
            open.iter().flatten().map(|file| PollFd::new(file.as_fd(), PollFlags::POLLIN)).collect();
        match poll(&mut polled, PollTimeout::try_from(left.min(Duration::from_secs(3600))).unwrap_or(PollTimeout::MAX))
        {
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ready: Vec<bool> = polled.iter().map(|one| one.any().unwrap_or_default()).collect();
        drop(polled);
        let mut ready = ready.into_iter();
        places.retain(|_| ready.next().unwrap_or_default());
        for place in places {
            let Some(file) = &mut open[place] else { continue };
            let length = file.read(&mut chunk)?;
            match (place, length) {
                (_, 0) => open[place] = None,
                (0, _) => report.extend_from_slice(&chunk[..length]),
                _ => {
                    printed.extend_from_slice(&chunk[..length]);
                    printed.drain(..printed.len().saturating_sub(LAST_WORDS));
                }
            }
        }
    }
    Ok(true)
}

fn has_ended(child: &mut Child, deadline: Instant) -> io::Result<bool> {
    while child.try_wait()?.is_none() {
        if Instant::now() >= deadline {
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(2));
    }
    Ok(true)
}
