//! A helper that has to end: its output, or nothing once its time is up.

use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::prctl;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, getpid, getppid};

/// What a command has said, and how it ended.
#[derive(Debug)]
pub struct Said {
    /// `None` where it had not ended in time, and was killed.
    pub status: Option<ExitStatus>,
    /// What it said until then.
    pub stdout: Vec<u8>,
    /// The same.
    pub stderr: Vec<u8>,
}

/// As [`run`], for a helper whose output counts only as a whole.
///
/// # Errors
/// As [`run`]; [`io::ErrorKind::TimedOut`] where it has not ended in time.
pub fn output(command: &mut Command, limit: Duration) -> io::Result<Output> {
    let Said { status, stdout, stderr } = run(command, limit)?;
    let status = status.ok_or(io::ErrorKind::TimedOut)?;
    Ok(Output { status, stdout, stderr })
}

/// Runs a command in a process group of its own, which is killed after `limit` with all that it has started, and when this
/// process dies. Nothing is on its standard input.
///
/// # Errors
/// As [`Command::spawn`].
#[allow(unsafe_code)]
pub fn run(command: &mut Command, limit: Duration) -> io::Result<Said> {
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
    let ended = said.as_ref().is_ok_and(|(stdout, stderr)| stdout.ended && stderr.ended);
    if !ended {
        let group = i32::try_from(child.id()).map_err(io::Error::other)?;
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
    // What has closed both streams ends soon, and so does what was killed.
    let status = child.wait()?;
    let (stdout, stderr) = said?;
    Ok(Said { status: ended.then_some(status), stdout: stdout.bytes, stderr: stderr.bytes })
}

/// What came out of a stream.
#[derive(Default)]
struct Stream {
    bytes: Vec<u8>,
    ended: bool,
}

/// Both streams to their ends. Whoever holds one of them may outlive the child, so it is their ends that count.
fn collect(child: &mut Child, deadline: Instant) -> io::Result<(Stream, Stream)> {
    let (stdout, stderr) = (to_its_end(child.stdout.take())?, to_its_end(child.stderr.take())?);
    let until = |chunks: Receiver<io::Result<Vec<u8>>>| {
        let mut stream = Stream::default();
        loop {
            match chunks.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(chunk) => stream.bytes.append(&mut chunk?),
                Err(error) => {
                    stream.ended = error == RecvTimeoutError::Disconnected;
                    return Ok::<_, io::Error>(stream);
                }
            }
        }
    };
    Ok((until(stdout)?, until(stderr)?))
}

/// Reads a stream on a thread of its own, which a killed group's end of it ends.
fn to_its_end(stream: Option<impl Read + Send + 'static>) -> io::Result<Receiver<io::Result<Vec<u8>>>> {
    let (done, read) = channel();
    let reader = move || {
        let Some(mut stream) = stream else { return };
        let mut chunk = vec![0; 1 << 16];
        loop {
            let read = match stream.read(&mut chunk) {
                Ok(0) => return,
                Ok(length) => Ok(chunk[..length].to_vec()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            // Nobody may be there any more.
            if done.send(read).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("output".to_owned()).spawn(reader)?;
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
        let said = run(Command::new("sh").args(["-c", "echo one; sleep 60"]), Duration::from_millis(500)).unwrap();
        assert_eq!((said.status, said.stdout.as_slice()), (None, &b"one\n"[..]));
        thread::sleep(Duration::from_millis(1500));
        assert!(!mark.exists());
    }
}
