//! A helper that has to end: its output, or nothing once its time is up.

use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::prctl;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, getpid, getppid};

/// Runs a command in a process group of its own, which is killed after `limit` with all that it has started, and when this
/// process dies. Nothing is on its standard input.
///
/// # Errors
/// As [`Command::spawn`]; [`io::ErrorKind::TimedOut`] where it has not ended in time.
#[allow(unsafe_code)]
pub fn output(command: &mut Command, limit: Duration) -> io::Result<Output> {
    let deadline = Instant::now() + limit;
    let parent = getpid();
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // SAFETY: only async-signal-safe calls between fork and exec.
    unsafe {
        command.pre_exec(move || {
            // The terminal's Ctrl-C reaches another group only through this process.
            prctl::set_pdeathsig(Signal::SIGKILL)?;
            if getppid() == parent { Ok(()) } else { Err(nix::errno::Errno::ECANCELED.into()) }
        });
    }
    let mut child = command.spawn()?;
    let said = collect(&mut child, deadline);
    if said.is_err() {
        let group = i32::try_from(child.id()).map_err(io::Error::other)?;
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
    // What has closed both streams ends soon, and so does what was killed.
    let status = child.wait()?;
    let (stdout, stderr) = said?;
    Ok(Output { status, stdout, stderr })
}

/// Both streams to their ends. Whoever holds one of them may outlive the child, so it is their ends that count.
fn collect(child: &mut Child, deadline: Instant) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let (stdout, stderr) = (to_its_end(child.stdout.take())?, to_its_end(child.stderr.take())?);
    let until = |stream: Receiver<io::Result<Vec<u8>>>| {
        stream.recv_timeout(deadline.saturating_duration_since(Instant::now())).map_err(|error| match error {
            RecvTimeoutError::Timeout => io::Error::from(io::ErrorKind::TimedOut),
            RecvTimeoutError::Disconnected => io::Error::other("its output was not read"),
        })?
    };
    Ok((until(stdout)?, until(stderr)?))
}

/// Reads a stream on a thread of its own, which a killed group's end of it ends.
fn to_its_end(stream: Option<impl Read + Send + 'static>) -> io::Result<Receiver<io::Result<Vec<u8>>>> {
    let (done, read) = channel();
    let reader = move |done: Sender<_>| {
        let mut bytes = Vec::new();
        let read = stream.map_or(Ok(0), |mut stream| stream.read_to_end(&mut bytes));
        // Nobody may be there any more.
        let _ = done.send(read.map(|_| bytes));
    };
    thread::Builder::new().name("output".to_owned()).spawn(move || reader(done))?;
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> io::Result<Output> {
        output(Command::new("sh").args(["-c", script]), Duration::from_millis(500))
    }

    #[test]
    fn what_ends_in_time_is_heard_whole() {
        let said = shell("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; exit 3").unwrap();
        assert_eq!((said.status.code(), said.stdout.len(), said.stderr.len()), (Some(3), 300_000, 300_000));
    }

    #[test]
    fn what_does_not_is_killed_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        let begin = Instant::now();
        for waits in ["sleep 60", "sleep 60 & exit 0"] {
            let script = format!("(sleep 1; touch {}) & {waits}", mark.display());
            assert_eq!(shell(&script).unwrap_err().kind(), io::ErrorKind::TimedOut, "{waits}");
        }
        assert!(begin.elapsed() < Duration::from_secs(10));
        thread::sleep(Duration::from_millis(1500));
        assert!(!mark.exists());
    }
}
