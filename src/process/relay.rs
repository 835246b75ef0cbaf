//! What the upgrade says, passed on byte for byte while its last part is kept.
//!
//! A stream that is a terminal stays the upgrade's own: through a pipe it would lose its colours and progress bars, and a
//! person is reading. Standard output and error that are one file share one pipe, so their order stays what it was.

use std::collections::VecDeque;
use std::fs::File;
use std::future::pending;
use std::io::{self, IsTerminal, PipeReader, PipeWriter};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::Stdio;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::fstat;
use nix::unistd::{read, write};
use tokio::net::unix::pipe::Receiver;
use tokio::time::{sleep, timeout};

use super::shown::Shown;

/// How much of the end is kept, of both streams together.
const KEPT: usize = 64 * 1024;
/// What a pipe takes without blocking once it takes anything: POSIX's PIPE_BUF on Linux.
const CHUNK: usize = 4096;
/// How much of a line is looked at.
const LONGEST_LINE: usize = 1024;
/// How long to wait for a reader of levelhead's own output that has stopped reading.
const PAUSE: Duration = Duration::from_millis(10);
/// How long such a reader is waited for when the upgrade has ended.
const FAREWELL: Duration = Duration::from_secs(5);

/// What a line says has begun, where it says so.
pub type Begins = fn(&str) -> Option<String>;

/// The two streams of a child, and the end of what it has said.
pub(super) struct Relay<'a> {
    streams: Vec<Stream>,
    said: Heard<'a>,
}

/// What the child's streams are to be.
pub(super) struct Ends {
    pub(super) stdout: Stdio,
    pub(super) stderr: Stdio,
}

struct Stream {
    /// `None` from the end of the pipe, or of whoever read levelhead's output, on.
    from: Option<Receiver>,
    to: OwnedFd,
    /// Read, but not written yet.
    pending: Vec<u8>,
    /// The beginning of a line whose end has not been read yet.
    line: Vec<u8>,
}

/// What the child has said, as far as it is kept.
struct Heard<'a> {
    /// The end of both streams together.
    end: VecDeque<u8>,
    begins: Begins,
    shown: &'a Shown,
}

impl<'a> Relay<'a> {
    /// Makes the pipes that are needed. Whole lines are shown to `begins`; `shown` is told what has begun.
    pub(super) fn new(begins: Begins, shown: &'a Shown) -> io::Result<(Self, Ends)> {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let relayed = [stdout.as_fd(), stderr.as_fd()].map(|stream| !stream.is_terminal());
        let mut relay = Self { streams: Vec::new(), said: Heard { end: VecDeque::new(), begins, shown } };
        let ends = match relayed {
            [true, true] if are_one_file(stdout.as_fd(), stderr.as_fd()) => {
                let writer = relay.open(stderr.as_fd())?;
                Ends { stdout: writer.try_clone()?.into(), stderr: writer.into() }
            }
            [first, second] => Ends {
                stdout: if first { relay.open(stdout.as_fd())?.into() } else { Stdio::inherit() },
                stderr: if second { relay.open(stderr.as_fd())?.into() } else { Stdio::inherit() },
            },
        };
        Ok((relay, ends))
    }

    fn open(&mut self, to: BorrowedFd<'_>) -> io::Result<PipeWriter> {
        let (reader, writer): (PipeReader, PipeWriter) = io::pipe()?;
        // Only this end becomes non-blocking: the two are files of their own.
        let from = Receiver::from_file(File::from(OwnedFd::from(reader)))?;
        self.streams.push(Stream {
            from: Some(from),
            to: to.try_clone_to_owned()?,
            pending: Vec::new(),
            line: Vec::new(),
        });
        Ok(writer)
    }

    /// Passes on what comes while `work` goes on.
    pub(super) async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        tokio::select! {
            biased;
            done = work => done,
            () = self.pass_on() => pending().await,
        }
    }

    /// Passes on what is left once the child has ended, and answers the end of all that was said. Whatever keeps the pipe
    /// open without having been the child is not waited for.
    pub(super) async fn finish(mut self) -> String {
        let _ = timeout(FAREWELL, async {
            for stream in &mut self.streams {
                let Some(from) = stream.from.take().and_then(|from| from.into_nonblocking_fd().ok()) else { continue };
                let mut chunk = [0; CHUNK];
                // The runtime's readiness may be older than the last words: the pipe itself is asked.
                while stream.flush().await
                    && let Ok(length @ 1..) = read(&from, &mut chunk)
                {
                    stream.take(&chunk[..length], &mut self.said);
                }
            }
        })
        .await;
        String::from_utf8_lossy(self.said.end.make_contiguous()).into_owned()
    }

    /// Never resolves; may be dropped at any await, since what was read is kept until it is written.
    async fn pass_on(&mut self) {
        let said = &mut self.said;
        match self.streams.as_mut_slice() {
            [] => pending().await,
            [one] => loop {
                one.next().await;
                one.read_now(said);
            },
            [one, two, ..] => loop {
                tokio::select! {
                    () = one.next() => one.read_now(said),
                    () = two.next() => two.read_now(said),
                };
            },
        }
    }
}

impl Stream {
    /// Writes what is pending, then waits for more. Never resolves once the stream has ended.
    async fn next(&mut self) {
        if !self.flush().await {
            pending().await
        }
        match &self.from {
            Some(from) if from.readable().await.is_ok() => {}
            _ => pending().await,
        }
    }

    /// Reads what is there.
    fn read_now(&mut self, said: &mut Heard<'_>) {
        let mut chunk = [0; CHUNK];
        let Some(from) = &self.from else { return };
        match from.try_read(&mut chunk) {
            Ok(length @ 1..) => self.take(&chunk[..length], said),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Ok(0) | Err(_) => self.from = None,
        }
    }

    fn take(&mut self, bytes: &[u8], said: &mut Heard<'_>) {
        self.pending.extend_from_slice(bytes);
        said.end.extend(bytes);
        said.end.drain(..said.end.len().saturating_sub(KEPT));
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST_LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            if part.ends_with(b"\n") {
                let line = String::from_utf8_lossy(&self.line);
                if let Some(what) = (said.begins)(&line) {
                    said.shown.begins(what);
                }
                self.line.clear();
            }
        }
    }

    /// Writes what is pending without ever blocking: a signal must be heard while nobody reads the log. `false` where there
    /// is nobody to write to any more; then the child finds out as it would have, by a broken pipe.
    async fn flush(&mut self) -> bool {
        while !self.pending.is_empty() {
            let mut ready = [PollFd::new(self.to.as_fd(), PollFlags::POLLOUT)];
            let written = match poll(&mut ready, PollTimeout::ZERO) {
                Ok(0) => Err(Errno::EAGAIN),
                Ok(_) => write(&self.to, &self.pending[..self.pending.len().min(CHUNK)]),
                Err(errno) => Err(errno),
            };
            match written {
                Ok(length) => drop(self.pending.drain(..length)),
                Err(Errno::EAGAIN | Errno::EINTR) => sleep(PAUSE).await,
                Err(_) => {
                    self.from = None;
                    self.pending.clear();
                    return false;
                }
            }
        }
        true
    }
}

fn are_one_file(one: BorrowedFd<'_>, other: BorrowedFd<'_>) -> bool {
    match (fstat(one), fstat(other)) {
        (Ok(one), Ok(other)) => (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino),
        _ => false,
    }
}
