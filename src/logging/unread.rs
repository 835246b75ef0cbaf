//! Standard error, which may be a pipe that nobody reads any more: a line that finds no room is lost, and nothing waits for it.

use std::io::{self, stderr};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::write;

/// What a pipe takes without blocking once it takes anything: POSIX's PIPE_BUF on Linux.
const CHUNK: usize = 4096;
/// How long a reader may be behind, in milliseconds. Only the first line waits for it.
const PATIENCE: u16 = 500;

/// Whether it was full the last time.
static IS_UNREAD: AtomicBool = AtomicBool::new(false);

/// Writes what there is room for, and loses the rest.
pub(super) fn write_what_fits(line: &[u8]) -> io::Result<usize> {
    let stream = stderr();
    for chunk in line.chunks(CHUNK) {
        let patience = if IS_UNREAD.load(Ordering::Relaxed) { PollTimeout::ZERO } else { PATIENCE.into() };
        let is_unread = poll(&mut [PollFd::new(stream.as_fd(), PollFlags::POLLOUT)], patience) == Ok(0);
        IS_UNREAD.store(is_unread, Ordering::Relaxed);
        if is_unread {
            break;
        }
        write(stream.as_fd(), chunk)?;
    }
    Ok(line.len())
}
